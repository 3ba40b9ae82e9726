/** Pages of a list: `MaxItems` items and an opaque `Marker` that names the last one when more follow. */
import { invalidParameter } from '../../definition/functions/refusals.ts';

export interface PageInput {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

const itemsUsual = 50;

/**
 * @param all the whole list in its order
 * @param keyOf what identifies an item within the list
 * @throws InvalidParameterValueException when the marker is none of ours
 */
export function pageOf<Item>(
  all: readonly Item[],
  { Marker, MaxItems }: PageInput,
  keyOf: (item: Item) => string,
): { readonly items: Item[]; readonly NextMarker?: string } {
  const size = Math.max(1, MaxItems ?? itemsUsual);
  const from = Marker === undefined || Marker === '' ? 0 : startOf(all, Marker, keyOf);
  const items = all.slice(from, from + size);
  const last = items.at(-1);
  if (last === undefined || from + size >= all.length) return { items };
  return { items, NextMarker: Buffer.from(`${from + size}:${keyOf(last)}`).toString('base64') };
}

/** After the item that the marker names; where that has gone, at its place. */
function startOf<Item>(all: readonly Item[], marker: string, keyOf: (item: Item) => string): number {
  const [, index, key] = /^(\d{1,9}):(.*)$/s.exec(Buffer.from(marker, 'base64').toString('utf8')) ?? [];
  if (index === undefined || key === undefined)
    throw invalidParameter(`Invalid value for Marker: ${marker.slice(0, 128)}`);
  const found = all.findIndex((item) => keyOf(item) === key);
  return found === -1 ? Math.max(0, Math.min(Number(index) - 1, all.length)) : found + 1;
}
