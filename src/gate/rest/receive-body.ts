/**
 * The request's body, for steps that need the whole of it; where none does it is left to stream. A compressed body is
 * always taken whole and unpacked, since neither mappings nor backends are told that it was compressed.
 * Source: Amazon API Gateway Developer Guide, "Call an API method with a compressed payload".
 */
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw } from 'node:zlib';
import type { Exchange } from '../exchange.ts';
import { Fault, requestTooLarge, unreadableCoding } from '../fault.ts';
import type { Outcome, Step } from '../step.ts';

const nothing = Buffer.alloc(0);
const incomplete = new Fault('DEFAULT_4XX', { why: 'the client has gone before its request was complete' });

/** @param whole false: the body may go on as a stream */
export function receiveBody(whole: boolean, bytesMax: number): Step {
  return (x) => {
    const { requestBody: body } = x;
    if (body === null) {
      if (whole) x.requestBytes = nothing;
      return undefined;
    }
    const coding = x.header('content-encoding');
    if (coding !== undefined || whole) return receive(x, body, coding, bytesMax);
    return x.requestBodyBytes === -1 ? measure(x, body) : undefined;
  };
}

async function receive(x: Exchange, body: Readable, coding: string | undefined, bytesMax: number): Promise<Outcome> {
  let bytes: Buffer | null;
  try {
    bytes = await collect(body, bytesMax);
  } catch {
    return incomplete; // the client has gone: nobody will read this
  }
  if (bytes === null) return requestTooLarge(bytesMax);
  x.requestBytes = bytes;
  return coding === undefined ? undefined : unpack(x, bytes, coding, bytesMax);
}

const measuredBytesMax = 65_536;
const measuredMs = 200;

/**
 * A body of unknown length that turns out to be short is sent on with its length, as Amazon API Gateway sends all:
 * many backends do not understand chunks. One that goes on, in size or in time, streams.
 */
function measure(x: Exchange, body: Readable): Promise<Outcome> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const finish = (): void => {
      clearTimeout(timer);
      body.off('data', onData).off('end', onEnd).off('close', onEnd);
      resolve(undefined);
    };
    const onData = (piece: Buffer): void => {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > measuredBytesMax) stream();
    };
    const stream = (): void => {
      body.pause();
      if (pieces.length > 0) body.unshift(Buffer.concat(pieces));
      finish();
    };
    const onEnd = (): void => {
      if (body.readableEnded) x.requestBytes = pieces.length === 0 ? nothing : Buffer.concat(pieces);
      finish();
    };
    const timer = setTimeout(stream, measuredMs);
    body.on('data', onData).on('end', onEnd).on('close', onEnd);
  });
}

/** @returns null when there is more than `bytesMax`; @throws when the client goes away */
export function collect(stream: Readable, bytesMax: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    stream.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > bytesMax) {
        // The rest is the listener's to drop, so that the client gets to read the refusal.
        stream.removeAllListeners('data');
        stream.pause();
        resolve(null);
      } else pieces.push(piece);
    });
    stream.on('end', () => resolve(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)));
    stream.on('error', reject);
    stream.on('close', () => reject(new Error('the body ended early')));
  });
}

const unpackers: Readonly<
  Record<string, readonly ((bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>)[]>
> = {
  gzip: [promisify(gunzip)],
  'x-gzip': [promisify(gunzip)],
  // Named after zlib's format, but half of the world sends raw deflate under this name.
  deflate: [promisify(inflate), promisify(inflateRaw)],
};

async function unpack(x: Exchange, packed: Uint8Array, coding: string, bytesMax: number): Promise<Fault | undefined> {
  const name = coding.trim().toLowerCase();
  if (name === 'identity' || name === '' || packed.length === 0) return undefined;
  if (!Object.hasOwn(unpackers, name)) return unreadableCoding;
  for (const unpacker of unpackers[name]!) {
    try {
      x.requestBytes = await unpacker(packed, { maxOutputLength: bytesMax });
      return undefined;
    } catch (error) {
      if (error instanceof RangeError) return requestTooLarge(bytesMax);
    }
  }
  return unreadableCoding;
}
