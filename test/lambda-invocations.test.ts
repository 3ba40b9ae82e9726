/** Invocations over the management API: synchronous, dry, as events that survive a restart, and streamed. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  InvokeAsyncCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { rootKey } from '../src/management/protocol/testing/loopback.ts';
import { type LambdaGateway, lambdaGateway, newFunctionInput, textOf, zip } from './lambda-gateway.ts';

let gateway: LambdaGateway;
before(async () => {
  gateway = await lambdaGateway();
});
after(() => gateway[Symbol.asyncDispose]());

const make = async (FunctionName: string, body: string): Promise<string> => {
  await gateway.client.send(new CreateFunctionCommand(newFunctionInput(FunctionName, body)));
  return FunctionName;
};

/** Resolves with what the function sends there first. */
interface Ear extends AsyncDisposable {
  readonly url: string;
  readonly heard: Promise<string>;
}

/** A handler that tells that it runs, and does not end by itself. */
const tellAndStay = `await fetch(event.url, { method: 'POST', body: '"run"' }); await new Promise((go) => setTimeout(go, 120_000))`;

async function listen(): Promise<Ear> {
  let hear: (text: string) => void = () => {};
  const heard = new Promise<string>((resolve) => {
    hear = resolve;
  });
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    response.end('{}');
    hear(Buffer.concat(chunks).toString('utf8'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    heard,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('an answer tells the version, the end of the log, and the client’s context reaches the function', async () => {
  const FunctionName = await make('answering', 'console.log("printed"); return [event, context.clientContext]');
  const ClientContext = Buffer.from('{"custom":{"a":"b"}}').toString('base64');
  const { StatusCode, Payload, LogResult, ExecutedVersion, FunctionError } = await gateway.client.send(
    new InvokeCommand({ FunctionName, LogType: 'Tail', ClientContext }),
  );
  assert.deepEqual(
    [StatusCode, JSON.parse(textOf(Payload)), ExecutedVersion, FunctionError],
    [200, [{}, { custom: { a: 'b' } }], '$LATEST', undefined],
  );
  const log = Buffer.from(LogResult ?? '', 'base64').toString('utf8');
  assert.match(log, /^START RequestId: [0-9a-f-]{36} Version: \$LATEST\n[\s\S]*printed\nEND RequestId: /);
  assert.equal(gateway.loopback.last.response?.headers['x-amz-executed-version'], '$LATEST');
});

/** A client that sends a tracing header with every call, signed as the SDKs sign it. */
function tracing(traceId: string): LambdaClient {
  const client = new LambdaClient({
    endpoint: gateway.endpoint,
    region: 'us-east-1',
    credentials: rootKey,
    maxAttempts: 1,
  });
  client.middlewareStack.add(
    (next) => (args) => {
      if (HttpRequest.isInstance(args.request)) args.request.headers['X-Amzn-Trace-Id'] = traceId;
      return next(args);
    },
    { step: 'build' },
  );
  return client;
}

const traced = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
const tellTrace = `await fetch(event.url, { method: 'POST', body: process.env._X_AMZN_TRACE_ID }); return process.env._X_AMZN_TRACE_ID`;

test('the trace of a call reaches the function, however it is invoked', async (t) => {
  const FunctionName = await make('traced', tellTrace);
  const client = tracing(traced);
  t.after(() => client.destroy());
  const payload = (url: string) => Buffer.from(JSON.stringify({ url }));
  {
    await using ear = await listen();
    const { Payload } = await client.send(new InvokeCommand({ FunctionName, Payload: payload(ear.url) }));
    assert.equal(textOf(Payload), `"${traced}"`);
  }
  {
    await using ear = await listen();
    await client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: payload(ear.url) }));
    assert.equal(await ear.heard, traced);
  }
  {
    await using ear = await listen();
    await client.send(new InvokeAsyncCommand({ FunctionName, InvokeArgs: payload(ear.url) }));
    assert.equal(await ear.heard, traced);
  }
  await using ear = await listen();
  const { EventStream } = await client.send(
    new InvokeWithResponseStreamCommand({ FunctionName, Payload: payload(ear.url) }),
  );
  let text = '';
  for await (const { PayloadChunk } of EventStream ?? []) text += textOf(PayloadChunk?.Payload);
  assert.equal(text, `"${traced}"`);
});

test('a call without a trace gets one, which is not sampled and not in the log', async () => {
  const FunctionName = await make('untraced', tellTrace);
  const whole = /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/;
  await using ear = await listen();
  const Payload = Buffer.from(JSON.stringify({ url: ear.url }));
  const answer = await gateway.client.send(new InvokeCommand({ FunctionName, LogType: 'Tail', Payload }));
  assert.match(JSON.parse(textOf(answer.Payload)), whole);
  assert.doesNotMatch(Buffer.from(answer.LogResult ?? '', 'base64').toString('utf8'), /XRAY/);
  await using other = await listen();
  await gateway.client.send(
    new InvokeCommand({
      FunctionName,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify({ url: other.url })),
    }),
  );
  assert.match(await other.heard, whole);
});

test('a function that throws is a success of the call, and a header says so', async () => {
  const FunctionName = await make('throwing', 'throw new TypeError("no")');
  const command = new InvokeCommand({ FunctionName });
  let header: string | undefined;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      if (HttpResponse.isInstance(result.response)) header = result.response.headers['x-amz-function-error'];
      return result;
    },
    { step: 'deserialize' },
  );
  const { StatusCode, FunctionError, Payload } = await gateway.client.send(command);
  assert.deepEqual([StatusCode, FunctionError, header], [200, 'Unhandled', 'Unhandled']);
  const { errorType, errorMessage } = JSON.parse(textOf(Payload));
  assert.deepEqual([errorType, errorMessage], ['TypeError', 'no']);
});

test('a dry run answers 204 and runs nothing', async () => {
  const FunctionName = await make('dry', 'console.log("ran"); return 1');
  const { StatusCode } = await gateway.client.send(new InvokeCommand({ FunctionName, InvocationType: 'DryRun' }));
  assert.equal(StatusCode, 204);
  assert.equal(
    gateway.entries.some(({ functionArn }) => functionArn.endsWith(':dry')),
    false,
  );
});

const refusals = [
  {
    when: 'the payload is no JSON',
    input: { Payload: Buffer.from('{no') },
    name: 'InvalidRequestContentException',
    message: /^Could not parse request body into json: Could not parse payload into json: /,
  },
  {
    when: 'the client context is no JSON object',
    input: { ClientContext: 'bm8=' },
    name: 'InvalidRequestContentException',
    message: /^Client context must be a valid Base64-encoded JSON object\.$/,
  },
  {
    when: 'an event is larger than 1 MB',
    input: { InvocationType: 'Event' as const, Payload: Buffer.from(`"${'x'.repeat(1024 * 1024)}"`) },
    name: 'RequestTooLargeException',
    message: /^Request must be smaller than 1048576 bytes for the InvokeFunction operation$/,
  },
  {
    when: 'a payload is larger than 6 MB',
    input: { Payload: Buffer.from(`"${'x'.repeat(6 * 1024 * 1024)}"`) },
    name: 'RequestTooLargeException',
    message: /^Request must be smaller than 6291456 bytes for the InvokeFunction operation$/,
  },
  {
    when: 'the invocation type is unknown',
    input: { InvocationType: 'Soon' as 'Event' },
    name: 'ValidationException',
    message: /Value 'Soon' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: \[/,
  },
];
test('invocations are refused', async (t) => {
  const FunctionName = await make('refusing', 'return 1');
  for (const { when, input, name, message } of refusals)
    await t.test(`when ${when}`, () =>
      assert.rejects(gateway.client.send(new InvokeCommand({ FunctionName, ...input })), { name, message }),
    );
});

test('a function that reserves nothing for itself is throttled', async () => {
  const FunctionName = await make('reserved', 'return 1');
  await gateway.client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
  await assert.rejects(gateway.client.send(new InvokeCommand({ FunctionName })), {
    name: 'TooManyRequestsException',
    message: 'Rate Exceeded.',
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    Type: 'User',
  });
});

test('an event is accepted at once and runs later, under the name it was sent to', async () => {
  await using ear = await listen();
  const FunctionName = await make(
    'evented',
    `await fetch(event.url, { method: 'POST', body: JSON.stringify([event.n, context.invokedFunctionArn]) })`,
  );
  await gateway.client.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '$LATEST' }));
  const { StatusCode, Payload } = await gateway.client.send(
    new InvokeCommand({
      FunctionName,
      Qualifier: 'live',
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify({ url: ear.url, n: 7 })),
    }),
  );
  assert.deepEqual([StatusCode, textOf(Payload)], [202, '']);
  assert.deepEqual(JSON.parse(await ear.heard), [7, 'arn:aws:lambda:us-east-1:000000000000:function:evented:live']);
  await using other = await listen();
  const async = await gateway.client.send(
    new InvokeAsyncCommand({ FunctionName, InvokeArgs: Buffer.from(JSON.stringify({ url: other.url, n: 8 })) }),
  );
  assert.equal(async.Status, 202);
  assert.deepEqual(JSON.parse(await other.heard), [8, 'arn:aws:lambda:us-east-1:000000000000:function:evented']);
});

test('what became of an event is sent to its destination', async () => {
  await using queue = await listen();
  await using own = await lambdaGateway({ services: { sqs: queue.url } });
  const FunctionName = 'failing';
  await own.client.send(new CreateFunctionCommand(newFunctionInput(FunctionName, 'throw new Error("no")')));
  await own.client.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName,
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:failed' } },
    }),
  );
  await own.client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: Buffer.from('{"a":1}') }));
  const { QueueUrl, MessageBody } = JSON.parse(await queue.heard);
  assert.equal(QueueUrl, `${queue.url}000000000000/failed`);
  const { requestContext, requestPayload, responsePayload } = JSON.parse(MessageBody);
  assert.equal(requestContext.condition, 'RetriesExhausted');
  assert.deepEqual(requestPayload, { a: 1 });
  assert.equal(responsePayload.errorMessage, 'no');
});

test('an event that has not been run yet is run after a restart', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatewright-test-'));
  try {
    await using ear = await listen();
    const FunctionName = 'restarted';
    const body = `if (process.env.READY === undefined) throw new Error('not yet');
      await fetch(event.url, { method: 'POST', body: '"run"' })`;
    {
      await using own = await lambdaGateway({ dataDir });
      await own.client.send(new CreateFunctionCommand(newFunctionInput(FunctionName, body)));
      await own.client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
      await own.client.send(
        new InvokeCommand({
          FunctionName,
          InvocationType: 'Event',
          Payload: Buffer.from(JSON.stringify({ url: ear.url })),
        }),
      );
    }
    const environmentDefaults = { READY: '1' };
    await using again = await lambdaGateway({ dataDir, environmentDefaults });
    await again.client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 }));
    assert.equal(await ear.heard, '"run"');
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test('an event that is under way when the gateway has no more time runs again after the restart', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatewright-test-'));
  const FunctionName = 'interrupted';
  try {
    await using ear = await listen();
    await using other = await listen();
    {
      await using own = await lambdaGateway({ dataDir });
      await own.client.send(
        new CreateFunctionCommand({ ...newFunctionInput(FunctionName, tellAndStay), Timeout: 300 }),
      );
      const Payload = Buffer.from(JSON.stringify({ url: ear.url }));
      await own.client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }));
      await ear.heard;
      await own.running.close(0);
      const kept = await own.store.listEverywhere('function-event');
      assert.deepEqual(
        kept.map(({ value: { failures, refusals } }) => [failures, refusals]),
        [[0, 0]],
      );
      // Only the address of who listens is changed, so that the second run is told from the first.
      const [{ key, value, revision } = assert.fail()] = kept;
      const payload = Buffer.from(JSON.stringify({ url: other.url })).toString('base64');
      await own.store.commit([{ key, value: { ...value, payload }, expectedRevision: revision }]);
    }
    await using again = await lambdaGateway({ dataDir });
    assert.equal(await other.heard, '"run"');
    await again.running.close(0);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test('an invocation that is under way when the gateway has no more time is answered with ServiceException', async () => {
  await using ear = await listen();
  await using own = await lambdaGateway();
  const FunctionName = 'cut';
  await own.client.send(new CreateFunctionCommand({ ...newFunctionInput(FunctionName, tellAndStay), Timeout: 300 }));
  const Payload = Buffer.from(JSON.stringify({ url: ear.url }));
  const answered = assert.rejects(own.client.send(new InvokeCommand({ FunctionName, Payload })), {
    name: 'ServiceException',
    Type: 'Service',
  });
  await ear.heard;
  await own.running.close(0);
  await answered;
});

test('a streamed response arrives in chunks, and its end tells how it went', async () => {
  const create = (FunctionName: string, body: string) =>
    gateway.client.send(
      new CreateFunctionCommand({
        ...newFunctionInput(FunctionName),
        Code: {
          ZipFile: zip({
            'index.mjs': `export const handler = awslambda.streamifyResponse(async (event, out) => { ${body} });`,
          }),
        },
      }),
    );
  const collect = async (FunctionName: string) => {
    const { EventStream, ExecutedVersion } = await gateway.client.send(
      new InvokeWithResponseStreamCommand({ FunctionName, LogType: 'Tail' }),
    );
    let text = '';
    let complete: { ErrorCode?: string | undefined; LogResult?: string | undefined } | undefined;
    for await (const { PayloadChunk, InvokeComplete } of EventStream ?? []) {
      text += textOf(PayloadChunk?.Payload);
      complete ??= InvokeComplete;
    }
    return { text, ExecutedVersion, complete };
  };
  await create('streaming', 'out.write("one "); out.write("two"); out.end();');
  const whole = await collect('streaming');
  assert.deepEqual([whole.text, whole.ExecutedVersion, whole.complete?.ErrorCode], ['one two', '$LATEST', undefined]);
  assert.match(Buffer.from(whole.complete?.LogResult ?? '', 'base64').toString('utf8'), /REPORT RequestId/);
  await create('breaking', 'out.write("one "); await new Promise((go) => setTimeout(go, 20)); throw new Error("cut");');
  const broken = await collect('breaking');
  assert.equal(broken.text, 'one ');
  assert.notEqual(broken.complete?.ErrorCode, undefined);
});
