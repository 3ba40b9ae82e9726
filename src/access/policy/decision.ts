/**
 * May somebody do something? Puts together what the policies of the caller, of its boundary and session, and of the
 * resource say. A deny anywhere wins. Within an account either side may allow; between accounts both must.
 * Source: IAM User Guide, "Policy evaluation logic"; API Gateway Developer Guide, "How API Gateway resource policies
 * affect authorization workflow" (tables A and B).
 */
import { type AccessRequest, judgeAll, type Policy, type Verdict } from './document.ts';
import { naming, type Principal } from './principal.ts';

/**
 * `iam`: a signed request. `none`: nobody has been authenticated, only the resource's policy counts. `authorizer`: a
 * Lambda authorizer's answer stands for the caller's policies. `cognito`: the token has been accepted; a resource
 * policy, where there is one, must allow. `trust`: a role's trust policy must allow.
 */
export type DecisionMode = 'iam' | 'none' | 'authorizer' | 'cognito' | 'trust';

export interface ApplicablePolicies {
  /** Of the user and its groups, or of the role; what a Lambda authorizer returned. */
  readonly identity: readonly Policy[];
  readonly boundary?: Policy | undefined;
  /** Undefined: none were passed, which is not the same as an empty list. */
  readonly session?: readonly Policy[] | undefined;
  /** Of the resource, or a role's trust policy. */
  readonly resource?: Policy | undefined;
}

/** Which policies decided: those that denied, or those that ought to have allowed. */
export type DecidedBy = 'identity' | 'resource' | 'session' | 'boundary';

export type Decision =
  | { readonly result: 'allow' }
  | { readonly result: 'explicitDeny' | 'implicitDeny'; readonly by: DecidedBy };

const allow: Decision = Object.freeze({ result: 'allow' });
const explicitDeny = (by: DecidedBy): Decision => ({ result: 'explicitDeny', by });
const implicitDeny = (by: DecidedBy): Decision => ({ result: 'implicitDeny', by });

const silent: Verdict = Object.freeze({ denied: false, allowed: naming.none });

/**
 * @param resourceAccount owner of the resource; the caller's account unless given
 */
export function decide(
  principal: Principal,
  policies: ApplicablePolicies,
  request: AccessRequest,
  mode: DecisionMode = 'iam',
  resourceAccount: string = principal.account,
): Decision {
  const identity = mode === 'none' || mode === 'cognito' ? silent : judgeAll(policies.identity, request, null);
  if (identity.denied) return explicitDeny('identity');
  const boundary = policies.boundary?.judge(request, null);
  if (boundary?.denied) return explicitDeny('boundary');
  const session = policies.session && judgeAll(policies.session, request, null);
  if (session?.denied) return explicitDeny('session');
  const resource = policies.resource?.judge(request, principal) ?? silent;
  if (resource.denied) return explicitDeny('resource');

  switch (mode) {
    case 'none':
      // An API without a policy is open.
      return policies.resource === undefined || allows(resource) ? allow : implicitDeny('resource');
    case 'cognito':
      return policies.resource === undefined || allows(resource) ? allow : implicitDeny('resource');
    case 'authorizer':
      return allows(identity) || allows(resource) ? allow : implicitDeny('identity');
    case 'iam':
    case 'trust':
      break;
    default: {
      const never: never = mode;
      throw new Error(`unexpected mode ${String(never)}`);
    }
  }

  // Boundary and session policies grant nothing; where there are any, they must allow as well.
  const limitedBy: DecidedBy | null =
    boundary !== undefined && !allows(boundary)
      ? 'boundary'
      : session !== undefined && !allows(session)
        ? 'session'
        : null;
  const ofCaller = allows(identity) || (principal.type === 'root' && mode === 'iam');
  const sameAccount = principal.account === resourceAccount;
  const stranger = principal.type === 'service' || principal.type === 'web-identity' || principal.type === 'anonymous';
  if (stranger) return resource.allowed === naming.direct ? allow : implicitDeny('resource');
  if (sameAccount) {
    if (resource.allowed === naming.direct) return allow;
    if (resource.allowed === naming.role) return limitedBy === null ? allow : implicitDeny(limitedBy);
    if (mode === 'trust' && !allows(resource)) return implicitDeny('resource');
    if (!ofCaller) return implicitDeny('identity');
    return limitedBy === null ? allow : implicitDeny(limitedBy);
  }
  if (!ofCaller) return implicitDeny('identity');
  if (limitedBy !== null) return implicitDeny(limitedBy);
  return allows(resource) ? allow : implicitDeny('resource');
}

const allows = (verdict: Verdict): boolean => verdict.allowed !== naming.none;
