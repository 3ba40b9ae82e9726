/**
 * Which integration response answers a call: the first whose `selectionPattern` matches what the backend said (its
 * status code, or the error message of a function), otherwise the one without a pattern. Patterns are Java's, and must
 * match the whole value. Source: API reference, IntegrationResponse; Developer Guide, "Set up an integration response".
 */
import { compilePattern, type JavaPattern, PatternLimitError } from './regex/index.ts';

export interface SelectableResponse {
  readonly statusCode: string;
  readonly selectionPattern?: string | undefined;
}

/** A pattern that does not compile. */
export class SelectionPatternError extends Error {
  readonly statusCode: string;

  constructor(statusCode: string, pattern: string, reason: string) {
    super(`selectionPattern ${pattern} of integration response ${statusCode}: ${reason}`);
    this.name = 'SelectionPatternError';
    this.statusCode = statusCode;
  }
}

/**
 * @param responses integration responses by status code; tried in the order of their codes
 * @returns the response for a value, undefined where none fits: a configuration error of the API
 * @throws SelectionPatternError
 */
export function compileSelection<Response extends SelectableResponse>(
  responses: Readonly<Record<string, Response>>,
): (value: string | undefined) => Response | undefined {
  const ordered = Object.values(responses).sort((a, b) => Number(a.statusCode) - Number(b.statusCode));
  const fallback = ordered.find((response) => !response.selectionPattern);
  const patterned = ordered.filter((response) => response.selectionPattern).map(compiled);
  if (patterned.length === 0) return () => fallback;
  return (value) => {
    if (value === undefined || value === '') return fallback;
    return patterned.find(({ pattern }) => matches(pattern, value))?.response ?? fallback;
  };
}

function compiled<Response extends SelectableResponse>(
  response: Response,
): { readonly response: Response; readonly pattern: JavaPattern } {
  const source = response.selectionPattern ?? '';
  try {
    return { response, pattern: compilePattern(source) };
  } catch (error) {
    throw new SelectionPatternError(response.statusCode, source, error instanceof Error ? error.message : `${error}`);
  }
}

/** A pattern that would run away on a value does not match it. */
function matches(pattern: JavaPattern, value: string): boolean {
  try {
    return pattern.matches(value);
  } catch (error) {
    if (error instanceof PatternLimitError) return false;
    throw error;
  }
}
