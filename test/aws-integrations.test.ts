/** Integrations of type AWS: what services receive, signed, and what clients get; functions behind templates. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import type { Integration, IntegrationResponse, RestApi } from '../src/definition/rest-api.ts';
import { testInvoke } from '../src/gate/rest/test-invoke.ts';
import { SigningAwsIntegrator } from '../src/integrations/aws.ts';
import { Functions } from '../src/integrations/functions.ts';
import { UpstreamHttpIntegrator } from '../src/integrations/http.ts';
import type { Integrators } from '../src/integrations/integrator.ts';
import { RemoteFunctions } from '../src/integrations/remote-functions.ts';
import { SignedCalls } from '../src/integrations/signed-calls.ts';
import { silentLog } from '../src/observe/log.ts';
import { Upstream } from '../src/wire/upstream.ts';
import { AwsServices, type ServiceAnswer, signingKey } from './aws-services.ts';
import { functionArn, invocationUri, PretendedFunctions } from './functions.ts';
import { deployedStage, type MethodWish, restApi } from './rest-stage.ts';
import { RunningGate } from './running-gate.ts';

const role = 'arn:aws:iam::000000000000:role/caller';

function integratorsOf(services: AwsServices | null, functions: PretendedFunctions | null): Integrators {
  const http = new UpstreamHttpIntegrator(new Upstream());
  const names = ['sqs', 'sns', 'dynamodb', 'kinesis', 'states', 'events', 's3', 'ssm', 'lambda', 'monitoring', 'iot'];
  const calls = new SignedCalls({
    http,
    services: services === null ? {} : Object.fromEntries(names.map((name) => [name, services.url])),
    credentialsFor: (roleArn) => (roleArn.endsWith('/nobody') ? undefined : signingKey),
  });
  const remote = new RemoteFunctions(calls);
  const caller = functions === null ? new Functions({ hosted: null, remote }) : functions.caller(remote);
  return { http, aws: new SigningAwsIntegrator(calls, caller), functions: caller };
}

const aws = (
  uri: string,
  changes: Partial<Integration> = {},
  responses: Readonly<Record<string, Partial<IntegrationResponse>>> = { '200': {} },
): MethodWish => ({
  integration: {
    type: 'AWS',
    httpMethod: 'POST',
    uri: `arn:aws:apigateway:us-east-1:${uri}`,
    credentials: role,
    integrationResponses: Object.fromEntries(
      Object.entries(responses).map(([statusCode, response]) => [statusCode, { statusCode, ...response }]),
    ),
    ...changes,
  },
});
const json = (template: string): Partial<Integration> => ({ requestTemplates: { 'application/json': template } });

interface Row {
  readonly when: string;
  readonly path?: string;
  readonly method: MethodWish;
  readonly target?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expect: {
    readonly method?: string;
    readonly target?: string;
    readonly signedFor?: string;
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
}

/** Each row: one call through the gate and what the service receives of it. */
const rows: readonly Row[] = [
  {
    when: 'DynamoDB by action: target and content type are added',
    method: aws('dynamodb:action/PutItem', json('{"TableName":"t","Item":{"id":{"S":"$input.params(\'id\')"}}}')),
    target: '/x?id=test%203',
    expect: {
      method: 'POST',
      target: '/',
      signedFor: 'us-east-1/dynamodb',
      body: '{"TableName":"t","Item":{"id":{"S":"test 3"}}}',
      headers: { 'x-amz-target': 'DynamoDB_20120810.PutItem', 'content-type': 'application/x-amz-json-1.0' },
    },
  },
  {
    when: 'Kinesis by action',
    method: aws('kinesis:action/PutRecord', json('{"Data":"$util.base64Encode($input.body)"}')),
    expect: {
      target: '/',
      signedFor: 'us-east-1/kinesis',
      body: `{"Data":"${Buffer.from('{"a":1}').toString('base64')}"}`,
      headers: { 'x-amz-target': 'Kinesis_20131202.PutRecord', 'content-type': 'application/x-amz-json-1.1' },
    },
  },
  {
    when: 'Step Functions without a template: the body goes as it is',
    method: aws('states:action/DeleteStateMachine'),
    body: '{"stateMachineArn":"arn"}',
    expect: {
      signedFor: 'us-east-1/states',
      body: '{"stateMachineArn":"arn"}',
      headers: { 'x-amz-target': 'AWSStepFunctions.DeleteStateMachine' },
    },
  },
  {
    when: 'EventBridge: what the template sets is not replaced',
    method: aws(
      'events:action/PutEvents',
      json(
        '#set($context.requestOverride.header.X-Amz-Target = "AWSEvents.PutEvents")#set($context.requestOverride.header.Content-Type = "application/x-amz-json-1.1"){"Entries":[]}',
      ),
    ),
    expect: {
      signedFor: 'us-east-1/events',
      body: '{"Entries":[]}',
      headers: { 'x-amz-target': 'AWSEvents.PutEvents', 'content-type': 'application/x-amz-json-1.1' },
    },
  },
  {
    when: 'SQS by path, query protocol',
    method: aws('sqs:path/000000000000/queue', {
      requestParameters: { 'integration.request.header.Content-Type': "'application/x-www-form-urlencoded'" },
      ...json('Action=SendMessage&MessageBody=$input.body'),
      passthroughBehavior: 'NEVER',
    }),
    expect: {
      target: '/000000000000/queue',
      signedFor: 'us-east-1/sqs',
      body: 'Action=SendMessage&MessageBody={"a":1}',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    },
  },
  {
    when: 'SQS by path, JSON protocol',
    method: aws('sqs:path/000000000000/queue', {
      requestParameters: {
        'integration.request.header.Content-Type': "'application/x-amz-json-1.0'",
        'integration.request.header.X-Amz-Target': "'AmazonSQS.SendMessage'",
      },
      ...json('{"MessageBody":"b"}'),
    }),
    expect: {
      body: '{"MessageBody":"b"}',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' },
    },
  },
  {
    when: 'SNS by action: parameters of the query protocol',
    method: aws('sns:action/Publish', {
      requestParameters: {
        'integration.request.querystring.TopicArn': "'arn:aws:sns:us-east-1:000000000000:t'",
        'integration.request.querystring.Message': 'method.request.querystring.m',
      },
      ...json(''),
    }),
    target: '/x?m=a%26b%20%C3%A9',
    body: '',
    expect: {
      target:
        '/?Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A000000000000%3At&Message=a%26b%20%C3%A9',
      signedFor: 'us-east-1/sns',
      body: '',
    },
  },
  {
    when: 'SSM by action without a body: the query protocol',
    method: aws('ssm:action/GetParameter', {
      requestParameters: { 'integration.request.querystring.Name': "'param'" },
      passthroughBehavior: 'WHEN_NO_TEMPLATES',
    }),
    body: '',
    expect: {
      target: '/?Action=GetParameter&Version=2014-11-06&Name=param',
      signedFor: 'us-east-1/ssm',
      headers: { accept: 'application/json' },
    },
  },
  {
    when: 'parameters in the URI of an action',
    path: '/{name}',
    method: aws('monitoring:action/DescribeAlarms&AlarmNames.member.1={name}&MaxRecords=1', {
      requestParameters: { 'integration.request.path.name': 'method.request.path.name' },
    }),
    body: '',
    target: '/my%20alarm',
    expect: {
      target: '/?Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.1=my%20alarm&MaxRecords=1',
      signedFor: 'us-east-1/monitoring',
    },
  },
  {
    when: 'S3: the object of a path parameter, encoded as S3 signs it',
    path: '/{object_path+}',
    method: aws('s3:path/bucket/{object_path}', {
      httpMethod: 'PUT',
      requestParameters: {
        'integration.request.path.object_path': 'method.request.path.object_path',
        'integration.request.header.Content-Type': 'method.request.header.Content-Type',
      },
    }),
    target: '/a+b/c%20d@e/f%7Eg',
    headers: { 'Content-Type': 'text/plain' },
    body: 'text',
    expect: {
      method: 'PUT',
      target: '/bucket/a%2Bb/c%20d%40e/f~g',
      signedFor: 'us-east-1/s3',
      body: 'text',
      headers: { 'content-type': 'text/plain' },
    },
  },
  {
    when: 'a service with a subdomain',
    method: aws('data.iot:path/topics/t', json('{}')),
    expect: { target: '/topics/t', signedFor: 'us-east-1/iotdata' },
  },
  {
    when: 'another region',
    method: { integration: { ...aws('').integration, uri: 'arn:aws:apigateway:eu-west-1:sqs:path/1/q' } },
    expect: { signedFor: 'eu-west-1/sqs' },
  },
];
for (const { when, path = '/x', method, target = '/x', body = '{"a":1}', headers = {}, expect } of rows)
  test(`AWS services: ${when}`, async () => {
    await using services = await AwsServices.start();
    const api = restApi({ [path]: { POST: method } });
    await using gate = await RunningGate.start([deployedStage(api)], { integrators: integratorsOf(services, null) });
    const answer = await gate.call(`/prod${target}`, { method: 'POST', headers, body });
    assert.equal(answer.status, 200, `${answer.text}\n${gate.log.text}`);
    const [call] = services.calls;
    assert.ok(call !== undefined);
    const received = {
      method: call.method,
      target: call.query === '' ? call.path : `${call.path}?${call.query}`,
      signedFor: call.signedFor,
      body: call.body,
    };
    for (const [name, value] of Object.entries(expect))
      if (name !== 'headers') assert.equal(new Map(Object.entries(received)).get(name), value, name);
    for (const [name, value] of Object.entries(expect.headers ?? {})) assert.equal(call.headers[name], value, name);
    assert.equal(call.headers['x-amzn-apigateway-api-id'], api.id);
  });

test('what a service answers chooses the response by its status', async () => {
  await using services = await AwsServices.start(({ query }) =>
    query.includes('fail') ? { status: 400, body: '{"__type":"Bad"}' } : { headers: { etag: '"e"' }, body: '{"ok":1}' },
  );
  const responses = {
    '200': { responseParameters: { 'method.response.header.ETag': 'integration.response.header.ETag' } },
    '422': {
      selectionPattern: '4\\d{2}',
      responseTemplates: { 'application/json': '{"failed":"$input.path(\'$.__type\')"}' },
    },
  };
  const method = aws(
    'sqs:path/1/q',
    {
      requestParameters: { 'integration.request.querystring.m': 'method.request.querystring.m' },
    },
    responses,
  );
  await using gate = await RunningGate.start([deployedStage(restApi({ '/x': { GET: method } }))], {
    integrators: integratorsOf(services, null),
  });
  const good = await gate.call('/prod/x');
  assert.deepEqual([good.status, good.text, good.headers.etag], [200, '{"ok":1}', '"e"']);
  assert.equal(good.headers['x-amzn-remapped-x-amzn-requestid'], undefined);
  const bad = await gate.call('/prod/x?m=fail');
  assert.deepEqual([bad.status, bad.text], [422, '{"failed":"Bad"}']);
});

test('a role without credentials, an address that is none: 500 and a line that says which', async () => {
  await using services = await AwsServices.start();
  const api = restApi({
    '/role': { GET: aws('sqs:path/1/q', { credentials: 'arn:aws:iam::000000000000:role/nobody' }) },
    '/uri': { GET: aws('sqs:test/1') },
    '/caller': { GET: aws('sqs:path/1/q', { credentials: 'arn:aws:iam::*:user/*' }) },
  });
  await using gate = await RunningGate.start([deployedStage(api)], { integrators: integratorsOf(services, null) });
  for (const path of ['role', 'uri', 'caller']) assert.equal((await gate.call(`/prod/${path}`)).status, 500, path);
  assert.match(
    gate.log.text,
    /does not have permission to assume the provided role arn:aws:iam::000000000000:role\/nobody/,
  );
  assert.match(gate.log.text, /sqs:test\/1 is no URI of an AWS service/);
  assert.match(gate.log.text, /The credentials of callers can not be passed on/);
  assert.equal(services.calls.length, 0);
});

const lambda = (name: string, changes: Partial<Integration> = {}, responses = {}): MethodWish => ({
  integration: {
    ...aws('', {}, { '200': {}, ...responses }).integration,
    uri: invocationUri(name),
    ...changes,
  },
});

test('a function behind templates: its result goes through as it is, its errors choose a response', async () => {
  const functions = new PretendedFunctions({
    echo: (event) => event,
    failing: () => {
      throw new Error('Error: no such pet (404)');
    },
  });
  const notFound = {
    '404': {
      selectionPattern: '.*no such pet.*',
      responseTemplates: { 'application/json': '{"error":"$input.path(\'$.errorMessage\')"}' },
    },
  };
  const api = restApi({
    '/echo': { POST: lambda('echo') },
    '/template': { POST: lambda('echo', json('{"who":"$input.params(\'who\')","stage":"$context.stage"}')) },
    '/failing': { POST: lambda('failing', {}, notFound) },
    '/default': { POST: lambda('failing') },
  });
  await using gate = await RunningGate.start([deployedStage(api)], { integrators: integratorsOf(null, functions) });
  const post = (target: string, body = '{"statusCode":418}') => gate.call(`/prod${target}`, { method: 'POST', body });
  const echoed = await post('/echo');
  assert.deepEqual([echoed.status, echoed.text], [200, '{"statusCode":418}']);
  assert.equal((await post('/echo', '')).text, '{}');
  assert.deepEqual(JSON.parse((await post('/template?who=me')).text), { who: 'me', stage: 'prod' });
  const failing = await post('/failing');
  assert.deepEqual([failing.status, failing.text], [404, '{"error":"Error: no such pet (404)"}']);
  const unmatched = await post('/default');
  assert.equal(unmatched.status, 200);
  assert.match(unmatched.text, /"errorMessage":"Error: no such pet/);
});

const invocationType = (value: string): Partial<Integration> => ({
  requestParameters: { 'integration.request.header.X-Amz-Invocation-Type': value },
});
/** As it was recorded of AWS: the status and the words of Lambda, not an integration response. */
const notJson = (reason: RegExp): RegExp =>
  new RegExp(
    `^\\{"message": "Could not parse request body into json: Could not parse payload into json: ${reason.source}"\\}$`,
  );

interface Refused {
  readonly when: string;
  readonly method: MethodWish;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly text: RegExp;
}

const refusedRows: readonly Refused[] = [
  {
    when: 'a body that is no JSON',
    method: lambda('fn'),
    body: 'a=b',
    status: 400,
    text: notJson(/Unexpected token .+/),
  },
  { when: 'a body that is cut off', method: lambda('fn'), body: '{"a":', status: 400, text: notJson(/.+/) },
  { when: 'blanks', method: lambda('fn'), body: ' ', status: 400, text: notJson(/.+/) },
  {
    when: 'a body that is no text',
    method: lambda('fn'),
    body: Buffer.from([0x22, 0xff, 0x22]),
    headers: { 'content-type': 'application/octet-stream' },
    status: 400,
    text: notJson(/.+/),
  },
  {
    when: 'a template that renders no JSON',
    method: lambda('fn', json('{"q": $input.params("q")}')),
    body: '{}',
    status: 400,
    text: notJson(/.+/),
  },
  {
    when: 'an event that is no JSON',
    method: lambda('fn', invocationType("'Event'")),
    body: 'a=b',
    status: 400,
    text: notJson(/.+/),
  },
  {
    when: 'a dry run with what is no JSON',
    method: lambda('fn', invocationType("'DryRun'")),
    body: 'a=b',
    status: 400,
    text: notJson(/.+/),
  },
  {
    when: 'a way to invoke that there is not',
    method: lambda('fn', invocationType('method.request.header.How')),
    body: '{}',
    headers: { How: 'event' },
    status: 400,
    text: /^\{"message": "1 validation error detected: Value 'event' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: \[Event, RequestResponse, DryRun\]"\}$/,
  },
  {
    when: 'what is no JSON for a function that may not be called',
    method: lambda('locked', { credentials: '' }),
    body: 'a=b',
    status: 500,
    text: /^\{"message": "Internal server error"\}$/,
  },
];
for (const { when, method, body, headers = {}, status, text } of refusedRows)
  test(`a function is not asked to run with ${when}: ${status}`, async () => {
    const handler = () => assert.fail('it ran');
    const functions = new PretendedFunctions({ fn: handler, locked: { handler, statements: [] } });
    const api = restApi({ '/x': { POST: method } }, { binaryMediaTypes: ['application/octet-stream'] });
    await using gate = await RunningGate.start([deployedStage(api)], { integrators: integratorsOf(null, functions) });
    const answer = await gate.call('/prod/x', { method: 'POST', body, headers });
    assert.equal(answer.status, status, gate.log.text);
    assert.match(answer.text, text);
    assert.deepEqual([functions.calls.length, functions.queued.length], [0, 0]);
    assert.equal(gate.log.lines.length, 1, gate.log.text);
    if (status !== 400) return;
    assert.equal(answer.headers['content-type'], 'application/json');
    const { message, fields } = gate.log.lines[0] ?? {};
    assert.equal(message, 'a request was refused');
    assert.deepEqual([fields?.status, fields?.stage, fields?.path], [400, 'prod', '/prod/x']);
    assert.ok(String(fields?.reason).endsWith(JSON.parse(answer.text).message), gate.log.text);
  });

test('functions that live elsewhere are asked the same, and their refusal is told the same', async () => {
  await using services = await AwsServices.start(
    ({ body }): ServiceAnswer =>
      body === '{}'
        ? { body: '"good"' }
        : { status: 400, body: '{"Type":"User","message":"Could not parse request body into json: no"}' },
  );
  await using gate = await RunningGate.start([deployedStage(restApi({ '/x': { POST: lambda('elsewhere') } }))], {
    integrators: integratorsOf(services, new PretendedFunctions({})),
  });
  const refused = await gate.call('/prod/x', { method: 'POST', body: 'a=b' });
  assert.deepEqual([refused.status, refused.text], [400, '{"message": "Could not parse request body into json: no"}']);
  assert.equal((await gate.call('/prod/x', { method: 'POST', body: '{}' })).text, '"good"');
});

test('a test of a method shows why a function was not asked to run', async () => {
  const functions = new PretendedFunctions({ fn: () => assert.fail('it ran') });
  const services = { integrators: integratorsOf(null, functions), log: silentLog };
  const result = await testInvoke(
    { api: restApi({ '/x': { POST: lambda('fn') } }), resourceId: 'r_x', httpMethod: 'POST', body: 'a=b' },
    services,
  );
  assert.equal(result.status, 400, result.log);
  assert.match(result.log, / : Lambda invocation failed with status: 400\. Lambda request id: [0-9a-f-]{36}\n/);
  assert.match(result.log, / : Could not parse request body into json: Could not parse payload into json: /);
});

test('the owner of an API words what clients hear of a body that is no JSON', async () => {
  const functions = new PretendedFunctions({ fn: () => assert.fail('it ran') });
  const gatewayResponses = {
    DEFAULT_4XX: {
      responseType: 'DEFAULT_4XX',
      statusCode: '422',
      responseParameters: {},
      responseTemplates: { 'application/json': '{"why":$context.error.messageString}' },
    },
  } satisfies RestApi['gatewayResponses'];
  const api = restApi({ '/x': { POST: lambda('fn') } }, { gatewayResponses });
  await using gate = await RunningGate.start([deployedStage(api)], { integrators: integratorsOf(null, functions) });
  const answer = await gate.call('/prod/x', { method: 'POST', body: 'a=b' });
  assert.equal(answer.status, 422);
  assert.match(answer.text, /^\{"why":"Could not parse request body into json: /);
});

test('a function that is asked for an event is not waited for', async () => {
  const functions = new PretendedFunctions({ fn: () => assert.fail('run at once') });
  const api = restApi({
    '/event': { POST: lambda('fn', invocationType("'Event'")) },
    '/choice': { POST: lambda('fn', invocationType('method.request.header.InvocationType')) },
    '/old': {
      POST: lambda('fn', {
        uri: `arn:aws:apigateway:us-east-1:lambda:path/2014-11-13/functions/${functionArn('fn')}/invoke-async/`,
      }),
    },
  });
  await using gate = await RunningGate.start([deployedStage(api)], { integrators: integratorsOf(null, functions) });
  for (const path of ['/event', '/choice', '/old']) {
    const answer = await gate.call(`/prod${path}`, {
      method: 'POST',
      body: '{"n":1}',
      headers: { InvocationType: 'Event' },
    });
    assert.deepEqual([answer.status, answer.text], [200, ''], path);
  }
  assert.deepEqual(
    functions.queued.map(({ payload, invokedFunctionArn }) => [Buffer.from(payload).toString(), invokedFunctionArn]),
    Array.from({ length: 3 }, () => ['{"n":1}', functionArn('fn')]),
  );
});

test('a test of a method shows the call of a function as AWS shows it', async () => {
  const functions = new PretendedFunctions({ fn: (event) => event });
  const api: RestApi = restApi({ '/foo': { GET: lambda('fn') } });
  const services = { integrators: integratorsOf(null, functions), log: silentLog };
  const result = await testInvoke(
    {
      api,
      resourceId: 'r_foo',
      httpMethod: 'GET',
      body: '{"test":1}',
      headers: { 'content-type': 'application/json' },
    },
    services,
  );
  const lines = result.log.split('\n').map((line) => line.replace(/^.{3} .{3} \d\d [\d:]{8} UTC \d{4} : /, ''));
  const url = `https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/${functionArn('fn')}/invocations`;
  assert.equal(lines[7], `Endpoint request URI: ${url}`);
  assert.match(
    lines[8] ?? '',
    /^Endpoint request headers: \{x-amzn-lambda-integration-tag=[^,]+, Authorization=[^,]+, X-Amz-Date=[^,]+, x-amzn-apigateway-api-id=[^,]+, Accept=application\/json, User-Agent=[^,]+, X-Amz-Security-Token=\S+ \[TRUNCATED\]$/,
  );
  assert.deepEqual(lines.slice(9, 11), [
    'Endpoint request body after transformations: {"test":1}',
    `Sending request to ${url}`,
  ]);
  assert.match(
    lines[12] ?? '',
    /^Endpoint response headers: \{Date=.*, Content-Length=10, .*X-Amz-Executed-Version=\$LATEST, X-Amzn-Trace-Id=Root=/,
  );
  assert.equal(result.headers['X-Amzn-Trace-Id']?.startsWith('Root='), true);
});

/** A message of an AWS event stream. */
function message(type: string, payload: string): Buffer {
  const header = (name: string, value: string): Buffer =>
    Buffer.concat([
      Buffer.from([name.length]),
      Buffer.from(name),
      Buffer.from([7, 0, value.length]),
      Buffer.from(value),
    ]);
  const headers = Buffer.concat([header(':message-type', 'event'), header(':event-type', type)]);
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(16 + headers.length + payload.length, 0);
  prelude.writeUInt32BE(headers.length, 4);
  const checked = Buffer.alloc(4);
  checked.writeUInt32BE(crc32(prelude));
  const body = Buffer.concat([prelude, checked, headers, Buffer.from(payload)]);
  const end = Buffer.alloc(4);
  end.writeUInt32BE(crc32(body));
  return Buffer.concat([body, end]);
}

test('functions that live elsewhere are invoked by the Lambda API', async () => {
  await using services = await AwsServices.start(({ path }): ServiceAnswer => {
    if (path.includes('denied')) return { status: 403, body: '{"Message":"no"}' };
    if (path.includes('busy')) return { status: 429, body: '{"Reason":"ConcurrentInvocationLimitExceeded"}' };
    if (path.includes('failing'))
      return { headers: { 'x-amz-function-error': 'Unhandled' }, body: '{"errorMessage":"broken"}' };
    if (path.includes('streaming')) {
      const pieces = [
        message('PayloadChunk', `{"statusCode":202}${'\0'.repeat(8)}`),
        message('PayloadChunk', 'first '),
        message('PayloadChunk', 'last'),
        message('InvokeComplete', '{}'),
      ];
      return { headers: { 'content-type': 'application/vnd.amazon.eventstream' }, body: Buffer.concat(pieces) };
    }
    return { body: '{"statusCode":201,"body":"elsewhere"}' };
  });
  const proxy = (name: string, changes: Partial<Integration> = {}): MethodWish => ({
    integration: { type: 'AWS_PROXY', httpMethod: 'POST', uri: invocationUri(name), ...changes },
  });
  const api = restApi({
    '/good': { GET: proxy('good:live') },
    '/failing': { GET: proxy('failing') },
    '/denied': { GET: proxy('denied') },
    '/busy': { GET: proxy('busy') },
    '/streaming': { GET: proxy('streaming', { responseTransferMode: 'STREAM' }) },
  });
  await using gate = await RunningGate.start([deployedStage(api)], {
    integrators: integratorsOf(services, new PretendedFunctions({})),
  });
  const good = await gate.call('/prod/good');
  assert.deepEqual([good.status, good.text], [201, 'elsewhere']);
  const [call] = services.calls;
  assert.equal(call?.path, `/2015-03-31/functions/${encodeURIComponent(functionArn('good:live'))}/invocations`);
  assert.deepEqual([call?.signedFor, call?.headers['x-amz-invocation-type']], ['us-east-1/lambda', 'RequestResponse']);
  assert.match(call?.body ?? '', /"resource":"\/good"/);
  const streamed = await gate.call('/prod/streaming');
  assert.deepEqual([streamed.status, streamed.text], [202, 'first last']);
  for (const { path, status, log } of [
    { path: 'failing', status: 502, log: /broken/ },
    { path: 'denied', status: 500, log: /Invalid permissions on Lambda function/ },
    { path: 'busy', status: 500, log: /Lambda answered 429/ },
  ]) {
    const answer = await gate.call(`/prod/${path}`);
    assert.deepEqual([answer.status, answer.text], [status, '{"message": "Internal server error"}'], path);
    assert.match(gate.log.text, log);
  }
});
