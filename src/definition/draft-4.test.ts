import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDraft4 } from './draft-4.ts';

for (const { schema, valid } of [
  { schema: {}, valid: true },
  { schema: { type: 'object', properties: { a: { $ref: 'x' } }, required: ['a'], example: 1 }, valid: true },
  { schema: { type: ['string', 'null'], enum: ['a', null] }, valid: true },
  { schema: { minimum: 0, exclusiveMinimum: true }, valid: true },
  { schema: { items: [{}, { type: 'string' }], additionalItems: false }, valid: true },
  { schema: { dependencies: { a: ['b'], c: { type: 'object' } } }, valid: true },
  { schema: { constructor: 7, __proto__: 7 }, valid: true },
  { schema: 7, valid: false },
  { schema: [], valid: false },
  { schema: { type: 'pet' }, valid: false },
  { schema: { type: [] }, valid: false },
  { schema: { type: ['string', 'string'] }, valid: false },
  { schema: { required: [] }, valid: false },
  { schema: { required: ['a', 'a'] }, valid: false },
  { schema: { properties: { required: true } }, valid: false },
  { schema: { enum: [] }, valid: false },
  { schema: { enum: [{ a: 1 }, { a: 1 }] }, valid: false },
  { schema: { exclusiveMinimum: true }, valid: false },
  { schema: { minimum: 0, exclusiveMinimum: 3 }, valid: false },
  { schema: { minLength: -1 }, valid: false },
  { schema: { maxItems: 1.5 }, valid: false },
  { schema: { multipleOf: 0 }, valid: false },
  { schema: { allOf: [] }, valid: false },
  { schema: { not: { not: { type: 7 } } }, valid: false },
])
  test(`draft 4: ${JSON.stringify(schema)} is ${valid ? 'a' : 'no'} schema`, () =>
    assert.equal(isDraft4(schema), valid));
