/**
 * Finds which API and stage a request is for: by the host (`{api-id}.execute-api.…`), by a custom domain name with its
 * routing rules and base path mappings, or by a path that starts with `/_api/{api-id}/{stage}`. Or which function's URL:
 * by the host (`{url-id}.lambda-url.…`), or by a path that starts with `/_url/{url-id}`.
 * Source: Amazon API Gateway Developer Guide, "Invoke REST APIs", "Custom domain name for public REST APIs", "Private
 * REST APIs".
 */
import type { RoutingMode, RoutingRule } from '../definition/domain-name.ts';
import { TextMemory } from '../state/text-memory.ts';
import type { Exchange } from './exchange.ts';
import { CompiledRule } from './routing-rules.ts';

/** A custom domain name with what its paths lead to. */
export interface DomainMappings {
  readonly domainName: string;
  /** `basePath` without slashes around it, may have several parts; `(none)` or empty for the root. */
  readonly mappings: readonly { readonly basePath: string; readonly restApiId: string; readonly stage?: string }[];
  /** Whether rules or mappings decide; mappings unless given. */
  readonly routingMode?: RoutingMode;
  /** In the order of priority. */
  readonly routingRules?: readonly RoutingRule[];
}

/** What decides where requests for a custom domain name go, in this order. */
interface Domain {
  readonly rules: readonly CompiledRule[];
  readonly mappings: readonly Mapping[];
}

interface Mapping {
  readonly basePath: string;
  readonly apiId: string;
  /** Null: the first part of the path names it. */
  readonly stage: string | null;
}

export interface FoundStage {
  readonly kind: 'stage';
  readonly apiId: string;
  readonly stage: string;
  /** Where the stage's name begins when it stands in the path: at the slash before it; -1 when a mapping names it. */
  readonly stageStart: number;
  /** False behind a custom domain name. */
  readonly byExecuteApi: boolean;
}

export interface FoundFunctionUrl {
  readonly kind: 'function-url';
  readonly urlId: string;
}

export type Found = FoundStage | FoundFunctionUrl;

const slash = 47;

export class Addresses {
  /** By domain name, lower case; mappings in the order in which they are tried: longest base path first. */
  readonly #domains = new Map<string, Domain>();
  /** What Host headers mean; to be forgotten when domains change. */
  readonly #hosts = new TextMemory((header) => this.#host(header));

  map({ domainName, mappings, routingMode = 'BASE_PATH_MAPPING_ONLY', routingRules = [] }: DomainMappings): void {
    const compiled = mappings.map(({ basePath, restApiId, stage }) => ({
      basePath: basePath === '(none)' ? '' : basePath.replaceAll(/^\/+|\/+$/g, ''),
      apiId: restApiId,
      stage: stage ?? null,
    }));
    compiled.sort((a, b) => b.basePath.length - a.basePath.length);
    const domain = {
      rules: routingMode === 'BASE_PATH_MAPPING_ONLY' ? [] : routingRules.map((rule) => new CompiledRule(rule)),
      mappings: routingMode === 'ROUTING_RULE_ONLY' ? [] : compiled,
    };
    this.#domains.set(domainName.toLowerCase(), Object.freeze(domain));
    this.#hosts.clear();
  }

  unmap(domainName: string): void {
    this.#domains.delete(domainName.toLowerCase());
    this.#hosts.clear();
  }

  /** Fills in the exchange's host, path start and stage path. @returns undefined when neither API nor URL is meant */
  find(x: Exchange): Found | undefined {
    const { path } = x;
    const { name, apiId, urlId, domain } = this.#hosts.of(x.header('host') ?? '');
    x.host = name;
    x.pathStart = lastOfLeadingSlashes(path);
    if (apiId !== null) {
      const meant = apiId === inHeader ? x.header('x-apigw-api-id') : apiId;
      return meant === undefined ? undefined : stageIn(x, meant, x.pathStart, true);
    }
    if (domain !== null) return ruled(x, domain.rules) ?? mapped(x, domain.mappings);
    if (urlId !== null) return functionUrl(x, urlId);
    if (path.startsWith('/_api/', x.pathStart)) {
      // With nothing behind the API, whoever has a stage that answers without being named is meant.
      const named = takeFirst(x, x.pathStart + 6);
      return stageIn(x, named, x.pathStart, true);
    }
    if (path.startsWith('/_url/', x.pathStart)) return functionUrl(x, takeFirst(x, x.pathStart + 6));
    return undefined;
  }

  #host(header: string): Host {
    const name = hostOf(header);
    const domain = this.#domains.get(name) ?? this.#domains.get(`*${name.slice(name.indexOf('.'))}`) ?? null;
    return Object.freeze({ name, apiId: executeApiId(name), urlId: functionUrlId(name), domain });
  }
}

/** What a Host header means. */
interface Host {
  /** Without port, lower case. */
  readonly name: string;
  /** Null: not a host of execute-api. */
  readonly apiId: string | typeof inHeader | null;
  /** Null: not a host of a function's URL. */
  readonly urlId: string | null;
  /** Null: not a custom domain name. */
  readonly domain: Domain | null;
}

/** The name of a VPC endpoint: the API stands in a header. */
const inHeader = Symbol('x-apigw-api-id');

/** Without port, lower case. */
function hostOf(header: string): string {
  const colon = header.lastIndexOf(':');
  const host = colon === -1 || header.endsWith(']') ? header : header.slice(0, colon);
  return host.toLowerCase();
}

/** Index of the slash that the path begins with: `//stage` is `/stage`. */
function lastOfLeadingSlashes(path: string): number {
  let at = 0;
  while (path.charCodeAt(at + 1) === slash && path.charCodeAt(at) === slash) at++;
  return at;
}

/** Of a path of one's own behind a prefix: makes the rest the exchange's path. @param from where it starts */
function takeFirst(x: Exchange, from: number): string {
  const { path } = x;
  const end = path.indexOf('/', from);
  x.pathStart = end === -1 ? path.length : end + lastOfLeadingSlashes(path.slice(end));
  return path.slice(from, end === -1 ? path.length : end);
}

function executeApiId(host: string): string | typeof inHeader | null {
  const label = labelBefore(host, 'execute-api');
  if (label === null) return null;
  if (label.startsWith('vpce-')) return inHeader;
  // The id of an API may be put in front of a VPC endpoint's.
  const hyphen = label.indexOf('-');
  return hyphen === -1 ? label : label.slice(0, hyphen);
}

const functionUrlId = (host: string): string | null => labelBefore(host, 'lambda-url');

/** The first label of a host whose second one is a service's. */
function labelBefore(host: string, service: string): string | null {
  const dot = host.indexOf('.');
  if (dot <= 0 || !host.startsWith(service, dot + 1)) return null;
  const next = host.charCodeAt(dot + 1 + service.length);
  return Number.isNaN(next) || next === 46 ? host.slice(0, dot) : null;
}

function functionUrl(x: Exchange, urlId: string): FoundFunctionUrl {
  x.stagePath = x.pathStart >= x.path.length ? '/' : x.path.slice(x.pathStart);
  return { kind: 'function-url', urlId };
}

/** @param start index of the slash before the stage's name */
function stageIn(x: Exchange, apiId: string, start: number, byExecuteApi: boolean): FoundStage {
  const { path } = x;
  const end = path.indexOf('/', start + 1);
  const stage = path.slice(start + 1, end === -1 ? path.length : end);
  x.stagePath = end === -1 ? '/' : path.slice(end);
  return { kind: 'stage', apiId, stage, stageStart: start, byExecuteApi };
}

function ruled(x: Exchange, rules: readonly CompiledRule[]): FoundStage | undefined {
  for (const rule of rules) {
    const start = rule.match(x);
    if (start === undefined) continue;
    x.stagePath = start >= x.path.length ? '/' : x.path.slice(start);
    return { kind: 'stage', apiId: rule.apiId, stage: rule.stage, stageStart: -1, byExecuteApi: false };
  }
  return undefined;
}

function mapped(x: Exchange, mappings: readonly Mapping[]): FoundStage | undefined {
  const { path, pathStart } = x;
  for (const { basePath, apiId, stage } of mappings) {
    const end = pathStart + 1 + basePath.length;
    if (basePath !== '' && !path.startsWith(basePath, pathStart + 1)) continue;
    if (basePath !== '' && end < path.length && path.charCodeAt(end) !== slash) continue;
    const rest = basePath === '' ? pathStart : end;
    x.basePath = basePath;
    if (stage === null) return stageIn(x, apiId, rest, false);
    x.stagePath = rest >= path.length ? '/' : path.slice(rest);
    return { kind: 'stage', apiId, stage, stageStart: -1, byExecuteApi: false };
  }
  return undefined;
}
