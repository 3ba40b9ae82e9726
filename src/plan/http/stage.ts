/**
 * Compiles a deployed stage of an HTTP API into a plan: all that can be decided before the first request. Pure; a plan
 * is made whole or not at all, and never changes. It describes; the gate decides which steps act on it (see
 * docs/decisions/0002-steps-are-assembled-by-the-gate.md).
 */
import type { Api, ApiIntegration, Route } from '../../definition/api.ts';
import type { DeployedApiStage } from '../../definition/api-stage.ts';
import type { Strings } from '../../definition/rest-api.ts';
import { Problems } from '../plan-error.ts';
import { type AccessLogPlan, compileAccessLog } from './access-log.ts';
import type { KnownEndpoints } from './address.ts';
import { compileHttpAuthorizer, type HttpAuthorizerPlan } from './authorizer.ts';
import { CorsPlan } from './cors.ts';
import { compileHttpIntegration, type HttpIntegrationPlan } from './integration.ts';
import { compileThrottle, type ThrottlePlan } from './throttle.ts';

export class RoutePlan {
  readonly routeId: string;
  /** `GET /pets/{id}`, `ANY /{proxy+}`, `$default` */
  readonly routeKey: string;
  /** Of the path, outermost first. */
  readonly variableNames: readonly string[];
  readonly authorizationType: Route['authorizationType'];
  /** Of types JWT and CUSTOM. */
  readonly authorizer: HttpAuthorizerPlan | null;
  /** A token must have one of them; empty: none is asked for. */
  readonly scopes: readonly string[];
  /** Null: the route has no target. */
  readonly integration: HttpIntegrationPlan | null;
  /** Null: nothing limits it. */
  readonly throttle: ThrottlePlan | null;

  constructor(route: Route, parts: Pick<RoutePlan, 'variableNames' | 'authorizer' | 'integration' | 'throttle'>) {
    this.routeId = route.routeId;
    this.routeKey = route.routeKey;
    this.variableNames = parts.variableNames;
    this.authorizationType = route.authorizationType;
    this.authorizer = parts.authorizer;
    this.scopes = route.authorizationScopes === undefined ? none : Object.freeze([...route.authorizationScopes]);
    this.integration = parts.integration;
    this.throttle = parts.throttle;
    Object.freeze(this);
  }
}

const none: readonly string[] = Object.freeze([]);

export class HttpStagePlan {
  readonly accountId: string;
  readonly region: string;
  readonly apiId: string;
  readonly apiName: string;
  readonly stageName: string;
  readonly deploymentId: string;
  readonly disableExecuteApiEndpoint: boolean;
  readonly variables: Strings;
  readonly cors: CorsPlan | null;
  readonly routes: readonly RoutePlan[];
  readonly accessLog: AccessLogPlan | null;
  /** When what authorizers answered was last to be forgotten. */
  readonly authorizersResetAtMs: number;

  constructor(deployed: DeployedApiStage, problems: Problems) {
    const { stage, deployment } = deployed;
    const { api } = deployment;
    this.accountId = deployed.accountId;
    this.region = deployed.region;
    this.apiId = deployed.apiId;
    this.apiName = api.name;
    this.stageName = stage.stageName;
    this.deploymentId = deployment.deploymentId;
    this.disableExecuteApiEndpoint = deployed.disableExecuteApiEndpoint;
    this.variables = Object.freeze({ ...stage.stageVariables });
    this.cors = api.corsConfiguration === undefined ? null : new CorsPlan(api.corsConfiguration);
    this.accessLog = compileAccessLog(stage);
    this.authorizersResetAtMs = stage.authorizersResetAtMs ?? 0;
    this.routes = Object.freeze(routesOf(deployed, this.variables, problems));
    Object.freeze(this);
  }
}

function routesOf({ stage, deployment }: DeployedApiStage, variables: Strings, problems: Problems): RoutePlan[] {
  const { api } = deployment;
  const authorizers = new Map(
    Object.values(api.authorizers).map((authorizer) => [
      authorizer.authorizerId,
      compileHttpAuthorizer(authorizer, variables, problems),
    ]),
  );
  const integrations = new Map<string, HttpIntegrationPlan>();
  const endpoints: KnownEndpoints = new Map();
  const lists = new Map<string, readonly string[]>();
  return Object.values(api.routes).map((route) => {
    const { routeKey } = route;
    const variableNames = namesIn(routeKey, lists);
    return new RoutePlan(route, {
      variableNames,
      authorizer: authorizers.get(route.authorizerId ?? '') ?? null,
      throttle: compileThrottle(stage, routeKey),
      integration: integrationOf(api, route, variableNames, integrations, (integration, isDefault) =>
        compileHttpIntegration(integration, {
          names: variableNames,
          isDefault,
          variables,
          endpoints,
          place: routeKey,
          problems,
        }),
      ),
    });
  });
}

/** Routes with equal integrations and the same variables share what is compiled, whatever their integrations are called. */
function integrationOf(
  api: Api,
  { target, routeKey }: Route,
  variableNames: readonly string[],
  compiled: Map<string, HttpIntegrationPlan>,
  compile: (integration: ApiIntegration, isDefault: boolean) => HttpIntegrationPlan,
): HttpIntegrationPlan | null {
  const id = target?.replace(/^integrations\//, '') ?? '';
  const integration = Object.hasOwn(api.integrations, id) ? api.integrations[id] : undefined;
  if (integration === undefined) return null;
  const isDefault = routeKey === '$default';
  const name = JSON.stringify([{ ...integration, integrationId: '' }, isDefault, variableNames]);
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const made = compile(integration, isDefault);
  compiled.set(name, made);
  return made;
}

/** @param lists routes with equal variables share the list of their names */
function namesIn(routeKey: string, lists: Map<string, readonly string[]>): readonly string[] {
  const names = [...routeKey.matchAll(/\{([^{}+]+)\+?\}/g)].map(([, name = '']) => name);
  if (names.length === 0) return none;
  const text = names.join('/');
  const known = lists.get(text);
  if (known !== undefined) return known;
  const list = Object.freeze(names);
  lists.set(text, list);
  return list;
}

/** @throws PlanError that lists everything that does not compile */
export function compileHttpStage(deployed: DeployedApiStage): HttpStagePlan {
  const problems = new Problems();
  const plan = new HttpStagePlan(deployed, problems);
  problems.throwIfAny({ id: deployed.apiId, name: deployed.deployment.api.name }, 'HTTP API');
  return plan;
}
