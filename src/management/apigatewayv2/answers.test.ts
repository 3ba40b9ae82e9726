/** What is answered: defaults, what is left out, and what updates do to what was there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MemoryGateway, memoryGateway } from './memory-gateway.ts';
import type { Operations } from './operations.ts';

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const invocation = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
const role = 'arn:aws:iam::000000000000:role/r';

type NewIntegration = Omit<Operations['CreateIntegration']['input'], 'ApiId'>;

const integrationRows: readonly {
  readonly of: string;
  readonly protocol?: 'WEBSOCKET';
  readonly input: NewIntegration;
  readonly answer: Record<string, unknown>;
}[] = [
  {
    of: 'a function',
    input: { IntegrationType: 'AWS_PROXY', IntegrationUri: functionArn, PayloadFormatVersion: '2.0' },
    answer: {
      ConnectionType: 'INTERNET',
      IntegrationMethod: 'POST',
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: functionArn,
      PayloadFormatVersion: '2.0',
      TimeoutInMillis: 30_000,
    },
  },
  {
    of: 'a URL, without what only WebSocket APIs have',
    input: {
      IntegrationType: 'HTTP_PROXY',
      IntegrationMethod: 'ANY',
      IntegrationUri: 'https://example.com',
      PassthroughBehavior: 'WHEN_NO_MATCH',
      ContentHandlingStrategy: 'CONVERT_TO_TEXT',
      TemplateSelectionExpression: 'x',
      RequestTemplates: { a: 'b' },
    },
    answer: {
      ConnectionType: 'INTERNET',
      IntegrationMethod: 'ANY',
      IntegrationType: 'HTTP_PROXY',
      IntegrationUri: 'https://example.com',
      PayloadFormatVersion: '1.0',
      TimeoutInMillis: 30_000,
    },
  },
  {
    of: "a service's action",
    input: {
      IntegrationType: 'AWS_PROXY',
      IntegrationSubtype: 'SQS-SendMessage',
      CredentialsArn: role,
      RequestParameters: { MessageBody: '$request.body.message', QueueUrl: '$request.header.queueUrl' },
    },
    answer: {
      ConnectionType: 'INTERNET',
      CredentialsArn: role,
      IntegrationSubtype: 'SQS-SendMessage',
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '1.0',
      RequestParameters: { MessageBody: '$request.body.message', QueueUrl: '$request.header.queueUrl' },
      TimeoutInMillis: 30_000,
    },
  },
  {
    of: 'a mock of a WebSocket API',
    protocol: 'WEBSOCKET',
    input: { IntegrationType: 'MOCK' },
    answer: {
      ConnectionType: 'INTERNET',
      IntegrationResponseSelectionExpression: `\${integration.response.statuscode}`,
      IntegrationType: 'MOCK',
      PassthroughBehavior: 'WHEN_NO_MATCH',
      PayloadFormatVersion: '1.0',
      TimeoutInMillis: 29_000,
    },
  },
  {
    of: 'a function of a WebSocket API, unmapped',
    protocol: 'WEBSOCKET',
    input: { IntegrationType: 'AWS_PROXY', IntegrationUri: invocation },
    answer: {
      ConnectionType: 'INTERNET',
      IntegrationMethod: 'POST',
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: invocation,
      PassthroughBehavior: 'WHEN_NO_MATCH',
      PayloadFormatVersion: '1.0',
      TimeoutInMillis: 29_000,
    },
  },
  {
    of: 'a function of a WebSocket API, mapped',
    protocol: 'WEBSOCKET',
    input: { IntegrationType: 'AWS', IntegrationMethod: 'POST', IntegrationUri: invocation },
    answer: {
      ConnectionType: 'INTERNET',
      IntegrationMethod: 'POST',
      IntegrationResponseSelectionExpression: `\${integration.response.body.errorMessage}`,
      IntegrationType: 'AWS',
      IntegrationUri: invocation,
      PassthroughBehavior: 'WHEN_NO_MATCH',
      PayloadFormatVersion: '1.0',
      TimeoutInMillis: 29_000,
    },
  },
  {
    of: 'a URL of a WebSocket API',
    protocol: 'WEBSOCKET',
    input: { IntegrationType: 'HTTP_PROXY', IntegrationMethod: 'GET', IntegrationUri: 'https://example.com' },
    answer: {
      ConnectionType: 'INTERNET',
      IntegrationMethod: 'GET',
      IntegrationType: 'HTTP_PROXY',
      IntegrationUri: 'https://example.com',
      PayloadFormatVersion: '1.0',
      TimeoutInMillis: 29_000,
    },
  },
];

for (const { of, protocol, input, answer } of integrationRows)
  test(`an integration of ${of}`, async () => {
    await using place = memoryGateway();
    const { handlers, call } = place;
    const ApiId = await place.api(protocol);
    const { IntegrationId, ...rest } = await handlers.CreateIntegration({ ApiId, ...input }, call());
    assert.match(IntegrationId ?? '', /^[a-z0-9]{7}$/);
    assert.deepEqual(rest, answer);
    const got = await handlers.GetIntegration({ ApiId, IntegrationId: IntegrationId ?? '' }, call());
    assert.deepEqual(got, { IntegrationId, ...answer });
  });

test('a new stage says what its defaults are', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  const made = call();
  const CreatedDate = new Date(made.nowMs);
  const common = {
    AutoDeploy: false,
    CreatedDate,
    LastUpdatedDate: CreatedDate,
    RouteSettings: {},
    StageName: 'dev',
    StageVariables: {},
    Tags: {},
  };
  assert.deepEqual(await handlers.CreateStage({ ApiId: await place.api(), StageName: 'dev' }, made), {
    ...common,
    DefaultRouteSettings: { DetailedMetricsEnabled: false },
  });
  assert.deepEqual(await handlers.CreateStage({ ApiId: await place.api('WEBSOCKET'), StageName: 'dev' }, made), {
    ...common,
    DefaultRouteSettings: { DataTraceEnabled: false, DetailedMetricsEnabled: false, LoggingLevel: 'OFF' },
  });
});

test('a JWT authorizer shows nothing that only Lambda authorizers have', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  const { AuthorizerId, ...rest } = await handlers.CreateAuthorizer(
    {
      ApiId: await place.api(),
      Name: 'n',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Audience: ['a'], Issuer: 'https://issuer.example.com' },
      AuthorizerResultTtlInSeconds: 5,
    },
    call(),
  );
  assert.match(AuthorizerId ?? '', /^[a-z0-9]{6}$/);
  assert.deepEqual(rest, {
    AuthorizerType: 'JWT',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Audience: ['a'], Issuer: 'https://issuer.example.com' },
    Name: 'n',
  });
});

for (const [sources, ttl] of [
  [['$request.header.a'], 300],
  [[], 0],
] as const)
  test(`answers of a Lambda authorizer with ${sources.length} identity sources are kept ${ttl} seconds`, async () => {
    await using place = memoryGateway();
    const { handlers, call } = place;
    const { AuthorizerId: _id, ...rest } = await handlers.CreateAuthorizer(
      {
        ApiId: await place.api(),
        Name: 'n',
        AuthorizerType: 'REQUEST',
        IdentitySource: [...sources],
        AuthorizerUri: invocation,
        AuthorizerPayloadFormatVersion: '2.0',
      },
      call(),
    );
    assert.deepEqual(rest, {
      AuthorizerPayloadFormatVersion: '2.0',
      AuthorizerResultTtlInSeconds: ttl,
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invocation,
      EnableSimpleResponses: false,
      IdentitySource: [...sources],
      Name: 'n',
    });
  });

test('methods of CORS come back in upper case, headers in lower case', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  const api = await handlers.CreateApi(
    {
      Name: 'n',
      ProtocolType: 'HTTP',
      CorsConfiguration: {
        AllowCredentials: true,
        AllowHeaders: ['Authorization', '*'],
        AllowMethods: ['put', 'GET', '*'],
        AllowOrigins: ['https://a.example', 'HTTP://WWW.EXAMPLE.ORG'],
        ExposeHeaders: ['X-Id'],
        MaxAge: 0,
      },
    },
    call(),
  );
  assert.deepEqual(api.CorsConfiguration, {
    AllowCredentials: true,
    AllowHeaders: ['authorization', '*'],
    AllowMethods: ['PUT', 'GET', '*'],
    AllowOrigins: ['https://a.example', 'HTTP://WWW.EXAMPLE.ORG'],
    ExposeHeaders: ['x-id'],
    MaxAge: 0,
  });
});

test('quick create makes an integration, a route and a stage that deploys by itself', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  for (const { target, integration } of [
    {
      target: 'https://example.com',
      integration: { IntegrationType: 'HTTP_PROXY', IntegrationMethod: 'ANY', PayloadFormatVersion: '1.0' },
    },
    {
      target: functionArn,
      integration: { IntegrationType: 'AWS_PROXY', IntegrationMethod: 'POST', PayloadFormatVersion: '2.0' },
    },
  ]) {
    const api = await handlers.CreateApi({ Name: 'n', ProtocolType: 'HTTP', Target: target }, call());
    const ApiId = api.ApiId ?? '';
    assert.deepEqual(
      Object.keys(api).filter((name) => ['Target', 'RouteKey', 'CredentialsArn'].includes(name)),
      [],
    );
    const { Items: integrations = [] } = await handlers.GetIntegrations({ ApiId }, call());
    const [{ IntegrationId = '', ...shown } = {}] = integrations;
    assert.deepEqual(shown, {
      ApiGatewayManaged: true,
      ConnectionType: 'INTERNET',
      IntegrationUri: target,
      TimeoutInMillis: 30_000,
      ...integration,
    });
    const { Items: routes = [] } = await handlers.GetRoutes({ ApiId }, call());
    assert.deepEqual(
      routes.map(({ RouteId: _id, ...route }) => route),
      [
        {
          ApiGatewayManaged: true,
          ApiKeyRequired: false,
          AuthorizationType: 'NONE',
          RouteKey: '$default',
          Target: `integrations/${IntegrationId}`,
        },
      ],
    );
    const stage = await handlers.GetStage({ ApiId, StageName: '$default' }, call());
    assert.equal(stage.ApiGatewayManaged, true);
    assert.equal(stage.AutoDeploy, true);
    const { Items: deployments = [] } = await handlers.GetDeployments({ ApiId }, call());
    assert.deepEqual(
      deployments.map(({ DeploymentId, AutoDeployed }) => [DeploymentId, AutoDeployed]),
      [[stage.DeploymentId, true]],
    );
    await handlers.UpdateApi({ ApiId, Target: 'https://other.example.com/x', RouteKey: 'ANY /{proxy+}' }, call());
    const after = await handlers.GetIntegration({ ApiId, IntegrationId }, call());
    assert.equal(after.IntegrationUri, 'https://other.example.com/x');
    assert.equal(after.IntegrationType, 'HTTP_PROXY');
    const { Items: moved = [] } = await handlers.GetRoutes({ ApiId }, call());
    assert.deepEqual(
      moved.map(({ RouteKey }) => RouteKey),
      ['ANY /{proxy+}'],
    );
  }
});

test('an update of an API clears what is sent empty and replaces CORS as a whole', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  const { ApiId = '' } = await handlers.CreateApi(
    {
      Name: 'n',
      ProtocolType: 'HTTP',
      Description: 'd',
      Version: 'v1',
      CorsConfiguration: { AllowOrigins: ['https://a.example'], MaxAge: 5 },
    },
    call(),
  );
  const updated = await handlers.UpdateApi(
    { ApiId, Description: '', Version: '', CorsConfiguration: { AllowMethods: ['GET'] }, IpAddressType: 'dualstack' },
    call(),
  );
  assert.equal('Description' in updated, false);
  assert.equal('Version' in updated, false);
  assert.equal(updated.Name, 'n');
  assert.equal(updated.IpAddressType, 'dualstack');
  assert.deepEqual(updated.CorsConfiguration, { AllowMethods: ['GET'] });
});

test('an update of an integration merges parameters, and an empty value removes one', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  const { ApiId, IntegrationId } = await place.petsApi();
  const at = { ApiId, IntegrationId };
  const first = {
    RequestParameters: { 'append:header.a': '1', 'append:header.b': '2' },
    ResponseParameters: { 200: { 'append:header.a': '1' }, 404: { 'overwrite:statuscode': '200' } },
    TlsConfig: { ServerNameToVerify: 'x' },
    Description: 'd',
  };
  await handlers.UpdateIntegration({ ...at, ...first }, call());
  const after = await handlers.UpdateIntegration(
    {
      ...at,
      RequestParameters: { 'append:header.a': '', 'remove:header.c': "''" },
      ResponseParameters: { 200: {} },
      TlsConfig: {},
      Description: '',
    },
    call(),
  );
  assert.deepEqual(after.RequestParameters, { 'append:header.b': '2', 'remove:header.c': "''" });
  assert.deepEqual(after.ResponseParameters, { 404: { 'overwrite:statuscode': '200' } });
  assert.equal('TlsConfig' in after, false);
  assert.equal('Description' in after, false);
});

test('an update of a stage merges variables and route settings, and replaces default settings', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  const { ApiId } = await place.petsApi();
  await handlers.CreateRoute({ ApiId, RouteKey: '$default' }, call());
  const at = { ApiId, StageName: '$default' };
  const AccessLogSettings = {
    DestinationArn: 'arn:aws:logs:us-east-1:000000000000:log-group:l:*',
    Format: '$context.requestId',
  };
  await handlers.CreateStage(
    {
      ...at,
      AccessLogSettings,
      Description: 'd',
      StageVariables: { a: '1', b: '2' },
      DefaultRouteSettings: { ThrottlingBurstLimit: 1 },
      RouteSettings: { 'GET /pets': { ThrottlingBurstLimit: 2, ThrottlingRateLimit: 1.5 } },
    },
    call(),
  );
  const after = await handlers.UpdateStage(
    {
      ...at,
      AccessLogSettings: {},
      Description: '',
      StageVariables: { a: '', c: '3' },
      DefaultRouteSettings: { ThrottlingRateLimit: 9 },
      RouteSettings: { $default: { DetailedMetricsEnabled: true } },
    },
    call(),
  );
  assert.deepEqual(after.StageVariables, { b: '2', c: '3' });
  assert.deepEqual(after.DefaultRouteSettings, { DetailedMetricsEnabled: false, ThrottlingRateLimit: 9 });
  assert.deepEqual(after.RouteSettings, {
    'GET /pets': { ThrottlingBurstLimit: 2, ThrottlingRateLimit: 1.5 },
    $default: { DetailedMetricsEnabled: true },
  });
  assert.equal('AccessLogSettings' in after, false);
  assert.equal('Description' in after, false);
});

test('an update of a route keeps its authorizer until the authorization is taken away', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  const { ApiId, RouteId } = await place.petsApi();
  const at = { ApiId, RouteId };
  const { AuthorizerId = '' } = await handlers.CreateAuthorizer(
    {
      ApiId,
      Name: 'n',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.querystring.token'],
      JwtConfiguration: { Audience: ['a'], Issuer: 'https://issuer.example.com' },
    },
    call(),
  );
  const scoped = { AuthorizationType: 'JWT' as const, AuthorizerId, AuthorizationScopes: ['s'] };
  await handlers.UpdateRoute({ ...at, ...scoped, OperationName: 'o' }, call());
  const renamed = await handlers.UpdateRoute({ ...at, RouteKey: 'GET /cats' }, call());
  assert.deepEqual(
    { key: renamed.RouteKey, authorizer: renamed.AuthorizerId, scopes: renamed.AuthorizationScopes },
    { key: 'GET /cats', authorizer: AuthorizerId, scopes: ['s'] },
  );
  const open = await handlers.UpdateRoute({ ...at, AuthorizationType: 'NONE', OperationName: '' }, call());
  assert.deepEqual(
    Object.keys(open).filter((name) => ['AuthorizerId', 'AuthorizationScopes', 'OperationName'].includes(name)),
    [],
  );
  await handlers.DeleteAuthorizer({ ApiId, AuthorizerId }, call());
});

test('deleting a route leaves its integration', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  const { ApiId, RouteId, IntegrationId } = await place.petsApi();
  await handlers.DeleteRoute({ ApiId, RouteId }, call());
  await handlers.GetIntegration({ ApiId, IntegrationId }, call());
  await handlers.DeleteIntegration({ ApiId, IntegrationId }, call());
});

test('names of maps are names like any others', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  const { ApiId } = await place.petsApi();
  const Tags = Object.fromEntries([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
  const StageVariables = Object.fromEntries([['__proto__', '1']]);
  await handlers.CreateStage({ ApiId, StageName: '__proto__', Tags, StageVariables }, call());
  const stage = await handlers.GetStage({ ApiId, StageName: '__proto__' }, call());
  assert.deepEqual(Object.entries(stage.Tags ?? {}), Object.entries(Tags));
  assert.deepEqual(Object.entries(stage.StageVariables ?? {}), [['__proto__', '1']]);
  await assert.rejects(
    async () => handlers.GetRoute({ ApiId, RouteId: '__proto__' }, call()),
    /Invalid Route identifier/,
  );
  assert.equal(({} as Record<string, unknown>).a, undefined);
});

test('another account and another region have APIs of their own', async () => {
  await using place = memoryGateway();
  const { handlers, call } = place;
  const ApiId = await place.api();
  for (const elsewhere of [{ accountId: '111111111111' }, { region: 'eu-west-1' }]) {
    const caller: () => ReturnType<MemoryGateway['call']> = () => call(elsewhere);
    assert.deepEqual(await handlers.GetApis({}, caller()), { Items: [] });
    await assert.rejects(async () => handlers.GetApi({ ApiId }, caller()), /Invalid API identifier specified/);
  }
});
