/**
 * What the gate asks of those who carry integrations out. The gate maps a request, hands it to the integrator of its
 * integration's type, and maps what comes back; an integrator knows sockets, signatures or functions, never the gate.
 * The composition root decides which integrators there are.
 */
import type { Readable } from 'node:stream';
import type { Endpoint } from './endpoint.ts';
import type { FunctionCaller } from './function-call.ts';

export interface BackendRequest {
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly path: string;
  /** Name, value, name, value …; nothing about the connection or the length of the body. */
  readonly headers: readonly string[];
  /** Further ones, as a client sent them over HTTP/1: whoever reads requests has looked at them, nobody has changed them. */
  readonly passedHeaders?: readonly string[];
  readonly body: Uint8Array | Readable | null;
  /** Bytes of a streamed body, -1 when unknown. */
  readonly bodyBytes: number;
  readonly timeoutMs: number;
}

export interface BackendResponse {
  readonly status: number;
  /** Name, value, name, value …, as the backend spelt them. */
  readonly headers: readonly string[];
  readonly body: Uint8Array | Readable | null;
  /** Bytes of the body, -1 when only its end will tell. */
  readonly bodyBytes: number;
  /** What selection patterns are matched against, where that is not the status: a function's error message, say. */
  readonly selection?: string;
}

/**
 * `timeout`: no answer in time. `network`: the backend could not be reached or broke off. `configuration`: it could
 * never have worked: no such name, a certificate that is not trusted, a function that may not be called. `refused`: the
 * service would not do it now: a function that is throttled. `tooLarge`: it does not take as much. `aborted`: the client
 * went away.
 */
export type BackendFailureKind = 'timeout' | 'network' | 'configuration' | 'refused' | 'tooLarge' | 'aborted';

export interface BackendFailureOptions extends ErrorOptions {
  readonly reason?: string;
  readonly told?: string;
}

export class BackendFailure extends Error {
  override readonly name = 'BackendFailure';
  readonly kind: BackendFailureKind;
  /** In AWS's words, for execution logs; null where it has none. */
  readonly reason: string | null;
  /** What is wrong with the request, where its client is told with 400; null: the client is told nothing of it. */
  readonly told: string | null;
  constructor(kind: BackendFailureKind, message: string, options?: BackendFailureOptions) {
    super(message, options);
    this.kind = kind;
    this.reason = options?.reason ?? null;
    this.told = options?.told ?? null;
  }
}

/** A call under way. */
export interface BackendCall {
  /** Rejects with an error that the integrator's `failureOf` explains. */
  readonly promise: Promise<BackendResponse>;
  /** Gives it up; also ends an answer that still streams. */
  abort(): void;
}

export interface Integrator {
  /** Explains why a call, or an answer that was streaming, failed. */
  failureOf(error: unknown): BackendFailure;
}

export interface HttpIntegrator extends Integrator {
  call(endpoint: Endpoint, request: BackendRequest): BackendCall;
}

/** What an integration of type AWS or AWS_PROXY calls. */
export interface AwsAction {
  /** `arn:aws:apigateway:{region}:{service}:{action|path}/…`, variables filled in. */
  readonly uri: string;
  /** Role to sign as, or `arn:aws:iam::*:user/*` for the caller's own; empty when there is none. */
  readonly credentials: string;
  readonly accountId: string;
  readonly region: string;
  /** ARN of the method that calls: what a function's policy is asked about. */
  readonly sourceArn: string;
  readonly requestId: string;
}

/** Signs and sends calls of AWS services; functions that live here are invoked. */
export interface AwsIntegrator extends Integrator {
  call(action: AwsAction, request: BackendRequest): BackendCall;
}

export interface Integrators {
  readonly http: HttpIntegrator;
  /** Null until there is one: integrations of type AWS and AWS_PROXY then answer 500 and the log says so. */
  readonly aws: AwsIntegrator | null;
  /** Absent until there is one: integrations of type AWS_PROXY and Lambda authorizers then answer 500. */
  readonly functions?: FunctionCaller | null;
}
