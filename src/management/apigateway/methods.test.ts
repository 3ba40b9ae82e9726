/** Answers about methods, integrations and their responses; where a row says so, they are AWS's recorded ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MemoryGateway, memoryGateway } from './memory-gateway.ts';

interface Place {
  readonly restApiId: string;
  readonly resourceId: string;
  readonly httpMethod: string;
}

/** `GET /` with a mock behind it and a 200 that is declared and mapped. */
async function mocked({ handlers, call, mockApi }: MemoryGateway): Promise<Place> {
  const restApiId = await mockApi();
  const { rootResourceId: resourceId = '' } = await handlers.GetRestApi({ restApiId }, call());
  const place = { restApiId, resourceId, httpMethod: 'GET' };
  await handlers.PutMethodResponse({ ...place, statusCode: '200' }, call());
  await handlers.PutIntegrationResponse({ ...place, statusCode: '200' }, call());
  return place;
}

test('a map that a patch empties is gone from a method response, one that was put empty stays', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const place = await mocked(gateway);
  const response = { ...place, statusCode: '201' };
  await handlers.PutMethodResponse(
    {
      ...response,
      responseModels: { 'application/json': 'Empty' },
      responseParameters: { 'method.response.header.x': false },
    },
    call(),
  );
  const emptied = await handlers.UpdateMethodResponse(
    {
      ...response,
      patchOperations: [
        { op: 'remove', path: '/responseModels/application~1json' },
        { op: 'remove', path: '/responseParameters/method.response.header.x' },
      ],
    },
    call(),
  );
  assert.deepEqual(emptied, { statusCode: '201' });
  const put = await handlers.PutMethodResponse(
    { ...place, statusCode: '202', responseModels: {}, responseParameters: {} },
    call(),
  );
  assert.deepEqual(put, { statusCode: '202', responseModels: {}, responseParameters: {} });
});

test('a template without text is shown as null, whether it was put empty or added without a value', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const place = await mocked(gateway);
  const empty = { 'application/json': '' };
  const integration = await handlers.PutIntegration({ ...place, type: 'MOCK', requestTemplates: empty }, call());
  assert.deepEqual(integration.requestTemplates, { 'application/json': null });
  const response = { ...place, statusCode: '200' };
  const put = await handlers.PutIntegrationResponse({ ...response, responseTemplates: empty }, call());
  assert.deepEqual(put.responseTemplates, { 'application/json': null });
  const added = await handlers.UpdateIntegration(
    { ...place, patchOperations: [{ op: 'add', path: '/requestTemplates/application~1xml' }] },
    call(),
  );
  assert.deepEqual(added.requestTemplates, { 'application/json': null, 'application/xml': null });
  const { methodIntegration } = await handlers.GetMethod(place, call());
  assert.deepEqual(methodIntegration?.integrationResponses?.['200']?.responseTemplates, { 'application/json': null });
});

for (const { when, change, message } of [
  {
    when: 'a method that is not there has no integration',
    change: { httpMethod: 'POST' },
    message: 'Invalid Integration identifier specified',
  },
  {
    when: 'nor has a method that does not exist',
    change: { httpMethod: 'WRONG' },
    message: 'Invalid Integration identifier specified',
  },
  { when: 'an unknown resource', change: { resourceId: 'none' }, message: 'Invalid Resource identifier specified' },
  { when: 'an unknown API', change: { restApiId: 'none' }, message: 'Invalid Resource identifier specified' },
  { when: 'an undefined status', change: { statusCode: '404' }, message: 'Invalid Response status code specified' },
])
  test(`DeleteIntegrationResponse: ${when}`, async () => {
    await using gateway = memoryGateway();
    const place = await mocked(gateway);
    await assert.rejects(
      async () =>
        gateway.handlers.DeleteIntegrationResponse({ ...place, statusCode: '200', ...change }, gateway.call()),
      { code: 'NotFoundException', message },
    );
  });

for (const [path, message] of [
  ['/pathPart', 'Root resource cannot update its pathPart.'],
  ['/parentId', 'Root resource cannot update its parentId.'],
] as const)
  test(`the root resource keeps its ${path.slice(1)}`, async () => {
    await using gateway = memoryGateway();
    const { handlers, call } = gateway;
    const { restApiId, resourceId } = await mocked(gateway);
    const { id: value = '' } = await handlers.CreateResource(
      { restApiId, parentId: resourceId, pathPart: 'a' },
      call(),
    );
    await assert.rejects(
      async () =>
        handlers.UpdateResource({ restApiId, resourceId, patchOperations: [{ op: 'replace', path, value }] }, call()),
      { code: 'BadRequestException', message },
    );
  });

test('a patch path may do without the slash in front, as in an example of the AWS CLI', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const place = await mocked(gateway);
  await handlers.PutIntegration({ ...place, type: 'MOCK', requestTemplates: { 'application/json': 'a' } }, call());
  const { requestTemplates } = await handlers.UpdateIntegration(
    { ...place, patchOperations: [{ op: 'replace', path: 'requestTemplates/application~1json', value: 'b' }] },
    call(),
  );
  assert.deepEqual(requestTemplates, { 'application/json': 'b' });
});
