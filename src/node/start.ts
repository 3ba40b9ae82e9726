/**
 * The composition root: opens the store, starts the gate workers, the management endpoint and the sample, and stops
 * them in the order in which nothing is lost. Only this room knows everybody.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { DocumentKinds } from '../definition/documents.ts';
import { badRequest, serviceUnavailable } from '../definition/errors.ts';
import { type TestInvocation, type TestInvocationResult, testInvoke } from '../gate/rest/test-invoke.ts';
import { UpstreamHttpIntegrator } from '../integrations/http.ts';
import type { ManagementResponse } from '../management/protocol/request.ts';
import { createLog, type Log } from '../observe/log.ts';
import { PlanError } from '../plan/plan-error.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { Upstream } from '../wire/upstream.ts';
import { consolePage } from './console-page.ts';
import type { ServedTls } from './gate-messages.ts';
import { GateWorkers } from './gate-workers.ts';
import { createManagement } from './management.ts';
import { serveManagement } from './management-server.ts';
import { establishRootKey, type RootKey } from './root-key.ts';
import { type Sample, startSample } from './sample/sample-api.ts';
import type { Settings } from './settings.ts';
import { StageFeed } from './stage-feed.ts';
import { version } from './version.ts';

export interface RunningNode {
  readonly managementUrl: string;
  readonly trafficPort: number;
  readonly trafficTlsPort: number | null;
  readonly rootKey: RootKey;
  readonly sample: { readonly restApiId: string; readonly stageName: string } | undefined;
  readonly workers: GateWorkers;
  /** Turns `/ready` to 503, drains the gates, answers management calls in flight, closes the store. */
  close(): Promise<void>;
}

export async function startNode(settings: Settings): Promise<RunningNode> {
  const log = createLog(settings.logLevel, 'node');
  const dataDir = resolve(settings.dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const databasePath = join(dataDir, 'gatewright.db');
  const firstStart = !existsSync(databasePath);
  const rootKey = await establishRootKey(dataDir, settings);
  const store = openSqliteStore<DocumentKinds>(databasePath);
  const feed = new StageFeed(store, (message) => workers.broadcast(message), log);
  const tls = await tlsOf(settings);
  const workers = new GateWorkers({
    count: settings.workers === 0 ? availableParallelism() : settings.workers,
    worker: {
      host: settings.trafficHost,
      port: settings.trafficPort,
      ...(tls && { tls }),
      logLevel: settings.logLevel,
      limits: { bodyBytes: settings['limits.bodyBytes'], headerBytes: settings['limits.headerBytes'] },
    },
    loadAll: (send) => feed.loadAll(send),
    log,
  });
  let sample: Sample | undefined;
  let ready = false;
  try {
    const management = createManagement({
      store,
      settings,
      rootKey,
      log: createLog(settings.logLevel, 'management'),
      testInvokeMethod: testInvoker(createLog(settings.logLevel, 'test-invoke')),
      testInvokeAuthorizer: () => Promise.reject(serviceUnavailable('TestInvokeAuthorizer is not served yet')),
      settled: async () => {
        await feed.announced();
        await workers.settled();
      },
    });
    await workers.start();
    sample = await startSample(
      firstStart && settings.sample === 'on',
      store,
      management.handlers,
      management.ownCall(),
    );
    const server = await serveManagement({
      host: settings.managementHost,
      port: settings.managementPort,
      bodyBytesMax: management.bodyBytesMax,
      handle: management.handle,
      pages: pagesOf(settings.region, () => ({ ready: ready && workers.listening > 0, workers, managementUrl })),
      log,
    });
    const managementUrl = `http://${settings.managementHost}:${server.port}`;
    ready = true;
    return {
      managementUrl,
      trafficPort: workers.port,
      trafficTlsPort: workers.tlsPort,
      rootKey,
      sample,
      workers,
      close: async () => {
        ready = false;
        await workers.drain(settings.drainMs);
        await server.close();
        await sample?.close();
        feed.close();
        await store[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await workers.drain(0);
    await sample?.close();
    feed.close();
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

/** Test invocations run on the main thread, through the same steps as traffic. */
function testInvoker(log: Log): (invocation: TestInvocation) => Promise<TestInvocationResult> {
  const integrators = { http: new UpstreamHttpIntegrator(new Upstream()), aws: null };
  return async (invocation) => {
    try {
      return await testInvoke(invocation, { integrators, log });
    } catch (error) {
      throw error instanceof PlanError ? badRequest(error.message) : error;
    }
  };
}

async function tlsOf(settings: Settings): Promise<ServedTls | undefined> {
  if (settings.tlsCertificate === '' && settings.tlsKey === '') return undefined;
  if (settings.tlsCertificate === '' || settings.tlsKey === '')
    throw new Error('tlsCertificate and tlsKey must be given together');
  const [certificate, key] = await Promise.all([
    readFile(settings.tlsCertificate, 'utf8'),
    readFile(settings.tlsKey, 'utf8'),
  ]);
  return { port: settings.trafficTlsPort, certificate, key };
}

/** Answers that need no signature: nothing of what is defined shows in them. */
function pagesOf(region: string, state: () => { ready: boolean; workers: GateWorkers; managementUrl: string }) {
  const facts = () => {
    const { ready, workers, managementUrl } = state();
    return { ready, version, region, managementUrl, trafficPort: workers.port, trafficTlsPort: workers.tlsPort };
  };
  const health = (status: number): ManagementResponse => {
    const { ready, trafficPort, trafficTlsPort } = facts();
    const body = {
      status: ready ? 'ready' : 'draining',
      version,
      trafficPort,
      trafficTlsPort,
      workers: state().workers.listening,
    };
    return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  };
  const page = (): ManagementResponse => ({
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    },
    body: consolePage(facts()),
  });
  return {
    '/health': () => health(200),
    '/ready': () => health(state().ready ? 200 : 503),
    '/console': page,
    '/console/': page,
  };
}
