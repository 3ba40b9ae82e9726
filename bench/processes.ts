/** Starts and measures the processes of a benchmark: pinned to a core, CPU time read from the kernel, ended by id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Running {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Clock ticks a second, as /proc counts CPU time; 100 on every Linux that Node.js runs on. */
const ticksPerSecond = 100;

/** A TCP port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
    });
  });
}

/** @param core left out: any of them */
export function startProcess(
  command: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  core?: number,
  directory = process.cwd(),
  errors: 'inherit' | 'ignore' = 'inherit',
): Running {
  const [program = '', ...args] = core === undefined ? command : ['taskset', '-c', String(core), ...command];
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', errors],
    env: { ...process.env, ...environment },
    cwd: directory,
  });
  return { pid: pidOf(child), stop: () => ended(child) };
}

/** nginx in the foreground with one worker; `http` is the inside of its http block. */
export function startNginx(core: number, http: string): Running {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-bench-'));
  const configuration = join(directory, 'nginx.conf');
  writeFileSync(
    configuration,
    `worker_processes 1; daemon off; pid ${directory}/pid; error_log ${directory}/error.log;
     events { worker_connections 4096; }
     http { access_log off; keepalive_requests 1000000000; client_body_temp_path ${directory}; proxy_temp_path ${directory};
            fastcgi_temp_path ${directory}; uwsgi_temp_path ${directory}; scgi_temp_path ${directory}; ${http} }`,
  );
  const running = startProcess(['nginx', '-c', configuration, '-e', `${directory}/error.log`], {}, core);
  return {
    pid: running.pid,
    stop: async () => {
      await running.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** User and system CPU seconds of a process and its children, all threads. */
export function cpuSecondsOf(pid: number): number {
  let ticks = 0;
  for (const each of [pid, ...childrenOf(pid)]) {
    const fields = readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / ticksPerSecond;
}

/** Resident memory of a process in MiB. */
export function residentMiBOf(pid: number): number {
  const kibibytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kibibytes) / 1024);
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

export interface Load {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly failed: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export interface LoadOptions {
  readonly seconds: number;
  readonly connections: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** File with the paths that are asked for in turn, one a line; left out: that of the URL. */
  readonly pathsFile?: string;
}

/** wrk with one thread. @param core left out: any of them */
export async function load(core: number | undefined, url: string, options: LoadOptions): Promise<Load> {
  const { seconds, connections, pathsFile } = options;
  const headers = Object.entries(options.headers ?? {}).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const script = pathsFile === undefined ? [] : ['-s', join(import.meta.dirname, 'paths.lua')];
  const last = pathsFile === undefined ? [] : ['--', pathsFile];
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...headers, ...script, url, ...last];
  const output =
    core === undefined ? await outputOf('wrk', args) : await outputOf('taskset', ['-c', String(core), 'wrk', ...args]);
  const number = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? 0);
  const ms = (percentile: string): number => {
    const [, value, unit] = new RegExp(`${percentile}%\\s+([\\d.]+)(us|ms|s)`).exec(output) ?? [];
    return Number(value) * ({ us: 0.001, ms: 1, s: 1000 }[unit ?? 'ms'] ?? 1);
  };
  return {
    requests: number(/(\d+) requests in/),
    requestsPerSecond: number(/Requests\/sec:\s+([\d.]+)/),
    failed:
      number(/Non-2xx or 3xx responses: (\d+)/) +
      [...(/Socket errors: (.*)/.exec(output)?.[1] ?? '').matchAll(/\d+/g)].reduce(
        (sum, [count]) => sum + Number(count),
        0,
      ),
    p50: ms('50'),
    p99: ms('99'),
  };
}

export function outputOf(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}

/** Resolves when the address answers at all. */
export async function answering(url: string, withinMs = 10_000): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (performance.now() < deadlineMs) {
    try {
      await (await fetch(url)).arrayBuffer();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error(`${url} does not answer`);
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('the process did not start');
  return child.pid;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('close', () => resolve());
    child.kill('SIGTERM');
  });
}
