/**
 * Compiles a deployed stage of a REST API into a plan: all that can be decided before the first request. Pure; a plan
 * is made whole or not at all, and never changes. It describes; the gate decides which steps act on it (see
 * docs/decisions/0002-steps-are-assembled-by-the-gate.md).
 */
import { pathsOf } from '../definition/resources.ts';
import type { RestApi } from '../definition/rest-api.ts';
import type { DeployedRestStage, Deployment } from '../definition/stage.ts';
import { BinaryMediaTypes } from './media-types.ts';
import { MethodPlan } from './method-plan.ts';
import { PlanError, Problems } from './plan-error.ts';
import { ResourceTrie } from './resource-trie.ts';

/** One deployment as a stage, or its canary, serves it. */
export class RestSnapshotPlan {
  readonly accountId: string;
  readonly region: string;
  readonly restApiId: string;
  readonly stageName: string;
  readonly deploymentId: string;
  /** Stage variables, with the canary's overrides where this is one. */
  readonly variables: Readonly<Record<string, string>>;
  readonly binaryMediaTypes: BinaryMediaTypes;
  /** Size from which on answers are compressed; null: never. */
  readonly minimumCompressionBytes: number | null;
  readonly resources: ResourceTrie<MethodPlan>;

  constructor(
    deployed: DeployedRestStage,
    deployment: Deployment,
    variables: Readonly<Record<string, string>>,
    problems: Problems,
  ) {
    const { api } = deployment;
    this.accountId = deployed.accountId;
    this.region = deployed.region;
    this.restApiId = deployed.restApiId;
    this.stageName = deployed.stage.stageName;
    this.deploymentId = deployment.id;
    this.variables = Object.freeze({ ...variables });
    this.binaryMediaTypes = new BinaryMediaTypes(api.binaryMediaTypes);
    this.minimumCompressionBytes = api.minimumCompressionSize ?? null;
    this.resources = new ResourceTrie(
      [...pathsOf(api)].map(([id, path]) => ({ path, methods: methodsOf(api, id, path, variables, problems) })),
    );
    Object.freeze(this);
  }
}

function methodsOf(
  api: RestApi,
  resourceId: string,
  path: string,
  variables: Readonly<Record<string, string>>,
  problems: Problems,
): Map<string, MethodPlan> {
  const methods = Object.values(api.resources[resourceId]?.methods ?? {});
  return new Map(
    methods.map((method) => [method.httpMethod, new MethodPlan(resourceId, path, method, variables, problems)]),
  );
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
    this.base = new RestSnapshotPlan(deployed, deployment, variables, problems);
    const percent = stage.canarySettings?.percentTraffic ?? 0;
    // A canary without traffic, as promotion leaves one behind, costs nothing.
    this.canary =
      canaryDeployment === undefined || percent <= 0
        ? null
        : new RestSnapshotPlan(deployed, canaryDeployment, { ...variables, ...overrides }, problems);
    this.canaryPercent = this.canary === null ? 0 : percent;
    Object.freeze(this);
  }
}

/** @throws PlanError that lists everything that does not compile */
export function compileRestStage(deployed: DeployedRestStage): RestStagePlan {
  const problems = new Problems();
  const plan = new RestStagePlan(deployed, problems);
  if (problems.found.length > 0) throw new PlanError(deployed.restApiId, deployed.deployment.api.name, problems.found);
  return plan;
}
