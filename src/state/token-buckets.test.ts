import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { TokenBucket, TokenBuckets, tokenBucketMemory } from './token-buckets.ts';

const bucketsOf = (count = 64): TokenBuckets => new TokenBuckets(tokenBucketMemory(count));

test('a bucket is full at first, gives no more than it has and refills with time', () => {
  const buckets = bucketsOf();
  const bucket = new TokenBucket('a');
  const take = (atMs: number): boolean => buckets.take(bucket, 10, 3, atMs);
  assert.deepEqual([take(0), take(0), take(0), take(0)], [true, true, true, false]);
  assert.deepEqual(
    [take(99), take(100), take(100)],
    [false, true, false],
    'one token in 100 ms, and refusals cost none',
  );
  assert.deepEqual([take(150), take(200)], [false, true], 'fractions are kept');
  assert.deepEqual([take(60_000), take(60_000), take(60_000), take(60_000)], [true, true, true, false]);
});

test('a rate or burst of zero lets nobody through', () => {
  const buckets = bucketsOf();
  assert.equal(buckets.take(new TokenBucket('a'), 0, 0, 0), false);
  assert.equal(buckets.take(new TokenBucket('b'), 100, 0, 1_000_000), false);
  const bucket = new TokenBucket('c');
  assert.equal(buckets.take(bucket, 0, 1, 0), true);
  assert.equal(buckets.take(bucket, 0, 1, 1e9), false);
});

test('a clock that goes back gives nothing and takes nothing', () => {
  const buckets = bucketsOf();
  const bucket = new TokenBucket('a');
  assert.equal(buckets.take(bucket, 1, 1, 10_000), true);
  assert.equal(buckets.take(bucket, 1, 1, 5_000), false);
  assert.equal(buckets.take(bucket, 1, 1, 6_000), true);
});

test('names do not share tokens, and each bucket keeps its own count', () => {
  const buckets = bucketsOf(4_096);
  const names = Array.from({ length: 500 }, (_, i) => new TokenBucket(`api/stage/GET /${i}`));
  for (const bucket of names)
    assert.deepEqual(
      [1, 2, 3].map(() => buckets.take(bucket, 1, 2, 0)),
      [true, true, false],
    );
  for (const { name } of names)
    assert.equal(buckets.take(new TokenBucket(name), 1, 2, 0), false, 'the name counts, not the object');
});

test('a place whose bucket has filled up is given away, and nothing is lost by it', () => {
  const buckets = bucketsOf(16);
  const one = new TokenBucket('one');
  assert.equal(buckets.take(one, 1, 1, 0), true);
  for (let i = 0; i < 1_000; i++)
    assert.equal(buckets.take(new TokenBucket(`other ${i}`), 1, 1, 2_000 + i * 2_000), true);
  assert.equal(buckets.take(one, 1, 1, 2_002_000), true);
  assert.equal(buckets.take(one, 1, 1, 2_002_500), false);
});

test('more names at once than places: those without one are let through', () => {
  const buckets = bucketsOf(16);
  const refused = Array.from({ length: 100 }, (_, i) => new TokenBucket(`n${i}`)).filter((bucket) => {
    buckets.take(bucket, 1, 1, 0);
    return !buckets.take(bucket, 1, 1, 0);
  });
  assert.equal(refused.length, 16);
});

test('no time in which more passes than the rate and the burst allow', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 200 }),
      (rate, burst, gaps) => {
        const buckets = bucketsOf();
        const bucket = new TokenBucket('a');
        const passed: number[] = [];
        let nowMs = 0;
        for (const gap of gaps) {
          nowMs += gap;
          if (buckets.take(bucket, rate, burst, nowMs)) passed.push(nowMs);
        }
        for (let from = 0; from < passed.length; from++)
          for (let to = from; to < passed.length; to++) {
            const allowed = burst + ((passed[to]! - passed[from]!) * rate) / 1000;
            assert.ok(to - from + 1 <= allowed + 1e-6);
          }
      },
    ),
    { numRuns: 200 },
  );
});

test('threads that share the memory share the counts exactly', async () => {
  const memory = tokenBucketMemory(64);
  const source = `
    import { parentPort, workerData } from 'node:worker_threads';
    import { TokenBucket, TokenBuckets } from ${JSON.stringify(new URL('./token-buckets.ts', import.meta.url).href)};
    const buckets = new TokenBuckets(workerData);
    const bucket = new TokenBucket('shared');
    let taken = 0;
    for (let i = 0; i < 200_000; i++) if (buckets.take(bucket, 0, 100_000, 0)) taken++;
    parentPort.postMessage(taken);`;
  const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  const taken = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const worker = new Worker(url, { workerData: memory });
      // Both may come in one turn: whoever asks for the second after the first would wait for ever.
      const exited = once(worker, 'exit');
      const [count]: number[] = await once(worker, 'message');
      await exited;
      return count ?? 0;
    }),
  );
  assert.equal(
    taken.reduce((sum, count) => sum + count, 0),
    100_000,
  );
});
