/** Signed calls of the REST API management service, as the AWS CLI makes them. */
import { createHash } from 'node:crypto';
import { errors, request } from 'undici';
import { signRequest } from '../access/sigv4.ts';
import { Failure } from './command.ts';
import type { Installation } from './installation.ts';

/** A refusal by the management API: AWS's code and text. */
export class CallFailure extends Failure {
  readonly code: string;
  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

export interface RunningGateway {
  readonly version: string;
  readonly trafficPort: number;
  readonly trafficTlsPort: number | null;
}

export class ManagementClient {
  readonly #installation: Installation;
  readonly #answerMs: number;

  /** @param answerMs how long an answer, and each piece of it, may take */
  constructor(installation: Installation, answerMs = 300_000) {
    this.#installation = installation;
    this.#answerMs = answerMs;
  }

  get region(): string {
    return this.#installation.settings.region;
  }

  /** What the running gateway says of itself. @throws Failure when none answers */
  async gateway(): Promise<RunningGateway> {
    const { body } = await this.#send('GET', '/health', {}, undefined, this.#answerMs);
    const { version, trafficPort, trafficTlsPort }: Record<string, unknown> = JSON.parse(body.toString());
    return {
      version: String(version),
      trafficPort: Number(trafficPort),
      trafficTlsPort: trafficTlsPort === null ? null : Number(trafficTlsPort),
    };
  }

  /** @param path with its query, percent-encoded @returns the parsed answer @throws CallFailure */
  async call(method: string, path: string, payload?: unknown): Promise<Record<string, unknown>> {
    const bytes = await this.bytes(method, path, payload);
    return bytes.length === 0 ? {} : JSON.parse(bytes.toString());
  }

  /** As `call`, for answers that are not JSON. Payloads that are bytes are sent as they are, others as JSON. */
  async bytes(method: string, path: string, payload?: unknown, accept = 'application/json'): Promise<Buffer> {
    return (await this.exchange(method, path, { payload, headers: { accept } })).body;
  }

  /** As `bytes`, for any service, with the headers of the answer. */
  async exchange(
    method: string,
    path: string,
    given: {
      readonly service?: string;
      readonly payload?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      /** In place of the usual limit; 0: however long it takes. */
      readonly answerMs?: number;
    } = {},
  ): Promise<{ readonly headers: Readonly<Record<string, string | undefined>>; readonly body: Buffer }> {
    const { payload, service = 'apigateway', answerMs = this.#answerMs } = given;
    const body =
      payload === undefined || payload instanceof Uint8Array ? payload : Buffer.from(JSON.stringify(payload), 'utf8');
    const { endpoint, key, settings } = this.#installation;
    const url = new URL(endpoint + path);
    const headers = signRequest({
      method,
      path: url.pathname,
      query: url.search.slice(1),
      headers: { host: url.host, ...given.headers, ...(body && { 'content-type': 'application/json' }) },
      payloadHash: createHash('sha256')
        .update(body ?? '')
        .digest('hex'),
      service,
      region: settings.region,
      credentials: key,
      nowMs: Date.now(),
    });
    const answer = await this.#send(method, path, headers, body, answerMs);
    if (answer.status >= 400) throw callFailureOf(answer);
    return answer;
  }

  async #send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: Uint8Array | undefined,
    answerMs: number,
  ) {
    const { endpoint } = this.#installation;
    try {
      const answer = await request(endpoint + path, {
        method: method as 'GET',
        headers,
        body: body ?? null,
        headersTimeout: answerMs,
        bodyTimeout: answerMs,
      });
      return {
        status: answer.statusCode,
        headers: Object.fromEntries(
          Object.entries(answer.headers).map(([name, value]) => [name, [value].flat().join()]),
        ),
        body: Buffer.from(await answer.body.arrayBuffer()),
      };
    } catch (error) {
      if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError)
        throw new Failure(`the gateway at ${endpoint} has not answered ${method} ${path} within ${answerMs / 1000} s`);
      throw new Failure(
        `no gateway answers at ${endpoint} (${error instanceof Error ? error.message : String(error)}). Start one with: gatewright start`,
      );
    }
  }
}

function callFailureOf(answer: {
  status: number;
  headers: Readonly<Record<string, string | undefined>>;
  body: Buffer;
}): CallFailure {
  const { status, headers, body } = answer;
  const errorType = headers['x-amzn-errortype'] ?? '';
  try {
    const { message, Message }: Record<string, unknown> = JSON.parse(body.toString());
    return new CallFailure(errorType.split(':')[0] || `HTTP ${status}`, String(message ?? Message));
  } catch {
    return new CallFailure(errorType || `HTTP ${status}`, body.toString().slice(0, 500));
  }
}
