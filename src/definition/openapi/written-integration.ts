/** An integration as `x-amazon-apigateway-integration` of an exported document. */
import type { Integration } from '../rest-api.ts';
import type { JsonObject } from './document.ts';

/** Observed: what has its default value is not written. */
export function integrationObject(integration: Integration, resourceId: string): JsonObject {
  const { type, httpMethod, uri, connectionType, connectionId, integrationTarget, credentials } = integration;
  const { requestParameters, requestTemplates, passthroughBehavior, contentHandling, timeoutInMillis } = integration;
  const { cacheNamespace, cacheKeyParameters, tlsConfig, responseTransferMode } = integration;
  const isHttp = type === 'HTTP' || type === 'HTTP_PROXY';
  const responses = integrationResponses(integration);
  return {
    type: type.toLowerCase(),
    ...(httpMethod === undefined ? {} : { httpMethod }),
    ...(uri === undefined ? {} : { uri }),
    ...(connectionType === undefined || (isHttp && connectionType === 'INTERNET') ? {} : { connectionType }),
    ...(connectionId === undefined ? {} : { connectionId }),
    ...(integrationTarget === undefined ? {} : { integrationTarget }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(Object.keys(responses).length === 0 ? {} : { responses }),
    ...(requestParameters === undefined ? {} : { requestParameters }),
    ...(requestTemplates === undefined ? {} : { requestTemplates }),
    passthroughBehavior: passthroughBehavior.toLowerCase(),
    ...(contentHandling === undefined ? {} : { contentHandling }),
    ...(timeoutInMillis === 29_000 ? {} : { timeoutInMillis }),
    ...(cacheNamespace === resourceId ? {} : { cacheNamespace }),
    ...(cacheKeyParameters.length === 0 ? {} : { cacheKeyParameters }),
    ...(tlsConfig === undefined ? {} : { tlsConfig: { ...tlsConfig } }),
    ...(responseTransferMode === undefined ? {} : { responseTransferMode }),
  };
}

/** By selection pattern; of two with the same one only the first can ever be selected. */
function integrationResponses({ integrationResponses: responses }: Integration): JsonObject {
  const byPattern = new Map<string, JsonObject>();
  for (const {
    statusCode,
    selectionPattern = '',
    responseParameters,
    responseTemplates,
    contentHandling,
  } of Object.values(responses)) {
    const pattern = selectionPattern === '' ? 'default' : selectionPattern;
    if (byPattern.has(pattern)) continue;
    byPattern.set(pattern, {
      statusCode,
      ...(responseParameters === undefined ? {} : { responseParameters }),
      ...(responseTemplates === undefined ? {} : { responseTemplates }),
      ...(contentHandling === undefined ? {} : { contentHandling }),
    });
  }
  return Object.fromEntries(byPattern);
}
