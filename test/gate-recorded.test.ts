/** What Amazon API Gateway answered, played through a whole gate: the recordings of ../shared/vectors/rest. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import type { Integration, IntegrationResponse, Strings } from '../src/definition/rest-api.ts';
import { testInvoke } from '../src/gate/rest/test-invoke.ts';
import { silentLog } from '../src/observe/log.ts';
import { apiId, deployedStage, restApi } from './rest-stage.ts';
import { Backend, echoed, headerIn, RunningGate } from './running-gate.ts';
import { readShared, withoutShared } from './shared.ts';

const skip = withoutShared;
const vectorsOf = <Vector>(name: string): readonly Vector[] =>
  (readShared(`vectors/rest/${name}.json`) as { readonly vectors: readonly Vector[] } | undefined)?.vectors ?? [];

interface MockVector {
  readonly id: string;
  readonly requestTemplate?: string;
  readonly renderedRequestTemplate?: string;
  readonly integrationResponses?: Readonly<Record<string, IntegrationResponse>>;
  readonly request?: { readonly params: { readonly path: Strings } };
  readonly expect: { readonly status: number; readonly bodyJson?: unknown };
}

test('recorded: mock integrations', { skip }, async () => {
  for (const vector of vectorsOf<MockVector>('mock-integration')) {
    const [[name, value] = ['id', '1']] = Object.entries(vector.request?.params.path ?? {});
    const integration: Partial<Integration> = {
      type: 'MOCK',
      requestTemplates: { 'application/json': vector.requestTemplate ?? `#[[${vector.renderedRequestTemplate}]]#` },
      integrationResponses: vector.integrationResponses ?? { '200': { statusCode: '200' } },
    };
    await using gate = await RunningGate.start([deployedStage(restApi({ [`/{${name}}`]: { GET: { integration } } }))]);
    const answer = await gate.call(`/prod/${value}`);
    assert.equal(answer.status, vector.expect.status, vector.id);
    if (vector.expect.bodyJson !== undefined)
      assert.deepEqual(JSON.parse(answer.text), vector.expect.bodyJson, vector.id);
  }
});

interface PassthroughVector {
  readonly id: string;
  readonly passthroughBehavior: Integration['passthroughBehavior'];
  readonly requestTemplates: Strings | null;
  readonly expect: { readonly integrationBody?: string; readonly status?: number; readonly message?: string };
}

test('recorded: what happens to bodies that fit no template', { skip }, async () => {
  await using backend = await Backend.echo();
  for (const { id, passthroughBehavior, requestTemplates, expect } of vectorsOf<PassthroughVector>('passthrough')) {
    const integration: Partial<Integration> = {
      type: 'HTTP',
      httpMethod: 'POST',
      uri: backend.url,
      passthroughBehavior,
      ...(requestTemplates === null ? {} : { requestTemplates }),
      integrationResponses: { '200': { statusCode: '200' } },
    };
    await using gate = await RunningGate.start([deployedStage(restApi({ '/': { GET: { integration } } }))]);
    const answer = await gate.call('/prod');
    if (expect.status === undefined) assert.equal(echoed(answer).body, expect.integrationBody, id);
    else assert.deepEqual([answer.status, JSON.parse(answer.text)], [expect.status, { message: expect.message }], id);
  }
});

interface SelectionVector {
  readonly id: string;
  readonly integrationResponses: Readonly<Record<string, IntegrationResponse>>;
  readonly selectionValue: string;
  readonly expect: { readonly statusCode: string };
}

test('recorded: integration responses by the status of the backend, and their overrides', { skip }, async () => {
  await using backend = await Backend.start((received, response) => {
    response.writeHead(Number((received.url ?? '').slice(1))).end();
  });
  for (const { id, integrationResponses, selectionValue, expect } of vectorsOf<SelectionVector>('selection-patterns')) {
    if (!/^\d+$/.test(selectionValue)) continue; // error messages of functions
    const integration = { type: 'HTTP', uri: `${backend.url}/${selectionValue}`, integrationResponses } as const;
    await using gate = await RunningGate.start([deployedStage(restApi({ '/': { GET: { integration } } }))]);
    assert.equal(String((await gate.call('/prod')).status), expect.statusCode, id);
  }
});

interface RemappingVector {
  readonly id: string;
  readonly integrationType: 'HTTP' | 'HTTP_PROXY';
  readonly request: { readonly headers: Strings };
  readonly requestParameters: Strings;
  readonly requestTemplateFor?: Strings;
  readonly responseParameters?: Strings;
  readonly expect: {
    readonly backendHeaders: Strings | null;
    readonly backendBody: string | Strings | null;
    readonly status: number;
    readonly clientHeaders: Strings;
    readonly clientBody?: unknown;
  };
}

/** Sends headers exactly as they are given, which no HTTP client of ours would. */
async function sendRaw(port: number, headers: Strings): Promise<{ status: number; headers: string[]; body: string }> {
  const lines = [`GET /prod/x HTTP/1.1`, `Host: ${apiId}.execute-api.localhost`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  const socket: Socket = connect(port, '127.0.0.1');
  socket.write(`${lines.join('\r\n')}\r\n\r\n0\r\n\r\n`, 'latin1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  await once(socket, 'close');
  text = text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [status = '', ...rest] = head.split('\r\n');
  return {
    status: Number(status.split(' ')[1]),
    headers: rest.flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    body,
  };
}

test('recorded: which headers reach the backend, templates and the client', { skip }, async () => {
  await using backend = await Backend.start(async (received, response) => {
    let body = '';
    for await (const piece of received) body += piece;
    const text = JSON.stringify({ headers: received.rawHeaders, body });
    response.setHeader('Server', 'gunicorn/19.9.0');
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Credentials', 'true');
    response.setHeader('Connection', 'keep-alive');
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': text.length }).end(text);
  });
  for (const vector of vectorsOf<RemappingVector>('header-remapping')) {
    const { id, integrationType, requestParameters, requestTemplateFor, responseParameters, expect } = vector;
    const integration: Partial<Integration> = {
      type: integrationType,
      httpMethod: 'POST',
      uri: `${backend.url}/post`,
      requestParameters,
      ...(requestTemplateFor === undefined ? {} : { requestTemplates: requestTemplateFor }),
      integrationResponses: {
        '200': { statusCode: '200', ...(responseParameters === undefined ? {} : { responseParameters }) },
      },
    };
    await using gate = await RunningGate.start([deployedStage(restApi({ '/x': { GET: { integration } } }))]);
    const answer = await sendRaw(gate.listener.port, vector.request.headers);
    assert.equal(answer.status, expect.status, `${id}: ${answer.body} ${gate.log.text}`);
    for (const [name, value] of Object.entries(expect.clientHeaders)) {
      const got = headerIn(answer.headers, name);
      if (value.startsWith('<') || (/^(?:x-amzn-Remapped-)?Content-Length$/i.test(name) && /^\d/.test(value)))
        assert.ok(got !== undefined, `${id}: the client misses ${name}`);
      else assert.equal(got, value, `${id}: ${name}`);
    }
    const wanted = new Set(
      [...Object.keys(expect.clientHeaders), 'x-amzn-ErrorType'].map((name) => name.toLowerCase()),
    );
    const extra = answer.headers.filter((name, index) => index % 2 === 0 && !wanted.has(name.toLowerCase()));
    assert.deepEqual(extra, [], `${id}: the client gets more`);
    if (expect.clientBody !== undefined) assert.deepEqual(JSON.parse(answer.body), expect.clientBody, id);
    if (expect.backendHeaders === null) continue;
    const seen = JSON.parse(answer.body) as { headers: string[]; body: string };
    for (const [name, value] of Object.entries(expect.backendHeaders)) {
      const got = headerIn(seen.headers, name);
      if (value.startsWith('<') || (name === 'Content-Length' && value !== '0'))
        assert.ok(got !== undefined, `${id}: the backend misses ${name}`);
      else assert.equal(got, value.replace('<apigw-id:1>', apiId), `${id}: ${name}`);
    }
    // The echo that was recorded stood behind a proxy that hid these.
    const hidden = ['connection', 'x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto'];
    const known = new Set([...hidden, ...Object.keys(expect.backendHeaders).map((name) => name.toLowerCase())]);
    const more = seen.headers.filter((name, index) => index % 2 === 0 && !known.has(name.toLowerCase()));
    assert.deepEqual(more, [], `${id}: the backend gets more`);
    if (expect.backendBody === null) continue;
    if (typeof expect.backendBody === 'string') assert.equal(seen.body, expect.backendBody, id);
    else {
      const sent = JSON.parse(seen.body) as Record<string, string>;
      for (const [name, value] of Object.entries(expect.backendBody))
        if (!value.startsWith('<')) assert.equal(sent[name], value, `${id}: a template sees ${name}`);
    }
  }
});

interface Step {
  readonly op?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly expect?: {
    readonly log?: Strings;
    readonly body?: unknown;
    readonly status?: number;
    readonly headers?: Strings;
  };
}

test('recorded: logs of tested methods', { skip }, async () => {
  const sequences = readShared('vectors/sequences/api.json') as {
    readonly vectors: readonly { readonly id: string; readonly steps: readonly Step[] }[];
  };
  const steps = sequences.vectors.find(({ id }) => id.endsWith('test_invoke_test_method'))?.steps ?? [];
  const integration = (template: string): Partial<Integration> => ({
    type: 'MOCK',
    requestTemplates: { 'application/json': '{"statusCode": 200}' },
    integrationResponses: { '200': { statusCode: '200', responseTemplates: { 'application/json': template } } },
  });
  const pet = {
    integration: integration(`{"petId": "$input.params('petId')"}`),
    requestParameters: { 'method.request.path.petId': true },
  };
  const api = restApi({
    '/pets': { GET: { integration: integration('{"pets": "all the pets"}') } },
    '/pets/{petId}': { GET: pet, POST: pet },
  });
  const idOf: Strings = { '{{s2.id}}': 'r_pets', '{{s3.id}}': 'r_pets__petId_' };
  let played = 0;
  for (const { op, params = {}, expect } of steps) {
    const resourceId = idOf[String(params.resourceId)];
    if (op !== 'test_invoke_method' || expect?.log === undefined || resourceId === undefined) continue;
    const { pathWithQueryString, body } = params;
    const result = await testInvoke(
      {
        api,
        resourceId,
        httpMethod: params.httpMethod === 'POST' ? 'POST' : 'GET',
        ...(typeof pathWithQueryString === 'string' ? { pathWithQueryString } : {}),
        ...(typeof body === 'string' ? { body } : {}),
      },
      { integrators: { http: unused, aws: null }, log: silentLog },
    );
    assert.equal(result.status, expect.status);
    assert.deepEqual(JSON.parse(result.body), expect.body);
    assert.deepEqual(result.headers, expect.headers);
    const lines = result.log.split('\n');
    const wanted = Object.values(expect.log);
    assert.equal(lines.length, wanted.length, result.log);
    const id = /request: (\S+)/.exec(lines[1] ?? '')?.[1] ?? '';
    lines.forEach((line, index) => {
      const stamped = line.replace(/^[A-Z][a-z]{2} [A-Z][a-z]{2} \d{2} \d{2}:\d{2}:\d{2} UTC \d{4} : /, '<time> : ');
      assert.equal(stamped.replaceAll(id, '<id>'), wanted[index]?.replaceAll(/<request-id-\d>/g, '<id>'));
    });
    played++;
  }
  assert.equal(played, 7);
});

const unused = {
  call: (): never => assert.fail('no backend is called'),
  failureOf: (): never => assert.fail('no backend is called'),
};
