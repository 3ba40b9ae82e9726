/**
 * How an invocation fails by no word of the function's: the texts of Lambda, as payload and as log entry.
 * Source: Lambda Developer Guide, "Troubleshoot execution issues in Lambda", and its recorded messages.
 */
export interface Failure {
  /** `Runtime.ExitError`; undefined for timeouts, whose payload has none. */
  readonly errorType: string | undefined;
  /** Without what depends on the request. */
  readonly message: string;
  /** What REPORT and INIT_REPORT say. */
  readonly status: 'error' | 'timeout';
  /** Tells the operator what to do; goes to the log only. */
  readonly hint?: string;
}

/** Names of signals as Lambda (Go) prints them; others as their number. */
const signalNames: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGALRM: 'alarm clock',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGHUP: 'hangup',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGPIPE: 'broken pipe',
  SIGQUIT: 'quit',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
};

/** A process that ended by itself, or was ended by somebody else. */
export function exitFailure(code: number | null, signal: string | null): Failure {
  let message = 'Runtime exited without providing a reason';
  if (signal !== null) message = `Runtime exited with error: signal: ${signalNames[signal] ?? signal}`;
  else if (code !== 0) message = `Runtime exited with error: exit status ${code}`;
  return { errorType: 'Runtime.ExitError', message, status: 'error' };
}

export const outOfMemory: Failure = {
  errorType: 'Runtime.OutOfMemory',
  message: 'Runtime exited with error: signal: killed',
  status: 'error',
};

export const timedOut = (timeoutMs: number): Failure => ({
  errorType: undefined,
  message: `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
  status: 'timeout',
});

/** The environment could not even be started. */
export const invalidEntrypoint = (message: string, hint?: string): Failure => ({
  errorType: 'Runtime.InvalidEntrypoint',
  message,
  status: 'error',
  ...(hint === undefined ? {} : { hint }),
});

/** Errors of the function itself are JSON of its runtime's; these are ours. */
export function failurePayload(failure: Failure, requestId: string, nowMs: number): string {
  return JSON.stringify(
    failure.status === 'timeout'
      ? { errorMessage: `${new Date(nowMs).toISOString()} ${requestId} ${failure.message}` }
      : { errorType: failure.errorType, errorMessage: `RequestId: ${requestId} Error: ${failure.message}` },
  );
}

/** What the log says of it; undefined when the runtime has said it already. */
export function failureLogEntry(failure: Failure, requestId: string, nowMs: number): string {
  const text =
    failure.status === 'timeout'
      ? `${new Date(nowMs).toISOString()} ${requestId} ${failure.message}`
      : `RequestId: ${requestId} Error: ${failure.message}\n${failure.errorType}`;
  return failure.hint === undefined ? text : `${text}\n${failure.hint}`;
}

/** The bytes that Lambda lets a buffered response have: 6 MB and 100 bytes. */
export const responseBytesMax = 6 * 1024 * 1024 + 100;

export const responseTooLarge = JSON.stringify({
  errorType: 'Function.ResponseSizeTooLarge',
  errorMessage: `Response payload size exceeded maximum allowed payload size (${responseBytesMax} bytes).`,
});
