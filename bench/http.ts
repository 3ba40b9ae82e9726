/**
 * What a request costs: CPU time of the gateway against nginx's proxy_pass (Debian's nginx, keep-alive upstream) in
 * the same run. Gateway and nginx take turns on core 0; the load and the upstream share core 1.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APIGatewayClient, CreateDeploymentCommand, ImportRestApiCommand } from '@aws-sdk/client-api-gateway';
import {
  answering,
  cpuSecondsOf,
  freePort,
  type Load,
  load,
  residentMiBOf,
  startNginx,
  startPinned,
} from './processes.ts';

export interface Row {
  readonly name: string;
  /** Microseconds of CPU time a request, one figure a round. */
  readonly cpuUs: readonly number[];
  readonly requestsPerSecond: readonly number[];
  readonly p99Ms: readonly number[];
  readonly failed: number;
}

export interface HttpResults {
  readonly rows: readonly Row[];
  readonly memoryMiB: { readonly afterStart: number; readonly afterLoad: number; readonly requests: number };
}

const body = JSON.stringify({ id: 1, type: 'dog', price: 249.99, tags: ['a', 'b', 'c'], owner: { name: 'Ann' } });

const documentOf = (upstream: string): string =>
  JSON.stringify({
    openapi: '3.0.1',
    info: { title: 'bench', version: '1' },
    paths: {
      '/pets/{petId}': {
        get: {
          parameters: [{ name: 'petId', in: 'path', required: true, schema: { type: 'string' } }],
          responses: { 200: { description: 'ok' } },
          'x-amazon-apigateway-integration': {
            type: 'http_proxy',
            httpMethod: 'GET',
            uri: `${upstream}/pets/{petId}`,
            requestParameters: { 'integration.request.path.petId': 'method.request.path.petId' },
          },
        },
      },
      '/mock': {
        get: {
          responses: { 200: { description: 'ok' } },
          'x-amazon-apigateway-integration': {
            type: 'mock',
            requestTemplates: { 'application/json': '{"statusCode": 200}' },
            responses: { default: { statusCode: '200', responseTemplates: { 'application/json': body } } },
          },
        },
      },
    },
  });

/** A gateway with one worker on core 0 that serves the API of the benchmark, its upstream on core 1. */
export interface BenchGateway extends AsyncDisposable {
  readonly pid: number;
  readonly upstream: string;
  residentMiB(): number;
  urlOf(path: string): string;
  load(path: string, seconds: number, connections?: number): Promise<Load>;
}

export async function benchGateway(core: number): Promise<BenchGateway> {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-bench-'));
  const [upstreamPort, managementPort, trafficPort] = [await freePort(), await freePort(), await freePort()];
  const upstream = `http://127.0.0.1:${upstreamPort}`;
  const upstreamServer = startNginx(
    1,
    `server { listen 127.0.0.1:${upstreamPort} reuseport; default_type application/json; return 200 '${body}'; }`,
  );
  const gateway = startPinned(core, [process.execPath, '--max-semi-space-size=1', 'bin/gatewright.mjs', 'start'], {
    GATEWRIGHT_DATA_DIR: directory,
    GATEWRIGHT_MANAGEMENT_PORT: String(managementPort),
    GATEWRIGHT_TRAFFIC_PORT: String(trafficPort),
    GATEWRIGHT_TRAFFIC_HOST: '127.0.0.1',
    GATEWRIGHT_WORKERS: '1',
    GATEWRIGHT_SAMPLE: 'off',
    GATEWRIGHT_LOG_LEVEL: 'warn',
  });
  const stop = async (): Promise<void> => {
    await Promise.all([gateway.stop(), upstreamServer.stop()]);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await answering(`http://127.0.0.1:${managementPort}/ready`);
    const restApiId = await deploy(`http://127.0.0.1:${managementPort}`, directory, documentOf(upstream));
    const urlOf = (path: string): string => `http://127.0.0.1:${trafficPort}/_api/${restApiId}/bench${path}`;
    return {
      pid: gateway.pid,
      upstream,
      residentMiB: () => residentMiBOf(gateway.pid),
      urlOf,
      load: (path, seconds, connections = 64) => load(1, urlOf(path), { seconds, connections }),
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

export async function benchHttp(options: {
  rounds: number;
  seconds: number;
  connections: number;
}): Promise<HttpResults> {
  await using gateway = await benchGateway(0);
  const nginxPort = await freePort();
  const nginx = startNginx(
    0,
    `upstream u { server ${gateway.upstream.slice('http://'.length)}; keepalive 128; keepalive_requests 1000000000; }
     server { listen 127.0.0.1:${nginxPort}; location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; } }`,
  );
  try {
    await answering(`http://127.0.0.1:${nginxPort}/`);
    const afterStart = gateway.residentMiB();
    const targets = [
      { name: 'nginx proxy_pass', url: `http://127.0.0.1:${nginxPort}/pets/1`, pid: nginx.pid },
      { name: 'HTTP_PROXY plain', url: gateway.urlOf('/pets/1'), pid: gateway.pid },
      { name: 'MOCK', url: gateway.urlOf('/mock'), pid: gateway.pid },
    ];
    const measured = new Map(targets.map(({ name }) => [name, [] as (Load & { cpuUs: number })[]]));
    for (const { url } of targets) await load(1, url, { seconds: 2, connections: options.connections });
    for (let round = 0; round < options.rounds; round++) {
      for (const { name, url, pid } of targets) {
        const before = cpuSecondsOf(pid);
        const result = await load(1, url, options);
        const cpuUs = ((cpuSecondsOf(pid) - before) / result.requests) * 1e6;
        measured.get(name)?.push({ ...result, cpuUs });
      }
    }
    const rows = [...measured].map(([name, rounds]) => ({
      name,
      cpuUs: rounds.map(({ cpuUs }) => cpuUs),
      requestsPerSecond: rounds.map(({ requestsPerSecond }) => requestsPerSecond),
      p99Ms: rounds.map(({ p99 }) => p99),
      failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
    }));
    const requests = [...measured.values()].flat().reduce((sum, each) => sum + each.requests, 0);
    return { rows, memoryMiB: { afterStart, afterLoad: gateway.residentMiB(), requests } };
  } finally {
    await nginx.stop();
  }
}

async function deploy(endpoint: string, directory: string, document: string): Promise<string> {
  const file = readFileSync(join(directory, 'credentials'), 'utf8');
  const settingOf = (name: string): string => new RegExp(`${name} = (\\S+)`).exec(file)?.[1] ?? '';
  const client = new APIGatewayClient({
    endpoint,
    region: 'us-east-1',
    credentials: {
      accessKeyId: settingOf('aws_access_key_id'),
      secretAccessKey: settingOf('aws_secret_access_key'),
    },
  });
  const { id } = await client.send(new ImportRestApiCommand({ body: new TextEncoder().encode(document) }));
  await client.send(new CreateDeploymentCommand({ restApiId: id, stageName: 'bench' }));
  client.destroy();
  return id ?? '';
}
