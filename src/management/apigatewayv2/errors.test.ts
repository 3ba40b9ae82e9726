/** What is refused, and in which words: those that AWS is known to use. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MemoryGateway, memoryGateway } from './memory-gateway.ts';
import type { Operations } from './operations.ts';

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const invocation = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
const listener = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/l/1/2';
const role = 'arn:aws:iam::000000000000:role/r';
const issuer = 'https://issuer.example.com';

interface Refusal {
  readonly when: string;
  readonly call: (place: MemoryGateway) => Promise<unknown>;
  /** BadRequestException unless told otherwise. */
  readonly code?: string;
  readonly message: string | RegExp;
}

const refusals = (subject: string, rows: readonly Refusal[]): void => {
  for (const { when, call, code = 'BadRequestException', message } of rows)
    test(`${subject}: ${when} is refused`, async () => {
      await using place = memoryGateway();
      await assert.rejects(call(place), { code, message });
    });
};

type Input<Name extends keyof Operations> = Operations[Name]['input'];

const createApi = (change: Partial<Input<'CreateApi'>>) => (g: MemoryGateway) =>
  g.handlers.CreateApi({ Name: 'n', ProtocolType: 'HTTP', ...change }, g.call()) as Promise<unknown>;

refusals('an API', [
  { when: 'an empty name', call: createApi({ Name: '' }), message: 'Invalid API name specified' },
  {
    when: 'a name of 129 characters',
    call: createApi({ Name: 'n'.repeat(129) }),
    message: /less than or equal to 128/,
  },
  { when: 'a description of 1025 characters', call: createApi({ Description: 'd'.repeat(1025) }), message: /1024/ },
  { when: 'an empty version', call: createApi({ Version: '' }), message: /greater than or equal to 1/ },
  {
    when: 'a route selection of another kind',
    call: createApi({ RouteSelectionExpression: '$request.body.action' }),
    message: `Route selection expression is currently limited to "\${request.method} \${request.path}"`,
  },
  {
    when: 'a WebSocket API without a route selection',
    call: createApi({ ProtocolType: 'WEBSOCKET' }),
    message: 'Invalid routeSelectionExpression',
  },
  {
    when: 'CORS for a WebSocket API',
    call: createApi({
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
      CorsConfiguration: { AllowOrigins: ['*'] },
    }),
    message: 'Cors is not supported for WEBSOCKET protocolType',
  },
  {
    when: 'a target for a WebSocket API',
    call: createApi({
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
      Target: functionArn,
    }),
    message: 'Target is not supported for WEBSOCKET protocolType',
  },
  {
    when: 'credentials for every origin',
    call: createApi({ CorsConfiguration: { AllowCredentials: true, AllowOrigins: ['https://a.example', '*'] } }),
    message: "allow-credentials is not supported if 'allow-origin' is *",
  },
  ...['example.com', 'localhost:3000', 'capacitor://localhost', 'null', 'https://*.example.com'].map((origin) => ({
    when: `the origin ${origin}`,
    call: createApi({ CorsConfiguration: { AllowOrigins: ['https://a.example', origin] } }),
    message: `Invalid format for origin ${origin}`,
  })),
  { when: 'a max age beyond a day', call: createApi({ CorsConfiguration: { MaxAge: 86_401 } }), message: /max age/ },
  {
    when: 'a header name that would end a line',
    call: createApi({ CorsConfiguration: { ExposeHeaders: ['a\r\nset-cookie: b'] } }),
    message: /no header can carry/,
  },
  {
    when: 'a tag of AWS',
    call: createApi({ Tags: { 'AWS:x': 'y' } }),
    message: "Invalid tag key. Tag keys cannot start with 'aws:' (case insensitive)",
  },
  {
    when: 'a target that is neither URL nor ARN',
    call: createApi({ Target: 'pets' }),
    message: /Invalid integration URI/,
  },
  {
    when: 'a quick-create route without a target',
    call: createApi({ RouteKey: 'GET /pets' }),
    message: /Target must be specified/,
  },
  {
    when: 'an unknown identifier',
    call: (g) => g.handlers.GetApi({ ApiId: 'nope' }, g.call()) as Promise<unknown>,
    code: 'NotFoundException',
    message: 'Invalid API identifier specified 000000000000:nope',
  },
  {
    when: 'a target for an API that was not quick-created',
    call: async (g) => g.handlers.UpdateApi({ ApiId: await g.api(), Target: 'https://example.com' }, g.call()),
    message: /quick create/,
  },
  {
    when: 'a page of no items',
    call: (g) => g.handlers.GetApis({ MaxResults: '0' }, g.call()) as Promise<unknown>,
    message: /Invalid maxResults/,
  },
  {
    when: 'a page of many items',
    call: (g) => g.handlers.GetApis({ MaxResults: 'many' }, g.call()) as Promise<unknown>,
    message: /Invalid maxResults/,
  },
]);

const createRoute =
  (change: Partial<Input<'CreateRoute'>>, protocolType: 'HTTP' | 'WEBSOCKET' = 'HTTP') =>
  async (g: MemoryGateway): Promise<unknown> =>
    g.handlers.CreateRoute({ ApiId: await g.api(protocolType), RouteKey: 'GET /pets', ...change }, g.call());

const keyFormat =
  'The provided route key is not formatted properly for HTTP protocol. Format should be "[HTTP METHOD] /[RESOURCE PATH]" or "$default"';
const badPath = /^One or more path parts appear to be invalid/;

refusals('a route', [
  ...['get /pets', 'TRACE /pets', 'GET pets', 'GET', '/pets', '$connect', 'GET  /pets', ' GET /pets'].map(
    (RouteKey) => ({
      when: `the key '${RouteKey}'`,
      call: createRoute({ RouteKey }),
      message: keyFormat,
    }),
  ),
  ...[
    'GET /pets/',
    'GET /a//b',
    'GET /a b',
    'GET /*',
    'GET /a%20b',
    'GET /a{b}',
    'GET /{a+}/b',
    'GET /{}',
    'GET /~',
  ].map((RouteKey) => ({ when: `the key '${RouteKey}'`, call: createRoute({ RouteKey }), message: badPath })),
  { when: 'an empty key', call: createRoute({ RouteKey: '' }), message: 'Route key is required' },
  {
    when: 'a reserved WebSocket key',
    call: createRoute({ RouteKey: '$send' }, 'WEBSOCKET'),
    message: /^Invalid route key specified: \$send/,
  },
  {
    when: 'a key that exists',
    call: async (g) => {
      const { ApiId } = await g.petsApi();
      return g.handlers.CreateRoute({ ApiId, RouteKey: 'GET /pets' }, g.call());
    },
    code: 'ConflictException',
    message: 'Route with key GET /pets already exists for this API',
  },
  {
    when: 'an API key for an HTTP API',
    call: createRoute({ ApiKeyRequired: true }),
    message: 'ApiKeyRequired is not currently supported for HTTP APIs.',
  },
  ...['pets', 'integration/x', 'integrations/', 'integrations/a/b'].map((Target) => ({
    when: `the target '${Target}'`,
    call: createRoute({ Target }),
    message: 'Unexpected or malformed target in route. Correct format should be integrations/<integration_id>.',
  })),
  {
    when: 'an integration that is not there',
    call: createRoute({ Target: 'integrations/nope' }),
    code: 'NotFoundException',
    message: 'Invalid Integration identifier specified nope',
  },
  {
    when: 'JWT without an authorizer',
    call: createRoute({ AuthorizationType: 'JWT' }),
    message: 'Invalid authorizer ID specified. Setting the authorization type to JWT requires a valid JWT authorizer.',
  },
  {
    when: 'CUSTOM with an authorizer that is not there',
    call: createRoute({ AuthorizationType: 'CUSTOM', AuthorizerId: 'constructor' }),
    message:
      'Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.',
  },
  {
    when: 'scopes without JWT',
    call: createRoute({ AuthorizationScopes: ['a'] }),
    message: 'Authorization Scopes are only valid for COGNITO_USER_POOLS and JWT authorization type',
  },
  {
    when: 'authorization of a message',
    call: createRoute({ RouteKey: 'send', AuthorizationType: 'AWS_IAM' }, 'WEBSOCKET'),
    message: 'Currently, authorization is restricted to the $connect route only',
  },
  {
    when: 'an unknown identifier',
    call: async (g) => g.handlers.GetRoute({ ApiId: await g.api(), RouteId: 'nope' }, g.call()),
    code: 'NotFoundException',
    message: 'Invalid Route identifier specified nope',
  },
  {
    when: 'another key for the quick-created route',
    call: async (g) => {
      const { ApiId = '' } = await g.handlers.CreateApi(
        { Name: 'n', ProtocolType: 'HTTP', Target: 'https://example.com' },
        g.call(),
      );
      const { Items = [] } = await g.handlers.GetRoutes({ ApiId }, g.call());
      return g.handlers.UpdateRoute({ ApiId, RouteId: Items[0]?.RouteId ?? '', RouteKey: 'GET /x' }, g.call());
    },
    message: /quick create/,
  },
  {
    when: 'a response of an HTTP API',
    call: async (g) => {
      const { ApiId, RouteId } = await g.petsApi();
      return g.handlers.CreateRouteResponse({ ApiId, RouteId, RouteResponseKey: '$default' }, g.call());
    },
    message: 'RouteResponses are currently not supported for this API protocol type.',
  },
  {
    when: 'a response key other than $default',
    call: async (g) => {
      const ApiId = await g.api('WEBSOCKET');
      const { RouteId = '' } = await g.handlers.CreateRoute({ ApiId, RouteKey: 'send' }, g.call());
      return g.handlers.CreateRouteResponse({ ApiId, RouteId, RouteResponseKey: '200' }, g.call());
    },
    message: 'Currently, only $default is supported as a RouteResponseKey.',
  },
]);

const http = {
  IntegrationType: 'HTTP_PROXY',
  IntegrationMethod: 'GET',
  IntegrationUri: 'https://example.com',
} as const;
const lambda = { IntegrationType: 'AWS_PROXY', IntegrationUri: functionArn, PayloadFormatVersion: '2.0' } as const;
const queue = {
  IntegrationType: 'AWS_PROXY',
  IntegrationSubtype: 'SQS-SendMessage',
  CredentialsArn: role,
  RequestParameters: { QueueUrl: '$request.header.q', MessageBody: '$request.body' },
} as const;

const createIntegration =
  (input: Omit<Input<'CreateIntegration'>, 'ApiId'>, protocolType: 'HTTP' | 'WEBSOCKET' = 'HTTP') =>
  async (g: MemoryGateway): Promise<unknown> =>
    g.handlers.CreateIntegration({ ApiId: await g.api(protocolType), ...input }, g.call());

const expression = (fault: string): string =>
  `Invalid mapping expression specified: Validation Result: warnings : [], errors : [${fault}]`;

refusals('an integration', [
  ...(['HTTP', 'AWS', 'MOCK'] as const).map((IntegrationType) => ({
    when: `type ${IntegrationType} of an HTTP API`,
    call: createIntegration({ IntegrationType }),
    message:
      'Currently, an API with a protocol type of HTTP may only be associated with proxy integrations (AWS_PROXY, HTTP_PROXY)',
  })),
  {
    when: 'HTTP_PROXY without a method',
    call: createIntegration({ ...http, IntegrationMethod: undefined }),
    message: 'HttpMethod parameter method must be specified for integrationType HTTPPROXY',
  },
  {
    when: 'payload 2.0 for HTTP_PROXY',
    call: createIntegration({ ...http, PayloadFormatVersion: '2.0' }),
    message: 'PayloadFormatVersion 2.0 is not supported for integration of type HTTP_PROXY',
  },
  {
    when: 'a function without a payload format',
    call: createIntegration({ ...lambda, PayloadFormatVersion: undefined }),
    message: 'PayloadFormatVersion is a required parameter for integration',
  },
  {
    when: 'an unknown payload format',
    call: createIntegration({ ...lambda, PayloadFormatVersion: '3.0' }),
    message: 'Unsupported PayloadFormatVersion: 3.0',
  },
  ...['ftp://example.com', 'example.com', 'http://', ''].map((IntegrationUri) => ({
    when: `the URI '${IntegrationUri}'`,
    call: createIntegration({ ...http, IntegrationUri }),
    message: /Invalid integration URI specified|failed to satisfy constraint/,
  })),
  {
    when: 'a function that is none',
    call: createIntegration({ ...lambda, IntegrationUri: 'arn:aws:sqs:us-east-1:000000000000:q' }),
    message: 'Invalid integration URI specified',
  },
  ...[49, 30_001].map((TimeoutInMillis) => ({
    when: `a timeout of ${TimeoutInMillis} ms`,
    call: createIntegration({ ...http, TimeoutInMillis }),
    message: 'Timeout should be between 50 ms and 30000 ms',
  })),
  {
    when: 'a timeout of 29001 ms of a WebSocket API',
    call: createIntegration({ IntegrationType: 'MOCK', TimeoutInMillis: 29_001 }, 'WEBSOCKET'),
    message: 'Timeout should be between 50 ms and 29000 ms',
  },
  {
    when: 'a VPC link that is not named',
    call: createIntegration({ ...http, ConnectionType: 'VPC_LINK', IntegrationUri: listener }),
    message: 'ConnectionId must be set to vpcLinkId for ConnectionType VPC_LINK',
  },
  {
    when: 'a VPC link to a URL',
    call: createIntegration({ ...http, ConnectionType: 'VPC_LINK', ConnectionId: 'x' }),
    message:
      'For VpcLink VPC_LINK, integration uri should be a valid ELB listener ARN or a valid Cloud Map service ARN.',
  },
  {
    when: 'a VPC link that is not there',
    call: createIntegration({ ...http, ConnectionType: 'VPC_LINK', ConnectionId: 'nope', IntegrationUri: listener }),
    code: 'NotFoundException',
    message: 'Invalid VpcLink identifier specified nope',
  },
  {
    when: 'a service without a role',
    call: createIntegration({ ...queue, CredentialsArn: undefined }),
    message: 'Role ARN must be specified for AWS integration configuration with Subtype: SQS-SendMessage',
  },
  {
    when: 'an unknown service action',
    call: createIntegration({ ...queue, IntegrationSubtype: 'SQS-Sing' }),
    message: 'Operation: SQS-Sing is not supported.',
  },
  {
    when: 'a service action called like a member of every object',
    call: createIntegration({ ...queue, IntegrationSubtype: 'constructor' }),
    message: 'Operation: constructor is not supported.',
  },
  {
    when: 'a service action with payload 2.0',
    call: createIntegration({ ...queue, PayloadFormatVersion: '2.0' }),
    message: 'Operation: SQS-SendMessage is not supported.',
  },
  {
    when: 'a service action without a parameter that it needs',
    call: createIntegration({ ...queue, RequestParameters: { QueueUrl: 'https://q' } }),
    message:
      'Operation: SQS-SendMessage requires enabling passthrough, or defining all of the following parameters: [QueueUrl, MessageBody]',
  },
  {
    when: 'a misspelt parameter of a service action',
    call: createIntegration({
      ...queue,
      IntegrationSubtype: 'StepFunctions-StartSyncExecution',
      RequestParameters: { stateMachineArn: 'x' },
    }),
    message: 'Parameter: stateMachineArn does not fit schema for Operation: StepFunctions-StartSyncExecution.',
  },
  {
    when: 'a request mapping of no action',
    call: createIntegration({ ...http, RequestParameters: { 'header.x': 'y' } }),
    message: expression('Invalid Request Actioned Parameter destination specified: header.x'),
  },
  {
    when: 'a request mapping of a reserved header',
    call: createIntegration({ ...http, RequestParameters: { 'overwrite:header.Authorization': 'y' } }),
    message: /Invalid Request Actioned Parameter destination specified: overwrite:header.Authorization/,
  },
  {
    when: 'a response mapping of a status that is none',
    call: createIntegration({ ...http, ResponseParameters: { 199: { 'append:header.x': 'y' } } }),
    message: 'Status Code 199 is not valid',
  },
  {
    when: 'a response mapping of no place',
    call: createIntegration({ ...http, ResponseParameters: { 200: { 'append:overwrite.static': 'y' } } }),
    message: expression('Invalid Response Actioned Parameter destination specified: append:overwrite.static'),
  },
  {
    when: 'a response mapping of the query string',
    call: createIntegration({ ...http, ResponseParameters: { 200: { 'append:querystring.a': 'y' } } }),
    message: expression('Invalid Response Actioned Parameter destination specified: append:querystring.a'),
  },
  {
    when: 'payload 2.0 of a WebSocket API',
    call: createIntegration({ ...lambda }, 'WEBSOCKET'),
    message: 'Unsupported PayloadFormatVersion: 2.0',
  },
  {
    when: 'a service action of a WebSocket API',
    call: createIntegration({ ...queue }, 'WEBSOCKET'),
    message: 'IntegrationSubtype is not supported for WEBSOCKET protocolType',
  },
  {
    when: 'deleting one that a route leads to',
    call: async (g) => {
      const { ApiId, IntegrationId } = await g.petsApi();
      return g.handlers.DeleteIntegration({ ApiId, IntegrationId }, g.call());
    },
    code: 'ConflictException',
    message: /^Cannot delete Integration because it is referenced by the following Routes with Ids: \[\w+\]$/,
  },
  {
    when: 'deleting the quick-created one',
    call: async (g) => {
      const { ApiId = '' } = await g.handlers.CreateApi(
        { Name: 'n', ProtocolType: 'HTTP', Target: 'https://example.com' },
        g.call(),
      );
      const { Items = [] } = await g.handlers.GetIntegrations({ ApiId }, g.call());
      return g.handlers.DeleteIntegration({ ApiId, IntegrationId: Items[0]?.IntegrationId ?? '' }, g.call());
    },
    message: /quick create/,
  },
  {
    when: 'a response of an HTTP API',
    call: async (g) => {
      const { ApiId, IntegrationId } = await g.petsApi();
      return g.handlers.CreateIntegrationResponse(
        { ApiId, IntegrationId, IntegrationResponseKey: '$default' },
        g.call(),
      );
    },
    message: 'IntegrationResponses are currently not supported for this API protocol type.',
  },
]);

type NewAuthorizer = Omit<Input<'CreateAuthorizer'>, 'ApiId'>;

const jwt: NewAuthorizer = {
  Name: 'a',
  AuthorizerType: 'JWT',
  IdentitySource: ['$request.header.Authorization'],
  JwtConfiguration: { Issuer: issuer, Audience: ['a'] },
};
const request: NewAuthorizer = {
  Name: 'a',
  AuthorizerType: 'REQUEST',
  IdentitySource: ['$request.header.Authorization'],
  AuthorizerUri: invocation,
  AuthorizerPayloadFormatVersion: '2.0',
};

const createAuthorizer =
  (input: NewAuthorizer, protocolType: 'HTTP' | 'WEBSOCKET' = 'HTTP') =>
  async (g: MemoryGateway): Promise<unknown> =>
    g.handlers.CreateAuthorizer({ ApiId: await g.api(protocolType), ...input }, g.call());
const withJwt = (change: { Issuer?: string; Audience?: string[] }) =>
  createAuthorizer({ ...jwt, JwtConfiguration: { Issuer: issuer, Audience: ['a'], ...change } });

refusals('an authorizer', [
  {
    when: 'JWT without configuration',
    call: createAuthorizer({ ...jwt, JwtConfiguration: undefined }),
    message: 'JwtConfiguration must not be null for JWT Authorizer',
  },
  ...['issuer.example.com', 'ftp://issuer.example.com', ''].map((Issuer) => ({
    when: `the issuer '${Issuer}'`,
    call: withJwt({ Issuer }),
    message: 'Invalid issuer: Issuer is not a valid URL for JWT Authorizer',
  })),
  { when: 'JWT for no audience', call: withJwt({ Audience: [] }), message: /Audience/ },
  {
    when: 'JWT for 51 audiences',
    call: withJwt({ Audience: Array.from({ length: 51 }, String) }),
    message: /50 audiences/,
  },
  {
    when: 'JWT from two places',
    call: createAuthorizer({ ...jwt, IdentitySource: ['$request.header.a', '$request.header.b'] }),
    message: /Exactly one identity source/,
  },
  {
    when: 'JWT from the context',
    call: createAuthorizer({ ...jwt, IdentitySource: ['$context.a'] }),
    message: 'Invalid identity source expression: $context.a',
  },
  {
    when: 'a Lambda authorizer without a function',
    call: createAuthorizer({ ...request, AuthorizerUri: undefined }),
    message: 'AuthorizerUri is a required field in an Authorizer',
  },
  {
    when: 'a function by its own ARN',
    call: createAuthorizer({ ...request, AuthorizerUri: functionArn }),
    message: /^Invalid Authorizer URI/,
  },
  {
    when: 'a Lambda authorizer without a payload format',
    call: createAuthorizer({ ...request, AuthorizerPayloadFormatVersion: undefined }),
    message: 'AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer',
  },
  {
    when: 'simple responses of payload 1.0',
    call: createAuthorizer({ ...request, AuthorizerPayloadFormatVersion: '1.0', EnableSimpleResponses: true }),
    message: 'EnableSimpleResponses can only be set for AuthorizerPayloadFormatVersion "2.0".',
  },
  {
    when: 'a TTL of 3601 seconds',
    call: createAuthorizer({ ...request, AuthorizerResultTtlInSeconds: 3601 }),
    message: 'Authorizer result TTL outside allowable range. TTL must be between 0 and 3600 seconds.',
  },
  {
    when: 'a TTL without an identity source',
    call: createAuthorizer({ ...request, IdentitySource: [], AuthorizerResultTtlInSeconds: 1 }),
    message: 'Identity source must be set if authorizer caching is enabled (TTL is greater than 0)',
  },
  {
    when: 'an identity source of another kind',
    call: createAuthorizer({ ...request, IdentitySource: ['method.request.header.a'] }),
    message: 'Invalid identity source expression: method.request.header.a',
  },
  {
    when: 'a name that is taken',
    call: async (g) => {
      const input = { ...jwt, ApiId: await g.api() };
      await g.handlers.CreateAuthorizer(input, g.call());
      return g.handlers.CreateAuthorizer(input, g.call());
    },
    message: 'Authorizer name must be unique. Authorizer a already exists in this RestApi.',
  },
  {
    when: 'JWT for a WebSocket API',
    call: createAuthorizer(jwt, 'WEBSOCKET'),
    message: 'Invalid authorizer type. Only REQUEST authorizer type is supported on WEBSOCKET protocol Apis.',
  },
  {
    when: 'a TTL of a WebSocket API',
    call: createAuthorizer(
      {
        Name: 'a',
        AuthorizerType: 'REQUEST',
        IdentitySource: [],
        AuthorizerUri: invocation,
        AuthorizerResultTtlInSeconds: 0,
      },
      'WEBSOCKET',
    ),
    message: 'AuthorizerResultTtlInSeconds cannot be set for WEBSOCKET protocol Apis.',
  },
  {
    when: 'an identity source of HTTP APIs for a WebSocket API',
    call: createAuthorizer(
      { Name: 'a', AuthorizerType: 'REQUEST', IdentitySource: ['$request.header.a'], AuthorizerUri: invocation },
      'WEBSOCKET',
    ),
    message:
      /^Invalid request identity source expression: \$request\.header\.a\. The sources must be separated by comma/,
  },
  {
    when: 'deleting one that a route uses',
    call: async (g) => {
      const ApiId = await g.api();
      const { AuthorizerId = '' } = await g.handlers.CreateAuthorizer({ ...jwt, ApiId }, g.call());
      const route = { RouteKey: 'POST /pdf/generate', AuthorizationType: 'JWT', AuthorizerId } as const;
      await g.handlers.CreateRoute({ ApiId, ...route }, g.call());
      return g.handlers.DeleteAuthorizer({ ApiId, AuthorizerId }, g.call());
    },
    code: 'ConflictException',
    message: "Cannot delete authorizer 'a', is referenced in route: POST /pdf/generate",
  },
]);

const createStage =
  (change: Partial<Input<'CreateStage'>>, protocolType: 'HTTP' | 'WEBSOCKET' = 'HTTP') =>
  async (g: MemoryGateway): Promise<unknown> =>
    g.handlers.CreateStage({ ApiId: await g.api(protocolType), StageName: 'dev', ...change }, g.call());

const logGroup = 'arn:aws:logs:us-east-1:000000000000:log-group:l';

refusals('a stage or deployment', [
  ...['a b', '$other', 'a/b', 'é'].map((StageName) => ({
    when: `the name '${StageName}'`,
    call: createStage({ StageName }),
    message: 'Stage name only allows a-zA-Z0-9_',
  })),
  {
    when: 'a name that is taken',
    call: async (g) => {
      const ApiId = await g.api();
      await g.handlers.CreateStage({ ApiId, StageName: 'dev' }, g.call());
      return g.handlers.CreateStage({ ApiId, StageName: 'dev' }, g.call());
    },
    code: 'ConflictException',
    message: 'Stage already exists',
  },
  {
    when: 'settings of a route that is not there',
    call: createStage({ RouteSettings: { 'GET /some-route': {} } }),
    code: 'NotFoundException',
    message: 'Unable to find Route by key GET /some-route within the provided RouteSettings',
  },
  ...[{ LoggingLevel: 'INFO' } as const, { DataTraceEnabled: false }].map((DefaultRouteSettings) => ({
    when: `execution logs of an HTTP API (${Object.keys(DefaultRouteSettings)})`,
    call: createStage({ DefaultRouteSettings }),
    message: 'Execution logs are not supported on protocolType HTTP',
  })),
  {
    when: 'execution logs without a role of the account',
    call: createStage({ DefaultRouteSettings: { LoggingLevel: 'INFO' } }, 'WEBSOCKET'),
    message: 'CloudWatch Logs role ARN must be set in account settings to enable logging',
  },
  {
    when: 'half an access log',
    call: createStage({ AccessLogSettings: { DestinationArn: logGroup } }),
    message: 'Access Log value missing. Expected destinationArn and format.',
  },
  {
    when: 'an access log without an identifier of the request',
    call: createStage({ AccessLogSettings: { DestinationArn: logGroup, Format: '$context.requestIdea' } }),
    message: 'Access Log format must include either $context.requestId or $context.extendedRequestId',
  },
  {
    when: 'an access log into Firehose',
    call: createStage({
      AccessLogSettings: {
        DestinationArn: 'arn:aws:firehose:us-east-1:000000000000:deliverystream/amazon-apigateway-x',
        Format: '$context.requestId',
      },
    }),
    message: 'Invalid ARN specified in the request',
  },
  {
    when: 'a stage variable with a space',
    call: createStage({ StageVariables: { a: 'b c' } }),
    message: /Stage variable value of 'a' is invalid/,
  },
  {
    when: 'a deployment for a stage that deploys by itself',
    call: createStage({ AutoDeploy: true, DeploymentId: 'x' }),
    message: 'Deployment ID cannot be set on this stage because AutoDeploy is enabled.',
  },
  { when: 'an unknown deployment', call: createStage({ DeploymentId: 'x' }), message: 'Deployment id does not exist' },
  {
    when: 'an unknown client certificate',
    call: createStage({ ClientCertificateId: 'x' }, 'WEBSOCKET'),
    message: 'Invalid Client Certificate identifier specified',
  },
  {
    when: 'deploying an HTTP API without routes',
    call: async (g) => g.handlers.CreateDeployment({ ApiId: await g.api() }, g.call()),
    message: 'Unable to deploy API because no routes exist in this API',
  },
  {
    when: 'deploying a WebSocket API without routes',
    call: async (g) => g.handlers.CreateDeployment({ ApiId: await g.api('WEBSOCKET') }, g.call()),
    message: 'At least one route is required before deploying the Api',
  },
  {
    when: 'deploying to a stage that is not there',
    call: async (g) => g.handlers.CreateDeployment({ ApiId: (await g.petsApi()).ApiId, StageName: 'x' }, g.call()),
    code: 'NotFoundException',
    message: 'Invalid stage identifier specified',
  },
  {
    when: 'deploying to a stage that deploys by itself',
    call: async (g) => {
      const { ApiId } = await g.petsApi();
      await g.handlers.CreateStage({ ApiId, StageName: 'dev', AutoDeploy: true }, g.call());
      return g.handlers.CreateDeployment({ ApiId, StageName: 'dev' }, g.call());
    },
    message: /^Deployment ID cannot be set on this stage/,
  },
  {
    when: 'deleting a deployment that is served',
    call: async (g) => {
      const { ApiId } = await g.petsApi();
      await g.handlers.CreateStage({ ApiId, StageName: 'dev' }, g.call());
      const { DeploymentId = '' } = await g.handlers.CreateDeployment({ ApiId, StageName: 'dev' }, g.call());
      return g.handlers.DeleteDeployment({ ApiId, DeploymentId }, g.call());
    },
    message: 'Active stages pointing to this deployment must be moved or deleted',
  },
  {
    when: 'deleting settings of a route that has none',
    call: async (g) => {
      const { ApiId } = await g.petsApi();
      await g.handlers.CreateStage({ ApiId, StageName: 'dev' }, g.call());
      return g.handlers.DeleteRouteSettings({ ApiId, StageName: 'dev', RouteKey: '__proto__' }, g.call());
    },
    code: 'NotFoundException',
    message: 'Unable to find Route by key __proto__ within the provided RouteSettings',
  },
  {
    when: 'deleting the quick-created stage',
    call: async (g) => {
      const { ApiId = '' } = await g.handlers.CreateApi(
        { Name: 'n', ProtocolType: 'HTTP', Target: 'https://example.com' },
        g.call(),
      );
      return g.handlers.DeleteStage({ ApiId, StageName: '$default' }, g.call());
    },
    message: /quick create/,
  },
]);

const domain =
  (change: Partial<Input<'CreateDomainName'>>) =>
  async (g: MemoryGateway): Promise<unknown> =>
    g.handlers.CreateDomainName({ DomainName: 'api.example.com', DomainNameConfigurations: [{}], ...change }, g.call());
const certificate = 'arn:aws:acm:eu-west-1:000000000000:certificate/c';

/** A mapping of a deployed API, with what it should be instead. */
const mapping =
  (change: Partial<Input<'CreateApiMapping'>>, prepare?: (g: MemoryGateway) => Promise<unknown>) =>
  async (g: MemoryGateway): Promise<unknown> => {
    await (prepare ?? domain({}))(g);
    const ApiId = await g.api();
    await g.handlers.CreateStage({ ApiId, StageName: 'prod' }, g.call());
    const input = { DomainName: 'api.example.com', ApiId, Stage: 'prod', ...change };
    return g.handlers.CreateApiMapping(input, g.call());
  };

refusals('a domain name or mapping', [
  {
    when: 'a name that is taken',
    call: async (g) => {
      await domain({})(g);
      return domain({})(g);
    },
    message: 'The domain name you provided already exists.',
  },
  {
    when: 'no configuration',
    call: domain({ DomainNameConfigurations: [] }),
    message: 'Invalid input. Expected one domain name configuration',
  },
  {
    when: 'two configurations',
    call: domain({ DomainNameConfigurations: [{}, {}] }),
    message: 'Invalid input. Expected one domain name configuration',
  },
  {
    when: 'an EDGE endpoint',
    call: domain({ DomainNameConfigurations: [{ EndpointType: 'EDGE' }] }),
    message: 'EDGE endpoint type is not supported for APIGatewayV2 domainName',
  },
  {
    when: 'TLS 1.0',
    call: domain({ DomainNameConfigurations: [{ SecurityPolicy: 'TLS_1_0' }] }),
    message: 'TLS_1_0 is not supported for APIGatewayV2 domainName.',
  },
  {
    when: 'a certificate of another region',
    call: domain({ DomainNameConfigurations: [{ CertificateArn: certificate }] }),
    message: `Invalid certificate ARN: ${certificate}. Certificate must be in 'us-east-1'.`,
  },
  ...['API.example.com', 'a_b.example.com', 'a..b', '*', 'a.*.b'].map((DomainName) => ({
    when: `the name '${DomainName}'`,
    call: domain({ DomainName }),
    message: 'Invalid domain name specified',
  })),
  {
    when: 'a domain name that is not there',
    call: mapping({ DomainName: 'constructor' }),
    code: 'NotFoundException',
    message: 'The domain name resource specified in the request was not found.',
  },
  {
    when: 'an API that is not there',
    call: mapping({ ApiId: 'nope' }),
    message: 'Invalid API identifier specified 000000000000:nope',
  },
  {
    when: 'a stage that is not there',
    call: mapping({ Stage: 'nope' }),
    message: 'Invalid stage identifier specified',
  },
  {
    when: 'a key with other characters',
    call: mapping({ ApiMappingKey: 'a b' }),
    message: "An ApiMapping key may contain only letters, numbers and one of $-_.+!*'(),",
  },
  ...['/a', 'a//b'].map((ApiMappingKey) => ({
    when: `the key '${ApiMappingKey}'`,
    call: mapping({ ApiMappingKey }),
    message: "API mapping key should not start with a '/' or have consecutive '/'s.",
  })),
  {
    when: "the key 'a/'",
    call: mapping({ ApiMappingKey: 'a/' }),
    message: "API mapping key should not end with a '/'.",
  },
  {
    when: 'a key that is taken',
    call: async (g) => {
      await mapping({ ApiMappingKey: 'v1' })(g);
      return mapping({ ApiMappingKey: 'v1' }, () => Promise.resolve())(g);
    },
    code: 'ConflictException',
    message: 'ApiMapping key already exists for this domain name',
  },
  {
    when: 'a mapping of an EDGE domain name',
    call: mapping({}, (g) => g.rest.CreateDomainName({ domainName: 'api.example.com' }, g.call()) as Promise<unknown>),
    message: /^Only REGIONAL domain names can be managed through the API Gateway V2 API\./,
  },
  {
    when: 'a mapping of a TLS 1.0 domain name',
    call: mapping({}, async (g) =>
      g.rest.CreateDomainName(
        {
          domainName: 'api.example.com',
          endpointConfiguration: { types: ['REGIONAL'] },
          securityPolicy: 'TLS_1_0',
        },
        g.call(),
      ),
    ),
    message: /^Only REGIONAL domain names with a security policy of TLS 1\.2/,
  },
  {
    when: 'a WebSocket API beside an HTTP API',
    call: async (g) => {
      await mapping({ ApiMappingKey: 'v1' })(g);
      const ApiId = await g.api('WEBSOCKET');
      await g.handlers.CreateStage({ ApiId, StageName: 'prod' }, g.call());
      return mapping({ ApiMappingKey: 'v2', ApiId }, () => Promise.resolve())(g);
    },
    message: 'WebSocket APIs cannot share a domain name with REST or HTTP APIs',
  },
  {
    when: 'deleting a mapped API',
    call: async (g) => {
      await mapping({})(g);
      const { Items = [] } = await g.handlers.GetApis({}, g.call());
      return g.handlers.DeleteApi({ ApiId: Items[0]?.ApiId ?? '' }, g.call());
    },
    message: /^Deleting API \w+ failed\. Please remove all API mappings for the API from your custom domain names\.$/,
  },
]);

refusals('a VPC link', [
  {
    when: 'one without subnets',
    call: (g) => g.handlers.CreateVpcLink({ Name: 'l', SubnetIds: [] }, g.call()) as Promise<unknown>,
    message: 'SubnetIds for a vpc link cannot be empty',
  },
  {
    when: 'an unknown one',
    call: (g) => g.handlers.DeleteVpcLink({ VpcLinkId: 'nope' }, g.call()) as Promise<unknown>,
    code: 'NotFoundException',
    message: 'Invalid VpcLink identifier specified nope',
  },
]);

refusals('a model', [
  {
    when: 'one of an HTTP API',
    call: async (g) => g.handlers.CreateModel({ ApiId: await g.api(), Name: 'm', Schema: '{}' }, g.call()),
    message: 'Currently, Models are not permitted for APIs with a protocol type of HTTP',
  },
  {
    when: 'a name with a hyphen',
    call: async (g) => g.handlers.CreateModel({ ApiId: await g.api('WEBSOCKET'), Name: 'a-b', Schema: '{}' }, g.call()),
    message: 'Model name must be alphanumeric: a-b',
  },
  {
    when: 'a schema that is no JSON',
    call: async (g) => g.handlers.CreateModel({ ApiId: await g.api('WEBSOCKET'), Name: 'm', Schema: '{' }, g.call()),
    message: /Invalid model schema specified/,
  },
]);

refusals('tags', [
  {
    when: 'an ARN of something else',
    call: (g) => g.handlers.GetTags({ ResourceArn: 'arn:aws:s3:::b' }, g.call()) as Promise<unknown>,
    message: 'Invalid ARN specified in the request',
  },
  {
    when: 'an ARN of nothing',
    call: (g) =>
      g.handlers.GetTags({ ResourceArn: 'arn:aws:apigateway:us-east-1::/apis/nope' }, g.call()) as Promise<unknown>,
    code: 'NotFoundException',
    message: 'Invalid API identifier specified 000000000000:nope',
  },
]);

test('an issuer that does not tell its configuration is refused, whatever the authorizer', async () => {
  const asked: string[] = [];
  await using place = memoryGateway({
    checkIssuer: async (each) => {
      asked.push(each);
      return each !== issuer;
    },
  });
  const message = `Caught exception when connecting to ${issuer}/.well-known/openid-configuration for issuer ${issuer}. Please try again later. Error: Invalid issuer: ${issuer}. Issuer must have a valid discovery endpoint ended with '/.well-known/openid-configuration'`;
  await assert.rejects(withJwt({})(place), { code: 'BadRequestException', message });
  await withJwt({ Issuer: 'https://other.example.com' })(place);
  await assert.rejects(withJwt({ Issuer: 'nonsense' })(place), /not a valid URL/);
  assert.deepEqual(asked, [issuer, 'https://other.example.com'], 'what is wrong in itself is not asked');
});
