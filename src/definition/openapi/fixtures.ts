/** What the tests of this room share: whose the APIs are, ids that count, the notation of the recorded vectors. */
import assert from 'node:assert/strict';
import type { Birth } from '../rest-apis.ts';

/** Ids that say whose they are: `r1`, `r2` … */
export function ids(prefix: string): (length: number) => string {
  let count = 0;
  return () => `${prefix}${++count}`;
}

export const birth = (prefix = 'r'): Birth => ({
  id: 'api1234567',
  accountId: '111111111111',
  region: 'us-east-1',
  partition: 'aws',
  nowMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  newId: ids(prefix),
});

export const shared = new URL('../../../../shared/vectors/', import.meta.url);

/** Compares by the notation of the vectors; the same token is the same text throughout one vector. */
export class Comparison {
  readonly #tokens = new Map<string, string>();

  same(actual: unknown, expected: unknown, at: string): void {
    if (isMembers(expected) && '$any' in expected) return;
    if (isMembers(expected) && '$json' in expected)
      this.same(typeof actual === 'string' ? JSON.parse(actual) : actual, expected.$json, at);
    else if (Array.isArray(expected)) {
      assert.ok(Array.isArray(actual), `${at} is a list`);
      assert.equal(actual.length, expected.length, `length of ${at}`);
      for (const [index, each] of expected.entries()) this.same(actual[index], each, `${at}[${index}]`);
    } else if (isMembers(expected)) {
      const present = Object.entries(isMembers(actual) ? actual : {}).filter(([, value]) => value !== undefined);
      assert.deepEqual(present.map(([name]) => name).sort(), Object.keys(expected).sort(), `members of ${at}`);
      for (const [name, value] of present) this.same(value, expected[name], `${at}.${name}`);
    } else if (typeof expected === 'string') this.#text(actual, expected, at);
    else assert.equal(actual, expected, at);
  }

  #text(actual: unknown, expected: string, at: string): void {
    if (expected === 'datetime' || expected === 'timestamp') return;
    const names: string[] = [];
    const pattern = expected
      .split(/(<[a-z-]+(?::\d+)?>)/)
      .map((part) => {
        if (!/^<[a-z-]+(?::\d+)?>$/.test(part)) return RegExp.escape(part);
        const known = this.#tokens.get(part);
        if (known !== undefined) return RegExp.escape(known);
        names.push(part);
        return '(.+)';
      })
      .join('');
    const found = new RegExp(`^${pattern}$`, 's').exec(String(actual));
    assert.ok(found, `${at}: ${String(actual)} is not ${expected}`);
    for (const [index, name] of names.entries())
      if (/:\d+>$/.test(name)) this.#tokens.set(name, found[index + 1] ?? '');
  }
}

export const isMembers = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
