/** The APIs that requests are measured on, as OpenAPI documents, and how they are deployed. */
import { APIGatewayClient, CreateDeploymentCommand, ImportRestApiCommand } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client, CreateStageCommand, ImportApiCommand } from '@aws-sdk/client-apigatewayv2';
import type { ClientSettings } from './gateway.ts';

/** What the upstream answers, and MOCK. */
export const answerBody = JSON.stringify({
  id: 1,
  type: 'dog',
  price: 249.99,
  tags: ['a', 'b', 'c'],
  owner: { name: 'Ann' },
});

export const stageName = 'bench';

const ok = { 200: { description: 'ok' } };
const petId = { name: 'petId', in: 'path', required: true, schema: { type: 'string' } };

/** A REST API: `/pets/{petId}` is passed on, `/mock` is not. */
export const restApi = (upstream: string): object => ({
  openapi: '3.0.1',
  info: { title: 'bench', version: '1' },
  paths: {
    '/pets/{petId}': {
      get: {
        parameters: [petId],
        responses: ok,
        'x-amazon-apigateway-integration': {
          type: 'http_proxy',
          httpMethod: 'GET',
          uri: `${upstream}/pets/{petId}`,
          requestParameters: { 'integration.request.path.petId': 'method.request.path.petId' },
        },
      },
    },
    '/mock': {
      get: {
        responses: ok,
        'x-amazon-apigateway-integration': {
          type: 'mock',
          requestTemplates: { 'application/json': '{"statusCode": 200}' },
          responses: { default: { statusCode: '200', responseTemplates: { 'application/json': answerBody } } },
        },
      },
    },
  },
});

const passedOn = (upstream: string): object => ({
  parameters: [petId],
  responses: ok,
  'x-amazon-apigateway-integration': {
    type: 'http_proxy',
    httpMethod: 'GET',
    payloadFormatVersion: '1.0',
    uri: `${upstream}/pets/{petId}`,
  },
});

export const httpApi = (upstream: string): object => ({
  openapi: '3.0.1',
  info: { title: 'bench', version: '1' },
  paths: { '/pets/{petId}': { get: passedOn(upstream) } },
});

/** Its callers need a token and come from a page of another origin. */
export const guardedHttpApi = (upstream: string, issuer: string, audience: string): object => ({
  openapi: '3.0.1',
  info: { title: 'bench-guarded', version: '1' },
  'x-amazon-apigateway-cors': {
    allowOrigins: ['https://app.example.com'],
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['authorization', 'content-type'],
    exposeHeaders: ['date', 'x-request-id'],
    maxAge: 600,
    allowCredentials: true,
  },
  components: {
    securitySchemes: {
      token: {
        type: 'oauth2',
        flows: {},
        'x-amazon-apigateway-authorizer': {
          type: 'jwt',
          jwtConfiguration: { issuer, audience: [audience] },
          identitySource: '$request.header.Authorization',
        },
      },
    },
  },
  paths: { '/pets/{petId}': { get: { ...passedOn(upstream), security: [{ token: ['pets:read'] }] } } },
});

/** Of that many routes, all alike. */
export const wideHttpApi = (upstream: string, routes: number): object => ({
  openapi: '3.0.1',
  info: { title: `bench-${routes}`, version: '1' },
  paths: Object.fromEntries(
    Array.from({ length: routes }, (_, n) => [`/v1/service-${n}/pets/{petId}`, { get: passedOn(upstream) }]),
  ),
});

/** Paths of it, in no order that a cache would like. */
export const pathsOfWideHttpApi = (routes: number, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `/v1/service-${(n * 7919) % routes}/pets/${n % 100}`);

/** As AWS's guide has it. */
const accessLogFormat = JSON.stringify({
  requestId: '$context.requestId',
  ip: '$context.identity.sourceIp',
  requestTime: '$context.requestTime',
  httpMethod: '$context.httpMethod',
  routeKey: '$context.routeKey',
  status: '$context.status',
  protocol: '$context.protocol',
  responseLength: '$context.responseLength',
});

/** @returns its id */
export async function deployRestApi(clients: ClientSettings, document: object): Promise<string> {
  const client = new APIGatewayClient(clients);
  const body = new TextEncoder().encode(JSON.stringify(document));
  const { id = '' } = await client.send(new ImportRestApiCommand({ body }));
  await client.send(new CreateDeploymentCommand({ restApiId: id, stageName }));
  client.destroy();
  return id;
}

/** @returns its id */
export async function deployHttpApi(
  clients: ClientSettings,
  document: object,
  { accessLog = false }: { readonly accessLog?: boolean } = {},
): Promise<string> {
  const client = new ApiGatewayV2Client(clients);
  const { ApiId = '' } = await client.send(new ImportApiCommand({ Body: JSON.stringify(document) }));
  await client.send(
    new CreateStageCommand({
      ApiId,
      StageName: stageName,
      AutoDeploy: true,
      ...(accessLog && {
        AccessLogSettings: {
          DestinationArn: 'arn:aws:logs:us-east-1:000000000000:log-group:bench',
          Format: accessLogFormat,
        },
      }),
    }),
  );
  client.destroy();
  return ApiId;
}
