import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RouteTable } from './route-table.ts';

/** Each route is its own key, so that a match tells where it landed. */
const tableOf = (keys: readonly string[]): RouteTable<string> =>
  new RouteTable(keys.map((routeKey) => ({ routeKey, route: routeKey })));

const documented = ['GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}', '$default'];

for (const { why, routes = documented, request, expect, values = [] } of [
  { why: 'documented: a full match with fixed parts', request: 'GET /pets/dog/1', expect: 'GET /pets/dog/1' },
  { why: 'documented: a variable', request: 'GET /pets/dog/2', expect: 'GET /pets/dog/{id}', values: ['2'] },
  { why: 'documented: a greedy variable', request: 'GET /pets/cat/1', expect: 'GET /pets/{proxy+}', values: ['cat/1'] },
  { why: 'documented: greedy with ANY', request: 'POST /test/5', expect: 'ANY /{proxy+}', values: ['test/5'] },
  { why: 'a greedy variable wants at least one part', request: 'GET /', expect: '$default' },
  {
    why: 'the method falls back to another path',
    request: 'PUT /pets/dog/1',
    expect: 'ANY /{proxy+}',
    values: ['pets/dog/1'],
  },
  { why: 'ANY is for methods without a route', routes: ['GET /a', 'ANY /a'], request: 'POST /a', expect: 'ANY /a' },
  { why: 'a method of its own beats ANY', routes: ['ANY /a', 'GET /a'], request: 'GET /a', expect: 'GET /a' },
  {
    why: 'never 405: the wrong method is no match',
    routes: ['GET /a', 'ANY /{proxy+}'],
    request: 'POST /a',
    expect: 'ANY /{proxy+}',
    values: ['a'],
  },
  {
    why: '$default takes what nothing else does',
    routes: ['GET /a', '$default'],
    request: 'POST /a',
    expect: '$default',
  },
  { why: 'no route', routes: ['GET /a'], request: 'POST /a', expect: undefined },
  { why: 'no route at all', routes: [], request: 'GET /', expect: undefined },
  {
    why: 'leftmost fixed part first',
    routes: ['GET /{x}/b', 'GET /a/{y}'],
    request: 'GET /a/b',
    expect: 'GET /a/{y}',
    values: ['b'],
  },
  {
    why: 'the longer fixed path in front of a greedy variable',
    routes: ['GET /{proxy+}', 'GET /a/{proxy+}'],
    request: 'GET /a/b/c',
    expect: 'GET /a/{proxy+}',
    values: ['b/c'],
  },
  {
    why: 'a full match with ANY beats greedy with the method',
    routes: ['ANY /a/{id}', 'GET /a/{proxy+}'],
    request: 'GET /a/1',
    expect: 'ANY /a/{id}',
    values: ['1'],
  },
  {
    why: 'a full match of variables only beats a greedy one with fixed parts',
    routes: ['GET /{x}/{y}', 'GET /a/{proxy+}'],
    request: 'GET /a/1',
    expect: 'GET /{x}/{y}',
    values: ['a', '1'],
  },
  {
    why: 'greedy: the method beats ANY',
    routes: ['ANY /{proxy+}', 'GET /{proxy+}'],
    request: 'GET /x',
    expect: 'GET /{proxy+}',
    values: ['x'],
  },
  {
    why: 'greedy without the method gives way to a shorter one',
    routes: ['ANY /{proxy+}', 'GET /a/{proxy+}'],
    request: 'PUT /a/x',
    expect: 'ANY /{proxy+}',
    values: ['a/x'],
  },
  {
    why: 'documented: OPTIONS /{proxy+} beats $default',
    routes: ['OPTIONS /{proxy+}', '$default'],
    request: 'OPTIONS /x',
    expect: 'OPTIONS /{proxy+}',
    values: ['x'],
  },
  { why: 'HEAD is not derived from GET', routes: ['GET /a'], request: 'HEAD /a', expect: undefined },
  { why: 'one trailing slash does not count', routes: ['GET /hello'], request: 'GET /hello/', expect: 'GET /hello' },
  { why: 'two do', routes: ['GET /hello'], request: 'GET /hello//', expect: undefined },
  { why: 'a greedy variable is not empty', routes: ['GET /a/{proxy+}'], request: 'GET /a/', expect: undefined },
  {
    why: 'a greedy variable keeps slashes',
    routes: ['GET /a/{proxy+}'],
    request: 'GET /a/b//c/',
    expect: 'GET /a/{proxy+}',
    values: ['b//c/'],
  },
  { why: 'a variable is not empty', routes: ['GET /a/{id}/b'], request: 'GET /a//b', expect: undefined },
  { why: 'case counts', routes: ['GET /Pets'], request: 'GET /pets', expect: undefined },
  {
    why: 'values of a branch that failed are forgotten',
    routes: ['GET /{a}/{b}/c', 'GET /{x}/y'],
    request: 'GET /1/y',
    expect: 'GET /{x}/y',
    values: ['1'],
  },
  {
    why: 'variables before a greedy one',
    routes: ['GET /{a}/x/{rest+}'],
    request: 'GET /1/x/2/3',
    expect: 'GET /{a}/x/{rest+}',
    values: ['1', '2/3'],
  },
  {
    why: 'names that objects inherit are ordinary',
    routes: ['GET /__proto__/{constructor}'],
    request: 'GET /__proto__/toString',
    expect: 'GET /__proto__/{constructor}',
    values: ['toString'],
  },
  { why: 'the root', routes: ['GET /', '$default'], request: 'GET /', expect: 'GET /' },
])
  test(`routes: ${why}`, () => {
    const found: string[] = [];
    const space = request.indexOf(' ');
    assert.equal(tableOf(routes).match(request.slice(0, space), request.slice(space + 1), found), expect);
    assert.deepEqual(found, values);
  });

const part = fc.constantFrom('a', 'b', '{x}', '{y}');
const pathOf = fc.array(part, { maxLength: 4 }).map((parts) => parts.join('/'));
const key = fc
  .tuple(fc.constantFrom('GET', 'POST', 'ANY'), pathOf, fc.boolean())
  .map(([method, path, greedy]) => `${method} /${greedy ? (path === '' ? '{p+}' : `${path}/{p+}`) : path}`);

/** The rules again, written down as comparisons over all routes: slow and plain. */
function best(keys: readonly string[], method: string, path: string): string | undefined {
  const parts = path.split('/').slice(1);
  const fits = (routeKey: string): boolean => {
    const [verb, pattern = ''] = routeKey.split(' ');
    if (verb !== method && verb !== 'ANY') return false;
    const wanted = pattern === '/' ? [''] : pattern.split('/').slice(1);
    const open = wanted.at(-1)?.endsWith('+}') ?? false;
    if (open ? parts.length < wanted.length : parts.length !== wanted.length) return false;
    return wanted.every((each, i) => (each.startsWith('{') ? parts[i] !== '' : each === parts[i]));
  };
  const rank = (routeKey: string): string => {
    const [verb, pattern = ''] = routeKey.split(' ');
    const kinds = pattern
      .split('/')
      .slice(1)
      .map((each) => (each.endsWith('+}') ? 'z' : each.startsWith('{') ? 'v' : 'f'));
    return `${kinds.includes('z') ? 1 : 0}${kinds.join('')}${verb === 'ANY' ? 1 : 0}`;
  };
  return keys.filter(fits).sort((one, other) => (rank(one) < rank(other) ? -1 : 1))[0];
}

/** Variables of one place share a node, so keys that differ in their names only are one key. */
const unnamed = (routeKey: string): string => routeKey.replaceAll('{y}', '{x}');

test('routes: the tree finds what comparing all routes finds', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(key.map(unnamed), { maxLength: 12 }),
      fc.constantFrom('GET', 'POST'),
      fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 5 }).map((parts) => `/${parts.join('/')}`),
      (keys, method, path) => {
        assert.equal(tableOf(keys).match(method, path, []), best(keys, method, path));
      },
    ),
    { numRuns: 2_000 },
  );
});

test('routes: a deep path against many routes stays cheap', () => {
  const keys: string[] = [];
  for (let i = 0; i < 300; i++) keys.push(`GET /${'{a}/'.repeat(i % 20)}leaf${i}`);
  assert.equal(tableOf(keys).match('GET', '/x'.repeat(5_000), []), undefined);
});
