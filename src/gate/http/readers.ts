/**
 * Where the expressions of an HTTP API's mappings and identity sources read: the request, or the backend's answer. Bound
 * once, when a stage is deployed.
 */
import { bindHttpExpression, type HttpExpression, type HttpReaders } from '../../mapping/http-parameters.ts';
import { isField } from '../../wire/field-name.ts';
import type { Exchange } from '../exchange.ts';
import { contextReader } from './context.ts';
import { parsedQuery } from './query.ts';

/** All values of a header joined with a comma, as they were sent. @param headers name, value, name, value … */
export function joinedHeader(headers: readonly string[], lowerCaseName: string): string | undefined {
  let joined: string | undefined;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    if (!isField(name, lowerCaseName)) continue;
    joined = joined === undefined ? headers[i + 1]! : `${joined},${headers[i + 1]!}`;
  }
  return joined;
}

export const requestReaders: HttpReaders<Exchange> = {
  header: (name) => (x) => joinedHeader(x.rawHeaders, name),
  querystring: (name) => (x) => {
    const { http } = x;
    if (http === null) return undefined;
    http.query ??= parsedQuery(x.query);
    return http.query.get(name)?.join(',');
  },
  pathParameter: (name) => (x) => {
    const index = x.http?.route?.variableNames.indexOf(name) ?? -1;
    return index === -1 ? undefined : x.pathValues[index];
  },
  context: contextReader,
  path: (x) => x.http?.path,
  bodyText: (x) => textOf(x.requestBytes),
  bodyJson: (x) => {
    const { http } = x;
    if (http === null) return undefined;
    http.requestJson ??= { value: jsonIn(x.requestBytes) };
    return http.requestJson.value;
  },
};

export const answerReaders: HttpReaders<Exchange> = {
  header: (name) => (x) => joinedHeader(x.answer?.headers ?? [], name),
  querystring: () => () => undefined,
  pathParameter: () => () => undefined,
  context: contextReader,
  path: () => undefined,
  bodyText: (x) => textOf(x.answerBytes),
  bodyJson: (x) => {
    const { http } = x;
    if (http === null) return undefined;
    http.answerJson ??= { value: jsonIn(x.answerBytes) };
    return http.answerJson.value;
  },
};

export type Read = (x: Exchange) => string | undefined;

export const readRequest = (expression: HttpExpression): Read => bindHttpExpression(expression, requestReaders);
/** @param fit makes what a variable holds fit to stand where it will */
export const readRequestAs = (expression: HttpExpression, fit: (text: string) => string): Read =>
  bindHttpExpression(expression, requestReaders, fit);
export const readAnswer = (expression: HttpExpression): Read => bindHttpExpression(expression, answerReaders);

function textOf(bytes: Uint8Array | null): string | undefined {
  if (bytes === null || bytes.length === 0) return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** A longer body has no values to map: reading it would keep all other requests waiting. AWS cuts at 100 KB. */
const jsonBytesMax = 1_048_576;

function jsonIn(bytes: Uint8Array | null): unknown {
  if (bytes !== null && bytes.length > jsonBytesMax) return undefined;
  const text = textOf(bytes);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
