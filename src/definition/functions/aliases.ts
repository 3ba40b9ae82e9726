/**
 * Aliases: names for a version, or for two with weights. Whether a version exists is for the caller to look up.
 * Source: Lambda Developer Guide, "Create an alias for a Lambda function", "Implement Lambda canary deployments".
 */
import { type Entries, entryOf, withEntry, withoutEntry } from '../entries.ts';
import type { Alias, LambdaFunction } from './function.ts';
import { isVersionNumber, latestVersion, qualifiedArn } from './names.ts';
import { constraintFailure, functionConflict, invalidParameter, resourceNotFound } from './refusals.ts';

export interface AliasInput {
  readonly functionVersion?: string;
  readonly description?: string;
  readonly weights?: Entries<number>;
}

/** In ascending order of name. */
export const aliasesOf = (fn: LambdaFunction): readonly Alias[] =>
  Object.values(fn.aliases).sort((a, b) => (a.name < b.name ? -1 : 1));

export const aliasArn = (fn: LambdaFunction, name: string): string => qualifiedArn(fn.functionArn, name);

/** @throws ResourceNotFoundException */
export function aliasOf(fn: LambdaFunction, name: string): Alias {
  const alias = entryOf(fn.aliases, name);
  if (alias === undefined) throw resourceNotFound(`Cannot find alias arn: ${aliasArn(fn, name)}`);
  return alias;
}

/** @throws ResourceConflictException when there is one of this name */
export function withNewAlias(
  fn: LambdaFunction,
  name: string,
  { functionVersion = latestVersion, description = '', weights = {} }: AliasInput,
  revisionId: string,
): LambdaFunction {
  if (entryOf(fn.aliases, name) !== undefined) throw functionConflict(`Alias already exists: ${aliasArn(fn, name)}`);
  checkWeights(functionVersion, weights);
  const alias: Alias = { name, functionVersion, description, revisionId, weights: { ...weights } };
  return { ...fn, aliases: withEntry(fn.aliases, name, alias) };
}

/** @throws ResourceNotFoundException */
export function withChangedAlias(
  fn: LambdaFunction,
  name: string,
  input: AliasInput,
  revisionId: string,
): LambdaFunction {
  const before = aliasOf(fn, name);
  const alias: Alias = {
    name,
    functionVersion: input.functionVersion ?? before.functionVersion,
    description: input.description ?? before.description,
    revisionId,
    weights: { ...(input.weights ?? before.weights) },
  };
  checkWeights(alias.functionVersion, alias.weights);
  return { ...fn, aliases: withEntry(fn.aliases, name, alias) };
}

export const withoutAlias = (fn: LambdaFunction, name: string): LambdaFunction => ({
  ...fn,
  aliases: withoutEntry(fn.aliases, name),
});

/** The versions that an alias points to. */
export const versionsOf = (alias: Pick<Alias, 'functionVersion' | 'weights'>): readonly string[] => [
  alias.functionVersion,
  ...Object.keys(alias.weights),
];

function checkWeights(functionVersion: string, weights: Entries<number>): void {
  const entries = Object.entries(weights);
  if (entries.length > 1)
    throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1');
  for (const [version, weight] of entries) {
    const member = 'routingConfig.additionalVersionWeights';
    const printed = `{${version}=${weight}}`;
    if (!(weight >= 0 && weight <= 1))
      throw constraintFailure(
        member,
        printed,
        'Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]',
      );
    if (version === functionVersion)
      throw invalidParameter(
        `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
      );
    if (functionVersion === latestVersion)
      throw invalidParameter('$LATEST is not supported for an alias pointing to more than 1 version');
    if (!isVersionNumber(version))
      throw constraintFailure(
        member,
        printed,
        'Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+, Member must not be null]',
      );
  }
}
