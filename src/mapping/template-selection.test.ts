import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShared, withoutShared } from '../../test/shared.ts';
import { compileRequestTemplates, compileResponseTemplates, type PassthroughBehavior } from './template-selection.ts';

interface Vector {
  readonly id: string;
  readonly passthroughBehavior: PassthroughBehavior;
  readonly requestTemplates: Readonly<Record<string, string>> | null;
  readonly request: { readonly headers: Readonly<Record<string, string>>; readonly body: string };
  readonly expect: { readonly status?: number; readonly integrationBody?: string };
}

test('template selection: bodies pass through as API Gateway lets them', { skip: withoutShared }, () => {
  const { vectors } = readShared('vectors/rest/passthrough.json') as { vectors: readonly Vector[] };
  assert.ok(vectors.length > 5);
  for (const { id, passthroughBehavior, requestTemplates, request, expect } of vectors) {
    const choose = compileRequestTemplates(requestTemplates ?? undefined, passthroughBehavior);
    const choice = choose(request.headers['Content-Type']);
    const got =
      choice === 'unsupported'
        ? { status: 415 }
        : { integrationBody: choice === 'passthrough' ? request.body : choice.template };
    const { status, integrationBody } = expect;
    assert.deepEqual(got, status === undefined ? { integrationBody } : { status }, id);
  }
});

// The tables of the developer guide.
for (const [type, behavior, templates, expected] of [
  [undefined, 'WHEN_NO_TEMPLATES', { 'application/json': 'T' }, 'T'],
  ['application/json', 'NEVER', { 'application/json': 'T' }, 'T'],
  ['application/xml', 'WHEN_NO_MATCH', { 'application/json': 'T' }, 'passthrough'],
  ['application/xml', 'WHEN_NO_TEMPLATES', { 'application/json': 'T' }, 'unsupported'],
  ['application/xml', 'NEVER', { 'application/json': 'T' }, 'unsupported'],
  [undefined, 'WHEN_NO_MATCH', { 'application/xml': 'T' }, 'passthrough'],
  [undefined, 'WHEN_NO_TEMPLATES', { 'application/xml': 'T' }, 'unsupported'],
  ['application/xml', 'NEVER', { 'application/xml': 'T' }, 'T'],
  ['text/plain', 'WHEN_NO_TEMPLATES', {}, 'passthrough'],
  ['text/plain', 'NEVER', {}, 'unsupported'],
  ['Application/JSON; charset=utf-8', 'NEVER', { 'application/json': 'T' }, 'T'],
  ['application/json; v=2', 'NEVER', { 'application/json': 'T', 'application/json; v=2': 'U' }, 'U'],
  ['text/plain', 'NEVER', { $default: 'D' }, 'D'],
] as const)
  test(`template selection: ${type} with ${behavior} and ${Object.keys(templates)} gives ${expected}`, () => {
    const choice = compileRequestTemplates<string>(templates, behavior)(type);
    assert.equal(typeof choice === 'string' ? choice : choice.template, expected);
  });

for (const [accept, templates, expected] of [
  [undefined, { 'application/xml': 'X', 'application/json': 'J' }, 'application/json'],
  ['application/xml', { 'application/xml': 'X', 'application/json': 'J' }, 'application/xml'],
  ['text/html, application/xml;q=0.9', { 'application/xml': 'X', 'application/json': 'J' }, 'application/xml'],
  ['*/*', { 'text/plain': 'X', 'text/html': 'J' }, 'text/plain'],
  ['application/xml', { 'text/html': 'J' }, 'text/html'],
  [undefined, {}, undefined],
] as const)
  test(`template selection: an answer to Accept ${accept} comes from ${expected}`, () =>
    assert.equal(compileResponseTemplates<string>(templates)(accept)?.contentType, expected));
