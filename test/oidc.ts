/** A real OpenID Connect provider for a test, and tokens of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface OidcProvider extends AsyncDisposable {
  readonly issuer: string;
  /** An access token for an audience, by client credentials. */
  token(audience: string, scope: string): Promise<string>;
}

export async function startOidcProvider(): Promise<OidcProvider> {
  const file = fileURLToPath(new URL('./oidc-process.mjs', import.meta.url));
  const child = spawn(process.execPath, [file], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // It warns of a provider without TLS.
    env: { ...process.env, NODE_ENV: 'test' },
  });
  const [line] = await once(child.stdout, 'data');
  const issuer = `http://127.0.0.1:${String(line).trim()}`;
  return {
    issuer,
    token: async (audience, scope) => {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from('app:secret').toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience, scope }),
      });
      const answer: unknown = await response.json();
      if (typeof answer !== 'object' || answer === null || !('access_token' in answer))
        throw new Error(`the provider answered ${response.status} ${JSON.stringify(answer)}`);
      return String(answer.access_token);
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(child, 'close');
      child.stdin.end();
      await closed;
    },
  };
}
