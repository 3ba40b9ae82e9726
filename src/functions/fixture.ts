/** Functions for tests and benchmarks: written into a temporary folder, gone with it. */
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionConfiguration } from './configuration.ts';
import type { FunctionInvoker, InvocationOptions, InvocationResult } from './invocation.ts';
import type { LogEntry } from './log.ts';

/** A folder for what the tests of one file write. */
export class Workbench implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'gatewright-test-'));
  #functions = 0;

  /** Writes files (mode 755) into a new folder. */
  folder(files: Readonly<Record<string, string>>): string {
    const folder = join(this.directory, `f${++this.#functions}`);
    mkdirSync(folder);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
      chmodSync(join(folder, name), 0o755);
    }
    return folder;
  }

  fn(files: Readonly<Record<string, string>>, settings: Partial<FunctionConfiguration> = {}): FunctionConfiguration {
    const directory = this.folder(files);
    const functionName = `f${this.#functions}`;
    return {
      functionArn: `arn:aws:lambda:eu-west-1:000000000000:function:${functionName}`,
      functionName,
      version: '$LATEST',
      revision: '1',
      runtime: 'nodejs22.x',
      handler: 'index.handler',
      code: { directory, watch: false },
      layers: [],
      timeoutMs: 3000,
      memoryMb: 256,
      environment: {},
      environmentDefaults: {},
      logging: { format: 'Text', group: `/aws/lambda/${functionName}` },
      ...settings,
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export interface Called extends InvocationResult {
  readonly requestId: string;
  readonly text: string;
}

/** Invokes with a value as JSON. */
export async function call(
  host: FunctionInvoker,
  fn: FunctionConfiguration,
  event: unknown = {},
  options: Partial<InvocationOptions> = {},
): Promise<Called> {
  const requestId = options.requestId ?? randomUUID();
  const result = await host.invoke(fn, Buffer.from(JSON.stringify(event)), { ...options, requestId });
  return { ...result, requestId, text: Buffer.from(result.payload).toString('utf8') };
}

/** What a function's log says, entry by entry; waits until it says what is asked for. */
export class LogBook {
  readonly entries: LogEntry[] = [];
  #waiting: (() => void)[] = [];

  readonly sink = (entry: LogEntry): void => {
    this.entries.push(entry);
    for (const look of this.#waiting.splice(0)) look();
  };

  messages(fn: FunctionConfiguration): string[] {
    return this.entries.filter((entry) => entry.functionArn === fn.functionArn).map((entry) => entry.message);
  }

  async until(fn: FunctionConfiguration, pattern: RegExp): Promise<string[]> {
    while (!this.messages(fn).some((message) => pattern.test(message))) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.messages(fn);
  }
}

/** Whether a process runs; one that has ended and only waits to be collected does not. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** Until a process is gone; a test that waits in vain ends by its own time limit. */
export async function gone(pid: number): Promise<void> {
  while (alive(pid)) await sleep(5);
}
