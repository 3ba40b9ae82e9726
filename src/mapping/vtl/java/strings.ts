/**
 * `java.lang.String`. Positions are UTF-16 units in both languages.
 */
import { JavaException } from '../errors.ts';
import { characterOf, isWhitespace } from './characters.ts';
import { format } from './format.ts';
import {
  BOOLEAN,
  CHARACTER,
  COLLECTION,
  INT,
  type MethodTable,
  method,
  OBJECT,
  type Parameter,
  type Row,
  statically,
  TEXT,
  tableOf,
  variadic,
} from './methods.ts';
import { JavaNumber } from './numbers.ts';
import { matches, replaceAll, replaceFirst, split } from './patterns.ts';
import type { Rendering } from './rendering.ts';
import { type Character, type JavaArray, javaArrayOf, textOf } from './values.ts';

const outOfRange = (message: string): JavaException =>
  new JavaException('java.lang.StringIndexOutOfBoundsException', message);

function charAt(text: string, at: number): Character {
  if (at < 0 || at >= text.length) throw outOfRange(`index ${at}, length ${text.length}`);
  return characterOf(text[at]!);
}

function substring(text: string, begin: number, end: number): string {
  if (begin < 0 || end > text.length || begin > end)
    throw outOfRange(`begin ${begin}, end ${end}, length ${text.length}`);
  return text.slice(begin, end);
}

/** Replaces every occurrence, not a pattern; how long the result gets is known before it is made. */
function replace(rendering: Rendering, text: string, target: string, replacement: string): string {
  if (replacement.length > target.length && text.length > 0) {
    let count = 0;
    const growth = replacement.length - target.length;
    for (let at = text.indexOf(target); at !== -1; at = text.indexOf(target, at + Math.max(1, target.length))) {
      count++;
      if (text.length + count * growth > rendering.outputMax) throw rendering.tooLong();
      if (at >= text.length) break;
    }
  }
  return rendering.sized(text.replaceAll(target, () => replacement));
}

function repeated(rendering: Rendering, text: string, count: number): string {
  if (count < 0) throw new JavaException('java.lang.IllegalArgumentException', `count is negative: ${count}`);
  if (text.length * count > rendering.outputMax) throw rendering.tooLong();
  return rendering.sized(text.repeat(count));
}

function compare(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = a.charCodeAt(i) - b.charCodeAt(i);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Java compares character by character: first in upper case, then that in lower case. */
function folded(rendering: Rendering, text: string): string {
  if (!/[^ -~]/.test(text)) return text.toLowerCase();
  rendering.spend(text.length);
  let out = '';
  for (const char of text) {
    const upper = char.toUpperCase();
    const single = upper.length === char.length ? upper : char;
    const lower = single.toLowerCase();
    out += lower.length === single.length ? lower : single;
  }
  return out;
}

const equalsIgnoreCase = (rendering: Rendering, a: string, b: string): boolean =>
  a.length === b.length && folded(rendering, a) === folded(rendering, b);

function regionMatches(
  rendering: Rendering,
  ignoreCase: boolean,
  text: string,
  at: number,
  other: string,
  otherAt: number,
  length: number,
): boolean {
  if (at < 0 || otherAt < 0 || at > text.length - length || otherAt > other.length - length) return false;
  const [a, b] = [text.slice(at, at + length), other.slice(otherAt, otherAt + length)];
  return ignoreCase ? folded(rendering, a) === folded(rendering, b) : a === b;
}

const lastIndexOf = (text: string, part: string, from: number): number =>
  from < 0 ? -1 : text.lastIndexOf(part, from);

const codePointText = (code: number): string =>
  code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\0\0none';

/** Without the blanks at either end: `trim` goes by character codes, `strip` by what Unicode calls white space. */
function stripped(text: string, isBlank: (char: string) => boolean, ends: 'both' | 'leading' | 'trailing'): string {
  let from = 0;
  let to = text.length;
  if (ends !== 'trailing') while (from < to && isBlank(text[from]!)) from++;
  if (ends !== 'leading') while (to > from && isBlank(text[to - 1]!)) to--;
  return text.slice(from, to);
}

const upToSpace = (char: string): boolean => char <= ' ';

function indented(text: string, by: number): string {
  if (text === '') return '';
  const lines = text.split(/\r\n|\r|\n/);
  if (/[\r\n]$/.test(text)) lines.pop();
  const change = (line: string): string => {
    if (by >= 0) return ' '.repeat(by) + line;
    let cut = 0;
    while (cut < -by && cut < line.length && isWhitespace(line[cut]!)) cut++;
    return line.slice(cut);
  };
  return `${lines.map(change).join('\n')}\n`;
}

const linesOf = (text: string): string[] => {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
};

function bytesOf(rendering: Rendering, text: string): JavaArray {
  const bytes = Buffer.from(text, 'utf8');
  rendering.spend(bytes.length);
  return javaArrayOf(
    Array.from(bytes, (byte) => new JavaNumber('Byte', (byte << 24) >> 24)),
    'B',
  );
}

const text = (name: string, change: (text: string) => unknown): Row =>
  method(TEXT, name, [], (_, self) => change(self));

/** @param streamOf makes a stream; streams know more tables than this one */
export const stringMethods = (
  streamOf: (items: readonly unknown[], kind: 'Stream' | 'IntStream') => unknown,
): MethodTable =>
  tableOf([
    text('length', (self) => self.length),
    text('isEmpty', (self) => self === ''),
    text('isBlank', (self) => stripped(self, isWhitespace, 'leading') === ''),
    text('trim', (self) => stripped(self, upToSpace, 'both')),
    text('strip', (self) => stripped(self, isWhitespace, 'both')),
    text('stripLeading', (self) => stripped(self, isWhitespace, 'leading')),
    text('stripTrailing', (self) => stripped(self, isWhitespace, 'trailing')),
    text('toUpperCase', (self) => self.toUpperCase()),
    text('toLowerCase', (self) => self.toLowerCase()),
    text('intern', (self) => self),
    method(TEXT, 'charAt', [INT], (_, self, at) => charAt(self, at)),
    method(TEXT, 'codePointAt', [INT], (_, self, at) => charAt(self, at) && self.codePointAt(at)),
    method(TEXT, 'codePointBefore', [INT], (_, self, at) => {
      const low = charAt(self, at - 1).char;
      const isPair = /^[\udc00-\udfff]$/.test(low) && /^[\ud800-\udbff]$/.test(self[at - 2] ?? '');
      return self.codePointAt(isPair ? at - 2 : at - 1);
    }),
    method(TEXT, 'codePointCount', [INT, INT], (_, self, begin, end) => Array.from(substring(self, begin, end)).length),
    method(TEXT, 'substring', [INT], (_, self, begin) => substring(self, begin, self.length)),
    method(TEXT, 'substring', [INT, INT], (_, self, begin, end) => substring(self, begin, end)),
    method(TEXT, 'subSequence', [INT, INT], (_, self, begin, end) => substring(self, begin, end)),
    method(TEXT, 'indexOf', [TEXT], (_, self, part) => self.indexOf(part)),
    method(TEXT, 'indexOf', [INT], (_, self, code) => self.indexOf(codePointText(code))),
    method(TEXT, 'indexOf', [TEXT, INT], (_, self, part, from) => self.indexOf(part, from)),
    method(TEXT, 'indexOf', [INT, INT], (_, self, code, from) => self.indexOf(codePointText(code), from)),
    method(TEXT, 'lastIndexOf', [TEXT], (_, self, part) => self.lastIndexOf(part)),
    method(TEXT, 'lastIndexOf', [INT], (_, self, code) => self.lastIndexOf(codePointText(code))),
    method(TEXT, 'lastIndexOf', [TEXT, INT], (_, self, part, from) => lastIndexOf(self, part, from)),
    method(TEXT, 'lastIndexOf', [INT, INT], (_, self, code, from) => lastIndexOf(self, codePointText(code), from)),
    method(TEXT, 'contains', [TEXT], (_, self, part) => self.includes(part)),
    method(TEXT, 'startsWith', [TEXT], (_, self, part) => self.startsWith(part)),
    method(
      TEXT,
      'startsWith',
      [TEXT, INT],
      (_, self, part, from) => from >= 0 && from <= self.length && self.startsWith(part, from),
    ),
    method(TEXT, 'endsWith', [TEXT], (_, self, part) => self.endsWith(part)),
    method(TEXT, 'equalsIgnoreCase', [TEXT], (rendering, self, other) => equalsIgnoreCase(rendering, self, other)),
    method(TEXT, 'contentEquals', [TEXT], (_, self, other) => self === other),
    method(TEXT, 'compareTo', [TEXT], (_, self, other) => compare(self, other)),
    method(TEXT, 'compareTo', [OBJECT], () => {
      throw new JavaException('java.lang.ClassCastException', 'the argument of compareTo is not a java.lang.String');
    }),
    method(TEXT, 'compareToIgnoreCase', [TEXT], (rendering, self, other) =>
      compare(folded(rendering, self), folded(rendering, other)),
    ),
    method(TEXT, 'regionMatches', [INT, TEXT, INT, INT], (rendering, self, at, other, otherAt, length) =>
      regionMatches(rendering, false, self, at, other, otherAt, length),
    ),
    method(
      TEXT,
      'regionMatches',
      [BOOLEAN, INT, TEXT, INT, INT],
      (rendering, self, ignoreCase, at, other, otherAt, length) =>
        regionMatches(rendering, ignoreCase, self, at, other, otherAt, length),
    ),
    method(TEXT, 'concat', [TEXT], (rendering, self, other) => rendering.sized(self + other)),
    method(TEXT, 'repeat', [INT], (rendering, self, count) => repeated(rendering, self, count)),
    method(TEXT, 'indent', [INT], (rendering, self, by) => {
      if (by > 1000) throw rendering.tooLong();
      return rendering.sized(indented(self, by));
    }),
    method(TEXT, 'replace', [TEXT, TEXT], (rendering, self, target, replacement) =>
      replace(rendering, self, target, replacement),
    ),
    method(TEXT, 'replace', [CHARACTER, CHARACTER], (_, self, a, b) => self.replaceAll(a.char, () => b.char)),
    method(TEXT, 'replaceAll', [TEXT, TEXT], (rendering, self, pattern, replacement) =>
      replaceAll(rendering, self, pattern, replacement),
    ),
    method(TEXT, 'replaceFirst', [TEXT, TEXT], (rendering, self, pattern, replacement) =>
      replaceFirst(rendering, self, pattern, replacement),
    ),
    method(TEXT, 'matches', [TEXT], (rendering, self, pattern) => matches(rendering, self, pattern)),
    method(TEXT, 'split', [TEXT], (rendering, self, pattern) => javaArrayOf(split(rendering, self, pattern, 0))),
    method(TEXT, 'split', [TEXT, INT], (rendering, self, pattern, limit) =>
      javaArrayOf(split(rendering, self, pattern, limit)),
    ),
    method(TEXT, 'toCharArray', [], (rendering, self) => {
      rendering.spend(self.length);
      return javaArrayOf(
        Array.from({ length: self.length }, (_, i) => characterOf(self[i]!)),
        'C',
      );
    }),
    method(TEXT, 'getBytes', [], (rendering, self) => bytesOf(rendering, self)),
    method(TEXT, 'getBytes', [TEXT], (rendering, self, charset) => {
      if (!/^utf-?8$/i.test(charset)) throw new JavaException('java.io.UnsupportedEncodingException', charset);
      return bytesOf(rendering, self);
    }),
    method(TEXT, 'lines', [], (rendering, self) => {
      rendering.spend(self.length >> 3);
      return streamOf(linesOf(self), 'Stream');
    }),
    method(TEXT, 'chars', [], (rendering, self) => {
      rendering.spend(self.length);
      return streamOf(
        Array.from({ length: self.length }, (_, i) => self.charCodeAt(i)),
        'IntStream',
      );
    }),
    method(TEXT, 'codePoints', [], (rendering, self) => {
      rendering.spend(self.length);
      return streamOf(
        Array.from(self, (char) => char.codePointAt(0)),
        'IntStream',
      );
    }),
    variadic(TEXT, 'formatted', [], OBJECT, (rendering, self, args) => format(rendering, self, args)),
    formatting,
    statically('join', [TEXT, COLLECTION], (rendering, separator, parts) =>
      rendering.sized(parts.map((part) => textOf(rendering, part)).join(separator)),
    ),
    variadicStatic('join', TEXT, (rendering, separator, parts) =>
      rendering.sized(parts.map((part) => textOf(rendering, part)).join(separator)),
    ),
    statically('valueOf', [OBJECT], (rendering, value) => textOf(rendering, value)),
    statically('compare', [TEXT, TEXT], (_, a, b) => compare(a, b)),
    statically('copyValueOf', [COLLECTION], (rendering, chars) =>
      rendering.sized(chars.map((char) => textOf(rendering, char)).join('')),
    ),
  ]);

/** `String.format`: static, and with any number of values. */
const formatting: Row = variadicStatic('format', OBJECT, format);

function variadicStatic(
  name: string,
  rest: Parameter<unknown>,
  body: (rendering: Rendering, first: string, rest: readonly unknown[]) => unknown,
): Row {
  return [
    name,
    {
      parameters: [TEXT, rest],
      variadic: true,
      isStatic: true,
      takesAnything: false,
      run: (rendering, _, args) => body(rendering, TEXT.read(args[0]), args.slice(1)),
    },
  ];
}
