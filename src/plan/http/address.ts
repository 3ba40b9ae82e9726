/**
 * Where an integration passes requests on to, compiled from its URI. Placeholders are positions among the route's
 * variables, so that filling one in costs no lookup.
 */
import { type Endpoint, endpointOf } from '../../integrations/endpoint.ts';
import { PathTemplate } from './path-template.ts';

/** Endpoints by their origins: one each, however many routes lead there. */
export type KnownEndpoints = Map<string, Endpoint>;

export class AddressPlan {
  /** Null when the authority has variables. */
  readonly endpoint: Endpoint | null;
  /** Scheme and authority, where they have variables. */
  readonly origin: PathTemplate | null;
  /** Begins with a slash, or is empty where the path of the request is put behind it. */
  readonly path: PathTemplate;
  /** Without `?`; null when there is none. */
  readonly query: PathTemplate | null;
  /** Whether the request's own path is put behind the address's. */
  readonly appendsPath: boolean;

  /** @throws Error when it is no address of an HTTP backend */
  constructor(uri: string, names: readonly string[], appendsPath: boolean, endpoints: KnownEndpoints) {
    const [, origin = '', path = '', query = ''] =
      /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)([^?#]*)(?:\?([^#]*))?/i.exec(uri) ?? [];
    const template = new PathTemplate(origin, names);
    const { constant } = template;
    this.origin = constant === null ? template : null;
    this.endpoint = constant === null ? null : known(constant, endpoints);
    if (constant !== null && this.endpoint === null)
      throw new Error(`${JSON.stringify(uri)} is not an http:// or https:// address`);
    const base = sendable(path);
    this.path = new PathTemplate(appendsPath ? base.replace(/\/$/, '') : base === '' ? '/' : base, names);
    this.query = query === '' ? null : new PathTemplate(sendable(query), names);
    this.appendsPath = appendsPath;
    Object.freeze(this);
  }
}

function known(origin: string, endpoints: KnownEndpoints): Endpoint | null {
  const found = endpoints.get(origin);
  if (found !== undefined) return found;
  const made = endpointOf(origin, false);
  if (made === undefined) return null;
  endpoints.set(origin, made);
  return made;
}

/** What an owner wrote, with what no request line can carry percent-encoded. */
const sendable = (text: string): string =>
  text.toWellFormed().replaceAll(/[^\x21-\x7e]+/gu, (characters) => encodeURIComponent(characters));
