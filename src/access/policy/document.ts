/**
 * Policy documents: read once from JSON, checked against the grammar, compiled into statements that are asked many
 * times. What does not follow the grammar is refused, naming the element; nothing that is not understood is let through.
 * Source: IAM User Guide, "Grammar of the IAM JSON policy language"; facts/iam-policies.md.
 */
import { type Condition, compileCondition } from './conditions.ts';
import { Glob } from './glob.ts';
import { ArnPattern } from './policy-text.ts';
import { type Naming, naming, type Principal, PrincipalList } from './principal.ts';
import type { RequestContext } from './request-context.ts';

/** A document that does not follow the grammar. */
export class PolicySyntaxError extends Error {
  override readonly name = 'PolicySyntaxError';
  /** `Statement[1].Condition.StringEqual`, or empty for the whole. */
  readonly element: string;

  constructor(element: string, problem: string) {
    super(element === '' ? problem : `${element}: ${problem}`);
    this.element = element;
  }
}

/** One action on one resource, and all that conditions may ask about it. */
export interface AccessRequest {
  /** `execute-api:Invoke` */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  readonly context: RequestContext;
}

/** What one or several policies say together: a deny, and the strongest naming of an allow. */
export interface Verdict {
  readonly denied: boolean;
  /** Without principals (identity policies) an allow counts as direct. */
  readonly allowed: Naming;
}

/**
 * `identity`: without principals. `resource`: every statement names principals. `trust`: names principals, no resource.
 * `any`: where a grammar is not enforced, as in what Lambda authorizers return.
 */
export type PolicyKind = 'identity' | 'resource' | 'trust' | 'any';

const documentElements = new Set(['Version', 'Id', 'Statement']);
const statementElements = new Set([
  'Sid',
  'Principal',
  'NotPrincipal',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);
const principalKinds = new Set(['AWS', 'Federated', 'Service', 'CanonicalUser']);
const statementsMax = 1000;

export class Policy {
  readonly statements: readonly Statement[];
  /** False when it says the same whatever the context of a request. */
  readonly readsContext: boolean;

  /** @param document parsed JSON, or its text @throws PolicySyntaxError */
  constructor(document: unknown, kind: PolicyKind) {
    const root = objectAt(typeof document === 'string' ? parsed(document) : document, '');
    refuseUnknown(root, documentElements, '');
    const version = root.Version ?? '2008-10-17';
    if (version !== '2012-10-17' && version !== '2008-10-17')
      throw new PolicySyntaxError('Version', 'must be 2012-10-17 or 2008-10-17');
    if (root.Statement === undefined) throw new PolicySyntaxError('Statement', 'is missing');
    const statements = Array.isArray(root.Statement) ? root.Statement : [root.Statement];
    if (statements.length > statementsMax) throw new PolicySyntaxError('Statement', 'has too many statements');
    this.statements = Object.freeze(
      statements.map(
        (statement, index) => new Statement(statement, `Statement[${index}]`, kind, version === '2012-10-17'),
      ),
    );
    this.readsContext = this.statements.some((statement) => statement.readsContext);
    Object.freeze(this);
  }

  /** @param principal null where no statement names principals */
  judge(request: AccessRequest, principal: Principal | null): Verdict {
    let allowed: Naming = naming.none;
    for (const statement of this.statements) {
      const named = statement.applies(request, principal);
      if (named === naming.none) continue;
      if (statement.isDeny) return { denied: true, allowed: naming.none };
      if (named > allowed) allowed = named;
    }
    return { denied: false, allowed };
  }
}

/** What several policies say together. */
export function judgeAll(policies: readonly Policy[], request: AccessRequest, principal: Principal | null): Verdict {
  let allowed: Naming = naming.none;
  for (const policy of policies) {
    const verdict = policy.judge(request, principal);
    if (verdict.denied) return verdict;
    if (verdict.allowed > allowed) allowed = verdict.allowed;
  }
  return { denied: false, allowed };
}

export class Statement {
  readonly sid: string | undefined;
  readonly isDeny: boolean;
  readonly #principals: PrincipalList | null;
  readonly #notPrincipals: PrincipalList | null;
  readonly #actions: readonly Glob[];
  readonly #actionsListed: boolean;
  /** Null: every resource, as in trust policies. */
  readonly #resources: readonly ArnPattern[] | null;
  readonly #resourcesListed: boolean;
  readonly #conditions: readonly Condition[];
  /** Whether it has conditions, or variables in its resources. */
  readonly readsContext: boolean;

  constructor(source: unknown, place: string, kind: PolicyKind, variables: boolean) {
    const statement = objectAt(source, place);
    refuseUnknown(statement, statementElements, place);
    const { Sid, Effect, Principal, NotPrincipal } = statement;
    if (Sid !== undefined && typeof Sid !== 'string') throw new PolicySyntaxError(`${place}.Sid`, 'must be a string');
    if (Effect !== 'Allow' && Effect !== 'Deny')
      throw new PolicySyntaxError(`${place}.Effect`, 'must be Allow or Deny');
    this.sid = Sid;
    this.isDeny = Effect === 'Deny';
    checkPrincipals(statement, place, kind);
    this.#principals = Principal === undefined ? null : principalsOf(Principal, `${place}.Principal`);
    this.#notPrincipals = NotPrincipal === undefined ? null : principalsOf(NotPrincipal, `${place}.NotPrincipal`);
    const action = oneOf(statement, 'Action', 'NotAction', place);
    if (action === undefined) throw new PolicySyntaxError(place, 'has neither Action nor NotAction');
    this.#actionsListed = action.name === 'Action';
    this.#actions = action.values.map((value) => actionPattern(value, `${place}.${action.name}`));
    const resource = oneOf(statement, 'Resource', 'NotResource', place);
    if (resource === undefined && kind !== 'trust')
      throw new PolicySyntaxError(place, 'has neither Resource nor NotResource');
    if (resource !== undefined && kind === 'trust')
      throw new PolicySyntaxError(`${place}.${resource.name}`, 'does not belong into a trust policy');
    this.#resourcesListed = resource?.name !== 'NotResource';
    this.#resources = resource?.values.map((value) => new ArnPattern(value, { variables, wildcards: true })) ?? null;
    this.#conditions = conditionsOf(statement.Condition, `${place}.Condition`, variables);
    this.readsContext =
      this.#conditions.length > 0 || (variables && resource?.values.some((value) => value.includes('${')) === true);
    Object.freeze(this);
  }

  /** How strongly the statement reaches a request of somebody; `none` when it does not. */
  applies(request: AccessRequest, principal: Principal | null): Naming {
    const named = this.#namingOf(principal);
    if (named === naming.none) return naming.none;
    const action = request.action.toLowerCase();
    if (this.#actions.some((pattern) => pattern.matches(action)) !== this.#actionsListed) return naming.none;
    const { resource, context } = request;
    if (
      this.#resources !== null &&
      this.#resources.some((pattern) => pattern.matches(resource, context)) !== this.#resourcesListed
    )
      return naming.none;
    for (const condition of this.#conditions) if (!condition(context)) return naming.none;
    return named;
  }

  #namingOf(principal: Principal | null): Naming {
    if (principal === null) return naming.direct;
    if (this.#principals !== null) return this.#principals.names(principal);
    if (this.#notPrincipals !== null) return this.#notPrincipals.spares(principal) ? naming.none : naming.direct;
    return naming.direct;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PolicySyntaxError('', `is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function objectAt(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new PolicySyntaxError(place, 'must be an object');
  return Object.fromEntries(Object.entries(value));
}

function refuseUnknown(value: Readonly<Record<string, unknown>>, known: ReadonlySet<string>, place: string): void {
  for (const name of Object.keys(value))
    if (!known.has(name))
      throw new PolicySyntaxError(place === '' ? name : `${place}.${name}`, 'is no element of a policy');
}

/** A string, or a list of strings that is not empty. */
function stringsAt(value: unknown, place: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const strings = list.filter((each) => typeof each === 'string');
  if (strings.length !== list.length || list.length === 0)
    throw new PolicySyntaxError(place, 'must be a string or a list of strings');
  return strings;
}

function oneOf(
  statement: Readonly<Record<string, unknown>>,
  plain: string,
  negated: string,
  place: string,
): { readonly name: string; readonly values: readonly string[] } | undefined {
  if (statement[plain] !== undefined && statement[negated] !== undefined)
    throw new PolicySyntaxError(place, `has both ${plain} and ${negated}`);
  const name = statement[plain] !== undefined ? plain : negated;
  const value = statement[name];
  return value === undefined ? undefined : { name, values: stringsAt(value, `${place}.${name}`) };
}

function checkPrincipals(statement: Readonly<Record<string, unknown>>, place: string, kind: PolicyKind): void {
  const { Principal, NotPrincipal } = statement;
  if (Principal !== undefined && NotPrincipal !== undefined)
    throw new PolicySyntaxError(place, 'has both Principal and NotPrincipal');
  if (kind === 'identity' && (Principal !== undefined || NotPrincipal !== undefined))
    throw new PolicySyntaxError(place, 'must not name principals');
  if (kind === 'trust' && NotPrincipal !== undefined)
    throw new PolicySyntaxError(`${place}.NotPrincipal`, 'does not belong into a trust policy');
  if ((kind === 'resource' || kind === 'trust') && Principal === undefined && NotPrincipal === undefined)
    throw new PolicySyntaxError(place, 'names no principals');
}

function principalsOf(value: unknown, place: string): PrincipalList {
  if (value === '*') return new PrincipalList('*');
  const listed: Record<string, readonly string[]> = Object.create(null);
  for (const [kind, entries] of Object.entries(objectAt(value, place))) {
    if (!principalKinds.has(kind)) throw new PolicySyntaxError(`${place}.${kind}`, 'is no kind of principal');
    listed[kind] = stringsAt(entries, `${place}.${kind}`);
  }
  return new PrincipalList(listed);
}

/** Actions do not tell cases apart: patterns and requests are compared in lower case. */
function actionPattern(value: string, place: string): Glob {
  if (value !== '*' && !/^[A-Za-z0-9-]+:[^:]+$/.test(value))
    throw new PolicySyntaxError(place, `${JSON.stringify(value)} is not of the form service:action`);
  return new Glob(value.toLowerCase());
}

function conditionsOf(source: unknown, place: string, variables: boolean): readonly Condition[] {
  if (source === undefined) return [];
  const conditions: Condition[] = [];
  for (const [operator, keys] of Object.entries(objectAt(source, place)))
    for (const [key, value] of Object.entries(objectAt(keys, `${place}.${operator}`))) {
      const condition = compileCondition(operator, key, valuesAt(value, `${place}.${operator}.${key}`), variables);
      if (condition === undefined) throw new PolicySyntaxError(`${place}.${operator}`, 'is no condition operator');
      conditions.push(condition);
    }
  return conditions;
}

/** Numbers and booleans count as their text. */
function valuesAt(value: unknown, place: string): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map((each: unknown) => {
    if (typeof each === 'string' || typeof each === 'number' || typeof each === 'boolean') return String(each);
    throw new PolicySyntaxError(place, 'must be strings, numbers or booleans');
  });
}
