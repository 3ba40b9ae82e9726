/**
 * Which members an object of a document may have, and what becomes of those that nothing is done with. `takes` are used
 * here or only describe; `passesOver` mean something that a REST API cannot do, and are noted; others are unexpected.
 * Extensions of other makers are nobody's business. Source: the OpenAPI specifications, and the Developer Guide,
 * "OpenAPI extensions for API Gateway", which also says which extensions only HTTP APIs have.
 */
import type { OpenApiVersion } from './document.ts';
import type { Findings } from './findings.ts';
import type { Place } from './place.ts';

interface Rule {
  readonly takes: readonly string[];
  readonly takesIn?: Readonly<Partial<Record<OpenApiVersion, readonly string[]>>>;
  readonly passesOver?: readonly string[];
  /** Extensions of API Gateway, without `x-amazon-apigateway-`. */
  readonly extensions?: readonly string[];
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];
/** What bounds the value of a parameter; only its presence is checked. */
export const valueConstraints = [
  'enum',
  'const',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'uniqueItems',
  'multipleOf',
] as const;
const valueDescriptions = ['type', 'format', 'items', 'collectionFormat', 'default', ...valueConstraints];
const three = ['style', 'explode', 'allowReserved', 'schema', 'example', 'examples', 'content'];
const deprecated = ['deprecated', 'allowEmptyValue'];

const rules = {
  root: {
    takes: ['info', 'paths', 'security', 'tags', 'externalDocs'],
    takesIn: {
      '2.0': [
        'swagger',
        'host',
        'basePath',
        'schemes',
        'consumes',
        'produces',
        'definitions',
        'parameters',
        'responses',
        'securityDefinitions',
      ],
      '3.0': ['openapi', 'servers', 'components'],
      '3.1': ['openapi', 'servers', 'components', 'jsonSchemaDialect'],
    },
    passesOver: ['webhooks'],
    extensions: [
      'api-key-source',
      'binary-media-types',
      'documentation',
      'endpoint-access-mode',
      'endpoint-configuration',
      'gateway-responses',
      'importexport-version',
      'integrations',
      'minimum-compression-size',
      'policy',
      'request-validator',
      'request-validators',
      'security-policy',
    ],
  },
  info: { takes: ['title', 'description', 'version', 'termsOfService', 'contact', 'license', 'summary'] },
  tag: { takes: ['name', 'description', 'externalDocs'] },
  server: { takes: ['url', 'description', 'variables'], extensions: ['endpoint-configuration'] },
  components: {
    takes: [
      'schemas',
      'responses',
      'parameters',
      'examples',
      'requestBodies',
      'headers',
      'securitySchemes',
      'links',
      'callbacks',
      'pathItems',
    ],
    extensions: ['integrations'],
  },
  pathItem: {
    takes: [...methods, 'parameters', 'summary', 'description', '$ref'],
    passesOver: ['trace', 'servers'],
    extensions: ['any-method'],
  },
  operation: {
    takes: [
      'tags',
      'summary',
      'description',
      'externalDocs',
      'operationId',
      'parameters',
      'responses',
      'deprecated',
      'security',
    ],
    takesIn: { '2.0': ['consumes', 'produces', 'schemes'], '3.0': ['requestBody'], '3.1': ['requestBody'] },
    passesOver: ['callbacks', 'servers'],
    extensions: ['auth', 'integration', 'request-validator'],
  },
  parameter: {
    takes: ['name', 'in', 'description', 'required', ...deprecated],
    takesIn: { '2.0': ['schema', ...valueDescriptions], '3.0': three, '3.1': three },
  },
  requestBody: { takes: ['description', 'content', 'required'] },
  mediaType: { takes: ['schema', 'example', 'examples', 'encoding'] },
  response: {
    takes: ['description', 'headers'],
    takesIn: { '2.0': ['schema', 'examples'], '3.0': ['content'], '3.1': ['content'] },
    passesOver: ['links'],
  },
  header: {
    takes: ['description'],
    takesIn: {
      '2.0': valueDescriptions,
      '3.0': ['required', ...deprecated, ...three],
      '3.1': ['required', ...deprecated, ...three],
    },
  },
  securityScheme: {
    takes: ['type', 'description', 'name', 'in'],
    takesIn: {
      '2.0': ['flow', 'authorizationUrl', 'tokenUrl', 'scopes'],
      '3.0': ['scheme', 'bearerFormat', 'flows', 'openIdConnectUrl'],
      '3.1': ['scheme', 'bearerFormat', 'flows', 'openIdConnectUrl'],
    },
    extensions: ['authorizer', 'authtype'],
  },
  authorizer: {
    takes: [
      'type',
      'authorizerUri',
      'authorizerCredentials',
      'identitySource',
      'identityValidationExpression',
      'authorizerResultTtlInSeconds',
      'providerARNs',
      'jwtConfiguration',
    ],
    passesOver: ['authorizerPayloadFormatVersion', 'enableSimpleResponses'],
  },
  integration: {
    takes: [
      'type',
      'httpMethod',
      'uri',
      'connectionType',
      'connectionId',
      'integrationTarget',
      'credentials',
      'requestParameters',
      'requestTemplates',
      'passthroughBehavior',
      'contentHandling',
      'timeoutInMillis',
      'cacheNamespace',
      'cacheKeyParameters',
      'tlsConfig',
      'responseTransferMode',
      'responses',
      // Observed: passed over without a word.
      'payloadFormatVersion',
    ],
    passesOver: ['integrationSubtype'],
  },
  tlsConfig: { takes: ['insecureSkipVerification'], passesOver: ['serverNameToVerify'] },
  integrationResponse: { takes: ['statusCode', 'responseParameters', 'responseTemplates', 'contentHandling'] },
  gatewayResponse: { takes: ['statusCode', 'responseParameters', 'responseTemplates'] },
  requestValidator: { takes: ['validateRequestBody', 'validateRequestParameters'] },
  endpointConfiguration: { takes: ['vpcEndpointIds', 'disableExecuteApiEndpoint', 'ipAddressType'] },
  auth: { takes: ['type'] },
} as const satisfies Record<string, Rule>;

export type ObjectKind = keyof typeof rules;

const extensionPrefix = 'x-amazon-apigateway-';

/** Complains about members of an object that nothing is done with. */
export function checkMembers(place: Place, kind: ObjectKind, version: OpenApiVersion, findings: Findings): void {
  const rule: Rule = rules[kind];
  for (const name of Object.keys(place.object() ?? {})) {
    const at = place.location === '' ? name : `${place.location}.${name}`;
    if (name.startsWith(extensionPrefix)) {
      if (!rule.extensions?.includes(name.slice(extensionPrefix.length)))
        findings.note(`Extension ${at} is not supported for REST APIs here. Ignoring.`);
    } else if (rule.takes.includes(name) || rule.takesIn?.[version]?.includes(name) || name.startsWith('x-')) continue;
    else if (rule.passesOver?.includes(name))
      findings.note(`Attribute ${at} is not supported for REST APIs. Ignoring.`);
    else findings.warn(`Parse issue: attribute ${at} is unexpected`);
  }
}
