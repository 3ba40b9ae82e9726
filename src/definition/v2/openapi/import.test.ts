/** What a document is as an HTTP API, and what is said about it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Api } from '../../api.ts';
import { ServiceError } from '../../errors.ts';
import { readDocument } from '../../openapi/document.ts';
import { type HttpImport, importHttpApi, issuersOf } from './import.ts';

function birth(): HttpImport['birth'] {
  let ids = 0;
  return {
    apiId: 'abcdefghij',
    accountId: '000000000000',
    region: 'us-east-1',
    partition: 'aws',
    nowMs: Date.UTC(2026, 0, 1),
    newId: (length) => String(ids++).padStart(length, 'a'),
  };
}

const head = { openapi: '3.0.1', info: { title: 't', version: '1' } };
const proxy = { type: 'http_proxy', httpMethod: 'GET', uri: 'https://example.com', payloadFormatVersion: '1.0' };
const integration = { 'x-amazon-apigateway-integration': proxy };

const imported = (members: object, options: Partial<HttpImport> = {}): Api =>
  importHttpApi(readDocument(JSON.stringify({ ...head, paths: {}, ...members })), { birth: birth(), ...options });

const keysOf = (api: Api): string[] => Object.values(api.routes).map(({ routeKey }) => routeKey);

test('a document becomes routes with integrations of their own', () => {
  const api = imported({
    paths: {
      '/pets/{id}': { get: { operationId: 'getPet', ...integration }, put: integration },
      '/{proxy+}': { 'x-amazon-apigateway-any-method': integration },
      '/$default': { 'x-amazon-apigateway-any-method': { isDefaultRoute: true, ...integration } },
      'x-other': { get: integration },
    },
  });
  assert.deepEqual(keysOf(api), ['GET /pets/{id}', 'PUT /pets/{id}', 'ANY /{proxy+}', '$default']);
  assert.equal(Object.keys(api.integrations).length, 4);
  assert.deepEqual([api.warnings, api.importInfo], [undefined, undefined]);
  const [first] = Object.values(api.integrations);
  assert.deepEqual(first, {
    integrationId: first?.integrationId,
    integrationType: 'HTTP_PROXY',
    integrationMethod: 'GET',
    integrationUri: 'https://example.com',
    connectionType: 'INTERNET',
    description: 'AutoCreate from OpenAPI Import',
    payloadFormatVersion: '1.0',
    timeoutInMillis: 30_000,
    integrationResponses: {},
  });
  assert.equal(Object.values(api.routes)[0]?.operationName, 'getPet');
});

test('the default route as SAM writes it is made, with a warning; other methods of that path are not', () => {
  const api = imported({
    paths: {
      $default: { 'x-amazon-apigateway-any-method': { isDefaultRoute: true, ...integration }, get: integration },
    },
  });
  assert.deepEqual(keysOf(api), ['$default']);
  assert.deepEqual(api.warnings, ['Parse issue: attribute paths. Resource $default should start with /']);
});

test('numbers of YAML are payload format versions', () => {
  const yaml = `
openapi: 3.0.1
info: { title: t, version: v1.0 }
paths:
  /hello:
    x-amazon-apigateway-any-method:
      x-amazon-apigateway-integration:
        payloadFormatVersion: 2.0
        type: AWS_PROXY
        httpMethod: POST
        uri: arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:\${AWS::AccountId}:function:f/invocations
`;
  const api = importHttpApi(readDocument(yaml), { birth: birth() });
  const [made] = Object.values(api.integrations);
  assert.equal(made?.payloadFormatVersion, '2.0');
  assert.match(made?.integrationUri ?? '', /apigateway:us-east-1:.*:000000000000:function:f/);
  assert.equal(api.version, 'v1.0');
});

test('an integration that is referred to is made once', () => {
  const $ref = '#/components/x-amazon-apigateway-integrations/shared';
  const at = { 'x-amazon-apigateway-integration': { $ref } };
  const api = imported({
    paths: { '/a': { get: at }, '/b': { get: at } },
    components: { 'x-amazon-apigateway-integrations': { shared: proxy } },
  });
  assert.equal(Object.keys(api.integrations).length, 1);
  assert.equal(new Set(Object.values(api.routes).map(({ target }) => target)).size, 1);
});

const jwt = {
  type: 'jwt',
  identitySource: '$request.header.Authorization',
  jwtConfiguration: { issuer: 'https://issuer.example.com', audience: ['a'] },
};
const withSchemes = (schemes: object, operation: object, more: object = {}) => ({
  paths: { '/a': { get: { ...integration, ...operation } } },
  components: { securitySchemes: schemes },
  ...more,
});
const oauth = (authorizer: object) => ({ type: 'oauth2', 'x-amazon-apigateway-authorizer': authorizer });

test('a JWT authorizer and scopes guard a route', () => {
  const api = imported(withSchemes({ tokens: oauth(jwt) }, { security: [{ tokens: ['read'] }] }));
  const [authorizer] = Object.values(api.authorizers);
  assert.deepEqual(authorizer, {
    authorizerId: authorizer?.authorizerId,
    name: 'tokens',
    authorizerType: 'JWT',
    identitySource: ['$request.header.Authorization'],
    jwtConfiguration: { issuer: 'https://issuer.example.com', audience: ['a'] },
  });
  const [route] = Object.values(api.routes);
  assert.deepEqual(
    [route?.authorizationType, route?.authorizerId, route?.authorizationScopes],
    ['JWT', authorizer?.authorizerId, ['read']],
  );
});

test('the issuer of a scheme of OpenID Connect is where it is discovered', () => {
  const { issuer: _told, ...jwtConfiguration } = jwt.jwtConfiguration;
  const scheme = {
    type: 'openIdConnect',
    openIdConnectUrl: 'https://id.example.com/t/.well-known/openid-configuration',
    'x-amazon-apigateway-authorizer': { ...jwt, jwtConfiguration },
  };
  const members = withSchemes({ id: scheme }, { security: [{ id: [] }] });
  const document = readDocument(JSON.stringify({ ...head, ...members }));
  assert.deepEqual(issuersOf(document, birth()), ['https://id.example.com/t']);
  const [authorizer] = Object.values(importHttpApi(document, { birth: birth() }).authorizers);
  assert.equal(authorizer?.jwtConfiguration?.issuer, 'https://id.example.com/t');
});

test('an authorizer that cannot be made leaves no route open', () => {
  const unreachableIssuers = new Set(['https://issuer.example.com']);
  const members = withSchemes({ tokens: oauth(jwt) }, { security: [{ tokens: [] }] });
  const api = imported(members, { unreachableIssuers });
  assert.deepEqual([keysOf(api), Object.keys(api.authorizers)], [[], []]);
  assert.deepEqual(api.warnings, [
    "Unable to create Authorizer 'tokens': Caught exception when connecting to https://issuer.example.com/.well-known/openid-configuration for issuer https://issuer.example.com. Please try again later.",
  ]);
  assert.throws(() => imported(members, { unreachableIssuers, failOnWarnings: true }), {
    code: 'BadRequestException',
    message:
      "Warnings found during import:\n\tUnable to create Authorizer 'tokens': Caught exception when connecting to https://issuer.example.com/.well-known/openid-configuration for issuer https://issuer.example.com. Please try again later.",
  });
  const missing = imported(withSchemes({}, { security: [{ nope: [] }] }));
  assert.deepEqual(keysOf(missing), []);
});

test('security of the document is security of its operations, unless they say otherwise', () => {
  const api = imported({
    paths: {
      '/guarded': { get: integration },
      '/open': { get: { ...integration, security: [] } },
      '/signed': { get: { ...integration, 'x-amazon-apigateway-auth': { type: 'AWS_IAM' } } },
      '/keyed': { get: { ...integration, security: [{ sigv4: [] }] } },
    },
    security: [{ tokens: [] }],
    components: {
      securitySchemes: {
        tokens: oauth(jwt),
        sigv4: { type: 'apiKey', name: 'Authorization', in: 'header', 'x-amazon-apigateway-authtype': 'awsSigv4' },
      },
    },
  });
  assert.deepEqual(
    Object.values(api.routes).map(({ authorizationType }) => authorizationType),
    ['JWT', 'NONE', 'AWS_IAM', 'AWS_IAM'],
  );
});

test('CORS, tags and the endpoint are settings of the API', () => {
  const api = imported({
    tags: [{ name: 'team', 'x-amazon-apigateway-tag-value': 'a' }, { name: 'plain' }],
    servers: [{ url: '/', 'x-amazon-apigateway-endpoint-configuration': { disableExecuteApiEndpoint: true } }],
    'x-amazon-apigateway-cors': { allowOrigins: ['https://a.example'], allowCredentials: false, maxAge: -1 },
    'x-amazon-apigateway-importexport-version': '1.0',
  });
  assert.deepEqual(api.corsConfiguration, { allowOrigins: ['https://a.example'], maxAge: -1 });
  assert.deepEqual(api.tags, { team: 'a', plain: '' });
  assert.equal(api.disableExecuteApiEndpoint, true);
});

for (const { basepath, key } of [
  { basepath: undefined, key: 'GET /pets' },
  { basepath: 'ignore', key: 'GET /pets' },
  { basepath: 'prepend', key: 'GET /v1/shop/pets' },
  { basepath: 'split', key: 'GET /shop/pets' },
])
  test(`a base path is ${basepath ?? 'ignored unless told otherwise'}`, () =>
    assert.deepEqual(
      keysOf(
        imported(
          { servers: [{ url: 'https://x.example/v1/shop' }], paths: { '/pets': { get: integration } } },
          { basepath },
        ),
      ),
      [key],
    ));

const complaints: readonly { when: string; members: object; warnings?: RegExp; importInfo?: RegExp }[] = [
  {
    when: 'a path without a slash',
    members: { paths: { $default: { get: integration } } },
    warnings: /^Parse issue: attribute paths\. Resource \$default should start with \/$/,
  },
  {
    when: 'a path with a trailing slash',
    members: { paths: { '/a/': { get: integration } } },
    importInfo: /Unable to create route 'GET \/a\/': One or more path parts/,
  },
  {
    when: 'an integration of another type',
    members: { paths: { '/a': { get: { 'x-amazon-apigateway-integration': { type: 'mock' } } } } },
    warnings: /Unable to put integration on 'GET \/a': type 'mock' is not supported for HTTP APIs/,
  },
  {
    when: 'a schema that is not there',
    members: {
      paths: {
        '/pets': {
          get: {
            ...integration,
            responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/X' } } } } },
          },
        },
      },
    },
    warnings:
      /^Parse issue: attribute paths\.'\/pets'\(get\)\.responses\.200\.content\.schema\.#\/components\/schemas\/X is missing$/,
  },
  {
    when: 'a request body',
    members: { paths: { '/a': { post: { ...integration, requestBody: { content: {} } } } } },
    importInfo: /paths\.'\/a'\(post\)\.requestBody is not supported for HTTP APIs\. Ignoring\./,
  },
  {
    when: 'an extension of REST APIs',
    members: { 'x-amazon-apigateway-gateway-responses': {} },
    importInfo: /x-amazon-apigateway-gateway-responses is not supported for HTTP APIs\. Ignoring\./,
  },
  {
    when: 'a security scheme that says nothing of authorizers',
    members: withSchemes({ key: { type: 'apiKey', name: 'x', in: 'header' } }, { security: [{ key: [] }] }),
    warnings: /Unsupported security scheme 'key'/,
  },
];

for (const { when, members, warnings, importInfo } of complaints)
  test(`${when} is told`, () => {
    const api = imported(members);
    for (const [listed, expected] of [
      [api.warnings, warnings],
      [api.importInfo, importInfo],
    ] as const)
      if (expected === undefined) assert.equal(listed, undefined);
      else assert.match(listed?.join('\n') ?? '', expected);
  });

const refused: readonly { when: string; text: string; message: RegExp }[] = [
  { when: 'Swagger', text: '{"swagger":"2.0","info":{"title":"t"}}', message: /Only OpenAPI 3 documents/ },
  { when: 'no title', text: '{"openapi":"3.0.1","info":{},"paths":{}}', message: /info\.title is missing/ },
  { when: 'neither JSON nor YAML', text: '{', message: /Invalid OpenAPI input/ },
  {
    when: 'an integration without a URI',
    text: JSON.stringify({
      ...head,
      paths: { '/a': { get: { 'x-amazon-apigateway-integration': { type: 'http_proxy', httpMethod: 'GET' } } } },
    }),
    message: /Errors found during import:\n\tUnable to put integration on 'GET \/a': Invalid integration URI specified/,
  },
  {
    when: 'two security requirements',
    text: JSON.stringify({
      ...head,
      ...withSchemes({ a: oauth(jwt), b: oauth(jwt) }, { security: [{ a: [] }, { b: [] }] }),
    }),
    message: /Multiple security requirements for paths\.'\/a'\(get\)/,
  },
  {
    when: 'credentials for every origin',
    text: JSON.stringify({
      ...head,
      paths: {},
      'x-amazon-apigateway-cors': { allowOrigins: ['*'], allowCredentials: true },
    }),
    message: /Unable to put CORS configuration/,
  },
];

for (const { when, text, message } of refused)
  test(`a document with ${when} is refused`, () =>
    assert.throws(() => importHttpApi(readDocument(text), { birth: birth() }), {
      code: 'BadRequestException',
      message,
    }));

test('a reimport takes the place of everything, and keeps the identifiers of what is there again', () => {
  const guarded = withSchemes({ tokens: oauth(jwt) }, { security: [{ tokens: [] }] });
  const before = imported({ ...guarded, 'x-amazon-apigateway-cors': { allowOrigins: ['*'] } });
  const owner = { ...birth(), newId: (length: number) => 'z'.repeat(length) };
  const document = { ...head, info: { title: 'u', version: '2' }, ...guarded, paths: { ...guarded.paths, '/b': {} } };
  const after = importHttpApi(readDocument(JSON.stringify(document)), { birth: owner, api: before });
  assert.deepEqual(
    [after.apiId, after.name, after.version, after.corsConfiguration, after.createdAtMs],
    [before.apiId, 'u', '2', undefined, before.createdAtMs],
  );
  assert.deepEqual(
    [after.routes, after.integrations, after.authorizers],
    [before.routes, before.integrations, before.authorizers],
  );
  const empty = importHttpApi(readDocument(JSON.stringify({ ...head, paths: {} })), { birth: owner, api: before });
  assert.deepEqual([empty.routes, empty.integrations, empty.authorizers], [{}, {}, {}]);
});

const words = [
  'paths',
  '/a',
  '/{b+}',
  '/$default',
  'get',
  'x-amazon-apigateway-any-method',
  'x-amazon-apigateway-integration',
  'type',
  'uri',
  'httpMethod',
  'payloadFormatVersion',
  '$ref',
  'components',
  'securitySchemes',
  'security',
  'jwt',
  'tags',
  'name',
  'x-amazon-apigateway-authorizer',
  'identitySource',
  'jwtConfiguration',
  'x-amazon-apigateway-cors',
  'allowOrigins',
  'servers',
  'variables',
  'basePath',
  'responses',
  '200',
  'content',
  'schema',
  'requestParameters',
  'responseParameters',
  'tlsConfig',
  'timeoutInMillis',
  '__proto__',
  'constructor',
  'requestBody',
];
const leaves = fc.constantFrom<unknown>(
  null,
  true,
  0,
  -1,
  1.5,
  '',
  'http_proxy',
  'jwt',
  '#',
  '#/paths',
  '#/components/securitySchemes',
  'https://example.com',
  [],
  {},
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'large', withCrossShrink: true },
    leaves,
    fc.dictionary(fc.constantFrom(...words), tie('tree'), { maxKeys: 6 }),
    fc.array(tie('tree'), { maxLength: 3 }),
  ),
}));

test('a document of nonsense is imported or refused, never more', () =>
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...words), tree, { maxKeys: 8 }), (members) => {
      try {
        const document = readDocument(JSON.stringify({ ...members, ...head }));
        assert.ok(issuersOf(document, birth()).every((issuer) => typeof issuer === 'string'));
        importHttpApi(document, { birth: birth(), basepath: 'prepend' });
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        assert.equal(error.status, 400);
      }
    }),
    { numRuns: 500 },
  ));

test('ten thousand routes are imported in the time of ten thousand', () => {
  const paths = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`/r${index}`, { get: integration }]));
  const cpuMs = () => process.cpuUsage().user / 1000;
  const before = cpuMs();
  const api = imported({ paths });
  assert.equal(Object.keys(api.routes).length, 10_000);
  assert.ok(cpuMs() - before < 5_000, `${cpuMs() - before} ms`);
});
