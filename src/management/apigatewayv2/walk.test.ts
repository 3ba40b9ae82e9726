/** The AWS SDK, unmodified, through signatures and the wire protocol, to the handlers and back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Sdk from '@aws-sdk/client-apigatewayv2';
import { rootKey, serveOnLoopback } from '../protocol/testing/loopback.ts';
import { memoryGateway } from './memory-gateway.ts';

async function opened() {
  const gateway = memoryGateway();
  let ids = 0;
  const newId = (length: number): string => (ids++).toString(36).padStart(length, 'x');
  const loopback = await serveOnLoopback({ services: [{ model: 'apigatewayv2', handlers: gateway.handlers }], newId });
  const client = new Sdk.ApiGatewayV2({
    endpoint: loopback.endpoint,
    region: 'us-east-1',
    credentials: rootKey,
    maxAttempts: 1,
  });
  return {
    client,
    gateway,
    last: loopback.last,
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await loopback[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

const wire = (last: { readonly response?: { readonly status: number; readonly body: unknown } }) => ({
  status: last.response?.status,
  body: last.response?.body === '' ? undefined : JSON.parse(String(last.response?.body)),
});

test('the SDK makes, deploys, changes and deletes an HTTP API', async () => {
  await using place = await opened();
  const { client, last } = place;
  const api = await client.createApi({ Name: 'pets', ProtocolType: 'HTTP' });
  assert.deepEqual(wire(last), {
    status: 201,
    body: {
      apiEndpoint: `https://${api.ApiId}.execute-api.us-east-1.amazonaws.com`,
      apiId: api.ApiId,
      apiKeySelectionExpression: '$request.header.x-api-key',
      createdDate: wire(last).body.createdDate,
      disableExecuteApiEndpoint: false,
      ipAddressType: 'ipv4',
      name: 'pets',
      protocolType: 'HTTP',
      routeSelectionExpression: '$request.method $request.path',
      tags: {},
    },
  });
  assert.match(wire(last).body.createdDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'times are ISO 8601');
  const ApiId = api.ApiId ?? '';
  const { IntegrationId } = await client.createIntegration({
    ApiId,
    IntegrationType: 'HTTP_PROXY',
    IntegrationMethod: 'ANY',
    IntegrationUri: 'https://example.com/{proxy}',
    RequestParameters: { 'append:header.x-id': '$context.requestId' },
    ResponseParameters: { 500: { 'overwrite:statuscode': '503' } },
  });
  const { AuthorizerId } = await client.createAuthorizer({
    ApiId,
    Name: 'tokens',
    AuthorizerType: 'JWT',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer: 'https://issuer.example.com', Audience: ['pets'] },
  });
  const route = await client.createRoute({
    ApiId,
    RouteKey: 'ANY /{proxy+}',
    Target: `integrations/${IntegrationId}`,
    AuthorizationType: 'JWT',
    AuthorizerId,
    AuthorizationScopes: ['read'],
  });
  const RouteId = route.RouteId ?? '';
  assert.deepEqual(wire(last), {
    status: 201,
    body: {
      apiKeyRequired: false,
      authorizationScopes: ['read'],
      authorizationType: 'JWT',
      authorizerId: AuthorizerId,
      routeId: RouteId,
      routeKey: 'ANY /{proxy+}',
      target: `integrations/${IntegrationId}`,
    },
  });
  await client.createStage({ ApiId, StageName: '$default', StageVariables: { a: '1' } });
  const { DeploymentId } = await client.createDeployment({ ApiId, StageName: '$default', Description: 'first' });
  const stage = await client.getStage({ ApiId, StageName: '$default' });
  assert.equal(stage.DeploymentId, DeploymentId);
  await client.updateStage({
    ApiId,
    StageName: '$default',
    RouteSettings: { 'ANY /{proxy+}': { ThrottlingBurstLimit: 5, ThrottlingRateLimit: 2.5 } },
  });
  assert.deepEqual(wire(last).body.routeSettings, {
    'ANY /{proxy+}': { throttlingBurstLimit: 5, throttlingRateLimit: 2.5 },
  });
  await client.deleteRouteSettings({ ApiId, StageName: '$default', RouteKey: 'ANY /{proxy+}' });
  await client.updateApi({ ApiId, CorsConfiguration: { AllowOrigins: ['*'] } });
  await client.deleteCorsConfiguration({ ApiId });
  assert.equal((await client.getApi({ ApiId })).CorsConfiguration, undefined);
  const exported = await client.exportApi({ ApiId, Specification: 'OAS30', OutputType: 'JSON' });
  const document = JSON.parse(new TextDecoder().decode(exported.body));
  assert.equal(document.openapi, '3.0.1');
  const again = await client.importApi({ Body: JSON.stringify(document) });
  assert.equal(last.response?.status, 201);
  assert.equal((await client.getRoutes({ ApiId: again.ApiId })).Items?.length, 1);
  await client.reimportApi({ ApiId, Body: JSON.stringify({ ...document, info: { title: 'other', version: '2' } }) });
  assert.equal(last.response?.status, 201);
  assert.equal((await client.getApi({ ApiId })).Name, 'other');
  const arn = `arn:aws:apigateway:us-east-1::/apis/${ApiId}`;
  await client.tagResource({ ResourceArn: arn, Tags: { team: 'a', tier: 'b' } });
  assert.equal(last.response?.status, 201);
  await client.untagResource({ ResourceArn: arn, TagKeys: ['team'] });
  assert.deepEqual((await client.getTags({ ResourceArn: arn })).Tags, { tier: 'b' });
  await client.deleteRoute({ ApiId, RouteId });
  await client.deleteApi({ ApiId });
  assert.equal(last.response?.status, 204);
  await assert.rejects(client.getApi({ ApiId }), {
    name: 'NotFoundException',
    message: `Invalid API identifier specified 000000000000:${ApiId}`,
  });
  assert.equal(last.response?.headers['x-amzn-errortype'], 'NotFoundException');
});

test('the SDK pages through lists', async () => {
  await using place = await opened();
  const { client } = place;
  for (const Name of ['a', 'b', 'c', 'd', 'e']) await client.createApi({ Name, ProtocolType: 'HTTP' });
  const names: (string | undefined)[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.getApis({ MaxResults: '2', NextToken });
    assert.ok((page.Items?.length ?? 0) <= 2);
    names.push(...(page.Items ?? []).map(({ Name }) => Name));
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  assert.deepEqual(names.toSorted(), ['a', 'b', 'c', 'd', 'e']);
});

test('what the model requires is required in the words of this service', async () => {
  await using place = await opened();
  const { client } = place;
  const refused = (call: Promise<unknown>, message: string) =>
    assert.rejects(call, { name: 'BadRequestException', message });
  await refused(client.createApi({ Name: undefined, ProtocolType: 'HTTP' }), 'Invalid API name specified');
  const protocolType = 'SOAP' as Sdk.ProtocolType;
  await refused(
    client.createApi({ Name: 'n', ProtocolType: protocolType }),
    'Invalid protocol specified. Must be one of [HTTP, WEBSOCKET]',
  );
});

test('a Lambda authorizer may be without identity sources, although the model asks for them', async () => {
  await using place = await opened();
  const { ApiId } = await place.client.createApi({ Name: 'n', ProtocolType: 'HTTP' });
  const made = await place.client.createAuthorizer({
    ApiId,
    Name: 'a',
    AuthorizerType: 'REQUEST',
    IdentitySource: undefined,
    AuthorizerPayloadFormatVersion: '2.0',
    AuthorizerUri:
      'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations',
  });
  assert.deepEqual([made.IdentitySource, made.AuthorizerResultTtlInSeconds], [[], 0]);
});

/** Calls in an order in which each finds what it needs; what one makes, the next ones may use. */
type Made = Record<string, string>;
type Step = (client: Sdk.ApiGatewayV2, made: Made) => Promise<object>;

const portalContent = {
  DisplayName: 'Portal',
  Theme: {
    CustomColors: {
      AccentColor: '#000001',
      BackgroundColor: '#000002',
      ErrorValidationColor: '#000003',
      HeaderColor: '#000004',
      NavigationColor: '#000005',
      TextColor: '#000006',
    },
  },
};

test('every operation is reached through the wire protocol', async () => {
  await using place = await opened();
  const { client, gateway } = place;
  const restApiId = await deployedRestApi(gateway);
  const made: Made = { restApiId };
  const keep = (names: readonly string[], answer: object): object => {
    const members = new Map<string, unknown>(Object.entries(answer));
    for (const name of names) {
      const value = members.get(name);
      assert.equal(typeof value, 'string', `${name} is answered`);
      made[name] = String(value);
    }
    return answer;
  };
  const a = (name: string): string => made[name] ?? assert.fail(`${name} is not made yet`);
  const at = () => ({ ApiId: a('ApiId') });
  const page = () => ({ PortalProductId: a('PortalProductId'), ProductPageId: a('ProductPageId') });
  const endpointPage = () => ({
    PortalProductId: a('PortalProductId'),
    ProductRestEndpointPageId: a('ProductRestEndpointPageId'),
  });
  const rule = () => ({
    Priority: 5,
    Conditions: [
      { MatchBasePaths: { AnyOf: ['pets'] } },
      { MatchHeaders: { AnyOf: [{ Header: 'X-V', ValueGlob: 'b*' }] } },
    ],
    Actions: [{ InvokeApi: { ApiId: restApiId, Stage: 'prod', StripBasePath: true } }],
  });
  const DomainName = 'api.example.com';
  const steps: Record<string, Step> = {
    CreateApi: async (c) =>
      keep(
        ['ApiId'],
        await c.createApi({ Name: 'ws', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' }),
      ),
    GetApi: (c) => c.getApi(at()),
    GetApis: (c) => c.getApis({}),
    UpdateApi: (c) => c.updateApi({ ...at(), Description: 'd' }),
    CreateModel: async (c) =>
      keep(['ModelId'], await c.createModel({ ...at(), Name: 'm', Schema: '{"type":"object"}' })),
    GetModel: (c) => c.getModel({ ...at(), ModelId: a('ModelId') }),
    GetModels: (c) => c.getModels(at()),
    GetModelTemplate: (c) => c.getModelTemplate({ ...at(), ModelId: a('ModelId') }),
    UpdateModel: (c) => c.updateModel({ ...at(), ModelId: a('ModelId'), Description: 'd' }),
    CreateIntegration: async (c) =>
      keep(['IntegrationId'], await c.createIntegration({ ...at(), IntegrationType: 'MOCK' })),
    GetIntegration: (c) => c.getIntegration({ ...at(), IntegrationId: a('IntegrationId') }),
    GetIntegrations: (c) => c.getIntegrations(at()),
    UpdateIntegration: (c) => c.updateIntegration({ ...at(), IntegrationId: a('IntegrationId'), TimeoutInMillis: 100 }),
    CreateIntegrationResponse: async (c) =>
      keep(
        ['IntegrationResponseId'],
        await c.createIntegrationResponse({
          ...at(),
          IntegrationId: a('IntegrationId'),
          IntegrationResponseKey: '$default',
        }),
      ),
    GetIntegrationResponse: (c) =>
      c.getIntegrationResponse({
        ...at(),
        IntegrationId: a('IntegrationId'),
        IntegrationResponseId: a('IntegrationResponseId'),
      }),
    GetIntegrationResponses: (c) => c.getIntegrationResponses({ ...at(), IntegrationId: a('IntegrationId') }),
    UpdateIntegrationResponse: (c) =>
      c.updateIntegrationResponse({
        ...at(),
        IntegrationId: a('IntegrationId'),
        IntegrationResponseId: a('IntegrationResponseId'),
        ResponseTemplates: { x: 'y' },
      }),
    CreateRoute: async (c) =>
      keep(
        ['RouteId'],
        await c.createRoute({
          ...at(),
          RouteKey: 'send',
          RequestParameters: { 'route.request.header.a': { Required: true } },
        }),
      ),
    GetRoute: (c) => c.getRoute({ ...at(), RouteId: a('RouteId') }),
    GetRoutes: (c) => c.getRoutes(at()),
    UpdateRoute: (c) => c.updateRoute({ ...at(), RouteId: a('RouteId'), Target: `integrations/${a('IntegrationId')}` }),
    DeleteRouteRequestParameter: (c) =>
      c.deleteRouteRequestParameter({
        ...at(),
        RouteId: a('RouteId'),
        RequestParameterKey: 'route.request.header.a',
      }),
    CreateRouteResponse: async (c) =>
      keep(
        ['RouteResponseId'],
        await c.createRouteResponse({ ...at(), RouteId: a('RouteId'), RouteResponseKey: '$default' }),
      ),
    GetRouteResponse: (c) =>
      c.getRouteResponse({ ...at(), RouteId: a('RouteId'), RouteResponseId: a('RouteResponseId') }),
    GetRouteResponses: (c) => c.getRouteResponses({ ...at(), RouteId: a('RouteId') }),
    UpdateRouteResponse: (c) =>
      c.updateRouteResponse({
        ...at(),
        RouteId: a('RouteId'),
        RouteResponseId: a('RouteResponseId'),
        ResponseModels: { x: 'm' },
      }),
    CreateAuthorizer: async (c) =>
      keep(
        ['AuthorizerId'],
        await c.createAuthorizer({
          ...at(),
          Name: 'a',
          AuthorizerType: 'REQUEST',
          IdentitySource: ['route.request.header.Auth'],
          AuthorizerUri:
            'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations',
        }),
      ),
    GetAuthorizer: (c) => c.getAuthorizer({ ...at(), AuthorizerId: a('AuthorizerId') }),
    GetAuthorizers: (c) => c.getAuthorizers(at()),
    UpdateAuthorizer: (c) => c.updateAuthorizer({ ...at(), AuthorizerId: a('AuthorizerId'), Name: 'b' }),
    CreateStage: (c) => c.createStage({ ...at(), StageName: 'prod' }),
    CreateDeployment: async (c) => keep(['DeploymentId'], await c.createDeployment({ ...at(), StageName: 'prod' })),
    GetDeployment: (c) => c.getDeployment({ ...at(), DeploymentId: a('DeploymentId') }),
    GetDeployments: (c) => c.getDeployments(at()),
    UpdateDeployment: (c) => c.updateDeployment({ ...at(), DeploymentId: a('DeploymentId'), Description: 'd' }),
    GetStage: (c) => c.getStage({ ...at(), StageName: 'prod' }),
    GetStages: (c) => c.getStages(at()),
    UpdateStage: (c) => c.updateStage({ ...at(), StageName: 'prod', RouteSettings: { send: {} } }),
    DeleteRouteSettings: (c) => c.deleteRouteSettings({ ...at(), StageName: 'prod', RouteKey: 'send' }),
    DeleteAccessLogSettings: (c) => c.deleteAccessLogSettings({ ...at(), StageName: 'prod' }),
    ResetAuthorizersCache: (c) => c.resetAuthorizersCache({ ...at(), StageName: 'prod' }),
    CreateDomainName: (c) => c.createDomainName({ DomainName, DomainNameConfigurations: [{}] }),
    GetDomainName: (c) => c.getDomainName({ DomainName }),
    GetDomainNames: (c) => c.getDomainNames({}),
    UpdateDomainName: (c) => c.updateDomainName({ DomainName, RoutingMode: 'ROUTING_RULE_THEN_API_MAPPING' }),
    CreateApiMapping: async (c) =>
      keep(['ApiMappingId'], await c.createApiMapping({ DomainName, ...at(), Stage: 'prod', ApiMappingKey: 'v1/ws' })),
    GetApiMapping: (c) => c.getApiMapping({ DomainName, ApiMappingId: a('ApiMappingId') }),
    GetApiMappings: (c) => c.getApiMappings({ DomainName }),
    UpdateApiMapping: (c) =>
      c.updateApiMapping({ DomainName, ApiMappingId: a('ApiMappingId'), ...at(), ApiMappingKey: 'v2' }),
    CreateRoutingRule: async (c) => keep(['RoutingRuleId'], await c.createRoutingRule({ DomainName, ...rule() })),
    GetRoutingRule: (c) => c.getRoutingRule({ DomainName, RoutingRuleId: a('RoutingRuleId') }),
    ListRoutingRules: (c) => c.listRoutingRules({ DomainName, MaxResults: 1 }),
    PutRoutingRule: (c) => c.putRoutingRule({ DomainName, RoutingRuleId: a('RoutingRuleId'), ...rule(), Priority: 6 }),
    CreateVpcLink: async (c) => keep(['VpcLinkId'], await c.createVpcLink({ Name: 'l', SubnetIds: ['subnet-1'] })),
    GetVpcLink: (c) => c.getVpcLink({ VpcLinkId: a('VpcLinkId') }),
    GetVpcLinks: (c) => c.getVpcLinks({}),
    UpdateVpcLink: (c) => c.updateVpcLink({ VpcLinkId: a('VpcLinkId'), Name: 'm' }),
    CreatePortalProduct: async (c) =>
      keep(['PortalProductId', 'PortalProductArn'], await c.createPortalProduct({ DisplayName: 'p' })),
    GetPortalProduct: (c) => c.getPortalProduct({ PortalProductId: a('PortalProductId') }),
    ListPortalProducts: (c) => c.listPortalProducts({ ResourceOwner: 'SELF' }),
    CreateProductPage: async (c) =>
      keep(
        ['ProductPageId', 'ProductPageArn'],
        await c.createProductPage({
          PortalProductId: a('PortalProductId'),
          DisplayContent: { Title: 't', Body: '# t' },
        }),
      ),
    GetProductPage: (c) => c.getProductPage(page()),
    ListProductPages: (c) => c.listProductPages({ PortalProductId: a('PortalProductId') }),
    UpdateProductPage: (c) => c.updateProductPage({ ...page(), DisplayContent: { Title: 'u', Body: 'b' } }),
    CreateProductRestEndpointPage: async (c) =>
      keep(
        ['ProductRestEndpointPageId'],
        await c.createProductRestEndpointPage({
          PortalProductId: a('PortalProductId'),
          RestEndpointIdentifier: {
            IdentifierParts: { RestApiId: restApiId, Stage: 'prod', Path: '/', Method: 'GET' },
          },
        }),
      ),
    GetProductRestEndpointPage: (c) =>
      c.getProductRestEndpointPage({ ...endpointPage(), IncludeRawDisplayContent: 'true' }),
    ListProductRestEndpointPages: (c) => c.listProductRestEndpointPages({ PortalProductId: a('PortalProductId') }),
    UpdateProductRestEndpointPage: (c) => c.updateProductRestEndpointPage({ ...endpointPage(), TryItState: 'ENABLED' }),
    UpdatePortalProduct: (c) =>
      c.updatePortalProduct({
        PortalProductId: a('PortalProductId'),
        DisplayOrder: { OverviewPageArn: a('ProductPageArn'), ProductPageArns: [a('ProductPageArn')] },
      }),
    PutPortalProductSharingPolicy: (c) =>
      c.putPortalProductSharingPolicy({
        PortalProductId: a('PortalProductId'),
        PolicyDocument: '{"Version":"2012-10-17","Statement":[]}',
      }),
    GetPortalProductSharingPolicy: (c) => c.getPortalProductSharingPolicy({ PortalProductId: a('PortalProductId') }),
    CreatePortal: async (c) =>
      keep(
        ['PortalId', 'PortalArn'],
        await c.createPortal({
          Authorization: { None: {} },
          EndpointConfiguration: { None: {} },
          PortalContent: portalContent,
          IncludedPortalProductArns: [a('PortalProductArn')],
        }),
      ),
    GetPortal: (c) => c.getPortal({ PortalId: a('PortalId') }),
    ListPortals: (c) => c.listPortals({}),
    UpdatePortal: (c) => c.updatePortal({ PortalId: a('PortalId'), IncludedPortalProductArns: [] }),
    PublishPortal: (c) => c.publishPortal({ PortalId: a('PortalId'), Description: 'first' }),
    PreviewPortal: (c) => c.previewPortal({ PortalId: a('PortalId') }),
    DisablePortal: (c) => c.disablePortal({ PortalId: a('PortalId') }),
    TagResource: (c) => c.tagResource({ ResourceArn: a('PortalArn'), Tags: { a: 'b' } }),
    GetTags: (c) => c.getTags({ ResourceArn: a('PortalArn') }),
    UntagResource: (c) => c.untagResource({ ResourceArn: a('PortalArn'), TagKeys: ['a'] }),
    ImportApi: async (c) => {
      const answer = await c.importApi({ Body: 'openapi: 3.0.1\ninfo: {title: t, version: "1"}\npaths: {}' });
      made.Imported = answer.ApiId ?? '';
      return answer;
    },
    ReimportApi: (c) =>
      c.reimportApi({ ApiId: a('Imported'), Body: 'openapi: 3.0.1\ninfo: {title: u, version: "1"}\npaths: {}' }),
    ExportApi: (c) => c.exportApi({ ApiId: a('Imported'), Specification: 'OAS30', OutputType: 'YAML' }),
    DeleteCorsConfiguration: (c) => c.deleteCorsConfiguration({ ApiId: a('Imported') }),
    DeletePortal: (c) => c.deletePortal({ PortalId: a('PortalId') }),
    DeletePortalProductSharingPolicy: (c) =>
      c.deletePortalProductSharingPolicy({ PortalProductId: a('PortalProductId') }),
    DeleteProductRestEndpointPage: (c) => c.deleteProductRestEndpointPage(endpointPage()),
    DeleteProductPage: (c) => c.deleteProductPage(page()),
    DeletePortalProduct: (c) => c.deletePortalProduct({ PortalProductId: a('PortalProductId') }),
    DeleteVpcLink: (c) => c.deleteVpcLink({ VpcLinkId: a('VpcLinkId') }),
    DeleteRoutingRule: (c) => c.deleteRoutingRule({ DomainName, RoutingRuleId: a('RoutingRuleId') }),
    DeleteApiMapping: (c) => c.deleteApiMapping({ DomainName, ApiMappingId: a('ApiMappingId') }),
    DeleteDomainName: (c) => c.deleteDomainName({ DomainName }),
    DeleteStage: (c) => c.deleteStage({ ...at(), StageName: 'prod' }),
    DeleteDeployment: (c) => c.deleteDeployment({ ...at(), DeploymentId: a('DeploymentId') }),
    DeleteAuthorizer: (c) => c.deleteAuthorizer({ ...at(), AuthorizerId: a('AuthorizerId') }),
    DeleteRouteResponse: (c) =>
      c.deleteRouteResponse({ ...at(), RouteId: a('RouteId'), RouteResponseId: a('RouteResponseId') }),
    DeleteRoute: (c) => c.deleteRoute({ ...at(), RouteId: a('RouteId') }),
    DeleteIntegrationResponse: (c) =>
      c.deleteIntegrationResponse({
        ...at(),
        IntegrationId: a('IntegrationId'),
        IntegrationResponseId: a('IntegrationResponseId'),
      }),
    DeleteIntegration: (c) => c.deleteIntegration({ ...at(), IntegrationId: a('IntegrationId') }),
    DeleteModel: (c) => c.deleteModel({ ...at(), ModelId: a('ModelId') }),
    DeleteApi: (c) => c.deleteApi(at()),
  };
  assert.deepEqual(Object.keys(steps).toSorted(), Object.keys(gateway.handlers).toSorted(), 'no operation is left out');
  for (const [name, step] of Object.entries(steps))
    await step(client, made).catch((error: unknown) => assert.fail(`${name}: ${error}`));
});

/** A REST API with `GET /`, deployed to `prod`. */
async function deployedRestApi({ rest, call }: ReturnType<typeof memoryGateway>): Promise<string> {
  const { id: restApiId = '', rootResourceId: resourceId = '' } = await rest.CreateRestApi({ name: 'r' }, call());
  const method = { restApiId, resourceId, httpMethod: 'GET' };
  await rest.PutMethod({ ...method, authorizationType: 'NONE' }, call());
  await rest.PutIntegration({ ...method, type: 'MOCK' }, call());
  await rest.CreateDeployment({ restApiId, stageName: 'prod' }, call());
  return restApiId;
}
