import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createDocumentationPart,
  createDocumentationVersion,
  deleteDocumentationPart,
  type GivenLocation,
  undocumentedLocations,
} from './documentation.ts';
import { putMethod } from './methods.ts';
import type { RestApi } from './rest-api.ts';
import { newRestApi } from './rest-apis.ts';

const empty = newRestApi(
  { name: 'pets' },
  { id: 'api', accountId: '0', region: 'r', partition: 'aws', nowMs: 0, newId: () => 'root' },
);
const withPart = (api: RestApi, location: GivenLocation, id = 'part', properties = '{"description":"x"}'): RestApi =>
  createDocumentationPart(api, { location, properties }, id);

test('what belongs to a resource and names none belongs to the root', () => {
  assert.deepEqual(withPart(empty, { type: 'METHOD', method: 'GET' }).documentationParts.part?.location, {
    type: 'METHOD',
    path: '/',
    method: 'GET',
  });
  assert.deepEqual(withPart(empty, { type: 'API' }).documentationParts.part?.location, { type: 'API' });
});

for (const { when, edit, code, message } of [
  {
    when: 'two parts about one entity',
    edit: () => withPart(withPart(empty, { type: 'API' }), { type: 'API' }, 'other'),
    code: 'ConflictException',
    message: "Documentation part already exists for the specified location: type 'API'",
  },
  {
    when: 'a field that the type does not have',
    edit: () => withPart(empty, { type: 'MODEL', name: 'Pet', path: '/pets' }),
    code: 'BadRequestException',
    message: "Invalid location specified: 'path' is not a valid field for the type MODEL",
  },
  {
    when: 'a parameter without a name',
    edit: () => withPart(empty, { type: 'QUERY_PARAMETER', path: '/' }),
    code: 'BadRequestException',
    message: "Invalid location specified: 'name' is required for the type QUERY_PARAMETER",
  },
  {
    when: 'properties that are no object',
    edit: () => withPart(empty, { type: 'API' }, 'part', '"x"'),
    code: 'BadRequestException',
    message: 'Invalid Documentation part properties specified: a JSON object is required',
  },
])
  test(`documentation: refused are ${when}`, () => assert.throws(edit, { code, message }));

test('a version keeps the parts as they were', () => {
  const published = createDocumentationVersion(withPart(empty, { type: 'API' }), { version: '1' }, 5);
  const later = deleteDocumentationPart(published, 'part');
  assert.deepEqual(later.documentationVersions['1'], {
    version: '1',
    createdAtMs: 5,
    parts: [{ id: 'part', location: { type: 'API' }, properties: '{"description":"x"}' }],
  });
});

test('entities without documentation are found', () => {
  const api = putMethod(withPart(empty, { type: 'API' }), 'root', {
    httpMethod: 'GET',
    authorizationType: 'NONE',
    requestParameters: { 'method.request.querystring.page.size': false },
  });
  assert.deepEqual(undocumentedLocations(api), [
    { type: 'MODEL', name: 'Empty' },
    { type: 'MODEL', name: 'Error' },
    { type: 'RESOURCE', path: '/' },
    { type: 'METHOD', path: '/', method: 'GET' },
    { type: 'QUERY_PARAMETER', path: '/', method: 'GET', name: 'page.size' },
  ]);
});
