/**
 * A map that holds a bounded number of things by text; the least recently used go first. Two generations take turns
 * instead of a list in order of use: a hit in the older one moves to the younger, and when the younger is full the older
 * is dropped whole. So a lookup is one or two map lookups and nothing is relinked.
 */
export class BoundedMemory<Value> {
  readonly #entriesMax: number;
  readonly #charactersMax: number;
  #young = new Map<string, Value>();
  #youngCharacters = 0;
  #old = new Map<string, Value>();

  /** At most twice these are held. */
  constructor(entriesMax = 8_192, charactersMax = 16_777_216) {
    this.#entriesMax = entriesMax;
    this.#charactersMax = charactersMax;
  }

  get(text: string): Value | undefined {
    const young = this.#young.get(text);
    if (young !== undefined) return young;
    const old = this.#old.get(text);
    if (old !== undefined) {
      this.#old.delete(text);
      this.set(text, old);
    }
    return old;
  }

  set(text: string, value: Value): void {
    if (!this.#young.has(text)) this.#youngCharacters += text.length;
    this.#young.set(text, value);
    if (this.#young.size < this.#entriesMax && this.#youngCharacters < this.#charactersMax) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngCharacters = 0;
  }

  delete(text: string): void {
    if (this.#young.delete(text)) this.#youngCharacters -= text.length;
    this.#old.delete(text);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
