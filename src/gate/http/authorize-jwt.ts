/**
 * Lets requests through whose token the authorizer's issuer has signed, and says what is wrong with the others in
 * `www-authenticate`, as AWS words it.
 * Source: Amazon API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers"; facts/http-api-auth.md.
 */
import { type JwtVerifier, type TokenProblem, VerifiedToken } from '../../access/jwt-verifier.ts';
import type { Exchange } from '../exchange.ts';
import type { Outcome, Step } from '../step.ts';
import { accessDenied, unauthorized } from './fault.ts';
import type { Read } from './readers.ts';

/**
 * @param identity where tokens are found: the first that has a value counts
 * @param scopes of which a token must have one; empty: none is asked for
 */
export function authorizeJwt(verifier: JwtVerifier, identity: readonly Read[], scopes: readonly string[]): Step {
  const scopeText = scopes.join(' ');
  const judged = (x: Exchange, verdict: VerifiedToken | TokenProblem): Outcome => {
    const { http } = x;
    if (http === null) throw new Error('not a request for an HTTP API');
    if (!(verdict instanceof VerifiedToken)) {
      http.challenge = `Bearer scope="${scopeText}" error="invalid_token" error_description="${verdict}"`;
      http.authorizerError = `invalid_token: ${verdict}`;
      return unauthorized;
    }
    http.token = verdict;
    if (scopes.length === 0 || scopes.some((scope) => verdict.scopes.includes(scope))) return undefined;
    const problem = 'the token does not have any of the required scopes';
    http.challenge = `Bearer scope="${scopeText}" error="insufficient_scope" error_description="${problem}"`;
    http.authorizerError = `insufficient_scope: ${problem}`;
    return accessDenied;
  };
  return (x) => {
    let credentials: string | undefined;
    for (const read of identity) {
      credentials = read(x);
      if (credentials !== undefined && credentials !== '') break;
    }
    if (credentials === undefined || credentials === '') {
      if (x.http !== null) x.http.challenge = 'Bearer';
      return unauthorized;
    }
    const verdict = verifier.verify(credentials, x.receivedAtMs);
    if (verdict instanceof Promise) return verdict.then((later) => judged(x, later));
    return judged(x, verdict);
  };
}
