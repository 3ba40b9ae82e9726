import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShared, withoutShared } from '../../test/shared.ts';
import { compileUri, withQuery, withStageVariables } from './uri.ts';

interface Vector {
  readonly id: string;
  readonly uri: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly expect: string;
}

test('uri: variables and placeholders are filled as API Gateway fills them', { skip: withoutShared }, () => {
  const { vectors } = readShared('vectors/rest/uri-interpolation.json') as { vectors: readonly Vector[] };
  assert.ok(vectors.length > 10);
  for (const { id, uri, stageVariables, pathParameters, expect } of vectors) {
    assert.equal(compileUri(withStageVariables(uri, stageVariables)).fill(pathParameters), expect, id);
  }
});

for (const { uri, values, expected, why } of [
  {
    uri: 'http://h/{a}/{b}',
    values: { a: 'foo%2Fbar', b: 'x' },
    expected: 'http://h/foo%2Fbar/x',
    why: 'escapes stay',
  },
  { uri: 'http://h/{a}', values: { a: 'x?y#z' }, expected: 'http://h/x%3Fy%23z', why: 'a path begins no query' },
  { uri: 'http://h/{a}', values: { a: '100%' }, expected: 'http://h/100%25', why: 'a lone percent sign is escaped' },
  { uri: 'http://h/{a}', values: { a: 'é\r\nX: 1' }, expected: 'http://h/%C3%A9%0D%0AX:%201', why: 'no line is ended' },
  { uri: 'http://h/{a}', values: { a: '\ud800' }, expected: 'http://h/%EF%BF%BD', why: 'half a character is replaced' },
  {
    uri: 'http://h/?q={a}',
    values: { a: 'x&y=z+w' },
    expected: 'http://h/?q=x%26y%3Dz%2Bw',
    why: 'no further parameter',
  },
  { uri: 'http://h/{constructor}', values: {}, expected: 'http://h/{constructor}', why: 'names are not inherited' },
  { uri: 'http://h/{}/{a', values: { a: 'x' }, expected: 'http://h/{}/{a', why: 'what is no placeholder stays' },
])
  test(`uri: ${uri}: ${why}`, () =>
    assert.equal(compileUri(uri).fill(values as Readonly<Record<string, string>>), expected));

test('uri: placeholders are known before the call', () =>
  assert.deepEqual(compileUri('http://h/{a}/b?c={d}').names, ['a', 'd']));

test('uri: a variable that is inherited is unknown', () =>
  assert.equal(withStageVariables(`x$\{stageVariables.constructor}y`, {}), 'xy'));

test('uri: query parameters are added behind those that are there', () => {
  assert.equal(
    withQuery('http://h/', [
      ['a', '1 &'],
      ['a', '2'],
    ]),
    'http://h/?a=1%20%26&a=2',
  );
  assert.equal(withQuery('http://h/?x=1', [['a', 'é']]), 'http://h/?x=1&a=%C3%A9');
  assert.equal(withQuery('http://h/?', [['a', '\ud800']]), 'http://h/?a=%EF%BF%BD');
  assert.equal(withQuery('http://h/', []), 'http://h/');
});
