/**
 * Integrations of HTTP APIs, compiled: an address that requests are passed on to, a function, or one of the AWS
 * services that are called by name. Stage variables are filled in; placeholders of a URI are positions among the
 * route's variables, so that filling one in costs no lookup.
 * Source: Amazon API Gateway Developer Guide, "Create integrations for HTTP APIs"; facts/http-api-integrations.md.
 */
import type { ApiIntegration } from '../../definition/api.ts';
import type { Strings } from '../../definition/rest-api.ts';
import { type Endpoint, endpointOf } from '../../integrations/endpoint.ts';
import {
  type HttpRequestMapping,
  type HttpResponseMapping,
  parseRequestMapping,
  parseResponseMapping,
} from '../../mapping/http-parameters.ts';
import { withStageVariables } from '../../mapping/uri.ts';
import type { Problems } from '../plan-error.ts';
import { ServiceCallPlan } from './service-call.ts';

/** Text with the values of path variables in it: `/v1/`, the first one, `/toys`. */
export class PathTemplate {
  /** Up to the first variable. */
  readonly #first: string;
  /** Which of the route's variables comes first; -1: none does, and there is nothing else. */
  readonly #position: number;
  /** Behind the first variable, up to the next. */
  readonly #second: string;
  /** What follows: further variables, each with the text behind it. Hardly any path has some. */
  readonly #more: readonly { readonly position: number; readonly text: string }[] | null;

  /** @param names the route's variables; a placeholder of another name is text */
  constructor(source: string, names: readonly string[]) {
    const pieces: { readonly position: number; text: string }[] = [{ position: -1, text: '' }];
    let from = 0;
    for (const match of source.matchAll(/\{([^{}]+?)\+?\}/g)) {
      const position = names.indexOf(match[1] ?? '');
      if (position === -1) continue;
      pieces.at(-1)!.text = source.slice(from, match.index);
      pieces.push({ position, text: '' });
      from = match.index + match[0].length;
    }
    pieces.at(-1)!.text = source.slice(from);
    this.#first = pieces[0]!.text;
    this.#position = pieces[1]?.position ?? -1;
    this.#second = pieces[1]?.text ?? '';
    this.#more = pieces.length > 2 ? Object.freeze(pieces.slice(2)) : null;
    Object.freeze(this);
  }

  /** The text itself where it has no variables, else null. */
  get constant(): string | null {
    return this.#position === -1 ? this.#first : null;
  }

  /** @param values of the route's variables, fit to stand where they will */
  fill(values: readonly string[]): string {
    if (this.#position === -1) return this.#first;
    let text = this.#first + (values[this.#position] ?? '') + this.#second;
    if (this.#more !== null) for (const piece of this.#more) text += (values[piece.position] ?? '') + piece.text;
    return text;
  }
}

/** Where a request is passed on to. */
export class AddressPlan {
  /** Null when the authority itself has variables. */
  readonly endpoint: Endpoint | null;
  /** Scheme and authority. */
  readonly origin: PathTemplate;
  /** Begins with a slash, or is empty where the path of the request is put behind it. */
  readonly path: PathTemplate;
  /** Without `?`; null when there is none. */
  readonly query: PathTemplate | null;
  /** Whether the request's own path is put behind the address's. */
  readonly appendsPath: boolean;

  /** @throws Error when it is no address of an HTTP backend */
  constructor(uri: string, names: readonly string[], appendsPath: boolean) {
    const [, origin = '', path = '', query = ''] =
      /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)([^?#]*)(?:\?([^#]*))?/i.exec(uri) ?? [];
    this.origin = new PathTemplate(origin, names);
    const constant = this.origin.constant;
    this.endpoint = constant === null ? null : (endpointOf(constant, false) ?? null);
    if (constant !== null && this.endpoint === null)
      throw new Error(`${JSON.stringify(uri)} is not an http:// or https:// address`);
    const base = sendable(path);
    this.path = new PathTemplate(appendsPath ? base.replace(/\/$/, '') : base === '' ? '/' : base, names);
    this.query = query === '' ? null : new PathTemplate(sendable(query), names);
    this.appendsPath = appendsPath;
    Object.freeze(this);
  }
}

/** What an owner wrote, with what no request line can carry percent-encoded. */
const sendable = (text: string): string =>
  text.toWellFormed().replaceAll(/[^\x21-\x7e]+/gu, (characters) => encodeURIComponent(characters));

interface Mappings {
  readonly request: HttpRequestMapping | null;
  /** By the integration's status. */
  readonly responses: ReadonlyMap<number, HttpResponseMapping>;
}

export interface AddressIntegrationPlan extends Mappings {
  readonly kind: 'address';
  readonly address: AddressPlan;
  /** Method of the call; null: the client's. */
  readonly method: string | null;
  /** Through a VPC link: the backend sees the client's Host and the stage's name in the path. */
  readonly isPrivate: boolean;
  readonly timeoutMs: number;
}

export interface FunctionIntegrationPlan extends Mappings {
  readonly kind: 'function';
  readonly functionArn: PathTemplate;
  readonly credentials: string;
  readonly payloadVersion: '1.0' | '2.0';
  readonly timeoutMs: number;
}

export interface ServiceIntegrationPlan extends Mappings {
  readonly kind: 'service';
  readonly call: ServiceCallPlan;
  readonly credentials: string;
  readonly timeoutMs: number;
}

/** One that can not be carried out: its route answers 500, and the log says why. */
export interface UnservedIntegrationPlan {
  readonly kind: 'unserved';
  readonly reason: string;
}

export type HttpIntegrationPlan =
  | AddressIntegrationPlan
  | FunctionIntegrationPlan
  | ServiceIntegrationPlan
  | UnservedIntegrationPlan;

const defaultTimeoutMs = 30_000;

/**
 * @param names the route's variables
 * @param isDefault whether this is for the `$default` route, whose requests keep their path
 * @param place for problems
 */
export function compileHttpIntegration(
  integration: ApiIntegration,
  names: readonly string[],
  isDefault: boolean,
  variables: Strings,
  place: string,
  problems: Problems,
): HttpIntegrationPlan {
  const { integrationType, integrationSubtype } = integration;
  if (integrationSubtype !== undefined) return serviceOf(integration, integrationSubtype, variables, place, problems);
  switch (integrationType) {
    case 'HTTP_PROXY':
      return addressOf(integration, names, isDefault, variables, place, problems);
    case 'AWS_PROXY':
      return functionOf(integration, names, variables, place, problems);
    case 'HTTP':
    case 'MOCK':
    case 'AWS':
      return { kind: 'unserved', reason: `HTTP APIs have no integrations of type ${integrationType}` };
    default: {
      const never: never = integrationType;
      throw new Error(`unexpected integration type ${String(never)}`);
    }
  }
}

function addressOf(
  integration: ApiIntegration,
  names: readonly string[],
  isDefault: boolean,
  variables: Strings,
  place: string,
  problems: Problems,
): HttpIntegrationPlan {
  const { integrationUri = '', integrationMethod, connectionType, timeoutInMillis } = integration;
  const isPrivate = connectionType === 'VPC_LINK';
  const uri = withStageVariables(integrationUri, variables);
  if (isPrivate && uri.startsWith('arn:'))
    return { kind: 'unserved', reason: `the target ${uri} of a VPC link can not be resolved` };
  const address = problems.attempt(
    place,
    'integrationUri',
    () => new AddressPlan(uri, names, isDefault || (isPrivate && !/^[^:]*:\/\/[^/]*\/./.test(uri))),
  );
  if (address === null) return { kind: 'unserved', reason: 'the integration has no usable URI' };
  return Object.freeze({
    kind: 'address',
    address,
    method: integrationMethod === undefined || integrationMethod === 'ANY' ? null : integrationMethod,
    isPrivate,
    timeoutMs: timeoutInMillis ?? defaultTimeoutMs,
    ...mappingsOf(integration, variables, place, problems),
  });
}

function functionOf(
  integration: ApiIntegration,
  names: readonly string[],
  variables: Strings,
  place: string,
  problems: Problems,
): HttpIntegrationPlan {
  const { integrationUri = '', credentialsArn = '', payloadFormatVersion, timeoutInMillis } = integration;
  const arn = functionArnOf(withStageVariables(integrationUri, variables));
  if (arn === undefined) return { kind: 'unserved', reason: `${JSON.stringify(integrationUri)} names no function` };
  return Object.freeze({
    kind: 'function',
    functionArn: new PathTemplate(arn, names),
    credentials: withStageVariables(credentialsArn, variables),
    payloadVersion: payloadFormatVersion === '2.0' ? '2.0' : '1.0',
    timeoutMs: timeoutInMillis ?? defaultTimeoutMs,
    ...mappingsOf(integration, variables, place, problems),
  });
}

/** A function's ARN, or the invocation URI with one in it. @returns undefined when it is neither */
export function functionArnOf(uri: string): string | undefined {
  const [, inside] = /^arn:[^:]+:apigateway:[^:]*:lambda:path\/[^/]+\/functions\/(.+)\/invocations$/.exec(uri) ?? [];
  const arn = inside ?? uri;
  return /^arn:[^:]+:lambda:[^:]*:[^:]*:function:./.test(arn) ? arn : undefined;
}

function serviceOf(
  integration: ApiIntegration,
  subtype: string,
  variables: Strings,
  place: string,
  problems: Problems,
): HttpIntegrationPlan {
  const { requestParameters = {}, credentialsArn = '', timeoutInMillis } = integration;
  const call = problems.attempt(
    place,
    'requestParameters',
    () => new ServiceCallPlan(subtype, requestParameters, variables),
  );
  if (call === null) return { kind: 'unserved', reason: 'the parameters of the integration do not compile' };
  return Object.freeze({
    kind: 'service',
    call,
    credentials: withStageVariables(credentialsArn, variables),
    timeoutMs: timeoutInMillis ?? defaultTimeoutMs,
    ...mappingsOf({ ...integration, requestParameters: {} }, variables, place, problems),
  });
}

const noResponses: ReadonlyMap<number, HttpResponseMapping> = new Map();

function mappingsOf(
  { requestParameters = {}, responseParameters = {} }: Pick<ApiIntegration, 'requestParameters' | 'responseParameters'>,
  variables: Strings,
  place: string,
  problems: Problems,
): Mappings {
  const request =
    Object.keys(requestParameters).length === 0
      ? null
      : problems.attempt(place, 'requestParameters', () => parseRequestMapping(requestParameters, variables));
  const responses = new Map<number, HttpResponseMapping>();
  for (const [status, mapping] of Object.entries(responseParameters)) {
    const parsed = problems.attempt(place, `responseParameters.${status}`, () =>
      parseResponseMapping(mapping, variables),
    );
    if (parsed !== null) responses.set(Number(status), parsed);
  }
  return { request, responses: responses.size === 0 ? noResponses : responses };
}
