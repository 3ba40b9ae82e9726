/**
 * Faults of an API's configuration that show when it is called: the client hears "Internal server error", the logs hear
 * what is wrong and where.
 */
import type { Log } from '../../observe/log.ts';
import type { Exchange } from '../exchange.ts';
import { type Fault, misconfigured } from '../fault.ts';

/** Where in the API an exchange is, for lines of the application log. */
export const placeOf = (x: Exchange): Readonly<Record<string, unknown>> => ({
  restApiId: x.snapshot?.restApiId,
  stage: x.snapshot?.stageName,
  method: x.methodPlan?.httpMethod,
  resource: x.methodPlan?.resourcePath,
  requestId: x.requestId,
});

/**
 * @param reason in AWS's words where it has some; stands in both logs
 * @param detail what else helps to mend it; stands in the application log
 */
export function configurationError(x: Exchange, reason: string, log: Log, detail?: string): Fault {
  x.execution?.line(`Execution failed due to configuration error: ${reason}`);
  const where = detail === undefined ? { ...placeOf(x), reason } : { ...placeOf(x), reason, detail };
  log.warn(where, 'a method can not be served as it is configured');
  return misconfigured;
}
