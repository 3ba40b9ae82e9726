/**
 * Custom domain names: what one may look like, the names that clients reach it under, and its patch operations.
 * Base path mappings and access associations have files of their own.
 * Source: Amazon API Gateway API reference, "Patch operations", UpdateDomainName; Developer Guide, "Custom domain
 * name for public REST APIs" and "… for private APIs"; endpoint hosts and hosted zones: AWS General Reference.
 */
import { endpointTypes, ipAddressTypes, isOneOf } from './constraints.ts';
import {
  type DomainName,
  type RoutingMode,
  routingModes,
  type SecurityPolicy,
  securityPolicies,
} from './domain-name.ts';
import { entryOf, present } from './entries.ts';
import { badRequest, notFound, type ServiceError } from './errors.ts';
import {
  applyPatch,
  clear,
  type PatchEdit,
  type PatchOperation,
  type PatchRow,
  patchTable,
  refuseListing,
  required,
  text,
  word,
} from './patch.ts';
import { type PolicyOwner, storedPolicy } from './policies.ts';
import type { EndpointConfiguration, EndpointType, Strings } from './rest-api.ts';
import { newTags } from './tags.ts';

export const invalidDomainName = (): ServiceError => notFound('Invalid domain name identifier specified');

export interface DomainNameInput {
  readonly domainName: string;
  readonly certificateName?: string | undefined;
  readonly certificateBody?: string | undefined;
  readonly certificateArn?: string | undefined;
  readonly regionalCertificateName?: string | undefined;
  readonly regionalCertificateArn?: string | undefined;
  readonly endpointConfiguration?:
    | {
        readonly types?: readonly EndpointType[] | undefined;
        readonly ipAddressType?: EndpointConfiguration['ipAddressType'] | undefined;
      }
    | undefined;
  readonly securityPolicy?: SecurityPolicy | undefined;
  readonly endpointAccessMode?: 'BASIC' | 'STRICT' | undefined;
  readonly mutualTlsAuthentication?:
    | { readonly truststoreUri?: string | undefined; readonly truststoreVersion?: string | undefined }
    | undefined;
  readonly ownershipVerificationCertificateArn?: string | undefined;
  readonly policy?: string | undefined;
  readonly routingMode?: RoutingMode | undefined;
  readonly tags?: Strings | undefined;
}

/** Where a domain name lives, the time, and fresh identifiers. */
export interface DomainSurroundings {
  readonly accountId: string;
  readonly region: string;
  /** `aws`, `aws-cn` … as it stands in ARNs. */
  readonly partition: string;
  readonly nowMs: number;
  /** As `Call.newId`. */
  readonly newId: (length: number) => string;
}

/**
 * Whether the name is taken is for the caller to look up. A certificate is not needed: until one is there, the gateway
 * serves the domain with the certificate that it has, or without TLS.
 * @throws BadRequestException
 */
export function newDomainName(input: DomainNameInput, around: DomainSurroundings): DomainName {
  if (input.domainName === '') throw badRequest('No Domain Name specified');
  if (input.domainName.length > 253 || !/^(\*\.)?[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*$/.test(input.domainName))
    throw badRequest('Invalid domain name specified');
  const types = input.endpointConfiguration?.types ?? ['EDGE'];
  if (types.length === 0) throw badRequest('REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.');
  if (types.length > 1) throw badRequest('Cannot create a domain name with multiple Endpoint Types.');
  const isPrivate = types.includes('PRIVATE');
  const domainNameId = isPrivate ? around.newId(10) : undefined;
  const domain: DomainName = present({
    domainName: input.domainName,
    domainNameId,
    createdAtMs: around.nowMs,
    certificateName: text(input.certificateName),
    certificateArn: text(input.certificateArn),
    certificateUploadedAtMs:
      input.certificateArn || input.certificateName || input.certificateBody ? around.nowMs : undefined,
    regionalCertificateName: text(input.regionalCertificateName),
    regionalCertificateArn: text(input.regionalCertificateArn),
    endpointConfiguration: {
      types: [...types],
      ipAddressType:
        input.endpointConfiguration?.ipAddressType ?? (isPrivate ? ('dualstack' as const) : ('ipv4' as const)),
    },
    securityPolicy: input.securityPolicy ?? 'TLS_1_2',
    endpointAccessMode: input.endpointAccessMode,
    mutualTlsAuthentication: input.mutualTlsAuthentication?.truststoreUri
      ? present(input.mutualTlsAuthentication)
      : undefined,
    ownershipVerificationCertificateArn: text(input.ownershipVerificationCertificateArn),
    policy: text(input.policy) && storedPolicy(input.policy ?? '', policyOwner(input.domainName, domainNameId, around)),
    routingMode: input.routingMode ?? 'BASE_PATH_MAPPING_ONLY',
    tags: newTags(input.tags),
    basePathMappings: [],
  });
  return checked(withAddresses(domain, around));
}

/** The id under which a domain name is kept, and the last part of its ARN. */
export const domainKey = (domainName: string, domainNameId: string | undefined): string =>
  domainNameId === undefined || domainNameId === '' ? domainName : `${domainName}+${domainNameId}`;

/** ARNs of private names carry the account, those of public ones do not. */
export const domainArn = (
  { domainName, domainNameId }: Pick<DomainName, 'domainName' | 'domainNameId'>,
  { partition, region, accountId }: Pick<DomainSurroundings, 'partition' | 'region' | 'accountId'>,
): string =>
  `arn:${partition}:apigateway:${region}:${domainNameId === undefined ? '' : accountId}:/domainnames/${domainKey(domainName, domainNameId)}`;

const policyOwner = (
  domainName: string,
  domainNameId: string | undefined,
  around: DomainSurroundings,
): PolicyOwner => ({
  ...around,
  id: `/domainnames/${domainKey(domainName, domainNameId)}`,
});

/** What the endpoint types of a domain name lead to; a type that was left loses its address. */
function withAddresses(domain: DomainName, { region, partition, newId }: DomainSurroundings): DomainName {
  const {
    distributionDomainName = `d${newId(13)}.cloudfront.net`,
    distributionHostedZoneId = 'Z2FDTNDATAQYW2',
    regionalDomainName = `d-${newId(10)}.execute-api.${region}.${partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'}`,
    regionalHostedZoneId = hostedZoneOf(region),
    ...rest
  } = domain;
  const { types } = domain.endpointConfiguration;
  return {
    ...rest,
    ...(types.includes('EDGE') && { distributionDomainName, distributionHostedZoneId }),
    ...(types.includes('REGIONAL') && { regionalDomainName, regionalHostedZoneId }),
  };
}

/** Of the regional endpoint of API Gateway, for alias records. */
export const hostedZoneOf = (region: string): string => entryOf(hostedZones, region) ?? hostedZones['us-east-1'];

const hostedZones = {
  'us-east-1': 'Z1UJRXOUMOOFQ8',
  'us-east-2': 'ZOJJZC49E0EPZ',
  'us-west-1': 'Z2MUQ32089INYE',
  'us-west-2': 'Z2OJLYMUO9EFXC',
  'af-south-1': 'Z2DHW2332DAMTN',
  'ap-east-1': 'Z3FD1VL90ND7K5',
  'ap-south-1': 'Z3VO1THU9YC4UR',
  'ap-northeast-1': 'Z1YSHQZHG15GKL',
  'ap-northeast-2': 'Z20JF4UZKIW1U8',
  'ap-northeast-3': 'Z22ILHG95FLSZ2',
  'ap-southeast-1': 'ZL327KTPIQFUL',
  'ap-southeast-2': 'Z2RPCDW04V8134',
  'ca-central-1': 'Z19DQILCV0OWEC',
  'eu-central-1': 'Z1U9ULNL0V5AJ3',
  'eu-west-1': 'ZLY8HYME6SFDD',
  'eu-west-2': 'ZJ5UAJN8Y3Z2Q',
  'eu-west-3': 'Z3KY65QIEKYHQQ',
  'eu-south-1': 'Z3BT4WSQ9TDYZV',
  'eu-north-1': 'Z3UWIKFBOOGXPP',
  'me-south-1': 'Z20ZBPC0SS8806',
  'sa-east-1': 'ZCMLWB8V5SYIT',
  'us-gov-east-1': 'Z3SE9ATJYCRCZJ',
  'us-gov-west-1': 'Z1K6XKP9SAGWDV',
} as const;

/** @throws BadRequestException when the members do not go together */
function checked(domain: DomainName): DomainName {
  const { endpointConfiguration, securityPolicy, endpointAccessMode, mutualTlsAuthentication, policy } = domain;
  const { types, ipAddressType } = endpointConfiguration;
  const isPrivate = types.includes('PRIVATE');
  if (types.length === 0) throw badRequest('REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.');
  if (isPrivate && types.length > 1) throw badRequest('A private domain name cannot have other Endpoint Types.');
  if (isPrivate && ipAddressType !== 'dualstack')
    throw badRequest('Only dualstack ipAddressType is supported for Private domain names.');
  if (!isPrivate && (policy ?? domain.managementPolicy) !== undefined)
    throw badRequest('Policies are supported only for private domain names.');
  if (securityPolicy.startsWith('SecurityPolicy_') && endpointAccessMode === undefined)
    throw badRequest('Endpoint access mode is required for the specified security policy');
  if (mutualTlsAuthentication !== undefined) {
    if (!types.includes('REGIONAL')) throw badRequest('Mutual TLS is supported only for REGIONAL domain names.');
    if (!/^s3:\/\/[^/]+\/.+$/.test(mutualTlsAuthentication.truststoreUri ?? ''))
      throw badRequest('Invalid truststore URI specified, must be s3://bucket/key');
  }
  return domain;
}

// Patch operations.

type TextMember =
  | 'certificateName'
  | 'certificateArn'
  | 'regionalCertificateName'
  | 'regionalCertificateArn'
  | 'ownershipVerificationCertificateArn';

interface Patched {
  readonly domain: DomainName;
  readonly around: DomainSurroundings;
}

const onDomain =
  (edit: PatchEdit<DomainName>): PatchEdit<Patched> =>
  ({ domain, around }, step) => ({ around, domain: edit(domain, step) });

/** Certificates: an edge certificate that changes is uploaded anew. */
function certificateRow(name: TextMember): PatchRow<Patched> {
  const put: PatchEdit<Patched> = ({ domain, around }, { value, path }) => ({
    around,
    domain: {
      ...domain,
      [name]: required(`Invalid value for ${path}: must not be empty`)(value),
      ...((name === 'certificateArn' || name === 'certificateName') && { certificateUploadedAtMs: around.nowMs }),
    },
  });
  return { path: `/${name}`, add: put, replace: put, remove: onDomain(clear(name)) };
}

function trustRow(name: 'truststoreUri' | 'truststoreVersion'): PatchRow<Patched> {
  const put = onDomain((domain, { value }) => withTrust(domain, name, text(value)));
  return {
    path: `/mutualTlsAuthentication/${name}`,
    add: put,
    replace: put,
    remove: onDomain((domain) => withTrust(domain, name, undefined)),
  };
}

/** Without a truststore there is no mutual TLS. */
function withTrust(
  domain: DomainName,
  name: 'truststoreUri' | 'truststoreVersion',
  value: string | undefined,
): DomainName {
  const { mutualTlsAuthentication, ...rest } = domain;
  const trust = present({ ...mutualTlsAuthentication, [name]: value });
  return trust.truststoreUri === undefined && name === 'truststoreUri'
    ? rest
    : { ...rest, mutualTlsAuthentication: trust };
}

const withTypes = (
  domain: DomainName,
  change: (types: readonly EndpointType[]) => readonly EndpointType[],
): DomainName => ({
  ...domain,
  endpointConfiguration: {
    ...domain.endpointConfiguration,
    types: [...new Set(change(domain.endpointConfiguration.types))],
  },
});

const typeIn = word(endpointTypes, 'Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE');

/** `{type}` is a type or the index of one. */
const replacedType = (types: readonly EndpointType[], former: string, value: string | undefined): EndpointType[] =>
  types.map((type, index) => (type === former || String(index) === former ? typeIn(value) : type));

const policyRow = (name: 'policy' | 'managementPolicy'): PatchRow<Patched> => ({
  path: `/${name}`,
  replace: ({ domain, around }, step) => {
    const policy = text(step.value);
    const owner = policyOwner(domain.domainName, domain.domainNameId, around);
    return {
      around,
      domain:
        policy === undefined
          ? clear<DomainName, typeof name>(name)(domain, step)
          : { ...domain, [name]: storedPolicy(policy, owner) },
    };
  },
});

const oneOf =
  <Name extends 'securityPolicy' | 'endpointAccessMode' | 'routingMode'>(
    name: Name,
    words: readonly Extract<DomainName[Name], string>[],
  ): PatchEdit<Patched> =>
  ({ domain, around }, { value, path }) => {
    if (!isOneOf(words, value)) throw badRequest(`${path} Invalid request input`);
    return { around, domain: { ...domain, [name]: value } };
  };

const domainPatch = patchTable<Patched>(refuseListing, [
  certificateRow('certificateName'),
  certificateRow('certificateArn'),
  {
    path: '/endpointConfiguration/types',
    add: onDomain((domain, { value }) => withTypes(domain, (types) => [...types, typeIn(value)])),
    remove: onDomain((domain, { value }) =>
      withTypes(domain, (types) => types.filter((type) => type !== typeIn(value))),
    ),
  },
  {
    path: '/endpointConfiguration/types/{type}',
    replace: onDomain((domain, { names, value }) =>
      withTypes(domain, (types) => replacedType(types, names[0] ?? '', value)),
    ),
    remove: onDomain((domain, { names }) =>
      withTypes(domain, (types) => types.filter((type, index) => type !== names[0] && String(index) !== names[0])),
    ),
  },
  {
    path: '/endpointConfiguration/ipAddressType',
    replace: onDomain((domain, { value }) => ({
      ...domain,
      endpointConfiguration: {
        ...domain.endpointConfiguration,
        ipAddressType: word(ipAddressTypes, 'ipAddressType must be either ipv4 or dualstack.')(value),
      },
    })),
  },
  { path: '/endpointAccessMode', replace: oneOf('endpointAccessMode', ['BASIC', 'STRICT']) },
  policyRow('managementPolicy'),
  trustRow('truststoreUri'),
  trustRow('truststoreVersion'),
  policyRow('policy'),
  certificateRow('regionalCertificateName'),
  certificateRow('regionalCertificateArn'),
  { path: '/routingMode', replace: oneOf('routingMode', routingModes) },
  { path: '/securityPolicy', replace: oneOf('securityPolicy', securityPolicies) },
  certificateRow('ownershipVerificationCertificateArn'),
]);

/** @throws BadRequestException */
export function updateDomainName(
  domain: DomainName,
  operations: readonly PatchOperation[] | undefined,
  around: DomainSurroundings,
): DomainName {
  const { domain: edited } = applyPatch(domainPatch, { domain, around }, operations);
  return checked(withAddresses(edited, around));
}
