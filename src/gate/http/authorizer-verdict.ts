/**
 * What a function that authorizes requests has returned: yes or no for everybody with the same identity, or a policy
 * that is asked about each request's ARN. Pure.
 * Source: Amazon API Gateway Developer Guide, "Control access to HTTP APIs with AWS Lambda authorizers"; facts/http-api-auth.md.
 */
import type { AuthorizerContext } from './state.ts';

/** An answer that holds until it expires. */
export interface AuthorizerVerdict {
  /** @param arn of the request: `arn:aws:execute-api:…/GET/pets/1` */
  allows(arn: string): boolean;
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
  if (simple) {
    const { isAuthorized } = value;
    if (typeof isAuthorized !== 'boolean') return { problem: 'isAuthorized is neither true nor false' };
    return { allows: () => isAuthorized, context: { principalId: undefined, values } };
  }
  const statements = statementsIn(value.policyDocument);
  if (typeof statements === 'string') return { problem: statements };
  const { principalId } = value;
  if (typeof principalId !== 'string') return { problem: 'principalId is no text' };
  return { allows: (arn) => allows(statements, arn), context: { principalId, values } };
}

interface Statement {
  readonly allow: boolean;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Nothing here understands conditions: such a statement allows nothing, and denies all the same. */
  readonly conditional: boolean;
}

const statementsMax = 100;

/** @returns what is wrong with it as text */
function statementsIn(document: unknown): readonly Statement[] | string {
  if (!isObject(document)) return 'policyDocument is no object';
  const { Statement: listed } = document;
  const all: unknown[] = Array.isArray(listed) ? listed : [listed];
  if (all.length > statementsMax) return `policyDocument has more than ${statementsMax} statements`;
  const statements: Statement[] = [];
  for (const each of all) {
    if (!isObject(each)) return 'a statement of policyDocument is no object';
    const { Effect: effect, Action: action, Resource: resource, Condition: condition } = each;
    if (effect !== 'Allow' && effect !== 'Deny') return 'Effect is neither Allow nor Deny';
    const actions = texts(action);
    const resources = texts(resource);
    if (actions === undefined) return 'Action is neither text nor a list of texts';
    if (resources === undefined) return 'Resource is neither text nor a list of texts';
    statements.push({ allow: effect === 'Allow', actions, resources, conditional: condition !== undefined });
  }
  return statements;
}

function texts(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return undefined;
  const list = value.filter((each) => typeof each === 'string');
  return list.length === value.length ? list : undefined;
}

/** Allowed by one statement and denied by none. */
function allows(statements: readonly Statement[], arn: string): boolean {
  let allowed = false;
  for (const { allow, actions, resources, conditional } of statements) {
    if (!actions.some((action) => like(action.toLowerCase(), 'execute-api:invoke'))) continue;
    if (!resources.some((resource) => like(resource, arn))) continue;
    if (!allow) return false;
    if (!conditional) allowed = true;
  }
  return allowed;
}

/** `*` is any run of characters, `?` any one. Looks back to the last star only, so the time is bounded. */
function like(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const wanted = pattern[p];
    if (wanted === '*') {
      star = p++;
      resume = t;
    } else if (wanted !== undefined && (wanted === '?' || wanted === text[t])) {
      p++;
      t++;
    } else if (star !== -1) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
