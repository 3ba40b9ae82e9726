/**
 * What a Lambda authorizer returns: a principal, a policy, variables for those behind it. Read once; the policy is then
 * asked for every request that the result is remembered for. What does not have the form is a fault of the API's
 * configuration, told in AWS's words where they are known.
 * Source: Developer Guide, "Output from an API Gateway Lambda authorizer"; log lines that users of AWS report.
 */
import { type AccessRequest, type Decision, decide, Policy, PolicySyntaxError } from '../policy/index.ts';
import { anonymous } from '../policy/principal.ts';

/** Values that authorizers hand on; texts, numbers and booleans only. */
export type AuthorizerVariables = Readonly<Record<string, string | number | boolean>>;

export class PolicyAnswer {
  /** Empty when the function named nobody. */
  readonly principalId: string;
  readonly policy: Policy;
  /** The policy as the function wrote it, a JSON document. */
  readonly policyText: string;
  readonly context: AuthorizerVariables;
  /** An API key, for APIs whose keys come from authorizers; null when there is none. */
  readonly usageIdentifierKey: string | null;

  constructor(
    principalId: string,
    policy: Policy,
    policyText: string,
    context: AuthorizerVariables,
    usageIdentifierKey: string | null,
  ) {
    this.principalId = principalId;
    this.policy = policy;
    this.policyText = policyText;
    this.context = Object.freeze(context);
    this.usageIdentifierKey = usageIdentifierKey;
    Object.freeze(this);
  }

  /** @param resourcePolicy of the API; undefined when it has none */
  decide(request: AccessRequest, resourcePolicy?: Policy): Decision {
    return decide(anonymous, { identity: [this.policy], resource: resourcePolicy }, request, 'authorizer');
  }
}

/** An answer that can not be used. */
export class AnswerFault {
  /** As the execution log has it, after `Execution failed due to configuration error: `. */
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
    Object.freeze(this);
  }
}

/** What a function throws to have its caller refused with 401. */
export const unauthorizedMessage = 'Unauthorized';

const members = new Set(['principalId', 'policyDocument', 'context', 'usageIdentifierKey']);
/** Bytes of an answer; far more than a policy of IAM may have. */
const answerBytesMax = 256 * 1024;

/** @param payload of an invocation, failed or not */
export function readPolicyAnswer(payload: Uint8Array): PolicyAnswer | AnswerFault {
  if (payload.length > answerBytesMax) return new AnswerFault('Authorizer response is too large');
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    return new AnswerFault(`Invalid JSON in response: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
    return new AnswerFault('Could not parse policy');
  const given: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(answer));
  for (const name of Object.keys(given))
    if (!members.has(name))
      return new AnswerFault(`Invalid JSON in response: Unrecognized field "${name}", not marked as ignorable`);
  return answerOf(given);
}

function answerOf(given: Readonly<Record<string, unknown>>): PolicyAnswer | AnswerFault {
  const principalId = textIn(given.principalId);
  if (principalId === undefined) return new AnswerFault('Invalid JSON in response: principalId is no text');
  const usageIdentifierKey = textIn(given.usageIdentifierKey);
  if (usageIdentifierKey === undefined)
    return new AnswerFault('Invalid JSON in response: usageIdentifierKey is no text');
  const context = variablesIn(given.context);
  if (context instanceof AnswerFault) return context;
  const document = given.policyDocument;
  if (typeof document !== 'object' || document === null) return new AnswerFault('Could not parse policy');
  try {
    const policy = new Policy(document, 'any');
    return new PolicyAnswer(
      principalId ?? '',
      policy,
      JSON.stringify(document),
      context,
      usageIdentifierKey === '' ? null : usageIdentifierKey,
    );
  } catch (error) {
    if (error instanceof PolicySyntaxError) return new AnswerFault(`Could not parse policy: ${error.message}`);
    throw error;
  }
}

/** Numbers and booleans become texts; null when there is nothing, undefined when it is something else. */
function textIn(value: unknown): string | null | undefined {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function variablesIn(value: unknown): AuthorizerVariables | AnswerFault {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    return new AnswerFault('Invalid JSON in response: context is no object');
  const variables: Record<string, string | number | boolean> = Object.create(null);
  for (const [name, each] of Object.entries(value)) {
    if (each === null) continue;
    if (typeof each !== 'string' && typeof each !== 'number' && typeof each !== 'boolean')
      return new AnswerFault(`Invalid JSON in response: context.${name} is neither text, number nor boolean`);
    variables[name] = each;
  }
  return variables;
}
