import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bindHttpExpression,
  HttpMappingError,
  type HttpReaders,
  parseHttpExpression,
  parseRequestMapping,
  parseResponseMapping,
} from './http-parameters.ts';

interface Message {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly context?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly body?: string;
}

const own = (from: Readonly<Record<string, string>> | undefined, name: string): string | undefined =>
  from !== undefined && Object.hasOwn(from, name) ? from[name] : undefined;

const readers: HttpReaders<Message> = {
  header: (name) => (message) => own(message.headers, name),
  querystring: (name) => (message) => own(message.query, name),
  pathParameter: (name) => (message) => own(message.parameters, name),
  context: (name) => (message) => own(message.context, name),
  path: (message) => message.path,
  bodyText: (message) => message.body,
  bodyJson: (message) => {
    try {
      return JSON.parse(message.body ?? '');
    } catch {
      return undefined;
    }
  },
};

const message: Message = {
  headers: { 'x-one': '1,2' },
  query: { Q: 'a,b' },
  parameters: { id: '7' },
  context: { requestId: 'r1', 'identity.sourceIp': '192.0.2.1', 'authorizer.claims.cognito:groups': '[a b]' },
  path: '/pets/7',
  body: '{"pet":{"name":"Rex","tags":["a","b"],"age":3,"none":null}}',
};
const variables = { env: 'prod', empty: '' };

for (const { why, text, side = 'request', expect } of [
  { why: 'a header, whatever its case', text: '$request.header.X-One', expect: '1,2' },
  { why: 'a header that is not there', text: '$request.header.none', expect: undefined },
  { why: 'a name that objects inherit', text: '$request.header.constructor', expect: undefined },
  { why: 'a query string parameter, by its case', text: '$request.querystring.Q', expect: 'a,b' },
  { why: 'in the wrong case', text: '$request.querystring.q', expect: undefined },
  { why: 'the path', text: '$request.path', expect: '/pets/7' },
  { why: 'a path variable', text: '$request.path.id', expect: '7' },
  { why: 'the whole body', text: '$request.body', expect: message.body },
  { why: 'a text in the body', text: '$request.body.pet.name', expect: 'Rex' },
  { why: 'a number in the body', text: '$request.body.pet.age', expect: '3' },
  { why: 'an array in the body', text: '$request.body.pet.tags', expect: '["a","b"]' },
  { why: 'an element in the body', text: '$request.body.pet.tags[1]', expect: 'b' },
  { why: 'null in the body', text: '$request.body.pet.none', expect: undefined },
  { why: 'nothing in the body', text: '$request.body.pet.x.y', expect: undefined },
  { why: 'a context variable', text: '$context.identity.sourceIp', expect: '192.0.2.1' },
  { why: 'a claim with a colon', text: '$context.authorizer.claims.cognito:groups', expect: '[a b]' },
  { why: 'a stage variable', text: '$stageVariables.env', expect: 'prod' },
  { why: 'a stage variable that is empty', text: '$stageVariables.empty', expect: '' },
  { why: 'a stage variable that is not there', text: '$stageVariables.none', expect: undefined },
  { why: 'a constant', text: 'plain text', expect: 'plain text' },
  { why: 'the empty constant', text: "''", expect: '' },
  {
    why: 'several variables',
    text: `\${request.path.id} of \${context.requestId} in \${stageVariables.env}`,
    expect: '7 of r1 in prod',
  },
  { why: 'one without a value among others', text: `a\${request.header.none}b\${stageVariables.none}c`, expect: 'abc' },
  { why: 'a variable in braces alone', text: `\${request.header.x-one}`, expect: '1,2' },
  { why: 'without braces inside text it is text', text: 'id $request.path.id', expect: 'id $request.path.id' },
  { why: 'an answer knows no request', side: 'response', text: '$request.header.x', expect: '$request.header.x' },
  { why: 'a request knows no answer', text: `\${response.header.x}`, expect: `\${response.header.x}` },
  { why: 'the header of an answer', side: 'response', text: '$response.header.X-One', expect: '1,2' },
  { why: 'the body of an answer', side: 'response', text: '$response.body.pet.name', expect: 'Rex' },
] as const)
  test(`parameters of HTTP APIs: ${why}`, () => {
    assert.equal(bindHttpExpression(parseHttpExpression(text, side, variables), readers)(message), expect);
  });

test('parameters of HTTP APIs: actions come in the order in which they act', () => {
  const mapping = parseRequestMapping(
    {
      'append:header.New': '$request.header.old',
      'remove:header.Old': "''",
      'overwrite:querystring.Page': '1',
      'overwrite:path': `/v2\${request.path}`,
      'overwrite:header.Host': 'example.com',
    },
    {},
  );
  assert.deepEqual(
    mapping.header.map(({ action, name }) => `${action} ${name}`),
    ['remove old', 'overwrite host', 'append new'],
  );
  assert.deepEqual(
    mapping.querystring.map(({ action, name }) => `${action} ${name}`),
    ['overwrite Page'],
  );
  assert.deepEqual(mapping.path?.parts, ['/v2', { kind: 'path' }]);
  assert.equal(mapping.readsBody, false);
  assert.equal(parseRequestMapping({ 'append:header.x': '$request.body.a' }, {}).readsBody, true);
  const answer = parseResponseMapping({ 'overwrite:statuscode': '403', 'remove:header.Server': "''" }, {});
  assert.deepEqual(answer.status?.parts, ['403']);
});

for (const key of ['header.x', 'append:body', 'append:path', 'replace:header.x', 'append:header.', ''])
  test(`parameters of HTTP APIs: ${JSON.stringify(key)} is no action`, () => {
    assert.throws(() => parseRequestMapping({ [key]: 'x' }, {}), HttpMappingError);
  });

test('parameters of HTTP APIs: an answer has no query string', () => {
  assert.throws(() => parseResponseMapping({ 'append:querystring.x': '1' }, {}), HttpMappingError);
});
