/**
 * How a path sees values: plain objects are maps, arrays are lists, everything else is a leaf. Numbers may also be
 * bigints, or objects of a class whose `valueOf` gives a number (a template engine's Java numbers); such objects are
 * leaves too, never maps.
 */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Undefined when the object has no such member of its own; JSON has no undefined. */
export const memberOf = (object: JsonObject, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

/** The names of an object's members as `keys()` gives them: a set, on which no other path step finds anything. */
export class KeySet extends Array<string> {
  /** As Java prints a set. */
  override toString(): string {
    return `[${this.join(', ')}]`;
  }
}

export function keysOf(object: JsonObject): KeySet {
  const keys = new KeySet();
  for (const key of Object.keys(object)) keys.push(key);
  return keys;
}

export const isList = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) && !(value instanceof KeySet);

/** The number that a value is; undefined when it is none. */
export function numberOf(value: unknown): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isObject(value)) return undefined;
  const primitive: unknown = value.valueOf();
  return typeof primitive === 'number' || typeof primitive === 'bigint' ? primitive : undefined;
}

/** A number as text, near to what Java's BigDecimal makes of it: `1E+21`, not `1e+21`. */
export const numberTextOf = (value: unknown): string => String(value).toUpperCase();

/** Same structure and same leaves; walks with a stack of its own, so depth does not matter. */
export function deepEqual(left: unknown, right: unknown): boolean {
  const pairs: unknown[] = [left, right];
  while (pairs.length > 0) {
    const b = pairs.pop();
    const a = pairs.pop();
    if (Object.is(a, b)) continue;
    if (Array.isArray(a)) {
      if (!Array.isArray(b) || a.length !== b.length) return false;
      for (let i = 0; i < a.length; i++) pairs.push(a[i], b[i]);
    } else if (isObject(a)) {
      if (!isObject(b)) return false;
      const keys = Object.keys(a);
      if (keys.length !== Object.keys(b).length) return false;
      for (const key of keys) {
        if (!Object.hasOwn(b, key)) return false;
        pairs.push(a[key], b[key]);
      }
    } else {
      const x = numberOf(a);
      const y = numberOf(b);
      // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number of the same value are the same JSON number.
      if (x === undefined || y === undefined || x != y) return false;
    }
  }
  return true;
}
