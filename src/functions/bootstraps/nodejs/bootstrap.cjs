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
const socket = new net.Socket({ fd: 3, readable: true, writable: true });
/** What `beforeExit` does: nothing is left to run although the invocation has no answer yet. */
let onIdle = null;
/** How an error outside the handler reaches the host: as an error of the invocation, or of the initialisation. */
let failOutside = (error, leave) => post('/init/error', error, leave);
let handler = null;

socket.on('data', receive);
socket.on('error', () => {});
socket.on('close', () => process.exit(0));
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

function receive(chunk) {
  if (pending !== null) {
    pending.push(chunk);
    pending.bytes += chunk.length;
    if (pending.bytes < wanted) return;
    chunk = Buffer.concat(pending, pending.bytes);
    pending = null;
  }
  let at = 0;
  while (at < chunk.length) {
    const headEnd = chunk.indexOf('\r\n\r\n', at);
    if (headEnd === -1) return keep(chunk.subarray(at), 0);
    const head = chunk.toString('latin1', at, headEnd);
    const lengthAt = head.indexOf('Content-Length: ');
    const length = lengthAt === -1 ? 0 : Number.parseInt(head.slice(lengthAt + 16), 10);
    const end = headEnd + 4 + length;
    if (end > chunk.length) return keep(chunk.subarray(at), end - at);
    const body = chunk.toString('utf8', headEnd + 4, end);
    at = end;
    if (head.includes('Lambda-Runtime-Aws-Request-Id: ')) invoke(headersOf(head), body);
    else acknowledged.shift()?.(Number.parseInt(head.slice(9, 12), 10));
  }
}

function keep(rest, bytes) {
  pending = [rest];
  pending.bytes = rest.length;
  wanted = bytes;
}

function headersOf(head) {
  const headers = { __proto__: null };
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(': ');
    if (colon !== -1) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 2);
  }
  return headers;
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

function invoke(headers, body) {
  const id = headers['lambda-runtime-aws-request-id'];
  log.requestId = id;
  const traceId = headers['lambda-runtime-trace-id'];
  if (traceId !== undefined) environment._X_AMZN_TRACE_ID = traceId;
  else if (environment._X_AMZN_TRACE_ID !== undefined) delete environment._X_AMZN_TRACE_ID;
  socket.unref();
  if (handler[streaming] === 'response') invokeStreaming(id, headers, body);
  else invokeBuffered(id, headers, body);
}

function invokeBuffered(id, headers, body) {
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
    const message = `POST ${api}/invocation/${id}/response HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}${askNext}`;
    if (printers.length === 0) socket.write(message);
    else whenPrinted(() => socket.write(message));
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
    const context = contextOf(id, headers);
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

function invokeStreaming(id, headers, body) {
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
    const result = handler(JSON.parse(body), stream, contextOf(id, headers));
    if (typeof result?.then !== 'function') return fail(new Error('Streaming does not support non-async handlers.'));
    result.then((value) => {
      if (value !== undefined) console.warn('Streaming handlers ignore return values.');
      stream.finished(next);
    }, fail);
  } catch (error) {
    fail(error);
  }
}

function contextOf(id, headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: jsonOf(headers['lambda-runtime-client-context']),
    identity: jsonOf(headers['lambda-runtime-cognito-identity']),
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: id,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

const jsonOf = (text) => (text === undefined ? undefined : JSON.parse(text));
