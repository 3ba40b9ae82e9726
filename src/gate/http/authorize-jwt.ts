/**
 * Lets requests through whose token the authorizer's issuer has signed, and says what is wrong with the others in
 * `www-authenticate`, as AWS words it.
 * Source: Amazon API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers"; facts/http-api-auth.md.
 */
import type { JwtVerifier } from '../../access/jwt-verifier.ts';
import { authorizeToken } from '../authorize-token.ts';
import type { Exchange } from '../exchange.ts';
import type { Step } from '../step.ts';
import { accessDenied, unauthorized } from './fault.ts';
import type { Read } from './readers.ts';
import type { HttpState } from './state.ts';

/**
 * @param identity where tokens are found: the first that has a value counts
 * @param scopes of which a token must have one; empty: none is asked for
 */
export function authorizeJwt(verifier: JwtVerifier, identity: readonly Read[], scopes: readonly string[]): Step {
  const scopeText = quotedText(scopes.join(' '));
  const challenge = (x: Exchange, error: string, problem: string): void => {
    const http = stateOf(x);
    http.challenge = `Bearer scope="${scopeText}" error="${error}" error_description="${problem}"`;
    http.authorizerError = `${error}: ${problem}`;
  };
  return authorizeToken(verifier, scopes, {
    credentials: (x) => {
      for (const read of identity) {
        const credentials = read(x);
        if (credentials !== undefined && credentials !== '') return credentials;
      }
      return undefined;
    },
    missing: (x) => {
      stateOf(x).challenge = 'Bearer';
      return unauthorized;
    },
    untrusted: (x, problem) => {
      challenge(x, 'invalid_token', problem);
      return unauthorized;
    },
    trusted: (x, token) => {
      stateOf(x).token = token;
    },
    insufficient: (x) => {
      challenge(x, 'insufficient_scope', 'the token does not have any of the required scopes');
      return accessDenied;
    },
  });
}

/** What a quoted string of a header can hold: text beyond ASCII goes out as UTF-8. Source: RFC 9110, 5.6.4. */
const quotedText = (text: string): string =>
  Buffer.from(text.replaceAll(/["\\]/g, '\\$&').replaceAll(/[^\x20-\x7e\x80-\u{10ffff}]/gu, ''), 'utf8').toString(
    'latin1',
  );

function stateOf({ http }: Exchange): HttpState {
  if (http === null) throw new Error('not a request for an HTTP API');
  return http;
}
