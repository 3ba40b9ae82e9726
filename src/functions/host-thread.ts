/** The thread of the function host: serves ports, passes logs on in batches, ends when it is told to. */
import { parentPort, workerData } from 'node:worker_threads';
import { servePort } from './function-port.ts';
import type { FunctionThreadOptions, ThreadLog, ThreadOrder } from './function-thread.ts';
import { FunctionHost } from './host.ts';
import type { LogEntry } from './log.ts';

/** Bytes of log that the main thread may be behind; what comes then is dropped, and how much is said. */
const behindBytesMax = 32 * 1024 * 1024;

const options: Omit<FunctionThreadOptions, 'log' | 'onFailure'> = workerData;
const parent = parentPort;
if (parent === null) throw new Error('host-thread is started as a worker thread');

let entries: LogEntry[] = [];
let bytes = 0;
let behindBytes = 0;
let dropped = 0;

const send = (): void => {
  const batch: ThreadLog = { entries, bytes };
  entries = [];
  bytes = 0;
  parent.postMessage(batch);
};

const host = new FunctionHost({
  ...options,
  log: (entry) => {
    if (behindBytes > behindBytesMax) {
      dropped++;
      return;
    }
    if (entries.length === 0) setImmediate(send);
    if (dropped > 0) {
      entries.push({ ...entry, message: `${dropped} log entries were dropped: too many at a time` });
      dropped = 0;
    }
    entries.push(entry);
    bytes += entry.message.length;
    behindBytes += entry.message.length;
  },
});

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
        // What the last moments logged leaves before the thread does.
        setImmediate(() => process.exit(0));
      });
      return;
    default:
      order satisfies never;
  }
});
