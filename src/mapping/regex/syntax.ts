/**
 * Reads a regular expression in Java's syntax. What Java refuses is refused, with the place, because a pattern that
 * is wrong should be found where it is stored. Not read: `\X`, `\N{…}`, blocks (`\p{InGreek}`).
 * Source: java.util.regex.Pattern.
 */
import {
  type CaseRule,
  type CharacterSet,
  complement,
  everything,
  intersection,
  lineTerminators,
  newline,
  property,
  range,
  shorthand,
  union,
  withCase,
} from './character-set.ts';

export type Node =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'sequence'; readonly nodes: readonly Node[] }
  | { readonly kind: 'choice'; readonly nodes: readonly Node[] }
  /** `index` is undefined for a group that captures nothing. */
  | { readonly kind: 'group'; readonly node: Node; readonly index: number | undefined }
  | {
      readonly kind: 'repeat';
      readonly node: Node;
      readonly min: number;
      readonly max: number;
      readonly mode: 'greedy' | 'lazy' | 'possessive';
    }
  | { readonly kind: 'look'; readonly node: Node; readonly behind: boolean; readonly negated: boolean }
  | { readonly kind: 'atomic'; readonly node: Node }
  | { readonly kind: 'reference'; readonly group: number; readonly rule: CaseRule }
  | { readonly kind: 'place'; readonly place: Place };

export type Place =
  | 'start'
  | 'end'
  /** At the end, or before the line terminator that ends the text. */
  | 'lastLineEnd'
  | 'lineStart'
  | 'lineEnd'
  | 'wordBoundary'
  | 'noWordBoundary'
  /** Where the search began. */
  | 'searchStart';

export interface ParsedPattern {
  readonly node: Node;
  readonly groupCount: number;
  readonly groupNames: ReadonlyMap<string, number>;
}

export class PatternSyntaxError extends Error {
  readonly pattern: string;
  readonly index: number;

  constructor(message: string, pattern: string, index: number) {
    super(`${message} near index ${index}: ${pattern}`);
    this.name = 'PatternSyntaxError';
    this.pattern = pattern;
    this.index = index;
  }
}

const patternCharactersMax = 16_384;
const nestingMax = 200;
const flagLetters = 'dixmsuU';

interface Flags {
  ignoreCase: boolean;
  comments: boolean;
  multiline: boolean;
  dotAll: boolean;
  unixLines: boolean;
  unicodeCase: boolean;
  unicodeClasses: boolean;
}

const flagOf: Readonly<Record<string, keyof Flags>> = {
  i: 'ignoreCase',
  x: 'comments',
  m: 'multiline',
  s: 'dotAll',
  d: 'unixLines',
  u: 'unicodeCase',
  U: 'unicodeClasses',
};

/** @param flags letters of `dixmsuU`, as in `(?im)` */
export function parsePattern(source: string, flags = ''): ParsedPattern {
  if (source.length > patternCharactersMax) {
    throw new PatternSyntaxError(`A pattern has at most ${patternCharactersMax} characters`, source.slice(0, 80), 0);
  }
  return new PatternReader(source, flags).read();
}

const sequence = (nodes: readonly Node[]): Node => (nodes.length === 1 ? nodes[0]! : { kind: 'sequence', nodes });
const isDigit = (char: string | undefined): char is string => char !== undefined && char >= '0' && char <= '9';

class PatternReader {
  readonly #source: string;
  readonly #groupNames = new Map<string, number>();
  #flags: Flags;
  #at = 0;
  #groupCount = 0;
  #depth = 0;
  constructor(source: string, flags: string) {
    this.#source = source;
    this.#flags = {
      ignoreCase: false,
      comments: false,
      multiline: false,
      dotAll: false,
      unixLines: false,
      unicodeCase: false,
      unicodeClasses: false,
    };
    for (const letter of flags) this.#setFlag(letter, true);
  }

  read(): ParsedPattern {
    const node = this.#choice();
    if (this.#at < this.#source.length) throw this.#error("Unmatched closing ')'");
    return { node, groupCount: this.#groupCount, groupNames: this.#groupNames };
  }

  #error(message: string): PatternSyntaxError {
    return new PatternSyntaxError(message, this.#source, this.#at);
  }

  #setFlag(letter: string, on: boolean): void {
    const flag = Object.hasOwn(flagOf, letter) ? flagOf[letter] : undefined;
    if (flag === undefined) throw this.#error('Unknown inline modifier');
    this.#flags = { ...this.#flags, [flag]: on };
    if (flag === 'unicodeClasses' && on) this.#flags = { ...this.#flags, unicodeCase: true };
  }

  get #caseRule(): CaseRule {
    if (!this.#flags.ignoreCase) return 'exact';
    return this.#flags.unicodeCase ? 'unicode' : 'ascii';
  }

  /** The next character that counts; blanks and comments do not when the pattern says so. */
  #peek(): string | undefined {
    if (this.#flags.comments) {
      for (;;) {
        const char = this.#source[this.#at];
        if (char !== undefined && ' \t\n\v\f\r'.includes(char)) this.#at++;
        else if (char === '#') {
          while (this.#at < this.#source.length && !'\n\r\u0085\u2028\u2029'.includes(this.#source[this.#at]!))
            this.#at++;
        } else break;
      }
    }
    return this.#source[this.#at];
  }

  #choice(): Node {
    if (++this.#depth > nestingMax) throw this.#error(`Groups are nested more than ${nestingMax} deep`);
    const nodes = [this.#sequence()];
    while (this.#peek() === '|') {
      this.#at++;
      nodes.push(this.#sequence());
    }
    this.#depth--;
    return nodes.length === 1 ? nodes[0]! : { kind: 'choice', nodes };
  }

  #sequence(): Node {
    const nodes: Node[] = [];
    for (;;) {
      const char = this.#peek();
      if (char === undefined || char === '|' || char === ')') return sequence(nodes);
      const atom = this.#atom(char);
      if (atom !== undefined) nodes.push(this.#quantified(atom));
    }
  }

  /** Undefined for what matches nothing by itself: `(?i)`, an empty `\Q\E`. */
  #atom(char: string): Node | undefined {
    switch (char) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'set', set: this.#class() };
      case '\\':
        return this.#escape();
      case '.':
        this.#at++;
        return { kind: 'set', set: this.#dot() };
      case '^':
        this.#at++;
        return { kind: 'place', place: this.#flags.multiline ? 'lineStart' : 'start' };
      case '$':
        this.#at++;
        return { kind: 'place', place: this.#flags.multiline ? 'lineEnd' : 'lastLineEnd' };
      case '*':
      case '+':
      case '?':
        throw this.#error(`Dangling meta character '${char}'`);
      case '{':
        // Where there is nothing to repeat, Java repeats nothing.
        this.#counts();
        this.#mode();
        return undefined;
      default:
        return this.#literal(this.#codePoint());
    }
  }

  #dot(): CharacterSet {
    if (this.#flags.dotAll) return everything;
    return complement(this.#flags.unixLines ? newline : lineTerminators);
  }

  #codePoint(): number {
    const codePoint = this.#source.codePointAt(this.#at);
    if (codePoint === undefined) throw this.#error('Unexpected end of pattern');
    this.#at += codePoint > 0xffff ? 2 : 1;
    return codePoint;
  }

  #literal(codePoint: number): Node {
    return { kind: 'set', set: withCase(range(codePoint, codePoint), this.#caseRule) };
  }

  #quantified(node: Node): Node {
    const char = this.#peek();
    let min: number;
    let max: number;
    if (char === '*' || char === '+' || char === '?') {
      this.#at++;
      min = char === '+' ? 1 : 0;
      max = char === '?' ? 1 : Number.POSITIVE_INFINITY;
    } else if (char === '{') {
      ({ min, max } = this.#counts());
    } else {
      return node;
    }
    return { kind: 'repeat', node, min, max, mode: this.#mode() };
  }

  #mode(): 'greedy' | 'lazy' | 'possessive' {
    const suffix = this.#source[this.#at];
    const mode = suffix === '?' ? 'lazy' : suffix === '+' ? 'possessive' : 'greedy';
    if (mode !== 'greedy') this.#at++;
    return mode;
  }

  /** `{2}`, `{2,}`, `{2,3}` */
  #counts(): { min: number; max: number } {
    const counts = /\{([0-9]{1,10})(?:(,)([0-9]{0,10}))?\}/y;
    counts.lastIndex = this.#at;
    const found = counts.exec(this.#source);
    if (found === null) throw this.#error('Illegal repetition');
    const min = Number(found[1]);
    const max = found[2] === undefined ? min : found[3] === '' ? Number.POSITIVE_INFINITY : Number(found[3]);
    if (max < min || min > 2_147_483_647) throw this.#error('Illegal repetition range');
    this.#at = counts.lastIndex;
    return { min, max };
  }

  #group(): Node | undefined {
    this.#at++;
    if (this.#source[this.#at] !== '?') {
      const index = ++this.#groupCount;
      return { kind: 'group', node: this.#closed(), index };
    }
    this.#at++;
    const rest = this.#source.slice(this.#at, this.#at + 2);
    switch (rest[0]) {
      case ':':
        this.#at++;
        return { kind: 'group', node: this.#closed(), index: undefined };
      case '=':
      case '!':
        this.#at++;
        return { kind: 'look', node: this.#closed(), behind: false, negated: rest[0] === '!' };
      case '>':
        this.#at++;
        return { kind: 'atomic', node: this.#closed() };
      case '<': {
        this.#at++;
        if (rest[1] === '=' || rest[1] === '!') {
          this.#at++;
          return { kind: 'look', node: this.#closed(), behind: true, negated: rest[1] === '!' };
        }
        const name = this.#groupName();
        if (this.#groupNames.has(name)) throw this.#error(`Named capturing group <${name}> is already defined`);
        const index = ++this.#groupCount;
        this.#groupNames.set(name, index);
        return { kind: 'group', node: this.#closed(), index };
      }
      default:
        return this.#flagGroup();
    }
  }

  /** The inside of a group, and its closing parenthesis; flags that it sets end with it. */
  #closed(): Node {
    const before = this.#flags;
    const node = this.#choice();
    if (this.#peek() !== ')') throw this.#error('Unclosed group');
    this.#at++;
    this.#flags = before;
    return node;
  }

  #groupName(): string {
    const name = /[A-Za-z][A-Za-z0-9]*>/y;
    name.lastIndex = this.#at;
    const found = name.exec(this.#source);
    if (found === null) throw this.#error('A group name begins with a letter and ends with >');
    this.#at = name.lastIndex;
    return found[0].slice(0, -1);
  }

  /** `(?i)` for the rest of the group around it, `(?i:…)` for its own. */
  #flagGroup(): Node | undefined {
    const before = this.#flags;
    let on = true;
    for (;;) {
      const char = this.#source[this.#at];
      if (char === undefined) throw this.#error('Unknown inline modifier');
      this.#at++;
      if (char === '-') on = false;
      else if (char === ')') return undefined;
      else if (char === ':') {
        const node = this.#closed();
        this.#flags = before;
        return { kind: 'group', node, index: undefined };
      } else if (flagLetters.includes(char)) this.#setFlag(char, on);
      else throw this.#error('Unknown inline modifier');
    }
  }

  #escape(): Node | undefined {
    this.#at++;
    const char = this.#source[this.#at];
    if (char === undefined) throw this.#error('Unexpected internal error: a pattern can not end with a backslash');
    const place = Object.hasOwn(places, char) ? places[char] : undefined;
    if (place !== undefined) {
      this.#at++;
      return { kind: 'place', place };
    }
    if (char === 'Q') return this.#quotation();
    if (char === 'R') {
      this.#at++;
      return linebreak;
    }
    if (char === 'k') return this.#namedReference();
    if (char >= '1' && char <= '9') return this.#numberedReference();
    const set = this.#escapedSet();
    return { kind: 'set', set };
  }

  /** What a backslash stands for inside and outside of classes; the position is behind the backslash. */
  #escapedSet(): CharacterSet {
    const letter = this.#source[this.#at]!;
    if (letter === 'p' || letter === 'P') return this.#propertySet();
    const set = shorthand(letter, this.#flags.unicodeClasses);
    if (set !== undefined) {
      this.#at++;
      return set;
    }
    return this.#literalSet(this.#escapedCharacter());
  }

  #literalSet(codePoint: number): CharacterSet {
    return withCase(range(codePoint, codePoint), this.#caseRule);
  }

  #propertySet(): CharacterSet {
    const negated = this.#source[this.#at] === 'P';
    const name = /[pP](?:\{([^}]+)\}|([A-Z]))/y;
    name.lastIndex = this.#at;
    const found = name.exec(this.#source);
    if (found === null) throw this.#error('Unclosed character family');
    const set = property(found[1] ?? found[2]!, this.#flags.unicodeClasses);
    if (set === undefined) throw this.#error(`Unknown character property name {${found[1] ?? found[2]}}`);
    this.#at = name.lastIndex;
    // Cases count for \p{Lower} and \p{Upper} only, which then are both.
    const cased = this.#flags.ignoreCase ? withCase(set, this.#caseRule) : set;
    return negated ? complement(cased) : cased;
  }

  #escapedCharacter(): number {
    const letter = this.#source[this.#at]!;
    const simple = 'tnrfae'.indexOf(letter);
    if (simple !== -1) {
      this.#at++;
      return '\t\n\r\f\x07\x1b'.charCodeAt(simple);
    }
    const code = (expression: RegExp, radix: number): number => {
      expression.lastIndex = this.#at;
      const found = expression.exec(this.#source);
      if (found === null) throw this.#error(`Illegal escape sequence \\${letter}`);
      const value = Number.parseInt(found[1] ?? found[2] ?? '', radix);
      if (value > 0x10ffff) throw this.#error('Character is out of range');
      this.#at = expression.lastIndex;
      return value;
    };
    switch (letter) {
      case 'x':
        return code(/x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,8})\})/y, 16);
      case 'u': {
        const unit = code(/u([0-9a-fA-F]{4})/y, 16);
        if (unit < 0xd800 || unit > 0xdbff) return unit;
        const low = /\\u([dD][c-fC-F][0-9a-fA-F]{2})/y;
        low.lastIndex = this.#at;
        const found = low.exec(this.#source);
        if (found === null) return unit;
        this.#at = low.lastIndex;
        return ((unit - 0xd800) << 10) + (Number.parseInt(found[1]!, 16) - 0xdc00) + 0x10000;
      }
      case '0':
        return code(/0([0-3][0-7]{2}|[0-7]{1,2})/y, 8);
      case 'c': {
        this.#at++;
        return this.#codePoint() ^ 0x40;
      }
      default:
        if (/[A-Za-z]/.test(letter)) throw this.#error('Illegal/unsupported escape sequence');
        return this.#codePoint();
    }
  }

  /** `\Q…\E`: every character for itself. */
  #quotation(): Node | undefined {
    const start = this.#at + 1;
    const end = this.#source.indexOf('\\E', start);
    const text = this.#source.slice(start, end === -1 ? undefined : end);
    this.#at = end === -1 ? this.#source.length : end + 2;
    const nodes = [...text].map((char) => this.#literal(char.codePointAt(0)!));
    const last = nodes.pop();
    if (last === undefined) return undefined;
    // A quantifier behind the quotation belongs to its last character.
    return nodes.length === 0 ? last : sequence([...nodes, this.#quantified(last)]);
  }

  #namedReference(): Node {
    this.#at++;
    if (this.#source[this.#at] !== '<') throw this.#error("\\k is not followed by '<' for named capturing group");
    this.#at++;
    const name = this.#groupName();
    const group = this.#groupNames.get(name);
    if (group === undefined) throw this.#error(`named capturing group <${name}> does not exist`);
    return { kind: 'reference', group, rule: this.#caseRule };
  }

  /** As many digits as make the number of a group that there is so far; the first one always counts. A group that
   * does not exist matches nothing. */
  #numberedReference(): Node {
    let group = Number(this.#source[this.#at++]);
    while (isDigit(this.#source[this.#at]) && group * 10 + Number(this.#source[this.#at]) <= this.#groupCount) {
      group = group * 10 + Number(this.#source[this.#at++]);
    }
    return { kind: 'reference', group, rule: this.#caseRule };
  }

  /** `[a-z&&[^aeiou]]`; the position is at the opening bracket. */
  #class(): CharacterSet {
    if (++this.#depth > nestingMax) throw this.#error(`Classes are nested more than ${nestingMax} deep`);
    this.#at++;
    const negated = this.#source[this.#at] === '^';
    if (negated) this.#at++;
    const operands: CharacterSet[] = [];
    let items: CharacterSet[] = [];
    for (;;) {
      const char = this.#peek();
      if (char === undefined) throw this.#error('Unclosed character class');
      if (char === ']' && (items.length > 0 || operands.length > 0)) {
        this.#at++;
        break;
      }
      if (char === '&' && this.#source[this.#at + 1] === '&') {
        this.#at += 2;
        if (items.length > 0) operands.push(union(items));
        items = [];
      } else if (char === '[') items.push({ ...bracketless(this.#class()) });
      else items.push(this.#classItem());
    }
    if (items.length > 0) operands.push(union(items));
    this.#depth--;
    const set = intersection(operands);
    return negated ? complement(set) : set;
  }

  #classItem(): CharacterSet {
    let first: number;
    if (this.#source[this.#at] === '\\') {
      this.#at++;
      const letter = this.#source[this.#at];
      if (letter === undefined) throw this.#error('Unclosed character class');
      if (letter === 'Q') return this.#classQuotation();
      if (letter === 'p' || letter === 'P' || shorthand(letter, false) !== undefined) return this.#escapedSet();
      first = this.#escapedCharacter();
    } else {
      first = this.#codePoint();
    }
    const next = this.#source[this.#at + 1];
    if (this.#peek() !== '-' || next === undefined || next === ']' || next === '[') return this.#literalSet(first);
    this.#at++;
    let last: number;
    if (this.#peek() === '\\') {
      this.#at++;
      last = this.#escapedCharacter();
    } else {
      last = this.#codePoint();
    }
    if (last < first) throw this.#error('Illegal character range');
    return withCase(range(first, last), this.#caseRule);
  }

  #classQuotation(): CharacterSet {
    const start = this.#at + 1;
    const end = this.#source.indexOf('\\E', start);
    if (end === -1) throw this.#error('Unclosed character class');
    this.#at = end + 2;
    const chars = [...this.#source.slice(start, end)];
    return union(chars.length === 0 ? [nothing] : chars.map((char) => this.#literalSet(char.codePointAt(0)!)));
  }
}

/** A set as an operand of a class: nested in brackets of its own. */
const bracketless = (set: CharacterSet): CharacterSet => ({
  has: set.has,
  source: set.source === undefined ? undefined : `[${set.source}]`,
});

const nothing: CharacterSet = { has: () => false, source: '' };

const places: Readonly<Record<string, Place>> = {
  A: 'start',
  z: 'end',
  Z: 'lastLineEnd',
  b: 'wordBoundary',
  B: 'noWordBoundary',
  G: 'searchStart',
};

/** `\R`: a line break, `\r\n` as one. */
const linebreak: Node = {
  kind: 'atomic',
  node: {
    kind: 'choice',
    nodes: [
      {
        kind: 'sequence',
        nodes: [
          { kind: 'set', set: range(0x0d, 0x0d) },
          { kind: 'set', set: range(0x0a, 0x0a) },
        ],
      },
      { kind: 'set', set: union([range(0x0a, 0x0d), range(0x85, 0x85), range(0x2028, 0x2029)]) },
    ],
  },
};
