/** Event invocations: order, retries, age, destinations, and that a restart forgets nothing. Time is made up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FunctionConfiguration } from './configuration.ts';
import {
  type Delivery,
  type EventClock,
  EventQueue,
  type EventQueueOptions,
  type EventStorage,
  type EventTarget,
  type QueuedEvent,
} from './event-queue.ts';
import { type InvocationOptions, type InvocationResult, throttled } from './invocation.ts';

const arn = 'arn:aws:lambda:us-east-1:000000000000:function:mail';
const fn: FunctionConfiguration = {
  functionArn: arn,
  functionName: 'mail',
  version: '$LATEST',
  revision: '1',
  runtime: 'nodejs22.x',
  handler: 'index.handler',
  code: { directory: '/', watch: false },
  layers: [],
  timeoutMs: 3000,
  memoryMb: 128,
  environment: {},
  environmentDefaults: {},
  logging: { format: 'Text', group: 'g' },
};

class MadeUpClock implements EventClock {
  now = Date.UTC(2026, 0, 1);
  readonly #due: { at: number; work: () => void }[] = [];
  readonly nowMs = () => this.now;
  readonly at = (at: number, work: () => void) => {
    const entry = { at, work };
    this.#due.push(entry);
    return () => {
      const index = this.#due.indexOf(entry);
      if (index !== -1) this.#due.splice(index, 1);
    };
  };

  /** Lets what runs finish, then goes on by some seconds, firing what is due on the way, in order. */
  async pass(seconds: number): Promise<void> {
    const end = this.now + seconds * 1000;
    await settled();
    for (;;) {
      const next = this.#due.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#due.splice(this.#due.indexOf(next), 1);
      this.now = Math.max(this.now, next.at);
      next.work();
      await settled();
    }
    this.now = end;
  }
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

class Kept implements EventStorage {
  readonly events = new Map<string, QueuedEvent>();
  readonly put = async (event: QueuedEvent) => void this.events.set(event.requestId, structuredClone(event));
  readonly get = async (requestId: string) => this.events.get(requestId);
  readonly remove = async (requestId: string) => void this.events.delete(requestId);
  readonly list = async () => [...this.events.values()];
}

const succeeded: InvocationResult = { payload: Buffer.from('{"ok":true}'), executedVersion: '$LATEST', durationMs: 1 };
const failed: InvocationResult = {
  payload: Buffer.from('{"errorType":"Error","errorMessage":"no"}'),
  functionError: 'Unhandled',
  executedVersion: '$LATEST',
  durationMs: 1,
};

type Running = ReturnType<typeof Promise.withResolvers<InvocationResult>>;

function setUp(
  answer: (attempt: number, event: Uint8Array) => InvocationResult | Promise<InvocationResult>,
  target: Partial<EventTarget> = {},
  options: Partial<EventQueueOptions> = {},
) {
  const clock = new MadeUpClock();
  const storage = new Kept();
  const attempts: { at: number; options: InvocationOptions }[] = [];
  const deliveries: Delivery[] = [];
  const errors: string[] = [];
  const queue = new EventQueue({
    storage,
    clock,
    invoker: {
      invoke: async (_fn, event, invocation) => {
        attempts.push({ at: (clock.now - Date.UTC(2026, 0, 1)) / 1000, options: invocation });
        return answer(attempts.length, event);
      },
      invokeStreaming: () => Promise.reject(new Error('not for events')),
      retire: () => {},
    },
    resolve: async () => ({ fn, maximumRetryAttempts: 2, maximumEventAgeInSeconds: 21_600, ...target }),
    deliver: async (delivery) => void deliveries.push(delivery),
    onError: (error) => errors.push(error.message),
    ...options,
  });
  const enqueue = (requestId: string, payload = '{"n":1}') =>
    queue.enqueue({ requestId, invokedFunctionArn: arn, payload: Buffer.from(payload) });
  return { clock, storage, queue, enqueue, attempts, deliveries, errors };
}

test('an event runs once, is forgotten, and its success is delivered', async () => {
  const { queue, enqueue, attempts, deliveries, storage, clock } = setUp(() => succeeded, { onSuccess: 'arn:queue' });
  await enqueue('r1');
  assert.equal(storage.events.size, 1, 'it is safe before it runs');
  await clock.pass(0);
  assert.equal(attempts.length, 1);
  assert.equal(storage.events.size, 0);
  assert.equal(queue.size, 0);
  assert.deepEqual(deliveries, [
    {
      kind: 'destination',
      destinationArn: 'arn:queue',
      record: {
        version: '1.0',
        timestamp: '2026-01-01T00:00:00.000Z',
        requestContext: {
          requestId: 'r1',
          functionArn: `${arn}:$LATEST`,
          condition: 'Success',
          approximateInvokeCount: 1,
        },
        requestPayload: { n: 1 },
        responseContext: { statusCode: 200, executedVersion: '$LATEST' },
        responsePayload: { ok: true },
      },
    },
  ]);
});

test('a failing event is tried again after one minute and after two, then delivered as failed', async () => {
  const { enqueue, attempts, deliveries, storage, clock } = setUp(() => failed, {
    onFailure: 'arn:failed',
    deadLetterTargetArn: 'arn:dead',
  });
  await enqueue('r1');
  await clock.pass(1000);
  assert.deepEqual(
    attempts.map(({ at }) => at),
    [0, 60, 180],
  );
  assert.equal(storage.events.size, 0);
  const [destination, dead] = deliveries;
  assert.ok(destination?.kind === 'destination');
  assert.deepEqual(destination.record.requestContext, {
    requestId: 'r1',
    functionArn: `${arn}:$LATEST`,
    condition: 'RetriesExhausted',
    approximateInvokeCount: 3,
  });
  assert.deepEqual(destination.record.responseContext, {
    statusCode: 200,
    executedVersion: '$LATEST',
    functionError: 'Unhandled',
  });
  assert.deepEqual(destination.record.responsePayload, { errorType: 'Error', errorMessage: 'no' });
  assert.ok(dead?.kind === 'dead-letter');
  assert.equal(Buffer.from(dead.payload).toString(), '{"n":1}');
  assert.deepEqual(dead.attributes, { RequestID: 'r1', ErrorCode: '200', ErrorMessage: 'no' });
});

for (const { retries, at } of [
  { retries: 0, at: [0] },
  { retries: 1, at: [0, 60] },
]) {
  test(`with MaximumRetryAttempts ${retries} there are ${at.length} attempts`, async () => {
    const { enqueue, attempts, clock } = setUp(() => failed, { maximumRetryAttempts: retries });
    await enqueue('r1');
    await clock.pass(1000);
    assert.deepEqual(
      attempts.map((attempt) => attempt.at),
      at,
    );
  });
}

test('a throttled event comes again after 1, 2, 4 … seconds, 5 minutes at most, and loses no retry', async () => {
  const { enqueue, attempts, clock, deliveries } = setUp(
    (attempt) => {
      if (attempt <= 11) throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
      return attempt === 12 ? failed : succeeded;
    },
    { onSuccess: 'arn:queue' },
  );
  await enqueue('r1');
  await clock.pass(5000);
  const waits = attempts.map(({ at }, index) => at - (attempts[index - 1]?.at ?? 0));
  assert.deepEqual(waits, [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 60]);
  assert.equal(deliveries.length, 1);
});

test('an event that has become too old is given up', async () => {
  const { enqueue, attempts, clock, deliveries, storage } = setUp(
    () => {
      throw throttled('x');
    },
    { onFailure: 'arn:failed', maximumEventAgeInSeconds: 60 },
  );
  await enqueue('r1');
  await clock.pass(1000);
  assert.ok(attempts.every(({ at }) => at < 60));
  assert.equal(storage.events.size, 0);
  const [delivery] = deliveries;
  assert.ok(delivery?.kind === 'destination');
  assert.equal(delivery.record.requestContext.condition, 'EventAgeExceeded');
  assert.equal(delivery.record.responseContext, undefined);
});

test('a new queue takes up what an old one left, with its attempts and its time', async () => {
  const first = setUp(() => failed);
  await first.enqueue('r1');
  await first.clock.pass(10);
  await first.queue.close();
  assert.equal(first.storage.events.get('r1')?.failures, 1);

  const second = setUp(() => failed, {}, { storage: first.storage });
  second.clock.now = first.clock.now;
  await second.queue.start();
  await second.clock.pass(1000);
  assert.deepEqual(
    second.attempts.map(({ at }) => at),
    [60, 180],
  );
  assert.equal(first.storage.events.size, 0);
});

test('a closed queue waits for what runs and begins nothing more', async () => {
  let finish: (result: InvocationResult) => void = () => {};
  const { queue, enqueue, attempts, clock, storage } = setUp(
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
    {},
    { concurrencyPerFunction: 1 },
  );
  await enqueue('r1');
  await enqueue('r2');
  await clock.pass(0);
  const closed = queue.close();
  finish(succeeded);
  await closed;
  assert.equal(attempts.length, 1);
  assert.deepEqual([...storage.events.keys()], ['r2']);
  await assert.rejects(enqueue('r3'), { status: 429 });
});

test('a queue that is held accepts events and begins none; a new queue runs them', async () => {
  const first = setUp(() => succeeded);
  first.queue.hold();
  await first.enqueue('r1');
  await first.clock.pass(60);
  assert.equal(first.attempts.length, 0);
  await first.queue.close();
  const second = setUp(() => succeeded, {}, { storage: first.storage });
  await second.queue.start();
  await second.clock.pass(0);
  assert.equal(second.attempts.length, 1);
});

for (const { ends, how } of [
  { how: 'succeeds after that', ends: (running: Running) => running.resolve(succeeded) },
  { how: 'fails after that', ends: (running: Running) => running.resolve(failed) },
  { how: 'is refused by a host that ends', ends: (running: Running) => running.reject(throttled('x')) },
])
  test(`a closing queue waits only so long: what still runs is kept as it was, also when it ${how}`, async () => {
    const running = Promise.withResolvers<InvocationResult>();
    const first = setUp(() => running.promise, { onSuccess: 'arn:done', onFailure: 'arn:failed' });
    await first.enqueue('r1');
    await first.clock.pass(0);
    const kept = structuredClone(first.storage.events.get('r1'));
    const closed = first.queue.close(5_000);
    await first.clock.pass(5);
    await closed;
    ends(running);
    await first.clock.pass(600);
    assert.deepEqual(first.storage.events.get('r1'), kept);
    assert.deepEqual([first.deliveries, first.errors, first.attempts.length], [[], [], 1]);
  });

test('events of one function run a few at a time, in the order in which they came', async () => {
  const seen: string[] = [];
  let running = 0;
  let most = 0;
  const { enqueue, clock } = setUp(
    async (_attempt, event) => {
      running++;
      most = Math.max(most, running);
      seen.push(Buffer.from(event).toString());
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return succeeded;
    },
    {},
    { concurrencyPerFunction: 3 },
  );
  for (let n = 0; n < 20; n++) await enqueue(`r${n}`, String(n));
  for (let n = 0; n < 20; n++) await clock.pass(0);
  assert.equal(most, 3);
  assert.deepEqual(
    seen,
    Array.from({ length: 20 }, (_, n) => String(n)),
  );
});

test('when too many wait the next is refused', async () => {
  const { enqueue } = setUp(() => failed, {}, { eventsMax: 2 });
  await enqueue('r1');
  await enqueue('r2');
  await assert.rejects(enqueue('r3'), { code: 'TooManyRequestsException' });
});

test('events of a function that is gone are dropped', async () => {
  const { enqueue, attempts, clock, storage } = setUp(() => succeeded, {}, { resolve: async () => undefined });
  await enqueue('r1');
  await clock.pass(1);
  assert.equal(attempts.length, 0);
  assert.equal(storage.events.size, 0);
});

test('a delivery that fails is told, and the event is over', async () => {
  const { enqueue, clock, storage, errors } = setUp(
    () => succeeded,
    { onSuccess: 'arn:queue' },
    { deliver: () => Promise.reject(new Error('no such queue')) },
  );
  await enqueue('r1');
  await clock.pass(1);
  assert.deepEqual(errors, ['no such queue']);
  assert.equal(storage.events.size, 0);
});

test('a storage that fails is told, and the event is tried again later', async () => {
  const storage = new Kept();
  let broken = true;
  const get = storage.get;
  const flaky: EventStorage = {
    put: storage.put,
    remove: storage.remove,
    list: storage.list,
    get: (requestId) => (broken ? Promise.reject(new Error('disk')) : get(requestId)),
  };
  const { enqueue, clock, attempts, errors } = setUp(() => succeeded, {}, { storage: flaky });
  await enqueue('r1');
  await clock.pass(1);
  assert.deepEqual(errors, ['disk']);
  broken = false;
  await clock.pass(400);
  assert.equal(attempts.length, 1);
});
