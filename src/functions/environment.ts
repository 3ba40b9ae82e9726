/**
 * One execution environment: a process that runs one function, one invocation at a time, and its life: starting
 * (Lambda's Init phase), idle, busy, answered (the response is here, the runtime has not asked for the next event yet),
 * ending. It knows how long things take and what they are called when they fail; which invocation comes next, and
 * whether another environment is needed, is the pool's business.
 *
 * Source: Lambda Developer Guide, "Understanding the Lambda execution environment lifecycle".
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server, Socket } from 'node:net';
import { join } from 'node:path';
import type { FunctionConfiguration } from './configuration.ts';
import {
  exitFailure,
  type Failure,
  failureLogEntry,
  failurePayload,
  invalidEntrypoint,
  outOfMemory,
  responseBytesMax,
  responseTooLarge,
  timedOut,
} from './failure.ts';
import type { FunctionErrorKind, InvocationResult } from './invocation.ts';
import { bootstrapFile, type Launch } from './launch.ts';
import { EnvironmentLog, type LogSink, logStreamName, type Report } from './log.ts';
import { Memory, type MemoryWatch } from './memory.ts';
import { isOwnUser } from './peer.ts';
import type { PendingInvocation } from './pending.ts';
import { type PrintBudget, PrintedLines } from './printed-lines.ts';
import {
  accepted,
  type BodyReceiver,
  discarding,
  entityTooLarge,
  headerIn,
  invalidRequestId,
  invalidTransition,
  notFound,
  RuntimeConnection,
  type RuntimeRequest,
  type RuntimeSession,
} from './runtime-api.ts';
import { type StreamedBody, streamedBytesMax } from './streamed-response.ts';
import type { Warden } from './warden.ts';

/** How long a process that is told to end may take, and how long its pipes may outlive it. */
const leaveWithinMs = 500;
const pipesCloseWithinMs = 200;

/** What the environments of a host share. */
export interface Surroundings {
  /** Names this host in the environment of its processes. */
  readonly marker: string;
  readonly warden: Warden;
  readonly memory: MemoryWatch;
  readonly printBudget: PrintBudget;
  readonly log: LogSink | undefined;
  readonly initTimeoutMs: number;
  /** Calls back when what has been printed up to now has been read: at the end of this turn of the event loop. */
  readonly afterReading: (work: () => void) => void;
  readonly newId: () => string;
}

/** An initialisation that failed: in the words of the runtime, or in ours. */
export type InitFailure =
  | { readonly by: 'runtime'; readonly payload: string; readonly errorType: string | undefined }
  | { readonly by: 'host'; readonly failure: Failure };

export interface EnvironmentOwner {
  /** It waits for an invocation: `dispatch`, or nothing. */
  ready(environment: Environment): void;
  /** An invocation has its result. @param ms from its dispatch */
  answered(environment: Environment, ms: number): void;
  /** Its process is gone, and all that belonged to it. */
  ended(environment: Environment, failure: InitFailure | undefined): void;
}

type State = 'starting' | 'idle' | 'busy' | 'answered' | 'ending' | 'ended';

export class Environment implements RuntimeSession {
  readonly fn: FunctionConfiguration;
  readonly startedAtMs = performance.now();
  /** Whether it starts a second time for an invocation, after its initialisation had failed: then that counts as part
   * of the invocation, and has its time. */
  readonly phase: 'init' | 'invoke';
  /** Its code or settings have changed meanwhile. */
  stale = false;
  idleSinceMs = 0;
  readonly #owner: EnvironmentOwner;
  readonly #surroundings: Surroundings;
  readonly #name: string;
  readonly #directory: string;
  readonly #log: EnvironmentLog;
  #state: State = 'starting';
  #server: Server | null = null;
  #process: ChildProcess | null = null;
  #group = 0;
  #printed: PrintedLines | null = null;
  #memory: Memory | null = null;
  readonly #connections = new Set<RuntimeConnection>();
  /** The one that waits for an event. */
  #asking: RuntimeConnection | null = null;
  #initTimer: NodeJS.Timeout | null = null;
  /** Runs on while idle, and is then of no consequence: renewing one timer is cheaper than making many. */
  #invokeTimer: NodeJS.Timeout | null = null;
  #concludeTimer: NodeJS.Timeout | null = null;
  #current: PendingInvocation | null = null;
  #dispatchedAtMs = 0;
  /** Until the first invocation has reported it. */
  #initDurationMs: number | undefined;
  /** Why its process is being ended, or has ended. */
  #failure: Failure | undefined;
  #initFailure: InitFailure | undefined;
  /** It is being ended for a failure: what it says from now on comes too late. */
  #killed = false;
  #exited = false;
  #logWork: (() => void)[] = [];
  /** Whether it is idle, and what it printed before that has been read. */
  #allRead = false;
  readonly #noteAllRead = (): void => {
    this.#allRead = this.#asking !== null;
  };

  constructor(
    fn: FunctionConfiguration,
    launch: Launch,
    phase: 'init' | 'invoke',
    surroundings: Surroundings,
    owner: EnvironmentOwner,
  ) {
    this.fn = fn;
    this.phase = phase;
    this.#owner = owner;
    this.#surroundings = surroundings;
    const id = surroundings.newId();
    this.#name = `${surroundings.marker}:${id}`;
    this.#directory = join(surroundings.warden.directory, id);
    const nowMs = Date.now();
    this.#log = new EnvironmentLog(fn, logStreamName(fn.version, id, nowMs), surroundings.log);
    this.#log.initStart(launch.runtimeVersion, nowMs);
    this.#start(launch);
  }

  get state(): State {
    return this.#state;
  }

  /** Ends it, gently; at once when it does not listen. Only when no invocation is under way. */
  retire(): void {
    if (this.#state === 'ending' || this.#state === 'ended') return;
    this.#state = 'ending';
    if (this.#process === null) {
      this.#conclude();
      return;
    }
    this.#memory?.lookLast();
    this.#signal('SIGTERM');
    setTimeout(() => this.#signal('SIGKILL'), leaveWithinMs).unref();
  }

  /** Ends it at once, and with it the invocation that is under way. */
  abort(): void {
    if (this.#state === 'busy') this.#fail(exitFailure(null, 'SIGKILL'));
    else this.retire();
  }

  // ---- starting ------------------------------------------------------------------------------------------------------

  #start(launch: Launch): void {
    if (this.fn.inspect === undefined) {
      const limitMs = this.phase === 'init' ? this.#surroundings.initTimeoutMs : this.fn.timeoutMs;
      this.#initTimer = setTimeout(() => this.#fail(timedOut(limitMs)), limitMs);
    }
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => {});
      isOwnUser(socket).then((own) => {
        if (own && this.#state !== 'ended') this.#connect(socket);
        else socket.destroy();
      });
    });
    this.#server = server;
    server.on('error', (error) => this.#cannotStart(error));
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (this.#state !== 'starting' || address === null || typeof address === 'string') return;
      try {
        this.#spawn(launch, `127.0.0.1:${address.port}`);
      } catch (error) {
        this.#cannotStart(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  #spawn(launch: Launch, runtimeApi: string): void {
    mkdirSync(this.#directory, { mode: 0o700 });
    const child = spawn('/bin/sh', [bootstrapFile('launch.sh'), launch.mode, launch.command, ...launch.args], {
      cwd: this.fn.code.directory,
      // A process group of its own, so that what it starts ends with it.
      detached: true,
      env: {
        TMPDIR: this.#directory,
        HOME: this.#directory,
        ...launch.environment,
        AWS_LAMBDA_RUNTIME_API: runtimeApi,
        AWS_LAMBDA_LOG_STREAM_NAME: this.#log.stream,
        GATEWRIGHT_ENVIRONMENT: `${this.#name}:`,
      },
      // launch.sh makes stderr the same as stdout.
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    });
    this.#process = child;
    child.on('error', (error) => this.#cannotStart(error));
    if (child.pid === undefined) return;
    this.#group = child.pid;
    this.#surroundings.warden.watch(child.pid);
    const control = child.stdio[3];
    if (control instanceof Socket) {
      if (launch.mode === 'own') this.#connect(control);
      else {
        control.on('error', () => {});
        control.end('go\n');
      }
    }
    const memory = new Memory(child.pid, this.fn.memoryMb * 1024 * 1024, () => this.#fail(outOfMemory));
    this.#memory = memory;
    this.#surroundings.memory.add(memory, launch.mode === 'foreign');
    if (child.stdout !== null) {
      this.#printed = new PrintedLines(child.stdout, this.#surroundings.printBudget, (message) =>
        this.#log.printed(message, Date.now()),
      );
    }
    child.on('exit', (code, signal) => this.#leaving(code, signal));
  }

  /** Its process could not be made: nothing will ever exit. */
  #cannotStart(error: Error): void {
    if (this.#group !== 0) return;
    this.#failure ??= invalidEntrypoint(error.message);
    this.#conclude();
  }

  #connect(socket: Socket): void {
    this.#connections.add(RuntimeConnection.over(socket, this));
  }

  // ---- what the runtime says -----------------------------------------------------------------------------------------

  next(connection: RuntimeConnection): string | undefined {
    // A process that has ended, or is being ended, may have asked with its last breath.
    if (this.#exited || this.#killed) return invalidTransition;
    if (this.#state === 'starting') {
      this.#initDurationMs = performance.now() - this.startedAtMs;
      if (this.#initTimer !== null) clearTimeout(this.#initTimer);
      this.#initTimer = null;
      this.#memory?.lookBack();
      this.#log.initialised();
    } else if (this.#state !== 'answered' && this.#state !== 'idle') return invalidTransition;
    this.#asking = connection;
    this.#state = 'idle';
    this.idleSinceMs = performance.now();
    this.#allRead = false;
    this.#owner.ready(this);
    if (this.#asking !== null && this.#log.wanted) this.#afterReading(this.#noteAllRead);
    return undefined;
  }

  receive(request: RuntimeRequest, connection: RuntimeConnection): BodyReceiver {
    if (request.kind === 'init-error') {
      if (this.#state !== 'starting') return discarding(invalidTransition);
      return new CollectedBody((body) => this.#initError(body?.toString('utf8') ?? responseTooLarge));
    }
    if (request.kind !== 'response' && request.kind !== 'error') return discarding(notFound);
    const invocation = this.#current;
    if (invocation === null || this.#state !== 'busy' || this.#killed) return discarding(invalidTransition);
    if (request.requestId !== invocation.options.requestId) return discarding(invalidRequestId);
    const contentType = headerIn(request.headers, 'content-type') ?? 'application/json';
    if (request.kind === 'error') {
      return new CollectedBody((body) =>
        this.#answer(invocation, body ?? Buffer.from(responseTooLarge), 'Unhandled', contentType),
      );
    }
    const streaming = headerIn(request.headers, 'lambda-runtime-function-response-mode') === 'streaming';
    const end = (body: Buffer | null, trailers: string): string => {
      if (this.#current !== invocation || this.#killed) return invalidTransition;
      const failure = body === null ? Buffer.from(responseTooLarge) : failureIn(trailers);
      this.#answer(
        invocation,
        failure ?? body ?? nothing,
        failure === undefined ? undefined : 'Unhandled',
        contentType,
      );
      return body === null && !streaming ? entityTooLarge(responseBytesMax) : accepted;
    };
    if (streaming && invocation.streaming !== undefined) {
      return new ForwardedBody(() => invocation.beginStream(contentType, () => connection.resume()), end);
    }
    return new CollectedBody(end);
  }

  closed(connection: RuntimeConnection): void {
    this.#connections.delete(connection);
    if (this.#asking === connection) this.#asking = null;
    if (this.#exited) this.#concludeWhenRead();
  }

  #initError(payload: string): string {
    if (this.#state !== 'starting') return invalidTransition;
    this.#initFailure = { by: 'runtime', payload, errorType: errorTypeIn(payload) };
    this.#memory?.lookLast();
    // The process may leave by itself once it has our answer; it need not.
    setImmediate(() => this.#signal('SIGKILL'));
    return accepted;
  }

  // ---- an invocation -------------------------------------------------------------------------------------------------

  /** Only when idle, which `ready` says. */
  dispatch(invocation: PendingInvocation): void {
    const { options } = invocation;
    const nowMs = Date.now();
    this.#state = 'busy';
    this.#current = invocation;
    this.#dispatchedAtMs = performance.now();
    if (this.#invokeTimer !== null) this.#invokeTimer.refresh();
    else if (this.fn.inspect === undefined) {
      this.#invokeTimer = setTimeout(() => this.#invocationTimedOut(), this.fn.timeoutMs).unref();
    }
    if (this.#log.wanted || options.logTail === true) {
      const begin = (): void => {
        this.#printed?.finish();
        this.#log.start(options.requestId, options.logTail === true, nowMs);
      };
      // Read later, what this invocation prints could come before its START.
      if (this.#allRead) begin();
      else this.#afterReading(begin);
    }
    const connection = this.#asking;
    this.#asking = null;
    // Null when the process has just died: its exit, on its way, ends this invocation.
    connection?.sendEvent(eventHead(invocation, nowMs + this.fn.timeoutMs), invocation.event);
  }

  /** The runtime's answer is complete. @returns what the runtime is told */
  #answer(
    invocation: PendingInvocation,
    payload: Buffer,
    functionError: FunctionErrorKind | undefined,
    contentType: string,
  ): string {
    if (this.#current !== invocation || this.#state !== 'busy' || this.#killed) return invalidTransition;
    this.#state = 'answered';
    this.#settle(invocation, payload, functionError, contentType, 'success', undefined, undefined);
    return accepted;
  }

  /** Hands the result over, and writes the end of the log once what has been printed is read. */
  #settle(
    invocation: PendingInvocation,
    payload: Uint8Array,
    functionError: FunctionErrorKind | undefined,
    contentType: string,
    status: Report['status'],
    errorType: string | undefined,
    message: string | undefined,
  ): void {
    const endedAtMs = performance.now();
    const durationMs = Math.min(endedAtMs - this.#dispatchedAtMs, status === 'timeout' ? this.fn.timeoutMs : Infinity);
    const { options } = invocation;
    this.#current = null;
    const result = (logTail: string | undefined) => ({
      payload,
      executedVersion: this.fn.version,
      durationMs,
      ...(functionError === undefined ? {} : { functionError }),
      ...(logTail === undefined ? {} : { logTail }),
    });
    if (options.logTail !== true) invocation.settle(result(undefined), contentType);
    if (this.#log.wanted || options.logTail === true) {
      const nowMs = Date.now();
      if (this.#initDurationMs !== undefined) this.#memory?.lookBack();
      this.#memory?.look(endedAtMs);
      const report: Report = {
        requestId: options.requestId,
        durationMs,
        memoryMb: this.fn.memoryMb,
        memoryUsedBytes: this.#memory?.highest ?? 0,
        initDurationMs: this.#initDurationMs,
        status,
        errorType,
        traceId: options.traceId,
      };
      this.#afterReading(() => {
        this.#printed?.finish();
        if (message !== undefined) this.#log.failed(message, nowMs);
        this.#log.end(report, nowMs);
        const logTail = this.#log.tail();
        if (options.logTail === true) invocation.settle(result(logTail), contentType);
      });
    }
    this.#initDurationMs = undefined;
    this.#owner.answered(this, durationMs);
  }

  #invocationTimedOut(): void {
    if (this.#state === 'busy' || this.#state === 'answered') this.#fail(timedOut(this.fn.timeoutMs));
  }

  /** Does work of the log when what has been printed before is in it, in the order in which it was asked for. */
  #afterReading(work: () => void): void {
    this.#logWork.push(work);
    if (this.#logWork.length === 1) this.#surroundings.afterReading(this.#doLogWork);
  }

  readonly #doLogWork = (): void => {
    if (this.#printed?.behind(() => this.#surroundings.afterReading(this.#doLogWork)) === true) return;
    const works = this.#logWork;
    this.#logWork = [];
    for (const work of works) work();
  };

  // ---- ending --------------------------------------------------------------------------------------------------------

  #fail(failure: Failure): void {
    if (this.#exited || this.#state === 'ended' || this.#failure !== undefined) return;
    this.#failure = failure;
    this.#killed = true;
    if (this.#process === null) {
      this.#conclude();
      return;
    }
    this.#memory?.lookLast();
    this.#signal('SIGKILL');
  }

  /** To the process and what it has started. */
  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#group === 0 || this.#state === 'ended') return;
    try {
      process.kill(-this.#group, signal);
    } catch {
      // Nobody is left.
    }
  }

  /** The process has ended; what it has sent and printed before may still be on its way. */
  #leaving(code: number | null, signal: NodeJS.Signals | null): void {
    this.#exited = true;
    if (this.#state !== 'ending') this.#failure ??= exitFailure(code, signal);
    this.#signal('SIGKILL');
    this.#printed?.drain();
    // 'close' comes after the last byte of its pipes. Somebody that has left the group may hold them open.
    this.#process?.once('close', () => this.#concludeWhenRead());
    this.#concludeTimer = setTimeout(() => this.#conclude(), pipesCloseWithinMs);
  }

  #concludeWhenRead(): void {
    const stdout = this.#process?.stdout;
    if (this.#connections.size === 0 && (stdout === null || stdout === undefined || stdout.closed)) this.#conclude();
  }

  #conclude(): void {
    if (this.#state === 'ended') return;
    const starting = this.#state === 'starting';
    const failure = this.#failure;
    this.#printed?.finish();
    const invocation = this.#current;
    if (invocation !== null && failure !== undefined) {
      const { requestId } = invocation.options;
      const nowMs = Date.now();
      this.#settle(
        invocation,
        Buffer.from(failurePayload(failure, requestId, nowMs)),
        'Unhandled',
        'application/json',
        failure.status,
        failure.errorType,
        failureLogEntry(failure, requestId, nowMs),
      );
    }
    if (starting && failure !== undefined) this.#initFailure ??= { by: 'host', failure };
    if (starting && this.#initFailure !== undefined) this.#reportInit(this.#initFailure);
    this.#state = 'ended';
    this.#cleanUp();
    this.#owner.ended(this, this.#initFailure);
  }

  #reportInit(failure: InitFailure): void {
    const [status, errorType] =
      failure.by === 'runtime'
        ? (['error', failure.errorType] as const)
        : ([failure.failure.status, failure.failure.errorType] as const);
    this.#log.initReport(this.phase, performance.now() - this.startedAtMs, status, errorType, Date.now());
  }

  /** Tells an invocation that waited for this environment that it never became one. After its end. */
  failWaiting(invocation: PendingInvocation, why: InitFailure): void {
    const durationMs = performance.now() - Math.max(invocation.queuedAtMs, this.startedAtMs);
    failWaiting(invocation, why, this.#log, durationMs, this.#memory?.highest ?? 0);
  }

  #cleanUp(): void {
    for (const timer of [this.#initTimer, this.#invokeTimer, this.#concludeTimer]) {
      if (timer !== null) clearTimeout(timer);
    }
    this.#server?.close();
    for (const connection of this.#connections) connection.close();
    if (this.#memory !== null) {
      this.#surroundings.memory.remove(this.#memory);
      this.#memory.descendants.end();
    }
    this.#process?.stdout?.destroy();
    if (this.#group !== 0) this.#surroundings.warden.ended(this.#group, this.#name);
    rm(this.#directory, { recursive: true, force: true, maxRetries: 2 }).catch(() => {});
  }
}

/** Ends an invocation whose function cannot even be started on this machine. */
export function failUnstarted(invocation: PendingInvocation, failure: Failure, surroundings: Surroundings): void {
  const stream = logStreamName(invocation.fn.version, surroundings.newId(), Date.now());
  failWaiting(invocation, { by: 'host', failure }, new EnvironmentLog(invocation.fn, stream, surroundings.log), 0, 0);
}

function failWaiting(
  invocation: PendingInvocation,
  why: InitFailure,
  log: EnvironmentLog,
  durationMs: number,
  memoryUsedBytes: number,
): void {
  const { fn, options } = invocation;
  const { requestId } = options;
  const nowMs = Date.now();
  log.start(requestId, options.logTail === true, nowMs);
  const failure = why.by === 'host' ? why.failure : undefined;
  if (failure !== undefined) log.failed(failureLogEntry(failure, requestId, nowMs), nowMs);
  log.end(
    {
      requestId,
      durationMs,
      memoryMb: fn.memoryMb,
      memoryUsedBytes,
      initDurationMs: undefined,
      status: failure?.status ?? 'error',
      errorType: why.by === 'host' ? failure?.errorType : why.errorType,
      traceId: options.traceId,
    },
    nowMs,
  );
  const logTail = log.tail();
  const result: InvocationResult = {
    payload: Buffer.from(why.by === 'host' ? failurePayload(why.failure, requestId, nowMs) : why.payload),
    functionError: 'Unhandled',
    executedVersion: fn.version,
    durationMs,
    ...(logTail === undefined ? {} : { logTail }),
  };
  invocation.settle(result, 'application/json');
}

const nothing = Buffer.alloc(0);

/** Keeps a body until it is complete; of one that is too long, nothing. */
class CollectedBody implements BodyReceiver {
  readonly #end: (body: Buffer | null, trailers: string) => string;
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** @param end gets null for a body of more than `responseBytesMax` */
  constructor(end: (body: Buffer | null, trailers: string) => string) {
    this.#end = end;
  }

  data(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    if (this.#bytes <= responseBytesMax) this.#chunks.push(chunk);
    else this.#chunks = [];
    return true;
  }

  end(trailers: string): string {
    if (this.#bytes > responseBytesMax) return this.#end(null, trailers);
    return this.#end(this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#bytes), trailers);
  }

  broken(): void {
    this.#chunks = [];
  }
}

/** Hands a body on as it comes. */
class ForwardedBody implements BodyReceiver {
  readonly #begin: () => StreamedBody;
  readonly #end: (body: Buffer | null, trailers: string) => string;
  #body: StreamedBody | null = null;
  #bytes = 0;

  constructor(begin: () => StreamedBody, end: (body: Buffer | null, trailers: string) => string) {
    this.#begin = begin;
    this.#end = end;
  }

  data(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    this.#body ??= this.#begin();
    if (this.#body.destroyed || this.#bytes > streamedBytesMax) return true;
    return this.#body.push(chunk);
  }

  end(trailers: string): string {
    return this.#end(this.#bytes > streamedBytesMax ? null : nothing, trailers);
  }

  broken(): void {}
}

/** The error that a streaming runtime sends after its response. */
function failureIn(trailers: string): Buffer | undefined {
  if (trailers === '') return undefined;
  const body = headerIn(trailers, 'lambda-runtime-function-error-body');
  if (body !== undefined) return Buffer.from(body, 'base64');
  const errorType = headerIn(trailers, 'lambda-runtime-function-error-type');
  return errorType === undefined ? undefined : Buffer.from(JSON.stringify({ errorType, errorMessage: '' }));
}

function errorTypeIn(payload: string): string | undefined {
  try {
    const value: unknown = JSON.parse(payload);
    if (typeof value === 'object' && value !== null && 'errorType' in value && typeof value.errorType === 'string') {
      return value.errorType;
    }
  } catch {
    // A runtime may say anything.
  }
  return undefined;
}

function eventHead(invocation: PendingInvocation, deadlineMs: number): string {
  const { fn, options, event } = invocation;
  let head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: ${options.requestId}\r\nLambda-Runtime-Deadline-Ms: ${deadlineMs}\r\nLambda-Runtime-Invoked-Function-Arn: ${plain(options.invokedFunctionArn ?? fn.functionArn)}\r\n`;
  if (options.traceId !== undefined) head += `Lambda-Runtime-Trace-Id: ${plain(options.traceId)}\r\n`;
  if (options.clientContext !== undefined) head += `Lambda-Runtime-Client-Context: ${json(options.clientContext)}\r\n`;
  if (options.cognitoIdentity !== undefined) {
    head += `Lambda-Runtime-Cognito-Identity: ${json(options.cognitoIdentity)}\r\n`;
  }
  return `${head}Content-Length: ${event.length}\r\n\r\n`;
}

/** What a header cannot hold is left out. */
const plain = (text: string): string => (/[^ -~]/.test(text) ? text.replace(/[^ -~]/g, '') : text);

/** The same JSON in ASCII on one line; what is no JSON is left out. */
function json(text: string): string {
  if (!/[^ -~]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text)).replace(
      /[^ -~]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  } catch {
    return '{}';
  }
}
