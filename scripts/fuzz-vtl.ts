/**
 * Renders random templates with this repository's engine and with Apache Velocity 1.7, and prints where they differ.
 * Run by hand: `node scripts/fuzz-vtl.ts [--count 5000] [--seed 1] [--kind text|syntax|expression|method|pattern|vector]`.
 * Needs Debian's `velocity` and a JDK. Ends with 1 when there are differences.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { compileTemplate, TemplateRenderError, TemplateSyntaxError } from '../src/mapping/vtl/index.ts';
import { missing, VelocityOracle } from './velocity-oracle.ts';

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string', default: 'all' },
    shown: { type: 'string', default: '40' },
  },
});

/** A small generator of random numbers, so that a seed tells everything. */
let state = Number(options.seed) * 2654435761;
function random(below: number): number {
  state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
  let x = state;
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b);
  return ((x ^ (x >>> 13)) >>> 0) % below;
}
const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)]!;
const chance = (percent: number): boolean => random(100) < percent;
const many = (most: number, make: () => string, separator = ''): string =>
  Array.from({ length: random(most + 1) }, make).join(separator);

const context = {
  s: 'Hello World',
  e: '',
  n: 'Ann',
  num: '123',
  i: 42,
  j: -7,
  z: 0,
  d: 3.75,
  f: false,
  t: true,
  nul: null,
  big: 3000000000,
  l: ['b', 'a', 'c'],
  nums: [3, 1, 2],
  mixed: [1, 'a', true, null, 2.5, { k: 'v' }, [9]],
  none: [],
  m: { a: 1, b: 'x', c: null, d: [1, 2], e: { f: 'g' }, size: 'S' },
  em: {},
  items: [
    { id: 1, n: 'one', ok: true },
    { id: 2, n: 'two', ok: false },
  ],
  'a-b': 'hyphen',
  csv: 'x,y,,z,,',
  path: '/a/b/c',
};

const names = [
  's',
  'e',
  'n',
  'num',
  'i',
  'j',
  'z',
  'd',
  'f',
  't',
  'nul',
  'big',
  'l',
  'nums',
  'mixed',
  'none',
  'm',
  'em',
  'items',
  'a-b',
  'csv',
  'path',
  'undef',
  'x',
  'y',
  'foreach',
  'velocityCount',
  'blk',
];

// Random text: what the lexer makes of anything.
const fragments = [
  '$',
  '$',
  '#',
  '#',
  '\\',
  '!',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '.',
  ',',
  '"',
  "'",
  ' ',
  '\n',
  '\t',
  '\r\n',
  '*',
  '-',
  '=',
  '##',
  '#*',
  '*#',
  '#[[',
  ']]#',
  'a',
  's',
  'i',
  'l',
  'm',
  'foo',
  '1',
  '0',
  '2.5',
  '..',
  ':',
  'true',
  'false',
  '$s',
  `\${s}`,
  '$!s',
  '$!{s}',
  '$undef',
  '$!undef',
  '$m.a',
  '$m.zz',
  '$l[0]',
  '$s.length()',
  '$l.size()',
  '#if',
  '#if($t)',
  '#if($f)',
  '#elseif($t)',
  '#else',
  '#{else}',
  '#end',
  '#{end}',
  '#set($x = 1)',
  '#set($x = "a$s")',
  '#set ( $y=$x )',
  ' #set($x=2) ',
  '#foreach($x in $l)',
  '#foreach($x in [1..3])',
  '#define($blk)',
  '$blk',
  '#break',
  '#stop',
  '#macro(q)',
  '#literal()',
  '#q()',
  '#q',
  '#evaluate',
  '#include("a")',
  '#@q()',
  'end',
  'else',
  '\\$s',
  '\\\\$s',
  '\\#if',
  '\\\\#end',
  '\\#q',
  '$\\!s',
  '$foreach.index',
  '@',
  '_',
  '|',
  '&&',
  '+',
  'in',
  '$x',
];

const text = (): string => many(12, () => pick(fragments));

// Templates that mostly parse.
function reference(depth: number): string {
  const name = pick(names);
  let path = '';
  for (let i = random(3); i > 0; i--) {
    const which = random(5);
    if (which === 0)
      path += `.${pick(['a', 'b', 'c', 'd', 'e', 'f', 'id', 'n', 'ok', 'zz', 'class', 'empty', 'index', 'count', 'hasNext', 'key', 'value', 'size'])}`;
    else if (which === 1) path += `[${pick(['0', '1', '-1', '9', '"a"', '"zz"', '$i', '$z', 'true'])}]`;
    else path += `.${call(depth)}`;
  }
  const slashes = chance(4) ? pick(['\\', '\\\\', '\\\\\\']) : '';
  return slashes + pick([`$${name}${path}`, `$!${name}${path}`, `\${${name}${path}}`, `$!{${name}${path}}`]);
}

const noArguments = [
  'length',
  'size',
  'toString',
  'isEmpty',
  'keySet',
  'values',
  'entrySet',
  'hashCode',
  'trim',
  'toUpperCase',
  'iterator',
  'intValue',
  'doubleValue',
  'longValue',
  'foo',
  'clear',
  'next',
  'toCharArray',
  'stream',
  'count',
  'getKey',
];
const oneArgument = [
  'get',
  'contains',
  'indexOf',
  'equals',
  'add',
  'remove',
  'containsKey',
  'containsValue',
  'substring',
  'charAt',
  'concat',
  'split',
  'matches',
  'startsWith',
  'compareTo',
  'addAll',
  'lastIndexOf',
  'equalsIgnoreCase',
  'foo',
  'repeat',
  'toString',
  'valueOf',
  'parseInt',
];
const twoArguments = [
  'put',
  'replace',
  'replaceAll',
  'replaceFirst',
  'set',
  'subList',
  'substring',
  'indexOf',
  'getOrDefault',
  'putIfAbsent',
  'max',
  'min',
  'add',
  'split',
];

function call(depth: number): string {
  const which = random(3);
  const blank = chance(10) ? ' ' : '';
  if (which === 0 || depth <= 0) return `${pick(noArguments)}()`;
  if (which === 1) return `${pick(oneArgument)}(${blank}${value(depth - 1)}${blank})`;
  return `${pick(twoArguments)}(${value(depth - 1)},${blank}${value(depth - 1)})`;
}

function value(depth: number): string {
  switch (random(depth > 0 ? 11 : 7)) {
    case 0:
      return pick(['0', '1', '2', '-1', '10', '2147483647', '3000000000']);
    case 1:
      return pick(['1.5', '-0.5', '1e3', '10.0', '.5']);
    case 2:
      return pick([
        "'a'",
        '"a"',
        '"b"',
        "'x y'",
        '""',
        '","',
        "'[a-l]'",
        '"o"',
        "'\\d+'",
        '"$"',
        "'it''s'",
        '"say ""hi"""',
        '"\\u0041"',
      ]);
    case 3:
      return pick(['true', 'false']);
    case 4:
    case 5:
    case 6:
      return reference(depth - 1);
    case 7:
      return `[${many(3, () => value(depth - 1), ', ')}]`;
    case 8:
      return `{${many(2, () => `${value(depth - 1)} : ${value(depth - 1)}`, ', ')}}`;
    case 9:
      return `"${many(3, () => pick([reference(0), 'text ', '#if($t)T#end', '#foreach($q in $l)$q#end', '\\$s']))}"`;
    default:
      return `[${pick(['1', '0', '3', '$z', '$i'])}..${pick(['1', '2', '3', '-1', '$j', '$nums.size()'])}]`;
  }
}

const operators = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '==',
  '!=',
  '<',
  '>',
  '<=',
  '>=',
  '&&',
  '||',
  'and',
  'or',
  'eq',
  'ne',
  'lt',
  'gt',
  'le',
  'ge',
];

function expression(depth: number): string {
  if (depth <= 0 || chance(35)) return value(depth);
  const which = random(6);
  if (which === 0) return `!${expression(depth - 1)}`;
  if (which === 1) return `(${expression(depth - 1)})`;
  return `${expression(depth - 1)} ${pick(operators)} ${expression(depth - 1)}`;
}

const newline = (): string => pick(['', '', '\n', ' \n', '  ', '\r\n']);

function statement(depth: number): string {
  switch (random(depth > 0 ? 13 : 4)) {
    case 0:
    case 1:
      return pick(['text', ' ', ' a ', '\n', '"', '{', '}', ', ', 'x\n  ', '# ', '$ ', '$5', '#1', '\\', '!']);
    case 2:
      return reference(depth);
    case 3:
      return `#set(${pick(['$x', '$y', '$m.a', '$m.new', '$l[0]', '$m["k"]', `\${x}`, '$em.q', '$x.y', '$undef.a'])}${pick([' = ', '='])}${expression(2)})${newline()}`;
    case 4:
    case 5:
      return `#if(${expression(2)})${newline()}${block(depth)}${chance(30) ? `#elseif(${expression(1)})${block(depth)}` : ''}${chance(50) ? `#{else}${newline()}${block(depth)}` : ''}#end${newline()}`;
    case 6:
    case 7:
      return `#foreach($${pick(['x', 'y', 'q', 's'])} in ${pick([reference(1), reference(1), value(1), '[1..3]', '$l', '$m', '$m.keySet()', '$m.entrySet()', '$items'])})${newline()}${block(depth)}#end${newline()}`;
    case 8:
      return `#define($blk)${block(depth)}#end`;
    case 9:
      return pick([
        '#break',
        '#stop',
        '$foreach.index',
        '$foreach.hasNext',
        '$velocityCount',
        '#if($foreach.hasNext),#end',
        '$foreach.parent.index',
        '#break($foreach)',
      ]);
    case 10:
      return pick([
        '## comment\n',
        '#* comment *#',
        '#[[raw $x #if]]#',
        '#** doc *#',
        '#literal()$x #set($q=1)#end',
        '#macro(mm $p)$p#end',
        '#mm("a $s")',
        '\\#mm',
        '#unknown($s)',
        '$blk',
        '$blk$blk',
      ]);
    default:
      return `${reference(depth)}${pick(['', ' ', ',', '.', '!', '(', ')', '[', '-1', '#', '##', '/'])}`;
  }
}

const block = (depth: number): string => many(3, () => statement(depth - 1));
const syntax = (): string => many(6, () => statement(3));

const inExpression = (): string => `#set($r = ${expression(3)})[$r]#if(${expression(2)})T#{else}F#end`;

// Every method with arguments of every kind.
const targets = [
  's',
  'e',
  'num',
  'i',
  'big',
  'd',
  't',
  'l',
  'nums',
  'm',
  'items',
  'csv',
  'm.keySet()',
  'm.values()',
  'm.entrySet()',
  's.charAt(0)',
  'd.floatValue()',
  'i.longValue()',
  'i.shortValue()',
  'i.byteValue()',
  'm.entrySet().iterator().next()',
  'csv.split(",")',
  'l.iterator()',
  's.class',
  'i.class',
  'l.class',
  'l.subList(0,2)',
  'l.stream()',
];
const methods = [
  ...new Set([
    ...noArguments,
    ...oneArgument,
    ...twoArguments,
    'isBlank',
    'strip',
    'codePointAt',
    'compareToIgnoreCase',
    'regionMatches',
    'endsWith',
    'contentEquals',
    'toLowerCase',
    'subSequence',
    'format',
    'join',
    'intern',
    'lines',
    'floatValue',
    'byteValue',
    'shortValue',
    'isNaN',
    'isInfinite',
    'toHexString',
    'toBinaryString',
    'toOctalString',
    'compare',
    'sum',
    'signum',
    'bitCount',
    'reverse',
    'parseDouble',
    'parseLong',
    'booleanValue',
    'parseBoolean',
    'logicalAnd',
    'containsAll',
    'removeAll',
    'retainAll',
    'toArray',
    'putAll',
    'clone',
    'hasNext',
    'getValue',
    'setValue',
    'getName',
    'getSimpleName',
    'getClass',
    'distinct',
    'sorted',
    'limit',
    'skip',
    'findFirst',
    'stripLeading',
    'indent',
    'ensureCapacity',
    'listIterator',
    'charValue',
    'isDigit',
    'isLetter',
    'decode',
    'highestOneBit',
    'numberOfLeadingZeros',
    'rotateLeft',
    'isFinite',
    'doubleToLongBits',
  ]),
];
const argumentsOf = [
  '"a"',
  '"o"',
  '"Hello World"',
  '""',
  '","',
  '0',
  '1',
  '2',
  '-1',
  '5',
  '1.5',
  'true',
  '$l',
  '$m',
  '$nums',
  '$big',
  '$s.charAt(0)',
  '"%s-%s"',
  "'[a-o]'",
  "'$1'",
  '10',
  '"12"',
  '"1.5"',
  '"0x1f"',
  '["a"]',
  '{"a":1}',
  '16',
];

function methodCase(): string {
  const target = pick(targets);
  const args = many(3, () => pick(argumentsOf), ', ');
  const after =
    target.startsWith('l') || target.startsWith('m') || target.startsWith('nums') ? `|$${target.split('.')[0]}` : '';
  return `[$${target}.${pick(methods)}(${args})]${after}`;
}

// Java's regular expressions, in the methods that take them.
const patternParts = [
  'a',
  'b',
  'o',
  'l',
  '.',
  '\\d',
  '\\w',
  '\\s',
  '[a-o]',
  '[^l]',
  '(l|o)',
  '(?:ll)',
  '(?i)',
  '^',
  '$',
  '\\b',
  '[aeiou]',
  '(?=o)',
  '(?<!H)',
  '\\1',
  '[[:alpha:]]',
  '\\p{Upper}',
  '\\Q.\\E',
  '|',
  ' ',
  '-',
  '\\.',
  '[a-z&&[^o]]',
  '(?<n>o)',
  '{',
  '}',
  ']',
  '\\',
];
const quantifiers = ['', '', '', '*', '+', '?', '{2}', '{1,2}', '*?', '+?', '++'];
const replacements = ["''", "'x'", "'[$0]'", "'$1'", "'\\$'", "'a\\'", `'\${n}'`, "'$9'"];

function patternCase(): string {
  const pattern = many(4, () => pick(patternParts) + pick(quantifiers)).replaceAll("'", "''");
  const target = pick(['s', 'csv', 'path', 'num', 'e', 'n']);
  switch (random(5)) {
    case 0:
      return `[$${target}.matches('${pattern}')]`;
    case 1:
      return `#foreach($p in $${target}.split('${pattern}'))<$p>#end`;
    case 2:
      return `#foreach($p in $${target}.split('${pattern}', ${pick(['-1', '0', '1', '2', '3'])}))<$p>#end`;
    case 3:
      return `[$${target}.replaceFirst('${pattern}', ${pick(replacements)})]`;
    default:
      return `[$${target}.replaceAll('${pattern}', ${pick(replacements)})]`;
  }
}

// The published vectors with something changed.
const vectorFile = new URL('../../shared/vectors/vtl/velocity-1.7.json', import.meta.url);
const vectors: { template: string; context: Record<string, unknown> }[] = existsSync(vectorFile)
  ? (JSON.parse(readFileSync(vectorFile, 'utf8')) as { template: string; context: Record<string, unknown> }[])
  : [];

function mutated(template: string): string {
  let out = template;
  for (let i = 1 + random(3); i > 0; i--) {
    const at = random(out.length + 1);
    const cut = chance(50) ? random(3) : 0;
    const piece = chance(70) ? pick(fragments) : '';
    out = out.slice(0, at) + piece + out.slice(at + cut);
  }
  return out;
}

function vectorCase(): Case {
  const vector = pick(vectors);
  const other = chance(30) ? pick(vectors) : undefined;
  return {
    template: mutated(vector.template) + (other?.template ?? ''),
    context: { ...(other?.context ?? {}), ...vector.context },
  };
}

interface Case {
  readonly template: string;
  readonly context: Record<string, unknown>;
}

const kinds: Record<string, () => Case> = {
  text: () => ({ template: text(), context }),
  syntax: () => ({ template: syntax(), context }),
  expression: () => ({ template: inExpression(), context }),
  method: () => ({ template: methodCase(), context }),
  pattern: () => ({ template: patternCase(), context }),
  ...(vectors.length > 0 ? { vector: vectorCase } : {}),
};

/** What two answers are compared by: identities differ, and one error is like another. */
const comparable = (out: string): string => out.replace(/@[0-9a-f]*/g, '@');

function ours({ template, context: variables }: Case): string {
  try {
    return comparable(compileTemplate(template, 't').render(structuredClone(variables)));
  } catch (error) {
    if (error instanceof TemplateSyntaxError || error instanceof TemplateRenderError)
      return `error: ${error.name} ${error.message}`;
    return `BUG: ${error instanceof Error ? error.stack : String(error)}`;
  }
}

const why = missing();
if (why !== undefined) {
  console.error(why);
  process.exit(2);
}
using oracle = new VelocityOracle('render');
const count = Number(options.count);
let differences = 0;
const chosen = options.kind === 'all' ? Object.keys(kinds) : [options.kind];
for (let i = 0; i < count; i += 200) {
  const cases = Array.from({ length: Math.min(200, count - i) }, () => kinds[pick(chosen)]!());
  const answers = await Promise.all(cases.map((one) => oracle.ask(one)));
  cases.forEach((one, at) => {
    const answer = answers[at]!;
    const theirs = typeof answer.out === 'string' ? comparable(answer.out) : 'error';
    const mine = ours(one);
    // Hash codes of identities.
    if (one.template.includes('hashCode') && /\d{6}/.test(theirs)) return;
    if (mine === theirs || (theirs === 'error' && mine.startsWith('error'))) return;
    if (++differences > Number(options.shown)) return;
    console.log(JSON.stringify(one.template));
    console.log(`  velocity: ${JSON.stringify(answer.out ?? answer.error).slice(0, 300)}`);
    console.log(`  ours:     ${JSON.stringify(mine).slice(0, 500)}`);
  });
}
console.log(`${differences} differences in ${count} templates (seed ${options.seed})`);
process.exitCode = differences > 0 ? 1 : 0;
