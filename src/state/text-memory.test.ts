import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TextMemory } from './text-memory.ts';

test('a text is learnt once, however often it comes', () => {
  const learnt: string[] = [];
  const memory = new TextMemory((text) => {
    learnt.push(text);
    return text.toUpperCase();
  });
  for (let i = 0; i < 10; i++) assert.equal(memory.of(['ho', 'st'].join('')), 'HOST');
  assert.deepEqual(learnt, ['host']);
  memory.clear();
  memory.of('host');
  assert.deepEqual(learnt, ['host', 'host']);
});

test('texts that share a place do not answer for each other', () => {
  const memory = new TextMemory((text) => text);
  for (const text of ['abc', 'abd', 'a', '', 'xbc', 'x-b-c', 'x-c-c', 'abc']) assert.equal(memory.of(text), text);
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 4 })), (texts) => {
      for (const text of texts) assert.equal(memory.of(text), text);
    }),
  );
});

test('a long text is not kept', () => {
  let learnt = 0;
  const memory = new TextMemory(() => ++learnt);
  const long = 'x'.repeat(10_000);
  memory.of(long);
  memory.of(long);
  assert.equal(learnt, 2);
});
