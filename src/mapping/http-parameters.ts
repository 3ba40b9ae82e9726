/**
 * Parameter mapping of HTTP APIs: what `append:header.x`, `overwrite:querystring.y`, `remove:header.z`,
 * `overwrite:path` and `overwrite:statuscode` stand for, and the expressions that values are written in
 * (`$request.header.x`, `${request.path.id} of ${context.stage}`). Parsed once; whoever serves requests binds an
 * expression to where its variables are read, so that nothing is looked up by name for a request.
 * Source: Amazon API Gateway Developer Guide, "Transform API requests and responses for HTTP APIs".
 */
import { compilePath, type JsonPath } from './jsonpath/index.ts';

export type HttpVariable =
  | { readonly kind: 'header' /** Lower case. */; readonly name: string }
  | { readonly kind: 'querystring'; readonly name: string }
  | { readonly kind: 'pathParameter'; readonly name: string }
  | { readonly kind: 'context' /** `identity.sourceIp` */; readonly name: string }
  | { readonly kind: 'path' }
  | { readonly kind: 'body' /** Null: the whole body as text. */; readonly path: JsonPath | null };

/** A value with its variables. Stage variables are filled in already. */
export interface HttpExpression {
  /** Constants and variables in turn; one variable alone may have no value, among others it is empty then. */
  readonly parts: readonly (string | HttpVariable)[];
  readonly readsBody: boolean;
}

/** Where an expression may take values from: a request knows no `$response`, an answer no `$request`. */
export type MappingSide = 'request' | 'response';

/** Where the variables of an expression are read. */
export interface HttpReaders<From> {
  /** Several values joined with a comma. */
  header(lowerCaseName: string): (from: From) => string | undefined;
  querystring(name: string): (from: From) => string | undefined;
  pathParameter(name: string): (from: From) => string | undefined;
  context(name: string): (from: From) => string | undefined;
  path(from: From): string | undefined;
  bodyText(from: From): string | undefined;
  /** The body as JSON; undefined when it is none. */
  bodyJson(from: From): unknown;
}

export type Strings = Readonly<Record<string, string>>;

const alone = /^\$(request|response|context|stageVariables)\.([^\s${}]+)$/;
const braced = /\$\{(request|response|context|stageVariables)\.([^{}]+)\}/g;

/**
 * @param variables the stage's; one that does not exist has no value
 * @throws JsonPathError when a path into the body is none
 */
export function parseHttpExpression(text: string, side: MappingSide, variables: Strings): HttpExpression {
  if (text === "''") return { parts: [''], readsBody: false };
  const [, root = '', rest = ''] = alone.exec(text) ?? [];
  const whole = root === '' ? undefined : variableOf(root, rest, side, variables);
  if (whole !== undefined) return expressionOf([whole === null ? missing : whole]);
  const parts: (string | HttpVariable)[] = [];
  let from = 0;
  for (const match of text.matchAll(braced)) {
    const variable = variableOf(match[1] ?? '', match[2] ?? '', side, variables);
    if (variable === undefined) continue;
    if (match.index > from) parts.push(text.slice(from, match.index));
    if (variable !== null) parts.push(variable);
    from = match.index + match[0].length;
  }
  if (from < text.length || parts.length === 0) parts.push(text.slice(from));
  return expressionOf(parts);
}

/** A variable that never has a value. */
const missing: HttpVariable = Object.freeze({ kind: 'context', name: '' });

function expressionOf(parts: readonly (string | HttpVariable)[]): HttpExpression {
  return { parts, readsBody: parts.some((part) => typeof part !== 'string' && part.kind === 'body') };
}

/** @returns a constant for a stage variable, null for one that does not exist, undefined for what is no variable */
function variableOf(
  root: string,
  rest: string,
  side: MappingSide,
  variables: Strings,
): HttpVariable | string | null | undefined {
  if (root === 'stageVariables') return Object.hasOwn(variables, rest) ? (variables[rest] ?? null) : null;
  if (root === 'context') return { kind: 'context', name: rest };
  if (root !== side) return undefined;
  const [, place = '', dot = '', name = ''] = /^(header|querystring|path|body)(?:(\.|(?=\[))(.+))?$/s.exec(rest) ?? [];
  switch (place) {
    case 'header':
      return name === '' ? undefined : { kind: 'header', name: name.toLowerCase() };
    case 'querystring':
      return name === '' || side === 'response' ? undefined : { kind: 'querystring', name };
    case 'path':
      if (side === 'response') return undefined;
      return name === '' ? { kind: 'path' } : { kind: 'pathParameter', name };
    case 'body':
      return { kind: 'body', path: name === '' ? null : compilePath(`$${dot}${name}`) };
    default:
      return undefined;
  }
}

/**
 * @param fit makes what a variable holds fit to stand where it will; what the owner has written stays
 * @returns the value for a request or an answer; undefined when the expression is a variable without one
 */
export function bindHttpExpression<From>(
  { parts }: HttpExpression,
  readers: HttpReaders<From>,
  fit?: (text: string) => string,
): (from: From) => string | undefined {
  const [first = ''] = parts;
  const bind = (variable: HttpVariable): ((from: From) => string | undefined) => {
    const read = readerOf(variable, readers);
    if (fit === undefined) return read;
    return (from) => {
      const text = read(from);
      return text === undefined ? undefined : fit(text);
    };
  };
  if (parts.length <= 1) return typeof first === 'string' ? () => first : bind(first);
  const bound = parts.map((part) => (typeof part === 'string' ? part : bind(part)));
  return (from) => {
    let text = '';
    for (const part of bound) text += typeof part === 'string' ? part : (part(from) ?? '');
    return text;
  };
}

function readerOf<From>(variable: HttpVariable, readers: HttpReaders<From>): (from: From) => string | undefined {
  switch (variable.kind) {
    case 'header':
      return readers.header(variable.name);
    case 'querystring':
      return readers.querystring(variable.name);
    case 'pathParameter':
      return readers.pathParameter(variable.name);
    case 'context':
      return readers.context(variable.name);
    case 'path':
      return (from) => readers.path(from);
    case 'body': {
      const { path } = variable;
      if (path === null) return (from) => readers.bodyText(from);
      return (from) => textAt(path, readers.bodyJson(from));
    }
    default: {
      const never: never = variable;
      throw new Error(`unexpected variable ${JSON.stringify(never)}`);
    }
  }
}

function textAt(path: JsonPath, body: unknown): string | undefined {
  if (body === undefined || body === null) return undefined;
  try {
    const value = path.read(body);
    if (value === undefined || value === null) return undefined;
    return typeof value === 'string' ? value : JSON.stringify(value);
  } catch {
    return undefined; // the path asks for what this body can not give
  }
}

/** What a mapping does to a header or query parameter. */
export interface HttpMappingRule {
  readonly action: 'remove' | 'overwrite' | 'append';
  /** Lower case for headers. */
  readonly name: string;
  /** Of no meaning for `remove`. */
  readonly value: HttpExpression;
}

export interface HttpRequestMapping {
  /** In the order in which they act: remove, overwrite, append. */
  readonly header: readonly HttpMappingRule[];
  readonly querystring: readonly HttpMappingRule[];
  readonly path: HttpExpression | null;
  readonly readsBody: boolean;
}

export interface HttpResponseMapping {
  readonly header: readonly HttpMappingRule[];
  readonly status: HttpExpression | null;
  readonly readsBody: boolean;
}

/** A mapping that can not be compiled; names its key. */
export class HttpMappingError extends Error {
  override readonly name = 'HttpMappingError';
  readonly key: string;
  constructor(key: string, reason: string) {
    super(`${key}: ${reason}`);
    this.key = key;
  }
}

/** `requestParameters` of an integration. @throws HttpMappingError */
export function parseRequestMapping(mapping: Strings, variables: Strings): HttpRequestMapping {
  const header: HttpMappingRule[] = [];
  const querystring: HttpMappingRule[] = [];
  let path: HttpExpression | null = null;
  for (const [key, text] of Object.entries(mapping)) {
    const value = expressionAt(key, text, 'request', variables);
    if (key === 'overwrite:path') path = value;
    else {
      const rule = ruleOf(key, /^(append|overwrite|remove):(header|querystring)\.(.+)$/s, value);
      if (key.includes(':header.')) header.push({ ...rule, name: rule.name.toLowerCase() });
      else querystring.push(rule);
    }
  }
  return {
    header: inOrder(header),
    querystring: inOrder(querystring),
    path,
    readsBody: path?.readsBody === true || [...header, ...querystring].some(({ value }) => value.readsBody),
  };
}

/** `responseParameters` of one status. @throws HttpMappingError */
export function parseResponseMapping(mapping: Strings, variables: Strings): HttpResponseMapping {
  const header: HttpMappingRule[] = [];
  let status: HttpExpression | null = null;
  for (const [key, text] of Object.entries(mapping)) {
    const value = expressionAt(key, text, 'response', variables);
    if (key === 'overwrite:statuscode') status = value;
    else {
      const rule = ruleOf(key, /^(append|overwrite|remove):(header)\.(.+)$/s, value);
      header.push({ ...rule, name: rule.name.toLowerCase() });
    }
  }
  return {
    header: inOrder(header),
    status,
    readsBody: status?.readsBody === true || header.some(({ value }) => value.readsBody),
  };
}

function expressionAt(key: string, text: string, side: MappingSide, variables: Strings): HttpExpression {
  try {
    return parseHttpExpression(text, side, variables);
  } catch (error) {
    throw new HttpMappingError(key, error instanceof Error ? error.message : String(error));
  }
}

function ruleOf(key: string, form: RegExp, value: HttpExpression): HttpMappingRule {
  const [, action, , name = ''] = form.exec(key) ?? [];
  if (action !== 'append' && action !== 'overwrite' && action !== 'remove')
    throw new HttpMappingError(key, 'not an action on a header, query string parameter, path or status code');
  return { action, name, value };
}

const order = { remove: 0, overwrite: 1, append: 2 } as const;

const inOrder = (rules: readonly HttpMappingRule[]): readonly HttpMappingRule[] =>
  Object.freeze([...rules].sort((one, other) => order[one.action] - order[other.action]));
