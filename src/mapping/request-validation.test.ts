import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShared, withoutShared } from '../../test/shared.ts';
import { compileModel } from './models.ts';
import { compileBodyValidation, compileParameterValidation, type ParameterPresence } from './request-validation.ts';

interface Vector {
  readonly id: string;
  readonly route: string;
  readonly requestParameters: Readonly<Record<string, boolean>>;
  readonly models: Readonly<Record<string, unknown>>;
  readonly requestModels: Readonly<Record<string, string>>;
  readonly validateRequestParameters: boolean;
  readonly validateRequestBody: boolean;
  readonly request: {
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly query: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  readonly expect: { readonly pass?: boolean; readonly status?: number; readonly bodyJson?: { message: string } };
}

function presenceOf({ route, request }: Vector): ParameterPresence {
  const pattern = new RegExp(`^${route.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
  const path = pattern.exec(request.path)?.groups ?? {};
  const headers = new Map(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const listOf = (value: string | undefined): string[] | undefined => (value === undefined ? undefined : [value]);
  return {
    pathParameter: (name) => path[name],
    queryParameter: (name) => listOf(request.query[name]),
    requestHeader: (name) => listOf(headers.get(name)),
  };
}

test('request validation: refuses what API Gateway refuses', { skip: withoutShared }, () => {
  const { vectors } = readShared('vectors/rest/request-validation.json') as { vectors: readonly Vector[] };
  assert.ok(vectors.length > 10);
  for (const vector of vectors) {
    const schemas = JSON.parse(JSON.stringify(vector.models).replaceAll('{{apiId}}', 'a1b2c3')) as object;
    const models = Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => [name, { schema: JSON.stringify(schema) }]),
    );
    const validators = Object.fromEntries(
      Object.entries(vector.requestModels).map(([type, name]) => [type, compileModel(models, name, 'a1b2c3')]),
    );
    const parameters = vector.validateRequestParameters
      ? compileParameterValidation(vector.requestParameters)
      : undefined;
    const body = vector.validateRequestBody ? compileBodyValidation(validators) : undefined;
    const { request, expect } = vector;
    const fault = parameters?.(presenceOf(vector)) ?? body?.(request.headers['Content-Type'], request.body ?? '');
    assert.equal(fault?.message, expect.bodyJson?.message, vector.id);
  }
});

const present: ParameterPresence = {
  pathParameter: () => 'x',
  queryParameter: () => ['x'],
  requestHeader: () => ['x'],
};

test('request validation: nothing required is nothing to check', () => {
  assert.equal(compileParameterValidation({ 'method.request.header.a': false }), undefined);
  assert.equal(compileParameterValidation(undefined), undefined);
  assert.equal(compileBodyValidation({}), undefined);
});

test('request validation: a blank parameter is missing', () => {
  const validate = compileParameterValidation({
    'method.request.querystring.q': true,
    'method.request.header.H': true,
  });
  assert.equal(validate?.(present), undefined);
  const fault = validate?.({ ...present, queryParameter: () => [' '], requestHeader: () => [''] });
  assert.deepEqual(fault, {
    type: 'BAD_REQUEST_PARAMETERS',
    message: 'Missing required request parameters: [H, q]',
    validationErrorString: 'Missing required request parameters: [H, q]',
  });
});

const models = { Pet: { schema: '{"type":"object","required":["id","name"]}' } };
const pet = compileModel(models, 'Pet', 'a1');

for (const { validators, type, body, expected, why } of [
  {
    validators: { 'application/json': pet },
    type: 'application/json; charset=utf-8',
    body: '{"id":1}',
    expected: '[object has missing required properties (["name"])]',
    why: 'parameters of the content type do not count',
  },
  {
    validators: { 'application/json': pet },
    type: undefined,
    body: '{"id":1',
    expected: '[Unknown error parsing request body]',
    why: 'a body that is no JSON',
  },
  { validators: { 'application/json': pet }, type: 'text/plain', body: 'x', expected: undefined, why: 'no model' },
  {
    validators: { $default: pet },
    type: 'text/plain',
    body: '[]',
    expected: '[instance type (array) does not match any allowed primitive type (allowed: ["object"])]',
    why: 'a model for all types',
  },
])
  test(`request validation: ${JSON.stringify(body)} as ${type}: ${why}`, () =>
    assert.equal(compileBodyValidation(validators)?.(type, body)?.validationErrorString, expected));
