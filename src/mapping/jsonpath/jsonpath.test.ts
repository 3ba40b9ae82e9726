import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readShared, withoutShared } from '../../../test/shared.ts';
import { compilePath, JsonPathError, KeySet } from './index.ts';

interface Vectors {
  readonly documents: Readonly<Record<string, unknown>>;
  readonly vectors: readonly {
    readonly id: string;
    readonly path: string;
    readonly doc: string;
    readonly definite?: boolean;
    readonly result?: unknown;
    readonly error?: string;
  }[];
}

/** What a read gave, in the words of the recordings. */
function answer(path: string, document: unknown): { error: string } | { definite: boolean; result: unknown } {
  try {
    const compiled = compilePath(path);
    const result = compiled.read(document);
    if (result === undefined) return { error: 'PathNotFoundException' };
    return { definite: compiled.definite, result: JSON.parse(JSON.stringify(result)) };
  } catch (error) {
    if (error instanceof JsonPathError) return { error: error.kind };
    throw error;
  }
}

test('jsonpath: answers what Jayway answers', { skip: withoutShared }, () => {
  const { documents, vectors } = readShared('vectors/jsonpath/jayway.json') as Vectors;
  assert.ok(vectors.length > 200);
  for (const { id, path, doc, definite, result, error } of vectors) {
    const expected = error === undefined ? { definite, result } : { error };
    assert.deepEqual(answer(path, documents[doc]), expected, `${id} ${path}`);
  }
});

const shop = {
  items: [
    { id: 1, tags: ['x'], price: 5 },
    { id: 2, tags: [], price: 7.5 },
    { id: 3, tags: ['x', 'y'], price: -1 },
  ],
  min: 6,
  'a.b': { "it's": true },
};

for (const { path, expected, why } of [
  { path: '$.items[1].id', expected: 2, why: 'members and elements' },
  { path: 'items[-1].id', expected: 3, why: 'the root may be left out; negative indexes count from the end' },
  { path: "$['a.b']['it\\'s']", expected: true, why: 'names in quotes, with escapes' },
  { path: '$.items[?(@.price > $.min)].id', expected: [2], why: 'a filter may look at the whole document' },
  { path: '$.items[-2:2].id', expected: [2, 3, 1, 2], why: 'a slice from below zero passes through zero' },
  { path: '$.items.*.tags.length()', expected: [1, 0, 2], why: 'a function of each' },
  { path: '$..tags.length()', expected: 3, why: 'a function of all that a scan finds' },
  { path: '$.items[?(@.tags.length() == 2)].id', expected: [3], why: 'a function in a filter' },
  { path: '$.items[?(@.tags anyof ["y","z"])].id', expected: [3], why: 'lists against lists' },
  { path: '$.items[?(@.id =~ /[12]/)].id', expected: [1, 2], why: 'a number matches as text' },
  { path: '$..price.sum()', expected: 11.5, why: 'aggregation over a scan' },
  { path: '$.items[0].append(1)', expected: { id: 1, tags: ['x'], price: 5 }, why: 'an object can not be appended to' },
  { path: '$..[1].id', expected: [2], why: 'an index below a scan' },
  { path: '$..*.id', expected: [], why: 'what Jayway leaves out below a scan of everything' },
])
  test(`jsonpath: ${path}: ${why}`, () => {
    const before = JSON.stringify(shop);
    assert.deepEqual(compilePath(path).read(shop), expected);
    assert.equal(JSON.stringify(shop), before, 'the document stays as it was');
  });

test('jsonpath: keys() gives a set that prints as Java prints it', () => {
  const keys = compilePath('$.items[0].keys()').read(shop);
  assert.ok(keys instanceof KeySet);
  assert.equal(String(keys), '[id, tags, price]');
});

for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length'])
  test(`jsonpath: ${name} is a member like any other`, () => {
    const own: unknown = JSON.parse(`{"a":[{"${name}":1},{}]}`);
    assert.equal(compilePath(`$.${name}`).read({}), undefined);
    assert.equal(compilePath(`$.a.${name}`).read(own), undefined);
    assert.equal(compilePath(`$.a[0]['${name}']`).read(own), 1);
    assert.deepEqual(compilePath(`$.a[*].${name}`).read(own), [1]);
    assert.deepEqual(compilePath(`$..${name}`).read(own), [1]);
    assert.deepEqual(compilePath(`$.a[?(@.${name})]`).read(own), [own && JSON.parse(`{"${name}":1}`)]);
    const merged = compilePath(`$.a[0]['${name}','x']`).read(own);
    assert.equal(Object.getPrototypeOf(merged), Object.prototype);
    assert.ok(Object.hasOwn(merged as object, name));
  });

test('jsonpath: objects of a class are leaves', () => {
  class Money {
    readonly amount = 3;
    valueOf(): number {
      return this.amount;
    }
  }
  const document = { items: [{ price: new Money() }, { price: 1 }] };
  assert.equal(compilePath('$.items[0].price.amount').read(document), undefined);
  assert.deepEqual(compilePath('$..amount').read(document), []);
  assert.deepEqual(compilePath('$.items[?(@.price > 2)]').read(document), [document.items[0]]);
  assert.equal(compilePath('$..price.sum()').read(document), 4);
});

/** An object nested this deep, made without recursion. */
function nested(depth: number): unknown {
  let value: unknown = { leaf: 1 };
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? { a: value } : [value];
  return value;
}

test('jsonpath: a document nested 10,000 deep does not overflow the stack', () => {
  const deep = nested(10_000);
  assert.deepEqual(compilePath('$..leaf').read(deep), [1]);
  assert.equal((compilePath('$..*').read(deep) as unknown[]).length, 10_001);
  assert.deepEqual(compilePath('$..[?(@.leaf == 1)].leaf').read(deep), [1]);
  const pair = [{ a: deep }, { a: nested(10_000) }];
  assert.equal((compilePath('$[?(@.a == $[0].a)]').read(pair) as unknown[]).length, 2, 'compared with each other');
});

for (const path of ['$..*..*..*', '$..a..a..a..leaf', '$..[?(@..leaf)]', '$..[?($..leaf == @..leaf)]'])
  test(`jsonpath: ${path} on a deep document ends`, () => {
    try {
      compilePath(path).read(nested(3_000));
    } catch (error) {
      assert.ok(error instanceof JsonPathError && error.kind === 'LimitExceededException', String(error));
    }
  });

test('jsonpath: a scan of a body as large as a gateway accepts is not cut short', () => {
  const body = JSON.parse(`[${'{"a":[1,2,3]},'.repeat(300_000)}{"a":[1]}]`);
  assert.equal((compilePath('$..a').read(body) as unknown[]).length, 300_001);
});

for (const path of [
  `$${'[?(@'.repeat(50)}`,
  `$[?(${'('.repeat(100)}@.a${')'.repeat(100)})]`,
  `$.sum(${'$.sum('.repeat(50)}1${')'.repeat(50)})`,
  `$.${'a'.repeat(20_000)}`,
  '$[?(@.a =~ /(/)]',
])
  test(`jsonpath: ${path.slice(0, 30)} is refused`, () =>
    assert.throws(
      () => compilePath(path),
      (error) => error instanceof JsonPathError && error.kind === 'InvalidPathException',
    ));

test('jsonpath: a path of 3,000 steps is read', () =>
  assert.equal(compilePath(`$${'.a[0]'.repeat(1_500)}`).read(nested(10)), undefined));

test('jsonpath: any text is a path or an error, and any document can be read', () => {
  const piece = fc.constantFrom(
    ...[
      '$',
      '.',
      '..',
      '*',
      '[',
      ']',
      '(',
      ')',
      '?',
      '@',
      "'a'",
      '"b"',
      'a',
      'b',
      '0',
      '-1',
      ':',
      ',',
      ' ',
      '&&',
      '||',
    ],
    ...['==', '<', '=~', '/a/', '!', 'in', 'length()', 'sum(1)', '[?(@.a)]', '[*]', '..a', '[0]', '\\', "['a','b']"],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.jsonValue(), (pieces, document) => {
      try {
        compilePath(`$${pieces.join('')}`).read(document);
      } catch (error) {
        assert.ok(error instanceof JsonPathError, `${pieces.join('')}: ${error}`);
      }
    }),
    { numRuns: 10_000 },
  );
});
