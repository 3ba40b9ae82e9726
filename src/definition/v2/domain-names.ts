/**
 * Custom domain names as the HTTP API's service sees them: the documents are those of the REST API's service, and so
 * are the rules, but for what only one of the two allows.
 * Source: Amazon API Gateway V2 API Reference, "DomainNames"; texts are those that AWS is known to give.
 */
import { isOneOf } from '../constraints.ts';
import type { DomainName, RoutingMode } from '../domain-name.ts';
import { type DomainSurroundings, newDomainName, updateDomainName } from '../domain-names.ts';
import { present } from '../entries.ts';
import { badRequest, notFound, type ServiceError } from '../errors.ts';
import type { PatchOperation } from '../patch.ts';
import type { EndpointConfiguration, Strings } from '../rest-api.ts';
import { requireManageable } from './api-mappings.ts';
import { checkLengths } from './lengths.ts';

export const invalidDomainName = (): ServiceError =>
  notFound('The domain name resource specified in the request was not found.');

export const routingModes = ['API_MAPPING_ONLY', 'ROUTING_RULE_ONLY', 'ROUTING_RULE_THEN_API_MAPPING'] as const;
type RoutingModeV2 = (typeof routingModes)[number];

/** The two services' words for the same. */
const modeOf: Readonly<Record<RoutingModeV2, RoutingMode>> = {
  API_MAPPING_ONLY: 'BASE_PATH_MAPPING_ONLY',
  ROUTING_RULE_ONLY: 'ROUTING_RULE_ONLY',
  ROUTING_RULE_THEN_API_MAPPING: 'ROUTING_RULE_THEN_BASE_PATH_MAPPING',
};
const modeV2Of: Readonly<Record<RoutingMode, RoutingModeV2>> = {
  BASE_PATH_MAPPING_ONLY: 'API_MAPPING_ONLY',
  ROUTING_RULE_ONLY: 'ROUTING_RULE_ONLY',
  ROUTING_RULE_THEN_BASE_PATH_MAPPING: 'ROUTING_RULE_THEN_API_MAPPING',
};

interface ConfigurationInput {
  readonly certificateArn?: string | undefined;
  readonly certificateName?: string | undefined;
  readonly endpointType?: string | undefined;
  readonly securityPolicy?: string | undefined;
  readonly ipAddressType?: EndpointConfiguration['ipAddressType'] | undefined;
  readonly ownershipVerificationCertificateArn?: string | undefined;
}

interface DomainSettings {
  readonly domainNameConfigurations?: readonly ConfigurationInput[] | undefined;
  readonly mutualTlsAuthentication?:
    | { readonly truststoreUri?: string | undefined; readonly truststoreVersion?: string | undefined }
    | undefined;
  readonly routingMode?: RoutingModeV2 | undefined;
}

/** @throws BadRequestException */
export function createDomain(
  input: DomainSettings & { readonly domainName: string; readonly tags?: Strings | undefined },
  around: DomainSurroundings,
): DomainName {
  checkLengths({ domainName: input.domainName });
  if (!/^(\*\.)?[a-z0-9.-]+$/.test(input.domainName)) throw badRequest('Invalid domain name specified');
  const configuration = configurationOf(input.domainNameConfigurations, around.region);
  return newDomainName(
    {
      domainName: input.domainName,
      regionalCertificateArn: configuration.certificateArn,
      regionalCertificateName: configuration.certificateName,
      endpointConfiguration: { types: ['REGIONAL'], ipAddressType: configuration.ipAddressType },
      securityPolicy: 'TLS_1_2',
      ownershipVerificationCertificateArn: configuration.ownershipVerificationCertificateArn,
      mutualTlsAuthentication: input.mutualTlsAuthentication,
      routingMode: input.routingMode && modeOf[input.routingMode],
      tags: input.tags,
    },
    around,
  );
}

function configurationOf(
  configurations: readonly ConfigurationInput[] | undefined,
  region: string,
): ConfigurationInput {
  const [configuration, ...others] = configurations ?? [];
  if (configuration === undefined || others.length > 0)
    throw badRequest('Invalid input. Expected one domain name configuration');
  const { endpointType = 'REGIONAL', securityPolicy = 'TLS_1_2', certificateArn } = configuration;
  if (endpointType !== 'REGIONAL')
    throw badRequest(`${endpointType} endpoint type is not supported for APIGatewayV2 domainName`);
  if (securityPolicy !== 'TLS_1_2') throw badRequest(`${securityPolicy} is not supported for APIGatewayV2 domainName.`);
  for (const arn of [certificateArn, configuration.ownershipVerificationCertificateArn])
    if (arn !== undefined && arn !== '' && arn.split(':')[3] !== region)
      throw badRequest(`Invalid certificate ARN: ${arn}. Certificate must be in '${region}'.`);
  return configuration;
}

/** @throws BadRequestException */
export function updateDomain(domain: DomainName, change: DomainSettings, around: DomainSurroundings): DomainName {
  requireManageable(domain);
  const { domainNameConfigurations, mutualTlsAuthentication, routingMode } = change;
  const configuration =
    domainNameConfigurations === undefined ? {} : configurationOf(domainNameConfigurations, around.region);
  const operations = Object.entries({
    '/regionalCertificateArn': configuration.certificateArn,
    '/regionalCertificateName': configuration.certificateName,
    '/ownershipVerificationCertificateArn': configuration.ownershipVerificationCertificateArn,
    '/endpointConfiguration/ipAddressType': configuration.ipAddressType,
    '/mutualTlsAuthentication/truststoreUri': mutualTlsAuthentication?.truststoreUri,
    '/mutualTlsAuthentication/truststoreVersion':
      mutualTlsAuthentication?.truststoreUri === '' ? undefined : mutualTlsAuthentication?.truststoreVersion,
    '/routingMode': routingMode && modeOf[routingMode],
  }).flatMap(([path, value]): PatchOperation[] => (value === undefined ? [] : [{ op: 'replace', path, value }]));
  return updateDomainName(domain, operations, around);
}

export interface ShownConfiguration {
  readonly endpointType: 'EDGE' | 'REGIONAL';
  readonly apiGatewayDomainName?: string;
  readonly hostedZoneId?: string;
  readonly certificateArn?: string;
  readonly certificateName?: string;
  readonly certificateUploadedAtMs?: number;
  readonly domainNameStatus: 'AVAILABLE';
  readonly ipAddressType: EndpointConfiguration['ipAddressType'];
  /** Absent for a policy that this service has no word for. */
  readonly securityPolicy?: 'TLS_1_0' | 'TLS_1_2';
  readonly ownershipVerificationCertificateArn?: string;
}

/** Its addresses and certificates, one entry for each kind of endpoint. */
export function configurationsOf(domain: DomainName): ShownConfiguration[] {
  const { endpointConfiguration, securityPolicy, ownershipVerificationCertificateArn } = domain;
  const shared = {
    domainNameStatus: 'AVAILABLE' as const,
    ipAddressType: endpointConfiguration.ipAddressType,
    securityPolicy: isOneOf(['TLS_1_0', 'TLS_1_2'] as const, securityPolicy) ? securityPolicy : undefined,
    ownershipVerificationCertificateArn,
  };
  const regional = {
    ...shared,
    endpointType: 'REGIONAL' as const,
    apiGatewayDomainName: domain.regionalDomainName,
    hostedZoneId: domain.regionalHostedZoneId,
    certificateArn: domain.regionalCertificateArn,
    certificateName: domain.regionalCertificateName,
  };
  const edge = {
    ...shared,
    endpointType: 'EDGE' as const,
    apiGatewayDomainName: domain.distributionDomainName,
    hostedZoneId: domain.distributionHostedZoneId,
    certificateArn: domain.certificateArn,
    certificateName: domain.certificateName,
    certificateUploadedAtMs: domain.certificateUploadedAtMs,
  };
  const { types } = endpointConfiguration;
  return [
    ...(types.includes('REGIONAL') ? [present(regional)] : []),
    ...(types.includes('EDGE') ? [present(edge)] : []),
  ];
}

export const routingModeOf = ({ routingMode }: DomainName): RoutingModeV2 => modeV2Of[routingMode];
