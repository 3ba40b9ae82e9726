import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkedBody } from './chunked-body.ts';
import { bodyKinds, ProtocolError, parseResponseHead } from './response-head.ts';

const headOf = (lines: readonly string[]): string => `${lines.join('\r\n')}\r\n`;

for (const { when, lines, method = 'GET', expect } of [
  {
    when: 'a plain answer keeps spelling and order, and its connection',
    lines: ['HTTP/1.1 200 OK', 'X-a:1', 'content-LENGTH:  12 ', 'X-A: two  words'],
    expect: {
      status: 200,
      headers: ['X-a', '1', 'content-LENGTH', '12', 'X-A', 'two  words'],
      bodyKind: bodyKinds.length,
      bodyLength: 12,
      keepAlive: true,
      keepAliveMs: 0,
    },
  },
  {
    when: 'a status line may lack its reason and even the space before it',
    lines: ['HTTP/1.1 404', 'Content-Length: 0'],
    expect: { status: 404, bodyKind: bodyKinds.none, keepAlive: true },
  },
  {
    when: 'HTTP/1.0 closes unless it says keep-alive',
    lines: ['HTTP/1.0 200 OK', 'Content-Length: 3'],
    expect: { keepAlive: false },
  },
  {
    when: 'HTTP/1.0 with keep-alive',
    lines: ['HTTP/1.0 200 OK', 'Content-Length: 3', 'Connection: Keep-Alive', 'Keep-Alive: max=5, timeout=7'],
    expect: { keepAlive: true, keepAliveMs: 7000 },
  },
  {
    when: 'close among other options',
    lines: ['HTTP/1.1 200 OK', 'Content-Length: 3', 'Connection: x, CLOSE'],
    expect: { keepAlive: false },
  },
  {
    when: 'what Connection names is for this connection only',
    lines: [
      'HTTP/1.1 200 OK',
      'X-Foo: 1',
      'Connection: keep-alive, x-foo ,X-Bar,,',
      'x-bar: 2',
      'X-Foo: 3',
      'CONNECTION: Connection, __proto__',
      'X-Foobar: 4',
      'Content-Length: 3',
    ],
    expect: {
      headers: [
        'Connection',
        'keep-alive, x-foo ,X-Bar,,',
        'CONNECTION',
        'Connection, __proto__',
        'X-Foobar',
        '4',
        'Content-Length',
        '3',
      ],
      bodyLength: 3,
      keepAlive: true,
    },
  },
  {
    when: 'a length that Connection names counts all the same',
    lines: ['HTTP/1.1 200 OK', 'Connection: Content-Length', 'Content-Length: 3'],
    expect: { headers: ['Connection', 'Content-Length'], bodyKind: bodyKinds.length, bodyLength: 3 },
  },
  {
    when: 'a Connection that only says how it goes on names nothing',
    lines: ['HTTP/1.1 200 OK', 'Connection: Close', 'Close: 1', 'Keep-Alive: timeout=7', 'Content-Length: 3'],
    expect: {
      headers: ['Connection', 'Close', 'Close', '1', 'Keep-Alive', 'timeout=7', 'Content-Length', '3'],
      keepAlive: false,
      keepAliveMs: 7000,
    },
  },
  {
    when: 'chunked',
    lines: ['HTTP/1.1 200 OK', 'Transfer-Encoding: Chunked'],
    expect: { bodyKind: bodyKinds.chunked, keepAlive: true },
  },
  {
    when: 'no length at all means until the end',
    lines: ['HTTP/1.1 200 OK'],
    expect: { bodyKind: bodyKinds.untilClose, keepAlive: false },
  },
  {
    when: 'HEAD has no body',
    method: 'HEAD',
    lines: ['HTTP/1.1 200 OK', 'Content-Length: 30'],
    expect: { bodyKind: bodyKinds.none, keepAlive: true },
  },
  {
    when: '304 has no body',
    lines: ['HTTP/1.1 304 Not Modified', 'Content-Length: 30'],
    expect: { bodyKind: bodyKinds.none },
  },
  {
    when: 'the same length twice is one length',
    lines: ['HTTP/1.1 200 OK', 'Content-Length: 3', 'Content-Length: 3'],
    expect: { bodyLength: 3 },
  },
])
  test(`response head: ${when}`, () => {
    const head = parseResponseHead(headOf(lines), method);
    for (const [name, value] of Object.entries(expect))
      assert.deepEqual(Object.entries(head).find(([key]) => key === name)?.[1], value, name);
  });

for (const { when, text } of [
  { when: 'another protocol', text: headOf(['SSH-2.0-OpenSSH']) },
  { when: 'HTTP/2 status line', text: headOf(['HTTP/2 200 OK']) },
  { when: 'a status that is no number', text: headOf(['HTTP/1.1 2x0 OK']) },
  { when: 'a status of four digits', text: headOf(['HTTP/1.1 2000 OK']) },
  { when: 'space before the colon', text: headOf(['HTTP/1.1 200 OK', 'Content-Length : 3']) },
  { when: 'a folded line', text: headOf(['HTTP/1.1 200 OK', 'X-A: 1', ' 2']) },
  { when: 'a bare line feed inside a value', text: headOf(['HTTP/1.1 200 OK', 'X-A: 1\nX-B: 2']) },
  { when: 'a bare carriage return', text: headOf(['HTTP/1.1 200 OK', 'X-A: 1\rX-B: 2']) },
  { when: 'a NUL', text: headOf(['HTTP/1.1 200 OK', 'X-A: \0']) },
  { when: 'an empty name', text: headOf(['HTTP/1.1 200 OK', ': 1']) },
  { when: 'both lengths', text: headOf(['HTTP/1.1 200 OK', 'Content-Length: 3', 'Transfer-Encoding: chunked']) },
  { when: 'two different lengths', text: headOf(['HTTP/1.1 200 OK', 'Content-Length: 3', 'Content-Length: 4']) },
  { when: 'a list of lengths', text: headOf(['HTTP/1.1 200 OK', 'Content-Length: 3, 3']) },
  { when: 'a signed length', text: headOf(['HTTP/1.1 200 OK', 'Content-Length: +3']) },
  { when: 'an unknown transfer coding', text: headOf(['HTTP/1.1 200 OK', 'Transfer-Encoding: gzip, chunked']) },
  {
    when: 'chunked twice',
    text: headOf(['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked']),
  },
  { when: 'chunked in HTTP/1.0', text: headOf(['HTTP/1.0 200 OK', 'Transfer-Encoding: chunked']) },
])
  test(`response head: refused: ${when}`, () => {
    assert.throws(() => parseResponseHead(text, 'GET'), ProtocolError);
  });

test('a chunked body is read in pieces of any size', () => {
  const whole = Buffer.from(
    '4\r\nWiki\r\n5 ;name="a;b"\r\npedia\r\nE\r\n in\r\n\r\nchunks.\r\n0\r\nTrailer: x\r\n\r\nHTTP/1.1 next',
  );
  for (let step = 1; step <= whole.length; step++) {
    const body = new ChunkedBody();
    let text = '';
    let used = 0;
    for (let at = 0; at < whole.length && !body.done; at += step)
      used += body.read(whole.subarray(at, at + step), (piece) => {
        text += piece.toString();
      });
    assert.equal(text, 'Wikipedia in\r\n\r\nchunks.', `step ${step}`);
    assert.equal(whole.subarray(used).toString(), 'HTTP/1.1 next', `step ${step}`);
  }
});

for (const { when, text } of [
  { when: 'a size that is no number', text: 'x\r\n' },
  { when: 'a signed size', text: '-1\r\n' },
  { when: 'an empty size', text: '\r\n' },
  { when: 'a size too large to be exact', text: 'fffffffffffffff\r\n' },
  { when: 'a bare line feed after the size', text: '4\nWiki\r\n' },
  { when: 'more data than the size says', text: '4\r\nWikipedia\r\n' },
  { when: 'an endless line', text: `4;${'x'.repeat(2000)}` },
  { when: 'endless trailers', text: `0\r\n${'X-Trailer: 1234567890\r\n'.repeat(2000)}` },
])
  test(`chunked body: refused: ${when}`, () => {
    assert.throws(() => new ChunkedBody().read(Buffer.from(text), () => {}), ProtocolError);
  });
