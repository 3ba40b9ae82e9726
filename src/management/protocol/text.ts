/** Values that travel as bare text: labels, query parameters, headers, and the parameters of the query protocol. */
import { serializationFailure } from '../../definition/errors.ts';
import { booleanOf, decodeBase64, wholeNumber } from './json.ts';
import type { Member } from './model.ts';
import { parseTimestamp, printTimestamp, type TimestampFormat, type TimestampPrecision } from './timestamps.ts';

/** @param timestamps how the place writes timestamps whose member does not say @throws SerializationException */
export function decodeText(member: Member, text: string, timestamps: TimestampFormat): unknown {
  switch (member.type) {
    case 'boolean':
      return booleanOf(text);
    case 'integer':
    case 'long':
      if (!/^[+-]?\d{1,30}$/.test(text)) throw notANumber(text, member.type === 'long' ? 'Long' : 'Integer');
      return wholeNumber(Number(text), member.type);
    case 'float':
    case 'double':
      if (!/^[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?$/.test(text)) throw notANumber(text, 'Double');
      return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, Number(text)));
    case 'timestamp':
      return parseTimestamp(text, member.format ?? timestamps);
    case 'blob':
      return decodeBase64(text);
    default:
      return text;
  }
}

const notANumber = (text: string, wanted: string): Error =>
  serializationFailure(`'${text.slice(0, 64)}' can not be converted to an ${wanted}`);

export function encodeText(
  member: Member,
  value: unknown,
  timestamps: TimestampFormat,
  precision: TimestampPrecision,
): string {
  if (value instanceof Date) return String(printTimestamp(value, member.format ?? timestamps, precision));
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return String(value);
}

/** Percent-decodes once; `+` is a space in queries and forms. @throws SerializationException */
export function percentDecode(text: string, plusIsSpace: boolean): string {
  try {
    return decodeURIComponent(plusIsSpace ? text.replaceAll('+', ' ') : text);
  } catch {
    throw serializationFailure(`'${text.slice(0, 64)}' is not valid percent-encoded UTF-8`);
  }
}

/** More are no honest call. */
const parametersMax = 10_000;

/** Decoded names and values, in order. @throws SerializationException */
export function parseQuery(query: string): [name: string, value: string][] {
  const parameters: [string, string][] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    if (parameters.length >= parametersMax) throw serializationFailure(`More than ${parametersMax} parameters`);
    const equals = part.indexOf('=');
    const name = percentDecode(equals === -1 ? part : part.slice(0, equals), true);
    parameters.push([name, equals === -1 ? '' : percentDecode(part.slice(equals + 1), true)]);
  }
  return parameters;
}
