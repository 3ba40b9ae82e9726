/**
 * Whether the files of a function's directory have changed since they were last looked at: names, sizes and times of
 * change. Looked at when an invocation comes, so that an edit is never missed and nothing runs in between; a small
 * directory every time, a large one so seldom that looking takes about 5 % of a thread (1,000 files: every 40 ms).
 *
 * Links to folders are followed, wherever they lead (a workspace's shared code), each folder once; not to folders that
 * the function's directory is in itself.
 */
import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';

/** Not looked into: others' code, which changes by an install, and that changes the folder itself. */
const notEntered = new Set(['node_modules', '.venv']);
/** As if they were not there: what tools and interpreters write while they run. */
export const overlooked: ReadonlySet<string> = new Set(['.git', '__pycache__', '.pytest_cache', '.DS_Store']);
const looksMax = 20_000;
const alwaysUpTo = 64;
/** A look takes 2 µs a file. */
const pauseMsPerFile = 0.04;

interface Folder {
  modifiedMs: number;
  readonly names: string;
}

export class CodeWatch {
  readonly #directory: string;
  readonly #folders = new Map<string, Folder>();
  /** Path to what it looked like. */
  readonly #files = new Map<string, number>();
  /** Where links to folders lead. */
  readonly #links = new Map<string, string>();
  #lookAgainAtMs = 0;

  constructor(directory: string) {
    this.#directory = directory;
    this.#look();
  }

  /** Files, folders and links that are looked at. */
  get size(): number {
    return this.#files.size + this.#folders.size + this.#links.size;
  }

  /** @returns true once after each change */
  changed(): boolean {
    const nowMs = performance.now();
    if (nowMs < this.#lookAgainAtMs) return false;
    const changed = !this.#looksTheSame();
    if (changed) this.#look();
    this.#lookAgainAtMs = this.size <= alwaysUpTo ? 0 : nowMs + this.size * pauseMsPerFile;
    return changed;
  }

  #looksTheSame(): boolean {
    for (const [path, looks] of this.#files) if (looksOf(path) !== looks) return false;
    for (const [path, target] of this.#links) if (realPathOf(path) !== target) return false;
    // A new or removed file changes its folder; so does a cache that is written, hence the names.
    for (const [path, folder] of this.#folders) {
      const modifiedMs = modifiedMsOf(path);
      if (modifiedMs === folder.modifiedMs) continue;
      if (notEntered.has(lastOf(path)) || namesOf(entriesOf(path)) !== folder.names) return false;
      folder.modifiedMs = modifiedMs;
    }
    return true;
  }

  #look(): void {
    this.#folders.clear();
    this.#files.clear();
    this.#links.clear();
    const root = realPathOf(this.#directory);
    const seen = new Set<string>();
    const folders = [{ path: this.#directory, real: root }];
    for (let folder = folders.pop(); folder !== undefined && this.size < looksMax; folder = folders.pop()) {
      const { path, real } = folder;
      if (seen.has(real)) continue;
      seen.add(real);
      const entries = notEntered.has(lastOf(path)) || notEntered.has(lastOf(real)) ? [] : entriesOf(path);
      this.#folders.set(path, { modifiedMs: modifiedMsOf(path), names: namesOf(entries) });
      for (const entry of entries) {
        const inside = join(path, entry.name);
        if (entry.isDirectory()) folders.push({ path: inside, real: join(real, entry.name) });
        else if (entry.isSymbolicLink() && statOf(inside)?.isDirectory() === true) {
          const target = realPathOf(inside);
          this.#links.set(inside, target);
          if (!isIn(root, target)) folders.push({ path: inside, real: target });
        } else this.#files.set(inside, looksOf(inside));
      }
    }
  }
}

const isIn = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);

/** Without links; empty when there is nothing. */
function realPathOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return '';
  }
}

/** Undefined for what is gone, and for a link that leads nowhere or round in circles. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter((entry) => !overlooked.has(entry.name));
  } catch {
    return [];
  }
}

const namesOf = (entries: readonly { readonly name: string }[]): string =>
  entries
    .map(({ name }) => name)
    .sort()
    .join('/');

const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** -1 when there is none. */
const modifiedMsOf = (path: string): number => statOf(path)?.mtimeMs ?? -1;

/** One number for time of change and size; -1 for what is gone. */
function looksOf(path: string): number {
  const stat = statOf(path);
  return stat === undefined ? -1 : stat.mtimeMs * 1024 + (stat.size % 1024);
}
