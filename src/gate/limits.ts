/** How much a request may bring. Amazon API Gateway's limits by default; an operator may raise them. */
import type { Exchange } from './exchange.ts';
import { type Fault, headersTooLarge, requestTooLarge, uriTooLong } from './fault.ts';

export interface GateLimits {
  /** Bytes of a request body, also after it has been decompressed. */
  readonly bodyBytes: number;
  /** Names and values of all request headers, with what separates them. */
  readonly headerBytes: number;
  /** Path and query. */
  readonly urlCharacters: number;
  /** Bytes of an answer that a template, a conversion or a test needs as a whole. */
  readonly answerBytes: number;
}

export const defaultGateLimits: GateLimits = {
  bodyBytes: 10_485_760,
  headerBytes: 10_240,
  urlCharacters: 10_240,
  answerBytes: 10_485_760,
};

/** Checked before anything is done for a request. */
export function excess(x: Exchange, limits: GateLimits): Fault | undefined {
  if (x.path.length + x.query.length > limits.urlCharacters) return uriTooLong;
  if (x.requestBodyBytes > limits.bodyBytes) return requestTooLarge(limits.bodyBytes);
  const { rawHeaders } = x;
  let bytes = 0;
  for (let i = 0; i < rawHeaders.length; i++) bytes += rawHeaders[i]!.length + 2;
  return bytes > limits.headerBytes ? headersTooLarge : undefined;
}
