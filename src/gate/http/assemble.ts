/**
 * Puts together the steps of a route: what a route does not need is not there. Reading this from top to bottom is
 * reading the life of a request. What can not be enforced or carried out becomes a step that refuses.
 */
import { signingAlgorithms } from '../../access/jws.ts';
import { JwtVerifier } from '../../access/jwt-verifier.ts';
import type { Integrators } from '../../integrations/integrator.ts';
import { parseHttpExpression } from '../../mapping/http-parameters.ts';
import type { AccessLogSink } from '../../observe/access-log.ts';
import type { Log } from '../../observe/log.ts';
import type { FunctionAuthorizerPlan, HttpAuthorizerPlan, JwtAuthorizerPlan } from '../../plan/http/authorizer.ts';
import type {
  AddressIntegrationPlan,
  FunctionIntegrationPlan,
  ServiceIntegrationPlan,
} from '../../plan/http/integration.ts';
import type { HttpStagePlan, RoutePlan } from '../../plan/http/stage.ts';
import type { TokenBuckets } from '../../state/token-buckets.ts';
import type { GateLimits } from '../limits.ts';
import type { Step } from '../step.ts';
import type { Tokens } from '../tokens.ts';
import { authorizeByFunction, type HttpAuthorizations } from './authorize-by-function.ts';
import { authorizeJwt } from './authorize-jwt.ts';
import { receiveAnswer, receiveBody } from './body.ts';
import { callFunction } from './call-function.ts';
import { callService } from './call-service.ts';
import { callAddress } from './integrate.ts';
import { mapRequest } from './map-request.ts';
import { mapResponse, readsAnswer } from './map-response.ts';
import { passRequest, passUnchanged } from './pass-request.ts';
import { passResponse } from './pass-response.ts';
import { refuse } from './place.ts';
import { readRequest } from './readers.ts';
import { throttle } from './throttle.ts';

export interface HttpServices {
  readonly integrators: Integrators;
  readonly limits: GateLimits;
  readonly log: Log;
  readonly buckets: TokenBuckets;
  readonly httpAuthorizations: HttpAuthorizations;
  readonly tokens: Tokens;
  /** Null: access logs are not kept. */
  readonly accessLogs: AccessLogSink | null;
}

/** Makes the steps of one stage's routes; routes with the same authorizer share what it knows. */
export class Assembly {
  readonly #stage: HttpStagePlan;
  readonly #services: HttpServices;
  /** Of routes that pass requests on as they are: the same for all of them. */
  readonly #plain: readonly Step[];
  readonly #verifiers = new Map<JwtAuthorizerPlan, JwtVerifier>();
  readonly #askers = new Map<FunctionAuthorizerPlan, Step>();

  constructor(stage: HttpStagePlan, services: HttpServices) {
    this.#stage = stage;
    this.#services = services;
    this.#plain = Object.freeze([passUnchanged, this.#callAddress(), this.#passResponse()]);
  }

  /** Who may call. Nothing is let through that can not be checked. */
  authorization({ authorizationType, authorizer, scopes }: RoutePlan): readonly Step[] {
    const { log } = this.#services;
    switch (authorizationType) {
      case 'NONE':
        return [];
      case 'AWS_IAM':
        return [refuse('authorization of type AWS_IAM can not be checked', log)];
      case 'JWT':
      case 'CUSTOM':
        if (authorizer === null) return [refuse('the route has no authorizer', log)];
        return [this.#authorizer(authorizer, scopes)];
      default: {
        const never: never = authorizationType;
        throw new Error(`unexpected authorization type ${String(never)}`);
      }
    }
  }

  /** All that happens to a request. @param authorization what decides who may call */
  steps(route: RoutePlan, authorization: readonly Step[]): readonly Step[] {
    const { buckets } = this.#services;
    const integration = this.#integration(route);
    if (authorization.length === 0 && route.throttle === null) return integration;
    const limit = route.throttle === null ? [] : [throttle(route.throttle, buckets)];
    return [...authorization, ...limit, ...integration];
  }

  #authorizer(plan: HttpAuthorizerPlan, scopes: readonly string[]): Step {
    const { log, integrators, httpAuthorizations } = this.#services;
    switch (plan.kind) {
      case 'unserved':
        return refuse(plan.reason, log);
      case 'jwt':
        return authorizeJwt(this.#verifier(plan), identityOf(plan).map(readRequest), scopes);
      case 'function': {
        const { functions = null } = integrators;
        if (functions === null) return refuse('functions can not be called', log);
        const known = this.#askers.get(plan);
        if (known !== undefined) return known;
        const made = authorizeByFunction(plan, this.#stage, functions, httpAuthorizations, log);
        this.#askers.set(plan, made);
        return made;
      }
      default: {
        const never: never = plan;
        throw new Error(`unexpected authorizer ${JSON.stringify(never)}`);
      }
    }
  }

  #verifier(plan: JwtAuthorizerPlan): JwtVerifier {
    const known = this.#verifiers.get(plan);
    if (known !== undefined) return known;
    const { issuers, verified, leeway } = this.#services.tokens;
    const { issuer, audiences } = plan;
    const rules = { issuers: [{ issuer, audiences }], clientIds: true, algorithms: signingAlgorithms, leeway };
    const made = new JwtVerifier(rules, issuers, verified);
    this.#verifiers.set(plan, made);
    return made;
  }

  #integration(route: RoutePlan): readonly Step[] {
    const { integration } = route;
    const { log } = this.#services;
    if (integration === null) return [refuse('the route has no integration', log)];
    switch (integration.kind) {
      case 'unserved':
        return [refuse(integration.reason, log)];
      case 'address':
        return this.#address(integration);
      case 'function':
        return this.#function(integration, route);
      case 'service':
        return this.#service(integration);
      default: {
        const never: never = integration;
        throw new Error(`unexpected integration ${JSON.stringify(never)}`);
      }
    }
  }

  #address({ request, responses }: AddressIntegrationPlan): readonly Step[] {
    if (request === null && responses.size === 0) return this.#plain;
    const { integrators, limits, log } = this.#services;
    const steps: Step[] = [];
    if (request?.readsBody === true) steps.push(receiveBody(limits.bodyBytes));
    steps.push(passRequest);
    if (request !== null) steps.push(mapRequest(request, log));
    steps.push(this.#callAddress());
    if (readsAnswer(responses)) steps.push(receiveAnswer(integrators.http, limits.answerBytes, log));
    steps.push(this.#passResponse());
    if (responses.size > 0) steps.push(mapResponse(responses, log));
    return steps;
  }

  #function(plan: FunctionIntegrationPlan, route: RoutePlan): Step[] {
    const { integrators, limits, log } = this.#services;
    const { functions = null } = integrators;
    if (functions === null) return [refuse('functions can not be called', log)];
    const steps = [receiveBody(limits.bodyBytes), callFunction(plan, route, this.#stage, functions, log)];
    if (plan.responses.size > 0) steps.push(mapResponse(plan.responses, log));
    return steps;
  }

  #service(plan: ServiceIntegrationPlan): Step[] {
    const { integrators, limits, log } = this.#services;
    const { aws } = integrators;
    if (aws === null) return [refuse('AWS services can not be called', log)];
    const steps: Step[] = [];
    if (plan.call.readsBody) steps.push(receiveBody(limits.bodyBytes));
    steps.push(callService(plan, this.#stage, aws, log));
    if (readsAnswer(plan.responses)) steps.push(receiveAnswer(aws, limits.answerBytes, log));
    steps.push(this.#passResponse());
    if (plan.responses.size > 0) steps.push(mapResponse(plan.responses, log));
    return steps;
  }

  #callAddress(): Step {
    const { integrators, limits, log } = this.#services;
    return callAddress(integrators.http, limits.bodyBytes, log);
  }

  #passResponse(): Step {
    return this.#stage.cors === null ? keepCors : dropCors;
  }
}

const keepCors = passResponse(true);
const dropCors = passResponse(false);

/** Where clients put a token when nobody says where. */
const usualIdentity = [parseHttpExpression('$request.header.Authorization', 'request', {})];

const identityOf = ({ identity }: JwtAuthorizerPlan) => (identity.length === 0 ? usualIdentity : identity);
