/**
 * The lines of an execution log that are about the backend.
 * Source: recorded logs, facts/test-invoke-method.md.
 */
import { Readable } from 'node:stream';
import type { Exchange } from '../exchange.ts';
import { type ExecutionLog, headersText } from '../execution-log.ts';

/** Secrets of the call itself; what the owner mapped is the owner's to read. */
const masked: ReadonlySet<string> = new Set(['authorization']);

/** @param uri of the backend, with path and query */
export function logRequest(x: Exchange, log: ExecutionLog, uri: string): void {
  const sent = [...x.backendHeaders, ...x.passedHeaders];
  const headers: string[] = [];
  for (let i = 0; i < sent.length; i += 2) {
    const name = sent[i]!;
    const value = sent[i + 1]!;
    const lower = name.toLowerCase();
    if (lower !== 'host') headers.push(name, masked.has(lower) ? '*'.repeat(value.length) : value);
  }
  log.line(`Endpoint request URI: ${uri}`);
  log.line(`Endpoint request headers: ${headersText(headers)}`);
  log.line(`Endpoint request body after transformations: ${bodyText(x.backendBody)}`);
  log.line(`Sending request to ${uri}`);
}

export function logAnswer(x: Exchange, log: ExecutionLog): void {
  if (x.answer === null) return;
  log.line(`Received response. Status: ${x.answer.status}, Integration latency: ${x.integrationLatencyMs} ms`);
  log.line(`Endpoint response headers: ${headersText(x.answer.headers)}`);
}

/** Once the whole body is there. */
export function logAnswerBody(x: Exchange, log: ExecutionLog): void {
  log.line(`Endpoint response body before transformations: ${bodyText(x.answerBytes)}`);
}

/** A body that streams is not read for a log. */
export function bodyText(body: Uint8Array | string | Readable | null): string {
  if (body === null) return '';
  if (typeof body === 'string') return body;
  if (body instanceof Readable) return '';
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
}
