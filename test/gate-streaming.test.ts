/** Bodies on their way through the gate: sizes, backpressure, clients and backends that leave early. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { DeployedRestStage } from '../src/definition/stage.ts';
import { UpstreamHttpIntegrator } from '../src/integrations/http.ts';
import { Upstream } from '../src/wire/upstream.ts';
import { invocationUri, PretendedFunctions } from './functions.ts';
import { apiId, deployedStage, restApi } from './rest-stage.ts';
import { Backend, echoed, headerIn, RunningGate } from './running-gate.ts';

const proxyTo = (uri: string): DeployedRestStage =>
  deployedStage(restApi({ '/': { ANY: { integration: { type: 'HTTP_PROXY', uri } } } }));

const host = `${apiId}.execute-api.localhost`;

test('200 MB pass through without gathering in memory', { timeout: 60_000 }, async () => {
  const total = 200 * 1024 * 1024;
  let written = 0;
  await using backend = await Backend.start((_received, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': total });
    const piece = Buffer.alloc(65_536);
    const more = (): void => {
      while (written < total) {
        written += piece.length;
        if (!response.write(piece)) return;
      }
      response.end();
    };
    response.on('drain', more);
    more();
  });
  await using gate = await RunningGate.start([proxyTo(backend.url)]);
  const sent = request({ port: gate.listener.port, path: '/prod', headers: { host }, agent: false }).end();
  const [response] = await once(sent, 'response');
  assert.equal(response.headers['content-length'], String(total));
  let read = 0;
  let aheadMax = 0;
  for await (const piece of response) {
    read += piece.length;
    aheadMax = Math.max(aheadMax, written - read);
  }
  assert.equal(read, total);
  assert.ok(aheadMax < 40 * 1024 * 1024, `the backend was ${aheadMax} bytes ahead of the client`);
});

test('a slow backend slows the client down', { timeout: 60_000 }, async () => {
  const total = 64 * 1024 * 1024;
  let taken = 0;
  let sentBytes = 0;
  await using backend = await Backend.start(async (received, response) => {
    // Reads nothing until the client has been stopped by backpressure.
    for (let before = -1; before !== sentBytes; ) {
      before = sentBytes;
      for (let i = 0; i < 200; i++) await turn();
    }
    assert.ok(sentBytes < total, 'everything was taken though nobody read it');
    for await (const piece of received) taken += piece.length;
    response.end('done');
  });
  await using gate = await RunningGate.start([proxyTo(backend.url)], { limits: { bodyBytes: 2 * total } });
  const sent = request({
    port: gate.listener.port,
    path: '/prod',
    method: 'POST',
    headers: { host, 'content-length': total },
  });
  const piece = Buffer.alloc(65_536);
  const more = (): void => {
    while (sentBytes < total) {
      sentBytes += piece.length;
      if (!sent.write(piece)) return;
    }
    sent.end();
  };
  sent.on('drain', more);
  more();
  const [response] = await once(sent, 'response');
  assert.equal(response.statusCode, 200);
  response.resume();
  await once(response, 'end');
  assert.equal(taken, total);
});

test('events reach the client one by one', async () => {
  const finish = Promise.withResolvers<void>();
  await using backend = await Backend.start(async (_received, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: one\n\n');
    await finish.promise;
    response.end('data: two\n\n');
  });
  await using gate = await RunningGate.start([proxyTo(backend.url)]);
  const sent = request({ port: gate.listener.port, path: '/prod', headers: { host }, agent: false }).end();
  const [response] = await once(sent, 'response');
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
  await using gate = await RunningGate.start([proxyTo(backend.url)]);
  const sent = request({ port: gate.listener.port, path: '/prod', headers: { host }, agent: false }).end();
  const [response] = await once(sent, 'response');
  assert.equal(response.headers['content-type'], 'text/event-stream');
  begin.resolve();
  assert.equal((await once(response, 'data'))[0].toString(), 'data: one\n\n');
});

test('the head of a streaming function reaches the client before its body does', { timeout: 10_000 }, async () => {
  const written = new PassThrough();
  const functions = new PretendedFunctions({
    fn: {
      streamHandler: () => ({
        contentType: 'application/vnd.awslambda.http-integration-response',
        body: written,
        completed: once(written, 'close').then(() => ({
          payload: Buffer.alloc(0),
          executedVersion: '$LATEST',
          durationMs: 1,
        })),
      }),
    },
  });
  const uri = invocationUri('fn');
  const integration = { type: 'AWS_PROXY', httpMethod: 'POST', uri, responseTransferMode: 'STREAM' } as const;
  await using gate = await RunningGate.start([deployedStage(restApi({ '/': { ANY: { integration } } }))], {
    integrators: { http: new UpstreamHttpIntegrator(new Upstream()), aws: null, functions: functions.caller() },
  });
  const sent = request({ port: gate.listener.port, path: '/prod', headers: { host }, agent: false }).end();
  written.write(`{"statusCode":202}${'\0'.repeat(8)}`);
  const [response] = await once(sent, 'response');
  assert.equal(response.statusCode, 202);
  written.end('data: one\n\n');
  assert.equal((await once(response, 'data'))[0].toString(), 'data: one\n\n');
});

test('headers that the Connection header of a backend names stay between backend and gateway', async () => {
  await using backend = await Backend.start((_received, response) => {
    response.writeHead(200, ['X-Foo', '1', 'Connection', 'keep-alive, X-Foo', 'X-Bar', '2', 'Content-Length', '2']);
    response.end('ok');
  });
  await using gate = await RunningGate.start([proxyTo(backend.url)]);
  const { headers, text } = await gate.call('/prod');
  assert.deepEqual([headers['x-foo'], headers['x-bar'], text], [undefined, '2', 'ok']);
});

for (const { when, streaming } of [
  { when: 'before the answer', streaming: false },
  { when: 'while the answer streams', streaming: true },
])
  test(`a client that leaves ${when} takes its call to the backend with it`, async () => {
    const arrived = Promise.withResolvers<{ readonly closed: Promise<unknown> }>();
    await using backend = await Backend.start((received, response) => {
      if (streaming) response.write('begin');
      arrived.resolve({ closed: once(received.socket, 'close') });
    });
    await using gate = await RunningGate.start([proxyTo(backend.url)]);
    const sent = request({ port: gate.listener.port, path: '/prod', headers: { host }, agent: false }).end();
    sent.on('error', () => {});
    const { closed } = await arrived.promise;
    if (streaming) await once(sent, 'response');
    assert.equal(gate.listener.inFlight, 1);
    sent.destroy();
    await closed;
    while (gate.listener.inFlight > 0) await turn();
  });

test('a backend that closes halfway: 504 while nothing has been sent, a cut connection after that', async () => {
  await using backend = await Backend.start((received, response) => {
    if (received.url === '/short') response.writeHead(200, { 'content-length': 100 }).write('half');
    else response.write('x'.repeat(1000));
    setImmediate(() => response.destroy());
  });
  const paths = {
    '/short': { GET: { integration: { type: 'HTTP_PROXY', uri: `${backend.url}/short` } } },
    '/long': { GET: { integration: { type: 'HTTP_PROXY', uri: `${backend.url}/long` } } },
  } as const;
  await using gate = await RunningGate.start([deployedStage(restApi(paths))]);
  const answer = await gate.call('/prod/short');
  assert.equal(answer.status, 504);
  assert.equal(answer.text, '{"message": "Network error communicating with endpoint"}');
  assert.match(gate.log.text, /the upstream closed the connection halfway through its answer/);
  await assert.rejects(gate.call('/prod/long'), { code: 'ECONNRESET' });
  assert.match(gate.log.text, /an answer broke off/);
});

test('a body larger than the limit is refused, announced or not', async () => {
  await using backend = await Backend.start(async (received, response) => {
    received.resume();
    received.on('end', () => response.end('took it'));
  });
  await using gate = await RunningGate.start([proxyTo(backend.url)], { limits: { bodyBytes: 100_000 } });
  const fits = await gate.call('/prod', { method: 'POST', body: Buffer.alloc(100_000) });
  assert.equal(fits.text, 'took it');
  const announced = await gate.call('/prod', { method: 'POST', body: Buffer.alloc(100_001) });
  assert.equal(announced.status, 413);
  const sent = request({ port: gate.listener.port, path: '/prod', method: 'POST', headers: { host }, agent: false });
  sent.on('error', () => {});
  for (let i = 0; i < 20; i++) sent.write(Buffer.alloc(10_000));
  const [response] = await once(sent, 'response');
  assert.equal(response.statusCode, 413);
  sent.destroy();
});

for (const { coding, pack } of [
  { coding: 'gzip', pack: gzipSync },
  { coding: 'deflate', pack: deflateSync },
  { coding: 'deflate', pack: deflateRawSync },
  { coding: 'identity', pack: (text: string) => Buffer.from(text) },
])
  test(`a request body in ${coding} (${pack.name}) reaches the backend unpacked`, async () => {
    await using backend = await Backend.echo();
    await using gate = await RunningGate.start([proxyTo(backend.url)]);
    const seen = echoed(
      await gate.call('/prod', { method: 'POST', headers: { 'content-encoding': coding }, body: pack('the body') }),
    );
    assert.equal(seen.body, 'the body');
    assert.equal(headerIn(seen.headers, 'content-encoding'), undefined);
    assert.equal(headerIn(seen.headers, 'content-length'), '8');
  });

test('a request body that can not be unpacked, or grows too large, is refused', async () => {
  await using backend = await Backend.echo();
  await using gate = await RunningGate.start([proxyTo(backend.url)]);
  const post = async (coding: string, body: Uint8Array): Promise<number> =>
    (await gate.call('/prod', { method: 'POST', headers: { 'content-encoding': coding }, body })).status;
  assert.equal(await post('br', Buffer.from('x')), 415);
  assert.equal(await post('gzip', Buffer.from('not gzip')), 415);
  assert.equal(await post('gzip', gzipSync(Buffer.alloc(10_485_761))), 413);
  assert.equal(backend.requests.length, 0);
});

test('a client that leaves while it sends is no error of ours', async () => {
  await using backend = await Backend.start((received) => received.resume());
  const validated = {
    integration: { type: 'HTTP', uri: backend.url, integrationResponses: { '200': { statusCode: '200' } } },
  } as const;
  const proxied = { integration: { type: 'HTTP_PROXY', uri: backend.url } } as const;
  await using gate = await RunningGate.start([
    deployedStage(restApi({ '/whole': { POST: validated }, '/stream': { POST: proxied } })),
  ]);
  for (const path of ['whole', 'stream'])
    for (const length of [{ 'content-length': '100000' }, { 'transfer-encoding': 'chunked' }]) {
      const options = { port: gate.listener.port, path: `/prod/${path}`, method: 'POST', agent: false } as const;
      const sent = request({ ...options, headers: { host, ...length } });
      sent.on('error', () => {});
      sent.write('some of it');
      while (gate.listener.inFlight === 0) await turn();
      sent.destroy();
      while (gate.listener.inFlight > 0) await turn();
    }
  assert.doesNotMatch(gate.log.text, /error/);
});

test('HEAD is answered like GET, without a body', async () => {
  await using backend = await Backend.echo();
  await using gate = await RunningGate.start([proxyTo(backend.url)]);
  const answer = await gate.call('/prod', { method: 'HEAD' });
  assert.deepEqual([answer.status, answer.bytes.length, answer.headers['x-backend']], [200, 0, 'echo']);
  assert.equal(backend.requests[0]?.method, 'HEAD');
  await gate.call('/prod', { method: 'HEAD' });
  assert.equal(backend.sockets.size, 1, 'the connection to the backend is kept');
});

test('a short body of unknown length reaches the backend with its length, a long one in chunks', async () => {
  await using backend = await Backend.echo();
  await using gate = await RunningGate.start([proxyTo(backend.url)]);
  for (const [size, header] of [
    [0, ['content-length', '0']],
    [10, ['content-length', '10']],
    [200_000, ['transfer-encoding', 'chunked']],
  ] as const) {
    const seen = echoed(
      await gate.call('/prod', {
        method: 'POST',
        headers: { 'transfer-encoding': 'chunked' },
        body: Buffer.alloc(size, 'x'),
      }),
    );
    assert.deepEqual([seen.body.length, headerIn(seen.headers, header[0])], [size, header[1]]);
  }
});
