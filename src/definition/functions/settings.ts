/**
 * The settings of a function's version: their defaults when a function is made, and what an update changes. Ranges and
 * patterns of single members have been checked when we are called; what is decided here needs several of them.
 * Source: Lambda API Reference, CreateFunction and UpdateFunctionConfiguration.
 */
import { present } from '../entries.ts';
import type { Strings } from '../rest-api.ts';
import { checkedEnvironment } from './environment-variables.ts';
import type {
  Architecture,
  AttachedLayer,
  FunctionSettings,
  LogFormat,
  LoggingSettings,
  TracingMode,
} from './function.ts';
import { invalidParameter, notServed } from './refusals.ts';

/** Members of the two operations, as they are on the wire; layers come apart, because they must be looked up. */
export interface SettingsInput {
  readonly Role?: string;
  readonly Runtime?: string;
  readonly Handler?: string;
  readonly Description?: string;
  readonly Timeout?: number;
  readonly MemorySize?: number;
  readonly EphemeralStorage?: { readonly Size: number | undefined };
  readonly Environment?: { readonly Variables?: Strings };
  readonly TracingConfig?: { readonly Mode?: TracingMode };
  readonly LoggingConfig?: {
    readonly LogFormat?: LogFormat;
    readonly ApplicationLogLevel?: string;
    readonly SystemLogLevel?: string;
    readonly LogGroup?: string;
  };
  readonly SnapStart?: { readonly ApplyOn?: 'None' | 'PublishedVersions' };
  readonly DeadLetterConfig?: { readonly TargetArn?: string };
  readonly KMSKeyArn?: string;
  readonly VpcConfig?: {
    readonly SubnetIds?: readonly string[];
    readonly SecurityGroupIds?: readonly string[];
    readonly Ipv6AllowedForDualStack?: boolean;
  };
  readonly FileSystemConfigs?: readonly {
    readonly Arn: string | undefined;
    readonly LocalMountPath: string | undefined;
  }[];
}

/** @throws ServiceError */
export function newSettings(
  functionName: string,
  input: SettingsInput & { readonly PackageType?: string; readonly Architectures?: readonly Architecture[] },
  layers: readonly AttachedLayer[],
): FunctionSettings {
  if (input.PackageType === 'Image') throw notServed('Container images (PackageType Image) are');
  const { Runtime: runtime, Handler: handler } = input;
  if (runtime === undefined || handler === undefined)
    throw invalidParameter(
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    );
  return changedSettings(
    functionName,
    {
      role: '',
      runtime,
      handler,
      description: '',
      timeoutSeconds: 3,
      memoryMb: 128,
      ephemeralStorageMb: 512,
      architecture: input.Architectures?.[0] ?? 'x86_64',
      layers: [],
      tracingMode: 'PassThrough',
      logging: { format: 'Text', group: logGroupOf(functionName) },
      snapStart: 'None',
      fileSystems: [],
    },
    input,
    layers,
  );
}

/** @param layers absent when they stay as they are @throws ServiceError */
export function changedSettings(
  functionName: string,
  before: FunctionSettings,
  input: SettingsInput,
  layers: readonly AttachedLayer[] | undefined,
): FunctionSettings {
  const variables = input.Environment?.Variables;
  return present({
    role: input.Role ?? before.role,
    runtime: input.Runtime ?? before.runtime,
    handler: input.Handler ?? before.handler,
    description: input.Description ?? before.description,
    timeoutSeconds: input.Timeout ?? before.timeoutSeconds,
    memoryMb: input.MemorySize ?? before.memoryMb,
    ephemeralStorageMb: input.EphemeralStorage?.Size ?? before.ephemeralStorageMb,
    architecture: before.architecture,
    // An environment without variables takes away those that are there.
    environment: input.Environment === undefined ? before.environment : checkedEnvironment(variables ?? {}),
    layers: layers ?? before.layers,
    tracingMode: input.TracingConfig?.Mode ?? before.tracingMode,
    logging: loggingOf(functionName, before.logging, input.LoggingConfig),
    snapStart: input.SnapStart?.ApplyOn ?? before.snapStart,
    // An empty text takes away what is there.
    deadLetterTargetArn: orNone(
      input.DeadLetterConfig && (input.DeadLetterConfig.TargetArn ?? ''),
      before.deadLetterTargetArn,
    ),
    kmsKeyArn: orNone(input.KMSKeyArn, before.kmsKeyArn),
    vpc: vpcOf(input.VpcConfig, before.vpc),
    fileSystems:
      input.FileSystemConfigs?.map(({ Arn = '', LocalMountPath = '' }) => ({
        arn: Arn,
        localMountPath: LocalMountPath,
      })) ?? before.fileSystems,
  });
}

const logGroupOf = (functionName: string): string => `/aws/lambda/${functionName}`;

const orNone = (given: string | undefined, before: string | undefined): string | undefined =>
  given === undefined ? before : given === '' ? undefined : given;

function vpcOf(given: SettingsInput['VpcConfig'], before: FunctionSettings['vpc']): FunctionSettings['vpc'] {
  if (given === undefined) return before;
  const { SubnetIds: subnetIds = [], SecurityGroupIds: securityGroupIds = [], Ipv6AllowedForDualStack } = given;
  if (subnetIds.length === 0 && securityGroupIds.length === 0) return undefined;
  return { subnetIds, securityGroupIds, ipv6AllowedForDualStack: Ipv6AllowedForDualStack ?? false };
}

function loggingOf(
  functionName: string,
  before: LoggingSettings,
  given: SettingsInput['LoggingConfig'],
): LoggingSettings {
  if (given === undefined) return before;
  const format = given.LogFormat ?? before.format;
  const group = given.LogGroup ?? (before.group === '' ? logGroupOf(functionName) : before.group);
  if (format === 'Text') {
    if (given.ApplicationLogLevel !== undefined || given.SystemLogLevel !== undefined)
      throw invalidParameter(
        'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "JSON" and try again.',
      );
    return { format, group };
  }
  return {
    format,
    applicationLevel: given.ApplicationLogLevel ?? before.applicationLevel ?? 'INFO',
    systemLevel: given.SystemLogLevel ?? before.systemLevel ?? 'INFO',
    group,
  };
}
