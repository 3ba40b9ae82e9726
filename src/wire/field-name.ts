/** Names of headers: compared without regard to case (RFC 9110, 5.1). */

/**
 * Whether a header is the one that is meant. Nearly all that are not differ in length; for the others a loop costs a
 * third of making their lower case (measured).
 */
export function isField(name: string, lowerCaseName: string): boolean {
  if (name.length !== lowerCaseName.length) return false;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (lowerCaseName.charCodeAt(i) !== (code >= 65 && code <= 90 ? code + 32 : code)) return false;
  }
  return true;
}
