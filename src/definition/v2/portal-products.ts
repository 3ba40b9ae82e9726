/**
 * Portal products: what a portal offers, in which order its pages are shown, and with which accounts it is shared.
 * Source: Amazon API Gateway V2 API Reference, "PortalProducts"; Developer Guide, "Portal products in API Gateway".
 */
import { present } from '../entries.ts';
import { badRequest, notFound, type ServiceError } from '../errors.ts';
import { isJsonObject, parsedJson } from '../json.ts';
import { text } from '../patch.ts';
import type { Strings } from '../rest-api.ts';
import { newTags } from '../tags.ts';
import { checkLength } from './lengths.ts';

export interface DisplayOrder {
  readonly contents?: readonly {
    readonly sectionName: string;
    readonly productRestEndpointPageArns: readonly string[];
  }[];
  readonly overviewPageArn?: string;
  readonly productPageArns?: readonly string[];
}

export interface PortalProduct {
  readonly portalProductId: string;
  readonly displayName: string;
  readonly description?: string;
  readonly displayOrder?: DisplayOrder;
  /** A policy document: who else may use the product. */
  readonly sharingPolicy?: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly tags: Strings;
}

type Maybe<Value> = Value | undefined;

export interface DisplayOrderInput {
  readonly contents?: Maybe<
    readonly {
      readonly sectionName?: Maybe<string>;
      readonly productRestEndpointPageArns?: Maybe<readonly string[]>;
    }[]
  >;
  readonly overviewPageArn?: Maybe<string>;
  readonly productPageArns?: Maybe<readonly string[]>;
}

export interface PortalProductUpdate {
  readonly displayName?: Maybe<string>;
  readonly description?: Maybe<string>;
  readonly displayOrder?: Maybe<DisplayOrderInput>;
}

const policyMax = 307_200;

export const invalidPortalProduct = (): ServiceError => notFound('Invalid portal product identifier specified');
export const noSharingPolicy = (): ServiceError => notFound('The portal product has no sharing policy');

interface Owner {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

export const portalProductArn = (portalProductId: string, { partition, region, accountId }: Owner): string =>
  `arn:${partition}:apigateway:${region}:${accountId}:/portalproducts/${portalProductId}`;

/** @throws BadRequestException */
export function newPortalProduct(
  input: { readonly displayName: string; readonly description?: Maybe<string>; readonly tags?: Maybe<Strings> },
  portalProductId: string,
  nowMs: number,
): PortalProduct {
  const { displayName, description } = input;
  checkTexts({ displayName, description });
  return present({
    portalProductId,
    displayName,
    description: text(description),
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    tags: newTags(input.tags),
  });
}

/**
 * @param pageArns those that the display order may name: of the product's own pages
 * @throws BadRequestException
 */
export function updatePortalProduct(
  product: PortalProduct,
  { displayName, description, displayOrder }: PortalProductUpdate,
  pageArns: ReadonlySet<string>,
  nowMs: number,
): PortalProduct {
  checkTexts({ displayName, description });
  return present({
    ...product,
    displayName: displayName ?? product.displayName,
    description: description === undefined ? product.description : text(description),
    displayOrder: displayOrder === undefined ? product.displayOrder : displayOrderOf(displayOrder, pageArns),
    updatedAtMs: nowMs,
  });
}

function checkTexts({ displayName, description }: Pick<PortalProductUpdate, 'displayName' | 'description'>): void {
  checkLength('displayName', displayName, 1, 255);
  checkLength('description', description, 0, 1024);
}

function displayOrderOf(input: DisplayOrderInput, pageArns: ReadonlySet<string>): DisplayOrder {
  const known = (arn: string): string => {
    if (!pageArns.has(arn)) throw badRequest(`The display order names a page that is not there: ${arn.slice(0, 512)}`);
    return arn;
  };
  const { contents, overviewPageArn, productPageArns } = input;
  return present({
    contents: contents?.map(({ sectionName = '', productRestEndpointPageArns = [] }) => {
      checkLength('displayOrder.contents.sectionName', sectionName, 1, 255);
      return { sectionName, productRestEndpointPageArns: productRestEndpointPageArns.map(known) };
    }),
    overviewPageArn: text(overviewPageArn) && known(overviewPageArn ?? ''),
    productPageArns: productPageArns?.map(known),
  });
}

/** What a page that is gone leaves behind in the order. */
export function withoutPage(product: PortalProduct, arn: string): PortalProduct {
  const { displayOrder, ...rest } = product;
  if (displayOrder === undefined) return product;
  const { contents, overviewPageArn, productPageArns } = displayOrder;
  const others = (arns: readonly string[]): string[] => arns.filter((each) => each !== arn);
  return {
    ...rest,
    displayOrder: present({
      contents: contents?.map((section) => ({
        ...section,
        productRestEndpointPageArns: others(section.productRestEndpointPageArns),
      })),
      overviewPageArn: overviewPageArn === arn ? undefined : overviewPageArn,
      productPageArns: productPageArns && others(productPageArns),
    }),
  };
}

/** @throws BadRequestException */
export function sharedProduct(product: PortalProduct, policyDocument: string, nowMs: number): PortalProduct {
  checkLength('policyDocument', policyDocument, 1, policyMax);
  const policy = parsedJson(policyDocument);
  if (!isJsonObject(policy) || policy.Statement === undefined)
    throw badRequest('Invalid policy document. Please check the policy syntax and ensure that Principals are valid.');
  return { ...product, sharingPolicy: policyDocument, updatedAtMs: nowMs };
}

/** @throws NotFoundException */
export function unsharedProduct({ sharingPolicy, ...product }: PortalProduct, nowMs: number): PortalProduct {
  if (sharingPolicy === undefined) throw noSharingPolicy();
  return { ...product, updatedAtMs: nowMs };
}
