/** Packages that bring their own bootstrap, and runtimes that are not on this machine. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { call, LogBook, Workbench } from './fixture.ts';
import { FunctionHost } from './host.ts';

/** A custom runtime in shell and curl, as the developer guide shows one. */
const shell = `#!/bin/bash
set -euo pipefail
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
while true; do
  headers="$(mktemp)"
  event=$(curl -sS -LD "$headers" "$api/invocation/next")
  id=$(grep -Fi Lambda-Runtime-Aws-Request-Id "$headers" | tr -d '[:space:]' | cut -d: -f2)
  echo "serving $id" >&2
  curl -sS -X POST "$api/invocation/$id/response" -d "{\\"handler\\":\\"$_HANDLER\\",\\"event\\":$event}" > /dev/null
done
`;

/** A custom runtime in Node.js that does what the event says. */
const scripted = `#!${process.execPath}
const http = require('node:http');
const net = require('node:net');
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true });
const call = (method, path, body, headers = {}) => new Promise((resolve, reject) => {
  const request = http.request({ host, port, method, path: '/2018-06-01/runtime' + path, agent, headers }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
  });
  request.on('error', reject);
  if (Array.isArray(body)) { for (const part of body) request.write(part); request.end(); } else request.end(body);
});
(async () => {
  for (;;) {
    const next = await call('GET', '/invocation/next');
    const id = next.headers['lambda-runtime-aws-request-id'];
    const event = JSON.parse(next.text);
    const said = [];
    for (const [method, path, body, headers] of event.steps ?? []) {
      const answer = await call(method, path.replace('ID', id), body, headers);
      said.push([answer.status, answer.text]);
    }
    if (event.raw) await new Promise((done) => {
      const socket = net.connect(Number(port), host, () => socket.write(event.raw));
      let text = '';
      socket.on('data', (data) => { text += data; }).on('close', () => { said.push(text.split('\\r\\n')[0]); done(); });
    });
    if (!event.silent) await call('POST', '/invocation/' + id + '/response', event.answer ?? JSON.stringify(said));
  }
})();
`;

describe('custom runtimes', { concurrency: 3, timeout: 30_000 }, () => {
  const bench = new Workbench();
  const log = new LogBook();
  let host: FunctionHost;
  before(() => {
    host = new FunctionHost({ log: log.sink, initTimeoutMs: 300 });
  });
  after(async () => {
    await host.close();
    bench[Symbol.dispose]();
  });
  const provided = (bootstrap: string, settings = {}) =>
    bench.fn({ bootstrap }, { runtime: 'provided.al2023', timeoutMs: 2000, ...settings });

  test('a bootstrap in shell and curl', {
    skip: existsSync('/usr/bin/curl') ? false : 'curl is not here',
  }, async () => {
    const fn = provided(shell, { handler: 'fn.go' });
    for (const event of [{ n: 1 }, { n: 2, long: 'x'.repeat(3000) }]) {
      const { text, requestId } = await call(host, fn, event);
      assert.deepEqual(JSON.parse(text), { handler: 'fn.go', event });
      assert.ok((await log.until(fn, new RegExp(`^REPORT RequestId: ${requestId}`))).includes(`serving ${requestId}`));
    }
  });

  for (const { what, event, answer } of [
    {
      what: 'a response for another request is refused',
      event: { steps: [['POST', '/invocation/other/response', '1']] },
      answer: [[400, '{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}\n']],
    },
    {
      what: 'asking for the next event before answering is refused',
      event: { steps: [['GET', '/invocation/next']] },
      answer: [[403, '{"errorMessage":"State transition is not allowed","errorType":"InvalidStateTransition"}\n']],
    },
    {
      what: 'an initialisation error after initialisation is refused',
      event: { steps: [['POST', '/init/error', '{}']] },
      answer: [[403, '{"errorMessage":"State transition is not allowed","errorType":"InvalidStateTransition"}\n']],
    },
    {
      what: 'paths that do not exist are not found',
      event: {
        steps: [
          ['GET', '/nonsense'],
          ['POST', '/invocation/ID/what', 'x'],
        ],
      },
      answer: [
        [404, '{"errorMessage":"This is not a resource of the Lambda Runtime API","errorType":"NotFound"}\n'],
        [404, '{"errorMessage":"This is not a resource of the Lambda Runtime API","errorType":"NotFound"}\n'],
      ],
    },
    {
      what: 'garbage instead of HTTP is a bad request',
      event: { raw: 'garbage\r\n\r\n' },
      answer: ['HTTP/1.1 400 Bad Request'],
    },
    {
      what: 'a broken chunk is a bad request',
      event: { raw: 'POST /2018-06-01/runtime/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n' },
      answer: ['HTTP/1.1 400 Bad Request'],
    },
    {
      what: 'a length that is none is a bad request',
      event: { raw: 'POST /2018-06-01/runtime/x HTTP/1.1\r\nContent-Length: -1\r\n\r\n' },
      answer: ['HTTP/1.1 400 Bad Request'],
    },
    {
      what: 'a head without end is a bad request',
      event: { raw: `GET /${'x'.repeat(1_300_000)}` },
      answer: ['HTTP/1.1 400 Bad Request'],
    },
  ]) {
    test(what, async () => {
      const fn = provided(scripted);
      assert.deepEqual(JSON.parse((await call(host, fn, event)).text), answer);
      assert.equal((await call(host, fn, { answer: 'fine' })).text, 'fine');
    });
  }

  test('a chunked response without streaming is taken whole', async () => {
    const fn = provided(scripted);
    const steps = [['POST', '/invocation/ID/response', ['{"a"', ':', '1}'], { 'Transfer-Encoding': 'chunked' }]];
    assert.equal((await call(host, fn, { steps, silent: true })).text, '{"a":1}');
  });

  test('an answer that is no JSON reaches the caller as it is', async () => {
    assert.equal((await call(host, provided(scripted), { answer: '<garbage' })).text, '<garbage');
  });

  test('an error is the function’s own', async () => {
    const steps = [['POST', '/invocation/ID/error', '{"errorType":"Mine","errorMessage":"m"}']];
    const { text, functionError } = await call(host, provided(scripted), { steps, silent: true });
    assert.equal(functionError, 'Unhandled');
    assert.equal(text, '{"errorType":"Mine","errorMessage":"m"}');
  });

  test('a runtime that never answers times out', async () => {
    const { text } = await call(host, provided(scripted, { timeoutMs: 200 }), { silent: true });
    assert.match(text, /Task timed out after 0.20 seconds/);
  });

  test('a bootstrap that never asks for an event times out in its initialisation', async () => {
    const { text } = await call(host, provided('#!/bin/sh\nsleep 600\n', { timeoutMs: 300 }));
    assert.match(text, /Task timed out after 0.30 seconds/);
  });

  test('a bootstrap that ends at once: Runtime.ExitError', async () => {
    const { text } = await call(host, provided('#!/bin/sh\necho started\nexit 7\n'));
    assert.match(text, /"errorType":"Runtime.ExitError".*exit status 7/);
  });

  for (const { what, prepare, message } of [
    {
      what: 'a package without bootstrap',
      prepare: () => bench.fn({ readme: '' }, { runtime: 'provided.al2' }),
      message: /Couldn't find valid bootstrap\(s\): \[.*\/bootstrap\]$/,
    },
    {
      what: 'a bootstrap that may not be executed',
      prepare: () => {
        const fn = provided('#!/bin/sh\n');
        chmodSync(join(fn.code.directory, 'bootstrap'), 0o644);
        return fn;
      },
      message: /fork\/exec .*\/bootstrap: permission denied$/,
    },
    {
      what: 'an interpreter that is not here',
      prepare: () => bench.fn({ 'app.rb': '' }, { runtime: 'ruby3.3' }),
      message: /no interpreter for runtime ruby3.3 on this machine \(tried \/nowhere\/ruby\)$/,
    },
    {
      what: 'a runtime that nobody knows',
      prepare: () => bench.fn({}, { runtime: 'cobol85' }),
      message: /runtime cobol85 is not supported$/,
    },
    {
      what: 'a directory that is gone',
      prepare: () => bench.fn({}, { code: { directory: '/nowhere/at/all', watch: true } }),
      message: /the function's directory \/nowhere\/at\/all does not exist$/,
    },
    {
      what: 'an environment variable that no process can have',
      prepare: () => bench.fn({ 'index.js': '' }, { environment: { BAD: 'a\0b' } }),
      message: /null bytes/,
    },
  ]) {
    test(`${what}: Runtime.InvalidEntrypoint says so`, async () => {
      await using strict = new FunctionHost({ log: log.sink, interpreters: { ruby: '/nowhere/ruby' } });
      const fn = prepare();
      const { text, functionError } = await call(strict, fn);
      assert.equal(functionError, 'Unhandled');
      const failure = JSON.parse(text);
      assert.equal(failure.errorType, 'Runtime.InvalidEntrypoint');
      assert.match(failure.errorMessage, message);
      await log.until(fn, /Runtime\.InvalidEntrypoint/);
    });
  }

  test('Java runs the runtime client of the package', {
    skip: existsSync('/usr/bin/javac') ? false : 'no javac',
  }, async () => {
    // As much of a runtime client as one invocation after the other needs.
    const client = `package com.amazonaws.services.lambda.runtime.api.client;
      import java.net.*; import java.io.*; import java.nio.charset.StandardCharsets;
      public class AWSLambda {
        public static void main(String[] args) throws Exception {
          String api = "http://" + System.getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/";
          while (true) {
            HttpURLConnection next = (HttpURLConnection) new URL(api + "next").openConnection();
            String event = new String(next.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            HttpURLConnection post = (HttpURLConnection) new URL(api + next.getHeaderField("Lambda-Runtime-Aws-Request-Id") + "/response").openConnection();
            post.setRequestMethod("POST"); post.setDoOutput(true);
            post.getOutputStream().write(("{\\"handler\\":\\"" + args[0] + "\\",\\"event\\":" + event + "}").getBytes(StandardCharsets.UTF_8));
            post.getInputStream().readAllBytes();
          }
        }
      }`;
    const fn = bench.fn(
      { 'src/AWSLambda.java': client },
      { runtime: 'java21', handler: 'shop.Orders', timeoutMs: 10_000, memoryMb: 512 },
    );
    const { directory } = fn.code;
    execFileSync('javac', ['-nowarn', '-d', directory, join(directory, 'src/AWSLambda.java')], { stdio: 'ignore' });
    await using patient = new FunctionHost({ log: log.sink });
    for (const n of [1, 2])
      assert.deepEqual(JSON.parse((await call(patient, fn, { n })).text), { handler: 'shop.Orders', event: { n } });
    assert.match((await log.until(fn, /^REPORT/)).join('\n'), /INIT_START Runtime Version: java:\d/);
  });

  test('Java without its runtime client says what to add', {
    skip: existsSync('/usr/bin/java') ? false : 'no java',
  }, async () => {
    const fn = bench.fn({ 'lib/app.jar': '' }, { runtime: 'java21', handler: 'shop.Orders::handleRequest' });
    assert.match((await call(host, fn)).text, /the Java runtime interface client is missing/);
    assert.match(
      (await log.until(fn, /aws-lambda-java-runtime-interface-client/)).join('\n'),
      /functions.libraries.java/,
    );
  });
});
