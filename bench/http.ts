/**
 * What a request costs: CPU time of the gateway against nginx's proxy_pass (Debian's nginx, keep-alive upstream) in
 * the same run. Gateway and nginx take turns on core 0; the load and the upstream share core 1.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningGateway, startGateway } from './gateway.ts';
import {
  answerBody,
  deployHttpApi,
  deployRestApi,
  guardedHttpApi,
  httpApi,
  pathsOfWideHttpApi,
  restApi,
  stageName,
  wideHttpApi,
} from './http-apis.ts';
import { startIssuer } from './issuer.ts';
import {
  answering,
  cpuSecondsOf,
  freePort,
  type Load,
  type LoadOptions,
  load,
  type Running,
  startNginx,
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
  /** The first is the reference. */
  readonly rows: readonly Row[];
  /** HTTP APIs of few and of many routes, asked for all of them in turn. */
  readonly matching: readonly Row[];
  readonly memoryMiB: { readonly afterStart: number; readonly afterLoad: number; readonly requests: number };
}

export interface Rounds {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
}

/** Something that is asked: its process and what wrk asks it for. */
interface Target extends Pick<LoadOptions, 'headers' | 'pathsFile'> {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
}

/** An upstream on core 1 that answers everything alike. */
export async function startUpstream(): Promise<Running & { readonly url: string }> {
  const port = await freePort();
  const nginx = startNginx(
    1,
    `server { listen 127.0.0.1:${port} reuseport; default_type application/json; return 200 '${answerBody}'; }`,
  );
  const url = `http://127.0.0.1:${port}`;
  await answering(url);
  return { ...nginx, url };
}

/** nginx as a proxy on core 0. */
async function startProxy(upstream: string): Promise<Running & { readonly url: string }> {
  const port = await freePort();
  const nginx = startNginx(
    0,
    `upstream u { server ${upstream.slice('http://'.length)}; keepalive 128; keepalive_requests 1000000000; }
     server { listen 127.0.0.1:${port}; location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; } }`,
  );
  const url = `http://127.0.0.1:${port}`;
  await answering(url);
  return { ...nginx, url };
}

const routesFew = 10;
const routesMany = 10_000;

export async function benchHttp(requests: Rounds, matching: Rounds): Promise<HttpResults> {
  await using stack = new AsyncDisposableStack();
  const upstream = stack.adopt(await startUpstream(), (each) => each.stop());
  const proxy = stack.adopt(await startProxy(upstream.url), (each) => each.stop());
  const issuer = stack.use(await startIssuer());
  const gateway = stack.use(await startGateway({ core: 0 }));
  const afterStart = gateway.residentMiB();
  const { clients, pid } = gateway;
  const rest = await deployRestApi(clients, restApi(upstream.url));
  const http = await deployHttpApi(clients, httpApi(upstream.url));
  const guarded = await deployHttpApi(clients, guardedHttpApi(upstream.url, issuer.url, 'bench'), { accessLog: true });
  const rows = await measured(requests, [
    { name: 'nginx proxy_pass', url: `${proxy.url}/pets/1`, pid: proxy.pid },
    { name: 'REST API, HTTP_PROXY plain', url: gateway.urlOf(rest, stageName, '/pets/1'), pid },
    { name: 'HTTP API, HTTP_PROXY plain', url: gateway.urlOf(http, stageName, '/pets/1'), pid },
    {
      name: 'HTTP API, HTTP_PROXY + JWT + CORS + access log',
      url: gateway.urlOf(guarded, stageName, '/pets/1'),
      pid,
      headers: { Authorization: `Bearer ${issuer.token('bench')}`, Origin: 'https://app.example.com' },
    },
    { name: 'REST API, MOCK', url: gateway.urlOf(rest, stageName, '/mock'), pid },
  ]);
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-bench-'));
  stack.defer(() => rmSync(directory, { recursive: true, force: true }));
  const wide = [
    await wideTarget(gateway, upstream.url, routesFew, directory),
    await wideTarget(gateway, upstream.url, routesMany, directory),
  ];
  const matched = await measured(matching, wide);
  const count = [...rows, ...matched].reduce((sum, each) => sum + each.requests, 0);
  return { rows, matching: matched, memoryMiB: { afterStart, afterLoad: gateway.residentMiB(), requests: count } };
}

async function wideTarget(
  gateway: RunningGateway,
  upstream: string,
  routes: number,
  directory: string,
): Promise<Target> {
  const id = await deployHttpApi(gateway.clients, wideHttpApi(upstream, routes));
  const url = gateway.urlOf(id, stageName, '');
  const pathsFile = join(directory, `${routes}.txt`);
  const paths = pathsOfWideHttpApi(routes, routesMany).map((path) => new URL(url).pathname + path);
  writeFileSync(pathsFile, `${paths.join('\n')}\n`);
  return { name: `${routes.toLocaleString('en')} routes`, url, pid: gateway.pid, pathsFile };
}

/** In turn, as what is measured: what one target has taught the compiler, another may unteach. */
const warmUps = 3;

/** All of them in turn, round by round. */
async function measured(
  { rounds, ...options }: Rounds,
  targets: readonly Target[],
): Promise<(Row & { readonly requests: number })[]> {
  const results = targets.map(() => [] as (Load & { readonly cpuUs: number })[]);
  const ask = ({ url, headers, pathsFile }: Target, seconds: number): Promise<Load> =>
    load(1, url, { ...options, seconds, ...(headers && { headers }), ...(pathsFile && { pathsFile }) });
  for (let warmUp = 0; warmUp < warmUps; warmUp++) for (const target of targets) await ask(target, 2);
  for (let round = 0; round < rounds; round++) {
    for (const [index, target] of targets.entries()) {
      const before = cpuSecondsOf(target.pid);
      const result = await ask(target, options.seconds);
      results[index]?.push({ ...result, cpuUs: ((cpuSecondsOf(target.pid) - before) / result.requests) * 1e6 });
    }
  }
  return targets.map(({ name }, index) => {
    const own = results[index] ?? [];
    return {
      name,
      cpuUs: own.map(({ cpuUs }) => cpuUs),
      requestsPerSecond: own.map(({ requestsPerSecond }) => requestsPerSecond),
      p99Ms: own.map(({ p99 }) => p99),
      failed: own.reduce((sum, { failed }) => sum + failed, 0),
      requests: own.reduce((sum, { requests }) => sum + requests, 0),
    };
  });
}
