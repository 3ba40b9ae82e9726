/**
 * What an environment's process has started, and what that has started in turn, whether it is still of its process
 * group or not. Linux lists the children of each thread in /proc; elsewhere nothing is found. A process is remembered
 * from the first look that sees it, with the time of its start: its parent may end, and numbers are used again.
 */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';

/** Of one environment; what it starts beyond that is not looked at. */
const processesMax = 512;
const room = Buffer.alloc(16 * 1024);

interface Seen {
  /** In ticks since the machine started; with the number it names a process. */
  readonly startedAt: number;
  readonly seenAtMs: number;
}

/** What /proc says of a process. */
interface Process {
  readonly parent: number;
  readonly startedAt: number;
  readonly residentPages: number;
}

export class Descendants {
  readonly #root: number;
  readonly #seen = new Map<number, Seen>();
  /** The list of the root's first thread: that is open, because it is read ten times a second and nearly always empty. */
  #children: number | null = null;

  constructor(root: number) {
    this.#root = root;
    try {
      this.#children = openSync(`/proc/${root}/task/${root}/children`, 'r');
    } catch {
      // No /proc here, or the process has gone already.
    }
  }

  /** The numbers of those that were alive at the last look, and seen by then. */
  pidsSeenBy(thenMs: number): number[] {
    return [...this.#seen].filter(([, { seenAtMs }]) => seenAtMs <= thenMs).map(([pid]) => pid);
  }

  /**
   * Costs 1 µs while there are none, and 8 µs for each.
   * @param everyThread whether children of other threads than the first are looked for: 20 µs more
   * @returns pages in memory of those that had been seen by `thenMs`: for a moment a new process may be its parent's
   *   twin, with the same memory
   */
  look(nowMs: number, everyThread: boolean, thenMs: number): number {
    if (this.#children === null) return 0;
    const first = textOf(this.#children);
    if (everyThread) for (const list of listsOf(this.#root)) this.#addAll(list, this.#root, nowMs);
    else if (first !== '') this.#addAll(first, this.#root, nowMs);
    let pages = 0;
    // Those that are added meanwhile come round too.
    for (const [pid, { startedAt, seenAtMs }] of this.#seen) {
      const found = processOf(pid);
      if (found?.startedAt !== startedAt) {
        this.#seen.delete(pid);
        continue;
      }
      if (seenAtMs <= thenMs) pages += found.residentPages;
      for (const list of everyThread ? listsOf(pid) : [textIn(`/proc/${pid}/task/${pid}/children`)]) {
        this.#addAll(list, pid, nowMs);
      }
    }
    return pages;
  }

  /** One that is known to belong here by something else than its parent. */
  add(pid: number, startedAt: number, nowMs: number): void {
    if (pid === this.#root || this.#seen.has(pid) || this.#seen.size >= processesMax) return;
    this.#seen.set(pid, { startedAt, seenAtMs: nowMs });
  }

  /** Kills those that are left. */
  end(): void {
    for (const [pid, { startedAt }] of this.#seen) {
      if (processOf(pid)?.startedAt !== startedAt) continue;
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has gone this moment.
      }
    }
    this.#seen.clear();
  }

  close(): void {
    if (this.#children !== null) closeSync(this.#children);
    this.#children = null;
  }

  #addAll(list: string, parent: number, nowMs: number): void {
    for (const name of list.split(' ')) {
      const pid = Number(name);
      if (pid === 0 || this.#seen.has(pid)) continue;
      const found = processOf(pid);
      if (found?.parent === parent) this.add(pid, found.startedAt, nowMs);
    }
  }
}

function listsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => textIn(`/proc/${pid}/task/${thread}/children`));
  } catch {
    return [];
  }
}

/** @returns undefined when there is none */
function processOf(pid: number): Process | undefined {
  const stat = textIn(`/proc/${pid}/stat`);
  return stat === '' ? undefined : processIn(stat);
}

/** `pid (name) state parent group …`; the name may hold anything, so fields are counted from its end. */
export function processIn(stat: string): Process & { readonly group: number } {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 22);
  return {
    parent: Number(fields[1]),
    group: Number(fields[2]),
    startedAt: Number(fields[19]),
    residentPages: Number(fields[21]),
  };
}

/** What a file of /proc says; nothing when it has gone. */
export function textIn(path: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return '';
  }
  const text = textOf(descriptor);
  closeSync(descriptor);
  return text;
}

function textOf(descriptor: number): string {
  try {
    const bytes = readSync(descriptor, room, 0, room.length, 0);
    return bytes === 0 ? '' : room.toString('latin1', 0, bytes);
  } catch {
    return '';
  }
}
