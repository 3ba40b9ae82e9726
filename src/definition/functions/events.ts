/** An event invocation as it is kept until it has ended. */
export interface QueuedFunctionEvent {
  readonly requestId: string;
  /** With its qualifier, if it had one. */
  readonly invokedFunctionArn: string;
  /** Base64. */
  readonly payload: string;
  readonly clientContext?: string;
  readonly traceId?: string;
  readonly receivedAtMs: number;
  readonly failures: number;
  readonly refusals: number;
  readonly dueAtMs: number;
}
