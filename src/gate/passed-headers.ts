/** The headers of a client that go to the backend as they came. */
import type { Exchange } from './exchange.ts';

/**
 * The list that takes them, for steps after which nobody changes a header. Over HTTP/1 it is one of its own, which is
 * not looked at again when it is sent. HTTP/2 allows texts that HTTP/1 can not send: those go where all is looked at.
 */
export function unchangedHeaders(x: Exchange): string[] {
  if (x.protocol === 'HTTP/2.0') return x.backendHeaders;
  const passed: string[] = [];
  x.passedHeaders = passed;
  return passed;
}
