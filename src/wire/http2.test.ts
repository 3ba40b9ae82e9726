/** What is different for clients that speak HTTP/2. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type OutgoingHttpHeaders } from 'node:http2';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { selfSigned, withoutOpenssl } from '../../test/certificate.ts';
import { silentLog } from '../observe/log.ts';
import { WireExchange } from './exchange.ts';
import { listen } from './http-server.ts';

interface Received {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly raw: readonly string[];
  readonly text: string;
}

/** One request to a listener with that handler. */
async function asked(
  t: TestContext,
  handle: (x: WireExchange) => void | Promise<void>,
  headers: OutgoingHttpHeaders = {},
  onHead: () => void = () => {},
): Promise<Received> {
  const { cert: certificate, key } = selfSigned();
  const tls = { certificate, key };
  const listener = await listen({ port: 0, host: '127.0.0.1', exchange: WireExchange, log: silentLog, handle, tls });
  t.after(() => listener.close(0));
  const session = connect(`https://localhost:${listener.port}`, { rejectUnauthorized: false });
  t.after(() => session.destroy());
  const stream = session.request({ ':path': '/', ...headers });
  const [received, , raw] = await once(stream, 'response');
  onHead();
  return { headers: received, raw, text: (await stream.toArray()).join('') };
}

const options = { skip: withoutOpenssl, timeout: 10_000 };

test('cookies that an HTTP/2 client sends apart are one header', options, async (t) => {
  const seen: WireExchange[] = [];
  await asked(
    t,
    (x) => {
      seen.push(x);
    },
    { 'x-a': '1', cookie: ['a=1', 'b=2', 'c=3; d=4'], 'x-b': '2' },
  );
  const [x] = seen;
  assert.deepEqual(x?.rawHeaders.slice(2), ['x-a', '1', 'cookie', 'a=1; b=2; c=3; d=4', 'x-b', '2']);
  assert.equal(x.header('cookie'), 'a=1; b=2; c=3; d=4');
  assert.equal(x.headers.cookie, 'a=1; b=2; c=3; d=4');
});

for (const { when, headers, host } of [
  { when: ':authority', headers: { ':authority': 'a.example' }, host: 'a.example' },
  { when: 'Host', headers: { host: 'a.example' }, host: 'a.example' },
  { when: ':authority, not Host', headers: { ':authority': 'a.example', host: 'b.example' }, host: 'a.example' },
])
  test(`the host that an HTTP/2 client asks is that of ${when}`, options, async (t) => {
    const seen: WireExchange[] = [];
    await asked(
      t,
      (x) => {
        seen.push(x);
      },
      headers,
    );
    const [x] = seen;
    assert.deepEqual(x?.rawHeaders, ['Host', host]);
    assert.equal(x.header('host'), host);
    assert.deepEqual(Object.entries(x.headers), [['host', host]], 'without pseudo headers');
  });

test('headers by name and headers as they came are the same over HTTP/2', options, async (t) => {
  const seen: WireExchange[] = [];
  await asked(
    t,
    (x) => {
      seen.push(x);
    },
    { 'x-a': ['1', '2'], accept: ['a/b', 'c/d'], ['__proto__']: 'p' },
  );
  const [x] = seen;
  assert.equal(x?.header('x-a'), '1, 2');
  assert.equal(x.headers['x-a'], '1, 2');
  assert.equal(x.header('accept'), 'a/b, c/d');
  assert.equal(Object.hasOwn(x.headers, '__proto__'), true);
});

const streamed = (): Readable => Readable.from([Buffer.from('stream')]);

for (const { when, method = 'GET', status = 200, said = [], body, bytes = -1, length, text } of [
  { when: 'text', body: 'ü', length: '2', text: 'ü' },
  { when: 'bytes', body: Buffer.from('bytes'), length: '5', text: 'bytes' },
  { when: 'no body', body: null, length: '0', text: '' },
  { when: 'a stream of known length', body: streamed, bytes: 6, length: '6', text: 'stream' },
  { when: 'a stream of unknown length', body: streamed, length: undefined, text: 'stream' },
  {
    when: 'a stream of unknown length, whatever the handler says',
    said: ['Content-Length', '2'],
    body: streamed,
    length: undefined,
    text: 'stream',
  },
  { when: 'text for HEAD', method: 'HEAD', body: 'text', length: '4', text: '' },
  { when: 'a stream for HEAD', method: 'HEAD', body: streamed, bytes: 6, length: '6', text: '' },
  { when: 'no body for HEAD', method: 'HEAD', said: ['content-length', '9'], body: null, length: '9', text: '' },
  { when: '304', status: 304, said: ['content-length', '9'], body: null, length: '9', text: '' },
  { when: '204', status: 204, said: ['content-length', '9'], body: null, length: undefined, text: '' },
  { when: '204 with text', status: 204, body: 'text', length: undefined, text: '' },
])
  test(`the length of an answer over HTTP/2: ${when}`, options, async (t) => {
    const ends: WireExchange[] = [];
    const answer = await asked(
      t,
      (x) => {
        ends.push(x);
        x.status = status;
        x.responseHeaders = [...said];
        x.responseBody = typeof body === 'function' ? body() : body;
        x.responseBodyBytes = bytes;
      },
      { ':method': method },
    );
    assert.deepEqual(
      [answer.headers[':status'], answer.headers['content-length'], answer.text],
      [status, length, text],
    );
    assert.equal(ends[0]?.aborted, false);
  });

test(
  'headers about an HTTP/1.1 connection never reach an HTTP/2 client, and never cost it the answer',
  options,
  async (t) => {
    const dropped = [
      'TE',
      'Connection',
      'Keep-Alive',
      'Transfer-Encoding',
      'Upgrade',
      'Proxy-Connection',
      'HTTP2-Settings',
    ];
    const answer = await asked(t, (x) => {
      x.responseHeaders = ['X-A', '1', ...dropped.flatMap((name) => [name, 'x']), 'te', 'trailers'];
      x.responseBody = 'all the same';
    });
    assert.equal(answer.text, 'all the same');
    assert.deepEqual(Object.keys(answer.headers).sort(), [':status', 'content-length', 'date', 'x-a']);
  },
);

test('a header that should come once and comes twice is passed on, as it is over HTTP/1.1', options, async (t) => {
  const answer = await asked(t, (x) => {
    x.responseHeaders = ['X-Content-Type-Options', 'nosniff', 'x-content-type-options', 'nosniff'];
    x.responseBody = 'all the same';
  });
  assert.equal(answer.text, 'all the same');
  assert.equal(answer.raw.filter((name) => name === 'x-content-type-options').length, 2);
});

test('a head does not wait for a body that comes late', options, async (t) => {
  const body = new Readable({ read() {} });
  const answer = await asked(
    t,
    (x) => {
      x.responseBody = body;
    },
    {},
    () => {
      body.push('late');
      body.push(null);
    },
  );
  assert.equal(answer.text, 'late');
});
