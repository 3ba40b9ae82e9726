import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { request as requestTls } from 'node:https';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { selfSigned, withoutOpenssl } from '../../test/certificate.ts';
import { HeardLog } from '../../test/running-gate.ts';
import { silentLog } from '../observe/log.ts';
import { WireExchange } from './exchange.ts';
import { requestHead } from './head-text.ts';
import { type Listener, type ListenOptions, listen } from './http-server.ts';

const start = (
  handle: (x: WireExchange) => void | Promise<void>,
  options: Partial<ListenOptions<WireExchange>> = {},
): Promise<Listener> =>
  listen({ port: 0, host: '127.0.0.1', exchange: WireExchange, log: silentLog, handle, ...options });

const textOf = async (response: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const piece of response) text += piece;
  return text;
};

async function get(port: number, path = '/', agent: Agent | false = false): Promise<IncomingMessage> {
  const [response] = await once(request({ port, path, agent }).end(), 'response');
  return response;
}

/** As the only one of its body. */
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;

/** All that a connection says until it closes. */
async function heard(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  await once(socket, 'close');
  return text;
}

test('the answer goes out as it was made, with what concerns the connection added', async () => {
  const listener = await start((x) => {
    x.status = 201;
    x.responseHeaders = ['X-A', '1', 'X-A', '2', 'Content-Type', 'text/plain'];
    x.responseBody = `${x.method} ${x.path} ${x.query} ${x.header('x-in')} ü`;
  });
  const sent = request({ port: listener.port, path: '//a/?b=%20', headers: { 'X-In': 'c' } }).end();
  const [response] = await once(sent, 'response');
  assert.equal(response.statusCode, 201);
  assert.deepEqual(response.rawHeaders.slice(0, 6), ['X-A', '1', 'X-A', '2', 'Content-Type', 'text/plain']);
  assert.deepEqual(Object.keys(response.headers).sort(), [
    'connection',
    'content-length',
    'content-type',
    'date',
    'x-a',
  ]);
  assert.equal(await textOf(response), 'GET //a/ b=%20 c ü');
  assert.equal(await listener.close(1000), 0);
});

test('a handler that throws is a bare 500, and the next request is served', async () => {
  let calls = 0;
  const listener = await start(async (x) => {
    if (calls++ === 0) throw new Error('a bug');
    x.responseBody = 'fine';
  });
  const broken = await get(listener.port);
  assert.deepEqual([broken.statusCode, await textOf(broken)], [500, '{"message": "Internal server error"}']);
  assert.equal(await textOf(await get(listener.port)), 'fine');
  await listener.close(1000);
});

test('draining: what is under way finishes, kept connections are told to close, nobody new is let in', async () => {
  const release = Promise.withResolvers<void>();
  const listener = await start(async (x) => {
    if (x.path === '/slow') await release.promise;
    x.responseBody = x.path;
  });
  const { port } = listener;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  assert.equal(await textOf(await get(port, '/kept', agent)), '/kept');
  const slow = get(port, '/slow');
  while (listener.inFlight === 0) await turn();
  const closing = listener.close(5_000);
  // A client on a kept connection may have sent its next request just now: it is answered, with the hint to close.
  const last = await get(port, '/last', agent);
  assert.deepEqual([await textOf(last), last.headers.connection], ['/last', 'close']);
  await assert.rejects(get(port, '/new'), { code: 'ECONNREFUSED' });
  release.resolve();
  const finished = await slow;
  assert.deepEqual([await textOf(finished), finished.headers.connection], ['/slow', 'close']);
  assert.equal(await closing, 0);
  agent.destroy();
});

test('draining: an answer that a slow client is still reading is not cut', async () => {
  const body = Buffer.alloc(8 * 1024 * 1024, 'x');
  const listener = await start((x) => {
    x.responseBody = body;
  });
  const [response] = await once(request({ port: listener.port, agent: false }).end(), 'response');
  const closing = listener.close(10_000);
  for (let i = 0; i < 20; i++) await turn();
  assert.equal((await textOf(response)).length, body.length);
  assert.equal(await closing, 0);
});

test('draining ends when its time is up and says how many requests were cut', async () => {
  let aborted = false;
  const listener = await start((x) => {
    x.onAbort = {
      abort: () => {
        aborted = true;
      },
    };
    return new Promise(() => {});
  });
  const cut = assert.rejects(get(listener.port), { code: 'ECONNRESET' });
  while (listener.inFlight === 0) await turn();
  assert.equal(await listener.close(20), 1);
  await cut;
  while (!aborted) await turn();
});

test('a client that leaves is told to the exchange once', async () => {
  let ends = 0;
  class Counted extends WireExchange {
    override answered(): void {
      ends++;
    }
  }
  const listener = await listen({
    port: 0,
    host: '127.0.0.1',
    exchange: Counted,
    log: silentLog,
    handle: () => new Promise(() => {}),
  });
  const sent = request({ port: listener.port, agent: false }).end();
  sent.on('error', () => {});
  while (listener.inFlight === 0) await turn();
  sent.destroy();
  while (listener.inFlight > 0) await turn();
  assert.equal(ends, 1);
  await listener.close(1000);
});

test('an answer that breaks off closes the connection, so that the client knows', async () => {
  const listener = await start((x) => {
    const body = new Readable({ read() {} });
    body.push('begin');
    setImmediate(() => body.destroy(new Error('broken')));
    x.responseBody = body;
  });
  const response = await get(listener.port);
  await assert.rejects(textOf(response), { code: 'ECONNRESET' });
  await listener.close(1000);
});

test('a client that reads nothing of a long answer is not waited for for ever', async () => {
  const log = new HeardLog();
  const listener = await start(
    (x) => {
      x.responseBody = Readable.from(
        (function* () {
          for (;;) yield Buffer.alloc(65_536);
        })(),
      );
    },
    { limits: { stallMs: 50 }, log },
  );
  const socket = connect(listener.port, '127.0.0.1');
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  while (listener.inFlight === 0) await turn();
  while (listener.inFlight > 0) await turn();
  assert.match(log.text, /a client takes none of its answer/);
  socket.destroy();
  await listener.close(1000);
});

test('connections that nobody uses are closed, those in use are not', async () => {
  const release = Promise.withResolvers<void>();
  const listener = await start(
    async (x) => {
      if (x.path === '/slow') await release.promise;
      x.responseBody = x.path;
    },
    { limits: { idleMs: 50, headMs: 50 } },
  );
  const silent = connect(listener.port, '127.0.0.1');
  const kept = connect(listener.port, '127.0.0.1');
  kept.write('GET /once HTTP/1.1\r\nHost: x\r\n\r\n');
  const busy = get(listener.port, '/slow');
  assert.equal(await heard(silent), '');
  assert.match(await heard(kept), /\/once$/);
  release.resolve();
  assert.equal(await textOf(await busy), '/slow');
  await listener.close(1000);
});

test('clients that are slow to send are told so, and the log too; a connection that says nothing is only closed', async () => {
  const log = new HeardLog();
  const aborted: string[] = [];
  const listener = await start(
    (x) => {
      x.onAbort = { abort: () => aborted.push(x.path) };
      return new Promise(() => {});
    },
    { limits: { headMs: 100, requestMs: 200 }, log },
  );
  const say = (bytes: string): Promise<string> => {
    const socket = connect(listener.port, '127.0.0.1');
    socket.write(bytes);
    return heard(socket);
  };
  const [silent, head, body] = await Promise.all([
    say(''),
    say('GET /head HTTP/1.1\r\nHo'),
    say('POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf'),
  ]);
  assert.equal(silent, '');
  for (const answer of [head, body])
    assert.match(answer, /^HTTP\/1\.1 408 .*\r\n\r\n\{"message":"Request Timeout"\}$/s);
  assert.deepEqual(aborted, ['/body']);
  assert.equal(log.text.match(/the request took too long to arrive/g)?.length, 2);
  await listener.close(1000);
});

for (const { when, head, body, closes } of [
  {
    when: 'that was announced as long',
    head: 'Content-Length: 20000000\r\n',
    body: 'x'.repeat(20_000_000),
    closes: true,
  },
  {
    when: 'of unknown length',
    head: 'Transfer-Encoding: chunked\r\n',
    body: chunk('x'.repeat(20_000_000)),
    closes: false,
  },
  { when: 'that is short', head: 'Content-Length: 20000\r\n', body: 'x'.repeat(20_000), closes: false },
])
  test(`a body ${when} and that nobody reads: its client gets the answer, ${closes ? 'then the connection is closed' : 'and the next one'}`, async () => {
    const listener = await start((x) => {
      x.status = x.method === 'POST' ? 413 : 200;
      x.responseBody = x.method;
    });
    const socket = connect(listener.port, '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${head}\r\n`);
    // The answer is there before the body is sent: whoever closes now takes it back.
    let text = '';
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
    });
    while (!text.endsWith('POST')) await turn();
    socket.write(body);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await once(socket, 'close');
    assert.match(
      text,
      closes ? /^HTTP\/1\.1 413 .*\r\nConnection: close\r\n.*POST$/s : /^HTTP\/1\.1 413 .*POSTHTTP.* 200 .*GET$/s,
    );
    assert.equal(listener.inFlight, 0);
    await listener.close(1000);
  });

test('a client that goes on sending what nobody wants is cut off', async () => {
  const listener = await start((x) => {
    x.status = 413;
  });
  const socket = connect(listener.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  let sent = 0;
  const piece = chunk('x'.repeat(1_000_000)).slice(0, -5);
  const more = (): void => {
    while (!socket.destroyed && sent < 500_000_000) {
      sent += piece.length;
      if (!socket.write(piece)) return;
    }
  };
  socket.on('drain', more);
  more();
  socket.resume();
  await new Promise((resolve) => socket.on('close', resolve));
  assert.ok(sent < 200_000_000, `${sent} bytes`);
  await listener.close(1000);
});

test('what is malformed after a good request is refused after its answer', async () => {
  const release = Promise.withResolvers<void>();
  const listener = await start(async (x) => {
    await release.promise;
    x.responseBody = 'good';
  });
  const socket = connect(listener.port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost : x\r\n\r\n');
  const text = heard(socket);
  while (listener.inFlight === 0) await turn();
  release.resolve();
  assert.match(await text, /^HTTP\/1\.1 200 .*goodHTTP\/1\.1 400 .*"Bad Request"\}$/s);
  await listener.close(1000);
});

test('a client that asks first is told to go on when somebody wants its body', async () => {
  const wanted = Promise.withResolvers<void>();
  const listener = await start(async (x) => {
    await wanted.promise;
    x.responseBody = (await x.requestBody?.toArray())?.join('') ?? '';
  });
  const socket = connect(listener.port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n');
  const pieces: string[] = [];
  socket.on('data', (piece) => pieces.push(piece.toString()));
  while (listener.inFlight === 0) await turn();
  assert.deepEqual(pieces, []);
  wanted.resolve();
  while (pieces.length === 0) await turn();
  assert.deepEqual(pieces, ['HTTP/1.1 100 Continue\r\n\r\n']);
  socket.write('body');
  while (!pieces.join('').endsWith('body')) await turn();
  socket.destroy();
  await listener.close(1000);
});

test('requests on one connection are answered in their order, whichever is ready first', async () => {
  const first = Promise.withResolvers<void>();
  const listener = await start(async (x) => {
    if (x.path === '/1') await first.promise;
    else first.resolve();
    x.responseBody = x.path;
  });
  const socket = connect(listener.port, '127.0.0.1');
  socket.write('GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  assert.match(await heard(socket), /\r\n\r\n\/1HTTP.*\r\n\r\n\/2$/s);
  await listener.close(1000);
});

const tlsOf = (): { readonly certificate: string; readonly key: string } => {
  const { cert, key } = selfSigned();
  return { certificate: cert, key };
};

test('over TLS HTTP/1.1 and HTTP/2 share the port', { skip: withoutOpenssl }, async () => {
  const listener = await start(
    async (x) => {
      const body = x.requestBody === null ? '' : (await x.requestBody.toArray()).join('');
      x.responseHeaders = ['X-Protocol', x.protocol, 'Connection', 'close', 'X-Host', x.header('host') ?? ''];
      x.responseBody = `${x.scheme} ${x.method} ${x.path}?${x.query} ${body} ${x.rawHeaders.some((name) => name.startsWith(':'))}`;
    },
    { tls: tlsOf() },
  );
  const { port } = listener;
  const [one] = await once(
    requestTls({ port, path: '/a?b', rejectUnauthorized: false, agent: false }).end(),
    'response',
  );
  assert.equal(one.headers['x-protocol'], 'HTTP/1.1');
  assert.equal(await textOf(one), 'https GET /a?b  false');
  const session = connectHttp2(`https://localhost:${port}`, { rejectUnauthorized: false });
  const stream = session.request({ ':path': '/c?d', ':method': 'POST', 'x-custom': '1' });
  stream.end('body');
  const [headers] = await once(stream, 'response');
  assert.deepEqual(
    [headers[':status'], headers['x-protocol'], headers['x-host']],
    [200, 'HTTP/2.0', `localhost:${port}`],
  );
  assert.equal((await stream.toArray()).join(''), 'https POST /c?d body false');
  session.close();
  await listener.close(1000);
});

test('an HTTP/2 client that resets its stream ends the exchange', { skip: withoutOpenssl }, async () => {
  let aborted = 0;
  const listener = await start(
    (x) => {
      x.onAbort = {
        abort: () => {
          aborted++;
        },
      };
      return new Promise(() => {});
    },
    { tls: tlsOf() },
  );
  const session = connectHttp2(`https://localhost:${listener.port}`, { rejectUnauthorized: false });
  const stream = session.request({ ':path': '/' });
  stream.on('error', () => {});
  while (listener.inFlight === 0) await turn();
  stream.close();
  while (listener.inFlight > 0) await turn();
  assert.equal(aborted, 1);
  session.destroy();
  await listener.close(1000);
});

test('a header that a client may send over HTTP/1 is one that may be sent on', async () => {
  const taken: string[] = [];
  const listener = await start((x) => {
    taken.push(...x.rawHeaders.slice(4));
  });
  // All bytes but those that end a name or a line, each in a name and in a value.
  const bytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).filter(
    (byte) => !'\r\n'.includes(byte),
  );
  const headers = bytes.flatMap((byte) => [
    [`x${byte === ':' ? '' : byte}y`, 'a'],
    ['x', `a${byte}b`],
  ]);
  for (const [name = '', value = ''] of headers) {
    const socket = connect(listener.port, '127.0.0.1').setEncoding('latin1');
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${name}: ${value}\r\n\r\n`, 'latin1');
    await heard(socket);
  }
  await listener.close(0);
  const fit = headers.filter((header) => requestHead('GET', '/', header, [], '') !== null).flat();
  assert.deepEqual(taken, fit);
});

for (const { body, why } of [
  { body: 'plain', why: 'of ASCII' },
  { body: 'ü € 漢', why: 'of other characters' },
  { body: null, why: 'there is none' },
  { body: Buffer.from('ü'), why: 'of bytes' },
])
  test(`headers that are no ASCII go out byte for byte, whatever the body: ${why}`, async () => {
    const value = Buffer.from('sch€me ü', 'utf8').toString('latin1');
    const listener = await start((x) => {
      x.status = 200;
      x.responseHeaders = ['X-A', value];
      x.responseBody = body;
    });
    for (const method of ['GET', 'HEAD']) {
      const socket = connect(listener.port, '127.0.0.1');
      socket.write(`${method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      const said = Buffer.from(await heard(socket), 'latin1').toString('utf8');
      assert.match(said, /\r\nX-A: sch€me ü\r\n/);
      const length = body === null ? 0 : Buffer.byteLength(body);
      if (method === 'GET') assert.ok(said.includes(`\r\nContent-Length: ${length}\r\n`), said);
      assert.equal(said.split('\r\n\r\n')[1], method === 'GET' ? String(body ?? '') : '');
    }
    await listener.close(0);
  });

test('a streamed answer whose body has ended before it was looked at is an answer without a body', async () => {
  const listener = await start(async (x) => {
    x.status = 302;
    x.responseHeaders = ['Location', '/there'];
    const body = Readable.from([]);
    body.resume();
    await once(body, 'close');
    x.responseBody = body;
  });
  const response = await get(listener.port);
  assert.deepEqual([response.statusCode, response.headers.location, await textOf(response)], [302, '/there', '']);
  await listener.close(0);
});
