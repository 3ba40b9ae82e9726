/** One invocation inside the host, from `invoke` to its result. */
import { Readable } from 'node:stream';
import type { FunctionConfiguration } from './configuration.ts';
import {
  type InvocationOptions,
  type InvocationRefused,
  type InvocationResult,
  StreamBroken,
  type StreamedInvocation,
} from './invocation.ts';
import { StreamedBody } from './streamed-response.ts';

/** Invocations from acceptance to result: of one function over all its versions, or of all. */
export interface InFlight {
  count: number;
}

export class PendingInvocation {
  readonly fn: FunctionConfiguration;
  readonly event: Uint8Array;
  readonly options: InvocationOptions;
  /** Milliseconds of `performance.now()`. */
  readonly queuedAtMs: number;
  /** Undefined for a buffered invocation. */
  readonly streaming: ((streamed: StreamedInvocation) => void) | undefined;
  readonly #resolve: ((result: InvocationResult) => void) | undefined;
  readonly #reject: (error: InvocationRefused) => void;
  readonly #ofFunction: InFlight;
  readonly #ofAll: InFlight;
  #body: StreamedBody | null = null;
  #complete: ((result: InvocationResult) => void) | null = null;

  constructor(
    fn: FunctionConfiguration,
    event: Uint8Array,
    options: InvocationOptions,
    ofFunction: InFlight,
    ofAll: InFlight,
    resolve: ((result: InvocationResult) => void) | undefined,
    streaming: ((streamed: StreamedInvocation) => void) | undefined,
    reject: (error: InvocationRefused) => void,
  ) {
    this.fn = fn;
    this.event = event;
    this.options = options;
    this.queuedAtMs = performance.now();
    this.streaming = streaming;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#ofFunction = ofFunction;
    this.#ofAll = ofAll;
    ofFunction.count++;
    ofAll.count++;
  }

  /** Whether the first byte of a streamed response has been handed on. */
  get streamed(): boolean {
    return this.#body !== null;
  }

  /** The first byte of a streamed response is here. @param more asks for more bytes */
  beginStream(contentType: string, more: () => void): StreamedBody {
    const body = new StreamedBody(more);
    this.#body = body;
    const completed = new Promise<InvocationResult>((resolve) => {
      this.#complete = resolve;
    });
    this.streaming?.({ contentType, body, completed, executedVersion: this.fn.version });
    return body;
  }

  /** Ends it. @param contentType of a response that was not streamed */
  settle(result: InvocationResult, contentType: string): void {
    this.#leave();
    if (this.#resolve !== undefined) this.#resolve(result);
    else if (this.#body === null) {
      const failed = result.functionError !== undefined;
      this.streaming?.({
        contentType,
        body: Readable.from(failed || result.payload.length === 0 ? [] : [Buffer.from(result.payload)]),
        completed: Promise.resolve(result),
        executedVersion: this.fn.version,
      });
    } else {
      if (result.functionError === undefined) this.#body.push(null);
      else this.#body.break(new StreamBroken(result.payload));
      this.#complete?.(result);
    }
  }

  /** It was never run. */
  refuse(error: InvocationRefused): void {
    this.#leave();
    this.#reject(error);
  }

  #leave(): void {
    this.#ofFunction.count--;
    this.#ofAll.count--;
  }
}
