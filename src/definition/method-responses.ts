/**
 * Method responses: the answers that a method declares. Source: API reference, PutMethodResponse and "Patch
 * operations"; texts are recorded answers.
 */
import { entryOf, given, present, unlessEmpty, withEntry, withoutEntry } from './entries.ts';
import { conflict } from './errors.ts';
import { invalidStatusCode } from './integrations.ts';
import { checkMethodResponseParameters } from './mapping-expressions.ts';
import { methodOf, withMethod } from './methods.ts';
import { checkModels } from './models.ts';
import { applyPatch, entryRow, flag, type PatchOperation, patchTable, refusePathOrOp } from './patch.ts';
import type { MethodResponse, RestApi, Strings } from './rest-api.ts';

export interface NewMethodResponse {
  readonly statusCode: string;
  readonly responseParameters?: Readonly<Record<string, boolean>> | undefined;
  readonly responseModels?: Strings | undefined;
}

/** @throws NotFoundException for the resource, the method or the status */
export function methodResponseOf(
  api: RestApi,
  resourceId: string,
  httpMethod: string,
  statusCode: string,
): MethodResponse {
  const response = entryOf(methodOf(api, resourceId, httpMethod).methodResponses, statusCode);
  if (response === undefined) throw invalidStatusCode();
  return response;
}

/** @throws ServiceError */
export function putMethodResponse(
  api: RestApi,
  resourceId: string,
  httpMethod: string,
  input: NewMethodResponse,
): RestApi {
  const { methodResponses } = methodOf(api, resourceId, httpMethod);
  if (entryOf(methodResponses, input.statusCode) !== undefined)
    throw conflict('Response already exists for this resource');
  return withResponse(api, resourceId, httpMethod, {
    ...present({
      statusCode: input.statusCode,
      responseParameters: given(input.responseParameters),
      responseModels: given(input.responseModels),
    }),
  });
}

function withResponse(api: RestApi, resourceId: string, httpMethod: string, response: MethodResponse): RestApi {
  checkModels(api, response.responseModels);
  checkMethodResponseParameters(response.responseParameters);
  const method = methodOf(api, resourceId, httpMethod);
  const methodResponses = withEntry(method.methodResponses, response.statusCode, response);
  return withMethod(api, resourceId, { ...method, methodResponses });
}

const table = patchTable<MethodResponse>(refusePathOrOp, [
  entryRow(
    '/responseModels/{contentType}',
    {
      get: (response: MethodResponse) => response.responseModels,
      set: (response, models) => present({ ...response, responseModels: unlessEmpty(models) }),
    },
    (value) => value ?? '',
    'Content-Type specified was not found',
  ),
  entryRow(
    '/responseParameters/{name}',
    {
      get: (response: MethodResponse) => response.responseParameters,
      set: (response, parameters) => present({ ...response, responseParameters: unlessEmpty(parameters) }),
    },
    flag,
    'Invalid parameter name specified',
  ),
]);

/** @throws ServiceError */
export function updateMethodResponse(
  api: RestApi,
  resourceId: string,
  httpMethod: string,
  statusCode: string,
  operations: readonly PatchOperation[] | undefined,
): RestApi {
  const before = methodResponseOf(api, resourceId, httpMethod, statusCode);
  return withResponse(api, resourceId, httpMethod, applyPatch(table, before, operations));
}

/** @throws NotFoundException */
export function deleteMethodResponse(
  api: RestApi,
  resourceId: string,
  httpMethod: string,
  statusCode: string,
): RestApi {
  methodResponseOf(api, resourceId, httpMethod, statusCode);
  const method = methodOf(api, resourceId, httpMethod);
  return withMethod(api, resourceId, { ...method, methodResponses: withoutEntry(method.methodResponses, statusCode) });
}
