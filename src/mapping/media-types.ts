/**
 * Media types as API Gateway compares them: without regard to case or parameters. Which of them are binary is a
 * setting of the API (`binaryMediaTypes`), where only the right side may be a wildcard.
 * Source: Developer Guide, "Content type conversions in API Gateway"; recorded: a wildcard in Accept is compared as it
 * is written, and only the first type of Accept counts.
 */

/** What a request without Content-Type is taken for. */
export const defaultMediaType = 'application/json';

/** `text/html` of `Text/HTML; charset=utf-8`; undefined for an empty or missing header. */
export function mediaTypeOf(header: string | undefined): string | undefined {
  const end = header?.indexOf(';') ?? -1;
  const type = (end === -1 ? header : header?.slice(0, end))?.trim().toLowerCase();
  return type === '' ? undefined : type;
}

/** The first media type that an Accept header names. */
export const firstAccepted = (accept: string | undefined): string | undefined => mediaTypeOf(accept?.split(',', 1)[0]);

/** @returns whether a media type is binary; undefined, for no type at all, is only where all types are */
export function compileBinaryTypes(binaryMediaTypes: readonly string[]): (mediaType: string | undefined) => boolean {
  const types = binaryMediaTypes.map((type) => type.trim().toLowerCase());
  if (types.length === 0) return () => false;
  if (types.includes('*/*')) return () => true;
  // Recorded: a wildcard on the left means nothing, not even itself.
  const exact = new Set(types.filter((type) => !type.startsWith('*/')));
  const families = types.filter((type) => type.endsWith('/*')).map((type) => type.slice(0, -1));
  return (mediaType) =>
    mediaType !== undefined && (exact.has(mediaType) || families.some((family) => mediaType.startsWith(family)));
}
