/**
 * Splits a template into tokens. Velocity's lexer has states, and which token comes next depends on the state, so the
 * oddities of its language (`#set` eats the blanks before it, `$a.` is text but `$a.b` a property, `##` ends a
 * reference) live here: the states and their tokens are Velocity 1.7's. In each state the longest token wins; of two
 * equally long ones, that which stands first in this file.
 *
 * A text such as `$` or `#` is only read as the beginning of something ("more" tokens): it becomes part of the next
 * token's image, or of a terminator before the next token, which prints it.
 * Source: Apache Velocity 1.7, Velocity User Guide; checked against its jar by scripts/fuzz-vtl.ts.
 */
import { type Place, TemplateSyntaxError } from './errors.ts';

export type TokenKind =
  | 'eof'
  | '['
  | ']'
  | ','
  | '..'
  | ':'
  | '{'
  | '}'
  | '('
  | ')'
  | 'index['
  | 'index]'
  | 'method)'
  | 'escapedDirective'
  | 'set'
  | 'commentStart'
  | 'doubleEscape'
  | 'escape'
  | 'text'
  | 'commentEnd'
  | 'comment'
  | 'formalComment'
  | 'textblock'
  | 'whitespace'
  | 'string'
  | 'true'
  | 'false'
  | 'minus'
  | 'plus'
  | 'multiply'
  | 'divide'
  | 'modulus'
  | 'and'
  | 'or'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'eq'
  | 'ne'
  | 'not'
  | 'assign'
  | 'end'
  | 'if'
  | 'elseif'
  | 'else'
  | 'integer'
  | 'float'
  | 'word'
  | 'bracketedWord'
  | 'identifier'
  | 'dot'
  | 'reference{'
  | 'reference}'
  | 'emptyIndex';

/** What happens inside the lexer only. */
type MoreKind = 'more$' | 'more#' | 'moreTextblock' | 'moreFormalComment' | 'moreComment' | 'moreAny';

type InnerKind = TokenKind | MoreKind | 'skip' | 'endReference' | 'endDirective';

export interface Token {
  readonly kind: TokenKind;
  /** The characters of the token, those of "more" tokens before it included. Parsing a reference strips its escapes. */
  image: string;
  /** What terminators before this token have to print. */
  readonly before: string;
  readonly offset: number;
}

type State =
  | 'default'
  | 'reference'
  | 'modifier'
  | 'arguments'
  | 'index'
  | 'directive'
  | 'preDirective'
  | 'textblock'
  | 'comment'
  | 'formalComment'
  | 'lineComment';

const isMore = (kind: InnerKind): kind is MoreKind => kind.startsWith('more');

interface Frame {
  readonly state: State;
  readonly opened: number;
  readonly closed: number;
}

const operators: ReadonlyMap<string, TokenKind> = new Map<string, TokenKind>([
  ['-', 'minus'],
  ['+', 'plus'],
  ['*', 'multiply'],
  ['/', 'divide'],
  ['%', 'modulus'],
  ['&&', 'and'],
  ['||', 'or'],
  ['<', 'lt'],
  ['<=', 'le'],
  ['>', 'gt'],
  ['>=', 'ge'],
  ['==', 'eq'],
  ['!=', 'ne'],
  ['!', 'not'],
  ['=', 'assign'],
]);

const operatorWords: ReadonlyMap<string, TokenKind> = new Map<string, TokenKind>([
  ['and', 'and'],
  ['or', 'or'],
  ['lt', 'lt'],
  ['le', 'le'],
  ['gt', 'gt'],
  ['ge', 'ge'],
  ['eq', 'eq'],
  ['ne', 'ne'],
  ['not', 'not'],
  ['true', 'true'],
  ['false', 'false'],
]);

const punctuation: ReadonlyMap<string, TokenKind> = new Map<string, TokenKind>([
  ['[', '['],
  [']', ']'],
  [',', ','],
  [':', ':'],
  ['{', '{'],
  ['}', '}'],
]);

/** Words that a bracket may surround, with the blanks up to the end of the line for those that swallow it. */
const controlWords: readonly { word: string; kind: TokenKind; swallowsLine: boolean }[] = [
  { word: 'end', kind: 'end', swallowsLine: true },
  { word: 'if', kind: 'if', swallowsLine: false },
  { word: 'elseif', kind: 'elseif', swallowsLine: false },
  { word: 'else', kind: 'else', swallowsLine: true },
];

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
const isSpace = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isLetter = (code: number): boolean => (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
const UNDERSCORE = 0x5f;
const AT = 0x40;
const HYPHEN = 0x2d;
const BACKSLASH = 0x5c;
const DOLLAR = 0x24;
const HASH = 0x23;
const isWordPart = (code: number): boolean => isLetter(code) || isDigit(code) || code === UNDERSCORE || code === AT;
const isIdentifierPart = (code: number): boolean =>
  isLetter(code) || isDigit(code) || code === UNDERSCORE || code === HYPHEN;

export class Lexer {
  readonly #source: string;
  readonly #name: string;
  readonly #origin: Place;
  #at = 0;
  #state: State = 'default';
  #frames: Frame[] = [];
  #opened = 0;
  #closed = 0;
  #inComment = false;
  /** Set by the parser's `#set`: only the parser knows when it is over. */
  inSet = false;
  /** Start of the last run of backslashes and its end, so that a long run is measured once. */
  #runFrom = -1;
  #runTo = -1;
  #lineStarts: number[] | undefined;
  #matchedLength = 0;
  #matchedKind: InnerKind | undefined;

  /** @param origin where the source begins in its file; string literals are templates of their own */
  constructor(source: string, name: string, origin: Place = { line: 1, column: 1 }) {
    this.#source = source;
    this.#name = name;
    this.#origin = origin;
  }

  /** True when a parenthesis follows, blanks and line breaks aside. */
  parenthesisFollows(): boolean {
    let at = this.#at;
    while (isSpace(this.#source.charCodeAt(at))) at++;
    return this.#source[at] === '(';
  }

  /** The parser has seen a directive's name. */
  enterDirective(): void {
    this.#state = 'directive';
  }

  /** The parser has seen a name that is no directive. */
  leaveDirective(): void {
    this.#pop();
  }

  placeOf(offset: number): Place {
    this.#lineStarts ??= lineStartsOf(this.#source);
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    const column = offset - this.#lineStarts[low]! + 1;
    return {
      line: this.#origin.line + low,
      column: low === 0 ? this.#origin.column + column - 1 : column,
    };
  }

  next(): Token {
    let before = '';
    for (;;) {
      let from = this.#at;
      if (from >= this.#source.length) return { kind: 'eof', image: '', before, offset: from };
      const start = from;
      for (;;) {
        this.#match(from);
        const kind = this.#matchedKind;
        if (kind === undefined) throw this.#lexicalError(from);
        this.#at = from + this.#matchedLength;
        if (isMore(kind)) {
          this.#actOnMore(kind);
          from = this.#at;
          if (from >= this.#source.length) throw this.#lexicalError(from);
          continue;
        }
        if (kind === 'skip') break;
        if (kind === 'endReference' || kind === 'endDirective') {
          before += specialText(this.#source.slice(start, this.#at));
          this.#at--;
          this.#pop();
          break;
        }
        const image = this.#source.slice(start, this.#at);
        return { kind, image: this.#actOnToken(kind, image), before, offset: start };
      }
    }
  }

  #lexicalError(at: number): TemplateSyntaxError {
    const place = this.placeOf(at);
    if (at < this.#source.length) {
      const char = JSON.stringify(String.fromCodePoint(this.#source.codePointAt(at)!));
      if (char === '"\\""' || char === `"'"`)
        return new TemplateSyntaxError(
          this.#name,
          place,
          `string ${char.slice(1, -1).replace('\\', '')}… is not closed`,
        );
      return new TemplateSyntaxError(this.#name, place, `unexpected ${char}${inside[this.#state]}`);
    }
    const reason =
      this.#state === 'textblock'
        ? '#[[ is not closed, expected ]]#'
        : this.#state === 'comment' || this.#state === 'formalComment'
          ? '#* is not closed, expected *#'
          : `the template ends after ${JSON.stringify(this.#source.slice(-1))}, expected a name or any other text`;
    return new TemplateSyntaxError(this.#name, place, reason);
  }

  #push(state: State): void {
    this.#frames.push({ state: this.#state, opened: this.#opened, closed: this.#closed });
    this.#opened = 0;
    this.#state = state;
  }

  #pop(): boolean {
    const frame = this.#frames.pop();
    if (frame === undefined) {
      this.#opened = 0;
      this.#state = 'default';
      return false;
    }
    this.#opened = frame.opened;
    this.#closed = frame.closed;
    this.#state = frame.state;
    return true;
  }

  #actOnMore(kind: MoreKind): void {
    if (this.#inComment) return;
    switch (kind) {
      case 'more$':
        if (this.#state === 'reference') this.#pop();
        this.#push('reference');
        return;
      case 'more#':
        if (this.#state === 'reference' || this.#state === 'modifier') this.#pop();
        this.#push('preDirective');
        return;
      case 'moreTextblock':
        this.#inComment = true;
        this.#push('textblock');
        return;
      case 'moreFormalComment':
        this.#at--;
        this.#inComment = true;
        this.#push('formalComment');
        return;
      case 'moreComment':
        this.#inComment = true;
        this.#push('comment');
        return;
      default:
        return;
    }
  }

  /** Moves to the state that the token asks for. @returns the image, where the token changes it */
  #actOnToken(kind: TokenKind, image: string): string {
    switch (kind) {
      case 'index[':
        this.#push('index');
        return image;
      case 'index]':
      case 'reference}':
        this.#pop();
        return image;
      case '(':
        this.#opened++;
        if (this.#state === 'modifier') this.#state = 'arguments';
        return image;
      case ')':
        this.#close();
        return image;
      case 'method)':
        this.#state = 'reference';
        return image;
      case 'set':
        this.#push('directive');
        this.inSet = true;
        this.#opened++;
        return image;
      case 'commentStart':
        if (this.#inComment) return image;
        if (this.#state === 'reference') this.#pop();
        this.#inComment = true;
        this.#push('lineComment');
        return image;
      case 'commentEnd':
      case 'comment':
      case 'formalComment':
      case 'textblock':
        this.#inComment = false;
        this.#pop();
        return image;
      case 'string':
        if (this.#state === 'directive' && !this.inSet && this.#opened === 0) this.#pop();
        return image;
      case 'end':
      case 'else':
        this.#pop();
        return image;
      case 'if':
      case 'elseif':
        this.#state = 'directive';
        return image;
      case 'integer': {
        const isRange = image.endsWith('..');
        if (isRange) this.#at -= 2;
        if (this.#opened === 0 && !this.inSet && this.#state !== 'arguments' && this.#state !== 'index') this.#pop();
        return isRange ? image.slice(0, -2) : image;
      }
      case 'float':
        if (this.#opened === 0 && !this.inSet && this.#state !== 'arguments') this.#pop();
        return image;
      case 'dot':
        this.#at--;
        this.#state = 'modifier';
        return '.';
      default:
        return image;
    }
  }

  /** A closing parenthesis closes the innermost state that has one open. */
  #close(): void {
    if (this.#inComment) return;
    for (;;) {
      if (this.#opened > 0) {
        if (this.#opened === this.#closed + 1) this.#pop();
        else this.#closed++;
        return;
      }
      if (!this.#pop()) return;
    }
  }

  #take(length: number, kind: InnerKind): void {
    if (length > this.#matchedLength) {
      this.#matchedLength = length;
      this.#matchedKind = kind;
    }
  }

  /** Finds the longest token at an offset. */
  #match(at: number): void {
    this.#matchedLength = 0;
    this.#matchedKind = undefined;
    const code = this.#source.charCodeAt(at);
    switch (this.#state) {
      case 'default':
        if (code === BACKSLASH) this.#matchEscapedDirective(at);
        if (code === HASH || isBlank(code)) this.#matchSet(at);
        this.#matchMore(at, code);
        if (code === HASH && this.#source.charCodeAt(at + 1) === HASH) this.#take(2, 'commentStart');
        if (code === BACKSLASH) {
          if (this.#source.charCodeAt(at + 1) === BACKSLASH) this.#take(2, 'doubleEscape');
          this.#take(1, 'escape');
        } else if (code === DOLLAR) this.#matchEmptyIndex(at);
        else if (code !== HASH) this.#take(this.#textEnd(at) - at, 'text');
        return;
      case 'reference':
        if (code === 0x5b) this.#take(1, 'index[');
        if (code === HASH || isBlank(code)) this.#matchSet(at);
        this.#matchMore(at, code);
        if (code === HASH && this.#source.charCodeAt(at + 1) === HASH) this.#take(2, 'commentStart');
        this.#matchName(at, code);
        this.#matchBraces(code);
        this.#take(1, 'endReference');
        if (code === DOLLAR) this.#matchEmptyIndex(at);
        return;
      case 'modifier':
        if (code === 0x5b) this.#take(1, 'index[');
        if (code === 0x28) this.#take(1, '(');
        if (code === HASH || isBlank(code)) this.#matchSet(at);
        this.#matchMore(at, code);
        this.#matchName(at, code);
        this.#matchBraces(code);
        this.#take(1, 'endReference');
        return;
      case 'arguments':
        this.#matchPunctuation(at);
        if (code === 0x29) this.#take(1, 'method)');
        if (code === HASH || isBlank(code)) this.#matchSet(at);
        this.#matchMore(at, code);
        this.#matchSpaceAndString(at, code);
        this.#matchName(at, code);
        this.#matchNumber(at);
        return;
      case 'index':
        if (code === 0x5d) this.#take(1, 'index]');
        this.#matchMore(at, code);
        this.#matchSpaceAndString(at, code);
        if (this.#source.startsWith('true', at)) this.#take(4, 'true');
        if (this.#source.startsWith('false', at)) this.#take(5, 'false');
        this.#matchNumber(at);
        return;
      case 'directive':
        this.#matchPunctuation(at);
        if (code === 0x28) this.#take(1, '(');
        if (code === 0x29) this.#take(this.#lineEnd(at + 1) - at, ')');
        this.#matchMore(at, code);
        if (code === HASH && this.#source.charCodeAt(at + 1) === HASH) this.#take(2, 'commentStart');
        this.#matchSpaceAndString(at, code);
        this.#matchOperator(at, code);
        this.#matchNumber(at);
        this.#matchWord(at, code);
        return;
      case 'preDirective':
        this.#matchMore(at, code);
        if (code === HASH && this.#source.charCodeAt(at + 1) === HASH) this.#take(2, 'commentStart');
        this.#matchControlWord(at);
        this.#matchNumber(at);
        this.#matchWord(at, code);
        this.#take(1, 'endDirective');
        return;
      case 'textblock':
        this.#matchMore(at, code);
        if (this.#source.startsWith(']]#', at)) this.#take(3, 'textblock');
        this.#take(this.#quietEnd(at, textblockStop) - at, 'moreAny');
        return;
      case 'comment':
      case 'formalComment':
        this.#matchMore(at, code);
        if (this.#source.startsWith('*#', at)) this.#take(2, this.#state);
        if (this.#matchedKind === undefined) this.#take(this.#quietEnd(at, commentStop) - at, 'skip');
        return;
      case 'lineComment':
        this.#matchMore(at, code);
        if (code === 0x0d && this.#source.charCodeAt(at + 1) === 0x0a) this.#take(2, 'commentEnd');
        else if (code === 0x0a || code === 0x0d) this.#take(1, 'commentEnd');
        if (this.#matchedKind === undefined) this.#take(this.#quietEnd(at, lineCommentStop) - at, 'skip');
        return;
      default: {
        const never: never = this.#state;
        throw new Error(`no such state: ${String(never)}`);
      }
    }
  }

  #matchEscapedDirective(at: number): void {
    const end = this.#runOf(at);
    if ((end - at) % 2 === 0 || this.#source.charCodeAt(end) !== HASH) return;
    const word = this.#wordLength(end + 1) || this.#bracketedWordLength(end + 1);
    if (word > 0) this.#take(end + 1 + word - at, 'escapedDirective');
  }

  #matchSet(at: number): void {
    let end = at;
    while (isBlank(this.#source.charCodeAt(end))) end++;
    if (this.#source.startsWith('#set', end)) end += 4;
    else if (this.#source.startsWith('#{set}', end)) end += 6;
    else return;
    while (this.#source.charCodeAt(end) === 0x20) end++;
    if (this.#source.charCodeAt(end) === 0x28) this.#take(end + 1 - at, 'set');
  }

  #matchMore(at: number, code: number): void {
    if (code === HASH) {
      if (this.#source.startsWith('[[', at + 1)) this.#take(3, 'moreTextblock');
      if (
        this.#source.startsWith('**', at + 1) &&
        at + 3 < this.#source.length &&
        this.#source.charCodeAt(at + 3) !== HASH
      ) {
        this.#take(4, 'moreFormalComment');
      }
      if (this.#source.charCodeAt(at + 1) === 0x2a) this.#take(2, 'moreComment');
      this.#take(1, 'more#');
      return;
    }
    if (code !== DOLLAR && code !== BACKSLASH) return;
    const dollar = this.#runOf(at);
    if (this.#source.charCodeAt(dollar) !== DOLLAR) return;
    this.#take(dollar + 1 - at, 'more$');
    const bang = this.#runOf(dollar + 1);
    if (this.#source.charCodeAt(bang) === 0x21) this.#take(bang + 1 - at, 'more$');
  }

  #matchEmptyIndex(at: number): void {
    for (const image of ['$[', '$![', '$\\![', '$.'])
      if (this.#source.startsWith(image, at)) this.#take(image.length, 'emptyIndex');
  }

  #matchName(at: number, code: number): void {
    if (code === 0x2e) {
      if (isLetter(this.#source.charCodeAt(at + 1))) this.#take(2, 'dot');
      return;
    }
    if (!isLetter(code) && code !== UNDERSCORE) return;
    let end = at + 1;
    while (isIdentifierPart(this.#source.charCodeAt(end))) end++;
    const image = this.#source.slice(at, end);
    this.#take(end - at, image === 'true' ? 'true' : image === 'false' ? 'false' : 'identifier');
  }

  #matchBraces(code: number): void {
    if (code === 0x7b) this.#take(1, 'reference{');
    else if (code === 0x7d) this.#take(1, 'reference}');
  }

  #matchPunctuation(at: number): void {
    const kind = punctuation.get(this.#source[at]!);
    if (kind !== undefined) this.#take(1, kind);
    if (this.#source.startsWith('..', at)) this.#take(2, '..');
  }

  #matchSpaceAndString(at: number, code: number): void {
    if (isSpace(code)) {
      let end = at + 1;
      while (isSpace(this.#source.charCodeAt(end))) end++;
      this.#take(end - at, 'whitespace');
    } else if (code === 0x22 || code === 0x27) {
      const quote = this.#source[at]!;
      let end = this.#source.indexOf(quote, at + 1);
      while (end !== -1 && this.#source[end + 1] === quote) {
        // Two quotes are one inside the string, unless nothing closes the string behind them.
        const next = this.#source.indexOf(quote, end + 2);
        if (next === -1) break;
        end = next;
      }
      if (end !== -1) this.#take(end + 1 - at, 'string');
    }
  }

  #matchOperator(at: number, code: number): void {
    if (isLetter(code)) return;
    for (const length of [1, 2]) {
      const kind = operators.get(this.#source.slice(at, at + length));
      if (kind !== undefined) this.#take(length, kind);
    }
  }

  #matchNumber(at: number): void {
    const source = this.#source;
    let end = at;
    if (source.charCodeAt(end) === HYPHEN) end++;
    const digits = end;
    while (isDigit(source.charCodeAt(end))) end++;
    const whole = end > digits;
    if (whole) this.#take((source.startsWith('..', end) ? end + 2 : end) - at, 'integer');
    let isFloat = false;
    if (source.charCodeAt(end) === 0x2e && (whole || isDigit(source.charCodeAt(end + 1)))) {
      end++;
      while (isDigit(source.charCodeAt(end))) end++;
      isFloat = true;
      this.#take(end - at, 'float');
    }
    if (!whole && !isFloat) return;
    const exponent = source.charCodeAt(end);
    if (exponent !== 0x65 && exponent !== 0x45) return;
    end++;
    if (source.charCodeAt(end) === 0x2b || source.charCodeAt(end) === HYPHEN) end++;
    const power = end;
    while (isDigit(source.charCodeAt(end))) end++;
    if (end > power) this.#take(end - at, 'float');
  }

  #matchWord(at: number, code: number): void {
    if (code === 0x7b) {
      const length = this.#bracketedWordLength(at);
      if (length > 0) this.#take(length, 'bracketedWord');
      return;
    }
    const length = this.#wordLength(at);
    if (length === 0) return;
    const kind = this.#state === 'directive' ? operatorWords.get(this.#source.slice(at, at + length)) : undefined;
    this.#take(length, kind ?? 'word');
  }

  #matchControlWord(at: number): void {
    for (const { word, kind, swallowsLine } of controlWords) {
      let end: number;
      if (this.#source.startsWith(word, at)) end = at + word.length;
      else if (this.#source.startsWith(`{${word}}`, at)) end = at + word.length + 2;
      else continue;
      this.#take((swallowsLine ? this.#lineEnd(end) : end) - at, kind);
    }
  }

  #wordLength(at: number): number {
    const code = this.#source.charCodeAt(at);
    if (!isLetter(code) && code !== UNDERSCORE && code !== AT) return 0;
    let end = at + 1;
    while (isWordPart(this.#source.charCodeAt(end))) end++;
    return end - at;
  }

  #bracketedWordLength(at: number): number {
    if (this.#source.charCodeAt(at) !== 0x7b) return 0;
    const code = this.#source.charCodeAt(at + 1);
    if (!isLetter(code) && code !== UNDERSCORE) return 0;
    let end = at + 2;
    while (isWordPart(this.#source.charCodeAt(end))) end++;
    return this.#source.charCodeAt(end) === 0x7d ? end + 1 - at : 0;
  }

  /** Behind the line break, when only blanks come before it; otherwise where it started. */
  #lineEnd(at: number): number {
    let end = at;
    while (isBlank(this.#source.charCodeAt(end))) end++;
    const code = this.#source.charCodeAt(end);
    if (code === 0x0d) return this.#source.charCodeAt(end + 1) === 0x0a ? end + 2 : end + 1;
    return code === 0x0a ? end + 1 : at;
  }

  #textEnd(at: number): number {
    textStop.lastIndex = at;
    return textStop.exec(this.#source)?.index ?? this.#source.length;
  }

  /** The next character that may end a comment or block, or begin something longer than itself; at least one on. */
  #quietEnd(at: number, stop: RegExp): number {
    stop.lastIndex = at + 1;
    return stop.exec(this.#source)?.index ?? this.#source.length;
  }

  /** Where the run of backslashes at an offset ends. */
  #runOf(at: number): number {
    if (at >= this.#runFrom && at < this.#runTo) return this.#runTo;
    let end = at;
    while (this.#source.charCodeAt(end) === BACKSLASH) end++;
    this.#runFrom = at;
    this.#runTo = end;
    return end;
  }
}

const textStop = /[$#\\]/g;
const textblockStop = /[\]$#\\]/g;
const commentStop = /[*$#\\]/g;
const lineCommentStop = /[\n\r$#\\]/g;

const inside: Record<State, string> = {
  default: '',
  reference: ' in a reference',
  modifier: ' in a reference',
  arguments: ' in a method\'s arguments, expected a string, number, reference, list, map, true, false or ")"',
  index: ' in an index, expected a string, whole number, reference, true, false or "]"',
  directive: ' in a directive',
  preDirective: ' after "#"',
  textblock: ' in a text block',
  comment: ' in a comment',
  formalComment: ' in a comment',
  lineComment: ' in a comment',
};

function lineStartsOf(source: string): number[] {
  const starts = [0];
  const lineBreak = /\r\n|\r|\n/g;
  while (lineBreak.exec(source) !== null) starts.push(lineBreak.lastIndex);
  return starts;
}

/** What a terminator prints of the "more" tokens before it: `$`, `#`, and backslashes that stand before a `$`. */
function specialText(image: string): string {
  let out = '';
  for (let i = 0; i < image.length; i++) {
    const char = image[i]!;
    if (char === '#' || char === '$') out += char;
    else if (char === '\\') {
      let end = i;
      while (image[end] === '\\') end++;
      if (image[end] === '$') {
        out += image.slice(i, end + 1);
        // Observed: the character behind the dollar sign is skipped as well.
        i = end + 1;
      }
    }
  }
  return out;
}
