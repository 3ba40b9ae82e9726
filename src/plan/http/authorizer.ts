/**
 * Authorizers of HTTP APIs, compiled: where they find who calls, and what they ask.
 * Source: Amazon API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers", "… with AWS Lambda
 * authorizers"; facts/http-api-auth.md.
 */
import type { ApiAuthorizer } from '../../definition/api.ts';
import type { Strings } from '../../definition/rest-api.ts';
import { type HttpExpression, parseHttpExpression } from '../../mapping/http-parameters.ts';
import { withStageVariables } from '../../mapping/uri.ts';
import type { Problems } from '../plan-error.ts';
import { functionArnOf } from './integration.ts';

export interface JwtAuthorizerPlan {
  readonly kind: 'jwt';
  readonly authorizerId: string;
  /** The first that has a value holds the token. */
  readonly identity: readonly HttpExpression[];
  readonly issuer: string;
  readonly audiences: readonly string[];
}

export interface FunctionAuthorizerPlan {
  readonly kind: 'function';
  readonly authorizerId: string;
  /** All must have a value. */
  readonly identity: readonly HttpExpression[];
  readonly functionArn: string;
  readonly credentials: string;
  readonly payloadVersion: '1.0' | '2.0';
  /** Whether the function answers `isAuthorized` instead of a policy. */
  readonly simple: boolean;
  /** How long its answer holds; 0: for one request. */
  readonly ttlMs: number;
}

/** One that can not be asked: its routes answer 500, and the log says why. */
export interface UnservedAuthorizerPlan {
  readonly kind: 'unserved';
  readonly authorizerId: string;
  readonly reason: string;
}

export type HttpAuthorizerPlan = JwtAuthorizerPlan | FunctionAuthorizerPlan | UnservedAuthorizerPlan;

const defaultTtlSeconds = 300;

export function compileHttpAuthorizer(
  authorizer: ApiAuthorizer,
  variables: Strings,
  problems: Problems,
): HttpAuthorizerPlan {
  const { authorizerId, authorizerType, name } = authorizer;
  const place = `authorizer ${name}`;
  const identity = authorizer.identitySource
    .flatMap((source) => source.split(','))
    .map((source) => source.trim())
    .filter((source) => source !== '')
    .flatMap((source) => problems.attempt(place, 'identitySource', () => parseIdentity(source, variables)) ?? []);
  const unserved = (reason: string): UnservedAuthorizerPlan => ({ kind: 'unserved', authorizerId, reason });
  if (authorizerType === 'JWT') {
    const { issuer, audience = [] } = authorizer.jwtConfiguration ?? {};
    if (issuer === undefined || !/^https?:\/\/[^/]/i.test(issuer))
      return unserved(`the issuer ${JSON.stringify(issuer ?? '')} is no web address`);
    return Object.freeze({ kind: 'jwt', authorizerId, identity, issuer, audiences: [...audience] });
  }
  const functionArn = functionArnOf(withStageVariables(authorizer.authorizerUri ?? '', variables));
  if (functionArn === undefined) return unserved(`${JSON.stringify(authorizer.authorizerUri ?? '')} names no function`);
  const ttlSeconds = authorizer.authorizerResultTtlInSeconds ?? (identity.length === 0 ? 0 : defaultTtlSeconds);
  return Object.freeze({
    kind: 'function',
    authorizerId,
    identity,
    functionArn,
    credentials: withStageVariables(authorizer.authorizerCredentialsArn ?? '', variables),
    payloadVersion: authorizer.authorizerPayloadFormatVersion === '1.0' ? '1.0' : '2.0',
    simple: authorizer.enableSimpleResponses ?? false,
    ttlMs: identity.length === 0 ? 0 : ttlSeconds * 1000,
  });
}

function parseIdentity(source: string, variables: Strings): HttpExpression {
  if (!/^\$(request\.(header|querystring)|context|stageVariables)\./.test(source))
    throw new Error(`${JSON.stringify(source)} is no identity source`);
  return parseHttpExpression(source, 'request', variables);
}
