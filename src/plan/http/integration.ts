/**
 * Integrations of HTTP APIs, compiled: an address that requests are passed on to, a function, or one of the AWS
 * services that are called by name. Stage variables are filled in.
 * Source: Amazon API Gateway Developer Guide, "Create integrations for HTTP APIs"; facts/http-api-integrations.md.
 */
import type { ApiIntegration } from '../../definition/api.ts';
import type { Strings } from '../../definition/rest-api.ts';
import {
  type HttpRequestMapping,
  type HttpResponseMapping,
  parseRequestMapping,
  parseResponseMapping,
} from '../../mapping/http-parameters.ts';
import { withStageVariables } from '../../mapping/uri.ts';
import type { Problems } from '../plan-error.ts';
import { AddressPlan, type KnownEndpoints } from './address.ts';
import { PathTemplate } from './path-template.ts';
import { ServiceCallPlan } from './service-call.ts';

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

/** What an integration is compiled for. */
export interface IntegrationSetting {
  /** The route's variables. */
  readonly names: readonly string[];
  /** Whether this is for the `$default` route, whose requests keep their path. */
  readonly isDefault: boolean;
  /** The stage's. */
  readonly variables: Strings;
  readonly endpoints: KnownEndpoints;
  /** For problems: the route's key. */
  readonly place: string;
  readonly problems: Problems;
}

export function compileHttpIntegration(integration: ApiIntegration, setting: IntegrationSetting): HttpIntegrationPlan {
  const { integrationType, integrationSubtype } = integration;
  if (integrationSubtype !== undefined) return serviceOf(integration, integrationSubtype, setting);
  switch (integrationType) {
    case 'HTTP_PROXY':
      return addressOf(integration, setting);
    case 'AWS_PROXY':
      return functionOf(integration, setting);
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

function addressOf(integration: ApiIntegration, setting: IntegrationSetting): HttpIntegrationPlan {
  const { names, isDefault, variables, endpoints, place, problems } = setting;
  const { integrationUri = '', integrationMethod, connectionType, timeoutInMillis } = integration;
  const isPrivate = connectionType === 'VPC_LINK';
  const uri = withStageVariables(integrationUri, variables);
  if (isPrivate && uri.startsWith('arn:'))
    return { kind: 'unserved', reason: `the target ${uri} of a VPC link can not be resolved` };
  const address = problems.attempt(
    place,
    'integrationUri',
    () => new AddressPlan(uri, names, isDefault || (isPrivate && !/^[^:]*:\/\/[^/]*\/./.test(uri)), endpoints),
  );
  if (address === null) return { kind: 'unserved', reason: 'the integration has no usable URI' };
  return Object.freeze({
    kind: 'address',
    address,
    method: integrationMethod === undefined || integrationMethod === 'ANY' ? null : integrationMethod,
    isPrivate,
    timeoutMs: timeoutInMillis ?? defaultTimeoutMs,
    ...mappingsOf(integration, setting),
  });
}

function functionOf(integration: ApiIntegration, setting: IntegrationSetting): HttpIntegrationPlan {
  const { names, variables } = setting;
  const { integrationUri = '', credentialsArn = '', payloadFormatVersion, timeoutInMillis } = integration;
  const arn = functionArnOf(withStageVariables(integrationUri, variables));
  if (arn === undefined) return { kind: 'unserved', reason: `${JSON.stringify(integrationUri)} names no function` };
  return Object.freeze({
    kind: 'function',
    functionArn: new PathTemplate(arn, names),
    credentials: withStageVariables(credentialsArn, variables),
    payloadVersion: payloadFormatVersion === '2.0' ? '2.0' : '1.0',
    timeoutMs: timeoutInMillis ?? defaultTimeoutMs,
    ...mappingsOf(integration, setting),
  });
}

/** A function's ARN, or the invocation URI with one in it. @returns undefined when it is neither */
export function functionArnOf(uri: string): string | undefined {
  const [, inside] = /^arn:[^:]+:apigateway:[^:]*:lambda:path\/[^/]+\/functions\/(.+)\/invocations$/.exec(uri) ?? [];
  const arn = inside ?? uri;
  return /^arn:[^:]+:lambda:[^:]*:[^:]*:function:./.test(arn) ? arn : undefined;
}

function serviceOf(integration: ApiIntegration, subtype: string, setting: IntegrationSetting): HttpIntegrationPlan {
  const { variables, place, problems } = setting;
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
    ...mappingsOf({ ...integration, requestParameters: {} }, setting),
  });
}

const noResponses: ReadonlyMap<number, HttpResponseMapping> = new Map();

function mappingsOf(
  { requestParameters = {}, responseParameters = {} }: Pick<ApiIntegration, 'requestParameters' | 'responseParameters'>,
  { variables, place, problems }: IntegrationSetting,
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
