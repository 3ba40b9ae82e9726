/** `$context.requestTime`: the time of a request as access logs of web servers write it. */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
let writtenSecond = -1;
let written = '';

/** `12/Jun/2023:18:05:10 +0000`; the same for all requests of a second, so it is written once. */
export function requestTimeOf(epochMs: number): string {
  const second = Math.floor(epochMs / 1000);
  if (second === writtenSecond) return written;
  const at = new Date(epochMs);
  const day = String(at.getUTCDate()).padStart(2, '0');
  writtenSecond = second;
  written = `${day}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}:${at.toISOString().slice(11, 19)} +0000`;
  return written;
}
