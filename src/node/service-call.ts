/** Calls of AWS services that the gateway makes on its own behalf: with its own keys, and the answer read to its end. */
import type { SignedCalls } from '../integrations/signed-calls.ts';

export interface ServiceCall {
  /** As in signatures and settings: `s3`, `sqs`, `sns`, `events`. */
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  readonly method: 'GET' | 'PUT' | 'POST';
  /** Path and query, percent-encoded. */
  readonly target: string;
  /** By lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs?: number;
}

export interface ServiceAnswer {
  readonly status: number;
  readonly body: Buffer;
}

const timeoutMsUsual = 30_000;

/** @throws BackendFailure when there are no keys or no answer; Error when the answer is longer than `bytesMax` */
export async function callService(calls: SignedCalls, call: ServiceCall, bytesMax: number): Promise<ServiceAnswer> {
  const sent = calls.send({
    name: call.service,
    service: call.service,
    region: call.region,
    accountId: call.accountId,
    roleArn: '',
    method: call.method,
    target: call.target,
    headers: call.headers ?? {},
    body: call.body === undefined ? null : Buffer.from(call.body),
    timeoutMs: call.timeoutMs ?? timeoutMsUsual,
  });
  try {
    const { status, body } = await sent.promise;
    if (body === null) return { status, body: Buffer.alloc(0) };
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of body instanceof Uint8Array ? [body] : body) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw new RangeError(`the answer has more than ${bytesMax} bytes`);
      chunks.push(chunk);
    }
    return { status, body: Buffer.concat(chunks, bytes) };
  } catch (error) {
    sent.abort();
    throw error instanceof RangeError ? error : calls.failureOf(error);
  }
}
