/**
 * A request on its way through the gate: what the wire read, what steps found out, and the answer as it grows. Every
 * field is declared here, so that all exchanges have one shape. Steps write only the fields of their part.
 */
import type { Readable } from 'node:stream';
import type { Endpoint } from '../integrations/endpoint.ts';
import type { BackendResponse } from '../integrations/integrator.ts';
import type { RequestSources, ResponseSources } from '../mapping/parameters.ts';
import type { MethodPlan } from '../plan/method-plan.ts';
import type { RestSnapshotPlan } from '../plan/rest.ts';
import { WireExchange } from '../wire/exchange.ts';
import type { ExecutionLog } from './execution-log.ts';
import type { Fault } from './fault.ts';
import type { HttpState } from './http/state.ts';
import { continuedTrace, newExtendedRequestId, newRequestId, newTrace } from './identifiers.ts';

const noHeaders: readonly string[] = Object.freeze([]);
const noPlaceholders: Readonly<Record<string, string>> = Object.freeze({});

export class Exchange extends WireExchange {
  #requestId: string | null = null;
  readonly extendedRequestId = newExtendedRequestId();
  #trace: string | null = null;

  // Found by its host and path.
  /** Host as the client sent it, without port, lower case. */
  host = '';
  /** Where in `path` the API's own part begins: `/stage/pets`, or `/pets` behind a custom domain name. */
  pathStart = 0;
  /** Path below the stage, `/` at least; slashes and percent-encoding as they were sent. */
  stagePath = '/';
  /** Base path that matched behind a custom domain name, empty for its root; null when there is no such name. */
  basePath: string | null = null;
  snapshot: RestSnapshotPlan | null = null;
  /** True when the canary took this request. */
  canary = false;

  // Found by the path and the method.
  /** The request's method, or the one it asked for by `X-HTTP-Method-Override`. */
  httpMethod = '';
  methodPlan: MethodPlan | null = null;
  /** Values of the path parameters, in the order of `methodPlan.parameterNames`, as they were sent. */
  pathValues: string[] = [];

  // What the client sent, once a step has needed it.
  /** The whole body, unpacked; null while it is left to stream. Empty when there is none. */
  requestBytes: Uint8Array | null = null;
  /** Reads what mappings name; made when the first of them runs. */
  sources: (RequestSources & ResponseSources) | null = null;
  /** True when a body that streamed through has grown beyond its limit. */
  bodyTooLarge = false;

  // What the backend is asked.
  endpoint: Endpoint | null = null;
  backendMethod = '';
  /** Path and query. */
  backendPath = '';
  backendHeaders: string[] = [];
  /** What goes to the backend beside those: the client's own that nothing maps. */
  passedHeaders: readonly string[] = noHeaders;
  /** What fills the placeholders of the integration's URI. */
  backendPlaceholders: Readonly<Record<string, string>> = noPlaceholders;
  backendBody: Uint8Array | Readable | null = null;
  /** Bytes of a streamed body, -1 when unknown. */
  backendBodyBytes = 0;

  // What the backend said.
  /** Null until it has answered. */
  answer: BackendResponse | null = null;
  /** The whole body of the answer, once a step has needed it. */
  answerBytes: Uint8Array | null = null;
  integrationStartedAtMs = 0;
  integrationLatencyMs = 0;

  /** What the templates of request and response have written to `$context.requestOverride`. */
  requestOverride: unknown = null;
  /** `$context.authorizer`, once an authorizer has decided about the request. */
  authorizer: Readonly<Record<string, unknown>> | null = null;
  /** API key that an authorizer named, for APIs whose keys come from authorizers. */
  usageIdentifierKey: string | null = null;
  /** Claims of a token with their JSON types, as functions get them; in `authorizer` they are texts. */
  tokenClaims: Readonly<Record<string, unknown>> | null = null;
  /** Why the gateway answers itself. */
  fault: Fault | null = null;
  /** Lines of an execution log that somebody reads; null: nobody does. */
  execution: ExecutionLog | null = null;
  /** What only requests for HTTP APIs have; null for others. */
  http: HttpState | null = null;
  /** Told once when the answer is out, or will never be: writes the access log. */
  onEnd: ((x: Exchange) => void) | null = null;
  /** Told once when the answer is out and was a fault. */
  onFault: ((x: Exchange) => void) | null = null;

  override answered(): void {
    this.onEnd?.(this);
    if (this.fault !== null) this.onFault?.(this);
  }

  /** A UUID: what REST APIs know a request by. */
  get requestId(): string {
    this.#requestId ??= newRequestId();
    return this.#requestId;
  }

  /** Address of the client, as `$context.identity.sourceIp` has it. */
  get sourceIp(): string {
    return this.remoteAddress.startsWith('::ffff:') ? this.remoteAddress.slice(7) : this.remoteAddress;
  }

  /** `$context.path`: with the stage, or the base path of a custom domain name, in front. */
  get contextPath(): string {
    return this.pathStart === 0 ? this.path : this.path.slice(this.pathStart);
  }

  /** Value of `X-Amzn-Trace-Id` for the backend; continues the client's trace when there is one. */
  get trace(): string {
    if (this.#trace === null) {
      const sent = this.header('x-amzn-trace-id');
      this.#trace = sent === undefined ? newTrace(this.receivedAtMs) : continuedTrace(sent);
    }
    return this.#trace;
  }
}
