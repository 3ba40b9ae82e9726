/**
 * A compiled Lambda authorizer of a REST API: whom to ask, about what, and for how long the answer holds.
 * Source: API reference, CreateAuthorizer; Developer Guide, "Use API Gateway Lambda authorizers".
 */
import { type IdentitySource, readIdentitySources } from '../access/authorizers/identity.ts';
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
