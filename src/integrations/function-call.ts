/**
 * What is asked of a Lambda function by integrations, authorizers and its own URL, and what comes back: the same whether the function
 * lives in this installation or at an endpoint of Lambda.
 * Source: Lambda API Reference, Invoke and InvokeWithResponseStream.
 */
import type { Readable } from 'node:stream';

export interface FunctionRequest {
  /** With its version or alias where there is one. */
  readonly functionArn: string;
  readonly payload: Uint8Array;
  /** A client or a template wrote the payload: Lambda refuses what is no JSON. Left out: it was made here, and is. */
  readonly unchecked?: true;
  /** `Event`: accepted now, run later. `DryRun`: only asks whether it would be allowed. */
  readonly invocationType: 'RequestResponse' | 'Event' | 'DryRun';
  /** The response is wanted as the function writes it. */
  readonly streaming: boolean;
  /** ARN of the method or authorizer that calls: what the function's policy is asked about. Empty: its own URL calls. */
  readonly sourceArn: string;
  /** Account of the API that calls, or of the URL. */
  readonly accountId: string;
  /** Role to call as; empty: API Gateway calls as itself, and the function's policy must let it. */
  readonly credentials: string;
  /** Lambda's, a UUID; a new one unless given. */
  readonly requestId?: string;
  /** JSON text. */
  readonly clientContext?: string;
  /** Value of X-Amzn-Trace-Id. */
  readonly traceId: string;
  readonly timeoutMs: number;
  /** Requests that may have one answer between them; left out: each has its own. */
  readonly shared?: SharedAnswer;
}

/** An answer that holds for all who ask the same, for some time: an authorizer's for one identity. */
export interface SharedAnswer {
  /** What is forgotten together: an API's stage. */
  readonly scope: string;
  /** Different for different questions, over all scopes. */
  readonly key: string;
  readonly ttlMs: number;
}

export interface FunctionAnswer {
  /** Of the Lambda API: 200, 202 of an event, 204 of a dry run. */
  readonly status: number;
  /** Lambda's request id. */
  readonly requestId: string;
  /** What the handler returned, JSON text as a rule; of a failed invocation `{"errorType", "errorMessage", …}`. */
  readonly payload: Uint8Array;
  /** `Handled` or `Unhandled`; null when the function succeeded. */
  readonly functionError: string | null;
  /** `$LATEST` or a number; empty when nothing ran. */
  readonly executedVersion: string;
  /** Of a streamed response; `payload` is empty then. */
  readonly stream: FunctionStream | null;
  /** How old a shared answer is; left out: just given. */
  readonly ageMs?: number;
}

export interface FunctionStream {
  /** What the function says it is; empty when that is not known. */
  readonly contentType: string;
  /** Destroyed with an error when the function fails halfway. */
  readonly body: Readable;
  /** Resolves when the invocation has ended: null, or the error as JSON text. */
  readonly failed: Promise<Uint8Array | null>;
}

export interface FunctionCall {
  /** Rejects with a BackendFailure. */
  readonly promise: Promise<FunctionAnswer>;
  /** Nobody waits any more. The function goes on; a streamed response is discarded. */
  abort(): void;
  /** The shared answer can not be used: whoever asks next gets one of its own. Absent where nothing is shared. */
  forget?(): void;
}

export interface FunctionCaller {
  call(request: FunctionRequest): FunctionCall;
}

/** `errorMessage` of a failed invocation's payload; empty when there is none. */
export function errorMessageOf(payload: Uint8Array): string {
  try {
    const error: unknown = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString());
    if (typeof error !== 'object' || error === null || !('errorMessage' in error)) return '';
    return typeof error.errorMessage === 'string' ? error.errorMessage : '';
  } catch {
    return '';
  }
}
