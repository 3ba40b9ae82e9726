/**
 * MOCK integrations: no backend is called; the rendered request template says which status to pretend. What the
 * template writes to `$context.requestOverride` is there for the response's template.
 * Source: Amazon API Gateway Developer Guide, "Mock integrations for REST APIs".
 */
import { isUtf8 } from 'node:buffer';
import type { Log } from '../../observe/log.ts';
import type { IntegrationPlan } from '../../plan/integration-plan.ts';
import { Fault, unsupportedMediaType } from '../fault.ts';
import type { Step } from '../step.ts';
import { configurationError } from './misconfiguration.ts';
import { mockStatusOf } from './mock-status.ts';
import { renderRequest } from './render.ts';

const noHeaders: readonly string[] = Object.freeze([]);
const nothing = new Uint8Array();
const unreadable = 'statusCode should be an integer which defined in request template';

/** The body must have been received. */
export function mock(plan: IntegrationPlan, log: Log): Step {
  return (x) => {
    const choice = plan.requestTemplate(x.header('content-type'));
    if (choice === 'unsupported') return unsupportedMediaType;
    const body = x.requestBytes ?? nothing;
    if (!isUtf8(body)) return configurationError(x, unreadable, log);
    let text: string;
    if (choice === 'passthrough' || choice.template.passes) text = Buffer.from(body).toString('utf8');
    else {
      const rendered = renderRequest(x, choice.template, body, log);
      if (rendered instanceof Fault) return rendered;
      text = rendered.output;
    }
    const status = mockStatusOf(text);
    if (status === null) return configurationError(x, unreadable, log);
    x.answer = { status, headers: noHeaders, body: null, bodyBytes: 0 };
    x.answerBytes = nothing;
    return undefined;
  };
}
