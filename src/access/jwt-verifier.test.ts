import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type FetchDocument, Issuers, type KeyTimes } from './issuer-keys.ts';
import { signingAlgorithms, tokenCharactersMax } from './jws.ts';
import { confusedToken, encoded, newKey, signedToken, type TestKey } from './jwt-fixture.ts';
import {
  defaultLeeway,
  JwtVerifier,
  newVerifiedTokens,
  type TokenProblem,
  type TokenRules,
  VerifiedToken,
} from './jwt-verifier.ts';

const issuer = 'https://issuer.example/tenant';
const nowMs = 1_700_000_000_000;
const now = nowMs / 1000;

/** An issuer whose documents are answered from memory. */
class TestIssuer {
  keys: readonly TestKey[];
  readonly fetched: string[] = [];
  /** What goes wrong instead of an answer. */
  fault: ((url: string) => void | Promise<void>) | undefined;
  keySet: string | undefined;

  constructor(...keys: readonly TestKey[]) {
    this.keys = keys;
  }

  readonly fetch: FetchDocument = async (url) => {
    this.fetched.push(url);
    await this.fault?.(url);
    if (url.endsWith('/.well-known/openid-configuration'))
      return JSON.stringify({ jwks_uri: 'https://keys.example/jwks' });
    return this.keySet ?? JSON.stringify({ keys: this.keys.map(({ jwk }) => jwk) });
  };

  verifier(rules: Partial<TokenRules> = {}, times: Partial<KeyTimes> = {}): JwtVerifier {
    return new JwtVerifier(
      {
        issuers: [{ issuer, audiences: ['api', 'other'] }],
        clientIds: true,
        algorithms: signingAlgorithms,
        leeway: defaultLeeway,
        ...rules,
      },
      new Issuers(this.fetch, times),
      newVerifiedTokens(),
    );
  }
}

const claims = { iss: issuer, aud: 'api', sub: 'ann', exp: now + 600, iat: now - 10, scope: 'pets:read pets:write' };
const rs256 = newKey('RS256', 'rsa-1');

async function verdictOf(
  token: string,
  rules: Partial<TokenRules> = {},
  ...keys: TestKey[]
): Promise<TokenProblem | 'trusted'> {
  const verdict = await new TestIssuer(rs256, ...keys).verifier(rules).verify(token, nowMs);
  return verdict instanceof VerifiedToken ? 'trusted' : verdict;
}

for (const algorithm of signingAlgorithms)
  test(`tokens: signed by ${algorithm}`, async () => {
    const key = newKey(algorithm, 'k');
    const verifier = new TestIssuer(key).verifier();
    const token = await verifier.verify(`Bearer ${signedToken(key, claims)}`, nowMs);
    assert.ok(token instanceof VerifiedToken);
    assert.equal(token.claims.sub, 'ann');
    assert.deepEqual(token.scopes, ['pets:read', 'pets:write']);
    const forged = signedToken({ ...newKey(algorithm, 'k') }, claims);
    assert.equal(await verifier.verify(forged, nowMs), 'signature is invalid');
  });

for (const { why, rules, token, expect = 'trusted' } of [
  { why: 'bare', token: signedToken(rs256, claims) },
  { why: 'behind Bearer in any case', token: `bEARER ${signedToken(rs256, claims)}` },
  { why: 'one of several audiences', token: signedToken(rs256, { ...claims, aud: ['x', 'other'] }) },
  { why: 'client_id in place of aud', token: signedToken(rs256, { ...claims, aud: undefined, client_id: 'api' }) },
  { why: 'behind another scheme', token: `Basic ${signedToken(rs256, claims)}`, expect: 'the token is malformed' },
  {
    why: 'client_id where it is not looked at',
    rules: { clientIds: false },
    token: signedToken(rs256, { ...claims, aud: undefined, client_id: 'api' }),
    expect: 'the token does not have a valid audience',
  },
  {
    why: 'aud decides when both are there',
    token: signedToken(rs256, { ...claims, aud: 'x', client_id: 'api' }),
    expect: 'the token does not have a valid audience',
  },
  {
    why: 'no audience',
    token: signedToken(rs256, { ...claims, aud: undefined }),
    expect: 'the token does not have a valid audience',
  },
  {
    why: 'an audience that is no text',
    token: signedToken(rs256, { ...claims, aud: { api: true } }),
    expect: 'the token does not have a valid audience',
  },
  { why: 'expired', token: signedToken(rs256, { ...claims, exp: now - 1 }), expect: 'the token has expired' },
  { why: 'expiring now', token: signedToken(rs256, { ...claims, exp: now }), expect: 'the token has expired' },
  {
    why: 'never expiring',
    token: signedToken(rs256, { ...claims, exp: undefined }),
    expect: 'the token has no expiration time',
  },
  {
    why: 'expiring at a text',
    token: signedToken(rs256, { ...claims, exp: '9999999999' }),
    expect: 'the token has expired',
  },
  {
    why: 'not yet valid',
    token: signedToken(rs256, { ...claims, nbf: now + 60 }),
    expect: 'the token is not valid yet',
  },
  {
    why: 'issued in the future',
    token: signedToken(rs256, { ...claims, iat: now + 60 }),
    expect: 'the token is not valid yet',
  },
  {
    why: 'an issuer whose clock is a little ahead',
    token: signedToken(rs256, { ...claims, iat: now + 3, nbf: now + 3 }),
  },
  {
    why: 'a clock ahead without leeway',
    rules: { leeway: { earlyMs: 0, lateMs: 0 } },
    token: signedToken(rs256, { ...claims, iat: now + 3 }),
    expect: 'the token is not valid yet',
  },
  {
    why: 'just expired, with leeway',
    rules: { leeway: { earlyMs: 0, lateMs: 10_000 } },
    token: signedToken(rs256, { ...claims, exp: now - 5 }),
  },
  {
    why: 'another issuer',
    token: signedToken(rs256, { ...claims, iss: 'https://evil.example' }),
    expect: 'the issuer in the token is not one that is trusted',
  },
  {
    why: 'a slash more in the issuer',
    token: signedToken(rs256, { ...claims, iss: `${issuer}/` }),
    expect: 'the issuer in the token is not one that is trusted',
  },
  {
    why: 'no issuer',
    token: signedToken(rs256, { ...claims, iss: undefined }),
    expect: 'the issuer in the token is not one that is trusted',
  },
  {
    why: 'an issuer that objects inherit',
    token: signedToken(rs256, { ...claims, iss: '__proto__' }),
    expect: 'the issuer in the token is not one that is trusted',
  },
  {
    why: 'algorithm none',
    token: `${encoded({ alg: 'none', kid: 'rsa-1' })}.${encoded(claims)}.`,
    expect: 'the signing method of the token is not accepted',
  },
  {
    why: 'algorithm nOnE',
    token: `${encoded({ alg: 'nOnE', kid: 'rsa-1' })}.${encoded(claims)}.`,
    expect: 'the signing method of the token is not accepted',
  },
  {
    why: 'the public key as a secret',
    token: confusedToken(rs256, claims),
    expect: 'the signing method of the token is not accepted',
  },
  { why: 'no algorithm', token: signedToken(rs256, claims, { alg: undefined }), expect: 'the token is malformed' },
  {
    why: 'a signature by another algorithm of the key',
    token: signedToken(rs256, claims, { alg: 'PS256' }),
    expect: 'signature is invalid',
  },
  {
    why: 'an algorithm of another type of key',
    token: signedToken(rs256, claims, { alg: 'ES256' }),
    expect: 'signature is invalid',
  },
  {
    why: 'an algorithm that the authorizer does not accept',
    rules: { algorithms: new Set(['ES256']) },
    token: signedToken(rs256, claims),
    expect: 'the signing method of the token is not accepted',
  },
  {
    why: 'a key id that nobody has',
    token: signedToken(rs256, claims, { kid: 'x' }),
    expect: 'unable to find a signing key that matches the key id of the token',
  },
  {
    why: 'a key id that objects inherit',
    token: signedToken(rs256, claims, { kid: 'constructor' }),
    expect: 'unable to find a signing key that matches the key id of the token',
  },
  {
    why: 'no key id',
    token: signedToken(rs256, claims, { kid: undefined }),
    expect: 'unable to find a signing key that matches the key id of the token',
  },
  {
    why: 'a key in the header is not listened to',
    token: signedToken(newKey('RS256', 'rsa-1'), claims, { jwk: rs256.jwk, jku: 'https://evil.example' }),
    expect: 'signature is invalid',
  },
  {
    why: 'a critical extension',
    token: signedToken(rs256, claims, { crit: ['b64'], b64: false }),
    expect: 'the token is malformed',
  },
  {
    why: 'a changed claim',
    token: signedToken(rs256, claims).replace(/\.[^.]+\./, `.${encoded({ ...claims, sub: 'eve' })}.`),
    expect: 'signature is invalid',
  },
  { why: 'no signature', token: signedToken(rs256, claims).replace(/[^.]+$/, ''), expect: 'signature is invalid' },
  { why: 'two segments', token: 'a.b', expect: 'token contains an invalid number of segments' },
  { why: 'an encrypted token', token: 'a.b.c.d.e', expect: 'token contains an invalid number of segments' },
  { why: 'nothing', token: '', expect: 'token contains an invalid number of segments' },
  { why: 'Bearer alone', token: 'Bearer ', expect: 'token contains an invalid number of segments' },
  { why: 'claims that are no object', token: signedToken(rs256, [claims]), expect: 'the token is malformed' },
  { why: 'claims that are no JSON', token: signedToken(rs256, '{"iss":'), expect: 'the token is malformed' },
  { why: 'padding in base64', token: `${signedToken(rs256, claims)}=`, expect: 'the token is malformed' },
  {
    why: 'a line break inside',
    token: signedToken(rs256, claims).replace('.', '\n.'),
    expect: 'the token is malformed',
  },
  {
    why: '100 KB',
    token: signedToken(rs256, { ...claims, fill: 'x'.repeat(100_000) }),
    expect: 'the token is malformed',
  },
  { why: 'as long as may be', token: signedToken(rs256, { ...claims, fill: 'x'.repeat(20_000) }) },
  {
    why: '10,000 levels deep',
    token: signedToken(rs256, `{"iss":"${issuer}","a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`),
    expect: 'the token has no expiration time',
  },
  {
    why: 'a further claim that must be there',
    rules: { issuers: [{ issuer, audiences: ['api'], claims: [{ name: 'tenant', required: true, values: [] }] }] },
    token: signedToken(rs256, claims),
    expect: 'the token does not have a required claim',
  },
  {
    why: 'a further claim with the right value',
    rules: { issuers: [{ issuer, audiences: ['api'], claims: [{ name: 'tenant', required: true, values: ['a'] }] }] },
    token: signedToken(rs256, { ...claims, tenant: 'a' }),
  },
  {
    why: 'a further claim with another value',
    rules: { issuers: [{ issuer, audiences: ['api'], claims: [{ name: 'tenant', required: false, values: ['a'] }] }] },
    token: signedToken(rs256, { ...claims, tenant: 'A' }),
    expect: 'the token does not have a required claim',
  },
  {
    why: 'a further claim that may be missing',
    rules: { issuers: [{ issuer, audiences: ['api'], claims: [{ name: 'tenant', required: false, values: ['a'] }] }] },
    token: signedToken(rs256, claims),
  },
] satisfies { why: string; rules?: Partial<TokenRules>; token: string; expect?: TokenProblem | 'trusted' }[])
  test(`tokens: ${why}: ${expect}`, async () => {
    assert.equal(await verdictOf(token, rules ?? {}), expect);
  });

for (const { why, key } of [
  { why: 'is for encryption', key: newKey('RS256', 'k', { use: 'enc' }) },
  { why: 'is for another algorithm', key: newKey('RS256', 'k', { alg: 'RS512' }) },
  { why: 'may not verify', key: newKey('RS256', 'k', { key_ops: ['sign'] }) },
  { why: 'can not be read', key: newKey('RS256', 'k', { n: '!!' }) },
  { why: 'has a monstrous exponent', key: newKey('RS256', 'k', { e: 'f'.repeat(300) }) },
  { why: 'says it is of another curve', key: newKey('ES256', 'k', { crv: 'P-384' }) },
])
  test(`tokens: a key that ${why} verifies nothing`, async () => {
    assert.equal(await verdictOf(signedToken(key, claims), {}, key), 'signature is invalid');
  });

test('tokens: text that is nearly a token is refused, never a crash', async () => {
  const verifier = new TestIssuer(rs256).verifier();
  const good = signedToken(rs256, claims);
  await verifier.verify(good, nowMs);
  const spoilt = fc
    .tuple(fc.nat(good.length), fc.nat(3), fc.string({ maxLength: 3 }))
    .map(([at, cut, text]) => good.slice(0, at) + text + good.slice(at + cut));
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string(),
        spoilt,
        fc.tuple(fc.json(), fc.json()).map(([header, body]) => `${encoded(header)}.${encoded(body)}.AAAA`),
      ),
      async (text) => {
        const verdict = await verifier.verify(text, nowMs);
        // The last letter of a signature has bits that do not count.
        if (verdict instanceof VerifiedToken)
          assert.equal(
            text
              .trim()
              .replace(/^bearer /i, '')
              .slice(0, -1),
            good.slice(0, -1),
          );
        else assert.equal(typeof verdict, 'string');
      },
    ),
    { numRuns: 2_000 },
  );
});

test('tokens: what is trusted says what was signed, whatever the claims', async () => {
  const verifier = new TestIssuer(rs256).verifier();
  await verifier.verify(signedToken(rs256, claims), nowMs);
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.integer({ min: now - 1000, max: now + 1000 }),
      (others, exp) => {
        const all = JSON.parse(JSON.stringify({ ...others, ...claims, exp, nbf: undefined }));
        const verdict = verifier.verify(signedToken(rs256, all), nowMs);
        if (exp > now) {
          assert.ok(verdict instanceof VerifiedToken);
          assert.deepEqual(verdict.claims, all);
        } else assert.equal(verdict, 'the token has expired');
      },
    ),
    { numRuns: 100 },
  );
});

test('tokens: a verified one is remembered until it expires, and its times are looked at again', async () => {
  const verifier = new TestIssuer(rs256).verifier();
  const token = signedToken(rs256, claims);
  const first = await verifier.verify(token, nowMs);
  assert.ok(first instanceof VerifiedToken);
  assert.equal(verifier.verify(token, nowMs + 599_000), first);
  assert.equal(verifier.verify(token, nowMs + 600_000), 'the token has expired');
});

test('tokens: another token with the end of a remembered one is another token', async () => {
  const verifier = new TestIssuer(rs256).verifier();
  const token = signedToken(rs256, claims);
  assert.ok((await verifier.verify(token, nowMs)) instanceof VerifiedToken);
  const [header = '', , signature = ''] = token.split('.');
  const forged = `${header}.${encoded({ ...claims, sub: 'eve' })}.${signature}`;
  assert.equal(verifier.verify(forged, nowMs), 'signature is invalid');
  assert.ok(verifier.verify(token, nowMs) instanceof VerifiedToken);
});

test('tokens: what one authorizer remembers, another still judges by its own rules', async () => {
  const { fetch } = new TestIssuer(rs256);
  const issuers = new Issuers(fetch);
  const memory = newVerifiedTokens();
  const rules = { clientIds: true, algorithms: signingAlgorithms, leeway: defaultLeeway };
  const one = new JwtVerifier({ ...rules, issuers: [{ issuer, audiences: ['api'] }] }, issuers, memory);
  const two = new JwtVerifier({ ...rules, issuers: [{ issuer, audiences: ['two'] }] }, issuers, memory);
  const three = new JwtVerifier(
    { ...rules, issuers: [{ issuer: 'https://3.example', audiences: ['api'] }] },
    issuers,
    memory,
  );
  const four = new JwtVerifier(
    { ...rules, algorithms: new Set(['ES256']), issuers: [{ issuer, audiences: ['api'] }] },
    issuers,
    memory,
  );
  const token = signedToken(rs256, claims);
  assert.ok((await one.verify(token, nowMs)) instanceof VerifiedToken);
  assert.equal(two.verify(token, nowMs), 'the token does not have a valid audience');
  assert.equal(three.verify(token, nowMs), 'the issuer in the token is not one that is trusted');
  assert.equal(four.verify(token, nowMs), 'the signing method of the token is not accepted');
  assert.ok((await one.verify(token, nowMs)) instanceof VerifiedToken);
});

test('keys: fetched once for many, by discovery', async () => {
  const provider = new TestIssuer(rs256);
  const verifier = provider.verifier();
  const verdicts = await Promise.all(
    Array.from({ length: 50 }, (_, i) => verifier.verify(signedToken(rs256, { ...claims, jti: String(i) }), nowMs)),
  );
  assert.ok(verdicts.every((verdict) => verdict instanceof VerifiedToken));
  assert.deepEqual(provider.fetched, [`${issuer}/.well-known/openid-configuration`, 'https://keys.example/jwks']);
});

test('keys: a new key is found when a token first names it, and the old one goes on', async () => {
  const provider = new TestIssuer(rs256);
  const verifier = provider.verifier();
  const old = signedToken(rs256, claims);
  await verifier.verify(old, nowMs);
  const next = newKey('RS256', 'rsa-2');
  provider.keys = [rs256, next];
  assert.ok((await verifier.verify(signedToken(next, claims), nowMs + 10_000)) instanceof VerifiedToken);
  assert.ok(verifier.verify(signedToken(rs256, { ...claims, jti: 'x' }), nowMs + 10_000) instanceof VerifiedToken);
});

test('keys: a withdrawn key is trusted no longer, for remembered tokens neither', async () => {
  const provider = new TestIssuer(rs256);
  const verifier = provider.verifier();
  const token = signedToken(rs256, claims);
  await verifier.verify(token, nowMs);
  provider.keys = [newKey('RS256', 'rsa-2')];
  assert.ok(verifier.verify(token, nowMs + 299_999) instanceof VerifiedToken);
  assert.equal(provider.fetched.length, 2, 'young keys are not fetched again');
  assert.ok(verifier.verify(token, nowMs + 300_000) instanceof VerifiedToken, 'nobody waits for a refresh');
  await settled();
  assert.equal(provider.fetched.length, 4);
  assert.equal(
    await verifier.verify(token, nowMs + 300_001),
    'unable to find a signing key that matches the key id of the token',
  );
});

test('keys: a key id with another key behind it is another key', async () => {
  const provider = new TestIssuer(rs256);
  const verifier = provider.verifier();
  const token = signedToken(rs256, claims);
  await verifier.verify(token, nowMs);
  provider.keys = [newKey('RS256', 'rsa-1')];
  verifier.verify(token, nowMs + 300_000);
  await settled();
  assert.equal(await verifier.verify(token, nowMs + 300_001), 'signature is invalid');
});

test('keys: a flood of unknown key ids costs the issuer one fetch in a while', async () => {
  const provider = new TestIssuer(rs256);
  const verifier = provider.verifier();
  await verifier.verify(signedToken(rs256, claims), nowMs);
  const flood = Array.from({ length: 500 }, (_, i) => signedToken(rs256, claims, { kid: `made-up-${i}` }));
  for (const [second, expected] of [
    [5, 2],
    [10, 4],
    [15, 4],
    [20, 6],
  ] as const) {
    const verdicts = await Promise.all(flood.map((token) => verifier.verify(token, nowMs + second * 1000)));
    assert.ok(
      verdicts.every((verdict) => verdict === 'unable to find a signing key that matches the key id of the token'),
    );
    assert.equal(provider.fetched.length, expected, `after ${second} seconds`);
  }
  assert.ok(verifier.verify(signedToken(rs256, claims), nowMs + 20_000) instanceof VerifiedToken);
});

test('keys: known ones keep working while the issuer is down, for two hours', async () => {
  const provider = new TestIssuer(rs256);
  const verifier = provider.verifier();
  const token = signedToken(rs256, { ...claims, exp: now + 100_000 });
  await verifier.verify(token, nowMs);
  provider.fault = () => {
    throw new Error('down');
  };
  for (const minutes of [6, 30, 60, 119]) {
    assert.ok((await verifier.verify(token, nowMs + minutes * 60_000)) instanceof VerifiedToken, `${minutes} minutes`);
    const fresh = signedToken(rs256, { ...claims, exp: now + 100_000, jti: String(minutes) });
    assert.ok((await verifier.verify(fresh, nowMs + minutes * 60_000)) instanceof VerifiedToken, `${minutes} minutes`);
    await settled();
  }
  assert.equal(await verifier.verify(token, nowMs + 7_200_000), 'JWKS communication error');
  provider.fault = undefined;
  assert.ok((await verifier.verify(token, nowMs + 7_202_000)) instanceof VerifiedToken, 'and again when it is back');
});

test('keys: where they lie is remembered while discovery alone is down', async () => {
  const provider = new TestIssuer(rs256);
  const verifier = provider.verifier();
  await verifier.verify(signedToken(rs256, claims), nowMs);
  provider.fault = (url) => {
    if (url.includes('well-known')) throw new Error('down');
  };
  const next = newKey('RS256', 'rsa-2');
  provider.keys = [rs256, next];
  assert.ok((await verifier.verify(signedToken(next, claims), nowMs + 10_000)) instanceof VerifiedToken);
});

for (const { why, spoil, expect } of [
  {
    why: 'discovery fails',
    spoil: (provider: TestIssuer) => {
      provider.fault = () => Promise.reject(new Error('down'));
    },
    expect: 'OIDC discovery endpoint communication error',
  },
  {
    why: 'the key set fails',
    spoil: (provider: TestIssuer) => {
      provider.fault = (url) => (url.includes('keys') ? Promise.reject(new Error('down')) : undefined);
    },
    expect: 'JWKS communication error',
  },
  {
    why: 'the key set is no JSON',
    spoil: (provider: TestIssuer) => {
      provider.keySet = '<html>';
    },
    expect: 'JWKS communication error',
  },
  {
    why: 'the key set has no keys',
    spoil: (provider: TestIssuer) => {
      provider.keySet = '{"keys":{}}';
    },
    expect: 'JWKS communication error',
  },
  {
    why: 'the key set holds oddities beside no key of ours',
    spoil: (provider: TestIssuer) => {
      provider.keySet = '{"keys":[null,1,[],{},{"kid":7},{"kid":"rsa-1","kty":"oct","k":"AA"}]}';
    },
    expect: 'unable to find a signing key that matches the key id of the token',
  },
] as const)
  test(`keys: ${why}: refused at once, and asked for again soon`, async () => {
    const provider = new TestIssuer(rs256);
    spoil(provider);
    const verifier = provider.verifier();
    const token = signedToken(rs256, claims);
    assert.equal(await verifier.verify(token, nowMs), expect);
    const asked = provider.fetched.length;
    assert.equal(verifier.verify(token, nowMs + 500), expect);
    assert.equal(provider.fetched.length, asked, 'not asked again so soon');
    provider.fault = undefined;
    provider.keySet = undefined;
    assert.ok((await verifier.verify(token, nowMs + 10_000)) instanceof VerifiedToken);
  });

test('keys: a discovery document fetched over TLS does not lead away from it', async () => {
  const fetched: string[] = [];
  const fetch: FetchDocument = async (url) => {
    fetched.push(url);
    return JSON.stringify({ jwks_uri: 'http://keys.example/jwks' });
  };
  const rules = {
    issuers: [{ issuer, audiences: ['api'] }],
    clientIds: true,
    algorithms: signingAlgorithms,
    leeway: defaultLeeway,
  };
  const verifier = new JwtVerifier(rules, new Issuers(fetch), newVerifiedTokens());
  assert.equal(await verifier.verify(signedToken(rs256, claims), nowMs), 'OIDC discovery endpoint communication error');
  assert.equal(fetched.length, 1);
});

test('keys: authorizers that trust the same issuer share its keys', () => {
  const issuers = new Issuers(new TestIssuer(rs256).fetch);
  assert.equal(issuers.keysOf(issuer), issuers.keysOf(issuer));
  assert.notEqual(issuers.keysOf(issuer), issuers.keysOf('https://other.example'));
});

test('tokens: the bound on their length leaves room for real ones', () => {
  assert.ok(tokenCharactersMax >= 16_384);
});

/** Everything that has been started has come to its end: the documents are answered from memory. */
const settled = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};
