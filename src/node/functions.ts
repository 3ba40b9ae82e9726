/**
 * Everything about functions, put together: the host in its thread, code on disk, names in the store, events that wait,
 * and what Lambda's management API and the gate workers are handed of it.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { FunctionDirectory } from '../access/function-directory.ts';
import type { DocumentKinds } from '../definition/documents.ts';
import type { CodeSource } from '../definition/functions/function.ts';
import { EventQueue } from '../functions/event-queue.ts';
import { FunctionThread } from '../functions/function-thread.ts';
import { type FunctionHostOptions, hostDefaults } from '../functions/host.ts';
import type { FunctionInvoker } from '../functions/invocation.ts';
import type { SignedCalls } from '../integrations/signed-calls.ts';
import type { LambdaDependencies } from '../management/lambda/dependencies.ts';
import type { ManagementRequest, ManagementResponse } from '../management/protocol/request.ts';
import type { Log } from '../observe/log.ts';
import type { Store } from '../store/store.ts';
import { FunctionCode } from './function-code.ts';
import { deliverer } from './function-destinations.ts';
import { StoredFunctionDirectory, type Surroundings } from './function-directory.ts';
import { DirectoryPorts } from './function-directory-port.ts';
import { StoredEvents } from './function-events.ts';
import { fetchPackage } from './function-package.ts';

export interface FunctionsOptions extends Pick<Surroundings, 'environmentDefaults' | 'credentialsOf' | 'inspectOf'> {
  readonly store: Store<DocumentKinds>;
  /** Absolute; code lies in its `functions/`. */
  readonly dataDir: string;
  /** To AWS services: packages come from S3, outcomes of events go to queues, topics and buses. */
  readonly calls: SignedCalls;
  /** Of the management endpoint, without a slash at the end; asked when it is known. */
  readonly managementUrl: () => string;
  readonly log: Log;
  /** Takes what functions log. */
  readonly logLines: (lines: Uint8Array) => void;
  /** Layer versions of other accounts, by ARN, to directories that stand in for them. */
  readonly layers?: Readonly<Record<string, string>>;
  readonly host?: Omit<FunctionHostOptions, 'log'>;
}

export interface RunningFunctions {
  /** For `lambda(…)`, together with the documents. */
  readonly dependencies: Omit<LambdaDependencies, 'documents'>;
  readonly directory: FunctionDirectory;
  readonly invoker: FunctionInvoker;
  /**
   * Connects another thread.
   * @param giveInvoker takes a port for a `FunctionPort`, and another one for its `attach` whenever the host's thread
   * has been replaced
   * @param giveDirectory takes a port for a `FunctionDirectoryPort`, once
   * @returns ends it
   */
  connect(giveInvoker: (port: MessagePort) => void, giveDirectory: (port: MessagePort) => void): () => void;
  /** Answers requests for deployment packages; undefined for all others. */
  serve(request: Pick<ManagementRequest, 'method' | 'path' | 'query'>): Promise<ManagementResponse | undefined>;
  /** Begins no more events; they are accepted, and run at the next start. */
  hold(): void;
  /**
   * Ends event invocations, environments and threads; nobody may invoke any more.
   * @param withinMs for how long events may still run; what runs longer runs again at the next start. Calls that wait
   * for a function are refused then
   */
  close(withinMs?: number): Promise<void>;
}

export async function startFunctions(options: FunctionsOptions): Promise<RunningFunctions> {
  const { store, log, calls, layers = {} } = options;
  const code = new FunctionCode({
    directory: join(options.dataDir, 'functions'),
    inUse: () => archivesInUse(store),
    url: options.managementUrl,
    now: Date.now,
    log,
  });
  await code.start();
  const directory = new StoredFunctionDirectory(store, {
    directoryOf: (source) => code.directoryOf(source),
    // Asked each time: the management endpoint's own address is known only once it listens.
    get environmentDefaults() {
      return options.environmentDefaults;
    },
    credentialsOf: options.credentialsOf,
    inspectOf: options.inspectOf,
  });
  const thread = new FunctionThread({
    ...options.host,
    log: options.logLines,
    onFailure: (error) => log.error({ error }, 'the function host has fallen and is started again'),
  });
  const stopWaiting = store.watch((changes) => {
    if (changes.some(({ key }) => key.kind === 'function')) thread.wake();
  });
  if ((await store.listEverywhere('function')).length > 0) thread.wake();
  const events: EventQueue = new EventQueue({
    storage: new StoredEvents(store),
    invoker: thread.invoker,
    resolve: (arn) => directory.eventTarget(arn, Math.random()),
    deliver: deliverer(calls, (event) => events.enqueue(event)),
    onError: (error, event) => log.error({ error, ...event }, 'an event invocation could not be completed'),
  });
  await events.start();
  const ports = new DirectoryPorts(directory, (event) => events.enqueue(event));
  return {
    dependencies: {
      code,
      functions: directory,
      invoker: thread.invoker,
      events,
      fetchObject: (place, call) => fetchPackage(place, call, calls),
      layerDirectory: (arn) => (Object.hasOwn(layers, arn) ? layers[arn] : undefined),
      settled: () => ports.settled(),
      newUuid: randomUUID,
      random: Math.random,
      concurrencyMax: options.host?.concurrencyMax ?? hostDefaults.concurrencyMax,
      functionUrlHost: (region) => `lambda-url.${region}.on.aws`,
    },
    directory,
    invoker: thread.invoker,
    connect: (giveInvoker, giveDirectory) => {
      const { port1, port2 } = new MessageChannel();
      ports.serve(port1);
      giveDirectory(port2);
      const disconnect = thread.connect(giveInvoker);
      return () => {
        disconnect();
        port1.close();
      };
    },
    serve: (request) => code.serve(request),
    hold: () => events.hold(),
    close: async (withinMs) => {
      stopWaiting();
      await events.close(withinMs);
      ports.close();
      // Whoever still waits is told so, before the end of an environment looks like a failure of its function.
      thread.invoker.close();
      await thread.close();
      directory[Symbol.dispose]();
      await code.close();
    },
  };
}

/** Digests of all archives that a function, a version or a layer refers to. */
async function archivesInUse(store: Store<DocumentKinds>): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  const use = (source: CodeSource): void => {
    if (source.kind === 'archive') used.add(source.sha256);
  };
  const versions = [
    ...(await store.listEverywhere('function')).map(({ value }) => value.latest),
    ...(await store.listEverywhere('function-version')).map(({ value }) => value),
  ];
  for (const { code, settings } of versions) {
    use(code);
    for (const layer of settings.layers) use(layer.code);
  }
  for (const { value } of await store.listEverywhere('layer-version')) use(value.code);
  return used;
}
