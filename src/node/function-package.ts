/** Deployment packages that lie in S3. Source: Amazon S3 API Reference, GetObject. */
import { invalidParameter } from '../definition/functions/refusals.ts';
import type { SignedCalls } from '../integrations/signed-calls.ts';
import type { ObjectPlace } from '../management/lambda/dependencies.ts';
import { callService, type ServiceAnswer } from './service-call.ts';

/** Bytes of an archive; what it unpacks to has a bound of its own. */
const archiveBytesMax = 262_144_000;
const timeoutMs = 300_000;

/** @throws InvalidParameterValueException that says what S3 said */
export async function fetchPackage(
  { bucket, key, version }: ObjectPlace,
  { accountId, region }: { readonly accountId: string; readonly region: string },
  calls: SignedCalls,
): Promise<Uint8Array> {
  const path = `/${[bucket, ...key.split('/')].map(encoded).join('/')}`;
  const target = version === undefined ? path : `${path}?versionId=${encoded(version)}`;
  let answer: ServiceAnswer;
  try {
    const call = { service: 's3', region, accountId, method: 'GET', target, timeoutMs } as const;
    answer = await callService(calls, call, archiveBytesMax);
  } catch (error) {
    if (error instanceof RangeError)
      throw invalidParameter(`Unzipped size must be smaller than ${archiveBytesMax} bytes`);
    throw failure('ServiceUnavailable', error instanceof Error ? error.message : String(error));
  }
  const { status, body } = answer;
  if (status === 200) return body;
  const text = body.toString('utf8', 0, 16_384);
  const code = /<Code>([^<]{1,200})<\/Code>/.exec(text)?.[1] ?? String(status);
  throw failure(code, /<Message>([^<]{1,1000})<\/Message>/.exec(text)?.[1] ?? 'S3 gave no reason');
}

const failure = (code: string, message: string): Error =>
  invalidParameter(`Error occurred while GetObject. S3 Error Code: ${code}. S3 Error Message: ${message}`);

const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
