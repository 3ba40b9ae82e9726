/** HTTP APIs: bodies on their way through the gate, whatever their size, and those who leave early. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:http2';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Exchange } from '../src/gate/exchange.ts';
import { listen } from '../src/wire/http-server.ts';
import { selfSigned, withoutOpenssl } from './certificate.ts';
import { callHttp, httpHost as host, httpGate } from './http-gate.ts';
import { deployedHttpStage, httpApi } from './http-stage.ts';
import { Backend, type Echoed, echoed, headerIn } from './running-gate.ts';

const proxyTo = (uri: string) => deployedHttpStage(httpApi({ $default: { to: uri } }));

test('bodies stream in both directions at the same time', { timeout: 60_000 }, async () => {
  const total = 100 * 1024 * 1024;
  await using backend = await Backend.start((received, response) => {
    response.writeHead(200, { 'content-length': total });
    received.pipe(response);
  });
  await using gate = await httpGate([proxyTo(backend.url)], { limits: { bodyBytes: 2 * total } });
  const headers = { host, 'content-length': total };
  const sent = request({ port: gate.listener.port, method: 'POST', path: '/', headers, agent: false });
  const piece = Buffer.alloc(65_536, 'x');
  let written = 0;
  const more = (): void => {
    while (written < total) {
      written += piece.length;
      if (!sent.write(piece)) return;
    }
    sent.end();
  };
  sent.on('drain', more);
  more();
  const [response] = await once(sent, 'response');
  let read = 0;
  let aheadMax = 0;
  for await (const got of response) {
    read += got.length;
    aheadMax = Math.max(aheadMax, written - read);
  }
  assert.equal(read, total);
  assert.ok(aheadMax < 40 * 1024 * 1024, `${aheadMax} bytes were on their way at once`);
});

test('events reach the client one by one', async () => {
  const finish = Promise.withResolvers<void>();
  await using backend = await Backend.start(async (_received, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.write('data: one\n\n');
    await finish.promise;
    response.end('data: two\n\n');
  });
  await using gate = await httpGate([proxyTo(backend.url)]);
  const sent = request({ port: gate.listener.port, path: '/', headers: { host }, agent: false }).end();
  const [response] = await once(sent, 'response');
  assert.equal(response.headers['content-type'], 'text/event-stream');
  const [first] = await once(response, 'data');
  assert.equal(first.toString(), 'data: one\n\n');
  finish.resolve();
  const [second] = await once(response, 'data');
  assert.equal(second.toString(), 'data: two\n\n');
});

test('the head of an answer reaches the client before there are events', { timeout: 10_000 }, async () => {
  const begin = Promise.withResolvers<void>();
  await using backend = await Backend.start(async (_received, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    await begin.promise;
    response.end('data: one\n\n');
  });
  await using gate = await httpGate([proxyTo(backend.url)]);
  const sent = request({ port: gate.listener.port, path: '/', headers: { host }, agent: false }).end();
  const [response] = await once(sent, 'response');
  assert.equal(response.headers['content-type'], 'text/event-stream');
  begin.resolve();
  assert.equal((await once(response, 'data'))[0].toString(), 'data: one\n\n');
});

test('headers that the Connection header of a backend names stay between backend and gateway', async () => {
  await using backend = await Backend.start((_received, response) => {
    response.writeHead(200, ['X-Foo', '1', 'Connection', 'keep-alive, X-Foo', 'X-Bar', '2', 'Content-Length', '2']);
    response.end('ok');
  });
  await using gate = await httpGate([proxyTo(backend.url)]);
  const { headers, text } = await callHttp(gate, '/');
  assert.deepEqual([headers['x-foo'], headers['x-bar'], text], [undefined, '2', 'ok']);
});

test('cookies that an HTTP/2 client sends apart reach the backend as one header', {
  skip: withoutOpenssl,
}, async () => {
  await using backend = await Backend.echo();
  await using gate = await httpGate([proxyTo(backend.url)]);
  const { cert: certificate, key } = selfSigned();
  const listener = await listen({
    port: 0,
    host: '127.0.0.1',
    exchange: Exchange,
    handle: (x) => gate.gate.handle(x),
    tls: { certificate, key },
    log: gate.log,
  });
  const session = connect(`https://localhost:${listener.port}`, { rejectUnauthorized: false });
  const sent = session.request({ ':path': '/', ':authority': host, host: 'other.example', cookie: ['a=1', 'b=2'] });
  const seen: Echoed = JSON.parse((await sent.toArray()).join(''));
  session.destroy();
  await listener.close(0);
  assert.deepEqual(
    seen.headers.filter((_, i) => seen.headers[i - 1]?.toLowerCase() === 'cookie'),
    ['a=1; b=2'],
  );
});

for (const streaming of [false, true])
  test(`a client that leaves ${streaming ? 'while the answer streams' : 'before the answer'} takes its call along`, async () => {
    const arrived = Promise.withResolvers<{ readonly closed: Promise<unknown> }>();
    await using backend = await Backend.start((received, response) => {
      if (streaming) response.write('begin');
      arrived.resolve({ closed: once(received.socket, 'close') });
    });
    const ended = Promise.withResolvers<string>();
    const accessLogs = { write: (_: string, line: string) => ended.resolve(line) };
    const stage = { accessLogSettings: { destinationArn: 'logs', format: '$context.routeKey' } };
    const api = httpApi({ $default: { to: backend.url } });
    await using gate = await httpGate([deployedHttpStage(api, stage)], { accessLogs });
    const sent = request({ port: gate.listener.port, path: '/', headers: { host }, agent: false }).end();
    sent.on('error', () => {});
    const { closed } = await arrived.promise;
    if (streaming) await once(sent, 'response');
    sent.destroy();
    await closed;
    assert.equal(await ended.promise, '$default', 'and is logged all the same');
    while (gate.listener.inFlight > 0) await turn();
  });

test('a body larger than the limit is refused, announced or not', async () => {
  await using backend = await Backend.start((received, response) => {
    received.resume();
    received.on('end', () => response.end('took it'));
  });
  await using gate = await httpGate([proxyTo(backend.url)], { limits: { bodyBytes: 100_000 } });
  assert.equal((await callHttp(gate, '/', { method: 'POST', body: Buffer.alloc(100_000) })).text, 'took it');
  const announced = await callHttp(gate, '/', { method: 'POST', body: Buffer.alloc(100_001) });
  assert.deepEqual([announced.status, announced.text], [413, '{"message":"Request Entity Too Large"}']);
  const sent = request({ port: gate.listener.port, path: '/', method: 'POST', headers: { host }, agent: false });
  sent.on('error', () => {});
  for (let i = 0; i < 20; i++) sent.write(Buffer.alloc(10_000));
  const [response] = await once(sent, 'response');
  assert.equal(response.statusCode, 413);
  sent.destroy();
});

test('what a body is encoded in is between client and backend', async () => {
  await using backend = await Backend.echo();
  await using gate = await httpGate([proxyTo(backend.url)]);
  const body = gzipSync('text');
  const seen = echoed(await callHttp(gate, '/', { method: 'POST', headers: { 'content-encoding': 'gzip' }, body }));
  assert.equal(seen.body, body.toString('latin1'));
  assert.equal(headerIn(seen.headers, 'content-encoding'), 'gzip');
});
