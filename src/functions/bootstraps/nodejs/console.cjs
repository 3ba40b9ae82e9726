'use strict';
/**
 * `console` as Lambda formats it: `time⇥request id⇥LEVEL⇥message`, or a JSON object a line when the function asks for
 * it (AWS_LAMBDA_LOG_FORMAT), from AWS_LAMBDA_LOG_LEVEL on. A message of several lines is one entry of the log: its
 * line feeds travel as carriage returns. Lines are written at once, so that none is lost when the process ends.
 */
const fs = require('node:fs');
const { format } = require('node:util');
const { loggedText } = require('./failure.cjs');

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const methods = { trace: 0, debug: 1, log: 2, info: 2, warn: 3, error: 4, fatal: 5 };

/** @returns the log: whose invocation it is (`requestId`), and how the runtime's own errors get into it */
function patchConsole(environment) {
  const json = environment.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON';
  const lowest = Math.max(0, levels.indexOf(environment.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()));
  const write = (level, args) => {
    const time = new Date().toISOString();
    const text = json
      ? jsonLine(time, levels[level], log.requestId, args)
      : `${time}\t${log.requestId}\t${levels[level]}\t${format(...args)}`;
    writeAll(Buffer.from(`${text.replaceAll('\n', '\r')}\n`));
  };
  const log = {
    requestId: undefined,
    failure(title, error) {
      if (json) console.error(error instanceof Error ? error : new Error(String(error)));
      else console.error(title, `\t${loggedText(error)}`);
    },
  };
  for (const [method, level] of Object.entries(methods)) {
    console[method] = level < lowest ? () => {} : (...args) => write(level, args);
  }
  return log;
}

function jsonLine(timestamp, level, requestId, args) {
  const entry = { timestamp, level, requestId };
  if (args.length === 1) {
    try {
      return JSON.stringify({ ...entry, message: args[0] }, errorsAsObjects);
    } catch {
      return JSON.stringify({ ...entry, message: format(args[0]) });
    }
  }
  const error = args.find((arg) => arg instanceof Error);
  return JSON.stringify({ ...entry, message: format(...args), ...(error === undefined ? {} : errorMembers(error)) });
}

const errorsAsObjects = (_key, value) => (value instanceof Error ? { ...errorMembers(value), ...value } : value);

const errorMembers = (error) => ({
  errorType: error.constructor?.name ?? 'UnknownError',
  errorMessage: error.message,
  stackTrace: typeof error.stack === 'string' ? error.stack.split('\n') : [],
});

const pause = new Int32Array(new SharedArrayBuffer(4));

/** The pipe may be full, and not wait by itself (once `process.stdout` has been used): then wait here. */
function writeAll(bytes) {
  let at = 0;
  while (at < bytes.length) {
    try {
      at += fs.writeSync(1, bytes, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') return;
      Atomics.wait(pause, 0, 0, 2);
    }
  }
}

module.exports = { patchConsole };
