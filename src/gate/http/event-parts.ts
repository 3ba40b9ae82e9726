/**
 * Parts of the events that functions are called with: what the client sent, as functions get to see it. Events of HTTP
 * APIs and of function URLs are made of them.
 * Source: Amazon API Gateway Developer Guide, "AWS Lambda proxy integrations for HTTP APIs"; facts/http-api-integrations.md,
 * recorded events.
 */
import type { Exchange } from '../exchange.ts';
import { parsedQuery } from './query.ts';

export type Json = Record<string, unknown>;

/** What a function sees of a request: the client's own, or what a mapping has made of it. */
export interface SeenRequest {
  /** Name, value, name, value … */
  readonly headers: readonly string[];
  readonly query: string;
  /** Of HTTP APIs decoded, with the stage in front; of function URLs as it was sent. */
  readonly path: string;
}

/** Headers that are about the connection. */
const unseen: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'upgrade']);

/** What the client sent, with what the gateway knows of the connection. */
export function seenRequest(x: Exchange, path: string): SeenRequest {
  const headers: string[] = [];
  const { rawHeaders } = x;
  let forwardedFor = x.sourceIp;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    const value = rawHeaders[i + 1]!;
    if (name === 'x-forwarded-for') forwardedFor = `${value}, ${x.sourceIp}`;
    else if (!unseen.has(name) && !replaced.has(name)) headers.push(name, value);
  }
  headers.push(
    'content-length',
    String(x.requestBytes?.length ?? Math.max(0, x.requestBodyBytes)),
    'x-amzn-trace-id',
    x.header('x-amzn-trace-id') ?? x.trace,
    'x-forwarded-for',
    forwardedFor,
    'x-forwarded-port',
    String(x.localPort),
    'x-forwarded-proto',
    x.scheme,
  );
  return { headers, query: x.query, path };
}

const replaced: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'x-amzn-trace-id',
  'x-forwarded-port',
  'x-forwarded-proto',
]);

/** By name, in order of appearance. */
export function headersByName(headers: readonly string[]): Map<string, string[]> {
  const byName = new Map<string, string[]>();
  for (let i = 0; i < headers.length; i += 2) {
    const before = byName.get(headers[i]!);
    if (before === undefined) byName.set(headers[i]!, [headers[i + 1]!]);
    else before.push(headers[i + 1]!);
  }
  return byName;
}

/** Without a prototype: names come from clients. */
export function objectOf<Value, Out>(
  entries: Iterable<readonly [string, Value]>,
  change: (value: Value) => Out,
): Json | null {
  const object: Json = Object.create(null);
  let some = false;
  for (const [name, value] of entries) {
    object[name] = change(value);
    some = true;
  }
  return some ? object : null;
}

export const joined = (values: readonly string[]): string => values.join(',');

/** Members of payload version 2.0 that say what was sent, in their order; those without content are left out. */
export function sentMembers({ headers, query, path }: SeenRequest): Json {
  const byName = headersByName(headers);
  const cookies = byName.get('cookie')?.flatMap((line) => line.split(/;\s*/)) ?? [];
  byName.delete('cookie');
  const parameters = objectOf(parsedQuery(query), joined);
  return {
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers: objectOf(byName, joined) ?? {},
    ...(parameters !== null && { queryStringParameters: parameters }),
  };
}

/** `requestContext.http` of payload version 2.0. */
export const httpMembers = (x: Exchange, path: string): Json => ({
  method: x.method,
  path,
  protocol: protocolOf(x),
  sourceIp: x.sourceIp,
  userAgent: x.header('user-agent') ?? '',
});

export const protocolOf = ({ protocol }: Exchange): string => (protocol === 'HTTP/1.0' ? protocol : 'HTTP/1.1');

/** Types that are text to functions; every other body, and one without a type, is base64. */
const textual = /^(?:text\/[^;]*|application\/(?:json|xml|javascript))\s*(?:;|$)/i;

/** The request's body, once it has been received. */
export function bodyOf(x: Exchange): { readonly text: string | null; readonly isBase64: boolean } {
  const bytes = x.requestBytes;
  if (bytes === null || bytes.length === 0) return { text: null, isBase64: false };
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (textual.test(x.header('content-type')?.trim() ?? '')) return { text: buffer.toString('utf8'), isBase64: false };
  return { text: buffer.toString('base64'), isBase64: true };
}
