/**
 * The identifiers that every answer carries: request id (a UUID), extended request id and trace id. Random text is made
 * in stock, because asking the system for a dozen bytes at a time costs more than the rest of this file.
 * Source: AWS X-Ray Developer Guide, "Tracing header"; the forms are those of recorded answers.
 */
import { randomBytes, randomUUID } from 'node:crypto';

export const newRequestId = (): string => randomUUID();

/** Random characters of base64url, taken 15 at a time. */
let characters = '';
let taken = 0;

/** `x-amz-apigw-id`, `$context.extendedRequestId`: 15 characters and `=`. */
export function newExtendedRequestId(): string {
  if (taken + 15 > characters.length) {
    characters = randomBytes(6_144).toString('base64url');
    taken = 0;
  }
  taken += 15;
  return `${characters.slice(taken - 15, taken)}=`;
}

/** Random hexadecimal digits, taken 24 at a time. */
let digits = '';
let digitsTaken = 0;
let traceSecond = 0;
let tracePrefix = '';

/** `Root=1-{seconds}-{24 digits}` for a request that brought no trace. */
export function newTrace(receivedAtMs: number): string {
  const second = Math.floor(receivedAtMs / 1000);
  if (second !== traceSecond) {
    traceSecond = second;
    tracePrefix = `Root=1-${second.toString(16).padStart(8, '0')}-`;
  }
  if (digitsTaken + 24 > digits.length) {
    digits = randomBytes(6_144).toString('hex');
    digitsTaken = 0;
  }
  digitsTaken += 24;
  return tracePrefix + digits.slice(digitsTaken - 24, digitsTaken);
}

/** The trace of a request that brought one: whole as it is; with nothing but a root, a parent of ours is added. */
export function continuedTrace(sent: string): string {
  if (!/(?:^|;)\s*Root=/i.test(sent) || /(?:^|;)\s*Parent=/i.test(sent)) return sent;
  const sampled = /(?:^|;)\s*Sampled=/i.test(sent) ? '' : ';Sampled=0';
  return `${sent};Parent=${randomBytes(8).toString('hex')}${sampled}`;
}
