/**
 * What an update does to what was there: PATCH takes a partial object. Members that are not sent stay, members that are
 * sent replace, an empty text clears; some maps are merged entry by entry, where an empty value removes.
 * Source: Amazon API Gateway V2 API Reference; recorded updates.
 */
import type { Entries } from '../entries.ts';
import type { Strings } from '../rest-api.ts';

/** An empty text clears. @returns a new object without the members that are cleared */
export function merged<Members extends object>(
  before: Members,
  change: { readonly [Name in keyof Members]?: Members[Name] | undefined },
): Members;
export function merged(before: object, change: object): object {
  const all = { ...before, ...sent(change) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

const sent = (change: object): object =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));

/** An empty text removes the entry. */
export const mergedTexts = (before: Strings | undefined, change: Strings | undefined): Strings | undefined =>
  change === undefined ? before : withoutEmpty({ ...before, ...change });

export const withoutEmpty = (texts: Strings): Strings =>
  Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== ''));

/** An empty map removes the entry. */
export const mergedMaps = (
  before: Entries<Strings> | undefined,
  change: Entries<Strings> | undefined,
): Entries<Strings> | undefined =>
  change === undefined
    ? before
    : Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => Object.keys(value).length > 0));
