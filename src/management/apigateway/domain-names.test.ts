import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryGateway } from './memory-gateway.ts';

const regional = (domainName: string) => ({
  domainName,
  regionalCertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/1',
  endpointConfiguration: { types: ['REGIONAL' as const] },
});

test('an edge domain name has a distribution, a regional one a regional host; both are available at once', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const edge = await handlers.CreateDomainName(
    { domainName: 'edge.example.com', certificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/1' },
    call(),
  );
  assert.match(edge.distributionDomainName ?? '', /^d[a-z0-9]{13}\.cloudfront\.net$/);
  assert.equal(edge.distributionHostedZoneId, 'Z2FDTNDATAQYW2');
  assert.ok(edge.certificateUploadDate instanceof Date);
  assert.ok(!('regionalDomainName' in edge) && !('tags' in edge));
  const { regionalDomainName, ...rest } = await handlers.CreateDomainName(
    regional('eu.example.com'),
    call({ region: 'eu-west-1' }),
  );
  assert.match(regionalDomainName ?? '', /^d-[a-z0-9]{10}\.execute-api\.eu-west-1\.amazonaws\.com$/);
  assert.deepEqual(rest, {
    domainName: 'eu.example.com',
    domainNameArn: 'arn:aws:apigateway:eu-west-1::/domainnames/eu.example.com',
    domainNameStatus: 'AVAILABLE',
    regionalHostedZoneId: 'ZLY8HYME6SFDD',
    regionalCertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/1',
    endpointConfiguration: { types: ['REGIONAL'], ipAddressType: 'ipv4' },
    securityPolicy: 'TLS_1_2',
    routingMode: 'BASE_PATH_MAPPING_ONLY',
  });
});

for (const { when, input, message } of [
  { when: 'has no name', input: { domainName: '' }, message: 'No Domain Name specified' },
  { when: 'is taken', input: regional('api.example.com'), message: 'The domain name you provided already exists.' },
  { when: 'is no name', input: { domainName: 'a b' }, message: 'Invalid domain name specified' },
  {
    when: 'has a new security policy without an access mode',
    input: { ...regional('b.example.com'), securityPolicy: 'SecurityPolicy_TLS13_1_3_2025_09' as const },
    message: 'Endpoint access mode is required for the specified security policy',
  },
  {
    when: 'trusts what is not in a bucket',
    input: { ...regional('b.example.com'), mutualTlsAuthentication: { truststoreUri: '/etc/ca.pem' } },
    message: 'Invalid truststore URI specified, must be s3://bucket/key',
  },
])
  test(`a domain name is refused when it ${when}`, async () => {
    await using gateway = memoryGateway();
    await gateway.handlers.CreateDomainName(regional('api.example.com'), gateway.call());
    await assert.rejects(async () => gateway.handlers.CreateDomainName(input, gateway.call()), {
      code: 'BadRequestException',
      message,
    });
  });

test('an edge domain name moves to a regional endpoint and back', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const domainName = 'api.example.com';
  await handlers.CreateDomainName({ domainName, certificateArn: 'arn:aws:acm:us-east-1:1:certificate/1' }, call());
  const both = await handlers.UpdateDomainName(
    {
      domainName,
      patchOperations: [
        { op: 'add', path: '/endpointConfiguration/types', value: 'REGIONAL' },
        { op: 'add', path: '/regionalCertificateArn', value: 'arn:aws:acm:us-east-1:1:certificate/2' },
      ],
    },
    call(),
  );
  assert.deepEqual(both.endpointConfiguration?.types, ['EDGE', 'REGIONAL']);
  assert.ok(both.distributionDomainName && both.regionalDomainName);
  const one = await handlers.UpdateDomainName(
    {
      domainName,
      patchOperations: [
        { op: 'remove', path: '/endpointConfiguration/types', value: 'EDGE' },
        { op: 'remove', path: '/certificateArn' },
      ],
    },
    call(),
  );
  assert.ok(!('distributionDomainName' in one) && !('certificateArn' in one));
  assert.equal(one.regionalDomainName, both.regionalDomainName);
  const replaced = await handlers.UpdateDomainName(
    { domainName, patchOperations: [{ op: 'replace', path: '/endpointConfiguration/types/REGIONAL', value: 'EDGE' }] },
    call(),
  );
  assert.deepEqual(replaced.endpointConfiguration?.types, ['EDGE']);
});

test('mutual TLS, policies and the rest are patched', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const domainName = 'api.example.com';
  await handlers.CreateDomainName(regional(domainName), call());
  const patch = (op: 'add' | 'replace' | 'remove', path: string, value?: string) =>
    handlers.UpdateDomainName({ domainName, patchOperations: [{ op, path, value }] }, call());
  const trusted = await patch('add', '/mutualTlsAuthentication/truststoreUri', 's3://bucket/ca.pem');
  assert.deepEqual(trusted.mutualTlsAuthentication, { truststoreUri: 's3://bucket/ca.pem' });
  const versioned = await patch('replace', '/mutualTlsAuthentication/truststoreVersion', '2');
  assert.deepEqual(versioned.mutualTlsAuthentication, { truststoreUri: 's3://bucket/ca.pem', truststoreVersion: '2' });
  assert.ok(!('mutualTlsAuthentication' in (await patch('remove', '/mutualTlsAuthentication/truststoreUri'))));
  assert.equal((await patch('replace', '/securityPolicy', 'TLS_1_0')).securityPolicy, 'TLS_1_0');
  assert.equal((await patch('replace', '/routingMode', 'ROUTING_RULE_ONLY')).routingMode, 'ROUTING_RULE_ONLY');
  await assert.rejects(async () => patch('replace', '/securityPolicy', 'SSL_3'), {
    message: '/securityPolicy Invalid request input',
  });
  await assert.rejects(async () => patch('replace', '/policy', '{"Statement":[{"Effect":"Allow"}]}'), {
    message: 'Policies are supported only for private domain names.',
  });
  await assert.rejects(async () => patch('replace', '/domainName', 'x'), {
    message: /^Invalid patch path {2}'\/domainName' specified/,
  });
});

test('private domain names of one name are told apart by their id, and let VPC endpoints in', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const input = {
    domainName: 'private.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/1',
    endpointConfiguration: { types: ['PRIVATE' as const] },
    policy:
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*"}]}',
  };
  const first = await handlers.CreateDomainName(input, call());
  const second = await handlers.CreateDomainName(input, call());
  assert.notEqual(first.domainNameId, second.domainNameId);
  assert.equal(first.endpointConfiguration?.ipAddressType, 'dualstack');
  const domainNameArn = first.domainNameArn ?? '';
  assert.equal(
    domainNameArn,
    `arn:aws:apigateway:us-east-1:000000000000:/domainnames/private.example.com+${first.domainNameId}`,
  );
  assert.match(first.policy ?? '', /arn:aws:execute-api:us-east-1:000000000000:\/domainnames\/private\.example\.com\+/);
  await assert.rejects(async () => handlers.GetDomainName({ domainName: input.domainName }, call()), {
    code: 'NotFoundException',
    message: 'Invalid domain name identifier specified',
  });
  const source = { accessAssociationSource: 'vpce-0a1b2c', accessAssociationSourceType: 'VPCE' as const };
  const association = await handlers.CreateDomainNameAccessAssociation({ domainNameArn, ...source }, call());
  const domainNameAccessAssociationArn = association.domainNameAccessAssociationArn ?? '';
  assert.equal(
    domainNameAccessAssociationArn,
    `arn:aws:apigateway:us-east-1:000000000000:/domainnameaccessassociations/domainname/private.example.com+${first.domainNameId}/vpcesource/vpce-0a1b2c`,
  );
  await assert.rejects(async () => handlers.CreateDomainNameAccessAssociation({ domainNameArn, ...source }, call()), {
    code: 'ConflictException',
  });
  assert.equal((await handlers.GetDomainNameAccessAssociations({}, call())).items?.length, 1);
  assert.deepEqual(
    (await handlers.GetDomainNameAccessAssociations({ resourceOwner: 'OTHER_ACCOUNTS' }, call())).items,
    [],
  );
  await handlers.RejectDomainNameAccessAssociation({ domainNameAccessAssociationArn, domainNameArn }, call());
  assert.deepEqual((await handlers.GetDomainNameAccessAssociations({}, call())).items, []);
  await assert.rejects(
    async () => handlers.DeleteDomainNameAccessAssociation({ domainNameAccessAssociationArn }, call()),
    {
      code: 'NotFoundException',
    },
  );
});

const mapped = async (gateway: ReturnType<typeof memoryGateway>) => {
  const restApiId = await gateway.mockApi();
  await gateway.handlers.CreateDeployment({ restApiId, stageName: 'dev' }, gateway.call());
  await gateway.handlers.CreateDomainName(regional('api.example.com'), gateway.call());
  return { domainName: 'api.example.com', restApiId };
};

test('base paths are listed in the order in which they were made', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { domainName, restApiId } = await mapped(gateway);
  const root = await handlers.CreateBasePathMapping({ domainName, restApiId }, call());
  assert.deepEqual(root, { basePath: '(none)', restApiId });
  await handlers.CreateBasePathMapping({ domainName, restApiId, basePath: 'v1', stage: 'dev' }, call());
  const { items } = await handlers.GetBasePathMappings({ domainName }, call());
  assert.deepEqual(items, [root, { basePath: 'v1', restApiId, stage: 'dev' }]);
  assert.deepEqual(await handlers.GetBasePathMapping({ domainName, basePath: '(none)' }, call()), root);
});

for (const { when, input, code, message } of [
  {
    when: 'the API is not there',
    input: { restApiId: 'no' },
    code: 'BadRequestException',
    message: 'Invalid REST API identifier specified',
  },
  {
    when: 'the stage is not there',
    input: { stage: 'no' },
    code: 'BadRequestException',
    message: 'Invalid stage identifier specified',
  },
  {
    when: 'it has several segments',
    input: { basePath: '/v1' },
    code: 'BadRequestException',
    message:
      "API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base path mapping, use API Gateway V2.",
  },
  {
    when: 'it is taken',
    input: { basePath: 'taken' },
    code: 'ConflictException',
    message: 'Base path already exists for this domain name',
  },
  {
    when: 'the domain name is not there',
    input: { domainName: 'x.example.com' },
    code: 'NotFoundException',
    message: 'Invalid domain name identifier specified',
  },
])
  test(`a base path is refused when ${when}`, async () => {
    await using gateway = memoryGateway();
    const target = await mapped(gateway);
    await gateway.handlers.CreateBasePathMapping({ ...target, basePath: 'taken' }, gateway.call());
    await assert.rejects(async () => gateway.handlers.CreateBasePathMapping({ ...target, ...input }, gateway.call()), {
      code,
      message,
    });
  });

test('a base path is patched in any spelling of its members, and takes the place of another', async () => {
  await using gateway = memoryGateway();
  const { handlers, call } = gateway;
  const { domainName, restApiId } = await mapped(gateway);
  const otherApi = await gateway.mockApi();
  await handlers.CreateDeployment({ restApiId: otherApi, stageName: 'prod' }, call());
  await handlers.CreateBasePathMapping({ domainName, restApiId, basePath: 'v1' }, call());
  await handlers.CreateBasePathMapping({ domainName, restApiId, basePath: 'v2' }, call());
  const moved = await handlers.UpdateBasePathMapping(
    {
      domainName,
      basePath: 'v1',
      patchOperations: [
        { op: 'replace', path: '/stage', value: 'prod' },
        { op: 'replace', path: '/basepath', value: 'v2' },
        { op: 'replace', path: '/restapiId', value: otherApi },
      ],
    },
    call(),
  );
  assert.deepEqual(moved, { basePath: 'v2', restApiId: otherApi, stage: 'prod' });
  assert.deepEqual((await handlers.GetBasePathMappings({ domainName }, call())).items, [moved]);
  await assert.rejects(async () => handlers.DeleteBasePathMapping({ domainName, basePath: 'v1' }, call()), {
    code: 'NotFoundException',
    message: 'Invalid base path mapping identifier specified',
  });
});
