/**
 * The execution log of one request, line by line as Amazon API Gateway writes it. Steps write to it where an exchange
 * has one; nearly none has, so they ask before they put a line together.
 * Source: Amazon API Gateway Developer Guide, "Set up CloudWatch logging for REST APIs"; facts/test-invoke-method.md.
 */
export interface ExecutionLog {
  /** @param text without time and request id */
  line(text: string): void;
}

/** `{name=value, other=a}`, `{}`: how maps stand in the log. */
export function mapText(entries: Iterable<readonly [name: string, value: string]>): string {
  return `{${[...entries].map(([name, value]) => `${name}=${value}`).join(', ')}}`;
}

/** Of name, value, name, value … */
export function headersText(headers: readonly string[]): string {
  const entries: [string, string][] = [];
  for (let i = 0; i < headers.length; i += 2) entries.push([headers[i]!, headers[i + 1]!]);
  return mapText(entries);
}
