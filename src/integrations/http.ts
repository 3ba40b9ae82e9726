/** Integrations of types HTTP and HTTP_PROXY, carried out by the upstream client. */
import type { Upstream } from '../wire/upstream.ts';
import { UpstreamError, type UpstreamFailure } from '../wire/upstream-call.ts';
import type { Endpoint } from './endpoint.ts';
import {
  type BackendCall,
  BackendFailure,
  type BackendFailureKind,
  type BackendRequest,
  type HttpIntegrator,
} from './integrator.ts';

const kindOf: Readonly<Record<UpstreamFailure, BackendFailureKind>> = {
  timeout: 'timeout',
  unresolvable: 'configuration',
  untrusted: 'configuration',
  unreachable: 'network',
  broken: 'network',
  overloaded: 'network',
  aborted: 'aborted',
};

export class UpstreamHttpIntegrator implements HttpIntegrator {
  readonly #upstream: Upstream;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  call(endpoint: Endpoint, request: BackendRequest): BackendCall {
    return this.#upstream.send(endpoint, request);
  }

  failureOf(error: unknown): BackendFailure {
    if (error instanceof BackendFailure) return error;
    if (error instanceof UpstreamError)
      return new BackendFailure(kindOf[error.failure], error.message, { cause: error });
    return new BackendFailure('network', error instanceof Error ? error.message : String(error), { cause: error });
  }
}
