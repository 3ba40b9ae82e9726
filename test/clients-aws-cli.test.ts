/** The AWS CLI, unmodified, walks a REST API from import to deletion. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { request } from 'undici';
import { awsCli, withoutAwsCli } from './aws-cli.ts';
import { startGateway } from './gateway.ts';

test('the AWS CLI imports, changes, deploys, calls, exports and deletes a REST API', {
  skip: withoutAwsCli,
  timeout: 120_000,
}, async () => {
  await using gateway = await startGateway();
  const directory = await mkdtemp(join(tmpdir(), 'gatewright-cli-'));
  const backend = createServer((incoming, response) => response.end(JSON.stringify({ url: incoming.url })));
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const backendUrl = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  const run = awsCli(gateway, 'apigateway', { HOME: directory });
  try {
    const document = join(directory, 'petstore.yaml');
    await writeFile(
      document,
      `openapi: 3.0.1
info: { title: PetStore, version: '1' }
paths:
  /pets/{petId}:
    get:
      responses: { '200': { description: a pet } }
      x-amazon-apigateway-integration:
        type: http_proxy
        httpMethod: GET
        uri: ${backendUrl}/pets/{petId}
        requestParameters: { integration.request.path.petId: method.request.path.petId }
`,
    );
    const api = await run('import-rest-api', '--body', `fileb://${document}`);
    assert.equal(api.name, 'PetStore');
    const id = ['--rest-api-id', String(api.id)];

    const { items } = await run('get-resources', ...id);
    assert.ok(Array.isArray(items));
    assert.deepEqual(
      items.map(({ path }) => path),
      ['/', '/pets', '/pets/{petId}'],
    );
    const pets = ['--resource-id', String(items[1].id), '--http-method', 'GET'];
    await run('put-method', ...id, ...pets, '--authorization-type', 'NONE');
    await run(
      ...['put-integration', ...id, ...pets, '--type', 'MOCK'],
      ...['--request-templates', '{"application/json": "{\\"statusCode\\": 200}"}'],
    );
    await run('put-method-response', ...id, ...pets, '--status-code', '200');
    await run(
      ...['put-integration-response', ...id, ...pets, '--status-code', '200'],
      ...['--response-templates', '{"application/json": "{\\"colour\\": \\"$stageVariables.colour\\"}"}'],
    );
    await run('create-deployment', ...id, '--stage-name', 'prod', '--variables', 'colour=red');

    const byPath = (path: string) => `${gateway.traffic}/_api/${api.id}/prod${path}`;
    assert.deepEqual(await jsonOf(byPath('/pets')), { colour: 'red' });
    assert.deepEqual(await jsonOf(byPath('/pets/7')), { url: '/pets/7' });
    await run(
      ...['update-stage', ...id, '--stage-name', 'prod'],
      ...['--patch-operations', 'op=replace,path=/variables/colour,value=blue'],
    );
    assert.deepEqual(await jsonOf(byPath('/pets')), { colour: 'blue' });
    const host = `${api.id}.execute-api.us-east-1.amazonaws.com`;
    assert.deepEqual(await jsonOf(`${gateway.traffic}/prod/pets/8`, { host }), { url: '/pets/8' });

    const exported = join(directory, 'exported.json');
    await run(
      ...['get-export', ...id, '--stage-name', 'prod', '--export-type', 'oas30'],
      ...['--parameters', 'extensions=apigateway', exported],
    );
    const text = JSON.parse(await readFile(exported, 'utf8'));
    assert.equal(text.paths['/pets/{petId}'].get['x-amazon-apigateway-integration'].type, 'http_proxy');

    await run('delete-rest-api', ...id);
    assert.equal((await request(byPath('/pets'))).statusCode, 403);
    await assert.rejects(
      run('get-rest-api', ...id),
      /NotFoundException.*Invalid API identifier specified 000000000000:/s,
    );
  } finally {
    backend.close();
    await rm(directory, { recursive: true, force: true });
  }
});

async function jsonOf(url: string, headers: Record<string, string> = {}): Promise<unknown> {
  const answer = await request(url, { headers });
  return answer.body.json();
}
