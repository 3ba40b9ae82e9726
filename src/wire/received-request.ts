/** What an exchange is told of a request that Node.js has read, over HTTP/1 or HTTP/2. */
import { Http2ServerRequest } from 'node:http2';
import type { HeaderSource, HeadersByName, ReceivedRequest } from './exchange.ts';
import { isField } from './field-name.ts';
import type { IncomingMessage } from './node-http.ts';
import { turnEpochMs } from './turn.ts';

export type Request = IncomingMessage | Http2ServerRequest;

/** Looked up once for all requests of a connection. */
export interface ConnectionEnds {
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly localPort: number;
}

/** @param ends of its connection; undefined when that has gone already */
export function received(
  request: Request,
  scheme: 'http' | 'https',
  ends: ConnectionEnds | undefined,
): ReceivedRequest {
  const http2 = request instanceof Http2ServerRequest;
  let target = request.url ?? '/';
  // RFC 9112, 3.2.2: a server takes the absolute form too.
  if (target.charCodeAt(0) !== 47) target = target.replace(/^https?:\/\/[^/?#]*/i, '') || '/';
  const mark = target.indexOf('?');
  const rawHeaders = http2 ? ordinaryHeaders(request) : request.rawHeaders;
  const bodyBytes = http2 && request.stream.endAfterHeaders ? 0 : announcedBytes(rawHeaders, http2 ? -1 : 0);
  return {
    method: request.method ?? 'GET',
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? '' : target.slice(mark + 1),
    rawHeaders,
    source: http2 ? new Http2Headers(request) : request,
    scheme,
    protocol: http2 ? 'HTTP/2.0' : request.httpVersion === '1.0' ? 'HTTP/1.0' : 'HTTP/1.1',
    remoteAddress: ends?.remoteAddress ?? request.socket.remoteAddress ?? '',
    localAddress: ends?.localAddress ?? request.socket.localAddress ?? '',
    localPort: ends?.localPort ?? request.socket.localPort ?? 0,
    requestBody: bodyBytes === 0 ? null : request,
    requestBodyBytes: bodyBytes,
    receivedAtMs: turnEpochMs(),
  };
}

/** Bytes of the body; -1 when its head does not tell. @param otherwise when it says nothing about a body */
function announcedBytes(rawHeaders: readonly string[], otherwise: number): number {
  let bytes = otherwise;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (isField(name, 'content-length')) bytes = Number(rawHeaders[i + 1]);
    else if (isField(name, 'transfer-encoding')) return -1;
  }
  return bytes;
}

/** What HTTP/1.1 calls Host: `:authority` before a Host header (RFC 9113, 8.3.1). There is no request without both. */
const hostOf = ({ headers }: Http2ServerRequest): string => headers[':authority'] ?? headers.host ?? '';

/** HTTP/2's pseudo headers are not headers, and cookies that it sends apart are one header (RFC 9113, 8.2.3). */
function ordinaryHeaders(request: Http2ServerRequest): string[] {
  const { rawHeaders } = request;
  const ordinary = ['Host', hostOf(request)];
  let cookieAt = -1;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    const value = rawHeaders[i + 1]!;
    if (name.startsWith(':') || name === 'host') continue;
    if (name === 'cookie') {
      if (cookieAt !== -1) {
        ordinary[cookieAt] += `; ${value}`;
        continue;
      }
      cookieAt = ordinary.length + 1;
    }
    ordinary.push(name, value);
  }
  return ordinary;
}

/** The same by name: Node.js has joined the values, cookies too. */
class Http2Headers implements HeaderSource {
  readonly #request: Http2ServerRequest;
  #headers: HeadersByName | null = null;

  constructor(request: Http2ServerRequest) {
    this.#request = request;
  }

  get headers(): HeadersByName {
    this.#headers ??= this.#ordinary();
    return this.#headers;
  }

  #ordinary(): HeadersByName {
    const ordinary: Record<string, string | string[] | undefined> = Object.create(null);
    ordinary.host = hostOf(this.#request);
    for (const [name, value] of Object.entries(this.#request.headers))
      if (!name.startsWith(':') && name !== 'host') ordinary[name] = value;
    return ordinary;
  }
}
