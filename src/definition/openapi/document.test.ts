/** What can be read, and how much of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '../errors.ts';
import { readDocument, unreadable } from './index.ts';

const refusalOf = (source: Uint8Array | string, refusal?: string): ServiceError => {
  try {
    readDocument(source, refusal);
  } catch (error) {
    assert.ok(error instanceof ServiceError);
    assert.equal(error.code, 'BadRequestException');
    return error;
  }
  return assert.fail('the document was read');
};

const read: readonly (readonly [string, string, string])[] = [
  ['swagger 2.0', '{"swagger":"2.0"}', '2.0'],
  ['a version written as a number', 'swagger: 2.0', '2.0'],
  ['openapi 3.0', '{"openapi":"3.0.3"}', '3.0'],
  ['openapi 3.1', 'openapi: 3.1.0', '3.1'],
  ['JSON with a byte order mark', '\uFEFF{"openapi":"3.0.0"}', '3.0'],
  ['YAML in flow style', '{openapi: "3.0.0", }', '3.0'],
];
for (const [what, text, version] of read)
  test(`reading ${what}`, () => assert.equal(readDocument(Buffer.from(text)).version, version));

test('reading YAML: aliases, merge keys, keys that are numbers, words that are texts', () => {
  const { root } = readDocument(`
openapi: 3.0.0
base: &base { a: 1, b: 2 }
merged: { <<: *base, b: 3 }
list: &list [x]
again: *list
responses: { 200: ok, 1.0: x, true: y, ~: z }
country: NO
answer: on
`);
  assert.deepEqual(root.merged, { a: 1, b: 3 });
  assert.deepEqual(root.again, ['x']);
  assert.deepEqual(root.responses, { 200: 'ok', '1.0': 'x', true: 'y', '~': 'z' });
  assert.deepEqual([root.country, root.answer], ['NO', 'on']);
});

for (const [what, text, detail] of [
  [
    'YAML (recorded)',
    'test:\n    value:\n        - "value ... "escaped": $var, "dt": $(var +"%a")}"\n        ',
    /^line 3, column \d+: /,
  ],
  ['JSON (recorded)', "{'key:value}", /^line 1, column \d+: /],
  ['two documents', 'openapi: 3.0.0\n---\nopenapi: 3.0.0', /^line 2, column 1: /],
] as const)
  test(`text that is no ${what} gets AWS's answer, and says where`, () => {
    const { message, members } = refusalOf(text);
    assert.equal(message, 'Invalid OpenAPI input.');
    assert.match(String(members.detail), detail);
  });

test('an import of documentation is refused in words of its own', () => {
  assert.equal(
    refusalOf("{'key:value}", unreadable.documentation).message,
    'Unable to build importer with provided input.',
  );
});

test('bytes that are no UTF-8 are refused', () => {
  assert.match(String(refusalOf(Uint8Array.of(0xff, 0xfe, 0x7b)).members.detail), /not UTF-8/);
});

const bomb = (levels: number): string => {
  const lines = ['openapi: 3.0.0', 'a0: &a0 [x,x,x,x,x,x,x,x,x,x]'];
  for (let level = 1; level <= levels; level++)
    lines.push(
      `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(',')}]`,
    );
  return lines.join('\n');
};

for (const [what, text, says] of [
  ['neither 2.0 nor 3', '{"openapi":"4.0.0"}', "Version '4.0.0' of openapi is not supported"],
  ['of swagger 1.2', '{"swagger":"1.2"}', "Version '1.2' of swagger is not supported"],
  ['of no version', '{"paths":{}}', "The document has neither 'swagger' nor 'openapi'."],
  ['a list', '[]', 'The document is not an object.'],
  ['nothing', '', 'The document is not an object.'],
  ['larger than 6 MB', `{"openapi":"3.0.0","x":"${'y'.repeat(6 * 1024 * 1024)}"}`, 'at most 6291456 are read'],
  ['nested deeply in JSON', `{"openapi":"3.0.0","x":${'['.repeat(200)}${']'.repeat(200)}}`, 'nested deeper than 100'],
  ['nested deeply in YAML', `openapi: 3.0.0\nx: ${'['.repeat(200)}${']'.repeat(200)}`, 'nested deeper than 100'],
  ['nested beyond all stacks', `openapi: 3.0.0\nx: ${'['.repeat(100_000)}`, 'nested deeper than 100'],
  ['of too many values', `{"openapi":"3.0.0","x":[${'0,'.repeat(1_000_001)}0]}`, 'more than 1000000 values'],
  ['a bomb of aliases', bomb(9), 'more than 1000000 values'],
  ['an alias that contains itself', 'openapi: 3.0.0\na: &a [*a]', "Alias 'a' at line 2, column 8 contains itself."],
  ['an alias before its anchor', 'openapi: 3.0.0\na: *b\nb: &b 1', "There is no anchor 'b' before line 2, column 4."],
  ['a key that is a list', 'openapi: 3.0.0\n? [a]\n: b', 'The key at line 2, column 3 is not a text.'],
  ['a merge of a text', 'openapi: 3.0.0\n<<: x', 'The merge key at line 2, column 1 has no map to merge.'],
] as const)
  test(`a document is refused that is ${what}`, () => {
    const startedMs = performance.now();
    const { message } = refusalOf(text);
    assert.ok(message.startsWith('Invalid OpenAPI input.') || /no anchor|Unresolved alias/.test(message), message);
    assert.ok(message.includes(says), `${message} says ${says}`);
    assert.ok(performance.now() - startedMs < 5_000);
  });

test('many anchors and aliases are read in time', () => {
  const lines = ['openapi: 3.0.0'];
  for (let index = 0; index < 20_000; index++) lines.push(`k${index}: &k${index} v`, `l${index}: *k${index}`);
  const startedMs = performance.now();
  assert.equal(readDocument(lines.join('\n')).root.l19999, 'v');
  assert.ok(performance.now() - startedMs < 10_000, 'not with the square of the aliases');
});

test('keys of hostile documents are keys', () => {
  for (const text of ['{"openapi":"3.0.0","__proto__":{"x":1}}', 'openapi: 3.0.0\n__proto__: {x: 1}']) {
    const { root } = readDocument(text);
    assert.deepEqual(Object.keys(root), ['openapi', '__proto__']);
    assert.equal(Object.getPrototypeOf(root), Object.prototype);
  }
});
