import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShared, withoutShared } from '../../../test/shared.ts';
import { mockStatusOf } from './mock-status.ts';

interface Vector {
  readonly id: string;
  readonly renderedRequestTemplate?: string;
  readonly expect: { readonly status: number };
}
const recorded = readShared('vectors/rest/mock-integration.json') as
  | { readonly vectors: readonly Vector[] }
  | undefined;
for (const { id, renderedRequestTemplate, expect } of recorded?.vectors ?? [])
  if (renderedRequestTemplate !== undefined)
    test(`status of a mock: ${id}: ${renderedRequestTemplate}`, { skip: withoutShared }, () =>
      assert.equal(mockStatusOf(renderedRequestTemplate), expect.status === 500 ? null : expect.status),
    );

for (const { text, status } of [
  { text: ' \n{\n  "statusCode": 201\n}\n', status: 201 },
  { text: '{"statusCode": "404"}', status: 404 },
  { text: '{"message": {"statusCode": 500, "x": "}"}, "statusCode": 200}', status: 200 },
  { text: '{"a": ["}", \'{\'], statusCode: 200}', status: 200 },
  { text: '{"statusCode": 200} and more', status: 200 },
  { text: '{"statusCode": 20}', status: null },
  { text: '{"statusCode": 2000}', status: null },
  { text: '{"statusCode": null}', status: null },
  { text: '{"statuscode": 200}', status: null },
  { text: '{}', status: null },
  { text: '', status: null },
  { text: '{', status: null },
  { text: '{"statusCode": 200', status: null },
  { text: '{"statusCode', status: null },
])
  test(`status of a mock: ${JSON.stringify(text)} is ${status}`, () => assert.equal(mockStatusOf(text), status));
