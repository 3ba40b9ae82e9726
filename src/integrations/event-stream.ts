/**
 * The framing of AWS event streams (`application/vnd.amazon.eventstream`), as InvokeWithResponseStream answers: each
 * message has a prelude of two lengths and a checksum, headers, a payload and a checksum of the whole.
 * Source: Smithy specification, "Amazon Event Stream".
 */
import { crc32 } from 'node:zlib';

export interface EventMessage {
  /** `:message-type`, `:event-type`, `:exception-type` and others, those of type string only. */
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Uint8Array;
}

/** A stream that does not keep to the framing. */
export class EventStreamError extends Error {
  override readonly name = 'EventStreamError';
}

const preludeBytes = 12;
/** Lambda's messages are far smaller; this bounds what is held. */
const messageBytesMax = 16 * 1024 * 1024;
/** Bytes of a value by its type; -1: two bytes of length stand before it. */
const valueBytes = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16] as const;
const stringType = 7;

export class EventStreamReader {
  #held: Buffer = Buffer.alloc(0);

  /** @returns the messages that are complete with this piece @throws EventStreamError */
  read(piece: Uint8Array): EventMessage[] {
    this.#held = this.#held.length === 0 ? Buffer.from(piece) : Buffer.concat([this.#held, piece]);
    const messages: EventMessage[] = [];
    for (;;) {
      const { length } = this.#held;
      if (length < preludeBytes) return messages;
      const bytes = this.#held.readUInt32BE(0);
      const headerBytes = this.#held.readUInt32BE(4);
      if (crc32(this.#held.subarray(0, 8)) !== this.#held.readUInt32BE(8))
        throw new EventStreamError('the prelude of a message does not match its checksum');
      if (bytes > messageBytesMax || bytes < preludeBytes + headerBytes + 4)
        throw new EventStreamError(`a message of ${bytes} bytes can not be read`);
      if (length < bytes) return messages;
      const message = this.#held.subarray(0, bytes);
      if (crc32(message.subarray(0, bytes - 4)) !== message.readUInt32BE(bytes - 4))
        throw new EventStreamError('a message does not match its checksum');
      messages.push({
        headers: headersIn(message.subarray(preludeBytes, preludeBytes + headerBytes)),
        payload: message.subarray(preludeBytes + headerBytes, bytes - 4),
      });
      this.#held = this.#held.subarray(bytes);
    }
  }

  /** False in the middle of a message. */
  get atEnd(): boolean {
    return this.#held.length === 0;
  }
}

function headersIn(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + (bytes[at] ?? 0);
    const type = bytes[nameEnd] ?? -1;
    const fixed = valueBytes[type];
    if (fixed === undefined || nameEnd + (fixed === -1 ? 2 : 0) >= bytes.length)
      throw new EventStreamError('a header can not be read');
    const start = nameEnd + 1 + (fixed === -1 ? 2 : 0);
    const end = start + (fixed === -1 ? bytes.readUInt16BE(nameEnd + 1) : fixed);
    if (end > bytes.length) throw new EventStreamError('a header can not be read');
    if (type === stringType) headers.set(bytes.toString('utf8', at + 1, nameEnd), bytes.toString('utf8', start, end));
    at = end;
  }
  return headers;
}
