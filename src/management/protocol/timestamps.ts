/** Timestamps in the forms that AWS protocols write them. */
import { serializationFailure } from '../../definition/errors.ts';

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds';

/** Of outputs: API Gateway, IAM and STS answer whole seconds, the JSON services with a fraction. */
export type TimestampPrecision = 'seconds' | 'milliseconds';

export function printTimestamp(value: Date, format: TimestampFormat, precision: TimestampPrecision): string | number {
  const ms = precision === 'seconds' ? Math.floor(value.getTime() / 1000) * 1000 : value.getTime();
  switch (format) {
    case 'epoch-seconds':
      return ms / 1000;
    case 'http-date':
      return new Date(ms).toUTCString();
    case 'date-time':
      return new Date(ms).toISOString().replace('.000Z', 'Z');
    default: {
      const never: never = format;
      return never;
    }
  }
}

/** @throws SerializationException */
export function parseTimestamp(value: string | number, format: TimestampFormat): Date {
  const ms = millisecondsOf(value, format);
  if (ms === undefined || !(Math.abs(ms) <= 8.64e15))
    throw serializationFailure(`'${String(value).slice(0, 64)}' can not be converted to milliseconds since epoch`);
  return new Date(ms);
}

function millisecondsOf(value: string | number, format: TimestampFormat): number | undefined {
  if (format === 'epoch-seconds') {
    if (typeof value === 'number') return Math.round(value * 1000);
    return /^-?\d{1,15}(\.\d+)?$/.test(value) ? Math.round(Number(value) * 1000) : undefined;
  }
  if (typeof value === 'number') return undefined;
  const wellFormed =
    format === 'date-time'
      ? /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i.test(value)
      : /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(\.\d{1,9})? GMT$/.test(value);
  const ms = Date.parse(value);
  return wellFormed && !Number.isNaN(ms) ? ms : undefined;
}
