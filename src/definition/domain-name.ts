/** Custom domain names and what they lead to: one document, seen through the REST and the HTTP API's services. */
import type { EndpointConfiguration, Strings } from './rest-api.ts';

/** What the HTTP API's service calls an API mapping. */
export interface BasePathMapping {
  /** What the HTTP API's service knows it by; absent in documents older than that service. */
  readonly apiMappingId?: string;
  /** `(none)` for the root of the domain; several segments only when made by the HTTP API's service. */
  readonly basePath: string;
  /** Of a REST, an HTTP or a WebSocket API. */
  readonly restApiId: string;
  /** Absent: the first segment of the path names the stage. */
  readonly stage?: string;
}

/** Sends requests that meet all conditions to a stage; without conditions, every request. */
export interface RoutingRule {
  readonly routingRuleId: string;
  /** 1 to 1,000,000, unique within a domain name; the lowest is asked first. */
  readonly priority: number;
  readonly conditions: readonly RoutingCondition[];
  /** Exactly one. */
  readonly actions: readonly RoutingAction[];
}

/** One of the two; any of its alternatives is enough. */
export interface RoutingCondition {
  readonly matchBasePaths?: { readonly anyOf: readonly string[] };
  readonly matchHeaders?: { readonly anyOf: readonly { readonly header: string; readonly valueGlob: string }[] };
}

export interface RoutingAction {
  readonly invokeApi: { readonly apiId: string; readonly stage: string; readonly stripBasePath: boolean };
}

/** In the order of AWS's model; a `SecurityPolicy_…` needs an endpoint access mode. */
export const securityPolicies = [
  'TLS_1_0',
  'TLS_1_2',
  'SecurityPolicy_TLS13_1_3_2025_09',
  'SecurityPolicy_TLS13_1_3_FIPS_2025_09',
  'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09',
  'SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09',
  'SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09',
  'SecurityPolicy_TLS13_1_2_Ext2_PQ_2025_09',
  'SecurityPolicy_TLS13_1_2_Ext2_FIPS_PQ_2025_09',
  'SecurityPolicy_TLS13_1_2_PQ_2025_09',
  'SecurityPolicy_TLS13_1_2_2021_06',
  'SecurityPolicy_TLS13_2025_EDGE',
  'SecurityPolicy_TLS12_PFS_2025_EDGE',
  'SecurityPolicy_TLS12_2018_EDGE',
] as const;
export type SecurityPolicy = (typeof securityPolicies)[number];

export const routingModes = [
  'BASE_PATH_MAPPING_ONLY',
  'ROUTING_RULE_ONLY',
  'ROUTING_RULE_THEN_BASE_PATH_MAPPING',
] as const;
export type RoutingMode = (typeof routingModes)[number];

export interface DomainName {
  readonly domainName: string;
  /** Private domain names only. */
  readonly domainNameId?: string;
  readonly createdAtMs: number;
  readonly certificateName?: string;
  readonly certificateArn?: string;
  readonly certificateUploadedAtMs?: number;
  readonly regionalDomainName?: string;
  readonly regionalHostedZoneId?: string;
  readonly regionalCertificateName?: string;
  readonly regionalCertificateArn?: string;
  readonly distributionDomainName?: string;
  readonly distributionHostedZoneId?: string;
  readonly endpointConfiguration: EndpointConfiguration;
  readonly securityPolicy: SecurityPolicy;
  readonly endpointAccessMode?: 'BASIC' | 'STRICT';
  readonly mutualTlsAuthentication?: { readonly truststoreUri?: string; readonly truststoreVersion?: string };
  readonly ownershipVerificationCertificateArn?: string;
  readonly policy?: string;
  readonly managementPolicy?: string;
  readonly routingMode: RoutingMode;
  readonly tags: Strings;
  /** In the order of creation. */
  readonly basePathMappings: readonly BasePathMapping[];
  /** In the order of priority. */
  readonly routingRules?: readonly RoutingRule[];
}

export interface DomainNameAccessAssociation {
  readonly id: string;
  readonly domainNameArn: string;
  readonly accessAssociationSource: string;
  readonly accessAssociationSourceType: 'VPCE';
  readonly tags: Strings;
}
