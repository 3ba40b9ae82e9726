/**
 * What Lambda's operations require of single members: patterns, lengths and ranges of AWS's own model, for the members
 * of what is served here. Source: service model of Lambda (API version 2015-03-31) as AWS publishes it with botocore.
 */
import type { Constraint } from './constraint.ts';

const region = '(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}';

/** `Member: Operation Operation …` stands for that member of the operations' requests, `Shape.Member` for itself. */
const table: readonly (readonly [Constraint, ...string[]])[] = [
  [{ pattern: '(lambda:[*]|lambda:[a-zA-Z]+|[*])' }, 'Action: AddPermission'],
  [
    { pattern: '(?!^[0-9]+$)([a-zA-Z0-9-_]+)', lengthMin: 1, lengthMax: 128 },
    'Name: CreateAlias DeleteAlias GetAlias UpdateAlias',
  ],
  [{ lengthMax: 6 }, 'Cors.AllowMethods'],
  [{ lengthMax: 100 }, 'Cors.AllowOrigins'],
  [{ lengthMin: 1, lengthMax: 1 }, 'Architectures: CreateFunction UpdateFunctionCode'],
  [
    { pattern: `arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:(${region})?:(\\d{12})?:(.*)` },
    'SourceArn: AddPermission',
    'EventSourceArn: CreateEventSourceMapping ListEventSourceMappings',
    'KafkaSchemaRegistryAccessConfig.URI',
  ],
  [{ min: 1, max: 10000 }, 'BatchSize: CreateEventSourceMapping UpdateEventSourceMapping'],
  [
    { pattern: `arn:(aws[a-zA-Z-]*)?:lambda:${region}:\\d{12}:code-signing-config:csc-[a-z0-9]{17}`, lengthMax: 200 },
    'CodeSigningConfigArn: CreateFunction DeleteCodeSigningConfig GetCodeSigningConfig ListFunctionsByCodeSigningConfig PutFunctionCodeSigningConfig UpdateCodeSigningConfig',
  ],
  [{ lengthMax: 2 }, 'CompatibleArchitectures: PublishLayerVersion'],
  [{ lengthMax: 15 }, 'CompatibleRuntimes: PublishLayerVersion'],
  [
    { lengthMax: 256 },
    'Description: CreateAlias CreateCodeSigningConfig CreateFunction PublishLayerVersion PublishVersion UpdateAlias UpdateCodeSigningConfig UpdateFunctionConfiguration',
  ],
  [
    {
      pattern: `$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:(${region})?:(\\d{12})?:(.*)`,
      lengthMax: 350,
    },
    'OnFailure.Destination',
    'OnSuccess.Destination',
  ],
  [{ lengthMin: 1, lengthMax: 2 }, 'SelfManagedEventSource.Endpoints'],
  [{ min: 512, max: 32768 }, 'EphemeralStorage.Size'],
  [{ lengthMax: 3 }, 'EventSourceMappingMetricsConfig.Metrics'],
  [{ pattern: '[a-zA-Z0-9._\\-]+', lengthMax: 256 }, 'EventSourceToken: AddPermission'],
  [
    {
      pattern: `arn:aws[a-zA-Z-]*:elasticfilesystem:${region}:\\d{12}:access-point/fsap-[a-f0-9]{17}$|^arn:aws[-a-z]*:s3files:[0-9a-z-:]+:file-system/fs-[0-9a-f]{17,40}/access-point/fsap-[0-9a-f]{17,40}`,
      lengthMax: 256,
    },
    'FileSystemConfig.Arn',
  ],
  [{ lengthMax: 1 }, 'FileSystemConfigs: CreateFunction UpdateFunctionConfiguration'],
  [
    {
      pattern: `(arn:(aws[a-zA-Z-]*)?:lambda:)?(${region}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`,
      lengthMin: 1,
      lengthMax: 140,
    },
    'FunctionName: CreateAlias CreateFunction DeleteAlias DeleteFunctionConcurrency DeleteProvisionedConcurrencyConfig GetAlias GetFunctionConcurrency GetProvisionedConcurrencyConfig ListAliases ListProvisionedConcurrencyConfigs PublishVersion PutFunctionConcurrency PutProvisionedConcurrencyConfig UpdateAlias UpdateFunctionCode UpdateFunctionConfiguration',
  ],
  [{ lengthMax: 1 }, 'FunctionResponseTypes: CreateEventSourceMapping UpdateEventSourceMapping'],
  [
    {
      pattern: `(arn:(aws[a-zA-Z-]*)?:lambda:)?(${region}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]{1,64})(:((?!\\d+$)[0-9a-zA-Z-_]+))?`,
      lengthMin: 1,
      lengthMax: 140,
    },
    'FunctionName: CreateFunctionUrlConfig DeleteFunctionUrlConfig GetFunctionUrlConfig ListFunctionUrlConfigs UpdateFunctionUrlConfig',
  ],
  [
    { pattern: '((?!^\\d+$)^[0-9a-zA-Z-_]+$)', lengthMin: 1, lengthMax: 128 },
    'Qualifier: CreateFunctionUrlConfig DeleteFunctionUrlConfig GetFunctionUrlConfig UpdateFunctionUrlConfig',
  ],
  [{ pattern: '[^\\s]+', lengthMax: 128 }, 'Handler: CreateFunction UpdateFunctionConfiguration'],
  [{ lengthMax: 100 }, 'Cors.AllowHeaders', 'Cors.ExposeHeaders'],
  [
    { pattern: '(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()' },
    'KMSKeyArn: CreateEventSourceMapping CreateFunction UpdateEventSourceMapping UpdateFunctionConfiguration',
    'SourceKMSKeyArn: UpdateFunctionCode',
    'FunctionCode.SourceKMSKeyArn',
  ],
  [
    {
      pattern: `(arn:(aws[a-zA-Z-]*)?:lambda:${region}:\\d{12}:layer:[a-zA-Z0-9-_]{1,140}|[a-zA-Z0-9-_]{1,140})`,
      lengthMin: 1,
      lengthMax: 2048,
    },
    'LayerName: AddLayerVersionPermission DeleteLayerVersion GetLayerVersionPolicy GetLayerVersion ListLayerVersions PublishLayerVersion RemoveLayerVersionPermission',
  ],
  [{ pattern: 'lambda:GetLayerVersion', lengthMax: 22 }, 'Action: AddLayerVersionPermission'],
  [{ pattern: '\\d{12}|\\*|arn:(aws[a-zA-Z-]*):iam::\\d{12}:root' }, 'Principal: AddLayerVersionPermission'],
  [
    {
      pattern: `((arn:(aws[a-zA-Z-]*)?:lambda:${region}:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+))`,
      lengthMin: 1,
      lengthMax: 2048,
    },
    'Arn: GetLayerVersionByArn',
  ],
  [{ lengthMax: 512 }, 'LicenseInfo: PublishLayerVersion'],
  [{ pattern: '/mnt/[a-zA-Z0-9-_.]+', lengthMax: 160 }, 'FileSystemConfig.LocalMountPath'],
  [{ pattern: '[\\.\\-_/#A-Za-z0-9]+', lengthMin: 1, lengthMax: 512 }, 'LoggingConfig.LogGroup'],
  [{ min: 0, max: 86400 }, 'Cors.MaxAge'],
  [{ min: 1, max: 50 }, 'MaxItems: ListFunctionEventInvokeConfigs'],
  [{ min: 1, max: 50 }, 'MaxItems: ListFunctionUrlConfigs'],
  [{ min: 1, max: 50 }, 'MaxItems: ListLayerVersions ListLayers'],
  [
    { min: 1, max: 10000 },
    'MaxItems: ListAliases ListCodeSigningConfigs ListEventSourceMappings ListFunctionsByCodeSigningConfig ListFunctions ListVersionsByFunction',
  ],
  [{ min: 1, max: 50 }, 'MaxItems: ListProvisionedConcurrencyConfigs'],
  [{ min: 0, max: 300 }, 'MaximumBatchingWindowInSeconds: CreateEventSourceMapping UpdateEventSourceMapping'],
  [{ min: 2, max: 1000 }, 'ScalingConfig.MaximumConcurrency'],
  [{ min: 60, max: 21600 }, 'MaximumEventAgeInSeconds: PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig'],
  [{ min: 1, max: 10000 }, 'ProvisionedPollerConfig.MaximumPollers'],
  [{ min: -1, max: 604800 }, 'MaximumRecordAgeInSeconds: CreateEventSourceMapping UpdateEventSourceMapping'],
  [{ min: 0, max: 2 }, 'MaximumRetryAttempts: PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig'],
  [{ min: -1, max: 10000 }, 'MaximumRetryAttempts: CreateEventSourceMapping UpdateEventSourceMapping'],
  [{ min: 128, max: 32768 }, 'MemorySize: CreateFunction UpdateFunctionConfiguration'],
  [{ min: 1, max: 200 }, 'ProvisionedPollerConfig.MinimumPollers'],
  [
    {
      pattern: `(arn:(aws[a-zA-Z-]*)?:lambda:)?(${region}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`,
      lengthMin: 1,
      lengthMax: 256,
    },
    'FunctionName: AddPermission CreateEventSourceMapping DeleteFunctionCodeSigningConfig DeleteFunctionEventInvokeConfig DeleteFunction GetFunctionCodeSigningConfig GetFunctionConfiguration GetFunctionEventInvokeConfig GetFunction GetPolicy GetRuntimeManagementConfig Invocation InvokeAsync InvokeWithResponseStream ListEventSourceMappings ListFunctionEventInvokeConfigs ListVersionsByFunction PutFunctionCodeSigningConfig PutFunctionEventInvokeConfig PutRuntimeManagementConfig RemovePermission UpdateEventSourceMapping UpdateFunctionEventInvokeConfig',
  ],
  [{ pattern: '([a-zA-Z0-9-_.]+)', lengthMin: 1, lengthMax: 100 }, 'StatementId: RemovePermission'],
  [
    { pattern: '\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+', lengthMin: 1, lengthMax: 128 },
    'Qualifier: AddPermission DeleteFunctionEventInvokeConfig DeleteFunction GetFunctionConfiguration GetFunctionEventInvokeConfig GetFunction GetPolicy GetRuntimeManagementConfig Invocation InvokeWithResponseStream PutFunctionEventInvokeConfig PutRuntimeManagementConfig RemovePermission UpdateFunctionEventInvokeConfig',
  ],
  [{ pattern: 'o-[a-z0-9]{10,32}', lengthMax: 34 }, 'OrganizationId: AddLayerVersionPermission'],
  [{ min: 1, max: 10 }, 'ParallelizationFactor: CreateEventSourceMapping UpdateEventSourceMapping'],
  [{ lengthMax: 4096 }, 'Filter.Pattern'],
  [
    {
      pattern: `arn:(aws[a-zA-Z-]*)?:lambda:${region}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_])+)?|runtime/[a-zA-Z0-9-_./]+)`,
      lengthMax: 512,
    },
    'ResourceArn: DeleteResourcePolicy GetResourcePolicy PutResourcePolicy',
  ],
  [{ min: 1 }, 'ProvisionedConcurrentExecutions: PutProvisionedConcurrencyConfig'],
  [{ pattern: '[^\\s]+', lengthMax: 2048 }, 'Principal: AddPermission'],
  [{ pattern: 'o-[a-z0-9]{10,32}', lengthMin: 12, lengthMax: 34 }, 'PrincipalOrgID: AddPermission'],
  [{ pattern: '[a-zA-Z0-9-_]*', lengthMax: 128 }, 'ProvisionedPollerConfig.PollerGroupName'],
  [
    { pattern: '(|[a-zA-Z0-9$_-]+)', lengthMin: 1, lengthMax: 128 },
    'Qualifier: DeleteProvisionedConcurrencyConfig GetProvisionedConcurrencyConfig PutProvisionedConcurrencyConfig',
  ],
  [{ lengthMin: 1, lengthMax: 1 }, 'Queues: CreateEventSourceMapping'],
  [{ min: 0 }, 'ReservedConcurrentExecutions: PutFunctionConcurrency'],
  [{ pattern: '(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()' }, 'DeadLetterConfig.TargetArn'],
  [{ lengthMin: 1, lengthMax: 20480 }, 'Policy: PutResourcePolicy'],
  [
    { pattern: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', lengthMin: 36, lengthMax: 36 },
    'RevisionId: DeleteResourcePolicy PutResourcePolicy',
  ],
  [
    { pattern: 'arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+' },
    'Role: CreateFunction UpdateFunctionConfiguration',
  ],
  [
    {
      pattern: `((arn:(aws[a-zA-Z-]*):lambda:${region}::runtime:.+)|(arn:(aws[a-zA-Z-]*):lambda:${region}:\\d{12}:runtime/[A-Za-z0-9_.-]{1,128}/version/[A-Za-z0-9_.-]{1,128}))`,
      lengthMin: 26,
      lengthMax: 2048,
    },
    'RuntimeVersionArn: PutRuntimeManagementConfig',
  ],
  [
    { pattern: '[0-9A-Za-z\\.\\-_]*(?<!\\.)', lengthMin: 3, lengthMax: 63 },
    'S3Bucket: UpdateFunctionCode',
    'FunctionCode.S3Bucket',
    'LayerVersionContentInput.S3Bucket',
  ],
  [
    { lengthMin: 1, lengthMax: 1024 },
    'S3Key: UpdateFunctionCode',
    'FunctionCode.S3Key',
    'LayerVersionContentInput.S3Key',
  ],
  [
    { lengthMin: 1, lengthMax: 1024 },
    'S3ObjectVersion: UpdateFunctionCode',
    'FunctionCode.S3ObjectVersion',
    'LayerVersionContentInput.S3ObjectVersion',
  ],
  [{ lengthMax: 5 }, 'VpcConfig.SecurityGroupIds'],
  [{ lengthMin: 1, lengthMax: 20 }, 'AllowedPublishers.SigningProfileVersionArns'],
  [{ lengthMax: 23 }, 'SourceAccessConfigurations: CreateEventSourceMapping UpdateEventSourceMapping'],
  [{ pattern: '\\d{12}', lengthMax: 12 }, 'SourceAccount: AddPermission'],
  [
    { pattern: '([a-zA-Z0-9-_]+)', lengthMin: 1, lengthMax: 100 },
    'StatementId: AddLayerVersionPermission AddPermission RemoveLayerVersionPermission',
  ],
  [{ lengthMax: 16 }, 'VpcConfig.SubnetIds'],
  [
    {
      pattern: `arn:(aws[a-zA-Z-]*):lambda:${region}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|(capacity-provider|network-connector):[a-zA-Z0-9-_]{1,64})`,
      lengthMin: 1,
    },
    'Resource: ListTags TagResource UntagResource',
  ],
  [{ min: 1, max: 5400 }, 'Timeout: CreateFunction UpdateFunctionConfiguration'],
  [{ lengthMin: 1, lengthMax: 1 }, 'Topics: CreateEventSourceMapping'],
  [{ min: 0, max: 900 }, 'TumblingWindowInSeconds: CreateEventSourceMapping UpdateEventSourceMapping'],
  [
    { pattern: '[ a-zA-Z0-9-\\/*:_+=.@-]*', lengthMin: 1, lengthMax: 200 },
    'AmazonManagedKafkaEventSourceConfig.ConsumerGroupId',
    'SelfManagedKafkaEventSourceConfig.ConsumerGroupId',
    'SourceAccessConfiguration.URI',
  ],
  [{ lengthMin: 36, lengthMax: 36 }, 'UUID: DeleteEventSourceMapping GetEventSourceMapping UpdateEventSourceMapping'],
  [
    {
      pattern: `(arn:(aws[a-zA-Z-]*)?:lambda:)?(${region}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)`,
      lengthMin: 1,
      lengthMax: 140,
    },
    'FunctionName: GetFunctionRecursionConfig PutFunctionRecursionConfig',
  ],
  [
    { pattern: '(\\$LATEST(\\.PUBLISHED)?|[0-9]+)', lengthMin: 1, lengthMax: 1024 },
    'FunctionVersion: CreateAlias ListAliases UpdateAlias',
  ],
];

const membersOf = (target: string): readonly string[] => {
  const [member = '', operations] = target.split(': ');
  return operations?.split(' ').map((operation) => `${operation}Request.${member}`) ?? [member];
};

/** By `Shape.Member`. */
export const lambdaConstraints: Readonly<Record<string, Constraint>> = Object.fromEntries(
  table.flatMap(([constraint, ...targets]) => targets.flatMap(membersOf).map((member) => [member, constraint])),
);
