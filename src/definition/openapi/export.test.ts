/** What is in an exported document, by format and by extensions. That it comes back whole is in `roundtrip.test.ts`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { createDocumentationVersion } from '../documentation.ts';
import type { RestApi } from '../rest-api.ts';
import { birth } from './fixtures.ts';
import { exportRestApi, importRestApi, readDocument } from './index.ts';

const lambda =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:f/invocations';

const source = `
swagger: "2.0"
info: { title: pets, version: "1.0", description: All pets }
paths:
  /pets/{id}:
    put:
      operationId: putPet
      consumes: [application/json]
      produces: [application/json]
      security: [{ auth: [] }, { api_key: [] }]
      parameters:
        - { name: trace, in: header, required: true, type: string }
        - { name: pet, in: body, schema: { $ref: '#/definitions/Pet' } }
      responses:
        "200": { description: x, schema: { $ref: '#/definitions/Pet' }, headers: { ETag: { type: string } } }
        "404": { description: x }
      x-amazon-apigateway-integration: { type: mock, responses: { default: { statusCode: 200 } } }
    get:
      security: [{ sigv4: [] }]
definitions:
  Pet: { type: object, properties: { owner: { $ref: '#/definitions/Owner' } } }
  Owner: { type: string }
securityDefinitions:
  auth:
    { type: apiKey, name: Token, in: header, x-amazon-apigateway-authtype: custom,
      x-amazon-apigateway-authorizer: { type: token, authorizerUri: '${lambda}' } }
  sigv4: { type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4 }
  api_key: { type: apiKey, name: x-api-key, in: header }
x-amazon-apigateway-documentation:
  documentationParts:
    - { location: { type: API }, properties: { info: { description: Documented, foo: 1, x-bar: b }, x-api: 1, foo: 2 } }
    - { location: { type: METHOD, path: /pets }, properties: { summary: General } }
    - { location: { type: METHOD, path: '/pets/{id}', method: PUT }, properties: { summary: Special, tags: [p], x-y: 1 } }
    - { location: { type: RESPONSE, statusCode: "404" }, properties: { description: Not here } }
    - { location: { type: REQUEST_HEADER, name: trace }, properties: { description: Traces } }
    - { location: { type: MODEL, name: Owner }, properties: { description: Who owns } }
    - { location: { type: RESOURCE, path: '/pets/{id}' }, properties: { description: no, x-r: 1 } }
`;

const pets: RestApi = importRestApi(readDocument(source), { mode: 'new', birth: birth() }).api;
const documented = createDocumentationVersion(pets, { version: '7' }, Date.UTC(2016, 10, 22, 22, 41, 40));
const written = (exportType: string, extensions?: string, api = pets, documentationVersion?: string) =>
  JSON.parse(
    exportRestApi(
      api,
      { stageName: 'prod', ...(documentationVersion && { documentationVersion }) },
      { exportType, extensions },
    ).body,
  );

test('export of 2.0: host, base path, one schema a body', () => {
  const { paths, ...document } = written('swagger', 'authorizers');
  assert.deepEqual(document, {
    swagger: '2.0',
    info: { title: 'pets', description: 'All pets', version: '1.0' },
    host: 'api1234567.execute-api.us-east-1.amazonaws.com',
    basePath: '/prod',
    schemes: ['https'],
    securityDefinitions: {
      auth: {
        type: 'apiKey',
        name: 'Token',
        in: 'header',
        'x-amazon-apigateway-authtype': 'custom',
        'x-amazon-apigateway-authorizer': { type: 'token', authorizerUri: lambda },
      },
      sigv4: { type: 'apiKey', name: 'Authorization', in: 'header', 'x-amazon-apigateway-authtype': 'awsSigv4' },
      api_key: { type: 'apiKey', name: 'x-api-key', in: 'header' },
    },
    definitions: {
      Pet: { type: 'object', properties: { owner: { $ref: '#/definitions/Owner' } } },
      Owner: { type: 'string' },
    },
  });
  assert.deepEqual(paths['/pets/{id}'].put, {
    operationId: 'putPet',
    consumes: ['application/json'],
    parameters: [
      { name: 'trace', in: 'header', required: true, type: 'string' },
      { name: 'id', in: 'path', required: true, type: 'string' },
      { in: 'body', name: 'Pet', required: true, schema: { $ref: '#/definitions/Pet' } },
    ],
    produces: ['application/json'],
    responses: {
      200: {
        description: '200 response',
        schema: { $ref: '#/definitions/Pet' },
        headers: { ETag: { type: 'string' } },
      },
      404: { description: '404 response' },
    },
    security: [{ auth: [] }, { api_key: [] }],
  });
});

test('export of 2.0: content types of templates are consumed and produced too (AWS, April 2024)', () => {
  const { api } = importRestApi(
    readDocument(`
openapi: 3.0.1
info: { title: pets, version: "1.0" }
paths:
  /:
    get:
      responses: { "200": { description: page } }
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: { application/json: '{"statusCode": 200}' }
        responses: { default: { statusCode: "200", responseTemplates: { text/html: <html></html> } } }
    post:
      responses: { "200": { description: plain } }
      x-amazon-apigateway-integration: { type: mock, responses: { default: { statusCode: "200" } } }
`),
    { mode: 'new', birth: birth() },
  );
  const { get, post } = written('swagger', undefined, api).paths['/'];
  assert.deepEqual([get.consumes, get.produces], [['application/json'], ['text/html']]);
  assert.deepEqual([post.consumes, post.produces], [undefined, undefined]);
  assert.deepEqual(Object.keys(written('oas30', undefined, api).paths['/'].get), ['responses']);
});

for (const [extensions, integration, authorizer] of [
  [undefined, false, false],
  ['integrations', true, false],
  ['authorizers', false, true],
  ['integrations,authorizers', true, true],
  ['apigateway', true, true],
  ['postman', false, false],
] as const)
  test(`export with extensions ${extensions}`, () => {
    for (const exportType of ['oas30', 'swagger']) {
      const text = JSON.stringify(written(exportType, extensions));
      assert.equal(text.includes('x-amazon-apigateway-integration'), integration);
      assert.equal(text.includes('x-amazon-apigateway-authorizer'), authorizer);
      assert.equal(text.includes('x-postman-meta'), extensions === 'postman');
    }
  });

test('export to YAML says the same as to JSON', () => {
  const { body, contentType, contentDisposition } = exportRestApi(
    pets,
    { stageName: 'prod' },
    { exportType: 'oas30', extensions: 'apigateway', accepts: 'application/yaml' },
  );
  assert.deepEqual(parse(body), written('oas30', 'apigateway'));
  assert.equal(contentType, 'application/octet-stream');
  assert.equal(contentDisposition, 'attachment; filename="oas30_1.0.yaml"');
});

test('an API without a version is exported under the time of its creation', () => {
  const { version: _none, ...api } = pets;
  const { contentDisposition, body } = exportRestApi(api, { stageName: 'prod' }, { exportType: 'swagger' });
  assert.equal(contentDisposition, 'attachment; filename="swagger_2026-01-02T03:04:05Z.json"');
  assert.equal(JSON.parse(body).info.version, '2026-01-02T03:04:05Z');
});

test('a version cannot leave the header that it stands in', () => {
  const { contentDisposition } = exportRestApi(
    { ...pets, version: '1"\r\nX: y' },
    { stageName: 'prod' },
    { exportType: 'oas30' },
  );
  assert.equal(contentDisposition, 'attachment; filename="oas30_1___X:_y.json"');
});

for (const [what, request, message] of [
  ['export type', { exportType: 'raml' }, "No API exporter for type 'raml'"],
  ['export type of every object', { exportType: 'constructor' }, "No API exporter for type 'constructor'"],
  ['extension', { exportType: 'oas30', extensions: 'x' }, /^Invalid extensions specified: 'x'/],
  ['media type', { exportType: 'oas30', accepts: 'text/xml' }, /^Invalid content type specified: 'text\/xml'/],
] as const)
  test(`export refuses an unknown ${what}`, () => {
    assert.throws(() => exportRestApi(pets, { stageName: 'prod' }, request), { code: 'BadRequestException', message });
  });

test('published documentation is where OpenAPI has a place for it, and general parts are inherited', () => {
  const { info, paths, components, ...document } = written('oas30', 'documentation', documented, '7');
  assert.deepEqual(info, { title: 'pets', description: 'Documented', version: '1.0', 'x-bar': 'b' });
  assert.equal(document['x-api'], 1);
  assert.equal(Object.hasOwn(document, 'foo'), false);
  const item = paths['/pets/{id}'];
  assert.deepEqual([item['x-r'], item.description], [1, undefined]);
  assert.deepEqual([item.put.summary, item.put.tags, item.put['x-y']], ['Special', ['p'], 1]);
  assert.equal(item.get.summary, 'General');
  assert.equal(item.put.responses['404'].description, 'Not here');
  assert.equal(item.put.responses['200'].description, '200 response');
  assert.equal(item.put.parameters[0].description, 'Traces');
  assert.equal(components.schemas.Owner.description, 'Who owns');
  const whole = document['x-amazon-apigateway-documentation'];
  assert.deepEqual(
    [whole.version, whole.createdDate, whole.documentationParts.length],
    ['7', '2016-11-22T22:41:40Z', 7],
  );
});

test('documentation is published only with the version of a stage', () => {
  assert.equal(JSON.stringify(written('oas30', 'documentation', documented)).includes('General'), false);
});

test('a version that was made after the deployment can be handed in', () => {
  const documentation = documented.documentationVersions['7'];
  const { body } = exportRestApi(pets, { stageName: 'prod' }, { exportType: 'oas30', documentation });
  assert.equal(JSON.parse(body).paths['/pets/{id}'].get.summary, 'General');
});

test('models that are no JSON schemas are left out, and what refers to them stays', () => {
  const api: RestApi = {
    ...pets,
    models: { ...pets.models, Owner: { id: 'x', name: 'Owner', contentType: 'text/xml', schema: '<xsd/>' } },
  };
  const { components } = written('oas30', 'apigateway', api);
  assert.deepEqual(Object.keys(components.schemas), ['Pet']);
  assert.deepEqual(components.schemas.Pet.properties, { owner: {} });
});
