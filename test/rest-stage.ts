/** Deployed stages for tests of the gate, made from as little as a test wants to say. */
import type { HttpMethod, Integration, Method, Resource, RestApi } from '../src/definition/rest-api.ts';
import type { DeployedRestStage, Deployment, Stage } from '../src/definition/stage.ts';

export interface MethodWish extends Partial<Omit<Method, 'methodIntegration' | 'httpMethod'>> {
  readonly integration?: Partial<Integration>;
}

/** Path to method to what it does: `{ '/pets/{petId}': { GET: { integration: { type: 'MOCK' } } } }`. */
export type ApiWish = Readonly<Record<string, Readonly<Partial<Record<HttpMethod, MethodWish>>>>>;

export const apiId = 'a1b2c3d4e5';

export function restApi(methods: ApiWish, changes: Partial<RestApi> = {}): RestApi {
  const resources: Record<string, Resource> = { root: { id: 'root', methods: {} } };
  const idOf = (path: string): string => (path === '/' ? 'root' : `r${path.replaceAll(/[^A-Za-z0-9]/g, '_')}`);
  for (const [path, wishes] of Object.entries(methods)) {
    const parts = path.split('/').filter((part) => part !== '');
    parts.forEach((pathPart, index) => {
      const id = idOf(`/${parts.slice(0, index + 1).join('/')}`);
      const parentId = index === 0 ? 'root' : idOf(`/${parts.slice(0, index).join('/')}`);
      resources[id] ??= { id, parentId, pathPart, methods: {} };
    });
    const id = idOf(path);
    const made = Object.entries(wishes).map(([name, wish]) => [name, methodOf(name as HttpMethod, wish)]);
    resources[id] = { ...resources[id]!, methods: Object.fromEntries(made) };
  }
  return {
    id: apiId,
    accountId: '000000000000',
    region: 'us-east-1',
    name: 'test',
    createdAtMs: 0,
    apiKeySource: 'HEADER',
    binaryMediaTypes: [],
    disableExecuteApiEndpoint: false,
    endpointConfiguration: { types: ['REGIONAL'], ipAddressType: 'ipv4' },
    tags: {},
    rootResourceId: 'root',
    resources,
    models: {},
    requestValidators: {},
    authorizers: {},
    gatewayResponses: {},
    documentationParts: {},
    documentationVersions: {},
    ...changes,
  };
}

function methodOf(httpMethod: HttpMethod, { integration, ...method }: MethodWish): Method {
  return {
    httpMethod,
    authorizationType: 'NONE',
    apiKeyRequired: false,
    methodResponses: { '200': { statusCode: '200' } },
    ...method,
    methodIntegration: {
      type: 'MOCK',
      passthroughBehavior: 'WHEN_NO_MATCH',
      timeoutInMillis: 29_000,
      cacheNamespace: 'none',
      cacheKeyParameters: [],
      integrationResponses: {},
      ...integration,
    },
  };
}

export const deployment = (id: string, api: RestApi): Deployment => ({ id, restApiId: api.id, createdAtMs: 0, api });

export function deployedStage(
  api: RestApi,
  stage: Partial<Stage> = {},
  changes: Partial<DeployedRestStage> = {},
): DeployedRestStage {
  return {
    accountId: api.accountId,
    region: api.region,
    restApiId: api.id,
    disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
    deployment: deployment('d1', api),
    stage: {
      restApiId: api.id,
      stageName: 'prod',
      deploymentId: 'd1',
      createdAtMs: 0,
      updatedAtMs: 0,
      cacheClusterEnabled: false,
      cacheClusterStatus: 'NOT_AVAILABLE',
      tracingEnabled: false,
      methodSettings: {},
      tags: {},
      ...stage,
    },
    ...changes,
  };
}
