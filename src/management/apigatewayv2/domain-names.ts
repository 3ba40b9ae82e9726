/** Custom domain names, as the HTTP API's service shows them; the documents are those of the REST API's service. */
import type { DomainName } from '../../definition/domain-name.ts';
import { type DomainSurroundings, domainArn, domainKey } from '../../definition/domain-names.ts';
import { badRequest } from '../../definition/errors.ts';
import {
  configurationsOf,
  createDomain,
  invalidDomainName,
  routingModeOf,
  updateDomain,
} from '../../definition/v2/domain-names.ts';
import { dateOf } from '../apigateway/times.ts';
import type { Dependencies } from './dependencies.ts';
import { capitalized, uncapitalized } from './member-names.ts';
import type { Handlers, ItemOf, Operations } from './operations.ts';
import { listPage } from './pages.ts';

export const domainNames = ({ documents, settled }: Dependencies) =>
  ({
    CreateDomainName: async (input, call) => {
      const domain = createDomain({ ...settingsIn(input), domainName: input.DomainName, tags: input.Tags }, call);
      const taken = () => badRequest('The domain name you provided already exists.');
      await documents.create(call, 'domain-name', domainKey(domain.domainName, undefined), domain, taken);
      await settled();
      return presentDomain(domain, call);
    },

    GetDomainName: async (input, call) =>
      presentDomain(await documents.load(call, 'domain-name', input.DomainName, invalidDomainName), call),

    // Private domain names are told apart by identifiers that this service does not know.
    GetDomainNames: async (page, call) => {
      const all = (await documents.list(call, 'domain-name')).filter(({ domainNameId }) => domainNameId === undefined);
      return listPage(
        all,
        page,
        ({ domainName }) => domainName,
        (domain) => presentDomain(domain, call),
      );
    },

    UpdateDomainName: async (input, call) => {
      const domain = await documents.edit(call, 'domain-name', input.DomainName, invalidDomainName, (before) =>
        updateDomain(before, settingsIn(input), call),
      );
      await settled();
      return presentDomain(domain, call);
    },

    DeleteDomainName: async (input, call) => {
      await documents.transact(call, async (transaction) => {
        const domain = await transaction.load('domain-name', input.DomainName, invalidDomainName);
        const arn = domainArn(domain, call);
        for (const association of await transaction.list('domain-name-access-association'))
          if (association.domainNameArn === arn) transaction.remove('domain-name-access-association', association.id);
        transaction.remove('domain-name', input.DomainName);
      });
      await settled();
      return {};
    },
  }) satisfies Partial<Handlers>;

function settingsIn(input: Operations['UpdateDomainName']['input']) {
  const { DomainNameConfigurations, MutualTlsAuthentication, RoutingMode } = input;
  return {
    domainNameConfigurations: DomainNameConfigurations?.map((configuration) => uncapitalized(configuration)),
    mutualTlsAuthentication: MutualTlsAuthentication && uncapitalized(MutualTlsAuthentication),
    routingMode: RoutingMode,
  };
}

function presentDomain(domain: DomainName, around: DomainSurroundings): ItemOf<'GetDomainNames'> {
  const { domainName, mutualTlsAuthentication, tags } = domain;
  return capitalized({
    apiMappingSelectionExpression: '$request.basepath',
    domainName,
    domainNameArn: domainArn(domain, around),
    domainNameConfigurations: configurationsOf(domain).map(({ certificateUploadedAtMs, ...configuration }) =>
      capitalized({
        ...configuration,
        certificateUploadDate: certificateUploadedAtMs === undefined ? undefined : dateOf(certificateUploadedAtMs),
      }),
    ),
    mutualTlsAuthentication: mutualTlsAuthentication && capitalized(mutualTlsAuthentication),
    routingMode: routingModeOf(domain),
    tags,
  });
}
