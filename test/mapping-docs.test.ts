/** The examples of docs/mapping.md do what the page says. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { renderMapping } from '../src/mapping/index.ts';

const page = readFileSync(new URL('../docs/mapping.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```vtl\n(.*?)```\n```body\n(.*?)\n```\n```output\n(.*?)```/gs)];

test('docs/mapping.md has examples', () => assert.ok(examples.length >= 6));

for (const [, template = '', body = '', output] of examples) {
  test(`docs/mapping.md: ${template.split('\n')[0]}`, () => {
    assert.equal(renderMapping(template, { body }).output, output);
  });
}
