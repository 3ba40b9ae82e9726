/**
 * Methods that templates may call: tables by Java type, nothing else is reachable. A method is found by its name, the
 * number of its arguments and their types, as Velocity finds it; a method that does not exist gives null, one that
 * throws fails the template. Where several fit, the first in the table is the most specific.
 */

import type { Method, MethodTable, Parameter } from './method-table.ts';
import { Decimal, JavaNumber, type JavaNumeric, kindOf, toDouble, toInt, toLong } from './numbers.ts';
import type { Rendering } from './rendering.ts';
import { Character, isList, isMap, JavaCollection, type JavaMap } from './values.ts';

export type { Method, MethodTable, Parameter } from './method-table.ts';

/** A method whose result is undefined is void; Velocity makes an empty text of that. */
export const nothing = undefined;

type Values<Parameters extends readonly Parameter<unknown>[]> = {
  [Index in keyof Parameters]: Parameters[Index] extends Parameter<infer Value> ? Value : never;
};

export type Row = readonly [name: string, method: Method];

/** A row of a table: name, parameters, body. */
export function method<Target, const Parameters extends readonly Parameter<unknown>[]>(
  self: Parameter<Target>,
  name: string,
  parameters: Parameters,
  body: (rendering: Rendering, target: Target, ...args: Values<Parameters>) => unknown,
): Row {
  // The arguments have been accepted by the parameters that read them here, one by one.
  const call = body as (rendering: Rendering, target: Target, ...args: unknown[]) => unknown;
  const [first, second] = parameters;
  const run: Method['run'] =
    first === undefined
      ? (rendering, target) => call(rendering, self.read(target))
      : second === undefined
        ? (rendering, target, args) => call(rendering, self.read(target), first.read(args[0]))
        : (rendering, target, args) =>
            call(rendering, self.read(target), ...parameters.map((one, i) => one.read(args[i])));
  return [
    name,
    { parameters, variadic: false, isStatic: false, takesAnything: parameters.every((one) => one === OBJECT), run },
  ];
}

/** A static method: it may also be called on an object of its class. */
export function statically<const Parameters extends readonly Parameter<unknown>[]>(
  name: string,
  parameters: Parameters,
  body: (rendering: Rendering, ...args: Values<Parameters>) => unknown,
): Row {
  const call = body as (rendering: Rendering, ...args: unknown[]) => unknown;
  const run: Method['run'] = (rendering, _, args) => call(rendering, ...parameters.map((one, i) => one.read(args[i])));
  return [name, { parameters, variadic: false, isStatic: true, takesAnything: false, run }];
}

/** A method whose last parameter repeats: `format(String, Object...)`. */
export function variadic<Target, const Parameters extends readonly Parameter<unknown>[], Rest>(
  self: Parameter<Target>,
  name: string,
  parameters: Parameters,
  rest: Parameter<Rest>,
  body: (rendering: Rendering, target: Target, rest: Rest[], ...args: Values<Parameters>) => unknown,
): Row {
  const call = body as (rendering: Rendering, target: Target, rest: Rest[], ...args: unknown[]) => unknown;
  const run: Method['run'] = (rendering, target, args) =>
    call(
      rendering,
      self.read(target),
      args.slice(parameters.length).map(rest.read),
      ...parameters.map((one, i) => one.read(args[i])),
    );
  return [name, { parameters: [...parameters, rest], variadic: true, isStatic: false, takesAnything: false, run }];
}

export function tableOf(...groups: readonly (readonly Row[])[]): MethodTable {
  const table = new Map<string, Method[]>();
  for (const [name, entry] of groups.flat()) {
    const known = table.get(name);
    if (known === undefined) table.set(name, [entry]);
    else known.push(entry);
  }
  return table;
}

/** The methods of a table that fit a name and a number of arguments; undefined when none does. */
export function candidates(table: MethodTable, name: string, count: number): readonly Method[] | undefined {
  const named = table
    .get(name)
    ?.filter(({ parameters, variadic }) => (variadic ? count >= parameters.length - 1 : count === parameters.length));
  return named === undefined || named.length === 0 ? undefined : named;
}

export function fits({ parameters, variadic, takesAnything }: Method, args: readonly unknown[]): boolean {
  if (takesAnything) return true;
  for (let i = 0; i < args.length; i++) {
    const parameter = variadic && i >= parameters.length - 1 ? parameters[parameters.length - 1]! : parameters[i]!;
    if (!parameter.accepts(args[i])) return false;
  }
  return true;
}

// Parameter types

function parameter<Value>(is: (value: unknown) => value is Value): Parameter<Value> {
  return {
    accepts: is,
    read: (value) => {
      if (!is(value)) throw new TypeError('an argument was not checked');
      return value;
    },
  };
}

export const TEXT = parameter((value): value is string => typeof value === 'string');
export const BOOLEAN = parameter((value): value is boolean => typeof value === 'boolean');
export const OBJECT: Parameter<unknown> = { accepts: () => true, read: (value) => value ?? null };
export const CHARACTER = parameter((value): value is Character => value instanceof Character);
export const MAP = parameter((value): value is JavaMap => isMap(value));

const isSmallInt = (value: unknown): value is JavaNumeric => {
  if (typeof value === 'number') return kindOf(value) === 'Integer';
  return value instanceof JavaNumber && (value.kind === 'Short' || value.kind === 'Byte');
};
const isLongish = (value: unknown): value is JavaNumeric => isSmallInt(value) || kindOf(value) === 'Long';
const isReal = (value: unknown): value is JavaNumeric => {
  const kind = kindOf(value);
  return kind !== undefined && kind !== 'BigInteger' && kind !== 'BigDecimal';
};

/** `int`: an Integer, Short or Byte. */
export const INT: Parameter<number> = { accepts: isSmallInt, read: (value) => (isSmallInt(value) ? toInt(value) : 0) };
/** `long`: those, and Long. */
export const LONG: Parameter<bigint> = { accepts: isLongish, read: (value) => (isLongish(value) ? toLong(value) : 0n) };
/** `float`: those, and Float. */
export const FLOAT: Parameter<number> = {
  accepts: (value) => isReal(value) && kindOf(value) !== 'Double',
  read: (value) => (isReal(value) ? Math.fround(toDouble(value)) : 0),
};
/** `double`: any of the primitive numbers. */
export const DOUBLE: Parameter<number> = { accepts: isReal, read: (value) => (isReal(value) ? toDouble(value) : 0) };

/** A boxed type as parameter takes only itself. */
export const exactly = (kind: ReturnType<typeof kindOf>): Parameter<JavaNumeric> =>
  parameter((value): value is JavaNumeric => kindOf(value) === kind);

export const BIG_INTEGER = parameter((value): value is bigint => typeof value === 'bigint');
export const DECIMAL = parameter((value): value is Decimal => value instanceof Decimal);
export const NUMBER = parameter((value): value is JavaNumeric => kindOf(value) !== undefined);

/** `java.util.Collection`: lists, sets, the values of a map. */
export const COLLECTION: Parameter<readonly unknown[]> = {
  accepts: (value) => isList(value) || value instanceof JavaCollection,
  read: (value) => (isList(value) ? value : value instanceof JavaCollection ? value.items() : []),
};

export const LIST = parameter((value): value is unknown[] => isList(value));
