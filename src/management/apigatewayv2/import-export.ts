/** HTTP APIs from OpenAPI documents and back. What a document means is decided elsewhere. */
import type { Api } from '../../definition/api.ts';
import { type OpenApiDocument, readDocument } from '../../definition/openapi/index.ts';
import { text } from '../../definition/patch.ts';
import { invalidApi, needsDeployment } from '../../definition/v2/apis.ts';
import { invalidDeployment } from '../../definition/v2/deployments.ts';
import { exportHttpApi, importHttpApi, issuersOf } from '../../definition/v2/openapi/index.ts';
import { invalidStage } from '../../definition/v2/stages.ts';
import type { Call } from '../protocol/call.ts';
import { deployByThemselves, loadApi, requireVpcLinks } from './api-edits.ts';
import { presentApi } from './apis.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';

/** An import asks no more issuers than this; the authorizers of the others are made without. */
const issuersMax = 20;

export const importExport = (dependencies: Dependencies) => {
  const { documents, settled, checkIssuer } = dependencies;

  async function unreachable(document: OpenApiDocument, call: Call): Promise<ReadonlySet<string>> {
    if (checkIssuer === undefined) return new Set();
    const issuers = issuersOf(document, call).slice(0, issuersMax);
    const answers = await Promise.all(issuers.map((issuer) => checkIssuer(issuer)));
    return new Set(issuers.filter((_, index) => answers[index] === false));
  }

  return {
    ImportApi: async ({ Body, Basepath, FailOnWarnings }, call) => {
      const document = readDocument(Body);
      const unreachableIssuers = await unreachable(document, call);
      const api = await documents.transact(call, async (transaction) => {
        const imported = importHttpApi(document, {
          birth: { ...call, apiId: call.newId(10) },
          basepath: Basepath,
          failOnWarnings: FailOnWarnings,
          unreachableIssuers,
        });
        await requireVpcLinks(transaction, undefined, imported);
        transaction.put('api', imported.apiId, imported);
        return imported;
      });
      return presentApi(api);
    },

    // The document is read before an API is looked for: a bad document of an unknown API is a bad document.
    ReimportApi: async ({ ApiId, Body, Basepath, FailOnWarnings }, call) => {
      const document = readDocument(Body);
      const unreachableIssuers = await unreachable(document, call);
      const api = await documents.transact(call, async (transaction) => {
        const before = await transaction.load('api', ApiId, () => invalidApi(call.accountId, ApiId));
        const after = importHttpApi(document, {
          birth: { ...call, apiId: ApiId },
          api: before,
          basepath: Basepath,
          failOnWarnings: FailOnWarnings,
          unreachableIssuers,
        });
        await requireVpcLinks(transaction, before, after);
        transaction.put('api', ApiId, after);
        if (needsDeployment(before, after)) await deployByThemselves(dependencies, transaction, after, call);
        return after;
      });
      await settled();
      return presentApi(api);
    },

    // Without a stage, what is exported is the API as it is edited, deployed or not.
    ExportApi: async ({ ApiId, Specification, OutputType, ExportVersion, IncludeExtensions, StageName }, call) => {
      const edited = await loadApi(dependencies, call, ApiId);
      const stageName = text(StageName);
      const exported = exportHttpApi(stageName === undefined ? edited : await deployedTo(call, edited, stageName), {
        specification: Specification,
        outputType: OutputType,
        exportVersion: ExportVersion,
        includeExtensions: IncludeExtensions,
        stageName,
      });
      return { body: Buffer.from(exported) };
    },
  } satisfies Partial<Handlers>;

  async function deployedTo(call: Call, { apiId }: Api, stageName: string): Promise<Api> {
    const { deploymentId = '' } = await documents.load(call, 'api-stage', `${apiId}/${stageName}`, invalidStage);
    const missing = () => invalidDeployment(deploymentId);
    return (await documents.load(call, 'api-deployment', `${apiId}/${deploymentId}`, missing)).api;
  }
};
