/** The end of every exchange with an HTTP API: what all answers carry is added to the one that was made. */
import type { Exchange } from '../exchange.ts';
import type { Fault } from '../fault.ts';
import { giveFault } from './fault.ts';

export function conclude(x: Exchange, fault: Fault | undefined): void {
  const { http } = x;
  if (fault !== undefined) giveFault(x, fault);
  const headers = x.responseHeaders;
  if (http !== null) {
    const { cors } = http.stage;
    if (cors !== null) {
      const origin = x.header('origin');
      if (origin !== undefined) cors.addToAnswer(origin, headers);
    }
    if (http.challenge !== '' && fault !== undefined) headers.push('www-authenticate', http.challenge);
  }
  headers.push('Apigw-Requestid', x.extendedRequestId);
}

/** Answers a preflight: what the configuration allows, whatever was asked for. */
export function answerPreflight(x: Exchange, origin: string): void {
  const { http } = x;
  x.status = 204;
  x.responseHeaders = [];
  http?.stage.cors?.addToPreflight(origin, x.responseHeaders);
  x.responseHeaders.push('Apigw-Requestid', x.extendedRequestId);
}
