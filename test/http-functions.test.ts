/** HTTP APIs: functions behind routes, what they are called with and what becomes of what they return. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newKey } from '../src/access/jwt-fixture.ts';
import type { ApiIntegration } from '../src/definition/api.ts';
import type { DeployedApiStage } from '../src/definition/api-stage.ts';
import { UpstreamHttpIntegrator } from '../src/integrations/http.ts';
import { Upstream } from '../src/wire/upstream.ts';
import { functionArn, type Handler, invocationUri, type PretendedFunction, PretendedFunctions } from './functions.ts';
import { callHttp, httpGate, httpHost } from './http-gate.ts';
import { deployedHttpStage, httpApi, httpApiId, type RouteWish } from './http-stage.ts';
import { IdentityProvider } from './identity-provider.ts';
import type { Answer, Call, RunningGate } from './running-gate.ts';

/** A gate whose functions are plain JavaScript. */
class FunctionGate implements AsyncDisposable {
  readonly gate: RunningGate;
  readonly functions: PretendedFunctions;
  readonly #upstream: Upstream;

  private constructor(gate: RunningGate, functions: PretendedFunctions, upstream: Upstream) {
    this.gate = gate;
    this.functions = functions;
    this.#upstream = upstream;
  }

  static async start(
    functions: Readonly<Record<string, PretendedFunction | Handler>>,
    stages: readonly DeployedApiStage[],
  ): Promise<FunctionGate> {
    const pretended = new PretendedFunctions(functions);
    const upstream = new Upstream();
    const integrators = { http: new UpstreamHttpIntegrator(upstream), aws: null, functions: pretended.caller() };
    return new FunctionGate(await httpGate(stages, { integrators }), pretended, upstream);
  }

  /** The event of the latest call. */
  get event(): unknown {
    return this.functions.calls.at(-1)?.event;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gate[Symbol.asyncDispose]();
    this.#upstream.close();
  }
}

const toFunction = (changes: Partial<ApiIntegration> = {}): Partial<ApiIntegration> => ({
  integrationType: 'AWS_PROXY',
  integrationUri: functionArn('f'),
  payloadFormatVersion: '2.0',
  ...changes,
});

/** What one call of one route shows: the event, and the answer. */
async function asked(
  wish: {
    readonly key?: string;
    readonly integration?: Partial<ApiIntegration>;
    readonly stageName?: string;
    readonly stageVariables?: Readonly<Record<string, string>>;
    readonly handler?: Handler;
  },
  target: string,
  call: Call = {},
): Promise<{ readonly event: unknown; readonly answer: Answer; readonly log: string }> {
  const {
    key = '$default',
    integration = {},
    stageName = '$default',
    stageVariables = {},
    handler = () => 'ok',
  } = wish;
  const api = httpApi({ [key]: { to: toFunction(integration) } });
  await using running = await FunctionGate.start({ f: handler }, [
    deployedHttpStage(api, { stageName, stageVariables }),
  ]);
  const answer = await callHttp(running.gate, target, call);
  return { event: running.event, answer, log: running.gate.log.text };
}

/** What changes from call to call, made equal. */
function settled(value: unknown, answer: Answer): unknown {
  const text = JSON.stringify(value)
    .replaceAll(String(answer.headers['apigw-requestid']), '<id>')
    .replaceAll(/Root=1-[0-9a-f-]+/g, '<trace>')
    .replaceAll(/\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000/g, '<time>')
    .replaceAll(/("(?:timeEpoch|requestTimeEpoch)":)1\d{12}/g, '$10')
    .replaceAll(/("(?:x-forwarded-port|X-Forwarded-Port)":\[?)"\d+"/g, '$1"<port>"');
  return JSON.parse(text);
}

const http = {
  path: '/hello',
  protocol: 'HTTP/1.1',
  sourceIp: '127.0.0.1',
  userAgent: 'tests',
};
const contextV2 = {
  accountId: '000000000000',
  apiId: httpApiId,
  domainName: httpHost,
  domainPrefix: httpApiId,
  http: { method: 'GET', ...http },
  requestId: '<id>',
  routeKey: 'GET /hello',
  stage: '$default',
  time: '<time>',
  timeEpoch: 0,
};
const headersV2 = {
  host: httpHost,
  'user-agent': 'tests',
  'content-length': '0',
  'x-amzn-trace-id': '<trace>',
  'x-forwarded-for': '127.0.0.1',
  'x-forwarded-port': '<port>',
  'x-forwarded-proto': 'http',
};
const userAgent = { 'user-agent': 'tests' };

test('an event of version 2.0 as it was recorded, without what is not there', async () => {
  const { event, answer } = await asked({ key: 'GET /hello' }, '/hello', { headers: userAgent });
  assert.equal(answer.text, 'ok');
  assert.deepEqual(settled(event, answer), {
    version: '2.0',
    routeKey: 'GET /hello',
    rawPath: '/hello',
    rawQueryString: '',
    headers: headersV2,
    requestContext: contextV2,
    isBase64Encoded: false,
  });
});

test('an event of version 2.0 with everything', async () => {
  const { event, answer } = await asked(
    { key: 'POST /users/{id}/{rest+}', stageName: 'dev', stageVariables: { v: '1' } },
    '/dev/users/a%20b/c/d?tag=x&tag=y%2Bz&e=',
    {
      method: 'POST',
      headers: {
        ...userAgent,
        Cookie: 'a=1; b=2',
        'X-Twice': ['1', '2'],
        'Content-Type': 'text/plain',
        'X-Forwarded-For': '192.0.2.7',
      },
      body: 'Grüße',
    },
  );
  assert.deepEqual(settled(event, answer), {
    version: '2.0',
    routeKey: 'POST /users/{id}/{rest+}',
    rawPath: '/dev/users/a b/c/d',
    rawQueryString: 'tag=x&tag=y%2Bz&e=',
    cookies: ['a=1', 'b=2'],
    headers: {
      ...headersV2,
      'content-length': '7',
      'content-type': 'text/plain',
      'x-twice': '1,2',
      'x-forwarded-for': '192.0.2.7, 127.0.0.1',
    },
    queryStringParameters: { tag: 'x,y+z', e: '' },
    requestContext: {
      ...contextV2,
      http: { ...http, method: 'POST', path: '/dev/users/a b/c/d' },
      routeKey: 'POST /users/{id}/{rest+}',
      stage: 'dev',
    },
    body: 'Grüße',
    pathParameters: { id: 'a b', rest: 'c/d' },
    isBase64Encoded: false,
    stageVariables: { v: '1' },
  });
});

test('an event of version 1.0 with everything', async () => {
  const { event, answer } = await asked(
    {
      key: 'ANY /users/{id}',
      integration: { payloadFormatVersion: '1.0' },
      stageName: 'dev',
      stageVariables: { v: '1' },
      handler: () => ({ statusCode: 200 }),
    },
    '/dev/users/a%20b?tag=x&tag=y',
    {
      method: 'PUT',
      headers: { ...userAgent, Cookie: 'a=1; b=2', 'X-Twice': ['1', '2'], 'Content-Type': 'image/png' },
      body: 'png',
    },
  );
  const headers = {
    Host: httpHost,
    'User-Agent': 'tests',
    Cookie: 'a=1; b=2',
    'X-Twice': '2',
    'Content-Type': 'image/png',
    'Content-Length': '3',
    'X-Amzn-Trace-Id': '<trace>',
    'X-Forwarded-For': '127.0.0.1',
    'X-Forwarded-Port': '<port>',
    'X-Forwarded-Proto': 'http',
  };
  assert.deepEqual(settled(event, answer), {
    version: '1.0',
    resource: '/users/{id}',
    path: '/dev/users/a%20b',
    httpMethod: 'PUT',
    headers,
    multiValueHeaders: {
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      'X-Twice': ['1', '2'],
    },
    queryStringParameters: { tag: 'y' },
    multiValueQueryStringParameters: { tag: ['x', 'y'] },
    requestContext: {
      accountId: '000000000000',
      apiId: httpApiId,
      domainName: httpHost,
      domainPrefix: httpApiId,
      extendedRequestId: '<id>',
      httpMethod: 'PUT',
      identity: {
        accessKey: null,
        accountId: null,
        caller: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: '127.0.0.1',
        user: null,
        userAgent: 'tests',
        userArn: null,
      },
      path: '/dev/users/a b',
      protocol: 'HTTP/1.1',
      requestId: '<id>',
      requestTime: '<time>',
      requestTimeEpoch: 0,
      resourceId: 'ANY /users/{id}',
      resourcePath: '/users/{id}',
      stage: 'dev',
    },
    pathParameters: { id: 'a b' },
    stageVariables: { v: '1' },
    body: Buffer.from('png').toString('base64'),
    isBase64Encoded: true,
  });
});

for (const { target, rawPath } of [
  { target: '/v1', rawPath: '' },
  { target: '/v1/', rawPath: '/' },
  { target: '/v1/foo', rawPath: '/foo' },
])
  test(`behind a mapping of a custom domain name, the path of ${target} is ${JSON.stringify(rawPath)}`, async () => {
    const api = httpApi({ $default: { to: toFunction() } });
    await using running = await FunctionGate.start({ f: () => 'ok' }, [deployedHttpStage(api, {})]);
    running.gate.gate.mapDomain({
      domainName: 'api.example.com',
      mappings: [{ basePath: 'v1', restApiId: httpApiId, stage: '$default' }],
    });
    assert.equal((await callHttp(running.gate, target, { host: 'api.example.com' })).status, 200);
    assert.equal(Object(running.event).rawPath, rawPath);
  });

for (const { type, text } of [
  { type: 'application/json', text: true },
  { type: 'Application/JSON; charset=utf-8', text: true },
  { type: 'text/csv', text: true },
  { type: 'application/xml', text: true },
  { type: 'application/javascript', text: true },
  { type: 'application/problem+json', text: false },
  { type: 'application/x-www-form-urlencoded', text: false },
  { type: 'multipart/form-data; boundary=x', text: false },
  { type: undefined, text: false },
])
  test(`a body of type ${type} is ${text ? 'text' : 'base64'}`, async () => {
    const call = { method: 'POST', body: '{"a":1}' };
    const { event } = await asked({}, '/', type === undefined ? call : { ...call, headers: { 'content-type': type } });
    const { body, isBase64Encoded } = event as { body: string; isBase64Encoded: boolean };
    assert.deepEqual(
      [body, isBase64Encoded],
      text ? ['{"a":1}', false] : [Buffer.from('{"a":1}').toString('base64'), true],
    );
  });

test('mappings change what a function sees, and what its answer says', async () => {
  const { event, answer } = await asked(
    {
      key: 'GET /a/{id}',
      integration: {
        requestParameters: {
          'append:header.X-Id': '$request.path.id',
          'remove:header.x-gone': "''",
          'overwrite:querystring.q': '2',
          'overwrite:path': `/mapped/\${request.path.id}`,
        },
        responseParameters: { 201: { 'overwrite:statuscode': '202', 'append:header.x-map': '$context.routeKey' } },
      },
      handler: () => ({ statusCode: 201, body: 'x' }),
    },
    '/a/7?q=1&r=3',
    { headers: { 'x-gone': '1' } },
  );
  const seen = event as { rawPath: string; rawQueryString: string; headers: Record<string, string> };
  assert.deepEqual(
    [seen.rawPath, seen.rawQueryString, seen.headers['x-id'], seen.headers['x-gone']],
    ['/mapped/7', 'r=3&q=2', '7', undefined],
  );
  assert.deepEqual([answer.status, answer.headers['x-map']], [202, 'GET /a/{id}']);
});

for (const payloadFormatVersion of ['1.0', '2.0'])
  test(`mappings of answers read what the function says (${payloadFormatVersion})`, async () => {
    const { answer } = await asked(
      {
        integration: {
          payloadFormatVersion,
          responseParameters: {
            200: {
              'append:header.x-copy': '$response.header.X-Own',
              'append:header.x-kind': '$response.body.pet.kind',
            },
          },
        },
        handler: () => ({ statusCode: 200, headers: { 'X-Own': 'mine' }, body: '{"pet":{"kind":"dog"}}' }),
      },
      '/',
    );
    assert.deepEqual(
      [answer.headers['x-copy'], answer.headers['x-kind'], answer.text],
      ['mine', 'dog', '{"pet":{"kind":"dog"}}'],
    );
  });

test('what a function says of the connection and of the length is not sent: both are ours', async () => {
  for (const payloadFormatVersion of ['1.0', '2.0']) {
    const { answer } = await asked(
      {
        integration: { payloadFormatVersion },
        handler: () => ({
          statusCode: 200,
          headers: {
            'Content-Length': '5',
            'Transfer-Encoding': 'chunked',
            Connection: 'close, X-Own',
            'Keep-Alive': 'timeout=9',
            Upgrade: 'h2c',
            TE: 'trailers',
            'X-Own': 'kept',
          },
          body: 'hello world',
        }),
      },
      '/',
    );
    const names = answer.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
    assert.deepEqual(names.toSorted(), [
      'apigw-requestid',
      'connection',
      'content-length',
      'content-type',
      'date',
      'x-own',
    ]);
    assert.deepEqual(
      [answer.text, answer.headers['content-length'], answer.headers.connection],
      ['hello world', '11', 'close'],
    );
  }
});

test('a CORS configuration replaces what a function says of CORS', async () => {
  const api = httpApi(
    { 'GET /': { to: toFunction() } },
    { corsConfiguration: { allowOrigins: ['https://a.example'], exposeHeaders: ['x-total'] } },
  );
  const handler = () => ({
    statusCode: 200,
    headers: { 'Access-Control-Allow-Origin': '*', 'access-control-allow-credentials': 'true', 'X-Total': '1' },
  });
  await using running = await FunctionGate.start({ f: handler }, [deployedHttpStage(api, {})]);
  const corsOf = ({ headers }: Answer) =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));
  const allowed = await callHttp(running.gate, '/', { headers: { origin: 'https://a.example' } });
  assert.deepEqual(corsOf(allowed), {
    'access-control-allow-origin': 'https://a.example',
    'access-control-expose-headers': 'x-total',
  });
  assert.deepEqual(corsOf(await callHttp(running.gate, '/', { headers: { origin: 'https://b.example' } })), {});
});

for (const { why, handler, status, message, said } of [
  {
    why: 'throws',
    handler: () => {
      throw new Error('my mistake');
    },
    status: 500,
    message: 'Internal Server Error',
    said: /my mistake/,
  },
  {
    why: 'returns an impossible status',
    handler: () => ({ statusCode: 1 }),
    status: 500,
    message: 'Internal Server Error',
    said: /statusCode 1 is no status/,
  },
  {
    why: 'is too slow',
    handler: () => new Promise(() => {}),
    status: 503,
    message: 'Service Unavailable',
    said: /did not answer within 50 ms/,
  },
] satisfies { why: string; handler: Handler; status: number; message: string; said: RegExp }[])
  test(`a function that ${why}`, async () => {
    const { answer, log } = await asked({ handler, integration: { timeoutInMillis: 50 } }, '/');
    assert.deepEqual([answer.status, answer.text], [status, JSON.stringify({ message })]);
    assert.match(log, said);
  });

test('a function that may not be called, or is not there: 500, and the log says what to do', async () => {
  const api = httpApi({
    'GET /forbidden': { to: toFunction({ integrationUri: functionArn('forbidden') }) },
    'GET /nothing': { to: toFunction({ integrationUri: functionArn('nothing') }) },
    'GET /allowed/{id}': { to: toFunction({ integrationUri: functionArn('allowed') }) },
    'ANY /any': { to: toFunction({ integrationUri: functionArn('any') }) },
  });
  const allowFor = (SourceArn: string) => [
    {
      Sid: 's',
      Effect: 'Allow' as const,
      Principal: { Service: 'apigateway.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: '*',
      Condition: { ArnLike: { 'AWS:SourceArn': `arn:aws:execute-api:us-east-1:000000000000:${SourceArn}` } },
    },
  ];
  const handler = () => 'ok';
  const functions = {
    forbidden: { handler, statements: [] },
    allowed: { handler, statements: allowFor(`${httpApiId}/*/GET/allowed/{id}`) },
    any: { handler, statements: allowFor(`${httpApiId}/*/*/any`) },
  };
  await using running = await FunctionGate.start(functions, [deployedHttpStage(api)]);
  const statuses = [];
  for (const target of ['/forbidden', '/nothing', '/allowed/1', '/any'])
    statuses.push((await callHttp(running.gate, target)).status);
  assert.deepEqual(statuses, [500, 500, 200, 200]);
  assert.match(running.gate.log.text, /aws lambda add-permission --function-name '[^']*:forbidden'/);
});

test('functions are named by ARN or by invocation URI, with stage variables in them', async () => {
  const api = httpApi({
    'GET /uri': { to: toFunction({ integrationUri: invocationUri('f') }) },
    'GET /var': { to: toFunction({ integrationUri: functionArn(`\${stageVariables.fn}`) }) },
    'GET /none': { to: toFunction({ integrationUri: 'arn:aws:sqs:us-east-1:1:q' }) },
  });
  const stage = deployedHttpStage(api, { stageVariables: { fn: 'f' } });
  await using running = await FunctionGate.start({ f: () => 'ok' }, [stage]);
  assert.equal((await callHttp(running.gate, '/uri')).text, 'ok');
  assert.equal((await callHttp(running.gate, '/var')).text, 'ok');
  assert.equal((await callHttp(running.gate, '/none')).status, 500);
});

// Authorizers.

const guarded: RouteWish = { to: toFunction(), authorizationType: 'CUSTOM', authorizerId: 'a' };

async function guard(
  authorizer: Readonly<Record<string, unknown>>,
  decide: Handler,
  routes: Readonly<Record<string, RouteWish>> = { 'GET /a': guarded, 'GET /b/{id}': guarded },
): Promise<FunctionGate> {
  const api = httpApi(routes, {
    authorizers: {
      a: {
        authorizerType: 'REQUEST',
        authorizerUri: invocationUri('auth'),
        authorizerPayloadFormatVersion: '2.0',
        enableSimpleResponses: true,
        identitySource: ['$request.header.Authorization'],
        ...authorizer,
      },
    },
  });
  return FunctionGate.start({ f: (event) => event, auth: decide }, [
    deployedHttpStage(api, { stageVariables: { v: '1' } }),
  ]);
}

const as = (token: string) => ({ headers: { authorization: token } });
const authorizerCalls = ({ functions }: FunctionGate): number =>
  functions.calls.filter(({ name }) => name === 'auth').length;

test('a function says yes or no, once for everybody with the same identity', async () => {
  await using running = await guard({}, (event) => {
    const { identitySource } = event as { identitySource: string[] };
    return { isAuthorized: identitySource[0] === 'good', context: { tenant: 't', n: 1, list: [1], map: { a: true } } };
  });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => callHttp(running.gate, i % 2 ? '/a' : `/b/${i}`, as('good'))),
  );
  assert.ok(answers.every(({ status }) => status === 200));
  assert.equal(authorizerCalls(running), 1, 'requests that come while it is being asked wait for the one answer');
  assert.deepEqual(JSON.parse(answers[0]?.text ?? '').requestContext.authorizer, {
    lambda: { tenant: 't', n: 1, list: [1], map: { a: true } },
  });
  for (let i = 0; i < 3; i++) {
    const refused = await callHttp(running.gate, '/a', as('bad'));
    assert.deepEqual([refused.status, refused.text], [403, '{"message":"Forbidden"}']);
    assert.equal(refused.headers['www-authenticate'], undefined);
  }
  assert.equal(authorizerCalls(running), 2);
  for (const call of [{}, as('')]) {
    const missing = await callHttp(running.gate, '/a', call);
    assert.deepEqual([missing.status, missing.text], [401, '{"message":"Unauthorized"}']);
    assert.equal(missing.headers['www-authenticate'], undefined);
  }
  assert.equal(authorizerCalls(running), 2, 'without an identity nobody is asked');
});

test('what an authorizer is told, in version 2.0', async () => {
  await using running = await guard(
    {
      identitySource: [
        '$request.header.Authorization',
        '$request.querystring.q',
        '$stageVariables.v',
        '$context.routeKey',
      ],
    },
    () => ({ isAuthorized: false }),
  );
  const answer = await callHttp(running.gate, '/b/7?q=1', {
    headers: { ...userAgent, authorization: 'x', cookie: 'c=1' },
  });
  assert.deepEqual(settled(running.event, answer), {
    version: '2.0',
    type: 'REQUEST',
    routeArn: `arn:aws:execute-api:us-east-1:000000000000:${httpApiId}/$default/GET/b/7`,
    identitySource: ['x', '1', '1', 'GET /b/{id}'],
    routeKey: 'GET /b/{id}',
    rawPath: '/b/7',
    rawQueryString: 'q=1',
    cookies: ['c=1'],
    headers: { ...headersV2, authorization: 'x' },
    queryStringParameters: { q: '1' },
    requestContext: { ...contextV2, http: { ...http, method: 'GET', path: '/b/7' }, routeKey: 'GET /b/{id}' },
    pathParameters: { id: '7' },
    stageVariables: { v: '1' },
  });
});

test('what an authorizer is told, in version 1.0', async () => {
  await using running = await guard(
    {
      authorizerPayloadFormatVersion: '1.0',
      enableSimpleResponses: false,
      identitySource: ['$request.header.A', '$request.header.B'],
    },
    () => ({ isAuthorized: true }),
  );
  const answer = await callHttp(running.gate, '/a', { headers: { a: 'user1', b: '123' } });
  assert.equal(answer.status, 500, 'a simple answer where a policy is wanted');
  const { version, type, methodArn, identitySource, authorizationToken, pathParameters, body } =
    running.event as Record<string, unknown>;
  assert.deepEqual(
    { version, type, methodArn, identitySource, authorizationToken, pathParameters, body },
    {
      version: '1.0',
      type: 'REQUEST',
      methodArn: `arn:aws:execute-api:us-east-1:000000000000:${httpApiId}/$default/GET/a`,
      identitySource: 'user1,123',
      authorizationToken: 'user1,123',
      pathParameters: {},
      body: undefined,
    },
  );
});

test('a policy is kept, and asked about each request', async () => {
  await using running = await guard({ enableSimpleResponses: false }, (event) => {
    const { routeArn } = event as { routeArn: string };
    return {
      principalId: 'me',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: routeArn }],
      },
      context: { k: 'v' },
    };
  });
  assert.equal((await callHttp(running.gate, '/a', as('x'))).status, 200);
  assert.equal((await callHttp(running.gate, '/b/1', as('x'))).status, 403, 'the kept policy names another route only');
  assert.equal((await callHttp(running.gate, '/b/1', as('y'))).status, 200);
  assert.equal(authorizerCalls(running), 2);
});

for (const { why, decide, authorizer = {} } of [
  {
    why: 'throws',
    decide: () => {
      throw new Error('Unauthorized');
    },
  },
  { why: 'says something else', decide: () => ({ isAuthorized: 'yes' }) },
  { why: 'says nothing', decide: () => null },
  {
    why: 'returns a policy where yes or no is wanted',
    decide: () => ({ principalId: 'p', policyDocument: { Version: '2012-10-17', Statement: [] } }),
  },
  {
    why: 'returns a policy that is none',
    decide: () => ({ policyDocument: { Statement: [{ Effect: 'allow' }] } }),
    authorizer: { enableSimpleResponses: false },
  },
  { why: 'is not there', decide: () => ({ isAuthorized: true }), authorizer: { authorizerUri: invocationUri('gone') } },
  {
    why: 'is no function',
    decide: () => ({ isAuthorized: true }),
    authorizer: { authorizerUri: 'https://example.com' },
  },
] satisfies { why: string; decide: Handler; authorizer?: object }[])
  test(`an authorizer that ${why}: 500, and asked again`, async () => {
    await using running = await guard(authorizer, decide);
    for (let i = 0; i < 2; i++) {
      const answer = await callHttp(running.gate, '/a', as('x'));
      assert.deepEqual([answer.status, answer.text], [500, '{"message":"Internal Server Error"}']);
    }
    assert.notEqual(authorizerCalls(running), 1);
    assert.match(running.gate.log.text, /warn/);
  });

test('without identity sources, or without time to live, every request is asked about', async () => {
  for (const authorizer of [{ identitySource: [] }, { authorizerResultTtlInSeconds: 0 }]) {
    await using running = await guard(authorizer, () => ({ isAuthorized: true }));
    for (let i = 0; i < 3; i++) assert.equal((await callHttp(running.gate, '/a', as('x'))).status, 200);
    assert.equal(authorizerCalls(running), 3);
  }
});

test('a reset makes authorizers be asked again, a deployment does not', async () => {
  let calls = 0;
  const api = httpApi(
    { 'GET /a': guarded },
    {
      authorizers: {
        a: {
          authorizerType: 'REQUEST',
          authorizerUri: functionArn('auth'),
          authorizerPayloadFormatVersion: '2.0',
          enableSimpleResponses: true,
          identitySource: ['$request.header.Authorization'],
        },
      },
    },
  );
  const decide = () => {
    calls++;
    return { isAuthorized: true };
  };
  await using running = await FunctionGate.start({ f: () => 'ok', auth: decide }, [deployedHttpStage(api)]);
  await callHttp(running.gate, '/a', as('x'));
  running.gate.gate.deployApi(deployedHttpStage(api));
  await callHttp(running.gate, '/a', as('x'));
  assert.equal(calls, 1);
  running.gate.gate.deployApi(deployedHttpStage(api, { authorizersResetAtMs: 1 }));
  await callHttp(running.gate, '/a', as('x'));
  assert.equal(calls, 2);
});

test('what a token says reaches the function, all of it as text', async () => {
  const key = newKey('ES256', 'k');
  await using provider = await IdentityProvider.start(key);
  const authorizers = { a: { jwtConfiguration: { issuer: provider.issuer, audience: ['api'] } } };
  const jwt = { to: toFunction(), authorizationType: 'JWT', authorizerId: 'a' } as const;
  const api = httpApi(
    {
      'GET /a': jwt,
      'GET /scoped': { ...jwt, authorizationScopes: ['r'] },
      'GET /one': { ...jwt, to: toFunction({ payloadFormatVersion: '1.0', integrationUri: functionArn('one') }) },
    },
    { authorizers },
  );
  const functions = {
    f: (event: unknown) => event,
    one: (event: unknown) => ({ statusCode: 200, body: JSON.stringify(event) }),
  };
  await using running = await FunctionGate.start(functions, [deployedHttpStage(api)]);
  const claims = {
    iat: 1,
    exp: 9_999_999_999,
    scope: 'r w',
    groups: ['admin', 'poweruser'],
    ok: true,
    map: { a: 1 },
    none: null,
  };
  const token = `Bearer ${provider.token(claims)}`;
  const texts = {
    iss: provider.issuer,
    aud: 'api',
    sub: 'ann',
    iat: '1',
    exp: '9999999999',
    scope: 'r w',
    groups: '[admin poweruser]',
    ok: 'true',
    map: '{"a":1}',
  };
  const contextOf = async (target: string): Promise<unknown> =>
    JSON.parse((await callHttp(running.gate, target, as(token))).text).requestContext.authorizer;
  assert.deepEqual(await contextOf('/a'), { jwt: { claims: texts, scopes: null } });
  assert.deepEqual(await contextOf('/scoped'), { jwt: { claims: texts, scopes: ['r', 'w'] } });
  assert.deepEqual(await contextOf('/one'), { claims: texts, scopes: null });
});
