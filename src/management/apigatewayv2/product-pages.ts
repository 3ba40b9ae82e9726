/** Pages of portal products: texts, and methods of deployed REST APIs. */

import { badRequest } from '../../definition/errors.ts';
import type { RestApi } from '../../definition/rest-api.ts';
import { invalidPortalProduct, withoutPage } from '../../definition/v2/portal-products.ts';
import {
  hasMethod,
  invalidProductPage,
  invalidRestEndpointPage,
  type ProductPage,
  type ProductRestEndpointPage,
  productPageArn,
  productPageWith,
  type RestEndpoint,
  restEndpointOf,
  restEndpointPageArn,
  restEndpointPageWith,
  shownEndpoint,
} from '../../definition/v2/product-pages.ts';
import { dateOf } from '../apigateway/times.ts';
import type { Transaction } from '../documents.ts';
import type { Call } from '../protocol/call.ts';
import type { Dependencies } from './dependencies.ts';
import { capitalized, uncapitalized } from './member-names.ts';
import type { Handlers, ItemOf, Operations } from './operations.ts';
import { listPage } from './pages.ts';
import { requireOwn } from './portal-products.ts';

export const productPages = ({ documents }: Dependencies) => {
  /** The API as it is deployed to the stage that a page names; undefined once it is gone. */
  async function deployedApi(call: Call, { restApiId, stage }: RestEndpoint): Promise<RestApi | undefined> {
    const found = await documents.find(call, 'stage', `${restApiId}/${stage}`);
    return (await documents.find(call, 'deployment', `${restApiId}/${found?.deploymentId ?? ''}`))?.api;
  }

  const answer = async (call: Call, page: ProductRestEndpointPage) =>
    presentEndpointPage(page, await deployedApi(call, page.endpoint), call);

  return {
    CreateProductPage: async ({ PortalProductId, DisplayContent }, call) => {
      const page = productPageWith(
        { productPageId: call.newId(10), portalProductId: PortalProductId, updatedAtMs: call.nowMs },
        uncapitalized(DisplayContent),
        call.nowMs,
      );
      await documents.transact(call, async (transaction) => {
        await transaction.load('portal-product', PortalProductId, invalidPortalProduct);
        transaction.put('product-page', pageKey(page), page);
      });
      return presentPage(page, call);
    },

    GetProductPage: async ({ PortalProductId, ProductPageId, ResourceOwnerAccountId }, call) => {
      requireOwn(call, ResourceOwnerAccountId);
      await documents.load(call, 'portal-product', PortalProductId, invalidPortalProduct);
      const key = `${PortalProductId}/${ProductPageId}`;
      return presentPage(await documents.load(call, 'product-page', key, invalidProductPage), call);
    },

    ListProductPages: async ({ PortalProductId, ResourceOwnerAccountId, ...page }, call) => {
      requireOwn(call, ResourceOwnerAccountId);
      await documents.load(call, 'portal-product', PortalProductId, invalidPortalProduct);
      const all = await documents.list(call, 'product-page', `${PortalProductId}/`);
      return listPage(
        all,
        page,
        ({ productPageId }) => productPageId,
        (each) => ({
          LastModified: dateOf(each.updatedAtMs),
          PageTitle: each.title,
          ProductPageArn: productPageArn(each, call),
          ProductPageId: each.productPageId,
        }),
      );
    },

    UpdateProductPage: async ({ PortalProductId, ProductPageId, DisplayContent }, call) => {
      const key = `${PortalProductId}/${ProductPageId}`;
      const page = await documents.edit(call, 'product-page', key, invalidProductPage, (before) =>
        DisplayContent === undefined
          ? before
          : productPageWith(before, { ...before, ...uncapitalized(DisplayContent) }, call.nowMs),
      );
      return presentPage(page, call);
    },

    DeleteProductPage: async ({ PortalProductId, ProductPageId }, call) => {
      await documents.transact(call, async (transaction) => {
        const key = `${PortalProductId}/${ProductPageId}`;
        const page = await transaction.load('product-page', key, invalidProductPage);
        await forget(transaction, PortalProductId, productPageArn(page, call));
        transaction.remove('product-page', key);
      });
      return {};
    },

    CreateProductRestEndpointPage: async (input, call) => {
      const { PortalProductId, RestEndpointIdentifier, DisplayContent, TryItState } = input;
      const { IdentifierParts } = RestEndpointIdentifier;
      const endpoint = restEndpointOf(IdentifierParts && uncapitalized(IdentifierParts));
      const bare = {
        productRestEndpointPageId: call.newId(10),
        portalProductId: PortalProductId,
        endpoint,
        tryItState: 'DISABLED' as const,
        updatedAtMs: call.nowMs,
      };
      const page = restEndpointPageWith(bare, displayIn(DisplayContent, TryItState), call.nowMs);
      await documents.load(call, 'portal-product', PortalProductId, invalidPortalProduct);
      const api = await deployedApi(call, endpoint);
      if (api === undefined || !hasMethod(api, endpoint))
        throw badRequest('Invalid REST endpoint identifier specified: there is no such method in the deployed stage');
      await documents.transact(call, async (transaction) => {
        await transaction.load('portal-product', PortalProductId, invalidPortalProduct);
        transaction.put('product-rest-endpoint-page', endpointPageKey(page), page);
      });
      return presentEndpointPage(page, api, call);
    },

    GetProductRestEndpointPage: async (input, call) => {
      const { PortalProductId, ProductRestEndpointPageId, ResourceOwnerAccountId, IncludeRawDisplayContent } = input;
      requireOwn(call, ResourceOwnerAccountId);
      await documents.load(call, 'portal-product', PortalProductId, invalidPortalProduct);
      const key = `${PortalProductId}/${ProductRestEndpointPageId}`;
      const page = await documents.load(call, 'product-rest-endpoint-page', key, invalidRestEndpointPage);
      const shown = await answer(call, page);
      return IncludeRawDisplayContent === 'true'
        ? { ...shown, RawDisplayContent: JSON.stringify(page.overrides ?? {}) }
        : shown;
    },

    ListProductRestEndpointPages: async ({ PortalProductId, ResourceOwnerAccountId, ...page }, call) => {
      requireOwn(call, ResourceOwnerAccountId);
      await documents.load(call, 'portal-product', PortalProductId, invalidPortalProduct);
      const all = await documents.list(call, 'product-rest-endpoint-page', `${PortalProductId}/`);
      const { Items, ...rest } = listPage(
        all,
        page,
        ({ productRestEndpointPageId }) => productRestEndpointPageId,
        (each) => each,
      );
      const shown = await Promise.all(Items.map((each) => answer(call, each)));
      return {
        Items: shown.map(({ DisplayContent, ...each }): ItemOf<'ListProductRestEndpointPages'> => {
          const { Endpoint, OperationName } = DisplayContent;
          return { ...each, Endpoint, OperationName };
        }),
        ...rest,
      };
    },

    UpdateProductRestEndpointPage: async (input, call) => {
      const { PortalProductId, ProductRestEndpointPageId, DisplayContent, TryItState } = input;
      const key = `${PortalProductId}/${ProductRestEndpointPageId}`;
      const page = await documents.edit(call, 'product-rest-endpoint-page', key, invalidRestEndpointPage, (before) =>
        restEndpointPageWith(before, displayIn(DisplayContent, TryItState), call.nowMs),
      );
      return answer(call, page);
    },

    DeleteProductRestEndpointPage: async ({ PortalProductId, ProductRestEndpointPageId }, call) => {
      await documents.transact(call, async (transaction) => {
        const key = `${PortalProductId}/${ProductRestEndpointPageId}`;
        const page = await transaction.load('product-rest-endpoint-page', key, invalidRestEndpointPage);
        await forget(transaction, PortalProductId, restEndpointPageArn(page, call));
        transaction.remove('product-rest-endpoint-page', key);
      });
      return {};
    },
  } satisfies Partial<Handlers>;
};

const pageKey = ({ portalProductId, productPageId }: ProductPage): string => `${portalProductId}/${productPageId}`;
const endpointPageKey = ({ portalProductId, productRestEndpointPageId }: ProductRestEndpointPage): string =>
  `${portalProductId}/${productRestEndpointPageId}`;

/** A page that goes leaves the order in which its product shows pages. */
async function forget(transaction: Transaction, portalProductId: string, arn: string): Promise<void> {
  const product = await transaction.find('portal-product', portalProductId);
  if (product !== undefined) transaction.put('portal-product', portalProductId, withoutPage(product, arn));
}

type DisplayInput = Operations['UpdateProductRestEndpointPage']['input']['DisplayContent'];

const displayIn = (display: DisplayInput, tryItState: string | undefined) => ({
  display: display && { none: display.None, overrides: display.Overrides && uncapitalized(display.Overrides) },
  tryItState,
});

const presentPage = (page: ProductPage, call: Call): Operations['GetProductPage']['output'] => ({
  DisplayContent: { Title: page.title, Body: page.body },
  LastModified: dateOf(page.updatedAtMs),
  ProductPageArn: productPageArn(page, call),
  ProductPageId: page.productPageId,
});

function presentEndpointPage(page: ProductRestEndpointPage, api: RestApi | undefined, call: Call) {
  const isThere = api !== undefined && hasMethod(api, page.endpoint);
  return {
    DisplayContent: capitalized(shownEndpoint(page, api, call.region)),
    LastModified: dateOf(page.updatedAtMs),
    ProductRestEndpointPageArn: restEndpointPageArn(page, call),
    ProductRestEndpointPageId: page.productRestEndpointPageId,
    RestEndpointIdentifier: { IdentifierParts: capitalized(page.endpoint) },
    Status: isThere ? ('AVAILABLE' as const) : ('FAILED' as const),
    ...(!isThere && {
      StatusException: { Exception: 'NotFoundException', Message: 'The method is no longer deployed to the stage' },
    }),
    TryItState: page.tryItState,
  };
}
