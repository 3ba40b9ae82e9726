/**
 * What may stand in parameter mappings, checked when they are stored: the names that are set, and the expressions
 * that say where their values come from. Evaluating them is `mapping/`'s. Source: Developer Guide, "Amazon API
 * Gateway API request and response data mapping reference"; the texts are those that AWS answers with.
 */
import { hasEntry } from './entries.ts';
import { badRequest } from './errors.ts';
import type { Method, MethodResponse, Strings } from './rest-api.ts';

const methodRequestName = /^method\.request\.(path|querystring|header)\.[^\s]+$/;
const methodResponseName = /^method\.response\.header\.[^\s]+$/;
const integrationRequestName = /^integration\.request\.(path|querystring|header)\.[^\s]+$/;
const gatewayResponseName = /^gatewayresponse\.(header|path|querystring)\.[^\s]+$/;

/** Sources that need no declaration: literals, context and stage variables. */
const anywhere = /^('.*'|context\.[^\s]+|stageVariables\.[^\s]+)$/s;
const requestBody = /^method\.request\.body(\..+|\[.*)?$/s;
const requestSource = /^method\.request\.(path|querystring|header|multivaluequerystring|multivalueheader)\.[^\s]+$/;
const responseSource =
  /^integration\.response\.(header|multivalueheader)\.[^\s]+$|^integration\.response\.body(\..+|\[.*)?$/s;

/** Throws one BadRequestException that lists all faults. */
function refuse(faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw badRequest(
    `Invalid mapping expression specified: Validation Result: warnings : [], errors : [${faults.join(', ')}]`,
  );
}

const wrongExpression = (expression: string) => `Invalid mapping expression specified: ${expression}`;
const undeclared = (parameter: string) => `Invalid mapping expression parameter specified: ${parameter}`;

/** The names of `requestParameters` of a method. @throws BadRequestException */
export function checkMethodParameters(parameters: Readonly<Record<string, boolean>> | undefined): void {
  refuse(wrongNames(parameters, methodRequestName));
  const names = Object.keys(parameters ?? {}).map((parameter) => parameter.split('.').slice(3).join('.'));
  if (new Set(names).size < names.length)
    throw badRequest('Parameter names must be unique across querystring, header and path');
}

/** The names of `responseParameters` of a method response. @throws BadRequestException */
export const checkMethodResponseParameters = (parameters: Readonly<Record<string, boolean>> | undefined): void =>
  refuse(wrongNames(parameters, methodResponseName));

const wrongNames = (parameters: object | undefined, pattern: RegExp): string[] =>
  Object.keys(parameters ?? {})
    .filter((name) => !pattern.test(name))
    .map(wrongExpression);

/** `requestParameters` of an integration: what it takes from the request must be declared. @throws BadRequestException */
export function checkRequestMapping(mapping: Strings | undefined, method: Method): void {
  const faults: string[] = [];
  for (const [target, source] of Object.entries(mapping ?? {})) {
    if (!integrationRequestName.test(target)) faults.push(wrongExpression(target));
    if (anywhere.test(source) || requestBody.test(source)) continue;
    if (!requestSource.test(source)) faults.push(wrongExpression(source));
    else if (!hasEntry(method.requestParameters, singular(source))) faults.push(undeclared(source));
  }
  refuse(faults);
}

/** Declared once, readable as one value or as all of them. */
const singular = (source: string): string =>
  source.replace(/^method\.request\.multivalue(querystring|header)\./, 'method.request.$1.');

/** `responseParameters` of an integration response: headers must be declared. @throws BadRequestException */
export function checkResponseMapping(mapping: Strings | undefined, declared: MethodResponse | undefined): void {
  const entries = Object.entries(mapping ?? {});
  if (entries.length === 0) return;
  if (declared === undefined) {
    refuse(['No method response exists for method.']);
    return;
  }
  const faults: string[] = [];
  for (const [target, source] of entries) {
    if (!methodResponseName.test(target)) faults.push(wrongExpression(target));
    else if (!hasEntry(declared.responseParameters, target)) faults.push(undeclared(target));
    if (!anywhere.test(source) && !responseSource.test(source)) faults.push(wrongExpression(source));
  }
  refuse(faults);
}

/** `responseParameters` of a gateway response. @throws BadRequestException */
export function checkGatewayResponseMapping(mapping: Strings | undefined): void {
  const faults: string[] = [];
  for (const [target, source] of Object.entries(mapping ?? {})) {
    if (!gatewayResponseName.test(target)) faults.push(wrongExpression(target));
    if (!anywhere.test(source) && !requestSource.test(source) && !requestBody.test(source))
      faults.push(wrongExpression(source));
  }
  refuse(faults);
}

/** The content types that templates are kept under. @throws BadRequestException */
export function checkContentTypes(templates: Strings | undefined): void {
  const wrong = Object.keys(templates ?? {}).filter((type) => !/^[^\s/]+\/[^\s/]/.test(type));
  if (wrong.length > 0)
    throw badRequest(
      `Validation Result: warnings : [], errors : [${wrong.map((type) => `Invalid content type specified: ${type}`).join(', ')}]`,
    );
}
