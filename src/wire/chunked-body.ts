/**
 * Takes the chunk framing off a response body as it arrives, in pieces of any size. Chunk extensions and trailers are
 * read and dropped, within bounds; anything else that is not exactly the grammar is an error.
 * Source: RFC 9112, section 7.1.
 */
import { ProtocolError } from './response-head.ts';

/** Bytes of one chunk-size line with its extensions, and of all trailers together. */
const lineBytesMax = 1024;
const trailerBytesMax = 16_384;

const states = { size: 0, data: 1, dataEnd: 2, trailer: 3, done: 4 } as const;

export class ChunkedBody {
  #state: (typeof states)[keyof typeof states] = states.size;
  #remaining = 0;
  /** What has been read of an unfinished line, as latin1. */
  #line = '';
  #trailerBytes = 0;

  get done(): boolean {
    return this.#state === states.done;
  }

  /**
   * @param emit called with the pieces of the body, views into `bytes`
   * @returns how many bytes were used: fewer than given only when the body ended before
   * @throws ProtocolError
   */
  read(bytes: Buffer, emit: (piece: Buffer) => void): number {
    let at = 0;
    while (at < bytes.length && this.#state !== states.done) {
      if (this.#state === states.data) {
        const piece = bytes.subarray(at, at + Math.min(this.#remaining, bytes.length - at));
        at += piece.length;
        this.#remaining -= piece.length;
        if (this.#remaining === 0) this.#state = states.dataEnd;
        emit(piece);
        continue;
      }
      const end = bytes.indexOf(10, at);
      const stop = end === -1 ? bytes.length : end + 1;
      if (this.#line.length + stop - at > lineBytesMax) throw new ProtocolError('a chunk line that does not end');
      this.#line += bytes.toString('latin1', at, stop);
      at = stop;
      if (end === -1) break;
      if (!this.#line.endsWith('\r\n')) throw new ProtocolError('a chunk line without CRLF');
      this.#endLine(this.#line.slice(0, -2));
      this.#line = '';
    }
    return at;
  }

  #endLine(line: string): void {
    switch (this.#state) {
      case states.size: {
        const size = /^([0-9a-f]{1,13})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/i.exec(line)?.[1];
        if (size === undefined) throw new ProtocolError(`chunk size ${JSON.stringify(line.slice(0, 40))}`);
        this.#remaining = Number.parseInt(size, 16);
        this.#state = this.#remaining === 0 ? states.trailer : states.data;
        return;
      }
      case states.dataEnd:
        if (line !== '') throw new ProtocolError('a chunk longer than its size');
        this.#state = states.size;
        return;
      default:
        this.#trailerBytes += line.length;
        if (this.#trailerBytes > trailerBytesMax) throw new ProtocolError('trailers that do not end');
        if (line === '') this.#state = states.done;
    }
  }
}
