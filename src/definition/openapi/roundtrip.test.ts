/** What is exported with all extensions and imported again is the same API, and what is exported is valid OpenAPI. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import { authorizationOf, createAuthorizer } from '../authorizers.ts';
import { createDocumentationPart, createDocumentationVersion } from '../documentation.ts';
import { putGatewayResponse } from '../gateway-responses.ts';
import { putIntegration, putIntegrationResponse } from '../integrations.ts';
import { putMethodResponse } from '../method-responses.ts';
import { putMethod } from '../methods.ts';
import { createModel } from '../models.ts';
import { createRequestValidator } from '../request-validators.ts';
import { createResource, pathOf } from '../resources.ts';
import { gatewayResponseTypes, type HttpMethod, type RestApi } from '../rest-api.ts';
import { newRestApi } from '../rest-apis.ts';
import { birth, ids } from './fixtures.ts';
import { exportRestApi, importRestApi, readDocument } from './index.ts';

const roundTrips = 100;
const stage = { stageName: 'prod', documentationVersion: '1' };

/** The API without ids, which every import gives anew, and with everything in the order of its name. */
function essence(api: RestApi) {
  const authorizerName = (id: string | undefined) => (id === undefined ? undefined : api.authorizers[id]?.name);
  const validatorName = (id: string | undefined) => (id === undefined ? undefined : api.requestValidators[id]?.name);
  const withoutId = <Value extends { readonly id: string }>({ id: _id, ...rest }: Value) => rest;
  return sorted({
    ...api,
    rootResourceId: undefined,
    warnings: undefined,
    documentationVersions: undefined,
    resources: Object.fromEntries(
      Object.values(api.resources).map(({ id, methods }) => [
        pathOf(api, id),
        Object.values(methods).map((method) => ({
          ...method,
          authorizerId: authorizerName(method.authorizerId),
          requestValidatorId: validatorName(method.requestValidatorId),
          methodIntegration: method.methodIntegration && {
            ...method.methodIntegration,
            cacheNamespace:
              method.methodIntegration.cacheNamespace === id ? undefined : method.methodIntegration.cacheNamespace,
          },
        })),
      ]),
    ),
    models: Object.values(api.models).map((model) => ({
      ...withoutId(model),
      schema: JSON.parse(model.schema ?? 'null'),
    })),
    authorizers: Object.values(api.authorizers).map(withoutId),
    requestValidators: Object.values(api.requestValidators).map(withoutId),
    documentationParts: Object.values(api.documentationParts).map((part) => ({
      ...withoutId(part),
      properties: JSON.parse(part.properties),
    })),
  });
}

/** Members and, as none of the lists above has an order, lists in the order of their text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => [name, sorted(each)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The first place where two values differ; a whole diff of two APIs helps nobody. */
function difference(one: unknown, other: unknown, at = ''): string | undefined {
  if (Object.is(one, other)) return undefined;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return `${at}: ${JSON.stringify(one)} is not ${JSON.stringify(other)}`;
  const [left, right] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const found = difference(left.get(name), right.get(name), `${at}/${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

const again = (api: RestApi, text: string) =>
  importRestApi(readDocument(text), {
    mode: 'new',
    birth: { ...birth('again'), id: api.id },
    parameters: { endpointConfigurationTypes: api.endpointConfiguration.types[0] ?? 'EDGE' },
  });

// ---- random APIs ----

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,7}$/);
const hostileName = fc.oneof({ weight: 4, arbitrary: name }, fc.constantFrom('constructor', '__proto__', 'toString'));
const sentence = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' });
const url = name.map((host) => `https://${host}.example/{petId}/x`);
const lambda = name.map(
  (fn) =>
    `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:${fn}/invocations`,
);
/** One schema serves all content types of an operation in 2.0. */
const contentTypes = {
  oas30: fc.constantFrom('application/json', 'text/xml', 'application/vnd.pet+json'),
  swagger: fc.constant('application/json'),
};
type ExportType = keyof typeof contentTypes;
const opt = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });

const jwt = fc.record({
  identitySource: fc.constantFrom('method.request.header.Unused', 'method.request.header.Authorization'),
  authType: opt(fc.constantFrom('oauth2')),
  jwtConfiguration: fc.record({
    issuers: fc.uniqueArray(
      fc.record({
        issuer: name.map((tenant) => `https://issuer.example/${tenant}`),
        audiences: fc.uniqueArray(hostileName, { minLength: 1, maxLength: 3 }),
        additionalClaims: fc.constantFrom(
          undefined,
          [{ claimName: 'tenant', format: 'SINGLE_STRING', required: true, expectedValues: ['one', 'two'] }],
          [{ claimName: '__proto__', format: 'SINGLE_STRING' }],
        ),
      }),
      { minLength: 1, maxLength: 3, selector: ({ issuer }) => issuer },
    ),
    defaultAlgorithms: fc.subarray(['RS256', 'ES512'], { minLength: 1 }),
  }),
});

const jsonSchema = (models: readonly string[], restApiId: string) =>
  fc.letrec<{ schema: Record<string, unknown> }>((tie) => ({
    schema: fc.oneof(
      { depthSize: 'small' },
      fc.record({ type: fc.constantFrom('string', 'integer', 'number', 'boolean') }),
      fc.record({ type: fc.constant('string'), enum: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }) }),
      fc.record({ type: fc.constant(['string', 'null']), maxLength: fc.nat(9) }),
      fc.record({ type: fc.constant(['string', 'integer']) }),
      fc.record({ type: fc.constant('number'), minimum: fc.nat(9), exclusiveMinimum: fc.boolean() }),
      models.length === 0
        ? fc.constant({ type: 'object' })
        : fc.constantFrom(...models).map((model) => ({
            $ref: `https://apigateway.amazonaws.com/restapis/${restApiId}/models/${model}`,
          })),
      fc.record({ type: fc.constant('array'), items: tie('schema') }),
      fc.record({ type: fc.constant('array'), items: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
      fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
      fc.record({ type: fc.constant('object'), patternProperties: fc.dictionary(name, tie('schema'), { maxKeys: 1 }) }),
      fc
        .dictionary(hostileName, tie('schema'), { minKeys: 1, maxKeys: 3 })
        .map((properties) => ({ type: 'object', properties, required: Object.keys(properties).sort() })),
    ),
  })).schema;

/** An API made by the edits that the management API makes APIs with, from whatever the generator decides. */
function randomApi(gen: fc.GeneratorValue, exportType: ExportType): RestApi {
  const contentType = contentTypes[exportType];
  const g = <Value>(arbitrary: fc.Arbitrary<Value>): Value => gen(() => arbitrary);
  const newId = ids('o');
  const type = g(fc.constantFrom('EDGE' as const, 'REGIONAL' as const, 'PRIVATE' as const));
  let api: RestApi = {
    ...newRestApi(
      {
        name: g(sentence),
        description: g(opt(sentence)),
        version: g(fc.stringMatching(/^[a-z0-9.]{1,5}$/)),
        binaryMediaTypes: g(fc.uniqueArray(fc.constantFrom('image/png', '*/*', 'application/octet-stream'))),
        minimumCompressionSize: g(opt(fc.nat(10_485_760))),
        apiKeySource: g(fc.constantFrom('HEADER' as const, 'AUTHORIZER' as const)),
        endpointConfiguration: {
          types: [type],
          vpcEndpointIds: type === 'PRIVATE' ? g(fc.uniqueArray(name)) : undefined,
          ipAddressType:
            type === 'PRIVATE' ? undefined : g(opt(fc.constantFrom('ipv4' as const, 'dualstack' as const))),
        },
        disableExecuteApiEndpoint: g(fc.boolean()),
        securityPolicy: g(opt(fc.constantFrom('TLS_1_2', 'SecurityPolicy_TLS13_1_3_2025_09'))),
        endpointAccessMode: g(opt(fc.constantFrom('BASIC' as const, 'STRICT' as const))),
        policy: g(
          opt(
            fc.constant(
              '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*"}]}',
            ),
          ),
        ),
      },
      { ...birth('o'), newId },
    ),
    models: {},
  };
  const models = g(
    fc.uniqueArray(
      hostileName.filter((each) => /^[a-zA-Z0-9]+$/.test(each)),
      { maxLength: 3 },
    ),
  );
  for (const model of models) {
    const schema = g(jsonSchema(models, api.id));
    const description = g(opt(sentence));
    // Where a model has a description, its schema has the same one: that is where a document keeps it.
    const described = description === undefined || '$ref' in schema ? schema : { ...schema, description };
    api = createModel(
      api,
      {
        name: model,
        contentType: 'application/json',
        schema: JSON.stringify(described),
        description: '$ref' in schema ? undefined : description,
      },
      newId(6),
    );
  }
  for (const authorizer of g(fc.uniqueArray(hostileName, { maxLength: 3 }))) {
    const kind = g(
      fc.constantFrom('TOKEN' as const, 'REQUEST' as const, 'COGNITO_USER_POOLS' as const, 'JWT' as const),
    );
    if (kind === 'JWT') {
      api = createAuthorizer(api, { name: authorizer, type: kind, ...g(jwt) }, newId(6));
      continue;
    }
    const ttl = g(opt(fc.nat(3600)));
    api = createAuthorizer(
      api,
      {
        name: authorizer,
        type: kind,
        authorizerUri: kind === 'COGNITO_USER_POOLS' ? undefined : g(lambda),
        providerARNs:
          kind === 'COGNITO_USER_POOLS' ? ['arn:aws:cognito-idp:us-east-1:1:userpool/us-east-1_A'] : undefined,
        authType: g(opt(fc.constantFrom('custom', 'oauth2'))),
        identitySource:
          kind === 'REQUEST'
            ? g(fc.constantFrom('method.request.querystring.t', 'method.request.header.Auth, stageVariables.x'))
            : g(fc.constantFrom(undefined, 'method.request.header.Unused', 'method.request.header.Token')),
        authorizerResultTtlInSeconds: ttl,
        authorizerCredentials: g(opt(fc.constant('arn:aws:iam::1:role/r'))),
        identityValidationExpression: kind === 'TOKEN' ? g(opt(fc.constant('^x-[a-z]+'))) : undefined,
      },
      newId(6),
    );
  }
  for (const validator of g(fc.uniqueArray(hostileName, { maxLength: 2 })))
    api = createRequestValidator(
      api,
      { name: validator, validateRequestBody: g(fc.boolean()), validateRequestParameters: g(fc.boolean()) },
      newId(6),
    );
  for (const responseType of g(fc.uniqueArray(fc.constantFrom(...gatewayResponseTypes), { maxLength: 3 })))
    api = putGatewayResponse(api, responseType, {
      statusCode: g(opt(fc.constantFrom('418', '503'))),
      responseParameters: { 'gatewayresponse.header.X': "'x'" },
      responseTemplates: g(fc.dictionary(contentType, sentence, { maxKeys: 2 })),
    });
  const nodes = [{ id: api.rootResourceId, path: '/' }];
  for (const part of g(fc.uniqueArray(hostileName, { maxLength: 4 }))) {
    const parent = g(fc.constantFrom(...nodes));
    const isVariable =
      g(fc.boolean()) &&
      !nodes.some((node) => node.path.replace(/[^/]+$/, '') === slashed(parent.path) && node.path.endsWith('}'));
    // Names of parameters are unique across path, query string and headers.
    const pathPart = isVariable ? `{p_${part}}` : part;
    const id = newId(6);
    api = createResource(api, parent.id, pathPart, id);
    nodes.push({ id, path: `${slashed(parent.path)}${pathPart}` });
  }
  for (const { id, path } of nodes)
    for (const httpMethod of g(
      fc.uniqueArray(fc.constantFrom<HttpMethod>('GET', 'POST', 'ANY', 'DELETE', 'HEAD'), { maxLength: 2 }),
    ))
      api = withRandomMethod(api, id, path, httpMethod, models, exportType, g);
  // Resources without methods are in no document unless they lead nowhere else, and the root is there anyway.
  const parts: readonly {
    readonly type: 'API' | 'METHOD' | 'MODEL';
    readonly name?: string;
    readonly method?: string;
  }[] = [{ type: 'API' }, { type: 'METHOD', method: 'GET' }, { type: 'MODEL', name: 'Pet' }];
  for (const location of g(fc.subarray([...parts])))
    api = createDocumentationPart(
      api,
      { location, properties: JSON.stringify(g(fc.record({ description: sentence, summary: sentence }))) },
      newId(6),
    );
  return createDocumentationVersion(api, { version: '1' }, api.createdAtMs);
}

const slashed = (path: string): string => (path === '/' ? '/' : `${path}/`);

function withRandomMethod(
  before: RestApi,
  resourceId: string,
  path: string,
  httpMethod: HttpMethod,
  models: readonly string[],
  exportType: ExportType,
  g: <Value>(arbitrary: fc.Arbitrary<Value>) => Value,
): RestApi {
  const contentType = contentTypes[exportType];
  const authorizer = g(fc.constantFrom(undefined, ...Object.values(before.authorizers)));
  const variables = [...path.matchAll(/\{([^{}+]+)\}/g)].map(([, each]) => each);
  const declared = g(fc.dictionary(fc.constantFrom('querystring.q', 'header.constructor', 'header.X-A'), fc.boolean()));
  const requestParameters = Object.fromEntries([
    ...Object.entries(declared).map(([key, required]) => [`method.request.${key}`, required]),
    ...variables.map((each) => [`method.request.path.${each}`, true]),
  ]);
  const someModels = models.length === 0 ? fc.constant({}) : fc.dictionary(contentType, fc.constantFrom(...models));
  const orNone = <Value extends object>(value: Value) => (Object.keys(value).length === 0 ? undefined : value);
  let api = putMethod(before, resourceId, {
    httpMethod,
    authorizationType: authorizer === undefined ? g(fc.constantFrom('NONE', 'AWS_IAM')) : authorizationOf(authorizer),
    authorizerId: authorizer?.id,
    authorizationScopes: authorizer === undefined ? undefined : g(opt(fc.uniqueArray(name, { minLength: 1 }))),
    apiKeyRequired: g(fc.boolean()),
    operationName: g(opt(name)),
    requestParameters: orNone(requestParameters),
    requestModels: orNone(g(someModels)),
    requestValidatorId: g(fc.constantFrom(undefined, ...Object.keys(before.requestValidators))),
  });
  for (const statusCode of g(fc.subarray(['200', '404', '500'])))
    api = putMethodResponse(api, resourceId, httpMethod, {
      statusCode,
      responseParameters: g(
        opt(fc.constant({ 'method.response.header.X-Y': exportType === 'oas30' && g(fc.boolean()) })),
      ),
      responseModels: orNone(g(someModels)),
    });
  if (g(fc.boolean())) return api;
  const type = g(fc.constantFrom('HTTP' as const, 'HTTP_PROXY' as const, 'MOCK' as const, 'AWS_PROXY' as const));
  const viaLink = type.startsWith('HTTP') && g(fc.boolean());
  api = putIntegration(api, resourceId, httpMethod, {
    type,
    integrationHttpMethod: g(fc.constantFrom('GET', 'POST')),
    uri: type === 'AWS_PROXY' ? g(lambda) : g(url),
    connectionType: viaLink ? 'VPC_LINK' : undefined,
    connectionId: viaLink ? 'link1' : undefined,
    integrationTarget: viaLink ? g(opt(fc.constant('arn:aws:elasticloadbalancing:us-east-1:1:listener/x'))) : undefined,
    credentials: g(opt(fc.constant('arn:aws:iam::1:role/r'))),
    requestParameters: g(
      opt(
        fc.dictionary(
          hostileName.map((each) => `integration.request.header.${each}`),
          fc.constant("'x'"),
        ),
      ),
    ),
    requestTemplates: g(opt(fc.dictionary(contentType, sentence))),
    passthroughBehavior: g(fc.constantFrom('WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER')),
    contentHandling: g(opt(fc.constantFrom('CONVERT_TO_TEXT' as const, 'CONVERT_TO_BINARY' as const))),
    timeoutInMillis: g(opt(fc.integer({ min: 50, max: 29_000 }))),
    cacheNamespace: g(opt(name)),
    cacheKeyParameters: g(fc.uniqueArray(fc.constantFrom('method.request.querystring.q', 'method.request.path.p'))),
    tlsConfig: g(opt(fc.record({ insecureSkipVerification: fc.boolean() }))),
    responseTransferMode: g(opt(fc.constantFrom('BUFFERED' as const, 'STREAM' as const))),
  });
  const patterns = [undefined, '4\\d{2}', 'constructor', '__proto__'];
  for (const [index, statusCode] of g(fc.subarray(['200', '404', '500'])).entries())
    api = putIntegrationResponse(api, resourceId, httpMethod, {
      statusCode,
      selectionPattern: patterns[index],
      responseTemplates: g(opt(fc.dictionary(contentType, sentence))),
      contentHandling: g(opt(fc.constant('CONVERT_TO_TEXT' as const))),
    });
  return api;
}

for (const exportType of ['oas30', 'swagger'] as const)
  for (const accepts of ['application/json', 'application/yaml'])
    test(`export and import again: the same API (${exportType}, ${accepts})`, () => {
      fc.assert(
        fc.property(fc.gen(), (gen) => {
          const api = randomApi(gen, exportType);
          const { body } = exportRestApi(api, stage, { exportType, extensions: 'apigateway', accepts });
          const { api: same, warnings } = again(api, body);
          assert.equal(difference(essence(same), essence(api)), undefined);
          assert.deepEqual(warnings, []);
        }),
        { numRuns: roundTrips, endOnFailure: true },
      );
    });

for (const exportType of ['oas30', 'swagger'] as const)
  test(`exports are valid OpenAPI, whatever the extensions (${exportType})`, async () => {
    const validator = new Validator();
    const extensions = fc
      .subarray(['integrations', 'apigateway', 'authorizers', 'documentation', 'postman'])
      .map((names) => names.join(','));
    await fc.assert(
      fc.asyncProperty(fc.gen(), extensions, async (gen, wanted) => {
        const api = randomApi(gen, exportType);
        const { body } = exportRestApi(api, stage, { exportType, extensions: wanted });
        const { valid, errors } = await validator.validate(JSON.parse(body));
        assert.equal(valid, true, JSON.stringify(errors ?? []).slice(0, 900));
      }),
      { numRuns: roundTrips, endOnFailure: true },
    );
  });

test('an export without extensions has none of AWS', () => {
  fc.assert(
    fc.property(fc.gen(), fc.constantFrom('oas30' as const, 'swagger' as const), (gen, exportType) => {
      const { body } = exportRestApi(randomApi(gen, exportType), stage, { exportType });
      // The one that says which method an operation is.
      assert.doesNotMatch(body.replaceAll('"x-amazon-apigateway-any-method"', ''), /"x-amazon-/);
    }),
    { numRuns: roundTrips, endOnFailure: true },
  );
});

test('a put of its own export changes nothing, ids included', () => {
  fc.assert(
    fc.property(fc.gen(), fc.constantFrom('merge' as const, 'overwrite' as const), (gen, mode) => {
      const api = randomApi(gen, 'oas30');
      const { body } = exportRestApi(api, stage, { exportType: 'oas30', extensions: 'apigateway' });
      const { api: same } = importRestApi(readDocument(body), { mode, api, birth: birth('new') });
      const idsOf = (each: RestApi) =>
        [each.resources, each.models, each.authorizers, each.requestValidators, each.documentationParts]
          .flatMap((entries) => Object.values(entries).map(({ id }) => id))
          .sort();
      assert.equal(difference(essence(same), essence(api)), undefined);
      assert.deepEqual(idsOf(same), idsOf(api));
    }),
    { numRuns: roundTrips, endOnFailure: true },
  );
});
