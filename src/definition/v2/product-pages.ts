/**
 * Pages of portal products: texts in Markdown, and methods of deployed REST APIs with what is said about them.
 * Source: Amazon API Gateway V2 API Reference, "ProductPages" and "ProductRestEndpointPages".
 */
import { isOneOf } from '../constraints.ts';
import { present } from '../entries.ts';
import { badRequest, notFound, type ServiceError } from '../errors.ts';
import { isJsonObject, parsedJson } from '../json.ts';
import { methodsOf } from '../resources.ts';
import type { RestApi } from '../rest-api.ts';
import { checkLength } from './lengths.ts';
import { portalProductArn } from './portal-products.ts';

export interface ProductPage {
  readonly productPageId: string;
  readonly portalProductId: string;
  readonly title: string;
  readonly body: string;
  readonly updatedAtMs: number;
}

export interface RestEndpoint {
  readonly restApiId: string;
  readonly stage: string;
  /** Full path of the resource. */
  readonly path: string;
  readonly method: string;
}

export interface ProductRestEndpointPage {
  readonly productRestEndpointPageId: string;
  readonly portalProductId: string;
  readonly endpoint: RestEndpoint;
  /** In place of what the REST API's documentation says. */
  readonly overrides?: { readonly body?: string; readonly endpoint?: string; readonly operationName?: string };
  readonly tryItState: 'ENABLED' | 'DISABLED';
  readonly updatedAtMs: number;
}

type Maybe<Value> = Value | undefined;

export const invalidProductPage = (): ServiceError => notFound('Invalid product page identifier specified');
export const invalidRestEndpointPage = (): ServiceError =>
  notFound('Invalid product REST endpoint page identifier specified');

const titleMax = 255;
const bodyMax = 32_768;
const tryItStates = ['ENABLED', 'DISABLED'] as const;

type Owner = Parameters<typeof portalProductArn>[1];

export const productPageArn = ({ portalProductId, productPageId }: ProductPage, owner: Owner): string =>
  `${portalProductArn(portalProductId, owner)}/productpages/${productPageId}`;

export const restEndpointPageArn = (
  { portalProductId, productRestEndpointPageId }: ProductRestEndpointPage,
  owner: Owner,
): string => `${portalProductArn(portalProductId, owner)}/productrestendpointpages/${productRestEndpointPageId}`;

/** @throws BadRequestException */
export function productPageWith<Page extends Omit<ProductPage, 'title' | 'body'>>(
  page: Page,
  { title = '', body = '' }: { readonly title?: Maybe<string>; readonly body?: Maybe<string> },
  nowMs: number,
): Page & Pick<ProductPage, 'title' | 'body'> {
  checkLength('displayContent.title', title, 1, titleMax);
  checkLength('displayContent.body', body, 1, bodyMax);
  return { ...page, title, body, updatedAtMs: nowMs };
}

/** @throws BadRequestException */
export function restEndpointOf(parts: Maybe<{ readonly [Name in keyof RestEndpoint]?: Maybe<string> }>): RestEndpoint {
  const { restApiId = '', stage = '', path = '', method = '' } = parts ?? {};
  checkLength('restEndpointIdentifier.identifierParts.restApiId', restApiId, 1, 50);
  checkLength('restEndpointIdentifier.identifierParts.stage', stage, 1, 128);
  checkLength('restEndpointIdentifier.identifierParts.path', path, 1, 4096);
  checkLength('restEndpointIdentifier.identifierParts.method', method, 1, 20);
  return { restApiId, stage, path, method };
}

export interface EndpointDisplay {
  /** Takes all overrides away. */
  readonly none?: Maybe<object>;
  readonly overrides?: Maybe<{
    readonly body?: Maybe<string>;
    readonly endpoint?: Maybe<string>;
    readonly operationName?: Maybe<string>;
  }>;
}

/** @throws BadRequestException */
export function restEndpointPageWith(
  page: ProductRestEndpointPage,
  { display, tryItState }: { readonly display?: Maybe<EndpointDisplay>; readonly tryItState?: Maybe<string> },
  nowMs: number,
): ProductRestEndpointPage {
  if (display?.none !== undefined && display.overrides !== undefined)
    throw badRequest('DisplayContent must have either none or overrides');
  if (tryItState !== undefined && !isOneOf(tryItStates, tryItState))
    throw badRequest(`Invalid try it state specified. Valid options are ${tryItStates.join(',')}`);
  const { overrides: former, ...rest } = page;
  const { body, endpoint, operationName } = display?.overrides ?? {};
  checkLength('displayContent.overrides.body', body, 1, bodyMax);
  checkLength('displayContent.overrides.endpoint', endpoint, 1, 1024);
  checkLength('displayContent.overrides.operationName', operationName, 1, 255);
  return present({
    ...rest,
    overrides:
      display === undefined
        ? former
        : display.overrides === undefined
          ? undefined
          : present({ body, endpoint, operationName }),
    tryItState: tryItState ?? page.tryItState,
    updatedAtMs: nowMs,
  });
}

/** What the page shows: its own words, else what the REST API says of the method. */
export function shownEndpoint(page: ProductRestEndpointPage, api: RestApi | undefined, region: string) {
  const { endpoint, overrides } = page;
  const { restApiId, stage, path } = endpoint;
  return present({
    endpoint: overrides?.endpoint ?? `https://${restApiId}.execute-api.${region}.amazonaws.com/${stage}${path}`,
    operationName: overrides?.operationName ?? path,
    body: overrides?.body ?? documentedBody(endpoint, api),
  });
}

export const hasMethod = (api: RestApi, { path, method }: RestEndpoint): boolean =>
  methodsOf(api).some((each) => each.path === path && each.method.httpMethod === method);

/** The description in the documentation part of the method. */
function documentedBody({ path, method }: RestEndpoint, api: RestApi | undefined): string | undefined {
  const part = Object.values(api?.documentationParts ?? {}).find(
    ({ location }) => location.type === 'METHOD' && location.path === path && location.method === method,
  );
  const properties = parsedJson(part?.properties ?? '');
  const description = isJsonObject(properties) ? properties.description : undefined;
  return typeof description === 'string' && description !== '' ? description : undefined;
}
