/**
 * The life of a function: made with its `$LATEST`, its code and settings changed, versions published and deleted.
 * Source: Lambda API Reference; Lambda Developer Guide, "Manage Lambda function versions".
 */
import { createHash } from 'node:crypto';
import type { Strings } from '../rest-api.ts';
import { aliasesOf } from './aliases.ts';
import type { CodeSource, FunctionSettings, FunctionVersion, LambdaFunction } from './function.ts';
import { latestVersion } from './names.ts';
import { functionConflict, invalidParameter, preconditionFailed } from './refusals.ts';
import { checkedTags } from './tags.ts';

/** When a change is made and how it is told from others. */
export interface Change {
  readonly nowMs: number;
  readonly revisionId: string;
}

export function newFunction(
  birth: { readonly functionName: string; readonly functionArn: string; readonly tags: Strings | undefined },
  code: CodeSource,
  settings: FunctionSettings,
  { nowMs, revisionId }: Change,
): LambdaFunction {
  const { functionName, functionArn } = birth;
  return {
    functionName,
    functionArn,
    latest: {
      functionName,
      version: latestVersion,
      revisionId,
      buildId: revisionId,
      lastModifiedMs: nowMs,
      code,
      settings,
    },
    lastVersion: 0,
    aliases: {},
    permissions: {},
    provisioned: {},
    eventInvokeConfigs: {},
    urls: {},
    runtimeManagement: {},
    recursiveLoop: 'Terminate',
    tags: checkedTags(birth.tags ?? {}),
  };
}

/** A new build of `$LATEST`. */
export const withBuild = (
  fn: LambdaFunction,
  build: { readonly code?: CodeSource; readonly settings?: FunctionSettings },
  { nowMs, revisionId }: Change,
): LambdaFunction => ({
  ...fn,
  latest: { ...fn.latest, ...build, revisionId, buildId: revisionId, lastModifiedMs: nowMs },
});

/** @throws PreconditionFailedException when the caller has seen another revision */
export function requireRevision(seen: string | undefined, revisionId: string): void {
  if (seen !== undefined && seen !== '' && seen !== revisionId)
    throw preconditionFailed(
      'The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve the latest RevisionId',
    );
}

export interface Publication {
  readonly fn: LambdaFunction;
  /** Undefined: `$LATEST` has not changed since the last version, which stands for it. */
  readonly version: FunctionVersion | undefined;
}

/** @param lastExists whether the version that was published last still does */
export function publish(
  fn: LambdaFunction,
  lastExists: boolean,
  wanted: { readonly codeSha256?: string; readonly revisionId?: string; readonly description?: string },
  { nowMs, revisionId }: Change,
): Publication {
  const { latest } = fn;
  const codeSha256 = codeSha256Of(latest.code);
  if (wanted.codeSha256 !== undefined && wanted.codeSha256 !== '' && wanted.codeSha256 !== codeSha256)
    throw invalidParameter(
      `CodeSHA256 (${wanted.codeSha256}) is different from current CodeSHA256 in $LATEST (${codeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
    );
  requireRevision(wanted.revisionId, latest.revisionId);
  if (lastExists && fn.lastPublishedBuildId === latest.buildId) return { fn, version: undefined };
  const number = fn.lastVersion + 1;
  return {
    fn: { ...fn, lastVersion: number, lastPublishedBuildId: latest.buildId },
    version: {
      ...latest,
      version: String(number),
      revisionId,
      lastModifiedMs: nowMs,
      settings: {
        ...latest.settings,
        description: wanted.description ?? latest.settings.description,
      },
    },
  };
}

/** @throws ServiceError when the version must stay; what belongs to it is gone afterwards */
export function withoutVersion(fn: LambdaFunction, qualifier: string): LambdaFunction {
  if (qualifier === latestVersion)
    throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
  if (!/^\d+$/.test(qualifier)) throw invalidParameter('Deletion of aliases is not currently supported.');
  const users = aliasesOf(fn).filter(
    (alias) => alias.functionVersion === qualifier || Object.hasOwn(alias.weights, qualifier),
  );
  if (users.length > 0)
    throw functionConflict(
      `Unable to delete version because the following aliases reference it: [${users.map(({ name }) => name).join(', ')}]`,
    );
  return withoutBelongings(fn, qualifier);
}

/** What is kept by qualifier, without one of them. */
export function withoutBelongings(fn: LambdaFunction, qualifier: string): LambdaFunction {
  const without = <Value>(entries: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(Object.entries(entries).filter(([name]) => name !== qualifier));
  return {
    ...fn,
    permissions: without(fn.permissions),
    provisioned: without(fn.provisioned),
    eventInvokeConfigs: without(fn.eventInvokeConfigs),
    urls: without(fn.urls),
    runtimeManagement: without(fn.runtimeManagement),
  };
}

/** Base64, as answers show it. A directory has no content of its own to tell: its path stands for it. */
export const codeSha256Of = (code: CodeSource): string =>
  code.kind === 'archive'
    ? Buffer.from(code.sha256, 'hex').toString('base64')
    : createHash('sha256').update(code.directory).digest('base64');

/** Of the archive; a directory counts nothing. */
export const codeBytesOf = (code: CodeSource): number => (code.kind === 'archive' ? code.bytes : 0);
