/**
 * Flat lists of headers, name, value, name, value …, as they are sent. Text that mappings made is checked here before
 * it becomes a header: characters beyond latin1 go out as UTF-8, and nothing may end a line.
 */
import type { MappedValue } from '../../mapping/parameters.ts';
import { isField, isFieldName } from '../../wire/field-name.ts';

const controls = /[^\t\x20-\x7e\x80-\u{10ffff}]/u;

/** @returns null when the text can not be a header's value */
export function headerText(value: string): string | null {
  if (controls.test(value)) return null;
  return /[^\t\x20-\x7e]/.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;
}

/**
 * Puts a header in the place of all of its name, whatever their spelling.
 * @returns false when name or value can not be a header
 */
export function setHeader(headers: string[], name: string, value: MappedValue): boolean {
  if (!isFieldName(name)) return false;
  removeHeader(headers, name);
  return addHeader(headers, name, value);
}

/** @returns false when name or value can not be a header */
export function addHeader(headers: string[], name: string, value: MappedValue): boolean {
  if (!isFieldName(name)) return false;
  for (const one of typeof value === 'string' ? [value] : value) {
    const text = headerText(one);
    if (text === null) return false;
    headers.push(name, text);
  }
  return true;
}

export function removeHeader(headers: string[], name: string): void {
  const lower = name.toLowerCase();
  for (let i = headers.length - 2; i >= 0; i -= 2) if (isField(headers[i]!, lower)) headers.splice(i, 2);
}

/** The last value of a header; undefined when there is none. */
export function headerOf(headers: readonly string[], lowerCaseName: string): string | undefined {
  for (let i = headers.length - 2; i >= 0; i -= 2) if (isField(headers[i]!, lowerCaseName)) return headers[i + 1];
  return undefined;
}

export const hasHeader = (headers: readonly string[], lowerCaseName: string): boolean =>
  headerOf(headers, lowerCaseName) !== undefined;
