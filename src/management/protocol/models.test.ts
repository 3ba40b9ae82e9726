import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { extractModels } from '../../../scripts/extract-models.ts';
import { loadModel } from './model.ts';

test('the committed models are those of the installed SDK', async () => {
  for (const [file, content] of await extractModels()) {
    const committed = readFileSync(new URL(`./models/${file}`, import.meta.url), 'utf8');
    assert.ok(committed === content, `${file} differs: run node scripts/extract-models.ts`);
  }
});

/** Observed statuses that people stumble over. */
for (const { operation, status } of [
  { operation: 'CreateRestApi', status: 201 },
  { operation: 'PutMethod', status: 201 },
  { operation: 'PutIntegrationResponse', status: 201 },
  { operation: 'PutGatewayResponse', status: 201 },
  { operation: 'ImportRestApi', status: 201 },
  { operation: 'PutRestApi', status: 200 },
  { operation: 'ImportDocumentationParts', status: 200 },
  { operation: 'TestInvokeMethod', status: 200 },
  { operation: 'UpdateMethodResponse', status: 201 },
  { operation: 'UpdateIntegrationResponse', status: 200 },
  { operation: 'CreateVpcLink', status: 202 },
  { operation: 'DeleteVpcLink', status: 202 },
  { operation: 'DeleteResource', status: 202 },
  { operation: 'DeleteModel', status: 202 },
  { operation: 'DeleteRequestValidator', status: 202 },
  { operation: 'DeleteDocumentationPart', status: 202 },
  { operation: 'DeleteGatewayResponse', status: 202 },
  { operation: 'DeleteMethod', status: 204 },
  { operation: 'DeleteMethodResponse', status: 204 },
  { operation: 'DeleteIntegrationResponse', status: 204 },
])
  test(`${operation} answers ${status}`, () =>
    assert.equal(loadModel('apigateway').operations[operation]?.http?.[2], status));

test('whole numbers are told from fractions', () => {
  const { shapes } = loadModel('apigateway');
  assert.equal(shapes.ThrottleSettings?.members.burstLimit?.type, 'integer');
  assert.equal(shapes.ThrottleSettings?.members.rateLimit?.type, 'double');
  assert.equal(loadModel('lambda').shapes.FunctionConfiguration?.members.CodeSize?.type, 'long');
});

test('operations that need no signature are known', () => {
  const { operations } = loadModel('sts');
  assert.equal(operations.AssumeRoleWithWebIdentity?.unsigned, true);
  assert.equal(operations.AssumeRole?.unsigned, undefined);
});
