/**
 * The function host in a thread of its own, seen from the main thread: starts it, starts it again should it ever fall,
 * connects others to it, passes its logs on. The thread itself is `host-thread.ts`, begun by `host-worker.mjs`.
 */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { FunctionPort } from './function-port.ts';
import type { FunctionHostOptions } from './host.ts';

export interface FunctionThreadOptions extends Omit<FunctionHostOptions, 'log'> {
  /** Takes what has been logged: entries (`LogEntry`) as JSON, a line each. */
  readonly log: (lines: Uint8Array) => void;
  /** Told when the thread has fallen; a new one is started by itself. */
  readonly onFailure: (error: Error) => void;
}

/** What the thread hears from here. */
export type ThreadOrder =
  | { readonly kind: 'connect'; readonly port: MessagePort }
  | { readonly kind: 'logged'; readonly bytes: number }
  | { readonly kind: 'close' };

/** What it says: lines of its log. */
export type ThreadLog = Uint8Array<ArrayBuffer>;

/** A thread that falls again within this time is started again only after it. */
const restartAfterMs = 1000;

export class FunctionThread implements AsyncDisposable {
  /** For the main thread's own invocations. */
  readonly invoker: FunctionPort;
  readonly #options: FunctionThreadOptions;
  readonly #connected = new Set<(port: MessagePort) => void>();
  /** Null until `wake`. */
  #worker: Worker | null = null;
  /** Ports that wait for the thread. */
  #unconnected: MessagePort[] = [];
  #startedAtMs = 0;
  #running = false;
  #closing = false;

  constructor(options: FunctionThreadOptions) {
    this.#options = options;
    this.invoker = new FunctionPort(this.#newPort());
    this.#connected.add((port) => this.invoker.attach(port));
  }

  /**
   * Starts the thread, if it has not been: an installation without functions does without it (12 MB). Invocations that
   * came before wait for this.
   */
  wake(): void {
    this.#worker ??= this.#start();
  }

  /**
   * Connects another thread.
   * @param give takes a port to be transferred there, now and whenever the host's thread has been replaced: the first
   * makes a `FunctionPort`, later ones are for its `attach`
   * @returns ends the connection's renewal
   */
  connect(give: (port: MessagePort) => void): () => void {
    this.#connected.add(give);
    give(this.#newPort());
    return () => {
      this.#connected.delete(give);
    };
  }

  /** Ends the thread as a fault in it would: a new one is started. Environments end with it. */
  async terminate(): Promise<void> {
    await this.#worker?.terminate();
  }

  /** Ends all environments and the thread. Whoever invokes should have finished before. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    // It may have fallen, and not be up again.
    if (this.#running) {
      const gone = new Promise((resolve) => this.#worker?.once('exit', resolve));
      this.#worker?.postMessage({ kind: 'close' } satisfies ThreadOrder);
      await gone;
    }
    this.invoker.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #start(): Worker {
    this.#startedAtMs = performance.now();
    const { log, onFailure, ...workerData } = this.#options;
    const worker = new Worker(new URL(import.meta.resolve('./host-worker.mjs')), { workerData, name: 'functions' });
    worker.on('message', (lines: ThreadLog) => {
      const bytes = lines.length;
      log(lines);
      worker.postMessage({ kind: 'logged', bytes } satisfies ThreadOrder);
    });
    for (const port of this.#unconnected.splice(0))
      worker.postMessage({ kind: 'connect', port } satisfies ThreadOrder, [port]);
    worker.on('error', onFailure);
    this.#running = true;
    worker.on('exit', () => {
      this.#running = false;
      if (this.#closing) return;
      const waitMs = Math.max(0, this.#startedAtMs + restartAfterMs - performance.now());
      setTimeout(() => {
        if (this.#closing) return;
        this.#worker = this.#start();
        for (const give of this.#connected) give(this.#newPort());
      }, waitMs);
    });
    return worker;
  }

  #newPort(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    if (this.#worker === null) this.#unconnected.push(port1);
    else this.#worker.postMessage({ kind: 'connect', port: port1 } satisfies ThreadOrder, [port1]);
    return port2;
  }
}
