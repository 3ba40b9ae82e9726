import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  APIGatewayClient,
  CreateRestApiCommand,
  DeleteMethodCommand,
  DeleteRestApiCommand,
  GetApiKeysCommand,
  GetExportCommand,
  GetMethodCommand,
  GetResourcesCommand,
  GetRestApisCommand,
  GetStagesCommand,
  GetUsageCommand,
  ImportApiKeysCommand,
  ImportRestApiCommand,
  PutIntegrationCommand,
  TagResourceCommand,
  UpdateUsagePlanCommand,
} from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client, CreateApiCommand, CreateRouteCommand, GetApisCommand } from '@aws-sdk/client-apigatewayv2';
import {
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { sha256, signRequest } from '../../access/sigv4.ts';
import { conflict, notFound, ServiceError, tooManyRequests } from '../../definition/errors.ts';
import { silentLog } from '../../observe/log.ts';
import type { Handlers } from '../apigateway/operations.ts';
import type { Call } from './call.ts';
import type { HandlersOf, OperationsOf } from './operations.ts';
import type { ManagementResponse } from './request.ts';
import { createManagementProtocol, type Handler } from './server.ts';
import { accountId, type Loopback, protocolOptions, rootKey, serveOnLoopback } from './testing/loopback.ts';

type LambdaHandlers = HandlersOf<OperationsOf<typeof import('@aws-sdk/client-lambda')>>;
type StsHandlers = HandlersOf<OperationsOf<typeof import('@aws-sdk/client-sts')>>;
type V2Handlers = HandlersOf<OperationsOf<typeof import('@aws-sdk/client-apigatewayv2')>>;

/** What the handlers were given, newest last. */
const seen: { input: unknown; call: Call }[] = [];
const remember = <Input>(input: Input, call: Call): Input => {
  seen.push({ input, call });
  return input;
};
const lastInput = (): unknown => seen.at(-1)?.input;
const createdDate = new Date('2026-03-04T05:06:07.890Z');
const logged: Readonly<Record<string, unknown>>[] = [];

const apigateway = {
  CreateRestApi: (input, call) => {
    remember(input, call);
    return { id: call.newId(10), name: input.name, createdDate, tags: input.tags, version: undefined };
  },
  DeleteRestApi: ({ restApiId }, call) => {
    throw notFound(`Invalid API identifier specified ${call.accountId}:${restApiId}`);
  },
  DeleteMethod: (input, call) => {
    remember(input, call);
    return {};
  },
  GetRestApis: (input, call) => {
    remember(input, call);
    return { items: [{ id: 'a', createdDate }], position: 'next' };
  },
  GetResources: (input, call) => {
    remember(input, call);
    return { items: [{ id: 'r', path: '/', resourceMethods: { GET: {} } }] };
  },
  GetMethod: () => {
    throw new ServiceError('TooManyRequestsException', 429, 'Too Many Requests', { retryAfterSeconds: '1' });
  },
  GetStages: (input, call) => {
    remember(input, call);
    return { item: [{ stageName: 'prod', methodSettings: { '*/*': { throttlingRateLimit: 0.5 } } }] };
  },
  GetExport: (input, call) => {
    remember(input, call);
    return {
      contentType: 'application/json',
      contentDisposition: 'attachment; filename="ü.json"',
      body: Buffer.from('{"openapi":"3.0.1"}'),
    };
  },
  UpdateMethodResponse: (input, call) => {
    remember(input, call);
    return {};
  },
  GetUsage: () => ({ items: { key: [[1, 99]] }, startDate: '2026-01-01' }),
  GetApiKeys: () => {
    throw new TypeError('a bug, with a secret in its stack');
  },
  ImportApiKeys: (input, call) => {
    remember(input, call);
    return { ids: ['k1'], warnings: [] };
  },
  ImportRestApi: (input, call) => {
    remember(input, call);
    return { id: 'imported' };
  },
  PutIntegration: (input, call) => {
    remember(input, call);
    return { type: input.type, httpMethod: input.integrationHttpMethod, uri: input.uri };
  },
  TagResource: (input, call) => {
    remember(input, call);
    return {};
  },
  UpdateUsagePlan: () => {
    throw conflict('taken');
  },
} satisfies Partial<Handlers>;

const lambda = {
  Invoke: (input, call) => {
    remember(input, call);
    return { StatusCode: 202, FunctionError: 'Unhandled', ExecutedVersion: '$LATEST', Payload: Buffer.from('{"a":1}') };
  },
  InvokeWithResponseStream: () => ({
    StatusCode: 200,
    EventStream: (async function* () {
      yield { PayloadChunk: { Payload: Buffer.from('hello ') } };
      yield { PayloadChunk: { Payload: Buffer.from('world') } };
      yield { InvokeComplete: { ErrorCode: 'none' } };
    })(),
  }),
  ListFunctions: () => {
    throw new ServiceError('ResourceNotFoundException', 404, 'Function not found: f', { Type: 'User' });
  },
} satisfies Partial<LambdaHandlers>;

const sts = {
  GetCallerIdentity: (input, call) => {
    remember(input, call);
    return { Account: call.accountId, Arn: call.callerArn, UserId: `<${call.accessKeyId}> & "co"` };
  },
  AssumeRole: (input, call) => {
    remember(input, call);
    return {
      Credentials: { AccessKeyId: 'ASIA', SecretAccessKey: 's', SessionToken: 't', Expiration: createdDate },
      AssumedRoleUser: { Arn: 'arn', AssumedRoleId: 'id' },
      PackedPolicySize: 6,
    };
  },
  AssumeRoleWithWebIdentity: (input, call) => {
    remember(input, call);
    throw new ServiceError('IDPCommunicationErrorException', 400, 'the issuer does not answer');
  },
} satisfies Partial<StsHandlers>;

const v2 = {
  CreateApi: (input, call) => {
    remember(input, call);
    return { ApiId: 'v2api', CreatedDate: createdDate, CorsConfiguration: input.CorsConfiguration, Tags: input.Tags };
  },
  GetApis: (input, call) => {
    remember(input, call);
    return { Items: [], NextToken: 'n' };
  },
  CreateRoute: () => ({}),
} satisfies Partial<V2Handlers>;

const services: { model: 'apigateway' | 'apigatewayv2' | 'lambda' | 'sts'; handlers: Record<string, Handler> }[] = [
  { model: 'apigateway', handlers: apigateway },
  { model: 'apigatewayv2', handlers: v2 },
  { model: 'lambda', handlers: lambda },
  { model: 'sts', handlers: sts },
];

let server: Loopback;
let gateway: APIGatewayClient;
let gatewayV2: ApiGatewayV2Client;
let functions: LambdaClient;
let tokens: STSClient;

before(async () => {
  server = await serveOnLoopback({
    services,
    log: { ...silentLog, error: (fields) => void logged.push(fields) },
  });
  const { endpoint } = server;
  const config = { endpoint, region: 'eu-west-1', credentials: rootKey, maxAttempts: 1 };
  gateway = new APIGatewayClient(config);
  gatewayV2 = new ApiGatewayV2Client(config);
  functions = new LambdaClient(config);
  tokens = new STSClient(config);
});
after(async () => {
  for (const client of [gateway, gatewayV2, functions, tokens]) client.destroy();
  await server[Symbol.asyncDispose]();
});

test('rest: a body goes in and comes out, the call knows who and where', async () => {
  const tags = { team: 'pets', constructor: 'own', toString: '1' };
  const answer = await gateway.send(new CreateRestApiCommand({ name: 'pets', tags, minimumCompressionSize: 0 }));
  assert.equal(answer.$metadata.httpStatusCode, 201);
  assert.match(answer.$metadata.requestId ?? '', /^request-\d+$/);
  assert.deepEqual([answer.id, answer.name, answer.tags], ['a1b2c3d4e5', 'pets', tags]);
  assert.deepEqual(answer.createdDate, new Date('2026-03-04T05:06:07Z'), 'whole seconds, as AWS sends them');
  assert.deepEqual(lastInput(), { name: 'pets', tags, minimumCompressionSize: 0 });
  const { call } = seen.at(-1) ?? assert.fail();
  assert.deepEqual(
    { accountId: call.accountId, region: call.region, partition: call.partition, key: call.accessKeyId },
    { accountId, region: 'eu-west-1', partition: 'aws', key: rootKey.accessKeyId },
  );
  assert.doesNotMatch(String(server.last.response?.body), /version/, 'what is undefined is left out');
});

test('rest: query parameters, their lists, and the wire name of a list in the answer', async () => {
  const apis = await gateway.send(new GetRestApisCommand({ limit: 2, position: 'a b+c' }));
  assert.deepEqual(lastInput(), { limit: 2, position: 'a b+c' });
  assert.deepEqual([apis.items?.[0]?.id, apis.position], ['a', 'next']);
  assert.match(
    String(server.last.response?.body),
    /^\{"item":\[\{"id":"a","createdDate":1772600767\}\],"position":"next"\}$/,
  );
  await gateway.send(new GetResourcesCommand({ restApiId: 'x', embed: ['methods', 'other'] }));
  assert.deepEqual(lastInput(), { restApiId: 'x', embed: ['methods', 'other'] });
});

test('rest: labels are decoded once, an empty answer has no body', async () => {
  const ids = { restApiId: 'a%2Fb', resourceId: 'c d', httpMethod: 'GET' };
  const { $metadata } = await gateway.send(new DeleteMethodCommand(ids));
  assert.equal($metadata.httpStatusCode, 204);
  assert.deepEqual(lastInput(), ids);
  assert.equal(server.last.response?.body, '');
  await gateway.send(
    new TagResourceCommand({ resourceArn: 'arn:aws:apigateway:us-east-1::/restapis/x', tags: { a: 'b' } }),
  );
  assert.deepEqual(lastInput(), { resourceArn: 'arn:aws:apigateway:us-east-1::/restapis/x', tags: { a: 'b' } });
});

test('rest: blobs in and out, constant query parameters, maps of the remaining ones', async () => {
  const body = Buffer.from('swagger: "2.0"\n');
  await gateway.send(
    new ImportRestApiCommand({ body, failOnWarnings: true, parameters: { basepath: 'split', ü: '&=' } }),
  );
  assert.deepEqual(lastInput(), {
    body,
    failOnWarnings: true,
    parameters: { basepath: 'split', ü: '&=' },
  });
  await gateway.send(new ImportApiKeysCommand({ body, format: 'csv' }));
  assert.deepEqual(lastInput(), { body, format: 'csv' });
  const exported = await gateway.send(
    new GetExportCommand({
      restApiId: 'x',
      stageName: 's',
      exportType: 'oas30',
      accepts: 'application/json',
      parameters: { extensions: 'integrations' },
    }),
  );
  assert.deepEqual(lastInput(), {
    restApiId: 'x',
    stageName: 's',
    exportType: 'oas30',
    accepts: 'application/json',
    parameters: { extensions: 'integrations' },
  });
  assert.equal(Buffer.from(exported.body ?? []).toString(), '{"openapi":"3.0.1"}');
  assert.equal(exported.contentType, 'application/json');
  assert.equal(server.last.response?.headers['content-type'], 'application/json');
});

test('rest: nested lists, maps and numbers come out as they are', async () => {
  assert.deepEqual(
    (await gateway.send(new GetUsageCommand({ usagePlanId: 'u', startDate: 'x', endDate: 'y' }))).items,
    {
      key: [[1, 99]],
    },
  );
  const { item } = await gateway.send(new GetStagesCommand({ restApiId: 'x' }));
  assert.equal(item?.[0]?.methodSettings?.['*/*']?.throttlingRateLimit, 0.5);
});

test('rest: the second version speaks its own names and dates on the same paths', async () => {
  const CorsConfiguration = { AllowOrigins: ['*'], MaxAge: 5 };
  const answer = await gatewayV2.send(new CreateApiCommand({ Name: 'n', ProtocolType: 'HTTP', CorsConfiguration }));
  assert.deepEqual(lastInput(), { Name: 'n', ProtocolType: 'HTTP', CorsConfiguration });
  assert.deepEqual([answer.ApiId, answer.CorsConfiguration], ['v2api', CorsConfiguration]);
  assert.match(String(server.last.response?.body), /"createdDate":"2026-03-04T05:06:07Z"/);
  await gatewayV2.send(new GetApisCommand({ MaxResults: '5' }));
  assert.deepEqual(lastInput(), { MaxResults: '5' });
});

test('rest: a payload both ways, status and headers as members', async () => {
  const answer = await functions.send(
    new InvokeCommand({
      FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:f',
      Payload: Buffer.from('{}'),
      LogType: 'Tail',
    }),
  );
  assert.deepEqual(lastInput(), {
    FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:f',
    Payload: Buffer.from('{}'),
    LogType: 'Tail',
  });
  assert.deepEqual([answer.StatusCode, answer.FunctionError, answer.ExecutedVersion], [202, 'Unhandled', '$LATEST']);
  assert.equal(Buffer.from(answer.Payload ?? []).toString(), '{"a":1}');
});

test('rest: an answer that is a stream of events arrives event by event', async () => {
  const { EventStream } = await functions.send(new InvokeWithResponseStreamCommand({ FunctionName: 'f' }));
  const events: string[] = [];
  for await (const event of EventStream ?? [])
    events.push(event.PayloadChunk ? Buffer.from(event.PayloadChunk.Payload ?? []).toString() : JSON.stringify(event));
  assert.deepEqual(events, ['hello ', 'world', '{"InvokeComplete":{"ErrorCode":"none"}}']);
});

test('query: parameters in, XML out', async () => {
  const identity = await tokens.send(new GetCallerIdentityCommand({}));
  assert.deepEqual([identity.Account, identity.UserId], [accountId, `<${rootKey.accessKeyId}> & "co"`]);
  assert.equal(server.last.response?.headers['content-type'], 'text/xml');
  const input = {
    RoleArn: 'arn:aws:iam::0:role/r',
    RoleSessionName: 'me',
    DurationSeconds: 900,
    Tags: [
      { Key: 'a', Value: '1' },
      { Key: '__proto__', Value: 'x' },
    ],
    PolicyArns: [{ arn: 'arn:p' }],
    TransitiveTagKeys: ['a'],
  };
  const role = await tokens.send(new AssumeRoleCommand(input));
  assert.deepEqual(lastInput(), input);
  assert.deepEqual(role.Credentials?.Expiration, new Date('2026-03-04T05:06:07Z'));
  assert.equal(role.PackedPolicySize, 6);
});

test('query: an operation that needs no signature takes none, and errors carry the code of the protocol', async () => {
  const anonymous = new STSClient({ endpoint: server.endpoint, region: 'us-east-1', maxAttempts: 1 });
  const call = anonymous.send(
    new AssumeRoleWithWebIdentityCommand({ RoleArn: 'arn', RoleSessionName: 'me', WebIdentityToken: 'abcd' }),
  );
  await assert.rejects(call, { name: 'IDPCommunicationErrorException', message: 'the issuer does not answer' });
  assert.match(String(server.last.response?.body), /<Type>Sender<\/Type><Code>IDPCommunicationError<\/Code>/);
  assert.equal(seen.at(-1)?.call.callerArn, 'anonymous');
  anonymous.destroy();
});

test("errors: a refusal's members go where its shape says", async () => {
  await assert.rejects(gateway.send(new DeleteRestApiCommand({ restApiId: 'no' })), {
    name: 'NotFoundException',
    message: `Invalid API identifier specified ${accountId}:no`,
  });
  await assert.rejects(gateway.send(new UpdateUsagePlanCommand({ usagePlanId: 'u' })), { name: 'ConflictException' });
  await assert.rejects(gateway.send(new GetMethodCommand({ restApiId: 'a', resourceId: 'b', httpMethod: 'c' })), {
    name: 'TooManyRequestsException',
    retryAfterSeconds: '1',
  });
  assert.equal(server.last.response?.headers['retry-after'], '1');
  assert.equal(server.last.response?.body, '{"message":"Too Many Requests"}');
  await assert.rejects(functions.send(new ListFunctionsCommand({})), {
    name: 'ResourceNotFoundException',
    Type: 'User',
  });
  assert.equal(server.last.response?.body, '{"Message":"Function not found: f","Type":"User"}');
  assert.equal(tooManyRequests('x').status, 429);
});

test('errors: a bug is logged whole and answered bare', async () => {
  await assert.rejects(gateway.send(new GetApiKeysCommand({})), { name: 'InternalFailure' });
  const { response } = server.last;
  assert.equal(response?.status, 500);
  assert.doesNotMatch(String(response?.body), /secret/);
  const entry = logged.at(-1);
  assert.ok(entry?.error instanceof TypeError);
  assert.deepEqual([entry.service, entry.operation], ['apigateway', 'GetApiKeys']);
});

test('the second version refuses in its own words', async () => {
  await assert.rejects(gatewayV2.send(new CreateApiCommand({ Name: undefined, ProtocolType: 'HTTP' })), {
    name: 'BadRequestException',
    message: 'Invalid API name specified',
  });
  await assert.rejects(gatewayV2.send(new CreateRouteCommand({ ApiId: 'a', RouteKey: undefined })), {
    name: 'BadRequestException',
    message: 'Route key is required',
  });
});

test('a role session name is checked as STS checks it', async () => {
  await assert.rejects(tokens.send(new AssumeRoleCommand({ RoleArn: 'arn', RoleSessionName: 'Session1:2' })), {
    name: 'ValidationError',
    message:
      "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
  });
});

// What no client sends: bare requests against the protocol itself.

const nowMs = Date.parse('2026-03-04T05:06:07Z');
const protocol = createManagementProtocol(protocolOptions({ services, now: () => nowMs, bodyBytesMax: 1000 }));

interface Bare {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
  /** Of the signature; `none` leaves it out. */
  readonly service?: string;
}

async function send({
  method = 'GET',
  path = '/restapis',
  query = '',
  headers = {},
  body = '',
  service = 'apigateway',
}: Bare): Promise<ManagementResponse> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const message = { method, path, query, headers: { host: 'localhost:4000', ...headers } };
  const signed =
    service === 'none'
      ? message.headers
      : signRequest({
          ...message,
          payloadHash: sha256(bytes),
          service,
          region: 'us-east-1',
          credentials: rootKey,
          nowMs,
        });
  return protocol.handle({ ...message, headers: signed, body: bytes });
}

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const target = (name: string): Record<string, string> => ({
  'x-amz-target': name,
  'content-type': 'application/x-amz-json-1.1',
});

const refusals: (Bare & { when: string; status: number; code: string; text: string | RegExp })[] = [
  {
    when: 'unsigned',
    service: 'none',
    status: 403,
    code: 'MissingAuthenticationTokenException',
    text: 'Missing Authentication Token',
  },
  {
    when: 'unsigned, and no such path',
    path: '/nowhere',
    service: 'none',
    status: 403,
    code: 'MissingAuthenticationTokenException',
    text: 'Missing Authentication Token',
  },
  {
    when: 'signed for another service than the one that serves the path',
    service: 'execute-api',
    status: 403,
    code: 'InvalidSignatureException',
    text: "Credential should be scoped to correct service: 'apigateway'. ",
  },
  {
    when: 'a path of no operation',
    path: '/restapis/a/nothing',
    status: 404,
    code: 'UnknownOperationException',
    text: 'GET /restapis/a/nothing is no operation of a service that is served here. Served are: apigateway (124 operations), apigatewayv2 (103 operations), lambda (88 operations), sts (11 operations)',
  },
  {
    when: 'a service that is not served',
    path: '/2020-01-01/things',
    service: 'other',
    status: 404,
    code: 'UnknownOperationException',
    text: /^The service 'other' is not served here \(GET \/2020-01-01\/things\)\. Served are: apigateway/,
  },
  {
    when: 'an operation without a handler',
    path: '/account',
    status: 404,
    code: 'UnknownOperationException',
    text: 'apigateway GetAccount is not served here yet',
  },
  {
    when: 'a JSON target of nobody, before anybody asks for a signature',
    method: 'POST',
    path: '/',
    headers: target('Kinesis_20131202.ListStreams'),
    service: 'none',
    status: 400,
    code: 'UnknownOperationException',
    text: /^Kinesis_20131202\.ListStreams is no operation/,
  },
  {
    when: 'binary RPC',
    method: 'POST',
    path: '/service/GraniteServiceVersion20100801/operation/ListMetrics',
    headers: { 'smithy-protocol': 'rpc-v2-cbor' },
    status: 415,
    code: 'UnsupportedProtocolException',
    text: "The protocol 'rpc-v2-cbor' is not served here; speak JSON, rest or query instead",
  },
  {
    when: 'JSON that ends early',
    method: 'POST',
    body: '{"name":',
    status: 400,
    code: 'SerializationException',
    text: /^The request body is not valid JSON: /,
  },
  {
    when: 'a body that is not UTF-8',
    method: 'POST',
    body: Buffer.from([0x7b, 0xff, 0x7d]),
    status: 400,
    code: 'SerializationException',
    text: 'The request body is not valid UTF-8',
  },
  {
    when: 'a list as body',
    method: 'POST',
    body: '[1]',
    status: 400,
    code: 'SerializationException',
    text: 'Start of list found where not expected',
  },
  {
    when: 'a number for a string',
    method: 'POST',
    body: '{"name":1}',
    status: 400,
    code: 'SerializationException',
    text: 'class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String',
  },
  {
    when: 'a boolean for a string in a map',
    method: 'POST',
    body: '{"name":"n","tags":{"a":true}}',
    status: 400,
    code: 'SerializationException',
    text: 'class java.lang.Boolean can not be converted to an String',
  },
  {
    when: 'a string for a number',
    method: 'POST',
    body: '{"name":"n","minimumCompressionSize":"5"}',
    status: 400,
    code: 'SerializationException',
    text: 'class java.lang.String can not be converted to an Integer',
  },
  {
    when: 'a word for a boolean',
    method: 'POST',
    body: '{"name":"n","disableExecuteApiEndpoint":"maybe"}',
    status: 400,
    code: 'SerializationException',
    text: "'MAYBE' can not be converted to an Boolean",
  },
  {
    when: 'a structure for a string',
    method: 'POST',
    body: '{"name":{}}',
    status: 400,
    code: 'SerializationException',
    text: 'Start of structure or map found where not expected.',
  },
  {
    when: 'a string for a list',
    method: 'POST',
    body: '{"name":"n","binaryMediaTypes":"image/png"}',
    status: 400,
    code: 'SerializationException',
    text: 'Expected list or null',
  },
  {
    when: 'a word for a number in the query',
    query: 'limit=many',
    status: 400,
    code: 'SerializationException',
    text: "'many' can not be converted to an Integer",
  },
  {
    when: 'a label that is not UTF-8',
    path: '/restapis/%FF/resources',
    status: 400,
    code: 'SerializationException',
    text: "'%FF' is not valid percent-encoded UTF-8",
  },
  {
    when: 'a missing member of the body',
    method: 'POST',
    body: '{"name":null}',
    status: 400,
    code: 'ValidationException',
    text: "1 validation error detected: Value null at 'createRestApiInput.name' failed to satisfy constraint: Member must not be null",
  },
  {
    when: 'the body before the URI',
    method: 'PATCH',
    path: '/restapis/a/resources/b/methods/GET/responses/wrong',
    body: '{"patchOperations":[{"op":"wrong_op"}]}',
    status: 400,
    code: 'ValidationException',
    text: "2 validation errors detected: Value 'wrong_op' at 'updateMethodResponseInput.patchOperations.1.member.op' failed to satisfy constraint: Member must satisfy enum value set: [add, remove, move, test, replace, copy]; Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d",
  },
  {
    when: 'nulls inside a list and a map',
    method: 'POST',
    body: '{"name":"n","binaryMediaTypes":["a",null],"tags":{"t":null}}',
    status: 400,
    code: 'ValidationException',
    text: "2 validation errors detected: Value '[a, null]' at 'createRestApiInput.binaryMediaTypes' failed to satisfy constraint: Member must satisfy constraint: [Member must not be null]; Value '{t=null}' at 'createRestApiInput.tags' failed to satisfy constraint: Map value must satisfy constraint: [Member must not be null]",
  },
  {
    when: 'a body over the limit',
    method: 'POST',
    body: `{"name":"${'x'.repeat(1000)}"}`,
    status: 413,
    code: 'RequestEntityTooLargeException',
    text: 'Request must be smaller than 1000 bytes for the CreateRestApi operation',
  },
  {
    when: 'a compressed body that grows over the limit',
    method: 'POST',
    headers: { 'content-encoding': 'gzip' },
    body: gzipSync(`{"name":"${'x'.repeat(100_000)}"}`),
    status: 413,
    code: 'RequestEntityTooLargeException',
    text: 'Request must be smaller than 1000 bytes',
  },
  {
    when: 'a body that is said to be compressed',
    method: 'POST',
    headers: { 'content-encoding': 'gzip' },
    body: '{}',
    status: 400,
    code: 'SerializationException',
    text: 'The request body is not valid gzip',
  },
];
for (const { when, status, code, text, ...bare } of refusals)
  test(`refused: ${when}`, async () => {
    const response = await send(bare);
    const { message }: { message: string } = JSON.parse(String(response.body));
    assert.deepEqual([response.status, response.headers['x-amzn-errortype']], [status, code], message);
    assert.match(response.headers['x-amzn-requestid'] ?? '', /^request-/);
    if (typeof text === 'string') assert.equal(message, text);
    else assert.match(message, text);
  });

test('refused: an unknown action, in XML', async () => {
  const body = 'Action=Fly&Version=2011-06-15';
  const response = await send({ method: 'POST', path: '/', headers: form, body, service: 'sts' });
  assert.equal(response.status, 400);
  assert.match(
    String(response.body),
    /^<ErrorResponse xmlns="[^"]+"><Error><Type>Sender<\/Type><Code>InvalidAction<\/Code><Message>Could not find operation Fly for version 2011-06-15<\/Message><\/Error><RequestId>request-\d+<\/RequestId><\/ErrorResponse>$/,
  );
});

test('refused: unsigned actions, in the words of query services', async () => {
  const body = 'Action=GetCallerIdentity&Version=2011-06-15';
  const response = await send({ method: 'POST', path: '/', headers: form, body, service: 'none' });
  assert.equal(response.status, 403);
  assert.match(
    String(response.body),
    /<Code>MissingAuthenticationToken<\/Code><Message>Request is missing Authentication Token</,
  );
});

test('refused: a service of XML over rest, so that its clients can read it', async () => {
  const response = await send({ path: '/bucket//a%20key', service: 's3' });
  assert.equal(response.status, 400);
  assert.match(
    String(response.body),
    /<Code>InvalidAction<\/Code><Message>The service 's3' is not served here \(GET \/bucket\/\/a%20key\)\. Served are: apigateway/,
  );
});

test('query services take actions in the URL too', async () => {
  const response = await send({ path: '/', query: 'Action=GetCallerIdentity&Version=2011-06-15', service: 'sts' });
  assert.equal(response.status, 200);
  assert.match(
    String(response.body),
    /^<GetCallerIdentityResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/"><GetCallerIdentityResult><UserId>&lt;AKIA\w+&gt; &amp; &quot;co&quot;<\/UserId>/,
  );
});

for (const { service, minutes, status } of [
  { service: 'apigateway', minutes: 4, status: 200 },
  { service: 'apigateway', minutes: 6, status: 403 },
  { service: 'sts', minutes: 14, status: 200 },
  { service: 'sts', minutes: 16, status: 403 },
])
  test(`a clock that is ${minutes} minutes late is answered ${status} by ${service}`, async () => {
    const later = createManagementProtocol(protocolOptions({ services, now: () => nowMs + minutes * 60_000 }));
    const isSts = service === 'sts';
    const message = {
      method: 'GET',
      path: isSts ? '/' : '/restapis',
      query: isSts ? 'Action=GetCallerIdentity' : '',
      headers: { host: 'h' },
    };
    const signing = { payloadHash: sha256(''), service, region: 'us-east-1', credentials: rootKey, nowMs };
    const headers = signRequest({ ...message, ...signing });
    assert.equal((await later.handle({ ...message, headers, body: Buffer.alloc(0) })).status, status);
  });

test('a compressed body is read, its signature covers the compressed bytes', async () => {
  const body = gzipSync('{"name":"small"}');
  const response = await send({ method: 'POST', headers: { 'content-encoding': 'gzip' }, body });
  assert.equal(response.status, 201);
});

test('a trailing slash and an empty body are tolerated', async () => {
  assert.equal((await send({ path: '/restapis/' })).status, 200);
});

test('what is not in the model is dropped, hostile keys are ordinary ones', async () => {
  const body = '{"name":"n","unknown":1,"__proto__":{"name":"x"},"tags":{"__proto__":"a","constructor":"b"}}';
  assert.equal((await send({ method: 'POST', body })).status, 201);
  const input = lastInput() as { tags: object };
  assert.deepEqual(Object.keys(input), ['name', 'tags']);
  assert.deepEqual(Object.entries(input.tags), [
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
  assert.equal(Object.getPrototypeOf(input.tags), Object.prototype);
});

test('the services that are served can be listed', () => {
  assert.deepEqual(protocol.services[3], {
    service: 'sts',
    signingName: 'sts',
    apiVersion: '2011-06-15',
    protocols: ['awsQuery'],
    operations: 11,
    handled: 3,
  });
  assert.equal(protocol.bodyBytesMax, 70_167_211);
});

test('integrations keep the wire name of their method apart from the label', async () => {
  await gateway.send(
    new PutIntegrationCommand({
      restApiId: 'a',
      resourceId: 'b',
      httpMethod: 'GET',
      type: 'HTTP',
      integrationHttpMethod: 'POST',
      uri: 'u',
    }),
  );
  assert.deepEqual(lastInput(), {
    restApiId: 'a',
    resourceId: 'b',
    httpMethod: 'GET',
    type: 'HTTP',
    integrationHttpMethod: 'POST',
    uri: 'u',
  });
});
