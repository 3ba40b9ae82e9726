import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoundedMemory } from './bounded-memory.ts';

test('a memory holds what is used and lets go of what is not', () => {
  const memory = new BoundedMemory<number>(10);
  for (let i = 0; i < 1_000; i++) {
    memory.set(`token ${i}`, i);
    assert.equal(memory.get('token 0'), 0, `after ${i}`);
    assert.ok(memory.size <= 20, `holds ${memory.size}`);
  }
  assert.equal(memory.get('token 500'), undefined);
  assert.equal(memory.get('token 999'), 999);
  memory.delete('token 0');
  assert.equal(memory.get('token 0'), undefined);
});

test('a memory is bounded by the length of what it holds, too', () => {
  const memory = new BoundedMemory<number>(1_000, 10_000);
  for (let i = 0; i < 1_000; i++) memory.set(`${i}`.padEnd(1_000), i);
  assert.ok(memory.size <= 20, `holds ${memory.size}`);
  const weighed = new BoundedMemory<number>(1_000, 10_000);
  for (let i = 0; i < 1_000; i++) weighed.set(`${i}`, i, 1_000);
  assert.ok(weighed.size <= 20, `holds ${weighed.size}`);
});
