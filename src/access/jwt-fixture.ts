/** Tokens and issuers for tests: keys of every type made once, tokens signed by hand so that bad ones can be made too. */
import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export interface TestKey {
  readonly keyId: string;
  readonly algorithm: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  /** As it is published. */
  readonly jwk: Readonly<Record<string, unknown>>;
}

const pairs = {
  RSA: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'P-521': () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  Ed25519: () => generateKeyPairSync('ed25519'),
  Ed448: () => generateKeyPairSync('ed448'),
} as const;

export const pairOf: Readonly<Record<string, keyof typeof pairs>> = {
  RS256: 'RSA',
  RS384: 'RSA',
  RS512: 'RSA',
  PS256: 'RSA',
  PS384: 'RSA',
  PS512: 'RSA',
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  EdDSA: 'Ed25519',
  Ed25519: 'Ed25519',
  Ed448: 'Ed448',
};

export function newKey(algorithm: string, keyId: string, members: Readonly<Record<string, unknown>> = {}): TestKey {
  const pair = pairOf[algorithm];
  if (pair === undefined) throw new Error(`no key for ${algorithm}`);
  const { publicKey, privateKey } = pairs[pair]();
  return {
    keyId,
    algorithm,
    publicKey,
    privateKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid: keyId, ...members },
  };
}

export const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token whose header may say something else than the truth. */
export function signedToken(
  key: TestKey,
  claims: unknown,
  header: Readonly<Record<string, unknown>> = {},
  algorithm = key.algorithm,
): string {
  const text = `${encoded({ alg: algorithm, typ: 'JWT', kid: key.keyId, ...header })}.${encoded(claims)}`;
  return `${text}.${signatureOf(key.privateKey, algorithm, Buffer.from(text)).toString('base64url')}`;
}

function signatureOf(key: KeyObject, algorithm: string, text: Buffer): Buffer {
  const hash = `sha${algorithm.slice(2)}`;
  switch (algorithm.slice(0, 2)) {
    case 'RS':
      return sign(hash, text, key);
    case 'PS':
      return sign(hash, text, {
        key,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      });
    case 'ES':
      return sign(hash, text, { key, dsaEncoding: 'ieee-p1363' });
    default:
      return sign(null, text, key);
  }
}

/** What a library that mixes up algorithms would take: signed with the public key as if it were a secret. */
export function confusedToken(key: TestKey, claims: unknown): string {
  const text = `${encoded({ alg: 'HS256', typ: 'JWT', kid: key.keyId })}.${encoded(claims)}`;
  const secret = key.publicKey.export({ format: 'pem', type: 'spki' });
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}
