/**
 * Values of a service's model to and from JSON. What arrives is checked for its types only, with the texts of AWS's
 * own parser; what the model does not know is dropped, and null is the same as absent. Ranges and enumerations are
 * checked later (`constraints.ts`).
 */
import { serializationFailure } from '../../definition/errors.ts';
import { type Member, membersOf, type ServiceModel } from './model.ts';
import { parseTimestamp, printTimestamp, type TimestampPrecision } from './timestamps.ts';

/** Deeper values do not exist in AWS's models; shapes that contain themselves could otherwise be nested without end. */
const depthMax = 64;

/** @throws SerializationException */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw serializationFailure('The request body is not valid UTF-8');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw serializationFailure(
      `The request body is not valid JSON: ${error instanceof Error ? error.message : 'unreadable'}`,
    );
  }
}

/** @throws SerializationException */
export function decodeStructure(
  model: ServiceModel,
  members: Readonly<Record<string, Member>>,
  value: unknown,
  depth = 0,
): Record<string, unknown> {
  const source = objectOf(value);
  if (depth > depthMax) throw serializationFailure('Maximum nesting depth exceeded');
  const entries: [string, unknown][] = [];
  for (const [name, member] of Object.entries(members)) {
    const key = member.jsonName ?? name;
    const present = Object.hasOwn(source, key) ? source[key] : undefined;
    if (present !== undefined && present !== null) entries.push([name, decodeJson(model, member, present, depth)]);
  }
  return Object.fromEntries(entries);
}

/** @param value neither null nor undefined @throws SerializationException */
export function decodeJson(model: ServiceModel, member: Member, value: unknown, depth = 0): unknown {
  switch (member.type) {
    case 'structure':
      if (typeof value !== 'object') throw serializationFailure('Expected null');
      return decodeStructure(model, membersOf(model, member.shape), value, depth + 1);
    case 'list':
      if (Array.isArray(value)) return value.map((item) => decodeItem(model, member.of, item, depth));
      if (typeof value === 'object') throw structureNotExpected();
      throw serializationFailure('Expected list or null');
    case 'map': {
      if (typeof value !== 'object') throw serializationFailure('Expected map or null');
      // fromEntries defines properties of its own, whatever they are called.
      const entries = Object.entries(objectOf(value));
      return Object.fromEntries(entries.map(([key, item]) => [key, decodeItem(model, member.of, item, depth)]));
    }
    case 'document':
      return value;
    default:
      return decodeScalar(member, value);
  }
}

/** Nulls inside lists and maps stay for the constraints to complain about. */
const decodeItem = (model: ServiceModel, member: Member | undefined, value: unknown, depth: number): unknown =>
  value === null || member === undefined ? null : decodeJson(model, member, value, depth);

function decodeScalar(member: Member, value: unknown): unknown {
  if (Array.isArray(value)) throw listNotExpected();
  if (typeof value === 'object') throw structureNotExpected();
  switch (member.type) {
    case 'string':
      if (typeof value !== 'string') throw notConvertible(value, 'an String');
      return value;
    case 'boolean':
      if (typeof value === 'string') return booleanOf(value);
      if (typeof value !== 'boolean') throw notConvertible(value, 'an Boolean');
      return value;
    case 'integer':
    case 'long':
      if (typeof value !== 'number') throw notConvertible(value, member.type === 'long' ? 'an Long' : 'an Integer');
      return wholeNumber(value, member.type);
    case 'float':
    case 'double':
      if (typeof value !== 'number') throw notConvertible(value, 'an Double');
      return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
    case 'timestamp':
      if (typeof value === 'boolean') throw notConvertible(value, 'milliseconds since epoch');
      if (typeof value !== 'string' && typeof value !== 'number')
        throw notConvertible(value, 'milliseconds since epoch');
      return parseTimestamp(value, member.format ?? 'epoch-seconds');
    case 'blob':
      if (typeof value !== 'string') throw notConvertible(value, 'a Blob');
      return decodeBase64(value);
    default:
      return value;
  }
}

export function decodeBase64(text: string): Uint8Array {
  const refuse = (reason: string): Error =>
    serializationFailure(`'${text.slice(0, 64)}' can not be converted to a Blob: ${reason}`);
  const strange = /[^A-Za-z0-9+/=]/.exec(text);
  if (strange !== null) throw refuse(`Invalid Base64 character: '${strange[0]}'`);
  if (text.length % 4 !== 0)
    throw refuse(`Base64 encoded length is expected a multiple of 4 bytes but found: ${text.length}`);
  return Buffer.from(text, 'base64');
}

/** AWS's parser takes these words, in any case, for booleans. */
export function booleanOf(text: string): boolean {
  switch (text.toLowerCase()) {
    case 'true':
    case 'yes':
    case '1':
      return true;
    case 'false':
    case 'no':
    case '0':
      return false;
    default:
      throw serializationFailure(`'${text.slice(0, 64).toUpperCase()}' can not be converted to an Boolean`);
  }
}

/** Fractions are cut off, and numbers that do not fit end at the type's last one. */
export function wholeNumber(value: number, type: 'integer' | 'long'): number {
  const [lowest, highest] =
    type === 'integer' ? [-2_147_483_648, 2_147_483_647] : [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  return Math.max(lowest, Math.min(highest, Math.trunc(value)));
}

const javaNames: Readonly<Record<string, string>> = {
  boolean: 'java.lang.Boolean',
  number: 'com.amazon.coral.value.json.numbers.TruncatingBigNumber',
  string: 'java.lang.String',
};

const notConvertible = (value: unknown, wanted: string): Error =>
  serializationFailure(`class ${javaNames[typeof value] ?? typeof value} can not be converted to ${wanted}`);
const listNotExpected = (): Error => serializationFailure('Start of list found where not expected');
const structureNotExpected = (): Error => serializationFailure('Start of structure or map found where not expected.');

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (Array.isArray(value)) throw listNotExpected();
  if (typeof value !== 'object' || value === null) throw serializationFailure('Expected null');
  return value as Readonly<Record<string, unknown>>;
}

/** A handler's value as JSON; undefined where there is nothing to send. Members are read by the model's names. */
export function encodeJson(
  model: ServiceModel,
  member: Member,
  value: unknown,
  precision: TimestampPrecision,
): unknown {
  if (value === undefined || value === null) return undefined;
  switch (member.type) {
    case 'structure':
      return encodeStructure(model, membersOf(model, member.shape), value, precision);
    case 'list':
      return Array.from(value as Iterable<unknown>, (item) => encodeItem(model, member.of, item, precision));
    case 'map': {
      const entries = Object.entries(value).filter(([, item]) => item !== undefined);
      return Object.fromEntries(entries.map(([key, item]) => [key, encodeItem(model, member.of, item, precision)]));
    }
    case 'timestamp':
      return value instanceof Date ? printTimestamp(value, member.format ?? 'epoch-seconds', precision) : value;
    case 'blob':
      return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
    case 'float':
    case 'double':
      return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
    default:
      return value;
  }
}

const encodeItem = (
  model: ServiceModel,
  member: Member | undefined,
  value: unknown,
  precision: TimestampPrecision,
): unknown => (member === undefined ? null : (encodeJson(model, member, value, precision) ?? null));

export function encodeStructure(
  model: ServiceModel,
  members: Readonly<Record<string, Member>>,
  value: unknown,
  precision: TimestampPrecision,
): Record<string, unknown> {
  const source = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  const entries: [string, unknown][] = [];
  for (const [name, member] of Object.entries(members)) {
    const encoded = encodeJson(model, member, source[name], precision);
    if (encoded !== undefined) entries.push([member.jsonName ?? name, encoded]);
  }
  return Object.fromEntries(entries);
}
