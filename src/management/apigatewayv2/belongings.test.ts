/** What belongs to an account: domain names, mappings, routing rules, VPC links, tags, portals. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MemoryGateway, memoryGateway } from './memory-gateway.ts';

const DomainName = 'api.example.com';

async function withDomain(): Promise<MemoryGateway> {
  const place = memoryGateway();
  await place.handlers.CreateDomainName({ DomainName, DomainNameConfigurations: [{}] }, place.call());
  return place;
}

/** An API with a stage `prod`. */
async function staged({ handlers, call, api }: MemoryGateway): Promise<string> {
  const ApiId = await api();
  await handlers.CreateStage({ ApiId, StageName: 'prod' }, call());
  return ApiId;
}

test('a domain name shows its regional endpoint', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  const CertificateArn = 'arn:aws:acm:us-east-1:000000000000:certificate/c';
  const made = await handlers.CreateDomainName(
    { DomainName, DomainNameConfigurations: [{ CertificateArn }], Tags: { a: 'b' } },
    call(),
  );
  const [configuration] = made.DomainNameConfigurations ?? [];
  assert.match(configuration?.ApiGatewayDomainName ?? '', /^d-[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/);
  assert.deepEqual(made, {
    ApiMappingSelectionExpression: '$request.basepath',
    DomainName,
    DomainNameArn: `arn:aws:apigateway:us-east-1::/domainnames/${DomainName}`,
    DomainNameConfigurations: [
      {
        ApiGatewayDomainName: configuration?.ApiGatewayDomainName,
        CertificateArn,
        DomainNameStatus: 'AVAILABLE',
        EndpointType: 'REGIONAL',
        HostedZoneId: 'Z1UJRXOUMOOFQ8',
        IpAddressType: 'ipv4',
        SecurityPolicy: 'TLS_1_2',
      },
    ],
    RoutingMode: 'API_MAPPING_ONLY',
    Tags: { a: 'b' },
  });
});

test('mutual TLS is taken away by an empty truststore', async () => {
  await using place = await withDomain();
  const { handlers, call } = place;
  const trust = { TruststoreUri: 's3://bucket/ca.pem', TruststoreVersion: '1' };
  const on = await handlers.UpdateDomainName({ DomainName, MutualTlsAuthentication: trust }, call());
  assert.deepEqual(on.MutualTlsAuthentication, trust);
  const off = await handlers.UpdateDomainName({ DomainName, MutualTlsAuthentication: { TruststoreUri: '' } }, call());
  assert.equal('MutualTlsAuthentication' in off, false);
});

test('both services see the same domain names and mappings', async () => {
  await using place = await withDomain();
  const { handlers, rest, call } = place;
  const ApiId = await staged(place);
  const { ApiMappingId = '' } = await handlers.CreateApiMapping({ DomainName, ApiId, Stage: 'prod' }, call());
  await handlers.CreateApiMapping({ DomainName, ApiId, Stage: 'prod', ApiMappingKey: 'orders/v1' }, call());
  assert.deepEqual((await rest.GetBasePathMappings({ domainName: DomainName }, call())).items, [
    { basePath: '(none)', restApiId: ApiId, stage: 'prod' },
    { basePath: 'orders/v1', restApiId: ApiId, stage: 'prod' },
  ]);
  assert.deepEqual(
    (await rest.GetDomainName({ domainName: DomainName }, call())).routingMode,
    'BASE_PATH_MAPPING_ONLY',
  );
  assert.deepEqual(await handlers.GetApiMapping({ DomainName, ApiMappingId }, call()), {
    ApiId,
    ApiMappingId,
    ApiMappingKey: '',
    Stage: 'prod',
  });
  const { id: restApiId = '' } = await rest.CreateRestApi({ name: 'r' }, call());
  await rest.CreateBasePathMapping({ domainName: DomainName, restApiId, basePath: 'rest' }, call());
  const { Items = [] } = await handlers.GetApiMappings({ DomainName }, call());
  const mapped = Items.find(({ ApiMappingKey }) => ApiMappingKey === 'rest');
  assert.equal(mapped?.ApiId, restApiId);
  await handlers.DeleteApiMapping({ DomainName, ApiMappingId: mapped?.ApiMappingId ?? '' }, call());
  assert.equal((await rest.GetBasePathMappings({ domainName: DomainName }, call())).items?.length, 2);
  await rest.DeleteDomainName({ domainName: DomainName }, call());
  assert.deepEqual(await handlers.GetDomainNames({}, call()), { Items: [] });
});

test('a mapping that moves keeps its identifier', async () => {
  await using place = await withDomain();
  const { handlers, call } = place;
  const [one, other] = [await staged(place), await staged(place)];
  const { ApiMappingId = '' } = await handlers.CreateApiMapping(
    { DomainName, ApiId: one, Stage: 'prod', ApiMappingKey: 'a' },
    call(),
  );
  const moved = await handlers.UpdateApiMapping(
    { DomainName, ApiMappingId, ApiId: other, ApiMappingKey: 'b/c' },
    call(),
  );
  assert.deepEqual(moved, { ApiId: other, ApiMappingId, ApiMappingKey: 'b/c', Stage: 'prod' });
  await handlers.DeleteApi({ ApiId: one }, call());
});

test('routing rules are told in the order of their priority, which no two share', async () => {
  await using place = await withDomain();
  const { handlers, call } = place;
  const ApiId = await staged(place);
  const Actions = [{ InvokeApi: { ApiId, Stage: 'prod' } }];
  const first = await handlers.CreateRoutingRule({ DomainName, Priority: 50, Conditions: [], Actions }, call());
  assert.deepEqual(first, {
    Actions: [{ InvokeApi: { ApiId, Stage: 'prod', StripBasePath: false } }],
    Conditions: [],
    Priority: 50,
    RoutingRuleArn: `arn:aws:apigateway:us-east-1:000000000000:/domainnames/${DomainName}/routingrules/${first.RoutingRuleId}`,
    RoutingRuleId: first.RoutingRuleId,
  });
  await handlers.CreateRoutingRule({ DomainName, Priority: 5, Conditions: [], Actions }, call());
  await assert.rejects(
    async () => handlers.CreateRoutingRule({ DomainName, Priority: 5, Conditions: [], Actions }, call()),
    { code: 'ConflictException' },
  );
  const { RoutingRules = [] } = await handlers.ListRoutingRules({ DomainName }, call());
  assert.deepEqual(
    RoutingRules.map(({ Priority }) => Priority),
    [5, 50],
  );
  await assert.rejects(async () => handlers.DeleteStage({ ApiId, StageName: 'prod' }, call()), /Deleting stage prod/);
});

const badRules = [
  { when: 'priority 0', rule: { Priority: 0 } },
  { when: 'priority 1000001', rule: { Priority: 1_000_001 } },
  { when: 'no action', rule: { Actions: [] } },
  { when: 'a condition of nothing', rule: { Conditions: [{}] } },
  {
    when: 'a wildcard inside',
    rule: { Conditions: [{ MatchHeaders: { AnyOf: [{ Header: 'a', ValueGlob: 'b*c' }] } }] },
  },
  {
    when: 'a header that is none',
    rule: { Conditions: [{ MatchHeaders: { AnyOf: [{ Header: 'a b', ValueGlob: 'c' }] } }] },
  },
  {
    when: 'two base path conditions',
    rule: { Conditions: ['a', 'b'].map((path) => ({ MatchBasePaths: { AnyOf: [path] } })) },
  },
  {
    when: 'three header conditions',
    rule: { Conditions: ['a', 'b', 'c'].map((Header) => ({ MatchHeaders: { AnyOf: [{ Header, ValueGlob: '*' }] } })) },
  },
  { when: 'a base path that begins with a slash', rule: { Conditions: [{ MatchBasePaths: { AnyOf: ['/a'] } }] } },
];

for (const { when, rule } of badRules)
  test(`a routing rule with ${when} is refused`, async () => {
    await using place = await withDomain();
    const { handlers, call } = place;
    const Actions = [{ InvokeApi: { ApiId: await staged(place), Stage: 'prod' } }];
    const input = { DomainName, Priority: 1, Conditions: [], Actions, ...rule };
    await assert.rejects(async () => handlers.CreateRoutingRule(input, call()), { code: 'BadRequestException' });
  });

test('routing rules of private domain names go by their identifier', async () => {
  await using place = memoryGateway();
  const { handlers, rest, call } = place;
  const { domainNameId = '' } = await rest.CreateDomainName(
    { domainName: 'private.example.com', endpointConfiguration: { types: ['PRIVATE'] } },
    call(),
  );
  const ApiId = await staged(place);
  const at = { DomainName: 'private.example.com', DomainNameId: domainNameId };
  const Actions = [{ InvokeApi: { ApiId, Stage: 'prod' } }];
  const { RoutingRuleArn } = await handlers.CreateRoutingRule({ ...at, Priority: 1, Conditions: [], Actions }, call());
  assert.match(RoutingRuleArn ?? '', /:000000000000:\/domainnames\/private\.example\.com\+\w+\/routingrules\//);
  await assert.rejects(async () => handlers.ListRoutingRules({ DomainName: 'private.example.com' }, call()), {
    code: 'NotFoundException',
  });
});

test('a VPC link is being made when it is answered, and there when it is read', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  const made = await handlers.CreateVpcLink({ Name: 'l', SubnetIds: ['subnet-1', 'subnet-2'] }, call());
  assert.deepEqual([made.VpcLinkStatus, made.VpcLinkVersion, made.SecurityGroupIds], ['PENDING', 'V2', []]);
  const VpcLinkId = made.VpcLinkId ?? '';
  const read = await handlers.GetVpcLink({ VpcLinkId }, call());
  assert.deepEqual(
    [read.VpcLinkStatus, read.VpcLinkStatusMessage],
    ['AVAILABLE', 'VPC link is ready to route traffic'],
  );
  assert.equal((await handlers.UpdateVpcLink({ VpcLinkId, Name: 'm' }, call())).Name, 'm');
});

test('VPC links of both services are tagged by ARNs of one form', async () => {
  await using place = memoryGateway();
  const { handlers, rest, call } = place;
  const { VpcLinkId } = await handlers.CreateVpcLink({ Name: 'l', SubnetIds: ['subnet-1'] }, call());
  const targetArns = ['arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/n/1'];
  const { id } = await rest.CreateVpcLink({ name: 'l', targetArns }, call());
  for (const link of [VpcLinkId, id]) {
    const ResourceArn = `arn:aws:apigateway:us-east-1::/vpclinks/${link}`;
    await handlers.TagResource({ ResourceArn, Tags: { a: String(link) } }, call());
    assert.deepEqual(await handlers.GetTags({ ResourceArn }, call()), { Tags: { a: link } });
  }
  await assert.rejects(
    async () => handlers.GetTags({ ResourceArn: 'arn:aws:apigateway:us-east-1::/vpclinks/nope' }, call()),
    { code: 'NotFoundException' },
  );
});

test('APIs, stages and domain names have tags that merge and go', async () => {
  await using place = await withDomain();
  const { handlers, call } = place;
  const ApiId = await staged(place);
  for (const resource of [`apis/${ApiId}`, `apis/${ApiId}/stages/prod`, `domainnames/${DomainName}`]) {
    const ResourceArn = `arn:aws:apigateway:us-east-1::/${resource}`;
    await handlers.TagResource({ ResourceArn, Tags: { a: '1', b: '2' } }, call());
    await handlers.TagResource({ ResourceArn, Tags: { b: '3' } }, call());
    await handlers.UntagResource({ ResourceArn, TagKeys: ['a', 'unknown'] }, call());
    assert.deepEqual(await handlers.GetTags({ ResourceArn }, call()), { Tags: { b: '3' } }, resource);
  }
});

const colors = {
  AccentColor: '#000001',
  BackgroundColor: '#000002',
  ErrorValidationColor: '#000003',
  HeaderColor: '#000004',
  NavigationColor: '#000005',
  TextColor: '#000006',
};
const newPortal = {
  Authorization: { None: {} },
  EndpointConfiguration: { None: {} },
  PortalContent: { DisplayName: 'Pets', Description: 'All of them', Theme: { CustomColors: colors } },
};

test('a portal is published, previewed and disabled', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  const made = await handlers.CreatePortal({ ...newPortal, LogoUri: 's3://b/l.png' }, call());
  const PortalId = made.PortalId ?? '';
  assert.match(PortalId, /^[a-z0-9]{10}$/);
  assert.equal(made.PortalArn, `arn:aws:apigateway:us-east-1:000000000000:/portals/${PortalId}`);
  assert.deepEqual(made.Authorization, { None: {} });
  assert.deepEqual(made.PortalContent?.Theme?.CustomColors, colors);
  assert.ok(made.PortalContent?.Theme?.LogoLastUploaded instanceof Date);
  assert.equal(made.PublishStatus, undefined);
  await handlers.PublishPortal({ PortalId, Description: 'first' }, call());
  await handlers.PreviewPortal({ PortalId }, call());
  const published = await handlers.GetPortal({ PortalId }, call());
  assert.deepEqual(
    [published.PublishStatus, published.LastPublishedDescription, published.Preview?.PreviewStatus],
    ['PUBLISHED', 'first', 'PREVIEW_READY'],
  );
  await handlers.DisablePortal({ PortalId }, call());
  assert.equal((await handlers.GetPortal({ PortalId }, call())).PublishStatus, 'DISABLED');
});

test('a portal moves to a domain of its owner and to user pools', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  const { PortalId = '' } = await handlers.CreatePortal(newPortal, call());
  const CertificateArn = 'arn:aws:acm:us-east-1:000000000000:certificate/c';
  const CognitoConfig = {
    AppClientId: 'client',
    UserPoolArn: 'arn:aws:cognito-idp:us-east-1:000000000000:userpool/u',
    UserPoolDomain: 'https://pool.auth.us-east-1.amazoncognito.com',
  };
  const updated = await handlers.UpdatePortal(
    {
      PortalId,
      EndpointConfiguration: { AcmManaged: { CertificateArn, DomainName: 'portal.example.com' } },
      Authorization: { CognitoConfig },
    },
    call(),
  );
  assert.deepEqual(updated.Authorization, { CognitoConfig });
  assert.equal(updated.EndpointConfiguration?.DomainName, 'portal.example.com');
  assert.equal(updated.PortalContent?.DisplayName, 'Pets', 'what is not sent stays');
  for (const wrong of [
    { Authorization: {} },
    { Authorization: { None: {}, CognitoConfig } },
    { EndpointConfiguration: {} },
    { IncludedPortalProductArns: ['arn:aws:apigateway:us-east-1:000000000000:/portalproducts/nope'] },
    { IncludedPortalProductArns: ['nope'] },
    { PortalContent: { ...newPortal.PortalContent, DisplayName: 'x' } },
  ])
    await assert.rejects(async () => handlers.UpdatePortal({ PortalId, ...wrong }, call()), {
      code: 'BadRequestException',
    });
});

test('a portal product shows its pages in an order that names only them', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  const product = await handlers.CreatePortalProduct({ DisplayName: 'p', Description: 'd' }, call());
  const PortalProductId = product.PortalProductId ?? '';
  const { ProductPageArn = '', ProductPageId = '' } = await handlers.CreateProductPage(
    { PortalProductId, DisplayContent: { Title: 't', Body: '# t' } },
    call(),
  );
  const order = { OverviewPageArn: ProductPageArn, ProductPageArns: [ProductPageArn], Contents: [] };
  const updated = await handlers.UpdatePortalProduct({ PortalProductId, DisplayOrder: order }, call());
  assert.deepEqual(updated.DisplayOrder, order);
  await assert.rejects(
    async () =>
      handlers.UpdatePortalProduct({ PortalProductId, DisplayOrder: { ProductPageArns: ['arn:nope'] } }, call()),
    /names a page that is not there/,
  );
  await handlers.DeleteProductPage({ PortalProductId, ProductPageId }, call());
  const after = await handlers.GetPortalProduct({ PortalProductId }, call());
  assert.deepEqual(after.DisplayOrder, { Contents: [], ProductPageArns: [] }, 'a page that is gone is in no order');
  const arn = product.PortalProductArn ?? '';
  const { PortalId = '' } = await handlers.CreatePortal({ ...newPortal, IncludedPortalProductArns: [arn] }, call());
  await assert.rejects(async () => handlers.DeletePortalProduct({ PortalProductId }, call()), /included in portals/);
  await handlers.DeletePortal({ PortalId }, call());
  await handlers.DeletePortalProduct({ PortalProductId }, call());
});

test('a page of an endpoint shows the documentation of the REST API until it has words of its own', async () => {
  await using place = memoryGateway();
  const { handlers, rest, call } = place;
  const { id: restApiId = '', rootResourceId: resourceId = '' } = await rest.CreateRestApi({ name: 'r' }, call());
  const method = { restApiId, resourceId, httpMethod: 'GET' };
  await rest.PutMethod({ ...method, authorizationType: 'NONE' }, call());
  await rest.PutIntegration({ ...method, type: 'MOCK' }, call());
  await rest.CreateDocumentationPart(
    {
      restApiId,
      location: { type: 'METHOD', path: '/', method: 'GET' },
      properties: JSON.stringify({ description: 'Everything.' }),
    },
    call(),
  );
  await rest.CreateDeployment({ restApiId, stageName: 'prod' }, call());
  const { PortalProductId = '' } = await handlers.CreatePortalProduct({ DisplayName: 'p' }, call());
  const IdentifierParts = { RestApiId: restApiId, Stage: 'prod', Path: '/', Method: 'GET' };
  const page = await handlers.CreateProductRestEndpointPage(
    { PortalProductId, RestEndpointIdentifier: { IdentifierParts } },
    call(),
  );
  const endpoint = `https://${restApiId}.execute-api.us-east-1.amazonaws.com/prod/`;
  assert.deepEqual(page.DisplayContent, { Body: 'Everything.', Endpoint: endpoint, OperationName: '/' });
  assert.deepEqual([page.Status, page.TryItState], ['AVAILABLE', 'DISABLED']);
  const ProductRestEndpointPageId = page.ProductRestEndpointPageId ?? '';
  const at = { PortalProductId, ProductRestEndpointPageId };
  const own = await handlers.UpdateProductRestEndpointPage(
    { ...at, DisplayContent: { Overrides: { OperationName: 'All pets' } }, TryItState: 'ENABLED' },
    call(),
  );
  assert.deepEqual(own.DisplayContent, { Body: 'Everything.', Endpoint: endpoint, OperationName: 'All pets' });
  await rest.DeleteRestApi({ restApiId }, call());
  const { Items = [] } = await handlers.ListProductRestEndpointPages({ PortalProductId }, call());
  assert.deepEqual([Items[0]?.Status, Items[0]?.OperationName], ['FAILED', 'All pets']);
  await assert.rejects(
    async () =>
      handlers.CreateProductRestEndpointPage({ PortalProductId, RestEndpointIdentifier: { IdentifierParts } }, call()),
    { code: 'BadRequestException' },
  );
});

test('a sharing policy is kept as it was written', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  const { PortalProductId = '' } = await handlers.CreatePortalProduct({ DisplayName: 'p' }, call());
  const PolicyDocument = '{ "Version": "2012-10-17", "Statement": [] }';
  await assert.rejects(async () => handlers.GetPortalProductSharingPolicy({ PortalProductId }, call()), {
    code: 'NotFoundException',
  });
  for (const wrong of ['', 'no', '[]', '{}'])
    await assert.rejects(
      async () => handlers.PutPortalProductSharingPolicy({ PortalProductId, PolicyDocument: wrong }, call()),
      { code: 'BadRequestException' },
    );
  await handlers.PutPortalProductSharingPolicy({ PortalProductId, PolicyDocument }, call());
  assert.deepEqual(await handlers.GetPortalProductSharingPolicy({ PortalProductId }, call()), {
    PolicyDocument,
    PortalProductId,
  });
  await handlers.DeletePortalProductSharingPolicy({ PortalProductId }, call());
});

test('models of WebSocket APIs make sample templates, and stay while a route needs them', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  const ApiId = await place.api('WEBSOCKET');
  const Schema = '{"type":"object","properties":{"id":{"type":"integer"}}}';
  const { ModelId = '' } = await handlers.CreateModel({ ApiId, Name: 'pet', Schema }, call());
  assert.match((await handlers.GetModelTemplate({ ApiId, ModelId }, call())).Value ?? '', /"id" : 42/);
  await assert.rejects(async () => handlers.CreateModel({ ApiId, Name: 'pet', Schema }, call()), {
    code: 'ConflictException',
  });
  const { RouteId = '' } = await handlers.CreateRoute(
    { ApiId, RouteKey: 'send', RequestModels: { $default: 'pet' } },
    call(),
  );
  await assert.rejects(async () => handlers.DeleteModel({ ApiId, ModelId }, call()), { code: 'ConflictException' });
  await handlers.DeleteRoute({ ApiId, RouteId }, call());
  await handlers.DeleteModel({ ApiId, ModelId }, call());
});
