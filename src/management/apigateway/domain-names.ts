/** Custom domain names, public and private. */
import { Constraints, endpointTypes, ipAddressTypes } from '../../definition/constraints.ts';
import { type DomainName, routingModes, securityPolicies } from '../../definition/domain-name.ts';
import {
  type DomainSurroundings,
  domainArn,
  domainKey,
  invalidDomainName,
  newDomainName,
  updateDomainName,
} from '../../definition/domain-names.ts';
import { present, unlessEmpty } from '../../definition/entries.ts';
import { badRequest } from '../../definition/errors.ts';
import { shownPolicy } from '../../definition/policies.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers, Operations } from './operations.ts';
import { pageOf } from './pages.ts';
import { dateOf } from './times.ts';

export const domainNames = ({ documents, settled }: Dependencies) =>
  ({
    CreateDomainName: async (input, call) => {
      new Constraints('createDomainName')
        .eachOneOf('endpointConfiguration.types', input.endpointConfiguration?.types, endpointTypes)
        .oneOf('endpointConfiguration.ipAddressType', input.endpointConfiguration?.ipAddressType, ipAddressTypes)
        .oneOf('securityPolicy', input.securityPolicy, securityPolicies)
        .oneOf('endpointAccessMode', input.endpointAccessMode, ['BASIC', 'STRICT'])
        .oneOf('routingMode', input.routingMode, routingModes)
        .check();
      const domain = newDomainName(input, call);
      const taken = () => badRequest('The domain name you provided already exists.');
      await documents.create(call, 'domain-name', domainKey(domain.domainName, domain.domainNameId), domain, taken);
      await settled();
      return { ...presentDomainName(domain, call), ...present({ tags: unlessEmpty({ ...domain.tags }) }) };
    },

    GetDomainName: async ({ domainName, domainNameId }, call) => {
      const key = domainKey(domainName, domainNameId);
      const domain = await documents.load(call, 'domain-name', key, invalidDomainName);
      return { ...presentDomainName(domain, call), tags: { ...domain.tags } };
    },

    // Every account sees its own; none are shared between accounts.
    GetDomainNames: async ({ resourceOwner, ...page }, call) => {
      new Constraints('getDomainNames').labelOneOf('resourceOwner', resourceOwner, ['SELF', 'OTHER_ACCOUNTS']).check();
      const all = resourceOwner === 'OTHER_ACCOUNTS' ? [] : await documents.list(call, 'domain-name');
      const { items, ...rest } = pageOf(all, page, ({ domainName, domainNameId }) =>
        domainKey(domainName, domainNameId),
      );
      return {
        items: items.map((domain) => ({
          ...presentDomainName(domain, call),
          ...present({ tags: unlessEmpty({ ...domain.tags }) }),
        })),
        ...rest,
      };
    },

    UpdateDomainName: async ({ domainName, domainNameId, patchOperations }, call) => {
      new Constraints('updateDomainName').patch(patchOperations).check();
      const key = domainKey(domainName, domainNameId);
      const domain = await documents.edit(call, 'domain-name', key, invalidDomainName, (before) =>
        updateDomainName(before, patchOperations, call),
      );
      await settled();
      return { ...presentDomainName(domain, call), tags: { ...domain.tags } };
    },

    DeleteDomainName: async ({ domainName, domainNameId }, call) => {
      const key = domainKey(domainName, domainNameId);
      await documents.transact(call, async (transaction) => {
        const domain = await transaction.load('domain-name', key, invalidDomainName);
        const arn = domainArn(domain, call);
        for (const association of await transaction.list('domain-name-access-association'))
          if (association.domainNameArn === arn) transaction.remove('domain-name-access-association', association.id);
        transaction.remove('domain-name', key);
      });
      await settled();
      return {};
    },
  }) satisfies Partial<Handlers>;

const presentDomainName = (domain: DomainName, around: DomainSurroundings): Operations['GetDomainName']['output'] => {
  const { createdAtMs: _, certificateUploadedAtMs, basePathMappings: _mappings, tags: _tags, ...rest } = domain;
  const { routingRules: _rules, ...members } = rest;
  const { policy, managementPolicy, endpointConfiguration } = members;
  return present({
    ...members,
    domainNameArn: domainArn(domain, around),
    domainNameStatus: 'AVAILABLE' as const,
    certificateUploadDate: certificateUploadedAtMs === undefined ? undefined : dateOf(certificateUploadedAtMs),
    endpointConfiguration: {
      types: [...endpointConfiguration.types],
      ipAddressType: endpointConfiguration.ipAddressType,
    },
    policy: policy && shownPolicy(policy),
    managementPolicy: managementPolicy && shownPolicy(managementPolicy),
  });
};
