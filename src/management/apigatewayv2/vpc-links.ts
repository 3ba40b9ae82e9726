/** VPC links of HTTP APIs. */
import { invalidVpcLink, newVpcLink, renamedVpcLink, type VpcLinkV2 } from '../../definition/v2/vpc-links.ts';
import { dateOf } from '../apigateway/times.ts';
import type { Dependencies } from './dependencies.ts';
import { capitalized, uncapitalized } from './member-names.ts';
import type { Handlers, ItemOf } from './operations.ts';
import { listPage } from './pages.ts';

export const vpcLinks = ({ documents }: Dependencies) =>
  ({
    CreateVpcLink: async (input, call) => {
      const link = newVpcLink(uncapitalized(input), call.newId(6), call.nowMs);
      await documents.create(call, 'vpc-link-v2', link.vpcLinkId, link);
      return {
        ...presentVpcLink(link),
        VpcLinkStatus: 'PENDING' as const,
        VpcLinkStatusMessage: 'VPC link is provisioning ENIs',
      };
    },

    GetVpcLink: async ({ VpcLinkId }, call) =>
      presentVpcLink(await documents.load(call, 'vpc-link-v2', VpcLinkId, () => invalidVpcLink(VpcLinkId))),

    GetVpcLinks: async (page, call) => {
      const oldestFirst = (await documents.list(call, 'vpc-link-v2')).toSorted((a, b) => a.createdAtMs - b.createdAtMs);
      return listPage(oldestFirst, page, ({ vpcLinkId }) => vpcLinkId, presentVpcLink);
    },

    UpdateVpcLink: async ({ VpcLinkId, Name }, call) =>
      presentVpcLink(
        await documents.edit(
          call,
          'vpc-link-v2',
          VpcLinkId,
          () => invalidVpcLink(VpcLinkId),
          (link) => renamedVpcLink(link, Name),
        ),
      ),

    DeleteVpcLink: async ({ VpcLinkId }, call) => {
      await documents.transact(call, async (transaction) => {
        await transaction.load('vpc-link-v2', VpcLinkId, () => invalidVpcLink(VpcLinkId));
        transaction.remove('vpc-link-v2', VpcLinkId);
      });
      return {};
    },
  }) satisfies Partial<Handlers>;

const presentVpcLink = ({ createdAtMs, ...link }: VpcLinkV2): ItemOf<'GetVpcLinks'> =>
  capitalized({
    ...link,
    createdDate: dateOf(createdAtMs),
    vpcLinkStatus: 'AVAILABLE' as const,
    vpcLinkStatusMessage: 'VPC link is ready to route traffic',
    vpcLinkVersion: 'V2' as const,
  });
