/**
 * Integrations of methods and their responses: what is behind a method. Source: API reference, PutIntegration,
 * PutIntegrationResponse and "Patch operations"; order of the checks and texts are recorded answers.
 */
import { entryOf, given, hasEntry, present, texts, unlessEmpty, withEntry, withoutEntry } from './entries.ts';
import { badRequest, notFound, type ServiceError } from './errors.ts';
import { checkContentTypes, checkRequestMapping, checkResponseMapping } from './mapping-expressions.ts';
import { httpMethodOf, methodOf, withMethod } from './methods.ts';
import {
  applyPatch,
  entryRow,
  flag,
  type PatchOperation,
  type PatchRow,
  patchTable,
  refusePathOrOp,
  set,
  text,
  wholeNumber,
  word,
} from './patch.ts';
import { resourceOf } from './resources.ts';
import type {
  ContentHandling,
  Integration,
  IntegrationResponse,
  IntegrationType,
  Method,
  RestApi,
  Strings,
} from './rest-api.ts';

export const passthroughBehaviors = ['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER'] as const;
export const connectionTypes = ['INTERNET', 'VPC_LINK'] as const;
export const contentHandlings = ['CONVERT_TO_BINARY', 'CONVERT_TO_TEXT'] as const;
export const responseTransferModes = ['BUFFERED', 'STREAM'] as const;

/** AWS's own upper limit is 29,000 unless a quota is raised; 15 minutes is what its streams may take. */
const timeoutMaxMs = 900_000;
const timeoutMinMs = 50;
const timeoutDefaultMs = 29_000;
const invalidTimeout = `Timeout should be between ${timeoutMinMs} ms and ${timeoutMaxMs} ms`;

export const invalidIntegration = (): ServiceError => notFound('Invalid Integration identifier specified');
export const invalidStatusCode = (): ServiceError => notFound('Invalid Response status code specified');

/** @throws NotFoundException for the resource, the method or the integration */
export function integrationOf(api: RestApi, resourceId: string, httpMethod: string): Integration {
  const { methodIntegration } = methodOf(api, resourceId, httpMethod);
  if (methodIntegration === undefined) throw invalidIntegration();
  return methodIntegration;
}

export interface NewIntegration {
  readonly type: IntegrationType;
  readonly integrationHttpMethod?: string | undefined;
  readonly uri?: string | undefined;
  readonly connectionType?: 'INTERNET' | 'VPC_LINK' | undefined;
  readonly connectionId?: string | undefined;
  readonly credentials?: string | undefined;
  readonly requestParameters?: Strings | undefined;
  readonly requestTemplates?: Strings | undefined;
  readonly passthroughBehavior?: string | undefined;
  readonly cacheNamespace?: string | undefined;
  readonly cacheKeyParameters?: readonly string[] | undefined;
  readonly contentHandling?: ContentHandling | undefined;
  readonly timeoutInMillis?: number | undefined;
  readonly tlsConfig?: { readonly insecureSkipVerification?: boolean | undefined } | undefined;
  readonly responseTransferMode?: 'BUFFERED' | 'STREAM' | undefined;
  readonly integrationTarget?: string | undefined;
}

/** Replaces the integration, its responses included. @throws ServiceError */
export function putIntegration(api: RestApi, resourceId: string, httpMethod: string, input: NewIntegration): RestApi {
  const method = methodOf(api, resourceId, httpMethod);
  const isMock = input.type === 'MOCK';
  const isHttp = input.type === 'HTTP' || input.type === 'HTTP_PROXY';
  const integration: Integration = present({
    type: input.type,
    httpMethod: isMock ? undefined : text(input.integrationHttpMethod),
    uri: isMock ? undefined : text(input.uri),
    connectionType: isHttp ? (input.connectionType ?? 'INTERNET') : isMock ? undefined : input.connectionType,
    connectionId: isMock ? undefined : text(input.connectionId),
    integrationTarget: isMock ? undefined : text(input.integrationTarget),
    credentials: text(input.credentials),
    requestParameters: given(input.requestParameters),
    requestTemplates: texts(input.requestTemplates),
    passthroughBehavior: passthroughBehaviorOf(text(input.passthroughBehavior) ?? 'WHEN_NO_MATCH'),
    contentHandling: input.contentHandling,
    timeoutInMillis: input.timeoutInMillis ?? timeoutDefaultMs,
    cacheNamespace: text(input.cacheNamespace) ?? resourceId,
    cacheKeyParameters: [...new Set(input.cacheKeyParameters)],
    tlsConfig: input.tlsConfig && {
      insecureSkipVerification: input.tlsConfig.insecureSkipVerification ?? false,
    },
    responseTransferMode: input.responseTransferMode,
    integrationResponses: {},
  });
  checkIntegration(method, integration);
  return withMethod(api, resourceId, { ...method, methodIntegration: integration });
}

const passthroughBehaviorOf = word(
  passthroughBehaviors,
  `Invalid passthrough behavior specified. Valid options are ${passthroughBehaviors.join(',')}`,
);

/** What must hold after every put and update. */
function checkIntegration(method: Method, integration: Integration): void {
  checkBackend(integration);
  const { timeoutInMillis, connectionType, connectionId } = integration;
  if (!(Number.isInteger(timeoutInMillis) && timeoutInMillis >= timeoutMinMs && timeoutInMillis <= timeoutMaxMs))
    throw badRequest(invalidTimeout);
  if (connectionType === 'VPC_LINK' && connectionId === undefined)
    throw badRequest('Connection ID must be specified when the connection type is VPC_LINK');
  checkContentTypes(integration.requestTemplates);
  checkRequestMapping(integration.requestParameters, method);
}

/** Method and address of the backend, in AWS's order. */
function checkBackend({ type, httpMethod, uri = '', credentials }: Integration): void {
  if (type === 'MOCK') return;
  if (httpMethod !== undefined) httpMethodOf(httpMethod);
  else if (type !== 'AWS_PROXY') throw badRequest('Enumeration value for HttpMethod must be non-empty');
  if (type === 'HTTP' || type === 'HTTP_PROXY') {
    if (!/^https?:\/\/[^/\s]/i.test(uri)) throw badRequest('Invalid HTTP endpoint specified for URI');
    return;
  }
  const target = /^arn:[^:]+:[^:]*:[^:]*:[^:]*:(.*)$/s.exec(uri);
  if (target?.[1] === undefined) throw badRequest('Invalid ARN specified in the request');
  const call = /^(path|action)\/(.*)$/s.exec(target[1]);
  if (!uri.includes(':apigateway:') || call?.[2] === undefined)
    throw badRequest('AWS ARN for integration must contain path or action');
  const service = /^arn:[^:]+:apigateway:[^:]*:([^:]*):/.exec(uri)?.[1]?.split('.').at(-1) ?? '';
  if (type === 'AWS_PROXY') {
    if (
      (service !== 'firehose' && !(service === 'lambda' && isInvocation(call[2]))) ||
      isBrokenFirehose(service, call[2])
    )
      throw badRequest(
        "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
      );
  } else if (service !== 'lambda' && credentials === undefined)
    throw badRequest('Role ARN must be specified for AWS integrations');
}

/** The path that invokes a function; a doubled slash and stray spaces are let through, as AWS does. */
const isInvocation = (path: string): boolean =>
  /^[\s/]*(2015-03-31|2021-11-15)\/functions\/.+\/(invocations|response-streaming-invocations)\s*$/s.test(path);

/** Observed: a Lambda path on the Firehose service is refused (integrations.json, put_integration validation). */
const isBrokenFirehose = (service: string, path: string): boolean => service === 'firehose' && isInvocation(path);

/** A member that a MOCK integration goes on not having, whatever it is set to (Terraform's provider relies on it). */
const unlessMock = (name: 'uri' | 'httpMethod'): PatchRow<Integration> => ({
  path: `/${name}`,
  replace: (integration, { value }) =>
    integration.type === 'MOCK' ? integration : { ...integration, [name]: text(value) },
});

const unknownKey = 'Invalid cache key parameter specified';
const withCacheKey = (integration: Integration, name: string): Integration => {
  if (name === '') throw badRequest(unknownKey);
  return { ...integration, cacheKeyParameters: [...new Set([...integration.cacheKeyParameters, name])] };
};
const withoutCacheKey = (integration: Integration, name: string): Integration => {
  if (!integration.cacheKeyParameters.includes(name)) throw notFound(unknownKey);
  return { ...integration, cacheKeyParameters: integration.cacheKeyParameters.filter((key) => key !== name) };
};

const unlessUnset =
  <Word extends string>(read: (value: string | undefined) => Word) =>
  (value: string | undefined): Word | undefined =>
    text(value) === undefined ? undefined : read(value);

const contentHandlingOf = unlessUnset(
  word(contentHandlings, `Invalid content handling specified. Valid options are ${contentHandlings.join(',')}`),
);

const table = patchTable<Integration>(refusePathOrOp, [
  {
    path: '/cacheKeyParameters',
    add: (integration, { value = '' }) => withCacheKey(integration, value),
    replace: (integration, { value = '' }) => ({
      ...integration,
      cacheKeyParameters: value.split(',').filter((name) => name !== ''),
    }),
    remove: (integration, { value = '' }) => withoutCacheKey(integration, value),
  },
  {
    path: '/cacheKeyParameters/{name}',
    add: (integration, { names }) => withCacheKey(integration, names[0] ?? ''),
    replace: (integration, { names, value = '' }) =>
      withCacheKey(withoutCacheKey(integration, names[0] ?? ''), value === '' ? (names[0] ?? '') : value),
    remove: (integration, { names }) => withoutCacheKey(integration, names[0] ?? ''),
  },
  { path: '/cacheNamespace', replace: set('cacheNamespace', (value) => value ?? '') },
  { path: '/connectionId', replace: set('connectionId', text) },
  {
    path: '/connectionType',
    replace: set(
      'connectionType',
      word(connectionTypes, `Invalid connection type specified. Valid options are ${connectionTypes.join(',')}`),
    ),
  },
  { path: '/contentHandling', replace: set('contentHandling', contentHandlingOf) },
  { path: '/credentials', replace: set('credentials', text) },
  unlessMock('httpMethod'),
  { path: '/integrationTarget', replace: set('integrationTarget', text) },
  { path: '/passthroughBehavior', replace: set('passthroughBehavior', passthroughBehaviorOf) },
  entryRow(
    '/requestParameters/{name}',
    {
      get: (integration: Integration) => integration.requestParameters,
      set: (integration, entries) => ({ ...integration, requestParameters: unlessEmpty(entries) }),
    },
    (value) => value ?? '',
    'Invalid parameter name specified',
  ),
  entryRow(
    '/requestTemplates/{contentType}',
    {
      get: (integration: Integration) => integration.requestTemplates,
      set: (integration, entries) => ({ ...integration, requestTemplates: unlessEmpty(entries) }),
    },
    (value) => value ?? '',
    'Content-Type specified was not found',
  ),
  {
    path: '/responseTransferMode',
    replace: set(
      'responseTransferMode',
      word(
        responseTransferModes,
        `Invalid response transfer mode specified. Valid options are ${responseTransferModes.join(',')}`,
      ),
    ),
  },
  {
    path: '/timeoutInMillis',
    replace: set('timeoutInMillis', wholeNumber(timeoutMinMs, timeoutMaxMs, invalidTimeout)),
  },
  {
    path: '/tlsConfig/insecureSkipVerification',
    replace: (integration, { value }) => ({ ...integration, tlsConfig: { insecureSkipVerification: flag(value) } }),
  },
  unlessMock('uri'),
]);

/** @throws ServiceError */
export function updateIntegration(
  api: RestApi,
  resourceId: string,
  httpMethod: string,
  operations: readonly PatchOperation[] | undefined,
): RestApi {
  const before = integrationOf(api, resourceId, httpMethod);
  const method = methodOf(api, resourceId, httpMethod);
  const patched = applyPatch(table, before, operations);
  const integration: Integration = present({ ...patched, cacheNamespace: text(patched.cacheNamespace) ?? resourceId });
  checkIntegration(method, integration);
  return withMethod(api, resourceId, { ...method, methodIntegration: integration });
}

/** @throws NotFoundException */
export function deleteIntegration(api: RestApi, resourceId: string, httpMethod: string): RestApi {
  integrationOf(api, resourceId, httpMethod);
  const { methodIntegration: _gone, ...method } = methodOf(api, resourceId, httpMethod);
  return withMethod(api, resourceId, method);
}

export interface NewIntegrationResponse {
  readonly statusCode: string;
  readonly selectionPattern?: string | undefined;
  readonly responseParameters?: Strings | undefined;
  readonly responseTemplates?: Strings | undefined;
  readonly contentHandling?: ContentHandling | undefined;
}

/** @throws NotFoundException for the resource, the method, the integration or the status */
export function integrationResponseOf(
  api: RestApi,
  resourceId: string,
  httpMethod: string,
  statusCode: string,
): IntegrationResponse {
  const response = entryOf(integrationOf(api, resourceId, httpMethod).integrationResponses, statusCode);
  if (response === undefined) throw invalidStatusCode();
  return response;
}

/** Adds or overwrites. @throws ServiceError */
export function putIntegrationResponse(
  api: RestApi,
  resourceId: string,
  httpMethod: string,
  input: NewIntegrationResponse,
): RestApi {
  integrationOf(api, resourceId, httpMethod);
  const response: IntegrationResponse = present({
    statusCode: input.statusCode,
    selectionPattern: input.selectionPattern,
    responseParameters: given(input.responseParameters),
    responseTemplates: texts(input.responseTemplates),
    contentHandling: input.contentHandling,
  });
  return withResponse(api, resourceId, httpMethod, response);
}

function withResponse(api: RestApi, resourceId: string, httpMethod: string, response: IntegrationResponse): RestApi {
  const method = methodOf(api, resourceId, httpMethod);
  const integration = integrationOf(api, resourceId, httpMethod);
  checkContentTypes(response.responseTemplates);
  checkResponseMapping(response.responseParameters, entryOf(method.methodResponses, response.statusCode));
  const integrationResponses = withEntry(integration.integrationResponses, response.statusCode, response);
  return withMethod(api, resourceId, { ...method, methodIntegration: { ...integration, integrationResponses } });
}

const responses = patchTable<IntegrationResponse>(refusePathOrOp, [
  { path: '/contentHandling', replace: set('contentHandling', contentHandlingOf) },
  entryRow(
    '/responseParameters/{name}',
    {
      get: (response: IntegrationResponse) => response.responseParameters,
      set: (response, entries) => ({ ...response, responseParameters: unlessEmpty(entries) }),
    },
    (value) => value ?? '',
    'Invalid parameter name specified',
  ),
  entryRow(
    '/responseTemplates/{contentType}',
    {
      get: (response: IntegrationResponse) => response.responseTemplates,
      set: (response, entries) => ({ ...response, responseTemplates: unlessEmpty(entries) }),
    },
    (value) => value ?? '',
    'Content-Type specified was not found',
  ),
  { path: '/selectionPattern', replace: set('selectionPattern', (value) => value ?? '') },
]);

/** @throws ServiceError */
export function updateIntegrationResponse(
  api: RestApi,
  resourceId: string,
  httpMethod: string,
  statusCode: string,
  operations: readonly PatchOperation[] | undefined,
): RestApi {
  const before = integrationResponseOf(api, resourceId, httpMethod, statusCode);
  return withResponse(api, resourceId, httpMethod, present(applyPatch(responses, before, operations)));
}

/** Observed: of all calls, this one misses the integration where the method is missing. @throws NotFoundException */
export function deleteIntegrationResponse(
  api: RestApi,
  resourceId: string,
  httpMethod: string,
  statusCode: string,
): RestApi {
  const { methods } = resourceOf(api, resourceId);
  if (!hasEntry(methods, httpMethod)) throw invalidIntegration();
  integrationResponseOf(api, resourceId, httpMethod, statusCode);
  const method = methodOf(api, resourceId, httpMethod);
  const integration = integrationOf(api, resourceId, httpMethod);
  const integrationResponses = withoutEntry(integration.integrationResponses, statusCode);
  return withMethod(api, resourceId, { ...method, methodIntegration: { ...integration, integrationResponses } });
}
