/**
 * HTTP APIs as their users meet them: the AWS SDK and CLI, a real OpenID provider, a real browser.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
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
import { chromium } from 'playwright-core';
import { request } from 'undici';
import { startGateway, type TestGateway } from '../gateway.ts';

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
  const provider = spawn(process.execPath, ['test/alone/oidc-server.mjs'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const [line] = await once(provider.stdout, 'data');
    const issuer = String(line).trim();
    const tokenFor = async (scope: string): Promise<string> => {
      const answer = await request(`${issuer}/token`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `Basic ${Buffer.from('shop:shop-secret-of-a-test').toString('base64')}`,
        },
        body: `grant_type=client_credentials&scope=${encodeURIComponent(scope)}`,
      });
      const { access_token: token } = (await answer.body.json()) as { access_token: string };
      return token;
    };
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
        JwtConfiguration: { Issuer: issuer, Audience: ['pets'] },
      }),
    );
    const secured = { ApiId, Target: `integrations/${IntegrationId}`, AuthorizationType: 'JWT', AuthorizerId } as const;
    await client.send(
      new CreateRouteCommand({ ...secured, RouteKey: 'GET /pets/{id}', AuthorizationScopes: ['pets:read'] }),
    );
    const reader = { authorization: `Bearer ${await tokenFor('pets:read')}` };
    const writer = { authorization: `Bearer ${await tokenFor('pets:write')}` };
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
  } finally {
    provider.kill();
  }
});

const aws = '/usr/bin/aws';

test('the AWS CLI makes an HTTP API by quick create, sees it, and deletes it', {
  skip: existsSync(aws) ? false : 'Debian package awscli is not installed',
  timeout: 60_000,
}, async () => {
  await using gateway = await startGateway();
  await using backend = await echo();
  const { managementUrl, rootKey } = gateway.node;
  const run = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { stdout } = await promisify(execFile)(aws, ['--endpoint-url', managementUrl, 'apigatewayv2', ...args], {
      env: {
        PATH: process.env.PATH,
        AWS_ACCESS_KEY_ID: rootKey.accessKeyId,
        AWS_SECRET_ACCESS_KEY: rootKey.secretAccessKey,
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_PAGER: '',
      },
    });
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
  };
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

const browserPath = '/usr/bin/chromium';

test('a browser may call across origins exactly where CORS lets it, with credentials and a preflight', {
  skip: existsSync(browserPath) ? false : 'Debian package chromium is not installed',
  timeout: 120_000,
}, async () => {
  await using gateway = await startGateway();
  await using backend = await echo();
  const page = createServer((_incoming, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>page</title>');
  });
  page.listen(0, '127.0.0.1');
  await once(page, 'listening');
  const pagePort = (page.address() as AddressInfo).port;
  const origin = `http://localhost:${pagePort}`;
  const client = clientOf(gateway);
  const { ApiId = '' } = await client.send(
    new CreateApiCommand({
      Name: 'cors',
      ProtocolType: 'HTTP',
      Target: backend.url,
      CorsConfiguration: {
        AllowOrigins: [origin],
        AllowMethods: ['PUT'],
        AllowHeaders: ['x-wanted', 'content-type'],
        AllowCredentials: true,
        MaxAge: 60,
      },
    }),
  );
  client.destroy();
  const profile = await mkdtemp(join(tmpdir(), 'gatewright-browser-'));
  await writeFile(join(profile, '.keep'), '');
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: browserPath,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
    ],
  });
  try {
    const fetchFrom = async (from: string, method: string, headers: Record<string, string>): Promise<string> => {
      const tab = await browser.newPage();
      await tab.goto(from);
      const seen = await tab.evaluate(
        async ([url, wantedMethod, wantedHeaders]) => {
          try {
            const answer = await fetch(String(url), {
              method: String(wantedMethod),
              headers: JSON.parse(String(wantedHeaders)),
              credentials: 'include',
            });
            const { saw } = (await answer.json()) as { saw: string };
            return `${answer.status} ${saw}`;
          } catch (error) {
            return String(error);
          }
        },
        [`${gateway.traffic.replace('127.0.0.1', 'localhost')}/_api/${ApiId}/pets`, method, JSON.stringify(headers)],
      );
      await tab.close();
      return seen;
    };
    assert.equal(await fetchFrom(origin, 'PUT', { 'x-wanted': 'yes' }), '200 PUT /pets');
    const refused = 'TypeError: Failed to fetch';
    assert.equal(await fetchFrom(`http://127.0.0.1:${pagePort}`, 'PUT', { 'x-wanted': 'yes' }), refused);
    assert.equal(await fetchFrom(origin, 'DELETE', {}), refused);
    assert.equal(await fetchFrom(origin, 'PUT', { 'x-unwanted': 'yes' }), refused);
  } finally {
    await browser.close();
    page.closeAllConnections();
    page.close();
    await rm(profile, { recursive: true, force: true });
  }
});
