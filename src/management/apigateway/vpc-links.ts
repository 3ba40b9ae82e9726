/** VPC links. Nothing has to be built for one, so it is available as soon as it has been answered. */
import type { VpcLink } from '../../definition/account.ts';
import { Constraints } from '../../definition/constraints.ts';
import { methodsOf } from '../../definition/deployments.ts';
import { present, unlessEmpty } from '../../definition/entries.ts';
import { badRequest } from '../../definition/errors.ts';
import { applyPatch } from '../../definition/patch.ts';
import { invalidVpcLink, newVpcLink, vpcLinkPatch } from '../../definition/vpc-links.ts';
import type { Documents } from '../documents.ts';
import type { Call } from '../protocol/call.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers, Operations } from './operations.ts';
import { pageOf } from './pages.ts';

export const vpcLinks = ({ documents }: Dependencies) =>
  ({
    CreateVpcLink: async (input, call) => {
      const link = newVpcLink(input, call.newId(6), call.nowMs);
      await documents.create(call, 'vpc-link', link.id, link);
      const { id, name, description, targetArns, tags } = link;
      return present({
        id,
        name,
        description,
        targetArns: [...targetArns],
        status: 'PENDING' as const,
        tags: unlessEmpty({ ...tags }),
      });
    },

    GetVpcLink: async ({ vpcLinkId }, call) => {
      const link = await documents.load(call, 'vpc-link', vpcLinkId, invalidVpcLink);
      return { ...presentVpcLink(link), tags: { ...link.tags } };
    },

    GetVpcLinks: async (page, call) => {
      const oldestFirst = (await documents.list(call, 'vpc-link')).toSorted((a, b) => a.createdAtMs - b.createdAtMs);
      const { items, ...rest } = pageOf(oldestFirst, page, ({ id }) => id);
      return {
        items: items.map((link) => ({ ...presentVpcLink(link), ...present({ tags: unlessEmpty({ ...link.tags }) }) })),
        ...rest,
      };
    },

    UpdateVpcLink: async ({ vpcLinkId, patchOperations }, call) => {
      new Constraints('updateVpcLink').patch(patchOperations).check();
      const link = await documents.edit(call, 'vpc-link', vpcLinkId, invalidVpcLink, (before) =>
        applyPatch(vpcLinkPatch, before, patchOperations),
      );
      return { ...presentVpcLink(link), tags: { ...link.tags } };
    },

    DeleteVpcLink: async ({ vpcLinkId }, call) => {
      await documents.load(call, 'vpc-link', vpcLinkId, invalidVpcLink);
      const uses = await usesOf(documents, call, vpcLinkId);
      if (uses.length > 0)
        throw badRequest(
          `Cannot delete vpc link. Vpc link '${vpcLinkId}', is referenced in [${uses.join(', ')}] in format of [Method:Resource:Stage].`,
        );
      await documents.transact(call, async (transaction) => {
        await transaction.load('vpc-link', vpcLinkId, invalidVpcLink);
        transaction.remove('vpc-link', vpcLinkId);
      });
      return {};
    },
  }) satisfies Partial<Handlers>;

/** Where deployed methods go through a link: `{method}:{resource id}:{stage}`. */
async function usesOf(documents: Documents, call: Call, vpcLinkId: string): Promise<string[]> {
  const uses: string[] = [];
  for (const { restApiId, stageName, deploymentId } of await documents.list(call, 'stage')) {
    const deployment = await documents.find(call, 'deployment', `${restApiId}/${deploymentId}`);
    for (const { resourceId, method } of deployment ? methodsOf(deployment.api) : [])
      if (method.methodIntegration?.connectionId === vpcLinkId)
        uses.push(`${method.httpMethod}:${resourceId}:${stageName}`);
  }
  return uses;
}

const presentVpcLink = ({ id, name, description, targetArns }: VpcLink): Operations['GetVpcLink']['output'] =>
  present({
    id,
    name,
    description,
    targetArns: [...targetArns],
    status: 'AVAILABLE' as const,
    statusMessage: 'Your vpc link is ready for use',
  });
