/**
 * What a Lambda function is: its `$LATEST` version, what belongs to the whole function (aliases, permissions,
 * concurrency, …), published versions, layers and what else Lambda's management API keeps. Only data; the files beside
 * this one edit it.
 * Source: Lambda API Reference, FunctionConfiguration and the other data types.
 */
import type { Entries } from '../entries.ts';
import type { Strings } from '../rest-api.ts';

/** Where code is: an uploaded archive, known by its digest, or a directory of this machine that somebody works in. */
export type CodeSource =
  | {
      readonly kind: 'archive';
      /** Hex SHA-256 of the archive. */
      readonly sha256: string;
      readonly bytes: number;
      readonly unpackedBytes: number;
    }
  | { readonly kind: 'directory'; readonly directory: string };

export type TracingMode = 'Active' | 'PassThrough';
export type Architecture = 'x86_64' | 'arm64';
export type LogFormat = 'Text' | 'JSON';

export interface LoggingSettings {
  readonly format: LogFormat;
  /** TRACE … FATAL; with format JSON only. */
  readonly applicationLevel?: string;
  /** DEBUG, INFO, WARN; with format JSON only. */
  readonly systemLevel?: string;
  readonly group: string;
}

/** A layer as a function uses it: with its code, so that deleting the layer takes nothing from the function. */
export interface AttachedLayer {
  /** Of the layer version. */
  readonly arn: string;
  readonly code: CodeSource;
}

/** What a call can configure of one version. */
export interface FunctionSettings {
  readonly role: string;
  readonly runtime: string;
  readonly handler: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly ephemeralStorageMb: number;
  readonly architecture: Architecture;
  /** Absent when none was ever given, which answers show. */
  readonly environment?: Strings;
  readonly layers: readonly AttachedLayer[];
  readonly tracingMode: TracingMode;
  readonly logging: LoggingSettings;
  readonly snapStart: 'None' | 'PublishedVersions';
  readonly deadLetterTargetArn?: string;
  readonly kmsKeyArn?: string;
  readonly vpc?: {
    readonly subnetIds: readonly string[];
    readonly securityGroupIds: readonly string[];
    readonly ipv6AllowedForDualStack: boolean;
  };
  readonly fileSystems: readonly { readonly arn: string; readonly localMountPath: string }[];
}

export interface FunctionVersion {
  readonly functionName: string;
  /** `$LATEST` or a number. */
  readonly version: string;
  /** Changes whenever anything about the version changes, its permissions included. */
  readonly revisionId: string;
  /** Changes when code or settings do; what runs is known by it. */
  readonly buildId: string;
  readonly lastModifiedMs: number;
  readonly code: CodeSource;
  readonly settings: FunctionSettings;
}

export interface Alias {
  readonly name: string;
  readonly functionVersion: string;
  readonly description: string;
  readonly revisionId: string;
  /** A second version and its share of the invocations, 0 to 1. */
  readonly weights: Entries<number>;
}

/** A statement of a resource-based policy, as it is stored and shown. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface EventInvokeConfig {
  readonly lastModifiedMs: number;
  readonly maximumRetryAttempts?: number;
  readonly maximumEventAgeSeconds?: number;
  readonly onSuccessArn?: string;
  readonly onFailureArn?: string;
}

export interface FunctionUrlCors {
  readonly allowCredentials?: boolean;
  readonly allowHeaders?: readonly string[];
  readonly allowMethods?: readonly string[];
  readonly allowOrigins?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  readonly maxAgeSeconds?: number;
}

export interface FunctionUrl {
  readonly urlId: string;
  readonly authType: 'NONE' | 'AWS_IAM';
  readonly invokeMode: 'BUFFERED' | 'RESPONSE_STREAM';
  readonly cors?: FunctionUrlCors;
  readonly createdAtMs: number;
  readonly lastModifiedMs: number;
}

export interface ProvisionedConcurrency {
  readonly requested: number;
  readonly lastModifiedMs: number;
}

export interface RuntimeManagement {
  readonly updateRuntimeOn: 'Auto' | 'Manual' | 'FunctionUpdate';
  readonly runtimeVersionArn?: string;
}

/** Maps are by qualifier: `$LATEST` (also for the function as a whole), a version, or an alias. */
export interface LambdaFunction {
  readonly functionName: string;
  /** Without a qualifier. */
  readonly functionArn: string;
  readonly latest: FunctionVersion;
  /** Number of the version that was published last, deleted or not; 0 before the first. */
  readonly lastVersion: number;
  /** The build that was published last: publishing it again makes no new version. */
  readonly lastPublishedBuildId?: string;
  readonly aliases: Entries<Alias>;
  readonly permissions: Entries<readonly PolicyStatement[]>;
  readonly reservedConcurrency?: number;
  readonly provisioned: Entries<ProvisionedConcurrency>;
  readonly eventInvokeConfigs: Entries<EventInvokeConfig>;
  readonly urls: Entries<FunctionUrl>;
  readonly runtimeManagement: Entries<RuntimeManagement>;
  readonly recursiveLoop: 'Allow' | 'Terminate';
  readonly codeSigningConfigArn?: string;
  readonly tags: Strings;
}

export interface Layer {
  readonly layerName: string;
  /** Numbers are given once, whether their version still exists or not. */
  readonly lastVersion: number;
}

export interface LayerVersion {
  readonly layerName: string;
  readonly version: number;
  /** With the version. */
  readonly arn: string;
  readonly description: string;
  readonly createdAtMs: number;
  readonly code: CodeSource;
  readonly compatibleRuntimes: readonly string[];
  readonly compatibleArchitectures: readonly Architecture[];
  readonly licenseInfo?: string;
  readonly permissions: readonly PolicyStatement[];
  /** Of the policy. */
  readonly revisionId: string;
}

export interface CodeSigningConfig {
  readonly arn: string;
  readonly description: string;
  readonly signingProfileVersionArns: readonly string[];
  readonly untrustedArtifactOnDeployment: 'Warn' | 'Enforce';
  readonly lastModifiedMs: number;
  readonly tags: Strings;
}

/** Which stream, queue or topic feeds a function. Kept for who reads it; nothing polls. */
export interface EventSourceMapping {
  readonly uuid: string;
  readonly functionArn: string;
  readonly functionName: string;
  readonly enabled: boolean;
  readonly lastModifiedMs: number;
  /** Members of the API that are kept as they were sent. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly tags: Strings;
}
