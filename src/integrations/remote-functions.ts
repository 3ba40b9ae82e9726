/**
 * Functions that live elsewhere: invoked through the Lambda API, at the endpoint that `services.lambda` names or at AWS.
 * Source: Lambda API Reference, Invoke, InvokeWithResponseStream, "Common errors".
 */
import { Readable } from 'node:stream';
import { EventStreamReader } from './event-stream.ts';
import type { FunctionAnswer, FunctionRequest } from './function-call.ts';
import { invalidPermissions, notTaken, refusal } from './hosted-functions.ts';
import { type BackendCall, BackendFailure, type BackendResponse } from './integrator.ts';
import type { SignedCalls } from './signed-calls.ts';

/** A response that is not streamed: Lambda's own limit, with room for what it adds. */
const payloadBytesMax = 6 * 1024 * 1024 + 1_024;

export class RemoteFunctions {
  readonly #calls: SignedCalls;

  constructor(calls: SignedCalls) {
    this.#calls = calls;
  }

  /** Whether an endpoint of Lambda is configured; AWS's own is called otherwise. */
  get isConfigured(): boolean {
    return this.#calls.hasEndpoint('lambda');
  }

  send(request: FunctionRequest): { readonly call: BackendCall; readonly answer: Promise<FunctionAnswer> } {
    const { functionArn, streaming, payload, credentials, clientContext } = request;
    const path = streaming
      ? `/2021-11-15/functions/${encodeURIComponent(functionArn)}/response-streaming-invocations`
      : `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`;
    const call = this.#calls.send({
      name: 'lambda',
      service: 'lambda',
      region: functionArn.split(':')[3] ?? '',
      accountId: request.accountId,
      roleArn: credentials,
      method: 'POST',
      target: path,
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'x-amz-invocation-type': request.invocationType,
        'x-amzn-trace-id': request.traceId,
        ...(clientContext !== undefined && { 'x-amz-client-context': Buffer.from(clientContext).toString('base64') }),
      },
      body: payload,
      timeoutMs: request.timeoutMs,
    });
    return { call, answer: this.#answer(call, request) };
  }

  async #answer(call: BackendCall, request: FunctionRequest): Promise<FunctionAnswer> {
    try {
      const response = await call.promise;
      const header = (name: string): string | undefined => headerIn(response.headers, name);
      const common = {
        status: response.status,
        requestId: header('x-amzn-requestid') ?? '',
        executedVersion: header('x-amz-executed-version') ?? '',
      };
      if (response.status >= 300) throw refused(response.status, common.requestId, await whole(response), request);
      if (!request.streaming || !(header('content-type') ?? '').includes('eventstream'))
        return {
          ...common,
          payload: await whole(response),
          functionError: header('x-amz-function-error') ?? null,
          stream: null,
        };
      return { ...common, payload: new Uint8Array(), functionError: null, stream: streamOf(response) };
    } catch (error) {
      throw this.#calls.failureOf(error);
    }
  }
}

function headerIn(headers: readonly string[], lowerCaseName: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) if (headers[i]!.toLowerCase() === lowerCaseName) return headers[i + 1];
  return undefined;
}

async function whole({ body }: BackendResponse): Promise<Uint8Array> {
  if (!(body instanceof Readable)) return body ?? new Uint8Array();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    if (!(piece instanceof Uint8Array)) continue;
    bytes += piece.length;
    if (bytes > payloadBytesMax)
      throw new BackendFailure('network', `the answer is larger than ${payloadBytesMax} bytes`);
    pieces.push(piece);
  }
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

function refused(
  status: number,
  requestId: string,
  body: Uint8Array,
  { functionArn, unchecked }: FunctionRequest,
): BackendFailure {
  // Nobody here has looked at the request: Lambda has, and says what is wrong.
  if (status === 400 && unchecked === true) return notTaken(messageOf(body), requestId);
  const message = `Lambda answered ${status} for ${functionArn}: ${Buffer.from(body).toString('utf8').slice(0, 500)}`;
  // As in AWS, the owner of an API is not told apart what is not there from what may not be called.
  if (status === 403 || status === 404)
    return new BackendFailure('configuration', message, { reason: invalidPermissions });
  return new BackendFailure(status === 413 ? 'tooLarge' : 'refused', message, {
    reason: refusal(status, requestId),
  });
}

const messageCharactersMax = 1_000;

/** `{"Type", "message"}`, whatever the spelling; the body itself where it is something else. */
function messageOf(body: Uint8Array): string {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  try {
    const error: unknown = JSON.parse(text);
    if (typeof error === 'object' && error !== null)
      for (const [name, value] of Object.entries(error))
        if (name.toLowerCase() === 'message' && typeof value === 'string') return value.slice(0, messageCharactersMax);
  } catch {
    // No JSON: told as it is.
  }
  return text.slice(0, messageCharactersMax);
}

/** The chunks of a streamed response, freed from their framing as they are read. */
function streamOf({ body }: BackendResponse): FunctionAnswer['stream'] {
  const messages = body instanceof Readable ? body : Readable.from(body === null ? [] : [body]);
  let settle: (error: Uint8Array | null) => void = () => {};
  const failed = new Promise<Uint8Array | null>((resolve) => {
    settle = resolve;
  });
  const chunks = Readable.from(chunksOf(messages, settle), { objectMode: false });
  chunks.on('close', () => {
    messages.destroy();
    settle(null);
  });
  return { contentType: '', body: chunks, failed };
}

async function* chunksOf(
  messages: Readable,
  settle: (error: Uint8Array | null) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = new EventStreamReader();
  for await (const piece of messages) {
    if (!(piece instanceof Uint8Array)) continue;
    for (const { headers, payload } of reader.read(piece)) {
      const event = headers.get(':event-type');
      if (event === 'PayloadChunk') yield payload;
      else if (event === 'InvokeComplete') {
        const error = completionError(payload);
        settle(error);
        if (error === null) return;
        throw new Error('the function failed before its response was complete');
      } else if (headers.get(':message-type') === 'exception') {
        settle(payload);
        throw new Error(`Lambda broke off: ${headers.get(':exception-type')}`);
      }
    }
  }
  throw new Error('the answer ended early');
}

/** `{"ErrorCode", "ErrorDetails", "LogResult"}`; an error as payload of a failed invocation, null when there is none. */
function completionError(payload: Uint8Array): Uint8Array | null {
  try {
    const completed: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    if (typeof completed !== 'object' || completed === null) return null;
    if (!('ErrorCode' in completed) || typeof completed.ErrorCode !== 'string') return null;
    const details = 'ErrorDetails' in completed ? completed.ErrorDetails : '';
    return Buffer.from(JSON.stringify({ errorType: completed.ErrorCode, errorMessage: details }));
  } catch {
    return null;
  }
}
