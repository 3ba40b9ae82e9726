/**
 * The binary media types of an API: which content types and which `Accept` mean bytes rather than text. A wildcard may
 * stand for the whole or for the subtype only; only the first media type of an `Accept` counts, its parameters never.
 * Source: Amazon API Gateway Developer Guide, "Binary media types for REST APIs"; facts/binary-media-types.md.
 */
export class BinaryMediaTypes {
  readonly #all: boolean;
  readonly #exact: ReadonlySet<string>;
  /** `image/` of `image/*`. */
  readonly #families: readonly string[];

  constructor(mediaTypes: readonly string[]) {
    const names = mediaTypes.map((name) => name.trim().toLowerCase());
    this.#all = names.includes('*/*');
    this.#exact = new Set(names);
    this.#families = names.filter((name) => /^[^*]+\/\*$/.test(name)).map((name) => name.slice(0, -1));
    Object.freeze(this);
  }

  get none(): boolean {
    return this.#exact.size === 0;
  }

  /** @param header a Content-Type or Accept as it was sent; undefined stands for `application/json` */
  includes(header: string | undefined): boolean {
    if (this.#exact.size === 0) return false;
    if (this.#all) return true;
    const name = mediaTypeOf(header);
    return this.#exact.has(name) || this.#families.some((family) => name.startsWith(family));
  }
}

/** The first media type of a header, lower case, without parameters: `Image/PNG; q=1, *` is `image/png`. */
export function mediaTypeOf(header: string | undefined): string {
  if (header === undefined) return 'application/json';
  const end = header.search(/[;,]/);
  const name = (end === -1 ? header : header.slice(0, end)).trim().toLowerCase();
  return name === '' ? 'application/json' : name;
}
