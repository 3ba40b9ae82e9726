/**
 * A request that is passed on to an address: where it goes, with which path, query and headers. What a route's variables
 * hold is put into the address's placeholders; query and body go on as they came, unless they are mapped.
 */
import { endpointOf } from '../../integrations/endpoint.ts';
import type { AddressPlan } from '../../plan/http/address.ts';
import type { AddressIntegrationPlan } from '../../plan/http/integration.ts';
import type { Exchange } from '../exchange.ts';
import type { Fault } from '../fault.ts';
import { unchangedHeaders } from '../passed-headers.ts';
import { configurationFault } from './fault.ts';
import { addBackendHeaders } from './request-headers.ts';

/** The plan of a route with such an integration. */
export function addressIntegrationOf({ http }: Exchange): AddressIntegrationPlan {
  const integration = http?.route?.integration;
  if (integration?.kind !== 'address') throw new Error('not a request that is passed on to an address');
  return integration;
}

/** Of routes that map headers, perhaps: all of the client's are among those that can be changed. */
export const passRequest = (x: Exchange): Fault | undefined => prepare(x, x.backendHeaders);

/** Of routes that change nothing. One step for all of them: ten thousand have not ten thousand closures. */
export const passUnchanged = (x: Exchange): Fault | undefined => prepare(x, unchangedHeaders(x));

/** @param passed takes the client's own headers */
function prepare(x: Exchange, passed: string[]): Fault | undefined {
  const { address, method, isPrivate } = addressIntegrationOf(x);
  const endpoint = address.endpoint ?? endpointFor(address, x);
  if (endpoint === null) return configurationFault;
  const path = pathFor(address, x, isPrivate);
  const query = queryFor(address, x);
  x.endpoint = endpoint;
  x.backendMethod = method ?? x.httpMethod;
  x.backendPath = query === '' ? path : `${path}?${query}`;
  addBackendHeaders(x, isPrivate ? null : endpoint.hostHeader, passed);
  x.backendBody = x.requestBytes ?? x.requestBody;
  x.backendBodyBytes = x.requestBytes === null ? x.requestBodyBytes : x.requestBytes.length;
  return undefined;
}

function pathFor({ path, appendsPath }: AddressPlan, x: Exchange, isPrivate: boolean): string {
  const base = path.constant ?? path.fill(encodedValues(x, 'path'));
  if (!appendsPath) return base;
  return isPrivate ? base + stagePrefix(x) + x.stagePath : base + x.stagePath;
}

const stagePrefix = ({ http }: Exchange): string =>
  http === null || http.stage.stageName === '$default' ? '' : `/${http.stage.stageName}`;

function queryFor({ query }: AddressPlan, x: Exchange): string {
  if (query === null) return x.query;
  const own = query.constant ?? query.fill(encodedValues(x, 'query'));
  return x.query === '' ? own : `${own}&${x.query}`;
}

/** All but what would begin a query or a fragment, or no URI may contain. Escapes have been decoded: `%` is one of them. */
const unfitForPath = /[^\w\-.~!$&'()*+,;=:@/]/u;
/** In a query also what would begin another parameter. */
const unfitForQuery = /[^\w\-.~!$'()*,;:@/]/u;
const everyUnfit = { path: new RegExp(unfitForPath, 'gu'), query: new RegExp(unfitForQuery, 'gu') };

/** Values of the route's variables, fit to stand in an address; the same array where all of them are already. */
function encodedValues(x: Exchange, where: 'path' | 'query'): readonly string[] {
  const { pathValues } = x;
  const unfit = where === 'path' ? unfitForPath : unfitForQuery;
  for (const value of pathValues) if (unfit.test(value)) return pathValues.map((each) => encoded(each, where));
  return pathValues;
}

const encoded = (text: string, where: 'path' | 'query'): string =>
  text.toWellFormed().replaceAll(everyUnfit[where], encodeURIComponent);

/** What a client sent, fit to stand in a path as it is meant: its escapes have been decoded, `%` is one character of it. */
export const pathEncoded = (text: string): string => encoded(text, 'path');

/** Of an address whose authority has variables: they hold a name, nothing that would make it another address. */
function endpointFor({ origin }: AddressPlan, x: Exchange): AddressPlan['endpoint'] {
  for (const value of x.pathValues) if (!/^[A-Za-z0-9.-]{1,253}$/.test(value)) return null;
  return (origin && endpointOf(origin.fill(x.pathValues), false)) ?? null;
}
