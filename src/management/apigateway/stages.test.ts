import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryGateway } from './memory-gateway.ts';

const deployed = async (gateway: ReturnType<typeof memoryGateway>, stageName = 'dev') => {
  const restApiId = await gateway.mockApi();
  const { id: deploymentId = '' } = await gateway.handlers.CreateDeployment({ restApiId, stageName }, gateway.call());
  return { restApiId, deploymentId, stageName };
};

test('an API without methods, or with a method without integration, cannot be deployed', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { id: restApiId = '', rootResourceId = '' } = await handlers.CreateRestApi({ name: 'a' }, call());
  await assert.rejects(async () => handlers.CreateDeployment({ restApiId }, call()), {
    code: 'BadRequestException',
    message: "The REST API doesn't contain any methods",
  });
  await handlers.PutMethod(
    { restApiId, resourceId: rootResourceId, httpMethod: 'GET', authorizationType: 'NONE' },
    call(),
  );
  await assert.rejects(async () => handlers.CreateDeployment({ restApiId }, call()), {
    message: 'No integration defined for method',
  });
});

test('a deployment answers its summary when asked, by path and method', async () => {
  await using gateway = memoryGateway();
  const { restApiId, deploymentId } = await deployed(gateway);
  const answer = await gateway.handlers.GetDeployment(
    { restApiId, deploymentId, embed: ['apisummary'] },
    gateway.call(),
  );
  assert.deepEqual(answer.apiSummary, { '/': { GET: { authorizationType: 'NONE', apiKeyRequired: false } } });
});

for (const { when, canary, message } of [
  {
    when: 'no stage is named',
    canary: { stageName: undefined },
    message:
      'Invalid deployment content specified.Non null and non empty stageName must be provided for canary deployment. Provided value is null',
  },
  {
    when: 'the stage has no name',
    canary: { stageName: '' },
    message:
      'Invalid deployment content specified.Non null and non empty stageName must be provided for canary deployment. Provided value is ',
  },
  {
    when: 'the stage is not there',
    canary: { stageName: 'non-existing' },
    message:
      'Invalid deployment content specified.Stage non-existing must already be created before making a canary release deployment',
  },
])
  test(`a canary deployment needs a stage: ${when}`, async () => {
    await using gateway = memoryGateway();
    const restApiId = await gateway.mockApi();
    await assert.rejects(
      async () =>
        gateway.handlers.CreateDeployment(
          { restApiId, ...canary, canarySettings: { percentTraffic: 50 } },
          gateway.call(),
        ),
      { code: 'BadRequestException', message },
    );
    const { items } = await gateway.handlers.GetDeployments({ restApiId }, gateway.call());
    assert.deepEqual(items, [], 'nothing was deployed');
  });

for (const { path, key } of [
  { path: '/~1pets/GET/logging/dataTrace', key: '~1pets/GET' },
  { path: '/v1/pets/{petId}/POST/metrics/enabled', key: 'v1/pets/{petId}/POST' },
  { path: '/g/{proxy+}/GET/caching/enabled', key: 'g/{proxy+}/GET' },
  { path: '/*/*/metrics/enabled', key: '*/*' },
  { path: '/__proto__/GET/metrics/enabled', key: '__proto__/GET' },
])
  test(`a method setting is kept under its path as it was sent, and can be removed: ${path}`, async () => {
    await using gateway = memoryGateway();
    const stage = await deployed(gateway);
    const patched = await gateway.handlers.UpdateStage(
      { ...stage, patchOperations: [{ op: 'replace', path, value: 'true' }] },
      gateway.call(),
    );
    assert.deepEqual(Object.keys(patched.methodSettings ?? {}), [key]);
    const removed = await gateway.handlers.UpdateStage(
      { ...stage, patchOperations: [{ op: 'remove', path: `/${key}` }] },
      gateway.call(),
    );
    assert.deepEqual(removed.methodSettings, {});
  });

for (const { op, path, value, message } of [
  {
    op: 'replace',
    path: '/lit/ANY/caching/enabled',
    value: 'true',
    message: /^Invalid method setting path: \/lit\/ANY/,
  },
  { op: 'replace', path: '/lit/*/caching/enabled', value: 'true', message: /^Invalid method setting path: / },
  { op: 'replace', path: '/*/GET/caching/enabled', value: 'true', message: /^Invalid method setting path: / },
  { op: 'replace', path: '/*/*/logging/loglevel', value: 'LOUD', message: /^Invalid logging level/ },
  { op: 'replace', path: '/*/*/caching/ttlInSeconds', value: '3601', message: /^Invalid cache TTL/ },
  { op: 'replace', path: '/*/*/throttling/rateLimit', value: 'fast', message: /^Invalid throttling rate/ },
  { op: 'replace', path: '/cacheClusterSize', value: '7', message: /^Invalid cache cluster size/ },
  { op: 'replace', path: '/deploymentId', value: 'none', message: /^Deployment id does not exist$/ },
  { op: 'replace', path: '/clientCertificateId', value: 'none', message: /^Invalid Client Certificate identifier/ },
  { op: 'replace', path: '/variables/a-b', value: 'x', message: /^Stage variable name 'a-b' is invalid/ },
  { op: 'replace', path: '/variables/a', value: '<x>', message: /^Stage variable value of 'a' is invalid/ },
  { op: 'replace', path: '/canarySettings/percentTraffic', value: '101', message: /^Invalid canary percentTraffic/ },
  { op: 'add', path: '/description', value: 'x', message: /^Invalid add operation with path: \/description$/ },
  { op: 'test', path: '/description', value: 'x', message: /^Invalid test operation with path: \/description$/ },
  {
    op: 'remove',
    path: '/description',
    value: undefined,
    message: /^Cannot remove method setting description because there is no method setting for this method $/,
  },
  {
    op: 'replace',
    path: '/accessLogSettings/destinationArn',
    value: 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/api:*',
    message: /^Access log destination must only contain characters .*: '\/aws\/api:\*'$/,
  },
] as const)
  test(`a stage refuses ${op} ${path} = ${value}`, async () => {
    await using gateway = memoryGateway();
    const stage = await deployed(gateway);
    await assert.rejects(
      async () => gateway.handlers.UpdateStage({ ...stage, patchOperations: [{ op, path, value }] }, gateway.call()),
      { code: 'BadRequestException', message },
    );
  });

test('a cache cluster is there as soon as it is asked for, of the smallest size unless told otherwise', async () => {
  await using gateway = memoryGateway();
  const stage = await deployed(gateway);
  const patch = (path: string, value: string) =>
    gateway.handlers.UpdateStage({ ...stage, patchOperations: [{ op: 'replace', path, value }] }, gateway.call());
  const enabled = await patch('/cacheClusterEnabled', 'true');
  assert.deepEqual(
    [enabled.cacheClusterEnabled, enabled.cacheClusterStatus, enabled.cacheClusterSize],
    [true, 'AVAILABLE', '0.5'],
  );
  assert.equal((await patch('/cacheClusterSize', '1.6')).cacheClusterSize, '1.6');
  assert.equal((await patch('/cacheClusterEnabled', 'false')).cacheClusterStatus, 'NOT_AVAILABLE');
});

test('a stage keeps its variables, tracing and tags; empty variables are left out', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { restApiId, deploymentId } = await deployed(gateway);
  const stage = await handlers.CreateStage(
    { restApiId, stageName: 'prod', deploymentId, variables: { a: '1' }, tracingEnabled: true, tags: { team: 'x' } },
    call(),
  );
  assert.deepEqual([stage.variables, stage.tracingEnabled, stage.tags], [{ a: '1' }, true, { team: 'x' }]);
  const emptied = await handlers.UpdateStage(
    { restApiId, stageName: 'prod', patchOperations: [{ op: 'remove', path: '/variables/a' }] },
    call(),
  );
  assert.ok(!('variables' in emptied));
  await assert.rejects(async () => handlers.CreateStage({ restApiId, stageName: 'prod', deploymentId }, call()), {
    code: 'ConflictException',
    message: 'Stage already exists',
  });
});

for (const stageName of ['bad name', 'a/b', '', 'ü'])
  test(`a stage cannot be called '${stageName}'`, async () => {
    await using gateway = memoryGateway();
    const { restApiId, deploymentId } = await deployed(gateway);
    await assert.rejects(
      async () => gateway.handlers.CreateStage({ restApiId, stageName, deploymentId }, gateway.call()),
      { code: 'BadRequestException', message: 'Stage name only allows a-zA-Z0-9_-' },
    );
  });

test('a stage that a domain name leads to is not deleted; one of a usage plan leaves it', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { restApiId, stageName } = await deployed(gateway);
  const plan = await handlers.CreateUsagePlan(
    { name: 'p', apiStages: [{ apiId: restApiId, stage: stageName }] },
    call(),
  );
  await handlers.CreateDomainName({ domainName: 'api.example.com' }, call());
  await handlers.CreateBasePathMapping({ domainName: 'api.example.com', restApiId, stage: stageName }, call());
  await assert.rejects(async () => handlers.DeleteStage({ restApiId, stageName }, call()), {
    code: 'BadRequestException',
    message:
      'Deleting stage dev failed. Please remove all base path mappings related to the stage in your domains: api.example.com',
  });
  await handlers.DeleteBasePathMapping({ domainName: 'api.example.com', basePath: '(none)' }, call());
  await handlers.DeleteStage({ restApiId, stageName }, call());
  const after = await handlers.GetUsagePlan({ usagePlanId: plan.id ?? '' }, call());
  assert.deepEqual(after.apiStages, []);
});

test('deploying waits until the gates have settled', async () => {
  const waited: string[] = [];
  await using gateway = memoryGateway({
    settled: async () => {
      waited.push('settled');
    },
  });
  const stage = await deployed(gateway);
  await gateway.handlers.UpdateStage({ ...stage, patchOperations: [] }, gateway.call());
  await gateway.handlers.DeleteStage(stage, gateway.call());
  assert.equal(waited.length, 3);
});

test('an unknown API is named with the account, an unknown stage or deployment is not', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { restApiId } = await deployed(gateway);
  for (const [attempt, message] of [
    [() => handlers.GetStages({ restApiId: 'nope' }, call()), 'Invalid API identifier specified 000000000000:nope'],
    [
      () => handlers.CreateDeployment({ restApiId: 'nope' }, call()),
      'Invalid API identifier specified 000000000000:nope',
    ],
    [() => handlers.GetStage({ restApiId, stageName: 'x' }, call()), 'Invalid stage identifier specified'],
    [() => handlers.FlushStageCache({ restApiId, stageName: 'x' }, call()), 'Invalid stage identifier specified'],
    [() => handlers.GetDeployment({ restApiId, deploymentId: 'x' }, call()), 'Invalid Deployment identifier specified'],
    [
      () => handlers.GetStages({ restApiId }, call({ accountId: '111111111111' })),
      `Invalid API identifier specified 111111111111:${restApiId}`,
    ],
    [
      () => handlers.GetStages({ restApiId }, call({ region: 'eu-west-1' })),
      `Invalid API identifier specified 000000000000:${restApiId}`,
    ],
  ] as const)
    await assert.rejects(async () => attempt(), { code: 'NotFoundException', message });
});
