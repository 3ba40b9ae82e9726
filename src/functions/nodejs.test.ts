/** Node.js functions: what a handler may look like, what it gets, how it fails, and what of that is in the log. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { call, LogBook, Workbench } from './fixture.ts';
import { FunctionHost } from './host.ts';

const olderNode = '/usr/bin/node';

const bodies = (files: Readonly<Record<string, string>>, handler = 'index.handler') => ({ files, handler });

/** Every interpreter that the bootstrap has to work with and this machine has. */
const interpreters = [process.execPath, ...(existsSync(olderNode) ? [olderNode] : [])];

for (const interpreter of interpreters) {
  describe(`Node.js handlers on ${interpreter === process.execPath ? 'this Node.js' : interpreter}`, {
    concurrency: 3,
  }, () => {
    const bench = new Workbench();
    const log = new LogBook();
    let host: FunctionHost;
    before(() => {
      host = new FunctionHost({ log: log.sink, interpreters: { nodejs: interpreter } });
    });
    after(async () => {
      await host.close();
      bench[Symbol.dispose]();
    });

    for (const { what, module } of [
      { what: 'async CommonJS', module: bodies({ 'index.js': 'exports.handler = async (e) => ({ got: e.n });' }) },
      {
        what: 'ES module .mjs',
        module: bodies({ 'index.mjs': 'export const handler = async (e) => ({ got: e.n });' }),
      },
      { what: 'CommonJS .cjs', module: bodies({ 'index.cjs': 'exports.handler = async (e) => ({ got: e.n });' }) },
      {
        what: 'ES module by package.json',
        module: bodies({
          'package.json': '{"type":"module"}',
          'index.js': 'import "node:fs"; export const handler = async (e) => ({ got: e.n });',
        }),
      },
      {
        what: 'a folder in the handler name and a nested export',
        module: bodies(
          { 'src/api/app.js': 'exports.v1 = { get: async (e) => ({ got: e.n }) };' },
          'src/api/app.v1.get',
        ),
      },
      {
        what: 'a package in node_modules',
        module: bodies({ 'node_modules/shop/index.js': 'exports.go = async (e) => ({ got: e.n });' }, 'shop.go'),
      },
      {
        what: 'a callback',
        module: bodies({ 'index.js': 'exports.handler = (e, c, done) => done(null, { got: e.n });' }),
      },
      {
        what: 'a callback that comes later',
        module: bodies({
          'index.js': 'exports.handler = (e, c, done) => { setTimeout(done, 5, null, { got: e.n }); };',
        }),
      },
      {
        what: 'a callback that does not wait for an empty event loop',
        module: bodies({
          'index.js': `setInterval(() => {}, 1000);
            exports.handler = (e, c, done) => { c.callbackWaitsForEmptyEventLoop = false; done(null, { got: e.n }); };`,
        }),
      },
      {
        what: 'context.succeed',
        module: bodies({ 'index.js': 'exports.handler = (e, c) => c.succeed({ got: e.n });' }),
      },
      {
        what: 'context.done',
        module: bodies({ 'index.js': 'exports.handler = (e, c) => c.done(null, { got: e.n });' }),
      },
      {
        what: 'a promise of a plain function',
        module: bodies({ 'index.js': 'exports.handler = (e) => Promise.resolve({ got: e.n });' }),
      },
    ]) {
      test(`a handler as ${what} answers, twice`, async () => {
        const fn = bench.fn(module.files, { handler: module.handler });
        assert.equal((await call(host, fn, { n: 1 })).text, '{"got":1}');
        assert.equal((await call(host, fn, { n: 'é😀' })).text, '{"got":"é😀"}');
      });
    }

    for (const { what, returns, answer } of [
      { what: 'undefined', returns: 'undefined', answer: 'null' },
      { what: 'a string', returns: '"x"', answer: '"x"' },
      { what: 'a function', returns: '() => 1', answer: 'null' },
    ]) {
      test(`returning ${what} answers ${answer}`, async () => {
        const fn = bench.fn({ 'index.js': `exports.handler = async () => ${returns};` });
        assert.equal((await call(host, fn)).text, answer);
      });
    }

    test('a plain function that neither returns a promise nor calls back answers null', async () => {
      const fn = bench.fn({ 'index.js': 'exports.handler = () => 7;' });
      assert.equal((await call(host, fn)).text, 'null');
    });

    for (const { why, code, errorType, errorMessage } of [
      {
        why: 'throws',
        code: 'class Broken extends Error { name = "Broken"; } exports.handler = async () => { throw new Broken("no"); };',
        errorType: 'Broken',
        errorMessage: 'no',
      },
      {
        why: 'throws before it returns a promise',
        code: 'exports.handler = () => { throw new TypeError("early"); };',
        errorType: 'TypeError',
        errorMessage: 'early',
      },
      {
        why: 'throws a string',
        code: 'exports.handler = async () => { throw "just text"; };',
        errorType: 'string',
        errorMessage: 'just text',
      },
      {
        why: 'calls back with an error',
        code: 'exports.handler = (e, c, done) => done(new RangeError("far"));',
        errorType: 'RangeError',
        errorMessage: 'far',
      },
      {
        why: 'fails by context',
        code: 'exports.handler = (e, c) => c.fail(new Error("context"));',
        errorType: 'Error',
        errorMessage: 'context',
      },
      {
        why: 'returns what is no JSON',
        code: 'exports.handler = async () => ({ n: 1n });',
        errorType: 'Runtime.JSONStringifyError',
        errorMessage: 'Unable to stringify response body',
      },
      {
        why: 'never settles its promise',
        code: 'exports.handler = async () => { await new Promise(() => {}); };',
        errorType: 'Runtime.NodeJsExit',
        errorMessage: /never settled/,
      },
    ]) {
      test(`a handler that ${why} fails with ${errorType}, and its environment goes on`, async () => {
        const fn = bench.fn({ 'index.js': code });
        for (let round = 0; round < 2; round++) {
          const { text, functionError } = await call(host, fn);
          const failure = JSON.parse(text);
          assert.equal(functionError, 'Unhandled');
          assert.equal(failure.errorType, errorType);
          if (typeof errorMessage === 'string') assert.equal(failure.errorMessage, errorMessage);
          else assert.match(failure.errorMessage, errorMessage);
          assert.ok(Array.isArray(failure.trace));
        }
        assert.equal(log.messages(fn).filter((message) => message.startsWith('INIT_START')).length, 1);
        const messages = await log.until(fn, /\tERROR\tInvoke Error \t\{/);
        assert.ok(messages.some((message) => message.includes(`"errorType":"${errorType}"`) || errorType === 'string'));
      });
    }

    for (const { why, code, errorType, errorMessage, title } of [
      {
        why: 'an exception that nobody catches',
        code: 'exports.handler = (e) => { if (e.bad) setTimeout(() => { throw new Error("later"); }, 1); else return Promise.resolve(1); };',
        errorType: 'Error',
        errorMessage: 'later',
        title: 'Uncaught Exception',
      },
      {
        why: 'a rejection that nobody handles',
        code: 'exports.handler = async (e) => { if (!e.bad) return 1; Promise.reject(new Error("alone")); await new Promise((r) => setTimeout(r, 1000)); };',
        errorType: 'Runtime.UnhandledPromiseRejection',
        errorMessage: 'Error: alone',
        title: 'Unhandled Promise Rejection',
      },
    ]) {
      test(`${why} fails the invocation and ends the environment`, async () => {
        const fn = bench.fn({ 'index.js': code });
        assert.equal((await call(host, fn)).text, '1');
        const failure = JSON.parse((await call(host, fn, { bad: true })).text);
        assert.equal(failure.errorType, errorType);
        assert.equal(failure.errorMessage, errorMessage);
        assert.ok(failure.trace.length > 1, 'with a stack trace');
        assert.equal((await call(host, fn)).text, '1');
        const messages = log.messages(fn);
        assert.equal(messages.filter((message) => message.startsWith('INIT_START')).length, 2);
        assert.ok(messages.some((message) => message.includes(`\tERROR\t${title} \t{`)));
      });
    }

    for (const { what, files, handler, errorType, errorMessage } of [
      {
        what: 'a syntax error',
        files: { 'index.js': 'exports.handler = async () => {' },
        errorType: 'Runtime.UserCodeSyntaxError',
        errorMessage: /^SyntaxError: Unexpected end of input/,
      },
      {
        what: 'a missing module',
        files: { 'other.js': '' },
        errorType: 'Runtime.ImportModuleError',
        errorMessage: /^Error: Cannot find module 'index'/,
      },
      {
        what: 'a missing dependency',
        files: { 'index.js': 'require("no-such-package");' },
        errorType: 'Runtime.ImportModuleError',
        errorMessage: /^Error: Cannot find module 'no-such-package'/,
      },
      {
        what: 'a missing handler',
        files: { 'index.js': 'exports.other = 1;' },
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: /^index.handler is undefined or not exported$/,
      },
      {
        what: 'a handler that is no function',
        files: { 'index.js': 'exports.handler = 7;' },
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: /^index.handler is not a function$/,
      },
      {
        what: 'a handler name without a dot',
        files: { 'index.js': '' },
        handler: 'index',
        errorType: 'Runtime.MalformedHandlerName',
        errorMessage: /^Bad handler$/,
      },
      {
        what: 'a handler name that climbs',
        files: { 'index.js': '' },
        handler: '../index.handler',
        errorType: 'Runtime.MalformedHandlerName',
        errorMessage: /is not a valid handler name/,
      },
      {
        what: 'a module that throws',
        files: { 'index.js': 'throw new RangeError("at start");' },
        errorType: 'RangeError',
        errorMessage: /^at start$/,
      },
    ]) {
      test(`${what} is an initialisation error ${errorType}`, async () => {
        const fn = bench.fn(files, handler === undefined ? {} : { handler });
        const { text, functionError } = await call(host, fn);
        const failure = JSON.parse(text);
        assert.equal(functionError, 'Unhandled');
        assert.equal(failure.errorType, errorType);
        assert.match(failure.errorMessage, errorMessage);
        const messages = log.messages(fn);
        assert.match(
          messages.join('\n'),
          new RegExp(`INIT_REPORT .*Phase: init\\tStatus: error\\tError Type: ${errorType}`),
        );
        assert.match(messages.join('\n'), /INIT_REPORT .*Phase: invoke\tStatus: error/);
      });
    }

    test('the context has everything that Lambda gives', async () => {
      const fn = bench.fn(
        {
          'index.js': `exports.handler = async (e, c) => ({ ...c, left: c.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID,
            keys: Object.keys(c) });`,
        },
        { timeoutMs: 60_000, version: '7' },
      );
      const traceId = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
      const requestId = randomUUID();
      const { text } = await call(
        host,
        fn,
        {},
        {
          requestId,
          traceId,
          invokedFunctionArn: `${fn.functionArn}:live`,
          clientContext: '{\n "custom": {"name": "Zoë\\r\\n"}}',
          cognitoIdentity: '{"cognitoIdentityId":"id","cognitoIdentityPoolId":"pool"}',
        },
      );
      const context = JSON.parse(text);
      assert.ok(context.left > 50_000 && context.left <= 60_000);
      assert.deepEqual(
        { ...context, left: 0 },
        {
          callbackWaitsForEmptyEventLoop: true,
          functionVersion: '7',
          functionName: fn.functionName,
          memoryLimitInMB: '256',
          logGroupName: fn.logging.group,
          logStreamName: log.entries.find((entry) => entry.functionArn === fn.functionArn)?.stream,
          clientContext: { custom: { name: 'Zoë\r\n' } },
          identity: { cognitoIdentityId: 'id', cognitoIdentityPoolId: 'pool' },
          invokedFunctionArn: `${fn.functionArn}:live`,
          awsRequestId: requestId,
          left: 0,
          trace: traceId,
          keys: context.keys,
        },
      );
      assert.match(context.logStreamName, /^\d{4}\/\d\d\/\d\d\/\[7\][0-9a-f]{32}$/);
      for (const name of ['succeed', 'fail', 'done', 'getRemainingTimeInMillis'])
        assert.ok(context.keys.includes(name));
      const second = JSON.parse((await call(host, fn)).text);
      assert.match(second.trace, /^Root=(?!1-5759e988-bd862e3f).*;Sampled=0$/, 'a trace belongs to its invocation');
      assert.equal(second.clientContext, undefined);
    });

    test('console lines are formatted as Lambda does, in order with what is written directly', async () => {
      const fn = bench.fn({
        'index.js': `exports.handler = async () => {
          console.log('one %s', 'two', { three: [3] });
          process.stdout.write('direct\\n');
          console.warn('several\\nlines');
          process.stderr.write('to stderr\\n');
          console.error(new Error('shown').message);
          console.debug('fine'); };`,
      });
      const { requestId } = await call(host, fn);
      const messages = await log.until(fn, /^REPORT/);
      const lines = messages.map((message) => message.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/, 'TIME'));
      assert.deepEqual(lines.slice(1, -1), [
        `START RequestId: ${requestId} Version: $LATEST`,
        `TIME\t${requestId}\tINFO\tone two { three: [ 3 ] }`,
        'direct',
        `TIME\t${requestId}\tWARN\tseveral\nlines`,
        'to stderr',
        `TIME\t${requestId}\tERROR\tshown`,
        `TIME\t${requestId}\tDEBUG\tfine`,
        `END RequestId: ${requestId}`,
      ]);
      assert.match(
        lines.at(-1) ?? '',
        new RegExp(
          `^REPORT RequestId: ${requestId}\\tDuration: \\d+\\.\\d\\d ms\\tBilled Duration: \\d+ ms\\tMemory Size: 256 MB\\tMax Memory Used: \\d+ MB\\tInit Duration: \\d+\\.\\d\\d ms\\t$`,
        ),
      );
    });

    test('format JSON makes objects of lines, and drops levels below the configured one', async () => {
      const fn = bench.fn(
        {
          'index.js': `exports.handler = async () => { console.debug('no'); console.info({ a: 1 }); console.error('bad', new TypeError('t')); };`,
        },
        { logging: { format: 'JSON', applicationLevel: 'INFO', group: 'g' } },
      );
      const { requestId } = await call(host, fn);
      const entries = (await log.until(fn, /platform\.report/)).map((message) => JSON.parse(message));
      assert.deepEqual(
        entries.map((entry) => entry.type ?? entry.level),
        ['platform.initStart', 'platform.start', 'INFO', 'ERROR', 'platform.report'],
      );
      assert.deepEqual(entries[2].message, { a: 1 });
      assert.equal(entries[2].requestId, requestId);
      assert.equal(entries[3].errorType, 'TypeError');
      assert.equal(entries[4].record.status, 'success');
      assert.equal(entries[4].record.metrics.memorySizeMB, 256);
    });

    test('modules come from layers, the later one first, with require and import', async () => {
      const pkg = (name: string) => ({
        'nodejs/node_modules/shared/package.json': '{"name":"shared","main":"i.js"}',
        'nodejs/node_modules/shared/i.js': `exports.from = ${JSON.stringify(name)};`,
      });
      const layers = [bench.folder(pkg('first')), bench.folder(pkg('second'))];
      const cjs = bench.fn({ 'index.js': 'exports.handler = async () => require("shared").from;' }, { layers });
      assert.equal((await call(host, cjs)).text, '"second"');
      if (interpreter !== process.execPath) return;
      const esm = bench.fn(
        { 'index.mjs': 'import s from "shared"; export const handler = async () => s.from;' },
        { layers },
      );
      assert.equal((await call(host, esm)).text, '"second"');
    });
  });
}
