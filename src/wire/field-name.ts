/** Names of headers: what they may be made of, and that they are compared without regard to case (RFC 9110, 5.1). */

/** A token (RFC 9110, 5.6.2), as the source of regular expressions. */
export const token = String.raw`[!#$%&'*+\-.^_\`|~0-9A-Za-z]+`;

const whole = new RegExp(`^${token}$`);

export const isFieldName = (text: string): boolean => whole.test(text);

/** Whether a header is the one that is meant. Nearly all that are not differ in length: no lower case is made of those. */
export const isField = (name: string, lowerCaseName: string): boolean =>
  name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName;
