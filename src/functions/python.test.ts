/** Python functions: what a handler gets, how it fails, and what of that is in the log. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { call, LogBook, Workbench } from './fixture.ts';
import { FunctionHost } from './host.ts';

const python = (() => {
  try {
    return execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
})();

describe('Python handlers', {
  skip: python === undefined ? 'python3 is not here' : false,
  concurrency: 3,
  timeout: 30_000,
}, () => {
  const bench = new Workbench();
  const log = new LogBook();
  let host: FunctionHost;
  before(() => {
    host = new FunctionHost({ log: log.sink, interpreters: { python: python ?? 'python3' } });
  });
  after(async () => {
    await host.close();
    bench[Symbol.dispose]();
  });
  const fnOf = (code: string, settings = {}) =>
    bench.fn({ 'app.py': code }, { runtime: 'python3.12', handler: 'app.handler', ...settings });

  test('a handler answers, again and again, by one process', async () => {
    const fn = fnOf('import os\ndef handler(event, context):\n    return {"got": event["n"], "pid": os.getpid()}\n');
    const first = JSON.parse((await call(host, fn, { n: 'é😀' })).text);
    const second = JSON.parse((await call(host, fn, { n: 'x'.repeat(200_000) })).text);
    assert.equal(first.got, 'é😀');
    assert.equal(second.got.length, 200_000);
    assert.equal(second.pid, first.pid);
  });

  test('a handler in a folder, and imports of its neighbours', async () => {
    const fn = bench.fn(
      {
        'src/__init__.py': '',
        'src/near.py': 'VALUE = 5\n',
        'src/app.py': 'from src.near import VALUE\ndef go(e, c):\n    return VALUE\n',
      },
      { runtime: 'python3.9', handler: 'src/app.go' },
    );
    assert.equal((await call(host, fn)).text, '5');
  });

  test('modules come from layers, the later one first', async () => {
    const layers = [bench.folder({ 'python/shared.py': 'X = 1\n' }), bench.folder({ 'python/shared.py': 'X = 2\n' })];
    const fn = fnOf('import shared\ndef handler(e, c):\n    return shared.X\n', { layers });
    assert.equal((await call(host, fn)).text, '2');
  });

  test('the context has everything that Lambda gives', async () => {
    const fn = fnOf(
      `import os
def handler(event, c):
    return {"id": c.aws_request_id, "name": c.function_name, "version": c.function_version, "arn": c.invoked_function_arn,
      "memory": c.memory_limit_in_mb, "group": c.log_group_name, "left": c.get_remaining_time_in_millis(),
      "custom": c.client_context.custom, "app": c.client_context.client.app_title, "identity": c.identity.cognito_identity_id,
      "trace": os.environ["_X_AMZN_TRACE_ID"], "env": os.environ["AWS_EXECUTION_ENV"], "secret": os.environ.get("GATEWAY_SECRET")}
`,
      { timeoutMs: 60_000 },
    );
    process.env.GATEWAY_SECRET = 'not for functions';
    const { text, requestId } = await call(
      host,
      fn,
      {},
      {
        clientContext: '{"custom":{"k":"ü"},"client":{"app_title":"t"}}',
        cognitoIdentity: '{"cognitoIdentityId":"i"}',
        traceId: 'Root=1-2-3;Parent=4;Sampled=0',
      },
    );
    delete process.env.GATEWAY_SECRET;
    const context = JSON.parse(text);
    assert.ok(context.left > 50_000 && context.left <= 60_000);
    assert.deepEqual(
      { ...context, left: 0 },
      {
        id: requestId,
        name: fn.functionName,
        version: '$LATEST',
        arn: fn.functionArn,
        memory: '256',
        group: fn.logging.group,
        left: 0,
        custom: { k: 'ü' },
        app: 't',
        identity: 'i',
        trace: 'Root=1-2-3;Parent=4;Sampled=0',
        env: 'AWS_Lambda_python3.12',
        secret: null,
      },
    );
  });

  test('what it prints and logs is in the log, in order', async () => {
    const fn = fnOf(`import logging, sys
logging.getLogger().setLevel("INFO")
def handler(event, context):
    print("one"); print("two", file=sys.stderr); logging.info("three\\nlines"); print("four", end="")
`);
    const { requestId } = await call(host, fn);
    const messages = await log.until(fn, /^REPORT/);
    assert.deepEqual(
      messages.slice(1, -1).map((message) => message.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, 'TIME')),
      [
        `START RequestId: ${requestId} Version: $LATEST`,
        'one',
        'two',
        `[INFO]\tTIME\t${requestId}\tthree\nlines`,
        'four',
        `END RequestId: ${requestId}`,
      ],
    );
  });

  test('format JSON makes objects of log records', async () => {
    const fn = fnOf(
      'import logging\ndef handler(event, context):\n    logging.getLogger("shop").error("bad %s", 1, extra={"order": 7})\n    logging.info("no")\n',
      { logging: { format: 'JSON', applicationLevel: 'WARN', group: 'g' } },
    );
    const { requestId } = await call(host, fn);
    const entries = (await log.until(fn, /platform\.report/)).map((message) => JSON.parse(message));
    const record = entries.find((entry) => entry.level === 'ERROR');
    assert.equal(record.message, 'bad 1');
    assert.equal(record.logger, 'shop');
    assert.equal(record.order, 7);
    assert.equal(record.requestId, requestId);
    assert.ok(!entries.some((entry) => entry.message === 'no'));
  });

  test('an exception is an error with stack trace, and the environment goes on', async () => {
    const fn = fnOf('def inner():\n    raise KeyError("gone")\ndef handler(event, context):\n    inner()\n');
    for (let round = 0; round < 2; round++) {
      const { text, functionError, requestId } = await call(host, fn);
      const failure = JSON.parse(text);
      assert.equal(functionError, 'Unhandled');
      assert.equal(failure.errorType, 'KeyError');
      assert.equal(failure.errorMessage, "'gone'");
      assert.equal(failure.requestId, requestId);
      assert.equal(failure.stackTrace.length, 2);
      assert.match(failure.stackTrace[0], /^ {2}File ".*\/app\.py", line 4, in handler\n {4}inner\(\)\n/);
    }
    const messages = await log.until(
      fn,
      /^\[ERROR\] KeyError: 'gone'\nTraceback \(most recent call last\):\n\u00a0\u00a0File /,
    );
    assert.equal(messages.filter((message) => message.startsWith('INIT_START')).length, 1);
  });

  for (const { what, code, handler, errorType, errorMessage } of [
    {
      what: 'a missing module',
      code: '',
      handler: 'nothere.handler',
      errorType: 'Runtime.ImportModuleError',
      errorMessage: "Unable to import module 'nothere': No module named 'nothere'",
    },
    {
      what: 'a missing dependency',
      code: 'import nothere\n',
      errorType: 'Runtime.ImportModuleError',
      errorMessage: "Unable to import module 'app': No module named 'nothere'",
    },
    {
      what: 'a syntax error',
      code: 'def handler(:\n',
      errorType: 'Runtime.UserCodeSyntaxError',
      errorMessage: "Syntax error in module 'app': invalid syntax (app.py, line 1)",
    },
    {
      what: 'a missing handler',
      code: '',
      errorType: 'Runtime.HandlerNotFound',
      errorMessage: "Handler 'handler' missing on module 'app'",
    },
    {
      what: 'a handler name without a dot',
      code: '',
      handler: 'handler',
      errorType: 'Runtime.MalformedHandlerName',
      errorMessage: "Bad handler 'handler': not enough values to unpack (expected 2, got 1)",
    },
    {
      what: 'a built-in module',
      code: '',
      handler: 'sys.exit',
      errorType: 'Runtime.BuiltInModuleConflict',
      errorMessage: 'Cannot use built-in module sys as a handler module',
    },
    {
      what: 'a module that raises',
      code: 'raise ValueError("at start")\n',
      errorType: 'ValueError',
      errorMessage: 'at start',
    },
  ]) {
    test(`${what} is an initialisation error ${errorType}`, async () => {
      const { text, functionError } = await call(host, fnOf(code, handler === undefined ? {} : { handler }));
      assert.equal(functionError, 'Unhandled');
      const failure = JSON.parse(text);
      assert.equal(failure.errorType, errorType);
      assert.equal(failure.errorMessage, errorMessage);
    });
  }

  for (const { what, returns, answer } of [
    { what: 'None', returns: 'None', answer: 'null' },
    { what: 'bytes', returns: 'b"raw"', answer: 'raw' },
    { what: 'decimals', returns: '[decimal.Decimal("1.5"), decimal.Decimal(3)]', answer: '[1.5, 3]' },
    {
      what: 'a set',
      returns: '{1}',
      answer:
        /"Unable to marshal response: Object of type set is not JSON serializable", "errorType": "Runtime.MarshalError"/,
    },
  ]) {
    test(`returning ${what}`, async () => {
      const { text } = await call(host, fnOf(`import decimal\ndef handler(event, context):\n    return ${returns}\n`));
      if (typeof answer === 'string') assert.equal(text, answer);
      else assert.match(text, answer);
    });
  }

  describe('in a directory that somebody works in', () => {
    const watched = (files: Readonly<Record<string, string>>, settings = {}) => {
      const fn = bench.fn(files, { runtime: 'python3.12', handler: 'app.handler', ...settings });
      return { ...fn, code: { ...fn.code, watch: true } };
    };
    const app = 'import near, inside.near\ndef handler(event, context):\n    return near.X + inside.near.X\n';
    /** A second of the file system's time that is always the same: what Python compares has no fractions. */
    const write = (file: string, text: string, fraction: number) => {
      writeFileSync(file, text);
      utimesSync(file, 1_700_000_000 + fraction, 1_700_000_000 + fraction);
    };
    const caches = (directory: string) =>
      readdirSync(directory, { recursive: true }).filter((name) => String(name).includes('__pycache__'));

    test('edits of the same second and size take effect, and no cache is written there', async () => {
      const fn = watched({ 'app.py': app, 'near.py': '', 'inside/near.py': '', 'inside/__init__.py': '' });
      const { directory } = fn.code;
      for (const [n, file] of ['near.py', 'inside/near.py'].entries()) {
        write(join(directory, 'near.py'), 'X = "aaa"', 0.1);
        write(join(directory, 'inside/near.py'), 'X = "aaa"', 0.1);
        assert.equal((await call(host, fn)).text, '"aaaaaa"');
        write(join(directory, file), 'X = "bbb"', 0.2);
        assert.equal((await call(host, fn)).text, n === 0 ? '"bbbaaa"' : '"aaabbb"');
      }
      assert.deepEqual(caches(directory), []);
    });

    test('a cache of somebody else is used when it is later than its source, not when it is of the same second', async () => {
      const fn = watched({ 'app.py': 'import near\ndef handler(event, context):\n    return near.X\n' });
      const { directory } = fn.code;
      const near = join(directory, 'near.py');
      const compile = `import os, py_compile, sys
path = py_compile.compile(sys.argv[1], invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
os.utime(path, (float(sys.argv[2]),) * 2)`;
      const compiled = (at: number) => execFileSync(python ?? '', ['-c', compile, near, String(1_700_000_000 + at)]);
      write(near, 'X = "old"', 0.1);
      compiled(0.2);
      write(near, 'X = "new"', 0.3);
      assert.equal((await call(host, fn)).text, '"new"');
      write(near, 'X = "old"', 0.4);
      compiled(60);
      write(near, 'X = "???"', 0.5);
      assert.equal((await call(host, fn)).text, '"old"', 'nobody edits a minute ago: the cache is trusted');
    });

    test('a function that asks for caches elsewhere gets them there', async () => {
      const prefix = bench.folder({});
      const fn = watched(
        { 'app.py': 'import near\ndef handler(event, context):\n    return near.X\n', 'near.py': 'X = 1' },
        { environment: { PYTHONPYCACHEPREFIX: prefix, PYTHONDONTWRITEBYTECODE: '' } },
      );
      assert.equal((await call(host, fn)).text, '1');
      assert.deepEqual(caches(fn.code.directory), []);
      assert.ok(readdirSync(join(prefix, fn.code.directory)).some((name) => name.startsWith('near.')));
    });

    test('packages, resources and errors look as ever', async () => {
      const fn = watched({
        'app.py': `import importlib.util, inspect, pkgutil, inside.near
def handler(event, context):
    if event.get("bad"): inside.near.bad()
    return [pkgutil.get_data("inside", "data.txt").decode(), inspect.getsource(inside.near.bad), inside.near.__file__]
`,
        'inside/near.py': 'def bad():\n    raise KeyError(1)\n',
        'inside/__init__.py': '',
        'inside/data.txt': 'data',
      });
      assert.deepEqual(JSON.parse((await call(host, fn)).text), [
        'data',
        'def bad():\n    raise KeyError(1)\n',
        join(fn.code.directory, 'inside/near.py'),
      ]);
      const { stackTrace } = JSON.parse((await call(host, fn, { bad: true })).text);
      assert.equal(stackTrace.length, 2);
      assert.match(stackTrace[1], /inside\/near\.py", line 2, in bad\n {4}raise KeyError\(1\)/);
    });
  });

  test('sys.exit ends the environment: Runtime.ExitError', async () => {
    const { text } = await call(host, fnOf('import sys\ndef handler(event, context):\n    sys.exit(4)\n'));
    assert.match(text, /"errorType":"Runtime.ExitError".*exit status 4/);
  });
});
