import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
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

test('names are compared as their lower case is', () => {
  const name = fc.string({ unit: fc.constantFrom(..."!#$%&'*+-.^_`|~09AZaz[]{}@"), maxLength: 3 });
  fc.assert(
    fc.property(name, name, (a, b) => assert.equal(isField(a, b.toLowerCase()), a.toLowerCase() === b.toLowerCase())),
  );
});
