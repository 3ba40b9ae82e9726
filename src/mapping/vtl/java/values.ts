/**
 * Java's objects as templates see them. Strings, booleans and numbers (numbers.ts) are JavaScript's. A plain object is
 * a LinkedHashMap, an array a List. A map that has keys which a JavaScript object cannot hold in order (numbers, texts
 * that read as numbers) carries a shadow: a Map with all its entries, which then is the truth; texts are mirrored in
 * the object, where JSONPath finds them. Everything else is a subclass of `JavaObject`.
 *
 * Nothing here follows prototypes: members are own members, and functions are no values.
 */
import { JavaException, LimitExceeded } from '../errors.ts';
import { isMarked, marked } from './mark.ts';
import type { MethodTable } from './method-table.ts';
import { isNumeric, kindOf, numberHash, numbersEqual, numberText } from './numbers.ts';
import { type Rendering, valueDepthMax } from './rendering.ts';

export type JavaMap = Record<string, unknown>;

const shadowKey: unique symbol = Symbol('entries in order');

interface Shadowed {
  [shadowKey]?: Map<unknown, Entry>;
}

/** Anything that is neither text, boolean, number, list nor map. */
export abstract class JavaObject {
  abstract readonly className: string;
  abstract readonly methods: MethodTable;

  get [marked](): true {
    return true;
  }

  /** `toString()`; null where Java gives null. */
  abstract text(rendering: Rendering): string | null;

  /** `$object.name`; null where there is no such property. */
  property(_rendering: Rendering, _name: string): unknown {
    return null;
  }

  /** `#set($object.name = value)`; false where there is no such property. */
  setProperty(_rendering: Rendering, _name: string, _value: unknown): boolean {
    return false;
  }

  /** `$object[key]`; undefined for objects that leave it to their `get`. */
  member(_key: unknown): unknown {
    return undefined;
  }

  equals(other: unknown): boolean {
    return this === other;
  }

  hash(_rendering: Rendering): number {
    return 0;
  }
}

/** An ArrayList that a template made: it prints as Java prints lists, also where arrays from JSON print as JSON. */
export class ArrayList extends Array<unknown> {
  /** `subList`: changes reach the list that it is a part of. */
  parent: { readonly list: unknown[]; readonly from: number; size: number } | undefined = undefined;
}

export function arrayListOf(items: readonly unknown[]): ArrayList {
  const list = new ArrayList();
  for (const item of items) list.push(item);
  return list;
}

/** A Java array, such as `split` gives; Velocity lends it the methods of a list. */
export class JavaArray extends Array<unknown> {
  component = 'Ljava.lang.String;';
}

/** @param component how Java writes the type of the items */
export function javaArrayOf(items: readonly unknown[], component = 'Ljava.lang.String;'): JavaArray {
  const array = new JavaArray();
  for (const item of items) array.push(item);
  array.component = component;
  return array;
}

export const isList = (value: unknown): value is unknown[] => Array.isArray(value);

export function isMap(value: unknown): value is JavaMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isMarked(value);
}

// Maps

interface Entry {
  readonly key: unknown;
  value: unknown;
}

const shadowOf = (map: JavaMap): Map<unknown, Entry> | undefined => (map as Shadowed)[shadowKey];

/** True for text that JavaScript objects sort to the front. */
const readsAsIndex = (key: string): boolean => /^(?:0|[1-9]\d{0,9})$/.test(key);

/** A value that a JavaScript Map finds the key by: equal for keys that Java calls equal. */
function lookupOf(key: unknown): unknown {
  if (typeof key !== 'object' || key === null) return key ?? null;
  if (isNumeric(key)) return `\0${kindOf(key)} ${numberText(key)}`;
  if (key instanceof Character) return `\0Character ${key.char}`;
  return isList(key) || isMap(key) ? `\0${plainText(key)}` : key;
}

function shadowed(map: JavaMap): Map<unknown, Entry> {
  let shadow = shadowOf(map);
  if (shadow === undefined) {
    shadow = new Map();
    for (const key of Object.keys(map)) shadow.set(key, { key, value: map[key] });
    Object.defineProperty(map, shadowKey, { value: shadow, enumerable: false });
  }
  return shadow;
}

function define(map: JavaMap, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  else map[key] = value;
}

/** A map of entries in their order; keys may be anything. */
export function mapOf(rendering: Rendering, entries: readonly (readonly [unknown, unknown])[]): JavaMap {
  const map: JavaMap = {};
  for (const [key, value] of entries) mapPut(rendering, map, key, value);
  return map;
}

export function mapGet(map: JavaMap, key: unknown): unknown {
  if (typeof key === 'string') return Object.hasOwn(map, key) ? (map[key] ?? null) : null;
  const shadow = shadowOf(map);
  return shadow === undefined ? null : (shadow.get(lookupOf(key))?.value ?? null);
}

export function mapHas(map: JavaMap, key: unknown): boolean {
  if (typeof key === 'string') return Object.hasOwn(map, key);
  return shadowOf(map)?.has(lookupOf(key)) ?? false;
}

/** @returns the value that was there, or null */
export function mapPut(rendering: Rendering, map: JavaMap, key: unknown, value: unknown): unknown {
  if (Object.isFrozen(map))
    throw new JavaException('java.lang.UnsupportedOperationException', 'this map cannot be changed');
  const isText = typeof key === 'string';
  const before = mapGet(map, key);
  rendering.edits++;
  if (!mapHas(map, key)) rendering.mapEdits++;
  if (!isText || shadowOf(map) !== undefined || (readsAsIndex(key) && !Object.hasOwn(map, key))) {
    const shadow = shadowed(map);
    const lookup = lookupOf(key);
    const entry = shadow.get(lookup);
    if (entry === undefined) shadow.set(lookup, { key, value });
    else entry.value = value;
  }
  if (isText) define(map, key, value);
  return before;
}

/** @returns the value that was there, or null */
export function mapRemove(rendering: Rendering, map: JavaMap, key: unknown): unknown {
  if (!mapHas(map, key)) return null;
  if (Object.isFrozen(map))
    throw new JavaException('java.lang.UnsupportedOperationException', 'this map cannot be changed');
  const before = mapGet(map, key);
  rendering.mapEdits++;
  rendering.edits++;
  shadowOf(map)?.delete(lookupOf(key));
  if (typeof key === 'string') delete map[key];
  return before;
}

export function mapClear(rendering: Rendering, map: JavaMap): void {
  for (const key of mapKeys(map)) mapRemove(rendering, map, key);
}

export function mapSize(map: JavaMap): number {
  return shadowOf(map)?.size ?? Object.keys(map).length;
}

export function mapKeys(map: JavaMap): unknown[] {
  const shadow = shadowOf(map);
  return shadow === undefined ? Object.keys(map) : Array.from(shadow.values(), ({ key }) => key);
}

export function mapValues(map: JavaMap): unknown[] {
  return mapKeys(map).map((key) => mapGet(map, key));
}

/** Whether the keys of a map stand as JavaScript orders them: then JSON.stringify writes it rightly. */
const isOrdinary = (map: JavaMap): boolean => shadowOf(map) === undefined;

/** Gives an object read from JSON the order in which its members stood. */
export function keepOrder(map: JavaMap, keys: readonly string[]): void {
  const shadow = new Map<unknown, Entry>();
  for (const key of keys) shadow.set(key, { key, value: map[key] });
  Object.defineProperty(map, shadowKey, { value: shadow, enumerable: false });
}

// Objects

/** A `java.lang.Character`, such as `charAt` gives. */
export class Character extends JavaObject {
  override readonly className = 'java.lang.Character';
  readonly char: string;
  readonly methods: MethodTable;

  constructor(char: string, methods: MethodTable) {
    super();
    this.char = char;
    this.methods = methods;
  }

  override text(): string {
    return this.char;
  }

  override equals(other: unknown): boolean {
    return other instanceof Character && other.char === this.char;
  }

  override hash(): number {
    return this.char.charCodeAt(0);
  }
}

// Text

/** Work for each list and map on the way of a text; what it makes is counted with the text. */
const nodeCost = 0.25;

/** `String.valueOf(value)`: null reads as "null". */
export function textOf(rendering: Rendering, value: unknown): string {
  return write(rendering, value, 0) ?? 'null';
}

function write(rendering: Rendering, value: unknown, depth: number): string | null {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
    case 'bigint':
      return numberText(value);
    case 'object':
      break;
    default:
      return null;
  }
  if (value === null) return null;
  if (isNumeric(value)) return numberText(value);
  if (value instanceof JavaObject) return value.text(rendering);
  if (depth > valueDepthMax) throw new LimitExceeded(`prints a value that is nested deeper than ${valueDepthMax}`);
  rendering.spend(nodeCost);
  if (isList(value)) {
    if (value instanceof JavaArray) return `[${value.component}@${identityOf(value)}`;
    if (rendering.jsonLists && !(value instanceof ArrayList)) return listText(rendering, value);
    let out = '[';
    for (let i = 0; i < value.length; i++) {
      const item = value[i];
      out += i === 0 ? '' : ', ';
      out += item === value ? '(this Collection)' : (write(rendering, item, depth + 1) ?? 'null');
      if (out.length > rendering.outputMax) throw rendering.tooLong();
    }
    return `${out}]`;
  }
  if (!isMap(value)) return null;
  let out = '{';
  for (const key of mapKeys(value)) {
    const member = mapGet(value, key);
    if (out.length > 1) out += ', ';
    out += write(rendering, key, depth + 1) ?? 'null';
    out += '=';
    out += member === value ? '(this Map)' : (write(rendering, member, depth + 1) ?? 'null');
    if (out.length > rendering.outputMax) throw rendering.tooLong();
  }
  return `${out}}`;
}

/** A list as json-smart prints it: JSON in which slashes are escaped. */
const listText = (rendering: Rendering, list: readonly unknown[]): string =>
  writeJson(list, { slashes: true, rendering });

/** A short text to find lists and maps by when they are keys. */
function plainText(value: unknown): string {
  return writeJson(value, { slashes: false, rendering: undefined });
}

const identities = new WeakMap<object, string>();
let lastIdentity = 0x1b28cdfa;

/** What Java prints behind the `@` of objects without a text. */
export function identityOf(value: object): string {
  let identity = identities.get(value);
  if (identity === undefined) {
    lastIdentity = (Math.imul(lastIdentity, 48271) >>> 1) | 1;
    identity = lastIdentity.toString(16);
    identities.set(value, identity);
  }
  return identity;
}

// JSON

interface JsonStyle {
  /** Whether `/` is written `\/`. */
  readonly slashes: boolean;
  readonly rendering: Rendering | undefined;
}

/** A range of characters in a regular expression, by code points. */
const range = (from: number, to: number): string => `${String.fromCharCode(from)}-${String.fromCharCode(to)}`;

/** Control characters, and those that json-smart escapes besides. */
const unusual = range(0, 0x1f) + range(0x7f, 0x9f) + range(0x2000, 0x20ff);
const escaped = new RegExp(`["\\\\${unusual}]`);
const escapedWithSlashes = new RegExp(`["\\\\/${unusual}]`);
const everyEscaped = new RegExp(escaped, 'g');
const everyEscapedWithSlashes = new RegExp(escapedWithSlashes, 'g');
const named: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

export function jsonString(text: string, slashes = false): string {
  const pattern = slashes ? escapedWithSlashes : escaped;
  if (text.length < 48 ? isPlain(text, slashes) : !pattern.test(text)) return `"${text}"`;
  return `"${text.replace(slashes ? everyEscapedWithSlashes : everyEscaped, escapeOf)}"`;
}

function escapeOf(char: string): string {
  if (char === '/') return '\\/';
  return named[char] ?? `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Quicker than a regular expression on short texts, which names mostly are. */
function isPlain(text: string, slashes: boolean): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x22 || code === 0x5c || code >= 0x7f || (slashes && code === 0x2f)) return false;
  }
  return true;
}

/** A value as Jayway's JSON provider (json-smart) writes it. */
export function writeJson(value: unknown, style: JsonStyle): string {
  return jsonOf(value, style, 0);
}

function jsonOf(value: unknown, style: JsonStyle, depth: number): string {
  switch (typeof value) {
    case 'string':
      return jsonString(value, style.slashes);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      return Number.isFinite(value) ? numberText(value) : 'null';
    case 'bigint':
      return value.toString();
    case 'object':
      break;
    default:
      return 'null';
  }
  if (value === null) return 'null';
  if (isNumeric(value)) return Number.isFinite(Number(value.valueOf())) ? numberText(value) : 'null';
  if (value instanceof JavaObject) {
    if (value instanceof JavaCollection) return jsonOf(value.items(), style, depth);
    return jsonString(
      style.rendering === undefined ? identityOf(value) : (value.text(style.rendering) ?? ''),
      style.slashes,
    );
  }
  if (depth > valueDepthMax) throw new LimitExceeded(`writes JSON that is nested deeper than ${valueDepthMax}`);
  const { rendering } = style;
  rendering?.spend(nodeCost);
  if (isList(value)) {
    let out = '[';
    for (let i = 0; i < value.length; i++) {
      if (i > 0) out += ',';
      out += jsonOf(value[i], style, depth + 1);
      if (rendering !== undefined && out.length > rendering.outputMax) throw rendering.tooLong();
    }
    return `${out}]`;
  }
  if (!isMap(value)) return 'null';
  let out = '{';
  const ordinary = isOrdinary(value);
  for (const key of mapKeys(value)) {
    if (out.length > 1) out += ',';
    if (ordinary && typeof key === 'string')
      out += `${jsonString(key, style.slashes)}:${jsonOf(value[key], style, depth + 1)}`;
    else
      out += `${jsonString(typeof key === 'string' ? key : keyText(key, style), style.slashes)}:${jsonOf(mapGet(value, key), style, depth + 1)}`;
    if (rendering !== undefined && out.length > rendering.outputMax) throw rendering.tooLong();
  }
  return `${out}}`;
}

const keyText = (key: unknown, { rendering }: JsonStyle): string =>
  rendering === undefined ? String(lookupOf(key)) : textOf(rendering, key);

// Equality

/** `left.equals(right)`. */
export function javaEquals(rendering: Rendering, left: unknown, right: unknown, depth = 0): boolean {
  if (typeof left === 'string' && left.length > 256) rendering.spend(left.length >> 6);
  if (left === right) return true;
  if (typeof left !== 'object' || left === null) {
    return isNumeric(left) && isNumeric(right) && numbersEqual(left, right);
  }
  if (isNumeric(left)) return isNumeric(right) && numbersEqual(left, right);
  if (left instanceof JavaObject) return left.equals(right);
  if (depth > valueDepthMax) throw new LimitExceeded(`compares values that are nested deeper than ${valueDepthMax}`);
  rendering.spend(1);
  if (isList(left)) {
    if (left instanceof JavaArray || !isList(right) || right instanceof JavaArray) return false;
    rendering.spend(left.length >> 2);
    return (
      left.length === right.length &&
      left.every((item, i) => javaEquals(rendering, item ?? null, right[i] ?? null, depth + 1))
    );
  }
  if (!isMap(left) || !isMap(right) || mapSize(left) !== mapSize(right)) return false;
  rendering.spend(mapSize(left));
  return mapKeys(left).every(
    (key) => mapHas(right, key) && javaEquals(rendering, mapGet(left, key), mapGet(right, key), depth + 1),
  );
}

export function javaHash(rendering: Rendering, value: unknown, depth = 0): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'string') {
    rendering.spend(value.length >> 4);
    let hash = 0;
    for (let i = 0; i < value.length; i++) hash = (Math.imul(31, hash) + value.charCodeAt(i)) | 0;
    return hash;
  }
  if (typeof value === 'boolean') return value ? 1231 : 1237;
  if (isNumeric(value)) return numberHash(value);
  if (value instanceof JavaObject) return value.hash(rendering);
  if (depth > valueDepthMax) throw new LimitExceeded(`hashes a value that is nested deeper than ${valueDepthMax}`);
  rendering.spend(1);
  if (isList(value)) {
    let hash = 1;
    rendering.spend(value.length >> 2);
    for (const item of value) hash = (Math.imul(31, hash) + javaHash(rendering, item, depth + 1)) | 0;
    return hash;
  }
  if (!isMap(value)) return 0;
  let hash = 0;
  rendering.spend(mapSize(value));
  for (const key of mapKeys(value)) {
    hash = (hash + (javaHash(rendering, key, depth + 1) ^ javaHash(rendering, mapGet(value, key), depth + 1))) | 0;
  }
  return hash;
}

// Classes

/** The Java class of a value, by name; undefined for null. */
export function classNameOf(value: unknown, jsonLists: boolean): string | undefined {
  switch (typeof value) {
    case 'string':
      return 'java.lang.String';
    case 'boolean':
      return 'java.lang.Boolean';
    case 'number':
    case 'bigint':
    case 'object':
      break;
    default:
      return undefined;
  }
  if (value === null) return undefined;
  const kind = kindOf(value);
  if (kind !== undefined) return kind.startsWith('Big') ? `java.math.${kind}` : `java.lang.${kind}`;
  if (value instanceof JavaObject) return value.className;
  if (isList(value)) {
    if (value instanceof JavaArray) return `[${value.component}`;
    if (value instanceof ArrayList && value.parent !== undefined) return 'java.util.ArrayList$SubList';
    return jsonLists && !(value instanceof ArrayList) ? 'net.minidev.json.JSONArray' : 'java.util.ArrayList';
  }
  return 'java.util.LinkedHashMap';
}

/** What has elements but is no list: sets, the values of a map. */
export abstract class JavaCollection extends JavaObject {
  abstract items(): unknown[];
}
