/**
 * Requests that nobody should send, to a whole gateway: each gets its answer, leaves a line in the log that says why,
 * reaches no backend that it should not reach, and harms nobody who comes after it.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CreateDeploymentCommand, ImportRestApiCommand } from '@aws-sdk/client-api-gateway';
import {
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { GatewayProcess } from './gateway-process.ts';
import { exchangeRaw, type RawAnswer } from './raw-client.ts';
import { Backend } from './running-gate.ts';

const documentOf = (backend: string): Uint8Array => {
  const integration = (changes: object) => ({
    responses: { 200: { description: 'ok' } },
    'x-amazon-apigateway-integration': {
      httpMethod: 'POST',
      responses: { default: { statusCode: '200' } },
      ...changes,
    },
  });
  const parameters = [{ name: 'path', in: 'path', required: true, schema: { type: 'string' } }];
  const document = {
    openapi: '3.0.1',
    info: { title: 'robust', version: '1' },
    'x-amazon-apigateway-request-validators': { body: { validateRequestBody: true, validateRequestParameters: false } },
    paths: {
      '/proxy/{path+}': {
        'x-amazon-apigateway-any-method': {
          parameters,
          ...integration({
            type: 'http_proxy',
            httpMethod: 'ANY',
            uri: `${backend}/{path}`,
            requestParameters: { 'integration.request.path.path': 'method.request.path.path' },
          }),
        },
      },
      '/template': {
        post: integration({
          type: 'http',
          uri: backend,
          passthroughBehavior: 'never',
          requestTemplates: { 'application/json': '{"a": $input.json("$.a")}' },
        }),
      },
      '/validated': {
        post: {
          'x-amazon-apigateway-request-validator': 'body',
          requestBody: { content: { 'application/json': { schema: { type: 'object', required: ['a'] } } } },
          ...integration({ type: 'http', uri: backend }),
        },
      },
    },
  };
  return new TextEncoder().encode(JSON.stringify(document));
};

async function restApi({ rest }: GatewayProcess, backend: string): Promise<string> {
  const { id: restApiId } = await rest.send(new ImportRestApiCommand({ body: documentOf(backend) }));
  await rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' }));
  return `/_api/${restApiId}/prod`;
}

async function httpApi({ http }: GatewayProcess, backend: string): Promise<string> {
  const { ApiId } = await http.send(new CreateApiCommand({ Name: 'robust', ProtocolType: 'HTTP' }));
  const integration = { IntegrationType: 'HTTP_PROXY', IntegrationMethod: 'ANY', PayloadFormatVersion: '1.0' } as const;
  const { IntegrationId } = await http.send(
    new CreateIntegrationCommand({ ApiId, ...integration, IntegrationUri: `${backend}/{path}` }),
  );
  const Target = `integrations/${IntegrationId}`;
  await http.send(new CreateRouteCommand({ ApiId, RouteKey: 'ANY /proxy/{path+}', Target }));
  await http.send(new CreateStageCommand({ ApiId, StageName: 'prod', AutoDeploy: true }));
  return `/_api/${ApiId}/prod`;
}

const megabytes = 1_048_576;
const host = 'Host: gateway\r\n';
const close = 'Connection: close\r\n';
const bodyOf = (text: string, headers = ''): string =>
  `${host}${close}${headers}Content-Length: ${text.length}\r\n\r\n${text}`;
const json = 'Content-Type: application/json\r\n';
const bytesOf = (head: string, body: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`${head}${host}${close}Content-Length: ${body.length}\r\n\r\n`), body]);

const forbidden = [403, '{"message":"Forbidden"}'] as const;
const noMethod = [403, '{"message":"Missing Authentication Token"}'] as const;
const notFound = [404, '{"message":"Not Found"}'] as const;
const badRequest = [400, '{"message":"Bad Request"}'] as const;
const headersTooLarge = [431, '{"message":"Request Header Fields Too Large"}'] as const;
const uriTooLong = [414, '{"message":"Request URI too long"}'] as const;
const bodyTooLarge = [413, 'HTTP content length exceeded 10485760 bytes.'] as const;
const entityTooLarge = [413, '{"message":"Request Entity Too Large"}'] as const;
const malformed = { rest: badRequest, http: badRequest, log: /the request is not well-formed HTTP/ };
const refused = (why: string): RegExp => new RegExp(`"reason":"${why}".*a request was refused`);

interface Case {
  readonly when: string;
  /** @param at path of the stage */
  readonly send: (at: string) => string | Uint8Array;
  /** Status and body; null: not sent to an API of this kind. */
  readonly rest: readonly [number, string] | null;
  readonly http: readonly [number, string] | null;
  /** Of the log, on one line. */
  readonly log: RegExp;
  /** Requests that the backend sees. */
  readonly reaches?: number;
  readonly keepsOpen?: true;
}

const cases: readonly Case[] = [
  {
    when: 'the API is unknown',
    send: () => `GET /_api/0123456789/prod/proxy/x HTTP/1.1\r\n${host}${close}\r\n`,
    rest: forbidden,
    http: null,
    log: refused('no API and stage answer to this host and path'),
  },
  {
    when: 'the host names an unknown API',
    send: () => `GET /prod/proxy/x HTTP/1.1\r\nHost: 0123456789.execute-api.localhost\r\n${close}\r\n`,
    rest: forbidden,
    http: null,
    log: /"host":"0123456789\.execute-api\.localhost".*a request was refused/,
  },
  {
    when: 'names are those of JavaScript',
    send: () => `GET /_api/__proto__/constructor/toString HTTP/1.1\r\n${host}${close}\r\n`,
    rest: forbidden,
    http: null,
    log: refused('no API and stage answer to this host and path'),
  },
  {
    when: 'the stage is unknown',
    send: (at) => `GET ${at}uction/proxy/x HTTP/1.1\r\n${host}${close}\r\n`,
    rest: forbidden,
    http: notFound,
    log: refused('(no API and stage answer to this host and path|the API has no such stage and route)'),
  },
  {
    when: 'the path is unknown',
    send: (at) => `GET ${at}/elsewhere?secret=1 HTTP/1.1\r\n${host}${close}\r\n`,
    rest: noMethod,
    http: notFound,
    log: /"reason":"the API has no such (resource and method|stage and route)".*"path":"\/_api\/\w+\/prod\/elsewhere"/,
  },
  {
    when: 'the method is TRACE, which ANY is not',
    send: (at) => `TRACE ${at}/proxy/x HTTP/1.1\r\n${host}${close}\r\n`,
    rest: noMethod,
    http: notFound,
    log: /"method":"TRACE".*a request was refused/,
  },
  {
    when: 'a body of 11 MB is announced',
    send: (at) => `POST ${at}/proxy/x HTTP/1.1\r\n${bodyOf('x'.repeat(11 * megabytes))}`,
    rest: bodyTooLarge,
    http: entityTooLarge,
    log: refused('the body has more than 10485760 bytes'),
  },
  {
    when: 'a body of 11 MB comes in one chunk',
    send: (at) =>
      `POST ${at}/proxy/x HTTP/1.1\r\n${host}${close}Transfer-Encoding: chunked\r\n\r\nB00000\r\n${'x'.repeat(11 * megabytes)}\r\n0\r\n\r\n`,
    rest: bodyTooLarge,
    http: entityTooLarge,
    log: refused('the body (has more than 10485760 bytes|is too large)'),
    reaches: 1,
  },
  {
    when: 'a client asks before it sends 11 MB',
    send: (at) =>
      `POST ${at}/proxy/x HTTP/1.1\r\n${host}Expect: 100-continue\r\nContent-Length: ${11 * megabytes}\r\n\r\n`,
    rest: bodyTooLarge,
    http: entityTooLarge,
    log: refused('the body has more than 10485760 bytes'),
    keepsOpen: true,
  },
  {
    when: 'something else is expected',
    send: (at) => `POST ${at}/proxy/x HTTP/1.1\r\n${host}Expect: a miracle\r\nContent-Length: 0\r\n\r\n`,
    rest: [417, '{"message":"Expectation Failed"}'],
    http: [417, '{"message":"Expectation Failed"}'],
    log: /expects something other than 100-continue/,
  },
  ...[12_000, 64_000].map(
    (length): Case => ({
      when: `a header has ${length} bytes`,
      send: (at) => `GET ${at}/proxy/x HTTP/1.1\r\n${host}${close}X: ${'y'.repeat(length)}\r\n\r\n`,
      rest: headersTooLarge,
      http: headersTooLarge,
      log: refused('the headers are too large together'),
    }),
  ),
  {
    when: 'a header has 200,000 bytes',
    send: (at) => `GET ${at}/proxy/x HTTP/1.1\r\n${host}${close}X: ${'y'.repeat(200_000)}\r\n\r\n`,
    rest: headersTooLarge,
    http: headersTooLarge,
    log: /the head of the request is too large/,
  },
  {
    when: 'there are 3,000 headers',
    send: (at) => `GET ${at}/proxy/x HTTP/1.1\r\n${host}${close}${'a:b\r\n'.repeat(3_000)}\r\n`,
    rest: headersTooLarge,
    http: headersTooLarge,
    log: refused('the headers are too large together'),
  },
  {
    when: 'the address has 11,000 characters',
    send: (at) => `GET ${at}/proxy/${'x'.repeat(11_000)} HTTP/1.1\r\n${host}${close}\r\n`,
    rest: uriTooLong,
    http: uriTooLong,
    log: refused('path and query are too long'),
  },
  {
    when: 'the address has 70,000 characters',
    send: (at) => `GET ${at}/proxy/${'x'.repeat(70_000)} HTTP/1.1\r\n${host}${close}\r\n`,
    rest: uriTooLong,
    http: uriTooLong,
    log: /the request line is longer than a whole head may be/,
  },
  {
    when: 'the path has UTF-8 that is not encoded',
    send: (at) => `GET ${at}/proxy/\xc3\xa9 HTTP/1.1\r\n${host}\r\n`,
    ...malformed,
  },
  {
    when: 'the path has bytes that are no UTF-8',
    send: (at) => `GET ${at}/proxy/\xff\xfe HTTP/1.1\r\n${host}\r\n`,
    ...malformed,
  },
  { when: 'the path has a blank', send: (at) => `GET ${at}/proxy/a b HTTP/1.1\r\n${host}\r\n`, ...malformed },
  {
    when: 'the path has escapes that are none',
    send: (at) => `GET ${at}/proxy/%zz%f HTTP/1.1\r\n${host}${close}\r\n`,
    rest: null,
    http: badRequest,
    log: refused('the path is malformed, or has \\. or \\.\\. in it'),
  },
  {
    when: 'the path has escaped bytes that are no UTF-8',
    send: (at) => `GET ${at}/proxy/%ff%fe HTTP/1.1\r\n${host}${close}\r\n`,
    rest: null,
    http: badRequest,
    log: refused('the path is malformed, or has \\. or \\.\\. in it'),
  },
  ...['../../admin', '%2e%2e/admin', 'a/.%2E%2fadmin', 'a/./b', '..'].map(
    (path): Case => ({
      when: `the path climbs: ${path}`,
      send: (at) => `GET ${at}/proxy/${path} HTTP/1.1\r\n${host}${close}\r\n`,
      rest: badRequest,
      http: badRequest,
      log: refused('the path .*has \\. or \\.\\. in it'),
    }),
  ),
  {
    when: 'the length is said in both ways',
    send: (at) =>
      `POST ${at}/proxy/x HTTP/1.1\r\n${host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET ${at}/proxy/smuggled HTTP/1.1\r\n${host}\r\n`,
    ...malformed,
  },
  {
    when: 'there are two lengths',
    send: (at) => `POST ${at}/proxy/x HTTP/1.1\r\n${host}Content-Length: 4\r\nContent-Length: 40\r\n\r\nbody`,
    ...malformed,
  },
  {
    when: 'the same length is said twice',
    send: (at) => `POST ${at}/proxy/x HTTP/1.1\r\n${host}Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody`,
    ...malformed,
  },
  ...['+4', '-4', '4, 4', '0x4', '99999999999999999999'].map(
    (length): Case => ({
      when: `the length is ${length}`,
      send: (at) => `POST ${at}/proxy/x HTTP/1.1\r\n${host}Content-Length: ${length}\r\n\r\nbody`,
      ...malformed,
    }),
  ),
  {
    when: 'there are two transfer encodings',
    send: (at) =>
      `POST ${at}/proxy/x HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    ...malformed,
  },
  ...['xchunked', 'identity', 'gzip, chunked'].map(
    (coding): Case => ({
      when: `the transfer coding is ${coding}`,
      send: (at) => `POST ${at}/proxy/x HTTP/1.1\r\n${host}Transfer-Encoding: ${coding}\r\n\r\n4\r\nbody\r\n0\r\n\r\n`,
      rest: [501, '{"message":"Not Implemented"}'],
      http: [501, '{"message":"Not Implemented"}'],
      log: /the request has a transfer coding other than chunked/,
    }),
  ),
  {
    when: 'HTTP/1.0 comes in chunks',
    send: (at) => `POST ${at}/proxy/x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    rest: badRequest,
    http: badRequest,
    log: /the request is HTTP\/1\.0 and has a Transfer-Encoding/,
  },
  {
    when: 'a header goes on in the next line',
    send: (at) => `GET ${at}/proxy/x HTTP/1.1\r\n${host}X: a\r\n b\r\n\r\n`,
    ...malformed,
  },
  {
    when: 'the transfer encoding stands in the next line',
    send: (at) => `POST ${at}/proxy/x HTTP/1.1\r\n${host}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`,
    ...malformed,
  },
  { when: 'lines end in LF', send: (at) => `GET ${at}/proxy/x HTTP/1.1\nHost: a\n\n`, ...malformed },
  { when: 'a header has a CR', send: (at) => `GET ${at}/proxy/x HTTP/1.1\r\n${host}X: a\rb\r\n\r\n`, ...malformed },
  { when: 'a header has a NUL', send: (at) => `GET ${at}/proxy/x HTTP/1.1\r\n${host}X: a\0b\r\n\r\n`, ...malformed },
  {
    when: 'a blank stands before a colon',
    send: (at) => `GET ${at}/proxy/x HTTP/1.1\r\nHost : a\r\n\r\n`,
    ...malformed,
  },
  { when: 'the method is none', send: (at) => `STEAL ${at}/proxy/x HTTP/1.1\r\n${host}\r\n`, ...malformed },
  { when: 'TLS is spoken to a port without', send: () => Buffer.from('16030100a5010000a10303', 'hex'), ...malformed },
  {
    when: 'there are two hosts',
    send: (at) => `GET ${at}/proxy/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`,
    rest: badRequest,
    http: badRequest,
    log: /the request has several Host headers/,
  },
  {
    when: 'there is no host',
    send: (at) => `GET ${at}/proxy/x HTTP/1.1\r\n\r\n`,
    rest: badRequest,
    http: badRequest,
    log: /the request has no Host header/,
  },
  {
    when: 'a proxy is asked for',
    send: () => 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n',
    rest: badRequest,
    http: badRequest,
    log: /the request is for a proxy/,
  },
  {
    when: 'a chunk has no size',
    send: (at) => `POST ${at}/template HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nzz\r\nbody\r\n0\r\n\r\n`,
    rest: badRequest,
    http: null,
    log: /Invalid character in chunk size.*not well-formed HTTP/,
  },
  {
    when: 'a chunk has an endless extension',
    send: (at) =>
      `POST ${at}/template HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n4;${'a'.repeat(100_000)}\r\nbody\r\n0\r\n\r\n`,
    rest: badRequest,
    http: null,
    log: /Chunk extensions overflow.*not well-formed HTTP/,
  },
  {
    when: 'the length follows the chunks',
    send: (at) =>
      `POST ${at}/template HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nContent-Length: 40\r\n\r\n`,
    rest: badRequest,
    http: null,
    log: /not well-formed HTTP/,
  },
  {
    when: 'a template meets JSON that is cut short',
    send: (at) => `POST ${at}/template HTTP/1.1\r\n${bodyOf('{"a":', json)}`,
    rest: [400, '{"message":"Could not parse request body into json: Unexpected end of JSON input"}'],
    http: null,
    log: refused('Could not parse request body into json: Unexpected end of JSON input'),
  },
  {
    when: 'a template meets 10,000 brackets',
    send: (at) => `POST ${at}/template HTTP/1.1\r\n${bodyOf(`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, json)}`,
    rest: [400, '{"message":"Could not parse request body into json: JSON that is nested deeper than 400"}'],
    http: null,
    log: refused('Could not parse request body into json: JSON that is nested deeper than 400'),
  },
  {
    when: 'no template is for the content type',
    send: (at) => `POST ${at}/template HTTP/1.1\r\n${bodyOf('{}', 'Content-Type: text/plain\r\n')}`,
    rest: [415, '{"message":"Unsupported Media Type"}'],
    http: null,
    log: refused('no mapping is for the content type of the body'),
  },
  {
    when: 'a model meets JSON that is cut short',
    send: (at) => `POST ${at}/validated HTTP/1.1\r\n${bodyOf('{"a":', json)}`,
    rest: [400, '{"message":"Invalid request body"}'],
    http: null,
    log: /"reason":"Invalid request body.*a request was refused/,
  },
  {
    when: 'a model is not met',
    send: (at) => `POST ${at}/validated HTTP/1.1\r\n${bodyOf('{"__proto__":{"a":1}}', json)}`,
    rest: [400, '{"message":"Invalid request body"}'],
    http: null,
    log: /"reason":"Invalid request body: \[object has missing required properties.*a request was refused/,
  },
  {
    when: 'a small body unpacks to 200 MB',
    send: (at) => bytesOf(`POST ${at}/proxy/x HTTP/1.1\r\nContent-Encoding: gzip\r\n`, bomb()),
    rest: bodyTooLarge,
    http: null,
    log: refused('the body has more than 10485760 bytes'),
  },
  {
    when: 'one packed body follows another',
    send: (at) =>
      bytesOf(`POST ${at}/proxy/x HTTP/1.1\r\nContent-Encoding: gzip\r\n`, Buffer.concat([gzipSync('x'), bomb()])),
    rest: bodyTooLarge,
    http: null,
    log: refused('the body has more than 10485760 bytes'),
  },
  {
    when: 'a body is not packed as it says',
    send: (at) => `POST ${at}/proxy/x HTTP/1.1\r\n${bodyOf('plain', 'Content-Encoding: gzip\r\n')}`,
    rest: [415, '{"message":"Unsupported Media Type"}'],
    http: null,
    log: refused('the body can not be unpacked by its content encoding'),
  },
];

let packed: Buffer | undefined;
const bomb = (): Buffer => {
  packed ??= gzipSync(Buffer.alloc(200_000_000), { level: 1 });
  return packed;
};

describe('a gateway that is sent bad requests', { concurrency: 1, timeout: 60_000 }, () => {
  let gateway: GatewayProcess;
  let backend: Backend;
  const stages = { rest: '', http: '' };

  before(async () => {
    backend = await Backend.echo();
    gateway = await GatewayProcess.start();
    stages.rest = await restApi(gateway, backend.url);
    stages.http = await httpApi(gateway, backend.url);
  });
  after(async () => {
    await gateway[Symbol.asyncDispose]();
    await backend[Symbol.asyncDispose]();
  });

  const send = (bytes: string | Uint8Array, untilClose = true): Promise<RawAnswer> =>
    exchangeRaw(gateway.trafficPort, bytes, untilClose);
  const fine = async (at: string): Promise<void> => {
    const answer = await send(`POST ${at}/proxy/fine HTTP/1.1\r\n${bodyOf('{"a": 1}', json)}`);
    assert.equal(answer.status, 200);
  };

  for (const { when, send: bytes, log, reaches = 0, keepsOpen = false, ...answers } of cases) {
    for (const kind of ['rest', 'http'] as const) {
      const wanted = answers[kind];
      if (wanted === null) continue;
      test(`${when} (${kind}): ${wanted[0]}`, async () => {
        const from = gateway.log.length;
        const before = backend.requests.length;
        const { status, head, body, text } = await send(bytes(stages[kind]), !keepsOpen);
        assert.deepEqual([status, body], wanted, text.slice(0, 500));
        assert.match(head, /\r\ncontent-length: \d+/i);
        assert.doesNotMatch(text, /100 Continue/);
        await gateway.logged(log, from);
        assert.equal(backend.requests.length - before, reaches);
      });
    }
  }

  test('all of it a few times over leaves no connection, no descriptor and no memory behind', async () => {
    const round = async (): Promise<void> => {
      for (const { send: bytes, keepsOpen = false, ...answers } of cases)
        for (const kind of ['rest', 'http'] as const)
          if (answers[kind] !== null) await send(bytes(stages[kind]), !keepsOpen);
      for (const at of Object.values(stages)) await fine(at);
    };
    await round();
    const [memory, descriptors] = [gateway.residentMiB(), gateway.descriptors()];
    for (let i = 0; i < 3; i++) await round();
    const grown = gateway.residentMiB() - memory;
    assert.ok(grown < 64, `${grown} MiB more`);
    const { sockets, others } = gateway.descriptors();
    assert.ok(sockets <= descriptors.sockets + 2, `${sockets} sockets after ${descriptors.sockets}`);
    assert.deepEqual(others, descriptors.others);
    assert.equal(gateway.running, true);
  });
});
