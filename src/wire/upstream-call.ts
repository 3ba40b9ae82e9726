/**
 * One request to an upstream and the promise of its answer. The pool gives it a connection, the connection fills it;
 * whoever made it may abort it at any time. Its deadline covers everything from the last piece of its own body up to the
 * answer's head (and a small body, which comes with it); after that the pauses of a streamed body are bounded instead.
 */
import type { Readable } from 'node:stream';
import { type Deadlines, Waiting } from './deadlines.ts';
import type { Abortable } from './exchange.ts';

/** Where an upstream listens and how it is spoken to. Calls with equal `key` share connections. */
export interface UpstreamTarget {
  readonly key: string;
  readonly tls: boolean;
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Accept any certificate. */
  readonly insecure: boolean;
  /** Client certificate chain and its private key, PEM. */
  readonly certificate?: string;
  readonly privateKey?: string;
}

export interface UpstreamRequest {
  readonly method: string;
  /** Path and query as they go on the wire. */
  readonly path: string;
  /** Name, value, name, value …; with Host, without anything about the length of the body or the connection. */
  readonly headers: readonly string[];
  /** Further ones that a listener has read from HTTP/1 and nobody has changed: they are not looked at again. */
  readonly passedHeaders?: readonly string[];
  /** A stream may be of unknown length: it then goes out chunked. */
  readonly body: Uint8Array | Readable | null;
  /** Bytes of a streamed body, -1 when unknown. */
  readonly bodyBytes: number;
  readonly timeoutMs: number;
}

export interface UpstreamResponse {
  readonly status: number;
  /** Name, value, name, value …, as the upstream spelt them. */
  readonly headers: string[];
  /** Bytes when the whole body has arrived, a stream when it is still coming, null when there is none. */
  readonly body: Uint8Array | Readable | null;
  /** Bytes of the body; -1 when only its end will tell. */
  readonly bodyBytes: number;
}

export type UpstreamFailure =
  | 'timeout'
  | 'unresolvable'
  | 'unreachable'
  | 'untrusted'
  | 'broken'
  | 'overloaded'
  | 'aborted';

/** Why there is no answer. `timeout`: too slow; `untrusted`: its certificate; `broken`: it closed or spoke nonsense. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly failure: UpstreamFailure;
  constructor(failure: UpstreamFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}

/** What carries a call out: the connection it is on. */
export interface Carrier {
  /** Ends the call's connection; the call is settled already. */
  drop(call: UpstreamCall): void;
}

export class UpstreamCall extends Waiting implements Abortable {
  readonly target: UpstreamTarget;
  readonly request: UpstreamRequest;
  readonly promise: Promise<UpstreamResponse>;
  /** Null while it waits for a connection and after the end. */
  carrier: Carrier | null = null;
  /** Whether a kept connection that turned out to be closed has been replaced once. */
  retried = false;
  settled = false;
  readonly #deadlines: Deadlines;
  #resolve!: (response: UpstreamResponse) => void;
  #reject!: (error: UpstreamError) => void;

  constructor(target: UpstreamTarget, request: UpstreamRequest, deadlines: Deadlines) {
    super();
    this.target = target;
    this.request = request;
    this.#deadlines = deadlines;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    deadlines.start(this, request.timeoutMs);
  }

  succeed(response: UpstreamResponse): void {
    if (this.settled) return;
    this.settled = true;
    this.#deadlines.cancel(this);
    this.#resolve(response);
  }

  fail(error: UpstreamError): void {
    if (this.settled) return;
    this.settled = true;
    this.#deadlines.cancel(this);
    this.#reject(error);
  }

  /** A piece of the request has been sent: the upstream can not have been asked before, its time begins anew. */
  goesOn(): void {
    if (!this.settled) this.#deadlines.start(this, this.request.timeoutMs);
  }

  /** Gives the call up; a body that is still streaming ends with an error. */
  abort(): void {
    this.fail(new UpstreamError('aborted', 'given up because the client went away'));
    this.carrier?.drop(this);
  }

  override expired(): void {
    this.fail(new UpstreamError('timeout', `no answer within ${this.request.timeoutMs} ms`));
    this.carrier?.drop(this);
  }
}
