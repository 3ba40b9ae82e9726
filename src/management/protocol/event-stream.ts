/**
 * Answers that are a stream of events: each is a frame of AWS's binary event stream encoding.
 * Source: Smithy specification, "Amazon Event Stream Specification".
 */
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { encodeStructure } from './json.ts';
import { type Member, membersOf, type ServiceModel } from './model.ts';
import type { TimestampPrecision } from './timestamps.ts';

/** @param events each with the one member that it is, e.g. `{ PayloadChunk: { Payload } }` */
export function eventStream(
  model: ServiceModel,
  union: Member,
  events: AsyncIterable<object> | Iterable<object>,
  precision: TimestampPrecision,
): Readable {
  async function* frames(): AsyncGenerator<Buffer> {
    for await (const event of events) {
      for (const [name, member] of Object.entries(membersOf(model, union.shape))) {
        const value: unknown = Object.hasOwn(event, name) ? event[name as keyof typeof event] : undefined;
        if (value !== undefined) yield eventFrame(model, name, member, value, precision);
      }
    }
  }
  return Readable.from(frames(), { objectMode: false });
}

function eventFrame(
  model: ServiceModel,
  name: string,
  member: Member,
  value: unknown,
  precision: TimestampPrecision,
): Buffer {
  const members = membersOf(model, member.shape);
  const bare = Object.entries(members).find(([, candidate]) => candidate.eventPayload === true);
  const payload: unknown =
    bare === undefined ? undefined : Object.hasOwn(Object(value), bare[0]) ? Object(value)[bare[0]] : undefined;
  if (payload instanceof Uint8Array) return frame(headersOf(name, 'application/octet-stream'), payload);
  if (typeof payload === 'string') return frame(headersOf(name, 'text/plain'), Buffer.from(payload, 'utf8'));
  const json = JSON.stringify(encodeStructure(model, members, value, precision));
  return frame(headersOf(name, 'application/json'), Buffer.from(json, 'utf8'));
}

const headersOf = (event: string, contentType: string): Readonly<Record<string, string>> => ({
  ':event-type': event,
  ':content-type': contentType,
  ':message-type': 'event',
});

const stringType = 7;

/** Lengths and a checksum, headers, payload, and a checksum of it all. */
export function frame(headers: Readonly<Record<string, string>>, payload: Uint8Array): Buffer {
  const head = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const bytes = Buffer.from(value, 'utf8');
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      return Buffer.concat([
        Buffer.from([name.length]),
        Buffer.from(name, 'utf8'),
        Buffer.from([stringType]),
        length,
        bytes,
      ]);
    }),
  );
  const message = Buffer.alloc(16 + head.length + payload.length);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(head.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  head.copy(message, 12);
  message.set(payload, 12 + head.length);
  message.writeUInt32BE(crc32(message.subarray(0, -4)), message.length - 4);
  return message;
}
