/**
 * TestInvokeMethod: runs one method of an API, deployed or not, through the same steps as traffic and tells how it went
 * in the words of an execution log. Authorizers, API keys, throttling and compression are left out, as Amazon API
 * Gateway leaves them out.
 * Source: API reference, TestInvokeMethod; recorded answers, facts/test-invoke-method.md.
 */
import type { HttpMethod, RestApi } from '../../definition/rest-api.ts';
import { ResourceTrie } from '../../plan/resource-trie.ts';
import { compileRestMethod } from '../../plan/rest.ts';
import type { Exchange } from '../exchange.ts';
import { type ExecutionLog, headersText, mapText } from '../execution-log.ts';
import { defaultGateLimits } from '../limits.ts';
import { type Outcome, run } from '../step.ts';
import { type Services, testStepsOf } from './assemble.ts';
import { bodyText } from './execution-lines.ts';
import { giveGatewayResponse } from './gateway-response.ts';
import { sourcesOf } from './sources.ts';
import { TestLog, testExchange } from './test-exchange.ts';

export interface TestInvocation {
  readonly api: RestApi;
  readonly resourceId: string;
  readonly httpMethod: HttpMethod;
  readonly pathWithQueryString?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly stageVariables?: Readonly<Record<string, string>>;
  readonly clientCertificateId?: string;
}

export interface TestInvocationResult {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, string[]>>;
  readonly log: string;
  /** Milliseconds. */
  readonly latency: number;
}

/** What a test runs as, where traffic would have a stage. */
const testStage = 'test-invoke-stage';

/** @throws PlanError when the method does not compile */
export async function testInvoke(
  invocation: TestInvocation,
  services: Omit<Services, 'limits'> & Partial<Pick<Services, 'limits'>>,
): Promise<TestInvocationResult> {
  const { api, resourceId, httpMethod, stageVariables = {} } = invocation;
  const { snapshot, method } = compileRestMethod(api, resourceId, httpMethod, {
    accountId: api.accountId,
    region: api.region,
    stageName: testStage,
    deploymentId: '',
    variables: stageVariables,
  });
  const steps = testStepsOf(method, snapshot, { limits: defaultGateLimits, ...services });
  const x = testExchange({ ...invocation, pathWithQueryString: invocation.pathWithQueryString ?? method.resourcePath });
  const { path } = x;
  const log = new TestLog(x.requestId);
  x.execution = log;
  x.snapshot = snapshot;
  x.methodPlan = method;
  // The path only names parameters here: it never leads to another resource.
  const own = new ResourceTrie([{ path: method.resourcePath, methods: new Map([[httpMethod, method]]) }]);
  if (own.match(path, httpMethod, x.pathValues) === undefined) x.pathValues = [];

  logMethodRequest(x, log, invocation, path);
  const startedAtMs = performance.now();
  await run(steps, x, 0, conclude);
  const latency = Math.round(performance.now() - startedAtMs);
  const body = bodyText(x.responseBody);
  if (x.fault === null) {
    log.line(`Method response body after transformations: ${body}`);
    log.line(`Method response headers: ${headersText(x.responseHeaders)}`);
    log.line('Successfully completed execution');
  }
  log.line(`Method completed with status: ${x.status}`);
  return { status: x.status, body, ...headersOf(x.responseHeaders), log: log.text, latency };
}

function conclude(x: Exchange, fault: Outcome): void {
  if (fault !== undefined) giveGatewayResponse(x, fault);
}

function logMethodRequest(x: Exchange, log: ExecutionLog, { body = '' }: TestInvocation, path: string): void {
  const sources = sourcesOf(x);
  log.line(`Starting execution for request: ${x.requestId}`);
  log.line(`HTTP Method: ${x.httpMethod}, Resource Path: ${path}`);
  log.line(`Method request path: ${mapText(Object.entries(sources.params.path))}`);
  log.line(`Method request query string: ${mapText(Object.entries(sources.params.querystring))}`);
  log.line(`Method request headers: ${headersText(x.rawHeaders)}`);
  log.line(`Method request body before transformations: ${body}`);
}

function headersOf(flat: readonly string[]): Pick<TestInvocationResult, 'headers' | 'multiValueHeaders'> {
  const all = new Map<string, string[]>();
  for (let i = 0; i < flat.length; i += 2) {
    const values = all.get(flat[i]!);
    if (values === undefined) all.set(flat[i]!, [flat[i + 1]!]);
    else values.push(flat[i + 1]!);
  }
  return {
    headers: Object.fromEntries([...all].map(([name, values]) => [name, values.at(-1) ?? ''])),
    multiValueHeaders: Object.fromEntries(all),
  };
}
