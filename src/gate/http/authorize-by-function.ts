/**
 * Lets requests through that a function lets through. Its answer is kept for as long as the authorizer says, by the
 * values of its identity sources; requests that come while it is being asked wait for the one answer.
 * Source: Amazon API Gateway Developer Guide, "Control access to HTTP APIs with AWS Lambda authorizers";
 * facts/http-api-auth.md.
 */
import { identityKey } from '../../access/authorizers/identity.ts';
import { authorizerArn } from '../../access/authorizers/method-arn.ts';
import type { AuthorizerMemories, AuthorizerResults, Obtained } from '../../access/authorizers/results.ts';
import { RequestContext } from '../../access/policy/index.ts';
import type { FunctionCaller } from '../../integrations/function-call.ts';
import type { Log } from '../../observe/log.ts';
import type { FunctionAuthorizerPlan } from '../../plan/http/authorizer.ts';
import type { HttpStagePlan } from '../../plan/http/stage.ts';
import type { Exchange } from '../exchange.ts';
import type { Fault } from '../fault.ts';
import type { Outcome, Step } from '../step.ts';
import { type AuthorizerVerdict, allows, authorizerVerdict } from './authorizer-verdict.ts';
import { accessDenied, authorizerFailed, unauthorized } from './fault.ts';
import { authorizerEventV1, authorizerEventV2, routeArn } from './function-event.ts';
import { placeOf } from './place.ts';
import { readRequest } from './readers.ts';
import type { HttpState } from './state.ts';

/** How long a function may take to decide. */
const timeoutMs = 10_000;

export type HttpAuthorizations = AuthorizerMemories<AuthorizerVerdict>;

/** One step for all routes with this authorizer: they share what it has said. */
export function authorizeByFunction(
  plan: FunctionAuthorizerPlan,
  stage: HttpStagePlan,
  caller: FunctionCaller,
  authorizations: HttpAuthorizations,
  log: Log,
): Step {
  const { region, accountId, apiId, stageName, authorizersResetAtMs } = stage;
  const identity = plan.identity.map(readRequest);
  // What was answered before the owner had it forgotten, or to another question, has another meaning.
  const meaning = JSON.stringify([plan, authorizersResetAtMs]);
  const results = authorizations.of(apiId, stageName, plan.authorizerId, meaning, plan.ttlMs);
  const scope = `${apiId}/${stageName}`;
  const question = {
    functionArn: plan.functionArn,
    invocationType: 'RequestResponse',
    streaming: false,
    sourceArn: authorizerArn(region, accountId, apiId, plan.authorizerId),
    accountId,
    credentials: plan.credentials,
    timeoutMs,
  } as const;
  const eventOf = plan.payloadVersion === '1.0' ? authorizerEventV1 : authorizerEventV2;

  const ask = async (x: Exchange, http: HttpState, values: readonly string[]): Promise<Obtained<AuthorizerVerdict>> => {
    const call = caller.call({
      ...question,
      payload: Buffer.from(JSON.stringify(eventOf(x, http, values))),
      traceId: x.trace,
      ...(plan.ttlMs > 0 && {
        shared: { scope, key: `${scope} ${meaning} ${identityKey(values)}`, ttlMs: plan.ttlMs },
      }),
    });
    const answer = await call.promise;
    if (answer.functionError !== null)
      throw new Error(`the authorizer failed: ${Buffer.from(answer.payload).toString('utf8', 0, 1_000)}`);
    const verdict = authorizerVerdict(answer.payload, plan.simple && plan.payloadVersion === '2.0');
    if ('problem' in verdict) {
      call.forget?.();
      throw new Error(verdict.problem);
    }
    return { result: verdict, ageMs: answer.ageMs ?? 0 };
  };

  return (x) => {
    const { http } = x;
    if (http === null) throw new Error('not a request for an HTTP API');
    const values: string[] = [];
    for (const read of identity) {
      const value = read(x);
      if (value === undefined || value === '') return unauthorized;
      values.push(value);
    }
    const key = identityKey(values);
    const known = results.known(key);
    if (known !== undefined) return judged(x, http, known);
    return obtained(x, http, results, key, () => ask(x, http, values), plan.authorizerId, log);
  };
}

async function obtained(
  x: Exchange,
  http: HttpState,
  results: AuthorizerResults<AuthorizerVerdict>,
  key: string,
  ask: () => Promise<Obtained<AuthorizerVerdict>>,
  authorizerId: string,
  log: Log,
): Promise<Outcome> {
  try {
    return judged(x, http, await results.obtain(key, ask));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    http.authorizerError = reason;
    log.warn({ ...placeOf(x), authorizerId, reason }, 'an authorizer gave no answer');
    return authorizerFailed;
  }
}

function judged(x: Exchange, http: HttpState, verdict: AuthorizerVerdict): Fault | undefined {
  http.authorizerContext = verdict.context;
  return allows(verdict, routeArn(x, http), () => policyContext(x, http)) ? undefined : accessDenied;
}

/** What conditions in the policy may ask about a request whose caller IAM does not know. */
function policyContext(x: Exchange, { stage }: HttpState): RequestContext {
  return RequestContext.of({
    'aws:CurrentTime': new Date(x.receivedAtMs).toISOString(),
    'aws:EpochTime': String(Math.floor(x.receivedAtMs / 1000)),
    'aws:SecureTransport': String(x.scheme === 'https'),
    'aws:SourceIp': x.sourceIp,
    'aws:UserAgent': x.header('user-agent'),
    'aws:Referer': x.header('referer'),
    'aws:RequestedRegion': stage.region,
    'aws:PrincipalType': 'Anonymous',
  });
}
