/**
 * Integrations of HTTP and WebSocket APIs: what is behind a route. The two kinds of APIs have little in common, so each
 * has its rules. Whether a VPC link exists is for the caller to look up.
 * Source: Amazon API Gateway V2 API Reference, "Integrations"; texts are those that AWS is known to give.
 */
import type { Api, ApiIntegration } from '../api.ts';
import { type Entries, entryOf, hasEntry, present, withEntry, withoutEntry } from '../entries.ts';
import { badRequest, conflict, notFound, type ServiceError } from '../errors.ts';
import { text } from '../patch.ts';
import type { Strings } from '../rest-api.ts';
import { checkLengths } from './lengths.ts';
import { merged, mergedMaps, mergedTexts, withoutEmpty } from './merges.ts';
import { checkActionParameters, checkRequestMapping, checkResponseMappings } from './parameter-mappings.ts';
import { routeMethods } from './route-keys.ts';
import { serviceActionOf } from './service-actions.ts';

export const invalidIntegration = (id: string): ServiceError =>
  notFound(`Invalid Integration identifier specified ${id}`);

/** @throws NotFoundException */
export function integrationOf(api: Api, integrationId: string): ApiIntegration {
  const integration = entryOf(api.integrations, integrationId);
  if (integration === undefined) throw invalidIntegration(integrationId);
  return integration;
}

interface IntegrationSettings {
  readonly connectionId?: string | undefined;
  readonly connectionType?: ApiIntegration['connectionType'] | undefined;
  readonly contentHandlingStrategy?: string | undefined;
  readonly credentialsArn?: string | undefined;
  readonly description?: string | undefined;
  readonly integrationMethod?: string | undefined;
  readonly integrationSubtype?: string | undefined;
  readonly integrationUri?: string | undefined;
  readonly passthroughBehavior?: string | undefined;
  readonly payloadFormatVersion?: string | undefined;
  readonly requestParameters?: Strings | undefined;
  readonly requestTemplates?: Strings | undefined;
  readonly responseParameters?: Entries<Strings> | undefined;
  readonly templateSelectionExpression?: string | undefined;
  readonly timeoutInMillis?: number | undefined;
  readonly tlsConfig?: { readonly serverNameToVerify?: string | undefined } | undefined;
}

export interface NewApiIntegration extends IntegrationSettings {
  readonly integrationType: ApiIntegration['integrationType'];
}

export interface ApiIntegrationUpdate extends IntegrationSettings {
  readonly integrationType?: ApiIntegration['integrationType'] | undefined;
}

const timeoutMinMs = 50;
/** Also what an integration has that does not say. */
const timeoutMaxMs = { HTTP: 30_000, WEBSOCKET: 29_000 } as const;
const templateMax = 307_200;

/** @throws ServiceError */
export function createIntegration(
  api: Api,
  input: NewApiIntegration,
  integrationId: string,
  managed: { readonly apiGatewayManaged?: true } = {},
): Api {
  checkLengths(input);
  return withIntegration(
    api,
    present({
      integrationId,
      integrationType: input.integrationType,
      integrationSubtype: input.integrationSubtype,
      integrationMethod: input.integrationMethod,
      // Of a MOCK integration the CDK sends an empty one.
      integrationUri: text(input.integrationUri),
      connectionType: input.connectionType ?? ('INTERNET' as const),
      connectionId: input.connectionId,
      credentialsArn: text(input.credentialsArn),
      description: text(input.description),
      payloadFormatVersion: input.payloadFormatVersion,
      timeoutInMillis: input.timeoutInMillis ?? timeoutMaxMs[api.protocolType],
      requestParameters: input.requestParameters && withoutEmpty(input.requestParameters),
      responseParameters: mergedMaps(undefined, input.responseParameters),
      requestTemplates: input.requestTemplates,
      templateSelectionExpression: text(input.templateSelectionExpression),
      passthroughBehavior: input.passthroughBehavior,
      contentHandlingStrategy: input.contentHandlingStrategy,
      tlsConfig: tlsOf(input.tlsConfig),
      ...managed,
      integrationResponses: {},
    }),
  );
}

/** Parameters are merged, templates replaced. @throws ServiceError */
export function updateIntegration(api: Api, integrationId: string, change: ApiIntegrationUpdate): Api {
  const before = integrationOf(api, integrationId);
  checkLengths(change, 'empty clears');
  const { requestParameters, responseParameters, tlsConfig, ...rest } = change;
  const { tlsConfig: formerTls, ...after } = merged(before, {
    ...rest,
    requestParameters: mergedTexts(before.requestParameters, requestParameters),
    responseParameters: mergedMaps(before.responseParameters, responseParameters),
  });
  return withIntegration(api, present({ ...after, tlsConfig: tlsConfig === undefined ? formerTls : tlsOf(tlsConfig) }));
}

const tlsOf = (input: IntegrationSettings['tlsConfig']): ApiIntegration['tlsConfig'] =>
  text(input?.serverNameToVerify) === undefined ? undefined : { serverNameToVerify: input?.serverNameToVerify ?? '' };

/** What must hold after every create and update. */
function withIntegration(api: Api, integration: ApiIntegration): Api {
  const settled = api.protocolType === 'HTTP' ? httpIntegration(integration) : webSocketIntegration(integration);
  const { timeoutInMillis, credentialsArn, tlsConfig } = settled;
  const maxMs = timeoutMaxMs[api.protocolType];
  if (!Number.isInteger(timeoutInMillis) || timeoutInMillis < timeoutMinMs || timeoutInMillis > maxMs)
    throw badRequest(`Timeout should be between ${timeoutMinMs} ms and ${maxMs} ms`);
  if (credentialsArn !== undefined && !/^arn:/.test(credentialsArn))
    throw badRequest('Invalid ARN specified in the request');
  if ((tlsConfig?.serverNameToVerify ?? '').length > 512)
    throw badRequest('tlsConfig.serverNameToVerify can be at most 512 characters long');
  return { ...api, integrations: withEntry(api.integrations, settled.integrationId, settled) };
}

const isLambda = (uri: string): boolean =>
  /^arn:[^:]+:lambda:[^:]*:[^:]*:function:./.test(uri) ||
  /^arn:[^:]+:apigateway:[^:]*:lambda:path\/.+\/functions\/.+\/invocations$/.test(uri);
/** The host may be, or begin with, a stage variable. */
const isHttpUrl = (uri: string): boolean => /^(https?:\/\/[^/\s]|\$\{stageVariables\.)[^\s]*$/i.test(uri);
const isPrivateTarget = (uri: string): boolean =>
  /^arn:[^:]+:elasticloadbalancing:[^:]*:[^:]*:listener\/./.test(uri) ||
  /^arn:[^:]+:servicediscovery:[^:]*:[^:]*:service\/./.test(uri);

const wrongUri = () => badRequest('Invalid integration URI specified');

/** Members that only WebSocket APIs have are passed over, as AWS does. */
function httpIntegration(integration: ApiIntegration): ApiIntegration {
  const {
    requestTemplates: _templates,
    templateSelectionExpression: _selection,
    passthroughBehavior: _passthrough,
    contentHandlingStrategy: _handling,
    integrationResponseSelectionExpression: _responses,
    ...own
  } = integration;
  const { integrationType, integrationSubtype, requestParameters } = own;
  if (integrationType !== 'AWS_PROXY' && integrationType !== 'HTTP_PROXY')
    throw badRequest(
      'Currently, an API with a protocol type of HTTP may only be associated with proxy integrations (AWS_PROXY, HTTP_PROXY)',
    );
  checkResponseMappings(own.responseParameters);
  if (integrationSubtype === undefined) checkRequestMapping(requestParameters);
  checkConnection(own);
  if (integrationType === 'HTTP_PROXY') return httpProxy(own);
  return integrationSubtype === undefined ? lambdaProxy(own) : serviceProxy(own, integrationSubtype);
}

function checkConnection({ integrationType, connectionType, connectionId, integrationUri = '' }: ApiIntegration): void {
  if (connectionType !== 'VPC_LINK') return;
  if (connectionId === undefined) throw badRequest('ConnectionId must be set to vpcLinkId for ConnectionType VPC_LINK');
  if (integrationType !== 'HTTP_PROXY' || !isPrivateTarget(integrationUri))
    throw badRequest(
      'For VpcLink VPC_LINK, integration uri should be a valid ELB listener ARN or a valid Cloud Map service ARN.',
    );
}

function httpProxy(integration: ApiIntegration): ApiIntegration {
  const { integrationMethod, integrationUri = '', payloadFormatVersion = '1.0' } = integration;
  if (integration.integrationSubtype !== undefined)
    throw badRequest('IntegrationSubtype is only supported for integrations of type AWS_PROXY');
  if (integrationMethod === undefined)
    throw badRequest('HttpMethod parameter method must be specified for integrationType HTTPPROXY');
  checkMethod(integrationMethod);
  if (payloadFormatVersion === '2.0')
    throw badRequest('PayloadFormatVersion 2.0 is not supported for integration of type HTTP_PROXY');
  if (payloadFormatVersion !== '1.0') throw badRequest(`Unsupported PayloadFormatVersion: ${payloadFormatVersion}`);
  if (integration.connectionType === 'INTERNET' && !isHttpUrl(integrationUri)) throw wrongUri();
  return { ...integration, payloadFormatVersion };
}

function checkMethod(method: string): void {
  if (!routeMethods.some((each) => each === method)) throw badRequest(`Invalid HTTP method specified: ${method}`);
}

function lambdaProxy(integration: ApiIntegration): ApiIntegration {
  const { integrationMethod = 'POST', integrationUri = '', payloadFormatVersion } = integration;
  if (payloadFormatVersion === undefined)
    throw badRequest('PayloadFormatVersion is a required parameter for integration');
  if (payloadFormatVersion !== '1.0' && payloadFormatVersion !== '2.0')
    throw badRequest(`Unsupported PayloadFormatVersion: ${payloadFormatVersion}`);
  checkMethod(integrationMethod);
  if (!isLambda(integrationUri)) throw wrongUri();
  return { ...integration, integrationMethod };
}

function serviceProxy(integration: ApiIntegration, subtype: string): ApiIntegration {
  const { payloadFormatVersion = '1.0', requestParameters, credentialsArn, integrationUri } = integration;
  const action = serviceActionOf(subtype);
  if (action === undefined || payloadFormatVersion !== '1.0')
    throw badRequest(`Operation: ${subtype} is not supported.`);
  if (credentialsArn === undefined)
    throw badRequest(`Role ARN must be specified for AWS integration configuration with Subtype: ${subtype}`);
  if (integrationUri !== undefined) throw wrongUri();
  checkActionParameters(subtype, action, requestParameters);
  const { integrationMethod: _method, ...rest } = integration;
  return { ...rest, payloadFormatVersion };
}

// WebSocket APIs.

const responseSelections: Readonly<Partial<Record<ApiIntegration['integrationType'], string>>> = {
  MOCK: `\${integration.response.statuscode}`,
  HTTP: `\${integration.response.statuscode}`,
  AWS: `\${integration.response.body.errorMessage}`,
};

/** Members that only integrations of HTTP APIs have, with the texts of members of its kind. */
const httpOnly = {
  integrationSubtype: 'IntegrationSubtype',
  tlsConfig: 'TlsConfig',
  responseParameters: 'ResponseParameters',
} as const;

function webSocketIntegration(integration: ApiIntegration): ApiIntegration {
  for (const [member, name] of Object.entries(httpOnly))
    if (hasEntry({ ...integration }, member)) throw badRequest(`${name} is not supported for WEBSOCKET protocolType`);
  const { integrationType, payloadFormatVersion = '1.0', requestParameters, requestTemplates } = integration;
  if (payloadFormatVersion !== '1.0') throw badRequest(`Unsupported PayloadFormatVersion: ${payloadFormatVersion}`);
  checkWebSocketMapping(requestParameters);
  for (const template of Object.values(requestTemplates ?? {}))
    if (template.length > templateMax)
      throw badRequest(`A mapping template can have at most ${templateMax} characters`);
  const { integrationMethod } = checkedBackend(integration);
  const passthrough = integrationType === 'HTTP_PROXY' ? undefined : 'WHEN_NO_MATCH';
  return present({
    ...integration,
    integrationMethod,
    payloadFormatVersion,
    passthroughBehavior: integration.passthroughBehavior ?? passthrough,
    integrationResponseSelectionExpression: responseSelections[integrationType],
  });
}

function checkedBackend(integration: ApiIntegration): { readonly integrationMethod: string | undefined } {
  const { integrationType, integrationUri = '', connectionType, connectionId } = integration;
  if (integrationType === 'MOCK') return { integrationMethod: undefined };
  if (connectionType === 'VPC_LINK' && connectionId === undefined)
    throw badRequest('ConnectionId must be set to vpcLinkId for ConnectionType VPC_LINK');
  const isHttp = integrationType === 'HTTP' || integrationType === 'HTTP_PROXY';
  const isAws = /^arn:[^:]+:apigateway:[^:]*:[^:]+:(path|action)\/./.test(integrationUri);
  if (isHttp ? !isHttpUrl(integrationUri) : !isAws && !isLambda(integrationUri)) throw wrongUri();
  const { integrationMethod = integrationType === 'AWS_PROXY' ? 'POST' : undefined } = integration;
  if (integrationMethod === undefined)
    throw badRequest(
      `HttpMethod parameter method must be specified for integrationType ${integrationType.replace('_', '')}`,
    );
  checkMethod(integrationMethod);
  return { integrationMethod };
}

function checkWebSocketMapping(mapping: Strings | undefined): void {
  const wrong = Object.keys(mapping ?? {}).filter(
    (key) => !/^integration\.request\.(path|querystring|header)\.[^\s]+$/.test(key),
  );
  if (wrong.length > 0)
    throw badRequest(
      `Invalid mapping expression specified: Validation Result: warnings : [], errors : [${wrong.map((key) => `Invalid mapping expression specified: ${key}`).join(', ')}]`,
    );
}

/** @throws NotFoundException, BadRequestException for a quick-created one, ConflictException while a route needs it */
export function deleteIntegration(api: Api, integrationId: string): Api {
  const integration = integrationOf(api, integrationId);
  if (integration.apiGatewayManaged)
    throw badRequest('An integration that was made by quick create cannot be deleted; delete the API');
  const users = Object.values(api.routes).filter(({ target }) => target === `integrations/${integrationId}`);
  if (users.length > 0)
    throw conflict(
      `Cannot delete Integration because it is referenced by the following Routes with Ids: [${users.map(({ routeId }) => routeId).join(', ')}]`,
    );
  return { ...api, integrations: withoutEntry(api.integrations, integrationId) };
}
