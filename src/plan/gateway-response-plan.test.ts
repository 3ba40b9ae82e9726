import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SubstitutionTemplate } from './gateway-response-plan.ts';

const context: Readonly<Record<string, unknown>> = {
  requestId: 'r1',
  'error.message': 'a "b"',
  'error.messageString': '"a \\"b\\""',
  list: [1],
};
const sources = {
  context: (path: readonly string[]): unknown => context[path.join('.')],
  stageVariable: (name: string): string | undefined => (name === 'color' ? 'red' : undefined),
};

for (const { when, source, expect } of [
  { when: 'the default', source: '{"message":$context.error.messageString}', expect: '{"message":"a \\"b\\""}' },
  { when: 'braces end a name', source: '$' + '{context.requestId}x $' + '!{context.requestId}', expect: 'r1x r1' },
  { when: 'a name ends where names end', source: '"$context.requestId-$context.requestId."', expect: '"r1-r1."' },
  { when: 'stage variables', source: '$stageVariables.color $stageVariables.none!', expect: 'red !' },
  { when: 'what is missing is empty', source: '[$context.nothing][$context.a.b]', expect: '[][]' },
  { when: 'lists are JSON', source: '$context.list', expect: '[1]' },
  {
    when: 'no Velocity',
    source: '#if($x)#set($y = 1)$input.body $100 ##',
    expect: '#if($x)#set($y = 1)$input.body $100 ##',
  },
])
  test(`gateway response template: ${when}`, () =>
    assert.equal(new SubstitutionTemplate(source).fill(sources), expect));
