/** What an exchange is told of a request that Node.js has read, over HTTP/1 or HTTP/2. */
import { Http2ServerRequest } from 'node:http2';
import type { ReceivedRequest } from './exchange.ts';
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
    source: http2 ? { headers: { host: request.authority, ...request.headers } } : request,
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

/** HTTP/2's pseudo headers are not headers; `:authority` is what HTTP/1.1 calls Host. */
function ordinaryHeaders({ rawHeaders, authority, headers }: Http2ServerRequest): string[] {
  const ordinary: string[] = headers.host === undefined ? ['Host', authority] : [];
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (!rawHeaders[i]!.startsWith(':')) ordinary.push(rawHeaders[i]!, rawHeaders[i + 1]!);
  return ordinary;
}
