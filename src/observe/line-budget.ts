/**
 * How many lines of one sort the application log takes. What clients do wrong belongs there, but they choose how often
 * they do it: a flood of bad requests must neither fill a disk nor slow the others down.
 */
export interface LineBudgetOptions {
  /** Lines at once. */
  readonly burst: number;
  /** Lines a second in the long run. */
  readonly perSecond: number;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

const usual: LineBudgetOptions = { burst: 100, perSecond: 5, now: () => performance.now() };

export class LineBudget {
  readonly #options: LineBudgetOptions;
  #lines: number;
  #atMs: number;
  #leftOut = 0;

  constructor(options: Partial<LineBudgetOptions> = {}) {
    this.#options = { ...usual, ...options };
    this.#lines = this.#options.burst;
    this.#atMs = this.#options.now();
  }

  /** @returns how many lines have been left out since the last that was written; undefined: leave this one out too */
  take(): number | undefined {
    const { burst, perSecond, now } = this.#options;
    const nowMs = now();
    this.#lines = Math.min(burst, this.#lines + ((nowMs - this.#atMs) * perSecond) / 1000);
    this.#atMs = nowMs;
    if (this.#lines < 1) {
      this.#leftOut++;
      return undefined;
    }
    this.#lines--;
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    return leftOut;
  }
}
