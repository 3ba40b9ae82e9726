import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryGateway } from './memory-gateway.ts';

const document = (title: string, path = '/pets') =>
  JSON.stringify({
    openapi: '3.0.1',
    info: { title, version: '1.0' },
    paths: {
      [path]: {
        get: {
          responses: { 200: { description: 'ok' } },
          'x-amazon-apigateway-integration': { type: 'mock', responses: { default: { statusCode: '200' } } },
        },
      },
    },
  });

test('an imported API is deployed, and exported as it was deployed', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { id: restApiId = '' } = await handlers.ImportRestApi({ body: Buffer.from(document('pets')) }, call());
  await handlers.CreateDeployment({ restApiId, stageName: 'dev' }, call());
  await handlers.PutRestApi({ restApiId, mode: 'overwrite', body: document('toys', '/toys') }, call());
  const stage = { restApiId, stageName: 'dev', exportType: 'oas30' };
  const exported = await handlers.GetExport({ ...stage, parameters: { extensions: 'apigateway' } }, call());
  assert.equal(exported.contentType, 'application/octet-stream');
  assert.equal(exported.contentDisposition, 'attachment; filename="oas30_1.0.json"');
  const { info, paths } = JSON.parse(Buffer.from(exported.body ?? '').toString());
  assert.equal(info.title, 'pets');
  assert.deepEqual(Object.keys(paths), ['/pets']);
  assert.equal(paths['/pets'].get['x-amazon-apigateway-integration'].type, 'mock');
  const yaml = await handlers.GetExport({ ...stage, exportType: 'swagger', accepts: 'application/yaml' }, call());
  assert.match(Buffer.from(yaml.body ?? '').toString(), /^swagger: "2.0"$/m);
});

test('a document is put to an API on top of what it has, or in its place', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { id: restApiId = '' } = await handlers.ImportRestApi({ body: document('pets') }, call());
  const paths = async () =>
    (await handlers.GetResources({ restApiId }, call())).items?.map(({ path }) => path).toSorted();
  await handlers.PutRestApi({ restApiId, body: document('toys', '/toys') }, call());
  assert.deepEqual(await paths(), ['/', '/pets', '/toys'], 'merged unless told otherwise');
  await handlers.PutRestApi({ restApiId, mode: 'overwrite', body: document('toys', '/toys') }, call());
  assert.deepEqual(await paths(), ['/', '/toys']);
});

for (const { when, attempt, code, message } of [
  {
    when: 'the document of an unknown API is none',
    attempt: ({ handlers, call }) => handlers.PutRestApi({ restApiId: 'x', body: '{' }, call()),
    code: 'BadRequestException',
    message: 'Invalid OpenAPI input.',
  },
  {
    when: 'the API is unknown',
    attempt: ({ handlers, call }) => handlers.PutRestApi({ restApiId: 'x', body: document('a') }, call()),
    code: 'NotFoundException',
    message: 'Invalid API identifier specified 000000000000:x',
  },
  {
    when: 'nothing was sent',
    attempt: ({ handlers, call }) => handlers.ImportRestApi({ body: new Uint8Array() }, call()),
    code: 'BadRequestException',
    message: /^Invalid OpenAPI input\./,
  },
  {
    when: 'the stage is unknown',
    attempt: async ({ handlers, call, mockApi }) =>
      handlers.GetExport({ restApiId: await mockApi(), stageName: 'x', exportType: 'oas30' }, call()),
    code: 'NotFoundException',
    message: 'Invalid stage identifier specified',
  },
  {
    when: 'the kind of export is unknown',
    attempt: async ({ handlers, call, mockApi }) => {
      const restApiId = await mockApi();
      await handlers.CreateDeployment({ restApiId, stageName: 'dev' }, call());
      return handlers.GetExport({ restApiId, stageName: 'dev', exportType: 'constructor' }, call());
    },
    code: 'BadRequestException',
    message: "No API exporter for type 'constructor'",
  },
  {
    when: 'an export is wanted of an API that is unknown',
    attempt: ({ handlers, call }) =>
      handlers.GetExport({ restApiId: 'x', stageName: 'dev', exportType: 'oas30' }, call()),
    code: 'NotFoundException',
    message: 'Invalid stage identifier specified',
  },
] satisfies {
  when: string;
  attempt: (gateway: ReturnType<typeof memoryGateway>) => unknown;
  code: string;
  message: string | RegExp;
}[])
  test(`import and export are refused when ${when}`, async () => {
    await using gateway = memoryGateway();
    await assert.rejects(async () => attempt(gateway), { code, message });
  });
