/**
 * The operators of filters. Operands are values with a kind of their own, so that "nothing there" and null differ.
 * Jayway's rules: a number equals the string that reads as it, `<` between a number and a string is false, a
 * literal array equals a list only when it stands on the right, a missing value equals nothing, not even itself.
 */
import type { JavaPattern } from '../regex/index.ts';
import { invalidPath, JsonPathError } from './errors.ts';
import { isDecimal, type RelationalOperator } from './filter-syntax.ts';
import { parseLenientJson } from './lenient-json.ts';
import { deepEqual, isList, isObject, numberOf, numberTextOf } from './values.ts';

export type Comparable =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number | bigint; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'missing' }
  /** An array or object; `literal` when it is written in the filter. */
  | { readonly kind: 'json'; readonly value: unknown; readonly literal: boolean }
  | { readonly kind: 'pattern'; readonly pattern: JavaPattern }
  /** A string in a list that reads as a path: it equals nothing. */
  | { readonly kind: 'path' };

/** What an operator may ask for beyond its operands. */
export interface Means {
  /** Counts steps of work; throws once a path has had too many. */
  spend(steps: number): void;
  /** True for text that is a well-formed path. */
  isPath(text: string): boolean;
  /** The value of a string literal with its escapes read. */
  unescaped(text: string): string;
}

const nothing: Comparable = { kind: 'missing' };
const none: Comparable = { kind: 'null' };
const yes: Comparable = { kind: 'boolean', value: true };
const no: Comparable = { kind: 'boolean', value: false };

/** What a path found, or undefined, as an operand. */
export function comparableOf(value: unknown): Comparable {
  if (value === undefined) return nothing;
  if (value === null) return none;
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'boolean') return value ? yes : no;
  if (isList(value) || isObject(value)) return { kind: 'json', value, literal: false };
  const number = numberOf(value);
  if (number !== undefined) return { kind: 'number', value: number, text: numberTextOf(value) };
  throw new JsonPathError('JsonPathException', 'Could not convert a value to one that can be compared');
}

export function numberLiteral(text: string): Comparable {
  return { kind: 'number', value: decimalOf(text), text };
}

/** A literal that is malformed fails where it is used, not where it is read. */
export function jsonLiteral(text: string): () => Comparable {
  let parsed: Comparable | undefined;
  return () => {
    if (parsed === undefined) {
      try {
        parsed = { kind: 'json', value: parseLenientJson(text), literal: true };
      } catch {
        throw new JsonPathError('IllegalArgumentException', `Not JSON: ${text}`);
      }
    }
    return parsed;
  };
}

export function relate(operator: RelationalOperator, left: Comparable, right: Comparable, means: Means): boolean {
  switch (operator) {
    case '==':
      return equals(left, right, means);
    case '!=':
      return !equals(left, right, means);
    case '===':
      return left.kind === right.kind && equals(left, right, means);
    case '!==':
      return !(left.kind === right.kind && equals(left, right, means));
    case '<':
      return order(left, right, (comparison) => comparison < 0);
    case '<=':
      return order(left, right, (comparison) => comparison <= 0);
    case '>':
      return order(left, right, (comparison) => comparison > 0);
    case '>=':
      return order(left, right, (comparison) => comparison >= 0);
    case '=~':
      return matches(left, right, means);
    case 'IN':
      return contains(right, left, means);
    case 'NIN':
      return !contains(right, left, means);
    case 'CONTAINS':
      if (left.kind === 'string' && right.kind === 'string') return left.value.includes(right.value);
      return left.kind === 'json' && contains(left, right, means);
    case 'SUBSETOF':
      return overLists(left, right, means, (a, b) =>
        a.every((one) => b.some((other) => sameElement(one, other, means))),
      );
    case 'ANYOF':
      return overLists(left, right, means, (a, b) =>
        a.some((one) => b.some((other) => sameElement(one, other, means))),
      );
    case 'NONEOF':
      return overLists(
        left,
        right,
        means,
        (a, b) => !a.some((one) => b.some((other) => sameElement(one, other, means))),
      );
    case 'SIZE':
      return hasSize(left, right);
    case 'EMPTY':
      return isEmpty(left, right);
    case 'EXISTS':
      if (left.kind !== 'boolean' && right.kind !== 'boolean') {
        throw new JsonPathError('JsonPathException', 'Failed to evaluate exists expression');
      }
      return booleanOf(left) === booleanOf(right);
    case 'ALL':
    case 'TYPE':
    case 'MATCHES':
      // These want operands that cannot be written in the text of a path.
      throw invalidPath(`Operator ${operator} can not be used here`);
    default: {
      const never: never = operator;
      throw invalidPath(`Filter operator ${String(never)} is not supported!`);
    }
  }
}

function decimalOf(text: string): number | bigint {
  const number = Number(text);
  return /^[+-]?[0-9]+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text.replace('+', '')) : number;
}

function equals(left: Comparable, right: Comparable, means: Means): boolean {
  switch (left.kind) {
    case 'string':
      if (right.kind === 'string') return left.value === right.value;
      return right.kind === 'number' && left.value === right.text;
    case 'number': {
      if (right.kind !== 'number' && right.kind !== 'string') return false;
      if (right.kind === 'string' && !isDecimal(right.value)) return false;
      const other = right.kind === 'number' ? right.value : decimalOf(right.value);
      // biome-ignore lint/suspicious/noDoubleEquals: compares a bigint with a number by value.
      return left.value == other;
    }
    case 'boolean':
      return right.kind === 'boolean' && left.value === right.value;
    case 'null':
      return right.kind === 'null';
    case 'json': {
      if (right.kind !== 'json') return false;
      if (left === right) return true;
      if (left.literal) return false;
      means.spend(sizeOf(right.value));
      return deepEqual(left.value, right.value);
    }
    case 'missing':
    case 'pattern':
    case 'path':
      return false;
    default: {
      const never: never = left;
      return never;
    }
  }
}

/** Equality as lists use it: arrays and objects are compared by what is written, so only texts can be equal. */
const sameElement = (one: Comparable, other: Comparable, means: Means): boolean =>
  one.kind === 'json' && other.kind === 'json'
    ? typeof one.value === 'string' && one.value === other.value
    : equals(one, other, means);

const sizeOf = (value: unknown): number =>
  isList(value) ? value.length : isObject(value) ? Object.keys(value).length : 1;

function order(left: Comparable, right: Comparable, accept: (comparison: number) => boolean): boolean {
  if (left.kind === 'number' && right.kind === 'number') return accept(compare(left.value, right.value));
  return left.kind === 'string' && right.kind === 'string' && accept(compare(left.value, right.value));
}

const compare = <Value extends number | bigint | string>(a: Value, b: Value): number => (a < b ? -1 : a > b ? 1 : 0);

/** The elements of a list as operands; undefined when the operand is an object, a refusal when it is a leaf. */
function elementsOf(operand: Comparable, means: Means): Comparable[] | undefined {
  if (operand.kind !== 'json') throw invalidPath('Expected value list node');
  if (!isList(operand.value)) return undefined;
  means.spend(operand.value.length);
  return operand.value.map((element) => elementOf(element, means));
}

/** Strings inside lists are read once more: as a path, as JSON, or without their quotes. */
function elementOf(element: unknown, means: Means): Comparable {
  if (typeof element !== 'string') {
    if (isList(element) || isObject(element)) {
      throw new JsonPathError('JsonPathException', 'Could not determine value type');
    }
    return comparableOf(element);
  }
  const text = element.trim();
  const first = text[0];
  const last = text.at(-1);
  if (first === '@' || first === '$') {
    means.spend(text.length);
    if (means.isPath(text)) return { kind: 'path' };
  } else if (text.length > 1 && ((first === '[' && last === ']') || (first === '{' && last === '}'))) {
    means.spend(text.length);
    try {
      parseLenientJson(text);
      // Unread, as a literal is: it equals no list that a path found.
      return { kind: 'json', value: element, literal: true };
    } catch {
      // Not JSON after all: a string.
    }
  }
  return { kind: 'string', value: means.unescaped(withoutQuotes(element)) };
}

const withoutQuotes = (text: string): string =>
  text.length > 1 && (text[0] === "'" || text[0] === '"') && text.at(-1) === text[0] ? text.slice(1, -1) : text;

function contains(list: Comparable, one: Comparable, means: Means): boolean {
  return elementsOf(list, means)?.some((element) => sameElement(one, element, means)) ?? false;
}

function overLists(
  left: Comparable,
  right: Comparable,
  means: Means,
  decide: (left: readonly Comparable[], right: readonly Comparable[]) => boolean,
): boolean {
  const b = elementsOf(right, means);
  if (b === undefined) return false;
  const a = elementsOf(left, means);
  if (a === undefined) return false;
  means.spend(a.length * b.length);
  return decide(a, b);
}

function hasSize(left: Comparable, right: Comparable): boolean {
  if (right.kind !== 'number') return false;
  const expected = Math.trunc(Number(right.value));
  if (left.kind === 'string') return left.value.length === expected;
  return left.kind === 'json' && (isList(left.value) ? left.value.length : -1) === expected;
}

function isEmpty(left: Comparable, right: Comparable): boolean {
  if (left.kind === 'string') return (left.value === '') === booleanOf(right);
  if (left.kind !== 'json') return false;
  if (!isList(left.value)) throw new JsonPathError('ClassCastException', 'empty can not be asked of an object');
  return (left.value.length === 0) === booleanOf(right);
}

function booleanOf(operand: Comparable): boolean {
  if (operand.kind !== 'boolean') throw invalidPath('Expected boolean node');
  return operand.value;
}

function matches(left: Comparable, right: Comparable, means: Means): boolean {
  const pattern = left.kind === 'pattern' ? left : right;
  const subject = left.kind === 'pattern' ? right : left;
  if (pattern.kind !== 'pattern' || subject.kind === 'pattern') return false;
  const matchesText = (operand: Comparable): boolean => {
    const text = inputOf(operand);
    means.spend(1 + (text.length >> 3));
    return pattern.pattern.matches(text);
  };
  if (subject.kind !== 'json' || !isList(subject.value)) return matchesText(subject);
  return elementsOf(subject, means)?.some(matchesText) ?? false;
}

function inputOf(operand: Comparable): string {
  if (operand.kind === 'string') return operand.value;
  if (operand.kind === 'number') return operand.text;
  return operand.kind === 'boolean' ? String(operand.value) : '';
}
