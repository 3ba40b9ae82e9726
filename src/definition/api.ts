/**
 * What an HTTP or WebSocket API is (the `apigatewayv2` kind): one aggregate with its routes, integrations, authorizers
 * and models, as its owner edits it. Names are AWS's in camelCase; times are milliseconds since the epoch. Stages and
 * deployments live beside it (`api-stage.ts`).
 * Source: Amazon API Gateway V2 API Reference.
 */
import type { Strings } from './rest-api.ts';

export interface Cors {
  readonly allowCredentials?: boolean;
  readonly allowHeaders?: readonly string[];
  readonly allowMethods?: readonly string[];
  readonly allowOrigins?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  /** Seconds. */
  readonly maxAge?: number;
}

export interface Api {
  readonly apiId: string;
  readonly accountId: string;
  readonly region: string;
  readonly protocolType: 'HTTP' | 'WEBSOCKET';
  readonly name: string;
  readonly description?: string;
  readonly version?: string;
  readonly createdAtMs: number;
  readonly routeSelectionExpression: string;
  readonly apiKeySelectionExpression: string;
  readonly disableExecuteApiEndpoint: boolean;
  readonly disableSchemaValidation?: boolean;
  readonly ipAddressType: 'ipv4' | 'dualstack';
  readonly corsConfiguration?: Cors;
  /** Made by quick create as a whole. */
  readonly apiGatewayManaged?: boolean;
  readonly importInfo?: readonly string[];
  readonly warnings?: readonly string[];
  readonly tags: Strings;
  /** By id. */
  readonly routes: Readonly<Record<string, Route>>;
  readonly integrations: Readonly<Record<string, ApiIntegration>>;
  readonly authorizers: Readonly<Record<string, ApiAuthorizer>>;
  readonly models: Readonly<Record<string, ApiModel>>;
}

export interface Route {
  readonly routeId: string;
  /** `GET /pets/{id}`, `ANY /{proxy+}`, `$default`; WebSocket: `$connect`, `$disconnect`, `$default` or a custom key. */
  readonly routeKey: string;
  /** `integrations/{integrationId}`. */
  readonly target?: string;
  readonly authorizationType: 'NONE' | 'AWS_IAM' | 'CUSTOM' | 'JWT';
  readonly authorizerId?: string;
  readonly authorizationScopes?: readonly string[];
  readonly apiKeyRequired: boolean;
  readonly operationName?: string;
  readonly modelSelectionExpression?: string;
  readonly requestModels?: Strings;
  readonly requestParameters?: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly routeResponseSelectionExpression?: string;
  readonly apiGatewayManaged?: boolean;
  /** WebSocket only, by id. */
  readonly routeResponses: Readonly<Record<string, RouteResponse>>;
}

export interface RouteResponse {
  readonly routeResponseId: string;
  readonly routeResponseKey: string;
  readonly modelSelectionExpression?: string;
  readonly responseModels?: Strings;
  readonly responseParameters?: Readonly<Record<string, { readonly required?: boolean }>>;
}

export interface ApiIntegration {
  readonly integrationId: string;
  readonly integrationType: 'AWS' | 'HTTP' | 'MOCK' | 'HTTP_PROXY' | 'AWS_PROXY';
  readonly integrationSubtype?: string;
  readonly integrationMethod?: string;
  readonly integrationUri?: string;
  readonly connectionType: 'INTERNET' | 'VPC_LINK';
  readonly connectionId?: string;
  readonly credentialsArn?: string;
  readonly description?: string;
  readonly payloadFormatVersion?: string;
  readonly timeoutInMillis: number;
  /** HTTP: `append:header.x` and the like; WebSocket: `integration.request.header.x`. */
  readonly requestParameters?: Strings;
  /** HTTP only: status to actions. */
  readonly responseParameters?: Readonly<Record<string, Strings>>;
  readonly requestTemplates?: Strings;
  readonly templateSelectionExpression?: string;
  readonly passthroughBehavior?: string;
  readonly contentHandlingStrategy?: string;
  readonly integrationResponseSelectionExpression?: string;
  readonly tlsConfig?: { readonly serverNameToVerify?: string };
  readonly apiGatewayManaged?: boolean;
  /** WebSocket only, by id. */
  readonly integrationResponses: Readonly<Record<string, ApiIntegrationResponse>>;
}

export interface ApiIntegrationResponse {
  readonly integrationResponseId: string;
  readonly integrationResponseKey: string;
  readonly contentHandlingStrategy?: string;
  readonly responseParameters?: Strings;
  readonly responseTemplates?: Strings;
  readonly templateSelectionExpression?: string;
}

export interface ApiAuthorizer {
  readonly authorizerId: string;
  readonly name: string;
  readonly authorizerType: 'REQUEST' | 'JWT';
  readonly identitySource: readonly string[];
  readonly authorizerUri?: string;
  readonly authorizerCredentialsArn?: string;
  readonly authorizerPayloadFormatVersion?: string;
  readonly authorizerResultTtlInSeconds?: number;
  readonly enableSimpleResponses?: boolean;
  readonly identityValidationExpression?: string;
  readonly jwtConfiguration?: { readonly audience?: readonly string[]; readonly issuer?: string };
}

export interface ApiModel {
  readonly modelId: string;
  readonly name: string;
  readonly contentType?: string;
  readonly description?: string;
  readonly schema: string;
}
