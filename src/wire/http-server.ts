/**
 * The listener: turns what Node.js's HTTP server reads into an Exchange, hands it to the gate, and writes the answer.
 * It owns everything about connections: keep-alive, clients that are slow or leave early, HTTP/2 beside HTTP/1.1 on
 * TLS, and the drain when a process stops. Malformed requests never reach the gate.
 */
import { createSecureServer, type Http2SecureServer, Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { Server as NetServer, Socket } from 'node:net';
import { Readable, type Writable } from 'node:stream';
import { LineBudget } from '../observe/line-budget.ts';
import type { Log } from '../observe/log.ts';
import { sendsBody, writeHead, writeHttp2Head } from './answer-head.ts';
import { Deadlines, Waiting } from './deadlines.ts';
import type { ReceivedRequest, WireExchange } from './exchange.ts';
import { createServer, type Server, ServerResponse } from './node-http.ts';
import { type Request, received } from './received-request.ts';
import {
  malformedHead,
  proxyRequest,
  type Refusal,
  refusalBody,
  refusalHeaders,
  refusalOf,
  refusalText,
  unknownExpectation,
} from './refusal.ts';
import { atEndOfTurn, type Flushable } from './turn.ts';

export interface ListenerLimits {
  /** Request line and headers together, in bytes; what is larger is answered 431 here. */
  readonly headBytes: number;
  /** How long a client may take to send its request's head, in milliseconds. */
  readonly headMs: number;
  /** How long a client may take to send its whole request. */
  readonly requestMs: number;
  /** How long a connection without a request is kept. */
  readonly idleMs: number;
  /** How long a client may take none of an answer that waits for it. */
  readonly stallMs: number;
}

export const defaultListenerLimits: ListenerLimits = {
  headBytes: 65_536,
  headMs: 30_000,
  requestMs: 300_000,
  idleMs: 65_000,
  stallMs: 120_000,
};

export interface ListenOptions<X extends WireExchange> {
  /** 0 picks a free one. */
  readonly port: number;
  readonly host: string;
  /** Several threads or processes may listen on the same port. */
  readonly reusePort?: boolean;
  /** PEM; with it HTTP/2 and HTTP/1.1 are spoken over TLS. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly exchange: new (received: ReceivedRequest) => X;
  /** Fills in the answer; it is sent when this returns or its promise resolves. */
  readonly handle: (x: X) => void | Promise<void>;
  readonly limits?: Partial<ListenerLimits>;
  readonly log: Log;
}

export interface Listener {
  readonly port: number;
  /** Requests being answered. */
  readonly inFlight: number;
  /**
   * Stops accepting, lets what is under way finish, tells kept connections to close.
   * @returns how many requests were cut off because they took longer than `drainMs`
   */
  close(drainMs: number): Promise<number>;
}

/** How late Node.js may notice that a request takes too long to arrive. */
const lateMs = 5_000;

/** Kept connections get this long to send a last request, which is then told to close: none is lost to a race. */
const graceMs = 500;

/** A body that was announced to be as short as this and that nobody reads is read and dropped: the connection is kept. */
const droppedBytesMax = 65_536;
/**
 * How much of a longer one is read and dropped after its answer. Closing a connection that the client still writes to
 * may cost it the answer (RFC 9112, 9.6): it is told to close, and given the time to stop.
 */
const lingerBytesMax = 64 * 1024 * 1024;
/** How long a client may send nothing meanwhile. */
const lingerMs = 5_000;

/**
 * Bodies of bytes up to this go out as latin1 text: Node.js then joins them with the head and makes one write of both
 * instead of a vector of two, which costs the kernel more (measured: 3 % of a proxied request).
 */
const joinedBytesMax = 16_384;

/** @throws what the system says when it cannot listen */
export async function listen<X extends WireExchange>(options: ListenOptions<X>): Promise<Listener> {
  const listener = new HttpListener(options);
  await listener.open();
  return listener;
}

type Response = ServerResponse | Http2ServerResponse;

/** An answer that is complete, and where it goes. */
interface Answered<X extends WireExchange> {
  readonly x: X;
  readonly response: Response;
  readonly connection: Connection<X> | undefined;
}

class HttpListener<X extends WireExchange> implements Listener, Flushable {
  readonly #options: ListenOptions<X>;
  readonly #limits: ListenerLimits;
  readonly #deadlines = new Deadlines();
  readonly #server: Server | Http2SecureServer;
  readonly #connections = new Map<Socket, Connection<X>>();
  readonly #scheme: 'http' | 'https';
  readonly #lines = new LineBudget();
  /** Answers that leave at the end of this turn. */
  #unsent: Answered<X>[] = [];
  #draining = false;
  #inFlight = 0;
  #emptied: (() => void) | null = null;

  constructor(options: ListenOptions<X>) {
    this.#options = options;
    this.#limits = { ...defaultListenerLimits, ...options.limits };
    this.#scheme = options.tls === undefined ? 'http' : 'https';
    const settings = {
      maxHeaderSize: this.#limits.headBytes,
      // `refusal.ts` looks at it, and answers as the gate does.
      requireHostHeader: false,
      // What has no body is no stream that anybody waits for: 1 µs a request.
      optimizeEmptyRequests: true,
      headersTimeout: this.#limits.headMs,
      requestTimeout: this.#limits.requestMs,
      connectionsCheckingInterval: Math.min(lateMs, this.#limits.headMs),
      // Kept connections are this file's to end: a timer of Node.js's would be made anew for every answer.
      keepAliveTimeout: 0,
      noDelay: true,
    };
    if (options.tls === undefined) {
      this.#server = createServer(settings);
    } else {
      this.#server = createSecureServer({
        allowHTTP1: true,
        cert: options.tls.certificate,
        key: options.tls.key,
        maxSessionMemory: 64,
        // What an upstream says twice although it should be said once is passed on: Node.js would send nothing at all.
        strictSingleValueFields: false,
        settings: { maxHeaderListSize: this.#limits.headBytes, maxConcurrentStreams: 256 },
        http1Options: settings,
        ...settings,
      });
      this.#server.on('session', (session) => {
        session.setTimeout(this.#limits.idleMs, () => session.close());
        session.on('error', (error) => this.#options.log.debug({ error }, 'an HTTP/2 session failed'));
      });
    }
    // A head that is too large is refused; headers are never left out without a word because they are many.
    Object.assign(this.#server, { maxHeadersCount: 0 });
    this.#server.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) =>
      this.#connected(socket),
    );
    this.#server.on('request', (request: Request, response: Response) => this.#onRequest(request, response));
    this.#server.on('checkContinue', (request: Request, response: Response) => {
      // A client that asks before it sends its body is told to go on when somebody wants the body: a refusal comes first.
      const read = request._read;
      request._read = (size) => {
        request._read = read;
        if (!response.headersSent) response.writeContinue();
        read.call(request, size);
      };
      this.#onRequest(request, response);
    });
    this.#server.on('checkExpectation', (request: Request, response: Response) => {
      if (response instanceof ServerResponse)
        this.#refuseRequest(unknownExpectation, response, this.#connections.get(request.socket));
      else response.writeHead(unknownExpectation.status).end();
    });
    this.#server.on('connect', (_request: Request, peer: Socket | Http2ServerResponse) => {
      this.#say(proxyRequest, {});
      if (peer instanceof Socket) this.#refuseConnection(peer, proxyRequest);
      else peer.writeHead(proxyRequest.status).end();
    });
    this.#server.on('clientError', (error: Error, socket: Socket) => this.#onClientError(error, socket));
    if (options.tls !== undefined)
      this.#server.on('tlsClientError', (error: Error) => options.log.debug({ error }, 'a TLS handshake failed'));
  }

  async open(): Promise<void> {
    const { port, host, reusePort = false } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, host, reusePort, backlog: 4096 }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#server.on('error', (error) => this.#options.log.error({ error }, 'the listener failed'));
  }

  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  async close(drainMs: number): Promise<number> {
    this.#draining = true;
    // Not http.Server's close: that one also cuts connections whose last answer is still on its way to a slow client.
    NetServer.prototype.close.call(this.#server);
    const emptied = new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
    if (this.#connections.size > 0) {
      const grace = setTimeout(() => this.#endIdle(), Math.min(graceMs, drainMs));
      const end = Promise.withResolvers<void>();
      const limit = setTimeout(end.resolve, drainMs);
      await Promise.race([emptied, end.promise]);
      clearTimeout(grace);
      clearTimeout(limit);
    }
    const abandoned = this.#inFlight;
    for (const socket of [...this.#connections.keys()]) socket.destroy();
    this.#server.close();
    this.#deadlines.close();
    return abandoned;
  }

  #endIdle(): void {
    for (const [socket, connection] of this.#connections)
      if (connection.active.length === 0 && socket.writableLength === 0) socket.destroySoon();
  }

  #connected(socket: Socket): void {
    const connection = new Connection<X>(socket, this.#onExpired);
    // HTTP/2 sessions have a timeout of their own. Where a request has begun, Node.js's timers come first and it gets an
    // answer.
    const http2 = 'alpnProtocol' in socket && socket.alpnProtocol === 'h2';
    if (!http2) this.#deadlines.start(connection, this.#limits.headMs + 2 * lateMs);
    this.#connections.set(socket, connection);
    socket.on('drain', () => {
      if (http2 || connection.active.length > 0) this.#deadlines.cancel(connection);
      else this.#deadlines.start(connection, this.#limits.idleMs);
    });
    socket.on('close', () => {
      this.#deadlines.cancel(connection);
      this.#connections.delete(socket);
      for (const x of connection.active.splice(0)) this.#gone(x);
      if (this.#connections.size === 0) this.#emptied?.();
    });
  }

  #onRequest(request: Request, response: Response): void {
    const { socket } = request;
    const connection = this.#connections.get(socket);
    if (response instanceof ServerResponse) {
      const refusal = malformedHead(response.req);
      if (refusal !== null) {
        this.#refuseRequest(refusal, response, connection);
        return;
      }
      if (connection !== undefined) connection.latest = response;
    }
    const x = new this.#options.exchange(received(request, this.#scheme, connection));
    this.#inFlight++;
    if (request instanceof Http2ServerRequest)
      request.stream.once('close', () => {
        if (!response.writableEnded) this.#gone(x);
      });
    else if (connection !== undefined) {
      connection.active.push(x);
      this.#deadlines.cancel(connection);
    }
    try {
      const done = this.#options.handle(x);
      if (done instanceof Promise) {
        void this.#answerLater(x, response, connection, done);
        return;
      }
    } catch (error) {
      this.#failed(x, error);
    }
    this.#answer(x, response, connection);
  }

  async #answerLater(
    x: X,
    response: Response,
    connection: Connection<X> | undefined,
    done: Promise<void>,
  ): Promise<void> {
    try {
      await done;
    } catch (error) {
      this.#failed(x, error);
    }
    this.#answer(x, response, connection);
  }

  #answer(x: X, response: Response, connection: Connection<X> | undefined): void {
    // What still streams is listened to at once: it may break off in this turn.
    if (x.responseBody instanceof Readable) {
      this.#send(x, response, connection);
      return;
    }
    if (this.#unsent.length === 0) atEndOfTurn(this);
    this.#unsent.push({ x, response, connection });
  }

  flush(): void {
    const answers = this.#unsent;
    this.#unsent = [];
    for (let i = 0; i < answers.length; i++) {
      const { x, response, connection } = answers[i]!;
      this.#send(x, response, connection);
    }
  }

  #send(x: X, response: Response, connection: Connection<X> | undefined): void {
    const body = x.responseBody;
    if (x.aborted) {
      if (body instanceof Readable) body.destroy();
      return;
    }
    let left: Leftover = 'none';
    try {
      if (response instanceof ServerResponse) {
        left = leftoverOf(x, response, this.#draining);
        writeHead(x, response, left === 'close' || this.#draining);
      } else writeHttp2Head(x, response);
    } catch (error) {
      this.#options.log.error({ error, path: x.path }, 'an answer could not be written');
      if (body instanceof Readable) body.destroy();
      this.#finished(x, connection);
      response.destroy();
      return;
    }
    if (body instanceof Readable) {
      this.#stream(x, body, response, connection);
      return;
    }
    if (response instanceof ServerResponse && left !== 'none') {
      if (body === null) response.flushHeaders();
      else if (typeof body === 'string') response.write(bytewise(x, body), 'latin1');
      else response.write(body);
      this.#finished(x, connection);
      this.#linger(response, connection);
      return;
    }
    if (body === null) response.end();
    else if (typeof body === 'string' && response instanceof ServerResponse) response.end(bytewise(x, body), 'latin1');
    else if (typeof body === 'string' || body.length > joinedBytesMax || !Buffer.isBuffer(body)) response.end(body);
    else response.end(body.toString('latin1'), 'latin1');
    this.#finished(x, connection);
  }

  /** Ends an answer that has been written once the client has stopped sending, or has had its time. */
  #linger(response: ServerResponse, connection: Connection<X> | undefined): void {
    const { req: request } = response;
    // Nothing more comes of a request without a body.
    const isRead = request.closed;
    let bytes = 0;
    const wait = (ms: number): void => {
      if (connection !== undefined && connection.active.length === 0) this.#deadlines.start(connection, ms);
    };
    const end = (): void => {
      request.off('data', onData).off('end', end).off('close', end);
      response.end();
      if (connection?.latest === response) connection.latest = null;
      if (!isRead && !request.complete) request.socket.destroySoon();
      else wait(this.#limits.idleMs);
    };
    const onData = (piece: Uint8Array): void => {
      bytes += piece.length;
      if (bytes > lingerBytesMax) end();
      else wait(lingerMs);
    };
    if (isRead) {
      end();
      return;
    }
    wait(lingerMs);
    request.on('data', onData).on('end', end).on('close', end);
    request.resume();
  }

  #stream(x: X, body: Readable, response: Writable, connection: Connection<X> | undefined): void {
    const isSent = sendsBody(x);
    const onDrain = (): void => {
      body.resume();
    };
    const onBroken = (error: Error | undefined): void => {
      if (error !== undefined)
        this.#options.log.warn({ error: error.message, path: x.path }, 'an answer broke off; its connection is closed');
      this.#finished(x, connection);
      // Cutting the connection is the only way left to tell the client that this was not all.
      response.destroy();
    };
    response.on('drain', onDrain);
    response.on('close', () => body.destroy());
    body.on('data', (piece: Uint8Array) => {
      if (isSent) x.responseBytesSent += piece.length;
      if (response.write(piece)) return;
      body.pause();
      if (connection !== undefined) this.#deadlines.start(connection, this.#limits.stallMs);
    });
    const onEnd = (): void => {
      response.off('drain', onDrain);
      if (response instanceof ServerResponse && leftoverOf(x, response, this.#draining) !== 'none') {
        this.#finished(x, connection);
        this.#linger(response, connection);
        return;
      }
      response.end();
      this.#finished(x, connection);
    };
    body.on('end', onEnd);
    body.on('error', onBroken);
    body.on('close', () => {
      if (!body.readableEnded && body.errored === null) onBroken(undefined);
    });
    // One that had nothing in it may have ended before anybody listened.
    if (body.readableEnded) onEnd();
    else if (body.destroyed) onBroken(body.errored ?? undefined);
    // HTTP/2 has sent its head. What is there already to be read leaves in this turn, and the head with it.
    else if (response instanceof ServerResponse && (body.readableLength === 0 || !isSent))
      atEndOfTurn(new WaitingHead(x, response));
  }

  #failed(x: X, error: unknown): void {
    this.#options.log.error({ error, method: x.method, path: x.path }, 'a request failed unexpectedly');
    if (x.responseBody instanceof Readable) x.responseBody.destroy();
    x.status = 500;
    x.responseHeaders = ['Content-Type', 'application/json', 'x-amzn-ErrorType', 'InternalServerErrorException'];
    x.responseBody = '{"message": "Internal server error"}';
  }

  #finished(x: X, connection: Connection<X> | undefined): void {
    if (x.aborted || !this.#settle(x)) return;
    if (connection !== undefined) {
      connection.remove(x);
      if (connection.active.length === 0 && connection.latest?.writableEnded === true) connection.latest = null;
      if (connection.active.length === 0 && connection.refusal !== null) {
        this.#refuseConnection(connection.socket, connection.refusal);
      } else if (connection.active.length === 0)
        this.#deadlines.start(
          connection,
          connection.socket.writableLength > 0 ? this.#limits.stallMs : this.#limits.idleMs,
        );
    }
    x.onAbort = null;
    x.answered();
  }

  #gone(x: X): void {
    if (!this.#settle(x)) return;
    x.aborted = true;
    x.onAbort?.abort();
    x.onAbort = null;
    x.answered();
  }

  /** @returns whether this was the first end of the exchange */
  #settle(x: X): boolean {
    if (x.ended) return false;
    x.ended = true;
    this.#inFlight--;
    return true;
  }

  readonly #onExpired = ({ socket, active, latest }: Connection<X>): void => {
    // Idle, or still sending what nobody wants: no news.
    if (active.length > 0 || (socket.writableLength > 0 && latest === null)) {
      const fields = {
        remoteAddress: socket.remoteAddress,
        path: active[0]?.path,
        waitingBytes: socket.writableLength,
      };
      this.#write(fields, 'a client takes none of its answer; its connection is closed');
    }
    socket.destroy();
  };

  #onClientError(error: Error, socket: Socket): void {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
    if (socket.writableEnded) return; // it has its answer, and closes once that is out
    if (!socket.writable || clientHasGone.has(code)) {
      socket.destroy();
      return;
    }
    const connection = this.#connections.get(socket);
    const { active = [], latest = null } = connection ?? {};
    if (active.length === 0 && latest !== null && !latest.writableFinished) {
      socket.destroySoon(); // the rest of a request that has been answered already
      return;
    }
    if (code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0) {
      socket.destroy(); // nobody has asked for anything
      return;
    }
    const packet = 'rawPacket' in error && error.rawPacket instanceof Uint8Array ? error.rawPacket : undefined;
    const refusal = refusalOf(code, packet);
    this.#say(refusal, { code, error: error.message, remoteAddress: socket.remoteAddress });
    if (active.length === 0) this.#refuseConnection(socket, refusal);
    else if (latest?.req.complete === true) {
      // What came before on this connection is answered first.
      if (connection !== undefined) connection.refusal = refusal;
    } else if (active.length === 1 && latest?.headersSent === false) {
      for (const x of active.splice(0)) this.#gone(x);
      this.#refuseConnection(socket, refusal);
    } else socket.destroy();
  }

  /** In its turn: what came before on the connection is answered first. */
  #refuseRequest(refusal: Refusal, response: ServerResponse, connection: Connection<X> | undefined): void {
    const { remoteAddress } = response.req.socket;
    if (connection !== undefined) connection.latest = response;
    this.#say(refusal, { method: response.req.method, remoteAddress });
    const body = refusalBody(refusal);
    response.writeHead(refusal.status, [
      ...refusalHeaders(refusal),
      'Content-Length',
      String(body.length),
      'Connection',
      'close',
    ]);
    response.write(body);
    this.#linger(response, connection);
  }

  /** The last thing that is said on a connection. */
  #refuseConnection(socket: Socket, refusal: Refusal): void {
    const connection = this.#connections.get(socket);
    if (connection !== undefined) this.#deadlines.start(connection, lingerMs);
    socket.end(refusalText(refusal));
  }

  #say({ why, status }: Refusal, fields: Readonly<Record<string, unknown>>): void {
    this.#write({ status, ...fields }, why);
  }

  /** What clients do wrong, as long as there are not too many of them. */
  #write(fields: Readonly<Record<string, unknown>>, message: string): void {
    const leftOut = this.#lines.take();
    if (leftOut !== undefined) this.#options.log.info({ ...fields, ...(leftOut > 0 && { leftOut }) }, message);
  }
}

/**
 * The head of an answer whose body streams. Node.js sends it with the first piece; that may be a long time coming, of
 * events for example, and the client is not to wait for the head longer than this turn.
 */
class WaitingHead implements Flushable {
  readonly #x: WireExchange;
  readonly #response: ServerResponse;

  constructor(x: WireExchange, response: ServerResponse) {
    this.#x = x;
    this.#response = response;
  }

  flush(): void {
    if (this.#x.responseBytesSent === 0 && !this.#x.ended) this.#response.flushHeaders();
  }
}

/** Nobody is there to be told. */
const clientHasGone = new Set(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE']);

/** Whether an answer comes before the whole of its request, and what becomes of the connection after that. */
type Leftover = 'none' | 'keep' | 'close';

function leftoverOf(x: WireExchange, response: ServerResponse, draining: boolean): Leftover {
  const { req: request } = response;
  if (x.requestBody === null || request.complete) return 'none';
  if (!response.shouldKeepAlive || draining) return 'close';
  const short = x.requestBodyBytes <= droppedBytesMax; // or of unknown length
  return short || request.readableFlowing === true ? 'keep' : 'close';
}

/**
 * A text as the bytes that it goes out as, a character each: node:http writes head and text as one, in one encoding, and
 * headers are bytes.
 * @param x its head has been written: the text has been measured
 */
const bytewise = ({ responseBytesSent }: WireExchange, text: string): string =>
  responseBytesSent === text.length ? text : Buffer.from(text, 'utf8').toString('latin1');

/**
 * One client connection: what is being answered on it, and its deadline: for the next request, or for the client to
 * take what waits for it.
 */
class Connection<X extends WireExchange> extends Waiting {
  readonly socket: Socket;
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly localPort: number;
  readonly active: X[] = [];
  /** To the request that came last, of HTTP/1. */
  latest: ServerResponse | null = null;
  /** What is said after the answers that are under way: what followed them was malformed. */
  refusal: Refusal | null = null;

  readonly #onExpired: (connection: Connection<X>) => void;

  constructor(socket: Socket, onExpired: (connection: Connection<X>) => void) {
    super();
    this.socket = socket;
    this.#onExpired = onExpired;
    this.remoteAddress = socket.remoteAddress ?? '';
    this.localAddress = socket.localAddress ?? '';
    this.localPort = socket.localPort ?? 0;
  }

  remove(x: X): void {
    const index = this.active.indexOf(x);
    if (index === this.active.length - 1) this.active.pop();
    else if (index !== -1) this.active.splice(index, 1);
  }

  override expired(): void {
    this.#onExpired(this);
  }
}
