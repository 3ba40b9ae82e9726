/**
 * Keeps environments within their memory: looks at the resident memory of their processes many times a second and
 * reports one that is over its limit. On Linux by /proc; elsewhere nothing is measured and nothing limited but
 * Node.js's heap.
 *
 * What processes have counts together. Those that share pages (a fork of Python's, say) have less together than their
 * figures add up to; what they really have is slow to find out, so that is asked only where the sum is over the limit.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { Descendants, processIn, textIn } from './descendants.ts';

/** A process that allocates 1 GB/s gets 100 MB over its limit before it is noticed. */
const lookEveryMs = 100;
/** Children of other threads than the first are looked for this often. */
const lookAtThreadsEveryMs = 1000;
/** Processes of a foreign bootstrap's group that have lost their parent: finding them means reading all of /proc. */
const lookAtGroupsEveryMs = 1000;
/** What a process has counts from this age on. */
const settledAfterMs = 25;
/** Asking for exact figures may take one part in so many of the time. */
const exactlyAtMost = 20;
const room = Buffer.alloc(128);

export class Memory {
  /** The highest seen, in bytes, shared pages (the interpreter's own text) included; never above the limit. */
  highest = 0;
  readonly group: number;
  readonly limit: number;
  readonly onExceeded: () => void;
  readonly descendants: Descendants;
  #descriptor: number | null = null;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #lookedAtThreadsAtMs = Number.NEGATIVE_INFINITY;
  #exactAgainAtMs = 0;

  constructor(group: number, limit: number, onExceeded: () => void) {
    this.group = group;
    this.limit = limit;
    this.onExceeded = onExceeded;
    this.descendants = new Descendants(group);
    try {
      this.#descriptor = openSync(`/proc/${group}/statm`, 'r');
    } catch {
      // No /proc here, or the process has gone already.
    }
  }

  /** Measures, unless that has been done a moment ago. Costs 5 µs, and 8 µs for each process it has started. */
  look(nowMs: number): void {
    if (this.#descriptor === null || nowMs - this.#lookedAtMs < lookEveryMs / 2) return;
    this.#lookedAtMs = nowMs;
    const everyThread = nowMs - this.#lookedAtThreadsAtMs >= lookAtThreadsEveryMs;
    if (everyThread) this.#lookedAtThreadsAtMs = nowMs;
    try {
      const settledByMs = nowMs - settledAfterMs;
      const others = this.descendants.look(nowMs, everyThread, settledByMs) * pageBytes();
      const bytes = readSync(this.#descriptor, room, 0, room.length, 0);
      const [, resident, shared] = room.toString('latin1', 0, bytes).split(' ', 3);
      const sharedBytes = Number(shared) * pageBytes();
      // Pages of files can be dropped at any time, so they do not count against the limit.
      let own = Number(resident) * pageBytes() - sharedBytes;
      if (own + others > this.limit && others > 0 && own <= this.limit) {
        const exact = this.#exactBytes(settledByMs);
        if (exact === undefined) return;
        own = exact;
      } else own += others;
      this.#saw(own + sharedBytes);
      if (own > this.limit) this.onExceeded();
    } catch {
      this.close();
    }
  }

  /** The most that the process itself has had up to now: what no look may have seen. Costs 6 µs. */
  lookBack(): void {
    if (this.#descriptor === null) return;
    const kilobytes = /^VmHWM:\s*(\d+) kB/m.exec(textIn(`/proc/${this.group}/status`))?.[1];
    if (kilobytes !== undefined) this.#saw(Number(kilobytes) * 1024);
  }

  /** It is about to be ended: what it has started must be known by then. */
  lookLast(): void {
    this.lookBack();
    const nowMs = performance.now();
    this.descendants.look(nowMs, true, nowMs);
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
    this.descendants.close();
  }

  #saw(bytes: number): void {
    this.highest = Math.min(Math.max(bytes, this.highest), this.limit);
  }

  /** What they have together beside pages of files, shared pages counted once; undefined when it is not yet time. */
  #exactBytes(settledByMs: number): number | undefined {
    const beganMs = performance.now();
    if (beganMs < this.#exactAgainAtMs) return undefined;
    let bytes = 0;
    for (const pid of [this.group, ...this.descendants.pidsSeenBy(settledByMs)]) {
      const text = textIn(`/proc/${pid}/smaps_rollup`);
      const kilobytes = /^Pss_Anon:\s*(\d+) kB/m.exec(text) ?? /^Pss:\s*(\d+) kB/m.exec(text);
      bytes += Number(kilobytes?.[1] ?? 0) * 1024;
    }
    const endedMs = performance.now();
    this.#exactAgainAtMs = endedMs + (endedMs - beganMs) * exactlyAtMost;
    return bytes;
  }
}

let knownPageBytes = 0;

/** Sizes in /proc are counted in pages, whose size only our own figures tell. */
function pageBytes(): number {
  if (knownPageBytes === 0) {
    const pages = Number(readFileSync('/proc/self/statm', 'latin1').split(' ', 2)[1]);
    knownPageBytes = 2 ** Math.round(Math.log2(process.memoryUsage.rss() / pages));
  }
  return knownPageBytes;
}

/** Looks at all environments of a host. */
export class MemoryWatch {
  readonly #watched = new Set<Memory>();
  readonly #groups = new Map<number, Memory>();
  #timer: NodeJS.Timeout | null = null;
  #groupsTimer: NodeJS.Timeout | null = null;

  /** @param wholeGroup whether processes count that are only of its group: a foreign bootstrap may be a shell script */
  add(memory: Memory, wholeGroup: boolean): void {
    this.#watched.add(memory);
    this.#timer ??= setInterval(() => {
      const nowMs = performance.now();
      for (const watched of this.#watched) watched.look(nowMs);
    }, lookEveryMs).unref();
    if (!wholeGroup) return;
    this.#groups.set(memory.group, memory);
    this.#groupsTimer ??= setInterval(() => void this.#lookAtGroups(), lookAtGroupsEveryMs).unref();
  }

  remove(memory: Memory): void {
    memory.close();
    this.#watched.delete(memory);
    this.#groups.delete(memory.group);
    if (this.#watched.size === 0 && this.#timer !== null) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
    if (this.#groups.size === 0 && this.#groupsTimer !== null) {
      clearInterval(this.#groupsTimer);
      this.#groupsTimer = null;
    }
  }

  async #lookAtGroups(): Promise<void> {
    let names: string[];
    try {
      names = await readdir('/proc');
    } catch {
      return;
    }
    for (const name of names) {
      if (!/^\d+$/.test(name)) continue;
      try {
        const { group, startedAt } = processIn(await readFile(`/proc/${name}/stat`, 'latin1'));
        this.#groups.get(group)?.descendants.add(Number(name), startedAt, performance.now());
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}
