/** The step of a method that can not be served as it is configured: 500, and a line in the log that says why. */
import type { Log } from '../../observe/log.ts';
import { misconfigured } from '../fault.ts';
import type { Step } from '../step.ts';

export function refuse(reason: string, log: Log): Step {
  return (x) => {
    log.warn(
      {
        restApiId: x.snapshot?.restApiId,
        stage: x.snapshot?.stageName,
        method: x.methodPlan?.httpMethod,
        resource: x.methodPlan?.resourcePath,
        requestId: x.requestId,
        reason,
      },
      'a method was called that can not be served',
    );
    return misconfigured;
  };
}
