import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isField } from './field-name.ts';

for (const { name, lower, expect } of [
  { name: 'Host', lower: 'host', expect: true },
  { name: 'hOsT', lower: 'host', expect: true },
  { name: 'hosts', lower: 'host', expect: false },
  { name: 'x-a', lower: 'x_a', expect: false },
  { name: 'X-A[', lower: 'x-a{', expect: false },
  { name: '', lower: '', expect: true },
])
  test(`the header ${JSON.stringify(name)} is ${expect ? '' : 'not '}${JSON.stringify(lower)}`, () => {
    assert.equal(isField(name, lower), expect);
  });
