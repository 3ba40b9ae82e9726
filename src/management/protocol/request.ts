/** One call of a management API and its answer, free of the HTTP engine. */
import type { Readable } from 'node:stream';

export interface ManagementRequest {
  readonly method: string;
  /** As on the wire: percent-encoded, without query. */
  readonly path: string;
  /** As on the wire, without `?`. */
  readonly query: string;
  /** By lower-case name; repeated headers joined with a bare comma. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Name, value, name, value …, where the listener has them: repeated headers are then told apart from lists. */
  readonly rawHeaders?: readonly string[];
  /** A listener hands on one byte more than `bodyBytesMax` of a body that is longer, and no further ones. */
  readonly body: Uint8Array;
}

export interface ManagementResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
  /** Where present, what to send in place of `body`, as it comes. */
  readonly stream?: Readable;
}

export function headerOf(request: ManagementRequest, lowerCaseName: string): string | undefined {
  return Object.hasOwn(request.headers, lowerCaseName) ? request.headers[lowerCaseName] : undefined;
}
