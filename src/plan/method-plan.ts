/** A compiled method of a resource: what its steps need to know. */
import type { Method, RestApi, Strings } from '../definition/rest-api.ts';
import { compileModel, type ModelValidator } from '../mapping/models.ts';
import {
  compileBodyValidation,
  compileParameterValidation,
  type ParameterPresence,
  type ValidationFault,
} from '../mapping/request-validation.ts';
import { IntegrationPlan } from './integration-plan.ts';
import type { Problems } from './plan-error.ts';

export class MethodPlan {
  readonly resourceId: string;
  /** `/pets/{petId}` */
  readonly resourcePath: string;
  /** `GET`, or `ANY` */
  readonly httpMethod: string;
  /** Names of the path parameters, outermost first. */
  readonly parameterNames: readonly string[];
  /** `NONE`, `AWS_IAM`, `CUSTOM`, `COGNITO_USER_POOLS`, `JWT` */
  readonly authorizationType: string;
  readonly authorizerId: string | null;
  /** One of them is enough; empty: none is asked for. */
  readonly authorizationScopes: readonly string[];
  readonly apiKeyRequired: boolean;
  /** Null: no parameters are checked. */
  readonly validateParameters: ((request: ParameterPresence) => ValidationFault | undefined) | null;
  /** Null: the body is not checked. */
  readonly validateBody: ((contentType: string | undefined, body: string) => ValidationFault | undefined) | null;
  /** Null: the method was deployed without one. */
  readonly integration: IntegrationPlan | null;

  constructor(
    api: RestApi,
    resourceId: string,
    resourcePath: string,
    method: Method,
    variables: Strings,
    problems: Problems,
  ) {
    const place = `${method.httpMethod} ${resourcePath}`;
    this.resourceId = resourceId;
    this.resourcePath = resourcePath;
    this.httpMethod = method.httpMethod;
    this.parameterNames = Object.freeze([...resourcePath.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name = '']) => name));
    this.authorizationType = method.authorizationType;
    this.authorizerId = method.authorizerId ?? null;
    this.authorizationScopes = Object.freeze([...(method.authorizationScopes ?? [])]);
    this.apiKeyRequired = method.apiKeyRequired;
    const validator =
      method.requestValidatorId === undefined ? undefined : api.requestValidators[method.requestValidatorId];
    this.validateParameters =
      validator?.validateRequestParameters === true
        ? (compileParameterValidation(method.requestParameters) ?? null)
        : null;
    this.validateBody =
      validator?.validateRequestBody === true
        ? (compileBodyValidation(modelsOf(api, method.requestModels, place, problems)) ?? null)
        : null;
    this.integration =
      method.methodIntegration === undefined
        ? null
        : new IntegrationPlan(method.methodIntegration, variables, place, problems);
    Object.freeze(this);
  }
}

function modelsOf(
  api: RestApi,
  models: Strings | undefined,
  place: string,
  problems: Problems,
): Readonly<Record<string, ModelValidator>> {
  const compiled: [string, ModelValidator][] = [];
  for (const [contentType, name] of Object.entries(models ?? {})) {
    const validator = problems.attempt(place, `requestModels.${contentType}`, () =>
      compileModel(api.models, name, api.id),
    );
    if (validator !== null) compiled.push([contentType, validator]);
  }
  return Object.fromEntries(compiled);
}
