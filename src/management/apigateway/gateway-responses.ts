/** What callers are told when the gateway itself refuses. */
import { Constraints } from '../../definition/constraints.ts';
import {
  deleteGatewayResponse,
  gatewayResponseOf,
  putGatewayResponse,
  updateGatewayResponse,
} from '../../definition/gateway-responses.ts';
import { statusCodePattern } from '../../definition/methods.ts';
import { type GatewayResponseType, gatewayResponseTypes, type RestApi } from '../../definition/rest-api.ts';
import { invalidRestApi } from '../../definition/rest-apis.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers, Operations } from './operations.ts';
import { pageOf } from './pages.ts';

export const gatewayResponses = ({ documents }: Dependencies) =>
  ({
    PutGatewayResponse: async ({ restApiId, responseType, ...input }, call) => {
      new Constraints('putGatewayResponse')
        .labelOneOf('responseType', responseType, gatewayResponseTypes)
        .matches('statusCode', input.statusCode, statusCodePattern)
        .check();
      const api = await documents.edit(
        call,
        'rest-api',
        restApiId,
        () => invalidRestApi(call.accountId, restApiId),
        (before) => putGatewayResponse(before, responseType, input),
      );
      return presentGatewayResponse(api, responseType);
    },

    GetGatewayResponse: async ({ restApiId, responseType }, call) => {
      new Constraints('getGatewayResponse').labelOneOf('responseType', responseType, gatewayResponseTypes).check();
      const api = await documents.load(call, 'rest-api', restApiId, () => invalidRestApi(call.accountId, restApiId));
      return presentGatewayResponse(api, responseType);
    },

    GetGatewayResponses: async ({ restApiId, ...page }, call) => {
      const api = await documents.load(call, 'rest-api', restApiId, () => invalidRestApi(call.accountId, restApiId));
      const { items, ...rest } = pageOf(gatewayResponseTypes.toSorted(), page, (type) => type);
      return { items: items.map((type) => presentGatewayResponse(api, type)), ...rest };
    },

    UpdateGatewayResponse: async ({ restApiId, responseType, patchOperations }, call) => {
      new Constraints('updateGatewayResponse')
        .labelOneOf('responseType', responseType, gatewayResponseTypes)
        .patch(patchOperations)
        .check();
      const api = await documents.edit(
        call,
        'rest-api',
        restApiId,
        () => invalidRestApi(call.accountId, restApiId),
        (before) => updateGatewayResponse(before, responseType, patchOperations),
      );
      return presentGatewayResponse(api, responseType);
    },

    DeleteGatewayResponse: async ({ restApiId, responseType }, call) => {
      new Constraints('deleteGatewayResponse').labelOneOf('responseType', responseType, gatewayResponseTypes).check();
      await documents.edit(
        call,
        'rest-api',
        restApiId,
        () => invalidRestApi(call.accountId, restApiId),
        (api) => deleteGatewayResponse(api, responseType),
      );
      return {};
    },
  }) satisfies Partial<Handlers>;

function presentGatewayResponse(
  api: RestApi,
  responseType: GatewayResponseType,
): Operations['GetGatewayResponse']['output'] {
  const { responseParameters, responseTemplates, ...response } = gatewayResponseOf(api, responseType);
  return {
    ...response,
    responseParameters: { ...responseParameters },
    responseTemplates: { ...responseTemplates },
    defaultResponse: api.gatewayResponses[responseType] === undefined,
  };
}
