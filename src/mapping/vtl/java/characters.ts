/** `java.lang.Character`, and what Java calls white space. */

import { CHARACTER, INT, type MethodTable, method, statically, tableOf } from './methods.ts';
import { integer } from './numbers.ts';
import { Character } from './values.ts';

/** `Character.isWhitespace`: no-break spaces do not count, the separators among the control characters do. */
export function isWhitespace(char: string): boolean {
  const code = char.charCodeAt(0);
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d) || (code >= 0x1c && code <= 0x1f);
  return /^[\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]$/.test(char);
}

/** How character methods take one: as a Character or as a code point. */
const predicate = (name: string, test: (char: string) => boolean) => [
  statically(name, [CHARACTER], (_, { char }) => test(char)),
  statically(name, [INT], (_, code) => test(codePointText(code))),
];

const codePointText = (code: number): string => (code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '');

const numericValue = (char: string): number => {
  const digit = Number.parseInt(char, 36);
  return Number.isNaN(digit) ? -1 : digit;
};

/** One character in upper or lower case; what would become two stays as it is. */
const cased = (char: string, change: (text: string) => string): string => {
  const changed = change(char);
  return changed.length === char.length ? changed : char;
};

export const characterMethods: MethodTable = tableOf(
  [
    method(CHARACTER, 'charValue', [], (_, self) => self),
    method(CHARACTER, 'compareTo', [CHARACTER], (_, self, other) => self.char.charCodeAt(0) - other.char.charCodeAt(0)),
    statically('toString', [CHARACTER], (_, { char }) => char),
    statically('toString', [INT], (_, code) => codePointText(code)),
    statically('valueOf', [CHARACTER], (_, character) => character),
    statically('hashCode', [CHARACTER], (_, character) => character.hash()),
    statically('compare', [CHARACTER, CHARACTER], (_, a, b) => a.char.charCodeAt(0) - b.char.charCodeAt(0)),
    statically('getNumericValue', [CHARACTER], (_, { char }) => numericValue(char)),
    statically('digit', [CHARACTER, INT], (_, { char }, radix) => {
      const value = numericValue(char);
      return value < radix ? value : -1;
    }),
    statically('toUpperCase', [CHARACTER], (_, { char }) => characterOf(cased(char, (text) => text.toUpperCase()))),
    statically('toLowerCase', [CHARACTER], (_, { char }) => characterOf(cased(char, (text) => text.toLowerCase()))),
    statically('toUpperCase', [INT], (_, code) =>
      integer(cased(codePointText(code), (text) => text.toUpperCase()).codePointAt(0) ?? code),
    ),
    statically('toLowerCase', [INT], (_, code) =>
      integer(cased(codePointText(code), (text) => text.toLowerCase()).codePointAt(0) ?? code),
    ),
  ],
  predicate('isDigit', (char) => /^\p{Nd}$/u.test(char)),
  predicate('isLetter', (char) => /^\p{L}$/u.test(char)),
  predicate('isLetterOrDigit', (char) => /^[\p{L}\p{Nd}]$/u.test(char)),
  predicate('isAlphabetic', (char) => /^\p{Alphabetic}$/u.test(char)),
  predicate('isUpperCase', (char) => /^\p{Uppercase}$/u.test(char)),
  predicate('isLowerCase', (char) => /^\p{Lowercase}$/u.test(char)),
  predicate('isWhitespace', isWhitespace),
  predicate('isSpaceChar', (char) => /^[\p{Z}]$/u.test(char)),
);

export const characterOf = (char: string): Character => new Character(char, characterMethods);
