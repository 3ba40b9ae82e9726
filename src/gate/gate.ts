/**
 * The gate: holds what is being served and answers exchanges by it. Deploying compiles a stage off to the side and
 * swaps it in at once; requests under way finish on the plan they began with. What does not compile changes nothing.
 */
import { AuthorizerMemories } from '../access/authorizers/results.ts';
import type { DeployedApiStage } from '../definition/api-stage.ts';
import type { ServedFunctionUrl } from '../definition/functions/function-urls.ts';
import type { DeployedRestStage } from '../definition/stage.ts';
import type { Integrators } from '../integrations/integrator.ts';
import type { Log } from '../observe/log.ts';
import { compileRestStage } from '../plan/rest.ts';
import type { Exchange } from './exchange.ts';
import { forbidden } from './fault.ts';
import { Addresses, type DomainMappings } from './find-api.ts';
import { FunctionUrls } from './function-url/function-urls.ts';
import { HttpApis, type HttpOptions } from './http/apis.ts';
import { defaultGateLimits, type GateLimits } from './limits.ts';
import { refusalLogger } from './refusals.ts';
import type { Services } from './rest/assemble.ts';
import type { Authorizations } from './rest/authorize.ts';
import { giveGatewayResponse } from './rest/gateway-response.ts';
import { respond } from './rest/respond.ts';
import { serve } from './rest/serve.ts';
import { ServedStage } from './rest/served-stage.ts';
import { newTokens, type TokenOptions } from './tokens.ts';

export interface GateOptions extends HttpOptions, TokenOptions {
  readonly integrators: Integrators;
  readonly log: Log;
  readonly limits?: Partial<GateLimits>;
  /** 0 to 1, for canaries. */
  readonly random?: () => number;
}

export class Gate {
  readonly #services: Services;
  readonly #random: () => number;
  readonly #addresses = new Addresses();
  readonly #authorizations: Authorizations = new AuthorizerMemories();
  readonly #http: HttpApis;
  readonly #functionUrls: FunctionUrls;
  readonly #noteRefusal: (x: Exchange) => void;
  /** REST APIs by id, then by stage name. */
  readonly #apis = new Map<string, Map<string, ServedStage>>();

  constructor(options: GateOptions) {
    const tokens = newTokens(options);
    this.#services = {
      integrators: options.integrators,
      log: options.log,
      limits: { ...defaultGateLimits, ...options.limits },
      authorizations: this.#authorizations,
      tokens,
    };
    this.#http = new HttpApis({ ...this.#services, tokens }, options);
    this.#functionUrls = new FunctionUrls(this.#services);
    this.#random = options.random ?? Math.random;
    this.#noteRefusal = refusalLogger(options.log);
  }

  /** @throws PlanError when it does not compile; what was served before is still served then */
  deploy(deployed: DeployedRestStage): void {
    const stage = new ServedStage(compileRestStage(deployed), this.#services);
    const { restApiId, stageName } = stage.plan;
    const stages = this.#apis.get(restApiId);
    if (stages === undefined) this.#apis.set(restApiId, new Map([[stageName, stage]]));
    else stages.set(stageName, stage);
  }

  /** A stage of an HTTP API. @throws PlanError when it does not compile; what was served before is still served then */
  deployApi(deployed: DeployedApiStage): void {
    this.#http.deploy(deployed);
  }

  /** A stage of any API. */
  retire(restApiId: string, stageName: string): void {
    this.#http.retire(restApiId, stageName);
    const stages = this.#apis.get(restApiId);
    stages?.delete(stageName);
    if (stages?.size === 0) this.#apis.delete(restApiId);
    this.#authorizations.forget(restApiId, stageName);
  }

  /** Forgets what the authorizers of a stage have answered. */
  flushAuthorizers(restApiId: string, stageName: string): void {
    this.#authorizations.flush(restApiId, stageName);
  }

  /** All URLs that a function has now, in place of those it had. @param functionArn without a qualifier */
  serveFunctionUrls(functionArn: string, urls: readonly ServedFunctionUrl[]): void {
    this.#functionUrls.replace(functionArn, urls);
  }

  mapDomain(domain: DomainMappings): void {
    this.#addresses.map(domain);
  }

  unmapDomain(domainName: string): void {
    this.#addresses.unmap(domainName);
  }

  /** Fills in the answer of an exchange; done when this returns or its promise resolves. */
  handle(x: Exchange): void | Promise<void> {
    x.onFault = this.#noteRefusal;
    const found = this.#addresses.find(x);
    if (found?.kind === 'function-url') return this.#functionUrls.serve(x, found.urlId);
    const http = found === undefined ? undefined : this.#http.stagesOf(found.apiId);
    if (found !== undefined && http !== undefined) return this.#http.serve(x, found, http);
    const stage = found === undefined ? undefined : this.#apis.get(found.apiId)?.get(found.stage);
    if (found === undefined || stage === undefined || (found.byExecuteApi && stage.plan.disableExecuteApiEndpoint)) {
      giveGatewayResponse(x, forbidden);
      respond(x);
      return;
    }
    return serve(x, stage, this.#services.limits, this.#random);
  }
}
