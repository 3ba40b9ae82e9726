import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShared, withoutShared } from '../../../test/shared.ts';
import type { ContentHandling } from '../../definition/rest-api.ts';
import { compileBinaryTypes, firstAccepted, mediaTypeOf } from '../../mapping/media-types.ts';
import { convertRequest, convertResponse } from './convert.ts';

interface Vector {
  readonly id: string;
  readonly direction: 'request' | 'response';
  readonly binaryMediaTypes: readonly string[];
  readonly contentType: string;
  readonly accept?: string;
  readonly contentHandling: ContentHandling | null;
  readonly inputBase64: string;
  readonly expect: { readonly outputBase64?: string; readonly status?: number };
}
const recorded = readShared('vectors/rest/binary-conversion.json') as
  | { readonly vectors: readonly Vector[] }
  | undefined;
for (const vector of recorded?.vectors ?? [])
  test(`content conversion, recorded: ${vector.id}`, { skip: withoutShared }, () => {
    const isBinary = compileBinaryTypes(vector.binaryMediaTypes);
    const input = Buffer.from(vector.inputBase64, 'base64');
    const output =
      vector.direction === 'request'
        ? convertRequest(input, isBinary(mediaTypeOf(vector.contentType)), vector.contentHandling)
        : convertResponse(
            input,
            isBinary(mediaTypeOf(vector.contentType)),
            isBinary(firstAccepted(vector.accept)),
            vector.contentHandling,
          );
    if (vector.expect.status === 500) assert.equal(output, null);
    else assert.equal(Buffer.from(output ?? []).toString('base64'), vector.expect.outputBase64);
  });
