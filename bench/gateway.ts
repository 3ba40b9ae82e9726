/** A gateway of a benchmark: a process of its own with its own data directory, defined over its management endpoint. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answering, freePort, residentMiBOf, startProcess } from './processes.ts';

/** Settings of an SDK's client. */
export interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface RunningGateway extends AsyncDisposable {
  readonly pid: number;
  readonly clients: ClientSettings;
  readonly trafficPort: number;
  /** From the process's start until its `/ready` says so, in milliseconds. */
  readonly readyMs: number;
  residentMiB(): number;
  urlOf(apiId: string, stageName: string, path: string): string;
}

export interface GatewayOptions {
  /** Left out: it may use all cores. */
  readonly core?: number;
  /** Gate workers; one unless given. */
  readonly workers?: number;
  /** Of its data, kept afterwards; left out: a new one that is deleted. */
  readonly dataDir?: string;
  readonly readyWithinMs?: number;
}

/** Started as `npm start` starts it. */
export async function startGateway(options: GatewayOptions = {}): Promise<RunningGateway> {
  const directory = options.dataDir ?? mkdtempSync(join(tmpdir(), 'gatewright-bench-'));
  const [managementPort, trafficPort] = [await freePort(), await freePort()];
  const startedAtMs = performance.now();
  const process_ = startProcess(
    [process.execPath, '--max-semi-space-size=1', 'bin/gatewright.mjs', 'start'],
    {
      GATEWRIGHT_DATA_DIR: directory,
      GATEWRIGHT_MANAGEMENT_PORT: String(managementPort),
      GATEWRIGHT_TRAFFIC_PORT: String(trafficPort),
      GATEWRIGHT_TRAFFIC_HOST: '127.0.0.1',
      GATEWRIGHT_WORKERS: String(options.workers ?? 1),
      GATEWRIGHT_SAMPLE: 'off',
      GATEWRIGHT_LOG_LEVEL: 'warn',
    },
    options.core,
  );
  const stop = async (): Promise<void> => {
    await process_.stop();
    if (options.dataDir === undefined) rmSync(directory, { recursive: true, force: true });
  };
  const endpoint = `http://127.0.0.1:${managementPort}`;
  try {
    await answering(`${endpoint}/ready`, options.readyWithinMs);
  } catch (error) {
    await stop();
    throw error;
  }
  const readyMs = performance.now() - startedAtMs;
  const file = readFileSync(join(directory, 'credentials'), 'utf8');
  const settingOf = (name: string): string => new RegExp(`${name} = (\\S+)`).exec(file)?.[1] ?? '';
  return {
    pid: process_.pid,
    clients: {
      endpoint,
      region: 'us-east-1',
      credentials: {
        accessKeyId: settingOf('aws_access_key_id'),
        secretAccessKey: settingOf('aws_secret_access_key'),
      },
    },
    trafficPort,
    readyMs,
    residentMiB: () => residentMiBOf(process_.pid),
    urlOf: (apiId, stageName, path) => `http://127.0.0.1:${trafficPort}/_api/${apiId}/${stageName}${path}`,
    [Symbol.asyncDispose]: stop,
  };
}
