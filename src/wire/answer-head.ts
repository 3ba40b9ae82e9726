/** Writes the head of an answer: what the exchange says, and what concerns the connection and the body's length. */
import type { Http2ServerResponse } from 'node:http2';
import { Readable } from 'node:stream';
import type { WireExchange } from './exchange.ts';
import type { ServerResponse } from './node-http.ts';

const hasNoBody = (status: number): boolean => status === 204 || status === 304 || status < 200;

/** @param closing whether the connection ends with this answer */
export function writeHead(x: WireExchange, response: ServerResponse, closing: boolean): void {
  const { status, responseHeaders: headers, responseBody: body } = x;
  const bytes =
    body === null
      ? 0
      : typeof body === 'string'
        ? Buffer.byteLength(body)
        : body instanceof Uint8Array
          ? body.length
          : x.responseBodyBytes;
  if (!(body instanceof Readable) && x.method !== 'HEAD') x.responseBytesSent = bytes;
  if (bytes !== -1 && !hasNoBody(status) && (x.method !== 'HEAD' || bytes > 0))
    headers.push('Content-Length', String(bytes));
  // Saying it here keeps Node.js from adding a Keep-Alive header, which Amazon API Gateway does not send.
  headers.push('Connection', response.shouldKeepAlive && !closing ? 'keep-alive' : 'close');
  response.writeHead(status, headers);
}

/** Headers that say something about one HTTP/1.1 connection; HTTP/2 forbids them. */
const ofConnection = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

export function writeHttp2Head(x: WireExchange, response: Http2ServerResponse): void {
  const headers = new Map<string, string | string[]>();
  for (let i = 0; i < x.responseHeaders.length; i += 2) {
    const name = x.responseHeaders[i]!.toLowerCase();
    if (ofConnection.has(name)) continue;
    const value = x.responseHeaders[i + 1]!;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : [before, value].flat());
  }
  const body = x.responseBody;
  if (typeof body === 'string' || body instanceof Uint8Array) {
    const bytes = Buffer.byteLength(body);
    headers.set('content-length', String(bytes));
    if (x.method !== 'HEAD') x.responseBytesSent = bytes;
  }
  for (const [name, value] of headers) response.setHeader(name, value);
  response.writeHead(x.status);
}
