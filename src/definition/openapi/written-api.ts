/** The settings of an API as extensions at the root of an exported document. */
import type { GatewayResponse, RestApi, Strings } from '../rest-api.ts';
import { type JsonObject, jsonIn } from './document.ts';

export function endpointConfigurationObject({ disableExecuteApiEndpoint, endpointConfiguration: endpoints }: RestApi) {
  const { types, vpcEndpointIds = [], ipAddressType } = endpoints;
  const members: JsonObject = {
    ...(disableExecuteApiEndpoint ? { disableExecuteApiEndpoint } : {}),
    ...(vpcEndpointIds.length === 0 ? {} : { vpcEndpointIds }),
    ...(ipAddressType === 'dualstack' && !types.includes('PRIVATE') ? { ipAddressType } : {}),
  };
  return Object.keys(members).length === 0 ? undefined : members;
}

/** Names are not unique; those that come later are told apart by their ids. */
export function validatorNames({ requestValidators }: RestApi): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    Object.values(requestValidators).map(({ id, name }) => {
      const free = taken.has(name) ? `${name}-${id}` : name;
      taken.add(free);
      return [id, free];
    }),
  );
}

export function apiExtensions(api: RestApi, validators: ReadonlyMap<string, string>): JsonObject {
  const policy = jsonIn(api.policy ?? '');
  const gatewayResponses = Object.values(api.gatewayResponses);
  const { securityPolicy, minimumCompressionSize, endpointAccessMode, apiKeySource, binaryMediaTypes } = api;
  const prefix = 'x-amazon-apigateway-';
  return {
    ...(securityPolicy === undefined ? {} : { [`${prefix}security-policy`]: securityPolicy }),
    ...(gatewayResponses.length === 0
      ? {}
      : {
          [`${prefix}gateway-responses`]: Object.fromEntries(
            gatewayResponses.map((response) => [response.responseType, gatewayResponseObject(response)]),
          ),
        }),
    ...(policy === undefined ? {} : { [`${prefix}policy`]: policy }),
    ...(endpointAccessMode === undefined ? {} : { [`${prefix}endpoint-access-mode`]: endpointAccessMode }),
    ...(apiKeySource === 'HEADER' ? {} : { [`${prefix}api-key-source`]: apiKeySource }),
    ...(minimumCompressionSize === undefined ? {} : { [`${prefix}minimum-compression-size`]: minimumCompressionSize }),
    ...(validators.size === 0
      ? {}
      : {
          [`${prefix}request-validators`]: Object.fromEntries(
            Object.values(api.requestValidators).map(({ id, validateRequestBody, validateRequestParameters }) => [
              validators.get(id) ?? id,
              { validateRequestParameters, validateRequestBody },
            ]),
          ),
        }),
    ...(binaryMediaTypes.length === 0 ? {} : { [`${prefix}binary-media-types`]: binaryMediaTypes }),
  };
}

const gatewayResponseObject = ({ statusCode, responseParameters, responseTemplates }: GatewayResponse): JsonObject => ({
  ...(statusCode === undefined ? {} : { statusCode: Number(statusCode) }),
  ...(hasMembers(responseParameters) ? { responseParameters } : {}),
  // Where a document does not say, the type's own template is meant.
  responseTemplates,
});

const hasMembers = (strings: Strings): boolean => Object.keys(strings).length > 0;

/** Tells Postman to sign the request. */
export const postmanHelper = ({ region }: RestApi): JsonObject => ({
  'x-postman-meta': {
    currentHelper: 'awsSigV4',
    helperAttributes: {
      accessKey: '{{accessKey}}',
      secretKey: '{{secretKey}}',
      region,
      service: 'execute-api',
      saveToRequest: true,
    },
  },
});
