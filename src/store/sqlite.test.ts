import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqliteStore } from './sqlite.ts';
import { storeContract } from './store-contract.ts';

storeContract('sqlite', async () => openSqliteStore(':memory:'));

test('sqlite: a store that is opened again finds everything as it was', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'gatewright-store-'));
  try {
    const key = { accountId: '000000000000', region: 'us-east-1', kind: 'pet', id: 'a' } as const;
    const path = join(directory, 'gatewright.db');
    {
      await using store = openSqliteStore<{ pet: string }>(path);
      await store.commit([{ key, value: 'Rex', expectedRevision: 0 }]);
    }
    await using again = openSqliteStore<{ pet: string }>(path);
    assert.equal((await again.get(key))?.value, 'Rex');
    assert.equal(await again.commit([{ key: { ...key, id: 'b' }, value: 'Max', expectedRevision: 0 }]), 2);
  } finally {
    await rm(directory, { recursive: true });
  }
});
