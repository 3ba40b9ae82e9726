/**
 * Many APIs in one installation: how long a start takes, how much memory, and how soon one change is live. An API is
 * imported over the management endpoint; its documents are then copied in the store, as many times as there are to be
 * APIs, because importing 10,000 would take longer than what is measured.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ApiGatewayV2Client,
  CreateRouteCommand,
  DeleteRouteCommand,
  GetApisCommand,
} from '@aws-sdk/client-apigatewayv2';
import type { DocumentKinds } from '../src/definition/documents.ts';
import { openSqliteStore } from '../src/store/sqlite.ts';
import type { Write } from '../src/store/store.ts';
import { type RunningGateway, startGateway } from './gateway.ts';
import { startUpstream } from './http.ts';
import { deployHttpApi, stageName, wideHttpApi } from './http-apis.ts';

export const apis = 10_000;
export const routes = 50;

const scope = { accountId: '000000000000', region: 'us-east-1' };

const apisACommit = 200;
const changes = 20;

export interface ScaleResults {
  readonly storeMiB: number;
  readonly workers: number;
  readonly startMs: number;
  /** After the start, and the most there ever was. */
  readonly residentMiB: number;
  readonly highestMiB: number;
  /** From the call that makes a route until it has been answered, and until the route answers. */
  readonly changeMs: readonly number[];
  readonly liveMs: readonly number[];
  /** First requests of APIs that nobody has called before. */
  readonly firstCallMs: readonly number[];
}

export async function benchScale(): Promise<ScaleResults> {
  await using stack = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'gatewright-bench-scale-'));
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const upstream = stack.adopt(await startUpstream(), (each) => each.stop());
  const model = await imported(dataDir, upstream.url);
  const storeMiB = await copied(dataDir, model);
  const workers = 2;
  const gateway = stack.use(await startGateway({ workers, dataDir, readyWithinMs: 300_000 }));
  const residentMiB = gateway.residentMiB();
  const { changeMs, liveMs } = await changed(gateway);
  const firstCallMs: number[] = [];
  for (let n = 1; n <= 200; n++) {
    const path = `/v1/service-${n % routes}/pets/1`;
    const startedMs = performance.now();
    const response = await fetch(gateway.urlOf(idOf(n * 37), stageName, path));
    await response.arrayBuffer();
    firstCallMs.push(performance.now() - startedMs);
    if (response.status !== 200) throw new Error(`${path} of API ${n * 37} answers ${response.status}`);
  }
  return {
    storeMiB,
    workers,
    startMs: gateway.readyMs,
    residentMiB,
    highestMiB: highestMiBOf(gateway.pid),
    changeMs,
    liveMs,
    firstCallMs,
  };
}

const idOf = (n: number): string => `s${String(n).padStart(9, '0')}`;

/** The documents of one API, as the management API makes them. */
async function imported(dataDir: string, upstream: string): Promise<(id: string) => Write[]> {
  let apiId: string;
  {
    await using gateway = await startGateway({ dataDir });
    apiId = await deployHttpApi(gateway.clients, wideHttpApi(upstream, routes));
  }
  await using store = openSqliteStore<DocumentKinds>(join(dataDir, 'gatewright.db'));
  const documents = [
    ...(await store.list(scope, 'api', apiId)),
    ...(await store.list(scope, 'api-deployment', apiId)),
    ...(await store.list(scope, 'api-stage', apiId)),
  ].map(({ key, value }) => ({ key, text: JSON.stringify(value) }));
  return (id) =>
    documents.map(({ key, text }) => ({
      key: { ...key, id: key.id.replace(apiId, id) },
      value: JSON.parse(text.replaceAll(apiId, id)),
      expectedRevision: 0,
    }));
}

/** @returns size of the store */
async function copied(dataDir: string, copyOf: (id: string) => Write[]): Promise<number> {
  const file = join(dataDir, 'gatewright.db');
  await using store = openSqliteStore<DocumentKinds>(file);
  for (let first = 0; first < apis; first += apisACommit) {
    const writes: Write[] = [];
    for (let n = first; n < Math.min(apis, first + apisACommit); n++) writes.push(...copyOf(idOf(n)));
    await store.commit(writes);
  }
  const bytes = statSync(file).size;
  return bytes / 1024 / 1024;
}

/** Routes are made and looked for by turns, in APIs all over the store. */
async function changed({ clients, urlOf }: RunningGateway): Promise<Pick<ScaleResults, 'changeMs' | 'liveMs'>> {
  const client = new ApiGatewayV2Client(clients);
  await client.send(new GetApisCommand({ MaxResults: '1' }));
  const changeMs: number[] = [];
  const liveMs: number[] = [];
  for (let n = 0; n < changes; n++) {
    const ApiId = idOf(Math.floor((n * apis) / changes) + 7);
    const startedMs = performance.now();
    const made = client.send(new CreateRouteCommand({ ApiId, RouteKey: 'GET /made' })).then(({ RouteId }) => {
      changeMs.push(performance.now() - startedMs);
      return RouteId;
    });
    // Without an integration it answers 500, no longer 404.
    for (;;) {
      const response = await fetch(urlOf(ApiId, stageName, '/made'));
      await response.arrayBuffer();
      if (response.status !== 404) break;
    }
    liveMs.push(performance.now() - startedMs);
    await client.send(new DeleteRouteCommand({ ApiId, RouteId: await made }));
  }
  client.destroy();
  return { changeMs, liveMs };
}

/** The most memory that a process has ever had resident, in MiB. */
function highestMiBOf(pid: number): number {
  const kibibytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kibibytes) / 1024);
}
