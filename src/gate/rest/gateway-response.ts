/**
 * Renders a fault as the gateway response of its type, as the API's owner wants it.
 * Source: Amazon API Gateway Developer Guide, "Gateway responses for REST APIs"; recorded answers.
 */
import { invalidJsonBody } from '../../mapping/parameters.ts';
import type { Exchange } from '../exchange.ts';
import type { Fault } from '../fault.ts';
import { addHeader, setHeader } from './header-list.ts';
import { clientHeaderName } from './response-headers.ts';
import { sourcesOf } from './sources.ts';

export function giveGatewayResponse(x: Exchange, fault: Fault): void {
  x.fault = fault;
  x.status = fault.status;
  x.responseHeaders = ['x-amzn-ErrorType', fault.errorType];
  x.responseBodyBytes = -1;
  const custom = x.snapshot?.gatewayResponses.for(fault.type, fault.status);
  if (custom === undefined) {
    giveDefault(x, fault, fault.json);
    return;
  }
  if (custom.status !== null) x.status = custom.status;
  const sources = sourcesOf(x);
  const template = custom.template?.(x.header('accept'));
  if (template === undefined) giveDefault(x, fault, null);
  else {
    addHeader(x.responseHeaders, 'Content-Type', template.contentType);
    x.responseBody = template.template.fill(sources);
  }
  const mapped = custom.parameters?.apply(sources) ?? null;
  if (mapped === null || mapped === invalidJsonBody) return;
  for (const [name, value] of Object.entries(mapped)) {
    const sent = clientHeaderName(name);
    if (sent !== null) setHeader(x.responseHeaders, sent, value);
  }
}

/** @param json body that stands for the default template */
function giveDefault(x: Exchange, fault: Fault, json: string | null): void {
  if (fault.bare !== null) {
    x.responseHeaders.push('Content-Type', 'text/plain');
    x.responseBody = fault.bare;
    return;
  }
  x.responseHeaders.push('Content-Type', 'application/json');
  // Observed: answers of class 5XX have a space after the colon (36 bytes), others do not.
  x.responseBody = json ?? `{"message":${fault.status >= 500 ? ' ' : ''}${JSON.stringify(fault.message)}}`;
}
