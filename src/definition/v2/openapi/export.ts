/**
 * ExportApi: an HTTP API as an OpenAPI 3.0 document, as it is configured or as it is deployed to a stage. What is
 * exported with extensions and imported again is the same API, but for identifiers and descriptions of integrations.
 * Source: exports recorded by others; Amazon API Gateway Developer Guide, "Export HTTP APIs".
 */
import { stringify } from 'yaml';
import type { Api, ApiAuthorizer, ApiIntegration, Route } from '../../api.ts';
import { entryOf, present } from '../../entries.ts';
import { badRequest } from '../../errors.ts';
import type { Json, JsonObject } from '../../openapi/document.ts';
import { apiEndpoint } from '../apis.ts';
import { defaultRouteKey, httpRouteKeyOf } from '../route-keys.ts';

export interface HttpExport {
  /** `OAS30` */
  readonly specification: string;
  /** `JSON` or `YAML` */
  readonly outputType: string;
  /** `1.0` unless absent */
  readonly exportVersion?: string | undefined;
  readonly includeExtensions?: boolean | undefined;
  readonly stageName?: string | undefined;
}

/** @throws BadRequestException */
export function exportHttpApi(api: Api, request: HttpExport): string {
  const { specification, outputType, exportVersion = '1.0', includeExtensions = true, stageName } = request;
  if (api.protocolType !== 'HTTP') throw badRequest('Export is not supported for WEBSOCKET protocolType');
  if (specification !== 'OAS30')
    throw badRequest(`Invalid specification specified: '${specification.slice(0, 128)}'. Valid options are OAS30`);
  if (exportVersion !== '1.0')
    throw badRequest(`Invalid export version specified: '${exportVersion.slice(0, 128)}'. Valid options are 1.0`);
  const type = outputType.toUpperCase();
  if (type !== 'JSON' && type !== 'YAML')
    throw badRequest(`Invalid output type specified: '${outputType.slice(0, 128)}'. Valid options are JSON,YAML`);
  const document = documentOf(api, stageName, includeExtensions);
  return type === 'JSON'
    ? JSON.stringify(document, undefined, 2)
    : stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 });
}

function documentOf(api: Api, stageName: string | undefined, extensions: boolean): JsonObject {
  const { name, description, version, corsConfiguration, tags } = api;
  const shared = sharedIntegrations(api);
  const components = present({
    securitySchemes: nonEmpty(
      Object.fromEntries(
        Object.values(api.authorizers).map((authorizer) => [authorizer.name, schemeOf(authorizer, extensions)]),
      ),
    ),
    'x-amazon-apigateway-integrations': extensions ? nonEmpty(Object.fromEntries(shared.values())) : undefined,
  });
  return present({
    openapi: '3.0.1',
    info: present({ title: name, description, version: version ?? creationTime(api.createdAtMs) }),
    servers: [serverOf(api, stageName, extensions)],
    tags: extensions
      ? nonEmptyList(
          Object.entries(tags).map(([key, value]) => ({ name: key, 'x-amazon-apigateway-tag-value': value })),
        )
      : undefined,
    paths: pathsOf(api, shared, extensions),
    components: nonEmpty(components),
    'x-amazon-apigateway-cors': extensions ? corsConfiguration && corsOf(corsConfiguration) : undefined,
    'x-amazon-apigateway-importexport-version': extensions ? '1.0' : undefined,
  });
}

const nonEmpty = (members: JsonObject): JsonObject | undefined =>
  Object.keys(members).length === 0 ? undefined : members;
const nonEmptyList = (items: readonly Json[]): readonly Json[] | undefined => (items.length === 0 ? undefined : items);

/** `2026-03-04 12:56:53UTC` */
const creationTime = (ms: number): string =>
  new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'UTC');

const serverOf = (api: Api, stageName: string | undefined, extensions: boolean): JsonObject =>
  present({
    url: `${apiEndpoint(api)}/{basePath}`,
    variables: { basePath: { default: stageName === undefined || stageName === defaultRouteKey ? '' : stageName } },
    'x-amazon-apigateway-endpoint-configuration':
      extensions && api.disableExecuteApiEndpoint ? { disableExecuteApiEndpoint: true } : undefined,
  });

const corsOf = ({ allowCredentials = false, ...cors }: NonNullable<Api['corsConfiguration']>): JsonObject =>
  present({
    allowMethods: cors.allowMethods?.toSorted(),
    allowHeaders: cors.allowHeaders?.toSorted(),
    exposeHeaders: cors.exposeHeaders,
    maxAge: cors.maxAge,
    allowCredentials,
    allowOrigins: cors.allowOrigins,
  });

/** Integrations of several routes: by identifier, the name they are referred to by and what they are. */
type Shared = ReadonlyMap<string, readonly [name: string, integration: JsonObject]>;

function sharedIntegrations(api: Api): Shared {
  const uses = new Map<string, number>();
  for (const route of Object.values(api.routes)) {
    const id = integrationIdOf(route);
    uses.set(id, (uses.get(id) ?? 0) + 1);
  }
  return new Map(
    Object.values(api.integrations)
      .filter(({ integrationId }) => (uses.get(integrationId) ?? 0) > 1)
      .map((integration) => [
        integration.integrationId,
        [`integration-${integration.integrationId}`, integrationObject(integration)],
      ]),
  );
}

const integrationIdOf = ({ target = '' }: Route): string => target.replace('integrations/', '');

function pathsOf(api: Api, shared: Shared, extensions: boolean): JsonObject {
  const paths = new Map<string, [string, JsonObject][]>();
  for (const route of Object.values(api.routes)) {
    const { method = 'ANY', path = `/${defaultRouteKey}` } = httpRouteKeyOf(route.routeKey) ?? {};
    if (method === 'ANY' && !extensions) continue;
    const name = method === 'ANY' ? 'x-amazon-apigateway-any-method' : method.toLowerCase();
    const operations = paths.get(path) ?? [];
    operations.push([name, operationOf(api, route, shared, extensions)]);
    paths.set(path, operations);
  }
  return Object.fromEntries(
    [...paths]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, operations]) => {
        const parameters = parametersOf(path);
        const item = { ...Object.fromEntries(operations), ...(parameters.length > 0 && { parameters }) };
        return [path, item];
      }),
  );
}

const parametersOf = (path: string): JsonObject[] =>
  [...path.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    description: `Generated path parameter for ${name}`,
    required: true,
    schema: { type: 'string' },
  }));

function operationOf(api: Api, route: Route, shared: Shared, extensions: boolean): JsonObject {
  const { routeKey, operationName, authorizationType, authorizerId = '', authorizationScopes = [] } = route;
  const integration = entryOf(api.integrations, integrationIdOf(route));
  const [name] = shared.get(integration?.integrationId ?? '') ?? [];
  const authorizer =
    authorizationType === 'JWT' || authorizationType === 'CUSTOM' ? entryOf(api.authorizers, authorizerId) : undefined;
  const written =
    name === undefined
      ? integration && integrationObject(integration)
      : { $ref: `#/components/x-amazon-apigateway-integrations/${name}` };
  return present({
    operationId: operationName,
    responses: { default: { description: `Default response for ${routeKey}` } },
    security: authorizer && [{ [authorizer.name]: [...authorizationScopes] }],
    isDefaultRoute: extensions && routeKey === defaultRouteKey ? true : undefined,
    'x-amazon-apigateway-auth': extensions && authorizationType === 'AWS_IAM' ? { type: 'AWS_IAM' } : undefined,
    'x-amazon-apigateway-integration': extensions ? written : undefined,
  });
}

const timeoutDefaultMs = 30_000;

function integrationObject(integration: ApiIntegration): JsonObject {
  const { integrationType, timeoutInMillis, tlsConfig } = integration;
  return present({
    requestParameters: integration.requestParameters,
    responseParameters: integration.responseParameters,
    payloadFormatVersion: integration.payloadFormatVersion,
    type: integrationType.toLowerCase(),
    integrationSubtype: integration.integrationSubtype,
    httpMethod: integration.integrationMethod,
    uri: integration.integrationUri,
    connectionId: integration.connectionId,
    connectionType: integration.connectionType,
    credentials: integration.credentialsArn,
    timeoutInMillis: timeoutInMillis === timeoutDefaultMs ? undefined : timeoutInMillis,
    tlsConfig: tlsConfig && { serverNameToVerify: tlsConfig.serverNameToVerify ?? '' },
  });
}

function schemeOf(authorizer: ApiAuthorizer, extensions: boolean): JsonObject {
  const { authorizerType, identitySource, jwtConfiguration } = authorizer;
  const isJwt = authorizerType === 'JWT';
  const [, place, name = 'Unused'] = /^\$request\.(header|querystring)\.(.+)$/.exec(identitySource[0] ?? '') ?? [];
  const described: JsonObject = isJwt
    ? { type: 'oauth2', flows: {} }
    : { type: 'apiKey', name, in: place === 'querystring' ? 'query' : 'header' };
  if (!extensions) return described;
  return {
    ...described,
    'x-amazon-apigateway-authorizer': present({
      identitySource: identitySource.length > 0 ? identitySource.join(',') : undefined,
      authorizerUri: authorizer.authorizerUri,
      authorizerCredentials: authorizer.authorizerCredentialsArn,
      authorizerPayloadFormatVersion: authorizer.authorizerPayloadFormatVersion,
      authorizerResultTtlInSeconds: authorizer.authorizerResultTtlInSeconds,
      enableSimpleResponses: authorizer.enableSimpleResponses,
      identityValidationExpression: authorizer.identityValidationExpression,
      jwtConfiguration:
        jwtConfiguration && present({ audience: jwtConfiguration.audience, issuer: jwtConfiguration.issuer }),
      type: authorizerType.toLowerCase(),
    }),
  };
}
