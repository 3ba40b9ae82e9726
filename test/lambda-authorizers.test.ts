/** Lambda authorizers of REST APIs: whom they are asked about, what they let through, what is remembered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Authorizer, GatewayResponse, RestApi } from '../src/definition/rest-api.ts';
import type { TestAuthorization } from '../src/gate/rest/authorize-test.ts';
import { testAuthorizer } from '../src/gate/rest/authorize-test.ts';
import { UpstreamHttpIntegrator } from '../src/integrations/http.ts';
import { SharedAnswers } from '../src/integrations/shared-answers.ts';
import { Upstream } from '../src/wire/upstream.ts';
import { functionArn, type Handler, invocationUri, PretendedFunctions } from './functions.ts';
import { apiId, deployedStage, type MethodWish, restApi } from './rest-stage.ts';
import { type Call, RunningGate } from './running-gate.ts';

const arnOf = (rest: string): string => `arn:aws:execute-api:us-east-1:000000000000:${apiId}/${rest}`;

const answer = (Effect: string, Resource: unknown, more: object = {}): object => ({
  principalId: 'me',
  policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }] },
  ...more,
});

/** Lets through whoever says `allow`, and says who that is. */
const byToken: Handler = (event) => {
  const { authorizationToken, methodArn } = event as { authorizationToken: string; methodArn: string };
  if (authorizationToken === 'allow') return answer('Allow', methodArn, { context: { who: 'me', n: 7, yes: true } });
  if (authorizationToken === 'deny') return answer('Deny', methodArn);
  if (authorizationToken === 'silent') return answer('Allow', arnOf('prod/GET/elsewhere'));
  if (authorizationToken === 'unauthorized') throw new Error('Unauthorized');
  if (authorizationToken === 'broken') throw new Error('something else');
  if (authorizationToken === 'never') return new Promise(() => {});
  return { nonsense: true };
};

const authorizer = (changes: Partial<Authorizer> = {}): Authorizer => ({
  id: 'auth01',
  name: 'mine',
  type: 'TOKEN',
  authType: 'custom',
  authorizerUri: invocationUri('auth'),
  identitySource: 'method.request.header.Auth',
  ...changes,
});

const guarded = (wish: MethodWish = {}): MethodWish => ({
  authorizationType: 'CUSTOM',
  authorizerId: 'auth01',
  ...wish,
  integration: { type: 'AWS_PROXY', httpMethod: 'POST', uri: invocationUri('echo'), ...wish.integration },
});

function apiWith(changes: Partial<Authorizer> = {}, more: Partial<RestApi> = {}): RestApi {
  return restApi(
    {
      '/pets': { GET: guarded(), POST: guarded() },
      '/pets/{id}': { GET: guarded() },
      '/open': { GET: guarded({ authorizationType: 'NONE' }) },
    },
    { authorizers: { auth01: authorizer(changes) }, ...more },
  );
}

async function gateWith(functions: PretendedFunctions, api: RestApi): Promise<RunningGate> {
  return RunningGate.start([deployedStage(api)], {
    integrators: { http: new UpstreamHttpIntegrator(new Upstream()), aws: null, functions: functions.caller() },
  });
}

const functionsWith = (auth: Handler = byToken): PretendedFunctions =>
  new PretendedFunctions({ auth, echo: (event) => ({ body: JSON.stringify(event) }) });
const askedOf = (functions: PretendedFunctions): unknown[] =>
  functions.calls.filter(({ name }) => name === 'auth').map(({ event }) => event);
const token = (value: string): Call => ({ headers: { auth: value } });

for (const { when, call, status, body, errorType } of [
  { when: 'that is allowed', call: token('allow'), status: 200 },
  {
    when: 'without a token',
    call: {},
    status: 401,
    body: '{"message":"Unauthorized"}',
    errorType: 'UnauthorizedException',
  },
  { when: 'with an empty token', call: token(''), status: 401, body: '{"message":"Unauthorized"}' },
  {
    when: 'that is denied',
    call: token('deny'),
    status: 403,
    body: '{"Message":"User is not authorized to access this resource with an explicit deny in an identity-based policy"}',
    errorType: 'AccessDeniedException',
  },
  {
    when: 'that the policy says nothing about',
    call: token('silent'),
    status: 403,
    body: '{"Message":"User is not authorized to access this resource because no identity-based policy allows the execute-api:Invoke action"}',
  },
  {
    when: 'that the function calls unauthorized',
    call: token('unauthorized'),
    status: 401,
    body: '{"message":"Unauthorized"}',
  },
  {
    when: 'that the function fails on',
    call: token('broken'),
    status: 500,
    body: '{"message":null}',
    errorType: 'AuthorizerConfigurationException',
  },
  { when: 'that the function answers nonsense to', call: token('?'), status: 500, body: '{"message":null}' },
])
  test(`a request ${when}: ${status}`, async () => {
    await using gate = await gateWith(functionsWith(), apiWith());
    const answered = await gate.call('/prod/pets', call);
    assert.equal(answered.status, status, answered.text);
    if (body !== undefined) assert.equal(answered.text, body);
    if (errorType !== undefined) assert.equal(answered.headers['x-amzn-errortype'], errorType);
    assert.equal((await gate.call('/prod/open')).status, 200);
  });

test('the log says what is wrong with an answer', async () => {
  await using gate = await gateWith(functionsWith(), apiWith());
  await gate.call('/prod/pets', token('?'));
  assert.match(
    gate.log.text,
    /Unrecognized field \\"nonsense\\", not marked as ignorable; the function answered \{\\"nonsense\\":true\}/,
  );
  assert.match(gate.log.text, /"authorizer":"mine"/);
});

test('an authorizer of type TOKEN is shown the token and the method', async () => {
  const functions = functionsWith();
  await using gate = await gateWith(functions, apiWith());
  await gate.call('/prod//pets/7/?q=1', token('allow'));
  assert.deepEqual(askedOf(functions), [
    { type: 'TOKEN', methodArn: arnOf('prod/GET/pets/7'), authorizationToken: 'allow' },
  ]);
});

test('what it says goes on with the request', async () => {
  const functions = functionsWith();
  await using gate = await gateWith(functions, apiWith());
  const { text } = await gate.call('/prod/pets', token('allow'));
  const event: { requestContext: { authorizer: Record<string, unknown> } } = JSON.parse(text);
  const { integrationLatency, ...said } = event.requestContext.authorizer;
  assert.deepEqual(said, { principalId: 'me', who: 'me', n: '7', yes: 'true' });
  assert.equal(typeof integrationLatency, 'number');
});

test('templates and mappings read what it said', async () => {
  const api = restApi(
    {
      '/pets': {
        GET: {
          authorizationType: 'CUSTOM',
          authorizerId: 'auth01',
          integration: {
            type: 'MOCK',
            requestTemplates: { 'application/json': '{"statusCode":200}' },
            integrationResponses: {
              '200': {
                statusCode: '200',
                responseTemplates: {
                  'application/json': '$context.authorizer.who $context.authorizer.principalId $context.authorizer.n',
                },
                responseParameters: { 'method.response.header.Who': 'context.authorizer.principalId' },
              },
            },
          },
        },
      },
    },
    { authorizers: { auth01: authorizer() } },
  );
  await using gate = await gateWith(functionsWith(), api);
  const { text, headers } = await gate.call('/prod/pets', token('allow'));
  assert.deepEqual([text, headers.who], ['me me 7', 'me']);
});

test('a token that does not look like one is refused without asking', async () => {
  const functions = functionsWith();
  await using gate = await gateWith(functions, apiWith({ identityValidationExpression: 'al+ow' }));
  assert.equal((await gate.call('/prod/pets', token('allow'))).status, 200);
  for (const value of ['deny', 'xallow', 'allowx'])
    assert.equal((await gate.call('/prod/pets', token(value))).status, 401);
  assert.equal(askedOf(functions).length, 1);
});

test('an answer holds for its identity, and its policy is asked about every method', async () => {
  const functions = functionsWith();
  await using gate = await gateWith(functions, apiWith());
  assert.equal((await gate.call('/prod/pets', token('allow'))).status, 200);
  const again = await gate.call('/prod/pets', token('allow'));
  assert.equal(again.status, 200);
  assert.equal(JSON.parse(again.text).requestContext.authorizer.integrationLatency, 0);
  // The policy names the first method only.
  assert.equal((await gate.call('/prod/pets/7', token('allow'))).status, 403);
  assert.equal(askedOf(functions).length, 1);
  assert.equal((await gate.call('/prod/pets', token('silent'))).status, 403);
  assert.equal((await gate.call('/prod/pets', token('silent'))).status, 403);
  assert.equal(askedOf(functions).length, 2);
  gate.gate.deploy(deployedStage(apiWith()));
  assert.equal((await gate.call('/prod/pets', token('allow'))).status, 200);
  assert.equal(askedOf(functions).length, 2, 'a deployment forgets nothing');
  gate.gate.flushAuthorizers(apiId, 'prod');
  assert.equal((await gate.call('/prod/pets', token('allow'))).status, 200);
  assert.equal(askedOf(functions).length, 3, 'a flush forgets');
  gate.gate.deploy(deployedStage(apiWith({ identityValidationExpression: '.*' })));
  assert.equal((await gate.call('/prod/pets', token('allow'))).status, 200);
  assert.equal(askedOf(functions).length, 4, 'another authorizer has not answered yet');
});

test('failures are not remembered', async () => {
  const functions = functionsWith();
  await using gate = await gateWith(functions, apiWith());
  for (const value of ['broken', 'unauthorized', '?'])
    for (const _ of [1, 2]) await gate.call('/prod/pets', token(value));
  assert.equal(askedOf(functions).length, 6);
});

test('without a time to hold, every request is asked about', async () => {
  const functions = functionsWith();
  await using gate = await gateWith(functions, apiWith({ authorizerResultTtlInSeconds: 0 }));
  for (const _ of [1, 2, 3]) assert.equal((await gate.call('/prod/pets', token('allow'))).status, 200);
  assert.equal(askedOf(functions).length, 3);
});

test('many who come at once with one identity are one question', async () => {
  let let_: (value: unknown) => void = () => {};
  const asked = new Promise((resolve) => {
    let_ = resolve;
  });
  const functions = functionsWith(async (event) => {
    await asked;
    return byToken(event, { requestId: '' });
  });
  await using gate = await gateWith(functions, apiWith());
  const calls = Array.from({ length: 30 }, (_, index) =>
    gate.call('/prod/pets', token(index % 2 === 0 ? 'allow' : 'deny')),
  );
  while (askedOf(functions).length < 2) await new Promise((resolve) => setImmediate(resolve));
  let_(undefined);
  const statuses = (await Promise.all(calls)).map(({ status }) => status);
  assert.equal(askedOf(functions).length, 2);
  assert.deepEqual(
    [statuses.filter((status) => status === 200).length, statuses.filter((status) => status === 403).length],
    [15, 15],
  );
});

const byRequest: Partial<Authorizer> = {
  type: 'REQUEST',
  identitySource: 'method.request.header.Auth, method.request.querystring.user,stageVariables.tier,context.httpMethod',
};

test('an authorizer of type REQUEST is shown the request, without its body', async () => {
  const functions = functionsWith(() => answer('Allow', '*'));
  const api = apiWith(byRequest);
  await using gate = await RunningGate.start([deployedStage(api, { variables: { tier: 'gold' } })], {
    integrators: { http: new UpstreamHttpIntegrator(new Upstream()), aws: null, functions: functions.caller() },
  });
  const answered = await gate.call('/prod/pets?user=a&user=b', {
    method: 'POST',
    body: 'secret',
    headers: { auth: 'x' },
  });
  assert.equal(answered.status, 200);
  const [event] = askedOf(functions) as Record<string, unknown>[];
  const { headers, multiValueHeaders, requestContext, ...rest } = event ?? {};
  assert.deepEqual(rest, {
    type: 'REQUEST',
    methodArn: arnOf('prod/POST/pets'),
    resource: '/pets',
    path: '/pets',
    httpMethod: 'POST',
    queryStringParameters: { user: 'b' },
    multiValueQueryStringParameters: { user: ['a', 'b'] },
    pathParameters: {},
    stageVariables: { tier: 'gold' },
  });
  assert.equal((headers as Record<string, string>).auth, 'x');
  assert.deepEqual((multiValueHeaders as Record<string, string[]>).auth, ['x']);
  assert.deepEqual(
    [(requestContext as Record<string, unknown>).stage, (requestContext as Record<string, unknown>).authorizer],
    ['prod', undefined],
  );
  for (const target of ['/prod/pets', '/prod/pets?user='])
    assert.equal((await gate.call(target, token('x'))).status, 401, 'an identity source is missing');
  await gate.call('/prod/pets?user=b', { method: 'POST', headers: { auth: 'x' } });
  assert.equal(askedOf(functions).length, 1, 'all sources are the same');
  await gate.call('/prod/pets?user=b', { headers: { auth: 'x' } });
  assert.equal(askedOf(functions).length, 2, 'another method is another identity here');
});

test('an authorizer of type REQUEST without identity sources is always asked', async () => {
  const functions = functionsWith(() => answer('Allow', '*'));
  await using gate = await gateWith(functions, apiWith({ type: 'REQUEST', identitySource: '' }));
  for (const _ of [1, 2]) assert.equal((await gate.call('/prod/pets')).status, 200);
  assert.equal(askedOf(functions).length, 2);
});

test('conditions of its policy are asked about the request', async () => {
  const policyDocument = (SourceIp: string): object => ({
    Version: '2012-10-17',
    Statement: {
      Action: 'execute-api:*',
      Effect: 'Allow',
      Resource: 'arn:aws:execute-api:*',
      Condition: { IpAddress: { 'aws:SourceIp': SourceIp }, StringLike: { 'aws:UserAgent': 'test*' } },
    },
  });
  const functions = functionsWith((event) => ({
    principalId: '',
    policyDocument: policyDocument((event as { authorizationToken: string }).authorizationToken),
  }));
  await using gate = await gateWith(functions, apiWith());
  const call = (auth: string, agent: string) => gate.call('/prod/pets', { headers: { auth, 'user-agent': agent } });
  assert.equal((await call('127.0.0.0/8', 'test/1')).status, 200);
  assert.equal((await call('127.0.0.0/8', 'other')).status, 403);
  assert.equal((await call('10.0.0.0/8', 'test/1')).status, 403);
});

test('an address that is too long to be authorized', async () => {
  await using gate = await gateWith(functionsWith(), apiWith());
  const answered = await gate.call(`/prod/pets/${'x'.repeat(1_600)}`, token('allow'));
  assert.deepEqual([answered.status, answered.text], [414, '{"message":"Request URI too long"}']);
});

test('a function that may not be called: 500, and the log names the command that lets it be called', async () => {
  const functions = new PretendedFunctions({ auth: { handler: byToken, statements: [] } });
  await using gate = await gateWith(functions, apiWith());
  const answered = await gate.call('/prod/pets', token('allow'));
  assert.deepEqual([answered.status, answered.text], [500, '{"message":null}']);
  assert.ok(
    gate.log.text.includes(
      `aws lambda add-permission --function-name '${functionArn('auth')}' --statement-id 'apigateway-${apiId}-auth01' --action lambda:InvokeFunction --principal apigateway.amazonaws.com --source-arn '${arnOf('').slice(0, -1)}/authorizers/auth01'`,
    ),
    gate.log.text,
  );
  const missing = apiWith({ authorizerUri: invocationUri('missing') });
  gate.gate.deploy(deployedStage(missing));
  assert.equal((await gate.call('/prod/pets', token('allow'))).status, 500);
  assert.match(gate.log.text, /There is no function arn:aws:lambda:us-east-1:000000000000:function:missing/);
});

test('customised gateway responses answer for authorizers', async () => {
  const response = (
    responseType: GatewayResponse['responseType'],
    changes: Partial<GatewayResponse>,
  ): GatewayResponse => ({
    responseType,
    responseParameters: {},
    responseTemplates: { 'application/json': '{"message":$context.error.messageString}' },
    ...changes,
  });
  const gatewayResponses = {
    ACCESS_DENIED: response('ACCESS_DENIED', { statusCode: '404' }),
    UNAUTHORIZED: response('UNAUTHORIZED', {
      responseParameters: { 'gatewayresponse.header.WWW-Authenticate': "'Basic'" },
      responseTemplates: { 'application/json': '{"type":"$context.error.responseType"}' },
    }),
  };
  await using gate = await gateWith(functionsWith(), apiWith({}, { gatewayResponses }));
  const denied = await gate.call('/prod/pets', token('deny'));
  assert.equal(denied.status, 404);
  assert.match(denied.text, /^\{"message":"User is not authorized to access this resource with an explicit deny/);
  const unauthorized = await gate.call('/prod/pets');
  assert.deepEqual([unauthorized.status, unauthorized.text], [401, '{"type":"UNAUTHORIZED"}']);
});

test('what a denying authorizer said is there for the refusal', async () => {
  const variables = '$context.authorizer.reason|$context.authorizer.n|$context.authorizer.principalId';
  const gatewayResponses = {
    ACCESS_DENIED: {
      responseType: 'ACCESS_DENIED',
      responseParameters: {
        'gatewayresponse.header.Reason': 'context.authorizer.reason',
        'gatewayresponse.header.Principal': 'context.authorizer.principalId',
      },
      responseTemplates: { 'application/json': variables },
    },
  } satisfies RestApi['gatewayResponses'];
  const more = { context: { reason: 'expired', n: 7 } };
  const handler: Handler = (event) =>
    (event as { authorizationToken: string }).authorizationToken === 'deny'
      ? answer('Deny', '*', more)
      : answer('Allow', arnOf('prod/GET/elsewhere'), more);
  const functions = functionsWith(handler);
  await using gate = await gateWith(functions, apiWith({}, { gatewayResponses }));
  for (const value of ['deny', 'silent', 'deny', 'silent']) {
    const { status, text, headers } = await gate.call('/prod/pets', token(value));
    assert.deepEqual([status, text, headers.reason, headers.principal], [403, 'expired|7|me', 'expired', 'me'], value);
  }
  assert.equal(askedOf(functions).length, 2, 'both were remembered');
});

/** As gate workers have it: an answer that the thread that shares them is asked for. */
async function sharingGate(functions: PretendedFunctions, api: RestApi, nowMs?: () => number): Promise<RunningGate> {
  return RunningGate.start([deployedStage(api)], {
    integrators: {
      http: new UpstreamHttpIntegrator(new Upstream()),
      aws: null,
      functions: new SharedAnswers(functions.caller(), nowMs),
    },
  });
}

test('an answer that can not be used is not shared: once the function is mended, its next answer counts', async () => {
  let effect = 'allow';
  const functions = functionsWith(() => answer(effect, '*'));
  await using gate = await sharingGate(functions, apiWith());
  assert.equal((await gate.call('/prod/pets', token('x'))).status, 500);
  assert.match(gate.log.text, /Could not parse policy/);
  effect = 'Allow';
  assert.equal((await gate.call('/prod/pets', token('x'))).status, 200);
  assert.equal((await gate.call('/prod/pets', token('x'))).status, 200);
  assert.equal(askedOf(functions).length, 2);
});

test('a shorter time to hold counts for what has been answered before', async () => {
  let nowMs = 0;
  const functions = functionsWith(() => answer('Allow', '*'));
  await using gate = await sharingGate(functions, apiWith({ authorizerResultTtlInSeconds: 300 }), () => nowMs);
  assert.equal((await gate.call('/prod/pets', token('x'))).status, 200);
  gate.gate.deploy(deployedStage(apiWith({ authorizerResultTtlInSeconds: 5 })));
  nowMs = 4_000;
  assert.equal((await gate.call('/prod/pets', token('x'))).status, 200);
  assert.equal(askedOf(functions).length, 1, 'it is good for another second');
  gate.gate.deploy(deployedStage(apiWith({ authorizerResultTtlInSeconds: 3 })));
  assert.equal((await gate.call('/prod/pets', token('x'))).status, 200);
  assert.equal(askedOf(functions).length, 2, 'it is too old for the stage as it is now');
});

test('an authorizer that does not compile keeps its stage from being deployed', async () => {
  await using gate = await gateWith(functionsWith(), apiWith());
  assert.throws(() => gate.gate.deploy(deployedStage(apiWith({ identityValidationExpression: '(' }))), {
    message: /authorizer mine: identityValidationExpression/,
  });
  assert.throws(() => gate.gate.deploy(deployedStage(apiWith({ identitySource: 'method.request.body' }))), {
    message: /authorizer mine: identitySource/,
  });
});

const tried = (changes: Partial<TestAuthorization> = {}, auth: Partial<Authorizer> = {}, handler: Handler = byToken) =>
  testAuthorizer({ api: apiWith(auth), authorizer: authorizer(auth), ...changes }, functionsWith(handler).caller());
const linesOf = (log: string): string[] =>
  log.split('\n').map((line) => line.replace(/^.{3} .{3} \d\d [\d:]{8} UTC \d{4} : /, ''));

test('testing an authorizer: one that answers', async () => {
  const result = await tried({ headers: { Auth: 'allow' }, pathWithQueryString: '/pets?x=1' });
  assert.equal(result.clientStatus, 0);
  assert.equal(result.principalId, 'me');
  assert.deepEqual(JSON.parse(result.policy ?? '').Statement[0].Resource, arnOf('ESTestInvoke-stage/GET/pets'));
  const url = `https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/${functionArn('auth')}/invocations`;
  const [first, start, identity, uri, headers, body, sending, before, using, done, last] = linesOf(result.log);
  assert.match(first ?? '', /^Execution log for request [0-9a-f-]{36}$/);
  assert.match(start ?? '', /^Starting authorizer: auth01 for request: [0-9a-f-]{36}$/);
  assert.deepEqual(
    [identity, uri, body, sending, using, done, last],
    [
      'Incoming identity: ***ow',
      `Endpoint request URI: ${url}`,
      `Endpoint request body after transformations: {"type":"TOKEN","methodArn":"${arnOf('ESTestInvoke-stage/GET/pets')}","authorizationToken":"allow"}`,
      `Sending request to ${url}`,
      'Using valid authorizer policy for principal: *e',
      'Successfully completed authorizer execution',
      '',
    ],
  );
  assert.ok(headers?.includes(`X-Amz-Source-Arn=${arnOf('authorizers/auth01')}`), headers);
  assert.match(before ?? '', /^Authorizer result body before parsing: \{"principalId":"me"/);
});

for (const { when, changes, status, lines } of [
  {
    when: 'nothing that says who it is',
    changes: {},
    status: 401,
    lines: [/^Unauthorized request: /, /^Unauthorized$/],
  },
  {
    when: 'somebody unknown',
    changes: { headers: { Auth: 'unauthorized' } },
    status: 401,
    lines: [/^Unauthorized request: /],
  },
  {
    when: 'a token that it fails on',
    changes: { headers: { Auth: 'broken' } },
    status: 500,
    lines: [
      /^Execution failed due to configuration error: Invalid JSON in response: Unrecognized field "errorType"/,
      /^AuthorizerConfigurationException$/,
    ],
  },
  {
    when: 'a token that it denies',
    changes: { multiValueHeaders: { Auth: ['deny'] } },
    status: 0,
    lines: [/^Successfully completed/],
  },
])
  test(`testing an authorizer with ${when}: ${status}`, async () => {
    const result = await tried(changes);
    assert.equal(result.clientStatus, status, result.log);
    for (const line of lines)
      assert.ok(
        linesOf(result.log).some((each) => line.test(each)),
        `${line} in ${result.log}`,
      );
  });

test('testing an authorizer of type REQUEST, with stage variables and context', async () => {
  const result = await tried(
    {
      headers: { Auth: 'abcdefgh' },
      pathWithQueryString: '/x?user=me',
      stageVariables: { tier: 'gold' },
      additionalContext: { 'identity.user': 'pretended' },
    },
    { type: 'REQUEST', identitySource: 'method.request.header.Auth,stageVariables.tier,context.identity.user' },
    () => answer('Allow', '*'),
  );
  assert.equal(result.clientStatus, 0, result.log);
  assert.match(
    result.log,
    /Incoming identity: \{method\.request\.header\.Auth=\*{4}efgh, stageVariables\.tier=\*\*ld, context\.identity\.user=\*{5}nded\}\n/,
  );
});
