import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { memoryGateway } from './memory-gateway.ts';

test('a client certificate is a real one, whose key is never shown', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const made = await handlers.GenerateClientCertificate({ description: 'd' }, call());
  const clientCertificateId = made.clientCertificateId ?? '';
  const certificate = new X509Certificate(made.pemEncodedCertificate ?? '');
  assert.ok(certificate.verify(certificate.publicKey));
  assert.equal(certificate.validToDate.getTime(), made.expirationDate?.getTime());
  assert.deepEqual(Object.keys(await handlers.GetClientCertificate({ clientCertificateId }, call())).toSorted(), [
    'clientCertificateId',
    'createdDate',
    'description',
    'expirationDate',
    'pemEncodedCertificate',
    'tags',
  ]);
  const updated = await handlers.UpdateClientCertificate(
    { clientCertificateId, patchOperations: [{ op: 'replace', path: '/description', value: 'e' }] },
    call(),
  );
  assert.equal(updated.description, 'e');
});

test('a client certificate that a stage shows is not deleted', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const restApiId = await gateway.mockApi();
  await handlers.CreateDeployment({ restApiId, stageName: 'dev' }, call());
  const { clientCertificateId = '' } = await handlers.GenerateClientCertificate({}, call());
  const use = (value: string) =>
    handlers.UpdateStage(
      { restApiId, stageName: 'dev', patchOperations: [{ op: 'replace', path: '/clientCertificateId', value }] },
      call(),
    );
  await use(clientCertificateId);
  await assert.rejects(async () => handlers.DeleteClientCertificate({ clientCertificateId }, call()), {
    code: 'BadRequestException',
  });
  await use('');
  await handlers.DeleteClientCertificate({ clientCertificateId }, call());
  await assert.rejects(async () => handlers.GetClientCertificate({ clientCertificateId }, call()), {
    code: 'NotFoundException',
    message: 'Invalid Client Certificate identifier specified',
  });
});

test('a VPC link is pending when it is made and available from then on', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const targetArns = ['arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/a/b'];
  const made = await handlers.CreateVpcLink({ name: 'l', targetArns }, call());
  assert.deepEqual(made, { id: made.id, name: 'l', targetArns, status: 'PENDING' });
  const found = await handlers.GetVpcLink({ vpcLinkId: made.id ?? '' }, call());
  assert.deepEqual(found, {
    ...made,
    status: 'AVAILABLE',
    statusMessage: 'Your vpc link is ready for use',
    tags: {},
  });
});

test('a VPC link that deployed methods go through is not deleted', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { id: vpcLinkId = '' } = await handlers.CreateVpcLink(
    { name: 'l', targetArns: ['arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/a/b'] },
    call(),
  );
  const { id: restApiId = '', rootResourceId: resourceId = '' } = await handlers.CreateRestApi({ name: 'a' }, call());
  const method = { restApiId, resourceId, httpMethod: 'GET' };
  await handlers.PutMethod({ ...method, authorizationType: 'NONE' }, call());
  await handlers.PutIntegration(
    {
      ...method,
      type: 'HTTP_PROXY',
      integrationHttpMethod: 'GET',
      uri: 'http://example.com/',
      connectionType: 'VPC_LINK',
      connectionId: vpcLinkId,
    },
    call(),
  );
  await handlers.CreateDeployment({ restApiId, stageName: 'dev' }, call());
  await assert.rejects(async () => handlers.DeleteVpcLink({ vpcLinkId }, call()), {
    code: 'BadRequestException',
    message: `Cannot delete vpc link. Vpc link '${vpcLinkId}', is referenced in [GET:${resourceId}:dev] in format of [Method:Resource:Stage].`,
  });
  await handlers.DeleteStage({ restApiId, stageName: 'dev' }, call());
  await handlers.DeleteVpcLink({ vpcLinkId }, call());
});

test('an account has settings from the first day, and a role for logs when it is given one', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  assert.deepEqual(await handlers.GetAccount({}, call()), {
    throttleSettings: { burstLimit: 5000, rateLimit: 10000 },
    features: ['UsagePlans'],
    apiKeyVersion: '4',
  });
  const cloudwatchRoleArn = 'arn:aws:iam::000000000000:role/logs';
  const patch = (op: 'replace' | 'remove', path: string, value: string) =>
    handlers.UpdateAccount({ patchOperations: [{ op, path, value }] }, call());
  assert.equal((await patch('replace', '/cloudwatchRoleArn', cloudwatchRoleArn)).cloudwatchRoleArn, cloudwatchRoleArn);
  assert.ok(!('cloudwatchRoleArn' in (await handlers.GetAccount({}, call({ region: 'eu-west-1' })))));
  await assert.rejects(async () => patch('replace', '/cloudwatchRoleArn', 'me'), { code: 'BadRequestException' });
  await assert.rejects(async () => patch('remove', '/features', 'UsagePlans'), { code: 'BadRequestException' });
  assert.ok(!('cloudwatchRoleArn' in (await patch('replace', '/cloudwatchRoleArn', ''))));
});

test('whatever has an ARN is tagged, read and untagged', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const restApiId = await gateway.mockApi();
  await handlers.CreateDeployment({ restApiId, stageName: 'dev' }, call());
  const key = await handlers.CreateApiKey({}, call());
  const plan = await handlers.CreateUsagePlan({ name: 'p' }, call());
  const link = await handlers.CreateVpcLink({ name: 'l', targetArns: ['arn:aws:a:b:c:d'] }, call());
  const certificate = await handlers.GenerateClientCertificate({}, call());
  await handlers.CreateDomainName({ domainName: 'api.example.com' }, call());
  for (const path of [
    `/restapis/${restApiId}`,
    `/restapis/${restApiId}/stages/dev`,
    `/apikeys/${key.id}`,
    `/usageplans/${plan.id}`,
    `/vpclinks/${link.id}`,
    `/clientcertificates/${certificate.clientCertificateId}`,
    '/domainnames/api.example.com',
  ]) {
    const resourceArn = `arn:aws:apigateway:us-east-1::${path}`;
    await handlers.TagResource({ resourceArn, tags: { a: '1', b: '2', constructor: '3' } }, call());
    await handlers.UntagResource({ resourceArn, tagKeys: ['b'] }, call());
    assert.deepEqual(await handlers.GetTags({ resourceArn }, call()), { tags: { a: '1', constructor: '3' } }, path);
  }
  const stage = await handlers.GetStage({ restApiId, stageName: 'dev' }, call());
  assert.deepEqual(stage.tags, { a: '1', constructor: '3' });
});

for (const { resourceArn, tags, code } of [
  { resourceArn: 'nonsense', tags: { a: '1' }, code: 'BadRequestException' },
  { resourceArn: 'arn:aws:apigateway:us-east-1::/restapis', tags: { a: '1' }, code: 'BadRequestException' },
  { resourceArn: 'arn:aws:apigateway:us-east-1::/restapis/nope', tags: { a: '1' }, code: 'NotFoundException' },
  { resourceArn: 'arn:aws:apigateway:eu-west-1::/restapis/API', tags: { a: '1' }, code: 'NotFoundException' },
  {
    resourceArn: 'arn:aws:apigateway:us-east-1:111111111111:/restapis/API',
    tags: { a: '1' },
    code: 'NotFoundException',
  },
  { resourceArn: 'arn:aws:apigateway:us-east-1::/restapis/API', tags: { 'aws:a': '1' }, code: 'BadRequestException' },
  { resourceArn: 'arn:aws:apigateway:us-east-1::/restapis/API', tags: { '': '1' }, code: 'BadRequestException' },
  {
    resourceArn: 'arn:aws:apigateway:us-east-1::/restapis/API',
    tags: { a: 'x'.repeat(257) },
    code: 'BadRequestException',
  },
])
  test(`tags are refused: ${resourceArn} ${JSON.stringify(tags).slice(0, 20)}`, async () => {
    await using gateway = memoryGateway();
    const restApiId = await gateway.mockApi();
    await assert.rejects(
      async () =>
        gateway.handlers.TagResource({ resourceArn: resourceArn.replace('API', restApiId), tags }, gateway.call()),
      { code },
    );
  });

test('the kinds of SDKs are told with what each wants to know; none can be generated yet', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { items = [] } = await handlers.GetSdkTypes({}, call());
  assert.deepEqual(items.map(({ id }) => id).toSorted(), [
    'android',
    'java',
    'javascript',
    'objectivec',
    'ruby',
    'swift',
  ]);
  const java = await handlers.GetSdkType({ id: 'java' }, call());
  assert.deepEqual(
    java.configurationProperties?.filter(({ required }) => required).map(({ name }) => name),
    ['service.name', 'java.package-name'],
  );
  await assert.rejects(async () => handlers.GetSdkType({ id: 'constructor' }, call()), { code: 'NotFoundException' });
  const restApiId = await gateway.mockApi();
  await handlers.CreateDeployment({ restApiId, stageName: 'dev' }, call());
  await assert.rejects(async () => handlers.GetSdk({ restApiId, stageName: 'dev', sdkType: 'java' }, call()), {
    code: 'BadRequestException',
    message: /cannot be generated yet/,
  });
});

test('a test invocation hands the method as it is defined to the pipeline, and its answer back', async () => {
  const asked: unknown[] = [];
  const result = {
    status: 200,
    body: '{}',
    headers: { 'Content-Type': 'application/json' },
    multiValueHeaders: { 'Content-Type': ['application/json'] },
    log: 'Execution log',
    latency: 3,
  };
  await using gateway = memoryGateway({
    testInvokeMethod: async ({ api: _api, ...rest }) => {
      asked.push(rest);
      return result;
    },
  });
  const { handlers, call } = gateway;
  const restApiId = await gateway.mockApi();
  const { items } = await handlers.GetResources({ restApiId }, call());
  const resourceId = items?.[0]?.id ?? '';
  const target = { restApiId, resourceId, httpMethod: 'GET' };
  assert.deepEqual(
    await handlers.TestInvokeMethod({ ...target, pathWithQueryString: '/?a=b', body: 'x' }, call()),
    result,
  );
  assert.deepEqual(asked, [{ resourceId, httpMethod: 'GET', pathWithQueryString: '/?a=b', body: 'x' }]);
  for (const [change, message] of [
    [{ httpMethod: 'HEAD' }, 'Invalid Method identifier specified'],
    [{ resourceId: 'x' }, 'Invalid Resource identifier specified'],
    [{ restApiId: 'x' }, 'Invalid Resource identifier specified'],
    [{ clientCertificateId: 'x' }, 'Invalid Client Certificate identifier specified'],
  ] as const)
    await assert.rejects(async () => handlers.TestInvokeMethod({ ...target, ...change }, call()), {
      code: 'NotFoundException',
      message,
    });
});
