/**
 * What must be known of AWS services to call them by an action's name: the host's first label, the name in signatures,
 * and how an action is asked for. Services that are not in the table are spoken to by their query protocol, with the
 * name of the URI in host and signature.
 * Source: the metadata of the AWS SDK's models; which protocol API Gateway speaks is recorded
 * (facts/integration-aws-services.md).
 */
export interface AwsServiceFacts {
  /** First labels of the host, where they are not the URI's own. */
  readonly host?: string;
  /** In signatures, where it is not the service's name. */
  readonly signingName?: string;
  /** `X-Amz-Target` is this, a dot and the action; the body is JSON of this version. */
  readonly json?: readonly [targetPrefix: string, version: '1.0' | '1.1'];
  /** `Version` of the query protocol. */
  readonly queryVersion?: string;
  /** Spoken to at one host for all regions; signed for us-east-1. */
  readonly global?: true;
}

const json = (targetPrefix: string, version: '1.0' | '1.1' = '1.1'): AwsServiceFacts => ({
  json: [targetPrefix, version],
});
const query = (queryVersion: string): AwsServiceFacts => ({ queryVersion });

/** By the name that stands in URIs. */
const services: ReadonlyMap<string, AwsServiceFacts> = new Map([
  ['acm', json('CertificateManager')],
  ['athena', json('AmazonAthena')],
  ['autoscaling', query('2011-01-01')],
  ['cloudformation', query('2010-05-15')],
  ['cloudtrail', json('com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101')],
  ['codebuild', json('CodeBuild_20161006')],
  ['codecommit', json('CodeCommit_20150413')],
  ['codedeploy', json('CodeDeploy_20141006')],
  ['codepipeline', json('CodePipeline_20150709')],
  ['cognito-identity', json('AWSCognitoIdentityService')],
  ['cognito-idp', json('AWSCognitoIdentityProviderService')],
  ['comprehend', json('Comprehend_20171127')],
  ['config', json('StarlingDoveService')],
  ['dms', json('AmazonDMSv20160101')],
  ['dynamodb', json('DynamoDB_20120810', '1.0')],
  ['streams.dynamodb', { ...json('DynamoDBStreams_20120810', '1.0'), signingName: 'dynamodb' }],
  ['ec2', query('2016-11-15')],
  ['ecr', { ...json('AmazonEC2ContainerRegistry_V20150921'), host: 'api.ecr' }],
  ['ecs', json('AmazonEC2ContainerServiceV20141113')],
  ['elasticache', query('2015-02-02')],
  ['email', { ...query('2010-12-01'), signingName: 'ses' }],
  ['ses', { ...query('2010-12-01'), host: 'email' }],
  ['events', json('AWSEvents')],
  ['firehose', json('Firehose_20150804')],
  ['forecast', json('AmazonForecast')],
  ['glue', json('AWSGlue')],
  ['iam', { ...query('2010-05-08'), global: true }],
  ['kendra', json('AWSKendraFrontendService')],
  ['kinesis', json('Kinesis_20131202')],
  ['kinesisanalytics', json('KinesisAnalytics_20180523')],
  ['kms', json('TrentService')],
  ['logs', json('Logs_20140328')],
  ['memorydb', { ...json('AmazonMemoryDB'), host: 'memory-db' }],
  ['monitoring', query('2010-08-01')],
  ['cloudwatch', { ...query('2010-08-01'), host: 'monitoring', signingName: 'monitoring' }],
  ['organizations', { ...json('AWSOrganizationsV20161128'), global: true }],
  ['personalize', json('AmazonPersonalize')],
  ['rds', query('2014-10-31')],
  ['redshift', query('2012-12-01')],
  ['redshift-data', json('RedshiftData')],
  ['rekognition', json('RekognitionService')],
  ['sagemaker', { ...json('SageMaker'), host: 'api.sagemaker' }],
  ['runtime.sagemaker', { signingName: 'sagemaker' }],
  ['secretsmanager', json('secretsmanager')],
  ['servicediscovery', json('Route53AutoNaming_v20170314')],
  ['sns', query('2010-03-31')],
  ['sqs', query('2012-11-05')],
  ['ssm', { ...json('AmazonSSM'), queryVersion: '2014-11-06' }],
  ['states', json('AWSStepFunctions', '1.0')],
  ['sync.states', { ...json('AWSStepFunctions', '1.0'), host: 'sync-states', signingName: 'states' }],
  ['sts', query('2011-06-15')],
  ['swf', json('SimpleWorkflowService', '1.0')],
  ['tagging', json('ResourceGroupsTaggingAPI_20170126')],
  ['textract', json('Textract')],
  ['query.timestream', { ...json('Timestream_20181101', '1.0'), signingName: 'timestream' }],
  ['ingest.timestream', { ...json('Timestream_20181101', '1.0'), signingName: 'timestream' }],
  ['transcribe', json('Transcribe')],
  ['translate', json('AWSShineFrontendService_20170701')],
  ['data.iot', { signingName: 'iotdata' }],
  ['data.mediastore', { signingName: 'mediastore' }],
]);

const unknown: AwsServiceFacts = Object.freeze({});

/** @param name of the URI, with its subdomain: `sqs`, `data.iot`, `mybucket.s3` */
export const factsOf = (name: string, service: string): AwsServiceFacts =>
  services.get(name) ?? services.get(service) ?? unknown;

/** Host of a service in AWS itself. */
export function awsHostOf(name: string, facts: AwsServiceFacts, region: string): string {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return facts.global === true ? `${facts.host ?? name}.${suffix}` : `${facts.host ?? name}.${region}.${suffix}`;
}
