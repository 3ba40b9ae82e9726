/**
 * Deployments and stages of REST APIs. A deployment is a REST API frozen at one moment; a stage serves one, or two
 * while a canary takes a share of its traffic.
 */
import type { RestApi, Strings } from './rest-api.ts';

export interface Deployment {
  readonly id: string;
  readonly restApiId: string;
  readonly createdAtMs: number;
  readonly description?: string;
  /** The API as it was; never changes. */
  readonly api: RestApi;
}

/** Settings of one method of a stage; keys of `Stage.methodSettings` are `*\/*` or `pets/GET` (no leading slash). */
export interface MethodSetting {
  readonly metricsEnabled: boolean;
  readonly loggingLevel?: string;
  readonly dataTraceEnabled: boolean;
  readonly throttlingBurstLimit: number;
  readonly throttlingRateLimit: number;
  readonly cachingEnabled: boolean;
  readonly cacheTtlInSeconds: number;
  readonly cacheDataEncrypted: boolean;
  readonly requireAuthorizationForCacheControl: boolean;
  readonly unauthorizedCacheControlHeaderStrategy:
    | 'FAIL_WITH_403'
    | 'SUCCEED_WITH_RESPONSE_HEADER'
    | 'SUCCEED_WITHOUT_RESPONSE_HEADER';
}

export interface CanarySettings {
  readonly deploymentId: string;
  /** 0 to 100. */
  readonly percentTraffic: number;
  readonly stageVariableOverrides?: Strings;
  readonly useStageCache: boolean;
}

export type CacheClusterSize = '0.5' | '1.6' | '6.1' | '13.5' | '28.4' | '58.2' | '118' | '237';

export interface Stage {
  readonly restApiId: string;
  readonly stageName: string;
  readonly deploymentId: string;
  readonly description?: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly variables?: Strings;
  readonly cacheClusterEnabled: boolean;
  /** Gigabytes, as AWS sells them. */
  readonly cacheClusterSize?: CacheClusterSize;
  readonly cacheClusterStatus: 'AVAILABLE' | 'NOT_AVAILABLE';
  readonly clientCertificateId?: string;
  readonly documentationVersion?: string;
  readonly tracingEnabled: boolean;
  readonly webAclArn?: string;
  readonly accessLogSettings?: { readonly destinationArn?: string; readonly format?: string };
  readonly methodSettings: Readonly<Record<string, MethodSetting>>;
  readonly canarySettings?: CanarySettings;
  readonly tags: Strings;
}

/** All that a gate needs to serve one stage; plain data, so that it can be sent to another thread. */
export interface DeployedRestStage {
  readonly accountId: string;
  readonly region: string;
  readonly restApiId: string;
  /** Settings that act at once, without a deployment. */
  readonly disableExecuteApiEndpoint: boolean;
  readonly policy?: string;
  readonly stage: Stage;
  readonly deployment: Deployment;
  readonly canaryDeployment?: Deployment;
}
