/** HTTP APIs: CORS as browsers meet it, over real sockets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cors } from '../src/definition/api.ts';
import { callHttp, httpGate } from './http-gate.ts';
import { deployedHttpStage, httpApi, type RouteWish } from './http-stage.ts';
import { type Answer, Backend } from './running-gate.ts';

const origin = 'https://app.example.com';
const cors: Cors = {
  allowOrigins: [origin],
  allowMethods: ['GET', 'POST'],
  allowHeaders: ['Content-Type', 'Authorization'],
  exposeHeaders: ['X-Total'],
  maxAge: 600,
  allowCredentials: true,
};
const authorizers = {
  jwt: {
    identitySource: ['$request.header.Authorization'],
    jwtConfiguration: { issuer: 'https://i.example', audience: ['a'] },
  },
};
const jwt = { authorizationType: 'JWT', authorizerId: 'jwt' } as const;

/** What of an answer is about CORS. */
const corsOf = ({ headers }: Answer): Record<string, unknown> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-') || name === 'vary'));

const allowed = {
  'access-control-allow-origin': origin,
  'access-control-allow-credentials': 'true',
  vary: 'origin',
};
const preflightAllowed = {
  ...allowed,
  'access-control-allow-methods': 'GET,POST',
  'access-control-allow-headers': 'authorization,content-type',
  'access-control-max-age': '600',
};
const actualAllowed = { ...allowed, 'access-control-expose-headers': 'x-total' };
const asked = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-whatever' };

for (const { why, routes, method = 'OPTIONS', headers, status, expect, reached = 0 } of [
  {
    why: 'a preflight is answered without a route for OPTIONS, whatever it asks for',
    routes: { 'GET /pets': {} },
    headers: { origin, ...asked },
    status: 204,
    expect: preflightAllowed,
  },
  {
    why: 'a preflight for a path that has no route is answered too',
    routes: {},
    headers: { origin, ...asked },
    status: 204,
    expect: preflightAllowed,
  },
  {
    why: 'the integration of a route for any method does not see the preflight',
    routes: { 'ANY /pets': {} },
    headers: { origin, ...asked },
    status: 204,
    expect: preflightAllowed,
  },
  {
    why: 'a preflight from an origin that is not allowed gets nothing',
    routes: { 'GET /pets': {} },
    headers: { origin: 'https://evil.example', ...asked },
    status: 204,
    expect: {},
  },
  {
    why: 'OPTIONS without an origin is an ordinary method',
    routes: { 'OPTIONS /pets': {} },
    headers: asked,
    status: 200,
    expect: {},
    reached: 1,
  },
  {
    why: 'OPTIONS without a requested method is an ordinary method',
    routes: { 'OPTIONS /pets': {} },
    headers: { origin },
    status: 200,
    expect: actualAllowed,
    reached: 1,
  },
  {
    why: 'OPTIONS that is no preflight finds no route',
    routes: { 'GET /pets': {} },
    headers: {},
    status: 404,
    expect: {},
  },
  {
    why: 'a preflight needs no token when only other methods have a route',
    routes: { 'GET /pets': jwt },
    headers: { origin, ...asked },
    status: 204,
    expect: preflightAllowed,
  },
  {
    why: 'a route for any method asks preflights for a token too',
    routes: { 'ANY /pets': jwt },
    headers: { origin, ...asked },
    status: 401,
    expect: actualAllowed,
  },
  {
    why: 'so does the $default route',
    routes: { $default: jwt },
    headers: { origin, ...asked },
    status: 401,
    expect: actualAllowed,
  },
  {
    why: 'documented: a route for OPTIONS without authorization beats $default with it',
    routes: { $default: jwt, 'OPTIONS /{proxy+}': {} },
    headers: { origin, ...asked },
    status: 204,
    expect: preflightAllowed,
  },
  {
    why: "an answer says what the configuration says, not what the backend's CORS headers say",
    routes: { 'GET /pets': {} },
    method: 'GET',
    headers: { origin },
    status: 200,
    expect: actualAllowed,
    reached: 1,
  },
  {
    why: "a request without an origin gets no CORS headers, the backend's neither",
    routes: { 'GET /pets': {} },
    method: 'GET',
    headers: {},
    status: 200,
    expect: {},
    reached: 1,
  },
  {
    why: 'an origin that is not allowed is served, and its browser told nothing',
    routes: { 'GET /pets': {} },
    method: 'GET',
    headers: { origin: 'https://evil.example' },
    status: 200,
    expect: {},
    reached: 1,
  },
  {
    why: 'browsers may read that there is no route',
    routes: {},
    method: 'GET',
    headers: { origin },
    status: 404,
    expect: actualAllowed,
  },
  {
    why: 'browsers may read that a token is missing',
    routes: { 'GET /pets': jwt },
    method: 'GET',
    headers: { origin },
    status: 401,
    expect: actualAllowed,
  },
  {
    why: 'browsers may read that the backend is gone',
    routes: { 'GET /pets': { to: 'http://127.0.0.1:1' } },
    method: 'GET',
    headers: { origin },
    status: 503,
    expect: actualAllowed,
  },
] satisfies {
  why: string;
  routes: Readonly<Record<string, RouteWish>>;
  method?: string;
  headers: Readonly<Record<string, string>>;
  status: number;
  expect: Readonly<Record<string, string>>;
  reached?: number;
}[])
  test(`CORS: ${why}`, async () => {
    await using backend = await Backend.start((_received, response) => {
      response.writeHead(200, {
        'Access-Control-Allow-Origin': 'https://theirs.example',
        'Access-Control-Allow-Private-Network': 'true',
      });
      response.end();
    });
    const all = Object.entries(routes).map(([key, route]): [string, RouteWish] => [key, { to: backend.url, ...route }]);
    const api = httpApi(Object.fromEntries(all), { corsConfiguration: cors, authorizers });
    await using gate = await httpGate([deployedHttpStage(api)]);
    const answer = await callHttp(gate, '/pets', { method, headers });
    assert.equal(answer.status, status);
    assert.deepEqual(corsOf(answer), expect);
    assert.match(String(answer.headers['apigw-requestid']), /^[\w-]{15}=$/);
    if (status === 204) assert.equal(answer.text, '');
    assert.equal(backend.requests.length, reached);
  });

test('CORS: without a configuration the backend answers for itself', async () => {
  await using backend = await Backend.start((received, response) => {
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*', 'X-Method': received.method });
    response.end();
  });
  await using gate = await httpGate([deployedHttpStage(httpApi({ $default: { to: backend.url } }))]);
  const answer = await callHttp(gate, '/pets', { method: 'OPTIONS', headers: { origin, ...asked } });
  assert.deepEqual([answer.status, answer.headers['x-method']], [200, 'OPTIONS']);
  assert.deepEqual(corsOf(answer), { 'access-control-allow-origin': '*' });
});
