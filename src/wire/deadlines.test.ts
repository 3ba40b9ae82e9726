import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deadlines, Waiting } from './deadlines.ts';

class Note extends Waiting {
  readonly name: string;
  readonly heard: string[];
  constructor(name: string, heard: string[]) {
    super();
    this.name = name;
    this.heard = heard;
  }
  override expired(): void {
    this.heard.push(this.name);
  }
}

test('deadlines expire when their time has come, never early, and cancelled ones never', () => {
  let nowMs = 0;
  const deadlines = new Deadlines(() => nowMs);
  const heard: string[] = [];
  const [first, second, third, other] = ['first', 'second', 'third', 'other'].map((name) => new Note(name, heard));
  deadlines.start(first!, 100);
  nowMs = 10;
  deadlines.start(second!, 100);
  deadlines.start(third!, 100);
  deadlines.start(other!, 30);
  deadlines.cancel(second!);
  nowMs = 39;
  deadlines.tick();
  assert.deepEqual(heard, []);
  nowMs = 100;
  deadlines.tick();
  assert.deepEqual(heard, ['first', 'other']);
  deadlines.start(third!, 100); // moved
  nowMs = 199;
  deadlines.tick();
  assert.deepEqual(heard, ['first', 'other']);
  nowMs = 200;
  deadlines.tick();
  assert.deepEqual(heard, ['first', 'other', 'third']);
  assert.equal(deadlines.pending, 0);
  deadlines.cancel(third!);
  deadlines.close();
});

test('an expiring deadline may set itself again', () => {
  let nowMs = 0;
  const deadlines = new Deadlines(() => nowMs);
  let rounds = 0;
  class Again extends Waiting {
    override expired(): void {
      if (++rounds < 3) deadlines.start(this, 50);
    }
  }
  deadlines.start(new Again(), 50);
  for (nowMs = 0; nowMs <= 500; nowMs += 10) deadlines.tick();
  assert.equal(rounds, 3);
  assert.equal(deadlines.pending, 0);
  deadlines.close();
});
