/**
 * What is written into a function's log: the platform's own entries (INIT_START, START, END, REPORT …), as text or as
 * JSON, and how what a process prints becomes entries. Where entries go is the sink's business.
 *
 * Source: Lambda Developer Guide, "Viewing CloudWatch logs for Lambda", "Configuring JSON and plain text log formats";
 * Telemetry API, "Event schema reference".
 */
import type { FunctionConfiguration } from './configuration.ts';

export interface LogEntry {
  readonly functionArn: string;
  readonly version: string;
  readonly group: string;
  readonly stream: string;
  readonly timestampMs: number;
  /** Undefined outside an invocation. */
  readonly requestId: string | undefined;
  readonly message: string;
}

/** Called in the order of the entries; must neither throw nor wait. Entries of one turn come one by one. */
export type LogSink = (entry: LogEntry) => void;

/** Bytes of one entry; what a function prints without a line feed is cut there (CloudWatch's limit once was this). */
export const entryBytesMax = 256 * 1024;

/** Bytes of the end of a log that an Invoke with LogType Tail answers. */
const tailBytesMax = 4096;

export interface Report {
  readonly requestId: string;
  readonly durationMs: number;
  readonly memoryMb: number;
  /** Bytes; 0 where it cannot be measured. */
  readonly memoryUsedBytes: number;
  /** Of the invocation that an environment was started for. */
  readonly initDurationMs: number | undefined;
  readonly status: 'success' | 'error' | 'timeout';
  readonly errorType: string | undefined;
  readonly traceId: string | undefined;
}

/** The log of one environment: one log stream. */
export class EnvironmentLog {
  readonly stream: string;
  /** Whether anybody reads this log: nothing is formatted for nobody. */
  get wanted(): boolean {
    return this.#sink !== undefined || this.#tail !== null;
  }
  readonly #fn: FunctionConfiguration;
  readonly #sink: LogSink | undefined;
  readonly #json: boolean;
  #requestId: string | undefined;
  /** Of the invocation that is under way and asked for it. */
  #tail: Tail | null = null;
  /** Of the initialisation: what an invocation that fails by it has to say. */
  #init: Tail | null = new Tail();
  #initialising = true;

  constructor(fn: FunctionConfiguration, stream: string, sink: LogSink | undefined) {
    this.#fn = fn;
    this.stream = stream;
    this.#sink = sink;
    this.#json = fn.logging.format === 'JSON';
  }

  /** What the process printed: one entry. */
  printed(message: string, nowMs: number): void {
    this.#write(message, nowMs);
  }

  initStart(runtimeVersion: string, nowMs: number): void {
    const record = { initializationType: 'on-demand', phase: 'init', runtimeVersion };
    this.#platform('platform.initStart', record, nowMs, () => `INIT_START Runtime Version: ${runtimeVersion}`);
  }

  /** Of an initialisation that failed; those that succeed are told by REPORT. */
  initReport(
    phase: 'init' | 'invoke',
    durationMs: number,
    status: 'error' | 'timeout',
    errorType: string | undefined,
    nowMs: number,
  ): void {
    const record = { initializationType: 'on-demand', phase, status, errorType, metrics: { durationMs } };
    this.#platform('platform.initReport', record, nowMs, () => {
      const type = errorType === undefined ? '' : `\tError Type: ${errorType}`;
      return `INIT_REPORT Init Duration: ${durationMs.toFixed(2)} ms\tPhase: ${phase}\tStatus: ${status}${type}`;
    });
  }

  /** The initialisation has succeeded: no invocation will ask what it said. */
  initialised(): void {
    this.#init = null;
  }

  /** An invocation begins, or has failed by its initialisation. @param tail whether `tail` will ask for its log's end */
  start(requestId: string, tail: boolean, nowMs: number): void {
    this.#requestId = requestId;
    this.#initialising = false;
    this.#tail = tail ? new Tail(this.#init) : null;
    if (!this.wanted) return;
    const version = this.#fn.version;
    const record = { requestId, version };
    this.#platform('platform.start', record, nowMs, () => `START RequestId: ${requestId} Version: ${version}`);
  }

  /** Of a failure that the runtime said nothing about. */
  failed(message: string, nowMs: number): void {
    if (!this.wanted) return;
    const timestamp = new Date(nowMs).toISOString();
    const entry = { timestamp, level: 'ERROR', requestId: this.#requestId, message };
    this.#write(this.#json ? JSON.stringify(entry) : message, nowMs);
  }

  /** An invocation ends. */
  end(report: Report, nowMs: number): void {
    if (this.wanted) {
      if (this.#json) this.#write(jsonReport(report, nowMs), nowMs);
      else {
        this.#write(`END RequestId: ${report.requestId}`, nowMs);
        this.#write(textReport(report), nowMs);
      }
    }
    this.#requestId = undefined;
  }

  /** The end of the log since `start`, or since the beginning of the initialisation that failed. */
  tail(): string | undefined {
    const text = this.#tail?.text();
    this.#tail = null;
    return text;
  }

  #platform(type: string, record: object, nowMs: number, text: () => string): void {
    if (!this.#json) this.#write(text(), nowMs);
    else if (this.#fn.logging.systemLevel?.toUpperCase() !== 'WARN' || type === 'platform.initReport') {
      this.#write(JSON.stringify({ time: new Date(nowMs).toISOString(), type, record }), nowMs);
    }
  }

  #write(message: string, nowMs: number): void {
    const sink = this.#sink;
    if (sink !== undefined) {
      sink({
        functionArn: this.#fn.functionArn,
        version: this.#fn.version,
        group: this.#fn.logging.group,
        stream: this.stream,
        timestampMs: nowMs,
        requestId: this.#requestId,
        message,
      });
    }
    (this.#initialising ? this.#init : this.#tail)?.add(message);
  }
}

/** The last entries of a log, each with a line feed at its end. */
class Tail {
  #lines: string[];
  #length: number;

  /** @param before what comes before */
  constructor(before: Tail | null = null) {
    this.#lines = before === null ? [] : [...before.#lines];
    this.#length = before === null ? 0 : before.#length;
  }

  add(message: string): void {
    this.#lines.push(message.length > tailBytesMax ? `${message.slice(-tailBytesMax)}\n` : `${message}\n`);
    this.#length += message.length;
    // Far more than is needed is let go in one cut, not line by line.
    if (this.#length > 16 * tailBytesMax) {
      const kept = this.#lines.join('').slice(-tailBytesMax);
      this.#lines = [kept];
      this.#length = kept.length;
    }
  }

  text(): string {
    const text = Buffer.from(this.#lines.join(''), 'utf8');
    return text.subarray(Math.max(0, text.length - tailBytesMax)).toString('utf8');
  }
}

/** Lambda bills whole milliseconds, the initialisation included. */
const billedMs = (report: Report): number => Math.ceil(report.durationMs + (report.initDurationMs ?? 0));

const megabytes = (bytes: number): number => Math.ceil(bytes / (1024 * 1024));

function textReport(report: Report): string {
  let text = `REPORT RequestId: ${report.requestId}\tDuration: ${report.durationMs.toFixed(2)} ms\tBilled Duration: ${billedMs(report)} ms\tMemory Size: ${report.memoryMb} MB\tMax Memory Used: ${megabytes(report.memoryUsedBytes)} MB\t`;
  if (report.initDurationMs !== undefined) text += `Init Duration: ${report.initDurationMs.toFixed(2)} ms\t`;
  if (report.status !== 'success') text += `Status: ${report.status}`;
  if (report.errorType !== undefined) text += `\tError Type: ${report.errorType}`;
  // Every invocation has a trace; Lambda's log names those that are sampled.
  const trace = report.traceId?.includes('Sampled=1') ? /Root=([^;]+)/.exec(report.traceId) : null;
  if (trace !== null) text += `\nXRAY TraceId: ${trace[1]}\tSampled: true`;
  return text;
}

const jsonReport = (report: Report, nowMs: number): string =>
  JSON.stringify({
    time: new Date(nowMs).toISOString(),
    type: 'platform.report',
    record: {
      requestId: report.requestId,
      metrics: {
        durationMs: round(report.durationMs),
        billedDurationMs: billedMs(report),
        memorySizeMB: report.memoryMb,
        maxMemoryUsedMB: megabytes(report.memoryUsedBytes),
        initDurationMs: report.initDurationMs === undefined ? undefined : round(report.initDurationMs),
      },
      status: report.status,
      errorType: report.errorType,
    },
  });

const round = (ms: number): number => Math.round(ms * 1000) / 1000;

/** `2026/11/20/[$LATEST]0123456789abcdef0123456789abcdef`. */
export const logStreamName = (version: string, id: string, nowMs: number): string =>
  `${new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '/')}/[${version}]${id}`;
