/** Deployed stages of HTTP APIs for tests of the gate, made from as little as a test wants to say. */
import type { Api, ApiAuthorizer, ApiIntegration, Route } from '../src/definition/api.ts';
import type { ApiStage, DeployedApiStage } from '../src/definition/api-stage.ts';

export interface RouteWish extends Partial<Omit<Route, 'routeKey' | 'target'>> {
  /** An address, or an integration; undefined: none. */
  readonly to?: string | Partial<ApiIntegration>;
}

export const httpApiId = 'h1t2t3p4a5';

/** Route key to what it does: `{ 'GET /pets': { to: 'http://127.0.0.1:1234/pets' } }`. */
export function httpApi(
  routes: Readonly<Record<string, RouteWish>>,
  changes: Partial<Omit<Api, 'routes' | 'integrations' | 'authorizers'>> & {
    readonly authorizers?: Readonly<Record<string, Partial<ApiAuthorizer>>>;
  } = {},
): Api {
  const integrations: Record<string, ApiIntegration> = {};
  const made: Record<string, Route> = {};
  Object.entries(routes).forEach(([routeKey, { to, ...route }], index) => {
    const integrationId = `i${index}`;
    const wished = typeof to === 'string' ? { integrationUri: to } : to;
    if (wished !== undefined)
      integrations[integrationId] = {
        integrationId,
        integrationType: 'HTTP_PROXY',
        integrationMethod: 'ANY',
        connectionType: 'INTERNET',
        payloadFormatVersion: '1.0',
        timeoutInMillis: 30_000,
        integrationResponses: {},
        ...wished,
      };
    made[`r${index}`] = {
      routeId: `r${index}`,
      routeKey,
      ...(wished !== undefined && { target: `integrations/${integrationId}` }),
      authorizationType: 'NONE',
      apiKeyRequired: false,
      routeResponses: {},
      ...route,
    };
  });
  const { authorizers = {}, ...rest } = changes;
  return {
    apiId: httpApiId,
    accountId: '000000000000',
    region: 'us-east-1',
    protocolType: 'HTTP',
    name: 'test',
    createdAtMs: 0,
    routeSelectionExpression: '$request.method $request.path',
    apiKeySelectionExpression: '$request.header.x-api-key',
    disableExecuteApiEndpoint: false,
    ipAddressType: 'ipv4',
    tags: {},
    routes: made,
    integrations,
    authorizers: Object.fromEntries(
      Object.entries(authorizers).map(([authorizerId, authorizer]) => [
        authorizerId,
        { authorizerId, name: authorizerId, authorizerType: 'JWT', identitySource: [], ...authorizer },
      ]),
    ),
    models: {},
    ...rest,
  };
}

export function deployedHttpStage(
  api: Api,
  stage: Partial<ApiStage> = {},
  changes: Partial<DeployedApiStage> = {},
): DeployedApiStage {
  return {
    accountId: api.accountId,
    region: api.region,
    apiId: api.apiId,
    protocolType: 'HTTP',
    disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
    deployment: {
      deploymentId: 'd1',
      apiId: api.apiId,
      createdAtMs: 0,
      autoDeployed: true,
      deploymentStatus: 'DEPLOYED',
      api,
    },
    stage: {
      apiId: api.apiId,
      stageName: '$default',
      deploymentId: 'd1',
      autoDeploy: true,
      createdAtMs: 0,
      updatedAtMs: 0,
      stageVariables: {},
      defaultRouteSettings: {},
      routeSettings: {},
      tags: {},
      ...stage,
    },
    ...changes,
  };
}
