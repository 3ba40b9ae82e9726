/**
 * HTTP APIs as their users meet them: the AWS SDK and CLI, and a real OpenID provider.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateAuthorizerCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  DeleteApiCommand,
  ExportApiCommand,
  GetApiCommand,
  GetRoutesCommand,
  ImportApiCommand,
  NotFoundException,
} from '@aws-sdk/client-apigatewayv2';
import { request } from 'undici';
import { awsCli, withoutAwsCli } from './aws-cli.ts';
import { startGateway, type TestGateway } from './gateway.ts';
import { startOidcProvider } from './oidc.ts';

const clientOf = ({ node }: TestGateway): ApiGatewayV2Client =>
  new ApiGatewayV2Client({
    endpoint: node.managementUrl,
    region: 'us-east-1',
    credentials: node.rootKey,
    maxAttempts: 1,
  });

/** Echoes method, path and query. */
async function echo(): Promise<{ url: string; server: Server } & AsyncDisposable> {
  const server = createServer((incoming, response) => {
    response.setHeader('content-type', 'application/json');
    response.setHeader('access-control-allow-origin', 'http://the-backend-says-so');
    response.end(
      JSON.stringify({ saw: `${incoming.method} ${incoming.url}`, cookie: incoming.headers.cookie ?? null }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

test('quick create, routes, a JWT authorizer against an OpenID provider, export, import and deletion by the SDK', {
  timeout: 60_000,
}, async () => {
  await using gateway = await startGateway();
  await using backend = await echo();
  await using provider = await startOidcProvider();
  const { issuer } = provider;
  const client = clientOf(gateway);
  const { ApiId = '' } = await client.send(
    new CreateApiCommand({ Name: 'pets', ProtocolType: 'HTTP', Target: `${backend.url}/base` }),
  );
  const call = async (path: string, headers: Record<string, string> = {}): Promise<[number, string, string]> => {
    const answer = await request(`${gateway.traffic}/_api/${ApiId}${path}`, { headers });
    return [answer.statusCode, await answer.body.text(), String(answer.headers['www-authenticate'] ?? '')];
  };
  assert.match((await call('/any/path?a=1'))[1], /"GET \/base\/any\/path\?a=1"/);

  const { IntegrationId } = await client.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'HTTP_PROXY',
      IntegrationMethod: 'GET',
      IntegrationUri: `${backend.url}/pets/{id}`,
      PayloadFormatVersion: '1.0',
    }),
  );
  const { AuthorizerId } = await client.send(
    new CreateAuthorizerCommand({
      ApiId,
      Name: 'oidc',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: issuer, Audience: ['https://pets.example'] },
    }),
  );
  const secured = { ApiId, Target: `integrations/${IntegrationId}`, AuthorizationType: 'JWT', AuthorizerId } as const;
  await client.send(
    new CreateRouteCommand({ ...secured, RouteKey: 'GET /pets/{id}', AuthorizationScopes: ['pets:read'] }),
  );
  const reader = { authorization: `Bearer ${await provider.token('https://pets.example', 'pets:read')}` };
  const writer = { authorization: `Bearer ${await provider.token('https://pets.example', 'pets:write')}` };
  assert.deepEqual(await call('/pets/7'), [401, '{"message":"Unauthorized"}', 'Bearer']);
  assert.match((await call('/pets/7', reader))[1], /"GET \/pets\/7"/);
  assert.equal((await call('/pets/7', writer))[0], 403);
  assert.equal((await call('/pets/7', { authorization: `${reader.authorization}x` }))[0], 401);

  const { body } = await client.send(
    new ExportApiCommand({ ApiId, OutputType: 'JSON', Specification: 'OAS30', IncludeExtensions: true }),
  );
  const document = Buffer.from(body ?? []).toString();
  assert.equal(JSON.parse(document).paths['/pets/{id}'].get.security[0].oidc[0], 'pets:read');
  const copy = await client.send(new ImportApiCommand({ Body: document }));
  const { Items = [] } = await client.send(new GetRoutesCommand({ ApiId: copy.ApiId }));
  assert.deepEqual(Items.map(({ RouteKey }) => RouteKey).sort(), ['$default', 'GET /pets/{id}']);
  await client.send(new DeleteApiCommand({ ApiId }));
  await assert.rejects(client.send(new GetApiCommand({ ApiId })), NotFoundException);
  assert.deepEqual((await call('/pets/7'))[0] >= 400, true);
  client.destroy();
});

test('the AWS CLI makes an HTTP API by quick create, sees it, and deletes it', {
  skip: withoutAwsCli,
  timeout: 60_000,
}, async () => {
  await using gateway = await startGateway();
  await using backend = await echo();
  const run = awsCli(gateway, 'apigatewayv2');
  const api = await run('create-api', '--name', 'cli', '--protocol-type', 'HTTP', '--target', backend.url);
  const id = String(api.ApiId);
  assert.equal((await request(`${gateway.traffic}/_api/${id}/x`)).statusCode, 200);
  const { Items } = await run('get-stages', '--api-id', id);
  assert.equal((Items as { StageName: string }[])[0]?.StageName, '$default');
  await run('update-api', '--api-id', id, '--cors-configuration', 'AllowOrigins=https://a.example,AllowMethods=GET');
  const preflight = await request(`${gateway.traffic}/_api/${id}/x`, {
    method: 'OPTIONS',
    headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' },
  });
  assert.deepEqual(
    [preflight.statusCode, preflight.headers['access-control-allow-origin']],
    [204, 'https://a.example'],
  );
  await run('delete-api', '--api-id', id);
  assert.equal((await request(`${gateway.traffic}/_api/${id}/x`)).statusCode >= 400, true);
});
