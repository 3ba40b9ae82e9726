/** Query strings of HTTP APIs: decoded for those who read them, and changed by mappings with the rest left as it was sent. */
import { unescape as percentDecoded } from 'node:querystring';
import type { HttpMappingRule } from '../../mapping/http-parameters.ts';

/** More parameters than this are not looked at. */
const parametersMax = 10_000;

/** By name, all values in order. */
export function parsedQuery(query: string): ReadonlyMap<string, readonly string[]> {
  const parameters = new Map<string, string[]>();
  if (query === '') return parameters;
  for (const pair of query.split('&', parametersMax)) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decoded(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? '' : decoded(pair.slice(equals + 1));
    const before = parameters.get(name);
    if (before === undefined) parameters.set(name, [value]);
    else before.push(value);
  }
  return parameters;
}

/** Form-decoding; bytes that are no UTF-8 become U+FFFD, a `%` without digits stays. */
const decoded = (text: string): string =>
  text.includes('%') || text.includes('+') ? percentDecoded(text.replaceAll('+', ' ')) : text;

/** @param valueFor what a rule's value is for this request; undefined: the rule does nothing */
export function mappedQuery(
  query: string,
  rules: readonly HttpMappingRule[],
  valueFor: (rule: HttpMappingRule) => string | undefined,
): string {
  let pairs = query === '' ? [] : query.split('&');
  for (const rule of rules) {
    const { action, name } = rule;
    if (action === 'remove') {
      pairs = pairs.filter((pair) => nameOf(pair) !== name);
      continue;
    }
    const value = valueFor(rule);
    if (value === undefined) continue;
    if (action === 'overwrite') pairs = pairs.filter((pair) => nameOf(pair) !== name);
    pairs.push(`${encoded(name)}=${encoded(value)}`);
  }
  return pairs.join('&');
}

const nameOf = (pair: string): string => decoded(pair.split('=', 1)[0] ?? '');

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());
