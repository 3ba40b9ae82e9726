/** The AWS SDK for JavaScript v3, unmodified, walks a REST API from import to deletion. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import {
  CreateDeploymentCommand,
  DeleteRestApiCommand,
  GetExportCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  ImportRestApiCommand,
  NotFoundException,
  PutIntegrationCommand,
  PutMethodCommand,
  paginateGetRestApis,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import { request } from 'undici';
import { clientOf, startGateway } from './gateway.ts';

const document = JSON.stringify({
  openapi: '3.0.1',
  info: { title: 'PetStore', version: '1' },
  paths: { '/pets': {} },
});

test('the SDK imports, changes, deploys, calls, exports and deletes a REST API', async () => {
  await using gateway = await startGateway();
  const { client } = gateway;
  const backend = createServer((incoming, response) => response.end(`${incoming.method} ${incoming.url}`));
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  try {
    const { id: restApiId } = await client.send(
      new ImportRestApiCommand({ body: new TextEncoder().encode(document), parameters: { basepath: 'ignore' } }),
    );
    const { items = [] } = await client.send(new GetResourcesCommand({ restApiId }));
    const resourceId = items.find(({ path }) => path === '/pets')?.id;
    const method = { restApiId, resourceId, httpMethod: 'GET' };
    await client.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
    const port = (backend.address() as AddressInfo).port;
    await client.send(
      new PutIntegrationCommand({
        ...method,
        type: 'HTTP_PROXY',
        integrationHttpMethod: 'POST',
        uri: `http://127.0.0.1:${port}/\${stageVariables.path}`,
      }),
    );
    await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod', variables: { path: 'a' } }));
    const call = async (): Promise<string> =>
      (await request(`${gateway.traffic}/_api/${restApiId}/prod/pets`)).body.text();
    assert.equal(await call(), 'POST /a');
    await client.send(
      new UpdateStageCommand({
        restApiId,
        stageName: 'prod',
        patchOperations: [{ op: 'replace', path: '/variables/path', value: 'b' }],
      }),
    );
    assert.equal(await call(), 'POST /b');
    const { body, contentType } = await client.send(
      new GetExportCommand({
        restApiId,
        stageName: 'prod',
        exportType: 'swagger',
        parameters: { extensions: 'apigateway' },
      }),
    );
    assert.equal(contentType, 'application/octet-stream');
    assert.equal(JSON.parse(Buffer.from(body ?? []).toString()).swagger, '2.0');
    await client.send(new DeleteRestApiCommand({ restApiId }));
    await assert.rejects(client.send(new GetRestApiCommand({ restApiId })), NotFoundException);
  } finally {
    backend.close();
  }
});

test('what was imported by one account and region is seen there only, page by page', async () => {
  await using gateway = await startGateway();
  for (let index = 0; index < 5; index++)
    await gateway.client.send(new ImportRestApiCommand({ body: new TextEncoder().encode(document) }));
  const pages: number[] = [];
  for await (const { items } of paginateGetRestApis({ client: gateway.client, pageSize: 2 }, { limit: 2 }))
    pages.push(items?.length ?? 0);
  assert.deepEqual(pages, [2, 2, 1]);
  const elsewhere = clientOf(gateway.node, 'eu-west-1');
  for await (const { items } of paginateGetRestApis({ client: elsewhere }, {})) assert.deepEqual(items, []);
  elsewhere.destroy();
});
