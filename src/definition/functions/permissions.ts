/**
 * Resource-based policies of functions and layer versions: statements added and removed one by one, or written whole.
 * Only their form is decided here; whom a policy lets call is decided in `access/function-permission.ts`.
 * Source: Lambda API Reference, AddPermission, AddLayerVersionPermission; Lambda Developer Guide, "Resource-based
 * policies".
 */
import { isJsonObject, parsedJson } from '../json.ts';
import type { PolicyStatement } from './function.ts';
import { functionConflict, invalidParameter, policyTooLong, resourceNotFound } from './refusals.ts';

/** Of a policy, in bytes of its JSON. */
const policyBytesMax = 20_480;

export interface PermissionInput {
  readonly statementId: string;
  readonly action: string;
  readonly principal: string;
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
  readonly principalOrgId?: string;
  readonly eventSourceToken?: string;
  readonly functionUrlAuthType?: string;
  readonly invokedViaFunctionUrl?: boolean;
}

/** @throws InvalidParameterValueException when the principal is none */
export function permissionStatement(input: PermissionInput, resource: string, partition: string): PolicyStatement {
  const condition: Record<string, Record<string, string>> = {};
  const require = (operator: string, key: string, value: string | undefined): void => {
    if (value !== undefined) condition[operator] = { ...condition[operator], [key]: value };
  };
  require('StringEquals', 'AWS:SourceAccount', input.sourceAccount);
  require('StringEquals', 'lambda:EventSourceToken', input.eventSourceToken);
  require('StringEquals', 'lambda:FunctionUrlAuthType', input.functionUrlAuthType);
  require('StringEquals', 'aws:PrincipalOrgID', input.principalOrgId);
  require('Bool', 'lambda:InvokedViaFunctionUrl', input.invokedViaFunctionUrl?.toString());
  require('ArnLike', 'AWS:SourceArn', input.sourceArn);
  return {
    Sid: input.statementId,
    Effect: 'Allow',
    Principal: principalOf(input.principal, partition),
    Action: input.action,
    Resource: resource,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

function principalOf(principal: string, partition: string): PolicyStatement['Principal'] {
  if (principal === '*') return principal;
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:${partition}:iam::${principal}:root` };
  if (/^arn:[^:]+:(?:iam|sts)::\d{12}:.+$/.test(principal)) return { AWS: principal };
  if (
    /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/.test(principal) ||
    principal === 'alexa-appkit.amazon.com'
  )
    return { Service: principal };
  throw invalidParameter('The provided principal was invalid. Please check the principal and try again.');
}

/** @throws ResourceConflictException when the statement id is taken, PolicyLengthExceededException */
export function withStatement(
  statements: readonly PolicyStatement[],
  statement: PolicyStatement,
): readonly PolicyStatement[] {
  const { Sid } = statement;
  if (statements.some((existing) => existing.Sid === Sid))
    throw functionConflict(
      `The statement id (${Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  const all = [...statements, statement];
  requirePolicyLength(policyText(all));
  return all;
}

/** @throws ResourceNotFoundException when there is no such statement */
export function withoutStatement(
  statements: readonly PolicyStatement[] | undefined,
  statementId: string,
): readonly PolicyStatement[] {
  if (statements === undefined || statements.length === 0)
    throw resourceNotFound('No policy is associated with the given resource.');
  if (!statements.some(({ Sid }) => Sid === statementId))
    throw resourceNotFound(`Statement ${statementId} is not found in resource policy.`);
  return statements.filter(({ Sid }) => Sid !== statementId);
}

/** A policy as it is shown. */
export const policyText = (statements: readonly PolicyStatement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements });

function requirePolicyLength(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > policyBytesMax)
    throw policyTooLong(`The final policy size (${bytes}) is bigger than the limit (${policyBytesMax}).`);
}

/** The statements of a policy that is written whole. @throws InvalidParameterValueException when it is none */
export function policyStatements(text: string): readonly PolicyStatement[] {
  requirePolicyLength(text);
  const policy = parsedJson(text);
  if (!isJsonObject(policy)) throw invalidPolicy('it is no JSON object');
  const written = [policy.Statement ?? []].flat();
  if (written.length === 0) throw invalidPolicy('it has no Statement');
  const statements = written.map((statement, index) => statementOf(statement, index));
  const ids = new Set(statements.map(({ Sid }) => Sid));
  if (ids.size < statements.length) throw invalidPolicy('two statements have the same Sid');
  return statements;
}

function statementOf(value: unknown, index: number): PolicyStatement {
  const place = `Statement[${index}]`;
  if (!isJsonObject(value)) throw invalidPolicy(`${place} is no object`);
  const { Sid = `statement-${index + 1}`, Effect, Principal, Action, Resource, Condition } = value;
  if (typeof Sid !== 'string') throw invalidPolicy(`${place}.Sid is no text`);
  const effect = Effect === 'Allow' || Effect === 'Deny' ? Effect : undefined;
  if (effect === undefined) throw invalidPolicy(`${place}.Effect must be Allow or Deny`);
  if (!isTexts(Action)) throw invalidPolicy(`${place}.Action must be a text or a list of texts`);
  if (!isTexts(Resource)) throw invalidPolicy(`${place}.Resource must be a text or a list of texts`);
  if (!isPrincipal(Principal)) throw invalidPolicy(`${place}.Principal must be "*" or a map`);
  for (const name of Object.keys(value))
    if (!statementMembers.has(name)) throw invalidPolicy(`${place}.${name} is not supported here`);
  const statement: PolicyStatement = { Sid, Effect: effect, Principal, Action, Resource };
  if (Condition === undefined) return statement;
  if (!isCondition(Condition)) throw invalidPolicy(`${place}.Condition must be a map of maps of texts`);
  return { ...statement, Condition };
}

const statementMembers = new Set(['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition']);

const isTexts = (value: unknown): value is string | readonly string[] =>
  typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'));

const isPrincipal = (value: unknown): value is PolicyStatement['Principal'] =>
  value === '*' || (isJsonObject(value) && Object.values(value).every(isTexts));

const isCondition = (value: unknown): value is NonNullable<PolicyStatement['Condition']> =>
  isJsonObject(value) && Object.values(value).every((keys) => isJsonObject(keys) && Object.values(keys).every(isTexts));

const invalidPolicy = (reason: string): Error => invalidParameter(`The provided policy is not valid: ${reason}.`);
