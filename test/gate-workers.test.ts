/** Gate workers in a whole gateway: deployments under load, a worker that dies. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateDeploymentCommand,
  ImportRestApiCommand,
  PutRestApiCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import { request } from 'undici';
import { startGateway, type TestGateway } from './gateway.ts';

/** An API whose answer carries its version twice: in a header and in the body. */
const documentOf = (version: number): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({
      openapi: '3.0.1',
      info: { title: 'versions', version: String(version) },
      paths: {
        '/': {
          get: {
            responses: { 200: { description: 'ok', headers: { 'x-version': { schema: { type: 'string' } } } } },
            'x-amazon-apigateway-integration': {
              type: 'mock',
              requestTemplates: { 'application/json': '{"statusCode": 200}' },
              responses: {
                default: {
                  statusCode: '200',
                  responseParameters: { 'method.response.header.x-version': `'${version}'` },
                  responseTemplates: { 'application/json': String(version) },
                },
              },
            },
          },
        },
      },
    }),
  );

async function deployed({ client }: TestGateway): Promise<string> {
  const { id: restApiId = '' } = await client.send(new ImportRestApiCommand({ body: documentOf(0) }));
  await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' }));
  return restApiId;
}

test('50 deployments under load: no request fails, no answer mixes two of them, each is live when its call returns', {
  timeout: 120_000,
}, async () => {
  await using gateway = await startGateway({ workers: '2' });
  const restApiId = await deployed(gateway);
  const call = async (): Promise<number> => {
    const answer = await request(`${gateway.traffic}/_api/${restApiId}/prod/`);
    const body = await answer.body.text();
    assert.deepEqual([answer.statusCode, answer.headers['x-version']], [200, body]);
    return Number(body);
  };
  let going = true;
  let calls = 0;
  const load = Array.from({ length: 8 }, async () => {
    while (going) {
      await call();
      calls++;
    }
  });
  for (let version = 1; version <= 50; version++) {
    await gateway.client.send(new PutRestApiCommand({ restApiId, mode: 'overwrite', body: documentOf(version) }));
    assert.ok((await call()) < version, 'a definition is not live before it is deployed');
    await gateway.client.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' }));
    assert.equal(await call(), version);
  }
  going = false;
  await Promise.all(load);
  assert.ok(calls > 50, `${calls} calls`);
});

test('a stage that points back at an old deployment answers by it', async () => {
  await using gateway = await startGateway();
  const { client } = gateway;
  const restApiId = await deployed(gateway);
  const { id: second } = await client.send(new CreateDeploymentCommand({ restApiId }));
  await client.send(new PutRestApiCommand({ restApiId, mode: 'overwrite', body: documentOf(7) }));
  const { id: third } = await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' }));
  const seen: string[] = [];
  for (const value of [third, second, third]) {
    const patchOperations = [{ op: 'replace', path: '/deploymentId', value } as const];
    await client.send(new UpdateStageCommand({ restApiId, stageName: 'prod', patchOperations }));
    seen.push(await (await request(`${gateway.traffic}/_api/${restApiId}/prod/`)).body.text());
  }
  assert.deepEqual(seen, ['7', '0', '7']);
});

test('a worker that dies is replaced and serves what the others serve; they go on meanwhile', {
  timeout: 60_000,
}, async () => {
  await using gateway = await startGateway({ workers: '2' });
  const restApiId = await deployed(gateway);
  const { workers } = gateway.node;
  const call = async (): Promise<number> => {
    // A connection of its own, so that the kernel chooses among those who listen now.
    const answer = await request(`${gateway.traffic}/_api/${restApiId}/prod/`, { headers: { connection: 'close' } });
    await answer.body.dump();
    return answer.statusCode;
  };
  for (const index of [0, 1]) {
    await workers.kill(index);
    assert.equal(workers.listening, 1);
    for (let calls = 0; calls < 20; calls++) assert.equal(await call(), 200);
    while (workers.listening < 2) await new Promise((resolve) => setImmediate(resolve));
    for (let calls = 0; calls < 20; calls++) assert.equal(await call(), 200);
  }
});
