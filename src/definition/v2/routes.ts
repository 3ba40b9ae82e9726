/**
 * Routes of HTTP and WebSocket APIs, and route responses of WebSocket APIs.
 * Source: Amazon API Gateway V2 API Reference, "Routes"; texts are those that AWS is known to give.
 */
import type { Api, Route, RouteResponse } from '../api.ts';
import { type Entries, entryOf, hasEntry, present, withEntry, withoutEntry } from '../entries.ts';
import { badRequest, conflict, notFound, type ServiceError } from '../errors.ts';
import { text } from '../patch.ts';
import type { Strings } from '../rest-api.ts';
import { invalidIntegration } from './integrations.ts';
import { checkLength, checkLengths } from './lengths.ts';
import { merged } from './merges.ts';
import { checkRouteKey, defaultRouteKey } from './route-keys.ts';

const invalidRoute = (id: string): ServiceError => notFound(`Invalid Route identifier specified ${id}`);
const invalidRouteResponse = (id: string): ServiceError => notFound(`Invalid RouteResponse identifier specified ${id}`);

/** @throws NotFoundException */
export function routeOf(api: Api, routeId: string): Route {
  const route = entryOf(api.routes, routeId);
  if (route === undefined) throw invalidRoute(routeId);
  return route;
}

type ParameterConstraints = Entries<{ readonly required?: boolean | undefined }>;

interface RouteSettings {
  readonly apiKeyRequired?: boolean | undefined;
  readonly authorizationScopes?: readonly string[] | undefined;
  readonly authorizationType?: Route['authorizationType'] | undefined;
  readonly authorizerId?: string | undefined;
  readonly modelSelectionExpression?: string | undefined;
  readonly operationName?: string | undefined;
  readonly requestModels?: Strings | undefined;
  readonly requestParameters?: ParameterConstraints | undefined;
  readonly routeResponseSelectionExpression?: string | undefined;
  readonly target?: string | undefined;
}

export interface NewRoute extends RouteSettings {
  readonly routeKey: string;
}

export interface RouteUpdate extends RouteSettings {
  readonly routeKey?: string | undefined;
}

const scopesMax = 10;
const scopeMax = 64;

/** @throws ServiceError */
export function createRoute(
  api: Api,
  input: NewRoute,
  routeId: string,
  managed: { readonly apiGatewayManaged?: true } = {},
): Api {
  checkLengths(input);
  const scopes = input.authorizationScopes ?? [];
  return withRoute(
    api,
    present({
      routeId,
      routeKey: input.routeKey,
      target: text(input.target),
      authorizationType: input.authorizationType ?? ('NONE' as const),
      authorizerId: text(input.authorizerId),
      authorizationScopes: scopes.length > 0 ? [...scopes] : undefined,
      apiKeyRequired: input.apiKeyRequired ?? false,
      operationName: input.operationName,
      modelSelectionExpression: text(input.modelSelectionExpression),
      requestModels: input.requestModels,
      requestParameters: input.requestParameters && constraintsOf(input.requestParameters),
      routeResponseSelectionExpression: text(input.routeResponseSelectionExpression),
      ...managed,
      routeResponses: {},
    }),
  );
}

/** Parameters are merged; whoever wants one gone deletes it. @throws ServiceError */
export function updateRoute(api: Api, routeId: string, change: RouteUpdate): Api {
  const before = routeOf(api, routeId);
  checkLengths(change, 'empty clears');
  if (before.apiGatewayManaged && change.routeKey !== undefined && change.routeKey !== before.routeKey)
    throw badRequest('The route key of a route that was made by quick create can only be changed by updating the API');
  return withRoute(api, updated(before, change));
}

/** The route of a quick-created API under another key. @throws ServiceError */
export const moveRoute = (api: Api, routeId: string, routeKey: string): Api =>
  withRoute(api, updated(routeOf(api, routeId), { routeKey }));

function updated(before: Route, { requestParameters, authorizationScopes, ...change }: RouteUpdate): Route {
  const after = merged(before, {
    ...change,
    // A route keeps its key when an empty one is sent for it.
    routeKey: text(change.routeKey),
    requestParameters: requestParameters && { ...before.requestParameters, ...constraintsOf(requestParameters) },
  });
  const { authorizationScopes: formerScopes, authorizerId, ...rest } = after;
  const staysJwt = after.authorizationType === 'JWT';
  const scopes = authorizationScopes ?? (staysJwt ? formerScopes : undefined);
  // Another type of authorization leaves behind the authorizer of the one before.
  const kept = change.authorizationType === 'NONE' || change.authorizationType === 'AWS_IAM' ? undefined : authorizerId;
  return present({
    ...rest,
    authorizerId: text(change.authorizerId) ?? kept,
    authorizationScopes: scopes?.length ? [...scopes] : undefined,
  });
}

const constraintsOf = (parameters: ParameterConstraints): Entries<{ readonly required?: boolean }> =>
  Object.fromEntries(Object.entries(parameters).map(([name, { required }]) => [name, present({ required })]));

/** What must hold after every create and update. */
function withRoute(api: Api, route: Route): Api {
  const { routeId, routeKey, apiKeyRequired, target } = route;
  const isHttp = api.protocolType === 'HTTP';
  checkRouteKey(api.protocolType, routeKey);
  if (isHttp && apiKeyRequired) throw badRequest('ApiKeyRequired is not currently supported for HTTP APIs.');
  checkAuthorization(api, route);
  if (target !== undefined) {
    const [, integrationId] = /^integrations\/([A-Za-z0-9]+)$/.exec(target) ?? [];
    if (integrationId === undefined)
      throw badRequest(
        'Unexpected or malformed target in route. Correct format should be integrations/<integration_id>.',
      );
    if (!hasEntry(api.integrations, integrationId)) throw invalidIntegration(integrationId);
  }
  for (const other of Object.values(api.routes))
    if (other.routeKey === routeKey && other.routeId !== routeId)
      throw conflict(`Route with key ${routeKey} already exists for this API`);
  return { ...api, routes: withEntry(api.routes, routeId, route) };
}

function checkAuthorization(api: Api, route: Route): void {
  const { authorizationType, authorizationScopes = [], authorizerId = '', routeKey } = route;
  if (authorizationScopes.length > 0 && authorizationType !== 'JWT')
    throw badRequest('Authorization Scopes are only valid for COGNITO_USER_POOLS and JWT authorization type');
  if (authorizationScopes.length > scopesMax)
    throw badRequest(`A route can have at most ${scopesMax} authorization scopes`);
  for (const scope of authorizationScopes) checkLength('authorizationScopes', scope, 1, scopeMax);
  if (api.protocolType === 'WEBSOCKET' && authorizationType !== 'NONE' && routeKey !== '$connect')
    throw badRequest('Currently, authorization is restricted to the $connect route only');
  const authorizer = entryOf(api.authorizers, authorizerId);
  if (authorizationType === 'JWT' && authorizer?.authorizerType !== 'JWT')
    throw badRequest(
      'Invalid authorizer ID specified. Setting the authorization type to JWT requires a valid JWT authorizer.',
    );
  if (authorizationType === 'CUSTOM' && authorizer?.authorizerType !== 'REQUEST')
    throw badRequest(
      'Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.',
    );
}

/** The integration stays. @throws NotFoundException */
export function deleteRoute(api: Api, routeId: string): Api {
  routeOf(api, routeId);
  return { ...api, routes: withoutEntry(api.routes, routeId) };
}

/** @throws NotFoundException */
export function deleteRequestParameter(api: Api, routeId: string, name: string): Api {
  const route = routeOf(api, routeId);
  if (!hasEntry(route.requestParameters, name)) throw notFound(`Invalid request parameter key specified ${name}`);
  return {
    ...api,
    routes: withEntry(api.routes, routeId, {
      ...route,
      requestParameters: withoutEntry(route.requestParameters, name),
    }),
  };
}

// Route responses.

interface RouteResponseSettings {
  readonly modelSelectionExpression?: string | undefined;
  readonly responseModels?: Strings | undefined;
  readonly responseParameters?: ParameterConstraints | undefined;
}

export interface NewRouteResponse extends RouteResponseSettings {
  readonly routeResponseKey: string;
}

export interface RouteResponseUpdate extends RouteResponseSettings {
  readonly routeResponseKey?: string | undefined;
}

/** @throws NotFoundException for the route or its response */
export function routeResponseOf(api: Api, routeId: string, routeResponseId: string): RouteResponse {
  const response = entryOf(routeOf(api, routeId).routeResponses, routeResponseId);
  if (response === undefined) throw invalidRouteResponse(routeResponseId);
  return response;
}

/** @throws ServiceError */
export function createRouteResponse(api: Api, routeId: string, input: NewRouteResponse, id: string): Api {
  if (api.protocolType === 'HTTP')
    throw badRequest('RouteResponses are currently not supported for this API protocol type.');
  return withRouteResponse(
    api,
    routeId,
    present({
      routeResponseId: id,
      routeResponseKey: input.routeResponseKey,
      modelSelectionExpression: text(input.modelSelectionExpression),
      responseModels: input.responseModels,
      responseParameters: input.responseParameters && constraintsOf(input.responseParameters),
    }),
  );
}

/** @throws ServiceError */
export function updateRouteResponse(
  api: Api,
  routeId: string,
  id: string,
  { responseParameters, ...change }: RouteResponseUpdate,
): Api {
  const before = routeResponseOf(api, routeId, id);
  return withRouteResponse(
    api,
    routeId,
    merged(before, {
      ...change,
      routeResponseKey: text(change.routeResponseKey),
      responseParameters: responseParameters && { ...before.responseParameters, ...constraintsOf(responseParameters) },
    }),
  );
}

function withRouteResponse(api: Api, routeId: string, response: RouteResponse): Api {
  const route = routeOf(api, routeId);
  if (response.routeResponseKey !== defaultRouteKey)
    throw badRequest('Currently, only $default is supported as a RouteResponseKey.');
  for (const other of Object.values(route.routeResponses))
    if (other.routeResponseId !== response.routeResponseId)
      throw conflict(`Route response with key ${response.routeResponseKey} already exists for this Route`);
  const routeResponses = withEntry(route.routeResponses, response.routeResponseId, response);
  return { ...api, routes: withEntry(api.routes, routeId, { ...route, routeResponses }) };
}

/** @throws NotFoundException */
export function deleteRouteResponse(api: Api, routeId: string, id: string): Api {
  routeResponseOf(api, routeId, id);
  const route = routeOf(api, routeId);
  const routeResponses = withoutEntry(route.routeResponses, id);
  return { ...api, routes: withEntry(api.routes, routeId, { ...route, routeResponses }) };
}
