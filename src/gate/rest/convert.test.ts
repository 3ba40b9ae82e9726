import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShared, withoutShared } from '../../../test/shared.ts';
import type { ContentHandling } from '../../definition/rest-api.ts';
import { BinaryMediaTypes } from '../../plan/media-types.ts';
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
    const binary = new BinaryMediaTypes(vector.binaryMediaTypes);
    const input = Buffer.from(vector.inputBase64, 'base64');
    const output =
      vector.direction === 'request'
        ? convertRequest(input, binary.includes(vector.contentType), vector.contentHandling)
        : convertResponse(
            input,
            binary.includes(vector.contentType),
            binary.includes(vector.accept),
            vector.contentHandling,
          );
    if (vector.expect.status === 500) assert.equal(output, null);
    else assert.equal(Buffer.from(output ?? []).toString('base64'), vector.expect.outputBase64);
  });

for (const { types, header, expect } of [
  { types: ['image/png', '*/test'], header: 'image/png', expect: true },
  { types: ['image/png', '*/test'], header: 'IMAGE/PNG; q=0.5, text/html', expect: true },
  { types: ['image/png', '*/test'], header: 'image/jpg', expect: false },
  { types: ['image/png', '*/test'], header: 'image/*', expect: false },
  { types: ['image/png', '*/test'], header: undefined, expect: false },
  { types: ['image/png', '*/test'], header: 'random/test', expect: false },
  { types: ['image/png', '*/test'], header: 'image/webp,image/png,*/*;q=0.8', expect: false },
  { types: ['application/*'], header: 'application/whatever', expect: true },
  { types: ['application/*'], header: undefined, expect: true },
  { types: ['*/*'], header: 'anything', expect: true },
  { types: [], header: 'image/png', expect: false },
])
  test(`binary media types ${types.join(' ')}: ${header} is ${expect ? '' : 'not '}one`, () => {
    assert.equal(new BinaryMediaTypes(types).includes(header), expect);
  });
