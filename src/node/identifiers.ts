/** Fresh identifiers, as API Gateway's look: lower-case letters and digits. */
import { randomInt } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Starts with a letter, so that an id is also a host name label and never looks like a number. */
export function newId(length: number): string {
  let id = alphabet[randomInt(26)] ?? 'a';
  while (id.length < length) id += alphabet[randomInt(alphabet.length)] ?? '0';
  return id;
}
