/**
 * Access logs as files, one a destination, lines in batches. Lines wait as bytes, where the garbage collector has
 * nothing to follow; what a disk does not take in time is dropped and counted rather than kept without bound, and a line
 * says so afterwards.
 */
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { AccessLogSink } from './access-log.ts';
import type { Log } from './log.ts';

export interface AccessLogFileLimits {
  /** How long a line may wait for others. */
  readonly delayMs: number;
  /** Bytes that wait for one file, about; what is beyond is dropped. */
  readonly pendingBytes: number;
}

export const defaultAccessLogFileLimits: AccessLogFileLimits = { delayMs: 200, pendingBytes: 8_388_608 };

/** Destinations that have a file; tenants choose their names. */
const filesMax = 10_000;

/** Lines are put together in pieces of this size; a longer line is a piece of its own. */
const pieceBytes = 65_536;
/** So much does not wait for its time. */
const hurryBytes = 1_048_576;
/** The first piece after a pause: many logs are hardly written to. */
const firstPieceBytes = 4_096;
/** Pieces that are kept for later. */
const sparePiecesMax = 32;

/** Pieces that have been written and can be filled again; memory that is always new costs 1 µs a line. */
class SparePieces {
  readonly #spare: Buffer[] = [];

  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(pieceBytes);
  }

  giveBack(piece: Buffer): void {
    if (piece.length === pieceBytes && this.#spare.length < sparePiecesMax) this.#spare.push(piece);
  }
}

/** Bytes of lines, and the memory that they are the beginning of. */
interface Filled {
  readonly piece: Buffer;
  readonly bytes: number;
}

class LogFile {
  readonly path: string;
  dropped = 0;
  readonly #spare: SparePieces;
  #full: Filled[] = [];
  /** How many bytes the full pieces hold. */
  #fullBytes = 0;
  #piece: Buffer = nothing;
  #used = 0;

  constructor(path: string, spare: SparePieces) {
    this.path = path;
    this.#spare = spare;
  }

  /** Bytes that wait. */
  get pending(): number {
    return this.#fullBytes + this.#used;
  }

  add(line: string): void {
    // No character takes more than three bytes in UTF-8.
    const most = line.length * 3 + 1;
    if (this.#used + most > this.#piece.length) this.#next(most);
    this.#used += this.#piece.write(line, this.#used);
    this.#piece[this.#used++] = lineFeed;
  }

  /** All that waits; it waits no longer. */
  take(): readonly Filled[] {
    this.#close();
    const pieces = this.#full;
    this.#full = [];
    this.#fullBytes = 0;
    return pieces;
  }

  #next(bytes: number): void {
    this.#close();
    this.#piece =
      bytes > pieceBytes
        ? Buffer.allocUnsafeSlow(bytes)
        : this.#fullBytes === 0 && bytes <= firstPieceBytes
          ? Buffer.allocUnsafeSlow(firstPieceBytes)
          : this.#spare.take();
  }

  #close(): void {
    if (this.#used > 0) this.#full.push({ piece: this.#piece, bytes: this.#used });
    this.#fullBytes += this.#used;
    this.#piece = nothing;
    this.#used = 0;
  }
}

const lineFeed = 10;
const nothing = Buffer.alloc(0);

export class AccessLogFiles implements AccessLogSink {
  readonly #directory: string;
  readonly #log: Log;
  readonly #limits: AccessLogFileLimits;
  readonly #spare = new SparePieces();
  readonly #files = new Map<string, LogFile>();
  /** Files that lines wait for. */
  readonly #waiting = new Set<LogFile>();
  #timer: NodeJS.Timeout | null = null;
  /** What is being written; what comes meanwhile waits for the next round. */
  #round: Promise<void> | null = null;
  #made = false;

  constructor(directory: string, log: Log, limits: Partial<AccessLogFileLimits> = {}) {
    this.#directory = directory;
    this.#log = log;
    this.#limits = { ...defaultAccessLogFileLimits, ...limits };
  }

  write(destination: string, line: string): void {
    const file = this.#files.get(destination) ?? this.#open(destination);
    if (file === null || file.pending > this.#limits.pendingBytes) {
      if (file !== null) file.dropped++;
      return;
    }
    this.#waiting.add(file);
    file.add(line);
    if (file.pending > hurryBytes) void this.#writeWaiting();
    else this.#writeLater();
  }

  /** Writes all that waits. */
  async flush(): Promise<void> {
    await this.#round;
    while (this.#waiting.size > 0) await this.#writeWaiting();
  }

  #writeLater(): void {
    if (this.#round === null) this.#timer ??= setTimeout(() => void this.#writeWaiting(), this.#limits.delayMs).unref();
  }

  /** One round at a time, each of all that waits when it begins. */
  #writeWaiting(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#round !== null) return this.#round;
    const files = [...this.#waiting];
    this.#waiting.clear();
    this.#round = Promise.all(files.map((file) => this.#append(file))).then(() => {
      this.#round = null;
      if (this.#waiting.size > 0) this.#writeLater();
    });
    return this.#round;
  }

  async #appendAll(path: string, filled: readonly Filled[]): Promise<void> {
    await using handle = await open(path, 'a', 0o600);
    for (const { piece, bytes } of filled) {
      await handle.appendFile(piece.subarray(0, bytes));
      this.#spare.giveBack(piece);
    }
  }

  #open(destination: string): LogFile | null {
    if (this.#files.size >= filesMax) return null;
    const file = new LogFile(join(this.#directory, fileNameOf(destination)), this.#spare);
    this.#files.set(destination, file);
    return file;
  }

  async #append(file: LogFile): Promise<void> {
    const pieces = file.take();
    try {
      if (!this.#made) await mkdir(this.#directory, { recursive: true });
      this.#made = true;
      await this.#appendAll(file.path, pieces);
      if (file.dropped > 0)
        this.#log.warn(
          { file: file.path, lines: file.dropped },
          'lines of an access log came faster than they could be written',
        );
      file.dropped = 0;
    } catch (error) {
      this.#log.error({ error, file: file.path }, 'an access log can not be written');
    }
  }
}

/** `arn:aws:logs:us-east-1:000000000000:log-group:/http/pets:*` is `us-east-1-000000000000-http-pets.log`. */
export function fileNameOf(destination: string): string {
  const [, region = '', account = '', group = ''] =
    /^arn:[^:]*:logs:([^:]*):([^:]*):log-group:(.*?)(?::\*)?$/s.exec(destination) ?? [];
  const name = group === '' ? destination : `${region}-${account}-${group}`;
  const plain = name
    .replaceAll(/[^\w.-]+/g, '-')
    .replaceAll(/-{2,}/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '');
  return `${plain.slice(0, 200) || 'access'}.log`;
}
