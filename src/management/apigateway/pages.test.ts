import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageOf } from './pages.ts';

const all = Array.from({ length: 60 }, (_, index) => `item-${index}`);
const page = (list: readonly string[], limit?: number, position?: string) =>
  pageOf(list, { limit, position }, (item) => item);

test('a page has 25 items unless asked, and the last page has no position', () => {
  const sizes: number[] = [];
  for (let position: string | undefined, first = true; first || position !== undefined; first = false) {
    const { items, position: next } = page(all, undefined, position);
    sizes.push(items.length);
    position = next;
  }
  assert.deepEqual(sizes, [25, 25, 10]);
  assert.equal(page(all, 60).position, undefined);
  assert.deepEqual(page([]), { items: [] });
});

for (const limit of [0, -1, 1.5, Number.NaN])
  test(`a limit of ${limit} is refused`, () => assert.throws(() => page(all, limit), { code: 'BadRequestException' }));

test('a limit beyond 500 gives pages of 500', () =>
  assert.equal(
    page(
      Array.from({ length: 501 }, (_, index) => `${index}`),
      9_999,
    ).items.length,
    500,
  ));

test('a position that nobody handed out is refused', () =>
  assert.throws(() => page(all, 10, 'nonsense'), { code: 'BadRequestException' }));

test('a list that changes between two pages loses no item', () => {
  const { position } = page(all, 10);
  for (const { when, list } of [
    { when: 'an item before the page boundary is gone', list: all.slice(1) },
    { when: 'the item that the position names is gone', list: all.filter((item) => item !== 'item-9') },
    { when: 'an item has come before', list: ['new', ...all] },
  ])
    assert.equal(page(list, 10, position).items[0], 'item-10', when);
});
