/**
 * Reads the text of a path into segments. The grammar is Jayway JsonPath 2.9's, with its oddities: what it accepts by
 * accident (`$.a[`, a step in a slice) is accepted, what it refuses is refused, because API Gateway runs it and
 * templates were written by trial. Filters are read by `filter-syntax.ts`.
 * Source: https://github.com/json-path/JsonPath (README); differences were found by comparing answers.
 */
import { Cursor, unescaped } from './cursor.ts';
import { invalidPath, isInvalidPath, JsonPathError } from './errors.ts';
import { type Expression, parseFilter } from './filter-syntax.ts';

export type Segment =
  | { readonly kind: 'property'; readonly names: readonly string[] }
  | { readonly kind: 'index'; readonly indexes: readonly number[] }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'scan' }
  | { readonly kind: 'filter'; readonly expression: Expression<PathSyntax> }
  | { readonly kind: 'function'; readonly name: string; readonly parameters: readonly ParameterSyntax[] | undefined };

export type ParameterSyntax =
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'path'; readonly path: PathSyntax };

export interface PathSyntax {
  /** `$`: the document; `@`: the element that a filter looks at. */
  readonly root: '$' | '@';
  readonly segments: readonly Segment[];
}

/** Longest path that is read, in characters. */
const pathCharactersMax = 16_384;
/** Filters within filters, functions within functions. */
const nestingMax = 32;

/** @throws JsonPathError of kind `IllegalArgumentException` (empty) or `InvalidPathException` */
export function parsePath(text: string, depth = 0): PathSyntax {
  if (text === '') throw new JsonPathError('IllegalArgumentException', 'A path can not be empty');
  if (text.length > pathCharactersMax) {
    throw invalidPath(`A path has at most ${pathCharactersMax} characters, this one has ${text.length}`);
  }
  if (depth > nestingMax) throw invalidPath(`Paths are nested more than ${nestingMax} deep`);
  try {
    const rooted = text[0] === '$' || text[0] === '@' ? text : `$.${text}`;
    const cursor = new Cursor(rooted).trim();
    if (cursor.charAt(cursor.last) === '.') throw invalidPath("A path must not end with a '.' or '..'");
    return new PathReader(cursor, depth).read();
  } catch (error) {
    if (isInvalidPath(error)) throw error;
    throw invalidPath(`${error instanceof Error ? error.message : String(error)} (path ${text})`);
  }
}

const isDigit = (char: string): boolean => (char >= '0' && char <= '9') || (char > '\x7f' && /\p{Nd}/u.test(char));
const isWhitespace = (char: string): boolean => char === ' ' || char === '\t' || char === '\n' || char === '\r';
const isRoot = (char: string): char is '$' | '@' => char === '$' || char === '@';

/** The integer that Java's `Integer.parseInt` reads. */
function integerOf(text: string): number {
  const value = Number(text);
  if (!/^-?[0-9]+$/.test(text) || value < -2_147_483_648 || value > 2_147_483_647) {
    throw invalidPath(`Expected an integer, found '${text}'`);
  }
  return value;
}

class PathReader {
  readonly #cursor: Cursor;
  readonly #depth: number;
  readonly #segments: Segment[] = [];

  constructor(cursor: Cursor, depth: number) {
    this.#cursor = cursor;
    this.#depth = depth;
  }

  read(): PathSyntax {
    const cursor = this.#cursor;
    while (cursor.inBounds() && isWhitespace(cursor.current)) cursor.position++;
    const root = cursor.current;
    if (!isRoot(root)) throw invalidPath("A path must start with '$' or '@'");
    if (!cursor.atTail()) {
      cursor.position++;
      if (cursor.current !== '.' && cursor.current !== '[') {
        throw invalidPath(`Illegal character at position ${cursor.position} expected '.' or '['`);
      }
      do this.#segment();
      while (!cursor.atTail());
    }
    return { root, segments: this.#segments };
  }

  #segment(): void {
    const cursor = this.#cursor;
    if (cursor.current === '.') this.#dot();
    const start = cursor.position;
    const read =
      cursor.current === '['
        ? this.#names() || this.#indexes() || this.#bracketedWildcard() || this.#filter()
        : cursor.current === '*'
          ? this.#wildcard()
          : this.#nameOrFunction();
    if (!read) throw invalidPath(`Could not parse token starting at position ${start}. Expected ?, ', 0-9, *`);
  }

  #dot(): void {
    const cursor = this.#cursor;
    if (cursor.inBounds(cursor.position + 1) && cursor.charAt(cursor.position + 1) === '.') {
      this.#segments.push({ kind: 'scan' });
      cursor.position += 2;
    } else if (!cursor.inBounds(cursor.position + 1)) {
      throw invalidPath("A path must not end with a '.'");
    } else {
      cursor.position++;
    }
    if (cursor.current === '.') throw invalidPath(`Character '.' on position ${cursor.position} is not valid.`);
  }

  /** `name`, `name()`, `name(parameters)` */
  #nameOrFunction(): boolean {
    const cursor = this.#cursor;
    const start = cursor.position;
    if (cursor.current === ' ') return false;
    let end = start;
    for (; cursor.inBounds(end); end++) {
      const char = cursor.charAt(end);
      if (char === ' ') throw invalidPath(`Use ['my prop'] if a property contains blanks. position: ${start}`);
      if (char === '.' || char === '[' || char === '(') break;
    }
    const name = cursor.text.slice(start, end);
    if (!cursor.inBounds(end) || cursor.charAt(end) !== '(') {
      cursor.position = end;
      this.#segments.push({ kind: 'property', names: [name] });
      return true;
    }
    this.#requireClosedParentheses(name, end);
    let parameters: ParameterSyntax[] | undefined;
    if (cursor.charAt(end + 1) === ')') {
      cursor.position = end + 1;
    } else {
      cursor.position = end + 1;
      parameters = this.#parameters(name);
    }
    this.#segments.push({ kind: 'function', name, parameters });
    return true;
  }

  #requireClosedParentheses(name: string, open: number): void {
    let opened = 0;
    for (let index = open; this.#cursor.inBounds(index); index++) {
      const char = this.#cursor.charAt(index);
      if (char === '(') opened++;
      else if (char === ')' && --opened === 0) return;
    }
    throw invalidPath(`Arguments to function: '${name}' are not closed properly.`);
  }

  /**
   * What stands between the parentheses of a function, up to and with the closing one. A parameter begins with the
   * first character that can begin one: what stands before (a single quote, say) is skipped.
   */
  #parameters(name: string): ParameterSyntax[] {
    const cursor = this.#cursor;
    const parameters: ParameterSyntax[] = [];
    let kind: 'json' | 'path' | undefined;
    let text = '';
    let parentheses = 1;
    let brackets = 0;
    let braces = 0;
    let quotes = 0;
    let previous = '';
    let ended = false;
    while (cursor.inBounds() && !ended) {
      const char = cursor.current;
      cursor.position++;
      if (kind === undefined) {
        if (isWhitespace(char)) continue;
        if (char === '{' || char === '"' || char === '-' || isDigit(char)) kind = 'json';
        else if (isRoot(char)) kind = 'path';
      }
      const grouped = (): boolean => quotes !== 0 || braces !== 0 || brackets !== 0;
      switch (char) {
        case '"':
          if (previous !== '\\' && quotes > 0) quotes--;
          else quotes++;
          break;
        case '(':
          parentheses++;
          break;
        case '{':
          braces++;
          break;
        case '[':
          brackets++;
          break;
        case '}':
          if (braces-- === 0) throw invalidPath(`Unexpected close brace '}' at position ${cursor.position}`);
          break;
        case ']':
          if (brackets-- === 0) throw invalidPath(`Unexpected close bracket ']' at position ${cursor.position}`);
          break;
        case ')':
        case ',':
          if (char === ')') {
            parentheses--;
            // A call without parameters inside a parameter keeps its parenthesis.
            if (parentheses < 0 || previous === '(') text += char;
          }
          if (!grouped() && ((parentheses === 0 && char === ')') || parentheses === 1)) {
            ended = parentheses === 0;
            if (kind === 'json') parameters.push({ kind, text });
            else if (kind === 'path') parameters.push({ kind, path: this.#parameterPath(text) });
            if (kind !== undefined) text = '';
            kind = undefined;
          }
          break;
      }
      if (kind !== undefined && !(char === ',' && braces === 0 && brackets === 0 && parentheses === 1)) text += char;
      previous = char;
    }
    if (braces !== 0 || parentheses !== 0 || brackets !== 0) {
      throw invalidPath(`Arguments to function: '${name}' are not closed properly.`);
    }
    return parameters;
  }

  #parameterPath(text: string): PathSyntax {
    if (this.#depth >= nestingMax) throw invalidPath(`Paths are nested more than ${nestingMax} deep`);
    return new PathReader(new Cursor(text), this.#depth + 1).read();
  }

  /** `['name', 'name']` */
  #names(): boolean {
    const cursor = this.#cursor;
    const quote = cursor.nextSignificant();
    if (quote !== "'" && quote !== '"') return false;
    const names: string[] = [];
    let start = cursor.position + 1;
    let end = 0;
    let inName = false;
    let escaped = false;
    let lastWasComma = false;
    for (let index = start; cursor.inBounds(index); index++) {
      const char = cursor.charAt(index);
      if (escaped) {
        escaped = false;
      } else if (char === '\\') {
        escaped = true;
      } else if (char === ']' && !inName) {
        if (lastWasComma) throw invalidPath(`Found empty property at index ${index}`);
        break;
      } else if (char === quote) {
        if (inName) {
          const next = cursor.nextSignificant(index);
          if (next !== ']' && next !== ',') {
            throw invalidPath(`A property must be followed by a comma or a closing square bracket at index ${index}`);
          }
          end = index;
          names.push(unescaped(cursor.text.slice(start, end)));
          inName = false;
        } else {
          start = index + 1;
          inName = true;
          lastWasComma = false;
        }
      } else if (char === ',' && !inName) {
        if (lastWasComma) throw invalidPath(`Found empty property at index ${index}`);
        lastWasComma = true;
      }
    }
    if (inName) throw invalidPath(`Property has not been closed - missing closing ${quote}`);
    const close = cursor.indexAfterBlanks(end);
    if (cursor.charAt(close) !== ']') throw invalidPath('Property has not been closed - missing closing ]');
    cursor.position = close + 1;
    this.#segments.push({ kind: 'property', names });
    return true;
  }

  /** `[1]`, `[1, 2]`, `[1:]`, `[1:2]`, `[:2]` */
  #indexes(): boolean {
    const cursor = this.#cursor;
    const first = cursor.nextSignificant();
    if (!isDigit(first) && first !== '-' && first !== ':') return false;
    const close = cursor.text.indexOf(']', cursor.position + 1);
    if (close === -1 || close > cursor.last) return false;
    const expression = cursor.text.slice(cursor.position + 1, close).trim();
    for (const char of expression) if (!isDigit(char) && !',-: '.includes(char)) return false;
    if (expression.includes(':')) {
      if (/[ ,]/.test(expression)) throw invalidPath(`Failed to parse slice: ${expression}`);
      // What follows a second colon is read over.
      const [from = '', to = ''] = expression.split(':');
      if (from === '' && to === '') throw invalidPath(`Failed to parse slice: ${expression}`);
      this.#segments.push({
        kind: 'slice',
        from: from === '' ? undefined : integerOf(from),
        to: to === '' ? undefined : integerOf(to),
      });
    } else {
      this.#segments.push({ kind: 'index', indexes: expression.split(/\s*,\s*/).map(integerOf) });
    }
    cursor.position = close + 1;
    return true;
  }

  #bracketedWildcard(): boolean {
    const cursor = this.#cursor;
    if (cursor.nextSignificant() !== '*') return false;
    const star = cursor.indexAfterBlanks(cursor.position);
    if (cursor.nextSignificant(star) !== ']') {
      throw invalidPath(`Expected wildcard token to end with ']' on position ${star + 1}`);
    }
    cursor.position = cursor.indexAfterBlanks(star) + 1;
    this.#segments.push({ kind: 'wildcard' });
    return true;
  }

  #wildcard(): boolean {
    this.#cursor.position++;
    this.#segments.push({ kind: 'wildcard' });
    return true;
  }

  /** `[?(…)]` */
  #filter(): boolean {
    const cursor = this.#cursor;
    const start = cursor.position;
    const mark = cursor.indexAfterBlanks(start);
    if (cursor.charAt(mark) !== '?') return false;
    const open = cursor.indexAfterBlanks(mark);
    if (cursor.charAt(open) !== '(') return false;
    const close = cursor.indexOfClosing(open, '(', ')', true);
    if (close === -1 || cursor.nextSignificant(close) !== ']') return false;
    const end = cursor.indexAfterBlanks(close);
    const expression = parseFilter(cursor.text.slice(start, end + 1), (path) => parsePath(path, this.#depth + 1));
    this.#segments.push({ kind: 'filter', expression });
    cursor.position = end + 1;
    return true;
  }
}
