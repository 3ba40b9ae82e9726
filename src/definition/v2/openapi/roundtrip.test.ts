/** What is exported and imported again is the same API. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import type { Api } from '../../api.ts';
import { readDocument } from '../../openapi/document.ts';
import { newApi } from '../apis.ts';
import { createAuthorizer } from '../authorizers.ts';
import { createIntegration, type NewApiIntegration } from '../integrations.ts';
import { createRoute } from '../routes.ts';
import { serviceActions } from '../service-actions.ts';
import { exportHttpApi } from './export.ts';
import { importHttpApi } from './import.ts';

const birth = (prefix: string) => {
  let ids = 0;
  return {
    apiId: `${prefix}cdefghij`.slice(0, 10),
    accountId: '000000000000',
    region: 'us-east-1',
    partition: 'aws',
    nowMs: Date.UTC(2026, 0, 1),
    newId: (length: number) => `${prefix}${(ids++).toString(36)}`.padStart(length, 'a'),
  };
};

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
const text = fc
  .string({ minLength: 1, maxLength: 20 })
  .filter((each) => each.trim() !== '' && !each.includes('${AWS::'));
const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const invocation = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
const role = 'arn:aws:iam::000000000000:role/r';

const timeoutInMillis = fc.option(fc.integer({ min: 50, max: 30_000 }), { nil: undefined });
const requestParameters = fc.option(
  fc.dictionary(
    fc.oneof(
      word.map((name) => `append:header.${name}`),
      word.map((name) => `overwrite:querystring.${name}`),
    ),
    fc.constantFrom('$context.requestId', 'text', `\${request.path.id}/x`),
    { minKeys: 1, maxKeys: 3, noNullPrototype: true },
  ),
  { nil: undefined },
);
const responseParameters = fc.option(
  fc.dictionary(
    fc.integer({ min: 200, max: 599 }).map(String),
    fc.dictionary(
      word.map((name) => `append:header.${name}`),
      fc.constantFrom('$response.body.a', 'text'),
      {
        minKeys: 1,
        maxKeys: 2,
        noNullPrototype: true,
      },
    ),
    { minKeys: 1, maxKeys: 2, noNullPrototype: true },
  ),
  { nil: undefined },
);

const integrations: fc.Arbitrary<NewApiIntegration> = fc.oneof(
  fc.record({
    integrationType: fc.constant('HTTP_PROXY' as const),
    integrationMethod: fc.constantFrom('GET', 'ANY', 'POST'),
    integrationUri: word.map((host) => `https://${host}.example.com/{proxy}?a=b`),
    timeoutInMillis,
    requestParameters,
    responseParameters,
  }),
  fc.record({
    integrationType: fc.constant('HTTP_PROXY' as const),
    integrationMethod: fc.constant('ANY'),
    connectionType: fc.constant('VPC_LINK' as const),
    connectionId: word,
    integrationUri: fc.constant('arn:aws:servicediscovery:us-east-1:000000000000:service/srv-1?stage=prod'),
    tlsConfig: fc.option(fc.record({ serverNameToVerify: word }), { nil: undefined }),
  }),
  fc.record({
    integrationType: fc.constant('AWS_PROXY' as const),
    integrationUri: fc.constantFrom(functionArn, invocation),
    payloadFormatVersion: fc.constantFrom('1.0', '2.0'),
    credentialsArn: fc.option(fc.constant(role), { nil: undefined }),
    timeoutInMillis,
  }),
  fc.constantFrom(...Object.entries(serviceActions)).map(
    ([integrationSubtype, { required }]): NewApiIntegration => ({
      integrationType: 'AWS_PROXY',
      integrationSubtype,
      credentialsArn: role,
      requestParameters: Object.fromEntries(required.map((name) => [name, '$request.body.x'])),
    }),
  ),
);

const authorizers = fc.oneof(
  fc.record({
    authorizerType: fc.constant('JWT' as const),
    identitySource: fc.constantFrom(['$request.header.Authorization'], ['$request.querystring.token']),
    jwtConfiguration: fc.record({
      issuer: word.map((host) => `https://${host}.example.com/`),
      audience: fc.array(word, { minLength: 1, maxLength: 3 }),
    }),
  }),
  fc.record({
    authorizerType: fc.constant('REQUEST' as const),
    identitySource: fc.uniqueArray(fc.constantFrom('$request.header.a', '$context.routeKey', '$stageVariables.v'), {
      maxLength: 3,
    }),
    authorizerUri: fc.constant(invocation),
    authorizerPayloadFormatVersion: fc.constantFrom('1.0', '2.0'),
    authorizerCredentialsArn: fc.option(fc.constant(role), { nil: undefined }),
  }),
);

const segment = fc.oneof(
  word,
  word.map((name) => `{${name}}`),
);
const routeKeys = fc.oneof(
  fc.constant('$default'),
  fc
    .tuple(
      fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'ANY'),
      fc.array(segment, { maxLength: 3 }),
      fc.boolean(),
    )
    .map(([method, segments, greedy]) => `${method} /${[...segments, ...(greedy ? ['{proxy+}'] : [])].join('/')}`),
);

const apis = fc
  .record({
    name: text,
    description: fc.option(text, { nil: undefined }),
    version: word,
    disableExecuteApiEndpoint: fc.boolean(),
    tags: fc.dictionary(word, word, { maxKeys: 3, noNullPrototype: true }),
    corsConfiguration: fc.option(
      fc.record(
        {
          allowCredentials: fc.constant(true),
          allowOrigins: fc.array(
            word.map((host) => `https://${host}.example`),
            { minLength: 1, maxLength: 2 },
          ),
          allowMethods: fc.uniqueArray(fc.constantFrom('GET', 'POST', '*'), { minLength: 1 }).map((m) => m.toSorted()),
          allowHeaders: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }).map((h) => h.toSorted()),
          exposeHeaders: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
          maxAge: fc.integer({ min: -1, max: 86_400 }),
        },
        { requiredKeys: ['allowOrigins'] },
      ),
      { nil: undefined },
    ),
    integrations: fc.array(integrations, { maxLength: 4 }),
    authorizers: fc.array(authorizers, { maxLength: 3 }),
    routes: fc.uniqueArray(
      fc.record({
        routeKey: routeKeys,
        integration: fc.nat(4),
        authorizer: fc.nat(4),
        signed: fc.boolean(),
        scopes: fc.array(word, { maxLength: 2 }),
        operationName: fc.option(word, { nil: undefined }),
      }),
      { maxLength: 8, selector: ({ routeKey }) => routeKey },
    ),
  })
  .map(({ integrations: behind, authorizers: guards, routes, ...settings }): Api => {
    const born = birth('x');
    let api = newApi({ ...settings, protocolType: 'HTTP' }, born);
    const integrationIds = behind.map((input) => {
      const id = born.newId(7);
      api = createIntegration(api, input, id);
      return id;
    });
    const guardIds = guards.map((input, index) => {
      const id = born.newId(6);
      api = createAuthorizer(api, { name: `guard${index}`, ...input }, id);
      return { id, type: input.authorizerType };
    });
    for (const { routeKey, integration, authorizer, signed, scopes, operationName } of routes) {
      const integrationId = integrationIds[integration];
      const guard = guardIds[authorizer];
      api = createRoute(
        api,
        {
          routeKey,
          operationName,
          target: integrationId && `integrations/${integrationId}`,
          ...(guard === undefined
            ? { authorizationType: signed ? 'AWS_IAM' : 'NONE' }
            : guard.type === 'JWT'
              ? { authorizationType: 'JWT', authorizerId: guard.id, authorizationScopes: scopes }
              : { authorizationType: 'CUSTOM', authorizerId: guard.id }),
        },
        born.newId(7),
      );
    }
    return api;
  });

/** What an API is but for identifiers, times, and the order of routes; integrations that no route has are not exported. */
function essence(api: Api) {
  const {
    apiId: _id,
    createdAtMs: _time,
    models: _models,
    routes,
    integrations: behind,
    authorizers: guards,
    ...settings
  } = api;
  const described = Object.values(routes).map((route) => {
    const { routeId: _route, target, authorizerId, ...rest } = route;
    const {
      integrationId: _integration,
      description: _words,
      ...integration
    } = behind[target?.replace('integrations/', '') ?? ''] ?? ({} as Partial<Api['integrations'][string]>);
    return { ...rest, integration, authorizer: guards[authorizerId ?? '']?.name };
  });
  const sharing = Object.values(routes)
    .filter(({ target }) => target !== undefined)
    .map(({ routeKey, target }) =>
      Object.values(routes)
        .filter((other) => other.target === target)
        .map((other) => other.routeKey)
        .toSorted()
        .concat(routeKey),
    );
  return {
    settings,
    routes: described.toSorted((a, b) => (a.routeKey < b.routeKey ? -1 : 1)),
    sharing: sharing.toSorted((a, b) => ((a.at(-1) ?? '') < (b.at(-1) ?? '') ? -1 : 1)),
    authorizers: Object.values(guards).map(({ authorizerId: _guard, ...rest }) => rest),
  };
}

for (const outputType of ['JSON', 'YAML'])
  test(`an API is the same after export to ${outputType} and import`, () =>
    fc.assert(
      fc.property(apis, (api) => {
        const exported = exportHttpApi(api, { specification: 'OAS30', outputType });
        const again = importHttpApi(readDocument(exported), { birth: birth('y') });
        assert.deepEqual([again.warnings, again.importInfo], [undefined, undefined]);
        assert.deepEqual(essence(again), essence(api));
      }),
      { numRuns: outputType === 'JSON' ? 100 : 30 },
    ));

test('exports are OpenAPI', async () => {
  const documents = fc.sample(apis, 15).map((api) => {
    // OpenAPI wants variables of one path to differ, and paths to differ by more than names of variables.
    const routes = Object.entries(api.routes).filter(
      ([, { routeKey }], index, all) =>
        all.findIndex(([, other]) => shape(other.routeKey) === shape(routeKey)) === index,
    );
    return exportHttpApi(
      { ...api, routes: Object.fromEntries(routes) },
      { specification: 'OAS30', outputType: 'JSON' },
    );
  });
  const validator = new Validator();
  for (const document of documents) {
    const { valid, errors } = await validator.validate(JSON.parse(document));
    assert.equal(valid, true, JSON.stringify(errors));
  }
});

const shape = (routeKey: string): string => routeKey.replace(/^\S+ /, '').replace(/\{[^}]*\}/g, '{}');

test('an export looks as AWS writes it', () => {
  const born = birth('x');
  let api = newApi(
    {
      name: 'n',
      protocolType: 'HTTP',
      corsConfiguration: {
        allowMethods: ['GET'],
        allowHeaders: ['*'],
        exposeHeaders: ['date'],
        maxAge: 300,
        allowOrigins: ['https://x'],
      },
    },
    born,
  );
  api = createIntegration(
    api,
    {
      integrationType: 'HTTP_PROXY',
      integrationMethod: 'GET',
      integrationUri: 'http://example.com',
      timeoutInMillis: 12_000,
    },
    'int0001',
  );
  api = createRoute(api, { routeKey: 'GET /a/{id}', target: 'integrations/int0001' }, 'route01');
  assert.deepEqual(JSON.parse(exportHttpApi(api, { specification: 'OAS30', outputType: 'JSON', stageName: 'dev' })), {
    openapi: '3.0.1',
    info: { title: 'n', version: '2026-01-01 00:00:00UTC' },
    servers: [
      {
        url: `https://${born.apiId}.execute-api.us-east-1.amazonaws.com/{basePath}`,
        variables: { basePath: { default: 'dev' } },
      },
    ],
    paths: {
      '/a/{id}': {
        get: {
          responses: { default: { description: 'Default response for GET /a/{id}' } },
          'x-amazon-apigateway-integration': {
            payloadFormatVersion: '1.0',
            type: 'http_proxy',
            httpMethod: 'GET',
            uri: 'http://example.com',
            connectionType: 'INTERNET',
            timeoutInMillis: 12_000,
          },
        },
        parameters: [
          {
            name: 'id',
            in: 'path',
            description: 'Generated path parameter for id',
            required: true,
            schema: { type: 'string' },
          },
        ],
      },
    },
    'x-amazon-apigateway-cors': {
      allowMethods: ['GET'],
      allowHeaders: ['*'],
      exposeHeaders: ['date'],
      maxAge: 300,
      allowCredentials: false,
      allowOrigins: ['https://x'],
    },
    'x-amazon-apigateway-importexport-version': '1.0',
  });
  const bare = exportHttpApi(api, { specification: 'OAS30', outputType: 'JSON', includeExtensions: false });
  assert.doesNotMatch(bare, /x-amazon/);
});

for (const [when, request] of [
  ['Swagger', { specification: 'SWAGGER20', outputType: 'JSON' }],
  ['XML', { specification: 'OAS30', outputType: 'XML' }],
  ['version 2.0 of the export', { specification: 'OAS30', outputType: 'JSON', exportVersion: '2.0' }],
] as const)
  test(`an export as ${when} is refused`, () =>
    assert.throws(() => exportHttpApi(newApi({ name: 'n', protocolType: 'HTTP' }, birth('x')), request), {
      code: 'BadRequestException',
    }));
