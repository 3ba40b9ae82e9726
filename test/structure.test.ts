/** The shape of the house, as docs/how-it-works.md draws it: which room may import which, and no circles. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

/** From the door down: a room may import rooms of later rows only (and itself). Rooms of one row ignore each other. */
const floors: readonly (readonly string[])[] = [
  ['main.ts'],
  ['cli'],
  ['node'],
  ['management', 'gate'],
  ['plan'],
  ['definition', 'mapping', 'access', 'integrations'],
  ['functions', 'state', 'store', 'wire', 'observe'],
];
/** Inside one floor, the arrows that are wanted all the same. */
const besides = new Set([
  'definition -> mapping',
  'access -> mapping',
  'integrations -> access',
  'functions -> observe',
  'store -> observe',
  'wire -> observe',
  'state -> observe',
  'functions -> wire',
]);
/** Rooms whose code reaches for nothing outside: no files, sockets, clocks or randomness. */
const pureRooms = ['definition', 'mapping', 'plan'];

const files = globSync('src/**/*.ts').filter((file) => !file.endsWith('.test.ts'));

/** Specifiers of all static and dynamic imports, `import type` included. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [
    ...text.matchAll(/(?:^|[^\w.])(?:import|export)\s[^;]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/gm),
  ].map((match) => match[1] ?? match[2] ?? '');
}

const roomOf = (file: string): string => file.split('/')[1] ?? '';
const floorOf = (room: string): number => floors.findIndex((rooms) => rooms.includes(room));
const targetsOf = (file: string): string[] =>
  importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => normalize(join(dirname(file), name)));

test('every room is on the plan of the house', () => {
  assert.deepEqual(
    files.filter((file) => floorOf(roomOf(file)) === -1),
    [],
  );
});

test('imports point down the house only', () => {
  const wrong = files.flatMap((file) =>
    targetsOf(file)
      .filter((target) => target.startsWith('src/'))
      .filter((target) => {
        const from = roomOf(file);
        const to = roomOf(target);
        return from !== to && floorOf(to) <= floorOf(from) && !besides.has(`${from} -> ${to}`);
      })
      .map((target) => `${file} -> ${target}`),
  );
  assert.deepEqual(wrong, []);
});

test('nothing in src reaches outside of it', () => {
  const outside = files.flatMap((file) =>
    targetsOf(file)
      .filter((target) => !target.startsWith('src/') && target !== 'package.json')
      .map((target) => `${file} -> ${target}`),
  );
  assert.deepEqual(outside, []);
});

test('no circles of imports, types included', () => {
  const state = new Map<string, 'open' | 'done'>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    state.set(file, 'open');
    for (const target of targetsOf(file))
      if (target.endsWith('.ts') && files.includes(target)) visit(target, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of files) visit(file, []);
  assert.deepEqual(circles, []);
});

test('the pure rooms reach for nothing outside', () => {
  const impure = files
    .filter((file) => pureRooms.includes(roomOf(file)))
    .flatMap((file) => {
      const names = importsOf(file).filter((name) =>
        /^node:(fs|net|tls|http|https|http2|timers|child_process|worker_threads|os|perf_hooks)|\/(store|state|wire)\//.test(
          name,
        ),
      );
      const calls = [
        ...readFileSync(file, 'utf8').matchAll(
          /^(?!\s*(?:\*|\/\/)).*\b(Date\.now|Math\.random|randomUUID|setTimeout|performance\.now)\b/gm,
        ),
      ].map((match) => match[1]);
      return [...names, ...calls].map((what) => `${file}: ${what}`);
    });
  assert.deepEqual(impure, [], 'these values should be handed in, not fetched');
});

test("nobody imports node:http by its name: that brings Node.js's fetch into every thread (src/wire/node-http.ts)", () => {
  const importing = files
    .filter((file) => !file.includes('/testing/'))
    .filter((file) => /^import\s(?!type\s)[^;]*?from 'node:http'/m.test(readFileSync(file, 'utf8')));
  assert.deepEqual(importing, []);
});
