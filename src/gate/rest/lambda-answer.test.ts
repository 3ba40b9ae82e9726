import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPolicyAnswer } from '../../access/authorizers/policy-answer.ts';
import { Policy, PolicySyntaxError } from '../../access/policy/index.ts';
import { MalformedAnswer, readProxyAnswer, readStreamMetadata } from './lambda-answer.ts';

/** Objects with the members that are looked at, holding anything. */
const likely = (...names: readonly string[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.jsonValue(),
    fc.dictionary(
      fc.constantFrom(...names, '__proto__', 'constructor'),
      fc.oneof(fc.jsonValue(), fc.constantFrom('200', 'true', [], {})),
    ),
  );
const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

test('whatever a function returns is an answer or a named fault', () => {
  fc.assert(
    fc.property(likely('statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded'), (value) => {
      const read = readProxyAnswer(bytesOf(value));
      if (read instanceof MalformedAnswer) assert.notEqual(read.problem, '');
      else {
        assert.ok(read.status >= 200 && read.status <= 599 && read.headers.length % 2 === 0);
        assert.equal(typeof read.body, 'string');
      }
    }),
  );
});

test('whatever bytes a function returns are an answer or a named fault', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      readProxyAnswer(bytes);
      readPolicyAnswer(bytes);
    }),
  );
});

test('metadata of a streamed answer may have cookies, and no body', () => {
  const read = readStreamMetadata({ statusCode: 200, cookies: ['a=1'], headers: { b: '2' } });
  assert.ok(!(read instanceof MalformedAnswer));
  assert.deepEqual(read.headers, ['b', '2', 'Set-Cookie', 'a=1']);
  assert.ok(readStreamMetadata({ body: 'x' }) instanceof MalformedAnswer);
  assert.ok(readStreamMetadata({ cookies: [{}] }) instanceof MalformedAnswer);
});

test('whatever an authorizer returns is an answer or a named fault', () => {
  fc.assert(
    fc.property(likely('principalId', 'policyDocument', 'context', 'usageIdentifierKey'), (value) => {
      readPolicyAnswer(bytesOf(value));
    }),
  );
});

test('whatever stands for a policy is one, or names the element that is wrong', () => {
  const statement = likely('Sid', 'Effect', 'Action', 'Resource', 'Principal', 'Condition', 'NotAction');
  fc.assert(
    fc.property(fc.record({ Version: fc.constantFrom('2012-10-17', '2008-10-17'), Statement: statement }), (value) => {
      try {
        new Policy(value, 'any');
      } catch (error) {
        assert.ok(error instanceof PolicySyntaxError, String(error));
      }
    }),
  );
});
