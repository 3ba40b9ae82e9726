/** What the REST API handlers need from outside; the composition root hands it in. */
import type { Authorizer, HttpMethod, RestApi } from '../../definition/rest-api.ts';
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

/** A TestInvokeAuthorizer call: the request that the authorizer is shown. */
export interface TestAuthorization {
  readonly api: RestApi;
  readonly authorizer: Authorizer;
  readonly pathWithQueryString?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly stageVariables?: Readonly<Record<string, string>>;
  /** Further variables of `$context`, by name. */
  readonly additionalContext?: Readonly<Record<string, string>>;
}

export interface TestAuthorizationResult {
  /** The HTTP status that a client would have got; 200 when the authorizer let the request pass or answered at all. */
  readonly clientStatus: number;
  readonly log: string;
  /** Milliseconds. */
  readonly latency: number;
  readonly principalId?: string;
  /** The policy that the authorizer returned, a JSON document. */
  readonly policy?: string;
  readonly authorization?: Record<string, string[]>;
  /** What a token of a user pool claims. */
  readonly claims?: Record<string, string>;
}

export interface Dependencies {
  readonly documents: Documents;
  readonly testInvokeMethod: (invocation: TestInvocation) => Promise<TestInvocationResult>;
  readonly testInvokeAuthorizer: (authorization: TestAuthorization) => Promise<TestAuthorizationResult>;
  /** Has every gate forget what the authorizers of a stage have answered. */
  readonly flushAuthorizers: (restApiId: string, stageName: string) => void;
  /** Resolves once every gate serves what has been committed up to now, or has reported why it cannot. */
  readonly settled: () => Promise<void>;
}
