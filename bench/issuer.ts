/** An issuer of tokens, as an HTTP API's JWT authorizer sees it: its discovery document and its keys. */
import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { freePort } from './processes.ts';

export interface Issuer extends AsyncDisposable {
  /** `iss` */
  readonly url: string;
  /** Signed with RS256, good for an hour. */
  token(audience: string): string;
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export async function startIssuer(): Promise<Issuer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const documents: Readonly<Record<string, unknown>> = {
    '/.well-known/openid-configuration': { issuer: url, jwks_uri: `${url}/keys` },
    '/keys': { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'RS256', use: 'sig' }] },
  };
  const server = createServer((request, response) => {
    const document = Object.hasOwn(documents, request.url ?? '') ? documents[request.url ?? ''] : undefined;
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url,
    token: (audience) => {
      const seconds = Math.floor(Date.now() / 1000);
      const header = encoded({ alg: 'RS256', typ: 'JWT', kid: 'bench' });
      const claims = {
        iss: url,
        sub: 'ann',
        aud: audience,
        iat: seconds,
        exp: seconds + 3600,
        scope: 'pets:read pets:write',
      };
      const signed = `${header}.${encoded(claims)}`;
      return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
