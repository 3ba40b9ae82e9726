/** Bad input to the management endpoint over real sockets: AWS's answer each time, and the gateway goes on. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { GetAccountCommand } from '@aws-sdk/client-api-gateway';
import { request } from 'undici';
import { sha256, signRequest } from '../src/access/sigv4.ts';
import { startGateway, type TestGateway } from './gateway.ts';

interface Attempt {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly secret?: string;
  readonly nowMs?: number;
  readonly unsigned?: boolean;
}

async function attempt(
  { node }: TestGateway,
  given: Attempt,
): Promise<{ status: number; type: string; message: string }> {
  const { method = 'GET', path = '/restapis', body = '', unsigned = false } = given;
  const url = new URL(node.managementUrl + path);
  const signed = signRequest({
    method,
    path: url.pathname,
    query: url.search.slice(1),
    headers: { host: url.host, ...given.headers },
    payloadHash: sha256(body),
    service: 'apigateway',
    region: 'us-east-1',
    credentials: {
      accessKeyId: node.rootKey.accessKeyId,
      secretAccessKey: given.secret ?? node.rootKey.secretAccessKey,
    },
    nowMs: given.nowMs ?? Date.now(),
  });
  const answer = await request(url, {
    method: method as 'GET',
    headers: unsigned ? { ...given.headers } : signed,
    body: body === '' ? null : body,
  });
  const { message, Message } = (await answer.body.json()) as Record<string, string>;
  return {
    status: answer.statusCode,
    type: String(answer.headers['x-amzn-errortype']).split(':')[0] ?? '',
    message: message ?? Message ?? '',
  };
}

test("management: bad input gets AWS's answer, and the next good call works", async (t) => {
  await using gateway = await startGateway();
  for (const { when, given, expect } of [
    {
      when: 'no signature',
      given: { unsigned: true },
      expect: [403, 'MissingAuthenticationTokenException', /Missing Authentication Token/],
    },
    {
      when: 'a wrong secret',
      given: { secret: 'x' },
      expect: [403, 'InvalidSignatureException', /The request signature we calculated does not match/],
    },
    {
      when: 'a clock that is an hour off',
      given: { nowMs: Date.now() - 3_600_000 },
      expect: [403, 'InvalidSignatureException', /Signature expired/],
    },
    {
      when: 'malformed JSON',
      given: { method: 'POST', body: '{"name":', headers: { 'content-type': 'application/json' } },
      expect: [400, 'SerializationException', /./],
    },
    {
      when: 'a wrong JSON type',
      given: { method: 'POST', body: '{"name": {}}', headers: { 'content-type': 'application/json' } },
      expect: [400, 'SerializationException', /./],
    },
    {
      when: 'an unknown id',
      given: { path: '/restapis/nothere' },
      expect: [404, 'NotFoundException', /Invalid API identifier specified 000000000000:nothere/],
    },
    { when: 'an unknown operation', given: { path: '/restapiz' }, expect: [404, 'UnknownOperationException', /./] },
    {
      when: 'a body of 11 MB',
      given: { method: 'POST', path: '/restapis?mode=import', body: Buffer.alloc(11 * 1024 * 1024, 'x') },
      expect: [413, 'RequestEntityTooLargeException', /./],
    },
    {
      when: 'a document that is none',
      given: { method: 'POST', path: '/restapis?mode=import', body: '{"a": [' },
      expect: [400, 'BadRequestException', /Invalid OpenAPI input/],
    },
  ] as const)
    await t.test(when, async () => {
      const { status, type, message } = await attempt(gateway, given);
      assert.deepEqual([status, type], expect.slice(0, 2));
      assert.match(message, expect[2]);
    });
  await gateway.client.send(new GetAccountCommand({}));
});

test('management: what is no HTTP at all is refused and harms nobody', async () => {
  await using gateway = await startGateway();
  const port = Number(new URL(gateway.node.managementUrl).port);
  for (const bytes of [
    '\u0000\u0001\u0002\r\n\r\n',
    'GET /\r\n\r\n',
    `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`,
  ]) {
    const reply = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    assert.match(reply, /^HTTP\/1\.1 4\d\d /);
  }
  await gateway.client.send(new GetAccountCommand({}));
});
