/**
 * The event of a Lambda proxy integration, payload format 1.0, and the parts of it that Lambda authorizers of type
 * REQUEST are shown too.
 * Source: Developer Guide, "Lambda proxy integrations in API Gateway"; recorded events, facts/lambda-proxy-event.md and
 * vectors rest/lambda-proxy-events.json.
 */
import { mediaTypeOf } from '../../mapping/media-types.ts';
import type { Exchange } from '../exchange.ts';
import { requestTimeOf } from '../request-time.ts';
import { identityOf } from './context.ts';
import { type Sources, sourcesOf } from './sources.ts';

type Texts = Readonly<Record<string, string>>;
type TextLists = Readonly<Record<string, readonly string[]>>;

/** One value each, the last where there were several; and all of them. */
interface Values {
  readonly single: Texts;
  readonly multi: TextLists;
}

/** What a test of an authorizer is shown, which is for no resource. */
const testResourceId = 'test-invoke-resource-id';

/** JSON text. The body must have been received. */
export function proxyEvent(x: Exchange): string {
  const sources = sourcesOf(x);
  const headers = headersOf(sources);
  const query = queryOf(sources);
  const path = sources.pathParameters();
  const variables = x.snapshot?.variables ?? {};
  const body = bodyOf(x);
  return JSON.stringify({
    resource: x.methodPlan?.resourcePath,
    path: eventPathOf(x),
    httpMethod: x.httpMethod,
    headers: orNull(headers?.single),
    multiValueHeaders: orNull(headers?.multi),
    queryStringParameters: orNull(query?.single),
    multiValueQueryStringParameters: orNull(query?.multi),
    pathParameters: hasAny(path) ? path : null,
    stageVariables: hasAny(variables) ? variables : null,
    requestContext: requestContextOf(x),
    body: body.text,
    isBase64Encoded: body.isBase64,
  });
}

/** JSON text: what an authorizer of type REQUEST is shown. Nothing of the body; what is empty is an empty object. */
export function authorizerEvent(x: Exchange, methodArn: string): string {
  const sources = sourcesOf(x);
  const headers = headersOf(sources);
  const query = queryOf(sources);
  return JSON.stringify({
    type: 'REQUEST',
    methodArn,
    resource: x.methodPlan?.resourcePath ?? x.stagePath,
    path: eventPathOf(x),
    httpMethod: x.httpMethod,
    headers: headers?.single ?? {},
    multiValueHeaders: headers?.multi ?? {},
    queryStringParameters: query?.single ?? {},
    multiValueQueryStringParameters: query?.multi ?? {},
    pathParameters: sources.pathParameters(),
    stageVariables: x.snapshot?.variables ?? {},
    requestContext: requestContextOf(x),
  });
}

const orNull = <Value>(value: Value | undefined): Value | null => value ?? null;

function hasAny(values: object): boolean {
  for (const _ in values) return true;
  return false;
}

function headersOf(sources: Sources): Values | undefined {
  const { requestHeaders } = sources;
  if (requestHeaders.size === 0) return undefined;
  const single: Record<string, string> = Object.create(null);
  const multi: Record<string, readonly string[]> = Object.create(null);
  for (const { name, values } of requestHeaders.values()) {
    single[name] = values.at(-1) ?? '';
    multi[name] = values;
  }
  return { single, multi };
}

function queryOf(sources: Sources): Values | undefined {
  const { query } = sources;
  if (query.size === 0) return undefined;
  const single: Record<string, string> = Object.create(null);
  const multi: Record<string, readonly string[]> = Object.create(null);
  for (const [name, values] of query) {
    single[name] = values.at(-1) ?? '';
    multi[name] = values;
  }
  return { single, multi };
}

/** Behind a custom domain name its base path belongs to the path. */
function eventPathOf(x: Exchange): string {
  const below = x.stagePath.replace(/^\/{2,}/, '/');
  return x.basePath === null || x.basePath === '' ? below : `/${x.basePath}${below === '/' ? '' : below}`;
}

function requestContextOf(x: Exchange): Readonly<Record<string, unknown>> {
  const { snapshot, methodPlan, host } = x;
  const dot = host.indexOf('.');
  return {
    resourceId: methodPlan?.resourceId ?? testResourceId,
    // `undefined` is left out of JSON.
    authorizer: x.tokenClaims === null ? (x.authorizer ?? undefined) : { claims: x.tokenClaims },
    resourcePath: methodPlan?.resourcePath ?? x.stagePath,
    httpMethod: x.httpMethod,
    extendedRequestId: x.extendedRequestId,
    requestTime: requestTimeOf(x.receivedAtMs),
    path: x.contextPath,
    accountId: snapshot?.accountId,
    protocol: x.protocol,
    stage: snapshot?.stageName,
    domainPrefix: dot === -1 ? host : host.slice(0, dot),
    requestTimeEpoch: x.receivedAtMs,
    requestId: x.requestId,
    identity: identityOf(x),
    domainName: host,
    deploymentId: snapshot?.deploymentId === '' ? undefined : snapshot?.deploymentId,
    apiId: snapshot?.restApiId,
    isCanaryRequest: x.canary ? true : undefined,
  };
}

function bodyOf(x: Exchange): { readonly text: string | null; readonly isBase64: boolean } {
  const bytes = x.requestBytes;
  if (bytes === null || bytes.length === 0) return { text: null, isBase64: false };
  const { snapshot } = x;
  const isBase64 = snapshot?.hasBinary === true && snapshot.isBinary(mediaTypeOf(x.header('content-type')));
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { text: buffer.toString(isBase64 ? 'base64' : 'utf8'), isBase64 };
}
