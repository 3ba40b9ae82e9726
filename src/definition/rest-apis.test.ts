import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuthorizer } from './authorizers.ts';
import { putIntegration } from './integrations.ts';
import { putMethod } from './methods.ts';
import { createModel } from './models.ts';
import { shownPolicy, storedPolicy } from './policies.ts';
import { createRequestValidator } from './request-validators.ts';
import { createResource } from './resources.ts';
import type { RestApi } from './rest-api.ts';
import { clonedRestApi, type NewRestApi, newRestApi, updateRestApi } from './rest-apis.ts';

const owner = { id: 'abcde12345', accountId: '000000000000', region: 'eu-west-1', partition: 'aws' };
let ids = 0;
const birth = { ...owner, nowMs: 1_000, newId: (length: number) => (ids++).toString(36).padStart(length, 'n') };
const born = (input: Partial<NewRestApi> = {}): RestApi => newRestApi({ name: 'pets', ...input }, birth);

test('a new API is EDGE, ipv4, keyed by header, and has a root resource and two models', () => {
  const api = born();
  assert.deepEqual(api.endpointConfiguration, { types: ['EDGE'], ipAddressType: 'ipv4' });
  assert.equal(api.apiKeySource, 'HEADER');
  assert.equal(api.disableExecuteApiEndpoint, false);
  assert.deepEqual(Object.values(api.resources), [{ id: api.rootResourceId, methods: {} }]);
  assert.deepEqual(Object.keys(api.models), ['Empty', 'Error']);
  assert.deepEqual(JSON.parse(api.models.Error?.schema ?? ''), {
    $schema: 'http://json-schema.org/draft-04/schema#',
    title: 'Error Schema',
    type: 'object',
    properties: { message: { type: 'string' } },
  });
});

for (const { when, input, message } of [
  {
    when: 'an empty description comes before a wrong size',
    input: { description: '', minimumCompressionSize: -1 },
    message: 'Description cannot be an empty string',
  },
  {
    when: 'a size beyond 10 MB',
    input: { minimumCompressionSize: 10_485_761 },
    message: 'Invalid minimum compression size, must be between 0 and 10485760',
  },
  {
    when: 'no endpoint type',
    input: { endpointConfiguration: { types: [] } },
    message: 'REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.',
  },
  {
    when: 'two endpoint types',
    input: { endpointConfiguration: { types: ['EDGE' as const, 'REGIONAL' as const] } },
    message: 'Cannot create an api with multiple Endpoint Types.',
  },
  {
    when: 'a private API on ipv4',
    input: { endpointConfiguration: { types: ['PRIVATE' as const], ipAddressType: 'ipv4' as const } },
    message: 'Only dualstack ipAddressType is supported for Private APIs.',
  },
  {
    when: 'VPC endpoints of a public API',
    input: { endpointConfiguration: { types: ['EDGE' as const], vpcEndpointIds: ['vpce-1'] } },
    message: 'VPCEndpoints can only be specified with PRIVATE apis.',
  },
  {
    when: 'a tag that is AWS’s own',
    input: { tags: { 'aws:x': 'y' } },
    message: "Invalid tag key. Tag keys cannot start with 'aws:' (case insensitive)",
  },
  {
    when: 'a policy that is no policy',
    input: { policy: '{"Statement":"everybody"}' },
    message: 'Invalid policy document. Please check the policy syntax and ensure that Principals are valid.',
  },
])
  test(`CreateRestApi refuses ${when}`, () =>
    assert.throws(() => born(input), { code: 'BadRequestException', message }));

test('a policy is stored with its resources expanded, its members sorted and lists of one as one value', () => {
  const text = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Resource: ['execute-api:/*'],
      Principal: '*',
      Effect: 'Allow',
      Action: ['execute-api:Invoke', 'execute-api:ManageConnections'],
    },
  });
  const stored = storedPolicy(text, owner);
  assert.equal(
    stored,
    '{"Statement":[{"Action":["execute-api:Invoke","execute-api:ManageConnections"],"Effect":"Allow","Principal":"*","Resource":"arn:aws:execute-api:eu-west-1:000000000000:abcde12345/*"}],"Version":"2012-10-17"}',
  );
  assert.equal(storedPolicy(stored, owner), stored, 'storing is idempotent');
  assert.equal(storedPolicy(shownPolicy(stored), owner), stored, 'what was shown can be stored again');
});

for (const { when, operations, expect } of [
  {
    when: 'a private API becomes dualstack',
    operations: [{ op: 'replace', path: '/endpointConfiguration/types/EDGE', value: 'PRIVATE' }],
    expect: { endpointConfiguration: { types: ['PRIVATE'], ipAddressType: 'dualstack' } },
  },
  {
    when: 'VPC endpoints come and go',
    operations: [
      { op: 'replace', path: '/endpointConfiguration/types/0', value: 'PRIVATE' },
      { op: 'add', path: '/endpointConfiguration/vpcEndpointIds', value: 'vpce-1' },
      { op: 'add', path: '/endpointConfiguration/vpcEndpointIds', value: 'vpce-2' },
      { op: 'remove', path: '/endpointConfiguration/vpcEndpointIds', value: 'vpce-1' },
    ],
    expect: {
      endpointConfiguration: { types: ['PRIVATE'], ipAddressType: 'dualstack', vpcEndpointIds: ['vpce-2'] },
    },
  },
  {
    when: 'compression is switched on and off again',
    operations: [
      { op: 'replace', path: '/minimumCompressionSize', value: '0' },
      { op: 'replace', path: '/minimumCompressionSize' },
    ],
    expect: { minimumCompressionSize: undefined },
  },
  {
    when: 'an empty policy is no policy',
    operations: [{ op: 'replace', path: '/policy', value: '' }],
    expect: { policy: undefined },
  },
  {
    when: 'scalars are replaced',
    operations: [
      { op: 'replace', path: '/name', value: 'cats' },
      { op: 'replace', path: '/apiKeySource', value: 'AUTHORIZER' },
      { op: 'replace', path: '/disableExecuteApiEndpoint', value: 'True' },
    ],
    expect: { name: 'cats', apiKeySource: 'AUTHORIZER', disableExecuteApiEndpoint: true },
  },
])
  test(`UpdateRestApi: ${when}`, () => {
    const policy =
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}';
    const edited: Readonly<Record<string, unknown>> = { ...updateRestApi(born({ policy }), operations, owner) };
    for (const [name, value] of Object.entries(expect)) assert.deepEqual(edited[name], value);
  });

test('a clone has what its source has, under identifiers of its own', () => {
  const lambda = 'arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn/invocations';
  const edits: readonly ((api: RestApi) => RestApi)[] = [
    (api) => createResource(api, api.rootResourceId, 'pets', 'r1'),
    (api) =>
      createModel(
        api,
        {
          name: 'Pets',
          contentType: 'application/json',
          schema: `{"items":{"$ref":"https://apigateway.amazonaws.com/restapis/${owner.id}/models/Empty"}}`,
        },
        'm1',
      ),
    (api) => createRequestValidator(api, { name: 'all' }, 'v1'),
    (api) => createAuthorizer(api, { name: 'guard', type: 'TOKEN', authorizerUri: lambda }, 'a1'),
    (api) =>
      putMethod(api, 'r1', {
        httpMethod: 'GET',
        authorizationType: 'CUSTOM',
        authorizerId: 'a1',
        requestValidatorId: 'v1',
      }),
    (api) => putIntegration(api, 'r1', 'GET', { type: 'MOCK' }),
  ];
  const source = edits.reduce((api, edit) => edit(api), born({ description: 'the first', tags: { team: 'a' } }));
  const clone = clonedRestApi(source, { name: 'copy' }, { ...birth, id: 'fghij67890' });
  assert.equal(clone.id, 'fghij67890');
  assert.equal(clone.name, 'copy');
  assert.equal(clone.description, 'the first');
  assert.deepEqual(clone.tags, {});
  const resource = Object.values(clone.resources).find(({ pathPart }) => pathPart === 'pets');
  assert.ok(resource !== undefined && resource.id !== 'r1');
  assert.equal(resource.parentId, clone.rootResourceId);
  assert.equal(clone.resources[clone.rootResourceId]?.parentId, undefined);
  const { GET: method } = resource.methods;
  assert.deepEqual(Object.keys(clone.authorizers), [method?.authorizerId]);
  assert.deepEqual(Object.keys(clone.requestValidators), [method?.requestValidatorId]);
  assert.notEqual(method?.authorizerId, 'a1');
  assert.equal(method?.methodIntegration?.cacheNamespace, resource.id);
  assert.match(clone.models.Pets?.schema ?? '', /restapis\/fghij67890\/models\/Empty/);
});
