/**
 * Lambda authorizers: who calls is asked of a function, which answers with a policy; the policy is asked whether this
 * method may be called, now and for every request that the answer is remembered for. A request that does not say who it
 * is from is refused without asking.
 * Source: Developer Guide, "Use API Gateway Lambda authorizers" and "Output from an API Gateway Lambda authorizer";
 * texts of answers are those that users of AWS report (facts/resource-policies.md, section 5).
 */
import { type IdentityReader, identityKey, identityOf } from '../../access/authorizers/identity.ts';
import { authorizerArn, executeApiArn, methodArn, methodArnBytesMax } from '../../access/authorizers/method-arn.ts';
import {
  AnswerFault,
  type PolicyAnswer,
  readPolicyAnswer,
  unauthorizedMessage,
} from '../../access/authorizers/policy-answer.ts';
import type { AuthorizerMemories, AuthorizerResults, Obtained } from '../../access/authorizers/results.ts';
import { type Decision, RequestContext } from '../../access/policy/index.ts';
import {
  errorMessageOf,
  type FunctionAnswer,
  type FunctionCall,
  type FunctionCaller,
  type SharedAnswer,
} from '../../integrations/function-call.ts';
import { BackendFailure } from '../../integrations/integrator.ts';
import { PatternLimitError } from '../../mapping/regex/index.ts';
import type { Log } from '../../observe/log.ts';
import type { LambdaAuthorizerPlan } from '../../plan/authorizer-plan.ts';
import type { RestSnapshotPlan } from '../../plan/rest.ts';
import type { Exchange } from '../exchange.ts';
import { Fault, uriTooLong } from '../fault.ts';
import type { Outcome, Step } from '../step.ts';
import { authorizerEvent } from './lambda-event.ts';
import { placeOf } from './misconfiguration.ts';
import { sourcesOf } from './sources.ts';

export const unauthorized = new Fault('UNAUTHORIZED');
/** Seen by users of AWS: there is no message. */
const noMessage = '{"message":null}';
export const authorizerMisconfigured = new Fault('AUTHORIZER_CONFIGURATION_ERROR', { json: noMessage });
export const authorizerFailed = new Fault('AUTHORIZER_FAILURE', { json: noMessage });

const deniedText = 'User is not authorized to access this resource';
const denied = (message: string): Fault =>
  new Fault('ACCESS_DENIED', { message, json: JSON.stringify({ Message: message }) });
const silentPolicy = denied(`${deniedText} because no identity-based policy allows the execute-api:Invoke action`);
const denyingPolicy = denied(`${deniedText} with an explicit deny in an identity-based policy`);
const denyingResourcePolicy = denied(`${deniedText} with an explicit deny in a resource-based policy`);

export const deniedBy = (decision: Exclude<Decision, { result: 'allow' }>): Fault =>
  decision.result === 'implicitDeny'
    ? silentPolicy
    : decision.by === 'resource'
      ? denyingResourcePolicy
      : denyingPolicy;

/** How long a function may take to decide. */
const timeoutMs = 29_000;

export type Authorizations = AuthorizerMemories<PolicyAnswer>;

/** Why there is no answer; `fault` is what the client hears. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
  readonly fault: Fault;
  /** As the execution log has it. */
  readonly lines: readonly string[];

  constructor(fault: Fault, message: string, lines: readonly string[]) {
    super(message);
    this.fault = fault;
    this.lines = lines;
  }
}

export interface AuthorizeOptions {
  readonly functions: FunctionCaller;
  readonly authorizations: Authorizations;
  readonly log: Log;
}

/** Of methods whose authorization is CUSTOM. */
export function authorize(plan: LambdaAuthorizerPlan, snapshot: RestSnapshotPlan, options: AuthorizeOptions): Step {
  const { accountId, region, restApiId, stageName } = snapshot;
  const { functions, authorizations, log } = options;
  const stageArn = executeApiArn(region, accountId, restApiId, stageName);
  const sourceArn = authorizerArn(region, accountId, restApiId, plan.id);
  const results = authorizations.of(restApiId, stageName, plan.id, plan.meaning, plan.ttlMs);
  const scope = `${restApiId}/${stageName}`;
  const meaning = `${scope} ${plan.id} ${plan.meaning}`;
  return (x) => {
    const arn = methodArn(stageArn, x.httpMethod, x.stagePath);
    if (arn.length > methodArnBytesMax) return uriTooLong;
    const identity = acceptableIdentity(plan, sourcesOf(x));
    if (identity === null) return unauthorized;
    const key = identityKey(identity);
    const known = results.known(key);
    if (known !== undefined) return admit(x, known, arn, 0);
    const shared = plan.ttlMs === 0 ? null : { scope, key: `${meaning} ${key}`, ttlMs: plan.ttlMs };
    return asked(x, plan, results, key, () => ask(x, plan, functions, identity, arn, sourceArn, shared), arn, log);
  };
}

/** @returns null when the request does not say who it is from, or not in the form that its owner wants */
export function acceptableIdentity(plan: LambdaAuthorizerPlan, request: IdentityReader): readonly string[] | null {
  const identity = identityOf(plan.sources, request);
  if (identity === null || plan.validation === null) return identity;
  try {
    return plan.validation.matches(identity[0] ?? '') ? identity : null;
  } catch (error) {
    // A token that a pattern would run away on does not match it.
    if (error instanceof PatternLimitError) return null;
    throw error;
  }
}

async function asked(
  x: Exchange,
  plan: LambdaAuthorizerPlan,
  results: AuthorizerResults<PolicyAnswer>,
  key: string,
  question: () => Promise<Obtained<PolicyAnswer>>,
  arn: string,
  log: Log,
): Promise<Outcome> {
  const startedAtMs = performance.now();
  try {
    const answer = await results.obtain(key, question);
    return admit(x, answer, arn, Math.round(performance.now() - startedAtMs));
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    if (error.fault !== unauthorized)
      log.warn(
        { ...placeOf(x), authorizer: plan.name, functionArn: plan.functionArn ?? plan.uri, reason: error.message },
        'an authorizer gave no answer',
      );
    return error.fault;
  }
}

/** What the function is told. */
export const authorizerPayload = (
  x: Exchange,
  { type }: LambdaAuthorizerPlan,
  identity: readonly string[],
  arn: string,
): string =>
  type === 'TOKEN'
    ? JSON.stringify({ type, methodArn: arn, authorizationToken: identity[0] })
    : authorizerEvent(x, arn);

/** @throws Unanswered */
async function ask(
  x: Exchange,
  plan: LambdaAuthorizerPlan,
  functions: FunctionCaller,
  identity: readonly string[],
  arn: string,
  sourceArn: string,
  shared: SharedAnswer | null,
): Promise<Obtained<PolicyAnswer>> {
  const payload = authorizerPayload(x, plan, identity, arn);
  const call = callAuthorizer(x, plan, functions, payload, sourceArn, shared);
  const answer = await givenBy(call);
  try {
    return { result: answerIn(answer), ageMs: answer.ageMs ?? 0 };
  } catch (error) {
    call.forget?.();
    throw error;
  }
}

/** @throws Unanswered when the URI calls no function */
export function callAuthorizer(
  x: Exchange,
  plan: LambdaAuthorizerPlan,
  functions: FunctionCaller,
  payload: string,
  sourceArn: string,
  shared: SharedAnswer | null,
): FunctionCall {
  if (plan.functionArn === null)
    throw misconfigured('Invalid function ARN or invalid uri', `${plan.uri} calls no function`);
  return functions.call({
    functionArn: plan.functionArn,
    payload: Buffer.from(payload, 'utf8'),
    invocationType: 'RequestResponse',
    streaming: false,
    sourceArn,
    accountId: x.snapshot?.accountId ?? '',
    credentials: plan.credentials,
    traceId: x.trace,
    timeoutMs,
    ...(shared !== null && { shared }),
  });
}

/** @throws Unanswered when the function could not be called */
export async function givenBy({ promise }: FunctionCall): Promise<FunctionAnswer> {
  try {
    return await promise;
  } catch (error) {
    throw unanswered(error);
  }
}

/** @throws Unanswered when the function failed, or answered what is no answer */
export function answerIn({ payload, functionError }: FunctionAnswer): PolicyAnswer {
  if (functionError !== null && errorMessageOf(payload) === unauthorizedMessage)
    throw new Unanswered(unauthorized, unauthorizedMessage, []);
  const answer = readPolicyAnswer(payload);
  if (answer instanceof AnswerFault) throw misconfigured(answer.reason, withExcerpt(answer.reason, payload));
  if (functionError !== null) throw misconfigured('Authorizer error', 'the function failed');
  return answer;
}

const withExcerpt = (reason: string, payload: Uint8Array): string =>
  `${reason}; the function answered ${Buffer.from(payload).toString('utf8').slice(0, 300)}`;

const misconfigured = (reason: string, message: string): Unanswered =>
  new Unanswered(authorizerMisconfigured, message, [
    `Execution failed due to configuration error: ${reason}`,
    authorizerMisconfigured.errorType,
  ]);

function unanswered(error: unknown): Unanswered {
  const failure = error instanceof BackendFailure ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  if (failure?.kind === 'configuration') {
    const reason = failure.reason ?? 'Authorizer error';
    return new Unanswered(authorizerMisconfigured, message, [
      `Execution failed due to configuration error: ${reason}`,
      ...(reason === 'Authorizer error' ? [] : ['Execution failed due to configuration error: Authorizer error']),
      authorizerMisconfigured.errorType,
    ]);
  }
  const line = failure?.kind === 'timeout' ? 'Execution failed due to a timeout error' : (failure?.reason ?? message);
  return new Unanswered(authorizerFailed, message, [line, authorizerFailed.errorType]);
}

/** Asks the policy about this request; what the function said goes on with the request, or with its refusal. */
function admit(x: Exchange, answer: PolicyAnswer, arn: string, latencyMs: number): Fault | undefined {
  x.authorizer = variablesOf(answer, latencyMs);
  const decision = answer.decide({
    action: 'execute-api:Invoke',
    resource: arn,
    context: answer.policy.readsContext ? policyContext(x) : RequestContext.empty,
  });
  if (decision.result !== 'allow') return deniedBy(decision);
  x.usageIdentifierKey = answer.usageIdentifierKey;
  return undefined;
}

/** `$context.authorizer`: texts, whatever the function gave. */
function variablesOf(answer: PolicyAnswer, latencyMs: number): Record<string, unknown> {
  const variables: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(answer.context)) variables[name] = String(value);
  if (answer.principalId !== '') variables.principalId = answer.principalId;
  variables.integrationLatency = latencyMs;
  return variables;
}

/** What conditions in the policy may ask about a request whose caller IAM does not know. */
function policyContext(x: Exchange): RequestContext {
  const now = new Date(x.receivedAtMs);
  return RequestContext.of({
    'aws:CurrentTime': now.toISOString(),
    'aws:EpochTime': String(Math.floor(x.receivedAtMs / 1000)),
    'aws:SecureTransport': String(x.scheme === 'https'),
    'aws:SourceIp': x.sourceIp,
    'aws:UserAgent': x.header('user-agent'),
    'aws:Referer': x.header('referer'),
    'aws:RequestedRegion': x.snapshot?.region,
    'aws:PrincipalType': 'Anonymous',
  });
}
