/**
 * The store of a single machine: SQLite in WAL mode through node:sqlite. A commit is one durable transaction
 * (`synchronous = FULL`: a confirmed change survives a power cut). Calls are synchronous inside and short; the
 * promises are the interface's, so that a store across a network fits it too.
 * Source: https://www.sqlite.org/wal.html, https://nodejs.org/api/sqlite.html
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import {
  type Change,
  type DocumentKey,
  type Scope,
  StaleRevisionError,
  type Store,
  type StoredDocument,
  type Write,
} from './store.ts';

const schema = `
  CREATE TABLE IF NOT EXISTS document (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (kind, account, region, id)
  ) WITHOUT ROWID, STRICT;
  CREATE TABLE IF NOT EXISTS head (one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL) STRICT;
  INSERT OR IGNORE INTO head VALUES (1, 0);
`;

/** @param path a file, or `:memory:` for a store that ends with the process */
export function openSqliteStore<Kinds extends Readonly<Record<keyof Kinds, unknown>>>(path: string): Store<Kinds> {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;');
  database.exec(schema);
  return new SqliteStore<Kinds>(database);
}

class SqliteStore<Kinds extends Readonly<Record<keyof Kinds, unknown>>> implements Store<Kinds> {
  readonly #database: DatabaseSync;
  readonly #get: StatementSync;
  readonly #list: StatementSync;
  readonly #listEverywhere: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #remove: StatementSync;
  readonly #advance: StatementSync;
  readonly #watchers = new Set<(changes: readonly Change[]) => void>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    const key = 'kind = ? AND account = ? AND region = ?';
    this.#get = database.prepare(`SELECT revision, value FROM document WHERE ${key} AND id = ?`);
    this.#list = database.prepare(
      `SELECT account, region, kind, id, revision, value FROM document WHERE ${key} AND id >= ? AND id < ? ORDER BY id`,
    );
    this.#listEverywhere = database.prepare(
      'SELECT account, region, kind, id, revision, value FROM document WHERE kind = ? ORDER BY account, region, id',
    );
    this.#insert = database.prepare(
      'INSERT INTO document (kind, account, region, id, revision, value) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#update = database.prepare(
      `UPDATE document SET revision = ?, value = ? WHERE ${key} AND id = ? AND revision = ?`,
    );
    this.#remove = database.prepare(`DELETE FROM document WHERE ${key} AND id = ? AND revision = ?`);
    this.#advance = database.prepare('UPDATE head SET revision = revision + 1 RETURNING revision');
  }

  async get<Kind extends keyof Kinds & string>(
    key: DocumentKey<Kind>,
  ): Promise<StoredDocument<Kinds[Kind]> | undefined> {
    const row = this.#get.get(key.kind, key.accountId, key.region, key.id);
    return row === undefined
      ? undefined
      : { key, revision: Number(row.revision), value: JSON.parse(String(row.value)) };
  }

  async list<Kind extends keyof Kinds & string>(
    scope: Scope,
    kind: Kind,
    idPrefix = '',
  ): Promise<readonly StoredDocument<Kinds[Kind]>[]> {
    // The end of the range: U+10FFFF sorts after every character that an id may hold.
    return this.#list
      .all(kind, scope.accountId, scope.region, idPrefix, `${idPrefix}\u{10ffff}`)
      .map((row) => documentOf<Kinds[Kind]>(row));
  }

  async listEverywhere<Kind extends keyof Kinds & string>(kind: Kind): Promise<readonly StoredDocument<Kinds[Kind]>[]> {
    return this.#listEverywhere.all(kind).map((row) => documentOf<Kinds[Kind]>(row));
  }

  async commit(writes: readonly Write[]): Promise<number> {
    this.#database.exec('BEGIN IMMEDIATE');
    let revision: number;
    try {
      revision = Number(this.#advance.get()?.revision);
      for (const write of writes) if (!this.#apply(write, revision)) throw new StaleRevisionError(write.key);
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
    const changes = writes.map(({ key, value }) => ({ key, revision, deleted: value === undefined }));
    for (const onChange of this.#watchers) onChange(changes);
    return revision;
  }

  watch(onChange: (changes: readonly Change[]) => void): () => void {
    this.#watchers.add(onChange);
    return () => this.#watchers.delete(onChange);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watchers.clear();
    this.#database.close();
  }

  #apply({ key, value, expectedRevision }: Write, revision: number): boolean {
    const where = [key.kind, key.accountId, key.region, key.id] as const;
    if (value === undefined) return this.#remove.run(...where, expectedRevision).changes === 1;
    const text = JSON.stringify(value);
    return expectedRevision === 0
      ? this.#insert.run(...where, revision, text).changes === 1
      : this.#update.run(revision, text, ...where, expectedRevision).changes === 1;
  }
}

/** Values are trusted to be of their kind: only `commit` writes them, and it takes them typed. */
function documentOf<Value>(row: Record<string, unknown>): StoredDocument<Value> {
  return {
    key: {
      accountId: String(row.account),
      region: String(row.region),
      kind: String(row.kind),
      id: String(row.id),
    },
    revision: Number(row.revision),
    value: JSON.parse(String(row.value)),
  };
}
