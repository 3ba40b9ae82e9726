/** Answers of authorizers that threads share. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import type { FunctionAnswer, FunctionCaller, FunctionRequest } from '../src/integrations/function-call.ts';
import { BackendFailure } from '../src/integrations/integrator.ts';
import { SharedAnswers, SharedAnswersPort, serveSharedAnswers } from '../src/integrations/shared-answers.ts';

const requestFor = (key: string | null, ttlMs = 1_000): FunctionRequest => ({
  functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:auth',
  payload: Buffer.from('{}'),
  invocationType: 'RequestResponse',
  streaming: false,
  sourceArn: '',
  accountId: '000000000000',
  credentials: '',
  traceId: '',
  timeoutMs: 1_000,
  ...(key !== null && { shared: { scope: 'api/prod', key, ttlMs } }),
});

/** Answers when it is told to, and counts. */
class Caller implements FunctionCaller {
  asked = 0;
  functionError: string | null = null;
  failure: BackendFailure | null = null;
  held: Promise<void> = Promise.resolve();

  call(): ReturnType<FunctionCaller['call']> {
    const number = ++this.asked;
    const promise = this.held.then((): FunctionAnswer => {
      if (this.failure !== null) throw this.failure;
      return {
        status: 200,
        requestId: String(number),
        payload: Buffer.from(String(number)),
        functionError: this.functionError,
        executedVersion: '$LATEST',
        stream: null,
      };
    });
    return { promise, abort: () => {} };
  }
}

const idOf = async (caller: FunctionCaller, request: FunctionRequest): Promise<string> =>
  (await caller.call(request).promise).requestId;

test('an answer is shared for its time, and its age is told', async () => {
  let nowMs = 0;
  const caller = new Caller();
  const answers = new SharedAnswers(caller, () => nowMs);
  assert.equal(await idOf(answers, requestFor('a')), '1');
  nowMs = 999;
  const again = await answers.call(requestFor('a')).promise;
  assert.deepEqual([again.requestId, again.ageMs], ['1', 999]);
  assert.equal(await idOf(answers, requestFor('b')), '2');
  nowMs = 1_000;
  assert.equal(await idOf(answers, requestFor('a')), '3');
  answers.flush('api/prod');
  assert.equal(await idOf(answers, requestFor('a')), '4');
  assert.equal(await idOf(answers, requestFor(null)), '5');
});

test('how long an answer is good for is for who asks to say', async () => {
  let nowMs = 0;
  const answers = new SharedAnswers(new Caller(), () => nowMs);
  assert.equal(await idOf(answers, requestFor('a', 300_000)), '1');
  nowMs = 6_000;
  assert.equal(await idOf(answers, requestFor('a', 300_000)), '1');
  assert.equal(await idOf(answers, requestFor('a', 5_000)), '2', 'its owner has lowered the time since');
  nowMs = 10_000;
  assert.equal(await idOf(answers, requestFor('a', 5_000)), '2');
});

for (const where of ['in the thread that has it', 'over a port'])
  test(`an answer that can not be used is asked for anew, ${where}`, async () => {
    const { port1, port2 } = new MessageChannel();
    const answers = new SharedAnswers(new Caller());
    serveSharedAnswers(answers, port1);
    const port = new SharedAnswersPort(new Caller(), port2);
    const caller = where === 'over a port' ? port : answers;
    const call = caller.call(requestFor('a'));
    assert.equal((await call.promise).requestId, '1');
    call.forget?.();
    assert.equal(await idOf(caller, requestFor('a')), '2');
    assert.equal(await idOf(caller, requestFor('a')), '2');
    port.close();
  });

test('several threads that ask at once are one question', async () => {
  const caller = new Caller();
  const answers = new SharedAnswers(caller);
  let release: () => void = () => {};
  caller.held = new Promise((resolve) => {
    release = resolve;
  });
  const ports = [1, 2, 3].map(() => {
    const { port1, port2 } = new MessageChannel();
    serveSharedAnswers(answers, port1);
    return new SharedAnswersPort(caller, port2);
  });
  const asked = ports.flatMap((port) => [idOf(port, requestFor('a')), idOf(port, requestFor('a'))]);
  while (caller.asked === 0) await new Promise((resolve) => setImmediate(resolve));
  release();
  assert.deepEqual(new Set(await Promise.all(asked)), new Set(['1']));
  assert.equal(caller.asked, 1);
  assert.equal(await idOf(ports[0]!, requestFor(null)), '2', 'what is not shared does not travel');
  for (const port of ports) port.close();
});

test('failures travel with what they are, and are not shared', async () => {
  const caller = new Caller();
  const { port1, port2 } = new MessageChannel();
  serveSharedAnswers(new SharedAnswers(caller), port1);
  const port = new SharedAnswersPort(caller, port2);
  caller.failure = new BackendFailure('configuration', 'no such function', { reason: 'Invalid permissions' });
  await assert.rejects(port.call(requestFor('a')).promise, {
    kind: 'configuration',
    message: 'no such function',
    reason: 'Invalid permissions',
  });
  caller.failure = null;
  caller.functionError = 'Unhandled';
  assert.equal(await idOf(port, requestFor('a')), '2');
  caller.functionError = null;
  assert.equal(await idOf(port, requestFor('a')), '3', 'a failed function has not decided');
  assert.equal(await idOf(port, requestFor('a')), '3');
  port.close();
});
