/**
 * What a function that authorizes requests has returned: yes or no for everybody with the same identity, or a policy
 * that is asked about each request.
 * Source: Amazon API Gateway Developer Guide, "Control access to HTTP APIs with AWS Lambda authorizers";
 * facts/http-api-auth.md.
 */
import { anonymous, decide, Policy, PolicySyntaxError, RequestContext } from '../../access/policy/index.ts';
import type { AuthorizerContext } from './state.ts';

/** An answer that holds until it expires. */
export interface AuthorizerVerdict {
  /** For everybody, or as the policy says. */
  readonly decision: boolean | Policy;
  readonly context: AuthorizerContext;
}

/** What was returned is neither; the message says why. */
export interface MalformedVerdict {
  readonly problem: string;
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param simple whether `isAuthorized` is expected in place of a policy */
export function authorizerVerdict(payload: Uint8Array, simple: boolean): AuthorizerVerdict | MalformedVerdict {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8'));
  } catch {
    return { problem: 'the authorizer returned no JSON' };
  }
  if (!isObject(value)) return { problem: 'the authorizer returned no object' };
  const { context } = value;
  if (context !== undefined && context !== null && !isObject(context)) return { problem: 'context is no object' };
  const values = isObject(context) ? context : {};
  return simple ? simpleVerdict(value, values) : policyVerdict(value, values);
}

function simpleVerdict({ isAuthorized }: Json, values: Json): AuthorizerVerdict | MalformedVerdict {
  if (typeof isAuthorized !== 'boolean') return { problem: 'isAuthorized is neither true nor false' };
  return { decision: isAuthorized, context: { principalId: undefined, values } };
}

function policyVerdict({ principalId, policyDocument }: Json, values: Json): AuthorizerVerdict | MalformedVerdict {
  if (principalId !== undefined && typeof principalId !== 'string' && typeof principalId !== 'number')
    return { problem: 'principalId is no text' };
  if (!isObject(policyDocument)) return { problem: 'policyDocument is no object' };
  try {
    return {
      decision: new Policy(policyDocument, 'any'),
      context: { principalId: principalId === undefined ? undefined : String(principalId), values },
    };
  } catch (error) {
    if (error instanceof PolicySyntaxError) return { problem: `policyDocument: ${error.message}` };
    throw error;
  }
}

/**
 * @param arn of the request: `arn:aws:execute-api:…/GET/pets/1`
 * @param contextOf what conditions may ask about; called where the policy has some
 */
export function allows({ decision }: AuthorizerVerdict, arn: string, contextOf: () => RequestContext): boolean {
  if (typeof decision === 'boolean') return decision;
  const request = {
    action: 'execute-api:Invoke',
    resource: arn,
    context: decision.readsContext ? contextOf() : RequestContext.empty,
  };
  return decide(anonymous, { identity: [decision] }, request, 'authorizer').result === 'allow';
}
