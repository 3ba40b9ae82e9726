/** Documents that say nothing of gateways, in front of a backend; and which kind of API a document describes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathOf } from '../resources.ts';
import type { RestApi } from '../rest-api.ts';
import { importHttpApi } from '../v2/openapi/import.ts';
import { birth } from './fixtures.ts';
import { importRestApi, kindOf, plainOpenApi, readDocument } from './index.ts';

let ids = 0;
const httpBirth = {
  apiId: 'a1b2c3d4e5',
  accountId: '000000000000',
  region: 'us-east-1',
  partition: 'aws',
  nowMs: 0,
  newId: () => `id${ids++}`,
};

type Members = Readonly<Record<string, unknown>>;
const oas30 = (members: Members): string =>
  JSON.stringify({ openapi: '3.0.1', info: { title: 'pets', version: '1' }, paths: {}, ...members });

const proxied = (text: string, backend = 'http://127.0.0.1:3000/v1/') => plainOpenApi(readDocument(text), backend);
/** As the command line does it: the document is sent on as JSON. */
function deployed(text: string): RestApi {
  const { api, warnings } = importRestApi(readDocument(JSON.stringify(proxied(text))), { mode: 'new', birth: birth() });
  assert.deepEqual(warnings, []);
  return api;
}

const backendsOf = (api: RestApi): Members =>
  Object.fromEntries(
    Object.values(api.resources).flatMap(({ id, methods }) =>
      Object.values(methods).map(({ httpMethod, methodIntegration }) => [
        `${httpMethod} ${pathOf(api, id)}`,
        [methodIntegration?.type, methodIntegration?.uri, methodIntegration?.requestParameters],
      ]),
    ),
  );

test('plain: every operation is proxied, with its path parameters', () => {
  const api = deployed(
    oas30({
      paths: {
        '/': { get: {} },
        '/pets': { get: { parameters: [{ name: 'limit', in: 'query' }] }, post: {} },
        '/pets/{petId}/toys/{toyId}': { 'x-amazon-apigateway-any-method': {} },
      },
    }),
  );
  assert.deepEqual(backendsOf(api), {
    'GET /': ['HTTP_PROXY', 'http://127.0.0.1:3000/v1/', undefined],
    'GET /pets': ['HTTP_PROXY', 'http://127.0.0.1:3000/v1/pets', undefined],
    'POST /pets': ['HTTP_PROXY', 'http://127.0.0.1:3000/v1/pets', undefined],
    'ANY /pets/{petId}/toys/{toyId}': [
      'HTTP_PROXY',
      'http://127.0.0.1:3000/v1/pets/{petId}/toys/{toyId}',
      {
        'integration.request.path.petId': 'method.request.path.petId',
        'integration.request.path.toyId': 'method.request.path.toyId',
      },
    ],
  });
});

test('plain: an integration that is there stays', () => {
  const api = deployed(oas30({ paths: { '/a': { get: { 'x-amazon-apigateway-integration': { type: 'mock' } } } } }));
  assert.deepEqual(backendsOf(api), { 'GET /a': ['MOCK', undefined, undefined] });
});

test('plain: a path segment with two names is one variable, in parameters too', () => {
  const text = oas30({
    paths: {
      '/users/{id}': { get: { parameters: [{ name: 'id', in: 'path', required: true }] } },
      '/users/{userId}': { put: {}, get: {} },
      '/users/{userId}/posts/{id}': {
        parameters: [{ $ref: '#/components/parameters/user' }],
        get: { parameters: [{ name: 'post', in: 'query' }] },
      },
    },
    components: { parameters: { user: { name: 'userId', in: 'path', required: true } } },
  });
  const { warnings } = proxied(text);
  assert.deepEqual(warnings, [
    "Path '/users/{userId}' is called '/users/{id}' here: a path segment has one variable.",
    "Operation 'get' of path '/users/{userId}' is that of '/users/{id}' already. Ignoring.",
    "Path '/users/{userId}/posts/{id}' is called '/users/{id}/posts/{id}' here: a path segment has one variable.",
  ]);
});

test('plain: models get alphanumeric names wherever they are referred to', () => {
  const api = deployed(
    oas30({
      paths: {
        '/a': {
          post: {
            requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/a.B~1c' } } } },
          },
        },
      },
      components: {
        schemas: {
          'a.B/c': { type: 'object', properties: { next: { $ref: '#/components/schemas/aB_c' } } },
          aB_c: { type: 'string' },
          aBc: { type: 'string' },
        },
      },
    }),
  );
  assert.deepEqual(Object.keys(api.models), ['aBc2', 'aBc3', 'aBc']);
  assert.equal(
    api.models.aBc2?.schema,
    '{"type":"object","properties":{"next":{"$ref":"https://apigateway.amazonaws.com/restapis/api1234567/models/aBc3"}}}',
  );
});

test('plain: who calls is checked by the backend, and parameters without a name of AWS are passed on', () => {
  const text = oas30({
    security: [{ key: [] }],
    paths: { '/a': { get: { security: [{ key: [] }], parameters: [{ name: 'filter[x]', in: 'query' }] } } },
    components: { securitySchemes: { key: { type: 'apiKey', name: 'x-api-key', in: 'header' } } },
  });
  assert.deepEqual(proxied(text).warnings, [
    'Security requirements are left to the backend.',
    "Parameter 'filter[x]' of method 'GET /a' is passed on without being declared.",
  ]);
  const [method] = Object.values(deployed(text).resources).flatMap(({ methods }) => Object.values(methods));
  assert.equal(method?.apiKeyRequired, false);
});

test('plain: security that the gateway is told how to check stays', () => {
  const schemes = { signed: { type: 'apiKey', name: 'a', in: 'header', 'x-amazon-apigateway-authtype': 'awsSigv4' } };
  const api = deployed(
    oas30({ paths: { '/a': { get: { security: [{ signed: [] }] } } }, components: { securitySchemes: schemes } }),
  );
  const [method] = Object.values(api.resources).flatMap(({ methods }) => Object.values(methods));
  assert.equal(method?.authorizationType, 'AWS_IAM');
});

const gatewayDocuments: readonly (readonly [where: string, members: Record<string, unknown>, operation: object])[] = [
  ['the document', { 'x-amazon-apigateway-api-key-source': 'HEADER' }, {}],
  ['an operation', {}, { 'x-amazon-apigateway-integration': { type: 'mock' } }],
];
for (const [where, members, operation] of gatewayDocuments)
  test(`plain: an API key stays required when an extension stands in ${where}`, () => {
    const api = deployed(
      oas30({
        ...members,
        paths: { '/a': { get: { security: [{ key: [] }], ...operation } } },
        components: { securitySchemes: { key: { type: 'apiKey', name: 'x-api-key', in: 'header' } } },
      }),
    );
    const [method] = Object.values(api.resources).flatMap(({ methods }) => Object.values(methods));
    assert.equal(method?.apiKeyRequired, true);
  });

for (const url of ['ftp://x', 'x', '', '/a'])
  test(`plain: '${url}' is no backend`, () => {
    assert.throws(() => proxied(oas30({}), url), { message: /^Invalid backend URL specified/ });
  });

const lambda = { type: 'aws_proxy', httpMethod: 'POST', uri: 'arn:aws:x' };
const kinds: readonly (readonly [string, string, 'rest' | 'http'])[] = [
  ['a plain document', oas30({ paths: { '/a': { get: {} } } }), 'http'],
  ['swagger 2.0, which HTTP APIs do not import', '{"swagger":"2.0","paths":{}}', 'rest'],
  ['a gateway response', oas30({ 'x-amazon-apigateway-gateway-responses': {} }), 'rest'],
  ['CORS settings', oas30({ 'x-amazon-apigateway-cors': {} }), 'http'],
  [
    'an integration without a payload format',
    oas30({ paths: { '/a': { get: { 'x-amazon-apigateway-integration': lambda } } } }),
    'rest',
  ],
  [
    'an integration with a payload format',
    oas30({
      paths: { '/a': { get: { 'x-amazon-apigateway-integration': { ...lambda, payloadFormatVersion: '2.0' } } } },
    }),
    'http',
  ],
  [
    'a reusable integration with a payload format',
    oas30({
      paths: {
        '/a': {
          get: { 'x-amazon-apigateway-integration': { $ref: '#/components/x-amazon-apigateway-integrations/i' } },
        },
      },
      components: { 'x-amazon-apigateway-integrations': { i: { ...lambda, payloadFormatVersion: '2.0' } } },
    }),
    'http',
  ],
  ['a mock', oas30({ paths: { '/a': { get: { 'x-amazon-apigateway-integration': { type: 'mock' } } } } }), 'rest'],
  [
    'a validator of a method',
    oas30({ paths: { '/a': { get: { 'x-amazon-apigateway-request-validator': 'a' } } } }),
    'rest',
  ],
  [
    'a user pool authorizer',
    oas30({
      components: { securitySchemes: { a: { 'x-amazon-apigateway-authorizer': { type: 'cognito_user_pools' } } } },
    }),
    'rest',
  ],
  [
    'a JWT authorizer',
    oas30({ components: { securitySchemes: { a: { 'x-amazon-apigateway-authorizer': { type: 'jwt' } } } } }),
    'http',
  ],
  [
    'a JWT authorizer of a REST API',
    oas30({
      components: {
        securitySchemes: {
          a: { 'x-amazon-apigateway-authorizer': { type: 'jwt', jwtConfiguration: { issuers: [] } } },
        },
      },
    }),
    'rest',
  ],
  [
    'a request authorizer of an HTTP API',
    oas30({
      components: {
        securitySchemes: {
          a: { 'x-amazon-apigateway-authorizer': { type: 'request', identitySource: '$request.header.Authorization' } },
        },
      },
    }),
    'http',
  ],
];
for (const [what, text, kind] of kinds)
  test(`kind: ${what} is of a ${kind} API`, () => assert.equal(kindOf(readDocument(text)), kind));

test('plain: every operation of an HTTP API is proxied, also those whose paths no route can have', () => {
  const document = oas30({
    info: { title: 'pets', version: '1', description: 'x'.repeat(2_000) },
    paths: {
      '/': { get: {} },
      '/users/': { get: {} },
      '/users/{user id}': { get: {} },
      '/users/@me': { get: {}, put: { requestBody: { content: {} } } },
      '/{a}-{b}/~y': { get: { parameters: [{ name: 'a', in: 'path', required: true, schema: { type: 'string' } }] } },
      '/files/{id}.json': { get: {} },
      '/rest/{proxy+}': { get: {} },
    },
  });
  const plain = plainOpenApi(readDocument(document), 'http://127.0.0.1:3000/v1', 'http');
  const api = importHttpApi(readDocument(JSON.stringify(plain)), { birth: httpBirth });
  const uris = Object.values(api.routes).map(({ routeKey, target }) => [
    routeKey,
    api.integrations[target?.replace('integrations/', '') ?? '']?.integrationUri?.slice(
      'http://127.0.0.1:3000/v1'.length,
    ),
  ]);
  assert.deepEqual(Object.fromEntries(uris), {
    'GET /': '/',
    'GET /users': '/users/',
    'GET /users/{userid}': '/users/{userid}',
    'PUT /users/{userid}': '/users/{userid}',
    'GET /{a}/{y}': '/{a}/{y}',
    'GET /files/{id}': '/files/{id}',
    'GET /rest/{proxy+}': '/rest/{proxy}',
  });
  assert.deepEqual([api.warnings, api.importInfo, api.description?.length], [undefined, undefined, 1_024]);
  assert.match(plain.warnings.join('\n'), /'\/users\/@me' is called '\/users\/\{userid\}' here/);
  assert.match(plain.warnings.join('\n'), /Operation 'get' of path '\/users\/@me' is that of/);
});
