/**
 * Event invocations from another thread than the one that has their queue: accepted when that thread says that they will
 * not be lost.
 */
import type { MessagePort } from 'node:worker_threads';
import type { AcceptedEvent } from './hosted-functions.ts';

interface Asked {
  readonly id: number;
  readonly event: AcceptedEvent;
}

interface Told {
  readonly id: number;
  /** Why it was not accepted. */
  readonly refused: string | null;
}

/** The end of the thread that accepts events; `enqueue` is for `HostedFunctionsOptions`. */
export class EventPort {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, (refused: string | null) => void>();
  #lastId = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', ({ id, refused }: Told) => this.#settle(id, refused));
    port.on('close', () => {
      for (const id of [...this.#waiting.keys()]) this.#settle(id, 'the thread of the queue has ended');
    });
  }

  /** @throws when the queue does not take it */
  enqueue(event: AcceptedEvent): Promise<void> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (refused) => (refused === null ? resolve() : reject(new Error(refused))));
      this.#port.postMessage({ id, event } satisfies Asked);
    });
  }

  close(): void {
    this.#port.close();
  }

  #settle(id: number, refused: string | null): void {
    const settle = this.#waiting.get(id);
    this.#waiting.delete(id);
    settle?.(refused);
  }
}

/** The queue's end. */
export function serveEvents(enqueue: (event: AcceptedEvent) => Promise<void>, port: MessagePort): void {
  const tell = (id: number, refused: string | null): void => port.postMessage({ id, refused } satisfies Told);
  port.on('message', ({ id, event }: Asked) => {
    enqueue(event).then(
      () => tell(id, null),
      (error: unknown) => tell(id, error instanceof Error ? error.message : String(error)),
    );
  });
}
