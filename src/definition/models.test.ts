import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putMethodResponse } from './method-responses.ts';
import { putMethod } from './methods.ts';
import { createModel, deleteModel, flattenedModel, modelOf, updateModel } from './models.ts';
import type { RestApi } from './rest-api.ts';
import { newRestApi } from './rest-apis.ts';

const api = newRestApi(
  { name: 'pets' },
  { id: 'abc', accountId: '0', region: 'r', partition: 'aws', nowMs: 0, newId: () => 'root' },
);
const url = (name: string): string => `https://apigateway.amazonaws.com/restapis/abc/models/${name}`;
const withModel = (before: RestApi, name: string, schema: unknown, contentType = 'application/json'): RestApi =>
  createModel(before, { name, contentType, schema: JSON.stringify(schema) }, name.toLowerCase());

const invalid = 'Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema specified]';
for (const { when, schema, message } of [
  { when: 'text that is no JSON', schema: '{', message: invalid },
  { when: 'JSON that is no object', schema: '7', message: invalid },
  { when: 'a type that draft 4 does not know', schema: '{"type":"pet"}', message: invalid },
  { when: 'an empty list of required members, which draft 4 forbids', schema: '{"required":[]}', message: invalid },
  { when: 'nesting without end', schema: `${'{"not":'.repeat(5_000)}{}${'}'.repeat(5_000)}`, message: invalid },
  {
    when: 'no schema',
    schema: undefined,
    message: 'Model schema must have at least 1 property or array items defined',
  },
])
  test(`CreateModel refuses ${when}`, () =>
    assert.throws(() => createModel(api, { name: 'Pet', contentType: 'application/json', schema }, 'm'), {
      code: 'BadRequestException',
      message,
    }));

test('a model of another content type than JSON may be anything', () =>
  assert.equal(withModel(api, 'Page', '<html/>', 'text/html').models.Page?.contentType, 'text/html'));

test('keywords that draft 4 does not know are kept', () =>
  assert.ok(withModel(api, 'Pet', { type: 'object', example: {}, 'x-more': 1 }).models.Pet));

test('a description is patched, a bad schema refused', () => {
  const before = withModel(api, 'Pet', { type: 'object' });
  const edited = updateModel(before, 'Pet', [{ op: 'replace', path: '/description', value: 'a pet' }]);
  assert.equal(edited.models.Pet?.description, 'a pet');
  assert.throws(() => updateModel(before, 'Pet', [{ op: 'replace', path: '/schema', value: '{"type":1}' }]), {
    message: invalid,
  });
});

test('a flattened model brings all models that it needs, also those that need each other', () => {
  const person = { type: 'object', properties: { house: { $ref: url('House') } } };
  const house = { type: 'object', properties: { owner: { $ref: url('Person') } } };
  const both = withModel(withModel(api, 'House', house), 'Person', person);
  assert.deepEqual(JSON.parse(flattenedModel(both, modelOf(both, 'Person')).schema ?? ''), {
    type: 'object',
    properties: { house: { $ref: '#/definitions/House' } },
    definitions: {
      House: { type: 'object', properties: { owner: { $ref: '#/definitions/Person' } } },
      Person: { type: 'object', properties: { house: { $ref: '#/definitions/House' } } },
    },
  });
});

for (const { when, used, use } of [
  {
    when: 'a request is described by it',
    used: putMethod(withModel(api, 'Pet', {}), 'root', {
      httpMethod: 'GET',
      authorizationType: 'NONE',
      requestModels: { 'application/json': 'Pet' },
    }),
    use: 'method request: //GET',
  },
  {
    when: 'a response is described by it',
    used: putMethodResponse(
      putMethod(withModel(api, 'Pet', {}), 'root', { httpMethod: 'GET', authorizationType: 'NONE' }),
      'root',
      'GET',
      { statusCode: '200', responseModels: { 'application/json': 'Pet' } },
    ),
    use: 'method response: //GET',
  },
  {
    when: 'another model refers to it',
    used: withModel(withModel(api, 'Pet', {}), 'Pets', { items: { $ref: url('Pet') } }),
    use: 'model: Pets',
  },
])
  test(`a model stays while ${when}`, () =>
    assert.throws(() => deleteModel(used, 'Pet'), {
      code: 'ConflictException',
      message: `Cannot delete model 'Pet', is referenced in ${use}`,
    }));

test('a model that refers to itself can be deleted', () => {
  const before = withModel(api, 'Tree', { items: { $ref: url('Tree') } });
  assert.equal(deleteModel(before, 'Tree').models.Tree, undefined);
});
