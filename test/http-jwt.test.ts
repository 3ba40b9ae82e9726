/** HTTP APIs: JWT authorizers with a provider on a socket of its own, and everything that can be wrong with tokens. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confusedToken, encoded, newKey, signedToken } from '../src/access/jwt-fixture.ts';
import type { ApiAuthorizer } from '../src/definition/api.ts';
import type { GateOptions } from '../src/gate/gate.ts';
import { callHttp, httpGate } from './http-gate.ts';
import { deployedHttpStage, httpApi, type RouteWish } from './http-stage.ts';
import { IdentityProvider } from './identity-provider.ts';
import { type Answer, Backend, echoed, headerIn, type RunningGate } from './running-gate.ts';

const key = newKey('RS256', 'k1');

interface Setup extends AsyncDisposable {
  readonly gate: RunningGate;
  readonly provider: IdentityProvider;
  readonly backend: Backend;
}

async function setup(
  route: RouteWish = {},
  authorizer: Partial<ApiAuthorizer> = {},
  options: Partial<GateOptions> = {},
): Promise<Setup> {
  const provider = await IdentityProvider.start(key);
  const backend = await Backend.echo();
  const api = httpApi(
    {
      'GET /open': { to: backend.url },
      'ANY /{proxy+}': { to: backend.url, authorizationType: 'JWT', authorizerId: 'a', ...route },
    },
    {
      authorizers: {
        a: {
          identitySource: ['$request.header.Authorization'],
          jwtConfiguration: { issuer: provider.issuer, audience: ['api', 'web'] },
          ...authorizer,
        },
      },
    },
  );
  const gate = await httpGate([deployedHttpStage(api)], options);
  return {
    gate,
    provider,
    backend,
    [Symbol.asyncDispose]: async () => {
      await gate[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
    },
  };
}

const withToken = (gate: RunningGate, token: string): Promise<Answer> =>
  callHttp(gate, '/pets', { headers: { authorization: `Bearer ${token}` } });

test('a good token lets a request through, and the backend sees it', async () => {
  await using all = await setup();
  const token = all.provider.token();
  const answer = await withToken(all.gate, token);
  assert.equal(answer.status, 200);
  assert.equal(headerIn(echoed(answer).headers, 'authorization'), `Bearer ${token}`);
  assert.equal((await withToken(all.gate, token)).status, 200);
  assert.deepEqual(all.provider.asked, ['/.well-known/openid-configuration', '/jwks'], 'keys are fetched once');
});

const now = Math.floor(Date.now() / 1000);
for (const { why, token, problem } of [
  { why: 'no JWT at all', token: () => 'token', problem: 'token contains an invalid number of segments' },
  { why: 'expired', token: (p: IdentityProvider) => p.token({ exp: now - 1 }), problem: 'the token has expired' },
  {
    why: 'not yet valid',
    token: (p: IdentityProvider) => p.token({ nbf: now + 600 }),
    problem: 'the token is not valid yet',
  },
  {
    why: 'for somebody else',
    token: (p: IdentityProvider) => p.token({ aud: 'x' }),
    problem: 'the token does not have a valid audience',
  },
  {
    why: 'of another issuer',
    token: (p: IdentityProvider) => p.token({ iss: 'https://x.example' }),
    problem: 'the issuer in the token is not one that is trusted',
  },
  {
    why: 'not signed',
    token: (p: IdentityProvider) =>
      `${encoded({ alg: 'none', kid: 'k1' })}.${encoded({ iss: p.issuer, aud: 'api', exp: now + 600 })}.`,
    problem: 'the signing method of the token is not accepted',
  },
  {
    why: 'signed with the public key',
    token: (p: IdentityProvider) => confusedToken(key, { iss: p.issuer, aud: 'api', exp: now + 600 }),
    problem: 'the signing method of the token is not accepted',
  },
  {
    why: 'signed by another key',
    token: (p: IdentityProvider) => signedToken(newKey('RS256', 'k1'), { iss: p.issuer, aud: 'api', exp: now + 600 }),
    problem: 'signature is invalid',
  },
  {
    why: 'of an unknown key',
    token: (p: IdentityProvider) => p.token({}, key, { kid: 'x' }),
    problem: 'unable to find a signing key that matches the key id of the token',
  },
])
  test(`a token that is ${why} is refused, with AWS's words where they are known`, async () => {
    await using all = await setup();
    const answer = await withToken(all.gate, token(all.provider));
    assert.deepEqual([answer.status, answer.text], [401, '{"message":"Unauthorized"}']);
    assert.equal(
      answer.headers['www-authenticate'],
      `Bearer scope="" error="invalid_token" error_description="${problem}"`,
    );
    assert.equal(all.backend.requests.length, 0);
    assert.equal((await withToken(all.gate, all.provider.token())).status, 200, 'others are served');
  });

test('without a token there is nothing to say about it', async () => {
  await using all = await setup();
  for (const call of [{}, { headers: { authorization: '' } }]) {
    const answer = await callHttp(all.gate, '/pets', call);
    assert.deepEqual([answer.status, answer.text], [401, '{"message":"Unauthorized"}']);
    assert.equal(answer.headers['www-authenticate'], 'Bearer');
  }
  assert.equal((await callHttp(all.gate, '/open')).status, 200);
  assert.deepEqual(all.provider.asked, []);
});

test('a route with scopes asks for one of them', async () => {
  await using all = await setup({ authorizationScopes: ['pets:read', 'admin'] });
  for (const { claims, status } of [
    { claims: { scope: 'x pets:read' }, status: 200 },
    { claims: { scp: ['admin'] }, status: 200 },
    { claims: { scp: 'x', scope: 'admin' }, status: 403 },
    { claims: { scope: 'pets:readers' }, status: 403 },
    { claims: {}, status: 403 },
  ])
    assert.equal((await withToken(all.gate, all.provider.token(claims))).status, status, JSON.stringify(claims));
  const refused = await withToken(all.gate, all.provider.token());
  assert.equal(refused.text, '{"message":"Forbidden"}');
  assert.match(
    String(refused.headers['www-authenticate']),
    /^Bearer scope="pets:read admin" error="insufficient_scope"/,
  );
  const expired = await withToken(all.gate, all.provider.token({ exp: now - 1 }));
  assert.equal(expired.status, 401);
  assert.match(String(expired.headers['www-authenticate']), /^Bearer scope="pets:read admin" error="invalid_token"/);
});

test('scopes that are no ASCII, or have quotes in them, are told as a header can tell them', async () => {
  await using all = await setup({ authorizationScopes: ['sch€me', 'a"b'] });
  const refused = await withToken(all.gate, all.provider.token());
  assert.equal(refused.status, 403);
  const said = Buffer.from(String(refused.headers['www-authenticate']), 'latin1').toString('utf8');
  assert.match(said, /^Bearer scope="sch€me a\\"b" error="insufficient_scope"/);
});

test('client_id stands in for a missing audience', async () => {
  await using all = await setup();
  assert.equal((await withToken(all.gate, all.provider.token({ aud: undefined, client_id: 'web' }))).status, 200);
  assert.equal((await withToken(all.gate, all.provider.token({ aud: 'x', client_id: 'web' }))).status, 401);
});

test('a token may stand in several places: the first that has one counts', async () => {
  await using all = await setup({}, { identitySource: ['$request.header.X-Token', '$request.querystring.token'] });
  const good = all.provider.token();
  assert.equal((await callHttp(all.gate, '/pets', { headers: { 'x-token': good } })).status, 200);
  assert.equal((await callHttp(all.gate, `/pets?token=${good}`)).status, 200);
  assert.equal((await callHttp(all.gate, `/pets?token=${good}`, { headers: { 'x-token': 'bad' } })).status, 401);
  assert.equal((await withToken(all.gate, good)).status, 401);
});

test('tokens and keys of every kind', async () => {
  await using all = await setup();
  const keys = ['RS512', 'PS256', 'ES256', 'ES384', 'EdDSA'].map((algorithm) => newKey(algorithm, algorithm));
  all.provider.keys = [key, ...keys];
  for (const each of keys)
    assert.equal((await withToken(all.gate, all.provider.token({}, each))).status, 200, each.algorithm);
});

test('100 KB of token are refused and hurt nobody', async () => {
  await using all = await setup(
    {},
    { identitySource: ['$request.header.Authorization', '$request.querystring.token'] },
    {
      limits: { headerBytes: 1_000_000, urlCharacters: 1_000_000 },
    },
  );
  const long = all.provider.token({ fill: 'x'.repeat(100_000) });
  const answer = await withToken(all.gate, long);
  assert.ok([401, 431].includes(answer.status), String(answer.status));
  const inHeader = await withToken(all.gate, all.provider.token({ fill: 'x'.repeat(40_000) }));
  assert.equal(inHeader.status, 401);
  assert.match(String(inHeader.headers['www-authenticate']), /the token is malformed/);
  assert.equal((await withToken(all.gate, all.provider.token())).status, 200);
});

test('keys are rotated without a refused token', async () => {
  await using all = await setup({}, {}, { keyTimes: { refreshMs: 0, pauseMs: 0 } });
  let current = key;
  for (let generation = 2; generation < 6; generation++) {
    const before = current;
    current = newKey('RS256', `k${generation}`);
    all.provider.keys = [before, current];
    const answers = await Promise.all(
      [before, current, before, current].map((each) => withToken(all.gate, all.provider.token({ generation }, each))),
    );
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    );
  }
});

test('a flood of unknown key ids reaches the provider once, and good tokens all the time', async () => {
  await using all = await setup();
  assert.equal((await withToken(all.gate, all.provider.token())).status, 200);
  const answers = await Promise.all(
    Array.from({ length: 300 }, (_, i) =>
      i % 3 === 0
        ? withToken(all.gate, all.provider.token({ i }))
        : withToken(all.gate, all.provider.token({}, key, { kid: `made-up-${i}` })),
    ),
  );
  for (const [i, { status }] of answers.entries()) assert.equal(status, i % 3 === 0 ? 200 : 401);
  assert.equal(all.provider.asked.length, 2);
});

for (const { why, fault, description } of [
  {
    why: 'down',
    fault: (provider: IdentityProvider) => {
      provider.fault = (request) => {
        request.socket.destroy();
        return true;
      };
    },
    description: 'OIDC discovery endpoint communication error',
  },
  {
    why: 'refusing its keys',
    fault: (provider: IdentityProvider) => {
      provider.fault = (request, response) => {
        if (request.url !== '/jwks') return false;
        response.writeHead(500).end();
        return true;
      };
    },
    description: 'JWKS communication error',
  },
  {
    why: 'slow',
    fault: (provider: IdentityProvider) => {
      provider.fault = (request) => request.url === '/jwks';
    },
    description: 'JWKS communication error',
  },
  {
    why: 'dripping its keys',
    fault: (provider: IdentityProvider) => {
      provider.fault = (request, response) => {
        if (request.url !== '/jwks') return false;
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
        return true;
      };
    },
    description: 'JWKS communication error',
  },
  {
    why: 'sending keys without end',
    fault: (provider: IdentityProvider) => {
      provider.fault = (request, response) => {
        if (request.url !== '/jwks') return false;
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        };
        response.on('drain', more).on('error', () => {});
        more();
        return true;
      };
    },
    description: 'JWKS communication error',
  },
  {
    why: 'leading around in circles',
    fault: (provider: IdentityProvider) => {
      provider.fault = (request, response) => {
        response.writeHead(302, { location: request.url ?? '/' }).end();
        return true;
      };
    },
    description: 'OIDC discovery endpoint communication error',
  },
])
  test(`a provider that is ${why}: 401 for what can not be checked, known keys keep working`, {
    timeout: 20_000,
  }, async () => {
    await using all = await setup({}, {}, { keyTimes: { fetchMs: 150, refreshMs: 0, pauseMs: 0, retryMs: 0 } });
    fault(all.provider);
    const refused = await withToken(all.gate, all.provider.token());
    assert.equal(refused.status, 401);
    assert.equal(
      refused.headers['www-authenticate'],
      `Bearer scope="" error="invalid_token" error_description="${description}"`,
    );
    all.provider.fault = undefined;
    const token = all.provider.token();
    assert.equal((await withToken(all.gate, token)).status, 200, 'it has come back');
    fault(all.provider);
    for (let i = 0; i < 5; i++) {
      assert.equal((await withToken(all.gate, token)).status, 200, 'a remembered token');
      assert.equal((await withToken(all.gate, all.provider.token({ i }))).status, 200, 'a new token of a known key');
    }
    assert.equal((await callHttp(all.gate, '/open')).status, 200);
  });

test('a provider that answers by way of another address is followed', async () => {
  await using all = await setup();
  all.provider.fault = (request, response) => {
    if (request.url !== '/.well-known/openid-configuration') return false;
    response.writeHead(301, { location: '/elsewhere' }).end();
    return true;
  };
  assert.equal((await withToken(all.gate, all.provider.token())).status, 401, 'there is nothing there');
  assert.deepEqual(all.provider.asked, ['/.well-known/openid-configuration', '/elsewhere']);
});
