/**
 * Request validators: which parts of a request a method checks. Source: API reference, CreateRequestValidator; texts
 * are recorded answers.
 */
import { entryOf, withEntry, withoutEntry } from './entries.ts';
import { badRequest, conflict, notFound, type ServiceError } from './errors.ts';
import { applyPatch, flag, type PatchOperation, patchTable, refuseListing, required, set } from './patch.ts';
import { methodsOf } from './resources.ts';
import type { RequestValidator, RestApi } from './rest-api.ts';

export const invalidRequestValidator = (): ServiceError => notFound('Invalid Request Validator identifier specified');

/** @throws NotFoundException */
export function requestValidatorOf(api: RestApi, id: string): RequestValidator {
  const validator = entryOf(api.requestValidators, id);
  if (validator === undefined) throw invalidRequestValidator();
  return validator;
}

export interface NewRequestValidator {
  readonly name?: string | undefined;
  readonly validateRequestBody?: boolean | undefined;
  readonly validateRequestParameters?: boolean | undefined;
}

const blankName = 'Request Validator name cannot be blank';

/** @throws BadRequestException */
export function createRequestValidator(api: RestApi, input: NewRequestValidator, id: string): RestApi {
  if (input.name?.trim() === '') throw badRequest(blankName);
  return withValidator(api, {
    id,
    name: input.name ?? id,
    validateRequestBody: input.validateRequestBody ?? false,
    validateRequestParameters: input.validateRequestParameters ?? false,
  });
}

const withValidator = (api: RestApi, validator: RequestValidator): RestApi => ({
  ...api,
  requestValidators: withEntry(api.requestValidators, validator.id, validator),
});

const table = patchTable<RequestValidator>(refuseListing, [
  { path: '/name', replace: set('name', required(blankName)) },
  { path: '/validateRequestParameters', replace: set('validateRequestParameters', flag) },
  { path: '/validateRequestBody', replace: set('validateRequestBody', flag) },
]);

/** @throws ServiceError */
export const updateRequestValidator = (
  api: RestApi,
  id: string,
  operations: readonly PatchOperation[] | undefined,
): RestApi => withValidator(api, applyPatch(table, requestValidatorOf(api, id), operations));

/** @throws NotFoundException, ConflictException while a method uses it */
export function deleteRequestValidator(api: RestApi, id: string): RestApi {
  const { name } = requestValidatorOf(api, id);
  const user = methodsOf(api).find(({ method }) => method.requestValidatorId === id);
  if (user !== undefined)
    throw conflict(
      `Cannot delete request validator '${name}', is referenced in method request: ${user.path}/${user.method.httpMethod}`,
    );
  return { ...api, requestValidators: withoutEntry(api.requestValidators, id) };
}
