/**
 * Route keys: which ones there are, and what the ones of HTTP APIs are made of.
 * Source: Amazon API Gateway Developer Guide, "Create routes for HTTP APIs", "Create routes for WebSocket APIs".
 */
import type { Api } from '../api.ts';
import { badRequest } from '../errors.ts';

export const defaultRouteKey = '$default';
export const routeMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'ANY'] as const;
export type RouteMethod = (typeof routeMethods)[number];

/** A key of an HTTP API other than `$default`. */
export interface HttpRouteKey {
  readonly method: RouteMethod;
  /** Begins with a slash; `/` for the root. */
  readonly path: string;
}

const pathPart = /^(\{[\w.:-]+\+?\}|[a-zA-Z0-9.:_-]+)$/;
const reserved = ['$connect', '$disconnect', defaultRouteKey];

/** @returns undefined for `$default` and for what is no key of an HTTP API */
export function httpRouteKeyOf(routeKey: string): HttpRouteKey | undefined {
  const space = routeKey.indexOf(' ');
  const method = routeMethods.find((each) => each === routeKey.slice(0, space));
  const path = routeKey.slice(space + 1);
  return method === undefined || !path.startsWith('/') ? undefined : { method, path };
}

/** @throws BadRequestException */
export function checkRouteKey(protocolType: Api['protocolType'], routeKey: string): void {
  if (routeKey === '') throw badRequest('Route key is required');
  if (protocolType === 'WEBSOCKET') {
    if (routeKey.startsWith('$') && !reserved.includes(routeKey))
      throw badRequest(
        `Invalid route key specified: ${routeKey}. Keys that begin with $ are reserved: ${reserved.join(', ')}`,
      );
    return;
  }
  if (routeKey === defaultRouteKey) return;
  const key = httpRouteKeyOf(routeKey);
  if (key === undefined)
    throw badRequest(
      'The provided route key is not formatted properly for HTTP protocol. Format should be "[HTTP METHOD] /[RESOURCE PATH]" or "$default"',
    );
  if (key.path === '/') return;
  const parts = key.path.slice(1).split('/');
  if (!parts.every((part) => pathPart.test(part)))
    throw badRequest(
      `One or more path parts appear to be invalid. Parts are validated against this regular expression: ${pathPart.source}`,
    );
  if (parts.slice(0, -1).some((part) => part.endsWith('+}')))
    throw badRequest('One or more path parts appear to be invalid. A greedy path variable must be the last path part');
}
