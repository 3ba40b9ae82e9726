/**
 * The restJson1 protocol: an operation's input spread over labels, query, headers and body, and its output over
 * status, headers and body.
 */
import { Readable } from 'node:stream';
import { serializationFailure } from '../../definition/errors.ts';
import { eventStream } from './event-stream.ts';
import { decodeStructure, encodeStructure, parseJson } from './json.ts';
import { type Member, membersOf, type Operation, type ServiceModel } from './model.ts';
import { headerOf, type ManagementRequest, type ManagementResponse } from './request.ts';
import { decodeText, encodeText, parseQuery } from './text.ts';
import type { TimestampPrecision } from './timestamps.ts';

/** @throws SerializationException */
export function decodeRestInput(
  model: ServiceModel,
  { input, http }: Operation,
  request: ManagementRequest,
  labels: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const members = membersOf(model, input);
  const constants = parseQuery(http?.[1].split('?')[1] ?? '').map(([name]) => name);
  const query = parseQuery(request.query);
  const entries: [string, unknown][] = [];
  const inBody: Record<string, Member> = {};
  for (const [name, member] of Object.entries(members)) {
    if (member.in === undefined) {
      inBody[name] = member;
      continue;
    }
    const value = boundValue(name, member, { model, members, constants, request, labels, query });
    if (value !== undefined) entries.push([name, value]);
  }
  const body =
    Object.keys(inBody).length === 0 || request.body.length === 0
      ? {}
      : decodeStructure(model, inBody, parseJson(request.body) ?? {});
  return Object.fromEntries([...entries, ...Object.entries(body)]);
}

interface Sources {
  readonly model: ServiceModel;
  readonly members: Readonly<Record<string, Member>>;
  /** Query parameters that told the operation from others. */
  readonly constants: readonly string[];
  readonly request: ManagementRequest;
  readonly labels: ReadonlyMap<string, string>;
  readonly query: readonly (readonly [name: string, value: string])[];
}

function boundValue(name: string, member: Member, sources: Sources): unknown {
  const { request, labels, query, model } = sources;
  switch (member.in) {
    case 'label': {
      const text = labels.get(name);
      return text === undefined ? undefined : decodeText(member, text, 'date-time');
    }
    case 'query': {
      const values = query.filter(([parameter]) => parameter === member.as).map(([, value]) => value);
      const [first] = values;
      if (first === undefined) return undefined;
      const { of } = member;
      if (member.type === 'list' && of !== undefined) return values.map((value) => decodeText(of, value, 'date-time'));
      return decodeText(member, first, 'date-time');
    }
    case 'queryMap':
      return queryMap(member, sources);
    case 'header': {
      const text = headerOf(request, member.as ?? '');
      if (text === undefined) return undefined;
      const { of } = member;
      if (member.type === 'list' && of !== undefined)
        return text.split(',').map((item) => decodeText(of, item.trim(), 'http-date'));
      return decodeText(member, text, 'http-date');
    }
    case 'headerMap': {
      const prefix = member.as ?? '';
      const found = Object.entries(request.headers).filter(([header, value]) => header.startsWith(prefix) && value);
      return found.length === 0
        ? undefined
        : Object.fromEntries(found.map(([header, value]) => [header.slice(prefix.length), value]));
    }
    case 'payload':
      return payloadOf(model, member, request.body);
    default:
      return undefined;
  }
}

/** Everything in the query that no other member and no constant of the URI has taken. */
function queryMap(member: Member, { members, constants, query }: Sources): unknown {
  const bound = Object.values(members).map(({ in: place, as }) => (place === 'query' ? as : undefined));
  const taken = new Set([...constants, ...bound]);
  const collected = new Map<string, string[]>();
  for (const [name, value] of query) {
    if (taken.has(name)) continue;
    const values = collected.get(name);
    if (values === undefined) collected.set(name, [value]);
    else values.push(value);
  }
  if (collected.size === 0) return undefined;
  const lists = member.of?.type === 'list';
  return Object.fromEntries([...collected].map(([name, values]) => [name, lists ? values : values[0]]));
}

function payloadOf(model: ServiceModel, member: Member, body: Uint8Array): unknown {
  if (body.length === 0 && member.required !== true) return undefined;
  if (member.type === 'blob') return body;
  if (member.type === 'string') return new TextDecoder().decode(body);
  if (member.type !== 'structure') throw serializationFailure('The request body has an unexpected form');
  return decodeStructure(model, membersOf(model, member.shape), body.length === 0 ? {} : parseJson(body));
}

export function encodeRestOutput(
  model: ServiceModel,
  shape: string | undefined,
  status: number,
  output: unknown,
  precision: TimestampPrecision,
): ManagementResponse {
  const source = (typeof output === 'object' && output !== null ? output : {}) as Readonly<Record<string, unknown>>;
  const headers: Record<string, string> = {};
  const inBody: Record<string, Member> = {};
  let payload: readonly [Member, unknown] | undefined;
  let answered = status;
  for (const [name, member] of Object.entries(membersOf(model, shape))) {
    const value = source[name];
    if (member.in === 'payload') payload = [member, value];
    else if (member.in === 'status') answered = typeof value === 'number' ? value : status;
    else if (member.in === 'header') {
      if (value !== undefined && value !== null)
        headers[member.as ?? name] = headerText(encodeText(member, value, 'http-date', precision));
    } else if (member.in === 'headerMap') {
      for (const [key, item] of Object.entries(value ?? {}))
        headers[`${member.as ?? ''}${key}`.toLowerCase()] = headerText(String(item));
    } else inBody[name] = member;
  }
  if (payload !== undefined) return encodePayload(model, payload, answered, headers, precision);
  if (shape === undefined || answered === 204) return { status: answered, headers, body: '' };
  const body = JSON.stringify(encodeStructure(model, inBody, source, precision));
  return { status: answered, headers: { 'content-type': 'application/json', ...headers }, body };
}

function encodePayload(
  model: ServiceModel,
  [member, value]: readonly [Member, unknown],
  status: number,
  headers: Readonly<Record<string, string>>,
  precision: TimestampPrecision,
): ManagementResponse {
  const typed = (contentType: string): Record<string, string> => ({ 'content-type': contentType, ...headers });
  if (value === undefined || value === null) return { status, headers, body: '' };
  if (member.type === 'structure' && member.streaming === true)
    return {
      status,
      headers: typed('application/vnd.amazon.eventstream'),
      body: '',
      stream: eventStream(model, member, value as AsyncIterable<object>, precision),
    };
  if (value instanceof Readable) return { status, headers: typed('application/octet-stream'), body: '', stream: value };
  if (value instanceof Uint8Array) return { status, headers: typed('application/octet-stream'), body: value };
  if (typeof value === 'string') return { status, headers: typed('text/plain'), body: value };
  const body = JSON.stringify(encodeStructure(model, membersOf(model, member.shape), value, precision));
  return { status, headers: typed('application/json'), body };
}

/** What HTTP does not allow in a header becomes a question mark. */
export const headerText = (text: string): string => text.replaceAll(/[^\t\x20-\x7e\xa0-\xff]/g, '?');
