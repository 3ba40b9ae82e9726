/**
 * Reads `statusCode` out of what a MOCK integration's request template renders. Amazon API Gateway reads it leniently:
 * names without quotes, single quotes, commas too many and values that are hardly JSON pass, as long as the members of
 * the object can be told apart.
 * Source: vectors rest/mock-integration.json.
 */

/** What nearly every template renders: read without looking at members one by one. */
const plainStatus = /^\s*\{\s*"statusCode"\s*:\s*([1-9]\d{2})\s*\}\s*$/;

/** @returns the status, or null when there is none or the text can not be read */
export function mockStatusOf(rendered: string): number | null {
  const plain = plainStatus.exec(rendered);
  if (plain !== null) return Number(plain[1]);
  const members = new MemberReader(rendered.trim());
  if (!members.open()) return null;
  let status: string | null = null;
  for (;;) {
    const name = members.name();
    if (name === members.end) return status !== null && /^[1-9]\d{2}$/.test(status) ? Number(status) : null;
    if (name === members.unreadable) return null;
    const value = members.value();
    if (value === null) return null;
    if (name === 'statusCode') status = value;
  }
}

class MemberReader {
  readonly end = Symbol('end');
  readonly unreadable = Symbol('unreadable');
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  open(): boolean {
    return this.#text[this.#at++] === '{';
  }

  /** The next member's name, its colon read. */
  name(): string | symbol {
    this.#skip(/[\s,]/);
    const first = this.#text[this.#at];
    if (first === undefined || first === '{' || first === '[' || first === ':') return this.unreadable;
    if (first === '}') return this.end;
    let name: string | null;
    if (first === '"' || first === "'") {
      name = this.#quoted(first);
      this.#skip(/\s/);
    } else {
      const colon = this.#text.indexOf(':', this.#at);
      name = colon === -1 ? null : this.#text.slice(this.#at, colon).trim();
      if (colon !== -1) this.#at = colon;
    }
    if (name === null || this.#text[this.#at] !== ':') return this.unreadable;
    this.#at++;
    return name;
  }

  /** A member's value as text, without quotes; of lists and objects what stands in them. */
  value(): string | null {
    this.#skip(/\s/);
    const first = this.#text[this.#at];
    if (first === '"' || first === "'") return this.#quoted(first);
    const start = this.#at;
    let depth = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at]!;
      if (depth === 0 && (char === ',' || char === '}')) break;
      if (char === '[' || char === '{') depth++;
      else if (char === ']' || char === '}') depth--;
      else if (depth > 0 && (char === '"' || char === "'")) {
        if (this.#quoted(char) === null) return null;
        this.#at--;
      }
    }
    return this.#at >= this.#text.length ? null : this.#text.slice(start, this.#at).trim();
  }

  #quoted(quote: string): string | null {
    const start = ++this.#at;
    for (; this.#at < this.#text.length; this.#at++) {
      if (this.#text[this.#at] === '\\') this.#at++;
      else if (this.#text[this.#at] === quote) return this.#text.slice(start, this.#at++);
    }
    return null;
  }

  #skip(what: RegExp): void {
    while (this.#at < this.#text.length && what.test(this.#text[this.#at]!)) this.#at++;
  }
}
