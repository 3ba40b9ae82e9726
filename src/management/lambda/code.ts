/**
 * Where code comes from when a function or layer is made: an archive in the call, an object in S3, or a directory of
 * this machine (`S3Bucket: "hot-reload"`, `S3Key`: its absolute path), whose edits take effect at the next invocation.
 */
import { isAbsolute } from 'node:path';
import type { CodeSource } from '../../definition/functions/function.ts';
import { unpackedBytesMax } from '../../definition/functions/layers.ts';
import { invalidParameter, notServed } from '../../definition/functions/refusals.ts';
import type { Call } from '../protocol/call.ts';
import { ArchiveError } from './archive.ts';
import type { HeldCode, LambdaDependencies } from './dependencies.ts';

export interface CodeInput {
  readonly ZipFile?: Uint8Array | undefined;
  readonly S3Bucket?: string | undefined;
  readonly S3Key?: string | undefined;
  readonly S3ObjectVersion?: string | undefined;
  readonly ImageUri?: string | undefined;
}

/** The bucket whose keys are directories. */
const directoryBucket = 'hot-reload';

/** @throws InvalidParameterValueException when there is no usable code; whoever gets it releases it */
export async function heldCode(
  { ZipFile, S3Bucket, S3Key, S3ObjectVersion, ImageUri }: CodeInput,
  call: Call,
  { code, fetchObject }: LambdaDependencies,
): Promise<HeldCode> {
  if (ImageUri !== undefined) throw notServed('Container images (ImageUri) are');
  if (ZipFile !== undefined) {
    if (S3Bucket !== undefined || S3Key !== undefined)
      throw invalidParameter('Please do not provide other FunctionCode parameters when providing a ZipFile.');
    return keep(ZipFile, code);
  }
  if (S3Bucket === undefined || S3Key === undefined)
    throw invalidParameter('Please provide a source for function code.');
  if (S3Bucket === directoryBucket) return directory(S3Key, code);
  const place = { bucket: S3Bucket, key: S3Key, ...(S3ObjectVersion !== undefined && { version: S3ObjectVersion }) };
  return keep(await fetchObject(place, call), code);
}

async function keep(archive: Uint8Array, code: LambdaDependencies['code']): Promise<HeldCode> {
  try {
    return await code.keep(archive);
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw invalidParameter(refusalOf(error));
  }
}

/** AWS's words, and the reason where they tell none. */
function refusalOf({ kind, message }: ArchiveError): string {
  switch (kind) {
    case 'empty':
      return 'Uploaded file must be a non-empty zip';
    case 'too large':
      return `Unzipped size must be smaller than ${unpackedBytesMax} bytes`;
    case 'broken':
      return `Could not unzip uploaded file. Please check your file, then try to upload again. (${message})`;
    default: {
      const never: never = kind;
      return never;
    }
  }
}

async function directory(path: string, code: LambdaDependencies['code']): Promise<HeldCode> {
  const source = isAbsolute(path) ? await code.directory(path) : undefined;
  if (source === undefined)
    throw invalidParameter(
      `There is no directory ${JSON.stringify(path)}: with S3Bucket "${directoryBucket}", S3Key is the absolute path of a directory on the gateway's machine.`,
    );
  return { code: source, release: () => {} };
}

/**
 * Code as a published version keeps it: what a directory holds now, because its edits belong to `$LATEST` alone.
 * @throws InvalidParameterValueException when that cannot be read or is too much; whoever gets it releases it
 */
export async function frozenCode(source: CodeSource, code: LambdaDependencies['code']): Promise<HeldCode> {
  if (source.kind === 'archive') return { code: source, release: () => {} };
  try {
    return await code.freeze(source.directory);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalidParameter(`The directory ${source.directory} cannot be published: ${reason}`);
  }
}
