/**
 * Compiled authorizers of a REST API. Of a Lambda authorizer: whom to ask, about what, and for how long the answer
 * holds. Of a JWT authorizer: where the token is, and what it must be.
 * Source: API reference, CreateAuthorizer; Developer Guide, "Use API Gateway Lambda authorizers" and "Control access to
 * REST APIs using JWT authorizers".
 */
import { type IdentitySource, readIdentitySources } from '../access/authorizers/identity.ts';
import type { TrustedIssuer } from '../access/jwt-verifier.ts';
import type { Authorizer, Strings } from '../definition/rest-api.ts';
import { functionOf, readAwsUri } from '../integrations/aws-uri.ts';
import { compilePattern, type JavaPattern } from '../mapping/regex/index.ts';
import { withStageVariables } from '../mapping/uri.ts';
import type { Problems } from './plan-error.ts';

const ttlDefaultSeconds = 300;

export class LambdaAuthorizerPlan {
  readonly id: string;
  readonly name: string;
  readonly type: 'TOKEN' | 'REQUEST';
  /** With stage variables filled in. */
  readonly uri: string;
  /** Null: the URI names no function, which shows when it is called. */
  readonly functionArn: string | null;
  /** Role to call the function as; empty: the function's own policy lets API Gateway call it. */
  readonly credentials: string;
  readonly sources: readonly IdentitySource[];
  /** What a token must look like before anybody is asked; null: like anything. */
  readonly validation: JavaPattern | null;
  /** 0: every request is asked about. */
  readonly ttlMs: number;
  /** All of it as text: results of an authorizer that has changed do not hold any more. */
  readonly meaning: string;

  /** @param accountId whose function a bare name means */
  constructor(authorizer: Authorizer, accountId: string, variables: Strings, problems: Problems) {
    const place = `authorizer ${authorizer.name}`;
    const { id, name, identitySource = '', identityValidationExpression: expression } = authorizer;
    const type = authorizer.type === 'TOKEN' ? 'TOKEN' : 'REQUEST';
    this.id = id;
    this.name = name;
    this.type = type;
    this.uri = withStageVariables(authorizer.authorizerUri ?? '', variables);
    const uri = readAwsUri(this.uri);
    this.functionArn = (uri && functionOf(uri, accountId)?.functionArn) ?? null;
    this.credentials = withStageVariables(authorizer.authorizerCredentials ?? '', variables);
    this.sources =
      problems.attempt(place, 'identitySource', () => readIdentitySources(identitySource.split(','))) ?? [];
    this.validation =
      type === 'REQUEST' || expression === undefined
        ? null
        : problems.attempt(place, 'identityValidationExpression', () => compilePattern(expression));
    const ttlSeconds = authorizer.authorizerResultTtlInSeconds ?? ttlDefaultSeconds;
    // Without an identity there is nothing to remember a result by.
    this.ttlMs = this.sources.length === 0 ? 0 : ttlSeconds * 1000;
    this.meaning = JSON.stringify([type, this.uri, this.credentials, identitySource, expression ?? null]);
    Object.freeze(this);
  }
}

export class RestJwtAuthorizerPlan {
  readonly id: string;
  readonly name: string;
  /** Name of the header that holds the token, in lower case. */
  readonly header: string;
  readonly issuers: readonly TrustedIssuer[];
  readonly algorithms: ReadonlySet<string>;

  /** Whatever is missing leaves a plan that trusts nobody, and says so to its owner. */
  constructor(authorizer: Authorizer, problems: Problems) {
    const { id, name, identitySource = '', jwtConfiguration } = authorizer;
    const [, header] = /^method\.request\.header\.([^\s,]+)$/.exec(identitySource) ?? [];
    problems.attempt(`authorizer ${name}`, 'identitySource', () => {
      if (header === undefined) throw new Error(`${JSON.stringify(identitySource)} is no request header`);
    });
    problems.attempt(`authorizer ${name}`, 'jwtConfiguration', () => {
      if (jwtConfiguration === undefined) throw new Error('a JWT authorizer needs one');
    });
    this.id = id;
    this.name = name;
    this.header = header?.toLowerCase() ?? '';
    this.issuers = (jwtConfiguration?.issuers ?? []).map(({ issuer, audiences, additionalClaims = [] }) => ({
      issuer,
      audiences,
      claims: additionalClaims.map(({ claimName, required = false, expectedValues = [] }) => ({
        name: claimName,
        required,
        values: expectedValues,
      })),
    }));
    this.algorithms = new Set(jwtConfiguration?.defaultAlgorithms);
    Object.freeze(this);
  }
}

export type AuthorizerPlan = LambdaAuthorizerPlan | RestJwtAuthorizerPlan;

/** @returns null for a type that is not served */
export function compileAuthorizer(
  authorizer: Authorizer,
  accountId: string,
  variables: Strings,
  problems: Problems,
): AuthorizerPlan | null {
  switch (authorizer.type) {
    case 'TOKEN':
    case 'REQUEST':
      return new LambdaAuthorizerPlan(authorizer, accountId, variables, problems);
    case 'JWT':
      return new RestJwtAuthorizerPlan(authorizer, problems);
    case 'COGNITO_USER_POOLS':
      return null;
    default: {
      const never: never = authorizer.type;
      throw new Error(`unexpected authorizer type ${String(never)}`);
    }
  }
}
