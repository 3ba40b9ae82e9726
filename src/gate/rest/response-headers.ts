/**
 * Which headers reach the client under their own name. What the gateway says itself, or what concerns one connection,
 * is renamed to `x-amzn-Remapped-{Name}`, so that nothing of the backend is lost and nothing of the gateway is forged.
 * Source: recorded answers, facts/integration-http.md; vectors rest/header-remapping.json.
 */
import { TextMemory } from '../../state/text-memory.ts';

const remapped: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-length',
  'content-md5',
  'date',
  'expect',
  'host',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'trailer',
  'upgrade',
  'user-agent',
  'www-authenticate',
  'x-amz-apigw-id',
  'x-amzn-requestid',
]);
/** Hop-by-hop framing that means nothing to anybody else. */
const dropped: ReadonlySet<string> = new Set(['keep-alive', 'proxy-connection', 'transfer-encoding']);

/** The name that a header of a backend's answer, or of a mapping, is sent to the client under; null: not at all. */
export const clientHeaderName = (name: string): string | null => names.of(name);

const names = new TextMemory((name): string | null => {
  const lower = name.toLowerCase();
  return dropped.has(lower) ? null : remapped.has(lower) ? `x-amzn-Remapped-${name}` : name;
});
