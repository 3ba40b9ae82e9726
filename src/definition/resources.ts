/**
 * The path tree of a REST API: creating, moving, renaming and deleting its nodes.
 * Source: API reference, CreateResource; the rules on names are recorded answers and AWS's published error texts.
 */
import { present, withEntry } from './entries.ts';
import { badRequest, conflict, notFound, type ServiceError } from './errors.ts';
import { applyPatch, type PatchOperation, patchTable, refuseListing } from './patch.ts';
import type { Method, Resource, RestApi } from './rest-api.ts';

export const invalidResource = (): ServiceError => notFound('Invalid Resource identifier specified');

/** @throws NotFoundException */
export function resourceOf(api: RestApi, resourceId: string): Resource {
  const resource = Object.hasOwn(api.resources, resourceId) ? api.resources[resourceId] : undefined;
  if (resource === undefined) throw invalidResource();
  return resource;
}

/** The full path, `/` for the root. */
export function pathOf(api: RestApi, resourceId: string): string {
  const parts: string[] = [];
  for (let at = resourceOf(api, resourceId); at.parentId !== undefined; at = resourceOf(api, at.parentId))
    parts.unshift(at.pathPart ?? '');
  return `/${parts.join('/')}`;
}

/** All full paths by resource id. */
export const pathsOf = (api: RestApi): ReadonlyMap<string, string> =>
  new Map(Object.keys(api.resources).map((id) => [id, pathOf(api, id)]));

/** All methods of an API, with the path of their resource. */
export const methodsOf = (api: RestApi): readonly { readonly path: string; readonly method: Method }[] =>
  Object.values(api.resources).flatMap(({ id, methods }) => {
    const path = pathOf(api, id);
    return Object.values(methods).map((method) => ({ path, method }));
  });

export const withResource = (api: RestApi, resource: Resource): RestApi => ({
  ...api,
  resources: withEntry(api.resources, resource.id, resource),
});

/** @throws NotFoundException, BadRequestException, ConflictException */
export function createResource(api: RestApi, parentId: string, pathPart: string, id: string): RestApi {
  resourceOf(api, parentId);
  const resource: Resource = { id, parentId, pathPart, methods: {} };
  checkPlace(api, resource);
  return withResource(api, resource);
}

const literal = /^[a-zA-Z0-9._:-]+$/;
const variable = /^\{[a-zA-Z0-9._:-]+\+?\}$/;
const isVariable = (pathPart: string | undefined): boolean => pathPart?.startsWith('{') ?? false;

/** Whether a resource may stand where it says it stands. */
function checkPlace(api: RestApi, { id, parentId, pathPart = '' }: Resource): void {
  if (!variable.test(pathPart) && !literal.test(pathPart))
    throw badRequest(
      "Resource's path part only allow a-zA-Z0-9._- and curly braces at the beginning and the end and an optional plus sign before the closing brace.",
    );
  const parent = parentId === undefined ? undefined : resourceOf(api, parentId);
  if (parent?.pathPart?.endsWith('+}'))
    throw badRequest(`Cannot create a child of a resource with a greedy path variable: ${parent.pathPart}`);
  for (const sibling of Object.values(api.resources)) {
    if (sibling.parentId !== parentId || sibling.id === id) continue;
    if (sibling.pathPart === pathPart)
      throw conflict(`Another resource with the same parent already has this name: ${pathPart}`);
    if (isVariable(sibling.pathPart) && isVariable(pathPart))
      throw badRequest(
        `A sibling (${sibling.pathPart}) of this resource already has a variable path part -- only one is allowed`,
      );
  }
}

interface Patched {
  readonly api: RestApi;
  readonly resource: Resource;
}

const table = patchTable<Patched>(refuseListing, [
  {
    path: '/parentId',
    replace: ({ api, resource }, { value: parentId = '' }) => {
      if (resource.id === api.rootResourceId) throw badRequest('Root resource cannot update its parentId.');
      resourceOf(api, parentId);
      for (let at: string | undefined = parentId; at !== undefined; at = resourceOf(api, at).parentId)
        if (at === resource.id) throw badRequest('Resources cannot be cyclical.');
      return { api, resource: { ...resource, parentId } };
    },
  },
  {
    path: '/pathPart',
    replace: ({ api, resource }, { value: pathPart = '' }) => {
      if (resource.id === api.rootResourceId) throw badRequest('Root resource cannot update its pathPart.');
      return { api, resource: { ...resource, pathPart } };
    },
  },
]);

/** @throws ServiceError */
export function updateResource(
  api: RestApi,
  resourceId: string,
  operations: readonly PatchOperation[] | undefined,
): RestApi {
  const before = resourceOf(api, resourceId);
  const { resource } = applyPatch(table, { api, resource: before }, operations);
  if (resource === before) return api;
  checkPlace(api, resource);
  if (resource.pathPart?.endsWith('+}') && childrenOf(api, resourceId).length > 0)
    throw badRequest(`Cannot create a child of a resource with a greedy path variable: ${resource.pathPart}`);
  return withResource(api, present(resource));
}

/** The resource and everything below it goes. @throws NotFoundException, BadRequestException */
export function deleteResource(api: RestApi, resourceId: string): RestApi {
  resourceOf(api, resourceId);
  if (resourceId === api.rootResourceId) throw badRequest('Root resource cannot be deleted');
  const gone = new Set([resourceId]);
  // A set that grows while it is walked reaches the whole subtree.
  for (const id of gone) for (const child of childrenOf(api, id)) gone.add(child.id);
  return { ...api, resources: Object.fromEntries(Object.entries(api.resources).filter(([id]) => !gone.has(id))) };
}

const childrenOf = (api: RestApi, resourceId: string): Resource[] =>
  Object.values(api.resources).filter(({ parentId }) => parentId === resourceId);
