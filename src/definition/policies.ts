/**
 * Resource policies as they are stored and shown. Only their form is decided here; what a policy allows is decided in
 * `access/`. Observed: AWS expands resources written as `execute-api:/…`, sorts members by name, writes lists of one
 * as a single value, and shows the document with its quotes escaped (the recorded sequences show it).
 */
import { badRequest } from './errors.ts';
import { isJsonObject, parsedJson } from './json.ts';

/** Which API an abbreviated resource (`execute-api:/stage/GET/pets`) belongs to. */
export interface PolicyOwner {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  /** `aws`, `aws-cn` … as it stands in ARNs. */
  readonly partition: string;
}

const invalidPolicy = () =>
  badRequest('Invalid policy document. Please check the policy syntax and ensure that Principals are valid.');

/**
 * The policy as it is stored: JSON text with expanded resources.
 * @throws BadRequestException when it is not a policy
 */
export function storedPolicy(text: string, owner: PolicyOwner): string {
  const policy = parsedJson(text) ?? parsedJson(unescaped(text));
  if (!isJsonObject(policy)) throw invalidPolicy();
  if (policy.Statement === undefined) throw invalidPolicy();
  // None at all is a policy that allows nothing.
  const statements = [policy.Statement].flat();
  for (const statement of statements)
    if (!isJsonObject(statement) || (statement.Effect !== 'Allow' && statement.Effect !== 'Deny'))
      throw invalidPolicy();
  return JSON.stringify(canonical({ ...policy, Statement: statements.map((each) => expanded(each, owner)) }));
}

/** The policy as it is shown: JSON inside a JSON string, without the outer quotes. */
export const shownPolicy = (stored: string): string => JSON.stringify(stored).slice(1, -1);

/** A policy that was copied from an answer still has its quotes escaped. */
const unescaped = (text: string): string => {
  const inner = parsedJson(`"${text}"`);
  return typeof inner === 'string' ? inner : text;
};

function expanded(statement: unknown, owner: PolicyOwner): unknown {
  if (!isJsonObject(statement)) return statement;
  const members = { ...statement };
  for (const name of ['Resource', 'NotResource']) {
    const resources = members[name];
    if (resources === undefined) continue;
    const arns = [resources].flat().map((each) => (typeof each === 'string' ? expandedArn(each, owner) : each));
    members[name] = arns;
  }
  for (const name of ['Action', 'NotAction', 'Resource', 'NotResource']) members[name] = single(members[name]);
  return members;
}

function expandedArn(resource: string, { id, accountId, region, partition }: PolicyOwner): string {
  const path = /^execute-api:\/(.*)$/s.exec(resource)?.[1];
  return path === undefined ? resource : `arn:${partition}:execute-api:${region}:${accountId}:${id}/${path}`;
}

const single = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : value);

/** Members in order of their names, at every depth; the depth is bounded by `parsedJson`. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, canonical(value[name])]),
  );
}
