/**
 * CORS configurations of HTTP APIs. Decides what may stand in one and how it is kept: methods in upper case, headers in
 * lower case, as exports and answers show them.
 * Source: Amazon API Gateway Developer Guide, "Configure CORS for HTTP APIs".
 */
import type { Cors } from '../api.ts';
import { present } from '../entries.ts';
import { badRequest } from '../errors.ts';

type CorsInput = { readonly [Name in keyof Cors]?: Cors[Name] | undefined };

const maxAgeMax = 86_400;
const listedMax = 500;
const textMax = 1024;
const methods = ['GET', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', '*'];

/** @throws BadRequestException */
export function corsOf(input: CorsInput): Cors {
  const { allowCredentials, allowOrigins, allowHeaders, allowMethods, exposeHeaders, maxAge } = input;
  if (allowCredentials === true && allowOrigins?.includes('*'))
    throw badRequest("allow-credentials is not supported if 'allow-origin' is *");
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge >= -1 && maxAge <= maxAgeMax))
    throw badRequest(`Invalid CORS max age specified: ${maxAge}. It must be between -1 and ${maxAgeMax} seconds`);
  for (const origin of allowOrigins ?? [])
    if (!isOrigin(origin)) throw badRequest(`Invalid format for origin ${origin.slice(0, 128)}`);
  const lists = { allowOrigins, allowHeaders, allowMethods, exposeHeaders };
  for (const [name, list] of Object.entries(lists)) checkList(name, list);
  const upper = allowMethods?.map((method) => method.toUpperCase());
  for (const method of upper ?? [])
    if (!methods.includes(method)) throw badRequest(`Invalid CORS method specified: ${method}`);
  return present({
    allowCredentials,
    allowHeaders: allowHeaders?.map((name) => name.toLowerCase()),
    allowMethods: upper,
    allowOrigins: allowOrigins && [...allowOrigins],
    exposeHeaders: exposeHeaders?.map((name) => name.toLowerCase()),
    maxAge,
  });
}

/** Any, any of a scheme, or one: with its scheme, and no wildcard inside. */
const isOrigin = (text: string): boolean => text === '*' || /^https?:\/\/(?:\*|[^*\s]+)$/i.test(text);

function checkList(name: string, list: readonly string[] | undefined): void {
  if (list === undefined) return;
  if (list.length > listedMax) throw badRequest(`corsConfiguration.${name} can have at most ${listedMax} items`);
  for (const item of list)
    if (item.length > textMax || !/^[\x21-\x7e]+$/.test(item))
      throw badRequest(`corsConfiguration.${name} has an item that no header can carry: '${item.slice(0, 128)}'`);
}
