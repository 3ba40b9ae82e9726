/**
 * The body of a streamed response on its way from the runtime to whoever reads it, and the metadata that an HTTP
 * response has at its front.
 */
import { Readable } from 'node:stream';

/** Bytes of a streamed response: Lambda's limit. */
export const streamedBytesMax = 200 * 1024 * 1024;

/** A Readable that is pushed to, and says when it wants more. */
export class StreamedBody extends Readable {
  /** Whether any byte has come. */
  begun = false;
  readonly #more: () => void;
  #broken: Error | null = null;

  constructor(more: () => void) {
    super();
    this.#more = more;
  }

  /** Fails once what is here has been read. */
  break(error: Error): void {
    if (this.readableLength === 0) this.destroy(error);
    else this.#broken = error;
  }

  override read(size?: number): unknown {
    const chunk: unknown = super.read(size);
    const error = this.#broken;
    if (error !== null && this.readableLength === 0) process.nextTick(() => this.destroy(error));
    return chunk;
  }

  override _read(): void {
    this.#more();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // Nobody reads on: what comes is dropped, and must not hold up the runtime.
    this.#more();
    done(error);
  }
}

export const httpIntegrationType = 'application/vnd.awslambda.http-integration-response';

/** Eight zero bytes end the metadata. */
const separator = Buffer.alloc(8);
const preludeBytesMax = 256 * 1024;

export interface HttpPrelude {
  /** `{"statusCode", "headers", "cookies"}` as the function gave it; undefined when that is no JSON object. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** What comes after. */
  readonly body: Readable;
}

/**
 * Takes the metadata off the front of a response of type `httpIntegrationType`.
 * @throws what the stream fails with before the metadata is complete
 */
export async function splitHttpPrelude(response: Readable): Promise<HttpPrelude> {
  const chunks: Buffer[] = [];
  let head = Buffer.alloc(0);
  let end = -1;
  for (;;) {
    const chunk = await nextChunk(response);
    if (chunk === null) break;
    chunks.push(chunk);
    // The separator may lie across two chunks.
    const from = Math.max(0, head.length - separator.length);
    head = Buffer.concat(chunks);
    chunks.splice(0, chunks.length, head);
    end = head.indexOf(separator, from);
    if (end !== -1 || head.length > preludeBytesMax) break;
  }
  if (end === -1) {
    response.destroy();
    return { metadata: undefined, body: Readable.from([]) };
  }
  const rest = head.subarray(end + separator.length);
  if (rest.length > 0) response.unshift(rest);
  return { metadata: objectIn(head.toString('utf8', 0, end)), body: response };
}

/**
 * Waits for the first byte, and leaves it where it is.
 * @returns false when the response has ended without one
 * @throws what the stream fails with before its first byte
 */
export async function hasContent(response: Readable): Promise<boolean> {
  const first = await nextChunk(response);
  if (first !== null) response.unshift(first);
  return first !== null;
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** The next chunk, or null at the end; the stream stays paused in between. */
function nextChunk(stream: Readable): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void): void => {
      stream.off('readable', look);
      stream.off('end', onEnd);
      stream.off('error', onError);
      stream.off('close', onEnd);
      outcome();
    };
    const onEnd = (): void => settle(() => resolve(null));
    const onError = (error: Error): void => settle(() => reject(error));
    const look = (): void => {
      const chunk: unknown = stream.read();
      if (Buffer.isBuffer(chunk)) settle(() => resolve(chunk));
      else if (stream.readableEnded) onEnd();
    };
    if (stream.errored) return onError(stream.errored);
    if (stream.readableEnded || stream.destroyed) return onEnd();
    stream.on('readable', look);
    stream.on('end', onEnd);
    stream.on('error', onError);
    stream.on('close', onEnd);
    look();
  });
}
