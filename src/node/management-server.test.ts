import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { ManagementResponse } from '../management/protocol/request.ts';
import type { Log } from '../observe/log.ts';
import { serveManagement } from './management-server.ts';

/** A server that answers everything with the same, and what it logs. */
async function serving(answer: () => ManagementResponse | Promise<ManagementResponse>) {
  const logged = Promise.withResolvers<{ readonly level: string; readonly message: string }>();
  const at = (level: string) => (_fields: object, message: string) => logged.resolve({ level, message });
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const server = await serveManagement({
    host: '127.0.0.1',
    port: 0,
    bodyBytesMax: 1_000,
    handle: async () => answer(),
    pages: {},
    log,
  });
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  return { server, logged: logged.promise, socket, [Symbol.asyncDispose]: () => server.close(0) };
}

const streamed = (stream: Readable): ManagementResponse => ({ status: 200, headers: {}, body: '', stream });

test('a client that leaves a streamed answer is no error', async () => {
  const stream = new Readable({ read() {} });
  stream.push('one');
  await using on = await serving(() => streamed(stream));
  on.socket.write('GET /stream HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(on.socket, 'data');
  on.socket.destroy();
  assert.deepEqual(await on.logged, { level: 'debug', message: 'a client left before its answer was whole' });
  assert.ok(stream.destroyed);
});

test('a client that leaves while it sends is no error', async () => {
  await using on = await serving(() => assert.fail('not called'));
  on.socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\nexpect: 100-continue\r\n\r\n');
  await once(on.socket, 'data');
  on.socket.destroy();
  assert.equal((await on.logged).level, 'debug');
});

test('a stream that breaks is one', async () => {
  const stream = new Readable({ read() {} });
  stream.push('one');
  await using on = await serving(() => streamed(stream));
  on.socket.write('GET /stream HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(on.socket, 'data');
  stream.destroy(new Error('broken'));
  assert.deepEqual(await on.logged, { level: 'error', message: 'a management call failed' });
});

test('a closing server answers what is under way, and keeps no connection', async () => {
  const answered = Promise.withResolvers<ManagementResponse>();
  const asked = Promise.withResolvers<void>();
  await using on = await serving(() => {
    asked.resolve();
    return answered.promise;
  });
  let text = '';
  on.socket.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  on.socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await asked.promise;
  await on.server.drain(0);
  const closed = on.server.close(60_000);
  const ended = once(on.socket, 'end');
  answered.resolve({ status: 200, headers: {}, body: 'late' });
  await Promise.all([closed, ended]);
  assert.match(text, /^connection: close\r$/m);
  assert.ok(text.endsWith('late'));
});

test('a closing server waits only so long', async () => {
  const asked = Promise.withResolvers<void>();
  await using on = await serving(() => {
    asked.resolve();
    return new Promise(() => {});
  });
  on.socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await asked.promise;
  const ended = once(on.socket, 'close');
  await on.server.close(0);
  await ended;
});
