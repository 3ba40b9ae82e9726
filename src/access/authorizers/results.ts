/**
 * Results of an authorizer, remembered by identity for as long as its owner lets them be: many who come with one
 * identity at once wait for one answer. What failed is never remembered. Bounded by number and by size.
 * Source: Developer Guide, "Use API Gateway Lambda authorizers" (caching); API reference, FlushStageAuthorizersCache.
 */
import { BoundedMemory } from '../../state/bounded-memory.ts';

interface Remembered<Result> {
  readonly result: Result;
  readonly untilMs: number;
}

export interface Obtained<Result> {
  readonly result: Result;
  /** How old it is already; it is good for so much less. */
  readonly ageMs: number;
}

export interface ResultsOptions {
  /** Milliseconds of a monotonic clock. */
  readonly nowMs?: () => number;
  readonly entriesMax?: number;
  /** Of the identities' texts. */
  readonly charactersMax?: number;
}

export class AuthorizerResults<Result> {
  /** How long a result is good for; 0: every request is asked about, by itself. */
  readonly ttlMs: number;
  readonly #options: ResultsOptions;
  readonly #nowMs: () => number;
  #memory: BoundedMemory<Remembered<Result>>;
  #asking = new Map<string, Promise<Result>>();

  constructor(ttlMs: number, options: ResultsOptions = {}) {
    this.ttlMs = ttlMs;
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#memory = this.#newMemory();
  }

  /** What is remembered and still good. @param identity of `identityKey` */
  known(identity: string): Result | undefined {
    if (this.ttlMs === 0) return undefined;
    const remembered = this.#memory.get(identity);
    if (remembered === undefined) return undefined;
    if (this.#nowMs() < remembered.untilMs) return remembered.result;
    this.#memory.delete(identity);
    return undefined;
  }

  /**
   * Asks, unless somebody with the same identity is asking already.
   * @param ask rejects when there is no result: everybody who waits hears of it, and the next one asks anew
   */
  obtain(identity: string, ask: () => Promise<Obtained<Result>>): Promise<Result> {
    if (this.ttlMs === 0) return ask().then(({ result }) => result);
    const asked = this.#asking.get(identity);
    if (asked !== undefined) return asked;
    const memory = this.#memory;
    const asking = this.#asking;
    const answer = ask().then(
      ({ result, ageMs }) => {
        asking.delete(identity);
        // A flush in between has made another memory: what was asked before it is forgotten with it.
        memory.set(identity, { result, untilMs: this.#nowMs() + this.ttlMs - ageMs });
        return result;
      },
      (error: unknown) => {
        asking.delete(identity);
        throw error;
      },
    );
    asking.set(identity, answer);
    return answer;
  }

  flush(): void {
    this.#memory = this.#newMemory();
    this.#asking = new Map();
  }

  #newMemory(): BoundedMemory<Remembered<Result>> {
    return new BoundedMemory(this.#options.entriesMax ?? 8_192, this.#options.charactersMax ?? 4_194_304);
  }
}

/** Of one stage; an authorizer that is changed again and again leaves the results of its older meanings behind. */
const meaningsMax = 256;

/**
 * The results of all authorizers of a gate. They outlive a deployment, unless the authorizer itself has changed. A stage
 * and its canary may mean different things by one authorizer: each has results of its own then.
 */
export class AuthorizerMemories<Result> {
  readonly #options: ResultsOptions;
  /** By API and stage, then by authorizer and what it means. */
  readonly #stages = new Map<string, Map<string, AuthorizerResults<Result>>>();

  constructor(options: ResultsOptions = {}) {
    this.#options = options;
  }

  /** @param meaning what the authorizer does, as text: results of another meaning do not count */
  of(
    apiId: string,
    stageName: string,
    authorizerId: string,
    meaning: string,
    ttlMs: number,
  ): AuthorizerResults<Result> {
    const stage = stageKey(apiId, stageName);
    let authorizers = this.#stages.get(stage);
    if (authorizers === undefined) {
      authorizers = new Map();
      this.#stages.set(stage, authorizers);
    }
    const key = `${authorizerId} ${ttlMs} ${meaning}`;
    const results = authorizers.get(key) ?? new AuthorizerResults<Result>(ttlMs, this.#options);
    authorizers.delete(key);
    authorizers.set(key, results);
    const oldest = authorizers.size > meaningsMax ? authorizers.keys().next() : undefined;
    if (oldest?.done === false) authorizers.delete(oldest.value);
    return results;
  }

  /** FlushStageAuthorizersCache, ResetAuthorizersCache. */
  flush(apiId: string, stageName: string): void {
    for (const results of this.#stages.get(stageKey(apiId, stageName))?.values() ?? []) results.flush();
  }

  /** The stage is no longer served. */
  forget(apiId: string, stageName: string): void {
    this.#stages.delete(stageKey(apiId, stageName));
  }
}

const stageKey = (apiId: string, stageName: string): string => `${apiId}/${stageName}`;
