/** What is behind methods. */
import { Constraints, integrationTypes } from '../../definition/constraints.ts';
import { present, unlessEmpty } from '../../definition/entries.ts';
import {
  connectionTypes,
  contentHandlings,
  deleteIntegration,
  integrationOf,
  putIntegration,
  responseTransferModes,
  updateIntegration,
} from '../../definition/integrations.ts';
import { invalidResource } from '../../definition/resources.ts';
import type { Integration } from '../../definition/rest-api.ts';
import type { Dependencies } from './dependencies.ts';
import { presentIntegrationResponse, shownTemplates } from './integration-responses.ts';
import type { Handlers, Operations } from './operations.ts';

export const integrations = ({ documents }: Dependencies) =>
  ({
    PutIntegration: async ({ restApiId, resourceId, httpMethod, ...input }, call) => {
      new Constraints('putIntegration')
        .oneOf('type', input.type, integrationTypes)
        .oneOf('connectionType', input.connectionType, connectionTypes)
        .oneOf('contentHandling', input.contentHandling, contentHandlings)
        .oneOf('responseTransferMode', input.responseTransferMode, responseTransferModes)
        .check();
      const api = await documents.edit(call, 'rest-api', restApiId, invalidResource, (before) =>
        putIntegration(before, resourceId, httpMethod, input),
      );
      return presentIntegration(integrationOf(api, resourceId, httpMethod));
    },

    GetIntegration: async ({ restApiId, resourceId, httpMethod }, call) => {
      const api = await documents.load(call, 'rest-api', restApiId, invalidResource);
      return presentIntegration(integrationOf(api, resourceId, httpMethod));
    },

    UpdateIntegration: async ({ restApiId, resourceId, httpMethod, patchOperations }, call) => {
      new Constraints('updateIntegration').patch(patchOperations).check();
      const api = await documents.edit(call, 'rest-api', restApiId, invalidResource, (before) =>
        updateIntegration(before, resourceId, httpMethod, patchOperations),
      );
      return presentIntegration(integrationOf(api, resourceId, httpMethod));
    },

    DeleteIntegration: async ({ restApiId, resourceId, httpMethod }, call) => {
      await documents.edit(call, 'rest-api', restApiId, invalidResource, (api) =>
        deleteIntegration(api, resourceId, httpMethod),
      );
      return {};
    },
  }) satisfies Partial<Handlers>;

export const presentIntegration = (integration: Integration): Operations['GetIntegration']['output'] =>
  present({
    type: integration.type,
    httpMethod: integration.httpMethod,
    uri: integration.uri,
    connectionType: integration.connectionType,
    connectionId: integration.connectionId,
    credentials: integration.credentials,
    requestParameters: integration.requestParameters && { ...integration.requestParameters },
    requestTemplates: shownTemplates(integration.requestTemplates),
    passthroughBehavior: integration.passthroughBehavior,
    contentHandling: integration.contentHandling,
    timeoutInMillis: integration.timeoutInMillis,
    cacheNamespace: integration.cacheNamespace,
    cacheKeyParameters: [...integration.cacheKeyParameters],
    integrationResponses: unlessEmpty(
      Object.fromEntries(
        Object.entries(integration.integrationResponses).map(([code, response]) => [
          code,
          presentIntegrationResponse(response),
        ]),
      ),
    ),
    tlsConfig: integration.tlsConfig && { ...integration.tlsConfig },
    responseTransferMode: integration.responseTransferMode,
    integrationTarget: integration.integrationTarget,
  });
