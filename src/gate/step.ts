/**
 * Steps: the parts that a request's life is put together from. A step does one thing, synchronously where it can; it
 * refuses by returning a Fault. Only what returns a promise is awaited.
 */
import type { Exchange } from './exchange.ts';
import type { Fault } from './fault.ts';

export type Outcome = Fault | undefined;
export type Step = (x: Exchange) => Outcome | Promise<Outcome>;

/** Ends an exchange with what its steps came to. */
export type Conclusion = (x: Exchange, outcome: Outcome) => void;

/** Runs steps in order until one refuses, then concludes. One async function a wait: each costs a request its while. */
export function run(steps: readonly Step[], x: Exchange, from: number, conclude: Conclusion): void | Promise<void> {
  for (let i = from; i < steps.length; i++) {
    const out = steps[i]!(x);
    if (out instanceof Promise) return resume(steps, x, i + 1, out, conclude);
    if (out !== undefined) {
      conclude(x, out);
      return;
    }
  }
  conclude(x, undefined);
}

async function resume(
  steps: readonly Step[],
  x: Exchange,
  next: number,
  waiting: Promise<Outcome>,
  conclude: Conclusion,
): Promise<void> {
  const out = await waiting;
  if (out === undefined) return run(steps, x, next, conclude);
  conclude(x, out);
}
