/** What stands on the wire between clients and the REST API management service, where SDKs' types do not tell. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startGateway, type TestGateway } from './gateway.ts';
import { type Answered, signedCall } from './signed-call.ts';

let gateway: TestGateway;
let restApiId = '';
let root = '';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const memberOf = (answer: Answered, name: string): unknown => {
  assert.ok(isObject(answer.body), answer.text);
  return answer.body[name];
};

const call = (method: Parameters<typeof signedCall>[1], target: string, sent?: unknown): Promise<Answered> =>
  signedCall(gateway, method, target, sent);

before(async () => {
  gateway = await startGateway();
  const made = await call('POST', '/restapis', { name: 'wire' });
  [restApiId, root] = [String(memberOf(made, 'id')), String(memberOf(made, 'rootResourceId'))];
  const method = `/restapis/${restApiId}/resources/${root}/methods/GET`;
  await call('PUT', method, { authorizationType: 'NONE' });
  await call('PUT', `${method}/responses/200`, {});
  await call('PUT', `${method}/integration`, { type: 'MOCK' });
  await call('PUT', `${method}/integration/responses/200`, {});
});
after(() => gateway[Symbol.asyncDispose]());

test('a template without text is null on the wire, also when it was sent so (AWS, February 2026)', async () => {
  const place = `/restapis/${restApiId}/resources/${root}/methods/GET/integration/responses/200`;
  for (const template of [null, '']) {
    const put = await call('PUT', place, { responseTemplates: { 'application/json': template }, selectionPattern: '' });
    assert.deepEqual(
      [put.status, put.body],
      [201, { statusCode: '200', selectionPattern: '', responseTemplates: { 'application/json': null } }],
    );
  }
});

test('members and parameters that the service does not know are ignored', async () => {
  const made = await call('POST', '/restapis?mode=none&x=1', {
    name: 'more',
    colour: 'red',
    tags: { a: 'b' },
    id: 'mine',
  });
  assert.equal(made.status, 201);
  assert.notEqual(memberOf(made, 'id'), 'mine');
  assert.equal(memberOf(made, 'colour'), undefined);
});

test('times are whole seconds since the epoch', async () => {
  const before = Math.floor(Date.now() / 1000);
  const made = await call('POST', '/restapis', { name: 'now' });
  const createdDate = memberOf(made, 'createdDate');
  assert.ok(Number.isInteger(createdDate) && Number(createdDate) >= before && Number(createdDate) <= before + 60);
});

test('lists are called item, and say nothing of what is not there', async () => {
  for (const target of [
    '/restapis?limit=1',
    '/apikeys',
    '/usageplans',
    '/vpclinks',
    '/clientcertificates',
    '/domainnames',
    '/domainnameaccessassociations',
    '/sdktypes',
    ...['authorizers', 'deployments', 'stages', 'models', 'requestvalidators', 'gatewayresponses', 'resources'].map(
      (name) => `/restapis/${restApiId}/${name}`,
    ),
    `/restapis/${restApiId}/documentation/parts`,
    `/restapis/${restApiId}/documentation/versions`,
  ]) {
    const { status, body } = await call('GET', target);
    assert.equal(status, 200, target);
    assert.ok(isObject(body) && Array.isArray(body.item) && !('items' in body), target);
    assert.ok(!Object.values(body).includes(null), target);
  }
});

// In the order in which one thing needs the other.
const statuses: readonly (readonly [
  method: Parameters<typeof signedCall>[1],
  target: string,
  sent: unknown,
  status: number,
])[] = [
  ['POST', '/restapis/{api}/models', { name: 'M', contentType: 'application/json', schema: '{}' }, 201],
  ['GET', '/restapis/{api}/models/M', undefined, 200],
  ['DELETE', '/restapis/{api}/models/M', undefined, 202],
  ['PUT', '/restapis/{api}/gatewayresponses/THROTTLED', { statusCode: '503' }, 201],
  ['DELETE', '/restapis/{api}/gatewayresponses/THROTTLED', undefined, 202],
  ['PATCH', '/restapis/{api}/resources/{root}/methods/GET/responses/200', { patchOperations: [] }, 201],
  ['PATCH', '/restapis/{api}/resources/{root}/methods/GET', { patchOperations: [] }, 200],
  ['POST', '/restapis/{api}/deployments', { stageName: 's' }, 201],
  ['GET', '/restapis/{api}/stages/s/exports/oas30', undefined, 200],
  ['DELETE', '/restapis/{api}/stages/s/cache/data', undefined, 202],
  ['DELETE', '/restapis/{api}/stages/s/cache/authorizers', undefined, 202],
  ['DELETE', '/restapis/{api}/stages/s', undefined, 202],
  ['DELETE', '/restapis/{api}/resources/{root}/methods/GET/integration/responses/200', undefined, 204],
  ['DELETE', '/restapis/{api}/resources/{root}/methods/GET/integration', undefined, 204],
  ['DELETE', '/restapis/{api}/resources/{root}/methods/GET/responses/200', undefined, 204],
  ['DELETE', '/restapis/{api}/resources/{root}/methods/GET', undefined, 204],
  ['DELETE', '/restapis/{api}', undefined, 202],
  ['GET', '/restapis/{api}', undefined, 404],
];

test('every success has its status, and an answer without members has no body or an empty object', async () => {
  for (const [method, target, sent, status] of statuses) {
    const path = target.replace('{api}', restApiId).replace('{root}', root);
    const answer = await call(method, path, sent);
    assert.equal(answer.status, status, `${method} ${target}: ${answer.text}`);
    if (method === 'DELETE') assert.ok(answer.text === '' || answer.text === '{}', `${target}: ${answer.text}`);
  }
});

test('names of JavaScript’s own are names like any other', async () => {
  const made = await call('POST', '/restapis', '{"name":"__proto__","tags":{"__proto__":"x","constructor":"y"}}');
  assert.equal(made.status, 201, made.text);
  const id = String(memberOf(made, 'id'));
  const found = await call('GET', `/restapis/${id}`);
  assert.match(found.text, /"tags":\{"__proto__":"x","constructor":"y"\}/);
  const rootId = String(memberOf(made, 'rootResourceId'));
  await call('PUT', `/restapis/${id}/resources/${rootId}/methods/GET`, { authorizationType: 'NONE' });
  await call('PUT', `/restapis/${id}/resources/${rootId}/methods/GET/integration`, { type: 'MOCK' });
  const deployed = await call(
    'POST',
    `/restapis/${id}/deployments`,
    '{"stageName":"constructor","variables":{"__proto__":"1","toString":"2"}}',
  );
  assert.equal(deployed.status, 201, deployed.text);
  const stage = await call('GET', `/restapis/${id}/stages/constructor`);
  assert.match(stage.text, /"variables":\{"__proto__":"1","toString":"2"\}/);
  for (const target of [
    `/restapis/${id}/stages/__proto__`,
    `/restapis/${id}/models/constructor`,
    `/restapis/${id}/resources/__proto__`,
    `/restapis/${id}/resources/${rootId}/methods/constructor`,
    `/restapis/${id}/authorizers/toString`,
    `/restapis/${id}/requestvalidators/__proto__`,
    `/restapis/${id}/documentation/parts/constructor`,
    `/restapis/${id}/documentation/versions/__proto__`,
    `/restapis/${id}/deployments/__proto__`,
    '/restapis/__proto__',
    '/apikeys/constructor',
    '/usageplans/__proto__',
    '/vpclinks/toString',
    '/domainnames/__proto__',
    '/clientcertificates/constructor',
    '/sdktypes/constructor',
  ]) {
    const missing = await call('GET', target);
    assert.deepEqual([missing.status, missing.errorType], [404, 'NotFoundException'], target);
  }
});
