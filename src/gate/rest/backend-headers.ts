/**
 * Headers of a call to a backend that mappings and templates set. A few would break the call and fail it, a few concern
 * one connection only and are left out.
 * Source: recorded answers, facts/integration-http.md; vectors rest/header-remapping.json.
 */
import type { MappedValues } from '../../mapping/parameters.ts';
import { setHeader } from './header-list.ts';

const breaking: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);
const leftOut: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'via',
]);

/**
 * Sets mapped headers, replacing those of the same name in any spelling.
 * @returns the name of a header that can not be sent; undefined when all is well
 */
export function setBackendHeaders(headers: string[], mapped: MappedValues): string | undefined {
  for (const [name, value] of Object.entries(mapped)) {
    const lower = name.toLowerCase();
    if (breaking.has(lower)) return name;
    if (!leftOut.has(lower) && !setHeader(headers, name, value)) return name;
  }
  return undefined;
}
