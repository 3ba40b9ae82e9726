/** Documentation parts of REST APIs. */
import { Constraints, isOneOf } from '../../definition/constraints.ts';
import {
  createDocumentationPart,
  deleteDocumentationPart,
  documentationPartOf,
  documentationPartTypes,
  invalidDocumentationPart,
  matchesFilter,
  undocumentedLocations,
  updateDocumentationPart,
} from '../../definition/documentation.ts';
import type { DocumentationPart } from '../../definition/rest-api.ts';
import { invalidRestApi } from '../../definition/rest-apis.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers, Operations } from './operations.ts';
import { pageOf } from './pages.ts';

const locationStatuses = ['DOCUMENTED', 'UNDOCUMENTED'] as const;

export const documentationParts = ({ documents }: Dependencies) =>
  ({
    CreateDocumentationPart: async ({ restApiId, location, properties }, call) => {
      const constraints = new Constraints('createDocumentationPart');
      const { type, ...rest } = location;
      constraints.oneOf('location.type', type, documentationPartTypes);
      if (type === undefined) constraints.missing('location.type');
      constraints.matches('location.statusCode', rest.statusCode, /^([1-5]\d\d|\*|\s*)$/);
      constraints.check();
      const id = call.newId(6);
      const api = await documents.edit(
        call,
        'rest-api',
        restApiId,
        () => invalidRestApi(call.accountId, restApiId),
        (before) => createDocumentationPart(before, { location: { ...rest, type: type ?? 'API' }, properties }, id),
      );
      return presentPart(documentationPartOf(api, id));
    },

    GetDocumentationPart: async ({ restApiId, documentationPartId }, call) => {
      const api = await documents.load(call, 'rest-api', restApiId, invalidDocumentationPart);
      return presentPart(documentationPartOf(api, documentationPartId));
    },

    GetDocumentationParts: async ({ restApiId, locationStatus, type, nameQuery, path, ...page }, call) => {
      new Constraints('getDocumentationParts')
        .labelOneOf('type', type, documentationPartTypes)
        .labelOneOf('locationStatus', locationStatus, locationStatuses)
        .check();
      const api = await documents.load(call, 'rest-api', restApiId, () => invalidRestApi(call.accountId, restApiId));
      const filter = { type, nameQuery, path };
      if (locationStatus === 'UNDOCUMENTED') {
        const missing = undocumentedLocations(api)
          .map((location) => ({ location }))
          .filter((part) => matchesFilter(part, filter));
        const { items, ...rest } = pageOf(missing, page, ({ location }) => JSON.stringify(location));
        return { items: items.map(({ location }) => ({ location: presentLocation(location) })), ...rest };
      }
      const parts = Object.values(api.documentationParts).filter((part) => matchesFilter(part, filter));
      const { items, ...rest } = pageOf(parts, page, ({ id }) => id);
      return { items: items.map(presentPart), ...rest };
    },

    UpdateDocumentationPart: async ({ restApiId, documentationPartId, patchOperations }, call) => {
      new Constraints('updateDocumentationPart').patch(patchOperations).check();
      const api = await documents.edit(call, 'rest-api', restApiId, invalidDocumentationPart, (before) =>
        updateDocumentationPart(before, documentationPartId, patchOperations),
      );
      return presentPart(documentationPartOf(api, documentationPartId));
    },

    DeleteDocumentationPart: async ({ restApiId, documentationPartId }, call) => {
      await documents.edit(
        call,
        'rest-api',
        restApiId,
        () => invalidRestApi(call.accountId, restApiId),
        (api) => deleteDocumentationPart(api, documentationPartId),
      );
      return {};
    },
  }) satisfies Partial<Handlers>;

const presentPart = ({
  id,
  location,
  properties,
}: DocumentationPart): Operations['GetDocumentationPart']['output'] => ({
  id,
  location: presentLocation(location),
  properties,
});

const presentLocation = ({ type, ...location }: DocumentationPart['location']) => ({
  type: isOneOf(documentationPartTypes, type) ? type : undefined,
  ...location,
});
