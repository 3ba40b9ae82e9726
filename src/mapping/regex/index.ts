/**
 * Regular expressions as Java reads them, for filters of paths, selection patterns and models.
 */

export interface JavaPattern {
  /** True when the whole text matches. */
  matches(text: string): boolean;
}

/** @throws SyntaxError */
export function compilePattern(source: string, flags = ''): JavaPattern {
  const expression = new RegExp(`^(?:${source})$`, flags.replace(/[^ims]/g, ''));
  return { matches: (text) => expression.test(text) };
}
