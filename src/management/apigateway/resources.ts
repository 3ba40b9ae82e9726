/** The path tree of a REST API. */
import { Constraints } from '../../definition/constraints.ts';
import { present, unlessEmpty } from '../../definition/entries.ts';
import {
  createResource,
  deleteResource,
  invalidResource,
  pathOf,
  resourceOf,
  updateResource,
} from '../../definition/resources.ts';
import type { Resource, RestApi } from '../../definition/rest-api.ts';
import { invalidRestApi } from '../../definition/rest-apis.ts';
import type { Dependencies } from './dependencies.ts';
import { presentMethod } from './methods.ts';
import type { Handlers, Operations } from './operations.ts';
import { pageOf } from './pages.ts';

export const resources = ({ documents }: Dependencies) =>
  ({
    CreateResource: async ({ restApiId, parentId, pathPart }, call) => {
      const id = call.newId(6);
      const api = await documents.edit(
        call,
        'rest-api',
        restApiId,
        () => invalidRestApi(call.accountId, restApiId),
        (before) => createResource(before, parentId, pathPart, id),
      );
      return presentResource(api, resourceOf(api, id), false);
    },

    GetResource: async ({ restApiId, resourceId, embed }, call) => {
      const api = await documents.load(call, 'rest-api', restApiId, invalidResource);
      return presentResource(api, resourceOf(api, resourceId), embedsMethods(embed));
    },

    GetResources: async ({ restApiId, embed, ...page }, call) => {
      const api = await documents.load(call, 'rest-api', restApiId, () => invalidRestApi(call.accountId, restApiId));
      const byPath = Object.values(api.resources)
        .map((resource) => ({ path: pathOf(api, resource.id), resource }))
        .sort((a, b) => (a.path < b.path ? -1 : 1));
      const { items, ...rest } = pageOf(byPath, page, ({ resource }) => resource.id);
      return { items: items.map(({ resource }) => presentResource(api, resource, embedsMethods(embed))), ...rest };
    },

    UpdateResource: async ({ restApiId, resourceId, patchOperations }, call) => {
      new Constraints('updateResource').patch(patchOperations).check();
      const api = await documents.edit(call, 'rest-api', restApiId, invalidResource, (before) =>
        updateResource(before, resourceId, patchOperations),
      );
      return presentResource(api, resourceOf(api, resourceId), false);
    },

    DeleteResource: async ({ restApiId, resourceId }, call) => {
      await documents.edit(call, 'rest-api', restApiId, invalidResource, (api) => deleteResource(api, resourceId));
      return {};
    },
  }) satisfies Partial<Handlers>;

const embedsMethods = (embed: readonly string[] | undefined): boolean =>
  embed?.some((name) => name.toLowerCase() === 'methods') ?? false;

/** Methods appear as empty objects unless they are embedded. */
const presentResource = (api: RestApi, resource: Resource, withMethods: boolean): Operations['GetResource']['output'] =>
  present({
    id: resource.id,
    parentId: resource.parentId,
    pathPart: resource.pathPart,
    path: pathOf(api, resource.id),
    resourceMethods: unlessEmpty(
      Object.fromEntries(
        Object.entries(resource.methods).map(([name, method]) => [name, withMethods ? presentMethod(method) : {}]),
      ),
    ),
  });
