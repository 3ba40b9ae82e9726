/**
 * Tags: names and values that owners attach to what they own. Decides which tags are well formed and what they are
 * after a call; which resource an ARN names is decided by `management/apigateway/tags.ts`.
 * Source: AWS General Reference, "Tagging AWS resources"; Amazon API Gateway Developer Guide, "Tagging".
 */
import { badRequest } from './errors.ts';
import type { Strings } from './rest-api.ts';

const tagsMax = 50;
const keyMax = 128;
const valueMax = 256;

/** The tags of a resource that is being made. @throws BadRequestException when one is not well formed */
export const newTags = (tags: Strings | undefined): Strings => withTags({}, tags ?? {});

/** Adds or replaces. @throws BadRequestException when one is not well formed or there are too many */
export function withTags(tags: Strings, added: Strings): Strings {
  for (const [key, value] of Object.entries(added)) {
    if (key === '' || key.length > keyMax)
      throw badRequest(`Tag keys must have 1 to ${keyMax} characters: '${key.slice(0, keyMax)}'`);
    if (/^aws:/i.test(key)) throw badRequest("Invalid tag key. Tag keys cannot start with 'aws:' (case insensitive)");
    if (typeof value !== 'string' || value.length > valueMax)
      throw badRequest(`The value of tag '${key}' must have at most ${valueMax} characters`);
  }
  const all = { ...tags, ...added };
  if (Object.keys(all).length > tagsMax) throw badRequest(`A resource can have at most ${tagsMax} tags`);
  return all;
}

export const withoutTags = (tags: Strings, keys: readonly string[]): Strings =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
