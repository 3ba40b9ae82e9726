/** Every list of the REST API management service page by page, and many edits of one API at a time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type APIGatewayClient,
  CreateApiKeyCommand,
  CreateAuthorizerCommand,
  CreateBasePathMappingCommand,
  CreateDeploymentCommand,
  CreateDocumentationPartCommand,
  CreateDocumentationVersionCommand,
  CreateDomainNameCommand,
  CreateModelCommand,
  CreateRequestValidatorCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  CreateVpcLinkCommand,
  GenerateClientCertificateCommand,
  GetApiKeysCommand,
  GetAuthorizersCommand,
  GetBasePathMappingsCommand,
  GetClientCertificatesCommand,
  GetDeploymentsCommand,
  GetDocumentationPartsCommand,
  GetDocumentationVersionsCommand,
  GetDomainNamesCommand,
  GetGatewayResponsesCommand,
  GetMethodCommand,
  GetModelsCommand,
  GetRequestValidatorsCommand,
  GetResourcesCommand,
  GetRestApisCommand,
  GetUsageCommand,
  GetUsagePlanKeysCommand,
  GetUsagePlansCommand,
  GetVpcLinksCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
} from '@aws-sdk/client-api-gateway';
import { startGateway } from './gateway.ts';

const authorizerUri =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations';

interface Furnished {
  readonly restApiId: string;
  readonly domainName: string;
  readonly usagePlanId: string;
}

/** Three of everything that can be listed. */
async function furnish(client: APIGatewayClient): Promise<Furnished> {
  const { id: restApiId = '', rootResourceId: parentId } = await client.send(new CreateRestApiCommand({ name: 'api' }));
  const api = { restApiId };
  const root = { ...api, resourceId: parentId, httpMethod: 'GET' };
  await client.send(new PutMethodCommand({ ...root, authorizationType: 'NONE' }));
  await client.send(new PutIntegrationCommand({ ...root, type: 'MOCK' }));
  const domainName = 'pages.example.com';
  await client.send(new CreateDomainNameCommand({ domainName }));
  const { id: usagePlanId = '' } = await client.send(new CreateUsagePlanCommand({ name: 'keys' }));
  for (const n of [1, 2, 3]) {
    const name = `n${n}`;
    await client.send(new CreateRestApiCommand({ name }));
    await client.send(new CreateResourceCommand({ ...api, parentId, pathPart: name }));
    await client.send(new CreateModelCommand({ ...api, name, contentType: 'application/json', schema: '{}' }));
    await client.send(new CreateRequestValidatorCommand({ ...api, name }));
    await client.send(
      new CreateAuthorizerCommand({
        ...api,
        name,
        type: 'TOKEN',
        authorizerUri,
        identitySource: 'method.request.header.A',
      }),
    );
    await client.send(
      new CreateDocumentationPartCommand({ ...api, location: { type: 'MODEL', name }, properties: '{}' }),
    );
    await client.send(new CreateDocumentationVersionCommand({ ...api, documentationVersion: name }));
    await client.send(new CreateDeploymentCommand({ ...api, stageName: name }));
    await client.send(new CreateBasePathMappingCommand({ domainName, ...api, stage: name, basePath: name }));
    await client.send(new CreateDomainNameCommand({ domainName: `${name}.example.com` }));
    await client.send(
      new CreateVpcLinkCommand({
        name,
        targetArns: ['arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/a/b'],
      }),
    );
    await client.send(new GenerateClientCertificateCommand({ description: name }));
    await client.send(new CreateUsagePlanCommand({ name }));
    const { id: keyId } = await client.send(new CreateApiKeyCommand({ name, enabled: true }));
    await client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));
  }
  return { restApiId, domainName, usagePlanId };
}

interface Page {
  readonly items?: readonly object[] | Readonly<Record<string, unknown>> | undefined;
  readonly position?: string | undefined;
}

type List = (client: APIGatewayClient, page: { limit: number; position?: string }, of: Furnished) => Promise<Page>;

const lists: Readonly<Record<string, List>> = {
  GetRestApis: (client, page) => client.send(new GetRestApisCommand(page)),
  GetResources: (client, page, { restApiId }) => client.send(new GetResourcesCommand({ restApiId, ...page })),
  GetModels: (client, page, { restApiId }) => client.send(new GetModelsCommand({ restApiId, ...page })),
  GetRequestValidators: (client, page, { restApiId }) =>
    client.send(new GetRequestValidatorsCommand({ restApiId, ...page })),
  GetAuthorizers: (client, page, { restApiId }) => client.send(new GetAuthorizersCommand({ restApiId, ...page })),
  GetGatewayResponses: (client, page, { restApiId }) =>
    client.send(new GetGatewayResponsesCommand({ restApiId, ...page })),
  GetDocumentationParts: (client, page, { restApiId }) =>
    client.send(new GetDocumentationPartsCommand({ restApiId, ...page })),
  'GetDocumentationParts, undocumented': (client, page, { restApiId }) =>
    client.send(new GetDocumentationPartsCommand({ restApiId, locationStatus: 'UNDOCUMENTED', ...page })),
  GetDocumentationVersions: (client, page, { restApiId }) =>
    client.send(new GetDocumentationVersionsCommand({ restApiId, ...page })),
  GetDeployments: (client, page, { restApiId }) => client.send(new GetDeploymentsCommand({ restApiId, ...page })),
  GetDomainNames: (client, page) => client.send(new GetDomainNamesCommand(page)),
  GetBasePathMappings: (client, page, { domainName }) =>
    client.send(new GetBasePathMappingsCommand({ domainName, ...page })),
  GetVpcLinks: (client, page) => client.send(new GetVpcLinksCommand(page)),
  GetClientCertificates: (client, page) => client.send(new GetClientCertificatesCommand(page)),
  GetUsagePlans: (client, page) => client.send(new GetUsagePlansCommand(page)),
  GetUsagePlanKeys: (client, page, { usagePlanId }) =>
    client.send(new GetUsagePlanKeysCommand({ usagePlanId, ...page })),
  GetApiKeys: (client, page) => client.send(new GetApiKeysCommand(page)),
  GetUsage: (client, page, { usagePlanId }) =>
    client.send(new GetUsageCommand({ usagePlanId, startDate: '2026-01-01', endDate: '2026-01-02', ...page })),
};

const itemsOf = ({ items = [] }: Page): unknown[] => (Array.isArray(items) ? [...items] : Object.entries(items));

test('a list read one by one is the list read at once', async () => {
  await using gateway = await startGateway();
  const { client } = gateway;
  const furnished = await furnish(client);
  for (const [name, list] of Object.entries(lists)) {
    const whole = itemsOf(await list(client, { limit: 500 }, furnished));
    assert.ok(whole.length >= 3, `${name} has something to list`);
    const read: unknown[] = [];
    let position: string | undefined;
    do {
      const page = await list(client, { limit: 1, ...(position && { position }) }, furnished);
      assert.equal(itemsOf(page).length, 1, name);
      read.push(...itemsOf(page));
      position = page.position;
    } while (position !== undefined && read.length <= whole.length);
    assert.deepEqual(read, whole, name);
    await assert.rejects(list(client, { limit: 1, position: 'nowhere' }, furnished), { name: 'BadRequestException' });
  }
});

test('edits of one API at the same time are all there afterwards', async () => {
  await using gateway = await startGateway();
  const { client } = gateway;
  const { id: restApiId, rootResourceId: parentId } = await client.send(new CreateRestApiCommand({ name: 'busy' }));
  const numbers = Array.from({ length: 20 }, (_, index) => index);
  const places = await Promise.all(
    numbers.map(async (n) => {
      const { id: resourceId } = await client.send(
        new CreateResourceCommand({ restApiId, parentId, pathPart: `p${n}` }),
      );
      return { restApiId, resourceId, httpMethod: 'GET' };
    }),
  );
  await Promise.all(places.map((place) => client.send(new PutMethodCommand({ ...place, authorizationType: 'NONE' }))));
  await Promise.all(
    places.flatMap((place) => [
      client.send(new PutMethodResponseCommand({ ...place, statusCode: '200' })),
      client.send(new PutIntegrationCommand({ ...place, type: 'MOCK' })),
    ]),
  );
  await Promise.all(
    places.map((place) => client.send(new PutIntegrationResponseCommand({ ...place, statusCode: '200' }))),
  );
  for (const place of places) {
    const { methodResponses, methodIntegration } = await client.send(new GetMethodCommand(place));
    assert.deepEqual(Object.keys(methodResponses ?? {}), ['200']);
    assert.deepEqual(Object.keys(methodIntegration?.integrationResponses ?? {}), ['200']);
  }
});
