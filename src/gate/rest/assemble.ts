/**
 * Puts together the steps of a method, once, when its stage is deployed: what a method does not need is not there.
 * Reading this from top to bottom is reading the life of a request. Resource policies, authorizers, API keys, throttling
 * and caches each get their place here; until there is a step that enforces one, the method that wants it refuses.
 */
import type { Integrators } from '../../integrations/integrator.ts';
import type { Log } from '../../observe/log.ts';
import { LambdaAuthorizerPlan, RestJwtAuthorizerPlan } from '../../plan/authorizer-plan.ts';
import type { HttpUriPlan, IntegrationPlan } from '../../plan/integration-plan.ts';
import type { MethodPlan } from '../../plan/method-plan.ts';
import type { RestSnapshotPlan } from '../../plan/rest.ts';
import type { GateLimits } from '../limits.ts';
import type { Step } from '../step.ts';
import type { Tokens } from '../tokens.ts';
import { type Authorizations, authorize } from './authorize.ts';
import { authorizeJwt } from './authorize-jwt.ts';
import { compress } from './compress.ts';
import { integrateAws, integrateHttp } from './integrate.ts';
import { integrateLambda } from './lambda-integrate.ts';
import { mapProxyRequest, mapRequest, readsRequestBody } from './map-request.ts';
import { mapResponse, receiveAnswer } from './map-response.ts';
import { mock } from './mock.ts';
import { passRequest } from './proxy-request.ts';
import { passResponse } from './proxy-response.ts';
import { receiveBody } from './receive-body.ts';
import { refuse } from './refuse.ts';
import { validate } from './validate.ts';

export interface Services {
  readonly integrators: Integrators;
  readonly limits: GateLimits;
  readonly log: Log;
  /** What authorizers have answered; absent where nobody is asked. */
  readonly authorizations?: Authorizations;
  /** Absent where nobody is asked. */
  readonly tokens?: Tokens;
}

export function stepsOf(method: MethodPlan, snapshot: RestSnapshotPlan, services: Services): readonly Step[] {
  const steps = [
    ...admission(method, snapshot, services),
    ...reception(method, services),
    ...validation(method),
    ...integration(method, snapshot, services),
  ];
  if (snapshot.minimumCompressionBytes !== null) steps.push(compress(snapshot.minimumCompressionBytes));
  return Object.freeze(steps);
}

/** For a test of the method by its owner: anybody may call, answers are taken whole and shown as they are. */
export function testStepsOf(method: MethodPlan, snapshot: RestSnapshotPlan, services: Services): readonly Step[] {
  return Object.freeze([
    ...reception(method, services),
    ...validation(method),
    ...integration(method, snapshot, services, true),
  ]);
}

/** Who may call: nothing is let through that can not be checked. */
function admission(method: MethodPlan, snapshot: RestSnapshotPlan, services: Services): Step[] {
  const steps: Step[] = [];
  if (method.authorizationType !== 'NONE') steps.push(authorization(method, snapshot, services));
  if (method.apiKeyRequired) steps.push(refuse('API keys can not be checked', services.log));
  return steps;
}

function authorization(method: MethodPlan, snapshot: RestSnapshotPlan, services: Services): Step {
  const { integrators, authorizations, tokens, log } = services;
  const { authorizationType, authorizerId, authorizationScopes } = method;
  const refused = (reason: string): Step => refuse(`Authorization of type ${authorizationType}${reason}`, log);
  const plan = snapshot.authorizers.get(authorizerId ?? '');
  switch (authorizationType) {
    case 'CUSTOM': {
      if (!(plan instanceof LambdaAuthorizerPlan)) return refused(`: there is no Lambda authorizer ${authorizerId}`);
      const { functions } = integrators;
      if (functions == null || authorizations === undefined) return refused(': functions can not be called');
      return authorize(plan, snapshot, { functions, authorizations, log });
    }
    case 'JWT':
      if (!(plan instanceof RestJwtAuthorizerPlan)) return refused(`: there is no JWT authorizer ${authorizerId}`);
      if (tokens === undefined) return refused(': tokens can not be verified');
      return authorizeJwt(plan, authorizationScopes, tokens);
    default:
      return refused(' is not available');
  }
}

/** The body, whole where a later step reads it. */
function reception({ integration: plan, validateBody }: MethodPlan, { limits }: Services): Step[] {
  const whole = validateBody !== null || (plan !== null && readsRequestBody(plan));
  return [receiveBody(whole, limits.bodyBytes)];
}

function validation(method: MethodPlan): Step[] {
  return method.validateParameters === null && method.validateBody === null ? [] : [validate(method)];
}

/** What the request becomes, who is asked, and what the answer becomes. */
function integration(
  method: MethodPlan,
  snapshot: RestSnapshotPlan,
  { integrators, limits, log }: Services,
  wholeAnswer = false,
): Step[] {
  const { integration: plan } = method;
  if (plan === null) return [refuse('No integration defined for method', log)];
  const receiving = { bytesMax: limits.answerBytes, timeoutMs: plan.timeoutMs, log };
  switch (plan.type) {
    case 'HTTP_PROXY': {
      if (plan.http === null) throw new Error('a plan without its URI has not compiled');
      return [
        passing(plan, plan.http, log),
        integrateHttp(integrators.http, plan.timeoutMs, limits.bodyBytes, log),
        ...(wholeAnswer ? [receiveAnswer(integrators.http, receiving)] : []),
        passResponse,
      ];
    }
    case 'HTTP':
      return [
        mapRequest(plan, log),
        integrateHttp(integrators.http, plan.timeoutMs, limits.bodyBytes, log),
        receiveAnswer(integrators.http, receiving),
        mapResponse(plan, true, log),
      ];
    case 'MOCK':
      return [mock(plan, log), mapResponse(plan, false, log)];
    case 'AWS': {
      const { aws } = integrators;
      if (aws === null) return [refuse('Integrations of type AWS can not be carried out', log)];
      return [
        mapRequest(plan, log),
        integrateAws(aws, plan, log),
        receiveAnswer(aws, receiving),
        mapResponse(plan, true, log),
      ];
    }
    case 'AWS_PROXY': {
      const { functions } = integrators;
      if (functions == null) return [refuse('Integrations of type AWS_PROXY can not be carried out', log)];
      const options = { functions, log, answerBytesMax: limits.answerBytes, wholeAnswer };
      return [integrateLambda(plan, method, snapshot, options)];
    }
    default: {
      const never: never = plan.type;
      throw new Error(`unexpected integration type ${String(never)}`);
    }
  }
}

/** A request that nothing is mapped in, to an address that is known, needs no mapping. */
function passing(plan: IntegrationPlan, uri: HttpUriPlan, log: Log): Step {
  const mapped = plan.requestParameters !== null || plan.contentHandling !== null;
  return mapped || uri.endpoint === null || uri.constantTarget === null
    ? mapProxyRequest(plan, uri, log)
    : passRequest(uri.endpoint, uri.constantTarget, plan.method);
}
