/**
 * The gate workers, seen from the main thread: starts them, feeds them, replaces one that dies, drains them. Each is
 * a thread with its own listeners on the same ports (SO_REUSEPORT), its own plans and its own upstream connections.
 */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Log } from '../observe/log.ts';
import type { FromWorker, GateWorkerOptions, ToWorker } from './gate-messages.ts';

export interface GateWorkersOptions {
  readonly count: number;
  readonly worker: Omit<GateWorkerOptions, 'index' | 'invoker' | 'directory' | 'answers'>;
  /**
   * Connects a worker to the functions.
   * @param giveInvoker called at once, and again whenever the function host has been replaced
   * @param giveDirectory called at once
   * @returns ends it
   */
  readonly connect: (
    giveInvoker: (port: MessagePort) => void,
    giveDirectory: (port: MessagePort) => void,
  ) => () => void;
  /** Sends all that a gate must know, to a worker that has just started. */
  readonly loadAll: (send: (message: ToWorker) => void) => Promise<void>;
  /** Takes the main thread's end of a port to what authorizers have answered. */
  readonly shareAnswers: (port: MessagePort) => void;
  readonly log: Log;
  /** Where the workers' own lines go. */
  readonly gateLog: Log;
}

/** A worker that died is started again after a pause that grows with every death in a row. */
const restartDelayMs = (deaths: number): number => Math.min(10_000, 100 * 2 ** Math.min(deaths, 7));
/** How long a confirmation is waited for: a stuck worker must not hold up management for ever. */
const syncMs = 5_000;
/** A worker that has lived this long counts as sound again. */
const soundAfterMs = 60_000;

interface Member {
  readonly index: number;
  readonly thread: Worker;
  readonly startedAtMs: number;
  listening: boolean;
  readonly waiting: Map<number, () => void>;
}

export class GateWorkers {
  readonly #options: GateWorkersOptions;
  readonly #members = new Map<number, Member>();
  readonly #deaths = new Map<number, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #port: number;
  #tlsPort: number;
  #sequence = 0;
  #ending = false;

  constructor(options: GateWorkersOptions) {
    this.#options = options;
    this.#port = options.worker.port;
    this.#tlsPort = options.worker.tls?.port ?? 0;
  }

  /** The port that the workers share, once they listen. */
  get port(): number {
    return this.#port;
  }

  /** Null without a certificate. */
  get tlsPort(): number | null {
    return this.#options.worker.tls === undefined ? null : this.#tlsPort;
  }

  get listening(): number {
    return [...this.#members.values()].filter((member) => member.listening).length;
  }

  /** Resolves when all workers listen. The first one picks the ports where any will do. @throws when a port is taken */
  async start(): Promise<void> {
    await this.#startWorker(0);
    await Promise.all(Array.from({ length: this.#options.count - 1 }, (_, index) => this.#startWorker(index + 1)));
  }

  /** To every worker, in order. */
  broadcast(message: ToWorker): void {
    for (const { thread } of this.#members.values()) thread.postMessage(message);
  }

  /** Resolves once every worker has acted on all that was sent before, has died, or has not answered in time. */
  async settled(): Promise<void> {
    const sequence = ++this.#sequence;
    await Promise.all(
      [...this.#members.values()].map(
        (member) =>
          new Promise<void>((resolve) => {
            const timer = setTimeout(() => {
              this.#options.log.warn({ worker: member.index }, 'a gate worker does not confirm a change');
              confirmed();
            }, syncMs);
            const confirmed = (): void => {
              clearTimeout(timer);
              member.waiting.delete(sequence);
              resolve();
            };
            member.waiting.set(sequence, confirmed);
            member.thread.postMessage({ type: 'sync', sequence } satisfies ToWorker);
          }),
      ),
    );
  }

  /** Closes listeners, lets requests in flight finish within `drainMs`, ends the threads. */
  async drain(drainMs: number): Promise<void> {
    this.#ending = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(
      [...this.#members.values()].map(
        ({ thread, index }) =>
          new Promise<void>((resolve) => {
            thread.on('message', (message: FromWorker) => {
              if (message.type !== 'drained') return;
              if (message.abandoned > 0)
                this.#options.log.warn({ worker: index, abandoned: message.abandoned }, 'requests outlived the drain');
              resolve();
            });
            thread.once('exit', () => resolve());
            thread.postMessage({ type: 'drain', drainMs } satisfies ToWorker);
          }),
      ),
    );
    await Promise.all([...this.#members.values()].map(({ thread }) => thread.terminate()));
  }

  /** Ends one worker at once, as a crash would: for tests of its replacement. */
  async kill(index: number): Promise<void> {
    await this.#members.get(index)?.thread.terminate();
  }

  #startWorker(index: number): Promise<void> {
    const invokers: MessagePort[] = [];
    const directories: MessagePort[] = [];
    let thread: Worker | undefined;
    const disconnect = this.#options.connect(
      (port) => {
        if (thread === undefined) invokers.push(port);
        else thread.postMessage({ type: 'invoker', port } satisfies ToWorker, [port]);
      },
      (port) => directories.push(port),
    );
    const [invoker] = invokers;
    const [directory] = directories;
    if (invoker === undefined || directory === undefined) throw new Error('a gate worker needs both of its ports');
    const { port1, port2: answers } = new MessageChannel();
    this.#options.shareAnswers(port1);
    const options: GateWorkerOptions = { ...this.#options.worker, index, invoker, directory, answers };
    thread = new Worker(new URL(import.meta.resolve('./gate-worker.mjs')), {
      workerData: options,
      transferList: [invoker, directory, answers],
    });
    thread.once('exit', () => {
      disconnect();
      port1.close();
    });
    const member: Member = { index, thread, startedAtMs: Date.now(), listening: false, waiting: new Map() };
    this.#members.set(index, member);
    const started = new Promise<void>((resolve, reject) => {
      thread.on('message', (message: FromWorker) => {
        switch (message.type) {
          case 'listening':
            member.listening = true;
            this.#port = message.port;
            this.#tlsPort = message.tlsPort ?? 0;
            resolve();
            return;
          case 'synced':
            member.waiting.get(message.sequence)?.();
            return;
          case 'refused':
            if (index === 0)
              this.#options.log.error(
                { restApiId: message.restApiId, stage: message.stageName, problem: message.problem },
                'a deployment does not compile; the gates keep what they served before',
              );
            return;
          case 'drained':
            return;
          case 'log': {
            const { level, fields, message: text } = message.line;
            this.#options.gateLog[level]({ worker: index, ...fields }, text);
            return;
          }
          default: {
            const never: never = message;
            throw new Error(`unexpected message ${JSON.stringify(never)}`);
          }
        }
      });
      thread.on('error', (error) => {
        this.#options.log.error({ error, worker: index }, 'a gate worker failed');
        reject(error);
      });
      thread.once('exit', (code) => {
        this.#members.delete(index);
        for (const confirmed of member.waiting.values()) confirmed();
        reject(new Error(`gate worker ${index} ended with code ${code}`));
        if (!this.#ending) this.#replace(member);
      });
    });
    this.#options
      .loadAll((message) => thread.postMessage(message))
      .then(() => thread.postMessage({ type: 'listen', port: this.#port, tlsPort: this.#tlsPort } satisfies ToWorker))
      .catch((error) => this.#options.log.error({ error, worker: index }, 'a gate worker could not be loaded'));
    return started;
  }

  #replace({ index, startedAtMs, listening }: Member): void {
    // A worker that never listened failed the start itself; `start` tells its caller.
    if (!listening && !this.#deaths.has(index)) return;
    const deaths = Date.now() - startedAtMs > soundAfterMs ? 0 : (this.#deaths.get(index) ?? 0);
    this.#deaths.set(index, deaths + 1);
    const delayMs = restartDelayMs(deaths);
    this.#options.log.error({ worker: index, delayMs }, 'a gate worker ended; another takes its place');
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#startWorker(index).catch(() => {});
    }, delayMs);
    this.#timers.add(timer);
  }
}
