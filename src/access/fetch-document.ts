/**
 * Fetches a small document of an identity provider: discovery, key sets. Everything is bounded: time from first to
 * last byte, size, redirects. Made for one call in minutes, so no connection is kept.
 */

import { get as getTls } from 'node:https';
import { get as getPlain, type IncomingMessage } from '../wire/node-http.ts';
import type { FetchDocument } from './issuer-keys.ts';

const redirectsMax = 3;

export const fetchDocument: FetchDocument = async (url, { timeoutMs, bytesMax }) => {
  const signal = AbortSignal.timeout(timeoutMs);
  let at = new URL(url);
  for (let redirects = 0; ; redirects++) {
    const response = await answerOf(at, signal);
    const { statusCode = 0, headers } = response;
    if (statusCode === 200) return textOf(response, bytesMax);
    response.destroy();
    const { location } = headers;
    if (statusCode < 301 || statusCode > 308 || location === undefined || redirects === redirectsMax)
      throw new Error(`${at.href} answered ${statusCode}`);
    const next = new URL(location, at);
    if (at.protocol === 'https:' && next.protocol !== 'https:') throw new Error(`${at.href} leads away from TLS`);
    at = next;
  }
};

function answerOf(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const options = { signal, agent: false, headers: { accept: 'application/json', 'accept-encoding': 'identity' } };
  return new Promise((resolve, reject) => {
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new Error(`${url.href} is no web address`);
    const request = url.protocol === 'https:' ? getTls(url, options, resolve) : getPlain(url, options, resolve);
    request.on('error', reject);
  });
}

async function textOf(response: IncomingMessage, bytesMax: number): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response) {
    if (!Buffer.isBuffer(piece)) throw new Error('text where bytes were expected');
    bytes += piece.length;
    if (bytes > bytesMax) throw new Error(`more than ${bytesMax} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
