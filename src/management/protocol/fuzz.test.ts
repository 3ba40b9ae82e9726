/** Whatever bytes arrive, an answer leaves, and it blames the sender. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sha256, signRequest } from '../../access/sigv4.ts';
import { loadModel, type Member, type ServiceName } from './model.ts';
import type { ManagementResponse } from './request.ts';
import { createManagementProtocol } from './server.ts';
import { protocolOptions, rootKey } from './testing/loopback.ts';

const nowMs = Date.parse('2026-03-04T05:06:07Z');
const names: readonly ServiceName[] = ['apigateway', 'apigatewayv2', 'lambda', 'sts'];
const failures: unknown[] = [];
const protocol = createManagementProtocol(
  protocolOptions({
    services: names.map((model) => ({
      model,
      handlers: Object.fromEntries(Object.keys(loadModel(model).operations).map((name) => [name, () => ({})])),
    })),
    now: () => nowMs,
    log: {
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: ({ error }) => void failures.push(error),
    },
  }),
);

function blamesTheSender(response: ManagementResponse): void {
  assert.deepEqual(failures, []);
  assert.ok(response.status >= 200 && response.status < 500, String(response.status));
  for (const value of Object.values(response.headers)) assert.match(value, /^[\t\x20-\x7e\xa0-\xff]*$/);
}

const contentTypes = ['application/json', 'application/x-amz-json-1.0', 'application/x-www-form-urlencoded', ''];
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.json().map((text) => Buffer.from(text)),
  fc.webQueryParameters().map((text) => Buffer.from(`Action=AssumeRole&${text}`)),
);
const anything = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'PROPFIND', ''),
  path: fc.oneof(fc.string(), fc.webPath(), fc.constantFrom('/', '/restapis', '/v2/apis', '/restapis/%zz/x')),
  query: fc.oneof(fc.string(), fc.webQueryParameters()),
  headers: fc
    .dictionary(
      fc.constantFrom('content-encoding', 'content-type', 'x-amz-target', 'smithy-protocol', 'x-amz-date', '__proto__'),
      fc.oneof(fc.string(), fc.constantFrom(...contentTypes, 'gzip', 'AWSSecurityTokenServiceV20110615.AssumeRole')),
    )
    .map((headers) => ({ ...headers, host: 'localhost' })),
  body: bytes,
  service: fc.option(fc.constantFrom('apigateway', 'lambda', 'sts', 's3'), { nil: undefined }),
});

test('random requests, signed or not, are answered without a failure of ours', async () => {
  await fc.assert(
    fc.asyncProperty(anything, async ({ service, ...message }) => {
      const headers =
        service === undefined
          ? message.headers
          : signRequest({
              ...message,
              payloadHash: sha256(message.body),
              service,
              region: 'us-east-1',
              credentials: rootKey,
              nowMs,
            });
      blamesTheSender(await protocol.handle({ ...message, headers }));
    }),
    { numRuns: 800 },
  );
});

/** Inputs that have the right members with, mostly, the wrong values. */
function inputOf(members: Readonly<Record<string, Member>>): fc.Arbitrary<unknown> {
  const keys = Object.entries(members).map(([name, { jsonName }]) => jsonName ?? name);
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom('AVAILABLE', 'true', 1, null, [], {}, [null], { a: null }));
  return fc.dictionary(fc.constantFrom(...keys, 'other'), value);
}

test('random members for every operation are taken or refused, never a failure of ours', async () => {
  for (const name of names) {
    const model = loadModel(name);
    for (const [operation, { http, input }] of Object.entries(model.operations)) {
      if (http === undefined || input === undefined) continue;
      const [method, uri] = http;
      const [path = '', query = ''] = uri.replaceAll(/\{\w+\+?\}/g, '200').split('?');
      await fc.assert(
        fc.asyncProperty(inputOf(model.shapes[input]?.members ?? {}), async (value) => {
          const body = Buffer.from(JSON.stringify(value));
          const message = { method, path, query, headers: { host: 'h' } };
          const service = model.signingName;
          const signing = { payloadHash: sha256(body), service, region: 'us-east-1', credentials: rootKey, nowMs };
          const response = await protocol.handle({
            ...message,
            headers: signRequest({ ...message, ...signing }),
            body,
          });
          blamesTheSender(response);
          assert.notEqual(response.status, 404, operation);
        }),
        { numRuns: 5 },
      );
    }
  }
});
