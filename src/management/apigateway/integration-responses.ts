/** How answers of backends become answers of methods. */
import { Constraints } from '../../definition/constraints.ts';
import { present } from '../../definition/entries.ts';
import {
  contentHandlings,
  deleteIntegrationResponse,
  integrationResponseOf,
  putIntegrationResponse,
  updateIntegrationResponse,
} from '../../definition/integrations.ts';
import { statusCodePattern } from '../../definition/methods.ts';
import { invalidResource } from '../../definition/resources.ts';
import type { IntegrationResponse, Strings } from '../../definition/rest-api.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers, Operations } from './operations.ts';

export const integrationResponses = ({ documents }: Dependencies) =>
  ({
    PutIntegrationResponse: async ({ restApiId, resourceId, httpMethod, ...input }, call) => {
      new Constraints('putIntegrationResponse')
        .labelMatches('statusCode', input.statusCode, statusCodePattern)
        .oneOf('contentHandling', input.contentHandling, contentHandlings)
        .check();
      const api = await documents.edit(call, 'rest-api', restApiId, invalidResource, (before) =>
        putIntegrationResponse(before, resourceId, httpMethod, input),
      );
      return presentIntegrationResponse(integrationResponseOf(api, resourceId, httpMethod, input.statusCode));
    },

    GetIntegrationResponse: async ({ restApiId, resourceId, httpMethod, statusCode }, call) => {
      new Constraints('getIntegrationResponse').labelMatches('statusCode', statusCode, statusCodePattern).check();
      const api = await documents.load(call, 'rest-api', restApiId, invalidResource);
      return presentIntegrationResponse(integrationResponseOf(api, resourceId, httpMethod, statusCode));
    },

    UpdateIntegrationResponse: async ({ restApiId, resourceId, httpMethod, statusCode, patchOperations }, call) => {
      new Constraints('updateIntegrationResponse')
        .labelMatches('statusCode', statusCode, statusCodePattern)
        .patch(patchOperations)
        .check();
      const api = await documents.edit(call, 'rest-api', restApiId, invalidResource, (before) =>
        updateIntegrationResponse(before, resourceId, httpMethod, statusCode, patchOperations),
      );
      return presentIntegrationResponse(integrationResponseOf(api, resourceId, httpMethod, statusCode));
    },

    DeleteIntegrationResponse: async ({ restApiId, resourceId, httpMethod, statusCode }, call) => {
      new Constraints('deleteIntegrationResponse').labelMatches('statusCode', statusCode, statusCodePattern).check();
      await documents.edit(call, 'rest-api', restApiId, invalidResource, (api) =>
        deleteIntegrationResponse(api, resourceId, httpMethod, statusCode),
      );
      return {};
    },
  }) satisfies Partial<Handlers>;

export const presentIntegrationResponse = (
  response: IntegrationResponse,
): Operations['GetIntegrationResponse']['output'] =>
  present({
    statusCode: response.statusCode,
    selectionPattern: response.selectionPattern,
    responseParameters: response.responseParameters && { ...response.responseParameters },
    responseTemplates: shownTemplates(response.responseTemplates),
    contentHandling: response.contentHandling,
  });

/**
 * Templates by content type; AWS's answers have null in place of one without text, for which its own models, and so
 * the types of its SDK, have no word.
 */
export const shownTemplates = (templates: Strings | undefined): Record<string, string> | undefined =>
  templates &&
  (Object.fromEntries(Object.entries(templates).map(([type, text]) => [type, text === '' ? null : text])) as Record<
    string,
    string
  >);
