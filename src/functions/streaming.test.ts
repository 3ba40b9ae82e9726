/** Response streaming: bytes arrive as the handler writes them, and failures arrive wherever they happen. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { FunctionConfiguration } from './configuration.ts';
import { call, Workbench } from './fixture.ts';
import { FunctionHost } from './host.ts';
import { StreamBroken } from './invocation.ts';
import { httpIntegrationType, splitHttpPrelude } from './streamed-response.ts';

describe('response streaming', { concurrency: 3, timeout: 30_000 }, () => {
  const bench = new Workbench();
  let host: FunctionHost;
  before(() => {
    host = new FunctionHost();
  });
  after(async () => {
    await host.close();
    bench[Symbol.dispose]();
  });
  const streaming = (body: string, settings = {}) =>
    bench.fn(
      { 'index.js': `exports.handler = awslambda.streamifyResponse(async (event, stream, context) => { ${body} });` },
      settings,
    );
  const open = (fn: FunctionConfiguration, event: unknown = {}) =>
    host.invokeStreaming(fn, Buffer.from(JSON.stringify(event)), { requestId: randomUUID() });
  const textOf = async (stream: AsyncIterable<Buffer>) => {
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part);
    return Buffer.concat(parts).toString();
  };

  test('the first bytes arrive before the handler has finished', async () => {
    const mark = join(bench.folder({}), 'read');
    const fn = streaming(`stream.setContentType('text/plain'); stream.write('first');
      while (!require('node:fs').existsSync(event.mark)) await new Promise((r) => setTimeout(r, 2)); stream.end('last');`);
    const { body, contentType, completed } = await open(fn, { mark });
    assert.equal(contentType, 'text/plain');
    const reader = body[Symbol.asyncIterator]();
    assert.equal(String((await reader.next()).value), 'first');
    writeFileSync(mark, '');
    assert.equal(String((await reader.next()).value), 'last');
    assert.equal((await completed).functionError, undefined);
  });

  test('twice over one environment, with pauses, objects and empty writes', async () => {
    const fn = streaming(
      `stream.write(''); stream.write({ a: 1 }); await new Promise((r) => setTimeout(r, 5)); stream.write(Buffer.from([33])); stream.end();`,
    );
    for (let round = 0; round < 2; round++) {
      const { body, completed, contentType } = await open(fn);
      assert.equal(await textOf(body), '{"a":1}!');
      assert.equal(contentType, 'application/octet-stream');
      assert.equal((await completed).functionError, undefined);
    }
  });

  test('a stream larger than any buffer comes whole, and the handler waits for a slow reader', async () => {
    const fn = streaming(`const chunk = Buffer.alloc(64 * 1024, 'z'); let waits = 0;
      for (let i = 0; i < 320; i++) if (!stream.write(chunk)) { waits++; await new Promise((r) => stream.once('drain', r)); }
      stream.end(String(waits));`);
    const { body } = await open(fn);
    let bytes = 0;
    let last = '';
    for await (const part of body) {
      if (bytes === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      bytes += part.length;
      last = (last + part.toString('latin1')).slice(-4);
    }
    assert.ok(bytes > 320 * 64 * 1024);
    assert.match(last, /z\d+$/);
  });

  test('HttpResponseStream puts the metadata in front', async () => {
    const fn = streaming(
      `stream = awslambda.HttpResponseStream.from(stream, { statusCode: 418, headers: { a: 'b' } }); stream.write('body'); stream.end();`,
    );
    const { body, contentType } = await open(fn);
    assert.equal(contentType, httpIntegrationType);
    const prelude = await splitHttpPrelude(body);
    assert.deepEqual(prelude.metadata, { statusCode: 418, headers: { a: 'b' } });
    assert.equal(await textOf(prelude.body), 'body');
  });

  test('metadata without a body', async () => {
    const fn = streaming(`awslambda.HttpResponseStream.from(stream, { statusCode: 204 }).end();`);
    const prelude = await splitHttpPrelude((await open(fn)).body);
    assert.deepEqual(prelude.metadata, { statusCode: 204 });
    assert.equal(await textOf(prelude.body), '');
  });

  for (const { when, body, errorType } of [
    { when: 'before the first byte', body: `throw new RangeError('no');`, errorType: 'RangeError' },
    {
      when: 'before the first byte, with metadata ready',
      body: `stream = awslambda.HttpResponseStream.from(stream, { statusCode: 200 }); throw new RangeError('no');`,
      errorType: 'RangeError',
    },
    { when: 'by never ending the stream', body: `stream.cork();`, errorType: 'Error' },
  ]) {
    test(`a failure ${when} is an error without a body`, async () => {
      const fn = streaming(body);
      for (let round = 0; round < 2; round++) {
        const streamed = await open(fn);
        assert.equal(await textOf(streamed.body), '');
        const result = await streamed.completed;
        assert.equal(result.functionError, 'Unhandled');
        assert.equal(JSON.parse(Buffer.from(result.payload).toString()).errorType, errorType);
      }
    });
  }

  for (const { when, body, payload } of [
    {
      when: 'by the handler',
      body: `stream.write('part'); await new Promise((r) => setTimeout(r, 5)); throw new RangeError('late');`,
      payload: /"errorType":"RangeError"/,
    },
    {
      when: 'by the end of the process',
      body: `stream.write('part'); await new Promise((r) => setTimeout(r, 20)); process.exit(1);`,
      payload: /"errorType":"Runtime.ExitError"/,
    },
    {
      when: 'by the time limit',
      body: `stream.write('part'); setInterval(() => {}, 1000); await new Promise(() => {});`,
      payload: /timed out after 1.00/,
    },
  ]) {
    test(`a failure after the first byte, ${when}, breaks the stream`, async () => {
      const { body: stream, completed } = await open(streaming(body, { timeoutMs: 1000 }));
      let seen = '';
      const reading = (async () => {
        for await (const part of stream) seen += part;
      })();
      await assert.rejects(reading, (error) => {
        assert.equal(seen, 'part');
        assert.ok(error instanceof StreamBroken);
        assert.match(Buffer.from(error.payload).toString(), payload);
        return true;
      });
      assert.equal((await completed).functionError, 'Unhandled');
    });
  }

  test('whoever stops reading does not stop the function', async () => {
    const fn = streaming(
      `for (let i = 0; i < 100; i++) { if (!stream.write(Buffer.alloc(64 * 1024))) await new Promise((r) => stream.once('drain', r)); } stream.end();`,
    );
    const { body, completed } = await open(fn);
    body.destroy();
    assert.equal((await completed).functionError, undefined);
    assert.equal(await textOf((await open(streaming(`stream.end('next')`))).body), 'next');
  });

  test('a buffered invocation collects what is streamed', async () => {
    const fn = streaming(`stream.write('a'); await new Promise((r) => setTimeout(r, 2)); stream.end('b');`);
    assert.equal((await call(host, fn)).text, 'ab');
    const failing = streaming(`stream.write('a'); throw new Error('after');`);
    const { text, functionError } = await call(host, failing);
    assert.equal(functionError, 'Unhandled');
    assert.match(text, /"errorMessage":"after"/);
  });

  test('a function that does not stream can be invoked as if it did', async () => {
    const fn = bench.fn({
      'index.js': 'exports.handler = async (e) => { if (e.bad) throw new Error("b"); return e; };',
    });
    const { body, contentType, completed } = await open(fn, { n: 1 });
    assert.equal(contentType, 'application/json');
    assert.equal(await textOf(body), '{"n":1}');
    assert.equal((await completed).functionError, undefined);
    const failed = await open(fn, { bad: true });
    assert.equal(await textOf(failed.body), '');
    assert.equal((await failed.completed).functionError, 'Unhandled');
  });
});
