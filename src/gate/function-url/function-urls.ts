/**
 * The function URLs that a gate serves, and the life of a request for one: a preflight is answered, everything else is
 * an event for the function.
 * Source: Lambda Developer Guide, "Creating and managing Lambda function URLs", "Control access to Lambda function URLs".
 */
import type { FunctionUrlCors } from '../../definition/functions/function.ts';
import type { ServedFunctionUrl } from '../../definition/functions/function-urls.ts';
import type { Integrators } from '../../integrations/integrator.ts';
import type { Log } from '../../observe/log.ts';
import { CorsPlan } from '../../plan/http/cors.ts';
import type { Exchange } from '../exchange.ts';
import { receiveBody } from '../http/body.ts';
import { isPreflight } from '../http/serve.ts';
import { excess, type GateLimits } from '../limits.ts';
import { type Conclusion, run, type Step } from '../step.ts';
import { callUrlFunction } from './call.ts';
import { answerPreflight, concluding, forbidden, unknownUrl } from './respond.ts';

export interface FunctionUrlServices {
  readonly integrators: Integrators;
  readonly limits: GateLimits;
  readonly log: Log;
}

/** One URL, ready to serve. */
interface Served {
  readonly cors: CorsPlan | null;
  readonly steps: readonly Step[];
  readonly conclude: Conclusion;
}

const concludeUnknown = concluding(null);

export class FunctionUrls {
  readonly #services: FunctionUrlServices;
  readonly #served = new Map<string, Served>();
  /** Ids of the URLs of a function and its aliases. */
  readonly #idsOf = new Map<string, readonly string[]>();

  constructor(services: FunctionUrlServices) {
    this.#services = services;
  }

  /** All URLs that a function has now. @param functionArn without a qualifier */
  replace(functionArn: string, urls: readonly ServedFunctionUrl[]): void {
    for (const id of this.#idsOf.get(functionArn) ?? []) this.#served.delete(id);
    if (urls.length === 0) this.#idsOf.delete(functionArn);
    else
      this.#idsOf.set(
        functionArn,
        urls.map(({ urlId }) => urlId),
      );
    for (const url of urls) this.#served.set(url.urlId, this.#ready(url));
  }

  serve(x: Exchange, urlId: string): void | Promise<void> {
    x.httpMethod = x.method;
    const served = this.#served.get(urlId);
    if (served === undefined) {
      concludeUnknown(x, unknownUrl);
      return;
    }
    const { cors, steps, conclude } = served;
    const refused = excess(x, this.#services.limits);
    if (refused === undefined && cors !== null && isPreflight(x)) {
      answerPreflight(x, cors);
      return;
    }
    if (refused === undefined) return run(steps, x, 0, conclude);
    conclude(x, refused);
  }

  #ready(url: ServedFunctionUrl): Served {
    const { urlId, functionArn, authType, cors } = url;
    const { integrators, limits, log } = this.#services;
    const { functions = null } = integrators;
    const refuse =
      (reason: string): Step =>
      (x) => {
        log.warn({ functionArn, urlId, requestId: x.requestId, reason }, 'a function URL can not be served');
        return forbidden;
      };
    const steps =
      authType === 'AWS_IAM'
        ? [refuse('authorization of type AWS_IAM can not be checked')]
        : functions === null
          ? [refuse('functions can not be called')]
          : [receiveBody(limits.bodyBytes), callUrlFunction(url, functions, log)];
    const plan = cors === undefined ? null : new CorsPlan(corsOf(cors));
    return Object.freeze({ cors: plan, steps: Object.freeze(steps), conclude: concluding(plan) });
  }
}

const corsOf = ({ maxAgeSeconds, ...cors }: FunctionUrlCors) => ({
  ...cors,
  ...(maxAgeSeconds !== undefined && { maxAge: maxAgeSeconds }),
});
