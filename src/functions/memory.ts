/**
 * Keeps environments within their memory: looks at the resident memory of their processes many times a second and
 * reports one that is over its limit. On Linux by /proc; elsewhere nothing is measured and nothing limited but
 * Node.js's heap.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

/** A process that allocates 1 GB/s gets 100 MB over its limit before it is noticed. */
const lookEveryMs = 100;
/** Processes that a foreign bootstrap starts are looked for this often: it means reading all of /proc. */
const lookAtGroupsEveryMs = 1000;
const room = Buffer.alloc(128);

export class Memory {
  /** The highest seen, in bytes, shared pages (the interpreter's own text) included; never above the limit. */
  highest = 0;
  readonly group: number;
  readonly limit: number;
  readonly onExceeded: () => void;
  /** What others of its process group have, at the last look. */
  others = 0;
  #descriptor: number | null = null;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(group: number, limit: number, onExceeded: () => void) {
    this.group = group;
    this.limit = limit;
    this.onExceeded = onExceeded;
    try {
      this.#descriptor = openSync(`/proc/${group}/statm`, 'r');
    } catch {
      // No /proc here, or the process has gone already.
    }
  }

  /** Measures, unless that has been done a moment ago. Costs 4 µs. */
  look(nowMs: number): void {
    if (this.#descriptor === null || nowMs - this.#lookedAtMs < lookEveryMs / 2) return;
    this.#lookedAtMs = nowMs;
    try {
      const bytes = readSync(this.#descriptor, room, 0, room.length, 0);
      const [, resident, shared] = room.toString('latin1', 0, bytes).split(' ', 3);
      const used = Number(resident) * pageBytes() + this.others;
      this.highest = Math.min(Math.max(used, this.highest), this.limit);
      // Pages of files can be dropped at any time, so they do not count against the limit.
      if (used - Number(shared) * pageBytes() > this.limit) this.onExceeded();
    } catch {
      this.close();
    }
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
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

  /** @param wholeGroup whether children of the process count: a foreign bootstrap may be a script that starts one */
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
    const others = new Map<number, number>();
    let names: string[];
    try {
      names = await readdir('/proc');
    } catch {
      return;
    }
    for (const name of names) {
      if (!/^\d+$/.test(name)) continue;
      try {
        const stat = await readFile(`/proc/${name}/stat`, 'latin1');
        // pid (name) state parent group …; the name may hold anything, so count from its end. 24th: pages.
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const group = Number(fields[2]);
        if (!this.#groups.has(group) || Number(name) === group) continue;
        others.set(group, (others.get(group) ?? 0) + Number(fields[21]) * pageBytes());
      } catch {
        // It has ended meanwhile.
      }
    }
    for (const [group, memory] of this.#groups) memory.others = others.get(group) ?? 0;
  }
}
