/**
 * A position in the text of a path. Its end may lie before the end of the text: blanks behind the end are not part of
 * the path, yet reading one character past the end sees them, as Jayway's reader does; where that decides whether a
 * path is accepted, it is kept.
 */
import { invalidPath, JsonPathError } from './errors.ts';

export class Cursor {
  readonly text: string;
  position: number;
  /** Index of the last character that belongs to the path. */
  last: number;

  constructor(text: string) {
    this.text = text;
    this.position = 0;
    this.last = text.length - 1;
  }

  charAt(index: number): string {
    const char = this.text[index];
    if (char === undefined) throw invalidPath(`Unexpected end of path at position ${index} in ${this.text}`);
    return char;
  }

  get current(): string {
    return this.charAt(this.position);
  }

  inBounds(index = this.position): boolean {
    return index >= 0 && index <= this.last;
  }

  atTail(): boolean {
    return this.position >= this.last;
  }

  skipBlanks(): this {
    while (this.position < this.last && this.current === ' ') this.position++;
    return this;
  }

  trim(): this {
    this.skipBlanks();
    while (this.position < this.last && this.charAt(this.last) === ' ') this.last--;
    return this;
  }

  /** Index of the first character after `from` that is not a blank; may lie past the end. */
  indexAfterBlanks(from: number): number {
    let index = from + 1;
    while (this.inBounds(index) && this.text[index] === ' ') index++;
    return index;
  }

  /** The first character after `from` that is not a blank; a blank when there is none. */
  nextSignificant(from = this.position): string {
    const index = this.indexAfterBlanks(from);
    return this.inBounds(index) ? this.charAt(index) : ' ';
  }

  /** Index of the last character before the position that is not a blank; -1 when there is none. */
  indexBeforeBlanks(): number {
    let index = this.position - 1;
    while (this.inBounds(index) && this.text[index] === ' ') index--;
    return this.inBounds(index) ? index : -1;
  }

  /** Index of the next `char` after `from` that no backslash precedes; -1 when there is none. */
  indexOfUnescaped(from: number, char: string): number {
    for (let index = from + 1; this.inBounds(index); index++) {
      if (this.text[index] === '\\') index++;
      else if (this.text[index] === char) return index;
    }
    return -1;
  }

  /** Index of the bracket that closes the one at `from`; strings, and regular expressions when asked, are skipped. */
  indexOfClosing(from: number, open: string, close: string, skipPatterns: boolean): number {
    let opened = 1;
    let index = from + 1;
    while (this.inBounds(index)) {
      for (const quotes of skipPatterns ? ['\'"', '/'] : ['\'"']) {
        const char = this.charAt(index);
        if (!quotes.includes(char)) continue;
        index = this.indexOfUnescaped(index, char);
        if (index === -1) throw invalidPath(`Could not find matching close for ${char} in ${this.text}`);
        index++;
      }
      const char = this.charAt(index);
      if (char === open) opened++;
      else if (char === close && --opened === 0) return index;
      index++;
    }
    return -1;
  }
}

/** What a path or a string literal in it says with backslashes. */
export function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char !== '\\') {
      out += char;
      continue;
    }
    const next = text[++i];
    if (next === undefined) out += '\\';
    else if (next === 'u') {
      const hex = text.slice(i + 1, i + 5);
      // A sequence that the text cuts short is dropped, as Jayway drops it.
      if (hex.length < 4) return out;
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) {
        throw new JsonPathError('JsonPathException', `Unable to parse unicode value: ${hex}`);
      }
      out += String.fromCharCode(Number.parseInt(hex, 16));
      i += 4;
    } else out += escapes[next] ?? next;
  }
  return out;
}

const escapes: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
});
