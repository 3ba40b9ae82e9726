/**
 * The functions that may end a path: `$.items.length()`, `$.concat($.a, "-b")`, `$..price.max()`. Numbers come out as
 * doubles, as Jayway computes them; its mistakes are kept: `max()` of negative numbers is the smallest positive double,
 * `last()` refuses a list of one. Unlike Jayway, `append()` gives a longer copy and leaves the document as it is.
 */
import { invalidPath, JsonPathError } from './errors.ts';
import { isList, isObject, keysOf, numberOf } from './values.ts';

export interface FunctionParameter {
  /** The value, computed at most once for each call. */
  value(): unknown;
  /** The children of what a path leads to; undefined when the parameter is no path. */
  readonly children: (() => unknown) | undefined;
}

export type PathFunction = (model: unknown, parameters: readonly FunctionParameter[]) => unknown;

const nothingToAggregate = (): JsonPathError =>
  new JsonPathError('JsonPathException', 'Aggregation function attempted to calculate value using empty array');

/** The numbers of the list the function stands behind, and of its parameters. */
function numbersOf(model: unknown, parameters: readonly FunctionParameter[]): number[] {
  const out: number[] = [];
  const take = (value: unknown): void => {
    const number = numberOf(value);
    if (number !== undefined) out.push(Number(number));
  };
  if (isList(model)) for (const item of model) take(item);
  for (const parameter of parameters) {
    const value = parameter.value();
    if (isList(value)) for (const item of value) take(item);
    else take(value);
  }
  return out;
}

const aggregation =
  (compute: (numbers: readonly number[]) => number): PathFunction =>
  (model, parameters) => {
    const numbers = numbersOf(model, parameters);
    if (numbers.length === 0) throw nothingToAggregate();
    return compute(numbers);
  };

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function deviation(numbers: readonly number[]): number {
  const total = sum(numbers);
  const squares = numbers.reduce((squared, number) => squared + number * number, 0);
  return Math.sqrt(squares / numbers.length - (total * total) / numbers.length / numbers.length);
}

function elementAt(model: unknown, index: number): unknown {
  if (!isList(model)) throw nothingToAggregate();
  const at = index >= 0 ? index : model.length + index;
  if (index < 0 && at <= 0) {
    const message = `Target index:${index} larger than object count:${model.length}`;
    throw new JsonPathError('JsonPathException', message);
  }
  if (at >= model.length) {
    throw new JsonPathError('IndexOutOfBoundsException', `Index ${at} out of bounds for length ${model.length}`);
  }
  return model[at];
}

const length: PathFunction = (model, parameters) => {
  const first = parameters[0];
  if (first !== undefined) {
    if (first.children === undefined) {
      throw new JsonPathError('NullPointerException', 'length() takes a path, not a literal');
    }
    const children = first.children();
    if (isList(children)) return children.length;
  }
  if (isList(model)) return model.length;
  return isObject(model) ? Object.keys(model).length : null;
};

const concat: PathFunction = (model, parameters) => {
  let out = '';
  if (isList(model)) for (const item of model) if (typeof item === 'string') out += item;
  for (const parameter of parameters) {
    const value = parameter.value();
    for (const item of isList(value) ? value : [value]) {
      if (item !== null && item !== undefined) out += typeof item === 'string' ? item : textOf(item);
    }
  }
  return out;
};

/** A value inside a concatenation: numbers and booleans plainly, lists as JSON, objects as Java prints maps. */
function textOf(value: unknown): string {
  if (isList(value)) return JSON.stringify(value);
  if (!isObject(value)) return String(value);
  const members = Object.entries(value).map(([key, member]) => `${key}=${member === null ? 'null' : textOf(member)}`);
  return `{${members.join(', ')}}`;
}

const functions: ReadonlyMap<string, PathFunction> = new Map<string, PathFunction>([
  ['avg', aggregation((numbers) => sum(numbers) / numbers.length)],
  ['stddev', aggregation(deviation)],
  ['sum', aggregation(sum)],
  ['min', aggregation((numbers) => numbers.reduce((least, number) => Math.min(least, number), Number.MAX_VALUE))],
  ['max', aggregation((numbers) => numbers.reduce((most, number) => Math.max(most, number), Number.MIN_VALUE))],
  ['concat', concat],
  ['length', length],
  ['size', length],
  ['append', (model, parameters) => (isList(model) ? [...model, ...parameters.map((one) => one.value())] : model)],
  ['keys', (model) => (isObject(model) ? keysOf(model) : null)],
  ['first', (model) => elementAt(model, 0)],
  ['last', (model) => elementAt(model, -1)],
  [
    'index',
    (model, parameters) => {
      if (!isList(model)) throw nothingToAggregate();
      const [index] = numbersOf(undefined, parameters);
      if (index === undefined) throw new JsonPathError('IndexOutOfBoundsException', 'index() takes a number');
      return elementAt(model, Math.trunc(index));
    },
  ],
]);

/** Undefined for a function that does not exist: that is an error only where the path comes to it. */
export const functionNamed = (name: string): PathFunction | undefined => functions.get(name);

/** Functions whose result is a double, also where it is a whole number. */
export const givesDouble: ReadonlySet<string> = new Set(['avg', 'stddev', 'sum', 'min', 'max']);

export const unknownFunction = (name: string): JsonPathError =>
  invalidPath(`Function with name: ${name} does not exist.`);
