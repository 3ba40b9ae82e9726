/**
 * Integration responses of WebSocket APIs: how an answer of an integration becomes an answer of the route.
 * Source: Amazon API Gateway V2 API Reference, "IntegrationResponses".
 */
import type { Api, ApiIntegrationResponse } from '../api.ts';
import { entryOf, present, withEntry, withoutEntry } from '../entries.ts';
import { badRequest, conflict, notFound, type ServiceError } from '../errors.ts';
import { text } from '../patch.ts';
import type { Strings } from '../rest-api.ts';
import { integrationOf } from './integrations.ts';
import { checkLengths } from './lengths.ts';
import { merged } from './merges.ts';

const invalidIntegrationResponse = (id: string): ServiceError =>
  notFound(`Invalid IntegrationResponse identifier specified ${id}`);

interface Settings {
  readonly contentHandlingStrategy?: string | undefined;
  readonly responseParameters?: Strings | undefined;
  readonly responseTemplates?: Strings | undefined;
  readonly templateSelectionExpression?: string | undefined;
}

export interface NewApiIntegrationResponse extends Settings {
  readonly integrationResponseKey: string;
}

export interface ApiIntegrationResponseUpdate extends Settings {
  readonly integrationResponseKey?: string | undefined;
}

/** @throws NotFoundException for the integration or its response */
export function integrationResponseOf(api: Api, integrationId: string, id: string): ApiIntegrationResponse {
  const response = entryOf(integrationOf(api, integrationId).integrationResponses, id);
  if (response === undefined) throw invalidIntegrationResponse(id);
  return response;
}

/** @throws ServiceError */
export function createIntegrationResponse(
  api: Api,
  integrationId: string,
  input: NewApiIntegrationResponse,
  id: string,
): Api {
  if (api.protocolType === 'HTTP')
    throw badRequest('IntegrationResponses are currently not supported for this API protocol type.');
  checkLengths(input);
  return withResponse(
    api,
    integrationId,
    present({
      integrationResponseId: id,
      integrationResponseKey: input.integrationResponseKey,
      contentHandlingStrategy: input.contentHandlingStrategy,
      responseParameters: input.responseParameters,
      responseTemplates: input.responseTemplates,
      templateSelectionExpression: text(input.templateSelectionExpression),
    }),
  );
}

/** Maps are replaced. @throws ServiceError */
export function updateIntegrationResponse(
  api: Api,
  integrationId: string,
  id: string,
  change: ApiIntegrationResponseUpdate,
): Api {
  const before = integrationResponseOf(api, integrationId, id);
  checkLengths(change, 'empty clears');
  const after = merged(before, { ...change, integrationResponseKey: text(change.integrationResponseKey) });
  return withResponse(api, integrationId, after);
}

function withResponse(api: Api, integrationId: string, response: ApiIntegrationResponse): Api {
  const integration = integrationOf(api, integrationId);
  const { integrationResponseKey: key, integrationResponseId: id } = response;
  for (const other of Object.values(integration.integrationResponses))
    if (other.integrationResponseKey === key && other.integrationResponseId !== id)
      throw conflict(`IntegrationResponse with key ${key} already exists for this Integration`);
  const integrationResponses = withEntry(integration.integrationResponses, id, response);
  return {
    ...api,
    integrations: withEntry(api.integrations, integrationId, { ...integration, integrationResponses }),
  };
}

/** @throws NotFoundException */
export function deleteIntegrationResponse(api: Api, integrationId: string, id: string): Api {
  integrationResponseOf(api, integrationId, id);
  const integration = integrationOf(api, integrationId);
  const integrationResponses = withoutEntry(integration.integrationResponses, id);
  return {
    ...api,
    integrations: withEntry(api.integrations, integrationId, { ...integration, integrationResponses }),
  };
}
