/**
 * The server's end of the Lambda Runtime API: HTTP/1.1, hand-written, because the other end is one process of ours and
 * its few requests are always the same. One instance a connection; what requests mean is the session's business.
 * Everything that comes in is bounded: heads, bodies (by the receiver), chunk sizes, trailers.
 *
 * An answer and the event that follows it leave in one write, as do, on the other side, a response and the question for
 * the next event: a warm invocation costs one write and one read each way.
 *
 * Source: Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes"; RFC 9112.
 */
import type { Socket } from 'node:net';

/** A runtime may put an X-Ray cause of up to 1 MB into a header. */
const headBytesMax = 1_200_000;
const lineBytesMax = 4096;
/** An error in trailers is base64 JSON. */
const trailerBytesMax = 1_200_000;

export interface RuntimeRequest {
  readonly kind: 'next' | 'response' | 'error' | 'init-error' | 'unknown';
  /** The request id in the path of `response` and `error`; empty otherwise. */
  readonly requestId: string;
  /** All header lines, names in lower case, each with a line feed before it. */
  readonly headers: string;
}

/** Takes the body of a request. */
export interface BodyReceiver {
  /** @returns false to pause the connection until `resume` */
  data(chunk: Buffer): boolean;
  /** @param trailers lines as in `RuntimeRequest.headers`; empty as a rule @returns the answer */
  end(trailers: string): string;
  /** The connection has broken before the end. */
  broken(): void;
}

export interface RuntimeSession {
  /** The runtime asks for an event: `connection.sendEvent` answers, now or later. @returns a refusal to answer at once */
  next(connection: RuntimeConnection): string | undefined;
  /** A request with a body. */
  receive(request: RuntimeRequest, connection: RuntimeConnection): BodyReceiver;
  closed(connection: RuntimeConnection): void;
}

/** Value of a header in `RuntimeRequest.headers`. */
export function headerIn(headers: string, lowerCaseName: string): string | undefined {
  const at = headers.indexOf(`\n${lowerCaseName}:`);
  if (at === -1) return undefined;
  const from = at + lowerCaseName.length + 2;
  const end = headers.indexOf('\n', from);
  return (end === -1 ? headers.slice(from) : headers.slice(from, end)).trim();
}

const answer = (status: string, body: string): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

const refusal = (status: string, errorType: string, errorMessage: string): string =>
  answer(status, `${JSON.stringify({ errorMessage, errorType })}\n`);

export const accepted = answer('202 Accepted', '{"status":"OK"}\n');
export const invalidRequestId = refusal('400 Bad Request', 'InvalidRequestID', 'Invalid request ID');
export const invalidTransition = refusal('403 Forbidden', 'InvalidStateTransition', 'State transition is not allowed');
export const entityTooLarge = (bytesMax: number): string =>
  refusal(
    '413 Request Entity Too Large',
    'RequestEntityTooLarge',
    `Exceeded maximum allowed payload size (${bytesMax} bytes).`,
  );
export const notFound = refusal('404 Not Found', 'NotFound', 'This is not a resource of the Lambda Runtime API');
const badRequest = `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;

const api = '/2018-06-01/runtime/';
const invocationPath = `${api}invocation/`;

/** Reads nothing: the body of a request that is refused. */
export const discarding = (refusalText: string): BodyReceiver => ({
  data: () => true,
  end: () => refusalText,
  broken: () => {},
});

/** What a connection does to its socket. */
export type RuntimeWire = Pick<Socket, 'pause' | 'resume' | 'destroy' | 'destroySoon'> & {
  write(data: Uint8Array | string, encoding?: BufferEncoding): unknown;
};

type Expecting = 'head' | 'body' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailers';

export class RuntimeConnection {
  readonly #socket: RuntimeWire;
  readonly #session: RuntimeSession;
  #expecting: Expecting = 'head';
  /** Bytes that make no whole head, line or trailer yet. */
  #rest: Buffer | null = null;
  #receiver: BodyReceiver | null = null;
  /** Of the body, or of the chunk. */
  #bytesLeft = 0;
  #parsing = false;
  /** The runtime has asked for that with the request that is being read. */
  #closeWanted = false;
  #closing = false;
  /** Answers of this turn, sent together with an event or at the turn's end. */
  #answers = '';

  constructor(socket: RuntimeWire, session: RuntimeSession) {
    this.#socket = socket;
    this.#session = session;
  }

  /** Serves a socket until it closes. */
  static over(socket: Socket, session: RuntimeSession): RuntimeConnection {
    const connection = new RuntimeConnection(socket, session);
    socket.on('data', (chunk: Buffer) => connection.read(chunk));
    socket.on('error', () => {});
    socket.on('close', () => connection.closed());
    return connection;
  }

  /** @param head status line and headers, with the empty line at their end; Latin-1 */
  sendEvent(head: string, event: Uint8Array): void {
    const text = this.#answers + head;
    this.#answers = '';
    const message = Buffer.allocUnsafe(text.length + event.length);
    message.write(text, 0, 'latin1');
    message.set(event, text.length);
    this.#socket.write(message);
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** The socket has closed. */
  closed(): void {
    this.#receiver?.broken();
    this.#receiver = null;
    this.#session.closed(this);
  }

  /** Bytes have come. */
  read(chunk: Buffer): void {
    if (this.#closing) return;
    const data = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = null;
    this.#parsing = true;
    let at = 0;
    while (at < data.length && !this.#closing) {
      const next = this.#step(data, at);
      if (next === -1) break;
      if (next === -2) {
        this.#answers += badRequest;
        this.#closing = true;
        break;
      }
      at = next;
    }
    this.#parsing = false;
    this.#flush();
  }

  #flush(): void {
    if (this.#parsing) return;
    if (this.#answers !== '') {
      this.#socket.write(this.#answers, 'latin1');
      this.#answers = '';
    }
    if (this.#closing) this.#socket.destroySoon();
  }

  /** Takes one piece. @returns where the next begins; -1 when there is not enough yet; -2 when it makes no sense */
  #step(data: Buffer, at: number): number {
    switch (this.#expecting) {
      case 'head': {
        const end = data.indexOf('\r\n\r\n', at);
        if (end === -1) return this.#keep(data, at, headBytesMax);
        return end - at <= headBytesMax && this.#begin(data.toString('latin1', at, end)) ? end + 4 : -2;
      }
      case 'body':
      case 'chunk': {
        const end = Math.min(data.length, at + this.#bytesLeft);
        this.#bytesLeft -= end - at;
        if (this.#receiver?.data(data.subarray(at, end)) === false) this.#socket.pause();
        if (this.#bytesLeft === 0) {
          if (this.#expecting === 'body') this.#finish('');
          else this.#expecting = 'chunk-end';
        }
        return end;
      }
      case 'chunk-size': {
        const end = data.indexOf('\r\n', at);
        if (end === -1) return this.#keep(data, at, lineBytesMax);
        const size = /^[0-9a-fA-F]{1,8}(?=$|[;\s])/.exec(data.toString('latin1', at, end))?.[0];
        if (size === undefined) return -2;
        this.#bytesLeft = Number.parseInt(size, 16);
        this.#expecting = this.#bytesLeft === 0 ? 'trailers' : 'chunk';
        return end + 2;
      }
      case 'chunk-end': {
        if (data.length - at < 2) return this.#keep(data, at, 2);
        if (data[at] !== 13 || data[at + 1] !== 10) return -2;
        this.#expecting = 'chunk-size';
        return at + 2;
      }
      case 'trailers': {
        if (data[at] === 13 && data[at + 1] === 10) {
          this.#finish('');
          return at + 2;
        }
        const end = data.indexOf('\r\n\r\n', at);
        if (end === -1) return this.#keep(data, at, trailerBytesMax);
        if (end - at > trailerBytesMax) return -2;
        this.#finish(linesOf(`\r\n${data.toString('latin1', at, end)}`));
        return end + 4;
      }
      default: {
        const never: never = this.#expecting;
        return never;
      }
    }
  }

  #keep(data: Buffer, at: number, bytesMax: number): number {
    if (data.length - at > bytesMax) return -2;
    // A copy: the piece is small, the memory it lies in may be large.
    this.#rest = Buffer.from(data.subarray(at));
    return -1;
  }

  /** @returns whether the head makes sense */
  #begin(head: string): boolean {
    const lineEnd = head.indexOf('\r\n');
    const line = lineEnd === -1 ? head : head.slice(0, lineEnd);
    if (line === `GET ${invocationPath}next HTTP/1.1`) {
      const refused = this.#session.next(this);
      if (refused !== undefined) this.#answers += refused;
      return true;
    }
    const match = /^(GET|POST|PUT|DELETE|HEAD) (\/\S*) HTTP\/1\.[01]$/.exec(line);
    if (match === null) return false;
    const headers = lineEnd === -1 ? '' : linesOf(head.slice(lineEnd));
    this.#receiver = this.#session.receive(requestOf(match[1]!, match[2]!, headers), this);
    this.#closeWanted = headerIn(headers, 'connection')?.toLowerCase() === 'close';
    const chunked = headerIn(headers, 'transfer-encoding');
    const length = headerIn(headers, 'content-length') ?? '0';
    if (chunked !== undefined) {
      if (chunked.toLowerCase() !== 'chunked') return false;
      this.#expecting = 'chunk-size';
    } else {
      if (!/^\d{1,15}$/.test(length)) return false;
      this.#bytesLeft = Number(length);
      if (this.#bytesLeft === 0) this.#finish('');
      else this.#expecting = 'body';
    }
    if (headerIn(headers, 'expect') !== undefined) this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n');
    return true;
  }

  #finish(trailers: string): void {
    const receiver = this.#receiver;
    this.#receiver = null;
    this.#expecting = 'head';
    if (receiver !== null) this.#answers += receiver.end(trailers);
    if (this.#closeWanted) this.#closing = true;
  }
}

/** Names in lower case, values as they are, a line feed before each. */
function linesOf(lines: string): string {
  return lines.replace(/\r\n([^:\r\n]*)/g, (_line, name: string) => `\n${name.toLowerCase()}`);
}

function requestOf(method: string, target: string, headers: string): RuntimeRequest {
  if (method === 'POST') {
    if (target === `${api}init/error`) return { kind: 'init-error', requestId: '', headers };
    if (target.startsWith(invocationPath)) {
      const [requestId = '', kind] = target.slice(invocationPath.length).split('/');
      if (kind === 'response' || kind === 'error') return { kind, requestId, headers };
    }
  } else if (method === 'GET' && target === `${invocationPath}next`) {
    return { kind: 'next', requestId: '', headers };
  }
  return { kind: 'unknown', requestId: '', headers };
}
