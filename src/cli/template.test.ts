/** `gatewright template`: what it prints, and how it ends. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runTemplate } from './template.ts';

interface Desk extends Disposable {
  readonly directory: string;
  write(files: Readonly<Record<string, string>>): void;
  run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
}

function desk(): Desk {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-template-'));
  return {
    directory,
    write: (files) => {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    },
    run: async (...args) => {
      let stdout = '';
      let stderr = '';
      const code = await runTemplate(args, {
        stdout: { write: (text) => (stdout += text) },
        stderr: { write: (text) => (stderr += text) },
      });
      return { code, stdout, stderr };
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

test('template render: prints what the template makes, and tells overrides on stderr', async () => {
  using one = desk();
  one.write({
    't.vtl':
      '#set($context.responseOverride.status = 201)$input.path("$.name")|$input.params("id")|$context.stage|$stageVariables.url',
    'in.json': '{"name": "Ann"}',
    'context.json': '{"params": {"path": {"id": "7"}}, "context": {"stage": "dev"}, "stageVariables": {"url": "h"}}',
    'plain.json': '{"stage": "prod"}',
  });
  const file = (name: string): string => join(one.directory, name);
  assert.deepEqual(
    await one.run('render', file('t.vtl'), '--input', file('in.json'), '--context', file('context.json')),
    {
      code: 0,
      stdout: 'Ann|7|dev|h',
      stderr: 'responseOverride.status: 201\n',
    },
  );
  const plain = await one.run(
    'render',
    file('t.vtl'),
    '--input',
    file('in.json'),
    '--context',
    file('plain.json'),
    '--json',
  );
  assert.deepEqual(JSON.parse(plain.stdout), {
    output: 'Ann||prod|',
    requestOverride: { path: {}, header: {}, querystring: {} },
    responseOverride: { header: {}, status: 201 },
  });
});

test('template render: an error shows the line with a caret', async () => {
  using one = desk();
  one.write({ 'bad.vtl': '{\n  #if($x "a"\n}', 'fails.vtl': '  $input.body.substring(99)', 'in.json': '{}' });
  const bad = await one.run('render', join(one.directory, 'bad.vtl'));
  assert.equal(bad.code, 1);
  assert.match(
    bad.stderr,
    /bad\.vtl:2:10: unexpected "\\"a\\"", expected an operator or the "\)" that closes #if\n {2}#if\(\$x "a"\n {9}\^\n$/,
  );
  const fails = await one.run('render', join(one.directory, 'fails.vtl'), '--input', join(one.directory, 'in.json'));
  assert.equal(fails.code, 1);
  assert.match(fails.stderr, /fails\.vtl:1:15: .*\n {2}\$input\.body\.substring\(99\)\n {14}\^\n$/);
});

test('template test: runs the golden files of a directory', async () => {
  using one = desk();
  one.write({
    'order.vtl': '{"name": "$input.path(\'$.name\')"}',
    'order.input': '{"name": "Ann"}',
    'order.output': '{"name": "Ann"}\n',
    'order.empty.input': '{}',
    'order.empty.output.json': '{ "name" : "" }',
    'order.other.input': '{"name": "Bob"}',
    'order.other.output': '{"name": "Ben"}',
    'broken.vtl': '#if(',
    'broken.error': 'expected a reference',
  });
  const first = await one.run('test', one.directory);
  assert.equal(first.code, 1);
  assert.equal(
    first.stdout,
    `ok      broken\nok      order.empty\nFAILED  order.other\n        line 1\n        expected: "{\\"name\\": \\"Ben\\"}"\n        got:      "{\\"name\\": \\"Bob\\"}"\nok      order\n3 passed, 1 failed\n`,
  );
  assert.equal((await one.run('test', one.directory, '--update')).code, 0);
  assert.equal(readFileSync(join(one.directory, 'order.other.output'), 'utf8'), '{"name": "Bob"}');
  assert.equal((await one.run('test', one.directory)).code, 0);
});

for (const { args, message } of [
  { args: [], message: /render or test\?/ },
  { args: ['show'], message: /no such action: show/ },
  { args: ['render'], message: /which template file\?/ },
  { args: ['render', 'a', 'b'], message: /unexpected argument b/ },
  { args: ['render', 'a', '--inptu', 'b'], message: /inptu/ },
  { args: ['test'], message: /which directory\?/ },
])
  test(`template: wrong usage ends with 2: ${args.join(' ')}`, async () => {
    using one = desk();
    const { code, stderr } = await one.run(...args);
    assert.equal(code, 2);
    assert.match(stderr, message);
  });
