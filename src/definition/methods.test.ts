import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuthorizer, deleteAuthorizer, type NewAuthorizer, updateAuthorizer } from './authorizers.ts';
import {
  integrationOf,
  type NewIntegration,
  putIntegration,
  putIntegrationResponse,
  updateIntegration,
} from './integrations.ts';
import { putMethodResponse } from './method-responses.ts';
import { methodOf, type NewMethod, putMethod, updateMethod } from './methods.ts';
import { createRequestValidator, deleteRequestValidator } from './request-validators.ts';
import type { RestApi } from './rest-api.ts';
import { newRestApi } from './rest-apis.ts';

const lambda =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations';
const pool = 'arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_Pets';
const setUp: readonly ((api: RestApi) => RestApi)[] = [
  (api) => createAuthorizer(api, { name: 'guard', type: 'TOKEN', authorizerUri: lambda }, 'token'),
  (api) => createAuthorizer(api, { name: 'pool', type: 'COGNITO_USER_POOLS', providerARNs: [pool] }, 'pool'),
  (api) => createRequestValidator(api, { name: 'all' }, 'validator'),
  (api) =>
    putMethod(api, 'root', {
      httpMethod: 'GET',
      authorizationType: 'none',
      requestParameters: { 'method.request.querystring.page': false, 'method.request.header.X-Trace': true },
    }),
  (api) =>
    putMethodResponse(api, 'root', 'GET', {
      statusCode: '200',
      responseParameters: { 'method.response.header.ETag': false },
    }),
];
const api = setUp.reduce(
  (before, edit) => edit(before),
  newRestApi(
    { name: 'pets' },
    { id: 'api', accountId: '0', region: 'r', partition: 'aws', nowMs: 0, newId: () => 'root' },
  ),
);
const put = (input: Partial<NewMethod>): RestApi =>
  putMethod(api, 'root', { httpMethod: 'POST', authorizationType: 'NONE', ...input });

test('an authorization type may be written in any case', () =>
  assert.equal(methodOf(api, 'root', 'GET').authorizationType, 'NONE'));

test('an authorizer is kept only by methods that use it', () => {
  const custom = put({ authorizationType: 'CUSTOM', authorizerId: 'token' });
  assert.equal(methodOf(custom, 'root', 'POST').authorizerId, 'token');
  const open = updateMethod(custom, 'root', 'POST', [{ op: 'replace', path: '/authorizationType', value: 'NONE' }]);
  assert.equal(methodOf(open, 'root', 'POST').authorizerId, undefined);
});

const noAuthorizer =
  'Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.';
for (const { when, edit, code, message } of [
  {
    when: 'CUSTOM with a user pool',
    edit: () => put({ authorizationType: 'CUSTOM', authorizerId: 'pool' }),
    code: 'BadRequestException',
    message: noAuthorizer,
  },
  {
    when: 'COGNITO_USER_POOLS with a function',
    edit: () => put({ authorizationType: 'COGNITO_USER_POOLS', authorizerId: 'token' }),
    code: 'BadRequestException',
    message: noAuthorizer,
  },
  {
    when: 'the same method twice',
    edit: () => put({ httpMethod: 'GET' }),
    code: 'ConflictException',
    message: 'Method already exists for this resource',
  },
  {
    when: 'a request parameter from nowhere',
    edit: () => put({ requestParameters: { page: true } }),
    code: 'BadRequestException',
    message:
      'Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: page]',
  },
  {
    when: 'a parameter that is a header as well',
    edit: () =>
      put({ requestParameters: { 'method.request.querystring.page': true, 'method.request.header.page': true } }),
    code: 'BadRequestException',
    message: 'Parameter names must be unique across querystring, header and path',
  },
  {
    when: 'the same response twice',
    edit: () => putMethodResponse(api, 'root', 'GET', { statusCode: '200' }),
    code: 'ConflictException',
    message: 'Response already exists for this resource',
  },
  {
    when: 'deleting an authorizer in use',
    edit: () => deleteAuthorizer(put({ authorizationType: 'CUSTOM', authorizerId: 'token' }), 'token'),
    code: 'ConflictException',
    message: "Cannot delete authorizer 'guard', is referenced in method: POST//",
  },
  {
    when: 'deleting a validator in use',
    edit: () => deleteRequestValidator(put({ requestValidatorId: 'validator' }), 'validator'),
    code: 'ConflictException',
    message: "Cannot delete request validator 'all', is referenced in method request: //POST",
  },
])
  test(`methods: refused is ${when}`, () => assert.throws(edit, { code, message }));

const integrate = (input: Partial<NewIntegration>): RestApi =>
  putIntegration(api, 'root', 'GET', {
    type: 'HTTP',
    integrationHttpMethod: 'GET',
    uri: 'http://localhost/pets',
    ...input,
  });

const proxyOnly =
  "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.";
const wrongMapping = (fault: string) =>
  `Invalid mapping expression specified: Validation Result: warnings : [], errors : [${fault}]`;
for (const { when, input, message } of [
  {
    when: 'no method of the backend',
    input: { integrationHttpMethod: undefined },
    message: 'Enumeration value for HttpMethod must be non-empty',
  },
  {
    when: 'a method of the backend that is none',
    input: { integrationHttpMethod: 'FETCH' },
    message: 'Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY',
  },
  { when: 'an address without scheme', input: { uri: 'pets' }, message: 'Invalid HTTP endpoint specified for URI' },
  {
    when: 'AWS behind an address that is no ARN',
    input: { type: 'AWS' as const },
    message: 'Invalid ARN specified in the request',
  },
  {
    when: 'an ARN that names no call',
    input: { type: 'AWS' as const, uri: 'arn:aws:iam::000000000000:role/r' },
    message: 'AWS ARN for integration must contain path or action',
  },
  {
    when: 'a service called without a role',
    input: { type: 'AWS' as const, uri: 'arn:aws:apigateway:us-east-1:sqs:path/000000000000/q' },
    message: 'Role ARN must be specified for AWS integrations',
  },
  {
    when: 'AWS_PROXY to a service that has no proxy',
    input: { type: 'AWS_PROXY' as const, uri: 'arn:aws:apigateway:us-east-1:s3:path/b/k' },
    message: proxyOnly,
  },
  {
    when: 'AWS_PROXY to a Lambda path that invokes nothing',
    input: { type: 'AWS_PROXY' as const, uri: 'arn:aws:apigateway:us-east-1:lambda:path/random/f/invocations' },
    message: proxyOnly,
  },
  {
    when: 'a timeout below 50 ms',
    input: { timeoutInMillis: 49 },
    message: 'Timeout should be between 50 ms and 900000 ms',
  },
  {
    when: 'a parameter that the method does not declare',
    input: { requestParameters: { 'integration.request.path.id': 'method.request.path.petId' } },
    message: wrongMapping('Invalid mapping expression parameter specified: method.request.path.petId'),
  },
  {
    when: 'a target and a source that are none',
    input: { requestParameters: { 'x-id': '*' } },
    message: wrongMapping('Invalid mapping expression specified: x-id, Invalid mapping expression specified: *'),
  },
  {
    when: 'a template without a content type',
    input: { requestTemplates: { json: '{}' } },
    message: 'Validation Result: warnings : [], errors : [Invalid content type specified: json]',
  },
  {
    when: 'a passthrough behaviour that is none',
    input: { passthroughBehavior: 'SOMETIMES' },
    message: 'Invalid passthrough behavior specified. Valid options are WHEN_NO_MATCH,WHEN_NO_TEMPLATES,NEVER',
  },
])
  test(`PutIntegration refuses ${when}`, () =>
    assert.throws(() => integrate(input), { code: 'BadRequestException', message }));

for (const source of [
  "'literal'",
  'method.request.querystring.page',
  'method.request.multivaluequerystring.page',
  'method.request.multivalueheader.X-Trace',
  'method.request.body',
  'method.request.body.pet.name',
  'method.request.body[0]',
  'context.requestId',
  'stageVariables.backend',
])
  test(`a header of the backend may come from ${source}`, () => {
    const requestParameters = { 'integration.request.header.x-pet': source };
    assert.deepEqual(
      integrationOf(integrate({ requestParameters }), 'root', 'GET').requestParameters,
      requestParameters,
    );
  });

test('a timeout beyond 29 s is accepted', () =>
  assert.equal(integrationOf(integrate({ timeoutInMillis: 60_000 }), 'root', 'GET').timeoutInMillis, 60_000));

test('a MOCK integration has neither method nor address, and takes none by patch', () => {
  const mock = integrate({ type: 'MOCK' });
  const { httpMethod, uri, connectionType } = integrationOf(mock, 'root', 'GET');
  assert.deepEqual(
    { httpMethod, uri, connectionType },
    { httpMethod: undefined, uri: undefined, connectionType: undefined },
  );
  const told = updateIntegration(mock, 'root', 'GET', [{ op: 'replace', path: '/uri', value: 'http://x' }]);
  assert.equal(integrationOf(told, 'root', 'GET').uri, undefined);
});

test('putting an integration again forgets its responses', () => {
  const answered = putIntegrationResponse(integrate({}), 'root', 'GET', { statusCode: '200' });
  const again = putIntegration(answered, 'root', 'GET', { type: 'MOCK' });
  assert.deepEqual(integrationOf(again, 'root', 'GET').integrationResponses, {});
});

for (const { when, statusCode, mapping, message } of [
  {
    when: 'a status that the method does not declare',
    statusCode: '404',
    mapping: { 'method.response.header.ETag': "'x'" },
    message: wrongMapping('No method response exists for method.'),
  },
  {
    when: 'a header that the method does not declare',
    statusCode: '200',
    mapping: { 'method.response.header.Location': "'x'" },
    message: wrongMapping('Invalid mapping expression parameter specified: method.response.header.Location'),
  },
  {
    when: 'a source that is none',
    statusCode: '200',
    mapping: { 'method.response.header.ETag': '*' },
    message: wrongMapping('Invalid mapping expression specified: *'),
  },
])
  test(`PutIntegrationResponse refuses headers for ${when}`, () =>
    assert.throws(
      () => putIntegrationResponse(integrate({}), 'root', 'GET', { statusCode, responseParameters: mapping }),
      { code: 'BadRequestException', message },
    ));

const authorizer = (input: Partial<NewAuthorizer>): RestApi =>
  createAuthorizer(api, { name: 'new', type: 'TOKEN', authorizerUri: lambda, ...input }, 'new');

test('a function is asked with the Authorization header unless it says otherwise', () =>
  assert.deepEqual(authorizer({}).authorizers.new, {
    id: 'new',
    name: 'new',
    type: 'TOKEN',
    authType: 'custom',
    authorizerUri: lambda,
    identitySource: 'method.request.header.Authorization',
  }));

for (const { when, input, code, message } of [
  {
    when: 'a name that is taken',
    input: { name: 'guard' },
    code: 'ConflictException',
    message: 'Authorizer name must be unique. Authorizer guard already exists in this RestApi.',
  },
  {
    when: 'a function that is none',
    input: { authorizerUri: 'f' },
    code: 'BadRequestException',
    message:
      'Invalid Authorizer URI: f. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.',
  },
  {
    when: 'answers kept for more than an hour',
    input: { authorizerResultTtlInSeconds: 3_601 },
    code: 'BadRequestException',
    message: 'Invalid authorizer result TTL specified, must be between 0 and 3600',
  },
])
  test(`CreateAuthorizer refuses ${when}`, () => assert.throws(() => authorizer(input), { code, message }));

test('an authorizer is patched member by member', () => {
  const edited = updateAuthorizer(api, 'pool', [
    { op: 'replace', path: '/name', value: 'pools' },
    { op: 'add', path: '/providerARNs', value: `${pool}2` },
    { op: 'remove', path: '/providerARNs', value: pool },
    { op: 'replace', path: '/authorizerResultTtlInSeconds', value: '0' },
    { op: 'replace', path: '/identitySource', value: 'method.request.header.Token' },
  ]);
  assert.deepEqual(edited.authorizers.pool, {
    id: 'pool',
    name: 'pools',
    type: 'COGNITO_USER_POOLS',
    providerARNs: [`${pool}2`],
    authType: 'cognito_user_pools',
    identitySource: 'method.request.header.Token',
    authorizerResultTtlInSeconds: 0,
  });
});

test('null in the place of a template is an empty template, in the place of a parameter nothing', () => {
  const sent: Partial<NewIntegration> = JSON.parse(
    '{"requestTemplates":{"application/json":null},"requestParameters":{"integration.request.header.x":null}}',
  );
  const { requestTemplates, requestParameters } = integrationOf(integrate(sent), 'root', 'GET');
  assert.deepEqual(requestTemplates, { 'application/json': '' });
  assert.deepEqual(requestParameters, {});
});
