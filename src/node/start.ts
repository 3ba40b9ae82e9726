/**
 * The composition root: opens the store, starts the gate workers, the management endpoint and the sample, and stops
 * them in the order in which nothing is lost. Only this room knows everybody.
 */
import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { DocumentKinds } from '../definition/documents.ts';
import { badRequest } from '../definition/errors.ts';
import type { FunctionHostOptions } from '../functions/host.ts';
import { testAuthorizer } from '../gate/rest/authorize-test.ts';
import { testInvoke } from '../gate/rest/test-invoke.ts';
import { UpstreamHttpIntegrator } from '../integrations/http.ts';
import { SharedAnswers, serveSharedAnswers } from '../integrations/shared-answers.ts';
import { SignedCalls } from '../integrations/signed-calls.ts';
import type { Dependencies } from '../management/apigateway/dependencies.ts';
import type { ManagementResponse } from '../management/protocol/request.ts';
import { createLog, type Log } from '../observe/log.ts';
import { PlanError } from '../plan/plan-error.ts';
import { tokenBucketMemory } from '../state/token-buckets.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { Upstream } from '../wire/upstream.ts';
import { environmentCredentials } from './aws-credentials.ts';
import { consolePage } from './console-page.ts';
import { DataDirectoryLock } from './data-directory-lock.ts';
import { FunctionLogs } from './function-logs.ts';
import { startFunctions } from './functions.ts';
import type { ServedTls } from './gate-messages.ts';
import { GateWorkers } from './gate-workers.ts';
import { type AllIntegrators, createIntegrators } from './integrators.ts';
import { createManagement } from './management.ts';
import { type ManagementServer, serveManagement } from './management-server.ts';
import { establishRootKey, type RootKey } from './root-key.ts';
import { type Sample, startSample } from './sample/sample-api.ts';
import { type Settings, SettingsError } from './settings.ts';
import { StageFeed } from './stage-feed.ts';
import { collectStartGarbage } from './start-garbage.ts';
import { version } from './version.ts';

/** For the answers to calls that were given up when there was no more time. */
const lastAnswersMs = 1_000;

/** Throttled routes that can count at the same time: 1.5 MB of shared memory. */
const throttledRoutesMax = 32_768;

export interface RunningNode {
  readonly managementUrl: string;
  readonly trafficPort: number;
  readonly trafficTlsPort: number | null;
  readonly rootKey: RootKey;
  readonly sample: { readonly restApiId: string; readonly stageName: string } | undefined;
  readonly workers: GateWorkers;
  /**
   * Turns `/ready` to 503, drains the gates, answers management calls in flight, closes the store. What takes longer
   * than `drainMs` is given up: events are run again at the next start.
   */
  close(): Promise<void>;
}

export interface StartOptions {
  /** Debugger port by function name. */
  readonly inspect?: ReadonlyMap<string, number>;
}

/** @throws DataDirectoryInUse, SettingsError */
export async function startNode(settings: Settings, { inspect }: StartOptions = {}): Promise<RunningNode> {
  const log = createLog(settings.logLevel, 'node');
  const dataDir = resolve(settings.dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  // What has been started is stopped in the opposite order, whether the start fails or the node is closed.
  await using starting = new AsyncDisposableStack();
  starting.use(await DataDirectoryLock.take(dataDir));
  const databasePath = join(dataDir, 'gatewright.db');
  const firstStart = !existsSync(databasePath);
  const rootKey = await establishRootKey(dataDir, settings);
  const store = starting.use(openSqliteStore<DocumentKinds>(databasePath));
  const functionLogs = starting.use(new FunctionLogs(dataDir, log));
  const credentials = environmentCredentials(process.env) ?? rootKey;
  let server: ManagementServer | undefined;
  starting.defer(() => server?.close(lastAnswersMs));
  /** Of `performance.now()`: until when what is under way may go on. */
  let endByMs = 0;
  const remainingMs = (): number => Math.max(0, endByMs - performance.now());
  let managementUrl = '';
  // Filled in once the management endpoint has its port; no function runs before.
  const functionEnvironment: Record<string, string> = {};
  const functions = await startFunctions({
    store,
    dataDir,
    calls: new SignedCalls({
      http: new UpstreamHttpIntegrator(new Upstream()),
      services: settings.services,
      credentialsFor: () => credentials,
    }),
    managementUrl: () => managementUrl,
    log: createLog(settings.logLevel, 'functions'),
    logLines: functionLogs.sink,
    host: functionHostOf(settings),
    layers: Object.fromEntries(
      Object.entries(settings['functions.layers']).map(([arn, directory]) => [arn, resolve(directory)]),
    ),
    environmentDefaults: functionEnvironment,
    credentialsOf: () => rootKey,
    inspectOf: ({ functionName }) => {
      const port = inspect?.get(functionName);
      return port === undefined ? undefined : { port, wait: false };
    },
  });
  starting.defer(() => functions.close(remainingMs()));
  const integrators = createIntegrators({
    services: settings.services,
    credentials,
    directory: functions.directory,
    invoker: functions.invoker,
    enqueue: (event) => functions.dependencies.events.enqueue(event),
  });
  const answers = new SharedAnswers(integrators.functions);
  const feed = new StageFeed(store, (message) => workers.broadcast(message), log);
  starting.defer(() => feed.close());
  const tls = await tlsOf(settings);
  const workers = new GateWorkers({
    count: settings.workers === 0 ? availableParallelism() : settings.workers,
    worker: {
      host: settings.trafficHost,
      port: settings.trafficPort,
      ...(tls && { tls }),
      logLevel: settings.logLevel,
      limits: { bodyBytes: settings['limits.bodyBytes'], headerBytes: settings['limits.headerBytes'] },
      dataDir,
      services: settings.services,
      credentials,
      throttling: tokenBucketMemory(throttledRoutesMax),
    },
    connect: functions.connect,
    shareAnswers: (port) => serveSharedAnswers(answers, port),
    loadAll: (send) => feed.loadAll(send),
    log,
    gateLog: createLog(settings.logLevel, 'gate'),
  });
  let sample: Sample | undefined;
  starting.defer(() => sample?.close());
  starting.defer(() => workers.drain(remainingMs()));
  const gatesSettled = async (): Promise<void> => {
    await feed.announced();
    await workers.settled();
  };
  const management = createManagement({
    store,
    settings,
    rootKey,
    log: createLog(settings.logLevel, 'management'),
    functions: {
      ...functions.dependencies,
      settled: async () => {
        await Promise.all([functions.dependencies.settled(), gatesSettled()]);
      },
    },
    ...testInvokers(integrators, createLog(settings.logLevel, 'test-invoke')),
    flushAuthorizers: (restApiId, stageName) => {
      answers.flush(`${restApiId}/${stageName}`);
      workers.broadcast({ type: 'flush-authorizers', restApiId, stageName });
    },
    settled: gatesSettled,
  });
  await workers.start();
  let ready = false;
  server = await serveManagement({
    host: settings.managementHost,
    port: settings.managementPort,
    bodyBytesMax: management.bodyBytesMax,
    handle: async (request) => (await functions.serve(request)) ?? management.handle(request),
    pages: pagesOf(settings.region, () => ({ ready: ready && workers.listening > 0, workers, managementUrl })),
    log,
  });
  starting.defer(() => server?.drain(remainingMs()));
  managementUrl = `http://${settings.managementHost}:${server.port}`;
  Object.assign(functionEnvironment, endpointVariables(settings, managementUrl));
  sample = await startSample(firstStart && settings.sample === 'on', store, management.handlers, management.ownCall());
  ready = true;
  collectStartGarbage();
  const running = starting.move();
  return {
    managementUrl,
    trafficPort: workers.port,
    trafficTlsPort: workers.tlsPort,
    rootKey,
    sample,
    workers,
    close: async () => {
      ready = false;
      endByMs = performance.now() + settings.drainMs;
      functions.hold();
      // Traffic first: management says meanwhile that the node is draining, and answers calls in flight.
      await workers.drain(settings.drainMs);
      await running.disposeAsync();
    },
  };
}

function functionHostOf(settings: Settings): Omit<FunctionHostOptions, 'log'> {
  const named = Object.entries({
    nodejs: settings['functions.interpreters.nodejs'],
    python: settings['functions.interpreters.python'],
    java: settings['functions.interpreters.java'],
    ruby: settings['functions.interpreters.ruby'],
    dotnet: settings['functions.interpreters.dotnet'],
  }).filter(([, path]) => path !== '');
  return {
    concurrencyMax: settings['functions.concurrencyMax'],
    idleMs: settings['functions.idleMs'],
    interpreters: Object.fromEntries(named),
    libraries: {
      nodejs: libraryOf(settings, 'functions.libraries.nodejs'),
      python: libraryOf(settings, 'functions.libraries.python'),
      java: libraryOf(settings, 'functions.libraries.java'),
    },
  };
}

/** Functions run elsewhere: their paths are absolute. @throws SettingsError when there is no such folder */
function libraryOf(settings: Settings, name: Extract<keyof Settings, `functions.libraries.${string}`>): string[] {
  if (settings[name] === '') return [];
  const folder = resolve(settings[name]);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new SettingsError(`${name}: there is no directory ${folder}`);
  return [folder];
}

/** Points the SDKs inside functions at the services that stand in for AWS's, and at this gateway for its own. */
function endpointVariables(settings: Settings, managementUrl: string): Record<string, string> {
  const endpoints = { lambda: managementUrl, sts: managementUrl, 'api-gateway': managementUrl, ...settings.services };
  return Object.fromEntries(
    Object.entries(endpoints).map(([service, url]) => [
      `AWS_ENDPOINT_URL_${service.replaceAll('-', '_').toUpperCase()}`,
      url,
    ]),
  );
}

/** Test invocations run on the main thread, through the same steps as traffic. */
function testInvokers(
  integrators: AllIntegrators,
  log: Log,
): Pick<Dependencies, 'testInvokeMethod' | 'testInvokeAuthorizer'> {
  const refusing = (error: unknown): never => {
    throw error instanceof PlanError ? badRequest(error.message) : error;
  };
  return {
    testInvokeMethod: (invocation) => testInvoke(invocation, { integrators, log }).catch(refusing),
    testInvokeAuthorizer: (authorization) => testAuthorizer(authorization, integrators.functions).catch(refusing),
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
