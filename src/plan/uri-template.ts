/**
 * URIs of integrations: `https://host/{placeholder}?q={other}` with `${stageVariables.name}` in any part. Stage
 * variables are filled in when a stage is compiled; placeholders when a request is mapped, from what the integration's
 * `integration.request.path.*` mappings gave. A placeholder that nobody fills stays as it is.
 * Source: Amazon API Gateway Developer Guide, "API Gateway stage variables reference"; vectors rest/uri-interpolation.json.
 */

/** Values of path placeholders by name. */
export type PlaceholderValues = Readonly<Record<string, string>>;

export class UriTemplate {
  readonly source: string;
  /** Text before, between and after the placeholders. */
  readonly #texts: readonly string[];
  readonly #names: readonly string[];

  /** @param source stage variables already filled in */
  constructor(source: string) {
    const texts: string[] = [];
    const names: string[] = [];
    let from = 0;
    for (const match of source.matchAll(/\{([A-Za-z0-9._:-]+)\+?\}/g)) {
      texts.push(source.slice(from, match.index));
      names.push(match[1]!);
      from = match.index + match[0].length;
    }
    texts.push(source.slice(from));
    this.#texts = texts;
    this.#names = names;
    this.source = source;
    Object.freeze(this);
  }

  /** True when nothing is left to fill in. */
  get constant(): boolean {
    return this.#names.length === 0;
  }

  fill(values: PlaceholderValues): string {
    if (this.constant) return this.source;
    let out = this.#texts[0]!;
    this.#names.forEach((name, index) => {
      // A braced placeholder that has no value is data: it is kept.
      out += (Object.hasOwn(values, name) ? values[name] : `{${name}}`) + this.#texts[index + 1]!;
    });
    return out;
  }
}

/** An unknown variable is the empty string. */
export function fillStageVariables(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{stageVariables\.([A-Za-z0-9_]+)\}/g, (_, name: string) =>
    Object.hasOwn(variables, name) ? variables[name]! : '',
  );
}

const unfitForPath = /%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/gu;
const unfitForQuery = /%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$'()*,:@/?%]/gu;

/**
 * Makes a value fit for a URI. What may stand there stays, text that a client sent percent-encoded included; the rest
 * is encoded: `a b%2Fc` becomes `a%20b%2Fc`. In a query nothing may end the parameter either.
 */
export function uriText(value: string, part: 'path' | 'query'): string {
  return value.replaceAll(part === 'path' ? unfitForPath : unfitForQuery, percentEncoded);
}

const encoder = new TextEncoder();

export const percentEncoded = (text: string): string =>
  [...encoder.encode(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
