import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createResource, deleteResource, pathOf, pathsOf, updateResource } from './resources.ts';
import type { RestApi } from './rest-api.ts';
import { newRestApi } from './rest-apis.ts';

const root = 'root';
const empty = newRestApi(
  { name: 'pets' },
  { id: 'api', accountId: '0', region: 'r', partition: 'aws', nowMs: 0, newId: () => root },
);

/** `/a`, `/a/b`, `/a/b/c`, `/x`, each resource named by its letter. */
const tree = (
  [
    ['a', root],
    ['b', 'a'],
    ['c', 'b'],
    ['x', root],
  ] as const
).reduce((api: RestApi, [name, parent]) => createResource(api, parent, name, name), empty);

test('a path is made of the parts of all ancestors', () => {
  assert.equal(pathOf(tree, root), '/');
  assert.equal(pathOf(tree, 'c'), '/a/b/c');
});

for (const { part, valid } of [
  { part: 'users', valid: true },
  { part: 'us:er_09-a.b', valid: true },
  { part: '{user_id}', valid: true },
  { part: '{proxy+}', valid: true },
  { part: '', valid: false },
  { part: '/users', valid: false },
  { part: 'us{er', valid: false },
  { part: 'us+er', valid: false },
  { part: '{}', valid: false },
  { part: '{a}b', valid: false },
  { part: '__proto__', valid: true },
])
  test(`the path part ${JSON.stringify(part)} is ${valid ? 'accepted' : 'refused'}`, () => {
    const create = () => createResource(empty, root, part, 'new');
    if (valid) assert.equal(pathOf(create(), 'new'), `/${part}`);
    else assert.throws(create, { code: 'BadRequestException' });
  });

for (const { when, edit, code, message } of [
  {
    when: 'a name that a sibling has',
    edit: () => createResource(tree, root, 'a', 'new'),
    code: 'ConflictException',
    message: 'Another resource with the same parent already has this name: a',
  },
  {
    when: 'a second variable beside a variable',
    edit: () => createResource(createResource(tree, root, '{id}', 'v'), root, '{proxy+}', 'new'),
    code: 'BadRequestException',
    message: 'A sibling ({id}) of this resource already has a variable path part -- only one is allowed',
  },
  {
    when: 'a child of a greedy resource',
    edit: () => createResource(createResource(tree, root, '{proxy+}', 'v'), 'v', 'b', 'new'),
    code: 'BadRequestException',
    message: 'Cannot create a child of a resource with a greedy path variable: {proxy+}',
  },
  {
    when: 'an unknown parent',
    edit: () => createResource(tree, 'nobody', 'b', 'new'),
    code: 'NotFoundException',
    message: 'Invalid Resource identifier specified',
  },
  {
    when: 'an inherited name as parent',
    edit: () => createResource(tree, 'constructor', 'b', 'new'),
    code: 'NotFoundException',
    message: 'Invalid Resource identifier specified',
  },
  {
    when: 'moving under a descendant',
    edit: () => updateResource(tree, 'a', [{ op: 'replace', path: '/parentId', value: 'c' }]),
    code: 'BadRequestException',
    message: 'Resources cannot be cyclical.',
  },
  {
    when: 'moving under itself',
    edit: () => updateResource(tree, 'a', [{ op: 'replace', path: '/parentId', value: 'a' }]),
    code: 'BadRequestException',
    message: 'Resources cannot be cyclical.',
  },
  {
    when: 'making a resource with children greedy',
    edit: () => updateResource(tree, 'a', [{ op: 'replace', path: '/pathPart', value: '{a+}' }]),
    code: 'BadRequestException',
    message: 'Cannot create a child of a resource with a greedy path variable: {a+}',
  },
  {
    when: 'deleting the root',
    edit: () => deleteResource(tree, root),
    code: 'BadRequestException',
    message: 'Root resource cannot be deleted',
  },
])
  test(`resources: refused is ${when}`, () => assert.throws(edit, { code, message }));

test('moving rewrites the paths of the whole subtree', () => {
  const moved = updateResource(tree, 'b', [
    { op: 'replace', path: '/parentId', value: 'x' },
    { op: 'replace', path: '/pathPart', value: 'y' },
  ]);
  assert.deepEqual([...pathsOf(moved).values()].sort(), ['/', '/a', '/x', '/x/y', '/x/y/c']);
});

test('deleting takes the whole subtree, and nothing else', () =>
  assert.deepEqual(Object.keys(deleteResource(tree, 'a').resources).sort(), [root, 'x']));
