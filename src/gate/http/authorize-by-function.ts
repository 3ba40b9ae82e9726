/**
 * Lets requests through that a function lets through. Its answer is kept for as long as the authorizer says, by the
 * values of its identity sources; requests that come while it is being asked wait for the one answer.
 * Source: Amazon API Gateway Developer Guide, "Control access to HTTP APIs with AWS Lambda authorizers"; facts/http-api-auth.md.
 */
import type { FunctionCaller } from '../../integrations/function-call.ts';
import { BackendFailure } from '../../integrations/integrator.ts';
import type { Log } from '../../observe/log.ts';
import type { FunctionAuthorizerPlan } from '../../plan/http/authorizer.ts';
import type { HttpStagePlan } from '../../plan/http/stage.ts';
import { BoundedMemory } from '../../state/bounded-memory.ts';
import { monotonicMs } from '../../state/clock.ts';
import type { Exchange } from '../exchange.ts';
import type { Outcome, Step } from '../step.ts';
import { type AuthorizerVerdict, authorizerVerdict, type MalformedVerdict } from './authorizer-verdict.ts';
import { accessDenied, authorizerFailed, unauthorized } from './fault.ts';
import { authorizerEventV1, authorizerEventV2, routeArn } from './function-event.ts';
import { placeOf } from './place.ts';
import { readRequest } from './readers.ts';

/** How long a function may take to decide. */
const timeoutMs = 10_000;
const keptMax = 4_096;
const keptCharactersMax = 4_194_304;
/** What a function says about a caller; a bound of AWS's. */
const verdictBytesMax = 8_192;

interface Kept {
  readonly verdict: AuthorizerVerdict;
  readonly untilMs: number;
}

const encoder = new TextEncoder();

/** One step for all routes with this authorizer: they share what it has said. */
export function authorizeByFunction(
  plan: FunctionAuthorizerPlan,
  stage: HttpStagePlan,
  caller: FunctionCaller,
  log: Log,
): Step {
  const identity = plan.identity.map(readRequest);
  const kept = new BoundedMemory<Kept>(keptMax, keptCharactersMax);
  const asking = new Map<string, Promise<AuthorizerVerdict | MalformedVerdict>>();
  const eventOf = plan.payloadVersion === '1.0' ? authorizerEventV1 : authorizerEventV2;
  const { region, accountId, apiId } = stage;
  const sourceArn = `arn:aws:execute-api:${region}:${accountId}:${apiId}/authorizers/${plan.authorizerId}`;

  const judged = (x: Exchange, verdict: AuthorizerVerdict | MalformedVerdict): Outcome => {
    const { http } = x;
    if (http === null) throw new Error('not a request for an HTTP API');
    if ('problem' in verdict) {
      http.authorizerError = verdict.problem;
      log.warn({ ...placeOf(x), authorizerId: plan.authorizerId, reason: verdict.problem }, 'an authorizer failed');
      return authorizerFailed;
    }
    http.authorizerContext = verdict.context;
    return verdict.allows(routeArn(x, http)) ? undefined : accessDenied;
  };

  const ask = async (x: Exchange, values: readonly string[]): Promise<AuthorizerVerdict | MalformedVerdict> => {
    const { http } = x;
    if (http === null) throw new Error('not a request for an HTTP API');
    try {
      const { promise } = caller.call({
        functionArn: plan.functionArn,
        payload: encoder.encode(JSON.stringify(eventOf(x, http, values))),
        invocationType: 'RequestResponse',
        streaming: false,
        sourceArn,
        accountId,
        credentials: plan.credentials,
        traceId: x.trace,
        timeoutMs,
      });
      const answer = await promise;
      if (answer.functionError !== null)
        return { problem: `the authorizer failed: ${Buffer.from(answer.payload).toString('utf8', 0, 1_000)}` };
      if (answer.payload.length > verdictBytesMax)
        return { problem: `the authorizer returned more than ${verdictBytesMax} bytes` };
      return authorizerVerdict(answer.payload, plan.simple && plan.payloadVersion === '2.0');
    } catch (error) {
      return { problem: error instanceof BackendFailure ? error.message : String(error) };
    }
  };

  /** Asks once for all who wait for the same answer. */
  const askOnce = (x: Exchange, name: string, values: readonly string[]) => {
    const underway = asking.get(name);
    if (underway !== undefined) return underway;
    const answer = ask(x, values).then((verdict) => {
      asking.delete(name);
      if (!('problem' in verdict)) kept.set(name, { verdict, untilMs: monotonicMs() + plan.ttlMs });
      return verdict;
    });
    asking.set(name, answer);
    return answer;
  };

  return (x) => {
    const values: string[] = [];
    for (const read of identity) {
      const value = read(x);
      if (value === undefined || value === '') return unauthorized;
      values.push(value);
    }
    if (plan.ttlMs === 0) return ask(x, values).then((verdict) => judged(x, verdict));
    const name = values.length === 1 ? values[0]! : JSON.stringify(values);
    const known = kept.get(name);
    if (known !== undefined && known.untilMs > monotonicMs()) return judged(x, known.verdict);
    return askOnce(x, name, values).then((verdict) => judged(x, verdict));
  };
}
