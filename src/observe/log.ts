/**
 * The application log: one line an event, JSON for machines, a compact line where a person is watching. Secrets and
 * request bodies do not belong in it. Access and execution logs are not written here.
 */
import { pino } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Fields first, then the sentence: `log.warn({ restApiId, error }, 'the upstream closed halfway')`. */
export interface Log {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** @param room which part of the gateway speaks; stands in every line */
export function createLog(level: LogLevel, room: string, destination: NodeJS.WritableStream = process.stderr): Log {
  const watched = 'isTTY' in destination && destination.isTTY === true;
  const sink = watched ? { write: (line: string) => destination.write(readable(line)) } : destination;
  return pino({ level, base: { room }, serializers: { error: pino.stdSerializers.err } }, sink);
}

/** For tests and tools that want no log. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const nameOfLevel: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'WARN', 50: 'ERROR' };

function readable(line: string): string {
  const { level, time, room, msg, ...fields }: Record<string, unknown> = JSON.parse(line);
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${stringOf(value)}`);
  const clock = new Date(Number(time)).toISOString().slice(11, 23);
  return `${clock} ${nameOfLevel[Number(level)] ?? String(level)} ${String(room)}: ${[msg, ...rest].join(' ')}\n`;
}

function stringOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value !== null && typeof value === 'object' && 'stack' in value) return String(value.stack);
  return JSON.stringify(value);
}
