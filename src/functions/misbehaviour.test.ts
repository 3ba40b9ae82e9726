/**
 * Functions that do everything wrong: the caller gets Lambda's answer, the log says why, the environment is replaced,
 * and other functions do not notice.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionConfiguration } from './configuration.ts';
import { call, gone, LogBook, Workbench } from './fixture.ts';
import { FunctionHost } from './host.ts';

const noProc = existsSync('/proc/self/statm') ? false : 'no /proc';
const noPython = noProc || (existsSync('/usr/bin/python3') ? false : 'python3 is not here');

describe('functions that misbehave', { timeout: 60_000 }, () => {
  const bench = new Workbench();
  const log = new LogBook();
  let host: FunctionHost;
  let good: FunctionConfiguration;
  before(() => {
    host = new FunctionHost({ log: log.sink, initTimeoutMs: 300 });
    good = bench.fn({ 'index.js': 'exports.handler = async (e) => e;' });
  });
  after(async () => {
    await host.close();
    bench[Symbol.dispose]();
  });

  for (const { what, code, error } of [
    { what: 'exits with 1', code: 'process.exit(1)', error: 'Runtime exited with error: exit status 1' },
    { what: 'exits with 0', code: 'process.exit(0)', error: 'Runtime exited without providing a reason' },
    {
      what: 'kills itself',
      code: 'process.kill(process.pid, "SIGKILL")',
      error: 'Runtime exited with error: signal: killed',
    },
    {
      what: 'crashes',
      code: 'process.kill(process.pid, "SIGSEGV")',
      error: 'Runtime exited with error: signal: segmentation fault',
    },
    { what: 'aborts', code: 'process.abort()', error: 'Runtime exited with error: signal: aborted' },
  ]) {
    test(`one that ${what}: Runtime.ExitError, and a new environment`, async () => {
      const fn = bench.fn({
        'index.js': `exports.handler = async (e) => { if (!e.bad) return process.pid; console.log('last words'); ${code}; await new Promise((r) => setTimeout(r, 900)); };`,
      });
      const first = (await call(host, fn)).text;
      const { text, functionError, requestId } = await call(host, fn, { bad: true });
      assert.equal(functionError, 'Unhandled');
      assert.deepEqual(JSON.parse(text), {
        errorType: 'Runtime.ExitError',
        errorMessage: `RequestId: ${requestId} Error: ${error}`,
      });
      assert.notEqual((await call(host, fn)).text, first);
      await log.until(fn, /Status: error\tError Type: Runtime.ExitError$/);
      const { stream } = log.entries.find(
        (entry) => entry.functionArn === fn.functionArn && entry.message.endsWith('last words'),
      )!;
      const messages = log.entries.filter((entry) => entry.stream === stream).map((entry) => entry.message);
      const wanted = [
        /last words$/,
        new RegExp(`^RequestId: ${requestId} Error: ${error}\nRuntime.ExitError$`),
        /^END/,
        /^REPORT/,
      ];
      const found = wanted.map((pattern) => messages.findLastIndex((message) => pattern.test(message)));
      assert.deepEqual(
        found,
        found.toSorted((a, b) => a - b),
      );
      assert.ok(!found.includes(-1));
    });
  }

  for (const { how, code } of [
    { how: 'waits for ever', code: 'await new Promise((r) => setTimeout(r, 60_000));' },
    { how: 'computes for ever', code: 'for (;;);' },
  ]) {
    test(`one that ${how} times out, and takes the processes it started along`, async () => {
      const fn = bench.fn(
        {
          'index.js': `const { spawn } = require('node:child_process');
            exports.handler = async (e) => {
              const child = spawn('sleep', ['600']); const away = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
              console.log(JSON.stringify([process.pid, child.pid, away.pid])); ${code} };`,
        },
        { timeoutMs: 1000 },
      );
      const { text, functionError, requestId } = await call(host, fn);
      assert.equal(functionError, 'Unhandled');
      const failure = JSON.parse(text);
      assert.deepEqual(Object.keys(failure), ['errorMessage']);
      assert.match(
        failure.errorMessage,
        new RegExp(
          `^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z ${requestId} Task timed out after 1\\.00 seconds$`,
        ),
      );
      const messages = await log.until(fn, /^REPORT .*Duration: 1000.00 ms\t.*Status: timeout$/);
      assert.ok(messages.includes(failure.errorMessage));
      const pids: number[] = JSON.parse(messages.find((message) => message.includes('['))?.split('\t')[3] ?? '[]');
      assert.equal(pids.length, 3);
      for (const pid of pids) await gone(pid);
    });
  }

  for (const { what, code, expect } of [
    {
      what: 'buffers',
      code: 'const kept = []; for (;;) { kept.push(Buffer.alloc(4e6, 1)); await new Promise((r) => setTimeout(r, 4)); }',
      expect:
        /^\{"errorType":"Runtime.OutOfMemory","errorMessage":"RequestId: .* Error: Runtime exited with error: signal: killed"\}$/,
    },
    {
      what: 'objects',
      code: 'const kept = []; for (;;) { for (let i = 0; i < 1e5; i++) kept.push({ i, s: "x" + i }); await new Promise((r) => setImmediate(r)); }',
      expect:
        /^\{"errorType":"Runtime.(OutOfMemory|ExitError)","errorMessage":"RequestId: .* Error: Runtime exited with error: signal: (killed|aborted)"\}$/,
    },
  ]) {
    test(`one that leaks ${what} ends at its memory limit`, async () => {
      const fn = bench.fn(
        { 'index.js': `exports.handler = async () => { ${code} };` },
        { memoryMb: 128, timeoutMs: 20_000 },
      );
      const { text, functionError } = await call(host, fn);
      assert.equal(functionError, 'Unhandled');
      assert.match(text, expect);
      const report = (await log.until(fn, /^REPORT/)).find((message) => message.startsWith('REPORT')) ?? '';
      assert.match(
        report,
        /Memory Size: 128 MB\tMax Memory Used: (1[012]\d|9\d) MB\t.*Status: error\tError Type: Runtime\.(OutOfMemory|ExitError)$/,
      );
    });
  }

  const child400 = `const kept = []; for (let i = 0; i < 100; i++) kept.push(Buffer.alloc(4e6, 1)); setTimeout(() => {}, 400)`;
  for (const { what, files, settings } of [
    {
      what: 'Node.js',
      files: {
        'index.js': `const { spawn } = require('node:child_process');
          exports.handler = async () => new Promise((done) => spawn(process.execPath, ['-e', ${JSON.stringify(child400)}], { stdio: 'ignore' }).on('close', done));`,
      },
      settings: {},
    },
    {
      what: 'Python, that has left its group and its environment,',
      files: {
        'index.py': `import subprocess
def handler(event, context):
    return subprocess.run([${JSON.stringify(process.execPath)}, "-e", ${JSON.stringify(child400)}], env={}, start_new_session=True).returncode
`,
      },
      settings: { runtime: 'python3.12' },
    },
  ]) {
    test(`a child of ${what} counts: it is over the memory limit`, {
      skip: what === 'Node.js' ? noProc : noPython,
    }, async () => {
      const fn = bench.fn(files, { memoryMb: 128, timeoutMs: 20_000, ...settings });
      const { text, functionError } = await call(host, fn);
      assert.match(text, /^\{"errorType":"Runtime.OutOfMemory"/);
      assert.equal(functionError, 'Unhandled');
      assert.match((await log.until(fn, /^REPORT/)).join('\n'), /Max Memory Used: 128 MB\t.*Runtime.OutOfMemory$/m);
    });
  }

  test('what forked processes share counts once', { skip: noPython }, async () => {
    const fn = bench.fn(
      {
        'index.py': `import os, time
kept = bytearray(50_000_000)
def handler(event, context):
    pids = []
    for _ in range(4):
        pid = os.fork()
        if pid == 0:
            time.sleep(0.4)
            os._exit(0)
        pids.append(pid)
    return [os.waitpid(pid, 0)[1] for pid in pids]
`,
      },
      { runtime: 'python3.12', memoryMb: 128, timeoutMs: 20_000 },
    );
    assert.equal((await call(host, fn)).text, '[0, 0, 0, 0]');
  });

  for (const { what, code, least } of [
    { what: 'the first invocation', code: 'exports.handler = async () => 1;', least: 25 },
    {
      what: 'the first invocation, whose peak is over already,',
      code: 'exports.handler = async () => { Buffer.alloc(60e6, 1); gc(); };require("node:v8").setFlagsFromString("--expose-gc"); globalThis.gc = require("node:vm").runInNewContext("gc");',
      least: 80,
    },
    { what: 'a failed initialisation', code: 'throw new Error("no");', least: 25 },
    { what: 'an initialisation without end', code: 'for (;;);', least: 25 },
  ]) {
    test(`REPORT of ${what} says what memory it has used`, { skip: noProc }, async () => {
      const fn = bench.fn({ 'index.js': code }, { timeoutMs: 600 });
      const { logTail } = await call(host, fn, {}, { logTail: true });
      const used = Number(/Max Memory Used: (\d+) MB/.exec(logTail ?? '')?.[1]);
      assert.ok(used >= least && used < 200, `${used} MB`);
    });
  }

  test('one that floods its log waits for its share; others answer at once and nothing piles up', async () => {
    const fn = bench.fn(
      {
        'index.js': `const line = 'x'.repeat(1000) + '\\n'; const fs = require('node:fs');
          exports.handler = async () => { for (;;) fs.writeSync(1, line.repeat(60)); };`,
      },
      { timeoutMs: 600 },
    );
    await call(host, good);
    const before = process.memoryUsage().rss;
    const flood = call(host, fn);
    await log.until(fn, /^x{1000}$/);
    const began = performance.now();
    for (let i = 0; i < 50; i++) assert.equal((await call(host, good, i)).text, String(i));
    const tookMs = (performance.now() - began) / 50;
    assert.match((await flood).text, /Task timed out after 0.60 seconds/);
    assert.ok(tookMs < 50, `${tookMs} ms an invocation beside the flood`);
    const lines = log.messages(fn).filter((message) => message.startsWith('xxx'));
    assert.ok(lines.length > 100 && lines.length < 20_000, `${lines.length} lines`);
    assert.ok(process.memoryUsage().rss - before < 300e6);
    log.entries.length = 0;
  });

  test('a line without end is cut', async () => {
    const fn = bench.fn({
      'index.js': `exports.handler = async () => { require('node:fs').writeSync(1, 'y'.repeat(600 * 1024)); return 1; };`,
    });
    assert.equal((await call(host, fn)).text, '1');
    await host.invoke(fn, Buffer.from('{}'), { requestId: 'second' });
    const lines = (await log.until(fn, /^REPORT RequestId: second/)).filter((message) => message.startsWith('yyy'));
    assert.ok(lines.length >= 2);
    for (const line of lines) assert.ok(line.length <= 320 * 1024);
  });

  test('one that returns 7 MB: Function.ResponseSizeTooLarge, and the environment goes on', async () => {
    const fn = bench.fn({
      'index.js': `exports.handler = async (e) => e.size ? 'x'.repeat(e.size) : process.pid;`,
    });
    const pid = (await call(host, fn)).text;
    const { text, functionError } = await call(host, fn, { size: 7_000_000 });
    assert.equal(functionError, 'Unhandled');
    assert.deepEqual(JSON.parse(text), {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
    assert.equal((await call(host, fn, { size: 6_000_000 })).payload.length, 6_000_002);
    assert.equal((await call(host, fn)).text, pid);
  });

  test('an initialisation that hangs is tried again within the function timeout, then times out', async () => {
    const fn = bench.fn({ 'index.js': 'for (;;);' }, { timeoutMs: 400 });
    const [one, two] = await Promise.all([call(host, fn), call(host, fn)]);
    for (const { text } of [one, two])
      assert.match(text, /^\{"errorMessage":".* Task timed out after 0.40 seconds"\}$/);
    const messages = log.messages(fn).join('\n');
    assert.match(messages, /INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: init\tStatus: timeout/);
    assert.match(messages, /INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: invoke\tStatus: timeout/);
  });

  test('an initialisation that fails once succeeds at the second try', async () => {
    const directory = bench.folder({});
    const fn = bench.fn({
      'index.js': `const fs = require('node:fs'); const mark = ${JSON.stringify(`${directory}/mark`)};
        if (!fs.existsSync(mark)) { fs.writeFileSync(mark, ''); process.exit(3); }
        exports.handler = async () => 'well';`,
    });
    assert.equal((await call(host, fn)).text, '"well"');
    assert.match(
      log.messages(fn).join('\n'),
      /INIT_REPORT .*Phase: init\tStatus: error\tError Type: Runtime.ExitError/,
    );
  });

  test('one that ends between invocations is replaced', async () => {
    const fn = bench.fn({
      'index.js': 'exports.handler = async () => { setTimeout(() => process.exit(1), 1); return process.pid; };',
    });
    const pid = Number((await call(host, fn)).text);
    await gone(pid);
    await sleep(20);
    assert.notEqual(Number((await call(host, fn)).text), pid);
  });

  test('environments leave no temporary files', async () => {
    const fn = bench.fn({
      'index.js': `const fs = require('node:fs'), os = require('node:os'), path = require('node:path');
        exports.handler = async (e) => { if (e.exit) process.exit(1); fs.writeFileSync(path.join(os.tmpdir(), 'file'), 'x'); return os.tmpdir(); };`,
    });
    const directory = JSON.parse((await call(host, fn)).text);
    assert.deepEqual(readdirSync(directory), ['file']);
    await call(host, fn, { exit: true });
    for (;;) {
      try {
        readdirSync(directory);
        await sleep(5);
      } catch {
        break;
      }
    }
  });

  test('others were undisturbed by all of it', async () => {
    assert.equal((await call(host, good, { still: 'here' })).text, '{"still":"here"}');
  });
});
