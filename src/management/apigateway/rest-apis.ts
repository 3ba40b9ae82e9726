/** REST APIs as a whole: create, copy, read, patch and delete with all that hangs on them. */
import { Constraints, endpointTypes, ipAddressTypes, isOneOf } from '../../definition/constraints.ts';
import { securityPolicies } from '../../definition/domain-name.ts';
import { present, unlessEmpty } from '../../definition/entries.ts';
import { badRequest } from '../../definition/errors.ts';
import { shownPolicy } from '../../definition/policies.ts';
import type { RestApi } from '../../definition/rest-api.ts';
import {
  apiKeySources,
  clonedRestApi,
  endpointAccessModes,
  invalidRestApi,
  newRestApi,
  updateRestApi,
} from '../../definition/rest-apis.ts';
import type { Call } from '../protocol/call.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers, Operations } from './operations.ts';
import { pageOf } from './pages.ts';
import { dateOf } from './times.ts';

export const restApis = ({ documents, settled }: Dependencies) =>
  ({
    CreateRestApi: async (input, call) => {
      new Constraints('createRestApi')
        .eachOneOf('endpointConfiguration.types', input.endpointConfiguration?.types, endpointTypes)
        .oneOf('endpointConfiguration.ipAddressType', input.endpointConfiguration?.ipAddressType, ipAddressTypes)
        .oneOf('apiKeySource', input.apiKeySource, apiKeySources)
        .oneOf('securityPolicy', input.securityPolicy, securityPolicies)
        .oneOf('endpointAccessMode', input.endpointAccessMode, endpointAccessModes)
        .check();
      const birth = { ...ownerOf(call.newId(10), call), nowMs: call.nowMs, newId: call.newId };
      const source = input.cloneFrom;
      const api =
        source === undefined || source === ''
          ? newRestApi(input, birth)
          : clonedRestApi(
              await documents.load(call, 'rest-api', source, () => invalidRestApi(call.accountId, source)),
              input,
              birth,
            );
      await documents.create(call, 'rest-api', api.id, api);
      return presentRestApi(api, 'tags if any');
    },

    GetRestApi: async ({ restApiId }, call) =>
      presentRestApi(
        await documents.load(call, 'rest-api', restApiId, () => invalidRestApi(call.accountId, restApiId)),
        'tags always',
      ),

    GetRestApis: async (input, call) => {
      const all = await documents.list(call, 'rest-api');
      const oldestFirst = all.toSorted((a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1));
      const { items, ...page } = pageOf(oldestFirst, input, ({ id }) => id);
      return { items: items.map((api) => presentRestApi(api, 'tags if any')), ...page };
    },

    UpdateRestApi: async ({ restApiId, patchOperations }, call) => {
      new Constraints('updateRestApi').patch(patchOperations).check();
      const api = await documents.edit(
        call,
        'rest-api',
        restApiId,
        () => invalidRestApi(call.accountId, restApiId),
        (before) => updateRestApi(before, patchOperations, ownerOf(restApiId, call)),
      );
      // A policy and a disabled endpoint act at once, without a deployment.
      await settled();
      return presentRestApi(api, 'tags always');
    },

    DeleteRestApi: async ({ restApiId }, call) => {
      await documents.transact(call, async (transaction) => {
        await transaction.load('rest-api', restApiId, () => invalidRestApi(call.accountId, restApiId));
        const domains = (await transaction.list('domain-name')).filter(({ basePathMappings }) =>
          basePathMappings.some((mapping) => mapping.restApiId === restApiId),
        );
        if (domains.length > 0)
          throw badRequest(
            `Deleting RestApi ${restApiId} failed. Please remove all base path mappings related to the RestApi in your domains: ${domains.map(({ domainName }) => domainName).join(', ')}`,
          );
        for (const plan of await transaction.list('usage-plan')) {
          const apiStages = plan.apiStages.filter(({ apiId }) => apiId !== restApiId);
          if (apiStages.length < plan.apiStages.length) transaction.put('usage-plan', plan.id, { ...plan, apiStages });
        }
        for (const { stageName } of await transaction.list('stage', `${restApiId}/`))
          transaction.remove('stage', `${restApiId}/${stageName}`);
        for (const { id } of await transaction.list('deployment', `${restApiId}/`))
          transaction.remove('deployment', `${restApiId}/${id}`);
        transaction.remove('rest-api', restApiId);
      });
      await settled();
      return {};
    },
  }) satisfies Partial<Handlers>;

const ownerOf = (id: string, { accountId, region, partition }: Call) => ({ id, accountId, region, partition });

/** Observed: an answer to a get or an update has `tags` even when there are none; others leave the member out. */
export function presentRestApi(api: RestApi, tags: 'tags always' | 'tags if any'): Operations['GetRestApi']['output'] {
  const { types, ipAddressType, vpcEndpointIds } = api.endpointConfiguration;
  return present({
    id: api.id,
    name: api.name,
    description: api.description,
    createdDate: dateOf(api.createdAtMs),
    version: api.version,
    warnings: api.warnings?.length ? [...api.warnings] : undefined,
    binaryMediaTypes: api.binaryMediaTypes.length > 0 ? [...api.binaryMediaTypes] : undefined,
    minimumCompressionSize: api.minimumCompressionSize,
    apiKeySource: api.apiKeySource,
    endpointConfiguration: present({
      types: [...types],
      ipAddressType,
      vpcEndpointIds: vpcEndpointIds && [...vpcEndpointIds],
    }),
    policy: api.policy === undefined ? undefined : shownPolicy(api.policy),
    tags: tags === 'tags always' ? { ...api.tags } : unlessEmpty({ ...api.tags }),
    disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
    rootResourceId: api.rootResourceId,
    securityPolicy: isOneOf(securityPolicies, api.securityPolicy) ? api.securityPolicy : undefined,
    endpointAccessMode: api.endpointAccessMode,
  });
}
