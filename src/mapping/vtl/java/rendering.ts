/**
 * One rendering of one template: what it may still spend. Work is counted, not timed, so that the same template ends
 * the same way on every machine: one unit is about as much as a method call or sixteen characters of text.
 */
import { LimitExceeded } from '../errors.ts';

export interface Limits {
  /** Characters that the output, or any text on the way to it, may have. */
  readonly outputMax: number;
  /** Rounds of one `#foreach`; it ends silently, as API Gateway's does. */
  readonly roundsMax: number;
  /** Units of work of one rendering. */
  readonly workMax: number;
}

/** API Gateway: 10 MB of payload, 1,000 iterations. The work is ours: about 0.2 s of the slowest kind. */
export const defaultLimits: Limits = { outputMax: 10 * 1024 * 1024, roundsMax: 1000, workMax: 2_000_000 };

/** Lists, maps and blocks inside each other, when they are printed, compared or written as JSON. */
export const valueDepthMax = 400;

export class Rendering {
  readonly limits: Limits;
  readonly outputMax: number;
  readonly roundsMax: number;
  /** Plain arrays come from JSON and print as JSON, as API Gateway's do; otherwise as Java lists. */
  readonly jsonLists: boolean;
  /** Structural changes of maps so far: lets a loop over a map notice that it was changed. */
  mapEdits = 0;
  /** Changes of any map or list so far. */
  edits = 0;
  #work: number;

  constructor(limits: Limits, jsonLists: boolean) {
    this.limits = limits;
    this.outputMax = limits.outputMax;
    this.roundsMax = limits.roundsMax;
    this.jsonLists = jsonLists;
    this.#work = limits.workMax;
  }

  spend(units: number): void {
    this.#work -= units;
    if (this.#work < 0) throw new LimitExceeded(`takes more than ${this.limits.workMax} units of work`);
  }

  /** Work that is left, for what counts its own steps. */
  get left(): number {
    return this.#work;
  }

  tooLong(): LimitExceeded {
    return new LimitExceeded(`makes a text of more than ${this.outputMax} characters`);
  }

  /** Every text that a template makes comes by here before it is used. */
  sized(text: string): string {
    if (text.length > 256) {
      if (text.length > this.outputMax) throw this.tooLong();
      this.spend(text.length >> 4);
    }
    return text;
  }
}
