/**
 * Routing rules of custom domain names, compiled: the first whose conditions all hold, lowest priority first, sends a
 * request to its stage. A condition holds when one of its alternatives does; a base path fits part by part, a header's
 * value by a glob with stars at its ends.
 * Source: Amazon API Gateway Developer Guide, "Routing rules to connect API stages to a custom domain name".
 */
import type { RoutingRule } from '../definition/domain-name.ts';
import type { Exchange } from './exchange.ts';

export class CompiledRule {
  readonly apiId: string;
  readonly stage: string;
  readonly #strips: boolean;
  /** Alternatives, longest first; null: any path. */
  readonly #basePaths: readonly string[] | null;
  /** Alternatives of each condition. */
  readonly #headers: readonly (readonly HeaderGlob[])[];

  constructor({ conditions, actions }: RoutingRule) {
    const { apiId = '', stage = '', stripBasePath = false } = actions[0]?.invokeApi ?? {};
    const paths = conditions.flatMap(({ matchBasePaths }) => matchBasePaths?.anyOf ?? []);
    this.apiId = apiId;
    this.stage = stage;
    this.#strips = stripBasePath;
    this.#basePaths = conditions.some(({ matchBasePaths }) => matchBasePaths !== undefined)
      ? Object.freeze(paths.toSorted((one, other) => other.length - one.length))
      : null;
    this.#headers = conditions.flatMap(({ matchHeaders }) =>
      matchHeaders === undefined
        ? []
        : [matchHeaders.anyOf.map(({ header, valueGlob }) => new HeaderGlob(header, valueGlob))],
    );
    Object.freeze(this);
  }

  /**
   * Sets the exchange's base path.
   * @returns where the path below the stage begins; undefined when the rule is not for this request
   */
  match(x: Exchange): number | undefined {
    for (const alternatives of this.#headers)
      if (!alternatives.some((alternative) => alternative.fits(x))) return undefined;
    const { path, pathStart } = x;
    if (this.#basePaths === null) {
      x.basePath = '';
      return pathStart;
    }
    for (const basePath of this.#basePaths) {
      const end = pathStart + 1 + basePath.length;
      if (!path.startsWith(basePath, pathStart + 1) || (end < path.length && path.charCodeAt(end) !== slash)) continue;
      x.basePath = basePath;
      return this.#strips ? end : pathStart;
    }
    return undefined;
  }
}

const slash = 47;

class HeaderGlob {
  readonly #name: string;
  readonly #text: string;
  readonly #open: { readonly before: boolean; readonly after: boolean };

  constructor(header: string, glob: string) {
    this.#name = header.toLowerCase();
    this.#open = { before: glob.startsWith('*'), after: glob.endsWith('*') };
    this.#text = glob.replaceAll('*', '');
    Object.freeze(this);
  }

  fits(x: Exchange): boolean {
    const value = Object.hasOwn(x.headers, this.#name) ? x.header(this.#name) : undefined;
    if (value === undefined) return false;
    const { before, after } = this.#open;
    if (before && after) return value.includes(this.#text);
    if (before) return value.endsWith(this.#text);
    return after ? value.startsWith(this.#text) : value === this.#text;
  }
}
