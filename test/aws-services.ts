/** An endpoint that AWS services are called at: checks signatures as they do and answers as it is told. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { SigningKeys, verifySignature } from '../src/access/sigv4.ts';

export const signingKey = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

export interface ReceivedCall {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** `us-east-1/dynamodb` of the signature's scope, or why it is none. */
  readonly signedFor: string;
}

export interface ServiceAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export class AwsServices implements AsyncDisposable {
  readonly calls: ReceivedCall[] = [];
  readonly #server;

  private constructor(answer: (call: ReceivedCall) => ServiceAnswer) {
    this.#server = createServer(async (received, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of received) pieces.push(piece);
      const bytes = Buffer.concat(pieces);
      const [path = '', query = ''] = splitOnce(received.url ?? '');
      const { method = '', headers } = received;
      const call = { method, path, query, headers, body: bytes.toString(), signedFor: await scopeOf(received, bytes) };
      this.calls.push(call);
      const { status = 200, headers: sent = {}, body = '{}' } = answer(call);
      response.writeHead(status, {
        'content-type': 'application/json',
        'x-amzn-requestid': 'service-request',
        ...sent,
      });
      response.end(body);
    });
  }

  static async start(answer: (call: ReceivedCall) => ServiceAnswer = () => ({})): Promise<AwsServices> {
    const services = new AwsServices(answer);
    services.#server.listen(0, '127.0.0.1');
    await once(services.#server, 'listening');
    return services;
  }

  get url(): string {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? `http://127.0.0.1:${address.port}` : '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function splitOnce(target: string): [string, string] {
  const at = target.indexOf('?');
  return at === -1 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
}

const keys = new SigningKeys();

async function scopeOf({ method = '', url = '', headers, rawHeaders }: IncomingMessage, body: Buffer): Promise<string> {
  const [path, query] = splitOnce(url);
  const service = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) flat[name] = String(value);
  const verified = await verifySignature(
    { method, path, query, headers: flat, rawHeaders },
    {
      credentialsOf: (id) => (id === signingKey.accessKeyId ? signingKey : undefined),
      payloadHash: () => createHash('sha256').update(body).digest('hex'),
      service,
      nowMs: Date.now(),
      windowMs: 300_000,
      presigned: 'window',
      uri: service === 's3' ? 'as sent' : 'normalized',
      keys,
    },
  );
  return verified.kind === 'verified' ? `${verified.scope.region}/${verified.scope.service}` : verified.kind;
}
