/** The HTTP APIs that a gate serves, by their stages, and the choice of a stage for a request. */
import { AuthorizerMemories } from '../../access/authorizers/results.ts';
import type { DeployedApiStage } from '../../definition/api-stage.ts';
import type { AccessLogSink } from '../../observe/access-log.ts';
import { compileHttpStage } from '../../plan/http/stage.ts';
import { TokenBuckets, tokenBucketMemory } from '../../state/token-buckets.ts';
import type { Exchange } from '../exchange.ts';
import type { FoundStage } from '../find-api.ts';
import type { HttpServices } from './assemble.ts';
import type { HttpAuthorizations } from './authorize-by-function.ts';
import { notFound } from './fault.ts';
import { conclude } from './respond.ts';
import { serveHttp } from './serve.ts';
import { ServedHttpStage } from './served-stage.ts';

/** What a gate may be given for HTTP APIs beside integrators, limits and a log. */
export interface HttpOptions {
  /** Shared with other workers; without it this gate counts alone. */
  readonly throttling?: SharedArrayBuffer;
  /** Absent: access logs are not kept. */
  readonly accessLogs?: AccessLogSink;
}

/** Throttled routes that count at the same time, unless somebody makes room for more. */
const bucketsAlone = 4_096;

type Stages = ReadonlyMap<string, ServedHttpStage>;

export class HttpApis {
  readonly #services: HttpServices;
  readonly #authorizations: HttpAuthorizations = new AuthorizerMemories();
  /** By API id, then by stage name. */
  readonly #apis = new Map<string, Map<string, ServedHttpStage>>();

  constructor(shared: Pick<HttpServices, 'integrators' | 'limits' | 'log' | 'tokens'>, options: HttpOptions) {
    this.#services = {
      ...shared,
      httpAuthorizations: this.#authorizations,
      buckets: new TokenBuckets(options.throttling ?? tokenBucketMemory(bucketsAlone)),
      accessLogs: options.accessLogs ?? null,
    };
  }

  /** @throws PlanError when it does not compile; what was served before is still served then */
  deploy(deployed: DeployedApiStage): void {
    const stage = new ServedHttpStage(compileHttpStage(deployed), this.#services);
    const { apiId, stageName } = stage.plan;
    const stages = this.#apis.get(apiId);
    if (stages === undefined) this.#apis.set(apiId, new Map([[stageName, stage]]));
    else stages.set(stageName, stage);
  }

  retire(apiId: string, stageName: string): void {
    const stages = this.#apis.get(apiId);
    stages?.delete(stageName);
    if (stages?.size === 0) this.#apis.delete(apiId);
    this.#authorizations.forget(apiId, stageName);
  }

  /** @returns undefined when this is no HTTP API that is served */
  stagesOf(apiId: string): Stages | undefined {
    return this.#apis.get(apiId);
  }

  serve(x: Exchange, found: FoundStage, stages: Stages): void | Promise<void> {
    const stage = chosen(x, found, stages);
    if (stage === undefined || (found.byExecuteApi && stage.plan.disableExecuteApiEndpoint)) {
      conclude(x, notFound);
      return;
    }
    return serveHttp(x, stage, this.#services.limits);
  }
}

/** The stage that the path names, else the one that answers without being named. Sets the path below the stage. */
function chosen(x: Exchange, { stage, stageStart }: FoundStage, stages: Stages): ServedHttpStage | undefined {
  if (stageStart === -1) return stages.get(stage);
  const named = stage === '$default' ? undefined : stages.get(stage);
  if (named !== undefined) return named;
  const unnamed = stages.get('$default');
  if (unnamed !== undefined) x.stagePath = stageStart >= x.path.length ? '/' : x.path.slice(stageStart);
  return unnamed;
}
