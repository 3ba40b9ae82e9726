/**
 * Which of the client's headers an HTTP backend receives, under which names. Names are sent in lower case; they are
 * looked up as they are spelt, which is nearly always one of a few spellings, and others are learnt once.
 * Source: facts/http-api-integrations.md, recorded requests; RFC 9110, 7.6.1.
 */
import { TextMemory } from '../../state/text-memory.ts';
import type { Exchange } from '../exchange.ts';

const actions = {
  pass: 0,
  /** About this connection or this message only. */
  drop: 1,
  /** May name further headers that are about this connection. */
  connection: 2,
  host: 3,
  forwarded: 4,
  via: 5,
  trace: 6,
} as const;
type Action = (typeof actions)[keyof typeof actions];

interface Rule {
  readonly action: Action;
  readonly name: string;
}

const special: ReadonlyMap<string, Action> = new Map<string, Action>([
  ...[
    'content-length',
    'expect',
    'keep-alive',
    'proxy-authenticate',
    'proxy-authorization',
    'proxy-connection',
    'te',
    'trailer',
    'trailers',
    'transfer-encoding',
    'upgrade',
  ].map((name): [string, Action] => [name, actions.drop]),
  ['connection', actions.connection],
  ['host', actions.host],
  ['forwarded', actions.forwarded],
  ['via', actions.via],
  ['x-amzn-trace-id', actions.trace],
]);

/** By their spelling. */
const rules = new TextMemory((spelling): Rule => {
  const name = spelling.toLowerCase();
  return { action: special.get(name) ?? actions.pass, name };
});

const via = 'HTTP/1.1 AmazonAPIGateway';

/**
 * Headers for the backend: the client's that concern it, and what the gate says itself, which goes into
 * `x.backendHeaders`.
 * @param hostHeader null: the client's own, as private backends see it
 * @param passed takes the client's
 */
export const addBackendHeaders = (x: Exchange, hostHeader: string | null, passed: string[]): void =>
  addHeadersOf(x, x.rawHeaders, hostHeader, passed);

function addHeadersOf(x: Exchange, rawHeaders: readonly string[], hostHeader: string | null, passed: string[]): void {
  const headers = x.backendHeaders;
  if (hostHeader !== null) headers.push('host', hostHeader);
  let clientHost = '';
  let forwarded = '';
  let trace = '';
  let viaBefore = '';
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const { action, name } = rules.of(rawHeaders[i]!);
    const value = rawHeaders[i + 1]!;
    switch (action) {
      case actions.pass:
        passed.push(name, value);
        break;
      case actions.drop:
        break;
      case actions.host:
        clientHost = value;
        break;
      case actions.trace:
        trace = value;
        break;
      case actions.forwarded:
        forwarded = `${forwarded}${value}, `;
        break;
      case actions.via:
        viaBefore = `${viaBefore}${value}, `;
        break;
      case actions.connection:
        if (namesHeaders(value)) {
          headers.length = 0;
          passed.length = 0;
          addHeadersOf(x, withoutNamed(rawHeaders, value), hostHeader, passed);
          return;
        }
        break;
      default: {
        const never: never = action;
        throw new Error(`unexpected action ${String(never)}`);
      }
    }
  }
  if (hostHeader === null) headers.push('host', clientHost);
  const by = hostHeader === null ? '' : `by=${nodeText(x.localAddress)};`;
  headers.push(
    'forwarded',
    `${forwarded}${by}for=${nodeText(x.sourceIp)};host=${hostText(clientHost)};proto=${x.scheme}`,
    'via',
    viaBefore + via,
    'x-amzn-trace-id',
    trace === '' ? x.trace : trace,
  );
}

/** Almost always it is one word that means nothing for the backend. */
function namesHeaders(connection: string): boolean {
  const value = connection.toLowerCase();
  return value !== 'keep-alive' && value !== 'close' && value !== '';
}

/** The headers without those that the Connection header names (RFC 9110, 7.6.1), and without itself. */
function withoutNamed(rawHeaders: readonly string[], connection: string): string[] {
  const named = new Set(connection.toLowerCase().split(/\s*,\s*/)).add('connection');
  named.delete('host');
  const headers: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (!named.has(rawHeaders[i]!.toLowerCase())) headers.push(rawHeaders[i]!, rawHeaders[i + 1]!);
  return headers;
}

/** RFC 7239, 6: an address of IPv6 stands in brackets and quotes. */
const nodeText = (address: string): string => (address.includes(':') ? `"[${address}]"` : address);

/** RFC 7239, 4: what is no token stands in quotes; AWS quotes no port. Nearly every request is for the host before. */
function hostText(host: string): string {
  if (host !== latestHost) {
    latestHost = host;
    latestHostText = /^[\w.:-]*$/.test(host) ? host : JSON.stringify(host);
  }
  return latestHostText;
}

let latestHost = '';
let latestHostText = '';
