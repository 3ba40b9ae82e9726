/**
 * What provisioning tools ask of the REST API management service: the calls of a create, an update and a destroy of
 * each kind of resource, and what must be read back after each. A tool that reads anything else than it wrote plans
 * the same change for ever.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type APIGatewayClient,
  CreateAuthorizerCommand,
  CreateBasePathMappingCommand,
  CreateDeploymentCommand,
  CreateDocumentationVersionCommand,
  CreateDomainNameCommand,
  CreateModelCommand,
  CreateRequestValidatorCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  CreateStageCommand,
  CreateUsagePlanCommand,
  CreateVpcLinkCommand,
  DeleteAuthorizerCommand,
  DeleteBasePathMappingCommand,
  DeleteDeploymentCommand,
  DeleteDomainNameCommand,
  DeleteModelCommand,
  DeleteRequestValidatorCommand,
  DeleteRestApiCommand,
  DeleteStageCommand,
  DeleteUsagePlanCommand,
  DeleteVpcLinkCommand,
  GenerateClientCertificateCommand,
  GetAccountCommand,
  GetAuthorizerCommand,
  GetBasePathMappingCommand,
  GetDeploymentCommand,
  GetDomainNameCommand,
  GetIntegrationCommand,
  GetMethodCommand,
  GetModelCommand,
  GetRequestValidatorCommand,
  GetRestApiCommand,
  GetStageCommand,
  GetTagsCommand,
  GetUsagePlanCommand,
  GetVpcLinkCommand,
  NotFoundException,
  type PatchOperation,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  PutRestApiCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAccountCommand,
  UpdateAuthorizerCommand,
  UpdateBasePathMappingCommand,
  UpdateDomainNameCommand,
  UpdateIntegrationCommand,
  UpdateIntegrationResponseCommand,
  UpdateMethodCommand,
  UpdateMethodResponseCommand,
  UpdateModelCommand,
  UpdateRequestValidatorCommand,
  UpdateRestApiCommand,
  UpdateStageCommand,
  UpdateUsagePlanCommand,
  UpdateVpcLinkCommand,
} from '@aws-sdk/client-api-gateway';
import { startGateway, type TestGateway } from './gateway.ts';

let gateway: TestGateway;
let client: APIGatewayClient;
before(async () => {
  gateway = await startGateway();
  client = gateway.client;
});
after(() => gateway[Symbol.asyncDispose]());

const replace = (path: string, value?: string): PatchOperation => ({ op: 'replace', path, value });
const add = (path: string, value?: string): PatchOperation => ({ op: 'add', path, value });
const remove = (path: string, value?: string): PatchOperation => ({ op: 'remove', path, value });

/** For the link of a stage; the text is the service's, not JavaScript's. */
const stageLink = '$'.concat('{stageVariables.link}');

const lambdaUri = (name: string): string =>
  `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:${name}/invocations`;

const gone = (reading: Promise<unknown>): Promise<void> => assert.rejects(reading, NotFoundException);

/** `GET /test`, answered by a mock, and a deployment of it. */
async function deployedApi(): Promise<{ restApiId: string; resourceId: string; deploymentId: string }> {
  const { id: restApiId = '', rootResourceId: parentId } = await client.send(
    new CreateRestApiCommand({ name: 'tool' }),
  );
  const { id: resourceId = '' } = await client.send(
    new CreateResourceCommand({ restApiId, parentId, pathPart: 'test' }),
  );
  const method = { restApiId, resourceId, httpMethod: 'GET' };
  await client.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
  await client.send(new PutIntegrationCommand({ ...method, type: 'MOCK' }));
  const { id: deploymentId = '' } = await client.send(new CreateDeploymentCommand({ restApiId }));
  return { restApiId, resourceId, deploymentId };
}

test('a REST API with a body: settings are put back after an overwrite, changed and taken away', async () => {
  const { id: restApiId } = await client.send(
    new CreateRestApiCommand({
      name: 'mine',
      description: 'first',
      endpointConfiguration: { types: ['REGIONAL'] },
      minimumCompressionSize: 0,
      binaryMediaTypes: ['image/png'],
    }),
  );
  const body = JSON.stringify({
    openapi: '3.0.1',
    info: { title: 'theirs', version: '1' },
    paths: { '/a': { get: { 'x-amazon-apigateway-integration': { type: 'mock' } } } },
  });
  const put = await client.send(
    new PutRestApiCommand({ restApiId, mode: 'overwrite', body: new TextEncoder().encode(body) }),
  );
  assert.equal(put.name, 'theirs');
  assert.deepEqual(put.endpointConfiguration?.types, ['REGIONAL'], 'no document moves an API');
  await client.send(
    new UpdateRestApiCommand({
      restApiId,
      patchOperations: [
        ...(put.binaryMediaTypes ?? []).map((type) => remove(`/binaryMediaTypes/${type.replace('/', '~1')}`)),
        add('/binaryMediaTypes/image~1png'),
        replace('/name', 'mine'),
        replace('/description', 'first'),
        replace('/minimumCompressionSize', '0'),
      ],
    }),
  );
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'execute-api:Invoke', Resource: '*' }],
  });
  const changed = await client.send(
    new UpdateRestApiCommand({
      restApiId,
      patchOperations: [
        replace('/apiKeySource', 'AUTHORIZER'),
        replace('/disableExecuteApiEndpoint', 'true'),
        replace('/policy', policy),
        replace('/endpointConfiguration/ipAddressType', 'dualstack'),
      ],
    }),
  );
  assert.deepEqual(
    [changed.name, changed.description, changed.minimumCompressionSize, changed.binaryMediaTypes],
    ['mine', 'first', 0, ['image/png']],
  );
  assert.deepEqual([changed.apiKeySource, changed.disableExecuteApiEndpoint], ['AUTHORIZER', true]);
  assert.deepEqual(JSON.parse(JSON.parse(`"${changed.policy}"`)), JSON.parse(policy), 'as JSON in JSON');
  const bare = await client.send(
    new UpdateRestApiCommand({
      restApiId,
      patchOperations: [
        replace('/policy', ''),
        replace('/description', ''),
        replace('/minimumCompressionSize'),
        remove('/binaryMediaTypes/image~1png'),
        replace('/endpointConfiguration/types/0', 'PRIVATE'),
        add('/endpointConfiguration/vpcEndpointIds', 'vpce-1'),
        add('/endpointConfiguration/vpcEndpointIds', 'vpce-2'),
        remove('/endpointConfiguration/vpcEndpointIds', 'vpce-1'),
      ],
    }),
  );
  for (const member of ['policy', 'description', 'minimumCompressionSize', 'binaryMediaTypes'] as const)
    assert.equal(bare[member], undefined, member);
  assert.deepEqual(bare.endpointConfiguration, {
    types: ['PRIVATE'],
    ipAddressType: 'dualstack',
    vpcEndpointIds: ['vpce-2'],
  });
  await client.send(new DeleteRestApiCommand({ restApiId }));
  await gone(client.send(new GetRestApiCommand({ restApiId })));
});

test('a method, its integration and their responses, member by member', async () => {
  const { restApiId, resourceId } = await deployedApi();
  const method = { restApiId, resourceId, httpMethod: 'POST' };
  const { id: validator } = await client.send(
    new CreateRequestValidatorCommand({ restApiId, name: 'v', validateRequestBody: true }),
  );
  const { id: pool } = await client.send(
    new CreateAuthorizerCommand({
      restApiId,
      name: 'pool',
      type: 'COGNITO_USER_POOLS',
      providerARNs: ['arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_a'],
    }),
  );
  await client.send(
    new PutMethodCommand({ ...method, authorizationType: 'NONE', requestModels: { 'application/json': 'Error' } }),
  );
  const changed = await client.send(
    new UpdateMethodCommand({
      ...method,
      patchOperations: [
        replace('/authorizationType', 'COGNITO_USER_POOLS'),
        replace('/authorizerId', pool),
        add('/authorizationScopes', 'read'),
        add('/authorizationScopes', 'write'),
        remove('/authorizationScopes', 'read'),
        replace('/requestValidatorId', validator),
        replace('/operationName', 'op'),
        replace('/apiKeyRequired', 'true'),
        remove('/requestModels/application~1json'),
        add('/requestModels/application~1xml', 'Empty'),
        add('/requestParameters/method.request.header.X', 'true'),
      ],
    }),
  );
  assert.deepEqual(
    { ...changed, $metadata: undefined },
    {
      $metadata: undefined,
      httpMethod: 'POST',
      authorizationType: 'COGNITO_USER_POOLS',
      authorizerId: pool,
      authorizationScopes: ['write'],
      apiKeyRequired: true,
      requestValidatorId: validator,
      operationName: 'op',
      requestModels: { 'application/xml': 'Empty' },
      requestParameters: { 'method.request.header.X': true },
    },
  );
  const open = await client.send(
    new UpdateMethodCommand({
      ...method,
      patchOperations: [
        replace('/authorizationType', 'NONE'),
        replace('/requestValidatorId', ''),
        replace('/operationName', ''),
        remove('/authorizationScopes', 'write'),
        remove('/requestParameters/method.request.header.X'),
        add('/requestParameters/method.request.querystring.q', 'false'),
      ],
    }),
  );
  for (const member of ['authorizerId', 'authorizationScopes', 'requestValidatorId', 'operationName'] as const)
    assert.equal(open[member], undefined, member);

  await client.send(
    new PutIntegrationCommand({
      ...method,
      type: 'HTTP',
      integrationHttpMethod: 'GET',
      uri: 'https://www.example.com',
      requestParameters: { 'integration.request.header.X-Authorization': "'static'" },
      requestTemplates: { 'application/json': '', 'application/xml': "#set($inputRoot = $input.path('$'))\n{ }" },
      passthroughBehavior: 'WHEN_NO_MATCH',
      contentHandling: 'CONVERT_TO_TEXT',
    }),
  );
  await client.send(
    new UpdateIntegrationCommand({
      ...method,
      patchOperations: [
        remove('/requestTemplates/application~1xml'),
        replace('/requestTemplates/application~1json', "{'foobar': 'bar'}"),
        add('/requestTemplates/text~1html', '<html>Foo</html>'),
        remove('/requestParameters/integration.request.header.X-Authorization'),
        add('/requestParameters/integration.request.header.X-Foo', "'bar'"),
        add('/cacheKeyParameters/method.request.querystring.q', ''),
        replace('/cacheNamespace', 'foobar'),
        replace('/uri', 'https://www.example.com/updated'),
        replace('/contentHandling', ''),
        replace('/timeoutInMillis', '2000'),
        replace('/tlsConfig/insecureSkipVerification', 'true'),
        replace('/connectionType', 'VPC_LINK'),
        replace('/connectionId', stageLink),
      ],
    }),
  );
  const integration = await client.send(new GetIntegrationCommand(method));
  assert.deepEqual(
    { ...integration, $metadata: undefined },
    {
      $metadata: undefined,
      type: 'HTTP',
      httpMethod: 'GET',
      uri: 'https://www.example.com/updated',
      connectionType: 'VPC_LINK',
      connectionId: stageLink,
      requestParameters: { 'integration.request.header.X-Foo': "'bar'" },
      requestTemplates: { 'application/json': "{'foobar': 'bar'}", 'text/html': '<html>Foo</html>' },
      passthroughBehavior: 'WHEN_NO_MATCH',
      timeoutInMillis: 2000,
      cacheNamespace: 'foobar',
      cacheKeyParameters: ['method.request.querystring.q'],
      tlsConfig: { insecureSkipVerification: true },
    },
  );

  const response = { ...method, statusCode: '400' };
  await client.send(
    new PutMethodResponseCommand({
      ...response,
      responseModels: { 'application/json': 'Error' },
      responseParameters: { 'method.response.header.Content-Type': true },
    }),
  );
  await client.send(
    new UpdateMethodResponseCommand({
      ...response,
      patchOperations: [
        replace('/responseModels/application~1json', 'Empty'),
        add('/responseParameters/method.response.header.Host', 'true'),
        remove('/responseParameters/method.response.header.Content-Type'),
      ],
    }),
  );
  await client.send(
    new PutIntegrationResponseCommand({
      ...response,
      selectionPattern: '.*',
      responseTemplates: { 'application/json': '', 'application/xml': 'x' },
      responseParameters: { 'method.response.header.Host': 'integration.response.body.host' },
    }),
  );
  await client.send(
    new UpdateIntegrationResponseCommand({
      ...response,
      patchOperations: [replace('/selectionPattern', ''), replace('/contentHandling', 'CONVERT_TO_BINARY')],
    }),
  );
  const read = await client.send(new GetMethodCommand(method));
  assert.deepEqual(read.methodResponses, {
    400: {
      statusCode: '400',
      responseModels: { 'application/json': 'Empty' },
      responseParameters: { 'method.response.header.Host': true },
    },
  });
  assert.deepEqual(read.methodIntegration?.integrationResponses?.['400']?.selectionPattern, '');
  assert.equal(read.methodIntegration?.integrationResponses?.['400']?.contentHandling, 'CONVERT_TO_BINARY');
});

test('a stage: log, cache, canary, certificate, documentation, variables; then method settings; then nothing', async () => {
  const { restApiId, deploymentId } = await deployedApi();
  const stage = { restApiId, stageName: 'prod' };
  await client.send(new CreateDocumentationVersionCommand({ restApiId, documentationVersion: '1' }));
  const { clientCertificateId = '' } = await client.send(new GenerateClientCertificateCommand({}));
  await client.send(
    new CreateStageCommand({
      ...stage,
      deploymentId,
      cacheClusterEnabled: true,
      cacheClusterSize: '0.5',
      variables: { one: '1' },
    }),
  );
  assert.equal((await client.send(new GetStageCommand(stage))).cacheClusterStatus, 'AVAILABLE');
  const { id: next = '' } = await client.send(new CreateDeploymentCommand({ restApiId, description: 'next' }));
  const destinationArn = 'arn:aws:logs:us-east-1:000000000000:log-group:foo-bar';
  const changed = await client.send(
    new UpdateStageCommand({
      ...stage,
      patchOperations: [
        replace('/cacheClusterEnabled', 'false'),
        replace('/clientCertificateId', clientCertificateId),
        replace('/canarySettings/stageVariableOverrides/one', '3'),
        replace('/canarySettings/percentTraffic', '33.330000'),
        replace('/canarySettings/useStageCache', 'true'),
        replace('/deploymentId', next),
        replace('/canarySettings/deploymentId', next),
        replace('/description', 'Hello world'),
        replace('/tracingEnabled', 'true'),
        replace('/documentationVersion', '1'),
        remove('/variables/one'),
        replace('/variables/two', '2'),
        replace('/accessLogSettings/destinationArn', destinationArn),
        replace('/accessLogSettings/format', '$context.identity.sourceIp'),
      ],
    }),
  );
  assert.deepEqual(changed.canarySettings, {
    deploymentId: next,
    percentTraffic: 33.33,
    stageVariableOverrides: { one: '3' },
    useStageCache: true,
  });
  assert.deepEqual([changed.deploymentId, changed.variables], [next, { two: '2' }]);
  assert.deepEqual(changed.accessLogSettings, { destinationArn, format: '$context.identity.sourceIp' });
  assert.deepEqual([changed.documentationVersion, changed.clientCertificateId], ['1', clientCertificateId]);
  const bare = await client.send(
    new UpdateStageCommand({
      ...stage,
      patchOperations: [
        remove('/canarySettings'),
        remove('/accessLogSettings'),
        remove('/variables/two'),
        replace('/clientCertificateId', ''),
        replace('/documentationVersion', ''),
        replace('/description', ''),
      ],
    }),
  );
  for (const member of [
    'canarySettings',
    'accessLogSettings',
    'variables',
    'clientCertificateId',
    'description',
  ] as const)
    assert.equal(bare[member], undefined, member);

  const settings = async (patchOperations: PatchOperation[]) =>
    (await client.send(new UpdateStageCommand({ ...stage, patchOperations }))).methodSettings;
  const set = await settings([
    replace('/test/GET/metrics/enabled', 'true'),
    replace('/test/GET/logging/loglevel', 'INFO'),
    replace('/test/GET/throttling/burstLimit', '-1'),
    replace('/test/GET/throttling/rateLimit', '-1.000000'),
    replace('/test/GET/caching/unauthorizedCacheControlHeaderStrategy', 'SUCCEED_WITHOUT_RESPONSE_HEADER'),
    replace('/*/*/caching/ttlInSeconds', '0'),
  ]);
  assert.deepEqual(Object.keys(set ?? {}).toSorted(), ['*/*', 'test/GET']);
  assert.deepEqual(
    [set?.['test/GET']?.metricsEnabled, set?.['test/GET']?.loggingLevel, set?.['test/GET']?.throttlingBurstLimit],
    [true, 'INFO', -1],
  );
  assert.deepEqual(await settings([remove('/test/GET'), remove('/*/*')]), {});
  await assert.rejects(settings([remove('/test/GET')]), {
    name: 'BadRequestException',
    message: 'Cannot remove method setting test/GET because there is no method setting for this method ',
  });

  const resourceArn = `arn:aws:apigateway:us-east-1::/restapis/${restApiId}/stages/prod`;
  await client.send(new TagResourceCommand({ resourceArn, tags: { a: '1', b: '2' } }));
  await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }));
  assert.deepEqual((await client.send(new GetTagsCommand({ resourceArn }))).tags, { b: '2' });
  assert.deepEqual((await client.send(new GetStageCommand(stage))).tags, { b: '2' });

  await client.send(new DeleteDeploymentCommand({ restApiId, deploymentId }));
  await gone(client.send(new GetDeploymentCommand({ restApiId, deploymentId })));
  await client.send(new DeleteStageCommand(stage));
  await gone(client.send(new GetStageCommand(stage)));
  await client.send(new DeleteDeploymentCommand({ restApiId, deploymentId: next }));
});

test('a usage plan: limits of the plan, of a quota and of methods', async () => {
  const { restApiId: apiId, deploymentId } = await deployedApi();
  for (const stageName of ['foo', 'bar'])
    await client.send(new CreateStageCommand({ restApiId: apiId, stageName, deploymentId }));
  const { id: usagePlanId } = await client.send(
    new CreateUsagePlanCommand({
      name: 'plan',
      apiStages: [{ apiId, stage: 'foo', throttle: { '/test/GET': { burstLimit: 3, rateLimit: 6 } } }],
      quota: { limit: 100, offset: 6, period: 'WEEK' },
      throttle: { burstLimit: 2, rateLimit: 5 },
    }),
  );
  const update = (patchOperations: PatchOperation[]) =>
    client.send(new UpdateUsagePlanCommand({ usagePlanId, patchOperations }));
  const changed = await update([
    add('/productCode', 'MYCODE'),
    replace('/name', 'renamed'),
    replace('/description', 'd'),
    remove('/apiStages', `${apiId}:foo`),
    add('/apiStages', `${apiId}:bar`),
    replace(`/apiStages/${apiId}:bar/throttle//test/GET/rateLimit`, '7.5'),
    replace(`/apiStages/${apiId}:bar/throttle//test/GET/burstLimit`, '8'),
    replace('/throttle/rateLimit', '10'),
    replace('/throttle/burstLimit', '11'),
    replace('/quota/limit', '200'),
    replace('/quota/offset', '20'),
    replace('/quota/period', 'MONTH'),
  ]);
  assert.deepEqual(
    { ...changed, $metadata: undefined },
    {
      $metadata: undefined,
      id: usagePlanId,
      name: 'renamed',
      description: 'd',
      productCode: 'MYCODE',
      apiStages: [{ apiId, stage: 'bar', throttle: { '/test/GET': { burstLimit: 8, rateLimit: 7.5 } } }],
      throttle: { burstLimit: 11, rateLimit: 10 },
      quota: { limit: 200, offset: 20, period: 'MONTH' },
      tags: {},
    },
  );
  const bare = await update([
    remove('/productCode'),
    remove('/throttle'),
    remove('/quota'),
    remove('/apiStages', `${apiId}:bar`),
  ]);
  assert.deepEqual(
    [bare.productCode, bare.throttle, bare.quota, bare.apiStages],
    [undefined, undefined, undefined, []],
  );
  await client.send(new DeleteUsagePlanCommand({ usagePlanId }));
  await gone(client.send(new GetUsagePlanCommand({ usagePlanId })));
});

test('a domain name moves from the edge into a region, and its mappings move with their stages', async () => {
  const { restApiId, deploymentId } = await deployedApi();
  for (const stageName of ['one', 'two'])
    await client.send(new CreateStageCommand({ restApiId, stageName, deploymentId }));
  const domainName = 'tool.example.com';
  const certificate = (name: string): string => `arn:aws:acm:us-east-1:000000000000:certificate/${name}`;
  const edge = await client.send(
    new CreateDomainNameCommand({ domainName, certificateArn: certificate('a'), securityPolicy: 'TLS_1_0' }),
  );
  assert.deepEqual([edge.endpointConfiguration?.types, edge.distributionHostedZoneId], [['EDGE'], 'Z2FDTNDATAQYW2']);
  const regional = await client.send(
    new UpdateDomainNameCommand({
      domainName,
      patchOperations: [
        replace('/endpointConfiguration/types/0', 'REGIONAL'),
        replace('/regionalCertificateArn', certificate('b')),
        replace('/securityPolicy', 'TLS_1_2'),
        replace('/mutualTlsAuthentication/truststoreUri', 's3://bucket/key.pem'),
      ],
    }),
  );
  assert.deepEqual(
    [regional.endpointConfiguration?.types, regional.regionalCertificateArn, regional.securityPolicy],
    [['REGIONAL'], certificate('b'), 'TLS_1_2'],
  );
  assert.match(regional.regionalDomainName ?? '', /^d-[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/);
  assert.equal(regional.distributionDomainName, undefined);
  assert.equal(regional.mutualTlsAuthentication?.truststoreUri, 's3://bucket/key.pem');
  const plain = await client.send(
    new UpdateDomainNameCommand({
      domainName,
      patchOperations: [replace('/mutualTlsAuthentication/truststoreUri', '')],
    }),
  );
  assert.equal(plain.mutualTlsAuthentication, undefined);

  const whole = await client.send(new CreateBasePathMappingCommand({ domainName, restApiId, stage: 'one' }));
  assert.equal(whole.basePath, '(none)');
  await client.send(
    new UpdateBasePathMappingCommand({
      domainName,
      basePath: '(none)',
      patchOperations: [replace('/stage', 'two'), replace('/restapiId', restApiId), replace('/basePath', 'v1')],
    }),
  );
  const moved = await client.send(new GetBasePathMappingCommand({ domainName, basePath: 'v1' }));
  assert.deepEqual([moved.basePath, moved.restApiId, moved.stage], ['v1', restApiId, 'two']);
  await gone(client.send(new GetBasePathMappingCommand({ domainName, basePath: '(none)' })));
  await assert.rejects(client.send(new DeleteStageCommand({ restApiId, stageName: 'two' })), {
    name: 'BadRequestException',
  });
  await client.send(new DeleteBasePathMappingCommand({ domainName, basePath: 'v1' }));
  await client.send(new DeleteDomainNameCommand({ domainName }));
  await gone(client.send(new GetDomainNameCommand({ domainName })));
});

test('an authorizer becomes another kind; models, validators, links and the account change and go', async () => {
  const { restApiId } = await deployedApi();
  const { id: authorizerId } = await client.send(
    new CreateAuthorizerCommand({
      restApiId,
      name: 'a',
      type: 'TOKEN',
      authorizerUri: lambdaUri('f'),
      identitySource: 'method.request.header.Authorization',
      authorizerResultTtlInSeconds: 0,
      identityValidationExpression: '.*',
    }),
  );
  const poolArn = 'arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_a';
  const pool = await client.send(
    new UpdateAuthorizerCommand({
      restApiId,
      authorizerId,
      patchOperations: [
        replace('/name', 'b'),
        replace('/type', 'COGNITO_USER_POOLS'),
        add('/providerARNs', poolArn),
        replace('/authorizerUri', ''),
        replace('/identityValidationExpression', ''),
        replace('/authorizerResultTtlInSeconds', '360'),
      ],
    }),
  );
  assert.deepEqual(
    [pool.name, pool.type, pool.providerARNs, pool.authorizerResultTtlInSeconds],
    ['b', 'COGNITO_USER_POOLS', [poolArn], 360],
  );
  const swapped = await client.send(
    new UpdateAuthorizerCommand({
      restApiId,
      authorizerId,
      patchOperations: [remove('/providerARNs', poolArn), add('/providerARNs', `${poolArn}b`)],
    }),
  );
  assert.deepEqual(swapped.providerARNs, [`${poolArn}b`]);
  await client.send(new DeleteAuthorizerCommand({ restApiId, authorizerId }));
  await gone(client.send(new GetAuthorizerCommand({ restApiId, authorizerId })));

  await client.send(
    new CreateModelCommand({ restApiId, name: 'M', contentType: 'application/json', schema: '{"type":"object"}' }),
  );
  const model = await client.send(
    new UpdateModelCommand({
      restApiId,
      modelName: 'M',
      patchOperations: [replace('/description', 'd'), replace('/schema', '{"type":"array"}')],
    }),
  );
  assert.deepEqual([model.description, model.schema], ['d', '{"type":"array"}']);
  await client.send(new DeleteModelCommand({ restApiId, modelName: 'M' }));
  await gone(client.send(new GetModelCommand({ restApiId, modelName: 'M' })));

  const { id: requestValidatorId } = await client.send(new CreateRequestValidatorCommand({ restApiId, name: 'v' }));
  const validator = await client.send(
    new UpdateRequestValidatorCommand({
      restApiId,
      requestValidatorId,
      patchOperations: [
        replace('/name', 'w'),
        replace('/validateRequestBody', 'true'),
        replace('/validateRequestParameters', 'true'),
      ],
    }),
  );
  assert.deepEqual(
    [validator.name, validator.validateRequestBody, validator.validateRequestParameters],
    ['w', true, true],
  );
  await client.send(new DeleteRequestValidatorCommand({ restApiId, requestValidatorId }));
  await gone(client.send(new GetRequestValidatorCommand({ restApiId, requestValidatorId })));

  const targetArns = ['arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/a/b'];
  const { id: vpcLinkId, status } = await client.send(
    new CreateVpcLinkCommand({ name: 'l', targetArns, tags: { k: 'v' } }),
  );
  assert.equal(status, 'PENDING');
  assert.equal((await client.send(new GetVpcLinkCommand({ vpcLinkId }))).status, 'AVAILABLE');
  const link = await client.send(
    new UpdateVpcLinkCommand({ vpcLinkId, patchOperations: [replace('/name', 'm'), replace('/description', 'd')] }),
  );
  assert.deepEqual([link.name, link.description, link.tags], ['m', 'd', { k: 'v' }]);
  await client.send(new DeleteVpcLinkCommand({ vpcLinkId }));
  await gone(client.send(new GetVpcLinkCommand({ vpcLinkId })));

  const roleArn = 'arn:aws:iam::000000000000:role/logs';
  await client.send(new UpdateAccountCommand({ patchOperations: [replace('/cloudwatchRoleArn', roleArn)] }));
  const account = await client.send(new GetAccountCommand({}));
  assert.deepEqual(
    [account.cloudwatchRoleArn, account.throttleSettings, account.features, account.apiKeyVersion],
    [roleArn, { burstLimit: 5000, rateLimit: 10000 }, ['UsagePlans'], '4'],
  );
  await client.send(new UpdateAccountCommand({ patchOperations: [replace('/cloudwatchRoleArn', '')] }));
  assert.equal((await client.send(new GetAccountCommand({}))).cloudwatchRoleArn, undefined);
});
