/** Tags of functions and what else Lambda lets be tagged. Source: Lambda API Reference, TagResource. */
import type { Strings } from '../rest-api.ts';
import { invalidParameter } from './refusals.ts';

const tagsMax = 50;
const keyMax = 128;
const valueMax = 256;
const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** @throws InvalidParameterValueException */
export function checkedTags(tags: Strings): Strings {
  const entries = Object.entries(tags);
  if (entries.length > tagsMax) throw invalidParameter('Number of tags exceeds resource tag limit.');
  for (const [key, value] of entries) {
    if (key === '' || key.length > keyMax || !allowed.test(key))
      throw invalidParameter(
        `Invalid tag key: '${key.slice(0, keyMax)}'. Keys have 1 to ${keyMax} letters, digits, spaces and _ . : / = + - @`,
      );
    if (/^aws:/i.test(key)) throw invalidParameter(`Tag keys that start with 'aws:' are reserved: '${key}'`);
    if (value.length > valueMax || !allowed.test(value))
      throw invalidParameter(
        `Invalid value of tag '${key}'. Values have up to ${valueMax} letters, digits, spaces and _ . : / = + - @`,
      );
  }
  return { ...tags };
}
