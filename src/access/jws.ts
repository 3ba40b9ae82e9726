/**
 * Signed tokens as such (JWS, compact form): takes one apart, strictly, and checks its signature with a key of the
 * issuer. Which keys there are is `issuer-keys.ts`'s affair, what the claims mean `jwt-verifier.ts`'s. A key serves the
 * algorithms of its own type only, and no algorithm here takes a secret, so that a public key can not be passed off as
 * one.
 * Source: RFC 7515, RFC 7518, RFC 8037, RFC 9864; RFC 8725 "JWT Best Current Practices".
 */
import { constants, createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';

/** Longer ones are refused unread. */
export const tokenCharactersMax = 32_768;

type Json = Readonly<Record<string, unknown>>;

export interface UnverifiedToken {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  readonly claims: Json;
  readonly signedText: string;
  readonly signature: Buffer;
}

/** Why a text is no token; the words of `error_description`. */
export type MalformedToken = 'token contains an invalid number of segments' | 'the token is malformed';

const segment = /^[A-Za-z0-9_-]+$/;

export function parseToken(text: string): UnverifiedToken | MalformedToken {
  const first = text.indexOf('.');
  const last = text.lastIndexOf('.');
  if (first === -1 || last === first || text.indexOf('.', first + 1) !== last)
    return 'token contains an invalid number of segments';
  if (text.length > tokenCharactersMax) return 'the token is malformed';
  const parts = [text.slice(0, first), text.slice(first + 1, last), text.slice(last + 1)];
  if (!segment.test(parts[0]!) || !segment.test(parts[1]!) || !/^[A-Za-z0-9_-]*$/.test(parts[2]!))
    return 'the token is malformed';
  const header = objectIn(parts[0]!);
  const claims = objectIn(parts[1]!);
  if (header === undefined || claims === undefined) return 'the token is malformed';
  const { alg, kid, crit } = header;
  // Extensions that the sender calls critical: none is known here.
  if (crit !== undefined || typeof alg !== 'string') return 'the token is malformed';
  return {
    algorithm: alg,
    keyId: typeof kid === 'string' ? kid : undefined,
    claims,
    signedText: text.slice(0, last),
    signature: Buffer.from(parts[2]!, 'base64url'),
  };
}

const objectIn = (encoded: string): Json | undefined => jsonObject(Buffer.from(encoded, 'base64url').toString('utf8'));

/** @returns undefined when the text is no JSON, or no object */
export function jsonObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Algorithm {
  readonly keyType: 'RSA' | 'EC' | 'OKP';
  /** Of elliptic keys. */
  readonly curves: readonly string[];
  /** Null: part of the scheme. */
  readonly hash: string | null;
  readonly options: Readonly<Record<string, unknown>>;
}

const rsa = (hash: string): Algorithm => ({
  keyType: 'RSA',
  curves: [],
  hash,
  options: { padding: constants.RSA_PKCS1_PADDING },
});
const pss = (hash: string): Algorithm => ({
  keyType: 'RSA',
  curves: [],
  hash,
  options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
});
const ecdsa = (hash: string, curve: string): Algorithm => ({
  keyType: 'EC',
  curves: [curve],
  hash,
  options: { dsaEncoding: 'ieee-p1363' },
});
const eddsa = (...curves: string[]): Algorithm => ({ keyType: 'OKP', curves, hash: null, options: {} });

const algorithms: ReadonlyMap<string, Algorithm> = new Map([
  ['RS256', rsa('sha256')],
  ['RS384', rsa('sha384')],
  ['RS512', rsa('sha512')],
  ['PS256', pss('sha256')],
  ['PS384', pss('sha384')],
  ['PS512', pss('sha512')],
  ['ES256', ecdsa('sha256', 'P-256')],
  ['ES384', ecdsa('sha384', 'P-384')],
  ['ES512', ecdsa('sha512', 'P-521')],
  ['EdDSA', eddsa('Ed25519', 'Ed448')],
  ['Ed25519', eddsa('Ed25519')],
  ['Ed448', eddsa('Ed448')],
]);

/** All that tokens may be signed with. */
export const signingAlgorithms: ReadonlySet<string> = new Set(algorithms.keys());

/** RFC 7518, 3.3; the upper bounds keep one signature from costing as much as thousands. */
const modulusBits = { min: 2_048, max: 8_192 };
const exponentMax = 2n ** 33n;

/** A key that an issuer has published. It is read when a token first names it. */
export class SigningKey {
  readonly keyId: string;
  /** What it is known again by in a later key set. */
  readonly text: string;
  /** False once the issuer has withdrawn it: what it signed is trusted no longer. */
  trusted = true;
  readonly #jwk: Json;
  #key: KeyObject | null | undefined = undefined;

  constructor(keyId: string, jwk: Json) {
    this.keyId = keyId;
    this.text = identifying.map((name) => (typeof jwk[name] === 'string' ? jwk[name] : '')).join(' ');
    this.#jwk = jwk;
  }

  /** Whether the key can have made a signature by this algorithm. */
  serves(algorithm: string): boolean {
    const wanted = algorithms.get(algorithm);
    const { kty, crv, alg, use, key_ops: operations } = this.#jwk;
    return (
      wanted !== undefined &&
      kty === wanted.keyType &&
      (wanted.curves.length === 0 || (typeof crv === 'string' && wanted.curves.includes(crv))) &&
      (alg === undefined || alg === algorithm || (alg === 'EdDSA' && wanted.keyType === 'OKP')) &&
      (use === undefined || use === 'sig') &&
      (!Array.isArray(operations) || operations.includes('verify'))
    );
  }

  /** @returns false for every signature that this key did not make, and for a key that can not be used */
  verifies(token: UnverifiedToken): boolean {
    const algorithm = algorithms.get(token.algorithm);
    if (algorithm === undefined || !this.serves(token.algorithm)) return false;
    this.#key ??= importedKey(this.#jwk);
    if (this.#key === null) return false;
    try {
      const options = { key: this.#key, ...algorithm.options };
      return verify(algorithm.hash, Buffer.from(token.signedText, 'latin1'), options, token.signature);
    } catch {
      return false; // a signature of a form that the library refuses to look at
    }
  }
}

/** Members that make a key another key when they change. */
const identifying = ['kty', 'n', 'e', 'crv', 'x', 'y', 'alg', 'use'] as const;
const publicMembers = ['kty', 'n', 'e', 'crv', 'x', 'y'] as const;

function importedKey(jwk: Json): KeyObject | null {
  try {
    // Only the public members: a private key that was published by mistake is not taken in.
    const members: JsonWebKey = {};
    for (const name of publicMembers) if (typeof jwk[name] === 'string') members[name] = jwk[name];
    const key = createPublicKey({ key: members, format: 'jwk' });
    const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
    if (modulusLength !== undefined && (modulusLength < modulusBits.min || modulusLength > modulusBits.max))
      return null;
    if (publicExponent !== undefined && publicExponent > exponentMax) return null;
    return key;
  } catch {
    return null;
  }
}

/**
 * The signing keys of a JSON Web Key Set, by key id; keys without one can not be named by a token.
 * @returns undefined when the text is no key set
 */
export function keysIn(text: string): ReadonlyMap<string, readonly SigningKey[]> | undefined {
  const published = jsonObject(text)?.keys;
  if (!Array.isArray(published)) return undefined;
  const keys = new Map<string, SigningKey[]>();
  for (const jwk of published) {
    if (!isObject(jwk) || typeof jwk.kid !== 'string' || jwk.kty === 'oct') continue;
    const key = new SigningKey(jwk.kid, jwk);
    const others = keys.get(jwk.kid);
    if (others === undefined) keys.set(jwk.kid, [key]);
    else others.push(key);
  }
  return keys;
}
