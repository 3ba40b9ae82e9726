'use strict';
/**
 * The stream that a handler made by `awslambda.streamifyResponse` writes to: a chunked request to the Runtime API, sent
 * as it is written, with the host's backpressure. An error after the first byte travels in the trailers.
 */
const { Writable } = require('node:stream');

const httpIntegration = 'application/vnd.awslambda.http-integration-response';

class ResponseStream extends Writable {
  #socket;
  #target;
  #acknowledged;
  #contentType = 'application/octet-stream';
  #started = false;
  #ended = false;
  #onFinished = null;
  /** Called with a way to write, before the first byte. */
  _onBeforeFirstWrite = null;

  constructor(socket, target, acknowledged, highWaterMark) {
    super({ highWaterMark: highWaterMark ?? 64 * 1024, decodeStrings: true });
    this.#socket = socket;
    this.#target = target;
    this.#acknowledged = acknowledged;
  }

  setContentType(contentType) {
    if (this.#started) {
      const error = new Error('Cannot set content-type, too late.');
      error.name = 'Runtime.InvalidStreamingOperation';
      throw error;
    }
    this.#contentType = String(contentType).replace(/[\r\n]/g, ' ');
  }

  write(chunk, ...rest) {
    return super.write(writable(chunk), ...rest);
  }

  end(chunk, ...rest) {
    return super.end(writable(chunk), ...rest);
  }

  _write(chunk, _encoding, done) {
    this.#start();
    this.#chunk(chunk, done);
  }

  _writev(chunks, done) {
    this.#start();
    this.#chunk(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  _final(done) {
    this.#start();
    this.#end('', () => done());
  }

  /** Calls back once the whole response has been taken by the host, which may have happened already. */
  finished(then) {
    if (this.writableFinished) then();
    else this.#onFinished = then;
  }

  /** Ends the response with an error. */
  fail(failure, then) {
    if (this.#ended) return then();
    this._onBeforeFirstWrite = null;
    this.#start();
    const body = Buffer.from(JSON.stringify(failure)).toString('base64');
    const type = failure.errorType.replace(/[^\x20-\x7e]/g, '?');
    this.#end(`Lambda-Runtime-Function-Error-Type: ${type}\r\nLambda-Runtime-Function-Error-Body: ${body}\r\n`, () =>
      then(),
    );
    this.destroy();
  }

  #start() {
    if (this.#started) return;
    this.#started = true;
    this.#socket.write(
      `POST ${this.#target} HTTP/1.1\r\nContent-Type: ${this.#contentType}\r\nLambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\nTrailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n`,
    );
    this._onBeforeFirstWrite?.((chunk) => this.#chunk(Buffer.from(chunk)));
  }

  #chunk(bytes, done) {
    if (bytes.length === 0 || this.#ended) return done?.();
    this.#socket.cork();
    this.#socket.write(`${bytes.length.toString(16)}\r\n`);
    this.#socket.write(bytes);
    this.#socket.write('\r\n', done);
    this.#socket.uncork();
  }

  #end(trailers, then) {
    this.#ended = true;
    this.#socket.ref();
    this.#acknowledged.push(() => {
      then();
      this.#onFinished?.();
    });
    this.#socket.write(`0\r\n${trailers}\r\n`);
  }
}

/** Objects are sent as JSON, as Lambda's stream does. */
const writable = (chunk) =>
  typeof chunk === 'object' && chunk !== null && !(chunk instanceof Uint8Array) ? JSON.stringify(chunk) : chunk;

/** Puts the metadata of an HTTP response (status, headers, cookies) before the body: JSON, then eight zero bytes. */
const HttpResponseStream = {
  from(stream, metadata) {
    stream.setContentType(httpIntegration);
    const prelude = JSON.stringify(metadata);
    stream._onBeforeFirstWrite = (write) => {
      write(prelude);
      write(new Uint8Array(8));
    };
    return stream;
  },
};

module.exports = { ResponseStream, HttpResponseStream };
