/**
 * How services differ where their models say nothing: the code and the wording of a refused value, what their models
 * leave out, clocks and sizes. A service that is not listed follows `usual`.
 * Sources: recorded answers of Amazon API Gateway; IAM and STS API references; models published with AWS's SDKs.
 */
import type { Constraint } from './constraint.ts';
import { lambdaConstraints } from './lambda-constraints.ts';
import type { ServiceName } from './model.ts';
import type { TimestampPrecision } from './timestamps.ts';

export type { Constraint };

export interface Conventions {
  /** Of a refused value. */
  readonly constraintCode: string;
  /**
   * How a refused value is named: `operation input` puts `createRestApiInput.` before members of the body, `bare` puts
   * nothing; `terse` is bare too, and tells neither the value nor the set (IAM).
   */
  readonly constraintPath: 'operation input' | 'bare' | 'terse';
  /** Constraints by `Shape.member`, beyond required members and enumerations. */
  readonly constraints: Readonly<Record<string, Constraint>>;
  /** Members that may be left out although the model requires them, by `Shape.member`. */
  readonly optional: readonly string[];
  /** Services with words of their own: by `Operation.member`, in place of the usual text. */
  readonly words: Readonly<Record<string, string>>;
  /** Status of a success where AWS does not do as its model says, by operation. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly timestamps: TimestampPrecision;
  /** How far the caller's clock may be off. */
  readonly clockWindowMs: number;
  /** `window`: X-Amz-Expires is ignored. */
  readonly presigned: 'window' | { readonly secondsMax: number };
  /** Regions in which the service exists; all when absent. */
  readonly regions?: readonly string[];
  /** In place of the option of the same name. */
  readonly bodyBytesMax?: number;
}

const minutes = 60_000;

const usual: Conventions = {
  constraintCode: 'ValidationException',
  constraintPath: 'bare',
  constraints: {},
  optional: [],
  words: {},
  statuses: {},
  timestamps: 'milliseconds',
  clockWindowMs: 5 * minutes,
  presigned: { secondsMax: 15 * 60 },
};

const statusCode: Constraint = { pattern: '[1-5]\\d\\d' };
const roleSessionName: Constraint = { pattern: '[\\w+=,.@-]*', lengthMin: 2, lengthMax: 64 };

const differences: Readonly<Partial<Record<ServiceName, Partial<Conventions>>>> = {
  apigateway: {
    constraintPath: 'operation input',
    constraints: {
      'DeleteIntegrationResponseRequest.statusCode': statusCode,
      'DeleteMethodResponseRequest.statusCode': statusCode,
      'DocumentationPartLocation.statusCode': { pattern: '^([1-5]\\d\\d|\\*|\\s*)$' },
      'GetIntegrationResponseRequest.statusCode': statusCode,
      'GetMethodResponseRequest.statusCode': statusCode,
      'PutGatewayResponseRequest.statusCode': statusCode,
      // Recorded: a template that is null is a template without text.
      'PutIntegrationRequest.requestTemplates': { sparse: true },
      'PutIntegrationResponseRequest.responseTemplates': { sparse: true },
      'PutIntegrationResponseRequest.statusCode': statusCode,
      'PutMethodResponseRequest.statusCode': statusCode,
      'UpdateIntegrationResponseRequest.statusCode': statusCode,
      'UpdateMethodResponseRequest.statusCode': statusCode,
    },
    timestamps: 'seconds',
  },
  apigatewayv2: {
    constraintCode: 'BadRequestException',
    timestamps: 'seconds',
    // Recorded: a Lambda authorizer without it is made.
    optional: ['CreateAuthorizerRequest.IdentitySource'],
    words: {
      'CreateApi.Name': 'Invalid API name specified',
      'CreateApi.ProtocolType': 'Invalid protocol specified. Must be one of [HTTP, WEBSOCKET]',
      'CreateAuthorizer.AuthorizerType': 'Invalid request input. CreateAuthorizer input is missing authorizer type.',
      'CreateRoute.RouteKey': 'Route key is required',
    },
  },
  lambda: {
    // A deployment package of 50 MB in base64, and the rest of the call.
    bodyBytesMax: 70_167_211,
    constraints: lambdaConstraints,
  },
  sts: {
    constraintCode: 'ValidationError',
    timestamps: 'seconds',
    clockWindowMs: 15 * minutes,
    presigned: 'window',
    constraints: {
      'AssumeRoleRequest.RoleSessionName': roleSessionName,
      'AssumeRoleWithSAMLRequest.RoleSessionName': roleSessionName,
      'AssumeRoleWithWebIdentityRequest.RoleSessionName': roleSessionName,
    },
  },
};

export const conventionsOf = (service: string): Conventions => ({
  ...usual,
  ...(Object.hasOwn(differences, service) ? differences[service as ServiceName] : undefined),
});
