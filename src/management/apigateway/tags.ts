/**
 * Tags of whatever has an ARN, for both services of API Gateway: finds the document that an ARN names; which tags are
 * allowed is decided by `definition/tags.ts`.
 */

import { invalidApiKey } from '../../definition/api-keys.ts';
import { invalidClientCertificate } from '../../definition/client-certificates.ts';
import type { DocumentKinds } from '../../definition/documents.ts';
import { invalidDomainName } from '../../definition/domain-names.ts';
import { badRequest, notFound, ServiceError } from '../../definition/errors.ts';
import type { Strings } from '../../definition/rest-api.ts';
import { invalidRestApi } from '../../definition/rest-apis.ts';
import { withoutTags, withTags } from '../../definition/tags.ts';
import { invalidUsagePlan } from '../../definition/usage-plans.ts';
import { invalidApi } from '../../definition/v2/apis.ts';
import { invalidPortalProduct } from '../../definition/v2/portal-products.ts';
import { invalidPortal } from '../../definition/v2/portals.ts';
import { invalidStage as invalidApiStage } from '../../definition/v2/stages.ts';
import { invalidVpcLink } from '../../definition/vpc-links.ts';
import type { Documents } from '../documents.ts';
import type { Call } from '../protocol/call.ts';
import type { Dependencies } from './dependencies.ts';
import { invalidAssociation } from './domain-name-access-associations.ts';
import type { Handlers } from './operations.ts';
import { invalidStage } from './stages.ts';

export const tags = ({ documents }: Dependencies) =>
  ({
    TagResource: async ({ resourceArn, tags: added }, call) => {
      const { kind, id } = taggedAt(resourceArn, call);
      await kind.edit(documents, call, id, (before) => withTags(before, added));
      return {};
    },

    UntagResource: async ({ resourceArn, tagKeys }, call) => {
      const { kind, id } = taggedAt(resourceArn, call);
      await kind.edit(documents, call, id, (before) => withoutTags(before, tagKeys));
      return {};
    },

    GetTags: async ({ resourceArn }, call) => {
      const { kind, id } = taggedAt(resourceArn, call);
      return { tags: { ...(await kind.tagsOf(documents, call, id)) } };
    },
  }) satisfies Partial<Handlers>;

/** Documents that have tags, of one kind. */
interface TaggedKind {
  readonly tagsOf: (documents: Documents, call: Call, id: string) => Promise<Strings>;
  readonly edit: (documents: Documents, call: Call, id: string, change: (tags: Strings) => Strings) => Promise<void>;
}

type KindWithTags = {
  [Kind in keyof DocumentKinds]: DocumentKinds[Kind] extends { readonly tags: Strings } ? Kind : never;
}[keyof DocumentKinds];

const tagged = <Kind extends KindWithTags>(kind: Kind, missing: (call: Call, id: string) => Error): TaggedKind => ({
  tagsOf: async (documents, call, id) => (await documents.load(call, kind, id, () => missing(call, id))).tags,
  edit: async (documents, call, id, change) => {
    await documents.edit(
      call,
      kind,
      id,
      () => missing(call, id),
      (value) => ({ ...value, tags: change(value.tags) }),
    );
  },
});

/** Two kinds share one form of ARN: the first that has the document answers. */
function firstOf(first: TaggedKind, second: TaggedKind): TaggedKind {
  const orElse = async <Outcome>(attempt: Promise<Outcome>, other: () => Promise<Outcome>): Promise<Outcome> => {
    try {
      return await attempt;
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'NotFoundException') return other();
      throw error;
    }
  };
  return {
    tagsOf: (...place) => orElse(first.tagsOf(...place), () => second.tagsOf(...place)),
    edit: (...edit) => orElse(first.edit(...edit), () => second.edit(...edit)),
  };
}

/** By the form of the ARN's resource, whose groups joined by `/` are the id of the document. */
const kinds: readonly (readonly [RegExp, TaggedKind])[] = [
  [/^\/restapis\/([^/]+)$/, tagged('rest-api', ({ accountId }, id) => invalidRestApi(accountId, id))],
  [/^\/restapis\/([^/]+)\/stages\/([^/]+)$/, tagged('stage', invalidStage)],
  [/^\/apikeys\/([^/]+)$/, tagged('api-key', invalidApiKey)],
  [/^\/usageplans\/([^/]+)$/, tagged('usage-plan', invalidUsagePlan)],
  [/^\/vpclinks\/([^/]+)$/, firstOf(tagged('vpc-link-v2', invalidVpcLink), tagged('vpc-link', invalidVpcLink))],
  [/^\/clientcertificates\/([^/]+)$/, tagged('client-certificate', invalidClientCertificate)],
  [/^\/domainnames\/([^/]+)$/, tagged('domain-name', invalidDomainName)],
  [/^\/domainnameaccessassociations\/(.+)$/, tagged('domain-name-access-association', invalidAssociation)],
  [/^\/apis\/([^/]+)$/, tagged('api', ({ accountId }, id) => invalidApi(accountId, id))],
  [/^\/apis\/([^/]+)\/stages\/([^/]+)$/, tagged('api-stage', invalidApiStage)],
  [/^\/portals\/([^/]+)$/, tagged('portal', invalidPortal)],
  [/^\/portalproducts\/([^/]+)$/, tagged('portal-product', invalidPortalProduct)],
];

/** @throws BadRequestException when the ARN names nothing that has tags, NotFoundException when it is somebody else's */
export function taggedAt(arn: string, call: Call): { readonly kind: TaggedKind; readonly id: string } {
  const match = /^arn:([a-z-]+):apigateway:([a-z0-9-]+):(\d{12})?:(\/.+)$/s.exec(arn);
  const [, partition, region, accountId, resource = ''] = match ?? [];
  for (const [form, kind] of kinds) {
    const groups = form.exec(resource);
    if (groups === null) continue;
    if (partition !== call.partition || region !== call.region || (accountId ?? call.accountId) !== call.accountId)
      throw notFound('Invalid resource ARN specified');
    return { kind, id: groups.slice(1).join('/') };
  }
  throw badRequest('Invalid ARN specified in the request');
}
