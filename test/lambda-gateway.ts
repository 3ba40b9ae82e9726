/** Lambda's management API over a store and a function host of its own, behind a real HTTP server, for a test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { type Zippable, zipSync } from 'fflate';
import type { DocumentKinds } from '../src/definition/documents.ts';
import type { LogEntry } from '../src/functions/log.ts';
import { UpstreamHttpIntegrator } from '../src/integrations/http.ts';
import { SignedCalls } from '../src/integrations/signed-calls.ts';
import { Documents } from '../src/management/documents.ts';
import { lambda } from '../src/management/lambda/index.ts';
import type { ProtocolOptions } from '../src/management/protocol/server.ts';
import { type Loopback, rootKey, serveOnLoopback } from '../src/management/protocol/testing/loopback.ts';
import { type FunctionsOptions, type RunningFunctions, startFunctions } from '../src/node/functions.ts';
import { newId } from '../src/node/identifiers.ts';
import { silentLog } from '../src/observe/log.ts';
import { openSqliteStore } from '../src/store/sqlite.ts';
import type { Store } from '../src/store/store.ts';
import { Upstream } from '../src/wire/upstream.ts';

export interface LambdaGateway extends AsyncDisposable {
  readonly client: LambdaClient;
  readonly endpoint: string;
  readonly loopback: Loopback;
  readonly running: RunningFunctions;
  readonly store: Store<DocumentKinds>;
  readonly dataDir: string;
  readonly entries: LogEntry[];
}

export interface LambdaGatewayOptions extends Partial<FunctionsOptions> {
  /** The same again after a restart; one that is gone with the gateway unless given. */
  readonly dataDir?: string;
  readonly protocol?: Partial<ProtocolOptions>;
  readonly services?: Readonly<Record<string, string>>;
}

export async function lambdaGateway({
  protocol,
  services = {},
  ...options
}: LambdaGatewayOptions = {}): Promise<LambdaGateway> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'gatewright-test-'));
  const store = openSqliteStore<DocumentKinds>(join(dataDir, 'gatewright.db'));
  const entries: LogEntry[] = [];
  let endpoint = '';
  const upstream = new Upstream();
  const running = await startFunctions({
    store,
    dataDir,
    calls: new SignedCalls({
      http: new UpstreamHttpIntegrator(upstream),
      services,
      credentialsFor: () => rootKey,
    }),
    managementUrl: () => endpoint,
    log: silentLog,
    logLines: (lines) => {
      for (const line of Buffer.from(lines).toString().trim().split('\n')) entries.push(JSON.parse(line));
    },
    environmentDefaults: {},
    ...options,
  });
  const handlers = lambda({ documents: new Documents(store), ...running.dependencies });
  let requests = 0;
  const loopback = await serveOnLoopback({
    services: [{ model: 'lambda', handlers }],
    newId,
    requestId: () => `00000000-0000-4000-8000-${String(++requests).padStart(12, '0')}`,
    ...protocol,
  });
  endpoint = loopback.endpoint;
  const client = new LambdaClient({ endpoint, region: 'us-east-1', credentials: rootKey, maxAttempts: 1 });
  return {
    client,
    endpoint,
    loopback,
    running,
    store,
    dataDir,
    entries,
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await loopback[Symbol.asyncDispose]();
      await running.close();
      upstream.close();
      await store[Symbol.asyncDispose]();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export const role = 'arn:aws:iam::000000000000:role/r';

/** An archive of text files. */
export const zip = (files: Readonly<Record<string, string>>): Uint8Array => {
  const entries: Zippable = {};
  for (const [name, content] of Object.entries(files))
    entries[name] = [new TextEncoder().encode(content), { os: 3, attrs: 0o644 << 16 }];
  return zipSync(entries);
};

/** A handler whose body has `event` and `context` in scope. */
export const handlerZip = (body: string): Uint8Array =>
  zip({ 'index.mjs': `export const handler = async (event, context) => { ${body} };\n` });

export const newFunctionInput = (FunctionName: string, body = 'return event') => ({
  FunctionName,
  Runtime: 'nodejs22.x' as const,
  Handler: 'index.handler',
  Role: role,
  Code: { ZipFile: handlerZip(body) },
});

export const textOf = (payload: Uint8Array | undefined): string => Buffer.from(payload ?? []).toString('utf8');
