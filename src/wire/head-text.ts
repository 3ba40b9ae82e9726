/**
 * Heads of requests that are sent, as text. Nothing that came from outside may end a line, begin a header or end the
 * head: what would is not sent at all. One look at the whole costs less than one at each name and value, and the text
 * that it leaves is the one that is written.
 * Source: RFC 9112, 3 and 5; RFC 9110, 5.1 and 5.5.
 */
import { isFieldName, token } from './field-name.ts';

const value = String.raw`[\t\x20-\x7e\x80-\xff]*`;
/** The classes that follow each other do not overlap, so it never backtracks. */
const wellFormed = new RegExp(String.raw`^[A-Z]{1,32} /[\x21-\x7e]* HTTP/1\.1\r\n(?:${token}: ${value}\r\n)*$`);
const requestLine = /^[A-Z]{1,32} \/[\x21-\x7e]*$/;
const fieldValue = new RegExp(`^${value}$`);

/**
 * @param headers name, value, name, value …
 * @param passed further ones, as a parser of HTTP/1 has read them: each a token and a text without controls already
 * @param framing the header that tells where the body ends: a line of the caller's own, with its CRLF
 * @returns the head with the empty line that ends it; null when it cannot be sent
 */
export function requestHead(
  method: string,
  path: string,
  headers: readonly string[],
  passed: readonly string[],
  framing: string,
): string | null {
  let head = `${method} ${path} HTTP/1.1\r\n`;
  let fit = true;
  for (let i = 0; i < headers.length; i += 2) {
    const each = headers[i]!;
    // A name ends at the first colon.
    if (each.includes(':')) fit = false;
    head += `${each}: ${headers[i + 1]!}\r\n`;
  }
  // The request line, and as many as there are headers: none of them has brought another.
  if (!fit || !wellFormed.test(head) || linesIn(head) !== headers.length / 2 + 1) return null;
  for (let i = 0; i < passed.length; i += 2) head += `${passed[i]!}: ${passed[i + 1]!}\r\n`;
  return `${head}${framing}\r\n`;
}

/** What keeps a request from being sent, in a word for the log. */
export function unfitRequest(method: string, path: string, headers: readonly string[]): string {
  if (!requestLine.test(`${method} ${path}`)) return JSON.stringify(`${method} ${path}`.slice(0, 80));
  for (let i = 0; i < headers.length; i += 2)
    if (!isFieldName(headers[i]!) || !fieldValue.test(headers[i + 1]!))
      return `the header ${JSON.stringify(headers[i]!.slice(0, 60))}`;
  return 'the head';
}

function linesIn(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
