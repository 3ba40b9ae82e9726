/** Which VPC endpoints may reach a private custom domain name. */
import { Constraints } from '../../definition/constraints.ts';
import type { DomainNameAccessAssociation } from '../../definition/domain-name.ts';
import { present, unlessEmpty } from '../../definition/entries.ts';
import { badRequest, conflict, notFound } from '../../definition/errors.ts';
import { newTags } from '../../definition/tags.ts';
import type { Call } from '../protocol/call.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers, Operations } from './operations.ts';
import { pageOf } from './pages.ts';

export const domainNameAccessAssociations = ({ documents }: Dependencies) =>
  ({
    CreateDomainNameAccessAssociation: async (input, call) => {
      const { domainNameArn, accessAssociationSource, accessAssociationSourceType } = input;
      new Constraints('createDomainNameAccessAssociation')
        .oneOf('accessAssociationSourceType', accessAssociationSourceType, ['VPCE'])
        .check();
      if (!/^vpce-[A-Za-z0-9-]{1,128}$/.test(accessAssociationSource))
        throw badRequest('Invalid access association source specified, must be the ID of a VPC endpoint');
      const id = `domainname/${privateDomainIn(domainNameArn, call)}/vpcesource/${accessAssociationSource}`;
      const association: DomainNameAccessAssociation = {
        id,
        domainNameArn,
        accessAssociationSource,
        accessAssociationSourceType: 'VPCE',
        tags: newTags(input.tags),
      };
      await documents.transact(call, async (transaction) => {
        await transaction.load('domain-name', privateDomainIn(domainNameArn, call), invalidDomainArn);
        if ((await transaction.find('domain-name-access-association', id)) !== undefined)
          throw conflict('Domain name access association already exists');
        transaction.put('domain-name-access-association', id, association);
      });
      return presentAssociation(association, call);
    },

    GetDomainNameAccessAssociations: async ({ resourceOwner, ...page }, call) => {
      new Constraints('getDomainNameAccessAssociations')
        .labelOneOf('resourceOwner', resourceOwner, ['SELF', 'OTHER_ACCOUNTS'])
        .check();
      const all =
        resourceOwner === 'OTHER_ACCOUNTS' ? [] : await documents.list(call, 'domain-name-access-association');
      const { items, ...rest } = pageOf(all, page, ({ id }) => id);
      return { items: items.map((association) => presentAssociation(association, call)), ...rest };
    },

    DeleteDomainNameAccessAssociation: async ({ domainNameAccessAssociationArn }, call) => {
      await documents.transact(call, async (transaction) => {
        const id = associationIn(domainNameAccessAssociationArn);
        await transaction.load('domain-name-access-association', id, invalidAssociation);
        transaction.remove('domain-name-access-association', id);
      });
      return {};
    },

    // The owner of the domain name ends an association that was made with it.
    RejectDomainNameAccessAssociation: async ({ domainNameAccessAssociationArn, domainNameArn }, call) => {
      await documents.transact(call, async (transaction) => {
        await transaction.load('domain-name', privateDomainIn(domainNameArn, call), invalidDomainArn);
        const id = associationIn(domainNameAccessAssociationArn);
        const association = await transaction.load('domain-name-access-association', id, invalidAssociation);
        if (association.domainNameArn !== domainNameArn) throw invalidAssociation();
        transaction.remove('domain-name-access-association', id);
      });
      return {};
    },
  }) satisfies Partial<Handlers>;

const invalidDomainArn = (): Error => notFound('Invalid domain name arn specified');
export const invalidAssociation = (): Error => notFound('Invalid domain name access association arn specified');

/** `{domainName}+{domainNameId}`. @throws BadRequestException when the ARN is not that of a private domain name */
function privateDomainIn(arn: string, { partition, accountId }: Call): string {
  const match = /^arn:([a-z-]+):apigateway:[a-z0-9-]+:(\d{12}):\/domainnames\/([^/+]+\+[^/+]+)$/.exec(arn);
  if (match?.[3] === undefined || match[1] !== partition) throw badRequest('Invalid domain name arn specified');
  if (match[2] !== accountId) throw invalidDomainArn();
  return match[3];
}

/** The id of the association that an ARN names. */
const associationIn = (arn: string): string =>
  /^arn:[a-z-]+:apigateway:[a-z0-9-]+:\d{12}:\/domainnameaccessassociations\/(.+)$/.exec(arn)?.[1] ?? '';

export const associationArn = (
  { id }: DomainNameAccessAssociation,
  { partition, region, accountId }: Pick<Call, 'partition' | 'region' | 'accountId'>,
): string => `arn:${partition}:apigateway:${region}:${accountId}:/domainnameaccessassociations/${id}`;

const presentAssociation = (
  association: DomainNameAccessAssociation,
  call: Call,
): Operations['CreateDomainNameAccessAssociation']['output'] => {
  const { domainNameArn, accessAssociationSource, accessAssociationSourceType, tags } = association;
  return present({
    domainNameAccessAssociationArn: associationArn(association, call),
    domainNameArn,
    accessAssociationSourceType,
    accessAssociationSource,
    tags: unlessEmpty({ ...tags }),
  });
};
