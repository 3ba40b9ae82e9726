/**
 * Calls of AWS services that the gateway makes on its own behalf: packages from S3, destinations of events. They go to
 * the endpoint that is configured for the service, else to AWS, signed with the credentials of the gateway's
 * environment; without any they go unsigned.
 */
import { createHash } from 'node:crypto';
import { signRequest } from '../access/sigv4.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SignedCallOptions {
  /** Service to the endpoint that stands in for it. */
  readonly services: Readonly<Record<string, string>>;
  readonly credentials: () => Credentials | undefined;
  readonly now: () => number;
}

export interface ServiceCall {
  /** Name in signatures and settings: `s3`, `sqs`, `sns`, `events`. */
  readonly service: string;
  readonly region: string;
  readonly method: 'GET' | 'PUT' | 'POST';
  /** Percent-encoded. */
  readonly path: string;
  readonly query?: string;
  /** By lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly timeoutMs?: number;
}

const timeoutMsUsual = 30_000;

/** The usual variables of AWS's tools. */
export function environmentCredentials(
  environment: Readonly<Record<string, string | undefined>>,
): Credentials | undefined {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return undefined;
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
  };
}

export const endpointOf = ({ services }: SignedCallOptions, service: string, region: string): string =>
  (Object.hasOwn(services, service) ? services[service] : undefined) ??
  `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

/** @throws when the endpoint cannot be reached in time; an answer of any status is an answer */
export async function callService(call: ServiceCall, options: SignedCallOptions): Promise<Response> {
  const { service, region, method, path, query = '', body } = call;
  const endpoint = new URL(endpointOf(options, service, region));
  const whole = `${endpoint.pathname.replace(/\/$/, '')}${path}`;
  const given: Record<string, string> = { host: endpoint.host, ...call.headers };
  const credentials = options.credentials();
  const headers =
    credentials === undefined
      ? given
      : signRequest({
          method,
          path: whole,
          query,
          headers: given,
          payloadHash: createHash('sha256')
            .update(body ?? '')
            .digest('hex'),
          service,
          region,
          credentials,
          nowMs: options.now(),
        });
  // fetch sets it itself, and to the same.
  const { host: _, ...sent } = headers;
  return fetch(`${endpoint.origin}${whole}${query === '' ? '' : `?${query}`}`, {
    method,
    headers: sent,
    ...(body !== undefined && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    signal: AbortSignal.timeout(call.timeoutMs ?? timeoutMsUsual),
    redirect: 'error',
  });
}
