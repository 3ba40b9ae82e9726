/**
 * Code of functions and layers on disk: every uploaded archive under its digest, once as it came and once unpacked, so
 * that equal code lies there once. What no document refers to any more is deleted after a while, because environments
 * may still run from it.
 *
 *     packages/{sha256}.zip   code/{sha256}/…   incoming/   what is being written or deleted
 */
import { createHmac, randomBytes, timingSafeEqual, webcrypto } from 'node:crypto';
import { createReadStream, existsSync, renameSync } from 'node:fs';
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CodeSource } from '../definition/functions/function.ts';
import { unpackedBytesMax } from '../definition/functions/layers.ts';
import { type ArchiveEntry, linkTarget, readArchive, unpackEntry } from '../management/lambda/archive.ts';
import type { CodeStorage, HeldCode } from '../management/lambda/dependencies.ts';
import type { ManagementRequest, ManagementResponse } from '../management/protocol/request.ts';
import type { Log } from '../observe/log.ts';
import { archiveOf } from './directory-archive.ts';

export interface FunctionCodeOptions {
  /** Made when it does not exist. */
  readonly directory: string;
  /** Digests of the archives that documents refer to. */
  readonly inUse: () => Promise<ReadonlySet<string>>;
  /** Of the management endpoint, without a slash at the end: where archives can be fetched from. */
  readonly url: () => string;
  readonly now: () => number;
  readonly log: Log;
  /** For how long code stays that nothing refers to; the longest invocation there may be. */
  readonly graceMs?: number;
}

const graceMsUsual = 16 * 60_000;
/** Files that are written at a time. */
const writersMax = 16;
const locationForMs = 10 * 60_000;
const locationPath = /^\/_functions\/packages\/([0-9a-f]{64})\.zip$/;

export class FunctionCode implements CodeStorage {
  readonly #options: FunctionCodeOptions;
  readonly #graceMs: number;
  readonly #locationKey = randomBytes(32);
  /** Archives on their way into a document: how many calls hold each. */
  readonly #held = new Map<string, number>();
  readonly #unpacking = new Map<string, Promise<void>>();
  /** When code was first found without a document that refers to it. */
  readonly #unreferencedSinceMs = new Map<string, number>();
  /** Held at some time while a sweep is under way. */
  #touched: Set<string> | null = null;
  #sweeping: Promise<void> = Promise.resolve();
  #sweepTimer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: FunctionCodeOptions) {
    this.#options = options;
    this.#graceMs = options.graceMs ?? graceMsUsual;
  }

  /** Removes what earlier runs left behind, and unpacks what is missing. */
  async start(): Promise<void> {
    for (const folder of ['packages', 'code']) await mkdir(this.#path(folder), { recursive: true, mode: 0o700 });
    await rm(this.#path('incoming'), { recursive: true, force: true });
    await mkdir(this.#path('incoming'), { recursive: true, mode: 0o700 });
    for (const sha256 of await this.#options.inUse()) {
      if (existsSync(this.#codePath(sha256))) continue;
      try {
        await this.#unpack(sha256, readArchive(await readFile(this.#packagePath(sha256)), unpackedBytesMax));
      } catch (error) {
        this.#options.log.error({ error, sha256 }, 'code of a function is missing and cannot be unpacked again');
      }
    }
    // Nothing runs yet: what nobody refers to can go at once.
    await this.#sweep(0);
  }

  async keep(archive: Uint8Array): Promise<HeldCode> {
    const entries = readArchive(archive, unpackedBytesMax);
    const sha256 = Buffer.from(await webcrypto.subtle.digest('SHA-256', new Uint8Array(archive))).toString('hex');
    this.#hold(sha256);
    let released = false;
    const release = (): void => {
      if (!released) this.#release(sha256);
      released = true;
    };
    try {
      await this.#store(sha256, archive, entries);
    } catch (error) {
      release();
      throw error;
    }
    const unpackedBytes = entries.reduce((sum, { bytes }) => sum + bytes, 0);
    return { code: { kind: 'archive', sha256, bytes: archive.length, unpackedBytes }, release };
  }

  async directory(path: string): Promise<CodeSource | undefined> {
    try {
      return (await stat(path)).isDirectory() ? { kind: 'directory', directory: path } : undefined;
    } catch {
      return undefined;
    }
  }

  async freeze(directory: string): Promise<HeldCode> {
    return this.keep(await archiveOf(directory, unpackedBytesMax));
  }

  /** Where code can be run from. */
  directoryOf(code: CodeSource): string {
    return code.kind === 'directory' ? code.directory : this.#codePath(code.sha256);
  }

  location(code: CodeSource, nowMs: number): string {
    if (code.kind === 'directory') return `file://${code.directory}`;
    const expires = Math.floor((nowMs + locationForMs) / 1000);
    const path = `/_functions/packages/${code.sha256}.zip`;
    return `${this.#options.url()}${path}?expires=${expires}&signature=${this.#signatureOf(code.sha256, expires)}`;
  }

  /** Answers a request for a location that was given out; undefined when it is another request. */
  async serve({
    method,
    path,
    query,
  }: Pick<ManagementRequest, 'method' | 'path' | 'query'>): Promise<ManagementResponse | undefined> {
    const sha256 = locationPath.exec(path)?.[1];
    if (sha256 === undefined || method !== 'GET') return undefined;
    const parameters = new URLSearchParams(query);
    const expires = Number(parameters.get('expires'));
    const given = Buffer.from(parameters.get('signature') ?? '');
    const wanted = Buffer.from(this.#signatureOf(sha256, expires));
    const valid = given.length === wanted.length && timingSafeEqual(given, wanted);
    if (!valid || expires * 1000 < this.#options.now())
      return refusal(403, 'This location has expired or was never given out; call GetFunction again.');
    const file = this.#packagePath(sha256);
    if (!existsSync(file)) return refusal(404, 'This package has been deleted.');
    return { status: 200, headers: { 'content-type': 'application/zip' }, body: '', stream: createReadStream(file) };
  }

  collect(): void {
    if (!this.#closed) this.#sweep(this.#graceMs).catch(() => {});
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#sweepTimer !== null) clearTimeout(this.#sweepTimer);
    await this.#sweeping;
    await Promise.allSettled(this.#unpacking.values());
  }

  #path(...names: readonly string[]): string {
    return join(this.#options.directory, ...names);
  }

  #codePath(sha256: string): string {
    return this.#path('code', sha256);
  }

  #packagePath(sha256: string): string {
    return this.#path('packages', `${sha256}.zip`);
  }

  #signatureOf(sha256: string, expires: number): string {
    return createHmac('sha256', this.#locationKey).update(`${sha256} ${expires}`).digest('hex');
  }

  #hold(sha256: string): void {
    this.#held.set(sha256, (this.#held.get(sha256) ?? 0) + 1);
    this.#touched?.add(sha256);
    this.#unreferencedSinceMs.delete(sha256);
  }

  #release(sha256: string): void {
    const count = (this.#held.get(sha256) ?? 1) - 1;
    if (count === 0) this.#held.delete(sha256);
    else this.#held.set(sha256, count);
    // It may have come into a document since a sweep looked.
    this.#touched?.add(sha256);
  }

  async #store(sha256: string, archive: Uint8Array, entries: readonly ArchiveEntry[]): Promise<void> {
    let unpacking = this.#unpacking.get(sha256);
    if (unpacking === undefined) {
      unpacking = this.#write(sha256, archive, entries).finally(() => this.#unpacking.delete(sha256));
      this.#unpacking.set(sha256, unpacking);
    }
    await unpacking;
  }

  async #write(sha256: string, archive: Uint8Array, entries: readonly ArchiveEntry[]): Promise<void> {
    // The archive must outlast a power cut; what is unpacked can be made of it again.
    if (!existsSync(this.#codePath(sha256))) await this.#unpack(sha256, entries);
    if (!existsSync(this.#packagePath(sha256))) {
      const incoming = this.#incoming();
      const file = await open(incoming, 'w', 0o600);
      try {
        await file.writeFile(archive);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(incoming, this.#packagePath(sha256));
    }
  }

  async #unpack(sha256: string, entries: readonly ArchiveEntry[]): Promise<void> {
    const folder = this.#incoming();
    try {
      await mkdir(folder, { mode: 0o755 });
      await writeEntries(folder, entries);
      await rename(folder, this.#codePath(sha256));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  #incoming(): string {
    return this.#path('incoming', randomBytes(12).toString('hex'));
  }

  /** One after another: each looks at what documents refer to when it begins. */
  #sweep(graceMs: number): Promise<void> {
    const sweep = this.#sweeping.then(() => this.#sweepNow(graceMs));
    this.#sweeping = sweep.catch((error: unknown) => {
      this.#options.log.error({ error }, 'code that is no longer used could not be deleted');
    });
    return this.#sweeping;
  }

  async #sweepNow(graceMs: number): Promise<void> {
    const touched = new Set(this.#held.keys());
    this.#touched = touched;
    try {
      const used = await this.#options.inUse();
      const kept = new Set([
        ...(await readdir(this.#path('code'))),
        ...(await readdir(this.#path('packages'))).map((name) => name.replace(/\.zip$/, '')),
      ]);
      const nowMs = this.#options.now();
      const trash: string[] = [];
      for (const sha256 of kept) {
        if (used.has(sha256) || touched.has(sha256)) {
          this.#unreferencedSinceMs.delete(sha256);
          continue;
        }
        const sinceMs = this.#unreferencedSinceMs.get(sha256) ?? nowMs;
        this.#unreferencedSinceMs.set(sha256, sinceMs);
        if (nowMs - sinceMs < graceMs) continue;
        this.#unreferencedSinceMs.delete(sha256);
        // Moved away in this turn, so that nobody finds half of it; deleted later.
        for (const path of [this.#codePath(sha256), this.#packagePath(sha256)]) {
          if (!existsSync(path)) continue;
          const away = this.#incoming();
          renameSync(path, away);
          trash.push(away);
        }
      }
      for (const path of trash) await rm(path, { recursive: true, force: true });
    } finally {
      this.#touched = null;
    }
    if (this.#unreferencedSinceMs.size > 0 && !this.#closed && this.#sweepTimer === null) {
      this.#sweepTimer = setTimeout(() => {
        this.#sweepTimer = null;
        this.collect();
      }, this.#graceMs).unref();
    }
  }
}

const refusal = (status: number, message: string): ManagementResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message }),
});

/** Files first, then links: nothing is ever written through one. */
async function writeEntries(folder: string, entries: readonly ArchiveEntry[]): Promise<void> {
  const folders = new Set<string>();
  for (const { path, kind } of entries) folders.add(kind === 'directory' ? path : dirname(path));
  for (const path of folders) await mkdir(join(folder, path), { recursive: true, mode: 0o755 });
  const files = entries.filter(({ kind }) => kind === 'file');
  let next = 0;
  const writer = async (): Promise<void> => {
    for (let entry = files[next++]; entry !== undefined; entry = files[next++]) {
      const path = join(folder, entry.path);
      await writeFile(path, await unpackEntry(entry), { flag: 'wx' });
      await chmod(path, modeOf(entry));
    }
  };
  // All have ended before anybody clears away what they wrote.
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(writersMax, files.length) }, writer));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  for (const entry of entries)
    if (entry.kind === 'symlink') await symlink(await linkTarget(entry), join(folder, entry.path));
}

/** Readable in any case; archives that tell no modes may hold programs. */
const modeOf = ({ mode }: ArchiveEntry): number => (mode === 0 ? 0o755 : (mode & 0o755) | 0o444);
