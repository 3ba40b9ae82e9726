/**
 * The CORS configuration of an HTTP API, compiled: which origins may read answers, and the headers that say so. Lists
 * are sent sorted, without spaces, methods in upper case and header names in lower case, whatever a request asks for:
 * the browser compares.
 * Source: Amazon API Gateway Developer Guide, "Configure CORS for HTTP APIs"; facts/http-api-cors-throttle-logging.md.
 */
import type { Cors } from '../../definition/api.ts';

export class CorsPlan {
  readonly #origins: ReadonlySet<string>;
  readonly #anyOrigin: boolean;
  readonly #anyHttps: boolean;
  readonly #anyHttp: boolean;
  readonly #credentials: boolean;
  /** `access-control-allow-methods` and so on, for preflights whose origin is allowed. */
  readonly #preflight: readonly string[];
  readonly #exposed: string;

  constructor(cors: Cors) {
    const origins = new Set((cors.allowOrigins ?? []).map((origin) => origin.toLowerCase()));
    this.#anyOrigin = origins.has('*');
    this.#anyHttps = origins.has('https://*');
    this.#anyHttp = origins.has('http://*');
    this.#origins = origins;
    this.#credentials = cors.allowCredentials === true;
    this.#exposed = listOf(cors.exposeHeaders, lowerCase);
    const preflight: string[] = [];
    const methods = listOf(cors.allowMethods, (method) => method.toUpperCase());
    const headers = listOf(cors.allowHeaders, lowerCase);
    if (methods !== '') preflight.push('access-control-allow-methods', methods);
    if (headers !== '') preflight.push('access-control-allow-headers', headers);
    if (cors.maxAge !== undefined) preflight.push('access-control-max-age', String(cors.maxAge));
    this.#preflight = Object.freeze(preflight);
    Object.freeze(this);
  }

  /** Adds what a preflight is answered with, or nothing when the origin is not allowed. */
  addToPreflight(origin: string, headers: string[]): void {
    const allowed = this.#allowed(origin);
    if (allowed === null) return;
    this.#addOrigin(allowed, headers);
    for (const text of this.#preflight) headers.push(text);
  }

  /** Adds what every answer to a request with an origin carries, an error too. */
  addToAnswer(origin: string, headers: string[]): void {
    const allowed = this.#allowed(origin);
    if (allowed === null) return;
    this.#addOrigin(allowed, headers);
    if (this.#exposed !== '') headers.push('access-control-expose-headers', this.#exposed);
  }

  #addOrigin(allowed: string, headers: string[]): void {
    headers.push('access-control-allow-origin', allowed);
    // What is said to one origin must not be given to another by a cache.
    if (allowed !== '*') headers.push('vary', 'origin');
    if (this.#credentials) headers.push('access-control-allow-credentials', 'true');
  }

  /** @returns value of `access-control-allow-origin`; null when the origin is not allowed */
  #allowed(origin: string): string | null {
    if (this.#anyOrigin && !this.#credentials) return '*';
    if (this.#origins.has(origin)) return origin;
    const lower = origin.toLowerCase();
    const allowed =
      this.#anyOrigin ||
      this.#origins.has(lower) ||
      (this.#anyHttps && lower.startsWith('https://')) ||
      (this.#anyHttp && lower.startsWith('http://'));
    return allowed ? origin : null;
  }
}

const lowerCase = (name: string): string => name.toLowerCase();

const listOf = (names: readonly string[] | undefined, spell: (name: string) => string): string =>
  [...new Set((names ?? []).map(spell))].sort().join(',');

/** Headers of a backend's answer that a CORS configuration takes the place of. */
export const isCorsHeader = (lowerCaseName: string): boolean => lowerCaseName.startsWith('access-control-');
