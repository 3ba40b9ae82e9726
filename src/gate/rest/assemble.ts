/**
 * Puts together the steps of a method, once, when its stage is deployed: what a method does not need is not there.
 * Reading this from top to bottom is reading the life of a request.
 */
import type { Integrators } from '../../integrations/integrator.ts';
import type { Log } from '../../observe/log.ts';
import type { MethodPlan } from '../../plan/method-plan.ts';
import type { RestSnapshotPlan } from '../../plan/rest.ts';
import type { GateLimits } from '../limits.ts';
import type { Step } from '../step.ts';
import { compress } from './compress.ts';
import { integrateHttp } from './integrate.ts';
import { passRequest } from './proxy-request.ts';
import { passResponse } from './proxy-response.ts';
import { receiveBody } from './receive-body.ts';
import { refuse } from './refuse.ts';

export interface Services {
  readonly integrators: Integrators;
  readonly limits: GateLimits;
  readonly log: Log;
}

export function stepsOf(method: MethodPlan, snapshot: RestSnapshotPlan, services: Services): readonly Step[] {
  const steps = [...admission(method, services), ...integration(method, services)];
  if (snapshot.minimumCompressionBytes !== null) steps.push(compress(snapshot.minimumCompressionBytes));
  return Object.freeze(steps);
}

/** Who may call: nothing is let through that can not be checked. */
function admission(method: MethodPlan, { log }: Services): Step[] {
  const steps: Step[] = [];
  if (method.authorizationType !== 'NONE')
    steps.push(refuse(`authorization of type ${method.authorizationType} is not available`, log));
  if (method.apiKeyRequired) steps.push(refuse('API keys can not be checked', log));
  return steps;
}

function integration({ integration: plan }: MethodPlan, { integrators, limits, log }: Services): Step[] {
  if (plan === null) return [refuse('the method has no integration', log)];
  switch (plan.type) {
    case 'HTTP_PROXY':
      if (plan.http === null) return [refuse('the integration has no URI', log)];
      return [
        receiveBody(false, limits.bodyBytes),
        passRequest(plan.http, plan.method),
        integrateHttp(integrators.http, plan.timeoutMs, limits.bodyBytes, log),
        passResponse,
      ];
    case 'HTTP':
    case 'MOCK':
    case 'AWS':
    case 'AWS_PROXY':
      return [refuse(`integrations of type ${plan.type} can not be carried out`, log)];
    default: {
      const never: never = plan.type;
      throw new Error(`unexpected integration type ${String(never)}`);
    }
  }
}
