/** Takes a token of the route's bucket; without one the request is refused. */
import type { ThrottlePlan } from '../../plan/http/throttle.ts';
import { monotonicMs } from '../../state/clock.ts';
import { TokenBucket, type TokenBuckets } from '../../state/token-buckets.ts';
import type { Step } from '../step.ts';
import { throttled } from './fault.ts';

export function throttle({ key, ratePerSecond, burst }: ThrottlePlan, buckets: TokenBuckets): Step {
  const bucket = new TokenBucket(key);
  return () => (buckets.take(bucket, ratePerSecond, burst, monotonicMs()) ? undefined : throttled);
}
