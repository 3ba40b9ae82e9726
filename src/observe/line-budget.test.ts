import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineBudget } from './line-budget.ts';

test('a budget of lines lets a burst through, then so many a second, and says how many were left out', () => {
  let nowMs = 0;
  const budget = new LineBudget({ burst: 3, perSecond: 2, now: () => nowMs });
  const take = (times: number): (number | undefined)[] => Array.from({ length: times }, () => budget.take());
  assert.deepEqual(take(5), [0, 0, 0, undefined, undefined]);
  nowMs = 499;
  assert.deepEqual(take(1), [undefined]);
  nowMs = 500;
  assert.deepEqual(take(2), [3, undefined]);
  nowMs = 3_600_000;
  assert.deepEqual(take(4), [1, 0, 0, undefined], 'no more is saved up than a burst');
});
