/** Names of headers: compared without regard to case (RFC 9110, 5.1). */

/** Whether a header is the one that is meant. Nearly all that are not differ in length: no lower case is made of those. */
export const isField = (name: string, lowerCaseName: string): boolean =>
  name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName;
