import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cors } from '../../definition/api.ts';
import { CorsPlan } from './cors.ts';

const listed: Cors = {
  allowOrigins: ['https://App.example.com', 'http://localhost:3000'],
  allowMethods: ['POST', 'get', 'DELETE', 'GET'],
  allowHeaders: ['Content-Type', 'Authorization'],
  exposeHeaders: ['X-Total', 'Date'],
  maxAge: 300,
  allowCredentials: true,
};
const methodsAndHeaders = {
  'access-control-allow-methods': 'DELETE,GET,POST',
  'access-control-allow-headers': 'authorization,content-type',
  'access-control-max-age': '300',
};
const credentials = { 'access-control-allow-credentials': 'true' };
const echo = (origin: string) => ({ 'access-control-allow-origin': origin, vary: 'origin' });

for (const { why, cors = listed, origin, preflight, answer } of [
  {
    why: 'a listed origin is echoed as it was sent',
    origin: 'https://app.example.com',
    preflight: { ...echo('https://app.example.com'), ...credentials, ...methodsAndHeaders },
    answer: {
      ...echo('https://app.example.com'),
      ...credentials,
      'access-control-expose-headers': 'date,x-total',
    },
  },
  {
    why: 'case does not count in origins',
    cors: { allowOrigins: ['https://a.example'] },
    origin: 'HTTPS://A.example',
    preflight: echo('HTTPS://A.example'),
    answer: echo('HTTPS://A.example'),
  },
  { why: 'an origin that is not listed gets nothing', origin: 'https://evil.example', preflight: {}, answer: {} },
  { why: 'a port is part of an origin', origin: 'http://localhost:3001', preflight: {}, answer: {} },
  { why: 'a scheme is part of an origin', origin: 'http://app.example.com', preflight: {}, answer: {} },
  { why: 'a longer name is another origin', origin: 'https://app.example.com.evil', preflight: {}, answer: {} },
  { why: 'an opaque origin is not listed', origin: 'null', preflight: {}, answer: {} },
  {
    why: 'a star is sent as it is, and caches need not tell origins apart',
    cors: { allowOrigins: ['*'], allowMethods: ['*'], allowHeaders: ['*'] },
    origin: 'https://any.example',
    preflight: {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': '*',
      'access-control-allow-headers': '*',
    },
    answer: { 'access-control-allow-origin': '*' },
  },
  {
    why: 'any https origin',
    cors: { allowOrigins: ['https://*'] },
    origin: 'https://any.example:8443',
    preflight: echo('https://any.example:8443'),
    answer: echo('https://any.example:8443'),
  },
  {
    why: 'any https origin is not http',
    cors: { allowOrigins: ['https://*'] },
    origin: 'http://a.example',
    preflight: {},
    answer: {},
  },
  {
    why: 'any http origin',
    cors: { allowOrigins: ['http://*'] },
    origin: 'http://a.example',
    preflight: echo('http://a.example'),
    answer: echo('http://a.example'),
  },
  { why: 'an empty configuration allows nobody', cors: {}, origin: 'https://a.example', preflight: {}, answer: {} },
  {
    why: 'no time for preflights to be remembered',
    cors: { allowOrigins: ['*'], maxAge: -1 },
    origin: 'https://a.example',
    preflight: { 'access-control-allow-origin': '*', 'access-control-max-age': '-1' },
    answer: { 'access-control-allow-origin': '*' },
  },
] satisfies { why: string; cors?: Cors; origin: string; preflight: object; answer: object }[])
  test(`CORS: ${why}`, () => {
    const plan = new CorsPlan(cors);
    const sent: { preflight: string[]; answer: string[] } = { preflight: [], answer: [] };
    plan.addToPreflight(origin, sent.preflight);
    plan.addToAnswer(origin, sent.answer);
    assert.deepEqual(objectOf(sent.preflight), preflight);
    assert.deepEqual(objectOf(sent.answer), answer);
  });

const objectOf = (flat: readonly string[]): Record<string, string> =>
  Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? '']] : [])));
