/** What customised and default gateway responses look like; the answers are AWS's recorded ones (June 2024). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryGateway } from './memory-gateway.ts';

const messageTemplate = { 'application/json': '{"message":$context.error.messageString}' };
const header = { 'gatewayresponse.header.x': "'y'" };

for (const { when, responseType, input, expect } of [
  {
    when: 'a status alone keeps the template that answers without one',
    responseType: 'MISSING_AUTHENTICATION_TOKEN' as const,
    input: { statusCode: '404' },
    expect: { statusCode: '404', responseParameters: {}, responseTemplates: messageTemplate },
  },
  {
    when: 'parameters alone keep the status of the type',
    responseType: 'MISSING_AUTHENTICATION_TOKEN' as const,
    input: { responseParameters: header },
    expect: { statusCode: '403', responseParameters: header, responseTemplates: messageTemplate },
  },
  {
    when: 'templates alone take the place of the one that is there by default',
    responseType: 'UNAUTHORIZED' as const,
    input: { responseTemplates: { 'text/plain': 'no' } },
    expect: { statusCode: '401', responseParameters: {}, responseTemplates: { 'text/plain': 'no' } },
  },
  {
    when: 'a catch-all has no status unless it is given one',
    responseType: 'DEFAULT_4XX' as const,
    input: { responseParameters: header },
    expect: { responseParameters: header, responseTemplates: messageTemplate },
  },
])
  test(`PutGatewayResponse: ${when}`, async () => {
    await using gateway = memoryGateway();
    const { handlers, call } = gateway;
    const { id: restApiId = '' } = await handlers.CreateRestApi({ name: 'a' }, call());
    const put = await handlers.PutGatewayResponse({ restApiId, responseType, ...input }, call());
    assert.deepEqual(put, { responseType, ...expect, defaultResponse: false });
    assert.deepEqual(await handlers.GetGatewayResponse({ restApiId, responseType }, call()), put);
  });

test('a customised catch-all shows through every response of its class that nobody customised', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { id: restApiId = '' } = await handlers.CreateRestApi({ name: 'a' }, call());
  const custom = { statusCode: '599', responseParameters: header, responseTemplates: { 'text/plain': 'sorry' } };
  await handlers.PutGatewayResponse({ restApiId, responseType: 'DEFAULT_5XX', ...custom }, call());
  await handlers.PutGatewayResponse({ restApiId, responseType: 'AUTHORIZER_FAILURE' }, call());
  const { items = [] } = await handlers.GetGatewayResponses({ restApiId, limit: 500 }, call());
  const shown = new Map(items.map(({ responseType, ...rest }) => [responseType, rest]));
  const caught = ['API_CONFIGURATION_ERROR', 'AUTHORIZER_CONFIGURATION_ERROR', 'INTEGRATION_FAILURE'] as const;
  for (const type of [...caught, 'INTEGRATION_TIMEOUT' as const])
    assert.deepEqual(shown.get(type), { ...custom, defaultResponse: true }, type);
  assert.deepEqual(shown.get('DEFAULT_5XX'), { ...custom, defaultResponse: false });
  const own = { statusCode: '500', responseParameters: {}, responseTemplates: messageTemplate };
  assert.deepEqual(shown.get('AUTHORIZER_FAILURE'), { ...own, defaultResponse: false });
  assert.equal(shown.get('THROTTLED')?.statusCode, '429', 'the other class is left alone');
});

test('a catch-all without a status leaves every response its own', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { id: restApiId = '' } = await handlers.CreateRestApi({ name: 'a' }, call());
  await handlers.PutGatewayResponse({ restApiId, responseType: 'DEFAULT_4XX', responseParameters: header }, call());
  assert.deepEqual(await handlers.GetGatewayResponse({ restApiId, responseType: 'QUOTA_EXCEEDED' }, call()), {
    responseType: 'QUOTA_EXCEEDED',
    statusCode: '429',
    responseParameters: header,
    responseTemplates: messageTemplate,
    defaultResponse: true,
  });
});
