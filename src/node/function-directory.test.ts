/** What names of functions mean, in the main thread and in others, before and after changes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { chooseTarget } from '../access/function-directory.ts';
import type { DocumentKinds } from '../definition/documents.ts';
import type { LambdaFunction } from '../definition/functions/function.ts';
import { newSettings } from '../definition/functions/settings.ts';
import { newFunction, withBuild } from '../definition/functions/versions.ts';
import { throttled } from '../functions/invocation.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { StoredFunctionDirectory } from './function-directory.ts';
import { DirectoryPorts, FunctionDirectoryPort } from './function-directory-port.ts';

const scope = { accountId: '000000000000', region: 'us-east-1' };
const arn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const input = { Runtime: 'nodejs22.x', Handler: 'index.handler', Role: 'r' };
const code = { kind: 'directory', directory: '/code' } as const;

class Setup implements AsyncDisposable {
  readonly store = openSqliteStore<DocumentKinds>(':memory:');
  readonly directory = new StoredFunctionDirectory(this.store, {
    directoryOf: (source) => (source.kind === 'directory' ? source.directory : `/unpacked/${source.sha256}`),
    environmentDefaults: { A: 'b' },
  });
  readonly events: string[] = [];
  readonly ports = new DirectoryPorts(this.directory, async ({ requestId, payload }) => {
    if (payload.length === 0) throw throttled('CallerRateLimitExceeded');
    this.events.push(requestId);
  });
  readonly far: FunctionDirectoryPort;
  fn: LambdaFunction = newFunction(
    { functionName: 'f', functionArn: arn, tags: {} },
    code,
    newSettings('f', input, []),
    { nowMs: 0, revisionId: 'one' },
  );
  #revision = 0;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.ports.serve(port1);
    this.far = new FunctionDirectoryPort(port2);
  }

  async save(fn: LambdaFunction | undefined): Promise<void> {
    if (fn !== undefined) this.fn = fn;
    const key = { ...scope, kind: 'function', id: 'f' } as const;
    const revision = await this.store.commit([{ key, value: fn, expectedRevision: this.#revision }]);
    this.#revision = fn === undefined ? 0 : revision;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.far.close();
    this.ports.close();
    this.directory[Symbol.dispose]();
    await this.store[Symbol.asyncDispose]();
  }
}

test('a name means what the store says, and the same object while nothing changes', async () => {
  await using setup = new Setup();
  assert.equal(await setup.directory.resolve(arn), undefined);
  await setup.save(setup.fn);
  const resolved = await setup.directory.resolve(arn);
  assert.deepEqual(resolved?.targets[0]?.configuration, {
    functionArn: arn,
    functionName: 'f',
    version: '$LATEST',
    revision: 'one',
    runtime: 'nodejs22.x',
    handler: 'index.handler',
    code: { directory: '/code', watch: true },
    layers: [],
    timeoutMs: 3000,
    memoryMb: 128,
    environment: {},
    environmentDefaults: { A: 'b' },
    logging: { format: 'Text', group: '/aws/lambda/f' },
  });
  assert.equal(setup.directory.resolve(arn), resolved, 'known answers are there at once');
  await setup.save(
    withBuild(setup.fn, { settings: { ...setup.fn.latest.settings, memoryMb: 256 } }, { nowMs: 1, revisionId: 'two' }),
  );
  const changed = await setup.directory.resolve(arn);
  assert.deepEqual(
    [changed?.targets[0]?.configuration.memoryMb, changed?.targets[0]?.configuration.revision],
    [256, 'two'],
  );
  await setup.save(undefined);
  assert.equal(await setup.directory.resolve(arn), undefined);
});

for (const name of [`${arn}:nope`, `${arn}:7`, 'f', 'arn:aws:s3:::bucket', `${arn}:constructor`])
  test(`${name} means nothing`, async () => {
    await using setup = new Setup();
    await setup.save(setup.fn);
    assert.equal(await setup.directory.resolve(name), undefined);
    assert.equal(await setup.far.resolve(name), undefined);
  });

test('an alias of two versions shares invocations by their weights', async () => {
  await using setup = new Setup();
  const alias = { name: 'live', functionVersion: '1', description: '', revisionId: 'a', weights: { 2: 0.25 } };
  await setup.save({ ...setup.fn, aliases: { live: alias } });
  for (const version of ['1', '2'])
    await setup.store.commit([
      {
        key: { ...scope, kind: 'function-version', id: `f/${version}` },
        value: { ...setup.fn.latest, version },
        expectedRevision: 0,
      },
    ]);
  const resolved = await setup.directory.resolve(`${arn}:live`);
  assert.ok(resolved);
  assert.deepEqual(
    [0, 0.7499, 0.75, 0.9999].map((random) => chooseTarget(resolved, random).version),
    ['1', '1', '2', '2'],
  );
});

test('another thread hears of a change before it is said to be settled', async () => {
  await using setup = new Setup();
  await setup.save(setup.fn);
  await setup.ports.settled();
  const first = await setup.far.resolve(arn);
  assert.equal(setup.far.resolve(arn), first, 'remembered there');
  for (let change = 0; change < 20; change++) {
    const revisionId = `change ${change}`;
    // A question that is under way while the change is made is answered, but not remembered.
    const underWay = change % 2 === 0 ? setup.far.resolve(arn) : undefined;
    await setup.save(withBuild(setup.fn, {}, { nowMs: change, revisionId }));
    await setup.ports.settled();
    await underWay;
    const resolved = await setup.far.resolve(arn);
    assert.equal(resolved?.targets[0]?.configuration.revision, revisionId);
  }
});

test('a thread that ends holds nobody up', async () => {
  await using setup = new Setup();
  const { port1, port2 } = new MessageChannel();
  setup.ports.serve(port1);
  const settled = setup.ports.settled();
  port2.close();
  await settled;
  await setup.ports.settled();
});

test('an event is run as its function and settings are at that time', async () => {
  await using setup = new Setup();
  await setup.save(setup.fn);
  const { fn: _, ...usual } = (await setup.directory.eventTarget(arn, 0)) ?? {};
  assert.deepEqual(usual, { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 21_600 });
  const settings = { ...setup.fn.latest.settings, deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead' };
  await setup.save({
    ...setup.fn,
    latest: { ...setup.fn.latest, settings },
    eventInvokeConfigs: { $LATEST: { lastModifiedMs: 0, maximumRetryAttempts: 0, onFailureArn: 'arn' } },
  });
  const { fn: __, ...changed } = (await setup.directory.eventTarget(arn, 0)) ?? {};
  assert.deepEqual(changed, {
    maximumRetryAttempts: 0,
    maximumEventAgeInSeconds: 21_600,
    onFailure: 'arn',
    deadLetterTargetArn: settings.deadLetterTargetArn,
  });
});

test('another thread’s events are accepted, or refused for the same reason', async () => {
  await using setup = new Setup();
  const event = { requestId: 'r', invokedFunctionArn: arn, payload: Buffer.from('{}') };
  await setup.far.enqueue(event);
  assert.deepEqual(setup.events, ['r']);
  await assert.rejects(setup.far.enqueue({ ...event, payload: new Uint8Array() }), {
    name: 'InvocationRefused',
    code: 'TooManyRequestsException',
    status: 429,
    reason: 'CallerRateLimitExceeded',
  });
});
