/**
 * JSON Web Tokens of issuers that an authorizer trusts: signature, issuer, audience and times. What has been verified
 * is remembered until it expires, so that a token costs its signature once; its times, its audience and whether its key
 * is still trusted are looked at every time. Scopes are the route's affair.
 * Source: Amazon API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers", "Control access to
 * REST APIs using JWT authorizers"; facts/http-api-auth.md for the words of refusals.
 */

import { BoundedMemory } from '../state/bounded-memory.ts';
import type { IssuerKeys, Issuers, KeyFailure } from './issuer-keys.ts';
import { type MalformedToken, parseToken, type SigningKey, type UnverifiedToken } from './jws.ts';

export interface TrustedIssuer {
  /** Equal to the token's `iss`, letter by letter. */
  readonly issuer: string;
  /** The token's `aud` has one of them. */
  readonly audiences: readonly string[];
  /** Further claims that must be texts, with one of the values where some are given. */
  readonly claims?: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly values: readonly string[];
  }[];
}

export interface TokenRules {
  readonly issuers: readonly TrustedIssuer[];
  /** Whether `client_id` is compared where there is no `aud`. */
  readonly clientIds: boolean;
  readonly algorithms: ReadonlySet<string>;
  readonly leeway: TokenLeeway;
}

/** How far the clocks of issuers may differ from ours, in milliseconds. */
export interface TokenLeeway {
  /** For `nbf` and `iat`: a token may be a little ahead of its time. */
  readonly earlyMs: number;
  /** For `exp`. */
  readonly lateMs: number;
}

export const defaultLeeway: TokenLeeway = { earlyMs: 5_000, lateMs: 0 };

export class VerifiedToken {
  readonly claims: Readonly<Record<string, unknown>>;
  /** Of `scp` or `scope`. */
  readonly scopes: readonly string[];
  readonly issuerKeys: IssuerKeys;
  readonly key: SigningKey;
  readonly algorithm: string;
  readonly expiresAtMs: number;
  /** The later of `nbf` and `iat`. */
  readonly beginsAtMs: number;
  /** Who it is for: of `aud`, or of `client_id` alone. */
  readonly audiences: readonly string[];
  readonly clientId: string | null;

  constructor(token: UnverifiedToken, key: SigningKey, issuerKeys: IssuerKeys, times: Times) {
    const { aud, client_id: clientId, scp, scope } = token.claims;
    this.claims = token.claims;
    this.scopes = scopesIn(scp ?? scope);
    this.issuerKeys = issuerKeys;
    this.key = key;
    this.algorithm = token.algorithm;
    this.expiresAtMs = times.expiresAtMs;
    this.beginsAtMs = times.beginsAtMs;
    this.audiences = typeof aud === 'string' ? [aud] : Array.isArray(aud) ? aud.filter(isText) : [];
    this.clientId = aud === undefined && typeof clientId === 'string' ? clientId : null;
    Object.freeze(this);
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';

function scopesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter((scope) => scope !== '');
  return Array.isArray(value) ? value.filter(isText) : [];
}

/** The words of `error_description`. */
export type TokenProblem =
  | MalformedToken
  | KeyFailure
  | 'the signing method of the token is not accepted'
  | 'signature is invalid'
  | 'the issuer in the token is not one that is trusted'
  | 'the token does not have a valid audience'
  | 'the token has no expiration time'
  | 'the token has expired'
  | 'the token is not valid yet'
  | 'the token does not have a required claim';

type Verdict = VerifiedToken | TokenProblem;

interface Remembered {
  /** All that was sent: two tokens may end alike. */
  readonly credentials: string;
  readonly token: VerifiedToken;
}

/** Of all authorizers of a gate, by the end of what was sent. */
export type VerifiedTokens = BoundedMemory<Remembered>;
export const newVerifiedTokens = (): VerifiedTokens => new BoundedMemory();

/**
 * The end of a signature tells tokens apart as well as the whole does, and a whole token would be hashed character by
 * character for every request.
 */
const memoryKeyOf = (credentials: string): string => credentials.slice(-48);

export class JwtVerifier {
  readonly #rules: TokenRules;
  readonly #issuers = new Map<string, { readonly trusted: TrustedIssuer; readonly keys: IssuerKeys }>();
  readonly #memory: VerifiedTokens;

  constructor(rules: TokenRules, issuers: Issuers, memory: VerifiedTokens) {
    this.#rules = rules;
    for (const trusted of rules.issuers)
      this.#issuers.set(trusted.issuer, { trusted, keys: issuers.keysOf(trusted.issuer) });
    this.#memory = memory;
  }

  /**
   * @param credentials a token, bare or behind `Bearer `, as it was sent
   * @returns what it says, or why it is not trusted; a promise only when keys have to be fetched
   */
  verify(credentials: string, nowMs: number): Verdict | Promise<Verdict> {
    const remembered = this.#memory.get(memoryKeyOf(credentials));
    if (remembered !== undefined && remembered.credentials === credentials) {
      const { token } = remembered;
      if (token.key.trusted && token.issuerKeys.usable(nowMs) && this.#rules.algorithms.has(token.algorithm)) {
        const trusted = this.#issuers.get(token.issuerKeys.issuer)?.trusted;
        // Somebody else's authorizer may have verified it, so whether it is trusted here is asked anew.
        return trusted === undefined
          ? 'the issuer in the token is not one that is trusted'
          : this.#accepted(token, trusted, nowMs);
      }
      this.#memory.delete(memoryKeyOf(credentials));
    }
    return this.#verifyAnew(credentials, nowMs);
  }

  #verifyAnew(credentials: string, nowMs: number): Verdict | Promise<Verdict> {
    const token = parseToken(bearerToken(credentials));
    if (typeof token === 'string') return token;
    if (!this.#rules.algorithms.has(token.algorithm)) return 'the signing method of the token is not accepted';
    const issuer = typeof token.claims.iss === 'string' ? this.#issuers.get(token.claims.iss) : undefined;
    if (issuer === undefined) return 'the issuer in the token is not one that is trusted';
    if (token.keyId === undefined) return 'unable to find a signing key that matches the key id of the token';
    const found = issuer.keys.find(token.keyId, nowMs);
    if (found instanceof Promise)
      return found.then((keys) => this.#verifyBy(keys, token, credentials, issuer.keys, issuer.trusted, nowMs));
    return this.#verifyBy(found, token, credentials, issuer.keys, issuer.trusted, nowMs);
  }

  #verifyBy(
    keys: readonly SigningKey[] | KeyFailure,
    token: UnverifiedToken,
    credentials: string,
    issuerKeys: IssuerKeys,
    trusted: TrustedIssuer,
    nowMs: number,
  ): Verdict {
    if (typeof keys === 'string') return keys;
    const key = keys.find((each) => each.verifies(token));
    if (key === undefined) return 'signature is invalid';
    const times = timesOf(token);
    if (times === undefined) return 'the token has no expiration time';
    const verified = new VerifiedToken(token, key, issuerKeys, times);
    const verdict = this.#accepted(verified, trusted, nowMs);
    if (verdict === verified)
      this.#memory.set(memoryKeyOf(credentials), { credentials, token: verified }, credentials.length);
    return verdict;
  }

  /** What is asked of a token every time. */
  #accepted(token: VerifiedToken, trusted: TrustedIssuer, nowMs: number): Verdict {
    const { clientIds, leeway } = this.#rules;
    if (!isFor(token, trusted.audiences, clientIds)) return 'the token does not have a valid audience';
    if (nowMs >= token.expiresAtMs + leeway.lateMs) return 'the token has expired';
    if (nowMs < token.beginsAtMs - leeway.earlyMs) return 'the token is not valid yet';
    if (trusted.claims !== undefined)
      for (const { name, required, values } of trusted.claims) {
        const value = Object.hasOwn(token.claims, name) ? token.claims[name] : undefined;
        if (value === undefined ? required : !isText(value) || (values.length > 0 && !values.includes(value)))
          return 'the token does not have a required claim';
      }
    return token;
  }
}

function isFor(token: VerifiedToken, audiences: readonly string[], clientIds: boolean): boolean {
  for (const audience of token.audiences) if (audiences.includes(audience)) return true;
  return clientIds && token.clientId !== null && audiences.includes(token.clientId);
}

/** Whatever other scheme is in front stays, and is no token. */
function bearerToken(credentials: string): string {
  return /^bearer /i.test(credentials) ? credentials.slice(7).trim() : credentials.trim();
}

interface Times {
  readonly expiresAtMs: number;
  readonly beginsAtMs: number;
}

/** @returns undefined when the token never ends; times that are no numbers never come, or are over already */
function timesOf({ claims: { exp, nbf, iat } }: UnverifiedToken): Times | undefined {
  if (exp === undefined) return undefined;
  return {
    expiresAtMs: typeof exp === 'number' ? exp * 1000 : Number.NEGATIVE_INFINITY,
    beginsAtMs: Math.max(beginning(nbf), beginning(iat)),
  };
}

function beginning(seconds: unknown): number {
  if (seconds === undefined) return Number.NEGATIVE_INFINITY;
  return typeof seconds === 'number' ? seconds * 1000 : Number.POSITIVE_INFINITY;
}
