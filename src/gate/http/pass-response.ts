/**
 * The answer of a backend on its way to the client: its own, without what concerns one connection only, and without
 * what a CORS configuration says in its place.
 * Source: facts/http-api-integrations.md, "Response headers to the client".
 */
import { isCorsHeader } from '../../plan/http/cors.ts';
import { TextMemory } from '../../state/text-memory.ts';
import type { Exchange } from '../exchange.ts';

/** `length`: the listener says it, except where there is no body to measure. */
const kinds = { pass: 0, drop: 1, cors: 2, length: 3 } as const;
type Kind = (typeof kinds)[keyof typeof kinds];

const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'trailers',
  'transfer-encoding',
  'upgrade',
  'apigw-requestid',
]);

const kindsOf = new TextMemory((spelling): Kind => {
  const name = spelling.toLowerCase();
  return ofConnection.has(name)
    ? kinds.drop
    : isCorsHeader(name)
      ? kinds.cors
      : name === 'content-length'
        ? kinds.length
        : kinds.pass;
});

/** Whether a header that a function returns is sent: the body is measured anew, and what concerns one connection is ours. */
export function isSent(name: string, keepsCors: boolean): boolean {
  const kind = kindsOf.of(name);
  return kind === kinds.pass || (kind === kinds.cors && keepsCors);
}

/** @param keepsCors whether the backend's own CORS headers count: there is no configuration */
export const passResponse =
  (keepsCors: boolean) =>
  (x: Exchange): undefined => {
    const { answer } = x;
    if (answer === null) throw new Error('no backend has answered');
    const { headers, status } = answer;
    const sent: string[] = [];
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i]!;
      const kind = kindsOf.of(name);
      if (
        kind === kinds.pass ||
        (kind === kinds.cors && keepsCors) ||
        (kind === kinds.length && (x.method === 'HEAD' || status === 304))
      )
        sent.push(name, headers[i + 1]!);
    }
    x.status = status;
    x.responseHeaders = sent;
    x.responseBody = x.answerBytes ?? answer.body;
    x.responseBodyBytes = x.answerBytes === null ? answer.bodyBytes : x.answerBytes.length;
    return undefined;
  };
