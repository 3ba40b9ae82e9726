/**
 * One HTTP/1.1 connection to an upstream, plain or TLS: writes a call's request, reads its answer, and hands itself
 * back to its pool when it may be used again. Small answers are collected and delivered whole; larger ones and those
 * of unknown length stream, and the socket is paused while nobody takes what it reads.
 */
import { connect as connectPlain, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { ChunkedBody } from './chunked-body.ts';
import { type Deadlines, Waiting } from './deadlines.ts';
import { requestHead, unfitRequest } from './head-text.ts';
import { bodyKinds, ProtocolError, parseResponseHead, type ResponseHead } from './response-head.ts';
import { atEndOfTurn, type Flushable } from './turn.ts';
import {
  type Carrier,
  type UpstreamCall,
  UpstreamError,
  type UpstreamFailure,
  type UpstreamTarget,
} from './upstream-call.ts';

/** A body of known length up to this is waited for and delivered as bytes, so that it costs no stream. */
const collectedBytesMax = 65_536;
/** Status line and header lines of one answer. */
const headBytesMax = 65_536;
/** Interim (1xx) answers before the real one. */
const interimMax = 16;
/** Request bodies up to this go out in one write with their head. */
const joinedBytesMax = 16_384;

/** How much is read at once. */
const readBytes = 65_536;
/**
 * Where plain sockets are read to. One buffer does for all of them, since what is read is parsed before anybody reads
 * again; a buffer made for every read costs 2 µs an answer (measured). Windows reads ahead: there each has its own.
 */
const sharedBuffer = process.platform === 'win32' ? null : Buffer.allocUnsafeSlow(readBytes);

const none: readonly string[] = [];
const headEnd = '\r\n\r\n';
/** Reads up to this are looked at as text. */
const smallBytesMax = 4_096;
/** The pool a connection belongs to. */
export interface ConnectionOwner {
  /** The connection is free. */
  released(connection: UpstreamConnection): void;
  /** The connection is gone; a call it could not serve, through no fault of the call, is handed back. */
  closed(connection: UpstreamConnection, unserved: UpstreamCall | null): void;
  /** TLS session to resume from. */
  session: Buffer | undefined;
}

export interface ConnectionTimeouts {
  /** How long an unused connection is kept when the upstream promises nothing. */
  readonly idleMs: number;
  /** Longest pause of a streamed answer. */
  readonly pauseMs: number;
}

export class UpstreamConnection extends Waiting implements Carrier, Flushable {
  readonly #owner: ConnectionOwner;
  readonly #deadlines: Deadlines;
  readonly #timeouts: ConnectionTimeouts;
  readonly #socket: Socket;
  #ready: boolean;
  #used = false;
  #closed = false;
  #error: Error | null = null;

  #call: UpstreamCall | null = null;
  /** A request that leaves at the end of this turn; empty when there is none. */
  #unsent: Buffer | string = '';
  #requestSent = true;
  #stopSending: (() => void) | null = null;

  #partial: Buffer | null = null;
  #interim = 0;
  #head: ResponseHead | null = null;
  #missing = 0;
  #pieces: Buffer[] = [];
  #chunked: ChunkedBody | null = null;
  #stream: AnswerStream | null = null;
  readonly #keepPiece = (piece: Buffer): void => {
    this.#deliver(piece);
  };

  constructor(target: UpstreamTarget, owner: ConnectionOwner, deadlines: Deadlines, timeouts: ConnectionTimeouts) {
    super();
    this.#owner = owner;
    this.#deadlines = deadlines;
    this.#timeouts = timeouts;
    this.#ready = !target.tls;
    this.#socket = target.tls ? this.#openTls(target) : this.#openPlain(target);
    this.#socket.setNoDelay(true);
    this.#socket.setKeepAlive(true, 30_000);
    this.#socket.on('end', () => this.#onEnd());
    this.#socket.on('error', (error) => {
      this.#error = error;
    });
    this.#socket.on('close', () => this.#onClose());
  }

  /** The connection must be free. */
  send(call: UpstreamCall): void {
    this.#deadlines.cancel(this);
    this.#call = call;
    call.carrier = this;
    // A TLS connection says nothing before the peer's certificate has been verified.
    if (this.#ready) this.#write(call);
  }

  drop(call: UpstreamCall): void {
    if (this.#call === call) this.destroy();
  }

  destroy(): void {
    this.#deadlines.cancel(this);
    // At once: what the request's body goes on to bring is somebody else's to take.
    this.#stopSending?.();
    this.#socket.destroy();
  }

  /** Unused for too long, or a streamed answer paused for too long. */
  override expired(): void {
    if (this.#call !== null)
      this.#error = new UpstreamError('timeout', `the answer paused for more than ${this.#timeouts.pauseMs} ms`);
    this.#socket.destroy();
  }

  /** Called by the stream when somebody wants more. */
  takeMore(): void {
    if (!this.#socket.isPaused()) return;
    this.#deadlines.start(this, this.#timeouts.pauseMs);
    this.#socket.resume();
  }

  #openPlain({ host, port }: UpstreamTarget): Socket {
    const buffer = sharedBuffer ?? Buffer.allocUnsafeSlow(readBytes);
    const callback = (bytes: number): boolean => {
      this.#onData(buffer.subarray(0, bytes));
      return true;
    };
    return connectPlain({ host, port, onread: { buffer, callback } });
  }

  #openTls(target: UpstreamTarget): TLSSocket {
    const socket = connectTls({
      host: target.host,
      port: target.port,
      // SNI must be a name; RFC 6066 forbids addresses.
      servername: /^[\d.]+$|:/.test(target.host) ? '' : target.host,
      rejectUnauthorized: !target.insecure,
      ALPNProtocols: ['http/1.1'],
      ...(this.#owner.session === undefined ? {} : { session: this.#owner.session }),
      ...(target.certificate === undefined ? {} : { cert: target.certificate, key: target.privateKey }),
    });
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('secureConnect', () => {
      this.#ready = true;
      if (this.#call !== null) this.#write(this.#call);
    });
    socket.on('session', (session) => {
      this.#owner.session = session;
    });
    return socket;
  }

  #write(call: UpstreamCall): void {
    const { method, path, headers, passedHeaders = none, body, bodyBytes } = call.request;
    const bytes = body === null ? 0 : body instanceof Uint8Array ? body.length : bodyBytes;
    const framing = bytes === -1 ? 'Transfer-Encoding: chunked\r\n' : `Content-Length: ${bytes}\r\n`;
    const head = requestHead(method, path, headers, passedHeaders, framing);
    if (head === null) {
      this.#refuse(call, `${unfitRequest(method, path, headers)} cannot be sent`);
      return;
    }
    if (body === null) {
      this.#unsent = head;
      atEndOfTurn(this);
    } else if (!(body instanceof Uint8Array)) {
      this.#requestSent = false;
      this.#socket.write(head, 'latin1');
      this.#sendStream(call, body, bytes === -1);
    } else if (body.length <= joinedBytesMax) {
      const joined = Buffer.allocUnsafe(head.length + body.length);
      joined.write(head, 0, 'latin1');
      joined.set(body, head.length);
      this.#unsent = joined;
      atEndOfTurn(this);
    } else {
      this.#socket.cork();
      this.#socket.write(head, 'latin1');
      this.#socket.write(body);
      this.#socket.uncork();
    }
  }

  flush(): void {
    const unsent = this.#unsent;
    this.#unsent = '';
    if (!this.#socket.destroyed) this.#socket.write(unsent, 'latin1');
  }

  /** Nothing has been written: the connection stays good. */
  #refuse(call: UpstreamCall, message: string): void {
    this.#call = null;
    call.carrier = null;
    call.fail(new UpstreamError('broken', message));
    this.#release(0);
  }

  #sendStream(call: UpstreamCall, body: Readable, chunked: boolean): void {
    const socket = this.#socket;
    const onData = (piece: Buffer): void => {
      let taken: boolean;
      if (chunked) {
        socket.cork();
        socket.write(`${piece.length.toString(16)}\r\n`, 'latin1');
        socket.write(piece);
        taken = socket.write('\r\n', 'latin1');
        socket.uncork();
      } else taken = socket.write(piece);
      if (!taken) body.pause();
      call.goesOn();
    };
    const onDrain = (): void => {
      body.resume();
    };
    const onEnd = (): void => {
      stop();
      if (chunked) socket.write('0\r\n\r\n', 'latin1');
      call.goesOn();
      this.#requestSent = true;
    };
    const onBroken = (error?: Error): void => {
      stop();
      call.fail(new UpstreamError('aborted', 'the request body ended early', { cause: error }));
      this.drop(call);
    };
    const stop = (): void => {
      this.#stopSending = null;
      socket.off('drain', onDrain);
      body.off('data', onData).off('end', onEnd).off('close', onBroken);
    };
    this.#stopSending = stop;
    socket.on('drain', onDrain);
    // A stream that fails after nobody needs it any more must not bring the process down: this listener stays.
    body.on('error', onBroken);
    body.on('data', onData).on('end', onEnd).on('close', onBroken);
    // Whoever looked at it before may have left it paused.
    body.resume();
    if (body.destroyed) onBroken();
  }

  /** @param chunk is overwritten by the next read: what is kept of it must be copied */
  #onData(chunk: Buffer): void {
    if (this.#call === null) {
      this.destroy(); // bytes that nobody asked for
      return;
    }
    try {
      if (this.#head === null) this.#readHead(this.#call, chunk);
      else this.#readBody(this.#call, this.#head, chunk);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#error = new UpstreamError('broken', error.message);
      this.destroy();
    }
  }

  #readHead(call: UpstreamCall, chunk: Buffer): void {
    let bytes = this.#partial === null ? chunk : Buffer.concat([this.#partial, chunk]);
    for (;;) {
      // Of a small answer all becomes text at once: a view of a part of it costs more than the rest of it does.
      const text = bytes.length <= smallBytesMax ? bytes.toString('latin1') : null;
      const end = text === null ? bytes.indexOf(headEnd) : text.indexOf(headEnd);
      if ((end === -1 ? bytes.length : end) > headBytesMax) throw new ProtocolError('headers that do not end');
      if (end === -1) {
        this.#partial = Buffer.from(bytes);
        return;
      }
      const lines = text === null ? bytes.toString('latin1', 0, end + 2) : text.slice(0, end + 2);
      const head = parseResponseHead(lines, call.request.method);
      if (head.status >= 200) {
        this.#partial = null;
        this.#head = head;
        this.#beginBody(call, head, bytes, end + headEnd.length);
        return;
      }
      if (head.status === 101) throw new ProtocolError('status 101 without being asked to switch protocols');
      if (++this.#interim > interimMax) throw new ProtocolError('interim answers that do not end');
      bytes = bytes.subarray(end + headEnd.length);
    }
  }

  /** @param from where in `bytes` the body begins */
  #beginBody(call: UpstreamCall, head: ResponseHead, bytes: Buffer, from: number): void {
    const rest = bytes.length - from;
    switch (head.bodyKind) {
      case bodyKinds.none:
        this.#complete(call, head, null, rest);
        return;
      case bodyKinds.length:
        if (rest >= head.bodyLength) {
          this.#complete(call, head, copyOf(bytes, from, head.bodyLength), rest - head.bodyLength);
          return;
        }
        this.#missing = head.bodyLength;
        if (head.bodyLength > collectedBytesMax) this.#openStream(call, head);
        this.#readBody(call, head, bytes.subarray(from));
        return;
      case bodyKinds.chunked: {
        this.#chunked = new ChunkedBody();
        const used = this.#chunked.read(bytes.subarray(from), this.#keepPiece);
        if (this.#chunked.done) {
          this.#complete(call, head, joined(this.#pieces), rest - used);
          return;
        }
        this.#openStream(call, head);
        return;
      }
      case bodyKinds.untilClose:
        this.#openStream(call, head);
        this.#deliver(bytes.subarray(from));
        return;
      default: {
        const never: never = head.bodyKind;
        throw new Error(`unexpected body kind ${String(never)}`);
      }
    }
  }

  #readBody(call: UpstreamCall, head: ResponseHead, chunk: Buffer): void {
    if (this.#stream !== null) this.#deadlines.start(this, this.#timeouts.pauseMs);
    if (this.#chunked !== null) {
      const used = this.#chunked.read(chunk, this.#keepPiece);
      if (this.#chunked.done) this.#complete(call, head, null, chunk.length - used);
      return;
    }
    if (head.bodyKind === bodyKinds.untilClose) {
      this.#deliver(chunk);
      return;
    }
    const piece = chunk.length > this.#missing ? chunk.subarray(0, this.#missing) : chunk;
    this.#missing -= piece.length;
    this.#deliver(piece);
    if (this.#missing === 0) this.#complete(call, head, joined(this.#pieces), chunk.length - piece.length);
  }

  #deliver(piece: Buffer): void {
    if (piece.length === 0) return;
    const kept = Buffer.from(piece);
    if (this.#stream === null) this.#pieces.push(kept);
    else if (!this.#stream.push(kept)) {
      this.#socket.pause();
      this.#deadlines.cancel(this);
    }
  }

  #openStream(call: UpstreamCall, head: ResponseHead): void {
    this.#stream = new AnswerStream(this);
    for (const piece of this.#pieces) this.#stream.push(piece);
    this.#pieces = [];
    this.#deadlines.start(this, this.#timeouts.pauseMs);
    const bodyBytes = head.bodyKind === bodyKinds.length ? head.bodyLength : -1;
    call.succeed({ status: head.status, headers: head.headers, body: this.#stream, bodyBytes });
  }

  /** @param excess bytes after the end of the answer: nobody asked for them */
  #complete(call: UpstreamCall, head: ResponseHead, body: Buffer | null, excess: number): void {
    const stream = this.#stream;
    const reusable = head.keepAlive && excess === 0 && this.#requestSent;
    this.#forget(call);
    if (reusable) this.#release(head.keepAliveMs);
    else this.destroy();
    if (stream !== null) stream.end();
    else call.succeed({ status: head.status, headers: head.headers, body, bodyBytes: body === null ? 0 : body.length });
  }

  #release(keepAliveMs: number): void {
    if (this.#socket.isPaused()) this.#socket.resume();
    // A second less than promised, so that the upstream does not close just when the next request is written.
    const idleMs = keepAliveMs > 0 ? Math.max(100, keepAliveMs - 1_000) : this.#timeouts.idleMs;
    this.#deadlines.start(this, idleMs);
    this.#owner.released(this);
  }

  #forget(call: UpstreamCall): void {
    this.#stopSending?.();
    this.#requestSent = true;
    this.#used = true;
    this.#call = null;
    this.#head = null;
    this.#partial = null;
    this.#interim = 0;
    this.#chunked = null;
    this.#stream = null;
    if (this.#pieces.length > 0) this.#pieces = [];
    call.carrier = null;
  }

  #onEnd(): void {
    if (this.#call !== null && this.#head?.bodyKind === bodyKinds.untilClose)
      this.#complete(this.#call, this.#head, null, 0);
    else this.destroy();
  }

  #onClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#deadlines.cancel(this);
    const call = this.#call;
    if (call === null) {
      this.#owner.closed(this, null);
      return;
    }
    const stream = this.#stream;
    const untouched = this.#head === null && this.#partial === null;
    const used = this.#used;
    const detail = this.#head === null ? 'before it answered' : 'halfway through its answer';
    this.#forget(call);
    if (stream !== null) stream.destroy(asUpstreamError(this.#error, `the upstream closed the connection ${detail}`));
    // A kept connection may have been closed by the upstream just when the request was written: that is nobody's fault.
    if (used && untouched && !call.settled && !call.retried && isRepeatable(call)) {
      call.retried = true;
      this.#owner.closed(this, call);
      return;
    }
    call.fail(asUpstreamError(this.#error, `the upstream closed the connection ${detail}`));
    this.#owner.closed(this, null);
  }
}

/** The part of an answer that is still coming. */
class AnswerStream extends Readable {
  #connection: UpstreamConnection | null;

  constructor(connection: UpstreamConnection) {
    super({ highWaterMark: collectedBytesMax });
    this.#connection = connection;
    // Whoever reads hears of errors too; when nobody reads any more, they concern nobody.
    this.on('error', () => {});
  }

  end(): void {
    this.#connection = null;
    this.push(null);
  }

  override _read(): void {
    this.#connection?.takeMore();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#connection?.destroy();
    this.#connection = null;
    done(error);
  }
}

function copyOf(bytes: Buffer, from: number, length: number): Buffer {
  const copy = Buffer.allocUnsafe(length);
  bytes.copy(copy, 0, from, from + length);
  return copy;
}

function joined(pieces: readonly Buffer[]): Buffer | null {
  if (pieces.length === 0) return null;
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

/** Methods whose repetition has no further effect (RFC 9110, 9.2.2), with a body that can be sent again. */
function isRepeatable({ request }: UpstreamCall): boolean {
  return (
    /^(?:GET|HEAD|OPTIONS|PUT|DELETE|TRACE)$/.test(request.method) &&
    (request.body === null || request.body instanceof Uint8Array)
  );
}

const unresolvable = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'ENODATA']);
const unreachable = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EADDRNOTAVAIL',
  'EACCES',
  'EINVAL',
]);
const untrusted =
  /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO|HOSTNAME_MISMATCH|INVALID_CA)/;

function asUpstreamError(error: Error | null, message: string): UpstreamError {
  if (error instanceof UpstreamError) return error;
  if (error === null) return new UpstreamError('broken', message);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const failure: UpstreamFailure = unresolvable.has(code)
    ? 'unresolvable'
    : unreachable.has(code)
      ? 'unreachable'
      : untrusted.test(code)
        ? 'untrusted'
        : 'broken';
  return new UpstreamError(failure, error.message === '' ? code : error.message, { cause: error });
}
