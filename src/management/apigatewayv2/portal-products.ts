/** Portal products and the accounts that they are shared with. */
import { badRequest } from '../../definition/errors.ts';
import {
  invalidPortalProduct,
  newPortalProduct,
  noSharingPolicy,
  type PortalProduct,
  portalProductArn,
  sharedProduct,
  unsharedProduct,
  updatePortalProduct,
} from '../../definition/v2/portal-products.ts';
import { productPageArn, restEndpointPageArn } from '../../definition/v2/product-pages.ts';
import { dateOf } from '../apigateway/times.ts';
import type { Transaction } from '../documents.ts';
import type { Call } from '../protocol/call.ts';
import type { Dependencies } from './dependencies.ts';
import { capitalized, uncapitalized } from './member-names.ts';
import type { Handlers, Operations } from './operations.ts';
import { listPage } from './pages.ts';

const owners = ['SELF', 'OTHER_ACCOUNTS'];

export const portalProducts = ({ documents }: Dependencies) =>
  ({
    CreatePortalProduct: async (input, call) => {
      const product = newPortalProduct(uncapitalized(input), call.newId(10), call.nowMs);
      await documents.create(call, 'portal-product', product.portalProductId, product);
      return presentProduct(product, call);
    },

    GetPortalProduct: async ({ PortalProductId, ResourceOwnerAccountId }, call) => {
      requireOwn(call, ResourceOwnerAccountId);
      return presentProduct(await documents.load(call, 'portal-product', PortalProductId, invalidPortalProduct), call);
    },

    // Every account sees its own; what others share is not listed.
    ListPortalProducts: async ({ ResourceOwner, ...page }, call) => {
      if (ResourceOwner !== undefined && !owners.includes(ResourceOwner))
        throw badRequest(`Invalid resource owner specified. Valid options are ${owners.join(',')}`);
      const all = ResourceOwner === 'OTHER_ACCOUNTS' ? [] : await documents.list(call, 'portal-product');
      return listPage(
        all.toSorted((a, b) => a.createdAtMs - b.createdAtMs),
        page,
        ({ portalProductId }) => portalProductId,
        (product) => {
          const { DisplayOrder: _inside, Description = '', ...summary } = presentProduct(product, call);
          return { ...summary, Description };
        },
      );
    },

    UpdatePortalProduct: async ({ PortalProductId, DisplayName, Description, DisplayOrder }, call) => {
      const { Contents, ...order } = DisplayOrder ?? {};
      const change = {
        displayName: DisplayName,
        description: Description,
        displayOrder: DisplayOrder && {
          ...uncapitalized(order),
          contents: Contents?.map((section) => uncapitalized(section)),
        },
      };
      const product = await documents.transact(call, async (transaction) => {
        const before = await transaction.load('portal-product', PortalProductId, invalidPortalProduct);
        const arns = change.displayOrder ? await pageArnsOf(transaction, call, PortalProductId) : new Set<string>();
        const after = updatePortalProduct(before, change, arns, call.nowMs);
        transaction.put('portal-product', PortalProductId, after);
        return after;
      });
      return presentProduct(product, call);
    },

    DeletePortalProduct: async ({ PortalProductId }, call) => {
      await documents.transact(call, async (transaction) => {
        await transaction.load('portal-product', PortalProductId, invalidPortalProduct);
        const arn = portalProductArn(PortalProductId, call);
        const users = (await transaction.list('portal')).filter((portal) =>
          portal.includedPortalProductArns.includes(arn),
        );
        if (users.length > 0)
          throw badRequest(
            `Cannot delete portal product '${PortalProductId}', is included in portals: ${users.map(({ portalId }) => portalId).join(', ')}`,
          );
        const prefix = `${PortalProductId}/`;
        for (const { productPageId } of await transaction.list('product-page', prefix))
          transaction.remove('product-page', `${prefix}${productPageId}`);
        for (const { productRestEndpointPageId } of await transaction.list('product-rest-endpoint-page', prefix))
          transaction.remove('product-rest-endpoint-page', `${prefix}${productRestEndpointPageId}`);
        transaction.remove('portal-product', PortalProductId);
      });
      return {};
    },

    PutPortalProductSharingPolicy: async ({ PortalProductId, PolicyDocument }, call) => {
      await documents.edit(call, 'portal-product', PortalProductId, invalidPortalProduct, (product) =>
        sharedProduct(product, PolicyDocument, call.nowMs),
      );
      return {};
    },

    GetPortalProductSharingPolicy: async ({ PortalProductId }, call) => {
      const product = await documents.load(call, 'portal-product', PortalProductId, invalidPortalProduct);
      if (product.sharingPolicy === undefined) throw noSharingPolicy();
      return { PolicyDocument: product.sharingPolicy, PortalProductId };
    },

    DeletePortalProductSharingPolicy: async ({ PortalProductId }, call) => {
      await documents.edit(call, 'portal-product', PortalProductId, invalidPortalProduct, (product) =>
        unsharedProduct(product, call.nowMs),
      );
      return {};
    },
  }) satisfies Partial<Handlers>;

/** Products of other accounts are not looked at, whatever their policies say. @throws NotFoundException */
export function requireOwn(call: Call, ownerAccountId: string | undefined): void {
  if (ownerAccountId !== undefined && ownerAccountId !== call.accountId) throw invalidPortalProduct();
}

async function pageArnsOf(transaction: Transaction, call: Call, portalProductId: string): Promise<ReadonlySet<string>> {
  const prefix = `${portalProductId}/`;
  const pages = await transaction.list('product-page', prefix);
  const endpoints = await transaction.list('product-rest-endpoint-page', prefix);
  return new Set([
    ...pages.map((page) => productPageArn(page, call)),
    ...endpoints.map((page) => restEndpointPageArn(page, call)),
  ]);
}

function presentProduct(product: PortalProduct, call: Call) {
  const { portalProductId, displayName, description, displayOrder, updatedAtMs, tags } = product;
  const { contents, ...order } = displayOrder ?? {};
  return {
    ...capitalized({
      description,
      displayOrder: displayOrder && {
        ...capitalized(order),
        ...(contents && { Contents: contents.map((section) => capitalized(section)) }),
      },
      tags,
    }),
    DisplayName: displayName,
    LastModified: dateOf(updatedAtMs),
    PortalProductArn: portalProductArn(portalProductId, call),
    PortalProductId: portalProductId,
  } satisfies Operations['GetPortalProduct']['output'];
}
