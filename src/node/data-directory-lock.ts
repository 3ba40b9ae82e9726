/**
 * One gateway a data directory: two would each keep plans, queues and quotas of their own for the same definitions.
 * The lock is the system's, on a file that SQLite holds: it ends with the process that holds it, however that ends, so
 * that none is ever left behind, and a process id that has been given to another program means nothing. Who holds it
 * stands beside it, for the message.
 *
 *     gatewright.lock   gatewright.pid
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';

/** Another gateway uses the directory. */
export class DataDirectoryInUse extends Error {}

/** SQLite's SQLITE_BUSY. */
const busy = 5;
/** A gateway that is restarted may find the one before in its last moment. */
const tries = 20;
const betweenTriesMs = 50;

export class DataDirectoryLock implements Disposable {
  readonly #database: DatabaseSync;
  readonly #pidFile: string;

  /**
   * Waits a second for another gateway to end.
   * @param dataDir absolute
   * @throws DataDirectoryInUse
   */
  static async take(dataDir: string): Promise<DataDirectoryLock> {
    for (let left = tries; ; left--) {
      try {
        return new DataDirectoryLock(dataDir);
      } catch (error) {
        if (!(error instanceof DataDirectoryInUse) || left === 0) throw error;
        await setTimeout(betweenTriesMs);
      }
    }
  }

  /** @throws DataDirectoryInUse */
  constructor(dataDir: string) {
    this.#pidFile = join(dataDir, 'gatewright.pid');
    this.#database = new DatabaseSync(join(dataDir, 'gatewright.lock'), { timeout: 0 });
    try {
      // Nothing is ever written there.
      this.#database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      this.#database.close();
      if (!(error instanceof Error && 'errcode' in error && error.errcode === busy)) throw error;
      throw new DataDirectoryInUse(
        `The data directory ${dataDir} is in use by another gateway${holderOf(this.#pidFile)}. Stop that one, or choose another directory with --data-dir`,
      );
    }
    writeFileSync(this.#pidFile, `${process.pid}\n`, { mode: 0o600 });
  }

  [Symbol.dispose](): void {
    rmSync(this.#pidFile, { force: true });
    this.#database.close();
  }
}

/** Unknown in the moment between the lock and the file. */
function holderOf(pidFile: string): string {
  try {
    const pid = readFileSync(pidFile, 'utf8').trim();
    return /^\d+$/.test(pid) ? `, process ${pid}` : '';
  } catch {
    return '';
  }
}
