/** What every store must do: one suite, run by each adapter's test file. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Change, StaleRevisionError, type Store } from './store.ts';

interface Kinds {
  pet: { readonly name: string };
  toy: { readonly colour: string };
}

const scope = { accountId: '000000000000', region: 'us-east-1' };
const pet = (id: string, elsewhere: Partial<typeof scope> = {}) => ({
  ...scope,
  ...elsewhere,
  kind: 'pet' as const,
  id,
});

/** @param open a fresh, empty store */
export function storeContract(name: string, open: () => Promise<Store<Kinds>>): void {
  test(`${name}: what was committed is found again, with its revision`, async () => {
    await using store = await open();
    const revision = await store.commit([{ key: pet('a'), value: { name: 'Rex' }, expectedRevision: 0 }]);
    assert.deepEqual(await store.get(pet('a')), { key: pet('a'), revision, value: { name: 'Rex' } });
  });

  test(`${name}: a write on an old revision is refused and changes nothing`, async () => {
    await using store = await open();
    const first = await store.commit([{ key: pet('a'), value: { name: 'Rex' }, expectedRevision: 0 }]);
    await store.commit([{ key: pet('a'), value: { name: 'Max' }, expectedRevision: first }]);
    for (const value of [{ name: 'Tom' }, undefined])
      await assert.rejects(store.commit([{ key: pet('a'), value, expectedRevision: first }]), StaleRevisionError);
    assert.equal((await store.get(pet('a')))?.value.name, 'Max');
  });

  test(`${name}: creating what exists already is refused`, async () => {
    await using store = await open();
    await store.commit([{ key: pet('a'), value: { name: 'Rex' }, expectedRevision: 0 }]);
    await assert.rejects(
      store.commit([{ key: pet('a'), value: { name: 'Max' }, expectedRevision: 0 }]),
      StaleRevisionError,
    );
  });

  test(`${name}: of several writes all happen or none`, async () => {
    await using store = await open();
    await assert.rejects(
      store.commit([
        { key: pet('a'), value: { name: 'Rex' }, expectedRevision: 0 },
        { key: pet('b'), value: { name: 'Max' }, expectedRevision: 77 },
      ]),
      StaleRevisionError,
    );
    assert.equal(await store.get(pet('a')), undefined);
  });

  test(`${name}: a list holds one account, region, kind and prefix, in order of id`, async () => {
    await using store = await open();
    const keys = [
      pet('api1/b'),
      pet('api1/a'),
      pet('api10/a'),
      pet('api1/c', { region: 'eu-west-1' }),
      pet('api1/d', { accountId: '111111111111' }),
      { ...pet('api1/e'), kind: 'toy' as const },
    ];
    await store.commit(keys.map((key) => ({ key, value: { name: key.id }, expectedRevision: 0 })));
    const listed = await store.list(scope, 'pet', 'api1/');
    assert.deepEqual(
      listed.map(({ key }) => key.id),
      ['api1/a', 'api1/b'],
    );
    assert.equal((await store.listEverywhere('pet')).length, 5);
  });

  test(`${name}: hostile ids and values come back as they were`, async () => {
    await using store = await open();
    const id = `%_'"\\ __proto__ \u{1f600}`;
    await store.commit([{ key: pet(id), value: { name: `';--\u0000` }, expectedRevision: 0 }]);
    assert.equal((await store.get(pet(id)))?.value.name, `';--\u0000`);
    assert.equal((await store.list(scope, 'pet', '%')).length, 1);
    assert.equal((await store.list(scope, 'pet', '_')).length, 0);
  });

  test(`${name}: watchers hear of every commit in order, until they stop`, async () => {
    await using store = await open();
    const heard: Change[] = [];
    const stop = store.watch((changes) => heard.push(...changes));
    const first = await store.commit([{ key: pet('a'), value: { name: 'Rex' }, expectedRevision: 0 }]);
    const second = await store.commit([{ key: pet('a'), value: undefined, expectedRevision: first }]);
    stop();
    await store.commit([{ key: pet('b'), value: { name: 'Max' }, expectedRevision: 0 }]);
    assert.deepEqual(heard, [
      { key: pet('a'), revision: first, deleted: false },
      { key: pet('a'), revision: second, deleted: true },
    ]);
  });
}
