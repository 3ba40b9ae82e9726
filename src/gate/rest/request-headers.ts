/**
 * Which of the client's headers go where: what an HTTP_PROXY backend receives, and what mappings and templates see.
 * Names are looked up as they are spelt, which is nearly always one of a few spellings; others are learnt once.
 * Source: recorded answers of a REGIONAL endpoint, facts/integration-http.md; vectors rest/header-remapping.json.
 */
import { TextMemory } from '../../state/text-memory.ts';

/** What becomes of a header of the client in an HTTP_PROXY call. */
export const forwarding = {
  /** Goes on as it is. */
  asIs: 0,
  /** Is about this connection or this message, not for the backend. */
  never: 1,
  /** The gate says it itself: Host, trace, `X-Forwarded-*`. */
  replaced: 2,
} as const;
export type Forwarding = (typeof forwarding)[keyof typeof forwarding];

interface Rule {
  readonly forwarding: Forwarding;
  /** Whether mappings and templates see it. */
  readonly visible: boolean;
}

const plain: Rule = { forwarding: forwarding.asIs, visible: true };
const hidden: Rule = { forwarding: forwarding.never, visible: false };
const rules: ReadonlyMap<string, Rule> = new Map([
  ...[
    'connection',
    'content-length',
    'content-md5',
    'expect',
    'keep-alive',
    'max-forwards',
    'proxy-authenticate',
    'proxy-authorization',
    'proxy-connection',
    'server',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'www-authenticate',
  ].map((name): [string, Rule] => [name, hidden]),
  // The body has been decoded when it is sent on.
  ['content-encoding', { forwarding: forwarding.never, visible: true }],
  ['via', { forwarding: forwarding.never, visible: true }],
  ...[
    'host',
    'x-amzn-trace-id',
    'x-amzn-apigateway-api-id',
    'x-forwarded-for',
    'x-forwarded-port',
    'x-forwarded-proto',
  ].map((name): [string, Rule] => [name, { forwarding: forwarding.replaced, visible: true }]),
]);

/** By their spelling. */
const spelt = new TextMemory((spelling): Rule => rules.get(spelling.toLowerCase()) ?? plain);

/** Names that are shown in their usual spelling, however a client spells them. */
const usual: ReadonlyMap<string, string> = new Map(
  [
    'Accept',
    'Accept-Charset',
    'Accept-Encoding',
    'Accept-Language',
    'Authorization',
    'Cache-Control',
    'Content-Encoding',
    'Content-Type',
    'Cookie',
    'Date',
    'Host',
    'Origin',
    'Pragma',
    'Range',
    'Referer',
    'User-Agent',
    'Via',
    'X-Amzn-Trace-Id',
    'X-Forwarded-For',
    'X-Forwarded-Port',
    'X-Forwarded-Proto',
  ].map((name) => [name.toLowerCase(), name]),
);
export const usualSpelling = (name: string): string => usual.get(name.toLowerCase()) ?? name;

export const forwardingOf = (name: string): Forwarding => spelt.of(name).forwarding;
export const isVisible = (name: string): boolean => spelt.of(name).visible;
