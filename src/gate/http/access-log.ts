/**
 * The line that a stage's access log gets for a request, once its answer is out. A variable without a value is `-`.
 * Source: Amazon API Gateway Developer Guide, "Configure logging for HTTP APIs".
 */
import type { AccessLogSink } from '../../observe/access-log.ts';
import type { AccessLogPlan } from '../../plan/http/access-log.ts';
import type { Exchange } from '../exchange.ts';
import { contextReader, isTame } from './context.ts';

/** AWS's bound of one entry. */
const lineCharactersMax = 1_048_576;

/** What can not stand inside a JSON string, and what not inside a line of any other form. */
const unfitForJson = /["\\]|[^\x20-\u{10ffff}]/u;
const unfitForLine = /[^\x20-\x7e\x80-\u{10ffff}]/gu;

const jsonText = (value: string): string => (unfitForJson.test(value) ? JSON.stringify(value).slice(1, -1) : value);
/** Control characters as nginx writes them. */
const lineText = (value: string): string =>
  value.replace(
    unfitForLine,
    (character) => `\\x${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );

export function accessLogger({ destination, parts, json }: AccessLogPlan, sink: AccessLogSink): (x: Exchange) => void {
  const first = parts[0] ?? '';
  const readers: {
    readonly read: (x: Exchange) => string | undefined;
    /** Null: its values are fit as they are. */
    readonly fit: ((value: string) => string) | null;
    readonly after: string;
  }[] = [];
  for (let i = 1; i < parts.length; i += 2) {
    const name = parts[i] ?? '';
    // What comes in its own quotes stays as it is.
    const fit = name === 'error.messageString' || isTame(name) ? null : json ? jsonText : lineText;
    readers.push({ read: contextReader(name), fit, after: parts[i + 1] ?? '' });
  }
  return (x) => {
    let line = first;
    for (let i = 0; i < readers.length; i++) {
      const { read, fit, after } = readers[i]!;
      const value = read(x) ?? '-';
      line += fit === null ? value : fit(value);
      line += after;
    }
    sink.write(destination, line.length > lineCharactersMax ? line.slice(0, lineCharactersMax) : line);
  };
}
