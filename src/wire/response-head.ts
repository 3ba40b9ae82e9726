/**
 * Reads the head of an HTTP/1.x response that an upstream sent: status line, header lines, and from them how long the
 * body is and whether the connection may be used again. Strict, because a gateway that guesses lets answers be
 * smuggled: CRLF line ends only, no folded lines, no space before a colon, never both lengths, only `chunked`.
 * Source: RFC 9112, sections 2-7; RFC 9110, section 5.5.
 */
import { isField, token } from './field-name.ts';

/** How the body after a head is delimited. */
export const bodyKinds = { none: 0, length: 1, chunked: 2, untilClose: 3 } as const;
export type BodyKind = (typeof bodyKinds)[keyof typeof bodyKinds];

export interface ResponseHead {
  readonly status: number;
  /**
   * Name, value, name, value …, spelt as the upstream spelt them; values are latin1 text. Without those that its
   * Connection header names.
   */
  readonly headers: string[];
  readonly bodyKind: BodyKind;
  /** Bytes of the body when `bodyKind` is `length`, else 0. */
  readonly bodyLength: number;
  readonly keepAlive: boolean;
  /** What the upstream promised in `Keep-Alive: timeout=…`, in milliseconds; 0 when it said nothing. */
  readonly keepAliveMs: number;
}

/** The upstream does not speak HTTP as it should; the message says what was wrong. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** Header lines: token, colon, visible latin1 text, CRLF. The classes do not overlap, so it never backtracks. */
const wellFormedLines = new RegExp(String.raw`^(?:${token}:[\t\x20-\x7e\x80-\xff]*\r\n)*$`);

/**
 * @param text the head as latin1, from the status line to the CRLF of the last header line
 * @param method of the request: an answer to HEAD has no body whatever its head says
 * @throws ProtocolError
 */
export function parseResponseHead(text: string, method: string): ResponseHead {
  const lineEnd = text.indexOf('\r\n');
  const version = text.charCodeAt(7);
  if (
    !text.startsWith('HTTP/1.') ||
    (version !== 49 && version !== 48) ||
    text.charCodeAt(8) !== 32 ||
    (lineEnd !== 12 && text.charCodeAt(12) !== 32)
  )
    throw new ProtocolError(`not an HTTP/1.x status line: ${JSON.stringify(text.slice(0, Math.min(lineEnd, 60)))}`);
  const status = Number(text.slice(9, 12));
  if (!(status >= 100 && status <= 999)) throw new ProtocolError(`status ${JSON.stringify(text.slice(9, 12))}`);
  const lines = text.slice(lineEnd + 2);
  if (!wellFormedLines.test(lines)) throw new ProtocolError(`malformed header line: ${firstMalformed(lines)}`);

  const headers: string[] = [];
  let length = -1;
  let transferEncoding: string | null = null;
  let connection = '';
  let keepAliveMs = 0;
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf('\r\n', start);
    const colon = lines.indexOf(':', start);
    const name = lines.slice(start, colon);
    const value = trimmed(lines, colon + 1, end);
    headers.push(name, value);
    start = end + 2;
    if (isField(name, 'content-length')) length = contentLength(value, length);
    else if (isField(name, 'connection')) connection += `,${value.toLowerCase()}`;
    else if (isField(name, 'keep-alive')) keepAliveMs = timeoutOf(value);
    else if (isField(name, 'transfer-encoding'))
      transferEncoding = transferEncoding === null ? value : `${transferEncoding},${value}`;
  }
  if (connection !== '' && connection !== ',keep-alive' && connection !== ',close') dropNamed(headers, connection);
  const keepAlive = version === 49 ? !listed(connection, 'close') : listed(connection, 'keep-alive');
  if (transferEncoding !== null) {
    if (version === 48) throw new ProtocolError('Transfer-Encoding in an HTTP/1.0 response');
    if (length !== -1) throw new ProtocolError('both Content-Length and Transfer-Encoding');
    if (transferEncoding.toLowerCase() !== 'chunked')
      throw new ProtocolError(`Transfer-Encoding ${JSON.stringify(transferEncoding.slice(0, 60))}`);
  }
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304)
    return { status, headers, bodyKind: bodyKinds.none, bodyLength: 0, keepAlive, keepAliveMs };
  if (transferEncoding !== null)
    return { status, headers, bodyKind: bodyKinds.chunked, bodyLength: 0, keepAlive, keepAliveMs };
  if (length === -1)
    return { status, headers, bodyKind: bodyKinds.untilClose, bodyLength: 0, keepAlive: false, keepAliveMs };
  return {
    status,
    headers,
    bodyKind: length === 0 ? bodyKinds.none : bodyKinds.length,
    bodyLength: length,
    keepAlive,
    keepAliveMs,
  };
}

function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isBlank = (code: number): boolean => code === 32 || code === 9;

function contentLength(value: string, before: number): number {
  if (!/^\d{1,15}$/.test(value)) throw new ProtocolError(`Content-Length ${JSON.stringify(value.slice(0, 60))}`);
  const length = Number(value);
  if (before !== -1 && before !== length) throw new ProtocolError('two different Content-Lengths');
  return length;
}

/** Whether a comma-separated list, lower-cased, names `token`. */
function listed(list: string, token: string): boolean {
  return list.includes(token) && list.split(',').some((entry) => entry.trim() === token);
}

/** Takes out the headers that the options of Connection name: they are for this connection only (RFC 9110, 7.6.1). */
function dropNamed(headers: string[], options: string): void {
  const named = new Set(options.split(',').map((option) => option.trim()));
  named.delete('connection');
  let kept = 0;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    if (named.has(name.toLowerCase())) continue;
    headers[kept++] = name;
    headers[kept++] = headers[i + 1]!;
  }
  headers.length = kept;
}

function timeoutOf(value: string): number {
  const seconds = /(?:^|[,;\s])timeout=(\d{1,6})/i.exec(value)?.[1];
  return seconds === undefined ? 0 : Number(seconds) * 1000;
}

function firstMalformed(lines: string): string {
  const bad = lines.split('\r\n').find((line) => line !== '' && !wellFormedLines.test(`${line}\r\n`)) ?? '';
  return JSON.stringify(bad.slice(0, 60));
}
