/**
 * Pages of a list: `limit` items (25 unless asked, at most 500) and an opaque `position` when more follow. A position
 * names the last item that was sent, so that a list may change between two pages without an item being skipped.
 */
import { badRequest } from '../../definition/errors.ts';

export interface PageRequest {
  readonly position?: string | undefined;
  readonly limit?: number | undefined;
}

export interface Page<Item> {
  readonly items: Item[];
  /** Absent on the last page. */
  readonly position?: string;
}

const limitDefault = 25;
export const limitMax = 500;

/**
 * @param all the whole list in its order
 * @param keyOf what identifies an item within the list
 * @param limitIfUnset the size of a page when the caller does not say
 * @throws BadRequestException when the limit or the position makes no sense
 */
export function pageOf<Item>(
  all: readonly Item[],
  { position, limit }: PageRequest,
  keyOf: (item: Item) => string,
  limitIfUnset: number = limitDefault,
): Page<Item> {
  const wanted = limit ?? limitIfUnset;
  if (!Number.isInteger(wanted) || wanted < 1)
    throw badRequest(`Invalid limit specified, must be between 1 and ${limitMax}`);
  // Observed by users: a higher limit is not refused, it gives pages of the highest size there is.
  const size = Math.min(wanted, limitMax);
  const from = position === undefined || position === '' ? 0 : startOf(all, position, keyOf);
  const items = all.slice(from, from + size);
  const last = items.at(-1);
  if (last === undefined || from + size >= all.length) return { items };
  return { items, position: encode(from + size, keyOf(last)) };
}

/** After the item that the position names; where that item has gone, at the index at which it was. */
function startOf<Item>(all: readonly Item[], position: string, keyOf: (item: Item) => string): number {
  const { index, key } = decode(position);
  const expected = all[index - 1];
  if (expected !== undefined && keyOf(expected) === key) return index;
  const found = all.findIndex((item) => keyOf(item) === key);
  return found === -1 ? Math.min(Math.max(index - 1, 0), all.length) : found + 1;
}

const encode = (index: number, key: string): string => Buffer.from(`${index}:${key}`).toString('base64');

function decode(position: string): { index: number; key: string } {
  const match = /^(\d{1,9}):(.*)$/s.exec(Buffer.from(position, 'base64').toString('utf8'));
  if (match?.[1] === undefined || match[2] === undefined) throw badRequest('Invalid position parameter specified');
  return { index: Number(match[1]), key: match[2] };
}
