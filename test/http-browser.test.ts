/** HTTP APIs: CORS as a real browser enforces it. The page is of another origin than the API. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cors } from '../src/definition/api.ts';
import { inBrowser, withoutBrowser } from './browser.ts';
import { httpGate } from './http-gate.ts';
import { deployedHttpStage, httpApi, httpApiId } from './http-stage.ts';
import { Backend } from './running-gate.ts';

const open: Cors = { allowOrigins: ['*'], allowMethods: ['*'], allowHeaders: ['*'], exposeHeaders: ['*'] };
const withCredentials: Cors = {
  allowOrigins: ['http://*'],
  allowMethods: ['GET', 'PUT'],
  allowHeaders: ['content-type', 'authorization', 'x-mine'],
  exposeHeaders: ['x-backend', 'apigw-requestid'],
  allowCredentials: true,
  maxAge: 60,
};
const elsewhere: Cors = { ...withCredentials, allowOrigins: ['https://elsewhere.example'] };

/** What a page may see of each call: the status and two headers, or that it was refused. */
const calls = [
  {
    why: 'preflighted, with credentials',
    api: 'credentials',
    method: 'PUT',
    headers: { 'x-mine': '1' },
    credentials: true,
  },
  { why: 'plain, with credentials', api: 'credentials', credentials: true },
  { why: 'a method that is not allowed', api: 'credentials', method: 'DELETE' },
  { why: 'a header that is not allowed', api: 'credentials', headers: { 'x-other': '1' } },
  { why: 'an origin that is not allowed', api: 'elsewhere' },
  { why: 'an origin that is not allowed, preflighted', api: 'elsewhere', method: 'PUT' },
  { why: 'anybody, without credentials', api: 'open', method: 'PATCH', headers: { 'x-any': '1' } },
  { why: 'anybody, but not with credentials', api: 'open', credentials: true },
  { why: 'an error of the gateway can be read', api: 'credentials', path: '/none' },
  { why: 'a refused token can be read', api: 'credentials', path: '/token', headers: { authorization: 'x' } },
  { why: 'no configuration', api: 'closed' },
] as const;

const expected = [
  [200, 'echo', true],
  [200, 'echo', true],
  'refused',
  'refused',
  'refused',
  'refused',
  [200, 'echo', true],
  'refused',
  [404, null, true],
  [401, null, true],
  'refused',
];

test('a browser lets a page do what the configuration allows, and nothing else', {
  skip: withoutBrowser,
  timeout: 60_000,
}, async () => {
  await using backend = await Backend.echo();
  const routes = {
    'ANY /pets': { to: backend.url },
    'GET /token': { to: backend.url, authorizationType: 'JWT', authorizerId: 'a' },
  } as const;
  const authorizers = { a: { jwtConfiguration: { issuer: 'http://127.0.0.1:1', audience: ['a'] } } };
  const configurations = { open, credentials: withCredentials, elsewhere, closed: undefined };
  const stages = Object.entries(configurations).map(([stageName, cors]) =>
    deployedHttpStage(httpApi(routes, { authorizers, ...(cors && { corsConfiguration: cors }) }), { stageName }),
  );
  await using gate = await httpGate(stages);
  const base = `http://127.0.0.1:${gate.listener.port}/_api/${httpApiId}`;
  const seen = await inBrowser(`
    const seen = [];
    for (const { api, path = '/pets', method = 'GET', headers = {}, credentials = false } of ${JSON.stringify(calls)}) {
      try {
        const answer = await fetch('${base}/' + api + path, { method, headers, credentials: credentials ? 'include' : 'omit' });
        await answer.text();
        seen.push([answer.status, answer.headers.get('x-backend'), answer.headers.has('apigw-requestid')]);
      } catch {
        seen.push('refused');
      }
    }
    return seen;`);
  assert.ok(Array.isArray(seen), String(seen));
  for (const [index, { why }] of calls.entries()) assert.deepEqual(seen[index], expected[index], why);
  const methods = backend.requests.map(({ method }) => method);
  assert.ok(!methods.includes('OPTIONS'), 'the gateway answers preflights');
  assert.ok(!methods.includes('DELETE'), 'what was refused beforehand was never sent');
});
