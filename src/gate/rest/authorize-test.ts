/**
 * TestInvokeAuthorizer: shows an authorizer a request that nobody has sent and tells how it went, in the words of an
 * execution log. Nothing is remembered, and no method is called.
 * Source: API reference, TestInvokeAuthorizer; logs that users of AWS have published.
 */
import type { IdentityReader } from '../../access/authorizers/identity.ts';
import { authorizerArn, executeApiArn, methodArn } from '../../access/authorizers/method-arn.ts';
import type { PolicyAnswer } from '../../access/authorizers/policy-answer.ts';
import type { Authorizer, RestApi } from '../../definition/rest-api.ts';
import { readAwsUri } from '../../integrations/aws-uri.ts';
import type { FunctionCaller } from '../../integrations/function-call.ts';
import { LambdaAuthorizerPlan, RestJwtAuthorizerPlan } from '../../plan/authorizer-plan.ts';
import { Problems } from '../../plan/plan-error.ts';
import { RestSnapshotPlan } from '../../plan/rest.ts';
import type { Exchange } from '../exchange.ts';
import { mapText } from '../execution-log.ts';
import type { Fault } from '../fault.ts';
import { newTokens } from '../tokens.ts';
import {
  acceptableIdentity,
  answerIn,
  authorizerPayload,
  callAuthorizer,
  givenBy,
  Unanswered,
  unauthorized,
} from './authorize.ts';
import { authorizeJwt } from './authorize-jwt.ts';
import { logFunctionRequest, masked, truncated, urlOf } from './lambda-lines.ts';
import { sourcesOf } from './sources.ts';
import { TestLog, testExchange } from './test-exchange.ts';

export interface TestAuthorization {
  readonly api: RestApi;
  readonly authorizer: Authorizer;
  readonly pathWithQueryString?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly stageVariables?: Readonly<Record<string, string>>;
  /** Further variables of `$context`, by name. */
  readonly additionalContext?: Readonly<Record<string, string>>;
}

export interface TestAuthorizationResult {
  /** What a client would have got; 0 when the function decided, whatever it decided. */
  readonly clientStatus: number;
  readonly log: string;
  /** Milliseconds. */
  readonly latency: number;
  readonly principalId?: string;
  /** A JSON document. */
  readonly policy?: string;
  readonly authorization?: Record<string, string[]>;
  /** What a token says. */
  readonly claims?: Record<string, string>;
}

/** What a test runs as, where traffic would have a stage and a method; policies are asked about another stage. */
const stageName = 'test-invoke-stage';
const policyStageName = 'ESTestInvoke-stage';
const httpMethod = 'GET';

/** @throws PlanError when the authorizer does not compile */
export async function testAuthorizer(
  authorization: TestAuthorization,
  functions: FunctionCaller,
): Promise<TestAuthorizationResult> {
  const { api, authorizer, stageVariables = {} } = authorization;
  const { accountId, region } = api;
  const problems = new Problems();
  const plan =
    authorizer.type === 'JWT'
      ? new RestJwtAuthorizerPlan(authorizer, problems)
      : new LambdaAuthorizerPlan(authorizer, accountId, stageVariables, problems);
  const identity = { accountId, region, stageName, deploymentId: '', variables: stageVariables };
  const snapshot = new RestSnapshotPlan(identity, api, [], problems);
  problems.throwIfAny(api);
  const x = testExchange({
    httpMethod,
    ...authorization,
    pathWithQueryString: authorization.pathWithQueryString ?? '/',
  });
  const log = new TestLog(x.requestId);
  x.execution = log;
  x.snapshot = snapshot;
  const startedAtMs = performance.now();
  const finished = (clientStatus: number, said: Said): TestAuthorizationResult => ({
    clientStatus,
    log: log.text,
    latency: Math.round(performance.now() - startedAtMs),
    ...said,
  });
  const refused = (fault: Fault): TestAuthorizationResult => {
    if (fault.type === unauthorized.type) {
      log.line(`Unauthorized request: ${x.requestId}`);
      log.line('Unauthorized');
    }
    return finished(fault.status, {});
  };
  log.line(`Starting authorizer: ${plan.id} for request: ${x.requestId}`);
  if (plan instanceof RestJwtAuthorizerPlan) {
    const fault = await authorizeJwt(plan, [], newTokens({}))(x);
    if (fault !== undefined) {
      if (fault.why !== '') log.line(`Invalid token: ${fault.why}`);
      return refused(fault);
    }
    log.line('Successfully completed authorizer execution');
    return finished(0, { claims: claimTexts(x.tokenClaims ?? {}) });
  }
  try {
    const answer = await decided(x, plan, readerOf(x, authorization.additionalContext), functions, log);
    log.line(`Using valid authorizer policy for principal: ${masked(answer.principalId)}`);
    log.line('Successfully completed authorizer execution');
    return finished(0, { principalId: answer.principalId, policy: answer.policyText });
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    for (const line of error.lines) log.line(line);
    return refused(error.fault);
  }
}

/** What an authorizer has found out. */
type Said = Pick<TestAuthorizationResult, 'principalId' | 'policy' | 'claims'>;

const claimTexts = (claims: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );

/** The request, with variables that its owner pretends. */
function readerOf(x: Exchange, pretended: TestAuthorization['additionalContext'] = {}): IdentityReader {
  const sources = sourcesOf(x);
  return {
    requestHeader: (name) => sources.requestHeader(name),
    queryParameter: (name) => sources.queryParameter(name),
    stageVariable: (name) => sources.stageVariable(name),
    context: (path) => {
      const name = path.join('.');
      return Object.hasOwn(pretended, name) ? pretended[name] : sources.context(path);
    },
  };
}

/** @throws Unanswered */
async function decided(
  x: Exchange,
  plan: LambdaAuthorizerPlan,
  request: IdentityReader,
  functions: FunctionCaller,
  log: TestLog,
): Promise<PolicyAnswer> {
  const identity = acceptableIdentity(plan, request);
  if (identity === null) throw new Unanswered(unauthorized, 'the request does not say who it is from', []);
  log.line(`Incoming identity: ${identityText(plan, identity)}`);
  const { accountId = '', region = '', restApiId = '' } = x.snapshot ?? {};
  const arn = methodArn(executeApiArn(region, accountId, restApiId, policyStageName), httpMethod, x.stagePath);
  const payload = authorizerPayload(x, plan, identity, arn);
  const sourceArn = authorizerArn(region, accountId, restApiId, plan.id);
  const uri = readAwsUri(plan.uri);
  const url = uri === undefined ? plan.uri : urlOf(uri);
  logFunctionRequest(x, log, url, plan.credentials === '' ? sourceArn : null, payload);
  const answer = await givenBy(callAuthorizer(x, plan, functions, payload, sourceArn, null));
  log.line(`Authorizer result body before parsing: ${truncated(Buffer.from(answer.payload).toString('utf8'))}`);
  return answerIn(answer);
}

/** Of a token its end, of several values each with its source. */
function identityText(plan: LambdaAuthorizerPlan, identity: readonly string[]): string {
  if (plan.type === 'TOKEN') return masked(identity[0] ?? '');
  return mapText(plan.sources.map(({ expression }, index) => [expression, masked(identity[index] ?? '')]));
}
