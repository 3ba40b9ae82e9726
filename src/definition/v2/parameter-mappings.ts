/**
 * The language of parameter mapping of HTTP APIs: what is to be changed (`append:header.x`) and where the new value comes
 * from (`$request.querystring.q`, `id-${request.path.id}`, a constant). Reads it, and says what is wrong with it;
 * evaluating it is the plan's.
 * Source: Amazon API Gateway Developer Guide, "Transform API requests and responses for HTTP APIs".
 */
import { entryOf } from '../entries.ts';
import { badRequest } from '../errors.ts';
import type { Strings } from '../rest-api.ts';

export type MappingAction = 'append' | 'overwrite' | 'remove';

export type MappingTarget =
  | { readonly in: 'header' | 'querystring'; readonly action: MappingAction; readonly name: string }
  | { readonly in: 'path' | 'statuscode'; readonly action: 'overwrite' };

/** Where a part of a value comes from; `path` of a body is a JSON path without its `$.`, empty for the whole body. */
export type MappingSource =
  | { readonly from: 'constant'; readonly text: string }
  | { readonly from: 'header' | 'querystring' | 'pathParameter' | 'context' | 'stageVariable'; readonly name: string }
  | { readonly from: 'body'; readonly path: string }
  | { readonly from: 'path' };

export type MappingSide = 'request' | 'response';

/** What `remove` has for a value. */
const nothing = "''";
const namePattern = /^[^\s]{1,1024}$/;

/** Headers that no mapping may touch, in lower case; those that end with `*` stand for all with that beginning. */
const reservedHeaders = [
  'access-control-*',
  'apigw-*',
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-location',
  'forwarded',
  'keep-alive',
  'origin',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailers',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-amz-*',
  'x-amzn-*',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
];

export function isReservedHeader(name: string): boolean {
  const wanted = name.toLowerCase();
  return reservedHeaders.some((each) => (each.endsWith('*') ? wanted.startsWith(each.slice(0, -1)) : wanted === each));
}

/** @returns undefined when the key says nothing that can be changed on that side */
export function mappingTargetOf(key: string, side: MappingSide): MappingTarget | undefined {
  if (key === 'overwrite:path' && side === 'request') return { in: 'path', action: 'overwrite' };
  if (key === 'overwrite:statuscode' && side === 'response') return { in: 'statuscode', action: 'overwrite' };
  const [, action, place, name = ''] = /^(append|overwrite|remove):(header|querystring)\.(.+)$/s.exec(key) ?? [];
  if (place === 'querystring' && side === 'response') return undefined;
  if (!namePattern.test(name) || (place === 'header' && !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))) return undefined;
  const known = (['append', 'overwrite', 'remove'] as const).find((each) => each === action);
  const into = (['header', 'querystring'] as const).find((each) => each === place);
  return known && into && { in: into, action: known, name };
}

/**
 * The parts of a value, to be joined.
 * @returns undefined when an expression in it is none
 */
export function mappingSourcesOf(value: string, side: MappingSide): readonly MappingSource[] | undefined {
  if (/^\$[^{]/.test(value)) {
    const source = sourceOf(value.slice(1), side);
    return source && [source];
  }
  const parts: MappingSource[] = [];
  let at = 0;
  for (const { 0: whole, 1: expression = '', index } of value.matchAll(/\$\{([^{}]*)\}/g)) {
    if (index > at) parts.push({ from: 'constant', text: value.slice(at, index) });
    const source = sourceOf(expression, side);
    if (source === undefined) return undefined;
    parts.push(source);
    at = index + whole.length;
  }
  if (at < value.length || parts.length === 0) parts.push({ from: 'constant', text: value.slice(at) });
  return parts;
}

/** @param expression without `$` and braces */
function sourceOf(expression: string, side: MappingSide): MappingSource | undefined {
  const [, owner, place = '', name = ''] =
    /^(request|response|context|stageVariables)\.([^.[]*)(.*)$/s.exec(expression) ?? [];
  if (owner === 'context') return named('context', `${place}${name}`);
  if (owner === 'stageVariables') return named('stageVariable', `${place}${name}`);
  if (owner !== side) return undefined;
  if (place === 'body') return bodySource(name);
  const member = name.startsWith('.') ? name.slice(1) : undefined;
  if (place === 'path' && side === 'request' && name === '') return { from: 'path' };
  if (member === undefined) return undefined;
  if (place === 'header') return named('header', member);
  if (side === 'response') return undefined;
  if (place === 'querystring') return named('querystring', member);
  return place === 'path' ? named('pathParameter', member) : undefined;
}

const named = (
  from: 'header' | 'querystring' | 'pathParameter' | 'context' | 'stageVariable',
  name: string,
): MappingSource | undefined => (namePattern.test(name) ? { from, name } : undefined);

/** Paths search nothing: neither `..` nor filters. */
function bodySource(path: string): MappingSource | undefined {
  if (path.length > 1024 || path.includes('..') || path.includes('?(')) return undefined;
  return { from: 'body', path: path.startsWith('.') ? path.slice(1) : path };
}

/** `requestParameters` of an HTTP API's proxy integration. @throws BadRequestException that lists all faults */
export const checkRequestMapping = (mapping: Strings | undefined): void => refuse(faultsOf(mapping, 'request'));

/** `responseParameters`, by status. @throws BadRequestException */
export function checkResponseMappings(mappings: Readonly<Record<string, Strings>> | undefined): void {
  for (const status of Object.keys(mappings ?? {}))
    if (!/^[2-5]\d\d$/.test(status)) throw badRequest(`Status Code ${status} is not valid`);
  refuse(Object.values(mappings ?? {}).flatMap((mapping) => faultsOf(mapping, 'response')));
}

function faultsOf(mapping: Strings | undefined, side: MappingSide): string[] {
  const Side = side === 'request' ? 'Request' : 'Response';
  return Object.entries(mapping ?? {}).flatMap(([key, value]) => {
    const target = mappingTargetOf(key, side);
    if (target === undefined) return [`Invalid ${Side} Actioned Parameter destination specified: ${key}`];
    if (target.in === 'header' && isReservedHeader(target.name))
      return [
        `Invalid ${Side} Actioned Parameter destination specified: ${key}. The header ${target.name} is reserved`,
      ];
    if (target.action === 'remove')
      return value === nothing ? [] : [`Invalid ${Side} Actioned Parameter value specified: ${value}. It must be ''`];
    if (target.in === 'statuscode' && !/^[2-5]\d\d$/.test(value) && !value.startsWith('$'))
      return [`Invalid ${Side} Actioned Parameter value specified: ${value}. It must be a status code`];
    return mappingSourcesOf(value, side) === undefined ? [`Invalid mapping expression specified: ${value}`] : [];
  });
}

/** Parameters of a service's action. @throws BadRequestException */
export function checkActionParameters(
  subtype: string,
  { required, optional }: { readonly required: readonly string[]; readonly optional: readonly string[] },
  parameters: Strings | undefined,
): void {
  for (const [name, value] of Object.entries(parameters ?? {})) {
    if (!required.includes(name) && !optional.includes(name))
      throw badRequest(`Parameter: ${name} does not fit schema for Operation: ${subtype}.`);
    if (mappingSourcesOf(value, 'request') === undefined) refuse([`Invalid mapping expression specified: ${value}`]);
  }
  if (required.some((name) => !entryOf(parameters, name)))
    throw badRequest(
      `Operation: ${subtype} requires enabling passthrough, or defining all of the following parameters: [${required.join(', ')}]`,
    );
}

function refuse(faults: readonly string[]): void {
  if (faults.length > 0)
    throw badRequest(
      `Invalid mapping expression specified: Validation Result: warnings : [], errors : [${faults.join(', ')}]`,
    );
}
