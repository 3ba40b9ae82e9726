import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorizerOf, createAuthorizer, type NewAuthorizer, updateAuthorizer } from './authorizers.ts';
import { methodOf, putMethod, updateMethod } from './methods.ts';
import type { RestApi } from './rest-api.ts';
import { newRestApi } from './rest-apis.ts';

const empty = newRestApi(
  { name: 'pets' },
  { id: 'api', accountId: '0', region: 'r', partition: 'aws', nowMs: 0, newId: () => 'root' },
);
const trusting = {
  issuers: [{ issuer: 'https://issuer.example/t', audiences: ['api'] }],
  defaultAlgorithms: ['RS256'],
};
const wished: NewAuthorizer = {
  name: 'oidc',
  type: 'JWT',
  identitySource: 'method.request.header.Authorization',
  jwtConfiguration: trusting,
};
const lambda =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations';
const create = (changes: Partial<NewAuthorizer> = {}): RestApi =>
  createAuthorizer(empty, { ...wished, ...changes }, 'a');
const api = create();
const replaced = (path: string, value: string) => ({ op: 'replace', path, value });

const issuer = (changes: object): unknown => ({ ...trusting, issuers: [{ ...trusting.issuers[0], ...changes }] });
const claim = (changes: object): unknown =>
  issuer({ additionalClaims: [{ claimName: 'tenant', format: 'SINGLE_STRING', ...changes }] });

for (const [why, jwtConfiguration, message] of [
  ['nothing', undefined, /^jwtConfiguration is required/],
  ['a list', [], /^Invalid jwtConfiguration: must be an object/],
  ['an unknown member', { ...trusting, x: 1 }, /^Invalid jwtConfiguration: unknown member x$/],
  ['a hostile member', JSON.parse('{"__proto__":{"issuers":[]}}'), /unknown member __proto__$/],
  ['no issuer', { ...trusting, issuers: [] }, /^Invalid jwtConfiguration\.issuers: /],
  [
    'too many issuers',
    { ...trusting, issuers: Array(51).fill(trusting.issuers[0]) },
    /^Invalid jwtConfiguration\.issuers: /,
  ],
  ['an issuer twice', { ...trusting, issuers: [...trusting.issuers, ...trusting.issuers] }, /must be unique/],
  ['no algorithm', { ...trusting, defaultAlgorithms: [] }, /^Invalid jwtConfiguration\.defaultAlgorithms: /],
  [
    'no list of algorithms',
    { ...trusting, defaultAlgorithms: 'RS256' },
    /^Invalid jwtConfiguration\.defaultAlgorithms: /,
  ],
  ['a secret', { ...trusting, defaultAlgorithms: ['HS256'] }, /^Invalid signing algorithm: HS256\. /],
  ['no signature', { ...trusting, defaultAlgorithms: ['none'] }, /^Invalid signing algorithm: none\. /],
  ['an algorithm of HTTP APIs', { ...trusting, defaultAlgorithms: ['PS256'] }, /^Invalid signing algorithm: PS256\. /],
  ...[
    'issuer.example',
    '/t',
    'ftp://issuer.example',
    'https://',
    'https:issuer.example',
    'https://u:p@issuer.example',
  ].map((each): [string, unknown, RegExp] => [`issuer ${each}`, issuer({ issuer: each }), /^Invalid issuer: /]),
  ...['https://issuer.example?a=b', 'https://issuer.example#f', 'https://issuer.example/\n'].map(
    (each): [string, unknown, RegExp] => [`issuer ${each}`, issuer({ issuer: each }), /^Invalid issuer: /],
  ),
  ['an issuer that is none', issuer({ issuer: 1 }), /^Invalid jwtConfiguration\.issuers\[0\]\.issuer: /],
  ['an issuer without end', issuer({ issuer: `https://${'i'.repeat(3000)}` }), /\.issuer: must be a text of 1 to 2048/],
  ['no audience', issuer({ audiences: [] }), /\.issuers\[0\]\.audiences: /],
  ['an empty audience', issuer({ audiences: [''] }), /\.audiences\[0\]: /],
  ['a claim without a name', claim({ claimName: '' }), /\.additionalClaims\[0\]\.claimName: /],
  ['a claim that is checked anyhow', claim({ claimName: 'aud' }), /^Invalid claim name: aud /],
  ['a claim without a format', claim({ format: undefined }), /\.format: the only valid value is SINGLE_STRING$/],
  ['a claim that is required perhaps', claim({ required: 'yes' }), /\.required: must be true or false$/],
  ['an empty value', claim({ expectedValues: [''] }), /\.expectedValues\[0\]: /],
  [
    'a claim twice',
    issuer({ additionalClaims: Array(2).fill({ claimName: 'x', format: 'SINGLE_STRING' }) }),
    /^Claim names must be unique/,
  ],
] as const satisfies readonly (readonly [string, unknown, RegExp])[])
  test(`a JWT authorizer of a REST API does not trust ${JSON.stringify(why)}`, () =>
    assert.throws(() => create({ jwtConfiguration }), { code: 'BadRequestException', message }));

for (const [why, changes, message] of [
  ['no identity source', { identitySource: undefined }, /^Invalid identity source: /],
  ['a query parameter', { identitySource: 'method.request.querystring.token' }, /^Invalid identity source: /],
  ['two headers', { identitySource: 'method.request.header.A,method.request.header.B' }, /^Invalid identity source: /],
  ['a function', { authorizerUri: lambda }, /^authorizerUri is not supported for JWT authorizers$/],
  ['a role', { authorizerCredentials: 'arn:aws:iam::1:role/r' }, /^authorizerCredentials is not supported/],
  ['a pool', { providerARNs: ['arn:aws:cognito-idp:r:1:userpool/p'] }, /^providerARNs is not supported/],
  ['a time to live', { authorizerResultTtlInSeconds: 0 }, /^authorizerResultTtlInSeconds is not supported/],
  ['an expression', { identityValidationExpression: '.*' }, /^identityValidationExpression is not supported/],
  [
    'another type',
    { type: 'TOKEN', authorizerUri: lambda },
    /^jwtConfiguration is not supported for TOKEN authorizers$/,
  ],
] as const satisfies readonly (readonly [string, Partial<NewAuthorizer>, RegExp])[])
  test(`a JWT authorizer of a REST API does not take ${why}`, () =>
    assert.throws(() => create(changes), { code: 'BadRequestException', message }));

test('a JWT authorizer keeps what it was given, and the address of keys that was answered is not taken back', () => {
  const configuration = {
    issuers: [
      {
        issuer: 'http://127.0.0.1:9000/realms/pets',
        audiences: ['a', 'b'],
        additionalClaims: [{ claimName: 'tenant', format: 'SINGLE_STRING', required: true, expectedValues: ['one'] }],
        jwksUri: 'https://evil.example/keys',
      },
    ],
    defaultAlgorithms: ['ES256', 'RS256', 'ES256'],
  };
  const { jwksUri: _gone, ...kept } = configuration.issuers[0]!;
  assert.deepEqual(authorizerOf(create({ jwtConfiguration: configuration }), 'a'), {
    id: 'a',
    name: 'oidc',
    type: 'JWT',
    identitySource: 'method.request.header.Authorization',
    jwtConfiguration: { issuers: [kept], defaultAlgorithms: ['ES256', 'RS256'] },
  });
});

test('a patch replaces the whole configuration of a JWT authorizer, or refuses', () => {
  const other = { issuers: [{ issuer: 'https://other.example', audiences: ['x'] }], defaultAlgorithms: ['ES512'] };
  const after = updateAuthorizer(api, 'a', [replaced('/jwtConfiguration', JSON.stringify(other))]);
  assert.deepEqual(authorizerOf(after, 'a').jwtConfiguration, other);
  for (const value of ['', '{', 'null', '{"issuers":[]}'])
    assert.throws(() => updateAuthorizer(api, 'a', [replaced('/jwtConfiguration', value)]), {
      code: 'BadRequestException',
    });
  assert.throws(() => updateAuthorizer(api, 'a', [{ op: 'remove', path: '/jwtConfiguration' }]), {
    code: 'BadRequestException',
  });
});

test('the type changes both ways, and what the other type has goes with it', () => {
  const token = updateAuthorizer(api, 'a', [replaced('/type', 'TOKEN'), replaced('/authorizerUri', lambda)]);
  assert.equal(authorizerOf(token, 'a').jwtConfiguration, undefined);
  const back = updateAuthorizer(token, 'a', [
    replaced('/jwtConfiguration', JSON.stringify(trusting)),
    replaced('/type', 'JWT'),
  ]);
  assert.deepEqual(authorizerOf(back, 'a'), authorizerOf(api, 'a'));
  assert.throws(() => updateAuthorizer(token, 'a', [replaced('/type', 'JWT')]), /jwtConfiguration is required/);
});

test('methods of authorization type JWT need a JWT authorizer, and the others another one', () => {
  const put = (before: RestApi, authorizationType: string, authorizerId?: string): RestApi =>
    putMethod(before, 'root', { httpMethod: 'GET', authorizationType, authorizerId, authorizationScopes: ['s'] });
  const method = methodOf(put(api, 'JWT', 'a'), 'root', 'GET');
  assert.deepEqual([method.authorizationType, method.authorizerId, method.authorizationScopes], ['JWT', 'a', ['s']]);
  const both = createAuthorizer(api, { name: 'guard', type: 'TOKEN', authorizerUri: lambda }, 'token');
  for (const [type, id] of [
    ['JWT', undefined],
    ['JWT', 'token'],
    ['JWT', '__proto__'],
    ['CUSTOM', 'a'],
    ['COGNITO_USER_POOLS', 'a'],
  ] as const)
    assert.throws(() => put(both, type, id), {
      code: 'BadRequestException',
      message: /^Invalid authorizer ID specified/,
    });
  assert.throws(() => updateMethod(put(both, 'JWT', 'a'), 'root', 'GET', [replaced('/authorizerId', 'token')]), {
    code: 'BadRequestException',
  });
});
