/**
 * Upstreams that fail in every way, behind a whole gateway: clients get AWS's answer, the log says why, and connections
 * to them do not pile up.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createPlainServer, type Server } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { CreateDeploymentCommand, ImportRestApiCommand } from '@aws-sdk/client-api-gateway';
import {
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { selfSigned, withoutOpenssl } from './certificate.ts';
import { GatewayProcess } from './gateway-process.ts';
import { type HowItMisbehaves, MisbehavingUpstream } from './misbehaving-upstream.ts';
import { exchangeRaw, type RawAnswer } from './raw-client.ts';

/** Of integrations that are to run out of time, and of all others: a busy machine answers late, too. */
const shortMs = 100;
const ampleMs = 29_000;
/** `proxy` passes answers on as they come, `mapped` takes them whole, `http` is an HTTP API. */
const kinds = ['proxy', 'mapped', 'http'] as const;
type Kind = (typeof kinds)[number];

/** The answer, or `cut`: it had begun. */
type Wanted = readonly [status: number, body: string] | 'cut';

const timedOut = [504, '{"message": "Endpoint request timed out"}'] as const;
const failed = [504, '{"message": "Network error communicating with endpoint"}'] as const;
const misconfigured = [500, '{"message": "Internal server error"}'] as const;
const unavailable = [503, '{"message":"Service Unavailable"}'] as const;

const late = { proxy: timedOut, mapped: timedOut, http: unavailable, log: /no answer within 100 ms/ };
const broken = (why: RegExp) => ({ proxy: failed, mapped: failed, http: unavailable, log: why });
const cut = (why: RegExp) => ({ proxy: 'cut', mapped: failed, http: 'cut', log: why }) as const;
const whole = (body: string) => ({ proxy: [200, body], mapped: [200, body], http: [200, body], log: null }) as const;

const beforeAnswer = /the upstream closed the connection before it answered/;
const halfway = /the upstream closed the connection halfway through its answer/;

const cases: Readonly<
  Record<
    Exclude<HowItMisbehaves, 'drips-without-end'>,
    Readonly<Record<Kind, Wanted>> & { readonly log: RegExp | null }
  >
> = {
  'is-fine': whole('fine'),
  'is-silent': late,
  'closes-at-once': broken(beforeAnswer),
  'resets-at-once': broken(/ECONNRESET/),
  'closes-in-the-status-line': broken(beforeAnswer),
  'closes-in-the-headers': broken(beforeAnswer),
  'closes-before-a-short-body': broken(halfway),
  'closes-in-a-short-body': broken(halfway),
  'closes-in-a-long-body': cut(halfway),
  'closes-in-a-chunk': cut(halfway),
  'closes-before-the-last-chunk': cut(halfway),
  'ends-by-closing': whole('all of it'),
  'is-slow-with-its-head': late,
  'is-slow-with-a-short-body': late,
  'speaks-another-protocol': late,
  'has-a-malformed-status': broken(/not an HTTP\/1\.x status line/),
  'has-an-endless-head': broken(/headers that do not end/),
  'has-a-header-without-colon': broken(/malformed header line/),
  'has-two-lengths': broken(/two different Content-Lengths/),
  'has-length-and-chunks': broken(/both Content-Length and Transfer-Encoding/),
  'has-a-malformed-chunk': broken(/chunk size/),
  'has-a-negative-length': broken(/Content-Length .*-4/),
  'says-more-than-announced': whole('four'),
  'switches-protocols': broken(/status 101 without being asked/),
  'continues-for-ever': broken(/interim answers that do not end/),
};

describe('a gateway whose upstreams fail', { concurrency: 1, timeout: 60_000 }, () => {
  let gateway: GatewayProcess;
  let upstream: MisbehavingUpstream;
  let hasty: Readonly<Record<Kind, string>>;
  let patient: Readonly<Record<Kind, string>>;

  /** Deploys methods whose integrations call `{origin}/{how}`. @returns paths of the stages */
  async function deploy(origin: string, timeoutMs: number): Promise<Record<Kind, string>> {
    const method = (type: string) => ({
      'x-amazon-apigateway-any-method': {
        parameters: [{ name: 'how', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { 200: { description: 'ok' } },
        'x-amazon-apigateway-integration': {
          type,
          httpMethod: 'GET',
          uri: `${origin}/{how}`,
          timeoutInMillis: timeoutMs,
          requestParameters: { 'integration.request.path.how': 'method.request.path.how' },
          responses: { default: { statusCode: '200' } },
        },
      },
    });
    const document = {
      openapi: '3.0.1',
      info: { title: 'failing', version: '1' },
      paths: { '/proxy/{how}': method('http_proxy'), '/mapped/{how}': method('http') },
    };
    const body = new TextEncoder().encode(JSON.stringify(document));
    const { id: restApiId } = await gateway.rest.send(new ImportRestApiCommand({ body }));
    await gateway.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' }));
    const { http } = gateway;
    const { ApiId } = await http.send(new CreateApiCommand({ Name: 'failing', ProtocolType: 'HTTP' }));
    const { IntegrationId } = await http.send(
      new CreateIntegrationCommand({
        ApiId,
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'ANY',
        IntegrationUri: `${origin}/{how}`,
        PayloadFormatVersion: '1.0',
        TimeoutInMillis: timeoutMs,
      }),
    );
    const Target = `integrations/${IntegrationId}`;
    await http.send(new CreateRouteCommand({ ApiId, RouteKey: 'ANY /{how}', Target }));
    await http.send(new CreateStageCommand({ ApiId, StageName: 'prod', AutoDeploy: true }));
    const rest = `/_api/${restApiId}/prod`;
    return { proxy: `${rest}/proxy`, mapped: `${rest}/mapped`, http: `/_api/${ApiId}/prod` };
  }

  before(async () => {
    upstream = await MisbehavingUpstream.start();
    gateway = await GatewayProcess.start();
    hasty = await deploy(upstream.url, shortMs);
    patient = await deploy(upstream.url, ampleMs);
  });
  after(async () => {
    await gateway[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });

  const get = (path: string): Promise<RawAnswer> =>
    exchangeRaw(gateway.trafficPort, `GET ${path} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n`);
  const textOf = ({ head, body }: RawAnswer): string =>
    /^transfer-encoding: chunked/im.test(head) ? body.replaceAll(/[0-9a-f]+\r\n(.*?)\r\n/gs, '$1').trimEnd() : body;

  for (const [how, { log, ...wanted }] of Object.entries(cases))
    for (const kind of kinds) {
      const expected = wanted[kind];
      test(`an upstream that ${how.replaceAll('-', ' ')} (${kind}): ${typeof expected === 'string' ? expected : expected[0]}`, async () => {
        const from = gateway.log.length;
        const answer = await get(`${(log === late.log ? hasty : patient)[kind]}/${how}`);
        if (expected === 'cut') {
          assert.equal(answer.status, 200);
          const length = Number(/^content-length: (\d+)/im.exec(answer.head)?.[1] ?? 0);
          assert.ok(
            length > 0 ? answer.body.length < length : !answer.body.endsWith('0\r\n\r\n'),
            'the client can tell',
          );
        } else assert.deepEqual([answer.status, textOf(answer)], expected);
        if (log !== null) await gateway.logged(log, from);
      });
    }

  test('an upstream that drips without end: 504 where the whole answer is needed, a stream where it is not', async () => {
    const from = gateway.log.length;
    const mapped = await get(`${hasty.mapped}/drips-without-end`);
    assert.deepEqual([mapped.status, mapped.body], timedOut);
    await gateway.logged(/the answer was not complete after 100 ms.*did not answer in time/, from);
    for (const kind of ['proxy', 'http'] as const) {
      const leaving = new AbortController();
      const response = await fetch(`${gateway.traffic}${patient[kind]}/drips-without-end`, { signal: leaving.signal });
      assert.equal(response.status, 200);
      const reader = response.body!.getReader();
      for (let pieces = 0; pieces < 3; pieces++) assert.equal((await reader.read()).done, false);
      leaving.abort();
    }
  });

  test('a flood of calls to one that fails leaves no connection and no memory behind', async () => {
    const hows = [
      'closes-in-the-headers',
      'closes-in-a-chunk',
      'closes-in-a-long-body',
      'has-a-malformed-chunk',
      'silent',
    ];
    const flood = (): Promise<unknown> =>
      Promise.all(
        Array.from({ length: 500 }, (_, i) => get(`${hasty[kinds[i % 3] ?? 'http']}/${hows[i % hows.length]}`)),
      );
    await flood();
    const [memory, { sockets }] = [gateway.residentMiB(), gateway.descriptors()];
    await flood();
    await flood();
    while (upstream.sockets.size > 0) await sleep(5);
    const grown = gateway.residentMiB() - memory;
    assert.ok(grown < 48, `${grown} MiB more`);
    assert.ok(gateway.descriptors().sockets <= sockets, `${gateway.descriptors().sockets} sockets after ${sockets}`);
    for (const kind of kinds) assert.equal((await get(`${patient[kind]}/is-fine`)).status, 200);
  });

  for (const { when, origin, wanted, log } of [
    {
      when: 'a name that does not resolve',
      origin: () => 'http://nowhere.invalid',
      wanted: { proxy: misconfigured, mapped: misconfigured, http: unavailable },
      log: /nowhere\.invalid/,
    },
    {
      when: 'a port where nobody listens',
      origin: async () => {
        const server = createPlainServer().listen(0, '127.0.0.1');
        await once(server, 'listening');
        const origin = originOf(server);
        server.close();
        await once(server, 'close');
        return origin;
      },
      wanted: { proxy: failed, mapped: failed, http: unavailable },
      log: /ECONNREFUSED/,
    },
    {
      when: 'https where plain HTTP is spoken',
      origin: () => upstream.url.replace('http:', 'https:'),
      wanted: { proxy: timedOut, mapped: timedOut, http: unavailable },
      log: late.log,
    },
  ] satisfies {
    when: string;
    origin: () => string | Promise<string>;
    wanted: Record<Kind, Wanted>;
    log: RegExp;
  }[])
    test(`${when}: AWS's answer, and the log says why`, async () => {
      const paths = await deploy(await origin(), log === late.log ? shortMs : ampleMs);
      for (const kind of kinds) {
        const from = gateway.log.length;
        const { status, body } = await get(`${paths[kind]}/x`);
        assert.deepEqual([status, body], wanted[kind], kind);
        await gateway.logged(log, from);
      }
    });

  test('a certificate that nobody trusts: refused before anything is said', { skip: withoutOpenssl }, async () => {
    let heard = 0;
    const server = createTlsServer(selfSigned(), (socket) => {
      socket.on('data', () => heard++);
      socket.on('error', () => {});
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const paths = await deploy(originOf(server).replace('http://127.0.0.1', 'https://localhost'), ampleMs);
      for (const [kind, wanted] of [
        ['proxy', misconfigured],
        ['mapped', misconfigured],
        ['http', unavailable],
      ] as const) {
        const from = gateway.log.length;
        const { status, body } = await get(`${paths[kind]}/x`);
        assert.deepEqual([status, body], wanted, kind);
        await gateway.logged(/self.signed certificate/, from);
      }
      assert.equal(heard, 0);
    } finally {
      server.close();
    }
  });
});

function originOf(server: Server): string {
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return `http://127.0.0.1:${address.port}`;
}
