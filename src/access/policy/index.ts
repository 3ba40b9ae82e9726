/** IAM's policy language: documents, what they say of a request, and who may do what in the end. Pure. */
export { type ApplicablePolicies, type DecidedBy, type Decision, type DecisionMode, decide } from './decision.ts';
export { type AccessRequest, judgeAll, Policy, type PolicyKind, PolicySyntaxError, type Verdict } from './document.ts';
export { anonymous, type Naming, naming, type Principal, type PrincipalType } from './principal.ts';
export { type ContextValue, RequestContext } from './request-context.ts';
