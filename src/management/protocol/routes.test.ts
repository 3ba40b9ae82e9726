import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadModel, type ServiceModel } from './model.ts';
import { Routes } from './routes.ts';

const toy = (uris: Readonly<Record<string, readonly [method: string, uri: string]>>): ServiceModel => ({
  service: 'toy',
  sdk: 'none',
  serviceId: 'Toy',
  signingName: 'toy',
  apiVersion: '1',
  protocols: ['restJson1'],
  operations: Object.fromEntries(
    Object.entries(uris).map(([name, [method, uri]]) => [name, { http: [method, uri, 200] as const }]),
  ),
  shapes: {},
  enums: {},
});

const routes = new Routes([
  toy({
    List: ['GET', '/things'],
    Get: ['GET', '/things/{id}'],
    GetSpecial: ['GET', '/things/special'],
    Create: ['POST', '/things/special/{part}'],
    Find: ['GET', '/things?find'],
    FindExact: ['GET', '/things?find=exact&in=all'],
    Read: ['GET', '/files/{path+}'],
    ReadIndex: ['GET', '/files/index/{name}'],
    Slashed: ['GET', '/slashed/'],
  }),
]);

for (const { when, method = 'GET', path, query = '', expect, labels = {} } of [
  { when: 'a literal path', path: '/things', expect: 'List' },
  { when: 'a label', path: '/things/7', expect: 'Get', labels: { id: '7' } },
  { when: 'a literal wins over a label', path: '/things/special', expect: 'GetSpecial' },
  { when: 'a label is decoded once', path: '/things/a%2Fb%2525', expect: 'Get', labels: { id: 'a/b%25' } },
  { when: 'a plus in a path is a plus', path: '/things/a+b', expect: 'Get', labels: { id: 'a+b' } },
  { when: 'a trailing slash is nothing', path: '/things/7/', expect: 'Get', labels: { id: '7' } },
  { when: 'nor in the model', path: '/slashed', expect: 'Slashed' },
  { when: 'a constant parameter', path: '/things', query: 'find', expect: 'Find' },
  { when: 'more constant parameters win', path: '/things', query: 'in=all&find=exact', expect: 'FindExact' },
  { when: 'a constant with another value', path: '/things', query: 'find=other&in=all', expect: 'Find' },
  { when: 'a greedy label takes the rest', path: '/files/a/b%20c', expect: 'Read', labels: { path: 'a/b c' } },
  { when: 'literals win over a greedy label', path: '/files/index/x', expect: 'ReadIndex', labels: { name: 'x' } },
  { when: 'and give way when they lead nowhere', path: '/files/index', expect: 'Read', labels: { path: 'index' } },
  { when: 'another method', method: 'PUT', path: '/things', expect: undefined },
  { when: 'an empty label', path: '/things//', expect: undefined },
  { when: 'a method on a longer literal path only', method: 'POST', path: '/things/special', expect: undefined },
  { when: 'no path at all', path: '', expect: undefined },
  { when: 'a hostile segment', path: '/__proto__/constructor', expect: undefined },
])
  test(`routes: ${when}`, () => {
    const match = routes.match(method, path, query);
    assert.equal(match?.operation, expect);
    if (expect !== undefined) assert.deepEqual(Object.fromEntries(match?.labels ?? []), labels);
  });

test('routes: every operation of the real services is found by its own URI', () => {
  for (const names of [['apigateway', 'apigatewayv2'], ['lambda']] as const) {
    const models = names.map((name) => loadModel(name));
    const real = new Routes(models);
    for (const model of models)
      for (const [name, { http }] of Object.entries(model.operations)) {
        const [method = '', uri = ''] = http ?? [];
        const [path = '', query = ''] = uri.split('?');
        const match = real.match(method, path.replaceAll(/\{\w+\+?\}/g, 'x'), query);
        assert.deepEqual([match?.model.service, match?.operation], [model.service, name], `${method} ${uri}`);
      }
  }
});
