/** HTTP APIs: what access logs say about requests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callHttp, httpGate, httpHost } from './http-gate.ts';
import { deployedHttpStage, httpApi, httpApiId } from './http-stage.ts';
import { Backend, type Call } from './running-gate.ts';

async function logged(format: string, target: string, call: Call = {}): Promise<string> {
  await using backend = await Backend.start((received, response) => {
    received.resume();
    if (received.url === '/stream') {
      response.write('12345');
      setImmediate(() => response.end('67890'));
    } else {
      response.writeHead(201, { 'x-amzn-requestid': 'theirs' });
      response.end('answer');
    }
  });
  const api = httpApi(
    {
      'POST /pets/{id}': { to: `${backend.url}/` },
      'GET /stream': { to: `${backend.url}/stream` },
      'GET /jwt': { to: backend.url, authorizationType: 'JWT', authorizerId: 'a' },
    },
    { authorizers: { a: { jwtConfiguration: { issuer: 'https://i.example', audience: ['a'] } } } },
  );
  const line = Promise.withResolvers<string>();
  const accessLogs = {
    write: (destination: string, text: string) => {
      assert.equal(destination, 'arn:logs');
      line.resolve(text);
    },
  };
  const stage = { stageName: 'dev', accessLogSettings: { destinationArn: 'arn:logs', format } };
  await using gate = await httpGate([deployedHttpStage(api, stage)], { accessLogs });
  const answer = await callHttp(gate, target, call);
  const text = await line.promise;
  return text.replaceAll(String(answer.headers['apigw-requestid']), 'ID');
}

const cases: readonly {
  readonly why: string;
  readonly format: string;
  readonly target?: string;
  readonly call?: Call;
  readonly expect: string | RegExp;
}[] = [
  {
    why: 'the common log format',
    format:
      '$context.identity.sourceIp - - [$context.requestTime] "$context.httpMethod $context.routeKey $context.protocol" $context.status $context.responseLength $context.requestId',
    expect:
      /^127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "POST POST \/pets\/\{id\} HTTP\/1\.1" 201 6 ID$/,
  },
  {
    why: 'JSON on several lines becomes one, and stays JSON whatever the values',
    format:
      '{ "id": "$context.requestId",\n  "agent":"$context.identity.userAgent", "error": $context.error.messageString }',
    call: { headers: { 'user-agent': 'a "quoted" \\ agent' } },
    expect: /^\{ "id": "ID", "agent":"a \\"quoted\\" \\\\ agent", "error": - \}$/,
  },
  {
    why: 'a line stays one line, whatever clients put into it',
    format: '$context.path $context.status',
    target: '/dev/pets/a%0A10.0.0.1%20200%0D%00',
    expect: '/dev/pets/a\\x0A10.0.0.1 200\\x0D\\x00 404',
  },
  {
    why: 'where and what',
    format: '$context.apiId $context.accountId $context.stage $context.domainName $context.domainPrefix $context.path',
    expect: `${httpApiId} 000000000000 dev ${httpHost} ${httpApiId} /dev/pets/7`,
  },
  {
    why: 'the integration',
    format:
      '$context.integrationStatus $context.integration.status $context.integration.requestId $context.integrationErrorMessage',
    expect: '201 201 theirs -',
  },
  {
    why: 'times',
    format: '$context.responseLatency $context.integrationLatency $context.requestTimeEpoch',
    expect: /^\d+ \d+ 1\d{9}$/,
  },
  { why: 'bytes', format: '$context.dataProcessed $context.responseLength', expect: '9 6' },
  {
    why: 'bytes of an answer that streams',
    format: '$context.responseLength',
    target: '/dev/stream',
    call: {},
    expect: '10',
  },
  {
    why: 'what has no value',
    format: '$context.authorizer.principalId|$context.authorizer.claims.sub|$context.nonsense|$context.error.message',
    expect: '-|-|-|-',
  },
  {
    why: 'a route that is not there',
    format:
      '$context.routeKey $context.status $context.error.message $context.error.responseType $context.responseLength',
    target: '/dev/none',
    expect: '- 404 Not Found RESOURCE_NOT_FOUND 23',
  },
  {
    why: 'why a token was refused',
    format: '$context.status $context.authorizer.error',
    target: '/dev/jwt',
    call: { headers: { authorization: 'x' } },
    expect: '401 invalid_token: token contains an invalid number of segments',
  },
];

for (const { why, format, target, call = {}, expect } of cases)
  test(`access log: ${why}`, async () => {
    const line = await logged(
      format,
      target ?? '/dev/pets/7',
      target === undefined ? { method: 'POST', body: 'abc', ...call } : call,
    );
    if (typeof expect === 'string') assert.equal(line, expect);
    else assert.match(line, expect);
  });
