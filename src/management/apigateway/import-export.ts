/** REST APIs, and their documentation, from OpenAPI documents and back. What a document means is decided elsewhere. */
import { Constraints } from '../../definition/constraints.ts';
import { entryOf, present } from '../../definition/entries.ts';
import { exportRestApi } from '../../definition/openapi/export.ts';
import { importDocumentationParts, importRestApi, readDocument, unreadable } from '../../definition/openapi/index.ts';
import type { Birth } from '../../definition/rest-apis.ts';
import { invalidRestApi } from '../../definition/rest-apis.ts';
import type { Call } from '../protocol/call.ts';
import type { Dependencies } from './dependencies.ts';
import { invalidDeployment } from './deployments.ts';
import { documentBytes } from './document-text.ts';
import type { Handlers } from './operations.ts';
import { presentRestApi } from './rest-apis.ts';
import { invalidStage } from './stages.ts';

const putModes = ['merge', 'overwrite'] as const;

export const importExport = ({ documents, settled }: Dependencies) =>
  ({
    // The document is read before an API is looked for: a bad document of an unknown API is a bad document.
    ImportRestApi: async ({ body, parameters, failOnWarnings }, call) => {
      const document = readDocument(documentBytes(body));
      const birth = birthOf(call.newId(10), call);
      const { api } = importRestApi(document, { mode: 'new', birth, parameters, failOnWarnings });
      await documents.create(call, 'rest-api', api.id, api);
      return presentRestApi(api, 'tags if any');
    },

    PutRestApi: async ({ restApiId, body, mode = 'merge', parameters, failOnWarnings }, call) => {
      new Constraints('putRestApi').labelOneOf('mode', mode, putModes).check();
      const document = readDocument(documentBytes(body));
      const birth = birthOf(restApiId, call);
      const missing = () => invalidRestApi(call.accountId, restApiId);
      const api = await documents.edit(
        call,
        'rest-api',
        restApiId,
        missing,
        (before) => importRestApi(document, { mode, api: before, birth, parameters, failOnWarnings }).api,
      );
      // A policy acts at once, without a deployment.
      await settled();
      return presentRestApi(api, 'tags always');
    },

    ImportDocumentationParts: async ({ restApiId, body, mode = 'merge', failOnWarnings = false }, call) => {
      new Constraints('importDocumentationParts').labelOneOf('mode', mode, putModes).check();
      const document = readDocument(documentBytes(body), unreadable.documentation);
      return documents.transact(call, async (transaction) => {
        const before = await transaction.load('rest-api', restApiId, () => invalidRestApi(call.accountId, restApiId));
        const imported = importDocumentationParts(before, document, { mode, failOnWarnings, newId: call.newId });
        transaction.put('rest-api', restApiId, imported.api);
        const { ids, warnings } = imported;
        return present({ ids: [...ids], warnings: warnings.length > 0 ? [...warnings] : undefined });
      });
    },

    // What is exported is what the stage serves.
    GetExport: async ({ restApiId, stageName, exportType, parameters, accepts }, call) => {
      const api = await documents.load(call, 'rest-api', restApiId, invalidStage);
      const stage = await documents.load(call, 'stage', `${restApiId}/${stageName}`, invalidStage);
      const { deploymentId, documentationVersion } = stage;
      const deployment = await documents.load(call, 'deployment', `${restApiId}/${deploymentId}`, invalidDeployment);
      const exported = exportRestApi(deployment.api, stage, {
        exportType,
        extensions: entryOf(parameters, 'extensions'),
        accepts,
        documentation: entryOf(api.documentationVersions, documentationVersion ?? ''),
      });
      return { ...exported, body: Buffer.from(exported.body) };
    },
  }) satisfies Partial<Handlers>;

const birthOf = (id: string, { accountId, region, partition, nowMs, newId }: Call): Birth => ({
  id,
  accountId,
  region,
  partition,
  nowMs,
  newId,
});
