/** HTTP APIs: routing and HTTP_PROXY integrations, over real sockets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callHttp, httpGate, httpHost } from './http-gate.ts';
import { deployedHttpStage, httpApi, httpApiId } from './http-stage.ts';
import { Backend, echoed, headerIn } from './running-gate.ts';

test('a request reaches the backend, and its answer the client', async () => {
  await using backend = await Backend.echo();
  const api = httpApi({ 'ANY /pets/{id}': { to: `${backend.url}/v1/{id}?from=uri` } });
  await using gate = await httpGate([deployedHttpStage(api)]);
  const answer = await callHttp(gate, '/pets/7?a=1&a=%20b', {
    method: 'POST',
    headers: {
      'X-Custom': 'kept',
      'Content-Type': 'text/plain',
      'X-Forwarded-For': '192.0.2.9',
      Connection: 'X-Mine, close',
      'X-Mine': 'dropped',
      TE: 'trailers',
    },
    body: 'the body',
  });
  assert.equal(answer.status, 200);
  const seen = echoed(answer);
  assert.deepEqual([seen.method, seen.target, seen.body], ['POST', '/v1/7?from=uri&a=1&a=%20b', 'the body']);
  assert.deepEqual(
    seen.headers.filter((_, i) => i % 2 === 0),
    ['host', 'forwarded', 'via', 'x-amzn-trace-id', 'x-custom', 'content-type', 'x-forwarded-for', 'Content-Length'],
  );
  assert.equal(headerIn(seen.headers, 'host'), new URL(backend.url).host);
  assert.equal(headerIn(seen.headers, 'forwarded'), `by=127.0.0.1;for=127.0.0.1;host=${httpHost};proto=http`);
  assert.equal(headerIn(seen.headers, 'via'), 'HTTP/1.1 AmazonAPIGateway');
  assert.match(headerIn(seen.headers, 'x-amzn-trace-id') ?? '', /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  assert.equal(answer.headers['x-backend'], 'echo');
  assert.match(String(answer.headers['apigw-requestid']), /^[\w-]{15}=$/);
  assert.equal(answer.headers['x-amzn-requestid'], undefined);
  assert.equal(answer.headers['content-length'], String(answer.bytes.length));
});

test('the client is told apart from what it says about others', async () => {
  await using backend = await Backend.echo();
  await using gate = await httpGate([deployedHttpStage(httpApi({ $default: { to: backend.url } }))]);
  const seen = echoed(
    await callHttp(gate, '/', {
      headers: {
        Forwarded: 'for=192.0.2.1',
        Via: '1.1 proxy',
        'X-Amzn-Trace-Id': 'Root=1-5e1b4151-5ac6c58f5e1b41515ac6c58f',
      },
    }),
  );
  assert.match(headerIn(seen.headers, 'forwarded') ?? '', /^for=192\.0\.2\.1, by=/);
  assert.equal(headerIn(seen.headers, 'via'), '1.1 proxy, HTTP/1.1 AmazonAPIGateway');
  assert.equal(headerIn(seen.headers, 'x-amzn-trace-id'), 'Root=1-5e1b4151-5ac6c58f5e1b41515ac6c58f');
});

test('which stage answers, and what path the backend sees', async () => {
  await using backend = await Backend.echo();
  const routes = {
    'GET /pets': { to: `${backend.url}/pets` },
    'ANY /files/{proxy+}': { to: `${backend.url}/base/{proxy}` },
    $default: { to: `${backend.url}/rest/` },
  };
  const api = httpApi(routes);
  await using gate = await httpGate([
    deployedHttpStage(api),
    deployedHttpStage(api, { stageName: 'dev', stageVariables: { x: 'dev' } }),
  ]);
  gate.gate.mapDomain({
    domainName: 'api.example.com',
    mappings: [
      { basePath: '(none)', restApiId: httpApiId, stage: '$default' },
      { basePath: 'orders/v1', restApiId: httpApiId, stage: 'dev' },
    ],
  });
  for (const { target, host, expect } of [
    { target: '/pets', expect: '/pets' },
    { target: '/pets/', expect: '/pets' },
    { target: '//pets', expect: '/pets' },
    { target: '/dev/pets', expect: '/pets' },
    { target: '/devil/pets', expect: '/rest/devil/pets' },
    { target: '/dev', expect: '/rest/' },
    { target: '/', expect: '/rest/' },
    { target: '/?a=1', expect: '/rest/?a=1' },
    { target: '/$default/pets', expect: '/rest/$default/pets' },
    { target: '/store/check%20out', expect: '/rest/store/check%20out' },
    { target: '/files/a/b%20c', expect: '/base/a/b%20c' },
    { target: '/files/a%2Fb', expect: '/base/a/b' },
    { target: '/files/100%25', expect: '/base/100%25' },
    { target: '/files/a%3Fb%23c', expect: '/base/a%3Fb%23c' },
    { target: '/files/%C3%A9', expect: '/base/%C3%A9' },
    { target: '/files/a/', expect: '/base/a/' },
    { target: '/p%65ts', expect: '/pets' },
    { host: 'localhost', target: `/_api/${httpApiId}/pets`, expect: '/pets' },
    { host: 'localhost', target: `/_api/${httpApiId}/dev/pets`, expect: '/pets' },
    { host: 'localhost', target: `/_api/${httpApiId}`, expect: '/rest/' },
    { host: 'localhost', target: `/_api/${httpApiId}/`, expect: '/rest/' },
    { host: 'api.example.com', target: '/pets', expect: '/pets' },
    { host: 'api.example.com', target: '/orders/v1/pets', expect: '/pets' },
    { host: 'api.example.com', target: '/orders/v10/pets', expect: '/rest/orders/v10/pets' },
    { host: 'api.example.com', target: '/orders/v1', expect: '/rest/' },
  ])
    assert.equal(
      echoed(await callHttp(gate, target, { host: host ?? httpHost })).target,
      expect,
      `${host ?? ''}${target}`,
    );
});

for (const { when, target, method = 'GET', status, message, disabled = false } of [
  { when: 'no route fits', target: '/cats', status: 404, message: 'Not Found' },
  { when: 'no route fits the method', target: '/pets', method: 'POST', status: 404, message: 'Not Found' },
  { when: 'HEAD has no route', target: '/pets', method: 'HEAD', status: 404, message: undefined },
  {
    when: 'OPTIONS has no route and there is no CORS',
    target: '/pets',
    method: 'OPTIONS',
    status: 404,
    message: 'Not Found',
  },
  { when: 'a method that routes know nothing of', target: '/any', method: 'TRACE', status: 404, message: 'Not Found' },
  { when: 'an escape that is none', target: '/pets%', status: 400, message: 'Bad Request' },
  { when: 'bytes that are no UTF-8', target: '/%FF', status: 400, message: 'Bad Request' },
  { when: 'a path that climbs', target: '/any/../pets', status: 400, message: 'Bad Request' },
  { when: 'a path that climbs in disguise', target: '/any/%2e%2e%2Fpets', status: 400, message: 'Bad Request' },
  { when: 'the endpoint is switched off', target: '/pets', status: 404, message: 'Not Found', disabled: true },
  { when: 'the route has no integration', target: '/none', status: 500, message: 'Internal Server Error' },
  { when: 'a URL beyond the limit', target: `/${'x'.repeat(10_241)}`, status: 414, message: 'Request URI too long' },
])
  test(`the gateway answers itself: ${when}`, async () => {
    await using backend = await Backend.echo();
    const api = httpApi({ 'GET /pets': { to: backend.url }, 'ANY /any': { to: backend.url }, 'GET /none': {} });
    await using gate = await httpGate([deployedHttpStage(api, {}, { disableExecuteApiEndpoint: disabled })]);
    const answer = await callHttp(gate, target, { method });
    assert.equal(answer.status, status);
    if (message !== undefined) assert.equal(answer.text, JSON.stringify({ message }));
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.match(String(answer.headers['apigw-requestid']), /^[\w-]{15}=$/);
    assert.equal(answer.headers['x-amzn-errortype'], undefined);
    assert.equal(backend.requests.length, 0);
  });

test('methods, stage variables and variables in a host name', async () => {
  await using backend = await Backend.echo();
  const { port } = new URL(backend.url);
  const api = httpApi({
    'POST /fixed': { to: { integrationUri: `${backend.url}/f`, integrationMethod: 'PUT' } },
    'GET /var': { to: `http://\${stageVariables.host}/\${stageVariables.path}?q=\${stageVariables.path}` },
    'GET /host/{name}': { to: `http://{name}:${port}/x` },
    'GET /literal': { to: `${backend.url}/{unknown}` },
    'GET /none': { to: `${backend.url}/a\${stageVariables.none}b` },
  });
  const stageVariables = { host: `127.0.0.1:${port}`, path: 'from-stage' };
  await using gate = await httpGate([deployedHttpStage(api, { stageVariables })]);
  const seen = async (target: string, method = 'GET'): Promise<string> => {
    const { method: sent, target: path } = echoed(await callHttp(gate, target, { method }));
    return `${sent} ${path}`;
  };
  assert.equal(await seen('/fixed', 'POST'), 'PUT /f');
  assert.equal(await seen('/var'), 'GET /from-stage?q=from-stage');
  assert.equal(await seen('/host/127.0.0.1'), 'GET /x');
  assert.equal(await seen('/literal'), 'GET /{unknown}');
  assert.equal(await seen('/none'), 'GET /ab');
  assert.equal((await callHttp(gate, '/host/evil%40127.0.0.1')).status, 500);
});

test('status, headers and cookies of the backend are its own', async () => {
  await using backend = await Backend.start((_received, response) => {
    response.writeHead(
      418,
      [
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['Server', 'mine'],
        ['Date', 'Tue, 15 Nov 1994 08:12:31 GMT'],
        ['X-Amzn-RequestId', 'theirs'],
        ['Access-Control-Allow-Origin', 'https://theirs.example'],
        ['Keep-Alive', 'timeout=9'],
        ['Content-Encoding', 'gzip'],
        ['Content-Length', '4'],
      ].flat(),
    );
    response.end('tea!');
  });
  await using gate = await httpGate([deployedHttpStage(httpApi({ $default: { to: backend.url } }))]);
  const { status, headers, text } = await callHttp(gate, '/');
  assert.deepEqual([status, text], [418, 'tea!']);
  assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2']);
  assert.equal(headers.server, 'mine');
  assert.equal(headers.date, 'Tue, 15 Nov 1994 08:12:31 GMT');
  assert.equal(headers['x-amzn-requestid'], 'theirs');
  assert.equal(headers['access-control-allow-origin'], 'https://theirs.example');
  assert.equal(headers['keep-alive'], undefined);
  assert.equal(headers['content-encoding'], 'gzip');
});

test('an answer to HEAD has the length that GET would have', async () => {
  await using backend = await Backend.start((_received, response) => {
    response.writeHead(200, { 'content-length': '1234' });
    response.end();
  });
  await using gate = await httpGate([deployedHttpStage(httpApi({ 'ANY /': { to: backend.url } }))]);
  const { status, headers } = await callHttp(gate, '/', { method: 'HEAD' });
  assert.deepEqual([status, headers['content-length']], [200, '1234']);
});

test('a backend that is too slow, closed or unknown: 503, and the log says why', async () => {
  await using slow = await Backend.start(() => {});
  const api = httpApi({
    'GET /slow': { to: { integrationUri: slow.url, timeoutInMillis: 60 } },
    'GET /closed': { to: 'http://127.0.0.1:1/' },
    'GET /unknown': { to: 'http://nowhere.invalid/' },
  });
  await using gate = await httpGate([deployedHttpStage(api)]);
  for (const [target, said] of [
    ['/slow', 'the backend did not answer in time'],
    ['/closed', 'the backend could not be reached or broke off'],
    ['/unknown', 'the backend can not be called as it is configured'],
  ] as const) {
    const answer = await callHttp(gate, target);
    assert.deepEqual([answer.status, answer.text], [503, '{"message":"Service Unavailable"}'], target);
    assert.match(gate.log.text, new RegExp(said));
  }
});

test('a definition that does not compile names all that is wrong, and changes nothing that is served', async () => {
  await using backend = await Backend.echo();
  await using gate = await httpGate([deployedHttpStage(httpApi({ $default: { to: backend.url } }))]);
  const broken = httpApi({
    'GET /a': { to: 'ftp://example.com/' },
    'GET /b': { to: { integrationUri: backend.url, requestParameters: { 'replace:header.x': '1' } } },
    'GET /c': { to: { integrationUri: backend.url, responseParameters: { 200: { 'append:path': '1' } } } },
    'GET /d': {
      to: { integrationType: 'AWS_PROXY', integrationSubtype: 'SQS-SendMessage', requestParameters: { QueueUrl: 'x' } },
    },
  });
  assert.throws(
    () => gate.gate.deployApi(deployedHttpStage(broken)),
    (error: Error) => {
      for (const said of [
        'GET /a: integrationUri',
        'GET /b: requestParameters',
        'GET /c: responseParameters.200',
        'GET /d: requestParameters: SQS-SendMessage needs the parameter MessageBody',
      ])
        assert.ok(error.message.includes(said), `${error.message} names ${said}`);
      return true;
    },
  );
  assert.equal((await callHttp(gate, '/')).status, 200);
  gate.gate.retire(httpApiId, '$default');
  assert.notEqual((await callHttp(gate, '/')).status, 200);
});

test('routes of types that can not be served refuse, and the log says why', async () => {
  await using backend = await Backend.echo();
  const api = httpApi({
    'GET /iam': { to: backend.url, authorizationType: 'AWS_IAM' },
    'GET /function': {
      to: { integrationType: 'AWS_PROXY', integrationUri: 'arn:aws:lambda:us-east-1:000000000000:function:f' },
    },
    'GET /service': {
      to: {
        integrationType: 'AWS_PROXY',
        integrationSubtype: 'SQS-PurgeQueue',
        requestParameters: { QueueUrl: 'https://q/1/x' },
      },
    },
    'GET /link': {
      to: { connectionType: 'VPC_LINK', integrationUri: 'arn:aws:elasticloadbalancing:us-east-1:1:listener/app/x' },
    },
    'GET /orphan': { to: backend.url, authorizationType: 'JWT', authorizerId: 'gone' },
  });
  await using gate = await httpGate([deployedHttpStage(api)]);
  for (const target of ['/iam', '/function', '/service', '/link', '/orphan'])
    assert.equal((await callHttp(gate, target)).status, 500, target);
  assert.equal(backend.requests.length, 0);
  for (const said of [/AWS_IAM/, /functions can not be called/, /AWS services/, /VPC link/, /no authorizer/])
    assert.match(gate.log.text, said);
});
