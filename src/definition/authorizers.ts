/**
 * Authorizers: who decides whether a request may pass. Source: API reference, CreateAuthorizer and "Patch
 * operations"; texts are recorded answers and those that AWS is known to give.
 */
import { entryOf, present, withEntry, withoutEntry } from './entries.ts';
import { badRequest, conflict, notFound, type ServiceError } from './errors.ts';
import { parseJwtConfiguration, readJwtConfiguration } from './jwt-configuration.ts';
import { applyPatch, type PatchOperation, patchTable, refuseListing, required, set, text, word } from './patch.ts';
import { methodsOf } from './resources.ts';
import type { Authorizer, RestApi } from './rest-api.ts';

export const authorizerTypes = ['TOKEN', 'REQUEST', 'COGNITO_USER_POOLS', 'JWT'] as const;

/** What methods call the authorization that an authorizer gives. */
export const authorizationOf = ({ type }: Authorizer): 'CUSTOM' | 'COGNITO_USER_POOLS' | 'JWT' =>
  type === 'TOKEN' || type === 'REQUEST' ? 'CUSTOM' : type;

export const invalidAuthorizer = (): ServiceError => notFound('Invalid Authorizer identifier specified');

/** @throws NotFoundException */
export function authorizerOf(api: RestApi, id: string): Authorizer {
  const authorizer = entryOf(api.authorizers, id);
  if (authorizer === undefined) throw invalidAuthorizer();
  return authorizer;
}

export interface NewAuthorizer {
  readonly name: string;
  readonly type: Authorizer['type'];
  readonly providerARNs?: readonly string[] | undefined;
  readonly authType?: string | undefined;
  readonly authorizerUri?: string | undefined;
  readonly authorizerCredentials?: string | undefined;
  readonly identitySource?: string | undefined;
  readonly identityValidationExpression?: string | undefined;
  readonly authorizerResultTtlInSeconds?: number | undefined;
  /** Read where it is used: it comes from inputs, patches and documents. */
  readonly jwtConfiguration?: unknown;
}

const ttlMaxSeconds = 3600;
const blankName = 'Authorizer name must be non-empty';
const invalidTtl = `Invalid authorizer result TTL specified, must be between 0 and ${ttlMaxSeconds}`;

/** @throws BadRequestException, ConflictException */
export function createAuthorizer(api: RestApi, input: NewAuthorizer, id: string): RestApi {
  return withAuthorizer(
    api,
    present({
      id,
      name: input.name,
      type: input.type,
      providerARNs: input.providerARNs?.length ? [...new Set(input.providerARNs)] : undefined,
      authType: text(input.authType) ?? usualAuthType[input.type],
      authorizerUri: text(input.authorizerUri),
      authorizerCredentials: text(input.authorizerCredentials),
      identitySource:
        text(input.identitySource) ?? (hasUsualSource(input.type) ? 'method.request.header.Authorization' : undefined),
      identityValidationExpression: text(input.identityValidationExpression),
      authorizerResultTtlInSeconds: input.authorizerResultTtlInSeconds,
      jwtConfiguration: input.jwtConfiguration == null ? undefined : readJwtConfiguration(input.jwtConfiguration),
    }),
  );
}

const usualAuthType: Readonly<Record<Authorizer['type'], string | undefined>> = {
  TOKEN: 'custom',
  REQUEST: 'custom',
  COGNITO_USER_POOLS: 'cognito_user_pools',
  JWT: undefined,
};

/** JWT authorizers must say where the token is. */
const hasUsualSource = (type: Authorizer['type']): boolean => type === 'TOKEN' || type === 'COGNITO_USER_POOLS';

/** What must hold after every create and update. */
function withAuthorizer(api: RestApi, authorizer: Authorizer): RestApi {
  const { id, name, type, providerARNs = [], authorizerUri = '', authorizerResultTtlInSeconds: ttl } = authorizer;
  if (name === '') throw badRequest(blankName);
  for (const other of Object.values(api.authorizers))
    if (other.id !== id && other.name === name)
      throw conflict(`Authorizer name must be unique. Authorizer ${name} already exists in this RestApi.`);
  if (type !== 'JWT' && authorizer.jwtConfiguration !== undefined)
    throw badRequest(`jwtConfiguration is not supported for ${type} authorizers`);
  if (type === 'JWT') checkJwt(authorizer);
  else if (type === 'COGNITO_USER_POOLS') {
    if (providerARNs.length === 0 || !providerARNs.every((arn) => /^arn:[^:]+:cognito-idp:/.test(arn)))
      throw badRequest('Invalid Provider ARN specified: COGNITO_USER_POOLS authorizers need ARNs of user pools');
  } else if (!/^arn:[^:]+:apigateway:[^:]*:lambda:path\//.test(authorizerUri))
    throw badRequest(
      `Invalid Authorizer URI: ${authorizerUri}. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.`,
    );
  if (ttl !== undefined && !(Number.isInteger(ttl) && ttl >= 0 && ttl <= ttlMaxSeconds)) throw badRequest(invalidTtl);
  if (type === 'REQUEST' && authorizer.identitySource === undefined && ttl !== undefined && ttl > 0)
    throw badRequest('Identity source must be specified when caching is enabled for a REQUEST authorizer');
  return { ...api, authorizers: withEntry(api.authorizers, id, authorizer) };
}

const notOfJwt = [
  'providerARNs',
  'authorizerUri',
  'authorizerCredentials',
  'authorizerResultTtlInSeconds',
  'identityValidationExpression',
] as const;

function checkJwt(authorizer: Authorizer): void {
  for (const name of notOfJwt)
    if (authorizer[name] !== undefined) throw badRequest(`${name} is not supported for JWT authorizers`);
  if (!/^method\.request\.header\.[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(authorizer.identitySource ?? ''))
    throw badRequest(
      'Invalid identity source: a JWT authorizer requires a single request header, method.request.header.<name>',
    );
  if (authorizer.jwtConfiguration === undefined) throw badRequest('jwtConfiguration is required for JWT authorizers');
}

/** What only the other kind has goes with the type. */
function withType(authorizer: Authorizer, type: Authorizer['type']): Authorizer {
  const { jwtConfiguration, ...others } = authorizer;
  if (type !== 'JWT') return { ...others, type };
  const { id, name, authType, identitySource } = authorizer;
  return present({ id, name, type, authType, identitySource, jwtConfiguration });
}

const noSuchArn = 'Invalid Provider ARN specified';

const withSource = ({ identitySource, ...authorizer }: Authorizer, sources: readonly string[]): Authorizer =>
  present({ ...authorizer, identitySource: text(sources.join(',')) });

const sourcesOf = ({ identitySource }: Authorizer): string[] => identitySource?.split(',').map((s) => s.trim()) ?? [];

const readType = word(
  authorizerTypes,
  `Invalid authorizer type specified. Valid options are ${authorizerTypes.join(',')}`,
);

const table = patchTable<Authorizer>(refuseListing, [
  { path: '/authorizerUri', replace: set('authorizerUri', text) },
  { path: '/authorizerCredentials', replace: set('authorizerCredentials', text) },
  {
    path: '/authorizerResultTtlInSeconds',
    replace: set('authorizerResultTtlInSeconds', (value) => {
      if (text(value) === undefined) return undefined;
      if (!/^\d{1,9}$/.test(value ?? '')) throw badRequest(invalidTtl);
      return Number(value);
    }),
  },
  { path: '/authType', replace: set('authType', text) },
  {
    path: '/identitySource',
    add: (authorizer, { value = '' }) => withSource(authorizer, [...new Set([...sourcesOf(authorizer), value])]),
    replace: set('identitySource', text),
    remove: (authorizer, { value }) =>
      withSource(authorizer, value === undefined ? [] : sourcesOf(authorizer).filter((source) => source !== value)),
  },
  { path: '/identityValidationExpression', replace: set('identityValidationExpression', text) },
  { path: '/name', replace: set('name', required(blankName)) },
  {
    path: '/providerARNs',
    add: (authorizer, { value }) => ({
      ...authorizer,
      providerARNs: [...new Set([...(authorizer.providerARNs ?? []), required(noSuchArn)(value)])],
    }),
    remove: (authorizer, { value = '' }) => {
      if (!authorizer.providerARNs?.includes(value)) throw notFound(noSuchArn);
      return { ...authorizer, providerARNs: authorizer.providerARNs.filter((arn) => arn !== value) };
    },
  },
  { path: '/jwtConfiguration', replace: set('jwtConfiguration', parseJwtConfiguration) },
  { path: '/type', replace: (authorizer, { value }) => withType(authorizer, readType(value)) },
]);

/** @throws ServiceError */
export const updateAuthorizer = (
  api: RestApi,
  id: string,
  operations: readonly PatchOperation[] | undefined,
): RestApi => withAuthorizer(api, present(applyPatch(table, authorizerOf(api, id), operations)));

/** @throws NotFoundException, ConflictException while a method uses it */
export function deleteAuthorizer(api: RestApi, id: string): RestApi {
  const { name } = authorizerOf(api, id);
  const user = methodsOf(api).find(({ method }) => method.authorizerId === id);
  if (user !== undefined)
    throw conflict(
      `Cannot delete authorizer '${name}', is referenced in method: ${user.method.httpMethod}/${user.path}`,
    );
  return { ...api, authorizers: withoutEntry(api.authorizers, id) };
}
