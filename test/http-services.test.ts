/** HTTP APIs: routes that call AWS services without a function between, as signed requests to a configured endpoint. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiIntegration } from '../src/definition/api.ts';
import { SigningAwsIntegrator } from '../src/integrations/aws.ts';
import { UpstreamHttpIntegrator } from '../src/integrations/http.ts';
import { SignedCalls } from '../src/integrations/signed-calls.ts';
import { Upstream } from '../src/wire/upstream.ts';
import { AwsServices, type ReceivedCall, type ServiceAnswer, signingKey } from './aws-services.ts';
import { PretendedFunctions } from './functions.ts';
import { callHttp, httpGate } from './http-gate.ts';
import { deployedHttpStage, httpApi } from './http-stage.ts';
import type { Answer, Call } from './running-gate.ts';

interface Called {
  readonly received: ReceivedCall | undefined;
  readonly answer: Answer;
  readonly log: string;
}

async function called(
  subtype: string,
  requestParameters: Readonly<Record<string, string>>,
  call: Call = {},
  options: {
    readonly answer?: ServiceAnswer;
    readonly integration?: Partial<ApiIntegration>;
    readonly keys?: boolean;
  } = {},
): Promise<Called> {
  await using services = await AwsServices.start(() => options.answer ?? {});
  const upstream = new Upstream();
  const http = new UpstreamHttpIntegrator(upstream);
  const names = ['sqs', 'events', 'kinesis', 'states', 'appconfig'];
  const calls = new SignedCalls({
    http,
    services: Object.fromEntries(names.map((name) => [name, services.url])),
    credentialsFor: () => (options.keys === false ? undefined : signingKey),
  });
  const functions = new PretendedFunctions({}).caller();
  const api = httpApi({
    'POST /x/{id}': {
      to: {
        integrationType: 'AWS_PROXY',
        integrationSubtype: subtype,
        credentialsArn: 'arn:aws:iam::000000000000:role/r',
        requestParameters,
        ...options.integration,
      },
    },
  });
  const integrators = { http, aws: new SigningAwsIntegrator(calls, functions), functions };
  await using gate = await httpGate([deployedHttpStage(api, { stageVariables: { v: 'var' } })], { integrators });
  const answer = await callHttp(gate, '/x/7?q=1', { method: 'POST', ...call });
  upstream.close();
  return { received: services.calls[0], answer, log: gate.log.text };
}

const json = (body: unknown): string => JSON.stringify(body);
const formOf = (body: string): Record<string, string> => Object.fromEntries(new URLSearchParams(body));
const queue = 'https://sqs.us-east-1.amazonaws.com/000000000000/orders';

for (const { subtype, parameters, call, expect } of [
  {
    subtype: 'EventBridge-PutEvents',
    parameters: {
      Detail: '$request.body',
      DetailType: 'Created',
      Source: '$stageVariables.v',
      Resources: '["a","b"]',
      Time: '2026-01-01T00:00:00Z',
    },
    call: { body: '{"id":1}' },
    expect: {
      signedFor: 'us-east-1/events',
      target: 'AWSEvents.PutEvents',
      path: '/',
      body: {
        Entries: [
          { Detail: '{"id":1}', DetailType: 'Created', Source: 'var', Resources: ['a', 'b'], Time: 1_767_225_600 },
        ],
      },
    },
  },
  {
    subtype: 'Kinesis-PutRecord',
    parameters: { StreamName: 's', Data: '$request.body.record', PartitionKey: '$request.path.id' },
    call: { body: '{"record":{"a":1}}' },
    expect: {
      signedFor: 'us-east-1/kinesis',
      target: 'Kinesis_20131202.PutRecord',
      path: '/',
      body: { StreamName: 's', Data: Buffer.from('{"a":1}').toString('base64'), PartitionKey: '7' },
    },
  },
  {
    subtype: 'StepFunctions-StartExecution',
    parameters: { StateMachineArn: 'arn:m', Input: '$request.body', Name: '$request.querystring.q' },
    call: { body: '{}' },
    expect: {
      signedFor: 'us-east-1/states',
      target: 'AWSStepFunctions.StartExecution',
      path: '/',
      body: { stateMachineArn: 'arn:m', name: '1', input: '{}' },
    },
  },
  {
    subtype: 'StepFunctions-StartSyncExecution',
    parameters: { StateMachineArn: 'arn:m', Region: 'eu-west-1' },
    expect: {
      signedFor: 'eu-west-1/states',
      target: 'AWSStepFunctions.StartSyncExecution',
      path: '/',
      body: { stateMachineArn: 'arn:m' },
    },
  },
  {
    subtype: 'StepFunctions-StopExecution',
    parameters: { ExecutionArn: 'arn:e', Cause: 'c', Error: '$request.header.none' },
    expect: {
      signedFor: 'us-east-1/states',
      target: 'AWSStepFunctions.StopExecution',
      path: '/',
      body: { executionArn: 'arn:e', cause: 'c' },
    },
  },
  {
    subtype: 'AppConfig-GetConfiguration',
    parameters: { Application: 'a b', Environment: 'e', Configuration: 'c', ClientId: '$context.identity.sourceIp' },
    expect: {
      signedFor: 'us-east-1/appconfig',
      path: '/applications/a%20b/environments/e/configurations/c?client_id=127.0.0.1',
    },
  },
] as const)
  test(`${subtype} is a signed request to the service`, async () => {
    const { received, answer } = await called(subtype, parameters, call ?? {}, {});
    assert.equal(answer.status, 200);
    assert.ok(received !== undefined);
    assert.equal(received.signedFor, expect.signedFor);
    assert.equal(received.query === '' ? received.path : `${received.path}?${received.query}`, expect.path);
    assert.equal(received.headers['x-amz-target'], 'target' in expect ? expect.target : undefined);
    if ('body' in expect) assert.deepEqual(JSON.parse(received.body), expect.body);
    assert.equal(received.headers.cookie, undefined);
  });

for (const { subtype, parameters, expect } of [
  {
    subtype: 'SQS-SendMessage',
    parameters: {
      QueueUrl: queue,
      MessageBody: '$request.body',
      DelaySeconds: '5',
      MessageAttributes: json({ who: { DataType: 'String', StringValue: 'ann' } }),
    },
    expect: {
      Action: 'SendMessage',
      MessageBody: 'hello',
      DelaySeconds: '5',
      'MessageAttribute.1.Name': 'who',
      'MessageAttribute.1.Value.DataType': 'String',
      'MessageAttribute.1.Value.StringValue': 'ann',
    },
  },
  {
    subtype: 'SQS-ReceiveMessage',
    parameters: { QueueUrl: queue, MaxNumberOfMessages: '10', AttributeNames: '["All"]', MessageAttributeNames: 'a' },
    expect: {
      Action: 'ReceiveMessage',
      MaxNumberOfMessages: '10',
      'AttributeName.1': 'All',
      'MessageAttributeName.1': 'a',
    },
  },
  {
    subtype: 'SQS-DeleteMessage',
    parameters: { QueueUrl: queue, ReceiptHandle: 'r+/=' },
    expect: { Action: 'DeleteMessage', ReceiptHandle: 'r+/=' },
  },
  { subtype: 'SQS-PurgeQueue', parameters: { QueueUrl: queue }, expect: { Action: 'PurgeQueue' } },
])
  test(`${subtype} is a signed form to the queue`, async () => {
    const { received, answer } = await called(subtype, parameters, { body: 'hello' });
    assert.equal(answer.status, 200);
    assert.ok(received !== undefined);
    assert.deepEqual([received.signedFor, received.path], ['us-east-1/sqs', '/000000000000/orders']);
    assert.deepEqual(formOf(received.body), { Version: '2012-11-05', QueueUrl: queue, ...expect });
  });

test("a service's refusal is the answer, and answers are mapped", async () => {
  const answer = { status: 400, headers: { 'content-type': 'text/xml' }, body: '<ErrorResponse/>' };
  const refused = await called('SQS-PurgeQueue', { QueueUrl: queue }, {}, { answer });
  assert.deepEqual(
    [refused.answer.status, refused.answer.text, refused.answer.headers['content-type']],
    [400, '<ErrorResponse/>', 'text/xml'],
  );
  const mapped = await called(
    'SQS-PurgeQueue',
    { QueueUrl: queue },
    {},
    {
      answer,
      integration: {
        responseParameters: { 400: { 'overwrite:statuscode': '502', 'append:header.x': '$context.integrationStatus' } },
      },
    },
  );
  assert.deepEqual([mapped.answer.status, mapped.answer.headers.x], [502, '400']);
});

for (const { why, subtype, parameters, call = {} } of [
  {
    why: 'a required value is missing',
    subtype: 'SQS-SendMessage',
    parameters: { QueueUrl: queue, MessageBody: '$request.body.none' },
    call: { body: '{}' },
  },
  {
    why: 'a time is none',
    subtype: 'EventBridge-PutEvents',
    parameters: { Detail: 'd', DetailType: 't', Source: 's', Time: 'yesterday' },
  },
  {
    why: 'a list is none',
    subtype: 'EventBridge-PutEvents',
    parameters: { Detail: 'd', DetailType: 't', Source: 's', Resources: '[' },
  },
])
  test(`a request is refused when ${why}`, async () => {
    const { received, answer } = await called(subtype, parameters, call);
    assert.deepEqual([answer.status, answer.text], [400, '{"message":"Bad Request"}']);
    assert.equal(received, undefined);
  });

test('a role that there are no keys for: 500, and the log says so', async () => {
  const { received, answer, log } = await called('SQS-PurgeQueue', { QueueUrl: queue }, {}, { keys: false });
  assert.deepEqual([answer.status, answer.text], [500, '{"message":"Internal Server Error"}']);
  assert.match(log, /credentials for the role/);
  assert.equal(received, undefined);
});
