/** HTTP_PROXY integrations: what the backend receives and what the client gets, over real sockets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployedStage, restApi } from './rest-stage.ts';
import { Backend, echoed, headerIn, RunningGate } from './running-gate.ts';

test('a request reaches the backend and its answer the client', async () => {
  await using backend = await Backend.echo();
  const api = restApi({
    '/{proxy+}': { ANY: { integration: { type: 'HTTP_PROXY', uri: `${backend.url}/base?from=uri` } } },
  });
  await using gate = await RunningGate.start([deployedStage(api)]);
  const answer = await gate.call('/prod/pets/7?a=1&a=%20b', {
    method: 'POST',
    headers: { 'X-Custom': 'kept', 'Content-Type': 'text/plain', Via: 'somebody' },
    body: 'the body',
  });
  assert.equal(answer.status, 200);
  const seen = echoed(answer);
  assert.deepEqual([seen.method, seen.target, seen.body], ['POST', '/base?from=uri&a=1&a=%20b', 'the body']);
  assert.equal(headerIn(seen.headers, 'x-custom'), 'kept');
  assert.equal(headerIn(seen.headers, 'host'), new URL(backend.url).host);
  assert.equal(headerIn(seen.headers, 'x-amzn-apigateway-api-id'), api.id);
  assert.equal(headerIn(seen.headers, 'x-forwarded-for'), '127.0.0.1');
  assert.match(headerIn(seen.headers, 'x-amzn-trace-id') ?? '', /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  assert.equal(headerIn(seen.headers, 'via'), undefined);
  assert.equal(answer.headers['x-backend'], 'echo');
  assert.match(String(answer.headers['x-amzn-requestid']), /^[0-9a-f-]{36}$/);
  assert.match(String(answer.headers['x-amz-apigw-id']), /^[\w-]{15}=$/);
  assert.equal(answer.headers['x-amzn-remapped-content-length'], String(answer.bytes.length));
  assert.equal(answer.headers['x-amzn-trace-id'], undefined);
});

test('an API is found by host, by path and by custom domain name', async () => {
  await using backend = await Backend.echo();
  const api = restApi({ '/pets': { GET: { integration: { type: 'HTTP_PROXY', uri: `${backend.url}/` } } } });
  await using gate = await RunningGate.start([deployedStage(api)]);
  gate.gate.mapDomain({
    domainName: 'api.example.com',
    mappings: [
      { basePath: '(none)', restApiId: api.id, stage: 'prod' },
      { basePath: 'v1', restApiId: api.id },
      { basePath: 'shop/v2', restApiId: api.id, stage: 'prod' },
      { basePath: 'shop', restApiId: 'unknown', stage: 'prod' },
    ],
  });
  gate.gate.mapDomain({
    domainName: '*.wild.example.com',
    mappings: [{ basePath: '(none)', restApiId: api.id, stage: 'prod' }],
  });
  for (const { host, target, status } of [
    { host: `${api.id}.execute-api.localhost:8080`, target: '/prod/pets', status: 200 },
    { host: `${api.id.toUpperCase()}.execute-api.us-east-1.amazonaws.com`, target: '//prod//pets/', status: 200 },
    { host: `${api.id}-vpce-0123.execute-api.us-east-1.amazonaws.com`, target: '/prod/pets', status: 200 },
    { host: 'localhost:8080', target: `/_api/${api.id}/prod/pets`, status: 200 },
    { host: 'api.example.com', target: '/pets', status: 200 },
    { host: 'API.example.com:443', target: '/v1/prod/pets?x', status: 200 },
    { host: 'api.example.com', target: '/shop/v2/pets', status: 200 },
    { host: 'x.wild.example.com', target: '/pets', status: 200 },
    { host: 'api.example.com', target: '/shop/pets', status: 403 },
    { host: 'api.example.com', target: '/v1pets', status: 403 },
    { host: 'wild.example.com', target: '/pets', status: 403 },
    { host: `${api.id}.execute-api.localhost`, target: '/test/pets', status: 403 },
    { host: `${api.id}.execute-api.localhost`, target: '/', status: 403 },
    { host: 'unknown.execute-api.localhost', target: '/prod/pets', status: 403 },
    { host: 'localhost', target: '/', status: 403 },
    { host: 'localhost', target: '/_api/__proto__/constructor', status: 403 },
  ])
    assert.equal((await gate.call(target, { host })).status, status, `${host} ${target}`);
});

test('a path or method that does not exist, and a stage that does not exist', async () => {
  await using gate = await RunningGate.start([deployedStage(restApi({ '/pets': { GET: {} } }))]);
  for (const target of ['/prod/dogs', '/prod']) {
    const answer = await gate.call(target);
    assert.deepEqual([answer.status, answer.text], [403, '{"message":"Missing Authentication Token"}']);
    assert.equal(answer.headers['x-amzn-errortype'], 'MissingAuthenticationTokenException');
  }
  const stageless = await gate.call('/dev/pets');
  assert.deepEqual([stageless.status, stageless.text], [403, '{"message":"Forbidden"}']);
  assert.equal(stageless.headers['x-amzn-errortype'], 'ForbiddenException');
});
