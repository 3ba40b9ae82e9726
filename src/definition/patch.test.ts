import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAuthorizer, updateAuthorizer } from './authorizers.ts';
import { Constraints } from './constraints.ts';
import {
  createDocumentationPart,
  createDocumentationVersion,
  updateDocumentationPart,
  updateDocumentationVersion,
} from './documentation.ts';
import { ServiceError } from './errors.ts';
import { updateGatewayResponse } from './gateway-responses.ts';
import {
  putIntegration,
  putIntegrationResponse,
  updateIntegration,
  updateIntegrationResponse,
} from './integrations.ts';
import { putMethodResponse, updateMethodResponse } from './method-responses.ts';
import { putMethod, updateMethod } from './methods.ts';
import { createModel, updateModel } from './models.ts';
import {
  applyPatch,
  clear,
  entryRow,
  escapeSegment,
  flag,
  type PatchOperation,
  patchOperationsMax,
  patchTable,
  refuseListing,
  refusePath,
  refusePathOrOp,
  required,
  set,
  text,
  wholeNumber,
} from './patch.ts';
import { createRequestValidator, updateRequestValidator } from './request-validators.ts';
import { createResource, updateResource } from './resources.ts';
import type { RestApi } from './rest-api.ts';
import { newRestApi, updateRestApi } from './rest-apis.ts';

interface Pet {
  readonly name: string;
  readonly description?: string;
  readonly tame: boolean;
  readonly age: number;
  readonly toys?: Readonly<Record<string, string>>;
}

const rows = [
  { path: '/name', replace: set<Pet, 'name'>('name', required('A pet needs a name')) },
  {
    path: '/description',
    replace: set<Pet, 'description'>('description', text),
    remove: clear<Pet, 'description'>('description'),
  },
  { path: '/tame', replace: set<Pet, 'tame'>('tame', flag) },
  { path: '/age', replace: set<Pet, 'age'>('age', wholeNumber(0, 30, 'A pet is 0 to 30')) },
  entryRow<Pet, string>(
    '/toys/{name}',
    { get: (pet) => pet.toys, set: (pet, toys) => ({ ...pet, toys }) },
    (value) => value ?? '',
    'No such toy',
  ),
];
const bare = patchTable<Pet>(refusePath, rows);
const withOps = patchTable<Pet>(refusePathOrOp, rows);
const listing = patchTable<Pet>(refuseListing, rows);
const rex: Pet = { name: 'Rex', description: 'a dog', tame: true, age: 3, toys: { ball: 'red' } };

for (const { when, operations, expect } of [
  { when: 'no operations change nothing', operations: undefined, expect: rex },
  {
    when: 'a member is replaced',
    operations: [{ op: 'replace', path: '/name', value: 'Max' }],
    expect: { ...rex, name: 'Max' },
  },
  {
    when: 'a member is removed, not emptied',
    operations: [{ op: 'remove', path: '/description' }],
    expect: { name: 'Rex', tame: true, age: 3, toys: { ball: 'red' } },
  },
  {
    when: 'a flag is true in any spelling, else false',
    operations: [
      { op: 'replace', path: '/tame', value: 'TRUE' },
      { op: 'replace', path: '/tame', value: 'whatever' },
    ],
    expect: { ...rex, tame: false },
  },
  {
    when: '~1 stands for a slash and ~0 for a tilde',
    operations: [{ op: 'add', path: '/toys/a~1b~0c', value: 'x' }],
    expect: { ...rex, toys: { ball: 'red', 'a/b~c': 'x' } },
  },
  {
    when: 'the slash in front of a path may be missing',
    operations: [{ op: 'add', path: 'toys/bone', value: 'x' }],
    expect: { ...rex, toys: { ball: 'red', bone: 'x' } },
  },
  {
    when: '~01 is ~1, not a slash',
    operations: [{ op: 'add', path: '/toys/~01', value: 'x' }],
    expect: { ...rex, toys: { ball: 'red', '~1': 'x' } },
  },
  {
    when: 'later operations see what earlier ones did',
    operations: [
      { op: 'add', path: '/toys/bone', value: 'old' },
      { op: 'replace', path: '/toys/bone', value: 'new' },
      { op: 'remove', path: '/toys/ball' },
    ],
    expect: { ...rex, toys: { bone: 'new' } },
  },
])
  test(`patch: ${when}`, () => assert.deepEqual(applyPatch(bare, rex, operations), expect));

for (const { when, table, operation, code, message } of [
  {
    when: 'the bare style names the path, also when the path is known',
    table: bare,
    operation: { op: 'add', path: '/name', value: 'x' },
    code: 'BadRequestException',
    message: 'Invalid patch path /name',
  },
  {
    when: 'a path that was not sent is null',
    table: bare,
    operation: { op: 'add', value: 'x' },
    code: 'BadRequestException',
    message: 'Invalid patch path null',
  },
  {
    when: 'the style with ops names the ops of a known path',
    table: withOps,
    operation: { op: 'remove', path: '/name' },
    code: 'BadRequestException',
    message: 'Invalid patch operation specified. Must be one of: [replace]',
  },
  {
    when: 'several ops are listed in the order in which AWS prints them',
    table: withOps,
    operation: { op: 'copy', path: '/toys/ball', from: '/toys/bone' },
    code: 'BadRequestException',
    message: 'Invalid patch operation specified. Must be one of: [add, remove, replace]',
  },
  {
    when: 'the style with ops names an unknown path',
    table: withOps,
    operation: { op: 'replace', path: '/toys', value: 'x' },
    code: 'BadRequestException',
    message: 'Invalid patch path /toys',
  },
  {
    when: 'an unescaped slash makes another path',
    table: withOps,
    operation: { op: 'add', path: '/toys/a/b', value: 'x' },
    code: 'BadRequestException',
    message: 'Invalid patch path /toys/a/b',
  },
  {
    when: 'an empty name is no name',
    table: withOps,
    operation: { op: 'add', path: '/toys/', value: 'x' },
    code: 'BadRequestException',
    message: 'Invalid patch path /toys/',
  },
  {
    when: 'a path without a slash in front is refused as it was sent',
    table: withOps,
    operation: { op: 'replace', path: 'colour', value: 'x' },
    code: 'BadRequestException',
    message: 'Invalid patch path colour',
  },
  {
    when: 'the listing style lists the paths that take the op',
    table: listing,
    operation: { op: 'replace', path: '/colour', value: 'x' },
    code: 'BadRequestException',
    message:
      "Invalid patch path  '/colour' specified for op 'replace'. Must be one of: [/name, /description, /tame, /age, /toys/{name}]",
  },
  {
    when: 'the listing style asks for another op where the path is known',
    table: listing,
    operation: { op: 'add', path: '/name', value: 'x' },
    code: 'BadRequestException',
    message: "Invalid patch path  '/name' specified for op 'add'. Please choose supported operations",
  },
  {
    when: 'the listing style asks for another op where no path takes it',
    table: listing,
    operation: { op: 'test', path: '/colour', value: 'x' },
    code: 'BadRequestException',
    message: "Invalid patch path  '/colour' specified for op 'test'. Please choose supported operations",
  },
  {
    when: 'an entry that is not there cannot be replaced',
    table: bare,
    operation: { op: 'replace', path: '/toys/bone', value: 'x' },
    code: 'NotFoundException',
    message: 'No such toy',
  },
  {
    when: 'an inherited member is no entry',
    table: bare,
    operation: { op: 'remove', path: '/toys/constructor' },
    code: 'NotFoundException',
    message: 'No such toy',
  },
  {
    when: 'a number beyond its bounds is refused',
    table: bare,
    operation: { op: 'replace', path: '/age', value: '31' },
    code: 'BadRequestException',
    message: 'A pet is 0 to 30',
  },
  {
    when: 'what is no number is refused',
    table: bare,
    operation: { op: 'replace', path: '/age', value: '0x10' },
    code: 'BadRequestException',
    message: 'A pet is 0 to 30',
  },
])
  test(`patch: ${when}`, () =>
    assert.throws(() => applyPatch<Pet>(table, rex, [operation]), { name: 'ServiceError', code, message }));

test('patch: a hostile name is a name like any other', () => {
  const patched = applyPatch(bare, rex, [{ op: 'add', path: '/toys/__proto__', value: 'x' }]);
  assert.deepEqual(Object.keys(patched.toys ?? {}), ['ball', '__proto__']);
  assert.equal(Object.getPrototypeOf(patched.toys), Object.prototype);
});

test('patch: one call carries a bounded number of operations', () => {
  const many = Array.from({ length: patchOperationsMax + 1 }, () => ({ op: 'replace', path: '/name', value: 'x' }));
  assert.throws(() => applyPatch(bare, rex, many), { code: 'BadRequestException' });
});

test('patch: a name that was escaped is read back as it was', () =>
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (name) => {
      const patched = applyPatch(bare, { ...rex, toys: {} }, [{ op: 'add', path: `/toys/${escapeSegment(name)}` }]);
      assert.deepEqual(Object.keys(patched.toys ?? {}), [name]);
    }),
  ));

test('constraints: every wrong op is listed with its place, in one error', () =>
  assert.throws(() => new Constraints('updateMethod').patch([{ op: 'wrong' }, { op: 'add' }, { op: 'bad' }]).check(), {
    code: 'ValidationException',
    message:
      "2 validation errors detected: Value 'wrong' at 'updateMethodInput.patchOperations.1.member.op' failed to satisfy constraint: Member must satisfy enum value set: [add, remove, move, test, replace, copy]; Value 'bad' at 'updateMethodInput.patchOperations.3.member.op' failed to satisfy constraint: Member must satisfy enum value set: [add, remove, move, test, replace, copy]",
  }));

// Every resource, with something in every map, under patches made of its own words and of hostile ones.

const newId = (length: number): string => 'x'.repeat(length);
const owner = { id: 'api1234567', accountId: '000000000000', region: 'us-east-1', partition: 'aws' };

function furnishedApi(): RestApi {
  const born = newRestApi({ name: 'pets', description: 'all pets' }, { ...owner, nowMs: 0, newId });
  const lambda =
    'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:0:function:f/invocations';
  const edits: readonly ((api: RestApi) => RestApi)[] = [
    (api) => createResource(api, api.rootResourceId, 'pets', 'pets'),
    (api) => createResource(api, 'pets', '{petId}', 'pet'),
    (api) => createModel(api, { name: 'Pet', contentType: 'application/json', schema: '{"type":"object"}' }, 'm1'),
    (api) => createRequestValidator(api, { name: 'all', validateRequestBody: true }, 'v1'),
    (api) => createAuthorizer(api, { name: 'guard', type: 'TOKEN', authorizerUri: lambda }, 'a1'),
    (api) => createDocumentationPart(api, { location: { type: 'API' }, properties: '{}' }, 'd1'),
    (api) => createDocumentationVersion(api, { version: '1' }, 0),
    (api) =>
      putMethod(api, 'pet', {
        httpMethod: 'GET',
        authorizationType: 'CUSTOM',
        authorizerId: 'a1',
        authorizationScopes: ['read'],
        requestParameters: { 'method.request.path.petId': true },
        requestModels: { 'application/json': 'Pet' },
        requestValidatorId: 'v1',
      }),
    (api) =>
      putMethodResponse(api, 'pet', 'GET', {
        statusCode: '200',
        responseParameters: { 'method.response.header.etag': false },
        responseModels: { 'application/json': 'Pet' },
      }),
    (api) =>
      putIntegration(api, 'pet', 'GET', {
        type: 'HTTP',
        integrationHttpMethod: 'GET',
        uri: 'http://localhost/{petId}',
        requestParameters: { 'integration.request.path.petId': 'method.request.path.petId' },
        requestTemplates: { 'application/json': '{}' },
        cacheKeyParameters: ['method.request.path.petId'],
      }),
    (api) =>
      putIntegrationResponse(api, 'pet', 'GET', {
        statusCode: '200',
        responseParameters: { 'method.response.header.etag': 'integration.response.header.etag' },
        responseTemplates: { 'application/json': '{}' },
      }),
  ];
  return edits.reduce((api, edit) => edit(api), born);
}

type Update = (api: RestApi, operations: readonly PatchOperation[]) => RestApi;
const updates: Readonly<Record<string, Update>> = {
  UpdateRestApi: (api, operations) => updateRestApi(api, operations, owner),
  UpdateResource: (api, operations) => updateResource(api, 'pet', operations),
  UpdateMethod: (api, operations) => updateMethod(api, 'pet', 'GET', operations),
  UpdateMethodResponse: (api, operations) => updateMethodResponse(api, 'pet', 'GET', '200', operations),
  UpdateIntegration: (api, operations) => updateIntegration(api, 'pet', 'GET', operations),
  UpdateIntegrationResponse: (api, operations) => updateIntegrationResponse(api, 'pet', 'GET', '200', operations),
  UpdateModel: (api, operations) => updateModel(api, 'Pet', operations),
  UpdateRequestValidator: (api, operations) => updateRequestValidator(api, 'v1', operations),
  UpdateGatewayResponse: (api, operations) => updateGatewayResponse(api, 'THROTTLED', operations),
  UpdateAuthorizer: (api, operations) => updateAuthorizer(api, 'a1', operations),
  UpdateDocumentationPart: (api, operations) => updateDocumentationPart(api, 'd1', operations),
  UpdateDocumentationVersion: (api, operations) => updateDocumentationVersion(api, '1', operations),
};

const members =
  'name description version policy tags apiKeySource binaryMediaTypes minimumCompressionSize disableExecuteApiEndpoint endpointConfiguration types ipAddressType vpcEndpointIds endpointAccessMode securityPolicy parentId pathPart authorizationType authorizationScopes authorizerId apiKeyRequired operationName requestParameters requestModels requestValidatorId responseParameters responseModels cacheKeyParameters cacheNamespace connectionId connectionType contentHandling credentials httpMethod integrationTarget passthroughBehavior requestTemplates responseTransferMode timeoutInMillis tlsConfig insecureSkipVerification uri selectionPattern responseTemplates schema validateRequestBody validateRequestParameters statusCode authorizerUri authorizerCredentials authorizerResultTtlInSeconds authType identitySource identityValidationExpression providerARNs type properties'.split(
    ' ',
  );
const mapMembers = [
  ...[
    'binaryMediaTypes',
    'endpointConfiguration',
    'endpointConfiguration/types',
    'endpointConfiguration/vpcEndpointIds',
  ],
  ...['requestParameters', 'requestModels', 'requestTemplates', 'responseParameters', 'responseModels'],
  ...['responseTemplates', 'cacheKeyParameters', 'authorizationScopes', 'tlsConfig'],
];
const hostile = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', '-', '*', '~', '~2', '0', 'null'];
const values = [
  ...['true', 'EDGE', 'PRIVATE', 'REGIONAL', 'dualstack', 'CUSTOM', 'COGNITO_USER_POOLS', 'NONE', 'MOCK', 'VPC_LINK'],
  ...['{}', '[]', '{"type":7}', '{"$ref":"#"}', '{"Statement":[null]}', '['.repeat(20_000), '-1', '1e9', '99999999999'],
  ...['pet', 'pets', '{petId}', '{proxy+}', 'Pet', 'v1', 'a1', 'http://localhost', 'arn:aws:iam::0:role/r', '\u0000'],
];

const segment = fc.oneof(
  fc.constantFrom(...members),
  fc.constantFrom(...hostile),
  fc.constantFrom('application~1json', 'method.request.path.petId', 'method.response.header.etag', 'etag'),
  fc.string(),
);
const operation: fc.Arbitrary<PatchOperation> = fc.record(
  {
    op: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom('add', 'remove', 'replace') },
      { weight: 1, arbitrary: fc.constantFrom('move', 'test', 'copy', 'wrong', '__proto__') },
    ),
    path: fc.oneof(
      fc.constantFrom(...members.map((member) => `/${member}`)),
      fc.tuple(fc.constantFrom(...mapMembers), segment).map(([map, name]) => `/${map}/${name}`),
      fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => `/${segments.join('/')}`),
      fc.string(),
    ),
    value: fc.oneof(fc.constantFrom(...values), fc.constantFrom(...hostile), fc.string()),
    from: fc.string(),
  },
  { requiredKeys: [] },
);

const furnished = furnishedApi();
for (const [name, update] of Object.entries(updates))
  test(`${name}: whatever the patch, the outcome is an API or a refusal`, () =>
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 4 }), (operations) => {
        try {
          const edited = update(furnished, operations);
          assert.deepEqual(JSON.parse(JSON.stringify(edited)).id, owner.id);
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error;
        }
        assert.equal(Object.hasOwn(Object.prototype, 'x'), false);
      }),
      { numRuns: 1_000 },
    ));
