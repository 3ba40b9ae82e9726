/**
 * Renders the mapping templates of an integration with what the exchange knows, and turns what they write to
 * `$context.requestOverride` and `$context.responseOverride` into parameters.
 * Source: Amazon API Gateway Developer Guide, "Use a mapping template to override an API's request and response
 * parameters and status codes".
 */
import { type MappingResult, renderMapping, TemplateRenderError } from '../../mapping/index.ts';
import type { MappedValue, MappedValues } from '../../mapping/parameters.ts';
import type { Log } from '../../observe/log.ts';
import type { MappingTemplate } from '../../plan/mapping-template.ts';
import type { Exchange } from '../exchange.ts';
import { Fault } from '../fault.ts';
import { contextOf } from './context.ts';
import { configurationError } from './misconfiguration.ts';
import { sourcesOf } from './sources.ts';

export interface RequestOverride {
  readonly path: MappedValues;
  readonly header: MappedValues;
  readonly querystring: MappedValues;
}

export const noOverride: RequestOverride = Object.freeze({ path: {}, header: {}, querystring: {} });

export interface RenderedRequest {
  readonly output: string;
  readonly override: RequestOverride;
}

/** What it writes stays readable for the response's template. @param body valid UTF-8 */
export function renderRequest(
  x: Exchange,
  template: MappingTemplate,
  body: Uint8Array,
  log: Log,
): RenderedRequest | Fault {
  if (template.constant !== null) return { output: template.constant, override: noOverride };
  const rendered = render(x, template, body, 'request', log);
  if (rendered instanceof Fault) return rendered;
  const { requestOverride } = rendered;
  x.requestOverride = requestOverride;
  return {
    output: rendered.output,
    override: {
      path: valuesOf(requestOverride.path),
      header: valuesOf(requestOverride.header),
      querystring: valuesOf(requestOverride.querystring),
    },
  };
}

export interface RenderedResponse {
  readonly output: string;
  /** Null: the integration response's own. */
  readonly status: number | null;
  readonly header: MappedValues;
}

/** @param body valid UTF-8 */
export function renderResponse(
  x: Exchange,
  template: MappingTemplate,
  body: Uint8Array,
  log: Log,
): RenderedResponse | Fault {
  if (template.constant !== null) return { output: template.constant, status: null, header: noOverride.header };
  const rendered = render(x, template, body, 'response', log);
  if (rendered instanceof Fault) return rendered;
  const status = Number(rendered.responseOverride.status);
  return {
    output: rendered.output,
    // Statuses that no answer can have are not taken, as AWS does not take 99 and 600.
    status: Number.isInteger(status) && status >= 200 && status <= 599 ? status : null,
    header: valuesOf(rendered.responseOverride.header),
  };
}

function render(
  x: Exchange,
  template: MappingTemplate,
  body: Uint8Array,
  phase: 'request' | 'response',
  log: Log,
): MappingResult | Fault {
  try {
    return renderMapping(template.template, {
      body: body.length === 0 ? undefined : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'),
      params: sourcesOf(x).params,
      context: contextOf(x, template.contextNames),
      stageVariables: x.snapshot?.variables,
    });
  } catch (error) {
    if (!(error instanceof TemplateRenderError)) throw error;
    if (error.fault === 'body' && phase === 'request')
      return new Fault('BAD_REQUEST_BODY', { message: `Could not parse request body into json: ${error.reason}` });
    return configurationError(x, `Unable to transform ${phase}`, log, error.message);
  }
}

function valuesOf(written: Readonly<Record<string, unknown>>): MappedValues {
  const values: Record<string, MappedValue> = Object.create(null);
  for (const [name, value] of Object.entries(written)) {
    if (value === null || value === undefined) continue;
    values[name] = Array.isArray(value) ? value.map(String) : String(value);
  }
  return values;
}
