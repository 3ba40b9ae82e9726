/**
 * Regular expressions as JavaScript reads them (without flag `u`), rewritten to Java's syntax: `pattern` of a JSON
 * schema is ECMA 262, and runs with the same bound on its work as all others.
 */
import { compilePattern, type JavaPattern, PatternSyntaxError } from './index.ts';

/** @throws PatternSyntaxError */
export function compileEcmaPattern(source: string): JavaPattern {
  return compilePattern(new EcmaRewriter(source).rewrite());
}

const whitespace = String.raw`\t\n\x0B\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff`;
const quantifier = /(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??/y;

class EcmaRewriter {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  rewrite(): string {
    let out = '';
    while (this.#at < this.#source.length) {
      const char = this.#source[this.#at]!;
      if (char === '\\') out += this.#escape(false);
      else if (char === '[') out += this.#class();
      else {
        quantifier.lastIndex = this.#at;
        if (quantifier.test(this.#source)) {
          out += this.#source.slice(this.#at, quantifier.lastIndex);
          this.#at = quantifier.lastIndex;
          if ('*+?'.includes(this.#source[this.#at] ?? ' ')) throw this.#error('Nothing to repeat');
          continue;
        }
        if (char === '(' && /^\(\?(?!<?[=!]|:|<[A-Za-z$_])/.test(this.#source.slice(this.#at, this.#at + 4))) {
          throw this.#error('Invalid group');
        }
        this.#at++;
        out += char === '$' ? '\\z' : char === '{' || char === '}' || char === ']' ? `\\${char}` : char;
      }
    }
    return out;
  }

  #error(message: string): PatternSyntaxError {
    return new PatternSyntaxError(message, this.#source, this.#at);
  }

  /** The position is at the backslash. */
  #escape(inClass: boolean): string {
    const rest = this.#source.slice(this.#at + 1, this.#at + 6);
    const char = rest[0];
    if (char === undefined) throw this.#error('A pattern can not end with a backslash');
    this.#at += 2;
    switch (char) {
      case 's':
        return inClass ? whitespace : `[${whitespace}]`;
      case 'S':
        return `[^${whitespace}]`;
      case 'v':
        return '\\x0B';
      case '0':
        return '\\x00';
      case 'b':
        return inClass ? '\\x08' : '\\b';
      case 'B':
        return inClass ? 'B' : '\\B';
      case 'd':
      case 'D':
      case 'w':
      case 'W':
      case 'n':
      case 'r':
      case 't':
      case 'f':
        return `\\${char}`;
      case 'x':
        return /^x[0-9a-fA-F]{2}/.test(rest) ? '\\x' : 'x';
      case 'u':
        return /^u[0-9a-fA-F]{4}/.test(rest) ? '\\u' : 'u';
      case 'c':
        return /^c[A-Za-z]/.test(rest) ? this.#control() : '\\\\c';
      case 'k':
        return /^k</.test(rest) ? '\\k' : 'k';
      default:
        if (/[1-9]/.test(char)) return inClass ? `\\x0${char}` : `\\${char}`;
        return /[A-Za-z0-9_]/.test(char) ? char : `\\${char}`;
    }
  }

  #control(): string {
    const code = this.#source.charCodeAt(this.#at++) & 0x1f;
    return `\\x${code.toString(16).padStart(2, '0')}`;
  }

  #class(): string {
    const start = this.#at++;
    const negated = this.#source[this.#at] === '^';
    if (negated) this.#at++;
    let inside = '';
    for (;;) {
      const char = this.#source[this.#at];
      if (char === undefined) {
        this.#at = start;
        throw this.#error('Unterminated character class');
      }
      if (char === '\\') {
        inside += this.#escape(true);
        continue;
      }
      this.#at++;
      if (char === ']') break;
      inside += char === '[' || char === '&' || char === '^' ? `\\${char}` : char;
    }
    if (inside === '') return negated ? '(?s:.)' : '(?!)';
    return negated ? `[^${inside}]` : `[${inside}]`;
  }
}
