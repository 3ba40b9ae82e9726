/**
 * Bodies between text and bytes. What a body is declared to be (by its media type and the API's binary media types)
 * and what the integration wants decide whether it is decoded as UTF-8, base64-encoded, base64-decoded or left alone.
 * Source: Amazon API Gateway Developer Guide, "Content type conversions in API Gateway"; vectors
 * rest/binary-conversion.json, recorded.
 */
import { isUtf8 } from 'node:buffer';
import type { ContentHandling } from '../../definition/rest-api.ts';

/** What is done to a body; `decode` fails when it is not base64. */
type Conversion = 'none' | 'text' | 'encode' | 'decode';

function requestConversion(binary: boolean, handling: ContentHandling | null): Conversion {
  if (binary) return handling === 'CONVERT_TO_TEXT' ? 'encode' : 'none';
  return handling === 'CONVERT_TO_BINARY' ? 'decode' : 'text';
}

function responseConversion(
  payloadBinary: boolean,
  acceptBinary: boolean,
  handling: ContentHandling | null,
): Conversion {
  if (payloadBinary) {
    if (handling === 'CONVERT_TO_BINARY') return 'none';
    return handling === 'CONVERT_TO_TEXT' || !acceptBinary ? 'encode' : 'none';
  }
  if (handling === 'CONVERT_TO_TEXT') return 'text';
  return handling === 'CONVERT_TO_BINARY' || acceptBinary ? 'decode' : 'text';
}

/** @returns null when the body would have to be base64 and is not */
export const convertRequest = (
  body: Uint8Array,
  binary: boolean,
  handling: ContentHandling | null,
): Uint8Array | null => converted(body, requestConversion(binary, handling));

/**
 * @param payloadBinary whether the backend's Content-Type is a binary media type
 * @param acceptBinary whether the client's Accept is
 * @returns null when the body would have to be base64 and is not
 */
export const convertResponse = (
  body: Uint8Array,
  payloadBinary: boolean,
  acceptBinary: boolean,
  handling: ContentHandling | null,
): Uint8Array | null => converted(body, responseConversion(payloadBinary, acceptBinary, handling));

function converted(body: Uint8Array, conversion: Conversion): Uint8Array | null {
  switch (conversion) {
    case 'none':
      return body;
    case 'text':
      // Every invalid byte becomes U+FFFD, as Java decodes it.
      return isUtf8(body) ? body : Buffer.from(asBuffer(body).toString('utf8'), 'utf8');
    case 'encode':
      return Buffer.from(asBuffer(body).toString('base64'), 'latin1');
    case 'decode':
      return decodedBase64(body);
    default: {
      const never: never = conversion;
      throw new Error(`unexpected conversion ${String(never)}`);
    }
  }
}

function decodedBase64(body: Uint8Array): Uint8Array | null {
  const text = asBuffer(body).toString('latin1');
  const digits = text.replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) return null;
  return Buffer.from(text, 'base64');
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
