/** What belongs to an account rather than to one API: keys, usage plans, VPC links, client certificates, settings. */
import type { Strings } from './rest-api.ts';

export interface ApiKey {
  readonly id: string;
  readonly value: string;
  readonly name?: string;
  readonly customerId?: string;
  readonly description?: string;
  readonly enabled: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** `{restApiId}/{stageName}`, the deprecated way to tie a key to a stage. */
  readonly stageKeys: readonly string[];
  /** Set by patches; no answer shows them. */
  readonly labels?: readonly string[];
  readonly tags: Strings;
}

export interface Throttle {
  readonly burstLimit: number;
  readonly rateLimit: number;
}

export interface UsagePlan {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly apiStages: readonly {
    readonly apiId: string;
    readonly stage: string;
    /** By `{resourcePath}/{httpMethod}`. */
    readonly throttle?: Readonly<Record<string, Throttle>>;
  }[];
  readonly throttle?: Throttle;
  readonly quota?: { readonly limit: number; readonly offset: number; readonly period: 'DAY' | 'WEEK' | 'MONTH' };
  readonly productCode?: string;
  /** Ids of the API keys in this plan, oldest first. */
  readonly keyIds: readonly string[];
  /** Corrections of a key's remaining quota (UpdateUsage), by key id: day (`YYYY-MM-DD`) to remaining requests. */
  readonly usageRemaining: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly createdAtMs: number;
  readonly tags: Strings;
}

export interface VpcLink {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly targetArns: readonly string[];
  readonly createdAtMs: number;
  readonly tags: Strings;
}

export interface ClientCertificate {
  readonly clientCertificateId: string;
  readonly description?: string;
  readonly pemEncodedCertificate: string;
  /** PKCS#8 PEM; never leaves the gateway. */
  readonly privateKey: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly tags: Strings;
}

export interface AccountSettings {
  readonly cloudwatchRoleArn?: string;
  readonly features: readonly string[];
  readonly apiKeyVersion: string;
}
