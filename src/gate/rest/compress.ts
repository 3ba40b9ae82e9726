/**
 * Compresses answers for clients that ask for it, from the API's `minimumCompressionSize` on. The coding the client
 * likes best must be one of ours; `*` and silence ask for nothing. What the backend has encoded is left alone.
 * Source: Amazon API Gateway Developer Guide, "Receive an API response with a compressed payload".
 */
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { constants, createDeflate, createGzip, deflate, gzip } from 'node:zlib';
import type { Exchange } from '../exchange.ts';
import type { Step } from '../step.ts';
import { hasHeader } from './header-list.ts';

type Coding = 'gzip' | 'deflate';
const packers = { gzip: promisify(gzip), deflate: promisify(deflate) } as const;
/** A stream is flushed after every piece: an event of an event stream must not wait for the next one. */
const streamOptions = { flush: constants.Z_SYNC_FLUSH };

/** @param bytesMin size from which on an answer is compressed; an answer of unknown size counts as large */
export function compress(bytesMin: number): Step {
  return (x) => {
    const { responseBody: body } = x;
    if (body === null || x.status === 204 || x.status === 304) return undefined;
    const bytes = body instanceof Readable ? x.responseBodyBytes : Buffer.byteLength(body);
    if (bytes !== -1 && bytes < bytesMin) return undefined;
    const coding = preferredCoding(x.header('accept-encoding'));
    if (coding === null || hasHeader(x.responseHeaders, 'content-encoding')) return undefined;
    if (!(body instanceof Readable)) return pack(x, body, coding);
    x.responseHeaders.push('Content-Encoding', coding);
    x.responseBodyBytes = -1;
    x.responseBody = packedStream(body, coding);
    return undefined;
  };
}

async function pack(x: Exchange, body: string | Uint8Array, coding: Coding): Promise<undefined> {
  x.responseBody = await packers[coding](body);
  x.responseHeaders.push('Content-Encoding', coding);
}

function packedStream(body: Readable, coding: Coding): Readable {
  const packed = coding === 'gzip' ? createGzip(streamOptions) : createDeflate(streamOptions);
  body.on('error', (error) => packed.destroy(error));
  packed.on('close', () => body.destroy());
  return body.pipe(packed);
}

/** The coding that `Accept-Encoding` puts first, when it is one of ours. */
export function preferredCoding(accept: string | undefined): Coding | null {
  if (accept === undefined) return null;
  let best = '';
  let bestQuality = 0;
  for (const entry of accept.toLowerCase().split(',', 50)) {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const given = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = given === undefined ? 1 : Number(given.slice(2));
    if (quality > bestQuality) {
      best = name;
      bestQuality = quality;
    }
  }
  return best === 'gzip' || best === 'deflate' ? best : null;
}
