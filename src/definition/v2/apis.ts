/**
 * HTTP and WebSocket APIs as a whole: what a new one looks like, what an update changes, and which changes have to be
 * deployed before requests see them. Their parts have files of their own.
 * Source: Amazon API Gateway V2 API Reference, "Apis"; texts are those that AWS is known to give.
 */
import type { Api, Cors } from '../api.ts';
import { present } from '../entries.ts';
import { badRequest, notFound, type ServiceError } from '../errors.ts';
import { text } from '../patch.ts';
import type { Strings } from '../rest-api.ts';
import { newTags } from '../tags.ts';
import { corsOf } from './cors.ts';
import { checkLengths } from './lengths.ts';
import { merged } from './merges.ts';

export const invalidApi = (accountId: string, apiId: string): ServiceError =>
  notFound(`Invalid API identifier specified ${accountId}:${apiId}`);

const protocolTypes = ['HTTP', 'WEBSOCKET'] as const;

/** Where an API lives, the time, and its identifier. */
export interface ApiBirth {
  readonly apiId: string;
  readonly accountId: string;
  readonly region: string;
  readonly nowMs: number;
}

/** Members that both a new API and an update have. */
interface ApiSettings {
  readonly apiKeySelectionExpression?: string | undefined;
  readonly corsConfiguration?: { readonly [Name in keyof Cors]?: Cors[Name] | undefined } | undefined;
  readonly description?: string | undefined;
  readonly disableSchemaValidation?: boolean | undefined;
  readonly disableExecuteApiEndpoint?: boolean | undefined;
  readonly ipAddressType?: Api['ipAddressType'] | undefined;
  readonly routeSelectionExpression?: string | undefined;
  readonly version?: string | undefined;
}

export interface NewApi extends ApiSettings {
  readonly name: string;
  readonly protocolType: Api['protocolType'];
  readonly tags?: Strings | undefined;
}

export interface ApiUpdate extends ApiSettings {
  readonly name?: string | undefined;
}

const httpRouteSelection = '$request.method $request.path';
const httpRouteSelections = [httpRouteSelection, `\${request.method} \${request.path}`];
const apiKeyFromHeader = '$request.header.x-api-key';
const apiKeySelections = [apiKeyFromHeader, '$context.authorizer.usageIdentifierKey'];

/** An API without routes. @throws BadRequestException */
export function newApi(input: NewApi, birth: ApiBirth): Api {
  if (input.name === '') throw badRequest('Invalid API name specified');
  if (!protocolTypes.includes(input.protocolType))
    throw badRequest(`Invalid protocol specified. Must be one of [${protocolTypes.join(', ')}]`);
  checkLengths(input);
  const isHttp = input.protocolType === 'HTTP';
  return checked(
    present({
      ...birthOf(birth),
      protocolType: input.protocolType,
      name: input.name,
      description: text(input.description),
      version: input.version,
      routeSelectionExpression: text(input.routeSelectionExpression) ?? (isHttp ? httpRouteSelection : ''),
      apiKeySelectionExpression: text(input.apiKeySelectionExpression) ?? apiKeyFromHeader,
      disableExecuteApiEndpoint: input.disableExecuteApiEndpoint ?? false,
      disableSchemaValidation: input.disableSchemaValidation,
      ipAddressType: input.ipAddressType ?? ('ipv4' as const),
      corsConfiguration: corsIn(input.protocolType, input.corsConfiguration),
      tags: newTags(input.tags),
      routes: {},
      integrations: {},
      authorizers: {},
      models: {},
    }),
  );
}

const birthOf = ({ apiId, accountId, region, nowMs }: ApiBirth) => ({ apiId, accountId, region, createdAtMs: nowMs });

function corsIn(protocolType: Api['protocolType'], input: ApiSettings['corsConfiguration']): Cors | undefined {
  if (input === undefined) return undefined;
  if (protocolType === 'WEBSOCKET') throw badRequest('Cors is not supported for WEBSOCKET protocolType');
  return corsOf(input);
}

function checked(api: Api): Api {
  const { protocolType, routeSelectionExpression, apiKeySelectionExpression } = api;
  if (protocolType === 'HTTP' && !httpRouteSelections.includes(routeSelectionExpression))
    throw badRequest(`Route selection expression is currently limited to "\${request.method} \${request.path}"`);
  if (protocolType === 'WEBSOCKET') {
    if (!/[$/]/.test(routeSelectionExpression)) throw badRequest('Invalid routeSelectionExpression');
    if (!apiKeySelections.includes(apiKeySelectionExpression)) throw badRequest('Invalid apiKeySelectionExpression');
  }
  return api;
}

/** The CORS configuration is replaced as a whole; only DeleteCorsConfiguration takes it away. @throws ServiceError */
export function updateApi(api: Api, { corsConfiguration, ...change }: ApiUpdate): Api {
  checkLengths(change, 'empty clears');
  const { routeSelectionExpression, apiKeySelectionExpression } = change;
  return checked(
    merged(api, {
      ...change,
      // These two cannot be without a value: an empty text is none.
      routeSelectionExpression: text(routeSelectionExpression),
      apiKeySelectionExpression: text(apiKeySelectionExpression),
      corsConfiguration: corsIn(api.protocolType, corsConfiguration),
    }),
  );
}

export function withoutCors(api: Api): Api {
  const { corsConfiguration: _gone, ...rest } = api;
  return rest;
}

/** Host of the default endpoint. */
function executeHost({ apiId, region }: Pick<Api, 'apiId' | 'region'>): string {
  return `${apiId}.execute-api.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

export const apiEndpoint = (api: Api): string =>
  `${api.protocolType === 'HTTP' ? 'https' : 'wss'}://${executeHost(api)}`;

/** Names, descriptions and tags are told to owners only; whatever else changes has to be deployed. */
const undeployed = ['name', 'description', 'version', 'tags', 'importInfo', 'warnings'] as const;

export function needsDeployment(before: Api, after: Api): boolean {
  const told: ReadonlySet<string> = new Set(undeployed);
  return Object.entries({ ...before, ...after }).some(
    ([name]) => !told.has(name) && before[name as keyof Api] !== after[name as keyof Api],
  );
}
