/** The end of every exchange that reached a REST API: what all answers carry is added to the one that was made. */
import type { Exchange } from '../exchange.ts';

export function respond(x: Exchange): void {
  x.responseHeaders.push('x-amzn-RequestId', x.requestId, 'x-amz-apigw-id', x.extendedRequestId);
}
