/** Whom a function's policy lets invoke it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FunctionAccess, type FunctionStatement, mayInvoke, permissionCommand } from './function-permission.ts';

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const sourceArn = 'arn:aws:execute-api:us-east-1:000000000000:abc123/prod/GET/pets/{id}';
const service = { Service: 'apigateway.amazonaws.com' };

const statement = (change: Partial<FunctionStatement> = {}): FunctionStatement => ({
  Sid: 's',
  Effect: 'Allow',
  Principal: service,
  Action: 'lambda:InvokeFunction',
  Resource: functionArn,
  ...change,
});
const access = (change: Partial<FunctionAccess> = {}): FunctionAccess => ({
  principal: 'apigateway.amazonaws.com',
  functionArn,
  sourceArn,
  ...change,
});
const from = (arn: string, operator = 'ArnLike') => statement({ Condition: { [operator]: { 'AWS:SourceArn': arn } } });

const rows: readonly {
  readonly when: string;
  readonly statements: readonly FunctionStatement[];
  readonly access?: FunctionAccess;
  readonly allowed: boolean;
}[] = [
  { when: 'there is no policy', statements: [], allowed: false },
  { when: 'the service is named', statements: [statement()], allowed: true },
  {
    when: 'another service is named',
    statements: [statement({ Principal: { Service: 's3.amazonaws.com' } })],
    allowed: false,
  },
  { when: 'everybody is', statements: [statement({ Principal: '*' })], allowed: true },
  { when: 'everybody is, as AWS', statements: [statement({ Principal: { AWS: '*' } })], allowed: true },
  {
    when: 'the service is one of a list',
    statements: [statement({ Principal: { Service: ['a.amazonaws.com', service.Service] } })],
    allowed: true,
  },
  {
    when: 'an account is named and the service calls',
    statements: [statement({ Principal: { AWS: '000000000000' } })],
    allowed: false,
  },
  {
    when: 'the caller’s account is named',
    statements: [statement({ Principal: { AWS: 'arn:aws:iam::111111111111:root' } })],
    access: access({ principal: 'arn:aws:iam::111111111111:user/u' }),
    allowed: true,
  },
  {
    when: 'another account is',
    statements: [statement({ Principal: { AWS: 'arn:aws:iam::222222222222:root' } })],
    access: access({ principal: 'arn:aws:iam::111111111111:user/u' }),
    allowed: false,
  },
  { when: 'every action is allowed', statements: [statement({ Action: 'lambda:*' })], allowed: true },
  {
    when: 'the action is written in another case',
    statements: [statement({ Action: 'Lambda:invokefunction' })],
    allowed: true,
  },
  { when: 'another action is allowed', statements: [statement({ Action: 'lambda:GetFunction' })], allowed: false },
  {
    when: 'the alias is called and the function is allowed',
    statements: [statement()],
    access: access({ functionArn: `${functionArn}:live` }),
    allowed: false,
  },
  {
    when: '$LATEST is called and the function is allowed',
    statements: [statement()],
    access: access({ functionArn: `${functionArn}:$LATEST` }),
    allowed: true,
  },
  {
    when: 'every method of the API may call',
    statements: [from('arn:aws:execute-api:us-east-1:000000000000:abc123/*')],
    allowed: true,
  },
  {
    when: 'the method may, on every stage',
    statements: [from('arn:aws:execute-api:us-east-1:000000000000:abc123/*/GET/pets/*')],
    allowed: true,
  },
  {
    when: 'every API of the account may',
    statements: [from('arn:aws:execute-api:us-east-1:000000000000:*/*/*/*')],
    allowed: true,
  },
  {
    when: 'another method may',
    statements: [from('arn:aws:execute-api:us-east-1:000000000000:abc123/*/POST/pets/*')],
    allowed: false,
  },
  { when: 'another API may', statements: [from('arn:aws:execute-api:us-east-1:000000000000:zzz/*')], allowed: false },
  { when: 'a star would have to cross a colon', statements: [from('arn:aws:execute-api:*')], allowed: false },
  {
    when: 'a question mark is one character',
    statements: [from('arn:aws:execute-api:us-east-?:000000000000:abc123/*')],
    allowed: true,
  },
  { when: 'the source is compared as text', statements: [from(sourceArn, 'StringEquals')], allowed: true },
  {
    when: 'the source is compared as a pattern of text',
    statements: [from('*:abc123/*', 'StringLike')],
    allowed: true,
  },
  {
    when: 'the source is not the one that is excluded',
    statements: [from('arn:aws:execute-api:us-east-1:000000000000:zzz/*', 'ArnNotLike')],
    allowed: true,
  },
  {
    when: 'a source is required and there is none',
    statements: [from('*')],
    access: access({ sourceArn: undefined }),
    allowed: false,
  },
  {
    when: 'a source is required if there is one, and there is none',
    statements: [from(sourceArn, 'ArnLikeIfExists')],
    access: access({ sourceArn: undefined }),
    allowed: true,
  },
  {
    when: 'the source’s account is the one',
    statements: [statement({ Condition: { StringEquals: { 'aws:sourceaccount': '000000000000' } } })],
    allowed: true,
  },
  {
    when: 'the source’s account is another',
    statements: [statement({ Condition: { StringEquals: { 'AWS:SourceAccount': '111111111111' } } })],
    allowed: false,
  },
  {
    when: 'one of two conditions fails',
    statements: [
      statement({ Condition: { ArnLike: { 'AWS:SourceArn': sourceArn }, StringEquals: { 'AWS:SourceAccount': '1' } } }),
    ],
    allowed: false,
  },
  {
    when: 'one value of several matches',
    statements: [statement({ Condition: { StringEquals: { 'AWS:SourceAccount': ['1', '000000000000'] } } })],
    allowed: true,
  },
  {
    when: 'a condition that nobody knows allows',
    statements: [statement({ Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } } })],
    allowed: false,
  },
  {
    when: 'a condition that nobody knows denies',
    statements: [
      statement(),
      statement({ Effect: 'Deny', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }),
    ],
    allowed: false,
  },
  {
    when: 'an operator is called like a member of objects',
    statements: [statement({ Condition: { constructor: { 'AWS:SourceArn': sourceArn } } })],
    allowed: false,
  },
  {
    when: 'one statement denies',
    statements: [statement(), statement({ Effect: 'Deny', Principal: '*' })],
    allowed: false,
  },
  {
    when: 'a denial is for others',
    statements: [statement(), statement({ Effect: 'Deny', Principal: { Service: 's3.amazonaws.com' } })],
    allowed: true,
  },
];
for (const { when, statements, access: asked = access(), allowed } of rows)
  test(`a call is ${allowed ? 'let through' : 'refused'} when ${when}`, () =>
    assert.equal(mayInvoke(statements, asked), allowed));

test('a pattern full of stars takes no time', () => {
  const started = performance.now();
  assert.equal(
    mayInvoke(
      [from(`arn:aws:execute-api:us-east-1:000000000000:${'*a'.repeat(5000)}b`)],
      access({ sourceArn: `arn:aws:execute-api:us-east-1:000000000000:${'a'.repeat(20_000)}` }),
    ),
    false,
  );
  assert.ok(performance.now() - started < 5000);
});

test('commands name a version or an alias, and not $LATEST, whose policy is that of the function', () => {
  const qualifierIn = (arn: string) => / --qualifier (\S+)/.exec(permissionCommand(arn, sourceArn))?.[1];
  assert.deepEqual(
    ['', ':live', ':$LATEST'].map((qualifier) => qualifierIn(`${functionArn}${qualifier}`)),
    [undefined, "'live'", undefined],
  );
  assert.match(permissionCommand(`${functionArn}:$LATEST`, sourceArn), / --function-name 'arn:[^']+:function:f' /);
});

test('commands keep what they quote in its quotes', () =>
  assert.match(
    permissionCommand(functionArn, `${sourceArn.slice(0, -4)}it's`),
    / --source-arn '[^']+\/GET\/pets\/it'\\''s'$/,
  ));
