/** HTTP and WebSocket APIs as a whole: create, quick create, read, update and delete with all that hangs on them. */
import type { Api } from '../../definition/api.ts';
import { badRequest } from '../../definition/errors.ts';
import { apiEndpoint, invalidApi, newApi, updateApi, withoutCors } from '../../definition/v2/apis.ts';
import { quickStageName, updateTarget, withTarget } from '../../definition/v2/quick-create.ts';
import { rulesOf } from '../../definition/v2/routing-rules.ts';
import { newStage } from '../../definition/v2/stages.ts';
import { dateOf } from '../apigateway/times.ts';
import { deployStage, editApi, loadApi } from './api-edits.ts';
import type { Dependencies } from './dependencies.ts';
import { capitalized, uncapitalized } from './member-names.ts';
import type { Handlers, ItemOf } from './operations.ts';
import { listPage } from './pages.ts';

export const apis = (dependencies: Dependencies) => {
  const { documents, settled } = dependencies;
  return {
    CreateApi: async ({ CorsConfiguration, Target, RouteKey, CredentialsArn, ...rest }, call) => {
      const { accountId, region, nowMs } = call;
      const corsConfiguration = CorsConfiguration && uncapitalized(CorsConfiguration);
      const quick = { target: Target, routeKey: RouteKey, credentialsArn: CredentialsArn };
      const api = await documents.transact(call, async (transaction) => {
        const birth = { apiId: call.newId(10), accountId, region, nowMs };
        const bare = newApi({ ...uncapitalized(rest), corsConfiguration }, birth);
        const made = withTarget(bare, quick, call.newId);
        transaction.put('api', made.apiId, made);
        if (Target !== undefined) {
          const stage = newStage({ stageName: quickStageName, autoDeploy: true }, { api: made, nowMs });
          await deployStage(dependencies, transaction, made, { ...stage, apiGatewayManaged: true }, call);
        }
        return made;
      });
      await settled();
      return presentApi(api);
    },

    GetApi: async ({ ApiId }, call) => presentApi(await loadApi(dependencies, call, ApiId)),

    GetApis: async (page, call) => {
      const all = await documents.list(call, 'api');
      const oldestFirst = all.toSorted((a, b) => a.createdAtMs - b.createdAtMs || (a.apiId < b.apiId ? -1 : 1));
      return listPage(oldestFirst, page, ({ apiId }) => apiId, presentApi);
    },

    UpdateApi: async ({ ApiId, CorsConfiguration, Target, RouteKey, CredentialsArn, ...rest }, call) => {
      const corsConfiguration = CorsConfiguration && uncapitalized(CorsConfiguration);
      const quick = { target: Target, routeKey: RouteKey, credentialsArn: CredentialsArn };
      return presentApi(
        await editApi(dependencies, call, ApiId, (api) =>
          updateTarget(updateApi(api, { ...uncapitalized(rest), corsConfiguration }), quick),
        ),
      );
    },

    DeleteCorsConfiguration: async ({ ApiId }, call) => {
      await editApi(dependencies, call, ApiId, withoutCors);
      return {};
    },

    DeleteApi: async ({ ApiId }, call) => {
      await documents.transact(call, async (transaction) => {
        await transaction.load('api', ApiId, () => invalidApi(call.accountId, ApiId));
        for (const domain of await transaction.list('domain-name'))
          if (
            domain.basePathMappings.some(({ restApiId }) => restApiId === ApiId) ||
            rulesOf(domain).some(({ actions }) => actions.some(({ invokeApi }) => invokeApi.apiId === ApiId))
          )
            throw badRequest(
              `Deleting API ${ApiId} failed. Please remove all API mappings for the API from your custom domain names.`,
            );
        for (const { stageName } of await transaction.list('api-stage', `${ApiId}/`))
          transaction.remove('api-stage', `${ApiId}/${stageName}`);
        for (const { deploymentId } of await transaction.list('api-deployment', `${ApiId}/`))
          transaction.remove('api-deployment', `${ApiId}/${deploymentId}`);
        transaction.remove('api', ApiId);
      });
      await settled();
      return {};
    },
  } satisfies Partial<Handlers>;
};

export function presentApi(api: Api): ItemOf<'GetApis'> {
  const { corsConfiguration, importInfo = [], warnings = [] } = api;
  return capitalized({
    apiEndpoint: apiEndpoint(api),
    apiGatewayManaged: api.apiGatewayManaged,
    apiId: api.apiId,
    apiKeySelectionExpression: api.apiKeySelectionExpression,
    corsConfiguration: corsConfiguration && capitalized(corsConfiguration),
    createdDate: dateOf(api.createdAtMs),
    description: api.description,
    disableSchemaValidation: api.disableSchemaValidation,
    disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
    importInfo: importInfo.length > 0 ? importInfo : undefined,
    ipAddressType: api.ipAddressType,
    name: api.name,
    protocolType: api.protocolType,
    routeSelectionExpression: api.routeSelectionExpression,
    tags: api.tags,
    version: api.version,
    warnings: warnings.length > 0 ? warnings : undefined,
  });
}
