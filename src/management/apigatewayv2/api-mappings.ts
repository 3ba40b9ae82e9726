/** API mappings: which stages the paths of a custom domain name lead to; they are kept inside its document. */
import type { BasePathMapping } from '../../definition/domain-name.ts';
import { badRequest } from '../../definition/errors.ts';
import {
  createMapping,
  deleteMapping,
  mappingIdOf,
  mappingKeyOf,
  mappingOf,
  requireManageable,
  updateMapping,
} from '../../definition/v2/api-mappings.ts';
import { invalidApi } from '../../definition/v2/apis.ts';
import { invalidDomainName } from '../../definition/v2/domain-names.ts';
import type { Transaction } from '../documents.ts';
import type { Call } from '../protocol/call.ts';
import type { Dependencies } from './dependencies.ts';
import { capitalized } from './member-names.ts';
import type { Handlers, ItemOf } from './operations.ts';
import { listPage } from './pages.ts';

export const apiMappings = ({ documents, settled }: Dependencies) =>
  ({
    CreateApiMapping: async ({ DomainName, ApiId, Stage, ApiMappingKey }, call) => {
      const mapping = await documents.transact(call, async (transaction) => {
        const before = await transaction.load('domain-name', DomainName, invalidDomainName);
        requireManageable(before);
        const input = { apiId: ApiId, stage: Stage, apiMappingKey: ApiMappingKey };
        const edited = createMapping(before, input, call.newId(6));
        await requireTarget(transaction, call, { apiId: ApiId, stage: Stage }, before.basePathMappings);
        transaction.put('domain-name', DomainName, edited.domain);
        return edited.mapping;
      });
      await settled();
      return presentMapping(mapping);
    },

    GetApiMapping: async ({ DomainName, ApiMappingId }, call) =>
      presentMapping(mappingOf(await documents.load(call, 'domain-name', DomainName, invalidDomainName), ApiMappingId)),

    GetApiMappings: async ({ DomainName, ...page }, call) => {
      const { basePathMappings } = await documents.load(call, 'domain-name', DomainName, invalidDomainName);
      return listPage(basePathMappings, page, mappingIdOf, presentMapping);
    },

    UpdateApiMapping: async ({ DomainName, ApiMappingId, ApiId, Stage, ApiMappingKey }, call) => {
      const mapping = await documents.transact(call, async (transaction) => {
        const before = await transaction.load('domain-name', DomainName, invalidDomainName);
        requireManageable(before);
        const change = { apiId: ApiId, stage: Stage, apiMappingKey: ApiMappingKey };
        const edited = updateMapping(before, ApiMappingId, change);
        const { restApiId, stage } = edited.mapping;
        const others = before.basePathMappings.filter((each) => mappingIdOf(each) !== ApiMappingId);
        await requireTarget(transaction, call, { apiId: restApiId, stage }, others);
        transaction.put('domain-name', DomainName, edited.domain);
        return edited.mapping;
      });
      await settled();
      return presentMapping(mapping);
    },

    DeleteApiMapping: async ({ DomainName, ApiMappingId }, call) => {
      await documents.edit(call, 'domain-name', DomainName, invalidDomainName, (domain) =>
        deleteMapping(domain, ApiMappingId),
      );
      await settled();
      return {};
    },
  }) satisfies Partial<Handlers>;

/**
 * The API and its stage are there, of whatever kind; WebSocket APIs share no domain name with others.
 * @throws BadRequestException
 */
async function requireTarget(
  transaction: Transaction,
  call: Call,
  { apiId, stage }: { readonly apiId: string; readonly stage?: string | undefined },
  others: readonly BasePathMapping[],
): Promise<void> {
  const kind = await requireStage(transaction, call, apiId, stage);
  for (const restApiId of new Set(others.map((mapping) => mapping.restApiId))) {
    const other = (await transaction.find('api', restApiId))?.protocolType;
    if ((other === 'WEBSOCKET') !== (kind === 'WEBSOCKET'))
      throw badRequest('WebSocket APIs cannot share a domain name with REST or HTTP APIs');
  }
}

/** @returns what kind of API it is @throws BadRequestException when the API or the stage is not there */
export async function requireStage(
  transaction: Transaction,
  call: Call,
  apiId: string,
  stage: string | undefined,
): Promise<'REST' | 'HTTP' | 'WEBSOCKET'> {
  const api = await transaction.find('api', apiId);
  if (api === undefined && (await transaction.find('rest-api', apiId)) === undefined)
    throw badRequest(invalidApi(call.accountId, apiId).message);
  const key = `${apiId}/${stage ?? ''}`;
  const found = api === undefined ? await transaction.find('stage', key) : await transaction.find('api-stage', key);
  if (stage !== undefined && found === undefined) throw badRequest('Invalid stage identifier specified');
  return api?.protocolType ?? 'REST';
}

const presentMapping = (mapping: BasePathMapping): ItemOf<'GetApiMappings'> => ({
  ...capitalized({
    apiId: mapping.restApiId,
    apiMappingId: mappingIdOf(mapping),
    apiMappingKey: mappingKeyOf(mapping),
  }),
  Stage: mapping.stage,
});
