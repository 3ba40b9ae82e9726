/**
 * Lines of the application log for requests that the gate refuses because of what they are. Faults of backends and of
 * an API's configuration are told where they happen, with all that is known there; this is for all the others.
 */
import { LineBudget } from '../observe/line-budget.ts';
import type { Log } from '../observe/log.ts';
import type { Exchange } from './exchange.ts';

const pathCharactersMax = 200;

/** To be told of exchanges that are over and were faults. */
export function refusalLogger(log: Log): (x: Exchange) => void {
  const lines = new LineBudget();
  return (x) => {
    const { fault, snapshot, http } = x;
    if (fault === null || fault.status >= 500) return;
    const leftOut = lines.take();
    if (leftOut === undefined) return;
    const { message, validation, why } = fault;
    log.info(
      {
        status: x.status,
        type: fault.type,
        reason: http?.authorizerError ?? (why || (validation === '' ? message : `${message}: ${validation}`)),
        apiId: snapshot?.restApiId ?? http?.stage.apiId,
        stage: snapshot?.stageName ?? http?.stage.stageName,
        host: x.host,
        method: x.method,
        // Without the query: it may hold what is secret.
        path: x.path.length > pathCharactersMax ? `${x.path.slice(0, pathCharactersMax)}…` : x.path,
        remoteAddress: x.remoteAddress,
        requestId: http === null ? x.requestId : x.extendedRequestId,
        ...(leftOut > 0 && { leftOut }),
      },
      'a request was refused',
    );
  };
}
