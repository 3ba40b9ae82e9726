/**
 * Parameter mappings, compiled: where the headers, query and path of a call to the backend, the headers of an answer
 * and those of a gateway response take their values from. Sources are asked only for what a mapping names, so that no
 * body is parsed that nobody reads. Which names a gateway refuses or renames is decided where headers are sent.
 * Source: Developer Guide, "Parameter mapping source reference for REST APIs"; recorded: an absent source sets nothing,
 * of repeated values the last one counts.
 */
import { compilePath, type JsonPath, JsonPathError } from './jsonpath/index.ts';

/** What a call brought, asked for by need. All values are decoded unless said otherwise. */
export interface RequestSources {
  /** As the client sent it, encoded. */
  pathParameter(name: string): string | undefined;
  /** All values, in order. */
  queryParameter(name: string): readonly string[] | undefined;
  /** All values, in order, by lower-case name. */
  requestHeader(lowerCaseName: string): readonly string[] | undefined;
  requestBody(): string;
  /** `context.identity.sourceIp` asks for `['identity', 'sourceIp']`; undefined where there is no such variable. */
  context(path: readonly string[]): unknown;
  stageVariable(name: string): string | undefined;
}

/** What a backend answered. */
export interface ResponseSources {
  /** All values, in order, by lower-case name. */
  integrationHeader(lowerCaseName: string): readonly string[] | undefined;
  integrationBody(): string;
  context(path: readonly string[]): unknown;
  stageVariable(name: string): string | undefined;
}

/** One value, or several that are sent one by one. */
export type MappedValue = string | readonly string[];
export type MappedValues = Readonly<Record<string, MappedValue>>;

export interface MappedRequest {
  readonly header: MappedValues;
  readonly querystring: MappedValues;
  readonly path: Readonly<Record<string, string>>;
}

/**
 * A body that a mapping reads looks like JSON and is not. A request is refused with 400 and the message, an answer
 * becomes a 500.
 */
export const invalidJsonBody = Object.freeze({ message: 'Invalid JSON in request body' });
export type InvalidJsonBody = typeof invalidJsonBody;

/** A mapping that can not be compiled; names its target and its source. */
export class ParameterMappingError extends Error {
  readonly target: string;

  constructor(target: string, source: string, reason: string) {
    super(`Parameter mapping ${target} <- ${source}: ${reason}`);
    this.name = 'ParameterMappingError';
    this.target = target;
  }
}

export interface ParameterMapping<Sources, Mapped> {
  /** False when the body can go by unread. */
  readonly readsBody: boolean;
  apply(sources: Sources): Mapped | InvalidJsonBody;
}

type Strings = Readonly<Record<string, string>>;

const nothing: MappedValues = Object.freeze(Object.create(null));
const noRequest: MappedRequest = Object.freeze({
  header: nothing,
  querystring: nothing,
  path: nothing as Readonly<Record<string, string>>,
});

/** `requestParameters` of an integration. @throws ParameterMappingError */
export function compileRequestParameters(
  mapping: Strings | undefined,
): ParameterMapping<RequestSources, MappedRequest> {
  const rules = rulesOf(mapping, /^integration\.request\.(header|querystring|path)\.(.+)$/s, requestSource);
  if (rules.length === 0) return { readsBody: false, apply: () => noRequest };
  return {
    readsBody: rules.some((rule) => rule.readsBody),
    apply: (sources) => {
      const body = new Body(() => sources.requestBody());
      const mapped = { header: empty(), querystring: empty(), path: empty<string>() };
      for (const { place, name, read } of rules) {
        const value = read(sources, body);
        if (body.isBroken) return invalidJsonBody;
        if (value === undefined) continue;
        if (place === 'path') mapped.path[name] = typeof value === 'string' ? value : value.join(',');
        else mapped[place === 'header' ? 'header' : 'querystring'][name] = value;
      }
      return mapped;
    },
  };
}

/** `responseParameters` of an integration response: headers of the answer. @throws ParameterMappingError */
export function compileResponseParameters(
  mapping: Strings | undefined,
): ParameterMapping<ResponseSources, MappedValues> {
  const rules = rulesOf(mapping, /^method\.response\.(header)\.(.+)$/s, responseSource);
  return headerMapping(rules, (sources) => sources.integrationBody());
}

/** `responseParameters` of a gateway response: headers of the answer. @throws ParameterMappingError */
export function compileGatewayResponseParameters(
  mapping: Strings | undefined,
): ParameterMapping<RequestSources, MappedValues> {
  const rules = rulesOf(mapping, /^gatewayresponse\.(header)\.(.+)$/s, requestSource);
  return headerMapping(rules, (sources) => sources.requestBody());
}

function headerMapping<Sources>(
  rules: readonly Rule<Sources>[],
  bodyOf: (sources: Sources) => string,
): ParameterMapping<Sources, MappedValues> {
  if (rules.length === 0) return { readsBody: false, apply: () => nothing };
  return {
    readsBody: rules.some((rule) => rule.readsBody),
    apply: (sources) => {
      const body = new Body(() => bodyOf(sources));
      const mapped = empty();
      for (const { name, read } of rules) {
        const value = read(sources, body);
        if (body.isBroken) return invalidJsonBody;
        if (value !== undefined) mapped[name] = value;
      }
      return mapped;
    },
  };
}

/** Without a prototype: names come from the API's owner. */
const empty = <Value = MappedValue>(): Record<string, Value> => Object.create(null);

type Read<Sources> = (sources: Sources, body: Body) => MappedValue | undefined;

interface Source<Sources> {
  readonly read: Read<Sources>;
  readonly readsBody: boolean;
}

interface Rule<Sources> extends Source<Sources> {
  readonly place: string;
  readonly name: string;
}

function rulesOf<Sources>(
  mapping: Strings | undefined,
  target: RegExp,
  compile: (source: string) => Source<Sources> | undefined,
): readonly Rule<Sources>[] {
  return Object.entries(mapping ?? {}).map(([to, from]) => {
    const [, place, name] = target.exec(to) ?? [];
    if (place === undefined || name === undefined) throw new ParameterMappingError(to, from, 'no such target');
    let source: Source<Sources> | undefined;
    try {
      source = compile(from);
    } catch (error) {
      throw new ParameterMappingError(to, from, error instanceof Error ? error.message : `${error}`);
    }
    if (source === undefined) throw new ParameterMappingError(to, from, 'no such source');
    return { ...source, place, name };
  });
}

/** A body that is parsed when a mapping looks into it, and at most once. */
class Body {
  readonly #read: () => string;
  #text: string | undefined;
  #parsed: unknown;
  isBroken = false;

  constructor(read: () => string) {
    this.#read = read;
  }

  /** Also the plain text is refused when it begins as an object and is none. */
  text(): string | undefined {
    if (this.#text === undefined) {
      this.#text = this.#read();
      const looksLikeJson = /^\s*\{/.test(this.#text);
      try {
        this.#parsed = JSON.parse(this.#text);
      } catch {
        this.isBroken = looksLikeJson;
      }
    }
    return this.#text === '' ? undefined : this.#text;
  }

  at(path: JsonPath): MappedValue | undefined {
    this.text();
    if (this.#parsed === undefined || this.#parsed === null) return undefined;
    try {
      return textOf(path.read(this.#parsed));
    } catch (error) {
      if (error instanceof JsonPathError) return undefined;
      throw error;
    }
  }
}

/** Numbers and booleans plainly, objects and lists as JSON; nothing for null. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const last = (values: readonly string[] | undefined): string | undefined => values?.at(-1);
const several = (values: readonly string[] | undefined): MappedValue | undefined =>
  values === undefined || values.length === 0 ? undefined : values;

/** Sources that requests and answers have in common; undefined for any other. */
function anywhere(source: string): Source<RequestSources & ResponseSources> | undefined {
  const literal = /^'(.*)'$/s.exec(source)?.[1];
  if (literal !== undefined) return { readsBody: false, read: () => literal };
  if (source.startsWith('context.')) {
    const path = source.slice('context.'.length).split('.');
    return { readsBody: false, read: (sources) => textOf(sources.context(path)) };
  }
  if (source.startsWith('stageVariables.')) {
    const name = source.slice('stageVariables.'.length);
    return { readsBody: false, read: (sources) => sources.stageVariable(name) };
  }
  return undefined;
}

function requestSource(source: string): Source<RequestSources> | undefined {
  const common = anywhere(source) as Source<RequestSources> | undefined;
  if (common !== undefined) return common;
  const [, kind, name] = /^method\.request\.([a-z]+)(?:\.(.+)|\[.*)?$/s.exec(source) ?? [];
  if (kind === 'body') return bodySource(source.slice('method.request.body'.length));
  if (name === undefined) return undefined;
  const lowerCaseName = name.toLowerCase();
  const read: Read<RequestSources> | undefined =
    kind === 'path'
      ? (sources) => sources.pathParameter(name)
      : kind === 'querystring'
        ? (sources) => last(sources.queryParameter(name))
        : kind === 'multivaluequerystring'
          ? (sources) => several(sources.queryParameter(name))
          : kind === 'header'
            ? (sources) => last(sources.requestHeader(lowerCaseName))
            : kind === 'multivalueheader'
              ? (sources) => several(sources.requestHeader(lowerCaseName))
              : undefined;
  return read === undefined ? undefined : { readsBody: false, read };
}

function responseSource(source: string): Source<ResponseSources> | undefined {
  const common = anywhere(source) as Source<ResponseSources> | undefined;
  if (common !== undefined) return common;
  const [, kind, name] = /^integration\.response\.([a-z]+)(?:\.(.+)|\[.*)?$/s.exec(source) ?? [];
  if (kind === 'body') return bodySource(source.slice('integration.response.body'.length));
  const lowerCaseName = name?.toLowerCase();
  if (lowerCaseName === undefined) return undefined;
  if (kind === 'header') return { readsBody: false, read: (sources) => last(sources.integrationHeader(lowerCaseName)) };
  if (kind !== 'multivalueheader') return undefined;
  return { readsBody: false, read: (sources) => several(sources.integrationHeader(lowerCaseName)) };
}

/** @param path what stands behind `body`: nothing, `.pets[0].name` or `[0].name` */
function bodySource(path: string): Source<unknown> {
  if (path === '') return { readsBody: true, read: (_, body) => body.text() };
  const compiled = compilePath(`$${path}`);
  return { readsBody: true, read: (_, body) => body.at(compiled) };
}
