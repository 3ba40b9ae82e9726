/**
 * Reads the JSON literals inside paths: `['fiction', "a", 1]`, `{a: 1}`. Lenient as Jayway's default parser is: single
 * quotes, bare words, commas too many, and text after the value are accepted.
 */
import { JsonPathError } from './errors.ts';

const nestingMax = 400;

/** @throws JsonPathError of kind `InvalidJsonException` */
export function parseLenientJson(text: string): unknown {
  return new LenientReader(text).read();
}

const invalidJson = (message: string): JsonPathError => new JsonPathError('InvalidJsonException', message);
const isBlank = (char: string | undefined): boolean => char !== undefined && ' \t\r\n\b\f'.includes(char);

class LenientReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): unknown {
    this.#blanks();
    if (this.#at >= this.#text.length) throw invalidJson('Unexpected end of JSON');
    return this.#value('', 0);
  }

  #blanks(): void {
    while (isBlank(this.#text[this.#at])) this.#at++;
  }

  /** @param ends characters that end a bare word here */
  #value(ends: string, depth: number): unknown {
    if (depth > nestingMax) throw invalidJson(`JSON is nested more than ${nestingMax} deep`);
    switch (this.#text[this.#at]) {
      case '[':
        return this.#array(depth);
      case '{':
        return this.#object(depth);
      case '"':
      case "'":
        return this.#quoted();
      default:
        return wordValue(this.#word(ends));
    }
  }

  #array(depth: number): unknown[] {
    const out: unknown[] = [];
    this.#at++;
    for (;;) {
      this.#blanks();
      const char = this.#text[this.#at];
      if (char === undefined) throw invalidJson('Unexpected end of JSON in an array');
      if (char === ']') {
        this.#at++;
        return out;
      }
      if (char === ',') {
        this.#at++;
        continue;
      }
      if (char === ':' || char === '}') throw invalidJson(`Unexpected character ${char} in an array`);
      out.push(this.#value(',]', depth + 1));
    }
  }

  #object(depth: number): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    this.#at++;
    for (;;) {
      this.#blanks();
      const char = this.#text[this.#at];
      if (char === undefined) throw invalidJson('Unexpected end of JSON in an object');
      if (char === '}') {
        this.#at++;
        return out;
      }
      if (char === ',') {
        this.#at++;
        continue;
      }
      const key = char === '"' || char === "'" ? this.#quoted() : this.#word(':,}');
      this.#blanks();
      if (this.#text[this.#at] !== ':') throw invalidJson(`Expected a colon after ${key}`);
      this.#at++;
      this.#blanks();
      if ('},:'.includes(this.#text[this.#at] ?? '}')) throw invalidJson(`Expected a value of ${key}`);
      const value = this.#value(',}', depth + 1);
      Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true });
    }
  }

  #quoted(): string {
    const quote = this.#text[this.#at++];
    let out = '';
    for (;;) {
      const char = this.#text[this.#at++];
      if (char === undefined) throw invalidJson('A string is not closed');
      if (char === quote) return out;
      if (char !== '\\') {
        out += char;
        continue;
      }
      const escaped = this.#text[this.#at++];
      if (escaped === undefined) throw invalidJson('A string is not closed');
      if (escaped === 'u' || escaped === 'x') {
        const length = escaped === 'u' ? 4 : 2;
        const hex = this.#text.slice(this.#at, this.#at + length);
        if (hex.length < length || !/^[0-9a-fA-F]+$/.test(hex))
          throw invalidJson(`Malformed escape \\${escaped}${hex}`);
        out += String.fromCharCode(Number.parseInt(hex, 16));
        this.#at += length;
      } else {
        // An escape that does not exist says nothing.
        const at = `ntrfb'"\\/`.indexOf(escaped);
        if (at !== -1) out += `\n\t\r\f\b'"\\/`[at];
      }
    }
  }

  #word(ends: string): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !ends.includes(this.#text[this.#at]!)) this.#at++;
    return this.#text.slice(start, this.#at).trim();
  }
}

function wordValue(word: string): unknown {
  if (word === 'null') return null;
  if (word === 'true') return true;
  if (word === 'false') return false;
  if (word === 'NaN') return Number.NaN;
  if (/^-?[0-9]+$/.test(word)) {
    const number = Number(word);
    return Number.isSafeInteger(number) ? number : BigInt(word);
  }
  if (/^-?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?$/.test(word) || /^-?[0-9]+\.$/.test(word)) return Number(word);
  return word;
}
