/** Base path mappings of a custom domain name; they are kept inside its document. */
import { mappingOf, withNewMapping, withoutMapping, withUpdatedMapping } from '../../definition/base-path-mappings.ts';
import { Constraints } from '../../definition/constraints.ts';
import type { BasePathMapping } from '../../definition/domain-name.ts';
import { domainKey, invalidDomainName } from '../../definition/domain-names.ts';
import { present } from '../../definition/entries.ts';
import { badRequest } from '../../definition/errors.ts';
import type { Transaction } from '../documents.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers, Operations } from './operations.ts';
import { pageOf } from './pages.ts';

export const basePathMappings = ({ documents, settled }: Dependencies) =>
  ({
    CreateBasePathMapping: async ({ domainName, domainNameId, ...input }, call) => {
      const key = domainKey(domainName, domainNameId);
      const mapping = await documents.transact(call, async (transaction) => {
        const domain = await transaction.load('domain-name', key, invalidDomainName);
        const edited = withNewMapping(domain, input, call.newId(6));
        await requireTarget(transaction, edited.mapping);
        transaction.put('domain-name', key, edited.domain);
        return edited.mapping;
      });
      await settled();
      return presentMapping(mapping);
    },

    GetBasePathMapping: async ({ domainName, domainNameId, basePath }, call) => {
      const key = domainKey(domainName, domainNameId);
      return presentMapping(mappingOf(await documents.load(call, 'domain-name', key, invalidDomainName), basePath));
    },

    GetBasePathMappings: async ({ domainName, domainNameId, ...page }, call) => {
      const key = domainKey(domainName, domainNameId);
      const domain = await documents.load(call, 'domain-name', key, invalidDomainName);
      const { items, ...rest } = pageOf(domain.basePathMappings, page, ({ basePath }) => basePath);
      return { items: items.map(presentMapping), ...rest };
    },

    UpdateBasePathMapping: async ({ domainName, domainNameId, basePath, patchOperations }, call) => {
      new Constraints('updateBasePathMapping').patch(patchOperations).check();
      const key = domainKey(domainName, domainNameId);
      const mapping = await documents.transact(call, async (transaction) => {
        const domain = await transaction.load('domain-name', key, invalidDomainName);
        const edited = withUpdatedMapping(domain, basePath, patchOperations);
        await requireTarget(transaction, edited.mapping);
        transaction.put('domain-name', key, edited.domain);
        return edited.mapping;
      });
      await settled();
      return presentMapping(mapping);
    },

    DeleteBasePathMapping: async ({ domainName, domainNameId, basePath }, call) => {
      const key = domainKey(domainName, domainNameId);
      await documents.edit(call, 'domain-name', key, invalidDomainName, (domain) => withoutMapping(domain, basePath));
      await settled();
      return {};
    },
  }) satisfies Partial<Handlers>;

/** @throws BadRequestException when the API or the stage is not there */
async function requireTarget(transaction: Transaction, { restApiId, stage }: BasePathMapping): Promise<void> {
  if ((await transaction.find('rest-api', restApiId)) === undefined)
    throw badRequest('Invalid REST API identifier specified');
  if (stage !== undefined && (await transaction.find('stage', `${restApiId}/${stage}`)) === undefined)
    throw badRequest('Invalid stage identifier specified');
}

const presentMapping = ({ basePath, restApiId, stage }: BasePathMapping): Operations['GetBasePathMapping']['output'] =>
  present({ basePath, restApiId, stage });
