/**
 * Token buckets that all gate workers share: how many requests may still pass under a name. Exact across workers, since
 * the counts lie in shared memory and each bucket is changed under a lock of its own, for some tens of nanoseconds. A
 * bucket that has filled up again says nothing any more, so its place may be given to another name: the table needs no
 * clean-up and never grows.
 */

/** Int32: lock, two halves of the name's hash, unused. Float64: tokens, time of the last change, time when full. */
const wordsOfSlot = 4;
const doublesOfSlot = 4;
const bytesOfSlot = wordsOfSlot * 4 + doublesOfSlot * 8;
const offsets = { lock: 0, high: 1, low: 2 } as const;
const doubles = { tokens: 0, changedAt: 1, fullAt: 2 } as const;

/** Places that a name may have, one after the other from where its hash points. */
const probes = 16;
/** Turns of waiting before a thread sleeps, and milliseconds it sleeps before a lock is taken over: its holder has died. */
const spinsMax = 1_000;
const waitsMax = 200;

/** A place for each of `count` names, more or less. */
export const tokenBucketMemory = (count: number): SharedArrayBuffer =>
  new SharedArrayBuffer(2 ** Math.ceil(Math.log2(Math.max(probes, count))) * bytesOfSlot);

/** A name and where it was last found. */
export class TokenBucket {
  readonly name: string;
  /** @internal */ readonly high: number;
  /** @internal */ readonly low: number;
  /** @internal */ slot = -1;

  constructor(name: string) {
    this.name = name;
    [this.high, this.low] = hashOf(name);
  }
}

export class TokenBuckets {
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #slots: number;

  /** @param memory made by `tokenBucketMemory`; the same for all who share the counts */
  constructor(memory: SharedArrayBuffer) {
    this.#slots = Math.floor(memory.byteLength / bytesOfSlot);
    this.#words = new Int32Array(memory, 0, this.#slots * wordsOfSlot);
    this.#doubles = new Float64Array(memory, this.#slots * wordsOfSlot * 4, this.#slots * doublesOfSlot);
  }

  /**
   * Takes one token of a bucket that is full at first and holds `burst` at most.
   * @param nowMs milliseconds of a clock that all workers share
   * @returns whether there was one; always true when so many names are in use that this one finds no place
   */
  take(bucket: TokenBucket, ratePerSecond: number, burst: number, nowMs: number): boolean {
    const slot = this.#locked(bucket, burst, nowMs);
    if (slot === -1) return true;
    const at = slot * doublesOfSlot;
    const since = Math.max(0, nowMs - this.#doubles[at + doubles.changedAt]!);
    const filled = Math.min(burst, this.#doubles[at + doubles.tokens]! + (since * ratePerSecond) / 1000);
    const taken = filled >= 1;
    const left = taken ? filled - 1 : filled;
    this.#doubles[at + doubles.tokens] = left;
    this.#doubles[at + doubles.changedAt] = nowMs;
    this.#doubles[at + doubles.fullAt] = ratePerSecond > 0 ? nowMs + ((burst - left) * 1000) / ratePerSecond : Infinity;
    this.#unlock(slot);
    return taken;
  }

  /** @returns the bucket's place, locked; -1 when there is none */
  #locked(bucket: TokenBucket, burst: number, nowMs: number): number {
    if (bucket.slot !== -1) {
      this.#lock(bucket.slot);
      if (this.#isOf(bucket.slot, bucket)) return bucket.slot;
      this.#unlock(bucket.slot);
    }
    let free = -1;
    for (let i = 0; i < probes; i++) {
      const slot = (bucket.low + i) & (this.#slots - 1);
      this.#lock(slot);
      if (this.#isOf(slot, bucket)) {
        if (free !== -1) this.#unlock(free);
        bucket.slot = slot;
        return slot;
      }
      if (free === -1 && this.#doubles[slot * doublesOfSlot + doubles.fullAt]! <= nowMs) free = slot;
      else this.#unlock(slot);
    }
    if (free === -1) return -1;
    const word = free * wordsOfSlot;
    this.#words[word + offsets.high] = bucket.high;
    this.#words[word + offsets.low] = bucket.low;
    this.#doubles[free * doublesOfSlot + doubles.tokens] = burst;
    this.#doubles[free * doublesOfSlot + doubles.changedAt] = nowMs;
    bucket.slot = free;
    return free;
  }

  #isOf(slot: number, { high, low }: TokenBucket): boolean {
    const word = slot * wordsOfSlot;
    return this.#words[word + offsets.high] === high && this.#words[word + offsets.low] === low;
  }

  #lock(slot: number): void {
    const word = slot * wordsOfSlot + offsets.lock;
    for (let tries = 0; Atomics.compareExchange(this.#words, word, 0, 1) !== 0; tries++) {
      if (tries > spinsMax + waitsMax) return;
      // Its holder has been put aside by the system: let it come back.
      if (tries > spinsMax) Atomics.wait(this.#words, word, 1, 1);
    }
  }

  #unlock(slot: number): void {
    Atomics.store(this.#words, slot * wordsOfSlot + offsets.lock, 0);
  }
}

/** Two independent 32-bit hashes (FNV-1a and its like): together a name's identity. Never both zero, as free places are. */
function hashOf(name: string): [number, number] {
  let high = 0x811c9dc5;
  let low = 0x9747b28c;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x5bd1e995);
    low ^= low >>> 15;
  }
  return [high | 1, low];
}
