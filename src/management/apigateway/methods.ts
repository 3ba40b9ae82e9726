/** Methods of resources. */
import { Constraints } from '../../definition/constraints.ts';
import { present, unlessEmpty } from '../../definition/entries.ts';
import { deleteMethod, methodOf, putMethod, updateMethod } from '../../definition/methods.ts';
import { invalidResource } from '../../definition/resources.ts';
import type { Method } from '../../definition/rest-api.ts';
import type { Dependencies } from './dependencies.ts';
import { presentIntegration } from './integrations.ts';
import { presentMethodResponse } from './method-responses.ts';
import type { Handlers, Operations } from './operations.ts';

export const methods = ({ documents }: Dependencies) =>
  ({
    PutMethod: async ({ restApiId, resourceId, ...input }, call) => {
      const api = await documents.edit(call, 'rest-api', restApiId, invalidResource, (before) =>
        putMethod(before, resourceId, input),
      );
      return presentMethod(methodOf(api, resourceId, input.httpMethod));
    },

    GetMethod: async ({ restApiId, resourceId, httpMethod }, call) => {
      const api = await documents.load(call, 'rest-api', restApiId, invalidResource);
      return presentMethod(methodOf(api, resourceId, httpMethod));
    },

    UpdateMethod: async ({ restApiId, resourceId, httpMethod, patchOperations }, call) => {
      new Constraints('updateMethod').patch(patchOperations).check();
      const api = await documents.edit(call, 'rest-api', restApiId, invalidResource, (before) =>
        updateMethod(before, resourceId, httpMethod, patchOperations),
      );
      return presentMethod(methodOf(api, resourceId, httpMethod));
    },

    DeleteMethod: async ({ restApiId, resourceId, httpMethod }, call) => {
      await documents.edit(call, 'rest-api', restApiId, invalidResource, (api) =>
        deleteMethod(api, resourceId, httpMethod),
      );
      return {};
    },
  }) satisfies Partial<Handlers>;

export const presentMethod = (method: Method): Operations['GetMethod']['output'] =>
  present({
    httpMethod: method.httpMethod,
    authorizationType: method.authorizationType,
    authorizerId: method.authorizerId,
    apiKeyRequired: method.apiKeyRequired,
    requestValidatorId: method.requestValidatorId,
    operationName: method.operationName,
    requestParameters: method.requestParameters && { ...method.requestParameters },
    requestModels: method.requestModels && { ...method.requestModels },
    methodResponses: unlessEmpty(
      Object.fromEntries(
        Object.entries(method.methodResponses).map(([code, response]) => [code, presentMethodResponse(response)]),
      ),
    ),
    methodIntegration: method.methodIntegration && presentIntegration(method.methodIntegration),
    authorizationScopes: method.authorizationScopes && [...method.authorizationScopes],
  });
