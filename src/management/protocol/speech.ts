/**
 * How a caller speaks, told from the request and not from the service, because clients of one service differ: an old
 * CLI sends CloudWatch form parameters where a new SDK sends JSON.
 */

import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import type { ErrorStyle } from '../../access/sigv4.ts';
import { ServiceError, serializationFailure } from '../../definition/errors.ts';
import { headerOf, type ManagementRequest } from './request.ts';
import { parseQuery } from './text.ts';

export interface Speech {
  readonly style: ErrorStyle;
  /** Content type of JSON answers. */
  readonly contentType: string;
  /** `AWSCognitoIdentityProviderService`, of `X-Amz-Target`. */
  readonly targetPrefix?: string;
  /** Of `X-Amz-Target` or `Action`. */
  readonly operation?: string;
  /** Of the query protocol. */
  readonly parameters?: readonly (readonly [name: string, value: string])[];
}

/** @throws ServiceError in the style of `rest` when the request cannot be read at all */
export function listen(request: ManagementRequest): Speech {
  if (headerOf(request, 'smithy-protocol') !== undefined)
    throw new ServiceError(
      'UnsupportedProtocolException',
      415,
      `The protocol '${headerOf(request, 'smithy-protocol')}' is not served here; speak JSON, rest or query instead`,
    );
  const contentType = (headerOf(request, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const target = headerOf(request, 'x-amz-target');
  if (target !== undefined) {
    const dot = target.lastIndexOf('.');
    return {
      style: 'awsJson',
      contentType: contentType === 'application/x-amz-json-1.0' ? contentType : 'application/x-amz-json-1.1',
      targetPrefix: target.slice(0, Math.max(dot, 0)),
      operation: target.slice(dot + 1),
    };
  }
  const isForm = request.method === 'POST' && contentType === 'application/x-www-form-urlencoded';
  if (isForm || (request.path === '/' && /(?:^|&)Action=/.test(request.query))) {
    const form = isForm ? new TextDecoder().decode(request.body) : '';
    const parameters = parseQuery([request.query, form].filter((part) => part !== '').join('&'));
    const operation = parameters.find(([name]) => name === 'Action')?.[1];
    if (operation !== undefined) return { style: 'query', contentType: 'text/xml', operation, parameters };
  }
  return { style: 'rest', contentType: 'application/json' };
}

const decompressors: Readonly<
  Record<string, (body: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>>
> = { gzip: promisify(gunzip), deflate: promisify(inflate) };

/** The body as the service reads it; signatures cover it as it was sent. @throws ServiceError */
export async function decompressed(request: ManagementRequest, bytesMax: number): Promise<ManagementRequest> {
  const encoding = headerOf(request, 'content-encoding')?.trim().toLowerCase();
  if (encoding === undefined || encoding === '' || encoding === 'identity' || request.body.length === 0) return request;
  const decompress = Object.hasOwn(decompressors, encoding) ? decompressors[encoding] : undefined;
  if (decompress === undefined)
    throw serializationFailure(`Content-Encoding '${encoding.slice(0, 64)}' is not served here; send gzip or none`);
  try {
    return { ...request, body: await decompress(request.body, { maxOutputLength: bytesMax }) };
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(bytesMax);
    throw serializationFailure(`The request body is not valid ${encoding}`);
  }
}

export const tooLarge = (bytesMax: number, operation?: string): ServiceError =>
  new ServiceError(
    'RequestEntityTooLargeException',
    413,
    `Request must be smaller than ${bytesMax} bytes${operation === undefined ? '' : ` for the ${operation} operation`}`,
  );
