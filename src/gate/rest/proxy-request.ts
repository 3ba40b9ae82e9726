/**
 * The request of an HTTP_PROXY integration: the client's own, on its way to the backend's address. Query and body stay
 * as they came.
 */
import type { HttpUriPlan } from '../../plan/integration-plan.ts';
import type { Exchange } from '../exchange.ts';
import { forwarding, forwardingOf } from './request-headers.ts';

/** Headers for the backend: the client's that concern it, and what the gate says itself. */
export function proxyHeaders(x: Exchange, hostHeader: string): string[] {
  const { rawHeaders } = x;
  const headers: string[] = ['Host', hostHeader];
  let forwardedFor = x.remoteAddress;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    const rule = forwardingOf(name);
    if (rule === forwarding.asIs) headers.push(name, rawHeaders[i + 1]!);
    else if (rule === forwarding.replaced && name.length === 15 && name.toLowerCase() === 'x-forwarded-for')
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
  return headers;
}

/** The query of the URI first, then the client's. */
export function joinedQuery(first: string, second: string): string {
  if (first === '') return second === '' ? '' : `?${second}`;
  return second === '' ? `?${first}` : `?${first}&${second}`;
}

/** Of a URI without placeholders, and without mappings: nothing to work out but headers. */
export function passRequest(uri: HttpUriPlan, method: string | null): (x: Exchange) => undefined {
  const { endpoint } = uri;
  if (endpoint === null || !uri.path.constant || !uri.query.constant) throw new Error('this URI must be mapped');
  const path = uri.path.source;
  const query = uri.query.source;
  return (x) => {
    x.endpoint = endpoint;
    x.backendMethod = method ?? x.httpMethod;
    x.backendPath = path + joinedQuery(query, x.query);
    x.backendHeaders = proxyHeaders(x, endpoint.hostHeader);
    x.backendBody = x.requestBytes ?? x.requestBody;
    x.backendBodyBytes = x.requestBodyBytes;
    return undefined;
  };
}
