/**
 * The environments of one revision of one function, and the invocations that wait for one. Decides when another
 * environment is worth starting.
 *
 * Lambda starts one for every invocation that finds none idle. Here processes compete for the same cores, so that
 * would make a fast function slower: an invocation of a function that answers in under a millisecond waits its turn
 * behind others when that costs less than another process. Nothing waits longer than `patienceMs` for an environment
 * while more may be started: a handler that invokes its own function gets its answer.
 */
import { CodeWatch } from './code-watch.ts';
import type { FunctionConfiguration } from './configuration.ts';
import {
  Environment,
  type EnvironmentOwner,
  failUnstarted,
  type InitFailure,
  type Surroundings,
} from './environment.ts';
import type { Failure } from './failure.ts';
import type { InvocationRefused } from './invocation.ts';
import type { Launch } from './launch.ts';
import type { PendingInvocation } from './pending.ts';

const patienceMs = 20;
/** The same for a fast function while its environments do answer: then the machine is busy, and one more no help. */
const patienceAtWorkMs = 100;
/** A function that answered within this is fast: waiting for its environment is cheaper than starting one. */
const fastMs = 1;
/** How long the shortest answer of late is remembered. */
const rememberedMs = 1000;
/** While a start is younger than this it uses a core; later it waits for something. */
const startBusyMs = 250;

/** What a pool may do and has to tell. */
export interface PoolHost {
  readonly surroundings: Surroundings;
  readonly cores: number;
  readonly queueWaitMaxMs: number;
  /** Takes the place of one more environment of the host, ending an idle one elsewhere if need be. */
  takePlace(): boolean;
  givePlaceBack(): void;
  readonly queueFull: () => InvocationRefused;
  planLaunch(fn: FunctionConfiguration): Promise<Launch | Failure>;
}

export class Pool implements EnvironmentOwner {
  readonly fn: FunctionConfiguration;
  readonly #host: PoolHost;
  readonly #watch: CodeWatch | null;
  #launch: Launch | null = null;
  #planning = false;
  readonly #environments = new Set<Environment>();
  /** The one that was used last is used first, so that the others can be retired. */
  readonly #idle: Environment[] = [];
  readonly #starting = new Set<Environment>();
  /** Those that have answered and will ask for the next invocation in a moment. */
  readonly #finishing = new Set<Environment>();
  #waiting: PendingInvocation[] = [];
  /** Where the queue begins: taking from an array's front is expensive. */
  #first = 0;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  /** The shortest answer in this second and in the one before. */
  #shortestMs = Number.POSITIVE_INFINITY;
  #shortestBeforeMs = Number.POSITIVE_INFINITY;
  #shortestSinceMs = 0;
  #answeredAtMs = 0;
  /** Whether the host had no place when one more was wanted last. */
  #crowdedOut = false;

  constructor(fn: FunctionConfiguration, host: PoolHost) {
    this.fn = fn;
    this.#host = host;
    this.#watch = fn.code.watch ? new CodeWatch(fn.code.directory) : null;
  }

  /** Whether there is neither an environment nor an invocation. */
  get empty(): boolean {
    return this.#environments.size === 0 && this.#waitingCount === 0 && !this.#planning;
  }

  /** Whether it takes no further invocations: its revision is gone. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Since when its longest idle environment has been so; undefined when none is. */
  get idleSinceMs(): number | undefined {
    return this.#idle[0]?.idleSinceMs;
  }

  get #waitingCount(): number {
    return this.#waiting.length - this.#first;
  }

  submit(invocation: PendingInvocation): void {
    if (this.#watch?.changed() === true) this.#codeChanged();
    const environment = this.#idle.pop();
    if (environment !== undefined) {
      environment.dispatch(invocation);
      return;
    }
    this.#waiting.push(invocation);
    this.#grow();
  }

  /** Ends what is idle since before, and at least `atLeast` of the idle ones, longest first. */
  retireIdle(beforeMs: number, atLeast = 0): void {
    let ended = 0;
    while (this.#idle.length > 0 && (ended < atLeast || this.#idle[0]!.idleSinceMs < beforeMs)) {
      this.#idle.shift()?.retire();
      ended++;
    }
  }

  /** Takes no more invocations; what is under way and what waits is served. */
  close(): void {
    this.#closed = true;
    this.retireIdle(Number.POSITIVE_INFINITY);
  }

  /** Ends everything at once. */
  abort(error: InvocationRefused): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const invocation of this.#takeAll()) invocation.refuse(error);
    for (const environment of [...this.#environments]) environment.abort();
  }

  // ---- what environments say -----------------------------------------------------------------------------------------

  ready(environment: Environment): void {
    this.#starting.delete(environment);
    this.#finishing.delete(environment);
    if (environment.stale) {
      environment.retire();
      this.#grow();
      return;
    }
    const invocation = this.#take();
    if (invocation !== undefined) {
      environment.dispatch(invocation);
      if (this.#waitingCount > 0) this.#grow();
    } else if (this.#closed) environment.retire();
    else this.#idle.push(environment);
  }

  answered(environment: Environment, ms: number): void {
    this.#finishing.add(environment);
    const nowMs = performance.now();
    this.#answeredAtMs = nowMs;
    if (nowMs - this.#shortestSinceMs > rememberedMs) {
      this.#shortestBeforeMs = this.#shortestMs;
      this.#shortestMs = Number.POSITIVE_INFINITY;
      this.#shortestSinceMs = nowMs;
    }
    if (ms < this.#shortestMs) this.#shortestMs = ms;
  }

  ended(environment: Environment, failure: InitFailure | undefined): void {
    this.#environments.delete(environment);
    this.#host.givePlaceBack();
    this.#starting.delete(environment);
    this.#finishing.delete(environment);
    const idle = this.#idle.indexOf(environment);
    if (idle !== -1) this.#idle.splice(idle, 1);
    if (failure !== undefined && !environment.stale && this.#waitingCount > 0) {
      // Lambda's second try: its time and its error are the invocation's.
      if (environment.phase === 'init' && this.#start('invoke')) return;
      // What kept this one from starting keeps the next one too, unless others do work.
      const hopeless = this.#environments.size === 0 ? this.#takeAll() : [this.#take()];
      for (const invocation of hopeless) if (invocation !== undefined) environment.failWaiting(invocation, failure);
    }
    this.#grow();
  }

  // ---- growing -------------------------------------------------------------------------------------------------------

  #grow(): void {
    if (this.#waitingCount === 0) return;
    if (this.#launch === null) {
      void this.#plan();
      return;
    }
    for (let more = this.#worthStarting(); more > 0; more--) if (!this.#start('init')) break;
    this.#timer ??= setTimeout(() => this.#impatient(), patienceMs);
  }

  /** How many environments to start now. */
  #worthStarting(): number {
    const live = this.#environments.size;
    const limit = this.fn.inspect === undefined ? Number.POSITIVE_INFINITY : 1;
    const waiting = this.#waitingCount;
    const coming = this.#starting.size + this.#finishing.size;
    if (live >= limit || this.#starting.size >= waiting) return 0;
    const nowMs = performance.now();
    let busyStarting = 0;
    for (const environment of this.#starting) if (nowMs - environment.startedAtMs < startBusyMs) busyStarting++;
    const room = Math.min(this.#host.cores - busyStarting, limit - live);
    const shortestMs = Math.min(this.#shortestMs, this.#shortestBeforeMs);
    let wanted: number;
    if (live === 0) wanted = 1;
    else if (shortestMs === Number.POSITIVE_INFINITY) wanted = Math.min(waiting - coming, this.#host.cores - live);
    else if (shortestMs >= fastMs) wanted = waiting - coming;
    else wanted = live < this.#host.cores && (waiting * shortestMs) / live > fastMs ? 1 : 0;
    const waitedMs = nowMs - (this.#waiting[this.#first]?.queuedAtMs ?? nowMs);
    const atWork = shortestMs < fastMs && nowMs - this.#answeredAtMs < patienceMs;
    if (waitedMs >= (atWork ? patienceAtWorkMs : patienceMs)) wanted = Math.max(wanted, 1);
    return Math.max(0, Math.min(wanted, room));
  }

  #impatient(): void {
    this.#timer = null;
    const deadlineMs = performance.now() - this.#host.queueWaitMaxMs;
    while (this.#crowdedOut && (this.#waiting[this.#first]?.queuedAtMs ?? deadlineMs) < deadlineMs) {
      this.#take()?.refuse(this.#host.queueFull());
    }
    this.#grow();
  }

  #start(phase: 'init' | 'invoke'): boolean {
    if (this.#launch === null) return false;
    this.#crowdedOut = !this.#host.takePlace();
    if (this.#crowdedOut) return false;
    const environment = new Environment(this.fn, this.#launch, phase, this.#host.surroundings, this);
    this.#environments.add(environment);
    this.#starting.add(environment);
    return true;
  }

  /** How to start one is found out once; what is missing may be there at the next invocation. */
  async #plan(): Promise<void> {
    if (this.#planning) return;
    this.#planning = true;
    const launch = await this.#host.planLaunch(this.fn);
    this.#planning = false;
    if ('status' in launch) {
      for (const invocation of this.#takeAll()) {
        failUnstarted(invocation, launch, this.#host.surroundings);
      }
      return;
    }
    this.#launch = launch;
    this.#grow();
  }

  #codeChanged(): void {
    // A package may have brought what was missing, a layer of paths may have changed: plan anew.
    this.#launch = null;
    for (const environment of this.#environments) environment.stale = true;
    this.retireIdle(Number.POSITIVE_INFINITY);
  }

  // ---- the queue -----------------------------------------------------------------------------------------------------

  #take(): PendingInvocation | undefined {
    const invocation = this.#waiting[this.#first];
    if (invocation === undefined) return undefined;
    this.#first++;
    if (this.#first === this.#waiting.length) {
      this.#waiting = [];
      this.#first = 0;
    } else if (this.#first >= 1024) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    return invocation;
  }

  #takeAll(): PendingInvocation[] {
    const all = this.#waiting.slice(this.#first);
    this.#waiting = [];
    this.#first = 0;
    return all;
  }
}
