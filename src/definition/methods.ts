/**
 * Methods of a resource: what a request must bring. Source: API reference, PutMethod and "Patch operations"; order of
 * the checks and texts are recorded answers.
 */
import { authorizationOf } from './authorizers.ts';
import { isOneOf } from './constraints.ts';
import { entryOf, given, present, unlessEmpty } from './entries.ts';
import { badRequest, conflict, notFound, type ServiceError } from './errors.ts';
import { checkMethodParameters } from './mapping-expressions.ts';
import { checkModels } from './models.ts';
import {
  applyPatch,
  entryRow,
  flag,
  type PatchOperation,
  patchTable,
  refusePathOrOp,
  required,
  set,
  text,
} from './patch.ts';
import { resourceOf, withResource } from './resources.ts';
import type { HttpMethod, Method, RestApi, Strings } from './rest-api.ts';

export const httpMethods = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'ANY'] as const;
const authorizationTypes = ['NONE', 'AWS_IAM', 'CUSTOM', 'COGNITO_USER_POOLS', 'JWT'] as const;

/** As AWS prints it when a status code does not match. */
export const statusCodePattern = /[1-5]\d\d/;

export const invalidMethod = (): ServiceError => notFound('Invalid Method identifier specified');

/** @throws BadRequestException */
export function httpMethodOf(name: string | undefined): HttpMethod {
  if (!isOneOf(httpMethods, name))
    throw badRequest(`Invalid HttpMethod specified. Valid options are ${httpMethods.join(',')}`);
  return name;
}

/** @throws NotFoundException for the resource or the method */
export function methodOf(api: RestApi, resourceId: string, httpMethod: string): Method {
  const { methods } = resourceOf(api, resourceId);
  const method = isOneOf(httpMethods, httpMethod) ? methods[httpMethod] : undefined;
  if (method === undefined) throw invalidMethod();
  return method;
}

export function withMethod(api: RestApi, resourceId: string, method: Method): RestApi {
  const resource = resourceOf(api, resourceId);
  return withResource(api, { ...resource, methods: { ...resource.methods, [method.httpMethod]: method } });
}

export interface NewMethod {
  readonly httpMethod: string;
  readonly authorizationType: string;
  readonly authorizerId?: string | undefined;
  readonly apiKeyRequired?: boolean | undefined;
  readonly operationName?: string | undefined;
  readonly requestParameters?: Readonly<Record<string, boolean>> | undefined;
  readonly requestModels?: Strings | undefined;
  readonly requestValidatorId?: string | undefined;
  readonly authorizationScopes?: readonly string[] | undefined;
}

/** @throws ServiceError */
export function putMethod(api: RestApi, resourceId: string, input: NewMethod): RestApi {
  const resource = resourceOf(api, resourceId);
  const httpMethod = httpMethodOf(input.httpMethod);
  const method: Method = present({
    httpMethod,
    authorizationType: authorizationTypeOf(input.authorizationType),
    authorizerId: text(input.authorizerId),
    authorizationScopes: input.authorizationScopes?.length ? input.authorizationScopes : undefined,
    apiKeyRequired: input.apiKeyRequired ?? false,
    operationName: input.operationName,
    requestValidatorId: text(input.requestValidatorId),
    requestParameters: given(input.requestParameters),
    requestModels: given(input.requestModels),
    methodResponses: {},
  });
  const checked = checkedMethod(api, method);
  if (resource.methods[httpMethod] !== undefined) throw conflict('Method already exists for this resource');
  return withMethod(api, resourceId, checked);
}

function authorizationTypeOf(value: string | undefined): string {
  const type = value?.toUpperCase();
  if (!isOneOf(authorizationTypes, type))
    throw badRequest(`Invalid authorization type specified. Valid options are ${authorizationTypes.join(', ')}`);
  return type;
}

/** What a method refers to exists; what does not apply to its authorization type is dropped. */
function checkedMethod(api: RestApi, method: Method): Method {
  checkMethodParameters(method.requestParameters);
  const authorized = withAuthorizer(api, method);
  const { requestValidatorId } = method;
  if (requestValidatorId !== undefined && entryOf(api.requestValidators, requestValidatorId) === undefined)
    throw badRequest('Invalid Request Validator identifier specified');
  checkModels(api, method.requestModels);
  return authorized;
}

function withAuthorizer(api: RestApi, method: Method): Method {
  const { authorizerId, authorizationScopes, ...rest } = method;
  const scopes = present({ authorizationScopes });
  const { authorizationType } = method;
  if (authorizationType === 'NONE' || authorizationType === 'AWS_IAM') return { ...rest, ...scopes };
  const authorizer = entryOf(api.authorizers, authorizerId ?? '');
  if (authorizer === undefined || authorizationOf(authorizer) !== authorizationType)
    throw badRequest(
      `Invalid authorizer ID specified. Setting the authorization type to ${
        authorizationType === 'JWT' ? 'JWT' : 'CUSTOM or COGNITO_USER_POOLS'
      } requires a valid authorizer.`,
    );
  return { ...rest, ...scopes, authorizerId: authorizer.id };
}

const invalidScope = 'Invalid authorization scope specified';

const table = patchTable<Method>(refusePathOrOp, [
  {
    path: '/authorizationScopes',
    add: (method, { value }) => withScope(method, required(invalidScope)(value)),
    remove: (method, { value }) => withoutScope(method, required(invalidScope)(value)),
  },
  {
    path: '/authorizationScopes/{scope}',
    add: (method, { names }) => withScope(method, names[0] ?? ''),
    remove: (method, { names }) => withoutScope(method, names[0] ?? ''),
  },
  { path: '/authorizationType', replace: set('authorizationType', authorizationTypeOf) },
  { path: '/authorizerId', replace: set('authorizerId', text) },
  { path: '/apiKeyRequired', replace: set('apiKeyRequired', flag) },
  { path: '/operationName', replace: set('operationName', text) },
  entryRow(
    '/requestParameters/{name}',
    {
      get: (method: Method) => method.requestParameters,
      set: (method, entries) => ({ ...method, requestParameters: unlessEmpty(entries) }),
    },
    flag,
    'Invalid parameter name specified',
  ),
  entryRow(
    '/requestModels/{contentType}',
    {
      get: (method: Method) => method.requestModels,
      set: (method, entries) => ({ ...method, requestModels: unlessEmpty(entries) }),
    },
    (value) => value ?? '',
    'Content-Type specified was not found',
  ),
  { path: '/requestValidatorId', replace: set('requestValidatorId', text) },
]);

const withScope = (method: Method, scope: string): Method => ({
  ...method,
  authorizationScopes: [...new Set([...(method.authorizationScopes ?? []), scope])],
});

const withoutScope = (method: Method, scope: string): Method => {
  const scopes = method.authorizationScopes ?? [];
  if (!scopes.includes(scope)) throw notFound(invalidScope);
  const left = scopes.filter((known) => known !== scope);
  return { ...method, authorizationScopes: left.length === 0 ? undefined : left };
};

/** @throws ServiceError */
export function updateMethod(
  api: RestApi,
  resourceId: string,
  httpMethod: string,
  operations: readonly PatchOperation[] | undefined,
): RestApi {
  const patched = applyPatch(table, methodOf(api, resourceId, httpMethod), operations);
  return withMethod(api, resourceId, present(checkedMethod(api, patched)));
}

/** @throws NotFoundException */
export function deleteMethod(api: RestApi, resourceId: string, httpMethod: string): RestApi {
  const resource = resourceOf(api, resourceId);
  const gone = methodOf(api, resourceId, httpMethod);
  const { [gone.httpMethod]: _gone, ...methods } = resource.methods;
  return withResource(api, { ...resource, methods });
}
