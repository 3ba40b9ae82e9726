/**
 * The upstream client: keeps connections to every upstream that is called and gives each call one of them. The most
 * recently used free connection is taken first, so that those a lull leaves over close. Written on node:net and
 * node:tls, see docs/decisions/0003-own-upstream-client.md.
 */
import { Deadlines } from './deadlines.ts';
import { UpstreamCall, UpstreamError, type UpstreamRequest, type UpstreamTarget } from './upstream-call.ts';
import { type ConnectionOwner, type ConnectionTimeouts, UpstreamConnection } from './upstream-connection.ts';

export interface UpstreamLimits extends ConnectionTimeouts {
  /** Connections to one upstream. */
  readonly connectionsMax: number;
  /** Calls that wait for one of them. */
  readonly waitingMax: number;
  /** Upstreams that connections are kept to; the one not called for longest makes room. */
  readonly poolsMax: number;
}

export const defaultUpstreamLimits: UpstreamLimits = {
  idleMs: 4_000,
  pauseMs: 300_000,
  connectionsMax: 8_192,
  waitingMax: 16_384,
  poolsMax: 1_024,
};

export class Upstream {
  readonly #limits: UpstreamLimits;
  readonly #deadlines: Deadlines;
  readonly #pools = new Map<string, Pool>();

  constructor(limits: Partial<UpstreamLimits> = {}, deadlines: Deadlines = new Deadlines()) {
    this.#limits = { ...defaultUpstreamLimits, ...limits };
    this.#deadlines = deadlines;
  }

  /** @returns the call under way; its promise rejects with an UpstreamError */
  send(target: UpstreamTarget, request: UpstreamRequest): UpstreamCall {
    const call = new UpstreamCall(target, request, this.#deadlines);
    const pool = this.#pools.get(target.key) ?? this.#open(target);
    if (pool === null)
      call.fail(new UpstreamError('overloaded', `more than ${this.#limits.poolsMax} upstreams are being called`));
    else pool.dispatch(call);
    return call;
  }

  /** Closes every connection; calls under way fail. */
  close(): void {
    for (const pool of this.#pools.values()) pool.close();
    this.#pools.clear();
    this.#deadlines.close();
  }

  #open(target: UpstreamTarget): Pool | null {
    if (this.#pools.size >= this.#limits.poolsMax && !this.#makeRoom()) return null;
    const pool = new Pool(target, this.#limits, this.#deadlines);
    this.#pools.set(target.key, pool);
    return pool;
  }

  #makeRoom(): boolean {
    let oldest: Pool | null = null;
    for (const pool of this.#pools.values())
      if (!pool.busy && (oldest === null || pool.lastUse < oldest.lastUse)) oldest = pool;
    if (oldest === null) return false;
    oldest.close();
    this.#pools.delete(oldest.target.key);
    return true;
  }
}

/** Orders pools by their last use without reading a clock for every call. */
let uses = 0;

class Pool implements ConnectionOwner {
  readonly target: UpstreamTarget;
  session: Buffer | undefined = undefined;
  lastUse = 0;
  readonly #limits: UpstreamLimits;
  readonly #deadlines: Deadlines;
  readonly #all = new Set<UpstreamConnection>();
  /** Free connections, the most recently used last. */
  readonly #free: UpstreamConnection[] = [];
  /** Calls without a connection, first come first; those given up are skipped. */
  #waiting: UpstreamCall[] = [];

  constructor(target: UpstreamTarget, limits: UpstreamLimits, deadlines: Deadlines) {
    this.target = target;
    this.#limits = limits;
    this.#deadlines = deadlines;
  }

  get busy(): boolean {
    return this.#all.size > this.#free.length || this.#waiting.length > 0;
  }

  dispatch(call: UpstreamCall): void {
    this.lastUse = ++uses;
    const free = this.#free.pop();
    if (free !== undefined) free.send(call);
    else if (this.#all.size < this.#limits.connectionsMax) this.#connect(call);
    else if (this.#waiting.length < this.#limits.waitingMax) this.#waiting.push(call);
    else
      call.fail(
        new UpstreamError('overloaded', `${this.target.key} has ${this.#all.size} calls under way and more waiting`),
      );
  }

  released(connection: UpstreamConnection): void {
    const next = this.#next();
    if (next === undefined) this.#free.push(connection);
    else connection.send(next);
  }

  closed(connection: UpstreamConnection, unserved: UpstreamCall | null): void {
    this.#all.delete(connection);
    const index = this.#free.indexOf(connection);
    if (index !== -1) this.#free.splice(index, 1);
    const next = unserved ?? this.#next();
    if (next !== undefined) this.#connect(next);
  }

  close(): void {
    for (const connection of this.#all) connection.destroy();
  }

  #connect(call: UpstreamCall): void {
    const connection = new UpstreamConnection(this.target, this, this.#deadlines, this.#limits);
    this.#all.add(connection);
    connection.send(call);
  }

  #next(): UpstreamCall | undefined {
    for (;;) {
      const call = this.#waiting.shift();
      if (call === undefined || !call.settled) return call;
    }
  }
}
