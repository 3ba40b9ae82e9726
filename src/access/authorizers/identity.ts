/**
 * Identity sources of authorizers: which values of a request say who is calling. An authorizer's result is remembered
 * by them, and where one is missing or empty nobody needs to be asked. REST, HTTP and WebSocket APIs write them
 * differently and mean the same.
 * Source: API reference, CreateAuthorizer, `identitySource`; Developer Guide, "Configure a Lambda authorizer".
 */

/** The values that sources name. */
export interface IdentityReader {
  /** All values, in order, by lower-case name. */
  requestHeader(lowerCaseName: string): readonly string[] | undefined;
  /** All values, in order, decoded. */
  queryParameter(name: string): readonly string[] | undefined;
  /** `context.identity.sourceIp` asks for `['identity', 'sourceIp']`. */
  context(path: readonly string[]): unknown;
  stageVariable(name: string): string | undefined;
}

export interface IdentitySource {
  /** As its owner wrote it. */
  readonly expression: string;
  read(request: IdentityReader): string | undefined;
}

/** An expression that names nothing. */
export class IdentitySourceError extends Error {
  override readonly name = 'IdentitySourceError';
  constructor(expression: string) {
    super(`${JSON.stringify(expression)} is no identity source`);
  }
}

/**
 * @param expressions `method.request.header.Auth` (REST), `$request.header.Auth` (HTTP),
 *   `route.request.querystring.token` (WebSocket), `stageVariables.name`, `$context.routeKey` …
 * @throws IdentitySourceError
 */
export const readIdentitySources = (expressions: readonly string[]): readonly IdentitySource[] =>
  Object.freeze(
    expressions
      .map((expression) => expression.trim())
      .filter((expression) => expression !== '')
      .map(readIdentitySource),
  );

function readIdentitySource(expression: string): IdentitySource {
  const [, place, parameter] = /^(?:\$|method\.|route\.)?request\.(header|querystring)\.(.+)$/s.exec(expression) ?? [];
  const [, room, variable] = /^\$?(stageVariables|context)\.(.+)$/s.exec(expression) ?? [];
  if (place === 'header' && parameter !== undefined) {
    const name = parameter.toLowerCase();
    return { expression, read: (request) => last(request.requestHeader(name)) };
  }
  if (place === 'querystring' && parameter !== undefined)
    return { expression, read: (request) => last(request.queryParameter(parameter)) };
  if (room === 'stageVariables' && variable !== undefined)
    return { expression, read: (request) => request.stageVariable(variable) };
  if (room === 'context' && variable !== undefined) {
    const path = variable.split('.');
    return { expression, read: (request) => textOf(request.context(path)) };
  }
  throw new IdentitySourceError(expression);
}

const last = (values: readonly string[] | undefined): string | undefined => values?.at(-1);

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;

/** @returns the values in the order of the sources; null when one of them is missing or empty */
export function identityOf(sources: readonly IdentitySource[], request: IdentityReader): readonly string[] | null {
  const values: string[] = [];
  for (const source of sources) {
    const value = source.read(request);
    if (value === undefined || value === '') return null;
    values.push(value);
  }
  return values;
}

/** One text for several values, different for different values. */
export const identityKey = (values: readonly string[]): string =>
  values.length === 1 ? values[0]! : values.map((value) => `${value.length}:${value}`).join('');
