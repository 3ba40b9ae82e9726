/** HTTP APIs: throttling of stages and routes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenBucketMemory } from '../src/state/token-buckets.ts';
import { callHttp, httpGate } from './http-gate.ts';
import { deployedHttpStage, httpApi } from './http-stage.ts';
import { Backend, type RunningGate } from './running-gate.ts';

/** So slow that no token comes back during a test. */
const slow = 0.0001;

const passed = async (gate: RunningGate, target: string, times: number): Promise<number> => {
  let count = 0;
  for (let i = 0; i < times; i++) {
    const answer = await callHttp(gate, target);
    if (answer.status === 200) count++;
    else {
      assert.deepEqual([answer.status, answer.text], [429, '{"message":"Too Many Requests"}']);
      assert.equal(answer.headers['retry-after'], undefined);
    }
  }
  return count;
};

test("routes are throttled each by itself, by their own settings or the stage's", async () => {
  await using backend = await Backend.echo();
  const api = httpApi({
    'GET /a': { to: backend.url },
    'GET /b': { to: backend.url },
    'GET /c': { to: backend.url },
    'GET /d': { to: backend.url },
  });
  const stage = deployedHttpStage(api, {
    defaultRouteSettings: { throttlingRateLimit: slow, throttlingBurstLimit: 2 },
    routeSettings: {
      'GET /b': { throttlingRateLimit: slow, throttlingBurstLimit: 4 },
      'GET /c': { detailedMetricsEnabled: true },
      'GET /d': { throttlingRateLimit: 0, throttlingBurstLimit: 0 },
    },
  });
  await using gate = await httpGate([stage]);
  assert.deepEqual(
    [
      await passed(gate, '/a', 6),
      await passed(gate, '/b', 6),
      await passed(gate, '/c', 6),
      await passed(gate, '/d', 2),
    ],
    [2, 4, 2, 0],
  );
  gate.gate.deployApi(stage);
  assert.equal(await passed(gate, '/a', 1), 0, 'a deployment hands out no new tokens');
});

test('workers that share memory share the tokens', async () => {
  await using backend = await Backend.echo();
  const stage = deployedHttpStage(httpApi({ 'GET /a': { to: backend.url } }), {
    defaultRouteSettings: { throttlingRateLimit: slow, throttlingBurstLimit: 10 },
  });
  const throttling = tokenBucketMemory(64);
  await using one = await httpGate([stage], { throttling });
  await using two = await httpGate([stage], { throttling });
  assert.equal((await passed(one, '/a', 7)) + (await passed(two, '/a', 7)), 10);
});

test('nothing is throttled that nobody has asked for', async () => {
  await using backend = await Backend.echo();
  await using gate = await httpGate([deployedHttpStage(httpApi({ 'GET /a': { to: backend.url } }))]);
  assert.equal(await passed(gate, '/a', 50), 50);
});
