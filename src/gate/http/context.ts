/**
 * `$context` of an HTTP API: what access logs, mappings and identity sources may know about a request. A variable is
 * found by its name once, when a stage is deployed.
 * Source: Amazon API Gateway Developer Guide, "Customize HTTP API access logs"; facts/http-api-cors-throttle-logging.md.
 */
import { isField } from '../../wire/field-name.ts';
import { turnEpochMs } from '../../wire/turn.ts';
import type { Exchange } from '../exchange.ts';
import { requestTimeOf } from '../request-time.ts';

type Reader = (x: Exchange) => string | undefined;

const headerOf = (x: Exchange, name: string): string | undefined => {
  const headers = x.answer?.headers ?? [];
  for (let i = 0; i < headers.length; i += 2) if (isField(headers[i]!, name)) return headers[i + 1];
  return undefined;
};

const number = (value: number | undefined): string | undefined => (value === undefined ? undefined : String(value));

const integrationStatus: Reader = (x) => number(x.answer?.status);
const integrationLatency: Reader = (x) => (x.integrationStartedAtMs === 0 ? undefined : String(x.integrationLatencyMs));
const integrationError: Reader = (x) => x.http?.integrationError ?? undefined;
const endpointRequestId: Reader = (x) => headerOf(x, 'x-amzn-requestid') ?? headerOf(x, 'x-amz-request-id');
const requestId: Reader = (x) => x.extendedRequestId;

const variables: Readonly<Record<string, Reader>> = {
  accountId: (x) => x.http?.stage.accountId,
  apiId: (x) => x.http?.stage.apiId,
  'authorizer.error': (x) => x.http?.authorizerError ?? undefined,
  'authorizer.principalId': (x) => x.http?.authorizerContext?.principalId,
  awsEndpointRequestId: endpointRequestId,
  awsEndpointRequestId2: (x) => headerOf(x, 'x-amz-id-2'),
  'customDomain.basePathMatched': (x) => x.basePath ?? undefined,
  dataProcessed: (x) => String(Math.max(0, x.requestBodyBytes) + x.responseBytesSent),
  deploymentId: (x) => x.http?.stage.deploymentId,
  domainName: (x) => x.host,
  domainPrefix: (x) => x.host.split('.', 1)[0],
  'error.message': (x) => x.fault?.message,
  'error.messageString': (x) => (x.fault === null ? undefined : JSON.stringify(x.fault.message)),
  'error.responseType': (x) => x.fault?.type,
  extendedRequestId: requestId,
  httpMethod: (x) => x.httpMethod,
  'identity.sourceIp': (x) => x.sourceIp,
  'identity.userAgent': (x) => x.header('user-agent'),
  'integration.error': integrationError,
  'integration.integrationStatus': integrationStatus,
  'integration.latency': integrationLatency,
  'integration.requestId': endpointRequestId,
  'integration.status': (x) =>
    x.http !== null && x.http.functionStatus !== 0 ? String(x.http.functionStatus) : integrationStatus(x),
  integrationErrorMessage: integrationError,
  integrationLatency,
  integrationStatus,
  path: (x) => fullPath(x),
  protocol: (x) => (x.protocol === 'HTTP/1.0' ? x.protocol : 'HTTP/1.1'),
  requestId,
  requestTime: (x) => requestTimeOf(x.receivedAtMs),
  requestTimeEpoch: (x) => String(Math.floor(x.receivedAtMs / 1000)),
  responseLatency: (x) => String(turnEpochMs() - x.receivedAtMs),
  responseLength: (x) => String(x.responseBytesSent),
  routeKey: (x) => x.http?.route?.routeKey,
  stage: (x) => x.http?.stage.stageName,
  status: (x) => String(x.status),
};

/** Variables that hold what the gate itself has made: digits, words, identifiers. Others may hold anything. */
const tame: ReadonlySet<string> = new Set([
  'accountId',
  'apiId',
  'dataProcessed',
  'deploymentId',
  'error.message',
  'error.responseType',
  'extendedRequestId',
  'httpMethod',
  'identity.sourceIp',
  'integration.integrationStatus',
  'integration.latency',
  'integration.status',
  'integrationLatency',
  'integrationStatus',
  'protocol',
  'requestId',
  'requestTime',
  'requestTimeEpoch',
  'responseLatency',
  'responseLength',
  'routeKey',
  'stage',
  'status',
]);

/** Whether a variable's values can stand inside a JSON string as they are. */
export const isTame = (name: string): boolean => tame.has(name);

/** @param name `identity.sourceIp` */
export function contextReader(name: string): Reader {
  const known = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (known !== undefined) return known;
  const [, claim, value] = /^authorizer\.(?:claims\.(.+)|((?!claims$).+))$/s.exec(name) ?? [];
  if (claim !== undefined) return (x) => claimText(own(x.http?.token?.claims, claim));
  if (value !== undefined) return (x) => valueText(own(x.http?.authorizerContext?.values, value));
  return () => undefined;
}

const own = (values: Readonly<Record<string, unknown>> | undefined, name: string): unknown =>
  values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;

/** How integrations and logs see a claim: all of it is text. @returns undefined for a claim without value */
export function claimText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return `[${value.map((each) => claimText(each) ?? '').join(' ')}]`;
  return valueText(value);
}

function valueText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** With the stage in front, unless it is the one that answers without being named. */
export function fullPath(x: Exchange): string | undefined {
  const { http } = x;
  if (http === null) return undefined;
  return http.stage.stageName === '$default' ? http.path : `/${http.stage.stageName}${http.path}`;
}
