import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { atEndOfTurn, turnEpochMs } from './turn.ts';

/** Spends time without giving it away. */
function work(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('a turn of the event loop', { concurrency: 1 }, () => {
  test('has one time, and the next another', async () => {
    await nextTurn();
    const epoch = turnEpochMs();
    work(5);
    assert.equal(turnEpochMs(), epoch);
    await nextTurn();
    await nextTurn();
    assert.ok(turnEpochMs() >= epoch + 4, 'the epoch has gone on');
    assert.ok(Math.abs(turnEpochMs() - Date.now()) < 1_000);
  });

  test('ends after a wait has begun: what wakes it has a time of its own', async () => {
    await nextTurn();
    const before = turnEpochMs();
    const woken = await new Promise<number>((resolve) => setTimeout(() => resolve(turnEpochMs()), 20));
    assert.ok(woken >= before + 18, `${woken - before} ms`);
  });

  test('lets what is written leave at its end, in order', async () => {
    await nextTurn();
    const left: number[] = [];
    for (const n of [1, 2, 3]) atEndOfTurn({ flush: () => left.push(n) });
    await Promise.resolve();
    assert.deepEqual(left, []);
    await nextTurn();
    assert.deepEqual(left, [1, 2, 3]);
  });
});
