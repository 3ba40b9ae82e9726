/**
 * Base path mappings: which API and stage the first segment of a custom domain name's paths leads to. Whether the
 * API and the stage exist is for the caller to look up.
 * Source: Amazon API Gateway Developer Guide, "Use API mappings to connect API stages to a custom domain name".
 * Observed by others: a mapping that is moved onto another base path takes its place.
 */
import type { BasePathMapping, DomainName } from './domain-name.ts';
import { entryOf, present } from './entries.ts';
import { badRequest, conflict, notFound, type ServiceError } from './errors.ts';
import { applyPatch, type PatchOperation, patchTable, refuseListing, required, set, text } from './patch.ts';

/** The base path of a mapping for the root of the domain. */
export const noBasePath = '(none)';

const mappingsMax = 200;

export function withNewMapping(
  domain: DomainName,
  {
    basePath,
    restApiId,
    stage,
  }: { readonly basePath?: string | undefined; readonly restApiId: string; readonly stage?: string | undefined },
  apiMappingId: string,
): { readonly domain: DomainName; readonly mapping: BasePathMapping } {
  const mapping: BasePathMapping = present({
    apiMappingId,
    basePath: basePathOf(basePath),
    restApiId,
    stage: text(stage),
  });
  if (domain.basePathMappings.some((each) => each.basePath === mapping.basePath))
    throw conflict('Base path already exists for this domain name');
  if (domain.basePathMappings.length >= mappingsMax)
    throw badRequest(`A domain name can have at most ${mappingsMax} base path mappings`);
  return { domain: { ...domain, basePathMappings: [...domain.basePathMappings, mapping] }, mapping };
}

/** @throws BadRequestException when it has more than one segment or characters that need escaping */
function basePathOf(basePath: string | undefined): string {
  if (basePath === undefined || basePath === '' || basePath === noBasePath) return noBasePath;
  if (basePath.includes('/'))
    throw badRequest(
      "API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base path mapping, use API Gateway V2.",
    );
  if (basePath.length > 300 || !/^[A-Za-z0-9$\-_.+!*'(),]+$/.test(basePath))
    throw badRequest("Invalid base path specified: use letters, digits and $-_.+!*'(),");
  return basePath;
}

/** @throws NotFoundException */
export function mappingOf(domain: DomainName, basePath: string): BasePathMapping {
  const wanted = basePath === '' ? noBasePath : basePath;
  const found = domain.basePathMappings.find((each) => each.basePath === wanted);
  if (found === undefined) throw invalidMapping();
  return found;
}

const invalidMapping = (): ServiceError => notFound('Invalid base path mapping identifier specified');

const mappingPatch = patchTable<BasePathMapping>(refuseListing, [
  { path: '/basePath', replace: set('basePath', basePathOf) },
  { path: '/restapiId', replace: set('restApiId', required('Invalid REST API identifier specified')) },
  { path: '/stage', replace: (mapping, { value }) => present({ ...mapping, stage: text(value) }) },
]);

/** The paths are taken in any spelling of their letters: AWS's own documentation has several. */
const spelling: Readonly<Record<string, string>> = { '/basepath': '/basePath', '/restapiid': '/restapiId' };

export function withUpdatedMapping(
  domain: DomainName,
  basePath: string,
  operations: readonly PatchOperation[] | undefined,
): { readonly domain: DomainName; readonly mapping: BasePathMapping } {
  const before = mappingOf(domain, basePath);
  const spelt = operations?.map((operation) => ({
    ...operation,
    path: entryOf(spelling, operation.path?.toLowerCase() ?? '') ?? operation.path,
  }));
  const mapping = applyPatch(mappingPatch, before, spelt);
  const basePathMappings = domain.basePathMappings
    .filter((each) => each === before || each.basePath !== mapping.basePath)
    .map((each) => (each === before ? mapping : each));
  return { domain: { ...domain, basePathMappings }, mapping };
}

export function withoutMapping(domain: DomainName, basePath: string): DomainName {
  const gone = mappingOf(domain, basePath);
  return { ...domain, basePathMappings: domain.basePathMappings.filter((each) => each !== gone) };
}
