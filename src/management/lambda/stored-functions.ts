/** Functions as handlers find them in the store: the whole function, and what a qualifier of it names. */
import { entryOf, withEntry } from '../../definition/entries.ts';
import { aliasOf } from '../../definition/functions/aliases.ts';
import type { Alias, FunctionVersion, LambdaFunction } from '../../definition/functions/function.ts';
import {
  functionArn,
  functionNotFound,
  functionReference,
  isVersionNumber,
  latestVersion,
  type Place,
  qualifiedArn,
} from '../../definition/functions/names.ts';
import type { Documents, Transaction } from '../documents.ts';
import type { Call } from '../protocol/call.ts';

/** Both `Documents` with a scope and a `Transaction`. */
type Reads = Pick<Transaction, 'find'>;

export const readsOf = (documents: Documents, call: Call): Reads => ({
  find: (kind, id) => documents.find(call, kind, id),
});

/** @throws ResourceNotFoundException */
export async function loadFunction(
  reads: Reads,
  functionName: string,
  place: Place,
  qualifier?: string,
): Promise<LambdaFunction> {
  const fn = await reads.find('function', functionName);
  if (fn === undefined) throw functionNotFound(functionArn(place, functionName, qualifier));
  return fn;
}

/** What a qualifier names. */
export interface Qualified {
  readonly fn: LambdaFunction;
  /** As it was given; absent when none was. */
  readonly qualifier?: string;
  /** Under which belongings are kept. */
  readonly key: string;
  readonly version: FunctionVersion;
  readonly alias?: Alias;
}

/** @throws ResourceNotFoundException when there is no such function, version or alias */
export async function loadQualified(
  reads: Reads,
  text: string,
  place: Place,
  operation: string,
  given?: string,
): Promise<Qualified> {
  const { functionName, qualifier } = functionReference(text, place, operation, given);
  const fn = await loadFunction(reads, functionName, place, qualifier);
  if (qualifier === undefined) return { fn, key: latestVersion, version: fn.latest };
  const alias = isVersionNumber(qualifier) ? undefined : entryOf(fn.aliases, qualifier);
  const version = await findVersion(reads, fn, alias?.functionVersion ?? qualifier);
  if (version === undefined) throw functionNotFound(qualifiedArn(fn.functionArn, qualifier));
  return { fn, qualifier, key: qualifier, version, ...(alias !== undefined && { alias }) };
}

export async function findVersion(
  reads: Reads,
  fn: LambdaFunction,
  version: string,
): Promise<FunctionVersion | undefined> {
  if (version === latestVersion) return fn.latest;
  return isVersionNumber(version) ? reads.find('function-version', versionId(fn.functionName, version)) : undefined;
}

export const versionId = (functionName: string, version: string): string => `${functionName}/${version}`;

/** Of what the qualifier names: alias, version, or the function. */
export const revisionIdOf = ({ alias, version }: Qualified): string => alias?.revisionId ?? version.revisionId;

/**
 * Stores a changed function under a new revision of what the qualifier names.
 * @param fn with the change
 */
export function putTouched(
  transaction: Transaction,
  { alias, version, key }: Qualified,
  fn: LambdaFunction,
  revisionId: string,
): void {
  const { functionName } = fn;
  if (alias !== undefined) {
    const touched = { ...aliasOf(fn, alias.name), revisionId };
    transaction.put('function', functionName, { ...fn, aliases: withEntry(fn.aliases, alias.name, touched) });
    return;
  }
  if (key === latestVersion) {
    transaction.put('function', functionName, { ...fn, latest: { ...fn.latest, revisionId } });
    return;
  }
  transaction.put('function', functionName, fn);
  transaction.put('function-version', versionId(functionName, version.version), { ...version, revisionId });
}
