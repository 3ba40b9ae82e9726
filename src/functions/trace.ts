/**
 * The tracing header that a function finds in `_X_AMZN_TRACE_ID`: what came with the invocation, completed as Lambda
 * completes it. API Gateway sends a root alone, most callers of Invoke send nothing; a function always sees all three.
 * Source: AWS X-Ray Developer Guide, "Tracing header"; Lambda Developer Guide, "Defined runtime environment variables".
 */
import { randomBytes } from 'node:crypto';

const hasRoot = /(?:^|;)\s*Root=/i;
const hasParent = /(?:^|;)\s*Parent=/i;
const hasSampled = /(?:^|;)\s*Sampled=/i;

/** Random hexadecimal digits, made in stock: asking the system for a few at a time costs more than the rest. */
let digits = '';
let taken = 0;

function hexadecimal(count: number): string {
  if (taken + count > digits.length) {
    digits = randomBytes(6_144).toString('hex');
    taken = 0;
  }
  taken += count;
  return digits.slice(taken - count, taken);
}

/**
 * `Root=1-{seconds}-{24 digits};Parent={16 digits};Sampled=0`, with what was sent kept as it is.
 * @param sent value of X-Amzn-Trace-Id; nothing or an empty text when there was none
 */
export function completeTrace(sent: string | undefined, nowMs: number): string {
  let trace = sent ?? '';
  if (!hasRoot.test(trace)) {
    const seconds = Math.floor(nowMs / 1000)
      .toString(16)
      .padStart(8, '0');
    trace = `Root=1-${seconds}-${hexadecimal(24)}${trace === '' ? '' : `;${trace}`}`;
  }
  if (!hasParent.test(trace)) {
    // Where Lambda has it: before what says whether the request is sampled.
    const parent = `Parent=${hexadecimal(16)}`;
    const sampled = hasSampled.exec(trace);
    trace =
      sampled === null
        ? `${trace};${parent}`
        : `${trace.slice(0, sampled.index)};${parent}${trace.slice(sampled.index)}`;
  }
  return hasSampled.test(trace) ? trace : `${trace};Sampled=0`;
}
