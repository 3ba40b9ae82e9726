/**
 * Durable documents and their change feed. A document is JSON under (account, region, kind, id) with a revision;
 * writes name the revision they were made from, so that no edit is lost. Adapters: `sqlite.ts`; each passes
 * `store-contract.ts`. `Kinds` maps a kind of document to the type of its value.
 */
export interface Scope {
  readonly accountId: string;
  readonly region: string;
}

export interface DocumentKey<Kind extends string = string> extends Scope {
  readonly kind: Kind;
  /** Unique within account, region and kind; parts are joined by `/`, e.g. `{restApiId}/{stageName}`. */
  readonly id: string;
}

export interface StoredDocument<Value> {
  readonly key: DocumentKey;
  /** Grows with every commit of the whole store; 0 stands for "does not exist". */
  readonly revision: number;
  readonly value: Value;
}

/** One write of a commit. `expectedRevision` 0: the document must not exist yet. `value` undefined: delete. */
export interface Write<Value = unknown> {
  readonly key: DocumentKey;
  readonly value: Value | undefined;
  readonly expectedRevision: number;
}

/** What the change feed tells: which document changed, and the revision it has now. */
export interface Change {
  readonly key: DocumentKey;
  readonly revision: number;
  readonly deleted: boolean;
}

/** Somebody else wrote first: load again and repeat the edit. */
export class StaleRevisionError extends Error {
  readonly key: DocumentKey;
  constructor(key: DocumentKey) {
    super(`${key.kind} ${key.id} has changed since it was read`);
    this.name = 'StaleRevisionError';
    this.key = key;
  }
}

export interface Store<Kinds extends Readonly<Record<keyof Kinds, unknown>>> extends AsyncDisposable {
  get<Kind extends keyof Kinds & string>(key: DocumentKey<Kind>): Promise<StoredDocument<Kinds[Kind]> | undefined>;

  /** Documents of one kind in ascending order of id, those whose id starts with `idPrefix` when given. */
  list<Kind extends keyof Kinds & string>(
    scope: Scope,
    kind: Kind,
    idPrefix?: string,
  ): Promise<readonly StoredDocument<Kinds[Kind]>[]>;

  /** The documents of one kind of all accounts and regions: what a gate serves. */
  listEverywhere<Kind extends keyof Kinds & string>(kind: Kind): Promise<readonly StoredDocument<Kinds[Kind]>[]>;

  /** All writes or none, durable when the promise resolves. @throws StaleRevisionError @returns the new revision */
  commit(writes: readonly Write[]): Promise<number>;

  /** Calls back after every commit, in order of revision. @returns a function that ends it */
  watch(onChange: (changes: readonly Change[]) => void): () => void;
}
