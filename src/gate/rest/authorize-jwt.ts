/**
 * Lets requests through whose token one of the authorizer's issuers has signed. Claims go on with the request: to
 * mappings, templates and logs as JSON text, to functions with their JSON types.
 * Source: Developer Guide, "Control access to REST APIs using JWT authorizers", "Pass JWT claims to your integration".
 */
import { JwtVerifier, type TokenProblem } from '../../access/jwt-verifier.ts';
import type { RestJwtAuthorizerPlan } from '../../plan/authorizer-plan.ts';
import { authorizeToken } from '../authorize-token.ts';
import { Fault } from '../fault.ts';
import type { Step } from '../step.ts';
import type { Tokens } from '../tokens.ts';
import { unauthorized } from './authorize.ts';
import { sourcesOf } from './sources.ts';

const insufficientScope = new Fault('ACCESS_DENIED', { why: 'the token has none of the scopes of the method' });

/** @param scopes of which a token must have one; empty: none is asked for */
export function authorizeJwt(plan: RestJwtAuthorizerPlan, scopes: readonly string[], tokens: Tokens): Step {
  const { issuers, verified, leeway } = tokens;
  const rules = { issuers: plan.issuers, clientIds: false, algorithms: plan.algorithms, leeway };
  return authorizeToken(new JwtVerifier(rules, issuers, verified), scopes, {
    credentials: (x) => {
      const values = sourcesOf(x).requestHeader(plan.header);
      // Sent twice, nobody could say which of the two the backend will look at.
      return values?.length === 1 ? values[0] : undefined;
    },
    missing: () => unauthorized,
    untrusted: (_x, problem) => refusalOf(problem),
    trusted: (x, { claims }) => {
      x.tokenClaims = claims;
      x.authorizer = { claims: claimTexts(claims) };
    },
    insufficient: () => insufficientScope,
  });
}

/** What is wrong with a token is for the operator's log: the client hears that it is not let in. */
function refusalOf(problem: TokenProblem): Fault {
  const known = refusals.get(problem);
  if (known !== undefined) return known;
  const refusal = new Fault('UNAUTHORIZED', { why: problem });
  refusals.set(problem, refusal);
  return refusal;
}

const refusals = new Map<TokenProblem, Fault>();

/** Claims by name, each as JSON text in ASCII: written when somebody reads it, which mostly nobody does. */
function claimTexts(claims: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const texts: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(claims))
    Object.defineProperty(texts, name, { enumerable: true, get: () => jsonText(value) });
  return Object.freeze(texts);
}

const jsonText = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
