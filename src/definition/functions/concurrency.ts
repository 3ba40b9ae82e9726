/**
 * How many invocations a function may have at a time: reserved for a function, provisioned for a version or alias.
 * Source: Lambda Developer Guide, "Configuring reserved concurrency", "Configuring provisioned concurrency".
 */
import { type Entries, entryOf, withEntry, withoutEntry } from '../entries.ts';
import type { LambdaFunction, ProvisionedConcurrency } from './function.ts';
import { isVersionNumber, latestVersion } from './names.ts';
import { functionConflict, invalidParameter, noProvisionedConcurrency } from './refusals.ts';

/** What must be left for functions that reserve nothing. */
const unreservedMin = 100;

/** What the functions of an account have reserved, all together. */
export const reservedBy = (functions: readonly LambdaFunction[]): number =>
  functions.reduce((sum, fn) => sum + (fn.reservedConcurrency ?? 0), 0);

/**
 * @param reservedByOthers what the account's other functions have reserved
 * @param accountMax invocations at a time of the whole account
 * @throws InvalidParameterValueException
 */
export function withReservedConcurrency(
  fn: LambdaFunction,
  count: number,
  reservedByOthers: number,
  accountMax: number,
): LambdaFunction {
  // What is reserved already may be reserved again, or less, whatever the account's limit has become.
  if (count > (fn.reservedConcurrency ?? 0) && reservedByOthers + count > accountMax - unreservedMin)
    throw invalidParameter(
      `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${unreservedMin}].`,
    );
  const provisioned = Object.values(fn.provisioned).reduce((sum, { requested }) => sum + requested, 0);
  if (count < provisioned)
    throw invalidParameter(
      'ReservedConcurrentExecutions must not be less than the ProvisionedConcurrentExecutions of the function',
    );
  return { ...fn, reservedConcurrency: count };
}

export function withoutReservedConcurrency(fn: LambdaFunction): LambdaFunction {
  const { reservedConcurrency: _, ...rest } = fn;
  return rest;
}

/** @throws ServiceError when the qualifier cannot have any */
export function withProvisionedConcurrency(
  fn: LambdaFunction,
  qualifier: string,
  requested: number,
  nowMs: number,
): LambdaFunction {
  requireProvisionable(fn, qualifier);
  const provisioned = withEntry(fn.provisioned, qualifier, { requested, lastModifiedMs: nowMs });
  const total = Object.values(provisioned).reduce((sum, each) => sum + each.requested, 0);
  if (fn.reservedConcurrency !== undefined && total > fn.reservedConcurrency)
    throw invalidParameter(
      `Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function`,
    );
  return { ...fn, provisioned };
}

export const withoutProvisionedConcurrency = (fn: LambdaFunction, qualifier: string): LambdaFunction => ({
  ...fn,
  provisioned: withoutEntry(fn.provisioned, qualifier),
});

/** @throws ProvisionedConcurrencyConfigNotFoundException */
export function provisionedConcurrencyOf(fn: LambdaFunction, qualifier: string): ProvisionedConcurrency {
  const provisioned = entryOf(fn.provisioned, qualifier);
  if (provisioned === undefined)
    throw noProvisionedConcurrency('No Provisioned Concurrency Config found for this function');
  return provisioned;
}

function requireProvisionable(fn: LambdaFunction, qualifier: string): void {
  const alias = entryOf(fn.aliases, qualifier);
  if (qualifier === latestVersion || alias?.functionVersion === latestVersion)
    throw invalidParameter('Provisioned Concurrency Configs cannot be applied to unpublished function versions.');
  if (alias !== undefined) {
    if ([alias.functionVersion, ...Object.keys(alias.weights)].some((version) => has(fn.provisioned, version)))
      throw functionConflict(
        "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
      );
  } else if (isVersionNumber(qualifier)) {
    const users = Object.values(fn.aliases).filter(({ name }) => has(fn.provisioned, name));
    if (users.some(({ functionVersion }) => functionVersion === qualifier))
      throw functionConflict('Version is pointed by a Provisioned Concurrency alias');
  }
}

const has = (entries: Entries<unknown>, name: string): boolean => entryOf(entries, name) !== undefined;
