/** The answers that methods declare. */
import { Constraints } from '../../definition/constraints.ts';
import { present } from '../../definition/entries.ts';
import {
  deleteMethodResponse,
  methodResponseOf,
  putMethodResponse,
  updateMethodResponse,
} from '../../definition/method-responses.ts';
import { statusCodePattern } from '../../definition/methods.ts';
import { invalidResource } from '../../definition/resources.ts';
import type { MethodResponse } from '../../definition/rest-api.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers, Operations } from './operations.ts';

export const methodResponses = ({ documents }: Dependencies) =>
  ({
    PutMethodResponse: async ({ restApiId, resourceId, httpMethod, ...input }, call) => {
      new Constraints('putMethodResponse').labelMatches('statusCode', input.statusCode, statusCodePattern).check();
      const api = await documents.edit(call, 'rest-api', restApiId, invalidResource, (before) =>
        putMethodResponse(before, resourceId, httpMethod, input),
      );
      return presentMethodResponse(methodResponseOf(api, resourceId, httpMethod, input.statusCode));
    },

    GetMethodResponse: async ({ restApiId, resourceId, httpMethod, statusCode }, call) => {
      new Constraints('getMethodResponse').labelMatches('statusCode', statusCode, statusCodePattern).check();
      const api = await documents.load(call, 'rest-api', restApiId, invalidResource);
      return presentMethodResponse(methodResponseOf(api, resourceId, httpMethod, statusCode));
    },

    UpdateMethodResponse: async ({ restApiId, resourceId, httpMethod, statusCode, patchOperations }, call) => {
      new Constraints('updateMethodResponse')
        .labelMatches('statusCode', statusCode, statusCodePattern)
        .patch(patchOperations)
        .check();
      const api = await documents.edit(call, 'rest-api', restApiId, invalidResource, (before) =>
        updateMethodResponse(before, resourceId, httpMethod, statusCode, patchOperations),
      );
      return presentMethodResponse(methodResponseOf(api, resourceId, httpMethod, statusCode));
    },

    DeleteMethodResponse: async ({ restApiId, resourceId, httpMethod, statusCode }, call) => {
      new Constraints('deleteMethodResponse').labelMatches('statusCode', statusCode, statusCodePattern).check();
      await documents.edit(call, 'rest-api', restApiId, invalidResource, (api) =>
        deleteMethodResponse(api, resourceId, httpMethod, statusCode),
      );
      return {};
    },
  }) satisfies Partial<Handlers>;

/** Maps that were sent empty are shown empty. */
export const presentMethodResponse = (response: MethodResponse): Operations['GetMethodResponse']['output'] =>
  present({
    statusCode: response.statusCode,
    responseParameters: response.responseParameters && { ...response.responseParameters },
    responseModels: response.responseModels && { ...response.responseModels },
  });
