/**
 * Reads the text of a filter, `[?(@.price < 10 && @.isbn)]`, into an expression. The paths inside are read by the
 * function that is handed in, so that this file knows nothing of paths. Kept from Jayway: a path ends at a blank or
 * an operator, an operator that does not exist leaves an exists check behind, operators are case-insensitive.
 */
import { compilePattern, type JavaPattern } from '../regex/index.ts';
import { Cursor, unescaped } from './cursor.ts';
import { invalidPath, isInvalidPath } from './errors.ts';

export type Expression<Path> =
  | { readonly kind: 'or' | 'and'; readonly operands: readonly Expression<Path>[] }
  | { readonly kind: 'not'; readonly operand: Expression<Path> }
  | { readonly kind: 'exists'; readonly path: Path; readonly expected: boolean }
  | {
      readonly kind: 'relation';
      readonly operator: RelationalOperator;
      readonly left: Operand<Path>;
      readonly right: Operand<Path>;
    };

export type Operand<Path> =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'string'; readonly value: string }
  /** The text decides when a number is compared with a string. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  /** An array or object, read leniently when the filter is evaluated. */
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'pattern'; readonly pattern: JavaPattern };

export const relationalOperators = [
  '>=',
  '<=',
  '==',
  '===',
  '!=',
  '!==',
  '<',
  '>',
  '=~',
  'NIN',
  'IN',
  'CONTAINS',
  'ALL',
  'SIZE',
  'EXISTS',
  'TYPE',
  'MATCHES',
  'EMPTY',
  'SUBSETOF',
  'ANYOF',
  'NONEOF',
] as const;
export type RelationalOperator = (typeof relationalOperators)[number];

const operatorsByName: ReadonlyMap<string, RelationalOperator> = new Map(
  relationalOperators.map((name) => [name, name]),
);
const numberText = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const patternFlags = 'dixmsuU';
/** `((((…` in one filter. */
const nestingMax = 64;

/** True for what Java's `new BigDecimal(text)` reads. */
export const isDecimal = (text: string): boolean => numberText.test(text);

/** @param text from `[` to `]` */
export function parseFilter<Path>(text: string, parsePath: (text: string) => Path): Expression<Path> {
  const cursor = new Cursor(text).trim();
  cursor.position++;
  cursor.last--;
  cursor.trim();
  if (cursor.text[cursor.position] !== '?')
    throw invalidPath(`A filter must start with '[?' and end with ']'. ${text}`);
  cursor.position++;
  cursor.trim();
  if (cursor.text[cursor.position] !== '(' || cursor.text[cursor.last] !== ')') {
    throw invalidPath(`A filter must start with '[?(' and end with ')]'. ${text}`);
  }
  const expression = new FilterReader(cursor, parsePath).or(0);
  cursor.skipBlanks();
  if (cursor.inBounds()) {
    throw invalidPath(`Expected end of filter expression instead of: ${cursor.text.slice(cursor.position)}`);
  }
  return expression;
}

const isOperatorChar = (char: string): boolean =>
  char === '<' || char === '>' || char === '=' || char === '~' || char === '!';

class FilterReader<Path> {
  readonly #cursor: Cursor;
  readonly #parsePath: (text: string) => Path;

  constructor(cursor: Cursor, parsePath: (text: string) => Path) {
    this.#cursor = cursor;
    this.#parsePath = parsePath;
  }

  or(depth: number): Expression<Path> {
    const operands = [this.#and(depth)];
    while (this.#accept('||')) operands.push(this.#and(depth));
    return operands.length === 1 ? operands[0]! : { kind: 'or', operands };
  }

  #and(depth: number): Expression<Path> {
    const operands = [this.#operandOfAnd(depth)];
    while (this.#accept('&&')) operands.push(this.#operandOfAnd(depth));
    return operands.length === 1 ? operands[0]! : { kind: 'and', operands };
  }

  /** Moves past the operator when it comes next; stays where it was otherwise. */
  #accept(operator: string): boolean {
    const cursor = this.#cursor;
    const start = cursor.position;
    cursor.skipBlanks();
    const end = cursor.position + operator.length;
    if (cursor.inBounds(end - 1) && cursor.text.slice(cursor.position, end) === operator) {
      cursor.position = end;
      return true;
    }
    cursor.position = start;
    return false;
  }

  #operandOfAnd(depth: number): Expression<Path> {
    if (depth > nestingMax) throw invalidPath(`A filter is nested more than ${nestingMax} deep`);
    const cursor = this.#cursor;
    const start = cursor.skipBlanks().position;
    if (cursor.current === '!') {
      cursor.position++;
      const next = cursor.skipBlanks().current;
      // `!@.x` is an exists check that expects nothing, `!(…)` a negation.
      if (next !== '$' && next !== '@') return { kind: 'not', operand: this.#operandOfAnd(depth + 1) };
      cursor.position = start;
    }
    if (cursor.skipBlanks().current === '(') {
      cursor.position++;
      const inner = this.or(depth + 1);
      if (cursor.skipBlanks().current !== ')') throw invalidPath('Expected character: )');
      cursor.position++;
      return inner;
    }
    return this.#relation();
  }

  #relation(): Expression<Path> {
    const cursor = this.#cursor;
    const negated = cursor.skipBlanks().current === '!';
    const left = this.#operand();
    const end = cursor.position;
    try {
      const operator = this.#operator();
      return { kind: 'relation', operator, left, right: this.#operand() };
    } catch (error) {
      if (!isInvalidPath(error)) throw error;
      cursor.position = end;
      if (left.kind !== 'path') throw invalidPath('Expected path node');
      return { kind: 'exists', path: left.path, expected: !negated };
    }
  }

  #operator(): RelationalOperator {
    const cursor = this.#cursor;
    const start = cursor.skipBlanks().position;
    if (isOperatorChar(cursor.current)) {
      while (cursor.inBounds() && isOperatorChar(cursor.current)) cursor.position++;
    } else {
      while (cursor.inBounds() && cursor.current !== ' ') cursor.position++;
    }
    const name = cursor.text.slice(start, cursor.position);
    const operator = operatorsByName.get(name.toUpperCase());
    if (operator === undefined) throw invalidPath(`Filter operator ${name} is not supported!`);
    return operator;
  }

  #operand(): Operand<Path> {
    const cursor = this.#cursor;
    switch (cursor.skipBlanks().current) {
      case '!':
        cursor.position++;
        cursor.skipBlanks();
        if (cursor.current !== '$' && cursor.current !== '@') throw invalidPath('Unexpected character: !');
        return this.#path();
      case '$':
      case '@':
        return this.#path();
      case "'":
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', { kind: 'boolean', value: true });
      case 'f':
        return this.#word('false', { kind: 'boolean', value: false });
      case 'n':
        return this.#word('null', { kind: 'null' });
      case '{':
        return this.#json('{', '}');
      case '[':
        return this.#json('[', ']');
      case '/':
        return this.#pattern();
      default:
        return this.#number();
    }
  }

  #path(): Operand<Path> {
    const cursor = this.#cursor;
    const start = cursor.position;
    cursor.position++;
    while (cursor.inBounds()) {
      if (cursor.current === '[') {
        const close = cursor.indexOfClosing(cursor.position, '[', ']', false);
        if (close === -1) throw invalidPath(`Square brackets do not match in filter ${cursor.text}`);
        cursor.position = close + 1;
      }
      if (!cursor.inBounds() || cursor.current === ' ' || isOperatorChar(cursor.current)) break;
      if (cursor.current === ')' && !this.#closesFunction(start)) break;
      cursor.position++;
    }
    return { kind: 'path', path: this.#parsePath(cursor.text.slice(start, cursor.position)) };
  }

  /** True when the parenthesis at the position closes the empty list of a function, as in `@.tags.length()`. */
  #closesFunction(pathStart: number): boolean {
    const cursor = this.#cursor;
    const open = cursor.indexBeforeBlanks();
    if (open === -1 || cursor.charAt(open) !== '(') return false;
    const dot = cursor.text.lastIndexOf('.', open - 1);
    return dot > pathStart;
  }

  #string(): Operand<Path> {
    const cursor = this.#cursor;
    const start = cursor.position;
    const close = cursor.indexOfUnescaped(start, cursor.current);
    if (close === -1) {
      throw invalidPath(`String literal does not have matching quotes. Expected ${cursor.current} in ${cursor.text}`);
    }
    cursor.position = close + 1;
    return { kind: 'string', value: unescaped(cursor.text.slice(start + 1, close)) };
  }

  #word(word: string, operand: Operand<Path>): Operand<Path> {
    const cursor = this.#cursor;
    const end = cursor.position + word.length;
    if (!cursor.inBounds(end - 1) || cursor.text.slice(cursor.position, end) !== word) {
      throw invalidPath(`Expected <${word}> value`);
    }
    cursor.position = end;
    return operand;
  }

  #json(open: string, close: string): Operand<Path> {
    const cursor = this.#cursor;
    const start = cursor.position;
    const end = cursor.indexOfClosing(start, open, close, false);
    if (end === -1) throw invalidPath(`Literal not closed. Expected ${close} in ${cursor.text}`);
    cursor.position = end + 1;
    return { kind: 'json', text: cursor.text.slice(start, end + 1) };
  }

  #pattern(): Operand<Path> {
    const cursor = this.#cursor;
    const start = cursor.position;
    const close = cursor.indexOfUnescaped(start, '/');
    if (close === -1) throw invalidPath(`Pattern not closed. Expected / in ${cursor.text}`);
    let end = close + 1;
    while (cursor.inBounds(end) && patternFlags.includes(cursor.charAt(end))) end++;
    cursor.position = end;
    const source = cursor.text.slice(start + 1, close);
    return { kind: 'pattern', pattern: compilePattern(source, cursor.text.slice(close + 1, end)) };
  }

  #number(): Operand<Path> {
    const cursor = this.#cursor;
    const start = cursor.position;
    while (cursor.inBounds() && /[0-9\-.eE]/.test(cursor.current)) cursor.position++;
    const text = cursor.text.slice(start, cursor.position);
    if (!isDecimal(text)) throw new Error(`Expected a value in filter ${cursor.text} at position ${start}`);
    return { kind: 'number', text };
  }
}
