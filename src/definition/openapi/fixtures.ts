/** What the tests of this room share: whose the APIs are, and ids that count. */
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
