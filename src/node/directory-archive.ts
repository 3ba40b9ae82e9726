/**
 * A directory as a deployment package, so that a published version keeps what the directory holds at that moment. Equal
 * contents make equal packages: names are sorted, times left out. Links inside stay links; what links outside lead to
 * comes along. Left out: what the watch overlooks (`.git`, `__pycache__` …), and what is no file.
 * Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification" 6.3.
 */
import { lstat, readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';
import { overlooked } from '../functions/code-watch.ts';
import { ArchiveError } from '../management/lambda/archive.ts';

const deflate = promisify(deflateRaw);

/** More would take the format's larger fields. */
const entriesMax = 65_534;
const formats = { file: 0o100000, directory: 0o040000, symlink: 0o120000 } as const;

interface Entry {
  /** Relative, with slashes; of a directory without one at the end. */
  readonly path: string;
  readonly kind: keyof typeof formats;
  readonly mode: number;
  /** Of a link: where it leads to. */
  readonly content: Uint8Array;
}

/**
 * @param directory absolute
 * @param bytesMax of all files together
 * @throws ArchiveError when it holds more, or nothing
 */
export async function archiveOf(directory: string, bytesMax: number): Promise<Uint8Array> {
  const root = await realpath(directory);
  const locals: Uint8Array[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  let bytes = 0;
  const requireRoom = (more: number): void => {
    if (bytes + more > bytesMax) throw new ArchiveError('too large', `it holds more than ${bytesMax} bytes`);
  };
  for await (const entry of entriesIn(root, root, '', new Set([root]), requireRoom)) {
    requireRoom(entry.content.length);
    bytes += entry.content.length;
    if (centrals.length === entriesMax)
      throw new ArchiveError('too large', `it holds more than ${entriesMax} files and folders`);
    const { local, data, central } = await packed(entry, offset);
    locals.push(local, data);
    centrals.push(central);
    offset += local.length + data.length;
  }
  return Buffer.concat([...locals, ...centrals, endOf(centrals, offset)]);
}

/**
 * @param within real paths of the folders that this one lies in: a link back to one of them is not followed
 * @param requireRoom throws when so many bytes more are too many
 */
async function* entriesIn(
  root: string,
  folder: string,
  prefix: string,
  within: ReadonlySet<string>,
  requireRoom: (bytes: number) => void,
): AsyncGenerator<Entry> {
  for (const name of (await readdir(folder)).filter((each) => !overlooked.has(each)).sort()) {
    const file = join(folder, name);
    const path = prefix + name;
    const own = await lstat(file);
    const target = own.isSymbolicLink() ? await linkInside(root, file) : undefined;
    if (target !== undefined) {
      yield { path, kind: 'symlink', mode: 0o777, content: Buffer.from(target) };
      continue;
    }
    // A link that leads nowhere is left out.
    const found = own.isSymbolicLink() ? await stat(file).catch(() => undefined) : own;
    if (found?.isFile()) {
      requireRoom(found.size);
      yield { path, kind: 'file', mode: found.mode & 0o777, content: await readFile(file) };
    } else if (found?.isDirectory()) {
      const real = await realpath(file);
      if (within.has(real)) continue;
      yield { path, kind: 'directory', mode: 0o755, content: new Uint8Array() };
      yield* entriesIn(root, file, `${path}/`, new Set([...within, real]), requireRoom);
    }
  }
}

/** Where a link leads to, seen from itself; undefined when that is outside of the root. */
async function linkInside(root: string, link: string): Promise<string | undefined> {
  const folder = dirname(link);
  // Below a link to outside that was followed, nothing is inside.
  if ((await realpath(folder)) !== folder) return undefined;
  const target = resolve(folder, await readlink(link));
  const fromRoot = relative(root, target);
  if (fromRoot.split('/')[0] === '..' || isAbsolute(fromRoot)) return undefined;
  return relative(folder, target) || '.';
}

const versionNeeded = 20;
const madeByUnix = (3 << 8) | versionNeeded;
const utf8Name = 0x0800;
/** 1 January 1980, the first day that the format can tell. */
const noDate = 0x0021;

async function packed(
  { path, kind, mode, content }: Entry,
  offset: number,
): Promise<{ readonly local: Buffer; readonly data: Uint8Array; readonly central: Buffer }> {
  const name = Buffer.from(kind === 'directory' ? `${path}/` : path);
  const deflated = content.length === 0 ? content : await deflate(content);
  const smaller = deflated.length < content.length;
  const data = smaller ? deflated : content;
  // What both heads have in common, from the version that is needed to the length of the name.
  const common = Buffer.alloc(24);
  common.writeUInt16LE(versionNeeded, 0);
  common.writeUInt16LE(utf8Name, 2);
  common.writeUInt16LE(smaller ? 8 : 0, 4);
  common.writeUInt16LE(noDate, 8);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.alloc(2), name]);
  const tail = Buffer.alloc(16);
  tail.writeUInt32LE(((formats[kind] | mode) << 16) >>> 0, 8);
  tail.writeUInt32LE(offset, 12);
  const madeBy = Buffer.alloc(2);
  madeBy.writeUInt16LE(madeByUnix);
  const central = Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), madeBy, common, tail, name]);
  return { local, data, central };
}

function endOf(centrals: readonly Buffer[], offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(centrals.length, 8);
  end.writeUInt16LE(centrals.length, 10);
  end.writeUInt32LE(
    centrals.reduce((sum, { length }) => sum + length, 0),
    12,
  );
  end.writeUInt32LE(offset, 16);
  return end;
}
