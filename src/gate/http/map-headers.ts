/** What mapping rules do to a flat list of headers, name, value, name, value … */
import type { HttpMappingRule } from '../../mapping/http-parameters.ts';
import { isField, isFieldName } from '../../wire/field-name.ts';

/**
 * @param valueFor what a rule's value is now; undefined: the rule does nothing
 * @returns the name of a header that can not be sent; undefined when all is well
 */
export function changeHeaders(
  headers: string[],
  rules: readonly HttpMappingRule[],
  valueFor: (rule: HttpMappingRule) => string | undefined,
): string | undefined {
  for (const rule of rules) {
    const { action, name } = rule;
    if (action === 'remove') {
      removeHeader(headers, name);
      continue;
    }
    const value = valueFor(rule);
    if (value === undefined) continue;
    const text = headerText(value);
    if (text === null || !isFieldName(name)) return name;
    if (action === 'overwrite') removeHeader(headers, name);
    if (action === 'overwrite' || !appendTo(headers, name, text)) headers.push(name, text);
  }
  return undefined;
}

/** Behind the value that is there, with a comma. @returns false when there is none */
function appendTo(headers: string[], lowerCaseName: string, text: string): boolean {
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    if (!isField(headers[i]!, lowerCaseName)) continue;
    headers[i + 1] = `${headers[i + 1]!},${text}`;
    return true;
  }
  return false;
}

function removeHeader(headers: string[], lowerCaseName: string): void {
  for (let i = headers.length - 2; i >= 0; i -= 2) if (isField(headers[i]!, lowerCaseName)) headers.splice(i, 2);
}

/** What a mapping may make of a body. */
const valueCharactersMax = 65_536;

/** Text beyond ASCII goes out as UTF-8, unless it came in as bytes. @returns null when it would end the line, or is no header any more */
function headerText(value: string): string | null {
  if (value.length > valueCharactersMax) return null;
  if (/[^\t\x20-\x7e\x80-\u{10ffff}]/u.test(value)) return null;
  return /[\u0100-\u{10ffff}]/u.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;
}
