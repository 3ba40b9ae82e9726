/**
 * Makes entries of the bytes that a process prints: one a line, carriage returns inside standing for the line feeds of
 * one entry (as Lambda's runtimes write them). Bounded in memory (a line is cut at `entryBytesMax`) and in speed: a
 * process that prints more than its share has to wait, because its pipe is not read for a moment.
 */
import type { Readable } from 'node:stream';
import { entryBytesMax } from './log.ts';

const windowMs = 50;
/** Bytes a window: 10 MB/s for one environment, 30 MB/s for all of a host. */
const environmentShare = 512 * 1024;
const hostShare = 1536 * 1024;

/** What may be read from all environments of a host together. */
export class PrintBudget {
  #left = hostShare;
  #waiting: PrintedLines[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** @returns whether there is anything left in this window */
  take(lines: PrintedLines, bytes: number): boolean {
    this.#left -= bytes;
    this.#timer ??= setTimeout(() => this.#renew(), windowMs).unref();
    lines.taken += bytes;
    if (this.#left > 0 && lines.taken < environmentShare) return true;
    this.#waiting.push(lines);
    return false;
  }

  #renew(): void {
    this.#timer = null;
    this.#left = hostShare;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const lines of waiting) lines.resume();
  }
}

export class PrintedLines {
  /** Bytes read since the last pause: a budget's own count. */
  taken = 0;
  readonly #stream: Readable;
  readonly #budget: PrintBudget;
  readonly #print: (message: string) => void;
  #rest: Buffer[] = [];
  #restBytes = 0;
  #draining = false;
  /** Called when reading goes on. */
  #onResume: (() => void) | null = null;

  constructor(stream: Readable, budget: PrintBudget, print: (message: string) => void) {
    this.#stream = stream;
    this.#budget = budget;
    this.#print = print;
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
    stream.on('error', () => {});
  }

  resume(): void {
    this.taken = 0;
    this.#stream.resume();
    const onResume = this.#onResume;
    this.#onResume = null;
    onResume?.();
  }

  /** Whether there is more to read than may be read now; if so, it is told when reading goes on. */
  behind(onResume: () => void): boolean {
    if (this.#draining || !this.#stream.isPaused()) return false;
    this.#onResume = onResume;
    return true;
  }

  /** The process has ended: what is left in the pipe is read without waiting, it is little. */
  drain(): void {
    this.#draining = true;
    this.resume();
  }

  /** Makes an entry of a last line without line feed: an invocation ends, or the process has. */
  finish(): void {
    if (this.#restBytes > 0) this.#emit(Buffer.concat(this.#rest, this.#restBytes));
    this.#rest = [];
    this.#restBytes = 0;
  }

  #take(chunk: Buffer): void {
    let at = 0;
    for (let feed = chunk.indexOf(10); feed !== -1; feed = chunk.indexOf(10, at)) {
      this.#keep(chunk.subarray(at, feed));
      this.#emit(this.#rest.length === 1 ? this.#rest[0]! : Buffer.concat(this.#rest, this.#restBytes));
      this.#rest = [];
      this.#restBytes = 0;
      at = feed + 1;
    }
    if (at < chunk.length) this.#keep(chunk.subarray(at));
    if (!this.#budget.take(this, chunk.length) && !this.#draining) this.#stream.pause();
  }

  #keep(bytes: Buffer): void {
    this.#rest.push(bytes);
    this.#restBytes += bytes.length;
    if (this.#restBytes < entryBytesMax) return;
    this.finish();
  }

  #emit(line: Buffer): void {
    const text = line.toString('utf8');
    const trimmed = text.endsWith('\r') ? text.slice(0, -1) : text;
    this.#print(trimmed.includes('\r') ? trimmed.replaceAll('\r', '\n') : trimmed);
  }
}
