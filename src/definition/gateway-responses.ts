/**
 * Gateway responses: what a caller is told when the gateway itself refuses. Source: Developer Guide, "Gateway response
 * types for API Gateway"; shapes and texts are recorded answers.
 */
import { entryOf, given, present, texts, withEntry } from './entries.ts';
import { badRequest, notFound } from './errors.ts';
import { checkContentTypes, checkGatewayResponseMapping } from './mapping-expressions.ts';
import { applyPatch, entryRow, type PatchOperation, patchTable, refusePath, required, set } from './patch.ts';
import type { GatewayResponse, GatewayResponseType, RestApi, Strings } from './rest-api.ts';

/** The status of a response that nobody customised; the two catch-alls keep the status of what they catch. */
const defaultStatus: Readonly<Partial<Record<GatewayResponseType, string>>> = {
  ACCESS_DENIED: '403',
  API_CONFIGURATION_ERROR: '500',
  AUTHORIZER_CONFIGURATION_ERROR: '500',
  AUTHORIZER_FAILURE: '500',
  BAD_REQUEST_BODY: '400',
  BAD_REQUEST_PARAMETERS: '400',
  EXPIRED_TOKEN: '403',
  INTEGRATION_FAILURE: '504',
  INTEGRATION_TIMEOUT: '504',
  INVALID_API_KEY: '403',
  INVALID_SIGNATURE: '403',
  MISSING_AUTHENTICATION_TOKEN: '403',
  QUOTA_EXCEEDED: '429',
  REQUEST_TOO_LARGE: '413',
  RESOURCE_NOT_FOUND: '404',
  THROTTLED: '429',
  UNAUTHORIZED: '401',
  UNSUPPORTED_MEDIA_TYPE: '415',
  WAF_FILTERED: '403',
};

const defaultTemplates: Strings = { 'application/json': '{"message":$context.error.messageString}' };

export const defaultGatewayResponse = (responseType: GatewayResponseType): GatewayResponse =>
  present({
    responseType,
    statusCode: defaultStatus[responseType],
    responseParameters: {},
    responseTemplates: defaultTemplates,
  });

/**
 * The customised response, or the default one. Observed: a customised catch-all shows through the defaults of its
 * class, its status too when it has one.
 */
export function gatewayResponseOf(api: RestApi, responseType: GatewayResponseType): GatewayResponse {
  const own = api.gatewayResponses[responseType];
  if (own !== undefined) return own;
  const byDefault = defaultGatewayResponse(responseType);
  const catchAll = api.gatewayResponses[byDefault.statusCode?.startsWith('5') ? 'DEFAULT_5XX' : 'DEFAULT_4XX'];
  return catchAll === undefined || byDefault.statusCode === undefined
    ? byDefault
    : { ...byDefault, ...catchAll, responseType };
}

export interface NewGatewayResponse {
  readonly statusCode?: string | undefined;
  readonly responseParameters?: Strings | undefined;
  readonly responseTemplates?: Strings | undefined;
}

/** What is not given is that of the type's own default. @throws BadRequestException */
export function putGatewayResponse(
  api: RestApi,
  responseType: GatewayResponseType,
  input: NewGatewayResponse,
): RestApi {
  return withResponse(
    api,
    present({
      responseType,
      statusCode: input.statusCode ?? defaultStatus[responseType],
      responseParameters: given(input.responseParameters) ?? {},
      responseTemplates: texts(input.responseTemplates) ?? defaultTemplates,
    }),
  );
}

function withResponse(api: RestApi, response: GatewayResponse): RestApi {
  checkGatewayResponseMapping(response.responseParameters);
  checkContentTypes(response.responseTemplates);
  return { ...api, gatewayResponses: { ...api.gatewayResponses, [response.responseType]: response } };
}

const table = patchTable<GatewayResponse>(refusePath, [
  {
    path: '/statusCode',
    replace: set('statusCode', (value) => {
      if (value === undefined || !/^[1-5]\d\d$/.test(value)) throw badRequest('Invalid status code specified');
      return value;
    }),
  },
  mapRow('responseParameters', 'Invalid parameter name specified'),
  mapRow('responseTemplates', 'Content-Type specified was not found'),
]);

/** Observed: a missing value is refused before a missing entry is noticed. */
function mapRow(name: 'responseParameters' | 'responseTemplates', missing: string) {
  const present = required(`Invalid null or empty value in ${name}`);
  const row = entryRow<GatewayResponse, string>(
    `/${name}/{name}`,
    {
      get: (response) => response[name],
      set: (response, entries) => ({ ...response, [name]: entries }),
    },
    present,
    missing,
  );
  return {
    ...row,
    replace: (response: GatewayResponse, step: Parameters<NonNullable<typeof row.replace>>[1]): GatewayResponse => {
      present(step.value);
      if (entryOf(response[name], step.names[0] ?? '') === undefined) throw notFound(missing);
      return { ...response, [name]: withEntry(response[name], step.names[0] ?? '', present(step.value)) };
    },
  };
}

/** Customises the response, from its default when it never was. @throws ServiceError */
export const updateGatewayResponse = (
  api: RestApi,
  responseType: GatewayResponseType,
  operations: readonly PatchOperation[] | undefined,
): RestApi => withResponse(api, applyPatch(table, gatewayResponseOf(api, responseType), operations));

/** Back to the default. @throws NotFoundException when it was never customised */
export function deleteGatewayResponse(api: RestApi, responseType: GatewayResponseType): RestApi {
  const { [responseType]: gone, ...gatewayResponses } = api.gatewayResponses;
  if (gone === undefined) throw notFound('Gateway response type not defined on api');
  return { ...api, gatewayResponses };
}
