/**
 * A version of a function as the host runs it, and what a qualifier of a function means: names, aliases and weights
 * end here.
 */
import type { FunctionConfiguration } from '../../functions/configuration.ts';
import { entryOf } from '../entries.ts';
import type { CodeSource, FunctionVersion, LambdaFunction, PolicyStatement } from './function.ts';
import { isVersionNumber, latestVersion, qualifiedArn } from './names.ts';

export interface RunSurroundings {
  /** Where an archive has been unpacked. */
  readonly directoryOf: (code: CodeSource) => string;
  readonly environmentDefaults: Readonly<Record<string, string>>;
  readonly credentials?: FunctionConfiguration['credentials'];
  readonly inspect?: FunctionConfiguration['inspect'];
}

export function runnable(
  fn: LambdaFunction,
  { version, buildId, code, settings }: FunctionVersion,
  { directoryOf, environmentDefaults, credentials, inspect }: RunSurroundings,
): FunctionConfiguration {
  const { applicationLevel, systemLevel, format, group } = settings.logging;
  return {
    functionArn: fn.functionArn,
    functionName: fn.functionName,
    version,
    revision: buildId,
    runtime: settings.runtime,
    handler: settings.handler,
    code: { directory: directoryOf(code), watch: code.kind === 'directory' },
    layers: settings.layers.map((layer) => directoryOf(layer.code)),
    timeoutMs: settings.timeoutSeconds * 1000,
    memoryMb: settings.memoryMb,
    environment: settings.environment ?? {},
    environmentDefaults,
    ...(credentials !== undefined && { credentials }),
    ...(fn.reservedConcurrency !== undefined && { reservedConcurrency: fn.reservedConcurrency }),
    logging: {
      format,
      group,
      ...(applicationLevel !== undefined && { applicationLevel }),
      ...(systemLevel !== undefined && { systemLevel }),
    },
    ...(inspect !== undefined && { inspect }),
  };
}

/** What a qualifier names, before the versions have been looked up. */
export interface Designation {
  /** With the qualifier, if there was one. */
  readonly arn: string;
  readonly versions: readonly { readonly version: string; readonly share: number }[];
  readonly statements: readonly PolicyStatement[];
}

/** @returns undefined when it is an alias that does not exist */
export function designated(fn: LambdaFunction, qualifier: string | undefined): Designation | undefined {
  const arn = qualifiedArn(fn.functionArn, qualifier);
  const statements = entryOf(fn.permissions, qualifier ?? latestVersion) ?? [];
  if (qualifier === undefined || qualifier === latestVersion || isVersionNumber(qualifier))
    return { arn, versions: [{ version: qualifier ?? latestVersion, share: 1 }], statements };
  const alias = entryOf(fn.aliases, qualifier);
  if (alias === undefined) return undefined;
  const others = Object.entries(alias.weights).map(([version, share]) => ({ version, share }));
  const rest = others.reduce((left, { share }) => left - share, 1);
  return { arn, versions: [{ version: alias.functionVersion, share: rest }, ...others], statements };
}
