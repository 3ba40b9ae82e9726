/** Custom domain names of REST APIs and what they lead to. */
import type { EndpointConfiguration, Strings } from './rest-api.ts';

export interface BasePathMapping {
  /** `(none)` for the root of the domain. */
  readonly basePath: string;
  readonly restApiId: string;
  /** Absent: the first segment of the path names the stage. */
  readonly stage?: string;
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
}

export interface DomainNameAccessAssociation {
  readonly id: string;
  readonly domainNameArn: string;
  readonly accessAssociationSource: string;
  readonly accessAssociationSourceType: 'VPCE';
  readonly tags: Strings;
}
