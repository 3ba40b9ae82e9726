/**
 * Runs functions: every function of an installation in one host, so that limits are limits, and so that an idle
 * environment serves whoever comes next. Belongs into a thread of its own (`host-thread.ts`), because starting a
 * process blocks its thread for milliseconds; callers in other threads talk to it through a `FunctionPort`.
 *
 * An invocation is refused when its function has as many under way as its reserved concurrency allows, or all functions
 * together as many as the host allows. Otherwise it gets an idle environment, a new one, or waits its turn.
 */
import { randomBytes } from 'node:crypto';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { environmentKeyOf, type FunctionConfiguration } from './configuration.ts';
import type { Surroundings } from './environment.ts';
import { Interpreters } from './interpreters.ts';
import {
  type FunctionInvoker,
  type InvocationOptions,
  InvocationRefused,
  type InvocationResult,
  type StreamedInvocation,
  throttled,
} from './invocation.ts';
import { planLaunch, type RuntimeLibraries } from './launch.ts';
import type { LogSink } from './log.ts';
import { MemoryWatch } from './memory.ts';
import { type InFlight, PendingInvocation } from './pending.ts';
import { Pool, type PoolHost } from './pool.ts';
import { PrintBudget } from './printed-lines.ts';
import { completeTrace } from './trace.ts';
import { Warden } from './warden.ts';

export interface FunctionHostOptions {
  /** Takes the entries of all logs; without one nothing is formatted. */
  readonly log?: LogSink;
  /** Program by runtime (`python3.12`) or family (`python`, `nodejs`, `java`, `ruby`, `dotnet`). */
  readonly interpreters?: Readonly<Record<string, string>>;
  readonly libraries?: RuntimeLibraries;
  /** Where environments have their temporary files; the system's unless given. */
  readonly temporaryDirectory?: string;
  /** Invocations at a time over all functions: Lambda's account limit. */
  readonly concurrencyMax?: number;
  /** Processes at a time. */
  readonly environmentsMax?: number;
  /** After which an idle environment is ended. */
  readonly idleMs?: number;
  readonly initTimeoutMs?: number;
  /** How long an invocation may wait for an environment when no more may be started. */
  readonly queueWaitMaxMs?: number;
}

/** What an environment of the smallest function takes, roughly. */
const environmentBytes = 64 * 1024 * 1024;

export const hostDefaults = {
  concurrencyMax: 1000,
  environmentsMax: Math.max(8, Math.min(1000, Math.floor((totalmem() * 0.75) / environmentBytes))),
  idleMs: 600_000,
  initTimeoutMs: 10_000,
  queueWaitMaxMs: 60_000,
} as const;

/** Bytes of an event: Lambda's limit for synchronous invocations. */
export const eventBytesMax = 6 * 1024 * 1024;

export class FunctionHost implements FunctionInvoker, AsyncDisposable {
  readonly #options: Required<Omit<FunctionHostOptions, 'log' | 'libraries' | 'temporaryDirectory' | 'interpreters'>>;
  readonly #libraries: RuntimeLibraries;
  readonly #interpreters: Interpreters;
  readonly #surroundings: Surroundings;
  readonly #poolHost: PoolHost;
  readonly #warden: Warden;
  readonly #pools = new Map<string, Pool>();
  /** The same, by the configuration that was used last. */
  readonly #poolOf = new WeakMap<FunctionConfiguration, { readonly pool: Pool; readonly inFlight: InFlight }>();
  readonly #inFlightOf = new Map<string, InFlight>();
  #environments = 0;
  readonly #invocations: InFlight = { count: 0 };
  #whenEmpty: (() => void) | null = null;
  #idleTimer: NodeJS.Timeout | null = null;
  #afterReading: (() => void)[] = [];
  #closed = false;

  constructor(options: FunctionHostOptions = {}) {
    this.#options = { ...hostDefaults, ...defined(options) };
    this.#libraries = options.libraries ?? {};
    this.#interpreters = new Interpreters(options.interpreters ?? {});
    const marker = randomBytes(8).toString('hex');
    this.#warden = new Warden(marker, options.temporaryDirectory ?? tmpdir());
    this.#surroundings = {
      marker,
      warden: this.#warden,
      memory: new MemoryWatch(),
      printBudget: new PrintBudget(),
      log: options.log,
      initTimeoutMs: this.#options.initTimeoutMs,
      afterReading: (work) => this.#whenRead(work),
      newId: () => randomBytes(16).toString('hex'),
    };
    this.#poolHost = {
      surroundings: this.#surroundings,
      cores: availableParallelism(),
      queueWaitMaxMs: this.#options.queueWaitMaxMs,
      takePlace: () => this.#takePlace(),
      givePlaceBack: () => {
        this.#environments--;
        if (this.#environments === 0) this.#whenEmpty?.();
      },
      queueFull: () => throttled('ConcurrentInvocationLimitExceeded'),
      planLaunch: (fn) => planLaunch(fn, this.#interpreters, this.#libraries),
    };
  }

  /** Environments that live, starting and ending ones included. */
  get environments(): number {
    return this.#environments;
  }

  invoke(fn: FunctionConfiguration, event: Uint8Array, options: InvocationOptions): Promise<InvocationResult> {
    return new Promise((resolve, reject) => {
      this.#submit(fn, event, options, resolve, undefined, reject);
    });
  }

  invokeStreaming(
    fn: FunctionConfiguration,
    event: Uint8Array,
    options: InvocationOptions,
  ): Promise<StreamedInvocation> {
    return new Promise((resolve, reject) => {
      this.#submit(fn, event, options, undefined, resolve, reject);
    });
  }

  retire(functionArn: string, keepRevision?: string): void {
    for (const [key, pool] of this.#pools) {
      if (pool.fn.functionArn !== functionArn || pool.fn.revision === keepRevision) continue;
      pool.close();
      this.#pools.delete(key);
    }
  }

  /** Refuses what waits, ends all environments, waits until their processes are gone. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#idleTimer !== null) clearInterval(this.#idleTimer);
    const closing = new InvocationRefused('ServiceException', 'The function host is closing');
    for (const pool of this.#pools.values()) pool.abort(closing);
    this.#pools.clear();
    if (this.#environments > 0) {
      await new Promise<void>((resolve) => {
        this.#whenEmpty = resolve;
      });
    }
    await this.#warden.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #submit(
    fn: FunctionConfiguration,
    event: Uint8Array,
    options: InvocationOptions,
    resolve: ((result: InvocationResult) => void) | undefined,
    streaming: ((streamed: StreamedInvocation) => void) | undefined,
    reject: (error: InvocationRefused) => void,
  ): void {
    let place = this.#poolOf.get(fn);
    if (place === undefined || place.pool.closed) place = this.#place(fn);
    const { pool, inFlight } = place;
    const refused = this.#refusal(fn, event, inFlight);
    if (refused !== undefined) reject(refused);
    else {
      const traced = { ...options, traceId: completeTrace(options.traceId, Date.now()) };
      pool.submit(new PendingInvocation(fn, event, traced, inFlight, this.#invocations, resolve, streaming, reject));
    }
  }

  #refusal(fn: FunctionConfiguration, event: Uint8Array, inFlight: InFlight): InvocationRefused | undefined {
    if (this.#closed) return new InvocationRefused('ServiceException', 'The function host is closing');
    if (event.length > eventBytesMax) return tooLarge();
    if (inFlight.count >= (fn.reservedConcurrency ?? Number.POSITIVE_INFINITY)) {
      return throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
    }
    if (this.#invocations.count >= this.#options.concurrencyMax) return throttled('ConcurrentInvocationLimitExceeded');
    return undefined;
  }

  #place(fn: FunctionConfiguration): { readonly pool: Pool; readonly inFlight: InFlight } {
    const key = environmentKeyOf(fn);
    let pool = this.#pools.get(key);
    if (pool === undefined || pool.closed) {
      pool = new Pool(fn, this.#poolHost);
      this.#pools.set(key, pool);
    }
    let inFlight = this.#inFlightOf.get(fn.functionArn);
    if (inFlight === undefined) {
      inFlight = { count: 0 };
      this.#inFlightOf.set(fn.functionArn, inFlight);
    }
    const place = { pool, inFlight };
    this.#poolOf.set(fn, place);
    if (!this.#closed)
      this.#idleTimer ??= setInterval(() => this.#retireIdle(), Math.min(this.#options.idleMs, 10_000)).unref();
    return place;
  }

  #retireIdle(): void {
    const beforeMs = performance.now() - this.#options.idleMs;
    for (const [key, pool] of this.#pools) {
      pool.retireIdle(beforeMs);
      if (!pool.empty) continue;
      // Made anew when it is needed: revisions that nobody uses any more are forgotten.
      pool.close();
      this.#pools.delete(key);
    }
    const known = new Set([...this.#pools.values()].map((pool) => pool.fn.functionArn));
    for (const [arn, inFlight] of this.#inFlightOf) {
      if (inFlight.count === 0 && !known.has(arn)) this.#inFlightOf.delete(arn);
    }
  }

  #takePlace(): boolean {
    if (this.#environments >= this.#options.environmentsMax) {
      // The environment that has been idle longest makes room; its place is free once it has ended.
      let longest: Pool | undefined;
      for (const pool of this.#pools.values()) {
        if ((pool.idleSinceMs ?? Infinity) < (longest?.idleSinceMs ?? Infinity)) longest = pool;
      }
      longest?.retireIdle(0, 1);
      return false;
    }
    this.#environments++;
    return true;
  }

  #whenRead(work: () => void): void {
    if (this.#afterReading.length === 0) {
      setImmediate(() => {
        const works = this.#afterReading;
        this.#afterReading = [];
        for (const each of works) each();
      });
    }
    this.#afterReading.push(work);
  }
}

const tooLarge = (): InvocationRefused =>
  new InvocationRefused(
    'RequestTooLargeException',
    `Request must be smaller than ${eventBytesMax} bytes for the InvokeFunction operation`,
  );

/** An option that is given as undefined is not given. */
function defined<T extends object>(options: T): Partial<{ [Key in keyof T]: Exclude<T[Key], undefined> }> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  const result: Partial<{ [Key in keyof T]: Exclude<T[Key], undefined> }> = {};
  Object.assign(result, Object.fromEntries(entries));
  return result;
}
