/**
 * The application log of a thread that is not the main one: lines go there as plain data and are written in one place,
 * so that they keep their order and a thread does not carry a logger of its own (2.5 MB each).
 */
import type { Log, LogLevel } from './log.ts';

export interface LogLine {
  readonly level: Exclude<LogLevel, 'silent'>;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

const levels = ['debug', 'info', 'warn', 'error'] as const;

/** @param send takes only what can be cloned: errors arrive as errors, anything strange as text */
export function forwardedLog(level: LogLevel, send: (line: LogLine) => void): Log {
  const from = level === 'silent' ? levels.length : levels.indexOf(level);
  const write = (each: LogLine['level']) =>
    levels.indexOf(each) < from
      ? () => {}
      : (fields: Readonly<Record<string, unknown>>, message: string): void =>
          send({ level: each, fields: Object.fromEntries(Object.entries(fields).map(plain)), message });
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

function plain([name, value]: [string, unknown]): [string, unknown] {
  if (value === null || ['string', 'number', 'boolean', 'undefined', 'bigint'].includes(typeof value))
    return [name, value];
  if (value instanceof Error) {
    const cause = value.cause instanceof Error ? { cause: String(value.cause) } : {};
    const code = 'code' in value ? { code: String(value.code) } : {};
    return [name, { type: value.name, message: value.message, stack: value.stack, ...code, ...cause }];
  }
  try {
    return [name, JSON.parse(JSON.stringify(value))];
  } catch {
    return [name, String(value)];
  }
}
