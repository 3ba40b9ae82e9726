/**
 * Calls the backend with what the steps before have prepared, and waits for its answer. A backend that fails is the
 * fault that Amazon API Gateway makes of it, with a line in the log that says why.
 * Source: Amazon API Gateway Developer Guide, "Gateway response types"; execution log texts as AWS writes them.
 */
import { Readable } from 'node:stream';
import { executeApiArn, methodSourceArn } from '../../access/authorizers/method-arn.ts';
import type {
  AwsIntegrator,
  BackendCall,
  BackendFailure,
  HttpIntegrator,
  Integrator,
} from '../../integrations/integrator.ts';
import type { Log } from '../../observe/log.ts';
import type { IntegrationPlan } from '../../plan/integration-plan.ts';
import { turnEpochMs } from '../../wire/turn.ts';
import type { Exchange } from '../exchange.ts';
import {
  backendRefused,
  Fault,
  integrationFailure,
  integrationTimeout,
  payloadTooLarge,
  requestTooLarge,
} from '../fault.ts';
import type { Outcome, Step } from '../step.ts';
import { logAnswer, logRequest } from './execution-lines.ts';
import { logAwsRequest } from './lambda-lines.ts';
import { configurationError, placeOf } from './misconfiguration.ts';

/** @param bodyBytesMax bound of a body that streams and whose size nobody announced */
export function integrateHttp(integrator: HttpIntegrator, timeoutMs: number, bodyBytesMax: number, log: Log): Step {
  return (x) => {
    const { endpoint } = x;
    if (endpoint === null) throw new Error('no step has prepared the call');
    if (x.execution !== null)
      logRequest(x, x.execution, `${endpoint.tls ? 'https' : 'http'}://${endpoint.hostHeader}${x.backendPath}`);
    x.integrationStartedAtMs = turnEpochMs();
    const call = integrator.call(endpoint, {
      method: x.backendMethod,
      path: x.backendPath,
      headers: x.backendHeaders,
      passedHeaders: x.passedHeaders,
      body: x.backendBody,
      bodyBytes: x.backendBodyBytes,
      timeoutMs,
    });
    x.onAbort = call;
    if (x.backendBody instanceof Readable && x.backendBodyBytes === -1) bound(x.backendBody, x, call, bodyBytesMax);
    return received(x, call, integrator, bodyBytesMax, log);
  };
}

export function integrateAws(integrator: AwsIntegrator, plan: IntegrationPlan, log: Log): Step {
  return (x) => {
    const { awsUri } = plan;
    const { snapshot, methodPlan } = x;
    if (awsUri === null || snapshot === null || methodPlan === null) throw new Error('no step has prepared the call');
    const uri = awsUri.fill(x.backendPlaceholders);
    const { accountId, region, restApiId, stageName } = snapshot;
    const { credentials } = plan;
    const stageArn = executeApiArn(region, accountId, restApiId, stageName);
    const sourceArn = methodSourceArn(stageArn, methodPlan.httpMethod, methodPlan.resourcePath);
    if (x.execution !== null) logAwsRequest(x, x.execution, uri, credentials === '' ? sourceArn : null);
    x.integrationStartedAtMs = turnEpochMs();
    const action = { uri, credentials, accountId, region, sourceArn, requestId: x.requestId };
    const call = integrator.call(action, {
      method: x.backendMethod,
      path: x.backendPath,
      headers: x.backendHeaders,
      body: x.backendBody,
      bodyBytes: x.backendBodyBytes,
      timeoutMs: plan.timeoutMs,
    });
    x.onAbort = call;
    return received(x, call, integrator, 0, log);
  };
}

/** Gives the call up as soon as the body that streams through grows too large. */
function bound(body: Readable, x: Exchange, call: BackendCall, bytesMax: number): void {
  let bytes = 0;
  body.on('data', (piece: Uint8Array) => {
    bytes += piece.length;
    if (bytes <= bytesMax || x.bodyTooLarge) return;
    x.bodyTooLarge = true;
    call.abort();
    // The rest is the listener's to drop, so that the client gets to read the refusal.
    body.pause();
  });
}

async function received(
  x: Exchange,
  call: BackendCall,
  integrator: Integrator,
  bodyBytesMax: number,
  log: Log,
): Promise<Outcome> {
  try {
    x.answer = await call.promise;
    x.integrationLatencyMs = turnEpochMs() - x.integrationStartedAtMs;
    if (x.execution !== null) logAnswer(x, x.execution);
    return undefined;
  } catch (error) {
    x.integrationLatencyMs = turnEpochMs() - x.integrationStartedAtMs;
    return x.bodyTooLarge ? requestTooLarge(bodyBytesMax) : faultOf(x, integrator.failureOf(error), log);
  }
}

/** Lambda's 400 goes to the client in its words; recorded answers have a space after the colon. */
function requestNotTaken(x: Exchange, message: string): Fault {
  x.execution?.line(message);
  return new Fault('DEFAULT_4XX', {
    message,
    json: `{"message": ${JSON.stringify(message)}}`,
    why: `the function is not asked to run with what the integration makes of the request: ${message}`,
  });
}

/** What a client is told of a backend that failed; the logs are told why. */
export function faultOf(x: Exchange, failure: BackendFailure, log: Log): Fault {
  const where = { ...placeOf(x), endpoint: x.endpoint?.key, reason: failure.message };
  switch (failure.kind) {
    case 'timeout':
      x.execution?.line('Execution failed due to a timeout error');
      log.warn(where, 'the backend did not answer in time');
      return integrationTimeout;
    case 'configuration':
      return configurationError(
        x,
        failure.reason ?? `Invalid endpoint address: ${failure.message}`,
        log,
        failure.message,
      );
    case 'refused':
      x.execution?.line(failure.reason ?? failure.message);
      if (failure.told !== null) return requestNotTaken(x, failure.told);
      log.warn(where, 'the backend refused the call');
      return backendRefused;
    case 'tooLarge':
      x.execution?.line(failure.reason ?? failure.message);
      log.warn(where, 'the request is too large for the backend');
      return payloadTooLarge;
    case 'network':
      x.execution?.line('Execution failed due to a network error communicating with endpoint');
      log.warn(where, 'the backend could not be reached or broke off');
      return integrationFailure;
    case 'aborted':
      return integrationFailure; // nobody is there to read it
    default: {
      const never: never = failure.kind;
      throw new Error(`unexpected failure ${String(never)}`);
    }
  }
}
