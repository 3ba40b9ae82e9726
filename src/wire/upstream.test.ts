import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { selfSigned, withoutOpenssl } from '../../test/certificate.ts';
import { Deadlines } from './deadlines.ts';
import { Upstream } from './upstream.ts';
import type { UpstreamError, UpstreamRequest, UpstreamTarget } from './upstream-call.ts';

/** A server that reads whole request heads and answers with what it is told, byte by byte as given. */
class Peer implements AsyncDisposable {
  readonly server: Server;
  readonly sockets = new Set<Socket>();
  readonly heads: string[] = [];
  connections = 0;

  private constructor(server: Server) {
    this.server = server;
  }

  static async listen(onHead: (socket: Socket, head: string, peer: Peer) => void): Promise<Peer> {
    const server = createServer({ noDelay: true });
    const peer = new Peer(server);
    server.on('connection', (socket) => {
      peer.connections++;
      peer.sockets.add(socket);
      socket.on('close', () => peer.sockets.delete(socket));
      socket.on('error', () => {});
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
          const head = text.slice(0, end);
          text = text.slice(end + 4);
          peer.heads.push(head);
          onHead(socket, head, peer);
        }
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return peer;
  }

  get target(): UpstreamTarget {
    const address = this.server.address();
    assert.ok(address !== null && typeof address === 'object');
    return {
      key: `http://127.0.0.1:${address.port}`,
      tls: false,
      host: '127.0.0.1',
      port: address.port,
      insecure: false,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

const request = (changes: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  method: 'GET',
  path: '/',
  headers: ['Host', 'peer'],
  body: null,
  bodyBytes: 0,
  timeoutMs: 5_000,
  ...changes,
});

async function bytesOf(body: Uint8Array | Readable | null): Promise<string> {
  if (body === null) return '';
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const failureOf = (promise: Promise<unknown>): Promise<UpstreamError> =>
  promise.then(
    () => assert.fail('should have failed'),
    (error) => error,
  );

test('a request goes out as it is given, with the length of its body', async () => {
  await using peer = await Peer.listen((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'));
  const upstream = new Upstream();
  const answer = await upstream.send(peer.target, request({ headers: ['Host', 'x', 'X-A', 'é'] })).promise;
  assert.equal(peer.heads[0], 'GET / HTTP/1.1\r\nHost: x\r\nX-A: é\r\nContent-Length: 0');
  assert.deepEqual([answer.status, answer.headers, await bytesOf(answer.body)], [200, ['Content-Length', '2'], 'hi']);
  await upstream.send(peer.target, request({ method: 'POST', body: Buffer.from('four') })).promise;
  assert.match(peer.heads[1] ?? '', /Content-Length: 4$/);
  assert.equal(peer.connections, 1, 'the connection is kept');
  upstream.close();
});

test('answers that arrive byte by byte are the same answers', async () => {
  const bytes = 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello';
  await using peer = await Peer.listen(async (socket) => {
    for (const byte of bytes) {
      socket.write(byte);
      await turn();
    }
  });
  const upstream = new Upstream();
  const answer = await upstream.send(peer.target, request()).promise;
  assert.deepEqual([answer.status, await bytesOf(answer.body)], [201, 'hello']);
  upstream.close();
});

test('chunked answers, answers until close, and answers to HEAD', async () => {
  await using peer = await Peer.listen((socket, head) => {
    if (head.startsWith('HEAD')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n');
    else if (head.startsWith('GET /chunked'))
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n');
    else if (head.startsWith('GET /later')) {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
      setImmediate(() => socket.write('2\r\nde\r\n0\r\n\r\n'));
    } else socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end');
  });
  const upstream = new Upstream();
  const text = async (changes: Partial<UpstreamRequest>): Promise<string> =>
    bytesOf((await upstream.send(peer.target, request(changes)).promise).body);
  assert.equal(await text({ path: '/chunked' }), 'abcde');
  assert.equal(await text({ path: '/later' }), 'abcde');
  assert.equal(await text({ method: 'HEAD' }), '');
  assert.equal(peer.connections, 1);
  assert.equal(await text({ path: '/close' }), 'until the end');
  assert.equal(await text({ path: '/chunked' }), 'abcde');
  assert.equal(peer.connections, 2, 'a connection that was closed is not used again');
  upstream.close();
});

test('a streamed request body goes out with its length, or chunked when it has none', async () => {
  const server = createServer((socket) => {
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (!/0\r\n\r\n$|\r\n\r\nabcdefg$/.test(text)) return;
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
      text = '';
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const target = { key: 'stream', tls: false, host: '127.0.0.1', port: address.port, insecure: false };
  const upstream = new Upstream();
  const stream = (): Readable => Readable.from([Buffer.from('abcd'), Buffer.from('efg')]);
  const put = async (bodyBytes: number): Promise<string> =>
    bytesOf((await upstream.send(target, request({ method: 'PUT', body: stream(), bodyBytes })).promise).body);
  const end = '4\r\nabcd\r\n3\r\nefg\r\n0\r\n\r\n';
  assert.equal(await put(-1), `PUT / HTTP/1.1\r\nHost: peer\r\nTransfer-Encoding: chunked\r\n\r\n${end}`);
  assert.equal(await put(7), 'PUT / HTTP/1.1\r\nHost: peer\r\nContent-Length: 7\r\n\r\nabcdefg');
  upstream.close();
  server.close();
});

test('an answer is waited for from the last piece of the request on: a client that takes its time costs none of it', async () => {
  await using peer = await Peer.listen((socket, head) => {
    if (head.includes('/does-not')) socket.removeAllListeners('data').resume();
    else
      socket.on('data', (chunk) => {
        if (chunk.toString().endsWith('0\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
  });
  let nowMs = 0;
  const deadlines = new Deadlines(() => nowMs);
  const upstream = new Upstream({}, deadlines);
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
    deadlines.tick();
    await turn();
  };
  const slowly = (path: string) => {
    const body = Readable.from(
      (async function* () {
        for (let i = 0; i < 8; i++) {
          await pass(80);
          yield 'x';
        }
      })(),
    );
    const { promise } = upstream.send(
      peer.target,
      request({ method: 'POST', path, body, bodyBytes: -1, timeoutMs: 200 }),
    );
    return { promise, sent: once(body, 'end') };
  };
  assert.equal((await slowly('/answers').promise).status, 200);
  const { promise, sent } = slowly('/does-not');
  const refused = assert.rejects(promise, { failure: 'timeout', message: 'no answer within 200 ms' });
  await sent;
  for (let i = 0; i < 4; i++) await pass(100);
  await refused;
  upstream.close();
});

test('what cannot be reached or does not answer is told apart', async () => {
  const upstream = new Upstream();
  const gone = await Peer.listen(() => {});
  const target = gone.target;
  await gone[Symbol.asyncDispose]();
  assert.equal((await failureOf(upstream.send(target, request()).promise)).failure, 'unreachable');
  const nowhere = { ...target, key: 'http://nowhere.invalid', host: 'nowhere.invalid' };
  assert.equal((await failureOf(upstream.send(nowhere, request()).promise)).failure, 'unresolvable');
  await using mute = await Peer.listen(() => {});
  assert.equal((await failureOf(upstream.send(mute.target, request({ timeoutMs: 50 })).promise)).failure, 'timeout');
  await using rude = await Peer.listen((socket) => socket.end());
  assert.equal((await failureOf(upstream.send(rude.target, request()).promise)).failure, 'broken');
  await using odd = await Peer.listen((socket) => socket.write('220 smtp.example.com ESMTP\r\n\r\n'));
  assert.equal((await failureOf(upstream.send(odd.target, request()).promise)).failure, 'broken');
  await using half = await Peer.listen((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'));
  assert.equal((await failureOf(upstream.send(half.target, request()).promise)).failure, 'broken');
  upstream.close();
});

test('a long answer that breaks off ends its stream with an error', async () => {
  await using peer = await Peer.listen((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(1000)}`);
    setImmediate(() => socket.destroy());
  });
  const upstream = new Upstream();
  const answer = await upstream.send(peer.target, request()).promise;
  assert.equal(answer.status, 200);
  assert.equal((await failureOf(bytesOf(answer.body))).failure, 'broken');
  upstream.close();
});

test('a kept connection that the upstream has closed is replaced for requests that may be repeated', async () => {
  await using peer = await Peer.listen((socket, _head, { connections }) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    // Closes when the second request arrives: the race that every kept connection can lose.
    if (connections === 1) socket.prependOnceListener('data', () => socket.destroy());
  });
  const upstream = new Upstream();
  await upstream.send(peer.target, request()).promise;
  assert.equal((await upstream.send(peer.target, request()).promise).status, 200);
  assert.equal(peer.connections, 2);
  upstream.close();
});

test('a request with an effect is not repeated', async () => {
  await using peer = await Peer.listen((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    socket.prependOnceListener('data', () => socket.destroy());
  });
  const upstream = new Upstream();
  const post = request({ method: 'POST', body: Buffer.from('x') });
  await upstream.send(peer.target, post).promise;
  assert.equal((await failureOf(upstream.send(peer.target, post).promise)).failure, 'broken');
  assert.equal(peer.connections, 1);
  upstream.close();
});

test('bytes that nobody asked for close the connection and never become an answer', async () => {
  await using peer = await Peer.listen((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
  });
  const upstream = new Upstream();
  for (let i = 0; i < 3; i++)
    assert.equal(await bytesOf((await upstream.send(peer.target, request()).promise).body), 'hi');
  assert.equal(peer.connections, 3);
  upstream.close();
});

for (const { when, changes } of [
  { when: 'a line break in a value', changes: { headers: ['Host', 'x', 'X-A', '1\r\nX-B: 2'] } },
  { when: 'a line break in a name', changes: { headers: ['X-A: 1\r\nHost', 'x'] } },
  { when: 'a colon in a name', changes: { headers: ['Transfer-Encoding: chunked', 'x'] } },
  { when: 'no name', changes: { headers: ['', 'x'] } },
  { when: 'a line feed alone', changes: { headers: ['X-A', '1\nX-B: 2'] } },
  { when: 'a space in the method', changes: { method: 'GET /x' } },
  { when: 'a NUL in a value', changes: { headers: ['X-A', '\0'] } },
  { when: 'text that is not latin1', changes: { headers: ['X-A', '日本'] } },
  { when: 'a space in the path', changes: { path: '/a HTTP/1.1\r\nX-A: 1' } },
  { when: 'a path without a slash', changes: { path: 'evil.example.com/' } },
  { when: 'a method that is none', changes: { method: 'GET /x HTTP/1.1\r\n' } },
])
  test(`a request is refused, not sent: ${when}`, async () => {
    await using peer = await Peer.listen((socket) => socket.write('HTTP/1.1 204 None\r\n\r\n'));
    const upstream = new Upstream();
    assert.equal((await failureOf(upstream.send(peer.target, request(changes)).promise)).failure, 'broken');
    assert.equal((await upstream.send(peer.target, request()).promise).status, 204, 'the connection stays good');
    assert.equal(peer.heads.length, 1);
    upstream.close();
  });

test('an aborted call closes its connection', async () => {
  let closed: Promise<unknown> = Promise.resolve();
  const arrived = Promise.withResolvers<void>();
  await using peer = await Peer.listen((socket) => {
    closed = once(socket, 'close');
    arrived.resolve();
  });
  const upstream = new Upstream();
  const call = upstream.send(peer.target, request());
  await arrived.promise;
  call.abort();
  assert.equal((await failureOf(call.promise)).failure, 'aborted');
  await closed;
  upstream.close();
});

test('calls wait when all connections are in use, and are refused when too many wait', async () => {
  const held: Socket[] = [];
  await using peer = await Peer.listen((socket) => held.push(socket));
  const upstream = new Upstream({ connectionsMax: 1, waitingMax: 1 });
  const first = upstream.send(peer.target, request());
  const second = upstream.send(peer.target, request());
  const third = upstream.send(peer.target, request());
  assert.equal((await failureOf(third.promise)).failure, 'overloaded');
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
  while (held.length === 0) await turn();
  held[0]?.write(answer);
  await first.promise;
  while (held.length === 1) await turn();
  held[1]?.write(answer);
  await second.promise;
  assert.equal(peer.connections, 1);
  upstream.close();
});

test('a slow reader slows the upstream down', async () => {
  const total = 50 * 1024 * 1024;
  let written = 0;
  await using peer = await Peer.listen((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
    const piece = Buffer.alloc(65_536);
    const more = (): void => {
      while (written < total) {
        written += piece.length;
        if (!socket.write(piece)) return;
      }
    };
    socket.on('drain', more);
    more();
  });
  const upstream = new Upstream();
  const { body } = await upstream.send(peer.target, request()).promise;
  assert.ok(body instanceof Readable);
  for (let before = -1; before !== written; await turn()) {
    before = written;
    for (let i = 0; i < 50; i++) await turn();
  }
  assert.ok(written < total / 2, `${written} bytes were written though nobody read`);
  let read = 0;
  for await (const piece of body) read += piece.length;
  assert.equal(read, total);
  upstream.close();
});

test('a certificate that nobody trusts is refused before anything is said, unless the call does not mind', {
  skip: withoutOpenssl,
}, async () => {
  const heads: string[] = [];
  const server = createTlsServer(selfSigned(), (socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      heads.push(chunk.toString('latin1'));
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const target = { key: 'tls', tls: true, host: 'localhost', port: address.port, insecure: false };
  const upstream = new Upstream();
  assert.equal((await failureOf(upstream.send(target, request()).promise)).failure, 'untrusted');
  assert.equal(heads.length, 0);
  const lax = { ...target, key: 'tls!', insecure: true };
  for (let i = 0; i < 2; i++) assert.equal(await bytesOf((await upstream.send(lax, request()).promise).body), 'hi');
  upstream.close();
  server.close();
});

test('upstreams that are not called make room for others', async () => {
  await using one = await Peer.listen((socket) => socket.write('HTTP/1.1 204 None\r\n\r\n'));
  await using two = await Peer.listen((socket) => socket.write('HTTP/1.1 204 None\r\n\r\n'));
  const upstream = new Upstream({ poolsMax: 1 });
  await upstream.send(one.target, request()).promise;
  await upstream.send(two.target, request()).promise;
  await upstream.send(one.target, request()).promise;
  assert.deepEqual([one.connections, two.connections], [2, 1]);
  upstream.close();
});
