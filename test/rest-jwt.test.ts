/** REST APIs: JWT authorizers with a provider on a socket of its own, and everything that can be wrong with tokens. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { confusedToken, encoded, newKey, signedToken } from '../src/access/jwt-fixture.ts';
import type { Authorizer, JwtIssuer } from '../src/definition/rest-api.ts';
import type { GateOptions } from '../src/gate/gate.ts';
import { type TestAuthorizationResult, testAuthorizer } from '../src/gate/rest/authorize-test.ts';
import { UpstreamHttpIntegrator } from '../src/integrations/http.ts';
import { Upstream } from '../src/wire/upstream.ts';
import { invocationUri, PretendedFunctions } from './functions.ts';
import { startGateway } from './gateway.ts';
import { deployedHttpStage, httpApi } from './http-stage.ts';
import { IdentityProvider } from './identity-provider.ts';
import { deployedStage, type MethodWish, restApi } from './rest-stage.ts';
import { type Answer, Backend, RunningGate } from './running-gate.ts';

const key = newKey('RS256', 'k1');
const now = Math.floor(Date.now() / 1000);

interface Wishes {
  readonly method?: MethodWish;
  readonly issuer?: Partial<JwtIssuer>;
  readonly authorizer?: Partial<Authorizer>;
  readonly options?: Partial<GateOptions>;
}

/** Claims as functions are told and as templates are. */
const echo = '{"name":$context.authorizer.claims.name,"roles":$context.authorizer.claims.roles}';

async function setup({ method, issuer, authorizer, options }: Wishes = {}) {
  const provider = await IdentityProvider.start(key);
  const functions = new PretendedFunctions({ echo: (event) => ({ body: JSON.stringify(event) }) });
  const guard: MethodWish = { authorizationType: 'JWT', authorizerId: 'a' };
  const api = restApi(
    {
      '/open': { GET: { integration: mock('{}') } },
      '/pets': { GET: { ...guard, integration: mock('{"in":true}'), ...method } },
      '/claims': { GET: { ...guard, integration: mock(echo) } },
      '/event': {
        GET: { ...guard, integration: { type: 'AWS_PROXY', httpMethod: 'POST', uri: invocationUri('echo') } },
      },
    },
    {
      authorizers: {
        a: {
          id: 'a',
          name: 'oidc',
          type: 'JWT',
          identitySource: 'method.request.header.Authorization',
          jwtConfiguration: {
            issuers: [{ issuer: provider.issuer, audiences: ['api', 'web'], ...issuer }],
            defaultAlgorithms: ['RS256'],
          },
          ...authorizer,
        },
      },
    },
  );
  const integrators = { http: new UpstreamHttpIntegrator(new Upstream()), aws: null, functions: functions.caller() };
  const gate = await RunningGate.start([deployedStage(api)], { integrators, ...options });
  return {
    gate,
    provider,
    [Symbol.asyncDispose]: async () => {
      await gate[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
    },
  };
}

const mock = (body: string): NonNullable<MethodWish['integration']> => ({
  type: 'MOCK',
  requestTemplates: { 'application/json': '{"statusCode":200}' },
  integrationResponses: { '200': { statusCode: '200', responseTemplates: { 'application/json': body } } },
});

const withToken = (gate: RunningGate, token: string, path = '/prod/pets'): Promise<Answer> =>
  gate.call(path, { headers: { authorization: token } });

for (const { why, token, wishes } of [
  { why: 'behind Bearer', token: (p: IdentityProvider) => `Bearer ${p.token()}` },
  { why: 'bare', token: (p: IdentityProvider) => p.token() },
  { why: 'for one of several audiences', token: (p: IdentityProvider) => p.token({ aud: ['x', 'web'] }) },
  {
    why: 'with one of the scopes',
    wishes: { method: { authorizationScopes: ['pets:read', 'pets:write'] } },
    token: (p: IdentityProvider) => p.token({ scope: 'openid pets:read' }),
  },
  {
    why: 'with a scope in scp',
    wishes: { method: { authorizationScopes: ['pets:read'] } },
    token: (p: IdentityProvider) => p.token({ scp: ['pets:read'] }),
  },
  {
    why: 'with the claim that is asked for',
    wishes: {
      issuer: {
        additionalClaims: [
          { claimName: 'tenant', format: 'SINGLE_STRING' as const, required: true, expectedValues: ['one'] },
        ],
      },
    },
    token: (p: IdentityProvider) => p.token({ tenant: 'one' }),
  },
  {
    why: 'without a claim that may be missing',
    wishes: { issuer: { additionalClaims: [{ claimName: 'tenant', format: 'SINGLE_STRING' as const }] } },
    token: (p: IdentityProvider) => p.token(),
  },
] as const satisfies readonly { why: string; wishes?: Wishes; token: (p: IdentityProvider) => string }[])
  test(`REST: a token ${why} lets a request through`, async () => {
    await using all = await setup(wishes);
    const answer = await withToken(all.gate, token(all.provider));
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.text, '{"in":true}');
  });

const tenant = {
  issuer: {
    additionalClaims: [
      { claimName: 'tenant', format: 'SINGLE_STRING', required: true, expectedValues: ['one'] },
      { claimName: 'plan', format: 'SINGLE_STRING' },
    ],
  },
} as const satisfies Wishes;

interface Refused {
  readonly why: string;
  readonly wishes?: Wishes;
  readonly token: (p: IdentityProvider) => string;
  readonly status?: number;
}

const refused: readonly Refused[] = [
  { why: 'that is empty', token: () => '' },
  { why: 'that is no JWT', token: () => 'token' },
  { why: 'of another scheme', token: (p) => `Basic ${p.token()}` },
  { why: 'that has expired', token: (p) => p.token({ exp: now - 1 }) },
  { why: 'that never expires', token: (p) => p.token({ exp: undefined }) },
  { why: 'that is not valid yet', token: (p) => p.token({ nbf: now + 600 }) },
  { why: 'for another audience', token: (p) => p.token({ aud: 'x' }) },
  { why: 'for no audience but a client', token: (p) => p.token({ aud: undefined, client_id: 'api' }) },
  { why: 'of another issuer', token: (p) => p.token({ iss: 'https://evil.example' }) },
  { why: 'of an issuer with a slash more', token: (p) => p.token({ iss: `${p.issuer}/` }) },
  { why: 'signed by somebody else', token: (p) => p.token({}, newKey('RS256', 'k1')) },
  { why: 'whose key nobody has', token: (p) => p.token({}, newKey('RS256', 'k2')) },
  { why: 'by an algorithm that is not accepted', token: (p) => signedToken(key, { iss: p.issuer }, {}, 'RS512') },
  {
    why: 'by no algorithm',
    token: (p) => `${encoded({ alg: 'none', kid: 'k1' })}.${encoded({ iss: p.issuer, aud: 'api', exp: now + 60 })}.`,
  },
  {
    why: 'by the public key as a secret',
    token: (p) => confusedToken(key, { iss: p.issuer, aud: 'api', exp: now + 60 }),
  },
  { why: 'without a claim', wishes: tenant, token: (p) => p.token() },
  { why: 'with another value of a claim', wishes: tenant, token: (p) => p.token({ tenant: 'One' }) },
  { why: 'with a claim that is no text', wishes: tenant, token: (p) => p.token({ tenant: ['one'] }) },
  { why: 'with an optional claim that is no text', wishes: tenant, token: (p) => p.token({ tenant: 'one', plan: 1 }) },
  {
    why: 'without the scope',
    wishes: { method: { authorizationScopes: ['pets:write'] } },
    token: (p) => p.token({ scope: 'pets:read pets:write2' }),
    status: 403,
  },
  {
    why: 'without any scope',
    wishes: { method: { authorizationScopes: ['pets:write'] } },
    token: (p) => p.token(),
    status: 403,
  },
];

for (const { why, wishes, token, status = 401 } of refused)
  test(`REST: a token ${why}: ${status}`, async () => {
    await using all = await setup(wishes);
    const answer = await withToken(all.gate, token(all.provider));
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.text, status === 401 ? '{"message":"Unauthorized"}' : '{"message":"Forbidden"}');
    assert.equal(
      answer.headers['x-amzn-errortype'],
      status === 401 ? 'UnauthorizedException' : 'AccessDeniedException',
    );
    const good = all.provider.token({ scope: 'pets:write', tenant: 'one' });
    assert.equal((await withToken(all.gate, good)).status, 200, 'a good one goes on being let in');
  });

test('REST: no token and two tokens: 401; a method without authorization asks for none', async () => {
  await using all = await setup();
  assert.equal((await all.gate.call('/prod/pets')).status, 401);
  const twice = { authorization: [all.provider.token(), all.provider.token()] };
  assert.equal((await all.gate.call('/prod/pets', { headers: twice })).status, 401);
  assert.equal((await all.gate.call('/prod/open')).status, 200);
});

test('REST: the token may be in another header', async () => {
  await using all = await setup({ authorizer: { identitySource: 'method.request.header.X-Token' } });
  assert.equal((await withToken(all.gate, all.provider.token())).status, 401);
  assert.equal((await all.gate.call('/prod/pets', { headers: { 'x-token': all.provider.token() } })).status, 200);
});

test('REST: an issuer that does not answer lets nobody in', async () => {
  await using all = await setup();
  all.provider.fault = (_request, response) => {
    response.writeHead(503).end();
    return true;
  };
  assert.equal((await withToken(all.gate, all.provider.token())).status, 401);
});

test('REST: claims are JSON text in templates and have their types in events', async () => {
  await using all = await setup();
  const claims = { name: 'Zoë "Z"', roles: ['user', 'editor'], version: '42', address: { city: 'Bern' } };
  const token = all.provider.token(claims);
  const shown = await withToken(all.gate, token, '/prod/claims');
  assert.equal(shown.text, '{"name":"Zo\\u00EB \\"Z\\"","roles":["user","editor"]}');
  const event: { requestContext: { authorizer: { claims: Readonly<Record<string, unknown>> } } } = JSON.parse(
    (await withToken(all.gate, token, '/prod/event')).text,
  );
  const { iss, aud, sub, iat, exp, ...own } = event.requestContext.authorizer.claims;
  assert.deepEqual(own, claims);
  assert.deepEqual([iss, aud, sub, typeof iat, typeof exp], [all.provider.issuer, 'api', 'ann', 'number', 'number']);
});

test('REST: an authorizer of another type than its method lets nobody in', async () => {
  for (const method of [{ authorizationType: 'CUSTOM' }, { authorizationType: 'JWT', authorizerId: 'gone' }]) {
    await using all = await setup({ method });
    assert.equal((await withToken(all.gate, all.provider.token())).status, 500);
  }
});

test('REST and HTTP APIs of a gate ask an issuer once', async () => {
  await using all = await setup();
  await using backend = await Backend.echo();
  const { issuer } = all.provider;
  const http = httpApi(
    { 'GET /pets': { to: backend.url, authorizationType: 'JWT', authorizerId: 'h' } },
    {
      authorizers: {
        h: {
          identitySource: ['$request.header.Authorization'],
          jwtConfiguration: { issuer, audience: ['api'] },
        },
      },
    },
  );
  all.gate.gate.deployApi(deployedHttpStage(http));
  const token = all.provider.token();
  assert.equal((await withToken(all.gate, token)).status, 200);
  const answer = await all.gate.call('/pets', {
    host: `${http.apiId}.execute-api.localhost`,
    headers: { authorization: token },
  });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(all.provider.asked, ['/.well-known/openid-configuration', '/jwks']);
});

const python = new URL('../node_modules/.python/bin/python', import.meta.url).pathname;
const skip = existsSync(python) ? false : 'boto3 is not installed (npm test installs it)';

const walk = `
import boto3, json, sys, urllib.request, urllib.error
traffic, issuer, good, bad, narrow = sys.argv[1:]
c = boto3.client('apigateway')
api = c.create_rest_api(name='jwt')['id']
root = c.get_rest_api(restApiId=api)['rootResourceId']
def configuration(audience): return {'issuers': [{'issuer': issuer, 'audiences': [audience],
  'additionalClaims': [{'claimName': 'tenant', 'format': 'SINGLE_STRING', 'expectedValues': ['one']}]}], 'defaultAlgorithms': ['RS256']}
made = c.create_authorizer(restApiId=api, name='oidc', type='JWT', identitySource='method.request.header.Authorization',
  jwtConfiguration=configuration('other'))
def refused(**more):
  try: c.create_authorizer(restApiId=api, name='no', type='JWT', **more)
  except c.exceptions.BadRequestException as e: return e.response['Error']['Message']
refusals = [refused(), refused(identitySource='method.request.querystring.t', jwtConfiguration=configuration('a')),
  refused(identitySource='method.request.header.A', authorizerUri='arn', jwtConfiguration=configuration('a'))]
changed = c.update_authorizer(restApiId=api, authorizerId=made['id'], patchOperations=[
  {'op': 'replace', 'path': '/jwtConfiguration', 'value': json.dumps(configuration('api'))}])
listed = c.get_authorizers(restApiId=api)['items']
method = c.put_method(restApiId=api, resourceId=root, httpMethod='GET', authorizationType='JWT', authorizerId=made['id'],
  authorizationScopes=['pets:read'])
c.put_method_response(restApiId=api, resourceId=root, httpMethod='GET', statusCode='200')
c.put_integration(restApiId=api, resourceId=root, httpMethod='GET', type='MOCK', requestTemplates={'application/json': '{"statusCode": 200}'})
c.put_integration_response(restApiId=api, resourceId=root, httpMethod='GET', statusCode='200',
  responseTemplates={'application/json': '$context.authorizer.claims.sub'})
c.create_deployment(restApiId=api, stageName='s')
def call(token, id=api):
  try:
    with urllib.request.urlopen(urllib.request.Request(f'{traffic}/_api/{id}/s/', headers={'Authorization': 'Bearer ' + token})) as r:
      return [r.status, json.load(r)]
  except urllib.error.HTTPError as e: return [e.code, json.load(e)]
answers = [call(good), call(bad), call(narrow)]
exported = c.get_export(restApiId=api, stageName='s', exportType='oas30', parameters={'extensions': 'integrations,authorizers'})['body'].read()
again = c.import_rest_api(body=exported)['id']
c.create_deployment(restApiId=again, stageName='s')
copies = [call(good, again), call(bad, again), call(narrow, again)]
same = c.get_authorizers(restApiId=again)['items'][0]['jwtConfiguration'] == changed['jwtConfiguration']
try: c.delete_authorizer(restApiId=api, authorizerId=made['id'])
except c.exceptions.ConflictException as e: used = e.response['Error']['Code']
print(json.dumps([made['jwtConfiguration'], refusals, changed == {**listed[0], 'ResponseMetadata': changed['ResponseMetadata']},
  [method['authorizationType'], method['authorizationScopes']], answers, copies, same, used]))
`;

test('boto3 makes a JWT authorizer, calls through it, exports and imports it', { skip }, async () => {
  await using gateway = await startGateway();
  await using provider = await IdentityProvider.start(key);
  const { accessKeyId, secretAccessKey } = gateway.node.rootKey;
  const good = provider.token({ scope: 'pets:read', tenant: 'one' });
  const args = [gateway.traffic, provider.issuer, good, provider.token({ exp: 1 }), provider.token()];
  const { stdout } = await promisify(execFile)(python, ['-c', walk, ...args], {
    env: {
      PATH: process.env.PATH,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: gateway.node.managementUrl,
    },
  });
  const answers = [
    [200, 'ann'],
    [401, { message: 'Unauthorized' }],
    [403, { message: 'Forbidden' }],
  ];
  const source =
    'Invalid identity source: a JWT authorizer requires a single request header, method.request.header.<name>';
  assert.deepEqual(JSON.parse(stdout), [
    {
      issuers: [
        {
          issuer: provider.issuer,
          audiences: ['other'],
          additionalClaims: [{ claimName: 'tenant', format: 'SINGLE_STRING', expectedValues: ['one'] }],
        },
      ],
      defaultAlgorithms: ['RS256'],
    },
    [source, source, 'authorizerUri is not supported for JWT authorizers'],
    true,
    ['JWT', ['pets:read']],
    answers,
    answers,
    true,
    'ConflictException',
  ]);
});

describe('testing a JWT authorizer', () => {
  const tried = async (
    token: (p: IdentityProvider) => string | undefined,
    issuer?: string,
  ): Promise<TestAuthorizationResult> => {
    await using provider = await IdentityProvider.start(key);
    const authorizer: Authorizer = {
      id: 'a',
      name: 'oidc',
      type: 'JWT',
      identitySource: 'method.request.header.Authorization',
      jwtConfiguration: {
        issuers: [{ issuer: issuer ?? provider.issuer, audiences: ['api'] }],
        defaultAlgorithms: ['RS256'],
      },
    };
    const sent = token(provider);
    const headers: Record<string, string> = sent === undefined ? {} : { Authorization: sent };
    return await testAuthorizer({ api: restApi({}), authorizer, headers }, new PretendedFunctions({}).caller());
  };

  test('a token that is trusted: what it says', async () => {
    const result = await tried((provider) => `Bearer ${provider.token({ groups: ['a', 'b'], admin: true })}`);
    assert.equal(result.clientStatus, 0, result.log);
    const { sub, groups, admin, aud } = result.claims ?? {};
    assert.deepEqual({ sub, groups, admin, aud }, { sub: 'ann', groups: '["a","b"]', admin: 'true', aud: 'api' });
    assert.match(result.log, /Starting authorizer: a for request: [0-9a-f-]{36}\n.*Successfully completed/);
  });

  for (const { when, token, issuer, says } of [
    { when: 'there is none', token: () => undefined, says: 'Unauthorized' },
    { when: 'it has expired', token: (p: IdentityProvider) => p.token({ exp: 1 }), says: 'the token has expired' },
    {
      when: 'its issuer is not the one',
      token: (p: IdentityProvider) => p.token(),
      issuer: 'https://other.example',
      says: 'the issuer in the token is not one that is trusted',
    },
  ])
    test(`a token is refused, and the log says why, when ${when}`, async () => {
      const result = await tried(token, issuer);
      assert.equal(result.clientStatus, 401);
      assert.equal(result.claims, undefined);
      assert.ok(result.log.includes(says), result.log);
      assert.match(result.log, /Unauthorized request: [0-9a-f-]{36}/);
    });
});
