/** What the REST API handlers need from outside; the composition root hands it in. */
import type { HttpMethod, RestApi } from '../../definition/rest-api.ts';
import type { Documents } from '../documents.ts';

/** A TestInvokeMethod call, as it reaches the gate's pipeline. */
export interface TestInvocation {
  readonly api: RestApi;
  readonly resourceId: string;
  readonly httpMethod: HttpMethod;
  readonly pathWithQueryString?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly stageVariables?: Readonly<Record<string, string>>;
  readonly clientCertificateId?: string;
}

export interface TestInvocationResult {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, string[]>>;
  readonly log: string;
  /** Milliseconds. */
  readonly latency: number;
}

export interface Dependencies {
  readonly documents: Documents;
  readonly testInvokeMethod: (invocation: TestInvocation) => Promise<TestInvocationResult>;
  /** Resolves once every gate serves what has been committed up to now, or has reported why it cannot. */
  readonly settled: () => Promise<void>;
}
