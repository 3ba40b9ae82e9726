import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkRequestMapping,
  isReservedHeader,
  type MappingSource,
  mappingSourcesOf,
  mappingTargetOf,
} from './parameter-mappings.ts';

const values: readonly { value: string; side?: 'response'; parts: readonly MappingSource[] | undefined }[] = [
  { value: 'text', parts: [{ from: 'constant', text: 'text' }] },
  { value: '', parts: [{ from: 'constant', text: '' }] },
  { value: 'cost: $5', parts: [{ from: 'constant', text: 'cost: $5' }] },
  { value: '$request.header.X-Id', parts: [{ from: 'header', name: 'X-Id' }] },
  { value: '$request.querystring.q', parts: [{ from: 'querystring', name: 'q' }] },
  { value: '$request.body', parts: [{ from: 'body', path: '' }] },
  { value: '$request.body.a.b', parts: [{ from: 'body', path: 'a.b' }] },
  { value: '$request.body[0].a', parts: [{ from: 'body', path: '[0].a' }] },
  { value: '$request.path', parts: [{ from: 'path' }] },
  { value: '$request.path.id', parts: [{ from: 'pathParameter', name: 'id' }] },
  { value: '$context.authorizer.claims.sub', parts: [{ from: 'context', name: 'authorizer.claims.sub' }] },
  { value: '$stageVariables.v', parts: [{ from: 'stageVariable', name: 'v' }] },
  {
    value: `\${request.path.id}-\${context.requestId}!`,
    parts: [
      { from: 'pathParameter', name: 'id' },
      { from: 'constant', text: '-' },
      { from: 'context', name: 'requestId' },
      { from: 'constant', text: '!' },
    ],
  },
  { value: '$response.header.etag', side: 'response', parts: [{ from: 'header', name: 'etag' }] },
  { value: '$response.body.a', side: 'response', parts: [{ from: 'body', path: 'a' }] },
  { value: '$request.cookie.a', parts: undefined },
  { value: '$response.header.etag', parts: undefined },
  { value: '$request.header.a', side: 'response', parts: undefined },
  { value: '$response.path', side: 'response', parts: undefined },
  { value: '$request.header', parts: undefined },
  { value: '$request.body..a', parts: undefined },
  { value: '$request.body.a[?(@.b)]', parts: undefined },
  { value: '$nonsense', parts: undefined },
  { value: `a\${nonsense}`, parts: undefined },
];

for (const { value, side = 'request', parts } of values)
  test(`'${value}' of a ${side} is ${parts === undefined ? 'no value' : `${parts.length} part(s)`}`, () =>
    assert.deepEqual(mappingSourcesOf(value, side), parts));

const targets: readonly { key: string; request?: unknown; response?: unknown }[] = [
  {
    key: 'append:header.x',
    request: { in: 'header', action: 'append', name: 'x' },
    response: { in: 'header', action: 'append', name: 'x' },
  },
  { key: 'remove:querystring.a.b', request: { in: 'querystring', action: 'remove', name: 'a.b' } },
  { key: 'overwrite:path', request: { in: 'path', action: 'overwrite' } },
  { key: 'overwrite:statuscode', response: { in: 'statuscode', action: 'overwrite' } },
  { key: 'append:path' },
  { key: 'append:statuscode' },
  { key: 'overwrite:header.' },
  { key: 'overwrite:header.a b' },
  { key: 'replace:header.a' },
  { key: 'Append:header.a' },
  { key: '__proto__' },
];

for (const { key, request, response } of targets)
  test(`'${key}' changes ${request ? 'requests' : 'no requests'} and ${response ? 'responses' : 'no responses'}`, () => {
    assert.deepEqual(mappingTargetOf(key, 'request'), request);
    assert.deepEqual(mappingTargetOf(key, 'response'), response);
  });

for (const name of ['Authorization', 'X-Amz-Date', 'x-amzn-x', 'access-control-allow-origin', 'TE', 'Via', 'apigw-id'])
  test(`header ${name} is reserved`, () => assert.equal(isReservedHeader(name), true));
for (const name of ['Host', 'x-forwarded-for-me', 'tea', 'x-am', 'accept'])
  test(`header ${name} may be mapped`, () => assert.equal(isReservedHeader(name), false));

test('all faults of a mapping are told at once', () =>
  assert.throws(() => checkRequestMapping({ 'header.a': 'x', 'remove:header.b': 'y', 'append:header.c': '$c' }), {
    message:
      "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid Request Actioned Parameter destination specified: header.a, Invalid Request Actioned Parameter value specified: y. It must be '', Invalid mapping expression specified: $c]",
  }));
