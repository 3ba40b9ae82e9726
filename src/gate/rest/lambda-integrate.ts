/**
 * Lambda proxy integrations: the function gets the request as an event and returns the answer. Streamed answers begin
 * with their metadata and go on as the function writes.
 * Source: Developer Guide, "Lambda proxy integrations in API Gateway" and "Set up a Lambda proxy integration with
 * payload response streaming"; recorded answers, vectors rest/lambda-proxy-responses.json.
 */
import { executeApiArn, methodSourceArn } from '../../access/authorizers/method-arn.ts';
import { splitHttpPrelude } from '../../functions/streamed-response.ts';
import { lambdaHeaders } from '../../integrations/aws.ts';
import { type AwsUri, functionOf, readAwsUri } from '../../integrations/aws-uri.ts';
import {
  errorMessageOf,
  type FunctionAnswer,
  type FunctionCall,
  type FunctionCaller,
  type FunctionStream,
} from '../../integrations/function-call.ts';
import { BackendFailure } from '../../integrations/integrator.ts';
import { firstAccepted } from '../../mapping/media-types.ts';
import type { Log } from '../../observe/log.ts';
import type { IntegrationPlan } from '../../plan/integration-plan.ts';
import type { MethodPlan } from '../../plan/method-plan.ts';
import type { RestSnapshotPlan } from '../../plan/rest.ts';
import { turnEpochMs } from '../../wire/turn.ts';
import type { Exchange } from '../exchange.ts';
import { Fault } from '../fault.ts';
import type { Outcome, Step } from '../step.ts';
import { convertResponse } from './convert.ts';
import { logAnswer, logAnswerBody } from './execution-lines.ts';
import { addHeader, hasHeader } from './header-list.ts';
import { faultOf } from './integrate.ts';
import { MalformedAnswer, type ProxyAnswer, readProxyAnswer, readStreamMetadata } from './lambda-answer.ts';
import { proxyEvent } from './lambda-event.ts';
import { logFunctionRequest, urlOf } from './lambda-lines.ts';
import { configurationError, placeOf } from './misconfiguration.ts';
import { collect } from './receive-body.ts';
import { clientHeaderName } from './response-headers.ts';
import { sourcesOf } from './sources.ts';

const badGateway = new Fault('DEFAULT_5XX', { status: 502 });
const nothing = new Uint8Array();
const encoder = new TextEncoder();

interface Target {
  readonly uri: AwsUri;
  readonly functionArn: string;
}

/** The function that a URI calls; null when it calls none. */
function targetOf(uri: string, accountId: string): Target | null {
  const read = readAwsUri(uri);
  const functionArn = read && functionOf(read, accountId)?.functionArn;
  return read === undefined || functionArn === undefined ? null : { uri: read, functionArn };
}

export interface LambdaProxyOptions {
  readonly functions: FunctionCaller;
  readonly log: Log;
  /** Bytes of a streamed answer that a test takes whole. */
  readonly answerBytesMax: number;
  /** For a test: streamed answers are taken whole. */
  readonly wholeAnswer: boolean;
}

/** Of type AWS_PROXY; the body must have been received. */
export function integrateLambda(
  plan: IntegrationPlan,
  method: MethodPlan,
  snapshot: RestSnapshotPlan,
  options: LambdaProxyOptions,
): Step {
  const { awsUri, credentials, timeoutMs, streaming } = plan;
  if (awsUri === null) throw new Error('a plan without its URI has not compiled');
  const { functions, log } = options;
  const { accountId, region, restApiId, stageName } = snapshot;
  const stageArn = executeApiArn(region, accountId, restApiId, stageName);
  const sourceArn = methodSourceArn(stageArn, method.httpMethod, method.resourcePath);
  const constant = awsUri.names.length > 0 ? undefined : targetOf(awsUri.fill({}), accountId);
  return (x) => {
    const target = constant === undefined ? targetOf(filledUri(x, plan), accountId) : constant;
    if (target === null) return configurationError(x, 'Invalid function ARN or invalid uri', log, filledUri(x, plan));
    const event = proxyEvent(x);
    if (x.execution !== null)
      logFunctionRequest(x, x.execution, urlOf(target.uri), credentials === '' ? sourceArn : null, event);
    x.integrationStartedAtMs = turnEpochMs();
    const call = functions.call({
      functionArn: target.functionArn,
      payload: encoder.encode(event),
      invocationType: 'RequestResponse',
      streaming,
      sourceArn,
      accountId,
      credentials,
      traceId: x.trace,
      timeoutMs,
    });
    x.onAbort = call;
    return answered(x, call, target.functionArn, options);
  };
}

/** The URI with what `integration.request.path` maps to its placeholders. */
function filledUri(x: Exchange, plan: IntegrationPlan): string {
  const mapped = plan.requestParameters?.apply(sourcesOf(x));
  return plan.awsUri?.fill(mapped !== undefined && 'path' in mapped ? mapped.path : {}) ?? '';
}

async function answered(
  x: Exchange,
  call: FunctionCall,
  functionArn: string,
  options: LambdaProxyOptions,
): Promise<Outcome> {
  let answer: FunctionAnswer;
  try {
    answer = await call.promise;
  } catch (error) {
    x.integrationLatencyMs = turnEpochMs() - x.integrationStartedAtMs;
    return faultOf(x, asFailure(error), options.log);
  }
  x.integrationLatencyMs = turnEpochMs() - x.integrationStartedAtMs;
  const { status, payload, stream } = answer;
  const logged = x.execution === null ? [] : lambdaHeaders(answer, x.trace);
  x.answer = { status, headers: logged, body: null, bodyBytes: payload.length };
  x.answerBytes = payload;
  if (x.execution !== null) {
    logAnswer(x, x.execution);
    if (stream === null) logAnswerBody(x, x.execution);
  }
  if (stream !== null) return streamed(x, answer, stream, functionArn, options);
  if (answer.functionError !== null) return failed(x, answer, answer.payload, functionArn, options.log);
  const read = readProxyAnswer(payload);
  if (read instanceof MalformedAnswer) return malformed(x, read, functionArn, options.log);
  return give(x, read, functionArn, options.log) ?? giveBody(x, read, options.log);
}

const asFailure = (error: unknown): BackendFailure =>
  error instanceof BackendFailure
    ? error
    : new BackendFailure('network', error instanceof Error ? error.message : String(error), { cause: error });

/** The function threw, timed out or ended: what it says is for its owner. */
function failed(x: Exchange, answer: FunctionAnswer, error: Uint8Array, functionArn: string, log: Log): Fault {
  const message = errorMessageOf(error);
  x.execution?.line(
    `Lambda execution failed with status 200 due to customer function error: ${message}. Lambda request id: ${answer.requestId}`,
  );
  log.warn({ ...placeOf(x), functionArn, lambdaRequestId: answer.requestId, reason: message }, 'a function failed');
  return badGateway;
}

function malformed(x: Exchange, { problem }: MalformedAnswer, functionArn: string, log: Log): Fault {
  x.execution?.line('Execution failed due to configuration error: Malformed Lambda proxy response');
  log.warn(
    { ...placeOf(x), functionArn, reason: `Malformed Lambda proxy response: ${problem}` },
    'a function answered what can not be sent to a client',
  );
  return badGateway;
}

/** Status and headers. */
function give(x: Exchange, answer: ProxyAnswer, functionArn: string, log: Log): Fault | undefined {
  const headers: string[] = ['X-Amzn-Trace-Id', x.trace];
  for (let i = 0; i < answer.headers.length; i += 2) {
    const name = answer.headers[i]!;
    const sent = clientHeaderName(name);
    if (sent !== null && !addHeader(headers, sent, answer.headers[i + 1]!))
      return malformed(x, new MalformedAnswer(`headers.${name}: can not be sent as a header`), functionArn, log);
  }
  if (!hasHeader(headers, 'content-type')) headers.push('Content-Type', 'application/json');
  x.status = answer.status;
  x.responseHeaders = headers;
  return undefined;
}

/** Decoded where the function says it is base64 and what the client accepts first is binary. */
function giveBody(x: Exchange, { body, isBase64 }: ProxyAnswer, log: Log): Fault | undefined {
  const { snapshot } = x;
  x.responseBodyBytes = -1;
  if (!isBase64 || snapshot?.hasBinary !== true || !snapshot.isBinary(firstAccepted(x.header('accept')))) {
    x.responseBody = body;
    return undefined;
  }
  const decoded = convertResponse(Buffer.from(body, 'utf8'), false, true, null);
  if (decoded === null) return configurationError(x, 'Unable to base64 decode the body.', log);
  x.responseBody = decoded;
  return undefined;
}

/** The client has status and headers, and sees its connection break: only the log can say why. */
function reportHalfway(
  x: Exchange,
  { requestId: lambdaRequestId }: FunctionAnswer,
  { failed: failure }: FunctionStream,
  functionArn: string,
  log: Log,
): void {
  const report = (error: Uint8Array | null): void => {
    if (error === null) return;
    const reason = errorMessageOf(error);
    log.warn({ ...placeOf(x), functionArn, lambdaRequestId, reason }, 'a function failed while it wrote its answer');
  };
  failure.then(report, () => {}); // whose end nobody knows has not failed
}

async function streamed(
  x: Exchange,
  answer: FunctionAnswer,
  stream: FunctionStream,
  functionArn: string,
  options: LambdaProxyOptions,
): Promise<Outcome> {
  const { log, wholeAnswer, answerBytesMax } = options;
  let prelude: Awaited<ReturnType<typeof splitHttpPrelude>>;
  try {
    prelude = await splitHttpPrelude(stream.body);
  } catch {
    return failed(x, answer, (await stream.failed) ?? nothing, functionArn, log);
  }
  if (prelude.metadata === undefined) {
    // It may have failed before it wrote anything; what goes on writing is not waited for.
    const error = stream.body.readableEnded ? await stream.failed : null;
    if (error !== null) return failed(x, answer, error, functionArn, log);
    return malformed(
      x,
      new MalformedAnswer('a streamed answer must begin with its metadata as JSON and eight zero bytes'),
      functionArn,
      log,
    );
  }
  const read = readStreamMetadata(prelude.metadata);
  const fault =
    read instanceof MalformedAnswer ? malformed(x, read, functionArn, log) : give(x, read, functionArn, log);
  if (fault !== undefined) {
    prelude.body.destroy();
    return fault;
  }
  if (!wholeAnswer) {
    x.responseBody = prelude.body;
    x.responseBodyBytes = -1;
    reportHalfway(x, answer, stream, functionArn, log);
    return undefined;
  }
  try {
    const whole = await collect(prelude.body, answerBytesMax);
    if (whole === null)
      return configurationError(x, `The response of the function is larger than ${answerBytesMax} bytes`, log);
    x.answerBytes = whole;
    x.responseBody = whole;
    if (x.execution !== null) logAnswerBody(x, x.execution);
    return undefined;
  } catch {
    return failed(x, answer, (await stream.failed) ?? nothing, functionArn, log);
  }
}
