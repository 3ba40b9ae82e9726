/**
 * API mappings of custom domain names: the same as base path mappings, with an identifier, and with keys of several
 * segments. Whether the API and the stage exist is for the caller to look up.
 * Source: Amazon API Gateway Developer Guide, "Use API mappings to connect API stages to a custom domain name"; texts
 * are those that AWS is known to give.
 */
import { noBasePath } from '../base-path-mappings.ts';
import type { BasePathMapping, DomainName } from '../domain-name.ts';
import { present } from '../entries.ts';
import { badRequest, conflict, notFound, type ServiceError } from '../errors.ts';
import { checkLength } from './lengths.ts';

export const invalidMapping = (): ServiceError =>
  notFound('The api mapping resource specified in the request was not found.');

const mappingsMax = 200;
const keyMax = 300;

/** What AWS calls the mapping; the identifier of a mapping that has none is its base path, in hexadecimal digits. */
export const mappingIdOf = ({ apiMappingId, basePath }: BasePathMapping): string =>
  apiMappingId ?? Buffer.from(basePath).toString('hex');

/** The key as the HTTP API's service writes it: empty for the root of the domain. */
export const mappingKeyOf = ({ basePath }: BasePathMapping): string => (basePath === noBasePath ? '' : basePath);

/** @throws NotFoundException */
export function mappingOf(domain: DomainName, apiMappingId: string): BasePathMapping {
  const found = domain.basePathMappings.find((each) => mappingIdOf(each) === apiMappingId);
  if (found === undefined) throw invalidMapping();
  return found;
}

/** Only regional domain names with TLS 1.2 can be managed here. @throws BadRequestException */
export function requireManageable({ endpointConfiguration, securityPolicy }: DomainName): void {
  if (!endpointConfiguration.types.includes('REGIONAL'))
    throw badRequest(
      'Only REGIONAL domain names can be managed through the API Gateway V2 API. For EDGE domain names, please use the API Gateway V1 API. Also note that only REST APIs can be attached to EDGE domain names.',
    );
  if (securityPolicy === 'TLS_1_0')
    throw badRequest(
      'Only REGIONAL domain names with a security policy of TLS 1.2 can be managed through the API Gateway V2 API. For TLS 1.0 domain names, please use the API Gateway V1 API to upgrade your security policy to TLS 1.2. Currently, only REST APIs can be attached to a domain name with a security policy of TLS 1.0.',
    );
}

export interface ApiMappingInput {
  readonly apiId: string;
  readonly stage: string;
  readonly apiMappingKey?: string | undefined;
}

interface Edited {
  readonly domain: DomainName;
  readonly mapping: BasePathMapping;
}

/** @throws ServiceError */
export function createMapping(domain: DomainName, input: ApiMappingInput, apiMappingId: string): Edited {
  if (domain.basePathMappings.length >= mappingsMax)
    throw badRequest(`A domain name can have at most ${mappingsMax} API mappings`);
  const mapping: BasePathMapping = {
    apiMappingId,
    basePath: basePathOf(input.apiMappingKey),
    restApiId: input.apiId,
    stage: input.stage,
  };
  requireFree(domain, mapping, undefined);
  return { domain: { ...domain, basePathMappings: [...domain.basePathMappings, mapping] }, mapping };
}

/** @throws ServiceError */
export function updateMapping(
  domain: DomainName,
  apiMappingId: string,
  change: { readonly [Name in keyof ApiMappingInput]?: ApiMappingInput[Name] | undefined },
): Edited {
  const before = mappingOf(domain, apiMappingId);
  const mapping: BasePathMapping = present({
    ...before,
    apiMappingId,
    basePath: change.apiMappingKey === undefined ? before.basePath : basePathOf(change.apiMappingKey),
    restApiId: change.apiId ?? before.restApiId,
    stage: change.stage ?? before.stage,
  });
  requireFree(domain, mapping, before);
  const basePathMappings = domain.basePathMappings.map((each) => (each === before ? mapping : each));
  return { domain: { ...domain, basePathMappings }, mapping };
}

/** @throws NotFoundException */
export function deleteMapping(domain: DomainName, apiMappingId: string): DomainName {
  const gone = mappingOf(domain, apiMappingId);
  return { ...domain, basePathMappings: domain.basePathMappings.filter((each) => each !== gone) };
}

function requireFree(domain: DomainName, mapping: BasePathMapping, before: BasePathMapping | undefined): void {
  if (domain.basePathMappings.some((each) => each !== before && each.basePath === mapping.basePath))
    throw conflict('ApiMapping key already exists for this domain name');
}

function basePathOf(key: string | undefined): string {
  if (key === undefined || key === '' || key === noBasePath) return noBasePath;
  checkLength('apiMappingKey', key, 0, keyMax);
  if (!/^[A-Za-z0-9$\-_.+!*'(),/]+$/.test(key))
    throw badRequest("An ApiMapping key may contain only letters, numbers and one of $-_.+!*'(),");
  if (key.startsWith('/') || key.includes('//'))
    throw badRequest("API mapping key should not start with a '/' or have consecutive '/'s.");
  if (key.endsWith('/')) throw badRequest("API mapping key should not end with a '/'.");
  return key;
}
