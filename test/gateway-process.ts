/**
 * The real command in a process of its own, for tests of what the process does: its log as it is written, its memory,
 * descriptors and children as the system counts them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { type RootKey, readRootKey } from '../src/node/root-key.ts';

export interface GatewayProcessOptions {
  /** The same again after a restart; one that is gone with the gateway unless given. */
  readonly dataDir?: string;
  /** Settings by flag name, e.g. `{ workers: '2' }`. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

export class GatewayProcess implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly dataDir: string;
  readonly managementUrl: string;
  readonly trafficPort: number;
  readonly rest: APIGatewayClient;
  readonly http: ApiGatewayV2Client;
  readonly lambda: LambdaClient;
  /** Lines of the application log, oldest first. */
  readonly log: string[];
  readonly #kept: boolean;
  readonly #heard = new Set<() => void>();

  private constructor(
    child: ChildProcess,
    dataDir: string,
    kept: boolean,
    log: string[],
    { managementUrl, trafficPort }: { readonly managementUrl: string; readonly trafficPort: number },
    credentials: RootKey,
  ) {
    this.process = child;
    this.dataDir = dataDir;
    this.#kept = kept;
    this.log = log;
    this.managementUrl = managementUrl;
    this.trafficPort = trafficPort;
    const options = { endpoint: managementUrl, region: 'us-east-1', credentials, maxAttempts: 1 };
    this.rest = new APIGatewayClient(options);
    this.http = new ApiGatewayV2Client(options);
    this.lambda = new LambdaClient(options);
  }

  static async start({ dataDir, flags = {}, environment = {} }: GatewayProcessOptions = {}): Promise<GatewayProcess> {
    const directory = dataDir ?? mkdtempSync(join(tmpdir(), 'gatewright-process-'));
    const settings = {
      'data-dir': directory,
      'management-port': '0',
      'traffic-port': '0',
      'traffic-host': '127.0.0.1',
      workers: '1',
      sample: 'off',
      ...flags,
    };
    const words = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
    const child = spawn(process.execPath, ['bin/gatewright.mjs', 'start', '--json', ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    const log: string[] = [];
    let gateway: GatewayProcess | undefined;
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.push(line);
      for (const heard of gateway === undefined ? [] : gateway.#heard) heard();
    });
    const [line] = await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`the gateway exited with ${code}: ${log.join()}`))),
    ]);
    const rootKey = await readRootKey(directory);
    if (rootKey === undefined) throw new Error('the gateway has no root key');
    gateway = new GatewayProcess(child, directory, dataDir !== undefined, log, JSON.parse(String(line)), rootKey);
    return gateway;
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  get traffic(): string {
    return `http://127.0.0.1:${this.trafficPort}`;
  }

  /** The first line from number `from` on that matches; waits for it. A test that waits in vain ends by its own limit. */
  async logged(pattern: RegExp, from = 0): Promise<string> {
    for (;;) {
      const line = this.log.slice(from).find((each) => pattern.test(each));
      if (line !== undefined) return line;
      if (!this.running) throw new Error(`the gateway has ended; its last lines: ${this.log.slice(-5).join('\n')}`);
      await new Promise<void>((resolve) => {
        const heard = (): void => {
          this.#heard.delete(heard);
          resolve();
        };
        this.#heard.add(heard);
      });
    }
  }

  residentMiB(): number {
    const kibibytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1];
    return Math.round(Number(kibibytes) / 1024);
  }

  /** How many descriptors are open: sockets, and others by kind (`pipe`, the path of a file …). */
  descriptors(): { readonly sockets: number; readonly others: Readonly<Record<string, number>> } {
    const counted: Record<string, number> = {};
    for (const descriptor of readdirSync(`/proc/${this.pid}/fd`)) {
      let target: string;
      try {
        target = readlinkSync(`/proc/${this.pid}/fd/${descriptor}`);
      } catch {
        continue;
      }
      const kind = /^(\w+):/.exec(target)?.[1] ?? target;
      counted[kind] = (counted[kind] ?? 0) + 1;
    }
    const { socket: sockets = 0, ...others } = counted;
    return { sockets, others };
  }

  /** Processes that it has started, and those they have started. */
  descendants(): number[] {
    return descendantsOf(this.pid);
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    if (!this.running) return;
    const exited = once(this.process, 'exit');
    this.process.kill(signal);
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of [this.rest, this.http, this.lambda]) client.destroy();
    await this.kill('SIGTERM');
    if (!this.#kept) rmSync(this.dataDir, { recursive: true, force: true });
  }
}

function descendantsOf(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
    return children.flatMap((child) => [child, ...descendantsOf(child)]);
  } catch {
    return []; // it has ended meanwhile
  }
}
