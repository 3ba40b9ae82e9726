/**
 * Reads zip archives that callers upload: which files they hold, and that none of them could be written outside of the
 * directory they are unpacked to. Nothing is trusted: every size, offset, name and checksum is checked.
 * Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification" 6.3.
 */
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';

const inflate = promisify(inflateRaw);

/** `broken`: no zip, or one that must not be unpacked. */
export class ArchiveError extends Error {
  readonly kind: 'broken' | 'empty' | 'too large';
  constructor(kind: ArchiveError['kind'], message: string) {
    super(message);
    this.name = 'ArchiveError';
    this.kind = kind;
  }
}

export interface ArchiveEntry {
  /** Relative, with slashes, without `.` and `..`. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  /** Permission bits of Unix, 0 when the archive tells none. */
  readonly mode: number;
  readonly deflated: boolean;
  /** As it lies in the archive. */
  readonly data: Uint8Array;
  /** Unpacked. */
  readonly bytes: number;
  readonly crc32: number;
}

const entriesMax = 100_000;
const pathBytesMax = 4096;
const segmentBytesMax = 255;
const linkBytesMax = 4096;

const signatures = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
};
const endBytes = 22;
const commentBytesMax = 0xffff;
const whole16 = 0xffff;
const whole32 = 0xffffffff;

/**
 * The entries of an archive; of two with one path the later one counts.
 * @param unpackedBytesMax of all files together
 * @throws ArchiveError
 */
export function readArchive(archive: Uint8Array, unpackedBytesMax: number): readonly ArchiveEntry[] {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const { count, offset } = centralDirectory(bytes);
  if (count > entriesMax) throw new ArchiveError('too large', `it has more than ${entriesMax} entries`);
  const entries = new Map<string, ArchiveEntry>();
  let position = offset;
  let total = 0;
  for (let index = 0; index < count; index++) {
    const { entry, next } = centralEntry(bytes, position);
    position = next;
    if (entry === undefined) continue;
    total += entry.bytes;
    if (total > unpackedBytesMax)
      throw new ArchiveError('too large', `it unpacks to more than ${unpackedBytesMax} bytes`);
    entries.set(entry.path, entry);
  }
  const all = [...entries.values()];
  if (!all.some(({ kind }) => kind !== 'directory')) throw new ArchiveError('empty', 'it holds no file');
  requireNestable(entries);
  return all;
}

/** The content of a file, or the target of a symbolic link. @throws ArchiveError when it is not what the archive says */
export async function unpackEntry(entry: ArchiveEntry): Promise<Uint8Array> {
  let content: Uint8Array = entry.data;
  if (entry.deflated) {
    try {
      content = await inflate(entry.data, { maxOutputLength: Math.max(1, entry.bytes) });
    } catch {
      throw broken(`${entry.path} cannot be decompressed to the ${entry.bytes} bytes that it is said to have`);
    }
  }
  if (content.length !== entry.bytes) throw broken(`${entry.path} is not as long as it is said to be`);
  if (crc32(content) !== entry.crc32) throw broken(`the checksum of ${entry.path} is wrong`);
  return content;
}

/** Where a symbolic link leads to, as text. @throws ArchiveError when that is outside of the archive */
export async function linkTarget(entry: ArchiveEntry): Promise<string> {
  if (entry.bytes > linkBytesMax) throw broken(`the symbolic link ${entry.path} is too long`);
  const target = Buffer.from(await unpackEntry(entry)).toString('utf8');
  const folders = entry.path.split('/').slice(0, -1);
  for (const segment of target.split('/')) {
    if (segment === '..' && folders.pop() === undefined) throw leadsOut(entry.path, target);
    if (segment !== '..' && segment !== '.' && segment !== '') folders.push(segment);
  }
  if (target === '' || target.startsWith('/') || target.includes('\0')) throw leadsOut(entry.path, target);
  return target;
}

const broken = (message: string): ArchiveError => new ArchiveError('broken', message);
const leadsOut = (path: string, target: string): ArchiveError =>
  broken(`the symbolic link ${path} leads out of the package: ${target}`);

function centralDirectory(bytes: Buffer): { readonly count: number; readonly offset: number } {
  const lowest = Math.max(0, bytes.length - endBytes - commentBytesMax);
  for (let at = bytes.length - endBytes; at >= lowest; at--) {
    if (bytes.readUInt32LE(at) !== signatures.end) continue;
    if (at + endBytes + bytes.readUInt16LE(at + 20) > bytes.length) continue;
    const count = bytes.readUInt16LE(at + 10);
    const offset = bytes.readUInt32LE(at + 16);
    if (count !== whole16 && offset !== whole32) return { count, offset };
    return centralDirectory64(bytes, at) ?? { count, offset };
  }
  throw broken('it is no zip archive');
}

/** Of an archive with more entries or bytes than the old fields can tell, or whose writer was on the safe side. */
function centralDirectory64(
  bytes: Buffer,
  end: number,
): { readonly count: number; readonly offset: number } | undefined {
  const locator = end - 20;
  if (locator < 0 || bytes.readUInt32LE(locator) !== signatures.locator64) return undefined;
  const at = wholeNumber(bytes, locator + 8);
  requireInside(bytes, at, 56);
  if (bytes.readUInt32LE(at) !== signatures.end64) throw broken('its directory cannot be found');
  return { count: wholeNumber(bytes, at + 32), offset: wholeNumber(bytes, at + 48) };
}

function wholeNumber(bytes: Buffer, at: number): number {
  requireInside(bytes, at, 8);
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw broken('it claims to be larger than any file');
  return Number(value);
}

function requireInside(bytes: Buffer, at: number, length: number): void {
  if (at < 0 || at + length > bytes.length) throw broken('it is cut off');
}

const unix = 3;
const macos = 19;
const formatBits = 0o170000;
const linkBits = 0o120000;
const directoryBits = 0o040000;

function centralEntry(bytes: Buffer, at: number): { readonly entry: ArchiveEntry | undefined; readonly next: number } {
  requireInside(bytes, at, 46);
  if (bytes.readUInt32LE(at) !== signatures.central) throw broken('its directory is damaged');
  const madeBy = bytes.readUInt8(at + 5);
  const flags = bytes.readUInt16LE(at + 8);
  const method = bytes.readUInt16LE(at + 10);
  const nameBytes = bytes.readUInt16LE(at + 28);
  const extraBytes = bytes.readUInt16LE(at + 30);
  const next = at + 46 + nameBytes + extraBytes + bytes.readUInt16LE(at + 32);
  requireInside(bytes, at, next - at);
  const name = nameOf(bytes.subarray(at + 46, at + 46 + nameBytes));
  const { packed, unpacked, local } = sizesOf(bytes, at, at + 46 + nameBytes, extraBytes);
  const attributes = bytes.readUInt32LE(at + 38) >>> 16;
  const mode = madeBy === unix || madeBy === macos ? attributes : 0;
  const path = safePath(name);
  if (path === '') return { entry: undefined, next };
  if ((flags & 1) !== 0) throw broken(`${path} is encrypted`);
  if (method !== 0 && method !== 8) throw broken(`${path} is compressed by method ${method}; use deflate`);
  const isDirectory = name.endsWith('/') || (mode & formatBits) === directoryBits;
  const kind = isDirectory ? 'directory' : (mode & formatBits) === linkBits ? 'symlink' : 'file';
  const entry: ArchiveEntry = {
    path,
    kind,
    mode: mode & 0o777,
    deflated: method === 8,
    data: kind === 'directory' ? bytes.subarray(0, 0) : dataOf(bytes, local, packed),
    bytes: kind === 'directory' ? 0 : unpacked,
    crc32: bytes.readUInt32LE(at + 16),
  };
  return { entry, next };
}

function sizesOf(bytes: Buffer, at: number, extraAt: number, extraBytes: number) {
  let packed = bytes.readUInt32LE(at + 20);
  let unpacked = bytes.readUInt32LE(at + 24);
  let local = bytes.readUInt32LE(at + 42);
  const end = extraAt + extraBytes;
  for (let field = extraAt; field + 4 <= end; ) {
    const length = bytes.readUInt16LE(field + 2);
    if (bytes.readUInt16LE(field) === 1) {
      // Only what does not fit its old field is here, in this order.
      let value = field + 4;
      if (unpacked === whole32) {
        unpacked = wholeNumber(bytes, value);
        value += 8;
      }
      if (packed === whole32) {
        packed = wholeNumber(bytes, value);
        value += 8;
      }
      if (local === whole32) local = wholeNumber(bytes, value);
    }
    field += 4 + length;
  }
  return { packed, unpacked, local };
}

function dataOf(bytes: Buffer, local: number, packed: number): Buffer {
  requireInside(bytes, local, 30);
  if (bytes.readUInt32LE(local) !== signatures.local) throw broken('an entry cannot be found');
  const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  requireInside(bytes, from, packed);
  return bytes.subarray(from, from + packed);
}

/** UTF-8, whatever the flag says: what writes something else writes ASCII as a rule. */
function nameOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

/** Without what means nothing; empty for the top itself. @throws ArchiveError when it leads out */
function safePath(name: string): string {
  const slashed = name.replaceAll('\\', '/');
  if (slashed.startsWith('/') || /^[a-z]:/i.test(slashed) || slashed.includes('\0'))
    throw broken(`the path ${JSON.stringify(name)} is not one inside of the package`);
  const segments = slashed.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) throw broken(`the path ${JSON.stringify(name)} leads out of the package`);
  const path = segments.join('/');
  if (Buffer.byteLength(path) > pathBytesMax || segments.some((each) => Buffer.byteLength(each) > segmentBytesMax))
    throw broken(`the path ${JSON.stringify(path.slice(0, 100))}… is too long`);
  return path;
}

/** What lies below something must lie below a directory: a link there could lead anywhere. */
function requireNestable(entries: ReadonlyMap<string, ArchiveEntry>): void {
  for (const path of entries.keys())
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const above = entries.get(path.slice(0, slash));
      if (above !== undefined && above.kind !== 'directory')
        throw broken(`${path} lies below ${above.path}, which is no directory`);
    }
}
