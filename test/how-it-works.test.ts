/** The pictures of docs/how-it-works.md are held against the code. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const page = readFileSync('docs/how-it-works.md', 'utf8');

test('every file that the page names exists', () => {
  const named = [
    ...page.matchAll(/\b(?:wire|gate|node|management|definition|plan|store|integrations)\/[\w/-]+\.ts\b/g),
  ];
  assert.ok(named.length > 20);
  assert.deepEqual(
    named.map(([file]) => file).filter((file) => !existsSync(`src/${file}`)),
    [],
  );
});

test('every step that a REST method can have is in the picture of a request', () => {
  const assembled = readFileSync('src/gate/rest/assemble.ts', 'utf8');
  const steps = [...assembled.matchAll(/^import \{[^}]*\} from '\.\/([\w-]+)\.ts';/gm)].map(([, file]) => file);
  assert.ok(steps.length > 8);
  assert.deepEqual(
    steps.filter((file) => !page.includes(`gate/rest/${file}.ts`)),
    [],
  );
});

test('every document that another one links to exists', () => {
  for (const file of ['README.md', ...globSync('docs/**/*.md')]) {
    const directory = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : '';
    const links = [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link ?? '');
    assert.deepEqual(
      links.filter((link) => !existsSync(directory + link)),
      [],
      file,
    );
  }
});
