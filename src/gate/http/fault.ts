/**
 * What HTTP APIs answer themselves. They know no gateway responses: a fault is a status and a fixed message, whatever
 * has brought it about.
 * Source: facts/http-api-cors-throttle-logging.md, "Data-plane errors".
 */
import type { GatewayResponseType } from '../../definition/rest-api.ts';
import type { Exchange } from '../exchange.ts';
import { Fault } from '../fault.ts';

const messages: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  414: 'Request URI too long',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export const notFound = new Fault('RESOURCE_NOT_FOUND', { why: 'the API has no such stage and route' });
export const badRequest = new Fault('DEFAULT_4XX');
export const malformedPath = new Fault('DEFAULT_4XX', { why: 'the path is malformed, or has . or .. in it' });
export const unauthorized = new Fault('UNAUTHORIZED');
export const accessDenied = new Fault('ACCESS_DENIED');
export const throttled = new Fault('THROTTLED');
export const configurationFault = fault('API_CONFIGURATION_ERROR', 500);
export const authorizerFailed = fault('AUTHORIZER_FAILURE', 500);
export const integrationFailed = fault('INTEGRATION_FAILURE', 500);
export const integrationUnreachable = fault('INTEGRATION_FAILURE', 503);
export const integrationTimedOut = fault('INTEGRATION_TIMEOUT', 503);
export const entityTooLarge = fault('REQUEST_TOO_LARGE', 413, 'the body is too large');

function fault(type: GatewayResponseType, status: number, why = ''): Fault {
  return new Fault(type, { status, message: messages[status] ?? '', why });
}

/** Bodies by status, made once. */
const bodies = new Map(
  Object.entries(messages).map(([status, message]) => [Number(status), JSON.stringify({ message })]),
);

/** Makes a fault the answer, in place of whatever there was. */
export function giveFault(x: Exchange, refused: Fault): void {
  x.fault = refused;
  x.status = refused.status;
  x.responseHeaders = ['Content-Type', 'application/json'];
  x.responseBody = bodies.get(refused.status) ?? JSON.stringify({ message: refused.message });
  x.responseBodyBytes = -1;
}
