import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
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

test('deadlines expire when their time has come since the tick after they were set, and cancelled ones never', () => {
  let nowMs = 0;
  const deadlines = new Deadlines(() => nowMs);
  const heard: string[] = [];
  const tickAt = (ms: number): void => {
    nowMs = ms;
    deadlines.tick();
  };
  const [first, second, third, other] = ['first', 'second', 'third', 'other'].map((name) => new Note(name, heard));
  deadlines.start(first!, 100);
  tickAt(0);
  deadlines.start(second!, 100);
  deadlines.start(third!, 100);
  deadlines.start(other!, 30);
  deadlines.cancel(second!);
  tickAt(10);
  tickAt(39);
  assert.deepEqual(heard, []);
  tickAt(100);
  assert.deepEqual(heard, ['first', 'other']);
  deadlines.start(third!, 100); // moved
  tickAt(110);
  tickAt(209);
  assert.deepEqual(heard, ['first', 'other']);
  tickAt(210);
  assert.deepEqual(heard, ['first', 'other', 'third']);
  assert.equal(deadlines.pending, 0);
  deadlines.cancel(third!);
  deadlines.close();
});

test('a deadline is never early, however long nobody looks at the clock', () => {
  let nowMs = 0;
  const deadlines = new Deadlines(() => nowMs);
  const heard: string[] = [];
  deadlines.start(new Note('slow', heard), 50);
  nowMs = 500; // the event loop was busy
  deadlines.start(new Note('late', heard), 50);
  deadlines.tick();
  nowMs = 549;
  deadlines.tick();
  assert.deepEqual(heard, []);
  nowMs = 550;
  deadlines.tick();
  assert.deepEqual(heard, ['slow', 'late']);
  deadlines.close();
});

test('whichever deadlines are set and cancelled, those that stay expire in time and in order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5), fc.constantFrom('start', 'cancel', 'tick'))), (acts) => {
      let nowMs = 0;
      const deadlines = new Deadlines(() => nowMs);
      const heard: string[] = [];
      const notes = Array.from({ length: 6 }, (_, n) => new Note(String(n), heard));
      const setAt = new Map<string, number>();
      for (const [n, act] of acts) {
        if (act === 'tick') {
          nowMs += 10;
          deadlines.tick();
          for (const name of heard.splice(0)) {
            const at = setAt.get(name);
            assert.ok(at !== undefined && nowMs >= at + 30 && nowMs <= at + 40, `${name} at ${nowMs}, set at ${at}`);
            setAt.delete(name);
          }
        } else if (act === 'start') {
          deadlines.start(notes[n]!, 30);
          setAt.set(String(n), nowMs);
        } else {
          deadlines.cancel(notes[n]!);
          setAt.delete(String(n));
        }
        assert.equal(deadlines.pending, setAt.size);
      }
      deadlines.close();
    }),
  );
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
