/** What an import makes of a document, what it complains about, and what it refuses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryOf } from '../entries.ts';
import { ServiceError } from '../errors.ts';
import { pathOf } from '../resources.ts';
import type { HttpMethod, Method, RestApi } from '../rest-api.ts';
import { newRestApi } from '../rest-apis.ts';
import { birth } from './fixtures.ts';
import { type Imported, type ImportOptions, importDocumentationParts, importRestApi, readDocument } from './index.ts';

type Members = Readonly<Record<string, unknown>>;

const oas30 = (members: Members): string =>
  JSON.stringify({ openapi: '3.0.1', info: { title: 'pets', version: '1' }, paths: {}, ...members });
const oas31 = (members: Members): string => oas30({ openapi: '3.1.0', ...members });
const swagger = (members: Members): string =>
  JSON.stringify({ swagger: '2.0', info: { title: 'pets', version: '1' }, paths: {}, ...members });
/** `GET /pets` */
const operation = (members: Members, more: Members = {}): string =>
  oas30({ paths: { '/pets': { get: members } }, ...more });

const imported = (text: string, options: Partial<ImportOptions> = {}): Imported =>
  importRestApi(readDocument(text), { mode: 'new', birth: birth(), ...options } as ImportOptions);

function methodAt(api: RestApi, path: string, httpMethod: HttpMethod = 'GET'): Method {
  const method = Object.values(api.resources).find(({ id }) => pathOf(api, id) === path)?.methods[httpMethod];
  assert.ok(method, `${httpMethod} ${path} exists`);
  return method;
}

const paths = (api: RestApi): string[] =>
  Object.keys(api.resources)
    .map((id) => pathOf(api, id))
    .sort();
const schemaOf = (api: RestApi, name: string): unknown => JSON.parse(api.models[name]?.schema ?? 'null');
const lambda =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:f/invocations';

// ---- extensions ----

const extensions: readonly {
  readonly extension: string;
  readonly document: string;
  readonly check: (api: RestApi) => void;
}[] = [
  {
    extension: 'any-method',
    document: oas30({ paths: { '/x': { 'x-amazon-apigateway-any-method': { operationId: 'all' } } } }),
    check: (api) => assert.equal(methodAt(api, '/x', 'ANY').operationName, 'all'),
  },
  {
    extension: 'api-key-source',
    document: oas30({ 'x-amazon-apigateway-api-key-source': 'AUTHORIZER' }),
    check: (api) => assert.equal(api.apiKeySource, 'AUTHORIZER'),
  },
  {
    extension: 'auth',
    document: operation({ 'x-amazon-apigateway-auth': { type: 'aws_iam' } }),
    check: (api) => assert.equal(methodAt(api, '/pets').authorizationType, 'AWS_IAM'),
  },
  {
    extension: 'authtype awsSigv4',
    document: operation(
      { security: [{ signed: [] }] },
      {
        components: {
          securitySchemes: {
            signed: {
              type: 'apiKey',
              name: 'Authorization',
              in: 'header',
              'x-amazon-apigateway-authtype': 'awsSigv4',
            },
          },
        },
      },
    ),
    check: (api) => {
      assert.equal(methodAt(api, '/pets').authorizationType, 'AWS_IAM');
      assert.deepEqual(api.authorizers, {});
    },
  },
  {
    extension: 'authorizer of type request without an identity source',
    document: oas30({
      components: {
        securitySchemes: {
          all: {
            type: 'apiKey',
            name: 'Unused',
            in: 'header',
            'x-amazon-apigateway-authtype': 'custom',
            'x-amazon-apigateway-authorizer': {
              type: 'request',
              authorizerUri: lambda,
              authorizerResultTtlInSeconds: '0',
            },
          },
        },
      },
    }),
    check: (api) => {
      const [{ id: _id, ...authorizer } = assert.fail()] = Object.values(api.authorizers);
      assert.deepEqual(authorizer, {
        name: 'all',
        type: 'REQUEST',
        authType: 'custom',
        authorizerUri: lambda,
        authorizerResultTtlInSeconds: 0,
      });
    },
  },
  {
    extension: 'binary-media-types',
    document: oas30({ 'x-amazon-apigateway-binary-media-types': ['image/png', 'image/png', '*/*'] }),
    check: (api) => assert.deepEqual(api.binaryMediaTypes, ['image/png', '*/*']),
  },
  {
    extension: 'endpoint-configuration (in the server)',
    document: oas30({
      servers: [
        {
          url: 'https://x',
          'x-amazon-apigateway-endpoint-configuration': { disableExecuteApiEndpoint: true, ipAddressType: 'dualstack' },
        },
      ],
    }),
    check: (api) => {
      assert.equal(api.disableExecuteApiEndpoint, true);
      assert.equal(api.endpointConfiguration.ipAddressType, 'dualstack');
    },
  },
  {
    extension: 'endpoint-configuration (at the root of 2.0)',
    document: swagger({ 'x-amazon-apigateway-endpoint-configuration': { disableExecuteApiEndpoint: true } }),
    check: (api) => assert.equal(api.disableExecuteApiEndpoint, true),
  },
  {
    extension: 'gateway-responses',
    document: oas30({
      'x-amazon-apigateway-gateway-responses': {
        DEFAULT_4XX: { responseParameters: { 'gatewayresponse.header.X': "'y'" } },
        THROTTLED: { statusCode: 503, responseTemplates: { 'application/json': '{}' } },
      },
    }),
    check: (api) =>
      assert.deepEqual(api.gatewayResponses, {
        DEFAULT_4XX: {
          responseType: 'DEFAULT_4XX',
          responseParameters: { 'gatewayresponse.header.X': "'y'" },
          responseTemplates: { 'application/json': '{"message":$context.error.messageString}' },
        },
        THROTTLED: {
          responseType: 'THROTTLED',
          statusCode: '503',
          responseParameters: {},
          responseTemplates: { 'application/json': '{}' },
        },
      }),
  },
  {
    extension: 'integration, all members',
    document: operation({
      parameters: [{ name: 'q', in: 'query', schema: { type: 'string' } }],
      responses: { 200: { description: 'ok', headers: { 'X-A': { schema: { type: 'string' } } } } },
      'x-amazon-apigateway-integration': {
        type: 'Http',
        httpMethod: 'post',
        uri: 'https://nlb.example/pets',
        connectionType: 'vpc_link',
        connectionId: 'abc123',
        integrationTarget: 'arn:aws:elasticloadbalancing:us-east-1:1:listener/app/x',
        credentials: 'arn:aws:iam::1:role/r',
        requestParameters: { 'integration.request.querystring.q': 'method.request.querystring.q' },
        requestTemplates: { 'application/json': '$input.json("$")' },
        passthroughBehavior: 'never',
        contentHandling: 'convert_to_text',
        timeoutInMillis: '5000',
        cacheNamespace: 'shared',
        cacheKeyParameters: ['method.request.querystring.q'],
        tlsConfig: { insecureSkipVerification: true },
        responseTransferMode: 'stream',
        payloadFormatVersion: 1.0,
        responses: {
          default: { statusCode: 200, responseParameters: { 'method.response.header.X-A': "'a'" } },
          '4\\d{2}': {
            statusCode: '404',
            responseTemplates: { 'text/plain': 'no' },
            contentHandling: 'CONVERT_TO_TEXT',
          },
        },
      },
    }),
    check: (api) =>
      assert.deepEqual(methodAt(api, '/pets').methodIntegration, {
        type: 'HTTP',
        httpMethod: 'POST',
        uri: 'https://nlb.example/pets',
        connectionType: 'VPC_LINK',
        connectionId: 'abc123',
        integrationTarget: 'arn:aws:elasticloadbalancing:us-east-1:1:listener/app/x',
        credentials: 'arn:aws:iam::1:role/r',
        requestParameters: { 'integration.request.querystring.q': 'method.request.querystring.q' },
        requestTemplates: { 'application/json': '$input.json("$")' },
        passthroughBehavior: 'NEVER',
        contentHandling: 'CONVERT_TO_TEXT',
        timeoutInMillis: 5000,
        cacheNamespace: 'shared',
        cacheKeyParameters: ['method.request.querystring.q'],
        tlsConfig: { insecureSkipVerification: true },
        responseTransferMode: 'STREAM',
        integrationResponses: {
          200: { statusCode: '200', responseParameters: { 'method.response.header.X-A': "'a'" } },
          404: {
            statusCode: '404',
            selectionPattern: '4\\d{2}',
            responseTemplates: { 'text/plain': 'no' },
            contentHandling: 'CONVERT_TO_TEXT',
          },
        },
      }),
  },
  {
    extension: 'integrations (reusable)',
    document: operation(
      { 'x-amazon-apigateway-integration': { $ref: '#/components/x-amazon-apigateway-integrations/mock' } },
      { components: { 'x-amazon-apigateway-integrations': { mock: { type: 'mock' } } } },
    ),
    check: (api) => assert.equal(methodAt(api, '/pets').methodIntegration?.type, 'MOCK'),
  },
  {
    extension: 'minimum-compression-size',
    document: oas30({ 'x-amazon-apigateway-minimum-compression-size': 1024 }),
    check: (api) => assert.equal(api.minimumCompressionSize, 1024),
  },
  {
    extension: 'policy',
    document: oas30({
      'x-amazon-apigateway-policy': {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: ['execute-api:/*'] }],
      },
    }),
    check: (api) => assert.match(api.policy ?? '', /arn:aws:execute-api:us-east-1:111111111111:api1234567\/\*/),
  },
  {
    extension: 'request-validator, of the API and of a method',
    document: oas30({
      'x-amazon-apigateway-request-validators': {
        all: { validateRequestBody: true, validateRequestParameters: true },
        'params-only': { validateRequestBody: false, validateRequestParameters: true },
      },
      'x-amazon-apigateway-request-validator': 'all',
      paths: { '/pets': { get: { 'x-amazon-apigateway-request-validator': 'params-only' }, post: {} } },
    }),
    check: (api) => {
      const nameOf = (method: Method) => api.requestValidators[method.requestValidatorId ?? '']?.name;
      assert.equal(nameOf(methodAt(api, '/pets')), 'params-only');
      assert.equal(nameOf(methodAt(api, '/pets', 'POST')), 'all');
    },
  },
  {
    extension: 'security-policy and endpoint-access-mode',
    document: oas30({
      'x-amazon-apigateway-security-policy': 'SecurityPolicy_TLS13_1_3_2025_09',
      'x-amazon-apigateway-endpoint-access-mode': 'STRICT',
    }),
    check: (api) => {
      assert.equal(api.securityPolicy, 'SecurityPolicy_TLS13_1_3_2025_09');
      assert.equal(api.endpointAccessMode, 'STRICT');
    },
  },
  {
    extension: 'importexport-version, which says nothing here',
    document: oas30({ 'x-amazon-apigateway-importexport-version': '1.0' }),
    check: (api) => assert.equal(api.name, 'pets'),
  },
];

for (const { extension, document, check } of extensions)
  test(`import: x-amazon-apigateway-${extension}`, () => {
    const { api, warnings } = imported(document, { failOnWarnings: true });
    assert.deepEqual(warnings, []);
    check(api);
  });

// ---- complaints ----

const complaints: readonly {
  readonly of: string;
  readonly document: string;
  readonly says: string;
  /** A warning of AWS, on which an import may fail; or a note of ours. */
  readonly weight: 'warning' | 'note';
}[] = [
  {
    of: 'a second server',
    document: oas30({ servers: [{ url: '/' }, { url: '/b' }] }),
    says: 'More than one server provided. Ignoring all but the first for defining endpoint configuration',
    weight: 'warning',
  },
  {
    of: 'an inline text in a response',
    document: operation({
      responses: { 201: { description: '', content: { 'text/plain': { schema: { type: 'string' } } } } },
    }),
    says: "Unsupported model type 'StringSchema' in 201 response to method 'GET /pets'. Ignoring.",
    weight: 'warning',
  },
  {
    of: 'an inline composition in a request',
    document: operation({
      requestBody: { content: { 'application/json': { schema: { allOf: [{ type: 'object' }] } } } },
    }),
    says: "Unsupported model type 'ComposedSchema' in request schema for 'GET /pets'. Ignoring.",
    weight: 'warning',
  },
  {
    of: 'a security scheme without an authorizer',
    document: oas30({ components: { securitySchemes: { oauth: { type: 'oauth2', flows: {} } } } }),
    says: "Unsupported security definition type 'oauth2' for 'oauth'. Ignoring.",
    weight: 'warning',
  },
  {
    of: 'a method that such a scheme leaves open',
    document: operation({ security: [{ none: ['x'] }] }),
    says: "Security definition 'none' not found: method 'GET /pets' is not protected by it.",
    weight: 'note',
  },
  {
    of: 'an API key that is expected elsewhere',
    document: oas30({ components: { securitySchemes: { key: { type: 'apiKey', name: 'k', in: 'query' } } } }),
    says: "Security definition 'key' asks for an API key in query 'k'; API keys are read from header 'x-api-key'.",
    weight: 'note',
  },
  {
    of: 'a model that is not there',
    document: operation({
      responses: {
        200: { description: '', content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } } },
      },
    }),
    says: "Reference to model 'Pet' not found. Ignoring.",
    weight: 'warning',
  },
  {
    of: 'a form parameter',
    document: swagger({
      paths: { '/pets': { post: { parameters: [{ name: 'email', in: 'formData', type: 'string' }] } } },
    }),
    says: 'Parameter type formData for parameter email not supported. Ignoring.',
    weight: 'warning',
  },
  {
    of: 'a cookie parameter',
    document: operation({ parameters: [{ name: 'sid', in: 'cookie' }] }),
    says: 'Parameter type cookie for parameter sid not supported. Ignoring.',
    weight: 'warning',
  },
  {
    of: 'a member of another version of OpenAPI',
    document: operation({ parameters: [{ name: 'zip', in: 'query', type: 'string' }] }),
    says: "Parse issue: attribute paths.'/pets'(get).parameters[0].type is unexpected",
    weight: 'warning',
  },
  {
    of: 'a value of another type',
    document: operation({ responses: [] }),
    says: "Parse issue: attribute paths.'/pets'(get).responses is not of type `object`",
    weight: 'warning',
  },
  {
    of: 'a reference to nothing',
    document: operation({ parameters: [{ $ref: '#/components/parameters/limit' }] }),
    says: "Parse issue: attribute paths.'/pets'(get).parameters[0].#/components/parameters/limit is missing",
    weight: 'warning',
  },
  {
    of: 'references in a circle',
    document: operation(
      { parameters: [{ $ref: '#/components/parameters/a' }] },
      { components: { parameters: { a: { $ref: '#/components/parameters/a' } } } },
    ),
    says: "Parse issue: attribute paths.'/pets'(get).parameters[0].$ref refers to itself",
    weight: 'warning',
  },
  {
    of: 'a path that is none',
    document: oas30({ paths: { $default: {} } }),
    says: 'Parse issue: attribute paths. Resource $default should start with /',
    weight: 'warning',
  },
  {
    of: 'a mapping that is not a text',
    document: operation({
      'x-amazon-apigateway-integration': {
        type: 'mock',
        requestTemplates: { 'application/json': { statusCode: 200 } },
      },
    }),
    says: `Invalid format for 'requestTemplates'. Expected type string for property 'application/json' of resource '/pets' and method 'GET' but got '{"statusCode":200}'`,
    weight: 'warning',
  },
  {
    of: 'an extension that only HTTP APIs have',
    document: oas30({ 'x-amazon-apigateway-cors': { allowOrigins: ['*'] } }),
    says: 'Extension x-amazon-apigateway-cors is not supported for REST APIs here. Ignoring.',
    weight: 'note',
  },
  {
    of: 'tag values, which only HTTP APIs take',
    document: oas30({ tags: [{ name: 'Owner', 'x-amazon-apigateway-tag-value': 'me' }] }),
    says: 'Extension tags[0].x-amazon-apigateway-tag-value is not supported for REST APIs here. Ignoring.',
    weight: 'note',
  },
  {
    of: 'a member of an integration that only HTTP APIs have',
    document: operation({
      'x-amazon-apigateway-integration': { type: 'mock', integrationSubtype: 'SQS-SendMessage' },
    }),
    says: "Attribute paths.'/pets'(get).x-amazon-apigateway-integration.integrationSubtype is not supported for REST APIs. Ignoring.",
    weight: 'note',
  },
  {
    of: 'callbacks',
    document: operation({ callbacks: {} }),
    says: "Attribute paths.'/pets'(get).callbacks is not supported for REST APIs. Ignoring.",
    weight: 'note',
  },
  {
    of: 'webhooks',
    document: oas31({ webhooks: {} }),
    says: 'Attribute webhooks is not supported for REST APIs. Ignoring.',
    weight: 'note',
  },
  {
    of: 'keywords of schemas that draft 4 has not',
    document: oas30({
      components: { schemas: { Pet: { type: 'object', example: {}, discriminator: { propertyName: 'x' } } } },
    }),
    says: `Unsupported keyword(s): ["discriminator","example"] in model 'Pet'. Ignoring.`,
    weight: 'note',
  },
  {
    of: 'bounds on a parameter, of which only the presence is checked',
    document: operation({
      parameters: [
        { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 9 } },
        { name: 'size', in: 'query', schema: { type: 'integer', maximum: 9 } },
      ],
    }),
    says: "'maximum' of parameters limit, size of method 'GET /pets' is not checked. Ignoring.",
    weight: 'note',
  },
  {
    of: 'two integration responses with one status',
    document: operation({
      'x-amazon-apigateway-integration': {
        type: 'mock',
        responses: { default: { statusCode: 200 }, '2..': { statusCode: 200 } },
      },
    }),
    says: "Integration response '2..' of resource '/pets' and method 'GET' takes the place of another with status 200.",
    weight: 'note',
  },
  {
    of: 'a response without a status',
    document: operation({ responses: { '2XX': { description: 'x', headers: { X: {} } } } }),
    says: "Response '2XX' of method 'GET /pets' has no status code. Ignoring.",
    weight: 'note',
  },
  {
    of: 'a key that stands twice',
    document: 'openapi: 3.0.1\ninfo: {title: x}\npaths: {}\npaths: {}\n',
    says: "Key 'paths' stands twice, again at line 4, column 1. The last one counts.",
    weight: 'note',
  },
  {
    of: 'a tag of CloudFormation',
    document: 'openapi: 3.0.1\ninfo: {title: !Ref Name}\npaths: {}\n',
    says: 'Unresolved tag: !Ref at line 2, column 15. Ignoring.',
    weight: 'note',
  },
];

for (const { of, document, says, weight } of complaints)
  test(`import complains about ${of}`, () => {
    const { api, warnings } = imported(document);
    assert.deepEqual(warnings, [says]);
    assert.deepEqual(api.warnings, [says]);
    const strict = () => imported(document, { failOnWarnings: true });
    if (weight === 'note') assert.deepEqual(strict().warnings, [says]);
    else assert.throws(strict, { code: 'BadRequestException', message: `Warnings found during import:\n\t${says}` });
  });

test('descriptions, examples of bodies and the like are passed over in silence', () => {
  const { warnings } = imported(
    oas30({
      info: { title: 't', version: '1', contact: {}, license: { name: 'x' }, termsOfService: 'x', 'x-logo': {} },
      externalDocs: { url: 'https://x' },
      tags: [{ name: 'pets' }],
      paths: {
        '/pets': {
          summary: 's',
          get: {
            tags: ['pets'],
            summary: 's',
            deprecated: true,
            'x-internal': true,
            responses: {
              200: { description: 'd', content: { 'application/json': { example: {} } } },
              default: { description: 'no' },
            },
          },
        },
      },
    }),
  );
  assert.deepEqual(warnings, []);
});

// ---- refusals ----

const errors = (...lines: string[]): string =>
  `Errors found during import:${lines.map((line) => `\n\t${line}`).join('')}`;
const invalidModel = (fault: string): string =>
  `Invalid model specified: Validation Result: warnings : [], errors : [${fault}]`;

const refusals: readonly { readonly of: string; readonly document: string; readonly message: string }[] = [
  {
    of: 'a variable beside another',
    document: oas30({ paths: { '/a/{id}': {}, '/a/{name}/b': {} } }),
    message: errors(
      "Unable to create resource at path '/a/{name}/b': A sibling ({id}) of this resource already has a variable path part -- only one is allowed",
    ),
  },
  {
    of: 'a parameter with brackets',
    document: operation({ parameters: [{ name: 'page[size]', in: 'query' }] }),
    message: errors(
      "Unable to put method 'GET' on resource at path '/pets': Invalid mapping expression specified: Validation Result: warnings : [], errors : [Parameter name should match the following regular expression: ^[a-zA-Z0-9._$-]+$]: 'page[size]'",
    ),
  },
  {
    of: 'an integration without a method',
    document: operation({ 'x-amazon-apigateway-integration': { type: 'http', uri: 'http://x' } }),
    message: errors(
      "Unable to put integration on 'GET' for resource at path '/pets': Enumeration value for HttpMethod must be non-empty",
    ),
  },
  {
    of: 'an integration of no known type',
    document: operation({ 'x-amazon-apigateway-integration': { type: 'grpc' } }),
    message: errors(
      "Unable to put integration on 'GET' for resource at path '/pets': Invalid type specified: 'GRPC'. Valid options are HTTP,MOCK,AWS_PROXY,HTTP_PROXY,AWS",
    ),
  },
  {
    of: 'an address that is none',
    document: operation({ 'x-amazon-apigateway-integration': { type: 'http', httpMethod: 'GET', uri: 'x' } }),
    message: errors(
      "Unable to put integration on 'GET' for resource at path '/pets': Invalid HTTP endpoint specified for URI",
    ),
  },
  {
    of: 'a model with a name that is not alphanumeric',
    document: oas30({ components: { schemas: { Pet_Id: { type: 'string' } } } }),
    message: errors("Unable to create model for 'Pet_Id': Model name must be alphanumeric: Pet_Id"),
  },
  {
    of: 'a reference out of the document',
    document: oas30({ components: { schemas: { Pet: { $ref: 'pets.yaml#/Pet' } } } }),
    message: errors(
      `Unable to create model for 'Pet': ${invalidModel("Model reference must be in canonical form: 'pets.yaml#/Pet' at components.schemas.Pet")}`,
    ),
  },
  {
    of: 'a schema of no known type',
    document: oas30({ components: { schemas: { Pet: { properties: { a: { type: 'int' } } } } } }),
    message: errors(
      `Unable to create model for 'Pet': ${invalidModel('Invalid model schema specified: type "int" at components.schemas.Pet.properties.a.type')}`,
    ),
  },
  {
    of: 'several things at once, with the warnings',
    document: oas30({ servers: [{ url: '/' }, { url: '/' }], components: { schemas: { a_b: {}, c_d: {} } } }),
    message: `${errors(
      "Unable to create model for 'a_b': Model name must be alphanumeric: a_b",
      "Unable to create model for 'c_d': Model name must be alphanumeric: c_d",
    )}\nAdditionally, these warnings were found:\n\tMore than one server provided. Ignoring all but the first for defining endpoint configuration`,
  },
  {
    of: 'a validator that is not there',
    document: operation({ 'x-amazon-apigateway-request-validator': 'all' }),
    message: errors(
      "Unable to put method 'GET' on resource at path '/pets': Invalid Request Validator identifier specified: 'all'",
    ),
  },
  {
    of: 'a gateway response of no known type',
    document: oas30({ 'x-amazon-apigateway-gateway-responses': { DEFAULT_3XX: {} } }),
    message: 'Unable to put gateway response',
  },
  {
    of: 'a document without a title',
    document: '{"openapi":"3.0.0","paths":{}}',
    message: errors('Unable to create REST API: attribute info.title is missing'),
  },
  {
    of: 'a JWT authorizer as HTTP APIs have it',
    document: oas30({
      components: {
        securitySchemes: {
          j: {
            type: 'oauth2',
            flows: {},
            'x-amazon-apigateway-authorizer': {
              type: 'jwt',
              identitySource: '$request.header.Authorization',
              jwtConfiguration: { issuer: 'https://issuer.example', audience: ['a'] },
            },
          },
        },
      },
    }),
    message: errors("Unable to create authorizer 'j': Invalid jwtConfiguration: unknown member issuer"),
  },
];

for (const { of, document, message } of refusals)
  test(`import refuses ${of}`, () => {
    assert.throws(
      () => imported(document),
      (error) =>
        error instanceof ServiceError && error.code === 'BadRequestException' && error.message.includes(message),
      message,
    );
  });

for (const [of, parameters, message] of [
  ['basepath', { basepath: 'x' }, /^Invalid basepath option specified: 'x'/],
  ['endpoint type', { endpointConfigurationTypes: 'x' }, /^Invalid EndpointTypes specified/],
  ['ignore', { ignore: 'x' }, /^Invalid ignore option specified: 'x'/],
] as const)
  test(`import refuses parameter ${of} with a value that is none`, () => {
    assert.throws(() => imported(oas30({}), { parameters }), { code: 'BadRequestException', message });
  });

test('import: parameters are known in any case, and others are listed', () => {
  const { api, warnings } = imported(oas30({ servers: [{ url: '/v1' }], paths: { '/a': {} } }), {
    parameters: { basePath: 'prepend', EndpointConfigurationTypes: 'REGIONAL', other: 'x' },
  });
  assert.deepEqual(paths(api), ['/', '/v1', '/v1/a']);
  assert.deepEqual(api.endpointConfiguration.types, ['REGIONAL']);
  assert.deepEqual(warnings, ["Import parameter 'other' is not known. Ignoring."]);
});

// ---- what is made of it ----

test('import: AWS variables are resolved in every text', () => {
  const uri = `arn:$\{AWS::Partition}:apigateway:$\{AWS::Region}:lambda:path/2015-03-31/functions/arn:aws:lambda:$\{AWS::Region}:$\{AWS::AccountId}:function:f/invocations`;
  const { api } = imported(
    operation({ 'x-amazon-apigateway-integration': { type: 'aws_proxy', httpMethod: 'POST', uri } }),
  );
  assert.equal(
    methodAt(api, '/pets').methodIntegration?.uri,
    'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:f/invocations',
  );
});

test('import: parameters of the path are those of its operations, which win; references are followed', () => {
  const { api } = imported(
    oas30({
      paths: {
        '/a/{id}': {
          parameters: [{ $ref: '#/components/parameters/q' }, { name: 'h', in: 'header', required: true }],
          get: { parameters: [{ name: 'q', in: 'query' }] },
          post: {},
        },
      },
      components: { parameters: { q: { name: 'q', in: 'query', required: true } } },
    }),
  );
  assert.deepEqual(methodAt(api, '/a/{id}').requestParameters, {
    'method.request.querystring.q': false,
    'method.request.header.h': true,
    'method.request.path.id': true,
  });
  assert.equal(methodAt(api, '/a/{id}', 'POST').requestParameters?.['method.request.querystring.q'], true);
});

test('import: bodies and responses behind references; inline lists and objects become models', () => {
  const { api, warnings } = imported(
    oas30({
      paths: {
        '/a': {
          post: {
            requestBody: { $ref: '#/components/requestBodies/Pet' },
            responses: { 200: { $ref: '#/components/responses/Pets' }, 404: { $ref: '#/components/responses/No' } },
          },
          put: { responses: { 404: { $ref: '#/components/responses/No' } } },
        },
      },
      components: {
        schemas: { Pet: { type: 'object' } },
        requestBodies: { Pet: { content: { 'text/xml': { schema: { $ref: '#/components/schemas/Pet' } } } } },
        responses: {
          Pets: {
            description: '',
            content: { 'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/Pet' } } } },
          },
          No: {
            description: '',
            content: { 'application/json': { schema: { type: 'object', properties: { why: { type: 'string' } } } } },
          },
        },
      },
    }),
  );
  assert.deepEqual(warnings, []);
  const post = methodAt(api, '/a', 'POST');
  assert.deepEqual(post.requestModels, { 'text/xml': 'Pet' });
  assert.deepEqual(post.methodResponses['200']?.responseModels, { 'application/json': 'ArrayOfPet' });
  const inline = post.methodResponses['404']?.responseModels?.['application/json'] ?? '';
  assert.match(inline, /^MODEL[0-9a-f]{6}$/);
  assert.equal(methodAt(api, '/a', 'PUT').methodResponses['404']?.responseModels?.['application/json'], inline);
  assert.deepEqual(Object.keys(api.models).sort(), ['ArrayOfPet', 'Pet', inline].sort());
});

const schemas: readonly {
  readonly when: string;
  readonly document: (schema: Members) => string;
  readonly schema: Members;
  readonly model: Members;
}[] = [
  {
    when: '2.0 keeps the order of members',
    document: (schema) => swagger({ definitions: { M: schema } }),
    schema: { type: 'object', required: ['b', 'a'], properties: {} },
    model: { type: 'object', required: ['b', 'a'], properties: {} },
  },
  {
    when: '3.0 nullable is a type of its own',
    document: (schema) => oas30({ components: { schemas: { M: schema } } }),
    schema: { type: 'string', nullable: true, enum: ['a'] },
    model: { type: ['string', 'null'], enum: ['a', null] },
  },
  {
    when: '3.1 const and numeric bounds',
    document: (schema) => oas31({ components: { schemas: { M: schema } } }),
    schema: { properties: { a: { const: 1 }, b: { exclusiveMinimum: 3 }, c: { maximum: 5, exclusiveMaximum: 9 } } },
    model: { properties: { a: { enum: [1] }, b: { minimum: 3, exclusiveMinimum: true }, c: { maximum: 5 } } },
  },
  {
    when: '3.1 members beside a reference count',
    document: (schema) => oas31({ components: { schemas: { M: schema, N: {} } } }),
    schema: { $ref: '#/components/schemas/N', minProperties: 1, description: 'x' },
    model: {
      allOf: [{ $ref: 'https://apigateway.amazonaws.com/restapis/api1234567/models/N' }, { minProperties: 1 }],
    },
  },
  {
    when: '3.0 members beside a reference do not',
    document: (schema) => oas30({ components: { schemas: { M: schema, N: {} } } }),
    schema: { $ref: '#/components/schemas/N', minProperties: 1 },
    model: { $ref: 'https://apigateway.amazonaws.com/restapis/api1234567/models/N' },
  },
  {
    when: '3.1 tuples, dependencies and definitions',
    document: (schema) => oas31({ components: { schemas: { M: schema } } }),
    schema: {
      prefixItems: [{ type: 'string' }],
      items: false,
      dependentRequired: { a: ['b'] },
      $defs: { d: { type: ['string'] } },
    },
    model: {
      items: [{ type: 'string' }],
      additionalItems: false,
      dependencies: { a: ['b'] },
      definitions: { d: { type: 'string' } },
    },
  },
  {
    when: 'empty lists, which draft 4 does not know, go',
    document: (schema) => oas30({ components: { schemas: { M: schema } } }),
    schema: { type: 'object', required: [], enum: [] },
    model: { type: 'object' },
  },
];

for (const { when, document, schema, model } of schemas)
  test(`import, schemas: ${when}`, () => {
    const { api } = imported(document(schema));
    assert.equal(JSON.stringify(schemaOf(api, 'M')), JSON.stringify(model));
  });

test('import: a version keeps the form it was written in', () => {
  for (const [document, version] of [
    ['openapi: 3.0.1\ninfo: {title: t, version: 1.0}\npaths: {}', '1.0'],
    ['{"openapi":"3.0.1","info":{"title":"t","version":1.0},"paths":{}}', '1.0'],
    ['{"swagger":2.0,"info":{"title":"t","version":1},"paths":{}}', '1'],
  ] as const)
    assert.equal(imported(document).api.version, version);
});

// ---- merge and overwrite ----

const pets = operation(
  {
    operationId: 'list',
    responses: { 200: { description: '' }, 206: { description: '' } },
    security: [{ auth: [] }],
  },
  {
    info: { title: 'pets', version: '1', description: 'd' },
    components: {
      schemas: { Pet: { type: 'object' }, Old: { type: 'string' } },
      securitySchemes: {
        auth: {
          type: 'apiKey',
          name: 'Token',
          in: 'header',
          'x-amazon-apigateway-authorizer': { type: 'token', authorizerUri: lambda },
        },
      },
    },
    'x-amazon-apigateway-binary-media-types': ['a/b'],
    'x-amazon-apigateway-minimum-compression-size': 5,
  },
);

test('merge: what the document defines takes the place, the rest stays, ids stay', () => {
  const before = imported(pets).api;
  const text = oas30({
    info: { title: 'new', version: '2' },
    paths: {
      '/pets': { get: { responses: { 200: { description: '' }, 400: { description: '' } } } },
      '/cats': { get: {} },
    },
    components: { schemas: { Pet: { type: 'array' } } },
  });
  const { api } = importRestApi(readDocument(text), { mode: 'merge', api: before, birth: birth('x') });
  assert.deepEqual([api.name, api.version, api.description], ['new', '2', 'd']);
  assert.deepEqual(paths(api), ['/', '/cats', '/pets']);
  assert.deepEqual(Object.keys(methodAt(api, '/pets').methodResponses), ['200', '400']);
  assert.equal(methodAt(api, '/pets').operationName, undefined);
  assert.deepEqual(Object.keys(api.models), ['Pet', 'Old']);
  assert.equal(api.models.Pet?.id, before.models.Pet?.id);
  assert.deepEqual(schemaOf(api, 'Pet'), { type: 'array' });
  assert.deepEqual(api.authorizers, before.authorizers);
  assert.deepEqual([api.binaryMediaTypes, api.minimumCompressionSize], [['a/b'], 5]);
});

test('overwrite: what the document does not define goes, ids of what it does stay', () => {
  const before = { ...imported(pets).api, tags: { team: 'a' } };
  const text = operation({}, { info: { title: 'new' }, components: { schemas: { Pet: { type: 'array' } } } });
  const { api } = importRestApi(readDocument(text), { mode: 'overwrite', api: before, birth: birth('x') });
  const idOf = (each: RestApi, path: string) => Object.keys(each.resources).find((id) => pathOf(each, id) === path);
  assert.equal(idOf(api, '/pets'), idOf(before, '/pets'));
  assert.equal(api.rootResourceId, before.rootResourceId);
  assert.equal(api.models.Pet?.id, before.models.Pet?.id);
  assert.deepEqual(Object.keys(api.models), ['Pet']);
  assert.deepEqual(api.authorizers, {});
  assert.deepEqual([api.description, api.version, api.minimumCompressionSize], [undefined, undefined, undefined]);
  assert.deepEqual([api.binaryMediaTypes, api.tags], [[], { team: 'a' }]);
});

test('put: a name that the document lacks stays, and old warnings go', () => {
  const before = { ...newRestApi({ name: 'mine' }, birth()), warnings: ['old'] };
  const { api } = importRestApi(readDocument('{"openapi":"3.0.0","paths":{}}'), {
    mode: 'overwrite',
    api: before,
    birth: birth('x'),
  });
  assert.equal(api.name, 'mine');
  assert.equal(Object.hasOwn(api, 'warnings'), false);
});

// ---- documentation ----

const documented = (...parts: readonly Members[]): string =>
  oas30({ 'x-amazon-apigateway-documentation': { version: '1', documentationParts: parts } });
const apiPart = { location: { type: 'API' }, properties: { description: 'new', tags: ['t'] } };

test('documentation parts: merge keeps attributes that are only theirs, overwrite keeps only the ids', () => {
  const newId = birth('d').newId;
  const first = importDocumentationParts(
    imported(oas30({})).api,
    readDocument(
      documented(
        { location: { type: 'API' }, properties: { description: 'old', info: { x: 1 } } },
        { location: { type: 'RESOURCE', path: '/a' }, properties: '{"description":"a"}' },
      ),
    ),
    { mode: 'overwrite', newId },
  );
  assert.equal(first.ids.length, 2);
  const merged = importDocumentationParts(first.api, readDocument(documented(apiPart)), { mode: 'merge', newId });
  assert.deepEqual(merged.ids, [first.ids[0]]);
  assert.deepEqual(
    Object.values(merged.api.documentationParts).map(({ properties }) => JSON.parse(properties)),
    [{ description: 'new', info: { x: 1 }, tags: ['t'] }, { description: 'a' }],
  );
  const overwritten = importDocumentationParts(first.api, readDocument(documented(apiPart)), {
    mode: 'overwrite',
    newId,
  });
  assert.deepEqual(Object.values(overwritten.api.documentationParts), [
    { id: first.ids[0], location: { type: 'API' }, properties: '{"description":"new","tags":["t"]}' },
  ]);
});

test('documentation parts: not imported when they are to be ignored; refused with their place', () => {
  assert.deepEqual(
    imported(documented(apiPart), { parameters: { ignore: 'documentation' } }).api.documentationParts,
    {},
  );
  assert.throws(() => imported(documented({ location: { type: 'PETS' }, properties: {} })), {
    message: /x-amazon-apigateway-documentation\.documentationParts\[0\]: type 'PETS' is none of /,
  });
  assert.throws(() => imported(documented({ location: { type: 'API', name: 'x' }, properties: {} })), {
    message: /documentationParts\[0\]: Invalid location specified: 'name'/,
  });
});

// ---- hostile documents ----

test('import: members called like those of every object are members like any other', () => {
  const hostile = `{"openapi":"3.0.1","info":{"title":"t"},"__proto__":{"x":1},"paths":{
    "/__proto__":{"get":{"parameters":[{"name":"__proto__","in":"query"},{"name":"constructor","in":"header"}],
      "responses":{"200":{"description":"","headers":{"__proto__":{}},"content":{"__proto__":{"schema":{"$ref":"#/components/schemas/constructor"}}}}},
      "security":[{"__proto__":[]}],
      "x-amazon-apigateway-integration":{"type":"mock","requestTemplates":{"__proto__/x":"a"},"responses":{"__proto__":{"statusCode":200}}}}},
    "/constructor":{"get":{},"constructor":{}}},
    "components":{"schemas":{"constructor":{"type":"object","properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}},
      "securitySchemes":{"__proto__":{"type":"apiKey","name":"x-api-key","in":"header"}}}}`;
  for (const text of [hostile, hostile.replaceAll('"__proto__"', "'__proto__'")]) {
    const { api } = imported(text);
    const method = methodAt(api, '/__proto__');
    assert.equal(method.apiKeyRequired, true);
    assert.deepEqual(Object.keys(method.requestParameters ?? {}), [
      'method.request.querystring.__proto__',
      'method.request.header.constructor',
    ]);
    assert.deepEqual(Object.entries(method.methodResponses['200']?.responseModels ?? {}), [
      ['__proto__', 'constructor'],
    ]);
    assert.equal(method.methodIntegration?.integrationResponses['200']?.selectionPattern, '__proto__');
    const model = entryOf(api.models, 'constructor');
    assert.equal(model?.name, 'constructor');
    assert.match(model?.schema ?? '', /"properties":\{"__proto__":\{"type":"string"\}\}/);
    assert.equal(Object.getPrototypeOf({}).x, undefined);
  }
});

test('import: ten thousand paths and as many complaints are read in time, and not all listed', () => {
  const many = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`/p${index}`, { get: { callbacks: {} } }]),
  );
  const startedMs = performance.now();
  const { api, warnings } = imported(oas30({ paths: many }));
  assert.equal(Object.keys(api.resources).length, 10_001);
  assert.equal(warnings.length, 1_001);
  assert.equal(warnings.at(-1), '… and 9000 more');
  assert.ok(performance.now() - startedMs < 10_000, 'not with the square of the paths');
});
