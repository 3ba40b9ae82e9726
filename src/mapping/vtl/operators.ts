/**
 * The operators of expressions, as compiled templates call them: arithmetic, comparison and text. The common cases
 * (small whole numbers, texts) are decided here, the others by Java's rules for numbers and objects.
 */
import { calculate, compareNumbers, isNumeric, type Operation } from './java/numbers.ts';
import { looselyEqual } from './java/objects.ts';
import type { Rendering } from './java/rendering.ts';
import { textOf } from './java/values.ts';
import { Block } from './scope.ts';

const isSmall = (value: unknown): value is number => typeof value === 'number' && (value | 0) === value;

/** `left + right`: a sum, or both as one text. @returns null when neither is possible */
export function add(
  rendering: Rendering,
  left: unknown,
  right: unknown,
  leftLiteral: string,
  rightLiteral: string,
): unknown {
  if (isSmall(left) && isSmall(right)) return left + right;
  if (typeof left === 'string' || typeof right === 'string') {
    const a = left === null ? leftLiteral : textOf(rendering, left);
    const b = left !== null && right === null ? rightLiteral : textOf(rendering, right);
    return rendering.sized(a + b);
  }
  return calculated('add', left, right);
}

/** @returns null when an operand is no number, or for a division by zero */
export function calculated(operation: Operation, left: unknown, right: unknown): unknown {
  if (!isNumeric(left) || !isNumeric(right)) return null;
  return calculate(operation, left, right);
}

export function subtract(left: unknown, right: unknown): unknown {
  return isSmall(left) && isSmall(right) ? left - right : calculated('subtract', left, right);
}

export function equal(rendering: Rendering, left: unknown, right: unknown): boolean {
  if (typeof left === 'string' && typeof right === 'string') {
    if (left.length > 256 && left.length === right.length) rendering.spend(left.length >> 6);
    return left === right;
  }
  if (typeof left === 'number' && typeof right === 'number') return left === right;
  if (isNumeric(left) && isNumeric(right)) return compareNumbers(left, right) === 0;
  return looselyEqual(rendering, left, right);
}

/** -1, 0 or 1; undefined when one of them is no number: then no comparison holds. */
function order(left: unknown, right: unknown): number | undefined {
  return isNumeric(left) && isNumeric(right) ? compareNumbers(left, right) : undefined;
}

export function less(left: unknown, right: unknown): boolean {
  return isSmall(left) && isSmall(right) ? left < right : order(left, right) === -1;
}

export function greater(left: unknown, right: unknown): boolean {
  return isSmall(left) && isSmall(right) ? left > right : order(left, right) === 1;
}

export function lessOrEqual(left: unknown, right: unknown): boolean {
  const comparison = order(left, right);
  return comparison !== undefined && comparison <= 0;
}

export function greaterOrEqual(left: unknown, right: unknown): boolean {
  const comparison = order(left, right);
  return comparison !== undefined && comparison >= 0;
}

/** What a reference that is no text prints. */
export function printed(rendering: Rendering, value: unknown): string {
  return rendering.sized(textOf(rendering, value));
}

/** What a reference prints where it may hold a block: a block that is inside itself too often prints as written. */
export function printedBlock(
  rendering: Rendering,
  value: unknown,
  prefix: string,
  doubled: string,
  literal: string,
): string {
  if (!(value instanceof Block)) return prefix + printed(rendering, value);
  const text = value.render();
  return text === null ? doubled + literal : rendering.sized(text);
}

/** Whether a reference holds: everything does but false. A block is rendered to find out. */
export function holds(value: unknown): boolean {
  return value !== false && (!(value instanceof Block) || value.text() !== null);
}
