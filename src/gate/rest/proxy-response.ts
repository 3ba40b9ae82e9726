/** The answer of an HTTP_PROXY integration: the backend's own, with the names that are not its to say renamed. */
import { defaultMediaType } from '../../mapping/media-types.ts';
import type { Exchange } from '../exchange.ts';
import { hasHeader } from './header-list.ts';
import { clientHeaderName } from './response-headers.ts';

export function passResponse(x: Exchange): undefined {
  const { answer } = x;
  if (answer === null) throw new Error('no backend has answered');
  const { headers } = answer;
  const sent: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = clientHeaderName(headers[i]!);
    if (name !== null) sent.push(name, headers[i + 1]!);
  }
  x.status = answer.status;
  x.responseHeaders = sent;
  x.responseBody = x.answerBytes ?? answer.body;
  x.responseBodyBytes = answer.bodyBytes;
  if (answer.status !== 204 && answer.status !== 304 && !hasHeader(sent, 'content-type'))
    sent.push('Content-Type', defaultMediaType);
  return undefined;
}
