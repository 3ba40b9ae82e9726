/** Deployment packages that lie in S3. Source: Amazon S3 API Reference, GetObject. */
import { invalidParameter } from '../definition/functions/refusals.ts';
import type { ObjectPlace } from '../management/lambda/dependencies.ts';
import { callService, type SignedCallOptions } from './signed-call.ts';

/** Bytes of an archive; what it unpacks to has a bound of its own. */
const archiveBytesMax = 262_144_000;
const timeoutMs = 300_000;

/** @throws InvalidParameterValueException that says what S3 said */
export async function fetchPackage(
  { bucket, key, version }: ObjectPlace,
  region: string,
  options: SignedCallOptions,
): Promise<Uint8Array> {
  const path = `/${[bucket, ...key.split('/')].map(encoded).join('/')}`;
  const query = version === undefined ? '' : `versionId=${encoded(version)}`;
  let response: Response;
  try {
    response = await callService({ service: 's3', region, method: 'GET', path, query, timeoutMs }, options);
  } catch (error) {
    throw failure('ServiceUnavailable', reasonOf(error));
  }
  if (!response.ok) {
    const text = (await response.text()).slice(0, 16_384);
    const code = /<Code>([^<]{1,200})<\/Code>/.exec(text)?.[1] ?? String(response.status);
    throw failure(code, /<Message>([^<]{1,1000})<\/Message>/.exec(text)?.[1] ?? response.statusText);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > archiveBytesMax) throw invalidParameter(`Unzipped size must be smaller than ${archiveBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

const failure = (code: string, message: string): Error =>
  invalidParameter(`Error occurred while GetObject. S3 Error Code: ${code}. S3 Error Message: ${message}`);

const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);

const reasonOf = (error: unknown): string => {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
};
