/**
 * What a REST API is: one aggregate with all its resources, methods, models and the rest, as its owner edits it.
 * Names are AWS's; times are milliseconds since the epoch; JSON documents (`schema`, `policy`) stay the strings they
 * were sent as. Values are immutable: an edit makes a new one. Stages and deployments live beside it (`stage.ts`).
 */

export type EndpointType = 'EDGE' | 'REGIONAL' | 'PRIVATE';
export type HttpMethod = 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH' | 'OPTIONS' | 'HEAD' | 'ANY';
export type IntegrationType = 'HTTP' | 'MOCK' | 'AWS_PROXY' | 'HTTP_PROXY' | 'AWS';
export type PassthroughBehavior = 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER';
export type ContentHandling = 'CONVERT_TO_BINARY' | 'CONVERT_TO_TEXT';
export type Strings = Readonly<Record<string, string>>;

export interface EndpointConfiguration {
  readonly types: readonly EndpointType[];
  readonly ipAddressType: 'ipv4' | 'dualstack';
  readonly vpcEndpointIds?: readonly string[];
}

export interface RestApi {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly description?: string;
  readonly version?: string;
  readonly createdAtMs: number;
  readonly apiKeySource: 'HEADER' | 'AUTHORIZER';
  readonly binaryMediaTypes: readonly string[];
  /** Bytes from which on responses are compressed; absent: never. */
  readonly minimumCompressionSize?: number;
  readonly disableExecuteApiEndpoint: boolean;
  readonly endpointConfiguration: EndpointConfiguration;
  /** Resource policy, a JSON document. */
  readonly policy?: string;
  readonly securityPolicy?: string;
  readonly endpointAccessMode?: 'BASIC' | 'STRICT';
  /** What the last import complained about without refusing. */
  readonly warnings?: readonly string[];
  readonly tags: Strings;
  readonly rootResourceId: string;
  /** By resource id; the root has neither parent nor path part. */
  readonly resources: Readonly<Record<string, Resource>>;
  /** By name. */
  readonly models: Readonly<Record<string, Model>>;
  /** By id. */
  readonly requestValidators: Readonly<Record<string, RequestValidator>>;
  /** By id. */
  readonly authorizers: Readonly<Record<string, Authorizer>>;
  /** Only the customised ones, by response type. */
  readonly gatewayResponses: Readonly<Partial<Record<GatewayResponseType, GatewayResponse>>>;
  /** By id, in the order of creation. */
  readonly documentationParts: Readonly<Record<string, DocumentationPart>>;
  /** By version. */
  readonly documentationVersions: Readonly<Record<string, DocumentationVersion>>;
}

/** A node of the path tree. Its full path is derived (`pathOf` in `resources.ts`), never stored. */
export interface Resource {
  readonly id: string;
  readonly parentId?: string;
  readonly pathPart?: string;
  readonly methods: Readonly<Partial<Record<HttpMethod, Method>>>;
}

export interface Method {
  readonly httpMethod: HttpMethod;
  /** `NONE`, `AWS_IAM`, `CUSTOM`, `COGNITO_USER_POOLS`, `JWT`. */
  readonly authorizationType: string;
  readonly authorizerId?: string;
  readonly authorizationScopes?: readonly string[];
  readonly apiKeyRequired: boolean;
  readonly operationName?: string;
  readonly requestValidatorId?: string;
  /** `method.request.{path|querystring|header}.name` to whether it is required. */
  readonly requestParameters?: Readonly<Record<string, boolean>>;
  /** Content type to model name. */
  readonly requestModels?: Strings;
  /** By status code. */
  readonly methodResponses: Readonly<Record<string, MethodResponse>>;
  readonly methodIntegration?: Integration;
}

export interface MethodResponse {
  readonly statusCode: string;
  /** `method.response.header.name` to whether it is required. */
  readonly responseParameters?: Readonly<Record<string, boolean>>;
  /** Content type to model name. */
  readonly responseModels?: Strings;
}

export interface Integration {
  readonly type: IntegrationType;
  /** The method of the call to the backend, `integrationHttpMethod` on the way in. */
  readonly httpMethod?: string;
  readonly uri?: string;
  readonly connectionType?: 'INTERNET' | 'VPC_LINK';
  readonly connectionId?: string;
  /** ARN of an Application or Network Load Balancer behind a VPC link. */
  readonly integrationTarget?: string;
  readonly credentials?: string;
  readonly requestParameters?: Strings;
  /** Content type to mapping template. */
  readonly requestTemplates?: Strings;
  readonly passthroughBehavior: PassthroughBehavior;
  readonly contentHandling?: ContentHandling;
  readonly timeoutInMillis: number;
  readonly cacheNamespace: string;
  readonly cacheKeyParameters: readonly string[];
  readonly tlsConfig?: { readonly insecureSkipVerification: boolean };
  readonly responseTransferMode?: 'BUFFERED' | 'STREAM';
  /** By status code. */
  readonly integrationResponses: Readonly<Record<string, IntegrationResponse>>;
}

export interface IntegrationResponse {
  readonly statusCode: string;
  readonly selectionPattern?: string;
  /** `method.response.header.name` to its source. */
  readonly responseParameters?: Strings;
  /** Content type to mapping template. */
  readonly responseTemplates?: Strings;
  readonly contentHandling?: ContentHandling;
}

export interface Model {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly contentType: string;
  /** JSON Schema draft 4, as it was sent; other models are referred to by their URL. */
  readonly schema?: string;
}

export interface RequestValidator {
  readonly id: string;
  readonly name: string;
  readonly validateRequestBody: boolean;
  readonly validateRequestParameters: boolean;
}

export interface Authorizer {
  readonly id: string;
  readonly name: string;
  readonly type: 'TOKEN' | 'REQUEST' | 'COGNITO_USER_POOLS' | 'JWT';
  readonly providerARNs?: readonly string[];
  readonly authType?: string;
  readonly authorizerUri?: string;
  readonly authorizerCredentials?: string;
  readonly identitySource?: string;
  readonly identityValidationExpression?: string;
  /** Seconds; absent: never set by the owner, and 300 at run time. */
  readonly authorizerResultTtlInSeconds?: number;
  /** Of type JWT, and only of it. */
  readonly jwtConfiguration?: JwtConfiguration;
}

/** Whose tokens a JWT authorizer accepts. */
export interface JwtConfiguration {
  readonly issuers: readonly JwtIssuer[];
  /** Of every issuer. */
  readonly defaultAlgorithms: readonly string[];
}

export interface JwtIssuer {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly additionalClaims?: readonly JwtAdditionalClaim[];
}

export interface JwtAdditionalClaim {
  readonly claimName: string;
  readonly format: 'SINGLE_STRING';
  readonly required?: boolean;
  /** Absent: any text. */
  readonly expectedValues?: readonly string[];
}

/** In the order in which AWS lists them. */
export const gatewayResponseTypes = [
  'REQUEST_TOO_LARGE',
  'RESOURCE_NOT_FOUND',
  'AUTHORIZER_CONFIGURATION_ERROR',
  'MISSING_AUTHENTICATION_TOKEN',
  'BAD_REQUEST_BODY',
  'INVALID_SIGNATURE',
  'INVALID_API_KEY',
  'BAD_REQUEST_PARAMETERS',
  'AUTHORIZER_FAILURE',
  'UNAUTHORIZED',
  'INTEGRATION_TIMEOUT',
  'ACCESS_DENIED',
  'DEFAULT_4XX',
  'DEFAULT_5XX',
  'WAF_FILTERED',
  'QUOTA_EXCEEDED',
  'THROTTLED',
  'API_CONFIGURATION_ERROR',
  'UNSUPPORTED_MEDIA_TYPE',
  'INTEGRATION_FAILURE',
  'EXPIRED_TOKEN',
] as const;
export type GatewayResponseType = (typeof gatewayResponseTypes)[number];

export interface GatewayResponse {
  readonly responseType: GatewayResponseType;
  readonly statusCode?: string;
  /** `gatewayresponse.header.name` to its source. */
  readonly responseParameters: Strings;
  readonly responseTemplates: Strings;
}

export interface DocumentationPart {
  readonly id: string;
  readonly location: {
    readonly type: string;
    readonly path?: string;
    readonly method?: string;
    readonly statusCode?: string;
    readonly name?: string;
  };
  /** A JSON document. */
  readonly properties: string;
}

export interface DocumentationVersion {
  readonly version: string;
  readonly createdAtMs: number;
  readonly description?: string;
  /** The parts as they were when the version was made. */
  readonly parts: readonly DocumentationPart[];
}
