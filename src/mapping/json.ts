/**
 * JSON as API Gateway's templates see it: 1500.0 is not 1500, large numbers keep all their digits, members keep their
 * order even when their names are numbers. Most texts have nothing of the kind and go through JSON.parse; the others
 * are read by a reader of our own. What is not strict JSON is read as json-smart would, leniently.
 */
import { JsonPathError } from './jsonpath/errors.ts';
import { parseLenientJson } from './jsonpath/lenient-json.ts';
import { UnreadableBody } from './vtl/errors.ts';
import { Decimal, double, doubleText, type JavaNumeric, wholeNumber } from './vtl/java/numbers.ts';
import { type Rendering, valueDepthMax } from './vtl/java/rendering.ts';
import { jsonString, keepOrder, writeJson } from './vtl/java/values.ts';

export interface JsonDocument {
  readonly value: unknown;
  /** True when JSON.stringify writes the value as Java would. */
  readonly ordinary: boolean;
}

/**
 * Numbers that JavaScript does not keep or write as Java does (2.0, 1e3, more than 15 digits, 0.0001, 12345678.5), and
 * members that it would sort to the front. Some texts that look like such numbers are caught as well.
 */
const extraordinary =
  /(?:^|[:,[\s])-?(?:\d+\.0+(?!\d)|\d+(?:\.\d+)?[eE]|\d[\d.]{15}|0\.000|\d{8,}\.)|"(?:0|[1-9]\d{0,9})"\s*:/;

/** Reading leniently is slow. */
const lenientCharactersMax = 1024 * 1024;

/** @throws UnreadableBody when the text is nested too deeply or is no JSON even to a lenient reader */
export function parseJson(text: string): JsonDocument {
  checkDepth(text);
  try {
    if (!extraordinary.test(text)) return { value: JSON.parse(text), ordinary: true };
    return { value: new ExactReader(text).read(), ordinary: false };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    if (text.length > lenientCharactersMax) {
      if (!/^\s*[[{]/.test(text)) return { value: text, ordinary: true };
      throw new UnreadableBody(error.message);
    }
    try {
      return { value: parseLenientJson(text), ordinary: false };
    } catch (lenient) {
      if (lenient instanceof JsonPathError) throw new UnreadableBody(error.message);
      throw lenient;
    }
  }
}

/** Brackets in texts do not count; a text without enough of them is not looked at. */
function checkDepth(text: string): void {
  if (text.length <= 2 * valueDepthMax) return;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      do {
        i = text.indexOf('"', i + 1);
        if (i === -1) return;
      } while (isEscaped(text, i));
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > valueDepthMax) throw new UnreadableBody(`JSON that is nested deeper than ${valueDepthMax}`);
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
}

/** Whether an odd number of backslashes stands before a quote. */
function isEscaped(text: string, quote: number): boolean {
  let at = quote - 1;
  while (text.charCodeAt(at) === 0x5c) at--;
  return (quote - at) % 2 === 0;
}

const digitsMax = 1000;

/** A strict reader; refuses with a SyntaxError what JSON.parse refuses. */
class ExactReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): unknown {
    const value = this.#value();
    this.#blanks();
    if (this.#at < this.#text.length) throw this.#unexpected();
    return value;
  }

  #unexpected(): SyntaxError {
    const char = this.#text[this.#at];
    return new SyntaxError(
      char === undefined ? 'unexpected end of the text' : `unexpected ${JSON.stringify(char)} at position ${this.#at}`,
    );
  }

  #blanks(): number {
    let code = this.#text.charCodeAt(this.#at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = this.#text.charCodeAt(++this.#at);
    return code;
  }

  #value(): unknown {
    switch (this.#blanks()) {
      case 0x7b:
        return this.#object();
      case 0x5b:
        return this.#array();
      case 0x22:
        return this.#string();
      case 0x74:
        return this.#word('true', true);
      case 0x66:
        return this.#word('false', false);
      case 0x6e:
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #word<Value>(word: string, value: Value): Value {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected();
    this.#at += word.length;
    return value;
  }

  #object(): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    let outOfOrder = false;
    const keys: string[] = [];
    this.#at++;
    if (this.#blanks() === 0x7d) {
      this.#at++;
      return out;
    }
    for (;;) {
      if (this.#blanks() !== 0x22) throw this.#unexpected();
      const key = this.#string();
      if (this.#blanks() !== 0x3a) throw this.#unexpected();
      this.#at++;
      const value = this.#value();
      if (!Object.hasOwn(out, key)) {
        keys.push(key);
        outOfOrder ||= /^(?:0|[1-9]\d{0,9})$/.test(key);
      }
      if (key === '__proto__')
        Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true });
      else out[key] = value;
      const code = this.#blanks();
      this.#at++;
      if (code === 0x7d) break;
      if (code !== 0x2c) {
        this.#at--;
        throw this.#unexpected();
      }
    }
    if (outOfOrder) keepOrder(out, keys);
    return out;
  }

  #array(): unknown[] {
    const out: unknown[] = [];
    this.#at++;
    if (this.#blanks() === 0x5d) {
      this.#at++;
      return out;
    }
    for (;;) {
      out.push(this.#value());
      const code = this.#blanks();
      this.#at++;
      if (code === 0x5d) return out;
      if (code !== 0x2c) {
        this.#at--;
        throw this.#unexpected();
      }
    }
  }

  #string(): string {
    const start = this.#at;
    let end = start;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end === -1) {
        this.#at = this.#text.length;
        throw this.#unexpected();
      }
    } while (isEscaped(this.#text, end));
    this.#at = end + 1;
    const plain = this.#text.slice(start + 1, end);
    if (!plain.includes('\\')) return plain;
    return JSON.parse(this.#text.slice(start, end + 1)) as string;
  }

  #number(): JavaNumeric {
    numberToken.lastIndex = this.#at;
    const found = numberToken.exec(this.#text);
    if (found === null) throw this.#unexpected();
    this.#at += found[0].length;
    return found[1] === undefined ? wholeOf(found[0]) : realOf(found[0]);
  }
}

const numberToken = /-?(?:0|[1-9]\d*)(\.\d+(?:[eE][-+]?\d+)?|[eE][-+]?\d+)?/y;

function wholeOf(text: string): JavaNumeric {
  if (text.length < 16) return Number(text);
  if (text.length > digitsMax) throw new UnreadableBody(`a number of more than ${digitsMax} digits`);
  return wholeNumber(BigInt(text));
}

/** A Double, or a BigDecimal where a Double would lose digits. */
function realOf(text: string): JavaNumeric {
  const number = Number(text);
  if (text.length > 18 && doubleText(number) !== text) {
    const found = /^(-?\d+)\.?(\d*)(?:[eE]([-+]?\d+))?$/.exec(text);
    const [, whole = '', fraction = '', exponent = '0'] = found ?? [];
    const scale = fraction.length - Number(exponent);
    if (text.length > digitsMax || Math.abs(scale) > digitsMax) return double(number);
    return new Decimal(BigInt(whole + fraction), scale);
  }
  return double(number);
}

/** Characters that json-smart escapes and JSON.stringify does not. */
const unescaped = /[\u007f-\u009f\u2000-\u20ff]/;

/** @param ordinary whether the value is as JSON.parse gave it */
export function stringifyJson(value: unknown, ordinary: boolean, rendering: Rendering): string {
  if (typeof value === 'string') return rendering.sized(jsonString(value));
  if (!ordinary) return rendering.sized(writeJson(value, { slashes: false, rendering }));
  const text = JSON.stringify(value);
  rendering.sized(text);
  if (!unescaped.test(text)) return text;
  return text.replace(
    /[\u007f-\u009f\u2000-\u20ff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
}
