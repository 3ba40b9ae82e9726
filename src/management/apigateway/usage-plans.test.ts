import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryGateway } from './memory-gateway.ts';

const planned = async (gateway: ReturnType<typeof memoryGateway>) => {
  const { handlers, call, mockApi } = gateway;
  const restApiId = await mockApi();
  await handlers.CreateDeployment({ restApiId, stageName: 'dev' }, call());
  const { id: usagePlanId = '' } = await handlers.CreateUsagePlan(
    { name: 'p', apiStages: [{ apiId: restApiId, stage: 'dev' }], quota: { limit: 100, period: 'MONTH' } },
    call(),
  );
  const { id: keyId = '' } = await handlers.CreateApiKey({ name: 'k', enabled: true }, call());
  return { restApiId, usagePlanId, keyId };
};

for (const { when, path, key } of [
  { when: 'as Terraform writes it', path: '//pets/GET', key: '/pets/GET' },
  { when: 'with escaped slashes', path: '/~1pets~1{id}/GET', key: '/pets/{id}/GET' },
])
  test(`limits of a method in a plan are set and removed by path: ${when}`, async () => {
    await using gateway = memoryGateway();
    const { restApiId, usagePlanId } = await planned(gateway);
    const base = `/apiStages/${restApiId}:dev/throttle${path}`;
    const limited = await gateway.handlers.UpdateUsagePlan(
      {
        usagePlanId,
        patchOperations: [
          { op: 'replace', path: `${base}/rateLimit`, value: '1.5' },
          { op: 'add', path: `${base}/burstLimit`, value: '3' },
        ],
      },
      gateway.call(),
    );
    assert.deepEqual(limited.apiStages?.[0]?.throttle, { [key]: { rateLimit: 1.5, burstLimit: 3 } });
    const without = await gateway.handlers.UpdateUsagePlan(
      { usagePlanId, patchOperations: [{ op: 'remove', path: base }] },
      gateway.call(),
    );
    assert.deepEqual(without.apiStages, [{ apiId: restApiId, stage: 'dev' }]);
  });

for (const { operation, code, message } of [
  {
    operation: { op: 'add', path: '/apiStages', value: '{"apiId": "kx2asm6go3", "stage": "dev"}' },
    code: 'NotFoundException',
    message: 'API Stage not found: {"apiId": "kx2asm6go3", "stage"',
  },
  {
    operation: { op: 'add', path: '/apiStages', value: 'x' },
    code: 'BadRequestException',
    message: 'Invalid API Stage specified',
  },
  {
    operation: { op: 'replace', path: '/quota/offset', value: '28' },
    code: 'BadRequestException',
    message: 'Usage Plan quota offset must be between zero and 27 inclusive in the MONTH period',
  },
  {
    operation: { op: 'replace', path: '/quota/period', value: 'YEAR' },
    code: 'BadRequestException',
    message: 'Usage Plan quota period must be one of: [DAY, WEEK, MONTH]',
  },
  {
    operation: { op: 'replace', path: '/name', value: '' },
    code: 'BadRequestException',
    message: 'Usage Plan name cannot be blank',
  },
  {
    operation: { op: 'replace', path: '/id', value: 'x' },
    code: 'BadRequestException',
    message: /^Invalid patch path {2}'\/id' specified for op 'replace'\. Must be one of: \[\/name, \/description, /,
  },
] as const)
  test(`a usage plan refuses ${operation.op} ${operation.path} = ${operation.value}`, async () => {
    await using gateway = memoryGateway();
    const { usagePlanId } = await planned(gateway);
    await assert.rejects(
      async () => gateway.handlers.UpdateUsagePlan({ usagePlanId, patchOperations: [operation] }, gateway.call()),
      { code, message },
    );
  });

test('what a plan limits can be taken away again', async () => {
  await using gateway = memoryGateway();
  const { usagePlanId } = await planned(gateway);
  const plan = await gateway.handlers.UpdateUsagePlan(
    {
      usagePlanId,
      patchOperations: [
        { op: 'replace', path: '/throttle/rateLimit', value: '10' },
        { op: 'remove', path: '/quota' },
        { op: 'add', path: '/productCode', value: 'code' },
      ],
    },
    gateway.call(),
  );
  assert.deepEqual(plan.throttle, { rateLimit: 10, burstLimit: 0 });
  assert.ok(!('quota' in plan));
  assert.equal(plan.productCode, 'code');
});

test('a plan with stages is not deleted', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { usagePlanId, restApiId } = await planned(gateway);
  await assert.rejects(async () => handlers.DeleteUsagePlan({ usagePlanId }, call()), {
    code: 'BadRequestException',
    message: `Cannot delete Usage Plan ${usagePlanId} because there are API Stages associated with it`,
  });
  await handlers.UpdateUsagePlan(
    { usagePlanId, patchOperations: [{ op: 'remove', path: '/apiStages', value: `${restApiId}:dev` }] },
    call(),
  );
  await handlers.DeleteUsagePlan({ usagePlanId }, call());
  await assert.rejects(async () => handlers.GetUsagePlan({ usagePlanId }, call()), {
    code: 'NotFoundException',
    message: 'Invalid Usage Plan ID specified',
  });
});

test('a key is in a plan once, and in one plan a stage', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { usagePlanId, keyId, restApiId } = await planned(gateway);
  await handlers.CreateUsagePlanKey({ usagePlanId, keyId, keyType: 'API_KEY' }, call());
  const other = await handlers.CreateUsagePlan({ name: 'q', apiStages: [{ apiId: restApiId, stage: 'dev' }] }, call());
  for (const plan of [usagePlanId, other.id ?? ''])
    await assert.rejects(
      async () => handlers.CreateUsagePlanKey({ usagePlanId: plan, keyId, keyType: 'API_KEY' }, call()),
      { code: 'ConflictException' },
    );
  const { items } = await handlers.GetUsagePlans({ keyId }, call());
  assert.deepEqual(
    items?.map(({ id }) => id),
    [usagePlanId],
  );
});

test('plan keys and keys that are not there are told apart', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { usagePlanId, keyId } = await planned(gateway);
  for (const [attempt, message] of [
    [() => handlers.GetUsagePlanKey({ usagePlanId, keyId: 'x' }, call()), 'Invalid API Key identifier specified'],
    [() => handlers.GetUsagePlanKey({ usagePlanId, keyId }, call()), 'Invalid Usage Plan ID specified'],
    [() => handlers.GetUsagePlanKey({ usagePlanId: 'x', keyId }, call()), 'Invalid Usage Plan ID specified'],
    [
      () => handlers.CreateUsagePlanKey({ usagePlanId: 'x', keyId: 'x', keyType: 'API_KEY' }, call()),
      'Invalid API Key identifier specified',
    ],
    [
      () => handlers.UpdateUsage({ usagePlanId, keyId, patchOperations: [] }, call()),
      'Invalid Usage Plan Key identifier specified',
    ],
  ] as const)
    await assert.rejects(async () => attempt(), { code: 'NotFoundException', message });
});

test('what an owner grants of a quota lasts until its period ends', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { usagePlanId, keyId } = await planned(gateway);
  await handlers.CreateUsagePlanKey({ usagePlanId, keyId, keyType: 'API_KEY' }, call());
  const granted = await handlers.UpdateUsage(
    { usagePlanId, keyId, patchOperations: [{ op: 'replace', path: '/remaining', value: '7' }] },
    call({ nowMs: Date.UTC(2026, 2, 30, 12) }),
  );
  assert.deepEqual(granted, {
    usagePlanId,
    startDate: '2026-03-30',
    endDate: '2026-03-30',
    items: { [keyId]: [[0, 7]] },
  });
  const usage = await handlers.GetUsage(
    { usagePlanId, startDate: '2026-03-29', endDate: '2026-04-01' },
    call({ nowMs: Date.UTC(2026, 3, 2) }),
  );
  assert.deepEqual(usage.items, {
    [keyId]: [
      [0, 100],
      [0, 7],
      [0, 7],
      [0, 100],
    ],
  });
});

for (const { startDate, endDate } of [
  { startDate: '2026-02-30', endDate: '2026-03-01' },
  { startDate: 'yesterday', endDate: '2026-03-01' },
  { startDate: '2026-03-02', endDate: '2026-03-01' },
  { startDate: '1026-03-02', endDate: '2026-03-01' },
])
  test(`usage is not told from ${startDate} to ${endDate}`, async () => {
    await using gateway = memoryGateway();
    const { usagePlanId } = await planned(gateway);
    await assert.rejects(async () => gateway.handlers.GetUsage({ usagePlanId, startDate, endDate }, gateway.call()), {
      code: 'BadRequestException',
    });
  });
