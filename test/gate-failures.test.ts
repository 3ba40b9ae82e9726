/** What clients are told, and the log says, when a backend fails or a request asks too much. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { Integration } from '../src/definition/rest-api.ts';
import { deployedStage, restApi } from './rest-stage.ts';
import { type Answer, Backend, RunningGate } from './running-gate.ts';

const internal = '{"message": "Internal server error"}';

/** Calls a method with this integration once. */
async function calling(integration: Partial<Integration>): Promise<{ readonly answer: Answer; readonly log: string }> {
  await using gate = await RunningGate.start([deployedStage(restApi({ '/': { GET: { integration } } }))]);
  const answer = await gate.call('/prod');
  return { answer, log: gate.log.text };
}

test('a backend that is too slow: 504 after the integration timeout', async () => {
  await using backend = await Backend.start(() => {});
  const { answer, log } = await calling({ type: 'HTTP_PROXY', uri: backend.url, timeoutInMillis: 50 });
  assert.deepEqual([answer.status, answer.text], [504, '{"message": "Endpoint request timed out"}']);
  assert.equal(answer.headers['x-amzn-errortype'], 'InternalServerErrorException');
  assert.match(log, /the backend did not answer in time.*no answer within 50 ms/);
});

test('a backend whose name does not resolve: 500', async () => {
  const { answer, log } = await calling({ type: 'HTTP_PROXY', uri: 'http://nowhere.invalid/' });
  assert.deepEqual([answer.status, answer.text], [500, internal]);
  assert.match(log, /can not be served as it is configured.*Invalid endpoint address.*nowhere\.invalid/);
});

test('a backend where nobody listens: 504', async () => {
  const backend = await Backend.start(() => {});
  const { url } = backend;
  await backend[Symbol.asyncDispose]();
  const { answer, log } = await calling({ type: 'HTTP_PROXY', uri: url });
  assert.deepEqual([answer.status, answer.text], [504, '{"message": "Network error communicating with endpoint"}']);
  assert.match(log, /ECONNREFUSED/);
});

for (const { when, method, reason } of [
  { when: 'authorization that is not available', method: { authorizationType: 'AWS_IAM' }, reason: /AWS_IAM/ },
  { when: 'a custom authorizer', method: { authorizationType: 'CUSTOM', authorizerId: 'x' }, reason: /CUSTOM/ },
  { when: 'an API key', method: { apiKeyRequired: true }, reason: /API keys/ },
])
  test(`a method that needs ${when} lets nobody through`, async () => {
    await using backend = await Backend.echo();
    const wish = { ...method, integration: { type: 'HTTP_PROXY', uri: backend.url } } as const;
    await using gate = await RunningGate.start([deployedStage(restApi({ '/': { GET: wish } }))]);
    const answer = await gate.call('/prod');
    assert.deepEqual([answer.status, answer.text], [500, internal]);
    assert.match(gate.log.text, reason);
    assert.equal(backend.requests.length, 0);
  });

test('headers and addresses beyond the limits are refused', async () => {
  await using backend = await Backend.echo();
  const api = restApi({ '/': { GET: { integration: { type: 'HTTP_PROXY', uri: backend.url } } } });
  await using gate = await RunningGate.start([deployedStage(api)]);
  assert.equal((await gate.call(`/prod?${'x'.repeat(11_000)}`)).status, 414);
  assert.equal((await gate.call('/prod', { headers: { 'x-a': 'x'.repeat(10_300) } })).status, 431);
  assert.equal((await gate.call('/prod', { headers: { 'x-a': 'x'.repeat(70_000) } })).status, 431);
  assert.equal((await gate.call('/prod', { headers: { 'x-a': 'x'.repeat(9_000) } })).status, 200);
});

for (const { when, bytes, expect } of [
  { when: 'no HTTP at all', bytes: 'hello\r\n\r\n', expect: /^HTTP\/1\.1 400 / },
  {
    when: 'both lengths',
    bytes: 'POST /prod HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n',
    expect: /^HTTP\/1\.1 400 /,
  },
  { when: 'a space before the colon', bytes: 'GET /prod HTTP/1.1\r\nHost : x\r\n\r\n', expect: /^HTTP\/1\.1 400 / },
  { when: 'no Host', bytes: 'GET /prod HTTP/1.1\r\n\r\n', expect: /^HTTP\/1\.1 400 / },
  {
    when: 'bytes that are no UTF-8',
    bytes: 'GET /prod/\xff\xfe HTTP/1.1\r\nHost: a1b2c3d4e5.execute-api.x\r\nConnection: close\r\n\r\n',
    expect: /^HTTP\/1\.1 40[03] /,
  },
  {
    when: 'percent-encoded bytes that are no UTF-8',
    bytes: 'GET /prod/%ff%fe?%ff=%zz HTTP/1.1\r\nHost: a1b2c3d4e5.execute-api.x\r\nConnection: close\r\n\r\n',
    expect: /^HTTP\/1\.1 200 /,
  },
  {
    when: 'the absolute form',
    bytes:
      'GET http://a1b2c3d4e5.execute-api.x/prod/a HTTP/1.1\r\nHost: a1b2c3d4e5.execute-api.x\r\nConnection: close\r\n\r\n',
    expect: /^HTTP\/1\.1 200 /,
  },
  {
    when: 'the asterisk form',
    bytes: 'OPTIONS * HTTP/1.1\r\nHost: a1b2c3d4e5.execute-api.x\r\nConnection: close\r\n\r\n',
    expect: /^HTTP\/1\.1 403 /,
  },
])
  test(`a client that sends ${when} gets an answer, and others after it too`, async () => {
    await using backend = await Backend.echo();
    const api = restApi({ '/{proxy+}': { GET: { integration: { type: 'HTTP_PROXY', uri: backend.url } } } });
    await using gate = await RunningGate.start([deployedStage(api)]);
    const socket = connect(gate.listener.port, '127.0.0.1');
    socket.write(bytes, 'latin1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    await once(socket, 'close');
    assert.match(text, expect);
    assert.equal((await gate.call('/prod/x')).status, 200);
  });

test('two requests in one write are answered in order', async () => {
  await using backend = await Backend.echo();
  const api = restApi({ '/{proxy+}': { ANY: { integration: { type: 'HTTP_PROXY', uri: backend.url } } } });
  await using gate = await RunningGate.start([deployedStage(api)]);
  const socket = connect(gate.listener.port, '127.0.0.1');
  const host = `Host: ${api.id}.execute-api.x\r\n`;
  socket.write(
    `GET /prod/a?first HTTP/1.1\r\n${host}\r\nGET /prod/b?second HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
  );
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  await once(socket, 'close');
  assert.deepEqual(
    [...text.matchAll(/"target":"([^"]+)"/g)].map(([, target]) => target),
    ['/?first', '/?second'],
  );
});
