/** Request validation: required parameters first, then the body against the model of its content type. */

import type { ValidationFault } from '../../mapping/request-validation.ts';
import type { MethodPlan } from '../../plan/method-plan.ts';
import type { Exchange } from '../exchange.ts';
import { Fault } from '../fault.ts';
import type { Step } from '../step.ts';
import { sourcesOf } from './sources.ts';

/** The body must have been received when one is checked. */
export function validate({ validateParameters, validateBody }: MethodPlan): Step {
  return (x) => {
    const sources = sourcesOf(x);
    const wrong =
      validateParameters?.(sources) ?? validateBody?.(x.header('content-type'), sources.requestBody()) ?? undefined;
    return wrong === undefined ? undefined : faultOf(x, wrong);
  };
}

function faultOf(x: Exchange, { type, message, validationErrorString }: ValidationFault): Fault {
  if (type === 'BAD_REQUEST_BODY')
    x.execution?.line(
      `Request body does not match model schema for content type ${x.header('content-type') ?? 'application/json'}: ${validationErrorString}`,
    );
  return new Fault(type, { message, validation: validationErrorString });
}
