/** Integration responses of WebSocket APIs. */
import type { ApiIntegrationResponse } from '../../definition/api.ts';
import { isOneOf } from '../../definition/constraints.ts';
import { contentHandlings } from '../../definition/integrations.ts';
import {
  createIntegrationResponse,
  deleteIntegrationResponse,
  integrationResponseOf,
  updateIntegrationResponse,
} from '../../definition/v2/integration-responses.ts';
import { integrationOf } from '../../definition/v2/integrations.ts';
import { editApi, loadApi } from './api-edits.ts';
import type { Dependencies } from './dependencies.ts';
import { capitalized, uncapitalized } from './member-names.ts';
import type { Handlers, ItemOf } from './operations.ts';
import { listPage } from './pages.ts';

export const integrationResponses = (dependencies: Dependencies) =>
  ({
    CreateIntegrationResponse: async ({ ApiId, IntegrationId, ...input }, call) => {
      const id = call.newId(7);
      const api = await editApi(dependencies, call, ApiId, (before) =>
        createIntegrationResponse(before, IntegrationId, uncapitalized(input), id),
      );
      return presentResponse(integrationResponseOf(api, IntegrationId, id));
    },

    GetIntegrationResponse: async ({ ApiId, IntegrationId, IntegrationResponseId }, call) =>
      presentResponse(
        integrationResponseOf(await loadApi(dependencies, call, ApiId), IntegrationId, IntegrationResponseId),
      ),

    GetIntegrationResponses: async ({ ApiId, IntegrationId, ...page }, call) => {
      const integration = integrationOf(await loadApi(dependencies, call, ApiId), IntegrationId);
      const all = Object.values(integration.integrationResponses);
      return listPage(all, page, ({ integrationResponseId }) => integrationResponseId, presentResponse);
    },

    UpdateIntegrationResponse: async ({ ApiId, IntegrationId, IntegrationResponseId, ...change }, call) => {
      const api = await editApi(dependencies, call, ApiId, (before) =>
        updateIntegrationResponse(before, IntegrationId, IntegrationResponseId, uncapitalized(change)),
      );
      return presentResponse(integrationResponseOf(api, IntegrationId, IntegrationResponseId));
    },

    DeleteIntegrationResponse: async ({ ApiId, IntegrationId, IntegrationResponseId }, call) => {
      await editApi(dependencies, call, ApiId, (api) =>
        deleteIntegrationResponse(api, IntegrationId, IntegrationResponseId),
      );
      return {};
    },
  }) satisfies Partial<Handlers>;

const presentResponse = ({
  contentHandlingStrategy,
  ...response
}: ApiIntegrationResponse): ItemOf<'GetIntegrationResponses'> =>
  capitalized({
    ...response,
    contentHandlingStrategy: isOneOf(contentHandlings, contentHandlingStrategy) ? contentHandlingStrategy : undefined,
  });
