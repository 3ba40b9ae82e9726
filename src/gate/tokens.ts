/** What the authorizers of a gate that check tokens share: the keys of issuers, and what has been verified already. */
import { fetchDocument } from '../access/fetch-document.ts';
import { type FetchDocument, Issuers, type KeyTimes } from '../access/issuer-keys.ts';
import { defaultLeeway, newVerifiedTokens, type TokenLeeway, type VerifiedTokens } from '../access/jwt-verifier.ts';

export interface TokenOptions {
  readonly fetchDocument?: FetchDocument;
  readonly keyTimes?: Partial<KeyTimes>;
  readonly tokenLeeway?: Partial<TokenLeeway>;
}

export interface Tokens {
  readonly issuers: Issuers;
  readonly verified: VerifiedTokens;
  readonly leeway: TokenLeeway;
}

export const newTokens = (options: TokenOptions): Tokens => ({
  issuers: new Issuers(options.fetchDocument ?? fetchDocument, options.keyTimes),
  verified: newVerifiedTokens(),
  leeway: { ...defaultLeeway, ...options.tokenLeeway },
});
