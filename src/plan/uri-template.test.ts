import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShared, withoutShared } from '../../test/shared.ts';
import { fillStageVariables, UriTemplate, uriText } from './uri-template.ts';

interface Vector {
  readonly id: string;
  readonly uri: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly expect: string;
}
const recorded = readShared('vectors/rest/uri-interpolation.json') as
  | { readonly vectors: readonly Vector[] }
  | undefined;
for (const { id, uri, stageVariables, pathParameters, expect } of recorded?.vectors ?? [])
  test(`uri of an integration: ${id}`, { skip: withoutShared }, () => {
    assert.equal(new UriTemplate(fillStageVariables(uri, stageVariables)).fill(pathParameters), expect);
  });

test('placeholders of greedy parameters are filled like others, inherited names never', () => {
  assert.equal(new UriTemplate('/{proxy+}/{constructor}').fill({ proxy: 'a/b' }), '/a/b/{constructor}');
  assert.equal(fillStageVariables(`\${stageVariables.constructor}`, {}), '');
});

for (const { value, part, expect } of [
  { value: 'a b/ü', part: 'path', expect: 'a%20b/%C3%BC' },
  { value: 'a%2Fb%', part: 'path', expect: 'a%2Fb%25' },
  { value: 'a?b#c', part: 'path', expect: 'a%3Fb%23c' },
  { value: 'a&b=c+d', part: 'query', expect: 'a%26b%3Dc%2Bd' },
  { value: '\r\n\ud800', part: 'path', expect: '%0D%0A%EF%BF%BD' },
] as const)
  test(`${JSON.stringify(value)} fits into a ${part} as ${expect}`, () => assert.equal(uriText(value, part), expect));
