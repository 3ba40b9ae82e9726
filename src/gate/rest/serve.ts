/** A request whose stage has been found: picks the deployment, matches the method, runs its steps, answers. */
import { climbsAsSent } from '../climbing-path.ts';
import type { Exchange } from '../exchange.ts';
import { climbingPath, type Fault, missingAuthenticationToken } from '../fault.ts';
import { excess, type GateLimits } from '../limits.ts';
import { run } from '../step.ts';
import { giveGatewayResponse } from './gateway-response.ts';
import { respond } from './respond.ts';
import type { ServedStage } from './served-stage.ts';

/** @param random 0 to 1, for the canary's share */
export function serve(x: Exchange, stage: ServedStage, limits: GateLimits, random: () => number): void | Promise<void> {
  const { canary } = stage;
  x.canary = canary !== null && random() * 100 < stage.plan.canaryPercent;
  const snapshot = canary !== null && x.canary ? canary : stage.base;
  x.snapshot = snapshot.plan;
  const refused = excess(x, limits) ?? (climbsAsSent(x.stagePath) ? climbingPath : undefined);
  if (refused !== undefined) {
    conclude(x, refused);
    return;
  }
  x.httpMethod = methodOf(x);
  const method = methods.has(x.httpMethod)
    ? snapshot.methods.match(x.stagePath, x.httpMethod, x.pathValues)
    : undefined;
  if (method === undefined) {
    conclude(x, missingAuthenticationToken);
    return;
  }
  x.methodPlan = method.plan;
  return run(method.steps, x, 0, conclude);
}

function conclude(x: Exchange, fault: Fault | undefined): void {
  if (fault !== undefined) giveGatewayResponse(x, fault);
  respond(x);
}

/** All that a REST API can have; ANY is any of these. */
const methods: ReadonlySet<string> = new Set(['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']);

/** Clients behind proxies that know GET and POST only say what they mean in a header. */
function methodOf(x: Exchange): string {
  const override = x.header('x-http-method-override');
  return override !== undefined && methods.has(override) ? override : x.method;
}
