import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestAuthorization } from './dependencies.ts';
import { memoryGateway } from './memory-gateway.ts';

test('an API belongs to its account and region: nobody else sees, changes or deletes it', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const restApiId = await gateway.mockApi();
  for (const stranger of [{ accountId: '111111111111' }, { region: 'eu-west-1' }]) {
    const caller = () => call(stranger);
    const { accountId } = caller();
    const refusal = {
      code: 'NotFoundException',
      message: `Invalid API identifier specified ${accountId}:${restApiId}`,
    };
    assert.deepEqual((await handlers.GetRestApis({}, caller())).items, []);
    await assert.rejects(async () => handlers.GetRestApi({ restApiId }, caller()), refusal);
    await assert.rejects(async () => handlers.UpdateRestApi({ restApiId }, caller()), refusal);
    await assert.rejects(async () => handlers.DeleteRestApi({ restApiId }, caller()), refusal);
    await assert.rejects(async () => handlers.CreateRestApi({ name: 'b', cloneFrom: restApiId }, caller()), refusal);
  }
});

test('tags are told always by a get and an update, by a create and a list only when there are any', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { id: restApiId = '', ...created } = await handlers.CreateRestApi({ name: 'a' }, call());
  assert.ok(!('tags' in created));
  assert.deepEqual((await handlers.GetRestApi({ restApiId }, call())).tags, {});
  assert.deepEqual((await handlers.UpdateRestApi({ restApiId }, call())).tags, {});
  const tagged = await handlers.CreateRestApi({ name: 'b', tags: { team: 'x' } }, call());
  assert.deepEqual(tagged.tags, { team: 'x' });
  const { items = [] } = await handlers.GetRestApis({}, call());
  assert.deepEqual(
    items.map(({ name, tags }) => ({ name, tags })),
    [
      { name: 'a', tags: undefined },
      { name: 'b', tags: { team: 'x' } },
    ],
  );
});

test('a deleted API takes its deployments, its stages and its places in usage plans along', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const restApiId = await gateway.mockApi();
  await handlers.CreateDeployment({ restApiId, stageName: 'dev' }, call());
  const plan = await handlers.CreateUsagePlan({ name: 'p', apiStages: [{ apiId: restApiId, stage: 'dev' }] }, call());
  await handlers.DeleteRestApi({ restApiId }, call());
  assert.deepEqual((await handlers.GetUsagePlan({ usagePlanId: plan.id ?? '' }, call())).apiStages, []);
  await assert.rejects(async () => handlers.GetStages({ restApiId }, call()), { code: 'NotFoundException' });
});

test('resources show their methods as empty objects, or whole when they are embedded', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const restApiId = await gateway.mockApi();
  const [bare] = (await handlers.GetResources({ restApiId }, call())).items ?? [];
  assert.deepEqual(bare?.resourceMethods, { GET: {} });
  const [whole] = (await handlers.GetResources({ restApiId, embed: ['methods'] }, call())).items ?? [];
  assert.equal(whole?.resourceMethods?.GET?.methodIntegration?.type, 'MOCK');
});

test('a clone answers like its source and is an API of its own', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const cloneFrom = await gateway.mockApi();
  const clone = await handlers.CreateRestApi({ name: 'copy', cloneFrom }, call());
  const [root] = (await handlers.GetResources({ restApiId: clone.id ?? '' }, call())).items ?? [];
  assert.deepEqual(root, { id: clone.rootResourceId, path: '/', resourceMethods: { GET: {} } });
  await handlers.DeleteRestApi({ restApiId: cloneFrom }, call());
  assert.equal((await handlers.GetRestApi({ restApiId: clone.id ?? '' }, call())).name, 'copy');
});

test('a template is drawn from a model; a model that is no JSON has none', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const restApiId = await gateway.mockApi();
  const schema = '{"type":"object","properties":{"name":{"type":"string"}}}';
  await handlers.CreateModel({ restApiId, name: 'Pet', contentType: 'application/json', schema }, call());
  const { value = '' } = await handlers.GetModelTemplate({ restApiId, modelName: 'Pet' }, call());
  assert.match(value, /^#set\(\$inputRoot = \$input\.path\('\$'\)\)\n\{.*"name" : "foo"/s);
  await handlers.CreateModel({ restApiId, name: 'Page', contentType: 'text/html', schema: '<html/>' }, call());
  await assert.rejects(async () => handlers.GetModelTemplate({ restApiId, modelName: 'Page' }, call()), {
    code: 'BadRequestException',
  });
});

test('an authorizer is tested with the request that the caller describes', async () => {
  const seen: TestAuthorization[] = [];
  await using gateway = memoryGateway({
    testInvokeAuthorizer: async (authorization) => {
      seen.push(authorization);
      return { clientStatus: 200, log: 'l', latency: 3, principalId: 'me' };
    },
  });
  const { handlers, call } = gateway;
  const restApiId = await gateway.mockApi();
  const { id: authorizerId = '' } = await handlers.CreateAuthorizer(
    {
      restApiId,
      name: 'guard',
      type: 'TOKEN',
      authorizerUri: 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn/invocations',
    },
    call(),
  );
  const headers = { Authorization: 'secret' };
  const answer = await handlers.TestInvokeAuthorizer({ restApiId, authorizerId, headers }, call());
  assert.deepEqual(answer, { clientStatus: 200, log: 'l', latency: 3, principalId: 'me' });
  assert.equal(seen[0]?.authorizer.name, 'guard');
  assert.deepEqual(seen[0]?.headers, headers);
  await assert.rejects(async () => handlers.TestInvokeAuthorizer({ restApiId, authorizerId: 'nobody' }, call()), {
    message: 'Invalid Authorizer identifier specified',
  });
});

test('a documentation version may be given to a stage as it is made', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const restApiId = await gateway.mockApi();
  await handlers.CreateDeployment({ restApiId, stageName: 'dev' }, call());
  const version = { restApiId, documentationVersion: '1', stageName: 'dev' };
  const { createdDate } = await handlers.CreateDocumentationVersion(version, call());
  assert.ok(createdDate instanceof Date);
  assert.equal((await handlers.GetStage({ restApiId, stageName: 'dev' }, call())).documentationVersion, '1');
  await assert.rejects(
    async () => handlers.CreateDocumentationVersion({ ...version, documentationVersion: '2', stageName: 'x' }, call()),
    { code: 'NotFoundException' },
  );
  assert.equal((await handlers.GetDocumentationVersions({ restApiId }, call())).items?.length, 1, 'all or nothing');
});

test('documentation is listed by type, path and name, and where it is missing', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const restApiId = await gateway.mockApi();
  for (const location of [
    { type: 'API' as const },
    { type: 'METHOD' as const, path: '/', method: 'GET' },
    { type: 'MODEL' as const, name: 'Empty' },
  ])
    await handlers.CreateDocumentationPart({ restApiId, location, properties: '{}' }, call());
  const types = async (input: {
    type?: 'METHOD';
    path?: string;
    nameQuery?: string;
    locationStatus?: 'UNDOCUMENTED';
  }) =>
    ((await handlers.GetDocumentationParts({ restApiId, ...input }, call())).items ?? []).map(
      ({ location }) => location?.type,
    );
  assert.deepEqual(await types({}), ['API', 'METHOD', 'MODEL']);
  assert.deepEqual(await types({ type: 'METHOD' }), ['METHOD']);
  assert.deepEqual(await types({ nameQuery: 'mpt' }), ['MODEL']);
  assert.deepEqual(await types({ locationStatus: 'UNDOCUMENTED' }), ['MODEL', 'RESOURCE']);
});

test('twenty edits of one API at the same time are all kept', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { id: restApiId = '', rootResourceId: parentId = '' } = await handlers.CreateRestApi({ name: 'a' }, call());
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      handlers.CreateResource({ restApiId, parentId, pathPart: `r${index}` }, call()),
    ),
  );
  assert.equal((await handlers.GetResources({ restApiId, limit: 500 }, call())).items?.length, 21);
});
