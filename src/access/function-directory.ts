/**
 * What the data plane asks about functions before it invokes one: what an ARN means at this moment, and what its
 * policy says. The composition root answers from the store; in gate workers over a port.
 */
import type { FunctionConfiguration } from '../functions/configuration.ts';
import type { FunctionStatement } from './function-permission.ts';

/** A function as one name of it means it: a version, or an alias that shares invocations between two. */
export interface ResolvedFunction {
  /** As it was named, with its qualifier if it had one: what the function sees as `invokedFunctionArn`. */
  readonly invokedFunctionArn: string;
  /** The policy of what was named; without statements nobody but the owner may invoke it. */
  readonly statements: readonly FunctionStatement[];
  /** One, or two with their shares of the invocations, which are 1 together. Kept while nothing changes. */
  readonly targets: readonly { readonly share: number; readonly configuration: FunctionConfiguration }[];
}

export interface FunctionDirectory {
  /**
   * @param arn of a function, with or without version or alias
   * @returns undefined when there is no such function here; at once when the answer is known
   */
  resolve(arn: string): ResolvedFunction | undefined | Promise<ResolvedFunction | undefined>;
}

/** Which version an invocation gets. @param random 0 to 1, without 1 */
export function chooseTarget({ targets }: ResolvedFunction, random: number): FunctionConfiguration {
  let rest = random;
  for (const { share, configuration } of targets) {
    if (rest < share) return configuration;
    rest -= share;
  }
  const last = targets.at(-1);
  if (last === undefined) throw new Error('a resolved function has no version');
  return last.configuration;
}
