/**
 * Requests that never reach the gate because they are not well-formed HTTP/1: what is wrong with them, and what their
 * clients are told. Strict where two readers of the same bytes could come to different requests.
 * Source: RFC 9112, 3.2 (Host), 6.1 (Transfer-Encoding), 6.3; statuses and words as the gate's own refusals.
 */
import { isField } from './field-name.ts';
import { type IncomingMessage, STATUS_CODES } from './node-http.ts';

export interface Refusal {
  readonly status: number;
  /** Sent as `x-amzn-ErrorType`. */
  readonly errorType: string;
  /** For the client. */
  readonly message: string;
  /** For the log. */
  readonly why: string;
}

const badRequest = (why: string): Refusal => ({
  status: 400,
  errorType: 'BadRequestException',
  message: 'Bad Request',
  why,
});

const malformed = badRequest('the request is not well-formed HTTP');
export const proxyRequest = badRequest('the request is for a proxy (CONNECT)');
const noHost = badRequest('the request has no Host header');
const manyHosts = badRequest('the request has several Host headers');
const oldChunks = badRequest('the request is HTTP/1.0 and has a Transfer-Encoding');
const transferCoding: Refusal = {
  status: 501,
  errorType: 'NotImplementedException',
  message: 'Not Implemented',
  why: 'the request has a transfer coding other than chunked',
};
const uriTooLong: Refusal = {
  status: 414,
  errorType: 'RequestUriTooLongException',
  message: 'Request URI too long',
  why: 'the request line is longer than a whole head may be',
};
const headTooLarge: Refusal = {
  status: 431,
  errorType: 'RequestHeaderFieldsTooLargeException',
  message: 'Request Header Fields Too Large',
  why: 'the head of the request is too large',
};
export const unknownExpectation: Refusal = {
  status: 417,
  errorType: 'ExpectationFailedException',
  message: 'Expectation Failed',
  why: 'the request expects something other than 100-continue',
};
const tooSlow: Refusal = {
  status: 408,
  errorType: 'RequestTimeoutException',
  message: 'Request Timeout',
  why: 'the request took too long to arrive',
};

/** What Node.js's parser accepts although it should not be. @returns null when the head is well-formed */
export function malformedHead(request: IncomingMessage): Refusal | null {
  const { rawHeaders, httpVersion } = request;
  let hosts = 0;
  let encoded = false;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (isField(name, 'host')) hosts++;
    else if (isField(name, 'transfer-encoding')) encoded = true;
  }
  if (hosts !== 1 && (hosts > 1 || httpVersion !== '1.0')) return hosts === 0 ? noHost : manyHosts;
  if (!encoded) return null;
  if (httpVersion === '1.0') return oldChunks;
  return request.headers['transfer-encoding']?.toLowerCase() === 'chunked' ? null : transferCoding;
}

/**
 * @param code of the error that the parser or a timer of Node.js has raised
 * @param packet what it was reading then
 */
export function refusalOf(code: string, packet: Uint8Array | undefined): Refusal {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return tooSlow;
  if (code !== 'HPE_HEADER_OVERFLOW') return malformed;
  return packet !== undefined && isRequestLineOnly(packet) ? uriTooLong : headTooLarge;
}

/** Whether no header has begun: the packet ends in the request line, or has its end. */
function isRequestLineOnly(packet: Uint8Array): boolean {
  const end = packet.indexOf(10);
  const line = Buffer.from(packet.buffer, packet.byteOffset, end === -1 ? packet.length : end);
  if (end !== -1) return / HTTP\/1\.[01]\r?$/.test(line.toString('latin1', Math.max(0, end - 11)));
  return /^[A-Z]{3,20} \//.test(line.toString('latin1', 0, 30));
}

export const refusalHeaders = ({ errorType }: Refusal): string[] => [
  'Content-Type',
  'application/json',
  'x-amzn-ErrorType',
  errorType,
];

export const refusalBody = ({ message }: Refusal): string => JSON.stringify({ message });

/** The whole answer, for a connection that no response can be made on any more. */
export function refusalText(refusal: Refusal): string {
  const body = refusalBody(refusal);
  return (
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\nContent-Type: application/json\r\n` +
    `x-amzn-ErrorType: ${refusal.errorType}\r\nContent-Length: ${body.length}\r\n` +
    `Date: ${new Date().toUTCString()}\r\nConnection: close\r\n\r\n${body}`
  );
}
