/** Bodies that are documents (OpenAPI, comma-separated keys), whatever way the protocol hands bytes over. */
import { badRequest } from '../../definition/errors.ts';

const bytesMax = 6 * 1024 * 1024;

/** @throws BadRequestException when there are too many bytes, or they are no UTF-8 */
export function documentText(body: unknown): string {
  const bytes = documentBytes(body);
  if (bytes.byteLength > bytesMax) throw badRequest(`The document must not be larger than ${bytesMax} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badRequest('The document must be UTF-8');
  }
}

export function documentBytes(body: unknown): Uint8Array {
  if (typeof body === 'string') return Buffer.from(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  return body instanceof ArrayBuffer ? new Uint8Array(body) : new Uint8Array();
}
