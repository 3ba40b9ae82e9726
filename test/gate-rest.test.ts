/** REST APIs as clients and backends see them: mapping, validation, gateway responses, compression, canaries, swaps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { Integration, Method } from '../src/definition/rest-api.ts';
import { testInvoke } from '../src/gate/rest/test-invoke.ts';
import { UpstreamHttpIntegrator } from '../src/integrations/http.ts';
import { silentLog } from '../src/observe/log.ts';
import { PlanError } from '../src/plan/plan-error.ts';
import { Upstream } from '../src/wire/upstream.ts';
import { apiId, deployedStage, deployment, type MethodWish, restApi } from './rest-stage.ts';
import { Backend, echoed, headerIn, RunningGate } from './running-gate.ts';

const ok = { '200': { statusCode: '200' } };
const json = (template: string): Readonly<Record<string, string>> => ({ 'application/json': template });
const mockSaying = (template: string, changes: Partial<Integration> = {}): MethodWish => ({
  integration: {
    type: 'MOCK',
    requestTemplates: json('{"statusCode": 200}'),
    integrationResponses: { '200': { statusCode: '200', responseTemplates: json(template) } },
    ...changes,
  },
});
const internal = '{"message": "Internal server error"}';

test('HTTP: nothing of the client reaches the backend but what is mapped', async () => {
  await using backend = await Backend.echo();
  const api = restApi({
    '/pets/{petId}': {
      POST: {
        integration: {
          type: 'HTTP',
          httpMethod: 'PUT',
          uri: `${backend.url}/animals/{id}?fixed=1&of={owner}`,
          requestParameters: {
            'integration.request.path.id': 'method.request.path.petId',
            'integration.request.path.owner': 'method.request.header.Owner',
            'integration.request.querystring.colour': 'method.request.querystring.color',
            'integration.request.querystring.all': 'method.request.multivaluequerystring.tag',
            'integration.request.header.X-Static': "'fixed'",
            'integration.request.header.X-Api': 'context.apiId',
            'integration.request.header.X-Name': 'method.request.body.name',
            'integration.request.header.X-Missing': 'method.request.header.None',
            'integration.request.header.X-Stage': 'stageVariables.color',
          },
          requestTemplates: json(`{"was": $input.json('$'), "query": "$input.params('color')"}`),
          integrationResponses: ok,
        },
      },
    },
  });
  await using gate = await RunningGate.start([deployedStage(api, { variables: { color: 'blue' } })]);
  const answer = await gate.call('/prod/pets/a%2Fb?color=dark%20red&tag=1&tag=2', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', owner: 'M & M', 'X-Secret': 'mine', Accept: 'text/html' },
    body: '{"name":"Rex"}',
  });
  assert.equal(answer.status, 200);
  const seen = echoed(answer);
  assert.equal(seen.method, 'PUT');
  assert.equal(seen.target, '/animals/a%2Fb?fixed=1&of=M%20%26%20M&colour=dark%20red&all=1&all=2');
  assert.deepEqual(JSON.parse(seen.body), { was: { name: 'Rex' }, query: 'dark red' });
  const names = seen.headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  assert.deepEqual(names.filter((name) => name !== 'connection').sort(), [
    'accept',
    'content-length',
    'content-type',
    'host',
    'user-agent',
    'x-amzn-apigateway-api-id',
    'x-amzn-trace-id',
    'x-api',
    'x-name',
    'x-stage',
    'x-static',
  ]);
  assert.equal(headerIn(seen.headers, 'user-agent'), `AmazonAPIGateway_${apiId}`);
  assert.equal(headerIn(seen.headers, 'x-name'), 'Rex');
  assert.equal(headerIn(seen.headers, 'x-stage'), 'blue');
  assert.equal(answer.headers['x-backend'], undefined, 'backend headers do not pass');
  assert.equal(answer.headers['x-amzn-trace-id'], headerIn(seen.headers, 'x-amzn-trace-id'));
});

test('a body that a mapping reads and that is not JSON: 400', async () => {
  await using backend = await Backend.echo();
  const requestParameters = { 'integration.request.header.X': 'method.request.body.a' };
  const api = restApi({ '/': { POST: { integration: { type: 'HTTP_PROXY', uri: backend.url, requestParameters } } } });
  await using gate = await RunningGate.start([deployedStage(api)]);
  const answer = await gate.call('/prod', { method: 'POST', body: '\n{wrong' });
  assert.deepEqual([answer.status, answer.text], [400, '{"message":"Invalid JSON in request body"}']);
  const fine = await gate.call('/prod', { method: 'POST', body: '{"a":"b"}' });
  assert.equal(headerIn(echoed(fine).headers, 'x'), 'b');
});

test("HTTP_PROXY: mapped parameters join the client's, stage variables choose the host", async () => {
  await using backend = await Backend.echo();
  const api = restApi({
    '/{pathVariable}': {
      POST: {
        integration: {
          type: 'HTTP_PROXY',
          httpMethod: 'POST',
          uri: `http://\${stageVariables.host}/?testVar={pathVar}&testQs={qsVar}`,
          requestParameters: {
            'integration.request.header.headerVar': 'method.request.header.foobar',
            'integration.request.path.qsVar': 'method.request.querystring.testVar',
            'integration.request.path.pathVar': 'method.request.path.pathVariable',
            'integration.request.querystring.queryString': 'method.request.querystring.testQueryString',
            'integration.request.querystring.testQs': 'method.request.querystring.testQueryString',
            'integration.request.querystring.testEmptyQs': 'method.request.header.emptyheader',
          },
        },
      },
    },
  });
  await using gate = await RunningGate.start([deployedStage(api, { variables: { host: new URL(backend.url).host } })]);
  const answer = await gate.call('/prod/foobar?testQueryString=foo&testVar=bar', {
    method: 'POST',
    headers: { foobar: 'mapped-value', headerVar: 'request-value' },
    body: '{}',
  });
  const { searchParams } = new URL(echoed(answer).target, 'http://x');
  const sent = Object.fromEntries([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]));
  // Recorded: vectors rest/parameter-mapping.json, http-proxy/query-and-headers.
  assert.deepEqual(sent, {
    testVar: ['foobar', 'bar'],
    testQs: ['bar', 'foo'],
    testQueryString: ['foo'],
    queryString: ['foo'],
  });
  assert.equal(headerIn(echoed(answer).headers, 'headervar'), 'mapped-value');
});

test('a host that comes from a parameter is read for every request', async () => {
  await using one = await Backend.echo();
  await using two = await Backend.echo();
  const requestParameters = { 'integration.request.path.port': 'method.request.querystring.port' };
  const integration = { type: 'HTTP_PROXY', uri: 'http://127.0.0.1:{port}/x', requestParameters } as const;
  await using gate = await RunningGate.start([deployedStage(restApi({ '/': { GET: { integration } } }))]);
  for (const { url, requests } of [one, two]) {
    await gate.call(`/prod?port=${new URL(url).port}`);
    assert.equal(requests.length, 1);
  }
  assert.equal((await gate.call('/prod?port=none')).status, 500);
});

test('templates override path, query, headers and status; the response reads what the request wrote', async () => {
  await using backend = await Backend.echo();
  const api = restApi({
    '/': {
      GET: {
        integration: {
          type: 'HTTP',
          httpMethod: 'GET',
          uri: `${backend.url}/{thing}?q=1`,
          requestParameters: {
            'integration.request.querystring.a': "'mapped'",
            'integration.request.path.thing': "'mapped'",
          },
          requestTemplates: json(
            '#set($context.requestOverride.path.thing = "over den")#set($context.requestOverride.querystring.a = ["1","2"])' +
              '#set($context.requestOverride.header.X-Over = "ü")#set($context.requestOverride.header.Host = "other.example.com")x',
          ),
          integrationResponses: {
            '200': {
              statusCode: '200',
              responseParameters: { 'method.response.header.X-Mapped': "'m'", 'method.response.header.X-Over': "'m'" },
              responseTemplates: json(
                '#set($context.responseOverride.status = 418)#set($context.responseOverride.header.X-Over = ["a","b"])' +
                  '$context.requestOverride.path.thing $input.path("$.target")',
              ),
            },
          },
        },
      },
    },
  });
  await using gate = await RunningGate.start([deployedStage(api)]);
  const answer = await gate.call('/prod');
  assert.deepEqual([answer.status, answer.text], [418, 'over den /over%20den?q=1&a=1&a=2']);
  assert.deepEqual([answer.headers['x-mapped'], answer.headers['x-over']], ['m', 'a, b']);
  const { headers } = backend.requests[0] ?? assert.fail('nothing arrived');
  assert.equal(headers.host, 'other.example.com');
  assert.equal(Buffer.from(String(headers['x-over']), 'latin1').toString('utf8'), 'ü');
});

test('an empty template lets the body pass as it is, both ways', async () => {
  await using backend = await Backend.echo();
  const api = restApi({
    '/': {
      POST: {
        integration: {
          type: 'HTTP',
          httpMethod: 'POST',
          uri: backend.url,
          requestTemplates: json(''),
          passthroughBehavior: 'NEVER',
          integrationResponses: { '200': { statusCode: '200', responseTemplates: { 'text/x-echo': '' } } },
        },
      },
    },
  });
  await using gate = await RunningGate.start([deployedStage(api)]);
  const send = (type: string, body: string) =>
    gate.call('/prod/', { method: 'POST', headers: { 'Content-Type': type }, body });
  const answer = await send('application/json', '{"name": "Rex" }');
  assert.equal(echoed(answer).body, '{"name": "Rex" }');
  assert.equal(answer.headers['content-type'], 'text/x-echo');
  assert.equal((await send('text/plain', 'Rex')).status, 415);
});

test('a header that would break a line is not sent, in neither direction', async () => {
  await using backend = await Backend.echo();
  const requestParameters = { 'integration.request.header.X': 'method.request.querystring.x' };
  const api = restApi({
    '/request': { GET: { integration: { type: 'HTTP_PROXY', uri: backend.url, requestParameters } } },
    '/response': { GET: mockSaying(`#set($context.responseOverride.header.X = $input.params('x'))`) },
  });
  await using gate = await RunningGate.start([deployedStage(api)]);
  for (const path of ['request', 'response']) {
    const answer = await gate.call(`/prod/${path}?x=a%0d%0aEvil:%201`);
    assert.deepEqual([answer.status, answer.text], [500, internal], path);
    assert.equal((await gate.call(`/prod/${path}?x=fine`)).status, 200);
  }
  assert.equal(backend.requests.length, 1);
});

test('a template that fails: 500 with the place in the log; a body that is no JSON: 400', async () => {
  await using backend = await Backend.echo();
  const failing = (template: string): MethodWish => ({
    integration: { type: 'HTTP', uri: backend.url, requestTemplates: json(template), integrationResponses: ok },
  });
  const api = restApi({
    '/template': { POST: failing('#set($a = [])\n$a[5]') },
    '/body': { POST: failing("$input.path('$.a')") },
  });
  await using gate = await RunningGate.start([deployedStage(api)]);
  const failed = await gate.call('/prod/template', { method: 'POST', body: '{}' });
  assert.deepEqual([failed.status, failed.text], [500, internal]);
  assert.match(gate.log.text, /Unable to transform request.*application\/json:2:/);
  const unreadable = await gate.call('/prod/body', { method: 'POST', body: '{"a"' });
  assert.ok([400, 200].includes(unreadable.status), unreadable.text);
});

test('validation: parameters first, then the body; the faults are there for gateway responses', async () => {
  const validated: MethodWish = {
    ...mockSaying('ok'),
    requestValidatorId: 'v1',
    requestParameters: { 'method.request.querystring.q': true, 'method.request.header.X-Need': true },
    requestModels: { 'application/json': 'Pet' },
  };
  const api = restApi(
    { '/': { POST: validated } },
    {
      requestValidators: { v1: { id: 'v1', name: 'all', validateRequestBody: true, validateRequestParameters: true } },
      models: {
        Pet: {
          id: 'm1',
          name: 'Pet',
          contentType: 'application/json',
          schema: '{"type":"object","required":["name"]}',
        },
      },
      gatewayResponses: {
        BAD_REQUEST_BODY: {
          responseType: 'BAD_REQUEST_BODY',
          statusCode: '422',
          responseParameters: {
            'gatewayresponse.header.X-Query': 'method.request.querystring.q',
            'gatewayresponse.header.X-Fixed': "'yes'",
          },
          responseTemplates: json(
            '{"why":"$context.error.validationErrorString","type":"$context.error.responseType","m":$context.error.messageString,"id":"$context.requestId"}',
          ),
        },
      },
    },
  );
  await using gate = await RunningGate.start([deployedStage(api)]);
  const missing = await gate.call('/prod', { method: 'POST', body: '[]' });
  assert.deepEqual(
    [missing.status, missing.text],
    [400, '{"message":"Missing required request parameters: [X-Need, q]"}'],
  );
  assert.equal(missing.headers['x-amzn-errortype'], 'BadRequestException');
  const call = { method: 'POST', headers: { 'x-need': '1' } } as const;
  const wrong = await gate.call('/prod?q=1', { ...call, body: '{}' });
  assert.equal(wrong.status, 422);
  const told = JSON.parse(wrong.text);
  assert.match(told.why, /name/);
  assert.deepEqual(
    [told.type, told.m, told.id],
    ['BAD_REQUEST_BODY', 'Invalid request body', wrong.headers['x-amzn-requestid']],
  );
  assert.deepEqual([wrong.headers['x-query'], wrong.headers['x-fixed']], ['1', 'yes']);
  assert.equal((await gate.call('/prod?q=1', { ...call, body: '{"name":"Rex"}' })).text, 'ok');
});

test('gateway responses: a type of its own beats the default of its class', async () => {
  const api = restApi(
    { '/broken': { GET: { integration: { type: 'MOCK', integrationResponses: ok } } } },
    {
      gatewayResponses: {
        DEFAULT_4XX: {
          responseType: 'DEFAULT_4XX',
          responseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" },
          responseTemplates: {},
        },
        DEFAULT_5XX: {
          responseType: 'DEFAULT_5XX',
          statusCode: '503',
          responseParameters: {},
          responseTemplates: { 'text/html': '<b>$context.error.message</b>' },
        },
        MISSING_AUTHENTICATION_TOKEN: {
          responseType: 'MISSING_AUTHENTICATION_TOKEN',
          statusCode: '404',
          responseParameters: {},
          responseTemplates: json('{"message":"no $context.path"}'),
        },
      },
    },
  );
  await using gate = await RunningGate.start([deployedStage(api)]);
  const unknown = await gate.call('/prod/nothing');
  assert.deepEqual([unknown.status, unknown.text], [404, '{"message":"no /prod/nothing"}']);
  assert.equal(unknown.headers['x-amzn-errortype'], 'MissingAuthenticationTokenException');
  const broken = await gate.call('/prod/broken');
  assert.deepEqual([broken.status, broken.text], [503, '<b>Internal server error</b>']);
  assert.equal(broken.headers['content-type'], 'text/html');
  const large = await gate.call(`/prod?${'x'.repeat(12_000)}`);
  assert.deepEqual([large.status, large.headers['access-control-allow-origin']], [414, '*']);
});

test('media types: bytes in and out of HTTP integrations', async () => {
  const image = Buffer.from([0x89, 0x50, 0xff, 0x00, 0x1a]);
  await using backend = await Backend.start(async (received, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of received) pieces.push(piece);
    response.writeHead(200, { 'content-type': String(received.headers['content-type']) }).end(Buffer.concat(pieces));
  });
  const integration = { type: 'HTTP', httpMethod: 'POST', uri: backend.url, integrationResponses: ok } as const;
  const convert = { ...integration, contentHandling: 'CONVERT_TO_TEXT' } as const;
  const api = restApi(
    { '/raw': { POST: { integration } }, '/text': { POST: { integration: convert } } },
    { binaryMediaTypes: ['image/png'] },
  );
  await using gate = await RunningGate.start([deployedStage(api)]);
  const png = { method: 'POST', body: image } as const;
  const raw = await gate.call('/prod/raw', { ...png, headers: { 'content-type': 'image/png', accept: 'image/png' } });
  assert.deepEqual(raw.bytes, image);
  const encoded = await gate.call('/prod/raw', {
    ...png,
    headers: { 'content-type': 'image/png', accept: 'text/plain' },
  });
  assert.equal(encoded.text, image.toString('base64'));
  const text = await gate.call('/prod/text', {
    ...png,
    headers: { 'content-type': 'image/png', accept: 'text/plain' },
  });
  assert.equal(text.text, Buffer.from(image.toString('base64')).toString('base64'));
  const lossy = await gate.call('/prod/raw', { ...png, headers: { 'content-type': 'text/plain' } });
  assert.equal(lossy.text, image.toString('utf8'));
});

test('compression: from the minimum on, in the coding that the client likes best', async () => {
  await using backend = await Backend.start((received, response) => {
    if (received.url === '/encoded') response.setHeader('content-encoding', 'br');
    if (received.url === '/stream') {
      response.write('a'.repeat(3000));
      setImmediate(() => response.end('b'));
    } else
      response.end(
        received.url === '/encoded' ? brotliCompressSync('x'.repeat(2000)) : 'x'.repeat(Number(received.url?.slice(1))),
      );
  });
  const integration = { type: 'HTTP_PROXY', uri: backend.url } as const;
  const paths = Object.fromEntries(
    ['2000', '999', 'encoded', 'stream'].map((path) => [
      `/${path}`,
      { GET: { integration: { ...integration, uri: `${backend.url}/${path}` } } },
    ]),
  );
  await using gate = await RunningGate.start([deployedStage(restApi(paths, { minimumCompressionSize: 1000 }))]);
  const coded = async (path: string, accept: string | undefined): Promise<unknown> =>
    (await gate.call(`/prod/${path}`, accept === undefined ? {} : { headers: { 'accept-encoding': accept } })).headers[
      'content-encoding'
    ];
  const packed = await gate.call('/prod/2000', { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(gunzipSync(packed.bytes).toString(), 'x'.repeat(2000));
  assert.equal(packed.headers['content-length'], String(packed.bytes.length));
  const deflated = await gate.call('/prod/2000', { headers: { 'accept-encoding': 'gzip;q=0.5, deflate' } });
  assert.equal(inflateSync(deflated.bytes).toString(), 'x'.repeat(2000));
  const streamed = await gate.call('/prod/stream', { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(gunzipSync(streamed.bytes).toString(), `${'a'.repeat(3000)}b`);
  assert.equal(await coded('999', 'gzip'), undefined);
  assert.equal(await coded('2000', undefined), undefined);
  assert.equal(await coded('2000', '*'), undefined);
  assert.equal(await coded('2000', 'br, gzip;q=0.9'), undefined);
  assert.equal(await coded('encoded', 'gzip'), 'br');
});

test('$context, parameters and stage variables in a template', async () => {
  const template = `$context.keySet()|$context.identity.sourceIp|$context.path|$context.resourcePath|$context.stage|$context.httpMethod|$context.domainName|$context.domainPrefix|$input.params('id')|$input.params('q')|$input.params('Content-Type')|$stageVariables.v|$context.requestTime|$context.protocol|$input.params().header.get('X-Forwarded-For')`;
  await using gate = await RunningGate.start([
    deployedStage(restApi({ '/{id}': { ANY: mockSaying(template) } }), { variables: { v: 'value' } }),
  ]);
  const answer = await gate.call('/prod/a%20b?q=1&q=c+d', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
  });
  const [keys, ...rest] = answer.text.split('|');
  assert.equal(
    keys,
    '[resourceId, resourcePath, httpMethod, extendedRequestId, requestTime, path, accountId, protocol, requestOverride, stage, domainPrefix, requestTimeEpoch, requestId, identity, domainName, deploymentId, responseOverride, apiId]',
  );
  assert.match(rest.splice(11, 1)[0] ?? '', /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
  assert.deepEqual(rest, [
    '127.0.0.1',
    '/prod/a%20b',
    '/{id}',
    'prod',
    'PATCH',
    `${apiId}.execute-api.localhost`,
    apiId,
    'a%20b',
    'c d',
    'application/json',
    'value',
    'HTTP/1.1',
    '127.0.0.1',
  ]);
});

test('X-HTTP-Method-Override says which method is meant', async () => {
  await using gate = await RunningGate.start([deployedStage(restApi({ '/': { DELETE: mockSaying('deleted') } }))]);
  const call = (method: string) =>
    gate.call('/prod', { method: 'POST', headers: { 'x-http-method-override': method } });
  assert.equal((await call('DELETE')).text, 'deleted');
  assert.equal((await call('BREW')).status, 403);
});

test('a canary takes its share, with its own deployment and variables', async () => {
  const api = (text: string) =>
    restApi({ '/': { GET: mockSaying(`${text} $stageVariables.v $context.deploymentId`) } });
  const rolls = [0.0, 0.24, 0.25, 0.99];
  let roll = 0;
  const canarySettings = {
    deploymentId: 'd2',
    percentTraffic: 25,
    useStageCache: false,
    stageVariableOverrides: { v: 'new' },
  };
  const stage = deployedStage(
    api('base'),
    { variables: { v: 'old' }, canarySettings },
    { canaryDeployment: deployment('d2', api('canary')) },
  );
  await using gate = await RunningGate.start([stage], { random: () => rolls[roll++ % rolls.length] ?? 0 });
  const answers = [];
  for (const _ of rolls) answers.push((await gate.call('/prod')).text);
  assert.deepEqual(answers, ['canary new d2', 'canary new d2', 'base old d1', 'base old d1']);
});

test('50 deployments under load: none fails, none mixes two of them, requests under way finish on the old', async () => {
  await using backend = await Backend.start((_received, response) => {
    setTimeout(() => response.end('{}'), 2);
  });
  // Request and response mapping both say which deployment they belong to.
  const stageOf = (version: number) =>
    deployedStage(
      restApi({
        '/{proxy+}': {
          GET: {
            integration: {
              type: 'HTTP',
              uri: backend.url,
              requestTemplates: json(
                `#set($context.requestOverride.header.X-Version = "${version}")#set($context.requestOverride.path.v = "${version}")`,
              ),
              integrationResponses: {
                '200': {
                  statusCode: '200',
                  responseTemplates: json(`$context.requestOverride.path.v ${version} $stageVariables.version`),
                },
              },
            },
          },
        },
      }),
      { variables: { version: String(version) } },
    );
  await using gate = await RunningGate.start([stageOf(0)]);
  let running = true;
  const seen = new Set<string>();
  const client = async (): Promise<void> => {
    while (running) {
      const answer = await gate.call('/prod/x');
      assert.equal(answer.status, 200);
      const [one, two, three] = answer.text.split(' ');
      assert.ok(one === two && two === three, answer.text);
      seen.add(answer.text);
    }
  };
  const clients = Array.from({ length: 8 }, client);
  for (let version = 1; version <= 50; version++) {
    gate.gate.deploy(stageOf(version));
    await gate.call('/prod/x');
  }
  running = false;
  await Promise.all(clients);
  assert.ok(seen.size > 10);
  gate.gate.retire(apiId, 'prod');
  assert.equal((await gate.call('/prod/x')).status, 403);
});

test('what does not compile is refused whole, with every fault in it, and changes nothing', async () => {
  const fine = restApi({ '/': { GET: mockSaying('fine') } });
  await using gate = await RunningGate.start([deployedStage(fine)]);
  const wrong: Partial<Method> = { requestValidatorId: 'v', requestModels: { 'application/json': 'Nobody' } };
  const broken = restApi(
    {
      '/': { GET: mockSaying('#if(') },
      '/a': {
        GET: { ...wrong, ...mockSaying('x', { requestParameters: { nonsense: 'x' } }) },
        POST: { integration: { type: 'HTTP', uri: 'ftp://x' } },
      },
    },
    { requestValidators: { v: { id: 'v', name: 'v', validateRequestBody: true, validateRequestParameters: false } } },
  );
  assert.throws(
    () => gate.gate.deploy(deployedStage(broken)),
    (error) => {
      assert.ok(error instanceof PlanError);
      const places = error.problems.map(({ place, field }) => `${place}: ${field}`);
      assert.deepEqual(places.sort(), [
        'GET /: integrationResponses.200.responseTemplates.application/json',
        'GET /a: requestModels.application/json',
        'GET /a: requestParameters',
        'POST /a: uri',
      ]);
      assert.match(error.message, new RegExp(`^REST API test \\(${apiId}\\): `));
      return true;
    },
  );
  assert.equal((await gate.call('/prod')).text, 'fine');
});

test('the default endpoint can be switched off; custom domain names go on', async () => {
  const api = restApi({ '/': { GET: mockSaying('here') } });
  await using gate = await RunningGate.start([deployedStage(api, {}, { disableExecuteApiEndpoint: true })]);
  gate.gate.mapDomain({
    domainName: 'api.example.com',
    mappings: [{ basePath: '(none)', restApiId: apiId, stage: 'prod' }],
  });
  assert.equal((await gate.call('/prod')).status, 403);
  assert.equal((await gate.call(`/_api/${apiId}/prod`, { host: 'localhost' })).status, 403);
  assert.equal((await gate.call('/', { host: 'api.example.com' })).text, 'here');
  gate.gate.unmapDomain('api.example.com');
  assert.equal((await gate.call('/', { host: 'api.example.com' })).status, 403);
});

test('integrations of AWS services refuse until there is somebody who carries them out', async () => {
  const integration = { type: 'AWS_PROXY', uri: 'arn:aws:apigateway:us-east-1:lambda:path/x' } as const;
  await using gate = await RunningGate.start([
    deployedStage(
      restApi({ '/': { GET: { integration } }, '/aws': { GET: { integration: { ...integration, type: 'AWS' } } } }),
    ),
  ]);
  for (const path of ['', '/aws']) assert.deepEqual([(await gate.call(`/prod${path}`)).text], [internal]);
  assert.match(gate.log.text, /type AWS_PROXY can not be carried out/);
  assert.match(gate.log.text, /type AWS can not be carried out/);
});

test('testing a method calls its backend for real and tells how it went', async () => {
  await using backend = await Backend.start((_received, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-b': '1' }).end('{"a":1}');
  });
  const upstream = new Upstream();
  const services = { integrators: { http: new UpstreamHttpIntegrator(upstream), aws: null }, log: silentLog };
  const integration: Partial<Integration> = {
    type: 'HTTP',
    httpMethod: 'POST',
    uri: `${backend.url}/x/{id}`,
    requestParameters: {
      'integration.request.path.id': 'method.request.path.petId',
      'integration.request.header.Authorization': "'secret'",
    },
    requestTemplates: json('{"v":"$stageVariables.v"}'),
    integrationResponses: { '200': { statusCode: '200', responseTemplates: json(`{"b":$input.json('$.a')}`) } },
  };
  // Authorizers and keys do not stand in the way of a test.
  const guarded = { authorizationType: 'CUSTOM', authorizerId: 'a', apiKeyRequired: true };
  const api = restApi({
    '/pets/{petId}': {
      GET: { ...guarded, integration },
      PUT: { integration: { ...integration, uri: 'http://nowhere.invalid' } },
      POST: { integration: { ...integration, type: 'HTTP_PROXY' } },
    },
  });
  const base = { api, resourceId: 'r_pets__petId_', pathWithQueryString: '/pets/7?q=1', stageVariables: { v: 'x' } };
  const good = await testInvoke({ ...base, httpMethod: 'GET', headers: { A: 'b' } }, services);
  assert.deepEqual([good.status, good.body], [200, '{"b":1}']);
  assert.deepEqual(Object.keys(good.headers), ['X-Amzn-Trace-Id', 'Content-Type']);
  const lines = good.log.split('\n').map((line) => line.replace(/^.{23} \d{4} : /, ''));
  for (const line of [
    'HTTP Method: GET, Resource Path: /pets/7',
    'Method request path: {petId=7}',
    'Method request query string: {q=1}',
    'Method request headers: {A=b}',
    `Endpoint request URI: ${backend.url}/x/7`,
    'Endpoint request body after transformations: {"v":"x"}',
    `Sending request to ${backend.url}/x/7`,
    'Endpoint response body before transformations: {"a":1}',
    'Method response body after transformations: {"b":1}',
    'Successfully completed execution',
    'Method completed with status: 200',
  ])
    assert.ok(lines.includes(line), `${line}\nis missing in\n${good.log}`);
  assert.match(good.log, /Received response\. Status: 200, Integration latency: \d+ ms/);
  assert.doesNotMatch(good.log, /secret/);
  const bad = await testInvoke({ ...base, httpMethod: 'PUT' }, services);
  assert.deepEqual([bad.status, bad.body], [500, internal]);
  assert.match(
    bad.log,
    /Execution failed due to configuration error: Invalid endpoint address.*\n.*Method completed with status: 500\n$/,
  );
  const proxied = await testInvoke({ ...base, httpMethod: 'POST' }, services);
  assert.deepEqual([proxied.status, proxied.body, proxied.headers['x-b']], [200, '{"a":1}', '1']);
  upstream.close();
});
