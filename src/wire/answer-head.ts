/**
 * Writes the head of an answer: what the exchange says, and what concerns the connection and the body's length. Those
 * are said here and nowhere else: two answers to where a body ends are a way to smuggle one (RFC 9112, 6.3).
 */
import type { Http2ServerResponse } from 'node:http2';
import { Readable } from 'node:stream';
import type { WireExchange } from './exchange.ts';
import { isField } from './field-name.ts';
import type { ServerResponse } from './node-http.ts';

const hasNoBody = (status: number): boolean => status === 204 || status === 304 || status < 200;

/** Whether a body is sent at all, when there is one. */
export const sendsBody = ({ method, status }: WireExchange): boolean => method !== 'HEAD' && !hasNoBody(status);

/** @returns the length to be said; -1 when there is none, because only the body's end tells it or because of its status */
function measure(x: WireExchange): number {
  const { status, responseBody: body } = x;
  const bytes =
    body === null
      ? 0
      : typeof body === 'string'
        ? Buffer.byteLength(body)
        : body instanceof Uint8Array
          ? body.length
          : x.responseBodyBytes;
  if (!(body instanceof Readable) && x.method !== 'HEAD') x.responseBytesSent = bytes;
  return hasNoBody(status) || (x.method === 'HEAD' && bytes === 0) ? -1 : bytes;
}

/** Whether a length that the exchange says is that of a body which is not sent: it frames nothing then. */
const mayName = ({ method, status }: WireExchange, length: string): boolean =>
  (status === 304 || (method === 'HEAD' && !hasNoBody(status))) && /^\d+$/.test(length);

/** @param closing whether the connection ends with this answer */
export function writeHead(x: WireExchange, response: ServerResponse, closing: boolean): void {
  const bytes = measure(x);
  let headers = x.responseHeaders;
  if (saysFraming(headers)) headers = withoutFraming(x, bytes);
  if (bytes !== -1) headers.push('Content-Length', String(bytes));
  // Saying it here keeps Node.js from adding a Keep-Alive header, which Amazon API Gateway does not send.
  headers.push('Connection', response.shouldKeepAlive && !closing ? 'keep-alive' : 'close');
  response.writeHead(x.status, headers);
}

/** `trailer`: there are none, and Node.js refuses the head of a body that can not have any. */
const ofFraming = new Set(['connection', 'content-length', 'trailer', 'transfer-encoding']);

/** Nearly no answer does. Length and first letter tell of nearly every name: 3 ns each (measured). */
function saysFraming(headers: readonly string[]): boolean {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    const { length } = name;
    if (length !== 10 && length !== 14 && length !== 7 && length !== 17) continue;
    const letter = name.charCodeAt(0) | 32;
    if ((letter === 99 || letter === 116) && ofFraming.has(name.toLowerCase())) return true;
  }
  return false;
}

/** @param bytes the length that will be said; -1 when none will be */
function withoutFraming(x: WireExchange, bytes: number): string[] {
  const kept: string[] = [];
  let isNamed = bytes !== -1;
  for (let i = 0; i < x.responseHeaders.length; i += 2) {
    const name = x.responseHeaders[i]!;
    const value = x.responseHeaders[i + 1]!;
    if (isField(name, 'content-length')) {
      if (isNamed || !mayName(x, value)) continue;
      isNamed = true;
    } else if (ofFraming.has(name.toLowerCase())) continue;
    kept.push(name, value);
  }
  return kept;
}

/** Headers that say something about one HTTP/1.1 connection; HTTP/2 forbids them. */
const ofConnection = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

export function writeHttp2Head(x: WireExchange, response: Http2ServerResponse): void {
  const bytes = measure(x);
  const headers = new Map<string, string | string[]>();
  for (let i = 0; i < x.responseHeaders.length; i += 2) {
    const name = x.responseHeaders[i]!.toLowerCase();
    if (ofConnection.has(name)) continue;
    const value = x.responseHeaders[i + 1]!;
    const before = headers.get(name);
    if (name === 'content-length' && (before !== undefined || !mayName(x, value))) continue;
    headers.set(name, before === undefined ? value : [before, value].flat());
  }
  if (bytes !== -1) headers.set('content-length', String(bytes));
  for (const [name, value] of headers) response.setHeader(name, value);
  response.writeHead(x.status);
}
