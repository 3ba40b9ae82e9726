/**
 * Authorizers of HTTP and WebSocket APIs. Whether an issuer can be reached is for the caller to find out.
 * Source: Amazon API Gateway V2 API Reference, "Authorizers"; texts are those that AWS is known to give. A deliberate
 * difference: issuers may be reached without TLS, as they are on a laptop and in CI.
 */
import type { Api, ApiAuthorizer } from '../api.ts';
import { entryOf, present, withEntry, withoutEntry } from '../entries.ts';
import { badRequest, conflict, notFound, type ServiceError } from '../errors.ts';
import { text } from '../patch.ts';
import { checkLengths } from './lengths.ts';
import { merged } from './merges.ts';

export const invalidAuthorizer = (id: string): ServiceError =>
  notFound(`Invalid Authorizer identifier specified ${id}`);

/** @throws NotFoundException */
export function authorizerOf(api: Api, authorizerId: string): ApiAuthorizer {
  const authorizer = entryOf(api.authorizers, authorizerId);
  if (authorizer === undefined) throw invalidAuthorizer(authorizerId);
  return authorizer;
}

interface AuthorizerSettings {
  readonly authorizerCredentialsArn?: string | undefined;
  readonly authorizerPayloadFormatVersion?: string | undefined;
  readonly authorizerResultTtlInSeconds?: number | undefined;
  readonly authorizerUri?: string | undefined;
  readonly enableSimpleResponses?: boolean | undefined;
  readonly identityValidationExpression?: string | undefined;
  readonly jwtConfiguration?:
    | { readonly audience?: readonly string[] | undefined; readonly issuer?: string | undefined }
    | undefined;
}

export interface NewApiAuthorizer extends AuthorizerSettings {
  readonly name: string;
  readonly authorizerType: ApiAuthorizer['authorizerType'];
  readonly identitySource: readonly string[];
}

export interface ApiAuthorizerUpdate extends AuthorizerSettings {
  readonly name?: string | undefined;
  readonly authorizerType?: ApiAuthorizer['authorizerType'] | undefined;
  readonly identitySource?: readonly string[] | undefined;
}

const ttlMaxSeconds = 3600;
const ttlDefaultSeconds = 300;
const audiencesMax = 50;
const sourcesMax = 50;
/** No quota of AWS's, but an end. */
const authorizersMax = 1_000;

/** @throws BadRequestException */
export function createAuthorizer(api: Api, input: NewApiAuthorizer, authorizerId: string): Api {
  checkLengths(input);
  return withAuthorizer(
    api,
    present({
      authorizerId,
      name: input.name,
      authorizerType: input.authorizerType,
      identitySource: [...input.identitySource],
      authorizerUri: input.authorizerUri,
      authorizerCredentialsArn: text(input.authorizerCredentialsArn),
      authorizerPayloadFormatVersion: input.authorizerPayloadFormatVersion,
      authorizerResultTtlInSeconds: input.authorizerResultTtlInSeconds,
      enableSimpleResponses: input.enableSimpleResponses,
      identityValidationExpression: text(input.identityValidationExpression),
      jwtConfiguration: jwtOf(input.jwtConfiguration),
    }),
  );
}

/** @throws ServiceError */
export function updateAuthorizer(api: Api, authorizerId: string, change: ApiAuthorizerUpdate): Api {
  const before = authorizerOf(api, authorizerId);
  checkLengths(change, 'empty clears');
  const { jwtConfiguration, identitySource, ...rest } = change;
  return withAuthorizer(
    api,
    merged(before, {
      ...rest,
      identitySource: identitySource && [...identitySource],
      jwtConfiguration: jwtConfiguration && { ...before.jwtConfiguration, ...jwtOf(jwtConfiguration) },
    }),
  );
}

const jwtOf = (input: AuthorizerSettings['jwtConfiguration']): ApiAuthorizer['jwtConfiguration'] =>
  input && present({ audience: input.audience && [...input.audience], issuer: input.issuer });

/** What must hold after every create and update. */
function withAuthorizer(api: Api, authorizer: ApiAuthorizer): Api {
  const { authorizerId, name } = authorizer;
  const settled = api.protocolType === 'WEBSOCKET' ? webSocketAuthorizer(authorizer) : httpAuthorizer(authorizer);
  for (const other of Object.values(api.authorizers))
    if (other.name === name && other.authorizerId !== authorizerId)
      throw badRequest(`Authorizer name must be unique. Authorizer ${name} already exists in this RestApi.`);
  const authorizers = withEntry(api.authorizers, authorizerId, settled);
  if (Object.keys(authorizers).length > authorizersMax)
    throw badRequest(`An API can have at most ${authorizersMax} authorizers`);
  return { ...api, authorizers };
}

const httpAuthorizer = (authorizer: ApiAuthorizer): ApiAuthorizer =>
  authorizer.authorizerType === 'JWT' ? jwtAuthorizer(authorizer) : requestAuthorizer(authorizer);

const httpSource = /^\$(request\.(header|querystring)|context|stageVariables)\.[^\s,]+$/;

function checkSources(sources: readonly string[], form: RegExp, wrong: (source: string) => string): void {
  if (sources.length > sourcesMax) throw badRequest(`An authorizer can have at most ${sourcesMax} identity sources`);
  for (const source of sources) if (source.length > 1024 || !form.test(source)) throw badRequest(wrong(source));
}

const invalidSource = (source: string): string => `Invalid identity source expression: ${source.slice(0, 1024)}`;

/** Members that only Lambda authorizers have are passed over. */
function jwtAuthorizer(authorizer: ApiAuthorizer): ApiAuthorizer {
  const { authorizerId, name, authorizerType, identitySource, jwtConfiguration, identityValidationExpression } =
    authorizer;
  if (jwtConfiguration === undefined) throw badRequest('JwtConfiguration must not be null for JWT Authorizer');
  const { issuer = '', audience = [] } = jwtConfiguration;
  if (!isIssuer(issuer)) throw badRequest('Invalid issuer: Issuer is not a valid URL for JWT Authorizer');
  if (audience.length === 0) throw badRequest('Audience must not be empty for JWT Authorizer');
  if (audience.length > audiencesMax || audience.some((each) => each === '' || each.length > 1024))
    throw badRequest(
      `Invalid audience: A JWT Authorizer can have at most ${audiencesMax} audiences of 1 to 1024 characters`,
    );
  if (identitySource.length !== 1) throw badRequest('Exactly one identity source must be set for JWT Authorizer');
  checkSources(identitySource, /^\$request\.(header|querystring)\.[^\s,]+$/, invalidSource);
  return present({
    authorizerId,
    name,
    authorizerType,
    identitySource,
    jwtConfiguration,
    identityValidationExpression,
  });
}

function isIssuer(issuer: string): boolean {
  const url = URL.parse(issuer);
  return issuer.length <= 2048 && url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '';
}

function requestAuthorizer(authorizer: ApiAuthorizer): ApiAuthorizer {
  const { jwtConfiguration: _unused, ...own } = authorizer;
  const { identitySource, authorizerPayloadFormatVersion: version, enableSimpleResponses = false } = own;
  const { authorizerResultTtlInSeconds: ttl = identitySource.length > 0 ? ttlDefaultSeconds : 0 } = own;
  checkUri(own.authorizerUri);
  if (version === undefined)
    throw badRequest('AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer');
  if (version !== '1.0' && version !== '2.0')
    throw badRequest(`Unsupported AuthorizerPayloadFormatVersion: ${version}`);
  if (enableSimpleResponses && version !== '2.0')
    throw badRequest('EnableSimpleResponses can only be set for AuthorizerPayloadFormatVersion "2.0".');
  checkSources(identitySource, httpSource, invalidSource);
  if (!Number.isInteger(ttl) || ttl < 0 || ttl > ttlMaxSeconds)
    throw badRequest(
      `Authorizer result TTL outside allowable range. TTL must be between 0 and ${ttlMaxSeconds} seconds.`,
    );
  if (ttl > 0 && identitySource.length === 0)
    throw badRequest('Identity source must be set if authorizer caching is enabled (TTL is greater than 0)');
  return { ...own, authorizerResultTtlInSeconds: ttl, enableSimpleResponses };
}

function checkUri(uri: string | undefined): void {
  if (uri === undefined) throw badRequest('AuthorizerUri is a required field in an Authorizer');
  if (!/^arn:[^:]+:apigateway:[^:]*:lambda:path\/.+\/functions\/.+\/invocations$/.test(uri))
    throw badRequest(
      `Invalid Authorizer URI: ${uri}. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.`,
    );
}

const httpOnly = {
  authorizerResultTtlInSeconds: 'AuthorizerResultTtlInSeconds',
  authorizerPayloadFormatVersion: 'AuthorizerPayloadFormatVersion',
  enableSimpleResponses: 'EnableSimpleResponses',
  jwtConfiguration: 'JwtConfiguration',
} as const satisfies Partial<Record<keyof ApiAuthorizer, string>>;

const webSocketSource =
  /^(route\.request\.(querystring|header)\.[a-zA-Z0-9._-]+|stageVariables\.[a-zA-Z0-9._-]+|context\.[a-zA-Z0-9._-]+)$/;

function webSocketAuthorizer(authorizer: ApiAuthorizer): ApiAuthorizer {
  if (authorizer.authorizerType !== 'REQUEST')
    throw badRequest('Invalid authorizer type. Only REQUEST authorizer type is supported on WEBSOCKET protocol Apis.');
  const set = new Set(Object.keys(authorizer));
  for (const [member, name] of Object.entries(httpOnly))
    if (set.has(member)) throw badRequest(`${name} cannot be set for WEBSOCKET protocol Apis.`);
  checkUri(authorizer.authorizerUri);
  checkSources(
    authorizer.identitySource,
    webSocketSource,
    (source) =>
      `Invalid request identity source expression: ${source.slice(0, 1024)}. The sources must be separated by comma, and each source must be either a request parameter, matching 'route.request.querystring|header.[a-zA-Z0-9._-]+', or a stage variable, matching 'stageVariables.[a-zA-Z0-9._-]+', or a context parameter, matching 'context.[a-zA-Z0-9._-]+'`,
  );
  return authorizer;
}

/** @throws NotFoundException, ConflictException while a route uses it */
export function deleteAuthorizer(api: Api, authorizerId: string): Api {
  const { name } = authorizerOf(api, authorizerId);
  const users = Object.values(api.routes).filter((route) => route.authorizerId === authorizerId);
  if (users.length > 0)
    throw conflict(
      `Cannot delete authorizer '${name}', is referenced in route: ${users.map(({ routeKey }) => routeKey).join(', ')}`,
    );
  return { ...api, authorizers: withoutEntry(api.authorizers, authorizerId) };
}

/** What a JWT authorizer of that issuer is refused with when the issuer does not tell its configuration. */
export const unreachableIssuer = (issuer: string): string =>
  `Caught exception when connecting to ${discoveryUrl(issuer)} for issuer ${issuer}. Please try again later. Error: Invalid issuer: ${issuer}. Issuer must have a valid discovery endpoint ended with '/.well-known/openid-configuration'`;

export const discoveryUrl = (issuer: string): string => `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
