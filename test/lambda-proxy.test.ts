/** Lambda proxy integrations: what functions are told, and what clients get of what functions return. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { Integration, RestApi } from '../src/definition/rest-api.ts';
import { testInvoke } from '../src/gate/rest/test-invoke.ts';
import { UpstreamHttpIntegrator } from '../src/integrations/http.ts';
import { silentLog } from '../src/observe/log.ts';
import { Upstream } from '../src/wire/upstream.ts';
import { functionArn, type Handler, invocationUri, type PretendedFunction, PretendedFunctions } from './functions.ts';
import { apiId, deployedStage, restApi } from './rest-stage.ts';
import { RunningGate } from './running-gate.ts';
import { readShared, withoutShared } from './shared.ts';

const skip = withoutShared;
const vectorsOf = <Vector>(name: string): readonly Vector[] =>
  (readShared(`vectors/rest/${name}.json`) as { readonly vectors: readonly Vector[] } | undefined)?.vectors ?? [];

const proxy = (name = 'fn', changes: Partial<Integration> = {}): { readonly integration: Partial<Integration> } => ({
  integration: { type: 'AWS_PROXY', httpMethod: 'POST', uri: invocationUri(name), ...changes },
});

const variable = (name: string): string => `\${stageVariables.${name}}`;

async function gateWith(
  functions: PretendedFunctions,
  api: RestApi = restApi({ '/{proxy+}': { ANY: proxy() } }),
  stage: Parameters<typeof deployedStage>[1] = {},
): Promise<RunningGate> {
  const http = new UpstreamHttpIntegrator(new Upstream());
  return RunningGate.start([deployedStage(api, stage)], {
    integrators: { http, aws: null, functions: functions.caller() },
  });
}

interface EventVector {
  readonly id: string;
  readonly resources: Readonly<Record<string, readonly string[]>>;
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string | null;
  };
  readonly expectEvent: unknown;
}

/** What a recording leaves open. */
const isAny = (value: unknown): boolean => typeof value === 'object' && value !== null && '$any' in value;

/** `actual` with the values that the recording leaves open replaced by the recording's marks. */
function masked(actual: unknown, expected: unknown): unknown {
  if (isAny(expected)) return actual === undefined ? undefined : expected;
  if (typeof actual !== 'object' || actual === null || typeof expected !== 'object' || expected === null) return actual;
  if (Array.isArray(actual))
    return actual.map((each, index) => masked(each, Array.isArray(expected) ? expected[index] : undefined));
  const wanted = new Map<string, unknown>(Object.entries(expected));
  return Object.fromEntries(Object.entries(actual).map(([name, value]) => [name, masked(value, wanted.get(name))]));
}

for (const { id, request, expectEvent } of vectorsOf<EventVector>('lambda-proxy-events'))
  test(`recorded event: ${id}`, { skip }, async () => {
    const functions = new PretendedFunctions({ fn: () => ({ statusCode: 200 }) });
    const api = restApi({ '/{proxy+}': { ANY: proxy() }, '/hardcoded': { ANY: proxy() } });
    await using gate = await gateWith(functions, api, { stageName: 'stage' });
    const socket = connect(gate.listener.port, '127.0.0.1');
    await once(socket, 'connect');
    const { method, target, headers, body } = request;
    const lines = [
      `${method} ${target} HTTP/1.1`,
      `Host: ${apiId}.execute-api.us-east-1.amazonaws.com`,
      ...headers.map(([name, value]) => `${name}: ${value}`),
      'Connection: close',
      ...(body === null ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    ];
    socket.end(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
    socket.resume();
    await once(socket, 'close');
    const event = functions.calls[0]?.event;
    assert.deepEqual(masked(event, expectEvent), expectEvent);
  });

interface AnswerVector {
  readonly id: string;
  readonly lambdaResult?: unknown;
  readonly lambdaError?: boolean;
  readonly binaryMediaTypes?: readonly string[];
  readonly requestHeaders?: Readonly<Record<string, string>>;
  readonly expect: {
    readonly status: number;
    readonly body?: string;
    readonly bodyBase64?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
}

for (const vector of vectorsOf<AnswerVector>('lambda-proxy-responses'))
  test(`recorded answer: ${vector.id}`, { skip }, async () => {
    const functions = new PretendedFunctions({
      fn: () => {
        if (vector.lambdaError === true) throw new Error('failed');
        return vector.lambdaResult;
      },
    });
    const api = restApi({ '/{proxy+}': { ANY: proxy() } }, { binaryMediaTypes: vector.binaryMediaTypes ?? [] });
    await using gate = await gateWith(functions, api);
    const answer = await gate.call('/prod/x', { headers: vector.requestHeaders ?? {} });
    const { expect } = vector;
    assert.equal(answer.status, expect.status, answer.text);
    if (expect.body !== undefined) assert.equal(answer.text, expect.body);
    if (expect.bodyBase64 !== undefined) assert.equal(answer.bytes.toString('base64'), expect.bodyBase64);
    for (const [name, value] of Object.entries(expect.headers ?? {})) {
      const sent: string[] = [];
      for (let i = 0; i < answer.rawHeaders.length; i += 2)
        if (answer.rawHeaders[i]!.toLowerCase() === name.toLowerCase()) sent.push(answer.rawHeaders[i + 1]!);
      assert.equal(sent.join(', '), value, name);
    }
  });

for (const { when, headers, multiValueHeaders, expect } of [
  {
    when: 'the same pair in both is sent once',
    headers: { 'X-Both': 'a' },
    multiValueHeaders: { 'X-Both': ['a'] },
    expect: ['X-Both', 'a'],
  },
  {
    when: 'the spelling of a name makes no difference',
    headers: { 'x-both': 'a' },
    multiValueHeaders: { 'X-Both': ['a', 'b'] },
    expect: ['X-Both', 'a', 'X-Both', 'b'],
  },
  {
    when: 'a value that is a number is the same pair',
    headers: { 'x-both': 1 },
    multiValueHeaders: { 'x-both': ['1'] },
    expect: ['x-both', '1'],
  },
  {
    when: 'another value is added',
    headers: { 'X-Both': 'c' },
    multiValueHeaders: { 'X-Both': ['a', 'b'] },
    expect: ['X-Both', 'a', 'X-Both', 'b', 'X-Both', 'c'],
  },
  {
    when: 'a value that several values hold is another one',
    headers: { 'X-Both': 'a,b' },
    multiValueHeaders: { 'X-Both': ['a', 'b'] },
    expect: ['X-Both', 'a', 'X-Both', 'b', 'X-Both', 'a,b'],
  },
  {
    when: 'what a list repeats is repeated',
    headers: {},
    multiValueHeaders: { 'X-Both': ['a', 'a'] },
    expect: ['X-Both', 'a', 'X-Both', 'a'],
  },
])
  test(`headers and multiValueHeaders: ${when}`, async () => {
    const functions = new PretendedFunctions({ fn: () => ({ statusCode: 200, headers, multiValueHeaders }) });
    await using gate = await gateWith(functions);
    const { rawHeaders } = await gate.call('/prod/x');
    const sent = rawHeaders.filter((_, index) => rawHeaders[index - (index % 2)]!.toLowerCase() === 'x-both');
    assert.deepEqual(sent, expect);
  });

test('a function is told what it is called as', async () => {
  const functions = new PretendedFunctions({ fn: () => ({ statusCode: 204 }) });
  await using gate = await gateWith(functions);
  const trace = 'Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1';
  const answer = await gate.call('/prod/x', { headers: { 'X-Amzn-Trace-Id': trace } });
  assert.equal(answer.status, 204);
  assert.equal(answer.headers['x-amzn-trace-id'], trace);
  const [call] = functions.calls;
  assert.equal(call?.options.invokedFunctionArn, functionArn('fn'));
  assert.equal(call?.options.traceId, trace);
  assert.match(call?.options.requestId ?? '', /^[0-9a-f-]{36}$/);
});

test('names that clients choose are only names', async () => {
  const functions = new PretendedFunctions({ fn: (event) => ({ body: JSON.stringify(event) }) });
  await using gate = await gateWith(functions);
  const { text } = await gate.call('/prod/x?__proto__=1&constructor=2&__proto__=3', {
    headers: { __proto__x: 'a', constructor: 'b', toString: 'c' },
  });
  const event: Record<string, Record<string, unknown>> = JSON.parse(text);
  assert.deepEqual(Object.entries(event.multiValueQueryStringParameters ?? {}), [
    ['__proto__', ['1', '3']],
    ['constructor', ['2']],
  ]);
  assert.equal(event.headers?.constructor, 'b');
});

test('bodies of binary types come as base64, others as text', async () => {
  const functions = new PretendedFunctions({ fn: (event) => ({ body: JSON.stringify(event) }) });
  const api = restApi({ '/{proxy+}': { ANY: proxy() } }, { binaryMediaTypes: ['image/*'] });
  await using gate = await gateWith(functions, api);
  const bytes = Buffer.from([0, 255, 1, 128]);
  for (const { type, expect } of [
    { type: 'image/png', expect: [bytes.toString('base64'), true] },
    { type: 'text/plain', expect: ['\u0000\ufffd\u0001\ufffd', false] },
  ]) {
    const { text } = await gate.call('/prod/x', { method: 'POST', headers: { 'Content-Type': type }, body: bytes });
    const { body, isBase64Encoded } = JSON.parse(text) as { body: string; isBase64Encoded: boolean };
    assert.deepEqual([body, isBase64Encoded], expect, type);
  }
});

test('behind a custom domain name the base path belongs to the path', async () => {
  const functions = new PretendedFunctions({ fn: (event) => ({ body: JSON.stringify(event) }) });
  await using gate = await gateWith(functions);
  gate.gate.mapDomain({
    domainName: 'api.example.com',
    mappings: [{ basePath: 'v1', restApiId: apiId, stage: 'prod' }],
  });
  const { text } = await gate.call('/v1/pets', { host: 'api.example.com' });
  const event: { path: string; requestContext: Record<string, unknown> } = JSON.parse(text);
  assert.equal(event.path, '/v1/pets');
  assert.deepEqual(
    [event.requestContext.path, event.requestContext.domainName, event.requestContext.domainPrefix],
    ['/v1/pets', 'api.example.com', 'api'],
  );
});

for (const { when, uri, variables, expect } of [
  { when: 'a stage variable', uri: invocationUri(variable('name')), variables: { name: 'fn' }, expect: 'fn' },
  {
    when: 'a stage variable that is an alias',
    uri: invocationUri(`fn:${variable('alias')}`),
    variables: { alias: 'live' },
    expect: 'fn:live',
  },
  {
    when: 'a name without an ARN',
    uri: 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/fn/invocations',
    expect: 'fn',
  },
  {
    when: 'a doubled slash and a qualifier',
    uri: 'arn:aws:apigateway:us-east-1:lambda:path//2015-03-31/functions/fn/invocations?Qualifier=live',
    expect: 'fn:live',
  },
])
  test(`a function is found by ${when}`, async () => {
    const handler: Handler = () => ({ statusCode: 200 });
    const functions = new PretendedFunctions({ fn: handler, 'fn:live': handler });
    const api = restApi({ '/{proxy+}': { ANY: proxy('fn', { uri }) } });
    await using gate = await gateWith(functions, api, variables === undefined ? {} : { variables });
    assert.equal((await gate.call('/prod/x')).status, 200);
    assert.equal(functions.calls[0]?.name, expect);
  });

test('a path parameter may name the function', async () => {
  const functions = new PretendedFunctions({ one: () => ({ body: '1' }), two: () => ({ body: '2' }) });
  const integration = {
    uri: invocationUri('{name}'),
    requestParameters: { 'integration.request.path.name': 'method.request.path.which' },
  };
  await using gate = await gateWith(functions, restApi({ '/{which}': { GET: proxy('fn', integration) } }));
  assert.equal((await gate.call('/prod/two')).text, '2');
  const none = await gate.call('/prod/three');
  assert.deepEqual([none.status, none.text], [500, '{"message": "Internal server error"}']);
  assert.match(gate.log.text, /There is no function arn:aws:lambda:us-east-1:000000000000:function:three/);
});

test('a URI that names no function fails where it is called, with a line that shows it', async () => {
  const api = restApi({ '/{proxy+}': { ANY: proxy('fn', { uri: invocationUri(variable('missing')) }) } });
  await using gate = await gateWith(new PretendedFunctions({}), api);
  assert.equal((await gate.call('/prod/x')).status, 500);
  assert.match(gate.log.text, /Invalid function ARN or invalid uri/);
});

const granting = (changes: object): PretendedFunction => ({
  handler: () => ({ statusCode: 200 }),
  statements: [
    {
      Sid: 's',
      Effect: 'Allow',
      Principal: { Service: 'apigateway.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: functionArn('fn'),
      ...changes,
    },
  ],
});
const methodsOf = (pattern: string): object => ({
  Condition: { ArnLike: { 'AWS:SourceArn': `arn:aws:execute-api:us-east-1:000000000000:${apiId}/${pattern}` } },
});
for (const { when, fn, status } of [
  { when: 'for every API', fn: granting({}), status: 200 },
  { when: 'for this method', fn: granting(methodsOf('*/GET/pets/*')), status: 200 },
  { when: 'for all methods of the API', fn: granting(methodsOf('*/*/*')), status: 200 },
  { when: 'for another stage', fn: granting(methodsOf('dev/GET/pets/*')), status: 500 },
  { when: 'for another method', fn: granting(methodsOf('*/POST/pets/*')), status: 500 },
  { when: 'to another service', fn: granting({ Principal: { Service: 's3.amazonaws.com' } }), status: 500 },
  { when: 'to nobody', fn: { ...granting({}), statements: [] }, status: 500 },
])
  test(`a permission ${when}: ${status}`, async () => {
    const api = restApi({ '/pets/{id}': { GET: proxy() } });
    await using gate = await gateWith(new PretendedFunctions({ fn }), api);
    const answer = await gate.call('/prod/pets/7');
    assert.equal(answer.status, status);
    if (status === 200) return;
    assert.equal(answer.text, '{"message": "Internal server error"}');
    assert.match(gate.log.text, /Invalid permissions on Lambda function/);
    const command = `aws lambda add-permission --function-name '${functionArn('fn')}' --statement-id 'apigateway-${apiId}-GET-pets-id' --action lambda:InvokeFunction --principal apigateway.amazonaws.com --source-arn 'arn:aws:execute-api:us-east-1:000000000000:${apiId}/*/GET/pets/*'`;
    assert.ok(gate.log.text.includes(JSON.stringify(command).slice(1, -1)), gate.log.text);
  });

test('a role stands for the permission of the function', async () => {
  const functions = new PretendedFunctions({ fn: { ...granting({}), statements: [] } });
  const role = (name: string): RestApi =>
    restApi({ '/{proxy+}': { ANY: proxy('fn', { credentials: `arn:aws:iam::000000000000:role/${name}` }) } });
  await using gate = await gateWith(functions, role('caller'));
  assert.equal((await gate.call('/prod/x')).status, 200);
  gate.gate.deploy(deployedStage(role('nobody')));
  assert.equal((await gate.call('/prod/x')).status, 500);
  assert.match(gate.log.text, /The role arn:aws:iam::000000000000:role\/nobody does not exist or does not allow/);
});

for (const { when, result, problem } of [
  { when: 'nothing', result: undefined, problem: 'the answer must be an object, not null' },
  { when: 'a list', result: [], problem: 'the answer must be an object, not a list' },
  { when: 'a body that is an object', result: { body: { a: 1 } }, problem: 'body: must be a text, not an object' },
  { when: 'a status that is none', result: { statusCode: 1 }, problem: 'statusCode: 1 is no HTTP status' },
  {
    when: 'a header that is a list',
    result: { headers: { a: ['b'] } },
    problem: 'headers.a: must be a text, not a list',
  },
  { when: 'a header with a line break', result: { headers: { a: 'b\nc' } }, problem: 'headers.a: can not be sent' },
  { when: 'a member that is misspelt', result: { statuscode: 200 }, problem: 'statuscode: is no member of an answer' },
  { when: 'a flag that is none', result: { isBase64Encoded: 1 }, problem: 'isBase64Encoded: must be true or false' },
  {
    when: 'a name that objects inherit',
    result: { headers: { 'con structor': 'x' } },
    problem: 'headers.con structor',
  },
])
  test(`an answer that is ${when} is a 502, and the log says what is wrong`, async () => {
    await using gate = await gateWith(new PretendedFunctions({ fn: () => result }));
    const answer = await gate.call('/prod/x');
    assert.deepEqual([answer.status, answer.text], [502, '{"message": "Internal server error"}']);
    assert.ok(gate.log.text.includes(problem), gate.log.text);
  });

test('a function that takes too long is a 504', async () => {
  const functions = new PretendedFunctions({ fn: () => new Promise(() => {}) });
  await using gate = await gateWith(functions, restApi({ '/{proxy+}': { ANY: proxy('fn', { timeoutInMillis: 50 }) } }));
  const answer = await gate.call('/prod/x');
  assert.deepEqual([answer.status, answer.text], [504, '{"message": "Endpoint request timed out"}']);
});

/** A response that a function writes piece by piece. */
function streaming(pieces: readonly (string | Buffer)[], error?: object): PretendedFunction {
  return {
    streamHandler: () => {
      const body = Readable.from(
        pieces.map((piece) => Buffer.from(piece)),
        { objectMode: false },
      );
      const payload = Buffer.from(JSON.stringify(error ?? {}));
      const result = { payload, executedVersion: '$LATEST', durationMs: 1 };
      return {
        contentType: 'application/vnd.awslambda.http-integration-response',
        body,
        completed: Promise.resolve(error === undefined ? result : { ...result, functionError: 'Unhandled' as const }),
      };
    },
  };
}
const metadata = (value: object): string => `${JSON.stringify(value)}${'\0'.repeat(8)}`;
const streamed = restApi({ '/{proxy+}': { ANY: proxy('fn', { responseTransferMode: 'STREAM' }) } });

test('a streamed answer begins with its metadata and goes on as it is written', async () => {
  const head = metadata({
    statusCode: 201,
    headers: { 'X-One': '1', 'content-type': 'text/event-stream' },
    multiValueHeaders: { 'X-Many': ['a', 'b'] },
    cookies: ['c=1', 'd=2'],
  });
  const fn = streaming([head.slice(0, 20), `${head.slice(20)}first`, Buffer.from([0, 255]), 'last']);
  await using gate = await gateWith(new PretendedFunctions({ fn }), streamed);
  const answer = await gate.call('/prod/x');
  assert.equal(answer.status, 201);
  assert.deepEqual(answer.bytes, Buffer.concat([Buffer.from('first'), Buffer.from([0, 255]), Buffer.from('last')]));
  assert.deepEqual(
    [answer.headers['x-one'], answer.headers['content-type'], answer.headers['x-many'], answer.headers['set-cookie']],
    ['1', 'text/event-stream', 'a, b', ['c=1', 'd=2']],
  );
});

for (const { when, fn, text } of [
  { when: 'without metadata', fn: streaming(['just text']), text: 'must begin with its metadata' },
  { when: 'with metadata that is wrong', fn: streaming([metadata({ status: 200 })]), text: 'status: is no member' },
  {
    when: 'of a function that fails before it writes',
    fn: streaming([], { errorType: 'Error', errorMessage: 'no luck' }),
    text: 'no luck',
  },
])
  test(`a streamed answer ${when} is a 502`, async () => {
    await using gate = await gateWith(new PretendedFunctions({ fn }), streamed);
    const answer = await gate.call('/prod/x');
    assert.deepEqual([answer.status, answer.text], [502, '{"message": "Internal server error"}']);
    assert.ok(gate.log.text.includes(text), gate.log.text);
  });

test('a function that fails while it writes: the answer breaks off, and one line says why', async () => {
  const error = { errorType: 'Error', errorMessage: 'halfway' };
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const fn: PretendedFunction = {
    streamHandler: () => {
      const body = new Readable({ read() {} });
      body.push(`${metadata({ statusCode: 200 })}first`);
      const payload = Buffer.from(JSON.stringify(error));
      return {
        contentType: 'application/vnd.awslambda.http-integration-response',
        body,
        completed: ended.then(() => {
          body.destroy(new Error('the function failed'));
          return { payload, executedVersion: '$LATEST', durationMs: 1, functionError: 'Unhandled' as const };
        }),
      };
    },
  };
  await using gate = await gateWith(new PretendedFunctions({ fn }), streamed);
  const socket = connect(gate.listener.port, '127.0.0.1');
  socket.write(`GET /prod/x HTTP/1.1\r\nHost: ${apiId}.execute-api.us-east-1.amazonaws.com\r\n\r\n`);
  let received = '';
  socket.on('data', (piece) => {
    received += piece.toString();
    if (received.includes('first')) end();
  });
  await once(socket, 'close');
  assert.doesNotMatch(received, /\r\n0\r\n/, 'the client sees that this was not all');
  const [line, ...more] = gate.log.lines.filter(
    ({ message }) => message === 'a function failed while it wrote its answer',
  );
  assert.deepEqual(more, []);
  const { requestId, lambdaRequestId, ...said } = line?.fields ?? {};
  assert.deepEqual(said, {
    restApiId: apiId,
    stage: 'prod',
    method: 'ANY',
    resource: '/{proxy+}',
    functionArn: functionArn('fn'),
    reason: 'halfway',
  });
  assert.match(`${requestId} ${lambdaRequestId}`, /^[0-9a-f-]{36} [0-9a-f-]{36}$/);
});

test('testing a method with a function behind it tells how it went', async () => {
  const functions = new PretendedFunctions({
    good: () => ({ statusCode: 200, body: 'yes' }),
    bad: () => 'no',
    failing: () => {
      throw new Error('broken');
    },
    streaming: streaming([metadata({ statusCode: 200 }), 'streamed']),
  });
  const api = restApi({
    '/x': {
      GET: proxy('good'),
      PUT: proxy('bad'),
      POST: proxy('failing'),
      DELETE: proxy('streaming', { responseTransferMode: 'STREAM' }),
      PATCH: proxy('missing'),
    },
  });
  const services = {
    integrators: { http: new UpstreamHttpIntegrator(new Upstream()), aws: null, functions: functions.caller() },
    log: silentLog,
  };
  const invoke = (httpMethod: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH') =>
    testInvoke({ api, resourceId: 'r_x', httpMethod }, services);
  const good = await invoke('GET');
  assert.deepEqual([good.status, good.body, good.headers['Content-Type']], [200, 'yes', 'application/json']);
  const url = `https://lambda\\.us-east-1\\.amazonaws\\.com/2015-03-31/functions/${functionArn('good')}/invocations`;
  for (const line of [
    `Endpoint request URI: ${url}`,
    `Endpoint request headers: \\{x-amzn-lambda-integration-tag=[0-9a-f-]{36}, Authorization=\\*+, X-Amz-Date=\\d{8}T\\d{6}Z, x-amzn-apigateway-api-id=${apiId}, X-Amz-Source-Arn=arn:aws:execute-api:us-east-1:000000000000:${apiId}/test-invoke-stage/GET/x, Accept=application/json, User-Agent=AmazonAPIGateway_${apiId}, X-Amz-Security-Token=\\*+ \\[TRUNCATED\\]`,
    'Endpoint request body after transformations: \\{"resource":"/x"',
    `Sending request to ${url}`,
    'Received response\\. Status: 200, Integration latency: \\d+ ms',
    'Endpoint response headers: \\{Date=.*, Content-Type=application/json, Content-Length=\\d+, Connection=keep-alive, x-amzn-RequestId=.*, X-Amz-Executed-Version=\\$LATEST, X-Amzn-Trace-Id=Root=.*\\}',
    'Endpoint response body before transformations: \\{"statusCode":200,"body":"yes"\\}',
    'Method response body after transformations: yes',
    'Method completed with status: 200',
  ])
    assert.match(good.log, new RegExp(`UTC \\d{4} : ${line}`, 'm'));
  const bad = await invoke('PUT');
  assert.equal(bad.status, 502);
  assert.match(bad.log, /Execution failed due to configuration error: Malformed Lambda proxy response\n/);
  const failing = await invoke('POST');
  assert.match(
    failing.log,
    /Lambda execution failed with status 200 due to customer function error: broken\. Lambda request id: [0-9a-f-]{36}\n/,
  );
  assert.deepEqual([(await invoke('DELETE')).body, failing.status], ['streamed', 502]);
  const missing = await invoke('PATCH');
  assert.match(missing.log, /Execution failed due to configuration error: Invalid permissions on Lambda function\n/);
  assert.equal(missing.status, 500);
});
