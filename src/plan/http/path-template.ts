/** Text with the values of a route's variables in it: `/v1/`, the first one, `/toys`. Read once, filled for every request. */
export class PathTemplate {
  /** Up to the first variable. */
  readonly #first: string;
  /** Which of the route's variables comes first; -1: none does, and there is nothing else. */
  readonly #position: number;
  /** Behind the first variable, up to the next. */
  readonly #second: string;
  /** What follows: further variables, each with the text behind it. Hardly any path has some. */
  readonly #more: readonly { readonly position: number; readonly text: string }[] | null;

  /** @param names the route's variables; a placeholder of another name is text */
  constructor(source: string, names: readonly string[]) {
    const pieces: { readonly position: number; text: string }[] = [{ position: -1, text: '' }];
    let from = 0;
    for (const match of source.matchAll(/\{([^{}]+?)\+?\}/g)) {
      const position = names.indexOf(match[1] ?? '');
      if (position === -1) continue;
      pieces.at(-1)!.text = source.slice(from, match.index);
      pieces.push({ position, text: '' });
      from = match.index + match[0].length;
    }
    pieces.at(-1)!.text = source.slice(from);
    this.#first = pieces[0]!.text;
    this.#position = pieces[1]?.position ?? -1;
    this.#second = pieces[1]?.text ?? '';
    this.#more = pieces.length > 2 ? Object.freeze(pieces.slice(2)) : null;
    Object.freeze(this);
  }

  /** The text itself where it has no variables, else null. */
  get constant(): string | null {
    return this.#position === -1 ? this.#first : null;
  }

  /** @param values of the route's variables, fit to stand where they will */
  fill(values: readonly string[]): string {
    if (this.#position === -1) return this.#first;
    let text = this.#first + (values[this.#position] ?? '') + this.#second;
    if (this.#more !== null) for (const piece of this.#more) text += (values[piece.position] ?? '') + piece.text;
    return text;
  }
}
