/** Where events wait: in the store, so that a restart forgets none. One queue writes them. */
import type { DocumentKinds } from '../definition/documents.ts';
import type { QueuedFunctionEvent } from '../definition/functions/events.ts';
import type { EventStorage, QueuedEvent } from '../functions/event-queue.ts';
import type { DocumentKey, Store } from '../store/store.ts';

/** Events belong to the installation: they are looked up by their id alone. */
const keyOf = (requestId: string): DocumentKey<'function-event'> => ({
  accountId: '-',
  region: '-',
  kind: 'function-event',
  id: requestId,
});

export class StoredEvents implements EventStorage {
  readonly #store: Store<DocumentKinds>;
  /** Of the events that are kept. */
  readonly #revisions = new Map<string, number>();

  constructor(store: Store<DocumentKinds>) {
    this.#store = store;
  }

  async put(event: QueuedEvent): Promise<void> {
    const value: QueuedFunctionEvent = { ...event, payload: Buffer.from(event.payload).toString('base64') };
    await this.#write(event.requestId, value);
  }

  async get(requestId: string): Promise<QueuedEvent | undefined> {
    const found = await this.#store.get(keyOf(requestId));
    return found && { ...found.value, payload: Buffer.from(found.value.payload, 'base64') };
  }

  async remove(requestId: string): Promise<void> {
    if (!this.#revisions.has(requestId)) return;
    await this.#write(requestId, undefined);
    this.#revisions.delete(requestId);
  }

  async list(): Promise<readonly Pick<QueuedEvent, 'requestId' | 'invokedFunctionArn' | 'dueAtMs'>[]> {
    const found = await this.#store.listEverywhere('function-event');
    for (const { value, revision } of found) this.#revisions.set(value.requestId, revision);
    return found.map(({ value: { requestId, invokedFunctionArn, dueAtMs } }) => ({
      requestId,
      invokedFunctionArn,
      dueAtMs,
    }));
  }

  async #write(requestId: string, value: QueuedFunctionEvent | undefined): Promise<void> {
    const expectedRevision = this.#revisions.get(requestId) ?? 0;
    this.#revisions.set(requestId, await this.#store.commit([{ key: keyOf(requestId), value, expectedRevision }]));
  }
}
