/** The Runtime API's wire: any cut of the bytes gives the same requests, and nothing unbounded gets in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted, headerIn, RuntimeConnection, type RuntimeRequest, type RuntimeSession } from './runtime-api.ts';

/** Writes down what a connection says to its session and to its socket. */
function converse(bytes: Buffer, cut: number, pauses = false) {
  const heard: string[] = [];
  const sent: string[] = [];
  let paused = 0;
  const session: RuntimeSession = {
    next: (connection) => {
      heard.push('next');
      connection.sendEvent('HEAD\r\n\r\n', Buffer.from('event'));
      return undefined;
    },
    receive: (request: RuntimeRequest) => {
      const parts: Buffer[] = [];
      return {
        data: (chunk) => {
          parts.push(Buffer.from(chunk));
          return !pauses;
        },
        end: (trailers) => {
          const type = headerIn(request.headers, 'content-type') ?? '-';
          heard.push(
            `${request.kind} ${request.requestId} ${type} ${Buffer.concat(parts)} ${headerIn(trailers, 'x-end') ?? '-'}`,
          );
          return accepted;
        },
        broken: () => heard.push('broken'),
      };
    },
    closed: () => heard.push('closed'),
  };
  const socket = {
    write: (data: Uint8Array | string) => sent.push(Buffer.from(data).toString('latin1')),
    pause: () => paused++,
    resume: () => paused,
    destroy: () => sent.push('destroyed'),
    destroySoon: () => sent.push('ended'),
  };
  const connection = new RuntimeConnection(Object.assign(Object.create(null), socket), session);
  for (let at = 0; at < bytes.length; at += cut) connection.read(bytes.subarray(at, at + cut));
  connection.closed();
  return { heard, sent, paused };
}

const api = '/2018-06-01/runtime';
const requests = Buffer.from(
  `GET ${api}/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n` +
    `POST ${api}/invocation/r-1/response HTTP/1.1\r\ncontent-TYPE:  text/x \r\nContent-Length: 5\r\n\r\n{"a"}` +
    `GET ${api}/invocation/next HTTP/1.1\r\n\r\n` +
    `POST ${api}/invocation/r-2/response HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nX-End: yes\r\n\r\n` +
    `POST ${api}/invocation/r-3/error HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n` +
    `POST ${api}/init/error HTTP/1.1\r\n\r\n` +
    `DELETE /other HTTP/1.1\r\n\r\n`,
);

for (let cut = 1; cut <= requests.length; cut = cut < 20 ? cut + 1 : cut * 3) {
  test(`the same requests in pieces of ${cut} bytes`, () => {
    const { heard, sent } = converse(requests, cut);
    assert.deepEqual(heard, [
      'next',
      'response r-1 text/x {"a"} -',
      'next',
      'response r-2 - abc0123456789 yes',
      'error r-3 -  -',
      'init-error  -  -',
      'unknown  -  -',
      'closed',
    ]);
    assert.equal(sent.join(''), `HEAD\r\n\r\nevent${accepted}HEAD\r\n\r\nevent${accepted.repeat(4)}`);
  });
}

test('an answer and the next event leave in one write', () => {
  assert.equal(converse(requests.subarray(0, requests.indexOf('POST', 200)), 1 << 20).sent.length, 2);
});

for (const { why, bytes } of [
  { why: 'is no HTTP', bytes: 'hello\r\n\r\n' },
  { why: 'has a method that nobody knows', bytes: `BREW ${api}/x HTTP/1.1\r\n\r\n` },
  { why: 'has a length that is none', bytes: `POST ${api}/x HTTP/1.1\r\nContent-Length: 1e3\r\n\r\n` },
  {
    why: 'has a length beyond all numbers',
    bytes: `POST ${api}/x HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n`,
  },
  { why: 'has an encoding that nobody knows', bytes: `POST ${api}/x HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n` },
  { why: 'has a chunk size that is none', bytes: `POST ${api}/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n` },
  {
    why: 'has a chunk size without end',
    bytes: `POST ${api}/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${'1'.repeat(9000)}`,
  },
  {
    why: 'has a chunk that is longer than it says',
    bytes: `POST ${api}/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n`,
  },
  { why: 'has a head without end', bytes: `GET /${'x'.repeat(1_300_000)}` },
  {
    why: 'has trailers without end',
    bytes: `POST ${api}/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${'x'.repeat(1_300_000)}`,
  },
]) {
  test(`what ${why} is a bad request, and the end of the connection`, () => {
    for (const cut of [7000, 1 << 22]) {
      const { sent, heard } = converse(Buffer.from(`${bytes}${requests}`), cut);
      assert.match(
        sent.join(''),
        /^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\nended$/,
      );
      assert.ok(!heard.includes('next'));
    }
  });
}

test('a connection that breaks in a body says so', () => {
  const { heard } = converse(
    Buffer.from(`POST ${api}/invocation/r/response HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc`),
    1000,
  );
  assert.deepEqual(heard, ['broken', 'closed']);
});

test('a connection is ended after the answer when the runtime asks for that, and not before', () => {
  const request = `POST ${api}/invocation/r/response HTTP/1.1\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc`;
  for (const cut of [1, 1000]) {
    const { sent } = converse(Buffer.from(request), cut);
    assert.deepEqual(sent, [accepted, 'ended']);
  }
});

test('who expects it is told to continue', () => {
  const request = `POST ${api}/invocation/r/response HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc`;
  assert.deepEqual(converse(Buffer.from(request), 1000).sent, ['HTTP/1.1 100 Continue\r\n\r\n', accepted]);
});

test('a receiver that has enough pauses the socket', () => {
  assert.equal(converse(requests, 1 << 20, true).paused, 3);
});
