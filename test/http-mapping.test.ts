/** HTTP APIs: parameter mapping of requests and answers, over real sockets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiIntegration } from '../src/definition/api.ts';
import { callHttp, httpGate } from './http-gate.ts';
import { deployedHttpStage, httpApi } from './http-stage.ts';
import { type Answer, Backend, type Call, echoed, headerIn } from './running-gate.ts';

type Mapping = Pick<ApiIntegration, 'requestParameters' | 'responseParameters'>;

async function mapped(
  mapping: Mapping,
  target: string,
  call: Call = {},
  answer?: { status: number; body: string },
): Promise<Answer> {
  await using backend =
    answer === undefined
      ? await Backend.echo()
      : await Backend.start((received, response) => {
          received.resume();
          response.writeHead(answer.status, {
            'x-backend': 'yes',
            'x-two': ['a', 'b'],
            'content-type': 'application/json',
          });
          response.end(answer.body);
        });
  const api = httpApi({
    'ANY /pets/{id}': { to: { integrationUri: `${backend.url}/base/{id}`, ...mapping } },
  });
  await using gate = await httpGate([deployedHttpStage(api, { stageVariables: { env: 'prod' } })]);
  return await callHttp(gate, target, call);
}

for (const { why, mapping, target = '/pets/7', call, expect } of [
  {
    why: 'headers are appended, overwritten and removed',
    mapping: {
      'append:header.X-New': '$context.stage',
      'append:header.X-Old': '$stageVariables.env',
      'overwrite:header.X-Over': '$request.path.id',
      'remove:header.X-Gone': "''",
    },
    call: { headers: { 'x-old': 'a', 'x-over': ['1', '2'], 'x-gone': 'x' } },
    expect: { 'x-new': '$default', 'x-old': 'a,prod', 'x-over': '7', 'x-gone': undefined },
  },
  {
    why: 'a header is renamed',
    mapping: { 'append:header.to': '$request.header.From', 'remove:header.from': "''" },
    call: { headers: { from: 'v' } },
    expect: { to: 'v', from: undefined },
  },
  {
    why: 'a source without a value changes nothing',
    mapping: { 'append:header.x-new': '$request.header.none', 'overwrite:header.x-old': '$request.querystring.none' },
    call: { headers: { 'x-old': 'a' } },
    expect: { 'x-new': undefined, 'x-old': 'a' },
  },
  {
    why: 'the Host header may be set',
    mapping: { 'overwrite:header.Host': 'internal.example' },
    expect: { host: 'internal.example' },
  },
  {
    why: 'text with several variables',
    mapping: {
      'append:header.x-all': `\${request.method} \${request.path.id} \${context.httpMethod} \${stageVariables.env}`,
    },
    expect: { 'x-all': `\${request.method} 7 GET prod` },
  },
  {
    why: 'values of the body',
    mapping: { 'append:header.x-name': '$request.body.pet.name', 'append:header.x-tags': '$request.body.pet.tags' },
    call: { method: 'POST', body: '{"pet":{"name":"Ünï ☂","tags":[1,2]}}' },
    expect: { 'x-name': Buffer.from('Ünï ☂').toString('latin1'), 'x-tags': '[1,2]' },
  },
  {
    why: 'a body that is no JSON has no values',
    mapping: { 'append:header.x-name': '$request.body.pet.name', 'append:header.x-all': '$request.body' },
    call: { method: 'POST', body: 'plain' },
    expect: { 'x-name': undefined, 'x-all': 'plain' },
  },
  {
    why: 'the query is changed and the rest left as it was sent',
    mapping: {
      'append:querystring.new': 'a b&c',
      'overwrite:querystring.page': '1',
      'remove:querystring.secret': "''",
      'append:querystring.keep': 'too',
    },
    target: '/pets/7?keep=%7E&page=9&secret=x&page=8&s%65cret=y',
    expect: { target: '/base/7?keep=%7E&page=1&new=a%20b%26c&keep=too' },
  },
  {
    why: 'the path is replaced, the query kept',
    mapping: { 'overwrite:path': `/v2/\${request.path.id}/\${stageVariables.env}` },
    target: '/pets/a%20b?x=1',
    expect: { target: '/v2/a%20b/prod?x=1' },
  },
  {
    why: "the path of the request is put in place of the URI's",
    mapping: { 'overwrite:path': '$request.path' },
    expect: { target: '/pets/7' },
  },
  {
    why: 'a path can not smuggle a query or another request',
    mapping: { 'overwrite:path': '$request.querystring.p' },
    target: `/pets/7?p=${encodeURIComponent('x?y#z HTTP/1.1\r\nX: 1')}`,
    expect: { target: '/x%3Fy%23z%20HTTP/1.1%0D%0AX:%201?p=x%3Fy%23z%20HTTP%2F1.1%0D%0AX%3A%201' },
  },
  {
    why: 'context variables',
    mapping: { 'append:header.x-ip': '$context.identity.sourceIp', 'append:header.x-route': '$context.routeKey' },
    expect: { 'x-ip': '127.0.0.1', 'x-route': 'ANY /pets/{id}' },
  },
] satisfies {
  why: string;
  mapping: Readonly<Record<string, string>>;
  target?: string;
  call?: Call;
  expect: Record<string, string | undefined>;
}[])
  test(`request mapping: ${why}`, async () => {
    const seen = echoed(await mapped({ requestParameters: mapping }, target, call));
    const { target: path, ...headers } = expect as Record<string, string | undefined>;
    if (path !== undefined) assert.equal(seen.target, path);
    for (const [name, value] of Object.entries(headers)) assert.equal(headerIn(seen.headers, name), value, name);
    assert.equal(
      seen.body,
      Buffer.from(call !== undefined && 'body' in call ? (call.body ?? '') : '').toString('latin1'),
    );
  });

test('request mapping: a header that would end its line is refused', async () => {
  const target = `/pets/7?v=${encodeURIComponent('a\r\nX-Evil: 1')}`;
  const answer = await mapped({ requestParameters: { 'append:header.x': '$request.querystring.v' } }, target);
  assert.equal(answer.status, 500);
});

for (const { why, status = 200, mapping, expect, sent } of [
  {
    why: 'headers of an answer',
    mapping: {
      200: {
        'append:header.x-new': '$response.header.X-Backend',
        'append:header.x-two': 'c',
        'overwrite:header.content-type': 'text/plain',
        'remove:header.x-backend': "''",
      },
    },
    expect: { 'x-new': 'yes', 'x-two': 'a, b,c', 'content-type': 'text/plain', 'x-backend': undefined },
  },
  {
    why: 'the status and headers by the status of the integration',
    status: 500,
    mapping: {
      500: { 'overwrite:statuscode': '403', 'append:header.x-id': '$context.integrationStatus' },
      403: { 'append:header.x-wrong': '1' },
    },
    expect: { 'x-id': '500', 'x-wrong': undefined },
    sent: 403,
  },
  {
    why: 'other statuses are left alone',
    status: 404,
    mapping: { 500: { 'overwrite:statuscode': '403' } },
    expect: { 'x-backend': 'yes' },
  },
  {
    why: 'values of the body',
    mapping: { 200: { 'append:header.x-code': '$response.body.error.code', 'overwrite:statuscode': '2$response' } },
    expect: {},
    sent: 500,
  },
  {
    why: 'the status from the body',
    mapping: { 200: { 'overwrite:statuscode': `4\${response.body.error.code}` } },
    expect: { 'x-backend': 'yes' },
    sent: 442,
  },
] satisfies {
  why: string;
  status?: number;
  mapping: Readonly<Record<string, Readonly<Record<string, string>>>>;
  expect: Record<string, string | undefined>;
  sent?: number;
}[])
  test(`response mapping: ${why}`, async () => {
    const body = '{"error":{"code":42},"list":[1]}';
    const answer = await mapped({ responseParameters: mapping }, '/pets/7', {}, { status, body });
    assert.equal(answer.status, sent ?? status);
    for (const [name, value] of Object.entries(expect)) assert.equal(answer.headers[name], value, name);
    if (answer.status !== 500) assert.equal(answer.text, body);
  });

for (const { why, path, target, sent } of [
  {
    why: 'escapes of a value are kept apart from those of a path',
    path: `/v2/\${request.path.id}`,
    target: '/pets/a%2520b',
    sent: '/v2/a%2520b',
  },
  { why: 'a percent sign stays one', path: `/v2/\${request.path.id}`, target: '/pets/100%25', sent: '/v2/100%25' },
  {
    why: 'escaped dots stay escaped',
    path: `/v2/\${request.path.id}/admin`,
    target: '/pets/%252e%252e',
    sent: '/v2/%252e%252e/admin',
  },
  {
    why: 'the whole path as it is meant',
    path: '$request.path',
    target: '/pets/caf%C3%A9%3Fx',
    sent: '/pets/caf%C3%A9%3Fx',
  },
  { why: 'what the owner has escaped stays', path: `/v%202/\${request.path.id}`, target: '/pets/7', sent: '/v%202/7' },
])
  test(`a mapped path: ${why}`, async () => {
    const answer = await mapped({ requestParameters: { 'overwrite:path': path } }, target);
    assert.deepEqual([answer.status, echoed(answer).target], [200, sent]);
  });

test('a mapped path that climbs by a value of the client is refused', async () => {
  const mapping = { requestParameters: { 'overwrite:path': `/public/\${request.querystring.f}` } };
  for (const value of ['../admin', 'a/../../admin', '..', '.'])
    assert.equal((await mapped(mapping, `/pets/7?f=${encodeURIComponent(value)}`)).status, 400, value);
});
