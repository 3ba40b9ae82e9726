/**
 * How many requests a route may take: what is set for it, or else for the stage. Each route has a bucket of its own.
 * Source: Amazon API Gateway Developer Guide, "Throttle requests to your HTTP APIs".
 */
import type { ApiStage, RouteSettings } from '../../definition/api-stage.ts';

export interface ThrottlePlan {
  /** Names the bucket: equal in all workers. */
  readonly key: string;
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** What AWS gives an account; stands for the one of the two that is not set. */
const accountRate = 10_000;
const accountBurst = 5_000;

/** @returns null when nothing limits the route */
export function compileThrottle(stage: ApiStage, routeKey: string): ThrottlePlan | null {
  const own = Object.hasOwn(stage.routeSettings, routeKey) ? stage.routeSettings[routeKey] : undefined;
  const settings = own !== undefined && limits(own) ? own : stage.defaultRouteSettings;
  if (!limits(settings)) return null;
  return Object.freeze({
    key: `${stage.apiId}/${stage.stageName}/${routeKey}`,
    ratePerSecond: settings.throttlingRateLimit ?? accountRate,
    burst: settings.throttlingBurstLimit ?? accountBurst,
  });
}

const limits = ({ throttlingRateLimit, throttlingBurstLimit }: RouteSettings): boolean =>
  throttlingRateLimit !== undefined || throttlingBurstLimit !== undefined;
