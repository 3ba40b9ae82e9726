/**
 * Loads, edits and stores documents on behalf of one management call: every document is looked up under the caller's
 * account and region, and an edit that lost a race is made again on what the winner wrote.
 */
import type { DocumentKinds } from '../definition/documents.ts';
import { conflict } from '../definition/errors.ts';
import { type DocumentKey, type Scope, StaleRevisionError, type Store, type Write } from '../store/store.ts';

/** How often an edit is repeated after a lost race before the caller is told to try again. */
const attemptsMax = 20;

export class Documents {
  readonly #store: Store<DocumentKinds>;

  constructor(store: Store<DocumentKinds>) {
    this.#store = store;
  }

  async find<Kind extends keyof DocumentKinds>(
    scope: Scope,
    kind: Kind,
    id: string,
  ): Promise<DocumentKinds[Kind] | undefined> {
    return (await this.#store.get(keyOf(scope, kind, id)))?.value;
  }

  /** @throws what `missing` makes when there is no such document */
  async load<Kind extends keyof DocumentKinds>(
    scope: Scope,
    kind: Kind,
    id: string,
    missing: () => Error,
  ): Promise<DocumentKinds[Kind]> {
    const value = await this.find(scope, kind, id);
    if (value === undefined) throw missing();
    return value;
  }

  /** In ascending order of id; those whose id starts with `idPrefix` when given. */
  async list<Kind extends keyof DocumentKinds>(
    scope: Scope,
    kind: Kind,
    idPrefix?: string,
  ): Promise<readonly DocumentKinds[Kind][]> {
    return (await this.#store.list(scope, kind, idPrefix)).map(({ value }) => value);
  }

  /** @throws what `taken` makes when the document exists already */
  async create<Kind extends keyof DocumentKinds>(
    scope: Scope,
    kind: Kind,
    id: string,
    value: DocumentKinds[Kind],
    taken: () => Error = () => conflict(`${kind} ${id} already exists`),
  ): Promise<void> {
    try {
      await this.#store.commit([{ key: keyOf(scope, kind, id), value, expectedRevision: 0 }]);
    } catch (error) {
      throw error instanceof StaleRevisionError ? taken() : error;
    }
  }

  /** Applies a pure edit and stores its outcome; the edit may run again after a lost race. @returns the outcome */
  async edit<Kind extends keyof DocumentKinds>(
    scope: Scope,
    kind: Kind,
    id: string,
    missing: () => Error,
    change: (value: DocumentKinds[Kind]) => DocumentKinds[Kind],
  ): Promise<DocumentKinds[Kind]> {
    return this.transact(scope, async (transaction) => {
      const changed = change(await transaction.load(kind, id, missing));
      transaction.put(kind, id, changed);
      return changed;
    });
  }

  /** Reads several documents and writes several: all or nothing, repeated after a lost race. */
  async transact<Outcome>(scope: Scope, work: (transaction: Transaction) => Promise<Outcome>): Promise<Outcome> {
    for (let attempt = 1; ; attempt++) {
      const transaction = new Transaction(this.#store, scope);
      const outcome = await work(transaction);
      try {
        if (transaction.writes.length > 0) await this.#store.commit(transaction.writes);
        return outcome;
      } catch (error) {
        if (!(error instanceof StaleRevisionError)) throw error;
        if (attempt >= attemptsMax) throw conflict('Unable to complete operation due to concurrent modification.');
      }
    }
  }
}

/** Reads remember the revision they saw, so that a later `put` or `remove` fails when somebody wrote in between. */
export class Transaction {
  readonly #store: Store<DocumentKinds>;
  readonly #scope: Scope;
  readonly #seen = new Map<string, number>();
  readonly #writes = new Map<string, Write>();

  constructor(store: Store<DocumentKinds>, scope: Scope) {
    this.#store = store;
    this.#scope = scope;
  }

  get writes(): readonly Write[] {
    return [...this.#writes.values()];
  }

  async find<Kind extends keyof DocumentKinds>(kind: Kind, id: string): Promise<DocumentKinds[Kind] | undefined> {
    const found = await this.#store.get(keyOf(this.#scope, kind, id));
    this.#seen.set(`${kind} ${id}`, found?.revision ?? 0);
    return found?.value;
  }

  async load<Kind extends keyof DocumentKinds>(
    kind: Kind,
    id: string,
    missing: () => Error,
  ): Promise<DocumentKinds[Kind]> {
    const value = await this.find(kind, id);
    if (value === undefined) throw missing();
    return value;
  }

  async list<Kind extends keyof DocumentKinds>(kind: Kind, idPrefix?: string): Promise<readonly DocumentKinds[Kind][]> {
    const found = await this.#store.list(this.#scope, kind, idPrefix);
    for (const { key, revision } of found) this.#seen.set(`${kind} ${key.id}`, revision);
    return found.map(({ value }) => value);
  }

  /** A document that this transaction has not read must not exist yet. */
  put<Kind extends keyof DocumentKinds>(kind: Kind, id: string, value: DocumentKinds[Kind]): void {
    this.#write(kind, id, value);
  }

  remove(kind: keyof DocumentKinds, id: string): void {
    this.#write(kind, id, undefined);
  }

  #write(kind: keyof DocumentKinds, id: string, value: unknown): void {
    const name = `${kind} ${id}`;
    const expectedRevision = this.#seen.get(name) ?? 0;
    this.#writes.set(name, { key: keyOf(this.#scope, kind, id), value, expectedRevision });
  }
}

const keyOf = <Kind extends keyof DocumentKinds>(scope: Scope, kind: Kind, id: string): DocumentKey<Kind> => ({
  accountId: scope.accountId,
  region: scope.region,
  kind,
  id,
});
