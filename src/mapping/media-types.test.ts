import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileBinaryTypes, firstAccepted, mediaTypeOf } from './media-types.ts';

// The recorded table of binary-media-types.
for (const [configured, accept, expected] of [
  [[], 'image/png', false],
  [['image/png', '*/test'], 'image/png', true],
  [['image/png', '*/test'], 'image/jpg', false],
  [['image/png', '*/test'], 'image/*', false],
  [['image/png', '*/test'], '*/*', false],
  [['image/png', '*/test'], undefined, false],
  [['image/png', '*/test'], 'application', false],
  [['image/png', '*/test'], 'random/test', false],
  [['image/png', '*/test'], 'image/webp,image/png,*/*;q=0.8', false],
  [['image/png', '*/test'], 'Image/PNG;q=1,image/*,*/*;q=0.8', true],
  [['image/png', 'application/*'], 'application/whatever', true],
  [['image/png', 'application/*'], 'application/*', true],
  [['*/*'], undefined, true],
] as const)
  test(`media types: ${accept} with [${configured}] is ${expected ? '' : 'not '}binary`, () =>
    assert.equal(compileBinaryTypes(configured)(firstAccepted(accept)), expected));

test('media types: an empty header names no type', () => {
  assert.equal(mediaTypeOf(''), undefined);
  assert.equal(mediaTypeOf(' ; charset=x'), undefined);
  assert.equal(mediaTypeOf(undefined), undefined);
});
