/**
 * What the parameter mappings, validators and templates of a REST API read: path, query, headers and body of the
 * request and of the backend's answer, decoded when somebody asks and at most once.
 * Source: facts/rest-routing-and-invocation.md and facts/lambda-proxy-event.md, recorded: path parameters stay encoded,
 * the query is form-decoded, well-known header names are spelt the usual way.
 */
import { unescape as percentDecoded } from 'node:querystring';
import type { RequestSources, ResponseSources } from '../../mapping/parameters.ts';
import type { Exchange } from '../exchange.ts';
import { contextVariable } from './context.ts';
import { isVisible, usualSpelling } from './request-headers.ts';

/** What `$input.params()` gives, by place and name: one value each, the last where there were several. */
export class TemplateParams {
  readonly #sources: Sources;
  #path: Readonly<Record<string, string>> | null = null;
  #querystring: Readonly<Record<string, string>> | null = null;
  #header: Readonly<Record<string, string>> | null = null;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  get path(): Readonly<Record<string, string>> {
    this.#path ??= this.#sources.pathParameters();
    return this.#path;
  }

  get querystring(): Readonly<Record<string, string>> {
    if (this.#querystring === null) {
      const values: Record<string, string> = Object.create(null);
      for (const [name, all] of this.#sources.query) values[name] = all.at(-1) ?? '';
      this.#querystring = values;
    }
    return this.#querystring;
  }

  get header(): Readonly<Record<string, string>> {
    if (this.#header === null) {
      const values: Record<string, string> = Object.create(null);
      for (const { name, values: all } of this.#sources.requestHeaders.values()) values[name] = all.at(-1) ?? '';
      this.#header = values;
    }
    return this.#header;
  }
}

export class Sources implements RequestSources, ResponseSources {
  readonly #x: Exchange;
  #query: ReadonlyMap<string, readonly string[]> | null = null;
  #headers: ReadonlyMap<string, HeaderValues> | null = null;
  #answerHeaders: ReadonlyMap<string, HeaderValues> | null = null;
  #requestText: string | null = null;
  #answerText: string | null = null;
  readonly params = new TemplateParams(this);

  constructor(x: Exchange) {
    this.#x = x;
  }

  pathParameter(name: string): string | undefined {
    const index = this.#x.methodPlan?.parameterNames.indexOf(name) ?? -1;
    return index === -1 ? undefined : this.#x.pathValues[index];
  }

  queryParameter(name: string): readonly string[] | undefined {
    return this.query.get(name);
  }

  requestHeader(lowerCaseName: string): readonly string[] | undefined {
    return this.requestHeaders.get(lowerCaseName)?.values;
  }

  requestBody(): string {
    this.#requestText ??= textOf(this.#x.requestBytes);
    return this.#requestText;
  }

  integrationHeader(lowerCaseName: string): readonly string[] | undefined {
    this.#answerHeaders ??= byName(this.#x.answer?.headers ?? [], () => true);
    return this.#answerHeaders.get(lowerCaseName)?.values;
  }

  integrationBody(): string {
    this.#answerText ??= textOf(this.#x.answerBytes);
    return this.#answerText;
  }

  context(path: readonly string[]): unknown {
    return contextVariable(this.#x, path);
  }

  stageVariable(name: string): string | undefined {
    const variables = this.#x.snapshot?.variables ?? {};
    return Object.hasOwn(variables, name) ? variables[name] : undefined;
  }

  /** By name, all values in order. */
  get query(): ReadonlyMap<string, readonly string[]> {
    this.#query ??= parsedQuery(this.#x.query);
    return this.#query;
  }

  /** By lower-case name. */
  get requestHeaders(): ReadonlyMap<string, HeaderValues> {
    this.#headers ??= this.#seenHeaders();
    return this.#headers;
  }

  pathParameters(): Readonly<Record<string, string>> {
    const values: Record<string, string> = Object.create(null);
    this.#x.methodPlan?.parameterNames.forEach((name, index) => {
      const value = this.#x.pathValues[index];
      if (value !== undefined) values[name] = value;
    });
    return values;
  }

  #seenHeaders(): ReadonlyMap<string, HeaderValues> {
    const x = this.#x;
    const headers = byName(x.rawHeaders, isVisible);
    if (x.execution !== null) return headers; // a test shows what it was given, nothing else
    const set = (name: string, value: string): void => {
      headers.set(name.toLowerCase(), { name, values: [value] });
    };
    const forwarded = headers.get('x-forwarded-for')?.values.join(', ');
    set('X-Amzn-Trace-Id', x.trace);
    set('X-Forwarded-For', forwarded === undefined ? x.remoteAddress : `${forwarded}, ${x.remoteAddress}`);
    set('X-Forwarded-Port', String(x.localPort));
    set('X-Forwarded-Proto', x.scheme);
    return headers;
  }
}

/** The one reader of an exchange. */
export function sourcesOf(x: Exchange): Sources {
  const known = x.sources;
  if (known instanceof Sources) return known;
  const made = new Sources(x);
  x.sources = made;
  return made;
}

export interface HeaderValues {
  /** As it is shown: the client's spelling, or the usual one. */
  readonly name: string;
  readonly values: readonly string[];
}

function byName(raw: readonly string[], shown: (name: string) => boolean): Map<string, HeaderValues> {
  const headers = new Map<string, HeaderValues>();
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    if (!shown(name)) continue;
    const lower = name.toLowerCase();
    const value = utf8Text(raw[i + 1]!);
    const before = headers.get(lower);
    if (before === undefined) headers.set(lower, { name: usualSpelling(name), values: [value] });
    else headers.set(lower, { name: before.name, values: [...before.values, value] });
  }
  return headers;
}

/** Header values arrive as bytes; where they are UTF-8 they are shown as the text they mean. */
function utf8Text(latin1: string): string {
  if (!/[\x80-\xff]/.test(latin1)) return latin1;
  const text = Buffer.from(latin1, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? latin1 : text;
}

const textOf = (bytes: Uint8Array | null): string =>
  bytes === null || bytes.length === 0
    ? ''
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

/** More parameters than this are not looked at. */
const queryParametersMax = 10_000;

function parsedQuery(query: string): Map<string, string[]> {
  const parameters = new Map<string, string[]>();
  if (query === '') return parameters;
  for (const pair of query.split('&', queryParametersMax)) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decoded(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? '' : decoded(pair.slice(equals + 1));
    const before = parameters.get(name);
    if (before === undefined) parameters.set(name, [value]);
    else before.push(value);
  }
  return parameters;
}

/** Form-decoding; bytes that are no UTF-8 become U+FFFD, a `%` without digits stays. */
const decoded = (text: string): string =>
  text.includes('%') || text.includes('+') ? percentDecoded(text.replaceAll('+', ' ')) : text;
