import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { proxyResponse } from './function-response.ts';

const plain = 'text/plain; charset=utf-8';
const json = 'application/json';

/** What a client would see: status, headers in order, body. */
function seen(returned: string, version: '1.0' | '2.0'): unknown {
  const response = proxyResponse(Buffer.from(returned), version, true);
  if ('problem' in response) return 500;
  const { status, headers, body } = response;
  const pairs = headers.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${headers[i + 1]}`] : []));
  return [status, ...pairs, Buffer.from(body).toString('utf8')];
}

for (const { why, returned, two, one = two } of [
  {
    why: 'a whole answer',
    returned: { statusCode: 201, headers: { 'Content-Type': 'text/html', 'X-N': 7, 'X-B': true }, body: '<p>' },
    two: [201, 'Content-Type: text/html', 'X-N: 7', 'X-B: true', '<p>'],
  },
  { why: 'a status alone', returned: { statusCode: 204 }, two: [204, `content-type: ${plain}`, ''] },
  { why: 'a status as text', returned: { statusCode: '404', body: 'x' }, two: [404, `content-type: ${plain}`, 'x'] },
  {
    why: 'an object without a status',
    returned: { hello: 'world' },
    two: [200, `content-type: ${json}`, '{"hello":"world"}'],
    one: 500,
  },
  { why: 'a text', returned: 'Hello', two: [200, `content-type: ${json}`, 'Hello'], one: 500 },
  { why: 'an empty text', returned: '', two: [200, `content-type: ${json}`, ''], one: 500 },
  { why: 'a number', returned: 42, two: [200, `content-type: ${json}`, '42'], one: 500 },
  { why: 'a list', returned: [1, 2], two: [200, `content-type: ${json}`, '[1,2]'], one: 500 },
  { why: 'nothing', returned: null, two: [200, `content-type: ${json}`, 'null'], one: 500 },
  { why: 'a status of zero', returned: { statusCode: 0 }, two: 500 },
  { why: 'half a status', returned: { statusCode: 200.5 }, two: 500 },
  { why: 'an interim status', returned: { statusCode: 101 }, two: 500 },
  { why: 'a status that is a word', returned: { statusCode: 'ok' }, two: 500 },
  {
    why: 'members nobody knows',
    returned: { statusCode: 200, oddity: 1, body: 'x' },
    two: [200, `content-type: ${plain}`, 'x'],
  },
  {
    why: 'base64',
    returned: { statusCode: 200, body: Buffer.from('ä').toString('base64'), isBase64Encoded: true },
    two: [200, `content-type: ${plain}`, 'ä'],
  },
  { why: 'what is no base64', returned: { statusCode: 200, body: '%%%', isBase64Encoded: true }, two: 500 },
  {
    why: 'cookies',
    returned: { statusCode: 200, headers: { a: '1' }, cookies: ['x=1; Secure', 'y=2'] },
    two: [200, 'a: 1', 'set-cookie: x=1; Secure', 'set-cookie: y=2', `content-type: ${plain}`, ''],
    one: [200, 'a: 1', `content-type: ${plain}`, ''],
  },
  {
    why: 'headers of several values',
    returned: {
      statusCode: 200,
      headers: { a: '1' },
      multiValueHeaders: { A: ['2', '3'], 'content-type': ['text/css'] },
    },
    two: [200, 'a: 1', `content-type: ${plain}`, ''],
    one: [200, 'a: 1', 'A: 2', 'A: 3', 'content-type: text/css', ''],
  },
  {
    why: 'several values that are no list',
    returned: { statusCode: 200, multiValueHeaders: { a: '1' } },
    two: [200, `content-type: ${plain}`, ''],
    one: 500,
  },
  {
    why: 'cookies that are no list',
    returned: { statusCode: 200, cookies: 'x=1' },
    two: 500,
    one: [200, `content-type: ${plain}`, ''],
  },
  { why: 'a header that would end its line', returned: { statusCode: 200, headers: { a: '1\r\nb: 2' } }, two: 500 },
  { why: 'a header name that is none', returned: { statusCode: 200, headers: { 'a b': '1' } }, two: 500 },
  {
    why: 'a header without a value',
    returned: { statusCode: 200, headers: { a: null } },
    two: [200, `content-type: ${plain}`, ''],
  },
  {
    why: 'a body that is an object',
    returned: { statusCode: 200, body: { a: 1 } },
    two: [200, `content-type: ${plain}`, '{"a":1}'],
  },
] satisfies { why: string; returned: unknown; two: unknown; one?: unknown }[])
  test(`a function returns ${why}`, () => {
    assert.deepEqual(seen(JSON.stringify(returned), '2.0'), two, 'payload version 2.0');
    assert.deepEqual(seen(JSON.stringify(returned), '1.0'), one, 'payload version 1.0');
  });

test('a function returns text that is no JSON', () => {
  assert.deepEqual(seen('{oops', '2.0'), [200, `content-type: ${json}`, '{oops']);
  assert.equal(seen('{oops', '1.0'), 500);
});

test('whatever a function returns is an answer or a problem', () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.record({
      statusCode: fc.oneof(fc.integer(), fc.jsonValue()),
      headers: fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.jsonValue()),
      cookies: fc.jsonValue(),
      multiValueHeaders: fc.jsonValue(),
      body: fc.jsonValue(),
      isBase64Encoded: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(value, fc.constantFrom('1.0', '2.0'), (returned, version) => {
      const response = proxyResponse(Buffer.from(JSON.stringify(returned)), version, true);
      if ('problem' in response) return;
      assert.ok(response.status >= 200 && response.status <= 599);
      for (const text of response.headers) assert.ok(!/[\r\n\0]/.test(text));
    }),
    { numRuns: 1_000 },
  );
});
