/** Integrations of HTTP and WebSocket APIs. */
import type { ApiIntegration } from '../../definition/api.ts';
import { isOneOf } from '../../definition/constraints.ts';
import { contentHandlings, passthroughBehaviors } from '../../definition/integrations.ts';
import {
  createIntegration,
  deleteIntegration,
  integrationOf,
  updateIntegration,
} from '../../definition/v2/integrations.ts';
import { editApi, loadApi } from './api-edits.ts';
import type { Dependencies } from './dependencies.ts';
import { capitalized, uncapitalized } from './member-names.ts';
import type { Handlers, ItemOf } from './operations.ts';
import { listPage } from './pages.ts';

export const integrations = (dependencies: Dependencies) =>
  ({
    CreateIntegration: async ({ ApiId, TlsConfig, ...rest }, call) => {
      const id = call.newId(7);
      const input = { ...uncapitalized(rest), tlsConfig: TlsConfig && uncapitalized(TlsConfig) };
      const api = await editApi(dependencies, call, ApiId, (before) => createIntegration(before, input, id));
      return presentIntegration(integrationOf(api, id));
    },

    GetIntegration: async ({ ApiId, IntegrationId }, call) =>
      presentIntegration(integrationOf(await loadApi(dependencies, call, ApiId), IntegrationId)),

    GetIntegrations: async ({ ApiId, ...page }, call) => {
      const api = await loadApi(dependencies, call, ApiId);
      return listPage(Object.values(api.integrations), page, ({ integrationId }) => integrationId, presentIntegration);
    },

    UpdateIntegration: async ({ ApiId, IntegrationId, TlsConfig, ...rest }, call) => {
      const change = { ...uncapitalized(rest), tlsConfig: TlsConfig && uncapitalized(TlsConfig) };
      const api = await editApi(dependencies, call, ApiId, (before) =>
        updateIntegration(before, IntegrationId, change),
      );
      return presentIntegration(integrationOf(api, IntegrationId));
    },

    DeleteIntegration: async ({ ApiId, IntegrationId }, call) => {
      await editApi(dependencies, call, ApiId, (api) => deleteIntegration(api, IntegrationId));
      return {};
    },
  }) satisfies Partial<Handlers>;

function presentIntegration(integration: ApiIntegration): ItemOf<'GetIntegrations'> {
  const {
    integrationResponses: _inside,
    tlsConfig,
    passthroughBehavior,
    contentHandlingStrategy,
    ...rest
  } = integration;
  return capitalized({
    ...rest,
    tlsConfig: tlsConfig && capitalized(tlsConfig),
    passthroughBehavior: isOneOf(passthroughBehaviors, passthroughBehavior) ? passthroughBehavior : undefined,
    contentHandlingStrategy: isOneOf(contentHandlings, contentHandlingStrategy) ? contentHandlingStrategy : undefined,
  });
}
