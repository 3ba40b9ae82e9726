/**
 * Parameter mapping of requests: what is changed in headers, query and path of a call that is otherwise the client's.
 * Source: Amazon API Gateway Developer Guide, "Transform API requests and responses for HTTP APIs".
 */
import type { HttpMappingRule, HttpRequestMapping } from '../../mapping/http-parameters.ts';
import type { Log } from '../../observe/log.ts';
import { climbsAsSent } from '../climbing-path.ts';
import type { Exchange } from '../exchange.ts';
import type { Step } from '../step.ts';
import { malformedPath } from './fault.ts';
import { changeHeaders } from './map-headers.ts';
import { pathEncoded } from './pass-request.ts';
import { configurationError } from './place.ts';
import { mappedQuery } from './query.ts';
import { type Read, readRequest, readRequestAs } from './readers.ts';

/** What a mapping may make of a body. */
const targetCharactersMax = 65_536;

/** After the step that has prepared the call. */
export function mapRequest(mapping: HttpRequestMapping, log: Log): Step {
  const valueFor = boundValues(mapping);
  const path = mapping.path === null ? null : readRequestAs(mapping.path, pathEncoded);
  return (x) => {
    const refused = changeHeaders(x.backendHeaders, mapping.header, (rule) => valueFor(rule)(x));
    if (refused !== undefined) return configurationError(x, `the header ${refused} can not be sent`, log);
    const mark = x.backendPath.indexOf('?');
    let target = mark === -1 ? x.backendPath : x.backendPath.slice(0, mark);
    let query = mark === -1 ? '' : x.backendPath.slice(mark + 1);
    if (path !== null) {
      target = pathText(path(x) ?? '');
      // A value may hold what a path may not.
      if (climbsAsSent(target)) return malformedPath;
    }
    if (mapping.querystring.length > 0) query = mappedQuery(query, mapping.querystring, (rule) => valueFor(rule)(x));
    x.backendPath = query === '' ? target : `${target}?${query}`;
    if (x.backendPath.length > targetCharactersMax)
      return configurationError(x, `the mapped path and query have more than ${targetCharactersMax} characters`, log);
    return undefined;
  };
}

/** What the rules read, by rule. */
export function boundValues({ header, querystring }: Pick<HttpRequestMapping, 'header' | 'querystring'>) {
  const reads = new Map<HttpMappingRule, Read>(
    [...header, ...querystring].map((rule) => [rule, readRequest(rule.value)]),
  );
  return (rule: HttpMappingRule): Read => reads.get(rule) ?? (() => undefined);
}

/** A path that a request line can carry; one that an owner wrote without a slash in front is meant with it. */
export function pathText(path: string): string {
  const text = path.toWellFormed().replaceAll(/[^\x21-\x7e]|[?#]/gu, (character) => encodeURIComponent(character));
  return text.startsWith('/') ? text : `/${text}`;
}

export const mappedPath = (mapping: HttpRequestMapping): ((x: Exchange) => string | undefined) | null =>
  mapping.path === null ? null : readRequest(mapping.path);
