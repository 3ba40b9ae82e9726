/** Renders a fault as the gateway response of its type. */
import type { Exchange } from '../exchange.ts';
import type { Fault } from '../fault.ts';

export function giveGatewayResponse(x: Exchange, fault: Fault): void {
  x.status = fault.status;
  x.responseHeaders = ['Content-Type', 'application/json', 'x-amzn-ErrorType', fault.errorType];
  // Observed: answers of class 5XX have a space after the colon (36 bytes), others do not.
  x.responseBody = `{"message":${fault.status >= 500 ? ' ' : ''}${JSON.stringify(fault.message)}}`;
  x.responseBodyBytes = -1;
}
