import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShared, withoutShared } from '../../test/shared.ts';
import { ResourceTrie } from './resource-trie.ts';

/** Each method is its own name, so that a match tells where it landed. */
const trieOf = (resources: Readonly<Record<string, readonly string[]>>): ResourceTrie<string> =>
  new ResourceTrie(
    Object.entries(resources).map(([path, methods]) => ({
      path,
      methods: new Map(methods.map((method) => [method, `${method} ${path}`])),
    })),
  );

interface Vector {
  readonly id: string;
  readonly resources: Readonly<Record<string, readonly string[]>>;
  readonly request: { readonly method: string; readonly path: string };
  readonly expect: {
    readonly resource?: string;
    readonly method?: string;
    readonly pathParameters?: Readonly<Record<string, string>>;
  };
}
const recorded = readShared('vectors/rest/routing.json') as { readonly vectors: readonly Vector[] } | undefined;
for (const { id, resources, request, expect } of recorded?.vectors ?? [])
  test(`routing, recorded: ${id}`, { skip: withoutShared }, () => {
    const values: string[] = [];
    const found = trieOf(resources).match(request.path, request.method, values);
    assert.equal(found, expect.resource === undefined ? undefined : `${expect.method} ${expect.resource}`);
    if (expect.pathParameters !== undefined) assert.deepEqual(values, Object.values(expect.pathParameters));
  });

const pets = {
  '/': ['GET'],
  '/pets': ['GET', 'POST'],
  '/pets/new': ['GET'],
  '/pets/{petId}': ['GET', 'ANY'],
  '/{proxy+}': ['ANY'],
};
for (const { when, path, method = 'GET', expect, values = [] } of [
  { when: 'a literal beats a parameter', path: '/pets/new', expect: 'GET /pets/new' },
  {
    when: 'a literal without the method falls back to the parameter',
    path: '/pets/new',
    method: 'PUT',
    expect: 'ANY /pets/{petId}',
    values: ['new'],
  },
  {
    when: 'a greedy parameter takes the rest',
    path: '/pets/7/toys/1',
    expect: 'ANY /{proxy+}',
    values: ['pets/7/toys/1'],
  },
  { when: 'a method of its own beats ANY', path: '/pets/7', expect: 'GET /pets/{petId}', values: ['7'] },
  { when: 'the root', path: '/', expect: 'GET /' },
  { when: 'the root, with no path at all', path: '', expect: 'GET /' },
  { when: 'a greedy parameter wants at least one part', path: '/', method: 'PUT', expect: undefined },
  { when: 'parts are compared as sent', path: '/p%65ts', expect: 'ANY /{proxy+}', values: ['p%65ts'] },
  {
    when: 'names that objects inherit are ordinary parts',
    path: '/constructor/__proto__',
    expect: 'ANY /{proxy+}',
    values: ['constructor/__proto__'],
  },
  {
    when: 'a value of a failed branch is forgotten',
    path: '/pets/7/x',
    method: 'GET',
    expect: 'ANY /{proxy+}',
    values: ['pets/7/x'],
  },
  { when: 'an empty part is no parameter', path: '/pets//new', expect: 'ANY /{proxy+}', values: ['pets//new'] },
])
  test(`routing: ${when}`, () => {
    const trie = trieOf(pets);
    for (const tree of [trie, trie.map((name) => name)]) {
      const found: string[] = [];
      assert.equal(tree.match(path, method, found), expect);
      assert.deepEqual(found, values);
    }
  });

test('routing: matching a deep path against many resources stays cheap', () => {
  const wide: Record<string, string[]> = {};
  for (let i = 0; i < 200; i++) wide[`/${'{a}/'.repeat(i % 20)}leaf${i}`] = ['GET'];
  const trie = trieOf(wide);
  assert.equal(trie.match('/x'.repeat(5_000), 'GET', []), undefined);
});
