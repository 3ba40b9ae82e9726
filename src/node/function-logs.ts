/**
 * What functions print, kept: JSON lines in `{dataDir}/logs/functions.jsonl`, for `gatewright logs`. Written in batches;
 * at its bound the file becomes `functions.1.jsonl` and a new one begins, so that a function that floods its log costs
 * a known amount of disk.
 */
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../observe/log.ts';

export const functionLogOf = (dataDir: string): string => join(dataDir, 'logs', 'functions.jsonl');
export const olderFunctionLogOf = (dataDir: string): string => join(dataDir, 'logs', 'functions.1.jsonl');

const fileBytesMax = 64 * 1024 * 1024;
/** What waits to be written; more is dropped, and said so in the log itself. */
const waitingBytesMax = 16 * 1024 * 1024;

export class FunctionLogs implements AsyncDisposable {
  readonly #dataDir: string;
  readonly #log: Log;
  #file: FileHandle | null = null;
  #fileBytes = 0;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #droppedBytes = 0;
  #writing: Promise<void> | null = null;

  constructor(dataDir: string, log: Log) {
    this.#dataDir = dataDir;
    this.#log = log;
  }

  /** @param lines entries as JSON, a line each */
  readonly sink = (lines: Uint8Array): void => {
    if (this.#waitingBytes > waitingBytesMax) {
      this.#droppedBytes += lines.length;
      return;
    }
    this.#waiting.push(lines);
    this.#waitingBytes += lines.length;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
    });
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    await this.#file?.close();
  }

  async #write(): Promise<void> {
    try {
      // One turn later: whatever came together is written together.
      await Promise.resolve();
      while (this.#waiting.length > 0) {
        const pieces = this.#waiting;
        this.#waiting = [];
        this.#waitingBytes = 0;
        const file = await this.#open();
        const { bytesWritten } = await file.writev(pieces);
        this.#fileBytes += bytesWritten;
        if (this.#droppedBytes > 0) {
          this.#log.warn({ bytes: this.#droppedBytes }, 'functions print faster than their log can be written');
          this.#droppedBytes = 0;
        }
      }
    } catch (error) {
      this.#log.error({ error }, 'the log of functions cannot be written');
    }
  }

  async #open(): Promise<FileHandle> {
    if (this.#file !== null && this.#fileBytes < fileBytesMax) return this.#file;
    const path = functionLogOf(this.#dataDir);
    if (this.#file !== null) {
      await this.#file.close();
      this.#file = null;
      await rename(path, olderFunctionLogOf(this.#dataDir));
    }
    await mkdir(join(this.#dataDir, 'logs'), { recursive: true, mode: 0o700 });
    this.#file = await open(path, 'a', 0o600);
    this.#fileBytes = (await this.#file.stat()).size;
    return this.#file;
  }
}
