/**
 * An operation of a document as a method: parameters, bodies, responses, security, integration. Made by the same edits
 * that the management API makes methods with, on an API that has nothing but this method's resource, so that their
 * rules are asked once and in one place.
 * Source: recorded imports; Developer Guide, "Amazon API Gateway important notes for REST APIs".
 */
import { entryOf } from '../entries.ts';
import { putIntegration, putIntegrationResponse } from '../integrations.ts';
import { putMethodResponse } from '../method-responses.ts';
import { methodOf, putMethod } from '../methods.ts';
import type { HttpMethod, Method, RestApi, Strings } from '../rest-api.ts';
import { isList, memberOf, type OpenApiVersion } from './document.ts';
import type { Findings } from './findings.ts';
import { integrationIn } from './integrations.ts';
import { checkMembers, valueConstraints } from './members.ts';
import type { Models } from './models.ts';
import type { Place } from './place.ts';
import { hasRequirements, methodSecurity, type Schemes } from './security.ts';

/** Members of a path item, and the methods they are. */
export const operationNames: Readonly<Record<string, HttpMethod>> = {
  get: 'GET',
  put: 'PUT',
  post: 'POST',
  delete: 'DELETE',
  options: 'OPTIONS',
  head: 'HEAD',
  patch: 'PATCH',
  'x-amazon-apigateway-any-method': 'ANY',
};

export interface OperationContext {
  readonly version: OpenApiVersion;
  readonly root: Place;
  readonly findings: Findings;
  readonly models: Models;
  readonly schemes: Schemes;
  /** Id of a request validator by its name. */
  readonly validators: ReadonlyMap<string, string>;
}

export interface OperationPlace {
  readonly operation: Place;
  readonly pathItem: Place;
  readonly httpMethod: HttpMethod;
  /** Full path of the resource, base path included. */
  readonly path: string;
  readonly resourceId: string;
}

/** @param api has the authorizers and validators that the method may name */
export function methodIn(api: RestApi, place: OperationPlace, context: OperationContext): Method | undefined {
  const { operation, httpMethod, path, resourceId } = place;
  const { version, findings, root, schemes } = context;
  checkMembers(operation, 'operation', version, findings);
  const called = `${httpMethod} ${path}`;
  const { requestParameters, body } = parametersIn(place, context);
  const requestModels = version === '2.0' ? modelsOfBody(body, place, context) : modelsOfRequest(place, context);
  const security = methodSecurity(
    hasRequirements(operation) ? operation.get('security') : root.get('security'),
    operation.get('x-amazon-apigateway-auth'),
    schemes,
    called,
    findings,
  );
  const responses = responsesIn(place, context);
  // All bodies are read: inline schemas are models by now.
  let edited: RestApi | undefined = {
    ...api,
    models: context.models.all(),
    resources: { [resourceId]: { id: resourceId, methods: {} } },
  };
  /** The edit is made when all before it could be; what it refuses is an error. */
  const edit = (what: string, make: (api: RestApi) => RestApi): void => {
    const before = edited;
    edited = before && findings.attempt(what, () => make(before));
  };
  const onMethod = `Unable to put method '${httpMethod}' on resource at path '${path}'`;
  edit(onMethod, (before) =>
    putMethod(before, resourceId, {
      httpMethod,
      ...security,
      operationName: operation.get('operationId').text(),
      requestParameters,
      requestModels,
      requestValidatorId: validatorIn(operation, root, context, onMethod),
    }),
  );
  for (const response of responses)
    edit(`Unable to put response ${response.statusCode} of '${httpMethod}' on resource at path '${path}'`, (before) =>
      putMethodResponse(before, resourceId, httpMethod, response),
    );
  const onIntegration = `Unable to put integration on '${httpMethod}' for resource at path '${path}'`;
  const settings = operation.get('x-amazon-apigateway-integration').resolved();
  const owner = `resource '${path}' and method '${httpMethod}'`;
  const read = settings?.exists
    ? integrationIn(settings, version, owner, findings, (why) => findings.error(`${onIntegration}: ${why}`))
    : undefined;
  if (read !== undefined) {
    edit(onIntegration, (before) => putIntegration(before, resourceId, httpMethod, read.integration));
    for (const response of read.responses)
      edit(`Unable to put integration response on '${httpMethod}' for resource at path '${path}'`, (before) =>
        putIntegrationResponse(before, resourceId, httpMethod, response),
      );
  }
  return edited && methodOf(edited, resourceId, httpMethod);
}

function validatorIn(
  operation: Place,
  root: Place,
  { validators, findings }: OperationContext,
  onMethod: string,
): string | undefined {
  const extension = 'x-amazon-apigateway-request-validator';
  const name = operation.get(extension).text() ?? root.get(extension).text();
  if (name === undefined) return undefined;
  const id = validators.get(name);
  if (id === undefined) findings.error(`${onMethod}: Invalid Request Validator identifier specified: '${name}'`);
  return id;
}

const parameterPlaces: Readonly<Record<string, string>> = { query: 'querystring', header: 'header', path: 'path' };
const parameterName = /^[a-zA-Z0-9._$-]+$/;

interface Parameters {
  readonly requestParameters: Readonly<Record<string, boolean>> | undefined;
  /** The body parameter of OpenAPI 2.0. */
  readonly body: Place | undefined;
}

/** Those of the path, then those of the operation, which win; a variable of the path is one without being declared. */
function parametersIn(place: OperationPlace, context: OperationContext): Parameters {
  const { operation, pathItem, httpMethod, path } = place;
  const { findings, version } = context;
  const called = `${httpMethod} ${path}`;
  const variables = [...path.matchAll(/\{([^{}+]+)\+?\}/g)].map(([, name = '']) => name);
  const required = new Map<string, boolean>();
  const constrained = new Map<string, Set<string>>();
  let body: Place | undefined;
  for (const each of [...pathItem.get('parameters').items(), ...operation.get('parameters').items()]) {
    const parameter = each.resolved();
    if (parameter?.object() === undefined) continue;
    checkMembers(parameter, 'parameter', version, findings);
    const name = parameter.get('name').text()?.replace(/\+$/, '') ?? '';
    const kind = parameter.get('in').text() ?? '';
    const into = entryOf(parameterPlaces, kind);
    if (kind === 'body') body = parameter;
    else if (into === undefined) findings.warn(`Parameter type ${kind} for parameter ${name} not supported. Ignoring.`);
    else if (!parameterName.test(name))
      findings.error(
        `Unable to put method '${httpMethod}' on resource at path '${path}': Invalid mapping expression specified: Validation Result: warnings : [], errors : [Parameter name should match the following regular expression: ${parameterName.source}]: '${name.slice(0, 128)}'`,
      );
    else if (into === 'path' && !variables.includes(name))
      findings.note(`Path parameter '${name}' of method '${called}' is not in the path. Ignoring.`);
    else {
      required.set(`method.request.${into}.${name}`, into === 'path' || parameter.get('required').flag() === true);
      noteConstraints(name, parameter, constrained);
    }
  }
  for (const name of variables) {
    const key = `method.request.path.${name}`;
    if (!required.has(key)) required.set(key, true);
  }
  for (const [keyword, names] of constrained)
    findings.note(
      `'${keyword}' of parameters ${[...names].join(', ')} of method '${called}' is not checked. Ignoring.`,
    );
  return { requestParameters: required.size === 0 ? undefined : Object.fromEntries(required), body };
}

function noteConstraints(name: string, parameter: Place, constrained: Map<string, Set<string>>): void {
  for (const keyword of valueConstraints) {
    const stands = [parameter, parameter.get('schema')].some(({ value }) => memberOf(value, keyword) !== undefined);
    if (!stands) continue;
    const names = constrained.get(keyword) ?? new Set();
    constrained.set(keyword, names.add(name));
  }
}

/** Content types of an operation of OpenAPI 2.0, or of the whole document. */
function contentTypes(operation: Place, root: Place, member: 'consumes' | 'produces'): readonly string[] {
  const types = [operation, root].map((place) => place.get(member)).find(({ value }) => isList(value));
  const texts = (types?.items() ?? []).flatMap((type) => type.text() ?? []);
  return texts.length === 0 ? ['application/json'] : texts;
}

function modelsOfBody(body: Place | undefined, place: OperationPlace, context: OperationContext): Strings | undefined {
  if (body === undefined) return undefined;
  const name = context.models.nameFor(body.get('schema'), unsupportedRequest(place, context));
  if (name === undefined) return undefined;
  return Object.fromEntries(contentTypes(place.operation, context.root, 'consumes').map((type) => [type, name]));
}

function modelsOfRequest(place: OperationPlace, context: OperationContext): Strings | undefined {
  const requestBody = place.operation.get('requestBody').resolved();
  if (!requestBody?.exists) return undefined;
  checkMembers(requestBody, 'requestBody', context.version, context.findings);
  return modelsOfContent(requestBody.get('content'), context, unsupportedRequest(place, context));
}

function modelsOfContent(
  content: Place,
  { models, version, findings }: OperationContext,
  unsupported: (kind: string) => void,
): Strings | undefined {
  const named: [string, string][] = [];
  for (const [contentType, mediaType] of content.members()) {
    checkMembers(mediaType, 'mediaType', version, findings);
    const name = models.nameFor(mediaType.get('schema'), unsupported);
    if (name !== undefined) named.push([contentType, name]);
  }
  return named.length === 0 ? undefined : Object.fromEntries(named);
}

const unsupportedRequest =
  ({ httpMethod, path }: OperationPlace, { findings }: OperationContext) =>
  (kind: string): void =>
    findings.warn(`Unsupported model type '${kind}' in request schema for '${httpMethod} ${path}'. Ignoring.`);

interface DeclaredResponse {
  readonly statusCode: string;
  readonly responseParameters: Readonly<Record<string, boolean>> | undefined;
  readonly responseModels: Strings | undefined;
}

function responsesIn(place: OperationPlace, context: OperationContext): DeclaredResponse[] {
  const { operation, httpMethod, path } = place;
  const { version, findings, models, root } = context;
  const called = `${httpMethod} ${path}`;
  const declared: DeclaredResponse[] = [];
  for (const [statusCode, each] of operation.get('responses').members()) {
    if (statusCode.startsWith('x-')) continue;
    const response = each.resolved();
    if (!/^[1-5]\d\d$/.test(statusCode)) {
      const says = ['schema', 'content', 'headers'].some((name) => response?.get(name).exists);
      if (says) findings.note(`Response '${statusCode}' of method '${called}' has no status code. Ignoring.`);
      continue;
    }
    if (response?.object() === undefined) continue;
    checkMembers(response, 'response', version, findings);
    const unsupported = (kind: string): void =>
      findings.warn(`Unsupported model type '${kind}' in ${statusCode} response to method '${called}'. Ignoring.`);
    let responseModels: Strings | undefined;
    if (version === '2.0') {
      const name = models.nameFor(response.get('schema'), unsupported);
      if (name !== undefined)
        responseModels = Object.fromEntries(contentTypes(operation, root, 'produces').map((type) => [type, name]));
    } else responseModels = modelsOfContent(response.get('content'), context, unsupported);
    declared.push({ statusCode, responseParameters: headersIn(response, context), responseModels });
  }
  return declared;
}

function headersIn(
  response: Place,
  { version, findings }: OperationContext,
): Readonly<Record<string, boolean>> | undefined {
  const headers: [string, boolean][] = [];
  for (const [name, each] of response.get('headers').members()) {
    const header = each.resolved();
    if (header === undefined) continue;
    checkMembers(header, 'header', version, findings);
    headers.push([`method.response.header.${name}`, version !== '2.0' && header.get('required').flag() === true]);
  }
  return headers.length === 0 ? undefined : Object.fromEntries(headers);
}
