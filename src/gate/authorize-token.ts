/**
 * The part of JWT authorizers that REST and HTTP APIs have in common: a request goes on when its token is one that the
 * verifier trusts, and has one of the scopes that are asked for. How the others are refused is the API's affair.
 */
import { type JwtVerifier, type TokenProblem, VerifiedToken } from '../access/jwt-verifier.ts';
import type { Exchange } from './exchange.ts';
import type { Fault } from './fault.ts';
import type { Outcome, Step } from './step.ts';

export interface TokenAnswers {
  /** Where the client has put its token. */
  readonly credentials: (x: Exchange) => string | undefined;
  readonly missing: (x: Exchange) => Fault;
  readonly untrusted: (x: Exchange, problem: TokenProblem) => Fault;
  /** Before scopes are looked at. */
  readonly trusted: (x: Exchange, token: VerifiedToken) => void;
  readonly insufficient: (x: Exchange) => Fault;
}

/** @param scopes of which a token must have one; empty: none is asked for */
export function authorizeToken(verifier: JwtVerifier, scopes: readonly string[], answers: TokenAnswers): Step {
  const judged = (x: Exchange, verdict: VerifiedToken | TokenProblem): Outcome => {
    if (!(verdict instanceof VerifiedToken)) return answers.untrusted(x, verdict);
    answers.trusted(x, verdict);
    if (scopes.length === 0 || scopes.some((scope) => verdict.scopes.includes(scope))) return undefined;
    return answers.insufficient(x);
  };
  return (x) => {
    const credentials = answers.credentials(x);
    if (credentials === undefined || credentials === '') return answers.missing(x);
    const verdict = verifier.verify(credentials, x.receivedAtMs);
    if (verdict instanceof Promise) return verdict.then((later) => judged(x, later));
    return judged(x, verdict);
  };
}
