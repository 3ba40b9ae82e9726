/** Many matches in one text: the same as one by one, and together bounded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePattern, PatternLimitError, type PatternMatch } from './index.ts';
import { compileProgram, Matcher } from './program.ts';
import { parsePattern } from './syntax.ts';

/** From left to right, each behind the one before it. */
function all(find: (from: number) => { start: number; end: number } | undefined, text: string): unknown[] {
  const found: unknown[] = [];
  for (let from = 0; from <= text.length; ) {
    const match = find(from);
    if (match === undefined) break;
    found.push([match.start, match.end]);
    from = match.end > match.start ? match.end : match.end + 1;
  }
  return found;
}

const part = fc.constantFrom(
  'a',
  'b',
  '.',
  '(a|b)',
  '[ab]',
  '(?:ab|a)',
  '(a*)',
  'b?',
  'a+',
  '(?:a.*c)',
  '\\b',
  '^',
  '$',
  '(?=a)',
  '(?!b)',
  '(?:a|ab)*',
  '.*?',
  '(b+)?',
  '\\G',
  '|',
);

test('regex: what was learnt in one search is right in the next', () => {
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 4 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 }),
      (parts, text) => {
        const { node, groupCount } = parsePattern(parts.join(''), '');
        const program = compileProgram(node, groupCount);
        const shared = new Matcher(program, text, 0);
        const spanOf = (slots: readonly number[] | undefined): { start: number; end: number } | undefined =>
          slots === undefined ? undefined : { start: slots[0]!, end: slots[1]! };
        const together = all((from) => spanOf(shared.search(from)), text);
        const alone = all((from) => spanOf(new Matcher(program, text, from).search(from)), text);
        assert.deepEqual(together, alone);
      },
    ),
    { numRuns: 2000 },
  );
});

test('regex: searches of one text are bounded together', () => {
  const text = 'ab'.repeat(20_000);
  const search = compilePattern('(?:a.*c)|b').search(text);
  const startedMs = performance.now();
  assert.equal(all((from) => search.find(from), text).length, 20_000);
  assert.ok(performance.now() - startedMs < 5_000);
  const runaway = compilePattern('(?=.*(.)\\1\\1)b|z').search(text);
  assert.throws(() => all((from): PatternMatch | undefined => runaway.find(from), text), PatternLimitError);
});
