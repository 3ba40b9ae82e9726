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

/** What can not stand inside a JSON string. */
const unfit = /["\\]|[^\x20-\u{10ffff}]/u;

export function accessLogger({ destination, parts, json }: AccessLogPlan, sink: AccessLogSink): (x: Exchange) => void {
  const first = parts[0] ?? '';
  const readers: {
    readonly read: (x: Exchange) => string | undefined;
    /** Whether its values could end a string in the line. */
    readonly wild: boolean;
    readonly after: string;
  }[] = [];
  for (let i = 1; i < parts.length; i += 2) {
    const name = parts[i] ?? '';
    // What comes in its own quotes stays as it is.
    const wild = json && name !== 'error.messageString' && !isTame(name);
    readers.push({ read: contextReader(name), wild, after: parts[i + 1] ?? '' });
  }
  return (x) => {
    let line = first;
    for (let i = 0; i < readers.length; i++) {
      const { read, wild, after } = readers[i]!;
      const value = read(x) ?? '-';
      line += wild && unfit.test(value) ? JSON.stringify(value).slice(1, -1) : value;
      line += after;
    }
    sink.write(destination, line.length > lineCharactersMax ? line.slice(0, lineCharactersMax) : line);
  };
}
