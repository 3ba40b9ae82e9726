/**
 * Calls the backend with what the steps before have prepared, and waits for its answer. Whatever keeps it from
 * answering is the backend's unavailability to the client; the log says which.
 * Source: facts/http-api-integrations.md, "Timeouts and failures".
 */
import { Readable } from 'node:stream';
import type { BackendCall, BackendFailure, HttpIntegrator, Integrator } from '../../integrations/integrator.ts';
import type { Log } from '../../observe/log.ts';
import { turnEpochMs } from '../../wire/turn.ts';
import type { Exchange } from '../exchange.ts';
import type { Fault } from '../fault.ts';
import type { Outcome, Step } from '../step.ts';
import { entityTooLarge, integrationTimedOut, integrationUnreachable } from './fault.ts';
import { addressIntegrationOf } from './pass-request.ts';
import { placeOf } from './place.ts';

/** @param bodyBytesMax bound of a body that streams and whose size nobody announced */
export function callAddress(integrator: HttpIntegrator, bodyBytesMax: number, log: Log): Step {
  return (x) => {
    const { endpoint, backendBody } = x;
    if (endpoint === null) throw new Error('no step has prepared the call');
    x.integrationStartedAtMs = turnEpochMs();
    const call = integrator.call(endpoint, {
      method: x.backendMethod,
      path: x.backendPath,
      headers: x.backendHeaders,
      passedHeaders: x.passedHeaders,
      body: backendBody,
      bodyBytes: x.backendBodyBytes,
      timeoutMs: addressIntegrationOf(x).timeoutMs,
    });
    x.onAbort = call;
    if (x.backendBodyBytes === -1 && backendBody instanceof Readable) bound(backendBody, x, call, bodyBytesMax);
    return received(x, call, integrator, log);
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

async function received(x: Exchange, call: BackendCall, integrator: Integrator, log: Log): Promise<Outcome> {
  try {
    x.answer = await call.promise;
    x.integrationLatencyMs = turnEpochMs() - x.integrationStartedAtMs;
    return undefined;
  } catch (error) {
    x.integrationLatencyMs = turnEpochMs() - x.integrationStartedAtMs;
    return x.bodyTooLarge ? entityTooLarge : faultOf(x, integrator.failureOf(error), log);
  }
}

/** Notes and logs why there is no answer. */
export function faultOf(x: Exchange, failure: BackendFailure, log: Log): Fault {
  if (x.http !== null) x.http.integrationError = failure.message;
  const where = { ...placeOf(x), endpoint: x.endpoint?.key, reason: failure.message };
  switch (failure.kind) {
    case 'timeout':
      log.warn(where, 'the backend did not answer in time');
      return integrationTimedOut;
    case 'configuration':
      log.warn(where, 'the backend can not be called as it is configured');
      return integrationUnreachable;
    case 'network':
    case 'refused':
    case 'tooLarge':
      log.warn(where, 'the backend could not be reached or broke off');
      return integrationUnreachable;
    case 'aborted':
      return integrationUnreachable; // nobody is there to read it
    default: {
      const never: never = failure.kind;
      throw new Error(`unexpected failure ${String(never)}`);
    }
  }
}
