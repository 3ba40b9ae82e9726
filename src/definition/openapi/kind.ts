/**
 * Whether a document describes a REST API or an HTTP API, when nobody says: a REST API when it declares anything that
 * only REST APIs have. Source: Developer Guide, "OpenAPI extensions for API Gateway", which says of each extension what
 * it is for; HTTP APIs import OpenAPI 3 only, and need a payload format version in every integration.
 */
import { isList, isObject, type Json, type JsonObject, memberOf, type OpenApiDocument, objectsIn } from './document.ts';
import { operationNames } from './operations.ts';
import { localNames } from './place.ts';

const restExtensions = [
  'api-key-source',
  'binary-media-types',
  'documentation',
  'endpoint-access-mode',
  'gateway-responses',
  'minimum-compression-size',
  'policy',
  'request-validator',
  'request-validators',
  'security-policy',
].map((name) => `x-amazon-apigateway-${name}`);

export function kindOf({ version, root }: OpenApiDocument): 'rest' | 'http' {
  if (version === '2.0' || restExtensions.some((name) => Object.hasOwn(root, name))) return 'rest';
  const schemes = memberOf(memberOf(root, 'components'), 'securitySchemes');
  if (objectsIn(schemes).some(isRestScheme)) return 'rest';
  const operations = objectsIn(memberOf(root, 'paths')).flatMap((pathItem) =>
    Object.keys(operationNames)
      .map((name) => memberOf(pathItem, name))
      .filter(isObject),
  );
  return operations.some((operation) => isRestOperation(operation, root)) ? 'rest' : 'http';
}

function isRestScheme(scheme: JsonObject): boolean {
  const authorizer = memberOf(scheme, 'x-amazon-apigateway-authorizer');
  const type = String(memberOf(authorizer, 'type') ?? '').toLowerCase();
  const source = memberOf(authorizer, 'identitySource');
  if (type === 'request') return typeof source === 'string' && !source.includes('$');
  if (type === 'jwt') return memberOf(memberOf(authorizer, 'jwtConfiguration'), 'issuers') !== undefined;
  return type === 'token' || type === 'cognito_user_pools';
}

function isRestOperation(operation: JsonObject, root: JsonObject): boolean {
  if (['auth', 'request-validator'].some((name) => Object.hasOwn(operation, `x-amazon-apigateway-${name}`)))
    return true;
  const integration = resolved(memberOf(operation, 'x-amazon-apigateway-integration'), root);
  if (!isObject(integration)) return false;
  const type = String(memberOf(integration, 'type') ?? '').toLowerCase();
  return (
    !type.endsWith('_proxy') ||
    ['payloadFormatVersion', 'integrationSubtype'].every((name) => memberOf(integration, name) === undefined) ||
    ['requestTemplates', 'cacheKeyParameters'].some((name) => memberOf(integration, name) !== undefined)
  );
}

function resolved(value: Json | undefined, root: JsonObject): Json | undefined {
  const ref = memberOf(value, '$ref');
  if (typeof ref !== 'string') return value;
  let at: Json | undefined = root;
  for (const name of localNames(ref) ?? ['']) at = isList(at) ? undefined : memberOf(at, name);
  return at;
}
