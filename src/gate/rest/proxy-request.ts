/**
 * The request of an HTTP_PROXY integration: the client's own, on its way to the backend's address. Query and body stay
 * as they came.
 */
import type { Endpoint } from '../../integrations/endpoint.ts';
import { isField } from '../../wire/field-name.ts';
import type { Exchange } from '../exchange.ts';
import { unchangedHeaders } from '../passed-headers.ts';
import { forwarding, forwardingOf } from './request-headers.ts';

/**
 * Headers for the backend: the client's that concern it, and what the gate says itself, which goes into
 * `x.backendHeaders`.
 * @param passed takes the client's
 */
export function addProxyHeaders(x: Exchange, hostHeader: string, passed: string[]): void {
  const { rawHeaders, backendHeaders: headers } = x;
  headers.push('Host', hostHeader);
  let forwardedFor = x.remoteAddress;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    const rule = forwardingOf(name);
    if (rule === forwarding.asIs) passed.push(name, rawHeaders[i + 1]!);
    else if (rule === forwarding.replaced && isField(name, 'x-forwarded-for'))
      forwardedFor = `${rawHeaders[i + 1]!}, ${x.remoteAddress}`;
  }
  headers.push(
    'X-Forwarded-For',
    forwardedFor,
    'X-Forwarded-Port',
    x.localPort === 443 ? '443' : String(x.localPort),
    'X-Forwarded-Proto',
    x.scheme,
    'X-Amzn-Trace-Id',
    x.trace,
    'x-amzn-apigateway-api-id',
    x.snapshot?.restApiId ?? '',
  );
}

/** The URI's path and query with the client's query behind it. */
export function withClientQuery(target: string, query: string): string {
  if (query === '') return target;
  return `${target}${target.includes('?') ? '&' : '?'}${query}`;
}

/** Of a URI without placeholders, and without mappings: nothing to work out but headers. */
export function passRequest(endpoint: Endpoint, target: string, method: string | null): (x: Exchange) => undefined {
  const separator = target.includes('?') ? '&' : '?';
  return (x) => {
    x.endpoint = endpoint;
    x.backendMethod = method ?? x.httpMethod;
    x.backendPath = x.query === '' ? target : target + separator + x.query;
    addProxyHeaders(x, endpoint.hostHeader, unchangedHeaders(x));
    x.backendBody = x.requestBytes ?? x.requestBody;
    x.backendBodyBytes = x.requestBodyBytes;
    return undefined;
  };
}
