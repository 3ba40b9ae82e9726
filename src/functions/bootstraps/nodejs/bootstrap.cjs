'use strict';
/**
 * Runs a Node.js handler: loads it, asks the host for the next event, calls it, sends back what it made of it.
 *
 * Speaks the Lambda Runtime API (HTTP/1.1) on descriptor 3, one connection for the life of the process; a response and
 * the question for the next event leave in one write. The end of that connection means that the host has gone, so the
 * process goes too. Works with every Node.js from 18 on, without dependencies.
 *
 * Source: Lambda Developer Guide, "Define Lambda function handler in Node.js", "Using the Lambda runtime API".
 */
const fs = require('node:fs');
const net = require('node:net');
const { patchConsole } = require('./console.cjs');
const { loadHandler } = require('./handler.cjs');
const { NamedError, failureOf } = require('./failure.cjs');
const { ResponseStream, HttpResponseStream } = require('./response-stream.cjs');

const api = '/2018-06-01/runtime';
const askNext = `GET ${api}/invocation/next HTTP/1.1\r\n\r\n`;
const streaming = Symbol.for('aws.lambda.runtime.handler.streaming');
const highWaterMark = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

const environment = process.env;
const log = patchConsole(environment);
/** Taken before a handler's package may replace it. */
const { writeSync } = fs;
const descriptor = 3;
/** The host has gone: its warden comes first, which finds by this process what it has started. */
const leaveWithoutWardenMs = 500;
/** What is read lies here until the next read: a buffer for each would be 64 KB of memory for a few hundred bytes. */
const room = Buffer.allocUnsafeSlow(64 * 1024);
const socket = new net.Socket({
  fd: descriptor,
  readable: true,
  writable: true,
  onread: {
    buffer: room,
    callback: (bytes) => {
      receive(room.subarray(0, bytes));
      return true;
    },
  },
});
/** What `beforeExit` does: nothing is left to run although the invocation has no answer yet. */
let onIdle = null;
/** How an error outside the handler reaches the host: as an error of the invocation, or of the initialisation. */
let failOutside = (error, leave) => post('/init/error', error, leave);
let handler = null;

socket.on('error', () => {});
socket.on('close', () => setTimeout(() => process.exit(0), leaveWithoutWardenMs));
process.on('beforeExit', () => {
  const idle = onIdle;
  onIdle = null;
  if (idle !== null) idle();
});
process.on('uncaughtException', (error) => {
  log.failure('Uncaught Exception', error);
  failOutside(error, () => process.exit(129));
});
process.on('unhandledRejection', (reason, promise) => {
  const error = new NamedError('Runtime.UnhandledPromiseRejection', String(reason));
  Object.assign(error, { reason, promise });
  log.failure('Unhandled Promise Rejection', error);
  failOutside(error, () => process.exit(128));
});

globalThis.awslambda = {
  streamifyResponse(fn, options) {
    fn[streaming] = 'response';
    if (typeof options?.highWaterMark === 'number') fn[highWaterMark] = Math.trunc(options.highWaterMark);
    return fn;
  },
  HttpResponseStream,
};

// While the handler loads, and while it runs, only what it has started itself keeps the process alive.
socket.unref();
loadHandler(environment.LAMBDA_TASK_ROOT, environment._HANDLER, environment).then(
  (loaded) => {
    handler = loaded;
    socket.ref();
    socket.write(askNext);
  },
  (error) => {
    log.failure('Uncaught Exception', error);
    post('/init/error', error, () => process.exit(129));
  },
);

// ---- what is printed past the console ---------------------------------------------------------------------------------

/** `process.stdout` and `process.stderr`, once somebody has asked for them: making them costs time. */
const printers = [];
for (const name of ['stdout', 'stderr']) {
  const { get } = Object.getOwnPropertyDescriptor(process, name);
  let stream = null;
  Object.defineProperty(process, name, {
    configurable: true,
    enumerable: true,
    get() {
      if (stream === null) {
        stream = get.call(process);
        printers.push(stream);
      }
      return stream;
    },
  });
}

/** Calls back once what has been printed has left this process, so that it comes before the answer. */
function whenPrinted(then) {
  const full = printers.find((stream) => stream.writableLength > 0 && !stream.destroyed);
  if (full === undefined) then();
  else full.write('', () => whenPrinted(then));
}

// ---- the wire -------------------------------------------------------------------------------------------------------

/** Bytes that make no whole message yet. */
let pending = null;
/** Bytes that `pending` must have before looking again is worth it. */
let wanted = 0;
/** Called, in order, with the status of each answer that is not an event. */
const acknowledged = [];
/** Characters that are written at once; more is left to the stream, which waits for the reader. */
const writtenAtOnceMax = 64 * 1024;

/** Node.js's stream costs a process that has just been woken more than the handler does. */
function send(message, bytes) {
  let written = 0;
  if (socket.writableLength === 0 && message.length <= writtenAtOnceMax) {
    try {
      written = writeSync(descriptor, message);
    } catch {
      // Full, or the host has gone: the stream finds out which.
    }
  }
  if (written === 0) socket.write(message);
  else if (written < bytes) socket.write(Buffer.from(message).subarray(written));
}

/** @param chunk is overwritten by the next read */
function receive(chunk) {
  if (pending !== null) {
    pending.push(Buffer.from(chunk));
    pending.bytes += chunk.length;
    if (pending.bytes < wanted) return;
    chunk = Buffer.concat(pending, pending.bytes);
    pending = null;
  }
  let at = 0;
  while (at < chunk.length) {
    const headEnd = chunk.indexOf('\r\n\r\n', at);
    if (headEnd === -1) return keep(chunk.subarray(at), 0);
    const head = chunk.latin1Slice(at, headEnd);
    const end = headEnd + 4 + Number(headerIn(head, 'Content-Length') ?? 0);
    if (end > chunk.length) return keep(chunk.subarray(at), end - at);
    const body = chunk.utf8Slice(headEnd + 4, end);
    at = end;
    const id = headerIn(head, 'Lambda-Runtime-Aws-Request-Id');
    if (id !== undefined) invoke(id, head, body);
    else acknowledged.shift()?.(Number.parseInt(head.slice(9, 12), 10));
  }
}

function keep(rest, bytes) {
  pending = [Buffer.from(rest)];
  pending.bytes = rest.length;
  wanted = bytes;
}

/** The host is ours: it spells names like this. */
function headerIn(head, name) {
  const at = head.indexOf(`\n${name}: `);
  if (at === -1) return undefined;
  const from = at + name.length + 3;
  const end = head.indexOf('\r', from);
  return end === -1 ? head.slice(from) : head.slice(from, end);
}

/** Sends an error and, with it, what comes `after`; `then` runs once they have left this process. */
function post(where, error, then, after = '') {
  const body = JSON.stringify(failureOf(error));
  acknowledged.push(null);
  socket.ref();
  socket.write(
    `POST ${api}${where} HTTP/1.1\r\nContent-Type: application/vnd.aws.lambda.error+json\r\nLambda-Runtime-Function-Error-Type: Unhandled\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}${after}`,
    then,
  );
}

// ---- one invocation -------------------------------------------------------------------------------------------------

function invoke(id, head, body) {
  log.requestId = id;
  const traceId = headerIn(head, 'Lambda-Runtime-Trace-Id');
  if (traceId !== undefined) environment._X_AMZN_TRACE_ID = traceId;
  else if (environment._X_AMZN_TRACE_ID !== undefined) delete environment._X_AMZN_TRACE_ID;
  socket.unref();
  if (handler[streaming] === 'response') invokeStreaming(id, head, body);
  else invokeBuffered(id, head, body);
}

function invokeBuffered(id, head, body) {
  let done = false;
  let waitsForEmptyEventLoop = true;
  const succeed = (result) => {
    if (done) return;
    let text;
    try {
      text = JSON.stringify(result);
      if (text === undefined) text = 'null';
    } catch {
      return fail(new NamedError('Runtime.JSONStringifyError', 'Unable to stringify response body'));
    }
    done = true;
    onIdle = null;
    acknowledged.push(null);
    socket.ref();
    const bytes = Buffer.byteLength(text);
    const responseHead = `POST ${api}/invocation/${id}/response HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`;
    const message = responseHead + text + askNext;
    const messageBytes = responseHead.length + bytes + askNext.length;
    if (printers.length === 0) send(message, messageBytes);
    else whenPrinted(() => send(message, messageBytes));
  };
  const fail = (error) => {
    if (done) return;
    done = true;
    onIdle = null;
    log.failure('Invoke Error', error);
    post(`/invocation/${id}/error`, error ?? 'handled', undefined, askNext);
  };
  const settle = (error, result) => {
    if (error !== undefined && error !== null) fail(error);
    else succeed(result);
  };
  let called = false;
  const callback = (error, result) => {
    if (called || done) return;
    called = true;
    if (waitsForEmptyEventLoop && (error === undefined || error === null)) onIdle = () => succeed(result);
    else settle(error, result);
  };
  failOutside = (error, leave) => {
    if (done) return leave();
    done = true;
    post(`/invocation/${id}/error`, error, leave);
  };
  onIdle = () => {
    if (handler.constructor?.name !== 'AsyncFunction') return succeed(null);
    fail(
      new NamedError(
        'Runtime.NodeJsExit',
        'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes',
      ),
    );
  };
  try {
    const context = contextOf(id, head);
    Object.defineProperty(context, 'callbackWaitsForEmptyEventLoop', {
      enumerable: true,
      get: () => waitsForEmptyEventLoop,
      set: (value) => {
        waitsForEmptyEventLoop = value;
      },
    });
    context.succeed = succeed;
    context.fail = fail;
    context.done = settle;
    const result = handler(JSON.parse(body), context, callback);
    if (typeof result?.then === 'function') result.then(succeed, fail);
  } catch (error) {
    fail(error);
  }
}

function invokeStreaming(id, head, body) {
  let done = false;
  const next = () => {
    if (done) return;
    done = true;
    onIdle = null;
    socket.ref();
    socket.write(askNext);
  };
  const stream = new ResponseStream(socket, `${api}/invocation/${id}/response`, acknowledged, handler[highWaterMark]);
  const fail = (error) => {
    if (done) return;
    log.failure('Invoke Error', error);
    stream.fail(failureOf(error), next);
  };
  failOutside = (error, leave) => {
    if (done) return leave();
    stream.fail(failureOf(error), leave);
  };
  onIdle = () => fail(new Error('Response stream is not finished.'));
  stream.on('error', fail);
  try {
    const result = handler(JSON.parse(body), stream, contextOf(id, head));
    if (typeof result?.then !== 'function') return fail(new Error('Streaming does not support non-async handlers.'));
    result.then((value) => {
      if (value !== undefined) console.warn('Streaming handlers ignore return values.');
      stream.finished(next);
    }, fail);
  } catch (error) {
    fail(error);
  }
}

function contextOf(id, head) {
  const deadline = Number(headerIn(head, 'Lambda-Runtime-Deadline-Ms'));
  return {
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: jsonOf(headerIn(head, 'Lambda-Runtime-Client-Context')),
    identity: jsonOf(headerIn(head, 'Lambda-Runtime-Cognito-Identity')),
    invokedFunctionArn: headerIn(head, 'Lambda-Runtime-Invoked-Function-Arn'),
    awsRequestId: id,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

const jsonOf = (text) => (text === undefined ? undefined : JSON.parse(text));
