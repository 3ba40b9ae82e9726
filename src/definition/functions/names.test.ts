/** How callers name functions and layers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionReference, layerReference, ownLayerName, unqualifiedName } from './names.ts';

const place = {
  accountId: '000000000000',
  region: 'us-east-1',
  partition: 'aws',
  callerArn: 'arn:aws:iam::000000000000:root',
};
const arn = 'arn:aws:lambda:us-east-1:000000000000:function:f';

for (const [text, qualifier, meant] of [
  ['f', undefined, { functionName: 'f' }],
  ['f:live', undefined, { functionName: 'f', qualifier: 'live' }],
  ['f:$LATEST', undefined, { functionName: 'f', qualifier: '$LATEST' }],
  ['f', '3', { functionName: 'f', qualifier: '3' }],
  ['f', '', { functionName: 'f' }],
  ['f:3', '3', { functionName: 'f', qualifier: '3' }],
  ['function:f', undefined, { functionName: 'f' }],
  ['function', undefined, { functionName: 'function' }],
  ['000000000000:function:f', undefined, { functionName: 'f' }],
  ['000000000000:f', undefined, { functionName: 'f' }],
  ['us-east-1:000000000000:function:f', undefined, { functionName: 'f' }],
  [arn, undefined, { functionName: 'f' }],
  [`${arn}:live`, undefined, { functionName: 'f', qualifier: 'live' }],
] as const)
  test(`${text} with qualifier ${qualifier} is ${JSON.stringify(meant)}`, () =>
    assert.deepEqual(functionReference(text, place, 'GetFunction', qualifier), meant));

for (const { text, qualifier, code } of [
  { text: 'a b', code: 'ResourceNotFoundException' },
  { text: 'f:', code: 'ResourceNotFoundException' },
  { text: 'a'.repeat(65), code: 'ValidationException' },
  { text: 'f:1', qualifier: '2', code: 'InvalidParameterValueException' },
  { text: arn.replace('us-east-1', 'eu-west-1'), code: 'ResourceNotFoundException' },
  { text: arn.replace('000000000000', '111111111111'), code: 'AccessDeniedException' },
  { text: '111111111111:function:f', code: 'AccessDeniedException' },
])
  test(`${text.slice(0, 70)} with qualifier ${qualifier} is refused as ${code}`, () =>
    assert.throws(() => functionReference(text, place, 'GetFunction', qualifier), { code }));

test('operations on the whole function take no version and no alias', () => {
  assert.equal(unqualifiedName(arn, place, 'PublishVersion'), 'f');
  assert.throws(() => unqualifiedName(`${arn}:1`, place, 'PublishVersion'), {
    code: 'InvalidParameterValueException',
    message: `This operation does not support the use of qualified ARNs: ${arn}:1`,
  });
});

test('layers go by name or ARN, and belong to the caller', () => {
  const layer = 'arn:aws:lambda:us-east-1:000000000000:layer:l';
  assert.equal(ownLayerName('l', place, 'GetLayerVersion'), 'l');
  assert.equal(ownLayerName(layer, place, 'GetLayerVersion'), 'l');
  assert.deepEqual(layerReference(`${layer}:7`), {
    region: 'us-east-1',
    accountId: '000000000000',
    layerName: 'l',
    version: 7,
  });
  assert.equal(layerReference(arn), undefined);
  assert.throws(() => ownLayerName(layer.replace('000000000000', '111111111111'), place, 'GetLayerVersion'), {
    code: 'AccessDeniedException',
  });
});
