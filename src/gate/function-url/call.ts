/**
 * Calls the function of a URL, and makes its answer the client's: whole, or, with invoke mode RESPONSE_STREAM, as the
 * function writes it.
 * Source: Lambda Developer Guide, "Invoking Lambda function URLs", "Response streaming for Lambda functions".
 */
import type { Readable } from 'node:stream';
import type { ServedFunctionUrl } from '../../definition/functions/function-urls.ts';
import { InvocationRefused } from '../../functions/invocation.ts';
import { hasContent, httpIntegrationType, splitHttpPrelude } from '../../functions/streamed-response.ts';
import {
  errorMessageOf,
  type FunctionAnswer,
  type FunctionCall,
  type FunctionCaller,
  type FunctionStream,
} from '../../integrations/function-call.ts';
import { BackendFailure } from '../../integrations/integrator.ts';
import type { Log } from '../../observe/log.ts';
import { turnEpochMs } from '../../wire/turn.ts';
import type { Exchange } from '../exchange.ts';
import type { Fault } from '../fault.ts';
import {
  type MalformedResponse,
  type ProxyResponse,
  proxyResponse,
  proxyResponseOf,
} from '../http/function-response.ts';
import type { Outcome, Step } from '../step.ts';
import { urlEvent } from './event.ts';
import { forbidden, functionFailed, throttled, tooLarge } from './respond.ts';

/** A function's own limit is the shorter one: Lambda's longest, and time to start. */
const timeoutMs = 920_000;
const encoder = new TextEncoder();
const nothing = new Uint8Array();

type Url = Pick<ServedFunctionUrl, 'urlId' | 'functionArn' | 'invokeMode' | 'cors'>;

/** After the step that has received the body. */
export function callUrlFunction(url: Url, caller: FunctionCaller, log: Log): Step {
  const { urlId, functionArn, invokeMode } = url;
  const [, , , , accountId = ''] = functionArn.split(':');
  return (x) => {
    x.integrationStartedAtMs = turnEpochMs();
    const call = caller.call({
      functionArn,
      payload: encoder.encode(JSON.stringify(urlEvent(x, urlId))),
      invocationType: 'RequestResponse',
      streaming: invokeMode === 'RESPONSE_STREAM',
      sourceArn: '',
      accountId,
      credentials: '',
      requestId: x.requestId,
      traceId: x.trace,
      timeoutMs,
    });
    x.onAbort = call;
    return answered(x, call, url, log);
  };
}

async function answered(x: Exchange, call: FunctionCall, url: Url, log: Log): Promise<Outcome> {
  let answer: FunctionAnswer;
  try {
    answer = await call.promise;
  } catch (error) {
    return refusalOf(x, error, url, log);
  }
  if (answer.stream !== null) return streamed(x, answer.stream, url, log);
  if (answer.functionError !== null) return failed(x, errorMessageOf(answer.payload), url, log);
  const response = proxyResponse(answer.payload, 'url', url.cors === undefined);
  if ('problem' in response) return failed(x, response.problem, url, log);
  give(x, response);
  x.responseBody = response.body;
  x.responseBodyBytes = -1;
  return undefined;
}

async function streamed(
  x: Exchange,
  { contentType, body, failed: failing }: FunctionStream,
  url: Url,
  log: Log,
): Promise<Outcome> {
  let head: ProxyResponse | MalformedResponse;
  try {
    // Without a byte it has ended, perhaps by failing. What goes on writing is not waited for.
    const error = (await hasContent(body)) ? null : await failing;
    if (error !== null) return failed(x, errorMessageOf(error), url, log);
    head = await headOf(contentType, body, url.cors === undefined);
  } catch {
    return failed(x, errorMessageOf((await failing) ?? nothing), url, log);
  }
  if ('problem' in head) {
    body.destroy();
    return failed(x, head.problem, url, log);
  }
  give(x, head);
  x.responseBody = body;
  x.responseBodyBytes = -1;
  return undefined;
}

/** Status and headers of a streamed answer, taken off its front. */
async function headOf(
  contentType: string,
  body: Readable,
  keepsCors: boolean,
): Promise<ProxyResponse | MalformedResponse> {
  if (contentType !== httpIntegrationType)
    return { status: 200, headers: ['content-type', contentType || 'application/octet-stream'], body: '' };
  const { metadata } = await splitHttpPrelude(body);
  if (metadata === undefined)
    return { problem: 'an answer of this type must begin with its metadata as JSON and eight zero bytes' };
  return proxyResponseOf({ statusCode: 200, ...metadata }, 'url', keepsCors);
}

function give(x: Exchange, { status, headers }: Pick<ProxyResponse, 'status' | 'headers'>): void {
  x.integrationLatencyMs = turnEpochMs() - x.integrationStartedAtMs;
  x.status = status;
  x.responseHeaders = [...headers, 'X-Amzn-Trace-Id', x.trace];
}

/** What the function says of it is for its owner. */
function failed(x: Exchange, reason: string, { functionArn, urlId }: Url, log: Log): Fault {
  log.warn({ functionArn, urlId, requestId: x.requestId, reason }, 'a function gave no answer that can be sent');
  return functionFailed;
}

function refusalOf(x: Exchange, error: unknown, { functionArn, urlId }: Url, log: Log): Fault {
  const failure = error instanceof BackendFailure ? error : new BackendFailure('network', String(error));
  const { kind, message, cause } = failure;
  if (kind !== 'aborted')
    log.warn({ functionArn, urlId, requestId: x.requestId, reason: message }, 'a function could not be called');
  switch (kind) {
    case 'configuration':
      return forbidden;
    case 'tooLarge':
      return tooLarge;
    case 'refused':
      return cause instanceof InvocationRefused && cause.status === 429 ? throttled(cause.reason) : functionFailed;
    case 'timeout':
    case 'network':
    case 'aborted':
      return functionFailed;
    default: {
      const never: never = kind;
      throw new Error(`unexpected failure ${String(never)}`);
    }
  }
}
