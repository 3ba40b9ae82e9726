/**
 * Compiles a deployed stage of a REST API into a plan: all that can be decided before the first request. Pure; a plan
 * is made whole or not at all, and never changes. It describes; the gate decides which steps act on it (see
 * docs/decisions/0002-steps-are-assembled-by-the-gate.md).
 */
import { pathOf, pathsOf } from '../definition/resources.ts';
import type { HttpMethod, RestApi, Strings } from '../definition/rest-api.ts';
import type { DeployedRestStage, Deployment } from '../definition/stage.ts';
import { compileBinaryTypes } from '../mapping/media-types.ts';
import { type AuthorizerPlan, compileAuthorizer } from './authorizer-plan.ts';
import { GatewayResponsePlans } from './gateway-response-plan.ts';
import { MethodPlan } from './method-plan.ts';
import { Problems } from './plan-error.ts';
import { type ResourceEntry, ResourceTrie } from './resource-trie.ts';

/** Who an API's traffic is served as. */
export interface SnapshotIdentity {
  readonly accountId: string;
  readonly region: string;
  readonly stageName: string;
  readonly deploymentId: string;
  /** Stage variables, with the canary's overrides where this is one. */
  readonly variables: Strings;
}

/** One deployment as a stage, or its canary, serves it. */
export class RestSnapshotPlan {
  readonly accountId: string;
  readonly region: string;
  readonly restApiId: string;
  readonly stageName: string;
  readonly deploymentId: string;
  readonly variables: Strings;
  /** Whether a media type is binary; undefined stands for none. */
  readonly isBinary: (mediaType: string | undefined) => boolean;
  /** False: no media type is binary, nothing needs to be asked. */
  readonly hasBinary: boolean;
  /** Size from which on answers are compressed; null: never. */
  readonly minimumCompressionBytes: number | null;
  readonly gatewayResponses: GatewayResponsePlans;
  /** Those that methods name, by id. */
  readonly authorizers: ReadonlyMap<string, AuthorizerPlan>;
  readonly resources: ResourceTrie<MethodPlan>;

  constructor(
    identity: SnapshotIdentity,
    api: RestApi,
    resources: Iterable<ResourceEntry<MethodPlan>>,
    problems: Problems,
  ) {
    this.accountId = identity.accountId;
    this.region = identity.region;
    this.restApiId = api.id;
    this.stageName = identity.stageName;
    this.deploymentId = identity.deploymentId;
    this.variables = Object.freeze({ ...identity.variables });
    this.isBinary = compileBinaryTypes(api.binaryMediaTypes);
    this.hasBinary = api.binaryMediaTypes.length > 0;
    this.minimumCompressionBytes = api.minimumCompressionSize ?? null;
    this.gatewayResponses = new GatewayResponsePlans(api.gatewayResponses, problems);
    const entries = [...resources];
    this.authorizers = authorizersOf(api, entries, identity, problems);
    this.resources = new ResourceTrie(entries);
    Object.freeze(this);
  }
}

function authorizersOf(
  api: RestApi,
  entries: readonly ResourceEntry<MethodPlan>[],
  { accountId, variables }: SnapshotIdentity,
  problems: Problems,
): ReadonlyMap<string, AuthorizerPlan> {
  const named = new Set<string | null>();
  for (const { methods } of entries)
    for (const { authorizationType: type, authorizerId } of methods.values())
      if (type === 'CUSTOM' || type === 'JWT') named.add(authorizerId);
  const plans = new Map<string, AuthorizerPlan>();
  for (const authorizer of Object.values(api.authorizers)) {
    if (!named.has(authorizer.id)) continue;
    const plan = compileAuthorizer(authorizer, accountId, variables, problems);
    if (plan !== null) plans.set(authorizer.id, plan);
  }
  return plans;
}

function* resourcesOf(
  api: RestApi,
  variables: Strings,
  problems: Problems,
): Generator<ResourceEntry<MethodPlan>, void, undefined> {
  for (const [id, path] of pathsOf(api)) {
    const methods = Object.values(api.resources[id]?.methods ?? {}).map((method): [string, MethodPlan] => [
      method.httpMethod,
      new MethodPlan(api, id, path, method, variables, problems),
    ]);
    if (methods.length > 0) yield { path, methods: new Map(methods) };
  }
}

function snapshotOf(
  { accountId, region, stage }: DeployedRestStage,
  { api, id: deploymentId }: Deployment,
  variables: Strings,
  problems: Problems,
): RestSnapshotPlan {
  const identity = { accountId, region, stageName: stage.stageName, deploymentId, variables };
  return new RestSnapshotPlan(identity, api, resourcesOf(api, variables, problems), problems);
}

export class RestStagePlan {
  readonly restApiId: string;
  readonly stageName: string;
  readonly disableExecuteApiEndpoint: boolean;
  readonly base: RestSnapshotPlan;
  readonly canary: RestSnapshotPlan | null;
  /** Share of the requests that the canary takes, 0 to 100. */
  readonly canaryPercent: number;

  constructor(deployed: DeployedRestStage, problems: Problems) {
    const { stage, deployment, canaryDeployment } = deployed;
    const variables = stage.variables ?? {};
    const overrides = stage.canarySettings?.stageVariableOverrides ?? {};
    this.restApiId = deployed.restApiId;
    this.stageName = stage.stageName;
    this.disableExecuteApiEndpoint = deployed.disableExecuteApiEndpoint;
    this.base = snapshotOf(deployed, deployment, variables, problems);
    const percent = stage.canarySettings?.percentTraffic ?? 0;
    // A canary without traffic, as promotion leaves one behind, costs nothing.
    this.canary =
      canaryDeployment === undefined || percent <= 0
        ? null
        : snapshotOf(deployed, canaryDeployment, { ...variables, ...overrides }, problems);
    this.canaryPercent = this.canary === null ? 0 : percent;
    Object.freeze(this);
  }
}

/** @throws PlanError that lists everything that does not compile */
export function compileRestStage(deployed: DeployedRestStage): RestStagePlan {
  const problems = new Problems();
  const plan = new RestStagePlan(deployed, problems);
  problems.throwIfAny(deployed.deployment.api);
  return plan;
}

/**
 * One method of an API that need not be deployed, as if it were alone: what a test of it is run by.
 * @throws PlanError that lists everything about the method that does not compile; Error when there is no such method
 */
export function compileRestMethod(
  api: RestApi,
  resourceId: string,
  httpMethod: HttpMethod,
  identity: SnapshotIdentity,
): { readonly snapshot: RestSnapshotPlan; readonly method: MethodPlan } {
  const method = api.resources[resourceId]?.methods[httpMethod];
  if (method === undefined) throw new Error(`API ${api.id} has no method ${httpMethod} of resource ${resourceId}`);
  const problems = new Problems();
  const path = pathOf(api, resourceId);
  const plan = new MethodPlan(api, resourceId, path, method, identity.variables, problems);
  const snapshot = new RestSnapshotPlan(identity, api, [{ path, methods: new Map([[httpMethod, plan]]) }], problems);
  problems.throwIfAny(api);
  return { snapshot, method: plan };
}
