/** Custom domain names of REST APIs and what they lead to. */
import type { EndpointConfiguration, Strings } from './rest-api.ts';

export interface BasePathMapping {
  /** `(none)` for the root of the domain. */
  readonly basePath: string;
  readonly restApiId: string;
  /** Absent: the first segment of the path names the stage. */
  readonly stage?: string;
}

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
  readonly securityPolicy?: string;
  readonly endpointAccessMode?: string;
  readonly mutualTlsAuthentication?: { readonly truststoreUri?: string; readonly truststoreVersion?: string };
  readonly ownershipVerificationCertificateArn?: string;
  readonly policy?: string;
  readonly managementPolicy?: string;
  readonly routingMode?: string;
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
