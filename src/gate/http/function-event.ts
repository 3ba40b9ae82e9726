/**
 * What functions behind HTTP APIs are called with: events of payload versions 1.0 and 2.0, for integrations and for
 * authorizers. Decides their members and which of them are left out when there is nothing to say.
 * Source: Amazon API Gateway Developer Guide, "AWS Lambda proxy integrations for HTTP APIs"; facts/http-api-integrations.md,
 * recorded events.
 */
import { executeApiArn, methodArn } from '../../access/authorizers/method-arn.ts';
import type { HttpRequestMapping } from '../../mapping/http-parameters.ts';
import type { Exchange } from '../exchange.ts';
import { requestTimeOf } from '../request-time.ts';
import { claimText, fullPath } from './context.ts';
import {
  bodyOf,
  headersByName,
  httpMembers,
  type Json,
  objectOf,
  protocolOf,
  type SeenRequest,
  seenRequest,
  sentMembers,
} from './event-parts.ts';
import { changeHeaders } from './map-headers.ts';
import { boundValues, mappedPath } from './map-request.ts';
import { mappedQuery, parsedQuery } from './query.ts';
import type { HttpState } from './state.ts';

/** The client's own request. */
export const seenAsSent = (x: Exchange): SeenRequest => seenRequest(x, endsAtMapping(x) ? '' : (fullPath(x) ?? '/'));

/** Recorded: a request for exactly the mapping of a custom domain name, `/v1`, has no path, where no stage stands in it. */
const endsAtMapping = ({ basePath, http, path, pathStart }: Exchange): boolean =>
  basePath !== null &&
  basePath !== '' &&
  http?.stage.stageName === '$default' &&
  path.length === pathStart + 1 + basePath.length;

/** @returns undefined when a mapped header can not be one */
export function mappedSeen(mapping: HttpRequestMapping): (x: Exchange) => SeenRequest | undefined {
  const valueFor = boundValues(mapping);
  const path = mappedPath(mapping);
  return (x) => {
    const seen = seenAsSent(x);
    const headers = [...seen.headers];
    if (changeHeaders(headers, mapping.header, (rule) => valueFor(rule)(x)) !== undefined) return undefined;
    return {
      headers,
      query: mappedQuery(seen.query, mapping.querystring, (rule) => valueFor(rule)(x)),
      path: path === null ? seen.path : (path(x) ?? ''),
    };
  };
}

const last = (values: readonly string[]): string => values.at(-1) ?? '';
const all = (values: readonly string[]): readonly string[] => values;

const pathParameters = (x: Exchange, http: HttpState): Json | null =>
  objectOf(
    (http.route?.variableNames ?? []).map((name, index): [string, string] => [name, x.pathValues[index] ?? '']),
    (value) => value,
  );

const stageVariables = ({ stage }: HttpState): Json | null =>
  objectOf(Object.entries(stage.variables), (value) => value);

const routeKeyOf = (http: HttpState): string => http.route?.routeKey ?? '$default';

/** The event of payload version 2.0 for an integration. */
export function eventV2(x: Exchange, http: HttpState, seen: SeenRequest): Json {
  const { text, isBase64 } = bodyOf(x);
  const event = requestV2(x, http, seen);
  const authorizer = authorizerV2(http);
  if (authorizer !== undefined) event.requestContext = withAuthorizer(event.requestContext, authorizer);
  if (text !== null) event.body = text;
  event.isBase64Encoded = isBase64;
  return event;
}

const withAuthorizer = (context: unknown, authorizer: unknown): unknown => {
  const { accountId, apiId, ...rest } = isJson(context) ? context : {};
  return { accountId, apiId, authorizer, ...rest };
};

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** What both integrations and authorizers are told. */
function requestV2(x: Exchange, http: HttpState, seen: SeenRequest): Json {
  const variables = pathParameters(x, http);
  const stage = stageVariables(http);
  const { stage: plan } = http;
  return {
    version: '2.0',
    routeKey: routeKeyOf(http),
    ...sentMembers(seen),
    requestContext: {
      accountId: plan.accountId,
      apiId: plan.apiId,
      domainName: x.host,
      domainPrefix: x.host.split('.', 1)[0],
      http: httpMembers(x, seen.path),
      requestId: x.extendedRequestId,
      routeKey: routeKeyOf(http),
      stage: plan.stageName,
      time: requestTimeOf(x.receivedAtMs),
      timeEpoch: x.receivedAtMs,
    },
    ...(variables !== null && { pathParameters: variables }),
    ...(stage !== null && { stageVariables: stage }),
  };
}

function authorizerV2({ token, authorizerContext, route }: HttpState): unknown {
  if (token !== null) return { jwt: { claims: claimsOf(token.claims), scopes: scopesOf(route, token.scopes) } };
  if (authorizerContext !== null) {
    const { values } = authorizerContext;
    return { lambda: Object.keys(values).length === 0 ? null : values };
  }
  return undefined;
}

const scopesOf = (route: HttpState['route'], scopes: readonly string[]): readonly string[] | null =>
  route === null || route.scopes.length === 0 ? null : scopes;

function claimsOf(claims: Readonly<Record<string, unknown>>): Json {
  const texts: Json = Object.create(null);
  for (const [name, value] of Object.entries(claims)) {
    const text = claimText(value);
    if (text !== undefined) texts[name] = text;
  }
  return texts;
}

/** The event of payload version 1.0 for an integration. */
export function eventV1(x: Exchange, http: HttpState, seen: SeenRequest): Json {
  const { text, isBase64 } = bodyOf(x);
  const headers = [...spelt(headersByName(seen.headers))];
  const query = parsedQuery(seen.query);
  const resource = resourceOf(http);
  return {
    version: '1.0',
    resource,
    path: pathV1(x, seen),
    httpMethod: x.method,
    headers: objectOf(headers, last),
    multiValueHeaders: objectOf(headers, all),
    queryStringParameters: objectOf(query, last),
    multiValueQueryStringParameters: objectOf(query, all),
    requestContext: {
      accountId: http.stage.accountId,
      apiId: http.stage.apiId,
      ...authorizerV1(http),
      domainName: x.host,
      domainPrefix: x.host.split('.', 1)[0],
      extendedRequestId: x.extendedRequestId,
      httpMethod: x.method,
      identity: {
        accessKey: null,
        accountId: null,
        caller: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: x.sourceIp,
        user: null,
        userAgent: x.header('user-agent') ?? '',
        userArn: null,
      },
      path: seen.path,
      protocol: protocolOf(x),
      requestId: x.extendedRequestId,
      requestTime: requestTimeOf(x.receivedAtMs),
      requestTimeEpoch: x.receivedAtMs,
      resourceId: routeKeyOf(http),
      resourcePath: resource,
      stage: http.stage.stageName,
    },
    pathParameters: pathParameters(x, http),
    stageVariables: stageVariables(http),
    body: text,
    isBase64Encoded: isBase64,
  };
}

/** Path of the route's key: `/users/{id}`, or `$default`. */
const resourceOf = (http: HttpState): string => routeKeyOf(http).replace(/^[A-Z]+ /, '');

/** As it was sent, unless it has been mapped: percent-encoded, with the base path of a custom domain name. */
const pathV1 = (x: Exchange, seen: SeenRequest): string => (seen.path === fullPath(x) ? x.contextPath : seen.path);

function authorizerV1({ token, authorizerContext, route }: HttpState): Json {
  if (token !== null) return { authorizer: { claims: claimsOf(token.claims), scopes: scopesOf(route, token.scopes) } };
  if (authorizerContext === null) return {};
  const { principalId, values } = authorizerContext;
  return { authorizer: { ...values, ...(principalId !== undefined && { principalId }) } };
}

/** Headers of version 1.0 are spelt the usual way. */
function* spelt(headers: ReadonlyMap<string, string[]>): Generator<[string, string[]]> {
  for (const [name, values] of headers) yield [usualSpelling(name), values];
}

/** `x-forwarded-for` is `X-Forwarded-For`; a few have capitals elsewhere. */
function usualSpelling(lowerCaseName: string): string {
  const unusual = spellings.get(lowerCaseName);
  if (unusual !== undefined) return unusual;
  return lowerCaseName.replaceAll(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}

const spellings: ReadonlyMap<string, string> = new Map([
  ['content-md5', 'Content-MD5'],
  ['dnt', 'DNT'],
  ['etag', 'ETag'],
  ['te', 'TE'],
  ['www-authenticate', 'WWW-Authenticate'],
]);

/** ARN of what is called, by the request's own method and path. */
export function routeArn(x: Exchange, { stage, path }: HttpState): string {
  const { region, accountId, apiId, stageName } = stage;
  return methodArn(executeApiArn(region, accountId, apiId, stageName), x.method, path);
}

/** @param identity values of the identity sources; empty when none are configured */
export function authorizerEventV2(x: Exchange, http: HttpState, identity: readonly string[]): Json {
  const { version, ...rest } = requestV2(x, http, seenAsSent(x));
  return {
    version,
    type: 'REQUEST',
    routeArn: routeArn(x, http),
    identitySource: identity.length === 0 ? null : identity,
    ...rest,
  };
}

export function authorizerEventV1(x: Exchange, http: HttpState, identity: readonly string[]): Json {
  const {
    body: _,
    isBase64Encoded: __,
    multiValueHeaders: ___,
    multiValueQueryStringParameters: ____,
    ...event
  } = eventV1(x, http, seenAsSent(x));
  const { version, ...rest } = event;
  const source = identity.join(',');
  return {
    version,
    type: 'REQUEST',
    methodArn: routeArn(x, http),
    identitySource: source,
    authorizationToken: source,
    ...rest,
    queryStringParameters: event.queryStringParameters ?? {},
    pathParameters: event.pathParameters ?? {},
    stageVariables: event.stageVariables ?? {},
  };
}
