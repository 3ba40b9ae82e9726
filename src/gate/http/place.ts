/** Where in an HTTP API an exchange is, for lines of the application log; and the step of a route that can not be served. */
import type { Log } from '../../observe/log.ts';
import type { Exchange } from '../exchange.ts';
import type { Fault } from '../fault.ts';
import type { Step } from '../step.ts';
import { configurationFault } from './fault.ts';

export const placeOf = (x: Exchange): Readonly<Record<string, unknown>> => ({
  apiId: x.http?.stage.apiId,
  stage: x.http?.stage.stageName,
  route: x.http?.route?.routeKey,
  requestId: x.extendedRequestId,
});

export function configurationError(x: Exchange, reason: string, log: Log): Fault {
  if (x.http !== null) x.http.integrationError = reason;
  log.warn({ ...placeOf(x), reason }, 'a route can not be served as it is configured');
  return configurationFault;
}

/** Of a route that can not be served at all: it never lets anybody through. */
export const refuse =
  (reason: string, log: Log): Step =>
  (x) =>
    configurationError(x, reason, log);
