import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { requestHead, unfitRequest } from './head-text.ts';

const framing = 'Content-Length: 0\r\n';

test('a head is its first line, the headers in their order, and what its sender adds', () => {
  assert.equal(
    requestHead('GET', '/pets?x=1', ['Host', 'a', 'x-empty', '', 'x-latin', 'é'], ['x-passed', '1'], framing),
    'GET /pets?x=1 HTTP/1.1\r\nHost: a\r\nx-empty: \r\nx-latin: é\r\nx-passed: 1\r\nContent-Length: 0\r\n\r\n',
  );
});

for (const { when, name = 'x-a', value = '1' } of [
  { when: 'a value ends its line', value: '1\r\nx-b: 2' },
  { when: 'a value ends the head', value: '1\r\n\r\nGET / HTTP/1.1' },
  { when: 'a value has a bare line feed', value: '1\nx-b: 2' },
  { when: 'a value has a bare carriage return', value: '1\rx-b: 2' },
  { when: 'a value has a NUL', value: '1\0' },
  { when: 'a value has a character whose low byte is a line feed', value: '1\u010ax-b: 2' },
  { when: 'a name is empty', name: '' },
  { when: 'a name brings its own value', name: 'x-a: 1\r\nx-b' },
  { when: 'a name has a colon', name: 'x-a: b' },
  { when: 'a name has a space', name: 'x a' },
  { when: 'a name has a line feed', name: 'x\r\na' },
])
  test(`nothing is sent when ${when}`, () => {
    const headers = ['x-first', '1', name, value];
    assert.equal(requestHead('GET', '/', headers, [], framing), null);
    assert.equal(unfitRequest('GET', '/', headers), `the header ${JSON.stringify(name)}`);
  });

for (const { when, method = 'GET', path = '/' } of [
  { when: 'its path has a space', path: '/a b' },
  { when: 'its path has a line feed', path: '/a\r\nx: y' },
  { when: 'its path brings a version', path: '/ HTTP/1.1\r\nx: y\r\n\r\nGET /' },
  { when: 'its path is no path', path: 'a' },
  { when: 'its path is not ASCII', path: '/é' },
  { when: 'its method is none', method: 'get' },
  { when: 'its method brings a path', method: 'GET / HTTP/1.1\r\nx: y\r\n\r\nGET' },
])
  test(`a request is not sent when ${when}`, () => {
    assert.equal(requestHead(method, path, [], [], framing), null);
    assert.equal(unfitRequest(method, path, []), JSON.stringify(`${method} ${path}`));
  });

test('what is sent reads as it was meant, whatever it is', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('\r\n', ': ', 'x: y', '\n'));
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          text,
          fc.array(text).map((parts) => parts.join('')),
        ),
      ),
      (pairs) => {
        const head = requestHead('GET', '/', pairs.flat(), [], framing);
        if (head === null) {
          assert.match(unfitRequest('GET', '/', pairs.flat()), /^the header /);
          return;
        }
        const lines = Buffer.from(head, 'latin1').toString('latin1').split('\r\n');
        assert.deepEqual(lines.splice(-3), ['Content-Length: 0', '', '']);
        assert.deepEqual(
          lines.slice(1).map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
          pairs,
        );
      },
    ),
  );
});
