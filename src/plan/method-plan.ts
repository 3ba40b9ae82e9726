/** A compiled method of a resource: what its steps need to know. */
import type { Method } from '../definition/rest-api.ts';
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
  readonly apiKeyRequired: boolean;
  /** Null: the method was deployed without one. */
  readonly integration: IntegrationPlan | null;

  constructor(
    resourceId: string,
    resourcePath: string,
    method: Method,
    variables: Readonly<Record<string, string>>,
    problems: Problems,
  ) {
    const place = `${method.httpMethod} ${resourcePath}`;
    this.resourceId = resourceId;
    this.resourcePath = resourcePath;
    this.httpMethod = method.httpMethod;
    this.parameterNames = Object.freeze([...resourcePath.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name = '']) => name));
    this.authorizationType = method.authorizationType;
    this.authorizerId = method.authorizerId ?? null;
    this.apiKeyRequired = method.apiKeyRequired;
    this.integration =
      method.methodIntegration === undefined
        ? null
        : new IntegrationPlan(method.methodIntegration, variables, place, problems);
    Object.freeze(this);
  }
}
