/** The thread of the function host: serves ports, passes logs on in batches, ends when it is told to. */
import { parentPort, workerData } from 'node:worker_threads';
import { servePort } from './function-port.ts';
import type { FunctionThreadOptions, ThreadLog, ThreadOrder } from './function-thread.ts';
import { FunctionHost } from './host.ts';
import type { LogEntry } from './log.ts';

/** Bytes of log that the main thread may be behind; what comes then is dropped, and how much is said. */
const behindBytesMax = 32 * 1024 * 1024;
/** How long a line may wait for others: long enough for the lines of one invocation … */
const delayMs = 5;
/** … and, when many come, so long that a busy host does not wake the main thread for every one of them. */
const pauseMs = 50;
const batchCharactersMax = 256 * 1024;

const options: Omit<FunctionThreadOptions, 'log' | 'onFailure'> = workerData;
const parent = parentPort;
if (parent === null) throw new Error('host-thread is started as a worker thread');

const encoder = new TextEncoder();
let lines = '';
let sentAtMs = Number.NEGATIVE_INFINITY;
let timer: NodeJS.Timeout | null = null;
let behindBytes = 0;
let dropped = 0;

function send(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  if (lines === '') return;
  const batch: ThreadLog = encoder.encode(lines);
  lines = '';
  sentAtMs = performance.now();
  behindBytes += batch.length;
  parent?.postMessage(batch, [batch.buffer]);
}

function write(entry: LogEntry): void {
  if (behindBytes > behindBytesMax) {
    dropped++;
    return;
  }
  if (dropped > 0) {
    const message = `${dropped} log entries were dropped: too many at a time`;
    dropped = 0;
    write({ ...entry, message });
  }
  lines += lineOf(entry);
  if (lines.length > batchCharactersMax) send();
  else timer ??= setTimeout(send, Math.max(delayMs, sentAtMs + pauseMs - performance.now()));
}

/** What all entries of a log stream have in common, as JSON; streams come and go. */
const beginnings = new Map<string, string>();
const beginningsMax = 1_000;

function lineOf({ timestampMs, requestId, message, ...common }: LogEntry): string {
  let beginning = beginnings.get(common.stream);
  if (beginning === undefined) {
    if (beginnings.size >= beginningsMax) beginnings.clear();
    beginning = JSON.stringify(common).slice(0, -1);
    beginnings.set(common.stream, beginning);
  }
  const invocation = requestId === undefined ? '' : `"requestId":${JSON.stringify(requestId)},`;
  return `${beginning},"timestampMs":${timestampMs},${invocation}"message":${JSON.stringify(message)}}\n`;
}

const host = new FunctionHost({ ...options, log: write });

parent.on('message', (order: ThreadOrder) => {
  switch (order.kind) {
    case 'connect':
      servePort(host, order.port);
      return;
    case 'logged':
      behindBytes -= order.bytes;
      return;
    case 'close':
      host.close().then(() => {
        send();
        // What the last moments logged leaves before the thread does.
        setImmediate(() => process.exit(0));
      });
      return;
    default:
      order satisfies never;
  }
});
