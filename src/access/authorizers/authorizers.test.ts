import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestContext } from '../policy/index.ts';
import { type IdentityReader, identityKey, identityOf, readIdentitySources } from './identity.ts';
import { executeApiArn, methodArn } from './method-arn.ts';
import { AnswerFault, PolicyAnswer, readPolicyAnswer } from './policy-answer.ts';
import { AuthorizerMemories, AuthorizerResults } from './results.ts';

const request: IdentityReader = {
  requestHeader: (name) => ({ auth: ['first', 'second'], empty: [''] })[name],
  queryParameter: (name) => ({ q: ['value'] })[name],
  context: (path) => (path.join('.') === 'identity.sourceIp' ? '192.0.2.1' : undefined),
  stageVariable: (name) => (name === 'tier' ? 'gold' : undefined),
};

for (const { sources, expect } of [
  { sources: ['method.request.header.Auth'], expect: ['second'] },
  { sources: ['$request.header.AUTH', '$request.querystring.q'], expect: ['second', 'value'] },
  { sources: ['route.request.querystring.q', ' context.identity.sourceIp '], expect: ['value', '192.0.2.1'] },
  {
    sources: ['stageVariables.tier', '$stageVariables.tier', '$context.identity.sourceIp'],
    expect: ['gold', 'gold', '192.0.2.1'],
  },
  { sources: ['method.request.querystring.Q'], expect: null },
  { sources: ['method.request.header.Empty'], expect: null },
  { sources: ['method.request.header.Auth', 'stageVariables.__proto__'], expect: null },
  { sources: [''], expect: [] },
])
  test(`identity by ${sources.join(' and ')}: ${JSON.stringify(expect)}`, () => {
    assert.deepEqual(identityOf(readIdentitySources(sources), request), expect);
  });

for (const expression of ['method.request.body', 'request.path.x', 'header.Auth', 'method.request.header.'])
  test(`${expression} is no identity source`, () => {
    assert.throws(() => readIdentitySources([expression]), { name: 'IdentitySourceError' });
  });

test('different identities have different keys', () => {
  const keys = [
    ['a', 'b'],
    ['ab', ''],
    ['', 'ab'],
    ['a:b', ''],
    ['1:a', 'b'],
    ['a', '1:b'],
  ].map(identityKey);
  assert.equal(new Set(keys).size, keys.length);
});

/** What has just been answered. */
const fresh = <Result>(result: Result): { readonly result: Result; readonly ageMs: number } => ({ result, ageMs: 0 });

test('a result holds for its time, by identity', async () => {
  let nowMs = 0;
  let asked = 0;
  const results = new AuthorizerResults<string>(1_000, { nowMs: () => nowMs });
  const obtain = (identity: string): Promise<string> =>
    results.obtain(identity, async () => fresh(`${identity}${++asked}`));
  assert.equal(results.known('a'), undefined);
  assert.equal(await obtain('a'), 'a1');
  assert.equal(results.known('a'), 'a1');
  assert.equal(results.known('b'), undefined);
  nowMs = 999;
  assert.equal(results.known('a'), 'a1');
  nowMs = 1_000;
  assert.equal(results.known('a'), undefined);
  assert.equal(await obtain('a'), 'a2');
  results.flush();
  assert.equal(results.known('a'), undefined);
});

test('a result that somebody else has remembered holds for what is left of its time', async () => {
  let nowMs = 0;
  const results = new AuthorizerResults<string>(1_000, { nowMs: () => nowMs });
  await results.obtain('a', async () => ({ result: 'old', ageMs: 900 }));
  nowMs = 99;
  assert.equal(results.known('a'), 'old');
  nowMs = 100;
  assert.equal(results.known('a'), undefined);
});

test('many who come with one identity at once wait for one answer', async () => {
  let asked = 0;
  let answer: (text: string) => void = () => {};
  const results = new AuthorizerResults<string>(1_000);
  const ask = (): Promise<{ result: string; ageMs: number }> => {
    asked++;
    return new Promise<string>((resolve) => {
      answer = resolve;
    }).then(fresh);
  };
  const all = Array.from({ length: 50 }, () => results.obtain('a', ask));
  assert.equal(asked, 1);
  answer('yes');
  assert.deepEqual(new Set(await Promise.all(all)), new Set(['yes']));
});

test('without a time to hold, everybody is asked about', async () => {
  let asked = 0;
  const results = new AuthorizerResults<number>(0);
  await Promise.all([1, 2].map(() => results.obtain('a', async () => fresh(++asked))));
  assert.equal(asked, 2);
  assert.equal(results.known('a'), undefined);
});

test('what failed is asked for again', async () => {
  const results = new AuthorizerResults<string>(1_000);
  await assert.rejects(results.obtain('a', () => Promise.reject(new Error('down'))));
  assert.equal(await results.obtain('a', async () => fresh('yes')), 'yes');
});

test('an answer that was under way when its stage was flushed is not remembered', async () => {
  let answer: (text: string) => void = () => {};
  const results = new AuthorizerResults<string>(1_000);
  const given = new Promise<string>((resolve) => {
    answer = resolve;
  });
  const asked = results.obtain('a', () => given.then(fresh));
  results.flush();
  answer('old');
  assert.equal(await asked, 'old');
  assert.equal(results.known('a'), undefined);
});

test('results outlive a deployment, not a change of the authorizer', async () => {
  const memories = new AuthorizerMemories<string>();
  const before = memories.of('api', 'prod', 'a1', 'meaning', 1_000);
  await before.obtain('x', async () => fresh('yes'));
  assert.equal(memories.of('api', 'prod', 'a1', 'meaning', 1_000).known('x'), 'yes');
  assert.equal(memories.of('api', 'dev', 'a1', 'meaning', 1_000).known('x'), undefined);
  memories.flush('api', 'dev');
  assert.equal(before.known('x'), 'yes');
  assert.notEqual(memories.of('api', 'prod', 'a1', 'other', 1_000), before);
  memories.flush('api', 'prod');
  assert.equal(before.known('x'), undefined);
});

const arn = 'arn:aws:execute-api:us-east-1:123456789012:api/prod/GET/pets';
const allow = { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: arn }] };
const answerOf = (answer: unknown): PolicyAnswer | AnswerFault =>
  readPolicyAnswer(Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer)));

test('an answer is read whole', () => {
  const answer = answerOf({
    principalId: 7,
    policyDocument: allow,
    context: { text: 'a', number: 1.5, flag: true, nothing: null },
    usageIdentifierKey: 'key',
  });
  assert.ok(answer instanceof PolicyAnswer);
  assert.deepEqual(
    [answer.principalId, answer.policyText, { ...answer.context }, answer.usageIdentifierKey],
    ['7', JSON.stringify(allow), { text: 'a', number: 1.5, flag: true }, 'key'],
  );
});

for (const { when, answer, reason } of [
  { when: 'no JSON', answer: 'oops', reason: /^Invalid JSON in response: / },
  { when: 'null', answer: 'null', reason: /^Could not parse policy$/ },
  { when: 'a text', answer: '"Allow"', reason: /^Could not parse policy$/ },
  { when: 'no policy', answer: { principalId: 'a' }, reason: /^Could not parse policy$/ },
  {
    when: 'a failed function',
    answer: { errorType: 'Error', errorMessage: 'x' },
    reason: /^Invalid JSON in response: Unrecognized field "errorType", not marked as ignorable$/,
  },
  {
    when: 'an effect in lower case',
    answer: { policyDocument: { Statement: { ...allow.Statement[0], Effect: 'allow' } } },
    reason: /Statement\[0\]\.Effect/,
  },
  {
    when: 'a list in the context',
    answer: { policyDocument: allow, context: { roles: ['a'] } },
    reason: /context\.roles/,
  },
  { when: 'a principal that is an object', answer: { principalId: {}, policyDocument: allow }, reason: /principalId/ },
])
  test(`an authorizer's answer can not be used: ${when}`, () => {
    const fault = answerOf(answer);
    assert.ok(fault instanceof AnswerFault);
    assert.match(fault.reason, reason);
  });

for (const { when, statements, expect } of [
  { when: 'it names the method', statements: [['Allow', arn]], expect: 'allow' },
  {
    when: 'it names all methods of the stage',
    statements: [['Allow', 'arn:aws:execute-api:*:*:api/prod/*']],
    expect: 'allow',
  },
  { when: 'it names the service', statements: [['Allow', 'arn:aws:execute-api:*']], expect: 'allow' },
  { when: 'it names everything', statements: [['Allow', '*']], expect: 'allow' },
  { when: 'it names another method', statements: [['Allow', arn.replace('GET', 'POST')]], expect: 'implicitDeny' },
  {
    when: 'a deny stands behind an allow',
    statements: [
      ['Allow', '*'],
      ['Deny', arn],
    ],
    expect: 'explicitDeny',
  },
  { when: 'it says nothing', statements: [], expect: 'implicitDeny' },
])
  test(`an authorizer's policy decides: ${when}`, () => {
    const answer = answerOf({
      principalId: 'p',
      policyDocument: {
        Version: '2012-10-17',
        Statement: statements.map(([Effect, Resource]) => ({ Action: 'execute-api:Invoke', Effect, Resource })),
      },
    });
    assert.ok(answer instanceof PolicyAnswer);
    const decision = answer.decide({ action: 'execute-api:Invoke', resource: arn, context: RequestContext.empty });
    assert.equal(decision.result, expect);
  });

for (const { path, expect } of [
  { path: '/', expect: 'GET/' },
  { path: '/pets', expect: 'GET/pets' },
  { path: '//pets/', expect: 'GET/pets' },
  { path: '/pets/a%20b//c', expect: 'GET/pets/a%20b//c' },
])
  test(`the ARN of a request for ${path} ends on ${expect}`, () => {
    const stage = executeApiArn('us-east-1', '123456789012', 'api', 'prod');
    assert.equal(methodArn(stage, 'GET', path), `arn:aws:execute-api:us-east-1:123456789012:api/prod/${expect}`);
  });
