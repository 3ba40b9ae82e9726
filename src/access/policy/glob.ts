/**
 * Texts with `*` (any run of characters) and `?` (one character), as policies compare them. A pattern is compiled once;
 * matching goes back to the last star only, so a hostile text costs at most pattern times text.
 */
const star = 42;
const question = 63;

export class Glob {
  readonly #text: string;
  /** For every character of the pattern: 42 or 63 where it is a wildcard, else 0. */
  readonly #wild: readonly number[];
  readonly #isLiteral: boolean;
  readonly #isAny: boolean;

  /** @param wild by default every `*` and `?` is a wildcard */
  constructor(text: string, wild: readonly number[] = wildcardsIn(text)) {
    this.#text = text;
    this.#wild = wild;
    this.#isLiteral = wild.every((kind) => kind === 0);
    this.#isAny = text.length === 1 && wild[0] === star;
    Object.freeze(this);
  }

  /** True of `*` alone. */
  get isAny(): boolean {
    return this.#isAny;
  }

  matches(text: string): boolean {
    if (this.#isAny) return true;
    return this.#isLiteral ? text === this.#text : this.#matchesWild(text);
  }

  #matchesWild(text: string): boolean {
    const pattern = this.#text;
    const wild = this.#wild;
    let at = 0;
    let next = 0;
    let afterStar = -1;
    let starTakesTo = 0;
    while (next < text.length) {
      const kind = at < pattern.length ? wild[at] : -1;
      if (kind === star) {
        afterStar = ++at;
        starTakesTo = next;
      } else if (kind === question || (kind === 0 && pattern.charCodeAt(at) === text.charCodeAt(next))) {
        at++;
        next++;
      } else if (afterStar !== -1) {
        at = afterStar;
        next = ++starTakesTo;
      } else return false;
    }
    while (at < pattern.length && wild[at] === star) at++;
    return at === pattern.length;
  }
}

/** 42 or 63 for the wildcards of a text, 0 for its other characters. */
export function wildcardsIn(text: string): number[] {
  const wild: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    wild.push(code === star || code === question ? code : 0);
  }
  return wild;
}
