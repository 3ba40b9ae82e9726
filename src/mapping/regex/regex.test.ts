import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePattern, PatternLimitError, PatternSyntaxError } from './index.ts';
import { compileProgram, Matcher } from './program.ts';
import { parsePattern } from './syntax.ts';

for (const { pattern, flags = '', text, matches, why } of [
  { pattern: '5\\d{2}', text: '502', matches: true, why: 'a status code of a selection pattern' },
  { pattern: '5\\d{2}', text: '5023', matches: false, why: 'the whole text must match' },
  { pattern: '.*Error.*', text: 'An Error\nhere', matches: false, why: 'a dot is no line terminator' },
  { pattern: '(?s).*Error.*', text: 'An Error\nhere', matches: true, why: 'unless the pattern says so' },
  { pattern: '[a-z&&[^aeiou]]+', text: 'xyz', matches: true, why: 'classes intersect' },
  { pattern: '[a-z&&[^aeiou]]+', text: 'xaz', matches: false, why: 'classes intersect' },
  { pattern: '\\Qa.b\\E+', text: 'a.bb', matches: true, why: 'a quantifier belongs to the last quoted character' },
  { pattern: '\\p{Upper}\\p{IsAlphabetic}', text: 'Aé', matches: true, why: 'POSIX and Unicode classes' },
  { pattern: '\\w', text: 'é', matches: false, why: 'predefined classes are ASCII' },
  { pattern: '(?U)\\w', text: 'é', matches: true, why: 'unless the pattern asks for Unicode' },
  { pattern: 'é', flags: 'i', text: 'É', matches: false, why: 'case is ASCII' },
  { pattern: 'é', flags: 'iu', text: 'É', matches: true, why: 'case can be Unicode' },
  { pattern: 'k', flags: 'i', text: '\u212a', matches: false, why: 'the Kelvin sign is no ASCII letter' },
  { pattern: 'a++b', text: 'aab', matches: true, why: 'a possessive repetition that fits' },
  { pattern: 'a*+ab', text: 'aab', matches: false, why: 'a possessive repetition gives nothing back' },
  { pattern: '(?>a|ab)c', text: 'abc', matches: false, why: 'an atomic group does not try again' },
  { pattern: '(a|b)\\1', text: 'bb', matches: true, why: 'a back reference' },
  { pattern: '(?<x>a)\\k<x>', text: 'aa', matches: true, why: 'a named back reference' },
  { pattern: '\\1a', text: 'a', matches: false, why: 'a group that does not exist matches nothing' },
  { pattern: '(?<=a{1,3})b|.*', text: 'aab', matches: true, why: 'looking behind' },
  { pattern: 'a # comment\n b', flags: 'x', text: 'ab', matches: true, why: 'comments' },
  { pattern: '😀.', text: '😀😀', matches: true, why: 'a character beyond the first plane is one' },
  { pattern: '\\R', text: '\r\n', matches: true, why: 'a line break of two characters' },
  { pattern: 'a$', text: 'a\n', matches: false, why: 'the line break itself must match too' },
  { pattern: '(a*)*', text: '', matches: true, why: 'repetitions of nothing end' },
])
  test(`regex: /${pattern}/${flags} and ${JSON.stringify(text)}: ${why}`, () => {
    assert.equal(compilePattern(pattern, flags).matches(text), matches);
    const { node, groupCount } = parsePattern(pattern, flags);
    const own = new Matcher(compileProgram(node, groupCount), text, 0).matchAt(0, true);
    assert.equal(own !== undefined, matches, 'the matcher of our own agrees');
  });

test('regex: a search gives the place and the groups', () => {
  const pattern = compilePattern('(?<key>\\w+)=(\\w*)(;)?');
  const found = pattern.find('a=1;bc=', 4);
  assert.deepEqual([found?.start, found?.end, ...(found?.groups ?? [])], [4, 7, 'bc=', 'bc', '', undefined]);
  assert.equal(pattern.groupNames.get('key'), 1);
  assert.equal(pattern.find('nothing'), undefined);
});

for (const pattern of [
  '(',
  'a)',
  '[a',
  '*a',
  'a{2',
  'a{2,1}',
  '\\',
  '\\q',
  '(?<1>a)',
  '[z-a]',
  '\\p{Nope}',
  '(?y)',
  'a**',
])
  test(`regex: ${pattern} is refused, with its place`, () =>
    assert.throws(() => compilePattern(pattern), PatternSyntaxError));

const longText = `${'a'.repeat(50_000)}!`;
for (const pattern of [
  '(a+)+$',
  '(a|a)*b',
  '(a*)*b',
  '(.*)(.*)(.*)(.*)x',
  '([a-z]+)*\\d',
  '(x+x+)+y',
  '(?:a?){30}a{30}',
])
  test(`regex: ${pattern} ends soon on a long text that does not match`, () => {
    assert.equal(compilePattern(pattern).matches(longText), false);
    compilePattern(pattern).find(longText);
  });

for (const pattern of ['(a+)+\\1b', '(?=(a+))\\1b', '(?=a*b)a*c'])
  test(`regex: ${pattern} ends with an error where no memory helps`, () =>
    assert.throws(() => compilePattern(pattern).find(longText), PatternLimitError));

test('regex: counted repetitions of counted repetitions are too large, not slow', () =>
  assert.throws(() => compilePattern('((a{0,99}){0,99}){0,99}b').matches('a'), PatternLimitError));

test('regex: both matchers agree on all patterns that both can run', () => {
  const part = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    '[^a]',
    '\\d',
    '(a)',
    '(a|b)',
    '(?:ab)',
    '^',
    '$',
    '\\b',
    '(?=a)',
    '(?!b)',
  );
  const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '*?', '+?', '??');
  const pattern = fc.array(fc.tuple(part, quantifier), { maxLength: 6 }).map((parts) => parts.flat().join(''));
  fc.assert(
    fc.property(
      pattern,
      fc.string({ unit: fc.constantFrom('a', 'b', '1', '\n', '😀'), maxLength: 8 }),
      (source, text) => {
        const { node, groupCount } = parsePattern(source);
        const program = compileProgram(node, groupCount);
        const found = compilePattern(source).find(text);
        const own = new Matcher(program, text, 0).search(0);
        assert.deepEqual(found && [found.start, found.end], own?.slice(0, 2));
        assert.equal(
          compilePattern(source).matches(text),
          new Matcher(program, text, 0).matchAt(0, true) !== undefined,
        );
      },
    ),
    { numRuns: 2_000 },
  );
});

test('regex: any text is a pattern or a syntax error', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab\\[](){}*+?.^$|&-:=!<>dwpQE1,😀 ') }), (source) => {
      try {
        compilePattern(source).find('ab1 😀');
      } catch (error) {
        assert.ok(error instanceof PatternSyntaxError, `${source}: ${error}`);
      }
    }),
    { numRuns: 5_000 },
  );
});
