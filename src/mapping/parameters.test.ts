import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShared, withoutShared } from '../../test/shared.ts';
import {
  compileGatewayResponseParameters,
  compileRequestParameters,
  compileResponseParameters,
  invalidJsonBody,
  ParameterMappingError,
  type RequestSources,
  type ResponseSources,
} from './parameters.ts';
import { compileUri, withQuery } from './uri.ts';

type Json = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, string | readonly string[]>>;

const listOf = (value: string | readonly string[] | undefined): readonly string[] | undefined =>
  typeof value === 'string' ? [value] : value;
const lowerCased = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name.toLowerCase(), value]));

function variable(context: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (typeof value === 'object' && value !== null ? (value as Json)[name] : undefined),
    context,
  );
}

interface Call {
  readonly header?: Values;
  readonly querystring?: Values;
  readonly path?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly context?: unknown;
  readonly stageVariables?: Readonly<Record<string, string>>;
}

const sourcesOf = (call: Call): RequestSources & ResponseSources => ({
  pathParameter: (name) => call.path?.[name],
  queryParameter: (name) => listOf(call.querystring?.[name]),
  requestHeader: (name) => listOf(lowerCased(call.header ?? {})[name]),
  requestBody: () => call.body ?? '',
  integrationHeader: (name) => listOf(lowerCased(call.header ?? {})[name]),
  integrationBody: () => call.body ?? '',
  context: (path) => variable(call.context, path),
  stageVariable: (name) => call.stageVariables?.[name],
});

const plain = (values: object): unknown => JSON.parse(JSON.stringify(values));

interface Vector {
  readonly id: string;
  readonly direction: 'request' | 'response' | 'http_proxy';
  readonly mapping: Readonly<Record<string, string>>;
  readonly request: Call & { readonly query?: readonly (readonly [string, string])[] };
  readonly integrationResponse: { readonly headers: Values; readonly body: string };
  readonly context: unknown;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly uri: string;
  readonly expect: Json & { readonly status?: number; readonly message?: string; readonly backendQueryMulti?: unknown };
}

test('parameter mapping: gives what API Gateway gives', { skip: withoutShared }, () => {
  const { vectors } = readShared('vectors/rest/parameter-mapping.json') as { vectors: readonly Vector[] };
  assert.ok(vectors.length > 10);
  for (const vector of vectors) {
    const { id, direction, mapping, context, stageVariables, expect } = vector;
    if (direction === 'response') {
      const { headers: header, body } = vector.integrationResponse;
      const mapped = compileResponseParameters(mapping).apply(sourcesOf({ header, body, context, stageVariables }));
      if (expect.status === 500) assert.equal(mapped, invalidJsonBody, id);
      else assert.deepEqual({ header: plain(mapped) }, expect, id);
      continue;
    }
    const call = { ...vector.request, context, stageVariables };
    if (direction === 'http_proxy') {
      const querystring = Object.fromEntries(vector.request.query ?? []);
      const path = { pathVariable: 'foobar' };
      const mapped = compileRequestParameters(mapping).apply(sourcesOf({ ...call, querystring, path }));
      assert.ok(mapped !== invalidJsonBody && 'path' in mapped);
      const url = compileUri(vector.uri).fill(mapped.path);
      const added = Object.entries(mapped.querystring).map(([name, value]) => [name, String(value)] as const);
      const { searchParams } = new URL(withQuery(withQuery(url, vector.request.query ?? []), added));
      const names = [...new Set(searchParams.keys())];
      assert.deepEqual(
        Object.fromEntries(names.map((name) => [name, searchParams.getAll(name)])),
        expect.backendQueryMulti,
        id,
      );
      assert.deepEqual(plain(mapped.header), { headerVar: 'mapped-value' }, id);
      continue;
    }
    const mapped = compileRequestParameters(mapping).apply(sourcesOf(call));
    if (expect.status === 400) {
      assert.equal(mapped, invalidJsonBody, id);
      assert.equal(invalidJsonBody.message, expect.message, id);
    } else assert.deepEqual(plain(mapped), expect, id);
  }
});

test('parameter mapping: several values stay several, and are joined only in a path', () => {
  const mapped = compileRequestParameters({
    'integration.request.header.all': 'method.request.multivalueheader.H',
    'integration.request.querystring.all': 'method.request.multivaluequerystring.q',
    'integration.request.path.all': 'method.request.multivaluequerystring.q',
  }).apply(sourcesOf({ header: { h: ['1', '2'] }, querystring: { q: ['a', 'b'] } }));
  assert.deepEqual(plain(mapped), {
    header: { all: ['1', '2'] },
    querystring: { all: ['a', 'b'] },
    path: { all: 'a,b' },
  });
});

for (const { source, body, expected, why } of [
  { source: 'method.request.body.a', body: '{"a":{"b":[1]}}', expected: '{"b":[1]}', why: 'an object becomes JSON' },
  { source: 'method.request.body.a', body: '{"a":1.5}', expected: '1.5', why: 'a number becomes text' },
  { source: 'method.request.body.a', body: '{"a":null}', expected: undefined, why: 'null sets nothing' },
  { source: 'method.request.body[0].a', body: '[{"a":true}]', expected: 'true', why: 'a list is looked into' },
  { source: 'method.request.body.a', body: '<a/>', expected: undefined, why: 'a text has no members' },
  { source: 'method.request.body', body: '', expected: undefined, why: 'an empty body sets nothing' },
  { source: 'method.request.body..a', body: '{"a":1}', expected: '[1]', why: 'an indefinite path gives a list' },
  { source: 'method.request.body.a.sum()', body: '{"a":[]}', expected: undefined, why: 'a failing path sets nothing' },
  { source: "''", body: '', expected: '', why: 'a literal may be empty' },
  { source: "'it's'", body: '', expected: "it's", why: 'a literal keeps the quotes inside' },
  { source: 'context.authorizer.claims.sub', body: '', expected: 'me', why: 'context variables have paths' },
  { source: 'context.nothing.here', body: '', expected: undefined, why: 'an absent context variable sets nothing' },
])
  test(`parameter mapping: ${source}: ${why}`, () => {
    const call = { body, context: { authorizer: { claims: { sub: 'me' } } } };
    const request = compileRequestParameters({ 'integration.request.header.x': source }).apply(sourcesOf(call));
    const answer = compileGatewayResponseParameters({ 'gatewayresponse.header.x': source }).apply(sourcesOf(call));
    const expectedHeaders = expected === undefined ? {} : { x: expected };
    assert.deepEqual(plain(request), { header: expectedHeaders, querystring: {}, path: {} });
    assert.deepEqual(plain(answer), expectedHeaders);
  });

test('parameter mapping: nothing is asked for that no mapping names', () => {
  const untouched = new Proxy({} as RequestSources, {
    get: () => assert.fail('asked for a source'),
  });
  const literal = compileRequestParameters({ 'integration.request.header.x': "'1'" });
  assert.equal(literal.readsBody, false);
  assert.deepEqual(plain(literal.apply(untouched)), { header: { x: '1' }, querystring: {}, path: {} });
  assert.equal(compileRequestParameters({ 'integration.request.header.x': 'method.request.body.a' }).readsBody, true);
  assert.equal(compileRequestParameters(undefined).apply(untouched), compileRequestParameters({}).apply(untouched));
});

test('parameter mapping: a body is read and parsed once for all that look into it', () => {
  let reads = 0;
  const sources = { ...sourcesOf({}), requestBody: () => `{"a":${++reads}}` };
  const mapped = compileRequestParameters({
    'integration.request.header.a': 'method.request.body.a',
    'integration.request.header.b': 'method.request.body',
  }).apply(sources);
  assert.deepEqual(plain(mapped), { header: { a: '1', b: '{"a":1}' }, querystring: {}, path: {} });
  assert.equal(reads, 1);
});

test('parameter mapping: targets may have any name', () => {
  const mapped = compileGatewayResponseParameters({ 'gatewayresponse.header.__proto__': "'1'" }).apply(sourcesOf({}));
  assert.deepEqual(Object.entries(mapped), [['__proto__', '1']]);
});

for (const { target, source, why } of [
  { target: 'integration.request.cookie.x', source: "'1'", why: 'a target that there is not' },
  { target: 'integration.request.header.x', source: 'method.request.cookie.x', why: 'a source that there is not' },
  { target: 'integration.request.header.x', source: 'method.request.body[?(', why: 'a path that does not compile' },
  { target: 'integration.request.header.x', source: 'integration.response.header.x', why: 'a source of answers' },
])
  test(`parameter mapping: ${target} <- ${source} does not compile: ${why}`, () =>
    assert.throws(
      () => compileRequestParameters({ [target]: source }),
      (error) => error instanceof ParameterMappingError && error.message.includes(source),
    ));
