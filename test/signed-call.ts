/** A signed call to the REST API management service, byte for byte as a test writes it. */
import { request } from 'undici';
import { sha256, signRequest } from '../src/access/sigv4.ts';
import type { TestGateway } from './gateway.ts';

export interface Answered {
  readonly status: number;
  readonly errorType: string | undefined;
  /** As it came; empty when there was none. */
  readonly text: string;
  /** The parsed text. */
  readonly body: unknown;
}

/** @param target path and query, e.g. `/restapis?limit=1` */
export async function signedCall(
  { node }: Pick<TestGateway, 'node'>,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  target: string,
  sent?: unknown,
): Promise<Answered> {
  const url = new URL(node.managementUrl + target);
  const payload = sent === undefined ? '' : typeof sent === 'string' ? sent : JSON.stringify(sent);
  const headers = signRequest({
    method,
    path: url.pathname,
    query: url.search.slice(1),
    headers: { host: url.host, ...(payload !== '' && { 'content-type': 'application/json' }) },
    payloadHash: sha256(payload),
    service: 'apigateway',
    region: 'us-east-1',
    credentials: node.rootKey,
    nowMs: Date.now(),
  });
  const answer = await request(url, { method, headers, body: payload === '' ? null : payload });
  const text = await answer.body.text();
  const type = answer.headers['x-amzn-errortype'];
  return {
    status: answer.statusCode,
    errorType: typeof type === 'string' ? type.split(':')[0] : undefined,
    text,
    body: text === '' ? undefined : JSON.parse(text),
  };
}
