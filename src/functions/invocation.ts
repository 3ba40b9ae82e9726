/**
 * What an invocation takes and gives, and the interface that everybody invokes functions through: a `FunctionHost` in
 * the same thread, or a `FunctionPort` to one in another.
 */
import type { Readable } from 'node:stream';
import type { FunctionConfiguration } from './configuration.ts';

export interface InvocationOptions {
  /** Lambda's request id, a UUID; it is in the context, the log and the messages. */
  readonly requestId: string;
  /** As the caller named it, with alias or version; the unqualified ARN when left out. */
  readonly invokedFunctionArn?: string;
  /** JSON text, no longer base64. */
  readonly clientContext?: string;
  /** JSON text: `{"cognitoIdentityId", "cognitoIdentityPoolId"}`. */
  readonly cognitoIdentity?: string;
  /** Value of X-Amzn-Trace-Id; the host adds what it lacks. */
  readonly traceId?: string;
  /** Whether the result carries the end of the log (LogType Tail). */
  readonly logTail?: boolean;
}

/** Lambda tells errors that a runtime reported (`Unhandled`, `Handled`) from none. */
export type FunctionErrorKind = 'Handled' | 'Unhandled';

export interface InvocationResult {
  /** What the handler returned, JSON text as a rule; of a failed invocation `{"errorType", "errorMessage", …}`. */
  readonly payload: Uint8Array;
  readonly functionError?: FunctionErrorKind;
  /** The last 4 KB of the invocation's log, not yet base64. */
  readonly logTail?: string;
  /** `$LATEST` or a number. */
  readonly executedVersion: string;
  /** As REPORT says: without initialisation and without waiting for an environment. */
  readonly durationMs: number;
}

/** A response that comes as the handler writes it. */
export interface StreamedInvocation {
  /** `application/vnd.awslambda.http-integration-response` when a prelude comes first: see `splitHttpPrelude`. */
  readonly contentType: string;
  /**
   * The response. A failure before its first byte: empty, and `completed` tells. A failure later destroys the stream
   * with a `StreamBroken`. Destroying it discards the rest; the function goes on.
   */
  readonly body: Readable;
  /** Resolves when the invocation has ended, however it did. */
  readonly completed: Promise<InvocationResult>;
  readonly executedVersion: string;
}

export interface FunctionInvoker {
  /** @throws InvocationRefused when the function was not tried: throttled, too large, host closing */
  invoke(fn: FunctionConfiguration, event: Uint8Array, options: InvocationOptions): Promise<InvocationResult>;

  /**
   * Resolves with the first byte of the response, or with the end of an invocation that has none. A function that
   * does not stream works too: its response comes whole.
   * @throws InvocationRefused
   */
  invokeStreaming(
    fn: FunctionConfiguration,
    event: Uint8Array,
    options: InvocationOptions,
  ): Promise<StreamedInvocation>;

  /**
   * Ends the environments of a function once their invocations have ended: idle ones at once.
   * @param keepRevision environments of this revision stay
   */
  retire(functionArn: string, keepRevision?: string): void;
}

/** Refusals, with Lambda's own code, status and reason. The function was not run. */
const refusals = {
  TooManyRequestsException: 429,
  RequestTooLargeException: 413,
  ServiceException: 500,
} as const;

export class InvocationRefused extends Error {
  readonly code: keyof typeof refusals;
  readonly status: number;
  /** Lambda's `Reason` of a TooManyRequestsException. */
  readonly reason: string | undefined;

  constructor(code: keyof typeof refusals, message: string, reason?: string) {
    super(message);
    this.name = 'InvocationRefused';
    this.code = code;
    this.status = refusals[code];
    this.reason = reason;
  }
}

export const throttled = (reason: string): InvocationRefused =>
  new InvocationRefused('TooManyRequestsException', 'Rate Exceeded.', reason);

/** Why the body of a streamed response ended early; `payload` is the error as JSON. */
export class StreamBroken extends Error {
  readonly payload: Uint8Array;
  constructor(payload: Uint8Array) {
    super('The function failed before its response was complete');
    this.name = 'StreamBroken';
    this.payload = payload;
  }
}
