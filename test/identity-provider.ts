/** An identity provider on a free port, for tests: its documents, and what may go wrong with them. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { signedToken, type TestKey } from '../src/access/jwt-fixture.ts';

export class IdentityProvider implements AsyncDisposable {
  keys: readonly TestKey[];
  /** Paths that were asked for, oldest first. */
  readonly asked: string[] = [];
  /** Answers in its place; returns false to let it answer itself. */
  fault: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  readonly #server = createServer((request, response) => this.#answer(request, response));

  private constructor(keys: readonly TestKey[]) {
    this.keys = keys;
  }

  static async start(...keys: readonly TestKey[]): Promise<IdentityProvider> {
    const provider = new IdentityProvider(keys);
    provider.#server.listen(0, '127.0.0.1');
    await once(provider.#server, 'listening');
    return provider;
  }

  get issuer(): string {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? `http://127.0.0.1:${address.port}` : '';
  }

  /** A token of this provider that is good for ten minutes, unless the claims say otherwise. */
  token(claims: Readonly<Record<string, unknown>> = {}, key = this.keys[0], header = {}): string {
    if (key === undefined) throw new Error('the provider has no key');
    const now = Math.floor(Date.now() / 1000);
    return signedToken(key, { iss: this.issuer, aud: 'api', sub: 'ann', iat: now, exp: now + 600, ...claims }, header);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.asked.push(request.url ?? '');
    if (this.fault?.(request, response) === true) return;
    const found = request.url === '/.well-known/openid-configuration' || request.url === '/jwks';
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(
        request.url === '/jwks'
          ? { keys: this.keys.map(({ jwk }) => jwk) }
          : { issuer: this.issuer, jwks_uri: `${this.issuer}/jwks` },
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
