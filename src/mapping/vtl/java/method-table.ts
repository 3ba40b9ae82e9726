/** What a table of methods is; `methods.ts` makes them, `objects.ts` looks them up. */
import type { Rendering } from './rendering.ts';

/** The type of a parameter: what it accepts, and the value as the method wants it. */
export interface Parameter<Value> {
  readonly accepts: (value: unknown) => boolean;
  readonly read: (value: unknown) => Value;
}

export interface Method {
  readonly parameters: readonly Parameter<unknown>[];
  /** The last parameter takes any number of values. */
  readonly variadic: boolean;
  /** Callable on a class as well, without an object. */
  readonly isStatic: boolean;
  /** Takes whatever it is given, as long as the number is right. */
  readonly takesAnything: boolean;
  readonly run: (rendering: Rendering, target: unknown, args: readonly unknown[]) => unknown;
}

export type MethodTable = ReadonlyMap<string, readonly Method[]>;
