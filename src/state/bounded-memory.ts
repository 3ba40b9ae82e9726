/**
 * A map that holds a bounded number of things by text; the least recently used go first. Two generations take turns
 * instead of a list in order of use: a hit in the older one moves to the younger, and when the younger is full the older
 * is dropped whole. So a lookup is one or two map lookups and nothing is relinked.
 */
interface Entry<Value> {
  readonly value: Value;
  readonly characters: number;
}

export class BoundedMemory<Value> {
  readonly #entriesMax: number;
  readonly #charactersMax: number;
  #young = new Map<string, Entry<Value>>();
  #youngCharacters = 0;
  #old = new Map<string, Entry<Value>>();

  /** At most twice these are held. */
  constructor(entriesMax = 8_192, charactersMax = 16_777_216) {
    this.#entriesMax = entriesMax;
    this.#charactersMax = charactersMax;
  }

  get(text: string): Value | undefined {
    const young = this.#young.get(text);
    if (young !== undefined) return young.value;
    const old = this.#old.get(text);
    if (old === undefined) return undefined;
    this.#old.delete(text);
    this.#put(text, old);
    return old.value;
  }

  /** @param characters what is to count of it, where that is more than its text */
  set(text: string, value: Value, characters = text.length): void {
    this.delete(text);
    this.#put(text, { value, characters });
  }

  delete(text: string): void {
    this.#youngCharacters -= this.#young.get(text)?.characters ?? 0;
    this.#young.delete(text);
    this.#old.delete(text);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  #put(text: string, entry: Entry<Value>): void {
    this.#young.set(text, entry);
    this.#youngCharacters += entry.characters;
    if (this.#young.size < this.#entriesMax && this.#youngCharacters < this.#charactersMax) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngCharacters = 0;
  }
}
