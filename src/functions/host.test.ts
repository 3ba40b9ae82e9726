/** The host as a whole: how many environments there are and when, what limits them, and that nothing is left behind. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { CodeWatch } from './code-watch.ts';
import { alive, call, gone, LogBook, Workbench } from './fixture.ts';
import { FunctionPort, servePort } from './function-port.ts';
import { FunctionThread } from './function-thread.ts';
import { FunctionHost } from './host.ts';
import { StreamBroken } from './invocation.ts';

const bench = new Workbench();
after(() => bench[Symbol.dispose]());

const waiting = (ms: number) => ({
  'index.js': `exports.handler = async (e) => { await new Promise((r) => setTimeout(r, e.ms ?? ${ms})); return process.pid; };`,
});
const pidOf = { 'index.js': 'exports.handler = async () => process.pid;' };

describe('environments', { concurrency: 1, timeout: 30_000 }, () => {
  test('one invocation at a time in each, as many environments as there are invocations that wait', async () => {
    await using host = new FunctionHost();
    const fn = bench.fn(waiting(1_500));
    await call(host, fn, { ms: 2 });
    const answers = await Promise.all(Array.from({ length: 6 }, () => call(host, fn)));
    assert.equal(new Set(answers.map(({ text }) => text)).size, 6);
    assert.equal(host.environments, 6);
  });

  test('a fast function is served by few environments', async () => {
    await using host = new FunctionHost();
    const fn = bench.fn(pidOf);
    await call(host, fn);
    await call(host, fn);
    for (let round = 0; round < 5; round++) await Promise.all(Array.from({ length: 20 }, () => call(host, fn)));
    assert.ok(host.environments <= 4, `${host.environments} environments`);
  });

  test('a function that waits for another invocation of itself gets it', async () => {
    await using host = new FunctionHost();
    const directory = bench.folder({});
    const fn = bench.fn({
      'index.js': `const fs = require('node:fs');
        exports.handler = async (e) => { if (e.last) fs.writeFileSync(e.mark, ''); while (!fs.existsSync(e.mark)) await new Promise((r) => setTimeout(r, 2)); return 'done'; };`,
    });
    const mark = join(directory, 'mark');
    const first = [1, 2, 3, 4].map(() => call(host, fn, { mark }));
    const answers = await Promise.all([...first, call(host, fn, { mark, last: true })]);
    assert.deepEqual(new Set(answers.map(({ text }) => text)), new Set(['"done"']));
  });

  test('no more than the host may have: an idle one of another function makes room', async () => {
    await using host = new FunctionHost({ environmentsMax: 2 });
    const [one, two, three] = [bench.fn(pidOf), bench.fn(pidOf), bench.fn(waiting(1))];
    const first = Number((await call(host, one)).text);
    await call(host, two);
    const answers = await Promise.all(Array.from({ length: 6 }, () => call(host, three)));
    assert.ok(answers.every(({ functionError }) => functionError === undefined));
    await gone(first);
    assert.ok(host.environments <= 2);
  });

  test('whoever waits too long for one is throttled', async () => {
    await using host = new FunctionHost({ environmentsMax: 1, queueWaitMaxMs: 60 });
    const fn = bench.fn(waiting(400));
    const first = call(host, fn);
    await assert.rejects(call(host, bench.fn(pidOf)), { code: 'TooManyRequestsException', status: 429 });
    assert.equal((await first).functionError, undefined);
  });

  test('idle ones are retired, and a later invocation starts anew', async () => {
    await using host = new FunctionHost({ idleMs: 40 });
    const fn = bench.fn(pidOf);
    const pid = Number((await call(host, fn)).text);
    await gone(pid);
    assert.notEqual(Number((await call(host, fn)).text), pid);
  });

  test('another revision has environments of its own; those of the retired one end after their work', async () => {
    await using host = new FunctionHost();
    const old = bench.fn(waiting(150));
    const next = { ...old, revision: '2' };
    const idle = Number((await call(host, old, { ms: 1 })).text);
    const busy = call(host, old);
    const other = Number((await call(host, next, { ms: 1 })).text);
    assert.notEqual(other, idle);
    host.retire(old.functionArn, '2');
    assert.equal(Number((await busy).text), idle);
    await gone(idle);
    assert.ok(alive(other));
    assert.equal(Number((await call(host, next, { ms: 1 })).text), other);
  });

  test('one that ignores SIGTERM is killed', async () => {
    await using host = new FunctionHost();
    const fn = bench.fn({ 'index.js': `process.on('SIGTERM', () => {}); exports.handler = async () => process.pid;` });
    const pid = Number((await call(host, fn)).text);
    host.retire(fn.functionArn);
    await gone(pid);
  });

  test('reserved concurrency counts all that is under way, over all versions', async () => {
    await using host = new FunctionHost();
    const fn = bench.fn(waiting(100), { reservedConcurrency: 2 });
    const version = { ...fn, version: '1' };
    const two = [call(host, fn), call(host, version)];
    await assert.rejects(call(host, fn), {
      code: 'TooManyRequestsException',
      message: 'Rate Exceeded.',
      reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
    await Promise.all(two);
    assert.equal((await call(host, fn, { ms: 1 })).functionError, undefined);
    await assert.rejects(call(host, { ...fn, reservedConcurrency: 0 }), { status: 429 });
  });

  test('the concurrency of the whole host is limited', async () => {
    await using host = new FunctionHost({ concurrencyMax: 1 });
    const first = call(host, bench.fn(waiting(50)));
    await assert.rejects(call(host, bench.fn(pidOf)), { reason: 'ConcurrentInvocationLimitExceeded' });
    await first;
  });

  test('an event of more than 6 MB is refused', async () => {
    await using host = new FunctionHost();
    const fn = bench.fn({ 'index.js': 'exports.handler = async (e) => e.length;' });
    assert.equal((await call(host, fn, 'x'.repeat(6 * 1024 * 1024 - 2))).text, String(6 * 1024 * 1024 - 2));
    await assert.rejects(call(host, fn, 'x'.repeat(6 * 1024 * 1024)), {
      code: 'RequestTooLargeException',
      status: 413,
    });
  });

  test('nothing of the gateway’s own environment gets into a function', async () => {
    process.env.GATEWRIGHT_TEST_SECRET = 'secret';
    await using host = new FunctionHost();
    const fn = bench.fn(
      { 'index.js': 'exports.handler = async () => process.env;' },
      {
        environment: JSON.parse('{"MINE":"1","AWS_REGION":"forged","__proto__":"own","constructor":"c"}'),
        environmentDefaults: { AWS_ENDPOINT_URL_SQS: 'http://q', MINE: '0' },
        credentials: { accessKeyId: 'AKID', secretAccessKey: 's', sessionToken: 't' },
      },
    );
    const variables = JSON.parse((await call(host, fn)).text);
    delete process.env.GATEWRIGHT_TEST_SECRET;
    assert.equal(variables.GATEWRIGHT_TEST_SECRET, undefined);
    assert.equal(variables.constructor, 'c');
    const expected = {
      MINE: '1',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_SQS: 'http://q',
      AWS_ACCESS_KEY_ID: 'AKID',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_SESSION_TOKEN: 't',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
      AWS_LAMBDA_FUNCTION_NAME: fn.functionName,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_LOG_GROUP_NAME: fn.logging.group,
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      LAMBDA_TASK_ROOT: fn.code.directory,
      _HANDLER: 'index.handler',
      TZ: ':UTC',
      LANG: 'en_US.UTF-8',
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(variables[name], value, name);
    assert.match(variables.AWS_LAMBDA_RUNTIME_API, /^127\.0\.0\.1:\d+$/);
  });

  for (const { name, value } of [
    { name: 'TZ', value: 'Asia/Tokyo' },
    { name: 'LANG', value: 'de_DE.UTF-8' },
    { name: 'AWS_XRAY_CONTEXT_MISSING', value: 'RUNTIME_ERROR' },
  ]) {
    test(`a function’s own ${name} wins over the default: Lambda does not reserve it`, async () => {
      await using host = new FunctionHost();
      const code = `exports.handler = async () => [process.env.${name}, new Date(0).getHours()];`;
      const [own, hours] = JSON.parse(
        (await call(host, bench.fn({ 'index.js': code }, { environment: { [name]: value } }))).text,
      );
      assert.equal(own, value);
      assert.equal(hours, name === 'TZ' ? 9 : 0);
    });
  }

  test('the end of the log comes with the result when asked for', async () => {
    await using host = new FunctionHost();
    const fn = bench.fn({
      'index.js': `exports.handler = async (e) => { for (let i = 0; i < e.lines; i++) process.stdout.write('line ' + i + '\\n'); };`,
    });
    const { logTail, requestId } = await call(host, fn, { lines: 3 }, { logTail: true });
    assert.match(
      logTail ?? '',
      new RegExp(
        `^START RequestId: ${requestId} Version: \\$LATEST\\nline 0\\nline 1\\nline 2\\nEND RequestId: ${requestId}\\nREPORT RequestId: ${requestId}\\t`,
      ),
    );
    const long = (await call(host, fn, { lines: 20_000 }, { logTail: true })).logTail ?? '';
    assert.ok(Buffer.byteLength(long) <= 4096);
    assert.match(long, /line 19999\nEND RequestId/);
    assert.equal((await call(host, fn)).logTail, undefined);
  });

  test('what is printed without a line feed is an entry of its own invocation, before END', async () => {
    const log = new LogBook();
    await using host = new FunctionHost({ log: log.sink });
    const inShell = `#!/bin/bash
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
printf loading
while true; do
  id=$(curl -sSi "$api/invocation/next" | grep -Fi Lambda-Runtime-Aws-Request-Id | tr -d '[:space:]' | cut -d: -f2)
  printf 'work'; printf 'ing'
  curl -sS -X POST "$api/invocation/$id/response" -d 1 >/dev/null
done
`;
    const inPython = `import sys
print("loading", end="")
def handler(event, context):
    print("work", end=""); sys.stderr.write("ing")
    if event.get("bad"): raise ValueError("no")
`;
    for (const fn of [
      bench.fn({
        'index.js':
          'process.stdout.write("loading"); exports.handler = async () => { process.stdout.write("work"); process.stderr.write("ing"); };',
      }),
      ...(existsSync('/usr/bin/python3')
        ? [bench.fn({ 'index.py': inPython }, { runtime: 'python3.12', handler: 'index.handler' })]
        : []),
      ...(existsSync('/usr/bin/curl') ? [bench.fn({ bootstrap: inShell }, { runtime: 'provided.al2023' })] : []),
    ]) {
      for (const event of [{}, { bad: true }, {}, {}]) {
        const { logTail, requestId, text } = await call(host, fn, event, { logTail: true });
        const printed = text.includes('"ValueError"') ? 'working[ERROR] ValueError: no' : 'working';
        const lines = (logTail ?? '').split('\n').slice(0, 2);
        assert.deepEqual(lines, [`START RequestId: ${requestId} Version: $LATEST`, printed], fn.runtime);
        assert.match(logTail ?? '', new RegExp(`\nEND RequestId: ${requestId}\nREPORT`));
      }
      const ofInit = log.entries.filter((entry) => entry.functionArn === fn.functionArn && entry.message === 'loading');
      assert.deepEqual(
        ofInit.map(({ requestId }) => requestId),
        [undefined],
        fn.runtime,
      );
    }
  });

  test('the end of the log of an invocation that failed by its initialisation says why', async () => {
    await using host = new FunctionHost();
    for (const { fn, why } of [
      {
        fn: bench.fn({ 'index.js': 'console.log("at first"); throw new TypeError("no such luck");' }),
        why: /\tERROR\tUncaught Exception \t\{"errorType":"TypeError","errorMessage":"no such luck"/,
      },
      {
        fn: bench.fn({ 'index.js': 'console.log("at first"); process.exit(7);' }),
        why: /Error: Runtime exited with error: exit status 7\nRuntime.ExitError\n/,
      },
    ]) {
      const { logTail = '', requestId } = await call(host, fn, {}, { logTail: true });
      assert.match(logTail, /^INIT_START .*\n.*\tINFO\tat first\n/);
      assert.match(logTail, why);
      assert.match(logTail, /\nINIT_REPORT .*Phase: invoke\t.*\nSTART /);
      assert.match(logTail, new RegExp(`\\nEND RequestId: ${requestId}\\nREPORT .*\\n$`));
    }
    const fn = bench.fn({ 'index.js': 'console.log("at first"); exports.handler = async () => 1;' });
    assert.match(
      (await call(host, fn, {}, { logTail: true })).logTail ?? '',
      /^START/,
      'of one that succeeds, it is not',
    );
  });

  test('a debugger port is opened when asked for, in the only environment', async () => {
    const log = new LogBook();
    await using host = new FunctionHost({ log: log.sink });
    const fn = bench.fn(waiting(30), { inspect: { port: 0, wait: false }, timeoutMs: 10 });
    const answers = await Promise.all([call(host, fn), call(host, fn)]);
    assert.equal(answers[0]?.text, answers[1]?.text, 'one environment, and no time limit');
    await log.until(fn, /Debugger listening on ws:\/\/127\.0\.0\.1:/);
  });
});

describe('code in a directory that somebody works in', { timeout: 30_000 }, () => {
  test('an edit, a new file and a removed one take effect at the next invocation', async () => {
    await using host = new FunctionHost();
    const base = bench.fn({
      'index.js': 'exports.handler = async () => require("./lib/text").text;',
      'lib/text.js': 'exports.text = 1;',
    });
    const fn = { ...base, code: { ...base.code, watch: true } };
    const { directory } = fn.code;
    assert.equal((await call(host, fn)).text, '1');
    for (let round = 2; round < 5; round++) {
      writeFileSync(join(directory, 'lib/text.js'), `exports.text = ${round};`);
      assert.equal((await call(host, fn)).text, String(round));
    }
    writeFileSync(join(directory, 'lib/text'), 'exports.text = "file";');
    assert.equal((await call(host, fn)).text, '"file"');
    const unchanged = Number((await call(host, fn)).text.length);
    assert.equal(unchanged, 6);
  });

  test('what is not edited keeps its environment; caches and a busy one are no edits', async () => {
    await using host = new FunctionHost();
    const base = bench.fn(pidOf);
    const fn = { ...base, code: { ...base.code, watch: true } };
    const pid = (await call(host, fn)).text;
    assert.equal((await call(host, fn)).text, pid);
    bench.folder({});
    const cache = join(fn.code.directory, '__pycache__');
    writeFileSync(cache, '');
    assert.equal((await call(host, fn)).text, pid);
    utimesSync(join(fn.code.directory, 'index.js'), new Date(), new Date(0));
    assert.notEqual((await call(host, fn)).text, pid);
  });

  test('an edit behind a linked folder takes effect, also in one that links back', async () => {
    await using host = new FunctionHost();
    const shared = bench.folder({ 'text.js': 'exports.text = "one";', 'deep/text.js': 'exports.text = 1;' });
    const other = bench.folder({ 'text.js': 'exports.text = "two";', 'deep/text.js': 'exports.text = 2;' });
    const base = bench.fn({
      'index.js': 'exports.handler = async () => [require("./linked/text").text, require("./linked/deep/text").text];',
    });
    const fn = { ...base, code: { ...base.code, watch: true } };
    const { directory } = fn.code;
    symlinkSync(shared, join(directory, 'linked'));
    symlinkSync(directory, join(shared, 'deep/back'));
    symlinkSync(tmpdir(), join(directory, 'above'));
    symlinkSync('loop', join(directory, 'loop'));
    const edit = async (file: string, text: string, answer: string) => {
      writeFileSync(file, text);
      assert.equal((await call(host, fn)).text, answer);
    };
    assert.equal((await call(host, fn)).text, '["one",1]');
    await edit(join(shared, 'text.js'), 'exports.text = "ONE";', '["ONE",1]');
    await edit(join(shared, 'deep/text.js'), 'exports.text = -1;', '["ONE",-1]');
    unlinkSync(join(directory, 'linked'));
    symlinkSync(other, join(directory, 'linked'));
    assert.equal((await call(host, fn)).text, '["two",2]');
    await edit(join(other, 'text.js'), 'exports.text = "TWO";', '["TWO",2]');
  });

  test('links do not make more of a folder than it is', () => {
    const directory = bench.folder({ 'a/file': '', 'b/file': '', 'node_modules/x/file': '' });
    const outside = bench.folder({ 'node_modules/y/file': '' });
    for (const [from, to] of [
      ['a/b', '../b'],
      ['b/a', '../a'],
      ['a/here', '.'],
      ['a/root', '/'],
      ['modules', 'node_modules'],
      ['x', 'node_modules/x'],
      ['others', join(outside, 'node_modules')],
      ['gone', 'nowhere'],
    ] as const) {
      symlinkSync(to, join(directory, from));
    }
    const watch = new CodeWatch(directory);
    assert.equal(watch.changed(), false);
    assert.ok(watch.size < 20, `${watch.size} of them`);
    writeFileSync(join(directory, 'node_modules/x/file'), 'edited');
    assert.equal(watch.changed(), true, 'a package that is linked by its own name, as workspaces do');
    writeFileSync(join(outside, 'node_modules/y/file'), 'edited');
    assert.equal(watch.changed(), false);
    writeFileSync(join(directory, 'nowhere'), '');
    assert.equal(watch.changed(), true);
  });

  test('a broken edit fails, its repair works', async () => {
    await using host = new FunctionHost();
    const base = bench.fn({ 'index.js': 'exports.handler = async () => "good";' });
    const fn = { ...base, code: { ...base.code, watch: true } };
    const file = join(fn.code.directory, 'index.js');
    assert.equal((await call(host, fn)).text, '"good"');
    writeFileSync(file, 'exports.handler = async () => {');
    assert.match((await call(host, fn)).text, /Runtime.UserCodeSyntaxError/);
    writeFileSync(file, 'exports.handler = async () => "again";');
    assert.equal((await call(host, fn)).text, '"again"');
  });
});

describe('from another thread', { timeout: 30_000 }, () => {
  test('a port gives results, errors, refusals and streams as the host does', async () => {
    await using host = new FunctionHost();
    const { port1, port2 } = new MessageChannel();
    servePort(host, port1);
    const port = new FunctionPort(port2);
    const echo = bench.fn({
      'index.js': 'exports.handler = async (e) => { if (e.bad) throw new Error("b"); return e; };',
    });
    const large = 'z'.repeat(1_000_000);
    assert.equal((await call(port, echo, { n: 1 })).text, '{"n":1}');
    assert.equal((await call(port, echo, large)).text.length, 1_000_002);
    assert.equal((await call(port, echo, { bad: 1 })).functionError, 'Unhandled');
    await assert.rejects(call(port, { ...echo, reservedConcurrency: 0 }), { status: 429, reason: /Reserved/ });

    const streaming = bench.fn({
      'index.js': `exports.handler = awslambda.streamifyResponse(async (e, stream) => {
        for (let i = 0; i < e.chunks; i++) if (!stream.write(Buffer.alloc(65536, 'q'))) await new Promise((r) => stream.once('drain', r));
        if (e.fail) throw new Error('end'); stream.end('.'); });`,
    });
    const open = (event: object) =>
      port.invokeStreaming(streaming, Buffer.from(JSON.stringify(event)), { requestId: randomUUID() });
    const whole = await open({ chunks: 100 });
    let bytes = 0;
    for await (const part of whole.body) bytes += part.length;
    assert.equal(bytes, 6_553_601);
    assert.equal((await whole.completed).functionError, undefined);
    const failing = await open({ chunks: 1, fail: true });
    await assert.rejects(async () => {
      for await (const _ of failing.body);
    }, StreamBroken);
    assert.equal((await failing.completed).functionError, 'Unhandled');
    const empty = await open({ chunks: 0, fail: true });
    for await (const _ of empty.body) assert.fail('nothing was sent');
    assert.equal((await empty.completed).functionError, 'Unhandled');
    const left = await open({ chunks: 200 });
    left.body.destroy();
    assert.equal((await left.completed).functionError, undefined);
    port.close();
  });

  test('a host in its own thread serves main and others; should it fall, another takes over', async () => {
    const log = new LogBook();
    const failures: Error[] = [];
    await using thread = new FunctionThread({
      log: (lines) => {
        for (const line of Buffer.from(lines).toString().trim().split('\n')) log.sink(JSON.parse(line));
      },
      onFailure: (error) => failures.push(error),
    });
    thread.wake();
    const fn = bench.fn(waiting(1));
    let other: FunctionPort | undefined;
    const disconnect = thread.connect((port) => {
      if (other === undefined) other = new FunctionPort(port);
      else other.attach(port);
    });
    assert.ok(other !== undefined);
    const [one, two] = await Promise.all([call(thread.invoker, fn), call(other, fn)]);
    assert.equal(one.functionError, undefined);
    assert.equal(two.functionError, undefined);
    await log.until(fn, /^REPORT/);

    // What takes the thread down is a bug that is not there; so its first words are made up.
    const pid = Number(one.text);
    const busy = call(thread.invoker, fn, { ms: 2000 });
    const refused = assert.rejects(busy, { code: 'ServiceException' });
    await thread.terminate();
    await refused;
    await gone(pid);
    for (;;) {
      try {
        assert.equal((await call(other, fn)).functionError, undefined);
        break;
      } catch (error) {
        assert.equal(error instanceof Error ? error.message : '', 'The function host has ended');
        await sleep(20);
      }
    }
    disconnect();
    other.close();
  });
});

describe('what is left behind', { timeout: 60_000 }, () => {
  const script = bench.folder({
    'host.ts': `
      import { FunctionThread } from ${JSON.stringify(join(import.meta.dirname, 'function-thread.ts'))};
      import { FunctionHost } from ${JSON.stringify(join(import.meta.dirname, 'host.ts'))};
      const functions = JSON.parse(process.argv[2] ?? '[]');
      const thread = process.argv[3] === 'thread' ? new FunctionThread({ log: () => {}, onFailure: () => {} }) : undefined;
      thread?.wake();
      const host = thread?.invoker ?? new FunctionHost();
      const answers = await Promise.all(functions.map((fn: never, n: number) => host.invoke(fn, Buffer.from('{}'), { requestId: String(n) })));
      for (const answer of answers) console.log(Buffer.from(answer.payload).toString());
      console.log('ready');
      for (const fn of functions) host.invoke(fn, Buffer.from('{"busy":true}'), { requestId: 'busy' });
      setInterval(() => {}, 1000);`,
  });
  const grandchildren = `const { spawn } = require('node:child_process');
    const bare = { env: { PATH: process.env.PATH }, stdio: 'ignore' };
    exports.handler = async (e) => { while (e.busy && !process.env.IDLE);
      const children = [{ stdio: 'pipe' }, bare, { detached: true, stdio: 'ignore' }, { ...bare, detached: true }].map((how) => spawn('sleep', ['600'], how));
      return { pids: [process.pid, ...children.map(({ pid }) => pid)], tmp: process.env.TMPDIR }; };`;
  const inPython = `import os, subprocess, threading
def handler(event, context):
    while event.get("busy"): pass
    pids = [os.getpid()]
    def start(**how): pids.append(subprocess.Popen(["sleep", "600"], **how).pid)
    bare = {"env": {"PATH": os.environ["PATH"]}}
    start(); start(**bare); start(start_new_session=True)
    thread = threading.Thread(target=lambda: (start(start_new_session=True, **bare), threading.Event().wait()), daemon=True)
    thread.start()
    while len(pids) < 5: pass
    return {"pids": pids, "tmp": os.environ["TMPDIR"]}
`;
  const foreign = `#!/bin/bash
sleep 600 & child=$!
setsid sleep 600 & away=$!
env -i sleep 600 & bare=$!
env -i setsid sleep 600 & lost=$!
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
id=$(curl -sSi "$api/invocation/next" | grep -Fi Lambda-Runtime-Aws-Request-Id | tr -d '[:space:]' | cut -d: -f2)
curl -sS -X POST "$api/invocation/$id/response" -d "{\\"pids\\":[$$,$child,$away,$bare,$lost],\\"tmp\\":\\"$TMPDIR\\"}"
while true; do sleep 1; done
`;

  for (const where of ['main', 'thread']) {
    test(`kill -9 of the gateway, host in its ${where} thread: no process and no file stays`, async () => {
      const functions = [
        bench.fn({ 'index.js': grandchildren }),
        bench.fn({ 'index.js': grandchildren }, { environment: { IDLE: 'yes' } }),
        ...(existsSync('/usr/bin/python3')
          ? [bench.fn({ 'app.py': inPython }, { runtime: 'python3.12', handler: 'app.handler' })]
          : []),
        ...(existsSync('/usr/bin/curl') ? [bench.fn({ bootstrap: foreign }, { runtime: 'provided.al2023' })] : []),
      ];
      const gateway = spawn(process.execPath, [join(script, 'host.ts'), JSON.stringify(functions), where], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const pids: number[] = [];
      const folders: string[] = [];
      for await (const line of createInterface({ input: gateway.stdout })) {
        if (line === 'ready') break;
        const answer: { pids: number[]; tmp: string } = JSON.parse(line);
        pids.push(...answer.pids);
        folders.push(answer.tmp);
      }
      assert.equal(pids.length, functions.length * 5);
      for (const pid of pids) assert.ok(alive(pid));
      gateway.kill('SIGKILL');
      for (const pid of pids) await gone(pid);
      for (const folder of folders) while (existsSync(join(folder, '..'))) await sleep(5);
    });
  }

  for (const how of ['is retired', 'times out']) {
    test(`when an environment ${how}, all that it has started goes with it`, { timeout: 10_000 }, async () => {
      await using host = new FunctionHost();
      const fn = bench.fn({ 'index.js': grandchildren }, { timeoutMs: 500 });
      const { pids }: { pids: number[] } = JSON.parse((await call(host, fn)).text);
      for (const pid of pids) assert.ok(alive(pid));
      if (how === 'is retired') host.retire(fn.functionArn);
      else await call(host, fn, { busy: true });
      for (const pid of pids) await gone(pid);
    });
  }

  test('a warden that is killed is replaced', async () => {
    const wardens = () =>
      readdirSync('/proc').filter((name) => {
        try {
          const [shell, file, marker] = readFileSync(`/proc/${name}/cmdline`, 'latin1').split('\0').slice(0, 3);
          return (
            shell === '/bin/sh' && file?.endsWith('/warden.sh') === true && marker !== undefined && !before.has(name)
          );
        } catch {
          return false;
        }
      });
    const before = new Set<string>();
    for (const name of wardens()) before.add(name);
    const host = new FunctionHost();
    const fn = bench.fn(pidOf);
    const pid = Number((await call(host, fn)).text);
    const [warden] = wardens();
    process.kill(Number(warden), 'SIGKILL');
    await gone(Number(warden));
    while (wardens().length === 0) await sleep(5);
    assert.equal(Number((await call(host, fn)).text), pid);
    const [second] = wardens();
    await host.close();
    await gone(Number(second));
  });

  test('many invocations, some of which end their process, leak neither descriptors nor processes', async () => {
    const host = new FunctionHost();
    const fn = bench.fn({ 'index.js': 'exports.handler = async (e) => { if (e.exit) process.exit(1); return 1; };' });
    await call(host, fn);
    const descriptors = () => readdirSync('/proc/self/fd').length;
    const before = descriptors();
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 50 }, () => call(host, fn)));
      await call(host, fn, { exit: true });
    }
    await call(host, fn);
    assert.ok(host.environments <= 5, `${host.environments} environments`);
    await host.close();
    assert.equal(host.environments, 0);
    assert.ok(descriptors() <= before, `${descriptors()} descriptors after, ${before} before`);
    await assert.rejects(call(host, fn), { code: 'ServiceException' });
  });
});
