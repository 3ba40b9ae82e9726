import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryGateway } from './memory-gateway.ts';

const value = '0123456789abcdefghij0123456789';

test('the value of a key is shown when it is made and when asked for, and never else', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { id: apiKey = '', ...made } = await handlers.CreateApiKey({ value, tags: { a: 'b' } }, call());
  assert.deepEqual([made.value, made.tags], [value, { a: 'b' }]);
  assert.ok(!('value' in (await handlers.GetApiKey({ apiKey }, call()))));
  assert.ok(!('value' in (await handlers.UpdateApiKey({ apiKey, patchOperations: [] }, call()))));
  assert.equal((await handlers.GetApiKey({ apiKey, includeValue: true }, call())).value, value);
  assert.equal((await handlers.GetApiKeys({ includeValues: true }, call())).items?.[0]?.value, value);
});

for (const { when, input, code, message } of [
  {
    when: 'short',
    input: { value: '12345' },
    code: 'BadRequestException',
    message: 'API Key value should be at least 20 characters',
  },
  { when: 'taken', input: { value }, code: 'ConflictException', message: 'API Key already exists' },
  {
    when: 'for a stage that is not there',
    input: { stageKeys: [{ restApiId: 'x', stageName: 'y' }] },
    code: 'NotFoundException',
    message: 'Invalid stage identifier specified',
  },
])
  test(`a key is refused when it is ${when}`, async () => {
    await using gateway = memoryGateway();
    await gateway.handlers.CreateApiKey({ value }, gateway.call());
    await assert.rejects(async () => gateway.handlers.CreateApiKey(input, gateway.call()), { code, message });
  });

test('a key is patched, and tied to a stage and freed', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const restApiId = await gateway.mockApi();
  await handlers.CreateDeployment({ restApiId, stageName: 'dev' }, call());
  const { id: apiKey = '' } = await handlers.CreateApiKey({}, call());
  const patched = await handlers.UpdateApiKey(
    {
      apiKey,
      patchOperations: [
        { op: 'replace', path: '/name', value: 'n' },
        { op: 'replace', path: '/enabled', value: 'true' },
        { op: 'replace', path: '/customerId', value: 'c' },
        { op: 'add', path: '/stages', value: `${restApiId}/dev` },
        { op: 'add', path: '/labels', value: 'l' },
      ],
    },
    call(),
  );
  assert.deepEqual(
    [patched.name, patched.enabled, patched.customerId, patched.stageKeys],
    ['n', true, 'c', [`${restApiId}/dev`]],
  );
  assert.equal((await handlers.GetApiKeys({ customerId: 'c' }, call())).items?.length, 1);
  const freed = await handlers.UpdateApiKey(
    { apiKey, patchOperations: [{ op: 'remove', path: '/stages', value: `${restApiId}/dev` }] },
    call(),
  );
  assert.deepEqual(freed.stageKeys, []);
});

test('keys are imported from a file, into the plans it names; lines that cannot be are warned about', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const plan = await handlers.CreateUsagePlan({ name: 'p' }, call());
  const other = await handlers.CreateUsagePlan({ name: 'q' }, call());
  const file = [
    'Enabled,Name,key,UsageplanIds,Colour,description',
    `true,first,${value}A,"${plan.id},${other.id}",red,"says ""hello"", twice"`,
    `FALSE,second,${value}B,'${plan.id}',,`,
    'true,third,short,,,',
    `maybe,fourth,${value}C,,,`,
    `,fifth,${value}A,,,`,
    `,sixth,${value}D,nowhere,,`,
    '',
    `,seventh,${value}E,,,`,
  ].join('\r\n');
  const body = Buffer.from(`\uFEFF${file}`);
  const { ids = [], warnings = [] } = await handlers.ImportApiKeys({ body, format: 'csv' }, call());
  assert.equal(ids.length, 3);
  assert.deepEqual(
    warnings.map((warning) => warning.slice(0, 7)),
    ['Line 4:', 'Line 5:', 'Line 6:', 'Line 7:'],
  );
  const key = await handlers.GetApiKey({ apiKey: ids[0] ?? '', includeValue: true }, call());
  assert.deepEqual(
    [key.name, key.value, key.enabled, key.description],
    ['first', `${value}A`, true, 'says "hello", twice'],
  );
  const names = async (usagePlanId = '') =>
    (await handlers.GetUsagePlanKeys({ usagePlanId }, call())).items?.map(({ name }) => name);
  assert.deepEqual(await names(plan.id), ['second', 'first']);
  assert.deepEqual(await names(other.id), ['first']);
  assert.equal((await handlers.GetApiKey({ apiKey: ids[1] ?? '' }, call())).enabled, false);
});

test('a file with faults makes no key when warnings are to fail', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const body = `name,key\nfirst,${value}A\nsecond,short`;
  await assert.rejects(async () => handlers.ImportApiKeys({ body, format: 'csv', failOnWarnings: true }, call()), {
    code: 'BadRequestException',
    message: /Line 3: the key must have 30 to 128 characters/,
  });
  assert.deepEqual((await handlers.GetApiKeys({}, call())).items, []);
});

for (const body of ['', 'name,value\nfirst,second', Buffer.from([0xff, 0xfe, 0x00])])
  test(`no file of keys: ${JSON.stringify(body)}`, async () => {
    await using gateway = memoryGateway();
    await assert.rejects(async () => gateway.handlers.ImportApiKeys({ body, format: 'csv' }, gateway.call()), {
      code: 'BadRequestException',
    });
  });
