/**
 * What a function is called with through its URL: payload version 2.0, with what HTTP APIs have and URLs do not as
 * placeholders. Unlike theirs, its path is the one that was sent, percent-encoding and all.
 * Source: Lambda Developer Guide, "Invoking Lambda function URLs".
 */
import type { Exchange } from '../exchange.ts';
import { bodyOf, httpMembers, type Json, seenRequest, sentMembers } from '../http/event-parts.ts';
import { requestTimeOf } from '../request-time.ts';

const placeholder = '$default';

/** After the step that has received the body. */
export function urlEvent(x: Exchange, urlId: string): Json {
  const seen = seenRequest(x, x.stagePath);
  const { text, isBase64 } = bodyOf(x);
  return {
    version: '2.0',
    routeKey: placeholder,
    ...sentMembers(seen),
    requestContext: {
      accountId: 'anonymous',
      apiId: urlId,
      domainName: x.host,
      domainPrefix: urlId,
      http: httpMembers(x, seen.path),
      requestId: x.requestId,
      routeKey: placeholder,
      stage: placeholder,
      time: requestTimeOf(x.receivedAtMs),
      timeEpoch: x.receivedAtMs,
    },
    ...(text !== null && { body: text }),
    isBase64Encoded: isBase64,
  };
}
