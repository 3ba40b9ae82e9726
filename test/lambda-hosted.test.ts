/** The gate with real functions behind it: processes that speak the Runtime API. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { FunctionConfiguration } from '../src/functions/configuration.ts';
import { call as invoke, Workbench } from '../src/functions/fixture.ts';
import { FunctionHost } from '../src/functions/host.ts';
import { Functions } from '../src/integrations/functions.ts';
import { HostedFunctions } from '../src/integrations/hosted-functions.ts';
import { UpstreamHttpIntegrator } from '../src/integrations/http.ts';
import { Upstream } from '../src/wire/upstream.ts';
import { anybody } from './functions.ts';
import { deployedStage, type MethodWish, restApi } from './rest-stage.ts';
import { RunningGate } from './running-gate.ts';

describe('real functions', { timeout: 60_000 }, () => {
  const bench = new Workbench();
  const functions = new Map<string, FunctionConfiguration>();
  let host: FunctionHost;
  let gate: RunningGate;

  const add = (body: string, settings: Partial<FunctionConfiguration> = {}): string => {
    const fn = bench.fn({ 'index.js': body }, settings);
    functions.set(fn.functionArn, fn);
    return fn.functionArn;
  };
  const proxy = (arn: string, changes: MethodWish['integration'] = {}): MethodWish => ({
    integration: {
      type: 'AWS_PROXY',
      httpMethod: 'POST',
      uri: `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${arn}/invocations`,
      ...changes,
    },
  });

  before(async () => {
    host = new FunctionHost();
    const api = restApi({
      '/echo': {
        POST: proxy(add('exports.handler = async (event) => ({ body: event.body.toUpperCase() })')),
      },
      '/throws': { GET: proxy(add('exports.handler = async () => { throw new Error("thrown") }')) },
      '/exits': { GET: proxy(add('exports.handler = async () => process.exit(3)')) },
      '/hangs': {
        GET: proxy(add('exports.handler = () => new Promise(() => setInterval(() => {}, 1000))', { timeoutMs: 300 })),
      },
      '/streams': {
        GET: proxy(
          add(`exports.handler = awslambda.streamifyResponse(async (event, stream) => {
            const { mark } = event.queryStringParameters;
            stream = awslambda.HttpResponseStream.from(stream, { statusCode: 206, headers: { 'X-Mark': 'yes' } });
            stream.write('first ');
            while (!require('node:fs').existsSync(mark)) await new Promise((r) => setTimeout(r, 2));
            stream.end('last');
          })`),
          { responseTransferMode: 'STREAM' },
        ),
      },
      '/throttled': { GET: proxy(add('exports.handler = async () => ({})', { reservedConcurrency: 0 })) },
    });
    const hosted = new HostedFunctions({
      directory: {
        resolve: (invokedFunctionArn) => {
          const configuration = functions.get(invokedFunctionArn);
          return configuration === undefined
            ? undefined
            : { invokedFunctionArn, statements: [anybody], targets: [{ share: 1, configuration }] };
        },
      },
      invoker: host,
      enqueue: () => Promise.reject(new Error('no queue')),
      roleAllows: () => false,
    });
    gate = await RunningGate.start([deployedStage(api)], {
      integrators: {
        http: new UpstreamHttpIntegrator(new Upstream()),
        aws: null,
        functions: new Functions({ hosted, remote: null }),
      },
    });
  });
  after(async () => {
    await gate[Symbol.asyncDispose]();
    await host.close();
    bench[Symbol.dispose]();
  });

  test('a request goes through and back', async () => {
    const answer = await gate.call('/prod/echo', { method: 'POST', body: 'héllo' });
    assert.deepEqual([answer.status, answer.text], [200, 'HÉLLO']);
  });

  for (const { path, status, log } of [
    { path: 'throws', status: 502, log: /"reason":"thrown"/ },
    { path: 'exits', status: 502, log: /Runtime exited with error: exit status 3/ },
    { path: 'hangs', status: 502, log: /Task timed out after 0\.30 seconds/ },
    { path: 'throttled', status: 500, log: /TooManyRequestsException/ },
  ])
    test(`a function that ${path}: ${status}, and the log says why`, async () => {
      const answer = await gate.call(`/prod/${path}`);
      assert.deepEqual([answer.status, answer.text], [status, '{"message": "Internal server error"}']);
      assert.match(gate.log.text, log);
    });

  test('a streamed answer reaches the client while the function goes on', async () => {
    const mark = join(bench.folder({}), 'mark');
    const response = await fetch(`http://127.0.0.1:${gate.listener.port}/_api/a1b2c3d4e5/prod/streams?mark=${mark}`);
    assert.deepEqual([response.status, response.headers.get('x-mark')], [206, 'yes']);
    const reader = response.body!.getReader();
    assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), 'first ');
    writeFileSync(mark, '');
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      rest += Buffer.from(value).toString();
    }
    assert.equal(rest, 'last');
  });

  test('a client that leaves a stream leaves the function to end by itself', async () => {
    const mark = join(bench.folder({}), 'mark');
    const leaving = new AbortController();
    const url = `http://127.0.0.1:${gate.listener.port}/_api/a1b2c3d4e5/prod/streams?mark=${mark}`;
    const response = await fetch(url, { signal: leaving.signal });
    await response.body!.getReader().read();
    leaving.abort();
    writeFileSync(mark, '');
    const echo = await gate.call('/prod/echo', { method: 'POST', body: 'still here' });
    assert.equal(echo.text, 'STILL HERE');
    const streaming = [...functions.values()].find((fn) => fn.functionName === 'f5');
    assert.ok(streaming !== undefined);
    await assert.doesNotReject(
      invoke(host, streaming, { queryStringParameters: { mark } }).then(({ functionError }) =>
        assert.equal(functionError, undefined),
      ),
    );
  });
});
