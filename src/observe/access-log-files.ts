/**
 * Access logs as files, one a destination, lines in batches: a line costs a request the joining of a text. What a disk
 * does not take in time is dropped and counted rather than kept without bound; a line says so afterwards.
 */
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AccessLogSink } from './access-log.ts';
import type { Log } from './log.ts';

export interface AccessLogFileLimits {
  /** How long a line may wait for others. */
  readonly delayMs: number;
  /** Characters that wait for one file; what is beyond is dropped. */
  readonly pendingCharacters: number;
}

export const defaultAccessLogFileLimits: AccessLogFileLimits = { delayMs: 200, pendingCharacters: 8_388_608 };

/** Destinations that have a file; tenants choose their names. */
const filesMax = 10_000;

class LogFile {
  readonly path: string;
  pending = '';
  dropped = 0;
  writing = false;

  constructor(path: string) {
    this.path = path;
  }
}

export class AccessLogFiles implements AccessLogSink {
  readonly #directory: string;
  readonly #log: Log;
  readonly #limits: AccessLogFileLimits;
  readonly #files = new Map<string, LogFile>();
  readonly #waiting = new Set<LogFile>();
  #timer: NodeJS.Timeout | null = null;
  #made = false;

  constructor(directory: string, log: Log, limits: Partial<AccessLogFileLimits> = {}) {
    this.#directory = directory;
    this.#log = log;
    this.#limits = { ...defaultAccessLogFileLimits, ...limits };
  }

  write(destination: string, line: string): void {
    const file = this.#files.get(destination) ?? this.#open(destination);
    if (file === null || file.pending.length > this.#limits.pendingCharacters) {
      if (file !== null) file.dropped++;
      return;
    }
    file.pending += `${line}\n`;
    if (file.pending.length > line.length + 1) return;
    this.#waiting.add(file);
    this.#timer ??= setTimeout(() => void this.flush(), this.#limits.delayMs).unref();
  }

  /** Writes all that waits. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const files = [...this.#waiting].filter((file) => !file.writing);
    for (const file of files) this.#waiting.delete(file);
    await Promise.all(files.map((file) => this.#append(file)));
  }

  #open(destination: string): LogFile | null {
    if (this.#files.size >= filesMax) return null;
    const file = new LogFile(join(this.#directory, fileNameOf(destination)));
    this.#files.set(destination, file);
    return file;
  }

  async #append(file: LogFile): Promise<void> {
    file.writing = true;
    try {
      if (!this.#made) await mkdir(this.#directory, { recursive: true });
      this.#made = true;
      while (file.pending !== '') {
        const text = file.pending;
        file.pending = '';
        await appendFile(file.path, text, { mode: 0o600 });
      }
      if (file.dropped > 0)
        this.#log.warn(
          { file: file.path, lines: file.dropped },
          'lines of an access log came faster than they could be written',
        );
      file.dropped = 0;
    } catch (error) {
      file.pending = '';
      this.#log.error({ error, file: file.path }, 'an access log can not be written');
    } finally {
      file.writing = false;
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
