/** Functions, aliases and layers as answers show them. Source: Lambda API Reference, data types. */
import { createHash } from 'node:crypto';
import type * as Sdk from '@aws-sdk/client-lambda';
import { present } from '../../definition/entries.ts';
import { aliasArn } from '../../definition/functions/aliases.ts';
import type {
  Alias,
  CodeSource,
  FunctionVersion,
  LambdaFunction,
  LayerVersion,
} from '../../definition/functions/function.ts';
import { qualifiedArn } from '../../definition/functions/names.ts';
import { codeBytesOf, codeSha256Of } from '../../definition/functions/versions.ts';

/** `2026-11-20T13:28:00.000+0000` */
export const timeText = (ms: number): string => new Date(ms).toISOString().replace('Z', '+0000');

/**
 * A runtime's name, which was checked against AWS's list when it came in.
 * The one place where a text becomes a name of the SDK's.
 */
const runtimeName = (runtime: string): Sdk.Runtime => runtime as Sdk.Runtime;

/** @param qualifier as it is shown in the ARN */
export function configurationAnswer(
  fn: LambdaFunction,
  version: FunctionVersion,
  qualifier: string | undefined,
): Sdk.FunctionConfiguration {
  return {
    ...listedConfiguration(fn, version, qualifier),
    State: 'Active',
    LastUpdateStatus: 'Successful',
    RuntimeVersionConfig: { RuntimeVersionArn: runtimeVersionArn(fn, version) },
  };
}

/** Lists leave the state out. */
export function listedConfiguration(
  fn: LambdaFunction,
  version: FunctionVersion,
  qualifier: string | undefined,
): Sdk.FunctionConfiguration {
  const { settings, code } = version;
  return present({
    FunctionName: fn.functionName,
    FunctionArn: qualifiedArn(fn.functionArn, qualifier),
    Runtime: runtimeName(settings.runtime),
    Role: settings.role,
    Handler: settings.handler,
    CodeSize: codeBytesOf(code),
    Description: settings.description,
    Timeout: settings.timeoutSeconds,
    MemorySize: settings.memoryMb,
    LastModified: timeText(version.lastModifiedMs),
    CodeSha256: codeSha256Of(code),
    Version: version.version,
    VpcConfig: settings.vpc && {
      SubnetIds: [...settings.vpc.subnetIds],
      SecurityGroupIds: [...settings.vpc.securityGroupIds],
      VpcId: '',
      Ipv6AllowedForDualStack: settings.vpc.ipv6AllowedForDualStack,
    },
    DeadLetterConfig:
      settings.deadLetterTargetArn === undefined ? undefined : { TargetArn: settings.deadLetterTargetArn },
    Environment: settings.environment && { Variables: { ...settings.environment } },
    KMSKeyArn: settings.kmsKeyArn,
    TracingConfig: { Mode: settings.tracingMode },
    RevisionId: version.revisionId,
    Layers:
      settings.layers.length === 0
        ? undefined
        : settings.layers.map((layer) => ({ Arn: layer.arn, CodeSize: codeBytesOf(layer.code) })),
    FileSystemConfigs:
      settings.fileSystems.length === 0
        ? undefined
        : settings.fileSystems.map(({ arn, localMountPath }) => ({ Arn: arn, LocalMountPath: localMountPath })),
    PackageType: 'Zip' as const,
    Architectures: [settings.architecture],
    EphemeralStorage: { Size: settings.ephemeralStorageMb },
    SnapStart: {
      ApplyOn: settings.snapStart,
      // Nothing is frozen and thawed here.
      OptimizationStatus: 'Off' as const,
    },
    LoggingConfig: present({
      LogFormat: settings.logging.format,
      ApplicationLogLevel: logLevel(applicationLevels, settings.logging.applicationLevel),
      SystemLogLevel: logLevel(systemLevels, settings.logging.systemLevel),
      LogGroup: settings.logging.group,
    }),
  });
}

const applicationLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
const systemLevels = ['DEBUG', 'INFO', 'WARN'] as const;
const logLevel = <Level extends string>(levels: readonly Level[], level: string | undefined): Level | undefined =>
  levels.find((each) => each === level);

/** An opaque name, the same for the same runtime: the interpreter is the one that this machine has. */
function runtimeVersionArn(fn: LambdaFunction, { version, settings }: FunctionVersion): string {
  const managed = Object.hasOwn(fn.runtimeManagement, version) ? fn.runtimeManagement[version] : undefined;
  if (managed?.runtimeVersionArn !== undefined) return managed.runtimeVersionArn;
  const [, partition = 'aws', , region = ''] = fn.functionArn.split(':');
  return `arn:${partition}:lambda:${region}::runtime:${createHash('sha256').update(settings.runtime).digest('hex')}`;
}

export const aliasAnswer = (fn: LambdaFunction, alias: Alias): Sdk.AliasConfiguration =>
  present({
    AliasArn: aliasArn(fn, alias.name),
    Name: alias.name,
    FunctionVersion: alias.functionVersion,
    Description: alias.description,
    RoutingConfig:
      Object.keys(alias.weights).length === 0 ? undefined : { AdditionalVersionWeights: { ...alias.weights } },
    RevisionId: alias.revisionId,
  });

export const layerVersionItem = (version: LayerVersion): Sdk.LayerVersionsListItem =>
  present({
    LayerVersionArn: version.arn,
    Version: version.version,
    Description: version.description,
    CreatedDate: timeText(version.createdAtMs),
    CompatibleRuntimes: unlessNone(version.compatibleRuntimes.map(runtimeName)),
    CompatibleArchitectures: unlessNone([...version.compatibleArchitectures]),
    LicenseInfo: version.licenseInfo,
  });

const unlessNone = <Item>(items: Item[]): Item[] | undefined => (items.length === 0 ? undefined : items);

export function layerVersionAnswer(
  version: LayerVersion,
  location: (code: CodeSource) => string,
): Sdk.GetLayerVersionResponse {
  return {
    Content: {
      Location: location(version.code),
      CodeSha256: codeSha256Of(version.code),
      CodeSize: codeBytesOf(version.code),
    },
    LayerArn: version.arn.slice(0, version.arn.lastIndexOf(':')),
    ...layerVersionItem(version),
  };
}
