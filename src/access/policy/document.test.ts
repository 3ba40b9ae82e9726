import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressRange } from './address-range.ts';
import { type AccessRequest, Policy, type PolicyKind, PolicySyntaxError } from './document.ts';
import { Glob } from './glob.ts';
import { naming } from './principal.ts';
import { RequestContext } from './request-context.ts';

const allowAll = { Effect: 'Allow', Action: '*', Resource: '*' };
const faults: readonly { when: string; kind?: PolicyKind; document: unknown; element: string }[] = [
  { when: 'text that is no JSON', document: '{"Version":', element: '' },
  { when: 'a list', document: [], element: '' },
  { when: 'an unknown version', document: { Version: '2020-01-01', Statement: [] }, element: 'Version' },
  { when: 'no statements', document: { Version: '2012-10-17' }, element: 'Statement' },
  { when: 'an element in the wrong case', document: { statement: [] }, element: 'statement' },
  {
    when: 'an element that is none',
    document: { Statement: { ...allowAll, Ressource: '*' } },
    element: 'Statement[0].Ressource',
  },
  {
    when: 'an effect that is none',
    document: { Statement: { ...allowAll, Effect: 'allow' } },
    element: 'Statement[0].Effect',
  },
  { when: 'no action', document: { Statement: { Effect: 'Allow', Resource: '*' } }, element: 'Statement[0]' },
  {
    when: 'an action and its opposite',
    document: { Statement: { ...allowAll, NotAction: 'a:b' } },
    element: 'Statement[0]',
  },
  {
    when: 'an action without a service',
    document: { Statement: { ...allowAll, Action: 'Invoke' } },
    element: 'Statement[0].Action',
  },
  {
    when: 'an empty list',
    document: { Statement: { ...allowAll, Resource: [] } },
    element: 'Statement[0].Resource',
  },
  {
    when: 'a number for a resource',
    document: { Statement: { ...allowAll, Resource: 7 } },
    element: 'Statement[0].Resource',
  },
  {
    when: 'an operator that is none',
    document: { Statement: { ...allowAll, Condition: { StringEqual: { a: 'b' } } } },
    element: 'Statement[0].Condition.StringEqual',
  },
  {
    when: 'an operator that objects inherit',
    document: { Statement: { ...allowAll, Condition: { constructor: { a: 'b' } } } },
    element: 'Statement[0].Condition.constructor',
  },
  {
    when: 'a condition on null',
    document: { Statement: { ...allowAll, Condition: { StringEquals: { a: null } } } },
    element: 'Statement[0].Condition.StringEquals.a',
  },
  {
    when: 'a principal in an identity policy',
    kind: 'identity',
    document: { Statement: { ...allowAll, Principal: '*' } },
    element: 'Statement[0]',
  },
  {
    when: 'no principal in a resource policy',
    kind: 'resource',
    document: { Statement: allowAll },
    element: 'Statement[0]',
  },
  {
    when: 'a kind of principal that is none',
    kind: 'resource',
    document: { Statement: { ...allowAll, Principal: { Aws: '*' } } },
    element: 'Statement[0].Principal.Aws',
  },
  {
    when: 'a resource in a trust policy',
    kind: 'trust',
    document: { Statement: { ...allowAll, Principal: '*' } },
    element: 'Statement[0].Resource',
  },
];
for (const { when, kind = 'any', document, element } of faults)
  test(`a policy is refused: ${when}`, () => {
    assert.throws(
      () => new Policy(document, kind),
      (error) => error instanceof PolicySyntaxError && error.element === element,
    );
  });

for (const { pattern, matching, others } of [
  { pattern: '*', matching: ['', 'a', 'a:b/c'], others: [] },
  { pattern: 'a*c', matching: ['ac', 'abc', 'a/b:c'], others: ['ab', 'xac', 'acx'] },
  { pattern: '?', matching: ['a'], others: ['', 'ab'] },
  { pattern: 'a?*', matching: ['ab', 'abc'], others: ['a'] },
  { pattern: '**a**', matching: ['a', 'xax'], others: ['', 'x'] },
])
  test(`wildcards: ${pattern}`, () => {
    const glob = new Glob(pattern);
    for (const text of matching) assert.equal(glob.matches(text), true, text);
    for (const text of others) assert.equal(glob.matches(text), false, text);
  });

test('wildcards: a hostile text does not take long', () => {
  const startedMs = performance.now();
  assert.equal(new Glob('*a'.repeat(50)).matches(`${'a'.repeat(20_000)}b`), false);
  assert.ok(performance.now() - startedMs < 1_000);
});

const invoke = (resource: string): AccessRequest => ({
  action: 'execute-api:Invoke',
  resource,
  context: RequestContext.empty,
});
for (const { pattern, resource, expect } of [
  { pattern: 'arn:aws:execute-api:*', resource: 'arn:aws:execute-api:us-east-1:1:a/prod/GET/pets', expect: true },
  { pattern: 'arn:aws:execute-api:us-east-1', resource: 'arn:aws:execute-api:us-east-1:1:a/prod', expect: false },
  { pattern: 'arn:aws:execute-api:*:*:a/prod/*', resource: 'arn:aws:execute-api:r:1:a/prod/GET/x:y', expect: true },
  { pattern: 'arn:aws:execute-api:*:*:b/prod/*', resource: 'arn:aws:execute-api:r:1:a/prod/GET/x:y', expect: false },
])
  test(`the resource ${pattern} ${expect ? 'covers' : 'does not cover'} ${resource}`, () => {
    const policy = new Policy(
      { Statement: { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: pattern } },
      'any',
    );
    assert.equal(policy.judge(invoke(resource), null).allowed !== naming.none, expect);
  });

for (const { range, inside, outside } of [
  { range: '10.0.0.0/8', inside: ['10.1.2.3', '::ffff:10.1.2.3'], outside: ['11.0.0.1', '::1', 'nonsense'] },
  { range: '0.0.0.0/0', inside: ['255.255.255.255'], outside: ['::'] },
  { range: '::/0', inside: ['::1', 'fe80::1'], outside: ['1.2.3.4'] },
  { range: '1:2:3:4:5:6:7:8', inside: ['1:2:3:4:5:6:7:8'], outside: ['1:2:3:4:5:6:7:9', '1:2:3:4:5:6:7', '1::2::3'] },
  { range: '10.0.0.0/33', inside: [], outside: ['10.0.0.0'] },
  { range: '10.0.0.256', inside: [], outside: ['10.0.0.256'] },
])
  test(`addresses in ${range}`, () => {
    const addresses = new AddressRange(range);
    for (const address of inside) assert.equal(addresses.contains(address), true, address);
    for (const address of outside) assert.equal(addresses.contains(address), false, address);
  });
