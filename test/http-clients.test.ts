/** HTTP APIs end to end: made with the AWS SDK, served by the workers, called with tokens of a real provider. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateAuthorizerCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  DeleteApiCommand,
  GetStageCommand,
  UpdateApiCommand,
  UpdateRouteCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { startGateway, type TestGateway } from './gateway.ts';
import { startOidcProvider } from './oidc.ts';
import { Backend } from './running-gate.ts';

const clientOf = ({ node: { managementUrl, rootKey } }: TestGateway): ApiGatewayV2Client =>
  new ApiGatewayV2Client({ endpoint: managementUrl, region: 'us-east-1', credentials: rootKey, maxAttempts: 1 });

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** By the host of the API, as clients do. */
function call(
  { node }: TestGateway,
  apiId: string,
  path: string,
  {
    method = 'GET',
    headers = {},
  }: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: node.trafficPort,
        path,
        method,
        agent: false,
        headers: { host: `${apiId}.execute-api.localhost`, ...headers },
      },
      async (response) => {
        const pieces: Buffer[] = [];
        for await (const piece of response) pieces.push(piece);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(pieces).toString(),
        });
      },
    );
    sent.on('error', reject).end();
  });
}

test('quick create, tokens of a real provider, CORS, live changes', { timeout: 60_000 }, async () => {
  await using provider = await startOidcProvider();
  await using backend = await Backend.echo();
  await using gateway = await startGateway({ workers: '2' });
  const client = clientOf(gateway);
  const { ApiId = '' } = await client.send(
    new CreateApiCommand({ Name: 'quick', ProtocolType: 'HTTP', Target: `${backend.url}/all` }),
  );
  assert.equal(JSON.parse((await call(gateway, ApiId, '/any/path?q=1')).text).target, '/all/any/path?q=1');

  const { AuthorizerId = '' } = await client.send(
    new CreateAuthorizerCommand({
      ApiId,
      Name: 'provider',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: provider.issuer, Audience: ['urn:pets'] },
    }),
  );
  const { IntegrationId } = await client.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'HTTP_PROXY',
      IntegrationMethod: 'ANY',
      IntegrationUri: `${backend.url}/pets/{id}`,
      PayloadFormatVersion: '1.0',
    }),
  );
  const { RouteId = '' } = await client.send(
    new CreateRouteCommand({
      ApiId,
      RouteKey: 'GET /pets/{id}',
      Target: `integrations/${IntegrationId}`,
      AuthorizationType: 'JWT',
      AuthorizerId,
      AuthorizationScopes: ['pets:read'],
    }),
  );
  const as = async (audience: string, scope: string) => ({
    headers: { authorization: `Bearer ${await provider.token(audience, scope)}` },
  });
  assert.equal(
    JSON.parse((await call(gateway, ApiId, '/pets/7', await as('urn:pets', 'pets:read'))).text).target,
    '/pets/7',
  );
  assert.equal((await call(gateway, ApiId, '/pets/7', await as('urn:pets', 'pets:write'))).status, 403);
  const stranger = await call(gateway, ApiId, '/pets/7', await as('urn:cats', 'pets:read'));
  assert.equal(stranger.status, 401);
  assert.match(String(stranger.headers['www-authenticate']), /the token does not have a valid audience/);
  assert.equal((await call(gateway, ApiId, '/pets/7')).headers['www-authenticate'], 'Bearer');

  const origin = 'https://app.example.com';
  await client.send(
    new UpdateApiCommand({
      ApiId,
      CorsConfiguration: {
        AllowOrigins: [origin],
        AllowMethods: ['GET'],
        AllowHeaders: ['Authorization'],
        AllowCredentials: true,
      },
    }),
  );
  const preflight = await call(gateway, ApiId, '/pets/7', {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
  });
  assert.deepEqual([preflight.status, preflight.headers['access-control-allow-origin']], [204, origin]);

  await client.send(
    new UpdateStageCommand({
      ApiId,
      StageName: '$default',
      RouteSettings: { 'GET /pets/{id}': { ThrottlingRateLimit: 0, ThrottlingBurstLimit: 0 } },
    }),
  );
  assert.equal((await call(gateway, ApiId, '/pets/7', await as('urn:pets', 'pets:read'))).status, 429);
  await client.send(new UpdateRouteCommand({ ApiId, RouteId, AuthorizationType: 'NONE' }));
  await client.send(
    new UpdateStageCommand({
      ApiId,
      StageName: '$default',
      RouteSettings: { 'GET /pets/{id}': { ThrottlingRateLimit: 9_000, ThrottlingBurstLimit: 4_000 } },
    }),
  );
  assert.equal((await call(gateway, ApiId, '/pets/7')).status, 200);
  await client.send(new DeleteApiCommand({ ApiId }));
  assert.notEqual((await call(gateway, ApiId, '/pets/7')).status, 200);
  client.destroy();
});

test('what can not be served is said by the stage, and what was served goes on', { timeout: 60_000 }, async () => {
  await using backend = await Backend.echo();
  await using gateway = await startGateway();
  const client = clientOf(gateway);
  const { ApiId = '' } = await client.send(
    new CreateApiCommand({ Name: 'quick', ProtocolType: 'HTTP', Target: backend.url }),
  );
  const { IntegrationId } = await client.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'HTTP_PROXY',
      IntegrationMethod: 'GET',
      IntegrationUri: 'http://[broken',
      PayloadFormatVersion: '1.0',
    }),
  );
  await client.send(
    new CreateRouteCommand({ ApiId, RouteKey: 'GET /broken', Target: `integrations/${IntegrationId}` }),
  );
  const stage = await client.send(new GetStageCommand({ ApiId, StageName: '$default' }));
  assert.match(stage.LastDeploymentStatusMessage ?? '', /GET \/broken: integrationUri/);
  assert.equal((await call(gateway, ApiId, '/broken')).status, 200, 'the $default route still takes it');
  client.destroy();
});
