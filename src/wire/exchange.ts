/**
 * One request and its answer, as far as the wire knows them. The gate's own Exchange extends this class; a listener
 * creates it through the constructor that it is handed, so that a request is one object from first byte to last.
 * Which HTTP engine reads and writes the bytes is known only to the listener.
 */
import type { Readable } from 'node:stream';
import { isField } from './field-name.ts';

export type ResponseBody = Uint8Array | string | Readable | null;

/** Something under way that can be given up: a call to an upstream, say. */
export interface Abortable {
  abort(): void;
}

export type HeadersByName = Readonly<Record<string, string | string[] | undefined>>;

/** What has the request's headers by name; it may make them when it is asked. */
export interface HeaderSource {
  readonly headers: HeadersByName;
}

export class WireExchange {
  // The request, as it was received.
  readonly method: string;
  /** Path as on the wire: percent-encoding, repeated and trailing slashes kept; no query. */
  readonly path: string;
  /** Query as on the wire, without `?`; empty when there is none. */
  readonly query: string;
  /** Name, value, name, value …: spelling and order of the client. */
  readonly rawHeaders: readonly string[];
  readonly scheme: 'http' | 'https';
  /** `HTTP/1.1`, `HTTP/2.0`. */
  readonly protocol: string;
  /** Address of the peer, without port. */
  readonly remoteAddress: string;
  /** Address and port that the client connected to. */
  readonly localAddress: string;
  readonly localPort: number;
  /** Null when the request has no body. A stream: whoever needs the whole collects it, within a limit. */
  readonly requestBody: Readable | null;
  /** Bytes of the body as announced; -1 when the client did not say. */
  readonly requestBodyBytes: number;
  /** Milliseconds since the epoch. */
  readonly receivedAtMs: number;
  readonly #source: HeaderSource;

  // The answer; sent when the handler is done.
  status = 200;
  /** Name, value, name, value …, in the order in which they are sent. The listener adds Date, Connection and lengths. */
  responseHeaders: string[] = [];
  responseBody: ResponseBody = null;
  /** Bytes of a streamed body when they are known beforehand, else -1. */
  responseBodyBytes = -1;
  /** Bytes of the body that have been handed to the engine. */
  responseBytesSent = 0;

  /** True once the client has gone before its answer was complete. */
  aborted = false;
  /** Set by the listener when the exchange is over, one way or the other. */
  ended = false;
  /** Aborted at most once, when the client goes away early: ends the upstream call. */
  onAbort: Abortable | null = null;

  constructor(received: ReceivedRequest) {
    this.method = received.method;
    this.path = received.path;
    this.query = received.query;
    this.rawHeaders = received.rawHeaders;
    this.#source = received.source;
    this.scheme = received.scheme;
    this.protocol = received.protocol;
    this.remoteAddress = received.remoteAddress;
    this.localAddress = received.localAddress;
    this.localPort = received.localPort;
    this.requestBody = received.requestBody;
    this.requestBodyBytes = received.requestBodyBytes;
    this.receivedAtMs = received.receivedAtMs;
  }

  /** By lower-case name; repeated headers joined as Node.js joins them. Look names of others up with `Object.hasOwn`. */
  get headers(): HeadersByName {
    return this.#source.headers;
  }

  /**
   * Value of a request header by lower-case name; undefined when absent. Looks through the headers as they came: making
   * all of them a map costs more than the few questions that most requests ask.
   */
  header(lowerCaseName: string): string | undefined {
    const { rawHeaders } = this;
    let found: string | undefined;
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i]!;
      if (!isField(name, lowerCaseName)) continue;
      if (found !== undefined) return this.#joined(lowerCaseName);
      found = rawHeaders[i + 1]!;
    }
    return found;
  }

  #joined(lowerCaseName: string): string | undefined {
    const value = this.headers[lowerCaseName];
    return typeof value === 'string' ? value : value?.join(', ');
  }

  /** Called once: the whole answer has been handed to the engine, or will never be because the client has gone. */
  answered(): void {}
}

/** What a listener reads from the wire. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly rawHeaders: readonly string[];
  readonly source: HeaderSource;
  readonly scheme: 'http' | 'https';
  readonly protocol: string;
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly localPort: number;
  readonly requestBody: Readable | null;
  readonly requestBodyBytes: number;
  readonly receivedAtMs: number;
}
