/**
 * A request that is passed on to an address: where it goes, with which path, query and headers. What a route's variables
 * hold is put into the address's placeholders; query and body go on as they came, unless they are mapped.
 */
import { endpointOf } from '../../integrations/endpoint.ts';
import type { AddressIntegrationPlan, AddressPlan } from '../../plan/http/integration.ts';
import type { Exchange } from '../exchange.ts';
import type { Step } from '../step.ts';
import { configurationFault } from './fault.ts';
import { backendHeaders } from './request-headers.ts';

export function passRequest({ address, method, isPrivate }: AddressIntegrationPlan): Step {
  const { endpoint } = address;
  const hostHeader = endpoint === null || isPrivate ? null : endpoint.hostHeader;
  const path = pathOf(address, isPrivate);
  const query = address.query.constant === '' ? null : address.query;
  return (x) => {
    const at = endpoint ?? endpointFor(address, x);
    if (at === null) return configurationFault;
    x.endpoint = at;
    x.backendMethod = method ?? x.httpMethod;
    const search = query === null ? x.query : joined(query.fill(encodedValues(x, 'query')), x.query);
    x.backendPath = search === '' ? path(x) : `${path(x)}?${search}`;
    x.backendHeaders = backendHeaders(x, isPrivate ? null : (hostHeader ?? at.hostHeader));
    x.backendBody = x.requestBytes ?? x.requestBody;
    x.backendBodyBytes = x.requestBytes === null ? x.requestBodyBytes : x.requestBytes.length;
    return undefined;
  };
}

/** Chosen once: most addresses have a constant path, or one of two forms. */
function pathOf({ path, appendsPath }: AddressPlan, isPrivate: boolean): (x: Exchange) => string {
  const { constant } = path;
  if (appendsPath) {
    const base = (x: Exchange): string => constant ?? path.fill(encodedValues(x, 'path'));
    if (isPrivate) return (x) => base(x) + stagePrefix(x) + x.stagePath;
    return (x) => base(x) + x.stagePath;
  }
  if (constant !== null) return () => constant;
  return (x) => path.fill(encodedValues(x, 'path'));
}

const stagePrefix = ({ http }: Exchange): string =>
  http === null || http.stage.stageName === '$default' ? '' : `/${http.stage.stageName}`;

const joined = (first: string, second: string): string =>
  first === '' ? second : second === '' ? first : `${first}&${second}`;

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

const encoded = (value: string, where: 'path' | 'query'): string =>
  value.toWellFormed().replaceAll(everyUnfit[where], (character) =>
    // encodeURIComponent leaves a few that are unfit for a query alone, none of them here.
    encodeURIComponent(character),
  );

/** Of an address whose authority has variables: they hold a name, nothing that would make it another address. */
function endpointFor({ origin }: AddressPlan, x: Exchange): AddressPlan['endpoint'] {
  for (const value of x.pathValues) if (!/^[A-Za-z0-9.-]{1,253}$/.test(value)) return null;
  return endpointOf(origin.fill(x.pathValues), false) ?? null;
}
