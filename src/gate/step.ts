/**
 * Steps: the parts that a request's life is put together from. A step does one thing, synchronously where it can; it
 * refuses by returning a Fault. Only what returns a promise is awaited.
 */
import type { Exchange } from './exchange.ts';
import type { Fault } from './fault.ts';

export type Outcome = Fault | undefined;
export type Step = (x: Exchange) => Outcome | Promise<Outcome>;

/** Runs steps in order until one refuses. */
export function run(steps: readonly Step[], x: Exchange, from: number): Outcome | Promise<Outcome> {
  for (let i = from; i < steps.length; i++) {
    const out = steps[i]!(x);
    if (out instanceof Promise) return resume(steps, x, i + 1, out);
    if (out !== undefined) return out;
  }
  return undefined;
}

async function resume(steps: readonly Step[], x: Exchange, next: number, waiting: Promise<Outcome>): Promise<Outcome> {
  return (await waiting) ?? run(steps, x, next);
}
