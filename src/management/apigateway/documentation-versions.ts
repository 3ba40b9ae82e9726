/** Versions of the documentation of REST APIs. */
import { Constraints } from '../../definition/constraints.ts';
import {
  createDocumentationVersion,
  deleteDocumentationVersion,
  documentationVersionOf,
  invalidDocumentationVersion,
  updateDocumentationVersion,
} from '../../definition/documentation.ts';
import { present } from '../../definition/entries.ts';
import type { DocumentationVersion } from '../../definition/rest-api.ts';
import { invalidRestApi } from '../../definition/rest-apis.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers, Operations } from './operations.ts';
import { pageOf } from './pages.ts';
import { invalidStage } from './stages.ts';
import { dateOf } from './times.ts';

export const documentationVersions = ({ documents }: Dependencies) =>
  ({
    CreateDocumentationVersion: async ({ restApiId, documentationVersion, stageName, description }, call) => {
      const created = await documents.transact(call, async (transaction) => {
        const api = createDocumentationVersion(
          await transaction.load('rest-api', restApiId, () => invalidRestApi(call.accountId, restApiId)),
          { version: documentationVersion, description },
          call.nowMs,
        );
        transaction.put('rest-api', restApiId, api);
        if (stageName !== undefined && stageName !== '') {
          const stage = await transaction.load('stage', `${restApiId}/${stageName}`, invalidStage);
          transaction.put('stage', `${restApiId}/${stageName}`, {
            ...stage,
            documentationVersion,
            updatedAtMs: call.nowMs,
          });
        }
        return documentationVersionOf(api, documentationVersion);
      });
      return presentVersion(created);
    },

    GetDocumentationVersion: async ({ restApiId, documentationVersion }, call) => {
      const api = await documents.load(call, 'rest-api', restApiId, invalidDocumentationVersion);
      return presentVersion(documentationVersionOf(api, documentationVersion));
    },

    GetDocumentationVersions: async ({ restApiId, ...page }, call) => {
      const api = await documents.load(call, 'rest-api', restApiId, () => invalidRestApi(call.accountId, restApiId));
      const { items, ...rest } = pageOf(Object.values(api.documentationVersions), page, ({ version }) => version);
      return { items: items.map(presentVersion), ...rest };
    },

    UpdateDocumentationVersion: async ({ restApiId, documentationVersion, patchOperations }, call) => {
      new Constraints('updateDocumentationVersion').patch(patchOperations).check();
      const api = await documents.edit(call, 'rest-api', restApiId, invalidDocumentationVersion, (before) =>
        updateDocumentationVersion(before, documentationVersion, patchOperations),
      );
      return presentVersion(documentationVersionOf(api, documentationVersion));
    },

    DeleteDocumentationVersion: async ({ restApiId, documentationVersion }, call) => {
      await documents.edit(call, 'rest-api', restApiId, invalidDocumentationVersion, (api) =>
        deleteDocumentationVersion(api, documentationVersion),
      );
      return {};
    },
  }) satisfies Partial<Handlers>;

const presentVersion = ({
  version,
  createdAtMs,
  description,
}: DocumentationVersion): Operations['GetDocumentationVersion']['output'] =>
  present({ version, createdDate: dateOf(createdAtMs), description });
