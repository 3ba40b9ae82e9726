/** Function URLs: what functions are called with, what becomes of what they return, and who may call. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { after, before, describe, test } from 'node:test';
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionCommand,
  DeleteFunctionUrlConfigCommand,
  LambdaClient,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  RemovePermissionCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import type { FunctionStatement } from '../src/access/function-permission.ts';
import type { ServedFunctionUrl } from '../src/definition/functions/function-urls.ts';
import type { GateLimits } from '../src/gate/limits.ts';
import { UpstreamHttpIntegrator } from '../src/integrations/http.ts';
import { Upstream } from '../src/wire/upstream.ts';
import { functionArn, type Handler, PretendedFunctions } from './functions.ts';
import { startGateway, type TestGateway } from './gateway.ts';
import { type Answer, type Call, RunningGate } from './running-gate.ts';

const urlId = 'abcdefghijklmnopqrstuvwxyz012345';
const host = `${urlId}.lambda-url.us-east-1.on.aws`;

const toUrl = (changes: Partial<FunctionStatement> = {}): FunctionStatement => ({
  Sid: 'url',
  Effect: 'Allow',
  Principal: '*',
  Action: 'lambda:InvokeFunctionUrl',
  Resource: functionArn('f'),
  Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } },
  ...changes,
});
const toInvoke = (changes: Partial<FunctionStatement> = {}): FunctionStatement => ({
  ...toUrl(),
  Sid: 'invoke',
  Action: 'lambda:InvokeFunction',
  Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
  ...changes,
});

interface Asked {
  readonly handler?: Handler;
  readonly url?: Partial<ServedFunctionUrl>;
  readonly statements?: readonly FunctionStatement[];
  readonly limits?: Partial<GateLimits>;
}

/** One call of one URL. */
async function asked(
  { handler = () => 'ok', url = {}, statements = [toUrl(), toInvoke()], limits = {} }: Asked,
  target = '/',
  call: Call = {},
): Promise<{ readonly answer: Answer; readonly log: string; readonly functions: PretendedFunctions }> {
  const functions = new PretendedFunctions({ f: { handler, statements } });
  const upstream = new Upstream();
  const integrators = { http: new UpstreamHttpIntegrator(upstream), aws: null, functions: functions.caller() };
  await using gate = await RunningGate.start([], { integrators, limits });
  gate.gate.serveFunctionUrls(functionArn('f'), [
    { urlId, functionArn: functionArn('f'), authType: 'NONE', invokeMode: 'BUFFERED', ...url },
  ]);
  const answer = await gate.call(target, { host, ...call });
  upstream.close();
  return { answer, log: gate.log.text, functions };
}

test('the event says everything about the request, in payload version 2.0', async () => {
  const { functions, answer } = await asked({}, '/a%20b/c?x=1&x=2&y=%20z', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      cookie: 'a=1; b=2',
      'user-agent': 'tester/1',
      'x-two': ['one', 'two'],
      'x-forwarded-for': '192.0.2.7',
      'x-amzn-trace-id': 'Root=1-00000000-000000000000000000000000',
    },
    body: '{"a":1}',
  });
  const [{ event, options } = { event: undefined, options: undefined }] = functions.calls;
  const { requestContext, ...rest }: { requestContext?: Record<string, unknown> } = Object(event);
  const { requestId, time, timeEpoch, ...context } = requestContext ?? {};
  assert.deepEqual(rest, {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/a%20b/c',
    rawQueryString: 'x=1&x=2&y=%20z',
    cookies: ['a=1', 'b=2'],
    headers: {
      host,
      'content-type': 'application/json',
      'user-agent': 'tester/1',
      'x-two': 'one,two',
      'content-length': '7',
      'x-amzn-trace-id': 'Root=1-00000000-000000000000000000000000',
      'x-forwarded-for': '192.0.2.7, 127.0.0.1',
      'x-forwarded-port': Object(rest).headers['x-forwarded-port'],
      'x-forwarded-proto': 'http',
    },
    queryStringParameters: { x: '1,2', y: ' z' },
    body: '{"a":1}',
    isBase64Encoded: false,
  });
  assert.deepEqual(context, {
    accountId: 'anonymous',
    apiId: urlId,
    domainName: host,
    domainPrefix: urlId,
    http: { method: 'POST', path: '/a%20b/c', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'tester/1' },
    routeKey: '$default',
    stage: '$default',
  });
  assert.match(String(time), /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
  assert.ok(Math.abs(Number(timeEpoch) - Date.now()) < 60_000);
  assert.deepEqual(
    [requestId, options?.requestId],
    [answer.headers['x-amzn-requestid'], answer.headers['x-amzn-requestid']],
    'the invocation is known by the id that the client is told',
  );
});

for (const { when, target, how = {}, wanted } of [
  { when: 'by path, where there is no DNS', target: `/_url/${urlId}/a/b`, how: { host: 'localhost' }, wanted: '/a/b' },
  { when: 'by path without one of its own', target: `/_url/${urlId}`, how: { host: 'localhost' }, wanted: '/' },
  { when: 'by any domain', target: '/x', how: { host: `${urlId}.lambda-url.localhost:8080` }, wanted: '/x' },
  { when: 'whose path has escapes', target: '/a%2Fb/%E4', wanted: '/a%2Fb/%E4' },
  { when: 'whose path climbs', target: '/a/../b', wanted: '/a/../b' },
])
  test(`a request ${when} is for the function`, async () => {
    const { answer } = await asked({ handler: (event) => Object(event).rawPath }, target, how);
    assert.deepEqual([answer.status, answer.text], [200, JSON.stringify(wanted)]);
  });

test('a body that is no text is base64, and no body is none', async () => {
  const handler: Handler = (event) => {
    const { body, isBase64Encoded } = Object(event);
    return { body, isBase64Encoded, bodyless: !Object.hasOwn(Object(event), 'body') };
  };
  const bytes = Buffer.from([0, 255, 128, 10]);
  const sent = await asked({ handler }, '/', {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
  });
  assert.deepEqual(JSON.parse(sent.answer.text), {
    body: bytes.toString('base64'),
    isBase64Encoded: true,
    bodyless: false,
  });
  const none = await asked({ handler });
  assert.deepEqual(JSON.parse(none.answer.text), { isBase64Encoded: false, bodyless: true });
});

for (const { what, returned, status = 200, type = 'application/json', body, headers = {} } of [
  { what: 'an object without statusCode', returned: { message: 'hi' }, body: '{"message":"hi"}' },
  { what: 'a text, as JSON', returned: 'Hello, world!', body: '"Hello, world!"' },
  { what: 'nothing', returned: null, body: 'null' },
  {
    what: 'all of an answer',
    returned: {
      statusCode: 201,
      headers: { 'Content-Type': 'text/html', 'X-Own': 'yes' },
      cookies: ['a=1; Path=/', 'b=2'],
      body: '<p>',
    },
    status: 201,
    type: 'text/html',
    body: '<p>',
    headers: { 'x-own': 'yes', 'set-cookie': ['a=1; Path=/', 'b=2'] },
  },
  { what: 'an answer without type', returned: { statusCode: 202, body: '[]' }, status: 202, body: '[]' },
  {
    what: 'base64',
    returned: {
      statusCode: 200,
      headers: { 'content-type': 'image/x' },
      body: Buffer.from('bytes').toString('base64'),
      isBase64Encoded: true,
    },
    type: 'image/x',
    body: 'bytes',
  },
])
  test(`a function that returns ${what}: ${status}`, async () => {
    const { answer } = await asked({ handler: () => returned });
    assert.deepEqual([answer.status, answer.headers['content-type'], answer.text], [status, type, body]);
    for (const [name, value] of Object.entries(headers)) assert.deepEqual(answer.headers[name], value);
    assert.match(String(answer.headers['x-amzn-requestid']), /^[0-9a-f-]{36}$/);
    assert.match(String(answer.headers['x-amzn-trace-id']), /^Root=1-/);
  });

const forbidden =
  '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}';

for (const { when, wish, how = {}, status, body, errorType, log } of [
  {
    when: 'the function throws',
    wish: {
      handler: () => {
        throw new Error('secret');
      },
    },
    status: 502,
    body: 'Internal Server Error',
    log: /a function gave no answer.*secret/,
  },
  {
    when: 'its statusCode is none',
    wish: { handler: () => ({ statusCode: 'abc' }) },
    status: 502,
    body: 'Internal Server Error',
    log: /statusCode \\"abc\\" is no status/,
  },
  {
    when: 'its header would split the answer',
    wish: { handler: () => ({ statusCode: 200, headers: { 'x-a': 'b\r\nx-c: d' } }) },
    status: 502,
    body: 'Internal Server Error',
    log: /the header \\"x-a\\" can not be sent/,
  },
  {
    when: 'no policy lets everybody call',
    wish: { statements: [] },
    status: 403,
    body: forbidden,
    errorType: 'AccessDeniedException',
    log: /add-permission --function-name .*:f' .*lambda:InvokeFunctionUrl .*--function-url-auth-type NONE; aws lambda .*lambda:InvokeFunction .*--invoked-via-function-url/,
  },
  { when: 'only the URL is permitted', wish: { statements: [toUrl()] }, status: 403, body: forbidden, log: /policy/ },
  {
    when: 'only invoking is permitted',
    wish: { statements: [toInvoke()] },
    status: 403,
    body: forbidden,
    log: /policy/,
  },
  {
    when: 'the permission is for the other type of URL',
    wish: {
      statements: [toUrl({ Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } } }), toInvoke()],
    },
    status: 403,
    body: forbidden,
    log: /policy/,
  },
  {
    when: 'a statement denies it',
    wish: { statements: [toUrl(), toInvoke(), toInvoke({ Sid: 'no', Effect: 'Deny' })] },
    status: 403,
    body: forbidden,
    log: /policy/,
  },
  {
    when: 'signatures would have to be checked',
    wish: { url: { authType: 'AWS_IAM' } },
    status: 403,
    body: forbidden,
    log: /AWS_IAM can not be checked/,
  },
  {
    when: 'there is no such URL',
    wish: {},
    how: { host: 'nobody.lambda-url.us-east-1.on.aws' },
    status: 404,
    body: '{"Message":"Not Found"}',
    errorType: 'ResourceNotFoundException',
    log: /no function URL has this name/,
  },
  {
    when: 'the body is too large',
    wish: { limits: { bodyBytes: 10 } },
    how: { method: 'POST', body: 'eleven bytes' },
    status: 413,
    body: 'HTTP content length exceeded 10 bytes.',
    log: /the body has more than/,
  },
] satisfies {
  when: string;
  wish: Asked;
  how?: Call;
  status: number;
  body: string;
  errorType?: string;
  log: RegExp;
}[])
  test(`when ${when}: ${status}`, async () => {
    const { answer, log: lines } = await asked(wish, '/', how);
    assert.deepEqual([answer.status, answer.text], [status, body]);
    assert.equal(answer.headers['content-type'], 'application/json');
    if (errorType !== undefined) assert.equal(answer.headers['x-amzn-errortype'], errorType);
    assert.match(lines, log);
  });

test('a permission without condition is one for both', async () => {
  const { Condition: _, ...statement } = toUrl();
  const both = { ...statement, Action: 'lambda:*' };
  assert.equal((await asked({ statements: [both] })).answer.status, 200);
});

describe('CORS of a function URL', () => {
  const cors = {
    allowOrigins: ['https://app.example'],
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['X-Mine'],
    exposeHeaders: ['X-Own'],
    allowCredentials: true,
    maxAgeSeconds: 60,
  };
  const preflight = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
  const ofCors = ({ headers }: Answer) =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));

  test('preflights are answered by the configuration, without the function', async () => {
    const { answer, functions } = await asked({ url: { cors } }, '/', { method: 'OPTIONS', headers: preflight });
    assert.deepEqual([answer.status, answer.text, functions.calls.length], [200, '', 0]);
    assert.deepEqual(ofCors(answer), {
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'x-mine',
      'access-control-max-age': '60',
    });
  });

  test('what the function says of CORS is replaced, errors carry it too', async () => {
    const handler: Handler = (event) =>
      Object(event).rawPath === '/fails'
        ? { statusCode: 'none' }
        : { statusCode: 200, headers: { 'Access-Control-Allow-Origin': '*', 'X-Own': '1' } };
    for (const [target, status] of [
      ['/', 200],
      ['/fails', 502],
    ] as const) {
      const { answer } = await asked({ url: { cors }, handler }, target, {
        headers: { origin: 'https://app.example' },
      });
      assert.equal(answer.status, status);
      assert.deepEqual(ofCors(answer), {
        'access-control-allow-origin': 'https://app.example',
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'x-own',
      });
    }
  });

  test('another origin is told nothing', async () => {
    const { answer } = await asked({ url: { cors } }, '/', {
      method: 'OPTIONS',
      headers: { ...preflight, origin: 'https://other.example' },
    });
    assert.deepEqual(ofCors(answer), {});
  });

  test('without a configuration preflights are the function’s, and what it says stays', async () => {
    const { answer } = await asked(
      { handler: () => ({ statusCode: 204, headers: { 'Access-Control-Allow-Origin': '*' } }) },
      '/',
      { method: 'OPTIONS', headers: preflight },
    );
    assert.deepEqual([answer.status, ofCors(answer)], [204, { 'access-control-allow-origin': '*' }]);
  });
});

describe('function URLs of a running gateway', { timeout: 60_000 }, () => {
  let gateway: TestGateway;
  let lambda: LambdaClient;

  before(async () => {
    gateway = await startGateway();
    const { managementUrl: endpoint, rootKey: credentials } = gateway.node;
    lambda = new LambdaClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  });
  after(async () => {
    lambda.destroy();
    await gateway[Symbol.asyncDispose]();
  });

  /** @returns the function's name */
  async function make(name: string, code: string): Promise<string> {
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/any',
        Code: { ZipFile: zipSync({ 'index.js': strToU8(code) }) },
      }),
    );
    return name;
  }

  async function open(FunctionName: string, Qualifier?: string): Promise<void> {
    const target = { FunctionName, ...(Qualifier !== undefined && { Qualifier }), Principal: '*' };
    await lambda.send(
      new AddPermissionCommand({
        ...target,
        StatementId: 'url',
        Action: 'lambda:InvokeFunctionUrl',
        FunctionUrlAuthType: 'NONE',
      }),
    );
    await lambda.send(
      new AddPermissionCommand({
        ...target,
        StatementId: 'invoke',
        Action: 'lambda:InvokeFunction',
        InvokedViaFunctionUrl: true,
      }),
    );
  }

  /** Fetches from what CreateFunctionUrlConfig called the URL, at this gateway's port. */
  async function fetched(functionUrl: string | undefined, path = ''): Promise<{ status: number; text: string }> {
    const { host: name } = new URL(functionUrl ?? '');
    const request = get(`${gateway.traffic}/${path}`, { headers: { host: name }, agent: false });
    const [response] = await once(request, 'response');
    let text = '';
    for await (const piece of response) text += piece;
    return { status: response.statusCode, text };
  }

  test('a URL answers from the moment it is made until it is deleted; permissions act at once', async () => {
    const FunctionName = await make('direct', 'exports.handler = async (e) => ({ path: e.rawPath });');
    const { FunctionUrl } = await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE' }));
    assert.equal((await fetched(FunctionUrl)).status, 403, 'nobody may call yet');
    await open(FunctionName);
    assert.deepEqual(await fetched(FunctionUrl, 'pets'), { status: 200, text: '{"path":"/pets"}' });
    await lambda.send(new UpdateFunctionUrlConfigCommand({ FunctionName, AuthType: 'AWS_IAM' }));
    assert.equal((await fetched(FunctionUrl)).status, 403);
    await lambda.send(new UpdateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE' }));
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
    assert.deepEqual(await fetched(FunctionUrl), {
      status: 429,
      text: '{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}',
    });
    await lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: 'invoke' }));
    assert.equal((await fetched(FunctionUrl)).status, 403);
    await lambda.send(new DeleteFunctionUrlConfigCommand({ FunctionName }));
    assert.equal((await fetched(FunctionUrl)).status, 404);
  });

  test('an alias has a URL of its own, and none is left of a function that is gone', async () => {
    const FunctionName = await make('versioned', 'exports.handler = async (e, c) => c.invokedFunctionArn;');
    const { Version: FunctionVersion } = await lambda.send(new PublishVersionCommand({ FunctionName }));
    await lambda.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion }));
    const Qualifier = 'live';
    const { FunctionUrl } = await lambda.send(
      new CreateFunctionUrlConfigCommand({ FunctionName, Qualifier, AuthType: 'NONE' }),
    );
    await open(FunctionName, Qualifier);
    assert.deepEqual(await fetched(FunctionUrl), {
      status: 200,
      text: '"arn:aws:lambda:us-east-1:000000000000:function:versioned:live"',
    });
    await lambda.send(new DeleteFunctionCommand({ FunctionName }));
    assert.equal((await fetched(FunctionUrl)).status, 404);
  });

  for (const { how, body, wanted } of [
    {
      how: 'with metadata',
      body: `stream = awslambda.HttpResponseStream.from(stream, { statusCode: 207, headers: { 'X-Mark': 'yes' }, cookies: ['a=1'] });
        stream.write('first '); await gone(); stream.end('last');`,
      wanted: { status: 207, mark: 'yes', cookie: ['a=1'], type: 'application/json' },
    },
    {
      how: 'with a type only',
      body: `stream.setContentType('text/plain'); stream.write('first '); await gone(); stream.end('last');`,
      wanted: { status: 200, mark: undefined, cookie: undefined, type: 'text/plain' },
    },
  ])
    test(`a streamed answer ${how} arrives as it is written`, async () => {
      const FunctionName = await make(
        `streams-${how.replaceAll(' ', '-')}`,
        `let go; const gone = () => new Promise((resolve) => { go = resolve; setTimeout(resolve, 20); });
        exports.handler = awslambda.streamifyResponse(async (event, stream) => { ${body} });`,
      );
      const { FunctionUrl } = await lambda.send(
        new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' }),
      );
      await open(FunctionName);
      const request = get(gateway.traffic, { headers: { host: new URL(FunctionUrl ?? '').host }, agent: false });
      const [response] = await once(request, 'response');
      const pieces: string[] = [];
      for await (const piece of response) pieces.push(String(piece));
      const { statusCode, headers } = response;
      assert.deepEqual(
        { status: statusCode, mark: headers['x-mark'], cookie: headers['set-cookie'], type: headers['content-type'] },
        wanted,
      );
      assert.deepEqual([pieces.join(''), headers['transfer-encoding']], ['first last', 'chunked']);
    });

  test('a streamed answer without a body arrives, time and again', async () => {
    const FunctionName = await make(
      'redirects',
      `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
        if (event.rawPath === '/bare') return stream.end();
        awslambda.HttpResponseStream.from(stream, { statusCode: 302, headers: { Location: '/there' } }).end();
      });`,
    );
    const { FunctionUrl } = await lambda.send(
      new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' }),
    );
    await open(FunctionName);
    for (let i = 0; i < 20; i++) {
      assert.deepEqual(await fetched(FunctionUrl), { status: 302, text: '' });
      assert.deepEqual(await fetched(FunctionUrl, 'bare'), { status: 200, text: '' });
    }
  });

  test('a streamed answer that fails before its first byte: 502', async () => {
    const FunctionName = await make(
      'breaks',
      'exports.handler = awslambda.streamifyResponse(async () => { throw new Error("early"); });',
    );
    const { FunctionUrl } = await lambda.send(
      new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' }),
    );
    await open(FunctionName);
    assert.deepEqual(await fetched(FunctionUrl), { status: 502, text: 'Internal Server Error' });
  });
});
