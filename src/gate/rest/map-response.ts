/**
 * The integration response: picks the one that fits what the backend said and makes the client's answer by it.
 * Source: Amazon API Gateway Developer Guide, "Set up an integration response"; recorded answers in
 * facts/integration-http.md, mapping-templates.md and binary-media-types.md.
 */
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { BackendFailure, type BackendResponse, type Integrator } from '../../integrations/integrator.ts';
import { defaultMediaType, firstAccepted, mediaTypeOf } from '../../mapping/media-types.ts';
import { invalidJsonBody } from '../../mapping/parameters.ts';
import type { Log } from '../../observe/log.ts';
import type { IntegrationPlan, IntegrationResponsePlan } from '../../plan/integration-plan.ts';
import { turnEpochMs } from '../../wire/turn.ts';
import type { Exchange } from '../exchange.ts';
import { Fault, integrationFailure } from '../fault.ts';
import type { Outcome, Step } from '../step.ts';
import { convertResponse } from './convert.ts';
import { logAnswerBody } from './execution-lines.ts';
import { addHeader, headerOf, setHeader } from './header-list.ts';
import { faultOf } from './integrate.ts';
import { configurationError, placeOf } from './misconfiguration.ts';
import { collect } from './receive-body.ts';
import { renderResponse } from './render.ts';
import { clientHeaderName } from './response-headers.ts';
import { sourcesOf } from './sources.ts';

const nothing = new Uint8Array();

export interface ReceiveOptions {
  readonly bytesMax: number;
  /** For all of the answer, from the beginning of the call. */
  readonly timeoutMs: number;
  readonly log: Log;
}

/** Receives the whole of the backend's answer, for steps that need it. */
export function receiveAnswer(integrator: Integrator, options: ReceiveOptions): Step {
  return (x) => {
    const body = x.answer?.body ?? null;
    if (body instanceof Readable) return receive(x, body, integrator, options);
    x.answerBytes = body ?? nothing;
    if (x.execution !== null) logAnswerBody(x, x.execution);
    return undefined;
  };
}

async function receive(
  x: Exchange,
  body: Readable,
  integrator: Integrator,
  { bytesMax, timeoutMs, log }: ReceiveOptions,
): Promise<Outcome> {
  const late = (): void => {
    body.destroy(new BackendFailure('timeout', `the answer was not complete after ${timeoutMs} ms`));
  };
  const timer = setTimeout(late, Math.max(0, x.integrationStartedAtMs + timeoutMs - turnEpochMs()));
  try {
    const bytes = await collect(body, bytesMax);
    if (bytes === null) {
      body.destroy();
      return configurationError(x, `The response of the backend is larger than ${bytesMax} bytes`, log);
    }
    x.answerBytes = bytes;
    if (x.execution !== null) logAnswerBody(x, x.execution);
    return undefined;
  } catch (error) {
    const failure = integrator.failureOf(error);
    if (failure.kind === 'timeout') return faultOf(x, failure, log);
    log.warn({ ...placeOf(x), reason: failure.message }, 'the backend broke off its answer');
    x.execution?.line('Execution failed due to a network error communicating with endpoint');
    return integrationFailure;
  } finally {
    clearTimeout(timer);
  }
}

/** Of types HTTP, AWS and MOCK; the answer must have been received. @param traced whether the trace id is told */
export function mapResponse(plan: IntegrationPlan, traced: boolean, log: Log): Step {
  return (x) => {
    const { answer } = x;
    if (answer === null) throw new Error('no backend has answered');
    const selection = answer.selection ?? String(answer.status);
    const chosen = plan.response(selection);
    if (chosen === undefined) return noResponse(x, answer, log);
    const body = convertedAnswer(x, chosen, answer);
    if (body === null) return configurationError(x, 'Unable to base64 decode the body.', log);
    return answerBy(x, chosen, body, traced, log);
  };
}

function noResponse(x: Exchange, answer: BackendResponse, log: Log): Fault {
  return configurationError(
    x,
    `No match for output mapping and no default output mapping configured. Endpoint Response Status Code: ${answer.status}`,
    log,
  );
}

/** @returns null when the body would have to be base64 and is not */
function convertedAnswer(x: Exchange, chosen: IntegrationResponsePlan, answer: BackendResponse): Uint8Array | null {
  const body = x.answerBytes ?? nothing;
  if (body.length === 0) return body;
  const { snapshot } = x;
  const hasBinary = snapshot?.hasBinary === true;
  const payloadBinary = hasBinary && snapshot.isBinary(mediaTypeOf(headerOf(answer.headers, 'content-type')));
  const acceptBinary = hasBinary && snapshot.isBinary(firstAccepted(x.header('accept')));
  return convertResponse(body, payloadBinary, acceptBinary, chosen.contentHandling);
}

function answerBy(x: Exchange, chosen: IntegrationResponsePlan, body: Uint8Array, traced: boolean, log: Log): Outcome {
  x.answerBytes = body;
  const headers: string[] = [];
  let contentType = defaultMediaType;
  x.status = chosen.status;
  x.responseBody = body;
  const mapped = chosen.parameters?.apply(sourcesOf(x)) ?? null;
  if (mapped === invalidJsonBody) return configurationError(x, 'Invalid JSON in the response body', log);
  const template = chosen.template?.(x.header('accept'));
  let override: Readonly<Record<string, string | readonly string[]>> = {};
  if (template !== undefined) {
    if (template.contentType !== '$default') contentType = template.contentType;
    if (!template.template.passes) {
      if (!isUtf8(body)) return configurationError(x, 'Unable to transform response', log);
      const rendered = renderResponse(x, template.template, body, log);
      if (rendered instanceof Fault) return rendered;
      x.responseBody = rendered.output;
      if (rendered.status !== null) x.status = rendered.status;
      override = rendered.header;
    }
  }
  if (traced) addHeader(headers, 'X-Amzn-Trace-Id', x.trace);
  addHeader(headers, 'Content-Type', contentType);
  for (const values of [mapped ?? {}, override])
    for (const [name, value] of Object.entries(values)) {
      const sent = clientHeaderName(name);
      if (sent !== null && !setHeader(headers, sent, value))
        return configurationError(x, `The header ${name} can not be sent`, log);
    }
  x.responseHeaders = headers;
  return undefined;
}
