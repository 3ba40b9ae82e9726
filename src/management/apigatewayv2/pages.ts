/** Pages of a list, as this service asks for them: `MaxResults` is a text, and the place to go on from a `NextToken`. */
import { badRequest } from '../../definition/errors.ts';
import { pageOf } from '../apigateway/pages.ts';

export interface PageInput {
  readonly MaxResults?: string | number | undefined;
  readonly NextToken?: string | undefined;
}

export interface ListPage<Item> {
  readonly Items: Item[];
  /** Absent on the last page. */
  readonly NextToken?: string;
}

const sizeDefault = 100;

/**
 * @param keyOf what identifies an item within the list
 * @throws BadRequestException when the size or the token makes no sense
 */
export function listPage<Value, Item>(
  all: readonly Value[],
  { MaxResults, NextToken }: PageInput,
  keyOf: (value: Value) => string,
  present: (value: Value) => Item,
): ListPage<Item> {
  const text = MaxResults === undefined ? '' : String(MaxResults);
  if (text !== '' && !/^[1-9]\d{0,8}$/.test(text))
    throw badRequest(`Invalid maxResults specified: '${text.slice(0, 64)}'. It must be a positive number`);
  const page = { position: NextToken, limit: text === '' ? undefined : Number(text) };
  const { items, position } = pageOf(all, page, keyOf, sizeDefault);
  return { Items: items.map(present), ...(position !== undefined && { NextToken: position }) };
}
