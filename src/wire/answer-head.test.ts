/** Answers as clients receive them: when their head leaves, and what it says of body and connection. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { exchangeRaw } from '../../test/raw-client.ts';
import { silentLog } from '../observe/log.ts';
import { WireExchange } from './exchange.ts';
import { type Listener, listen } from './http-server.ts';

/** A listener for as long as the test runs. */
async function start(t: TestContext, handle: (x: WireExchange) => void | Promise<void>): Promise<Listener> {
  const listener = await listen({ port: 0, host: '127.0.0.1', exchange: WireExchange, log: silentLog, handle });
  t.after(() => listener.close(0));
  return listener;
}

const ask = (method: string): string => `${method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

test('a head does not wait for a body that comes late', { timeout: 10_000 }, async (t) => {
  const body = new Readable({ read() {} });
  const listener = await start(t, async (x) => {
    await turn();
    x.responseHeaders = ['Content-Type', 'text/event-stream'];
    x.responseBody = body;
  });
  const socket = connect(listener.port, '127.0.0.1').setEncoding('latin1');
  socket.write(ask('GET'));
  const [head] = await once(socket, 'data');
  assert.match(head, /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/event-stream\r\n.*\r\n\r\n$/s);
  body.push('late');
  assert.equal((await once(socket, 'data'))[0], '4\r\nlate\r\n');
  body.push(null);
  assert.equal((await once(socket, 'data'))[0], '0\r\n\r\n');
});

for (const { when, push } of [
  { when: 'is there before it', push: (body: Readable) => body.push('early') },
  { when: 'comes in its turn', push: (body: Readable) => process.nextTick(() => body.push('early')) },
])
  test(`a head leaves together with a body that ${when}`, { timeout: 10_000 }, async (t) => {
    const body = new Readable({ read() {} });
    const listener = await start(t, (x) => {
      push(body);
      x.responseBody = body;
    });
    const socket = connect(listener.port, '127.0.0.1').setEncoding('latin1');
    socket.write(ask('GET'));
    assert.match((await once(socket, 'data'))[0], /\r\n\r\n5\r\nearly\r\n$/);
  });

for (const { what, method, status } of [
  { what: 'an answer to HEAD', method: 'HEAD', status: 200 },
  { what: '204', method: 'GET', status: 204 },
])
  test(`${what} does not wait for the body that it does not have`, { timeout: 10_000 }, async (t) => {
    const body = new Readable({ read() {} });
    body.push('for nobody');
    const exchanges: WireExchange[] = [];
    const listener = await start(t, (x) => {
      exchanges.push(x);
      x.status = status;
      x.responseBody = body;
    });
    const socket = connect(listener.port, '127.0.0.1').setEncoding('latin1');
    socket.write(ask(method));
    assert.match((await once(socket, 'data'))[0], /^HTTP\/1\.1 20. .*\r\n\r\n$/s);
    body.push(null);
    await once(socket, 'close');
    assert.equal(exchanges[0]?.responseBytesSent, 0);
  });

const streamed = (text: string): Readable => Readable.from([Buffer.from(text)]);

// Whatever a handler says of it, clients learn once and truthfully where a body ends.
for (const { when, method = 'GET', status = 200, headers, body, bytes = -1, expect } of [
  { when: 'a length beside text', headers: ['content-length', '99'], body: 'text', expect: ['Content-Length: 4'] },
  {
    when: 'a length beside bytes, in capitals',
    headers: ['CONTENT-LENGTH', '1'],
    body: Buffer.from('bytes'),
    expect: ['Content-Length: 5'],
  },
  { when: 'a length without a body', headers: ['Content-Length', '7'], body: null, expect: ['Content-Length: 0'] },
  {
    when: 'a length beside a stream of another',
    headers: ['Content-Length', '9'],
    body: () => streamed('stream'),
    bytes: 6,
    expect: ['Content-Length: 6'],
  },
  {
    when: 'a length beside a stream of unknown one',
    headers: ['Content-Length', '2'],
    body: () => streamed('stream'),
    expect: ['Transfer-Encoding: chunked'],
  },
  {
    when: 'a coding beside text',
    headers: ['Transfer-Encoding', 'chunked'],
    body: 'text',
    expect: ['Content-Length: 4'],
  },
  {
    when: 'a coding beside a stream',
    headers: ['transfer-encoding', 'gzip, chunked'],
    body: () => streamed('stream'),
    expect: ['Transfer-Encoding: chunked'],
  },
  {
    when: 'all of them, several times',
    headers: ['Content-Length', '1', 'transfer-encoding', 'chunked', 'Content-length', '2', 'connection', 'upgrade'],
    body: 'text',
    expect: ['Content-Length: 4'],
  },
  { when: 'a connection that is kept', headers: ['Connection', 'keep-alive'], body: '', expect: ['Content-Length: 0'] },
  { when: 'trailers, which never come', headers: ['Trailer', 'X-Sum'], body: 'x', expect: ['Content-Length: 1'] },
  {
    when: 'a length in an answer to HEAD',
    method: 'HEAD',
    headers: ['content-length', '9'],
    body: null,
    expect: ['content-length: 9'],
  },
  {
    when: 'two lengths in an answer to HEAD',
    method: 'HEAD',
    headers: ['content-length', '9', 'Content-Length', '9', 'X-A', '1'],
    body: null,
    expect: ['content-length: 9'],
  },
  {
    when: 'a length that is none in an answer to HEAD',
    method: 'HEAD',
    headers: ['Content-Length', '9 or so', 'Content-Length', '9'],
    body: null,
    expect: ['Content-Length: 9'],
  },
  {
    when: 'a length in an answer to HEAD that has text',
    method: 'HEAD',
    headers: ['content-length', '9'],
    body: 'text',
    expect: ['Content-Length: 4'],
  },
  {
    when: 'a length with 304',
    status: 304,
    headers: ['content-length', '9'],
    body: null,
    expect: ['content-length: 9'],
  },
  { when: 'a length with 204', status: 204, headers: ['content-length', '9'], body: null, expect: [] },
])
  test(`the framing of an answer whose handler says ${when}`, async (t) => {
    const listener = await start(t, (x) => {
      x.status = status;
      x.responseHeaders = ['X-First', '1', ...headers];
      x.responseBody = typeof body === 'function' ? body() : body;
      x.responseBodyBytes = bytes;
    });
    const { head } = await exchangeRaw(listener.port, ask(method));
    assert.match(head, /^X-First: 1$/m);
    assert.deepEqual(
      head.split('\r\n').filter((line) => /^(?:content-length|transfer-encoding|trailer):/i.test(line)),
      expect,
    );
    assert.deepEqual(head.match(/^connection:.*$/gim), ['Connection: close']);
  });
