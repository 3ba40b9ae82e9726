/**
 * Integrations with functions: the event of the integration's payload version out, the answer that the function's
 * return value means back.
 * Source: Amazon API Gateway Developer Guide, "AWS Lambda proxy integrations for HTTP APIs"; facts/http-api-integrations.md,
 * "Timeouts and failures".
 */
import { executeApiArn, routeSourceArn } from '../../access/authorizers/method-arn.ts';
import type { FunctionAnswer, FunctionCall, FunctionCaller } from '../../integrations/function-call.ts';
import { BackendFailure } from '../../integrations/integrator.ts';
import type { Log } from '../../observe/log.ts';
import type { FunctionIntegrationPlan } from '../../plan/http/integration.ts';
import type { HttpStagePlan, RoutePlan } from '../../plan/http/stage.ts';
import { turnEpochMs } from '../../wire/turn.ts';
import type { Exchange } from '../exchange.ts';
import type { Fault } from '../fault.ts';
import type { Outcome, Step } from '../step.ts';
import { entityTooLarge, integrationFailed, integrationTimedOut, integrationUnreachable } from './fault.ts';
import { eventV1, eventV2, mappedSeen, seenAsSent } from './function-event.ts';
import { proxyResponse } from './function-response.ts';
import { readsAnswer } from './map-response.ts';
import { configurationError, placeOf } from './place.ts';

const encoder = new TextEncoder();

/** After the step that has received the body. */
export function callFunction(
  plan: FunctionIntegrationPlan,
  route: RoutePlan,
  stage: HttpStagePlan,
  caller: FunctionCaller,
  log: Log,
): Step {
  const { payloadVersion, functionArn, credentials, timeoutMs } = plan;
  const reading: Reading = {
    version: payloadVersion,
    keepsCors: stage.cors === null,
    maps: plan.responses.size > 0,
    mapsBody: readsAnswer(plan.responses),
  };
  const seenOf = plan.request === null ? seenAsSent : mappedSeen(plan.request);
  const { region, accountId, apiId, stageName } = stage;
  const sourceArn = routeSourceArn(executeApiArn(region, accountId, apiId, stageName), route.routeKey);
  return (x) => {
    const { http } = x;
    if (http === null) throw new Error('not a request for an HTTP API');
    const seen = seenOf(x);
    if (seen === undefined) return configurationError(x, 'a mapped header can not be sent', log);
    const event = payloadVersion === '2.0' ? eventV2(x, http, seen) : eventV1(x, http, seen);
    x.integrationStartedAtMs = turnEpochMs();
    const call = caller.call({
      functionArn: functionArn.constant ?? functionArn.fill(x.pathValues),
      payload: encoder.encode(JSON.stringify(event)),
      invocationType: 'RequestResponse',
      streaming: false,
      sourceArn,
      accountId,
      credentials,
      traceId: x.trace,
      timeoutMs,
    });
    x.onAbort = call;
    return answered(x, call, reading, log);
  };
}

/** How an answer is read. */
interface Reading {
  readonly version: '1.0' | '2.0';
  readonly keepsCors: boolean;
  /** Whether mappings of answers follow, and whether one of them asks for something of the body. */
  readonly maps: boolean;
  readonly mapsBody: boolean;
}

async function answered(x: Exchange, call: FunctionCall, reading: Reading, log: Log): Promise<Outcome> {
  let answer: FunctionAnswer;
  try {
    answer = await call.promise;
  } catch (error) {
    x.integrationLatencyMs = turnEpochMs() - x.integrationStartedAtMs;
    return faultOf(x, error, log);
  }
  x.integrationLatencyMs = turnEpochMs() - x.integrationStartedAtMs;
  x.answer = { status: answer.status, headers: ['x-amzn-requestid', answer.requestId], body: null, bodyBytes: 0 };
  if (answer.functionError !== null) {
    const text = Buffer.from(answer.payload).toString('utf8', 0, 2_000);
    return failed(x, `The Lambda function returned an error: ${text}`, log);
  }
  const response = proxyResponse(answer.payload, reading.version, reading.keepsCors);
  if ('problem' in response) return failed(x, response.problem, log);
  if (x.http !== null) x.http.functionStatus = response.status;
  if (reading.maps) {
    // What mappings read is what the function says, beside what Lambda says of it.
    x.answer = { ...x.answer, headers: [...x.answer.headers, ...response.headers] };
    if (reading.mapsBody) x.answerBytes = Buffer.from(response.body);
  }
  x.status = response.status;
  x.responseHeaders = response.headers;
  x.responseBody = response.body;
  x.responseBodyBytes = -1;
  return undefined;
}

function failed(x: Exchange, reason: string, log: Log): Fault {
  if (x.http !== null) x.http.integrationError = reason;
  log.warn({ ...placeOf(x), reason }, 'a function gave no answer that can be sent');
  return integrationFailed;
}

function faultOf(x: Exchange, error: unknown, log: Log): Fault {
  const failure = error instanceof BackendFailure ? error : new BackendFailure('network', String(error));
  const reason = failure.reason ?? failure.message;
  if (x.http !== null) x.http.integrationError = reason;
  if (failure.kind !== 'aborted')
    log.warn({ ...placeOf(x), reason: failure.message }, 'a function could not be called, or not in time');
  switch (failure.kind) {
    case 'timeout':
      return integrationTimedOut;
    case 'refused':
      return integrationUnreachable;
    case 'tooLarge':
      return entityTooLarge;
    case 'network':
    case 'configuration':
    case 'aborted':
      return integrationFailed;
    default: {
      const never: never = failure.kind;
      throw new Error(`unexpected failure ${String(never)}`);
    }
  }
}
