/**
 * The one door to mapping templates: renders a request or response template with `$input`, `$context`,
 * `$stageVariables` and `$util`, for REST and WebSocket APIs alike. What is behind it is pure.
 * Source: Amazon API Gateway Developer Guide, "Variables for data transformations".
 */

import { ContextVariable, type RequestOverride, type ResponseOverride } from './context.ts';
import { InputVariable, type MappingParameters, PathMemory } from './input.ts';
import { utilVariable } from './util.ts';
import { compileTemplate, type Template } from './vtl/index.ts';
import { Rendering } from './vtl/java/rendering.ts';

export type { RequestOverride, ResponseOverride } from './context.ts';
export type { MappingParameters } from './input.ts';
export {
  compileTemplate,
  excerpt,
  type Limits,
  type RenderFault,
  Template,
  TemplateRenderError,
  TemplateSyntaxError,
} from './vtl/index.ts';

export interface MappingInput {
  /** The text of the body; undefined when there is none, which reads as `{}`. */
  readonly body?: string | undefined;
  readonly params?: MappingParameters | undefined;
  /**
   * Members of `$context`. `requestOverride` among them is what the request template has written (the result's): a
   * response template can read it.
   */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
  readonly stageVariables?: Readonly<Record<string, unknown>> | undefined;
}

export interface MappingResult {
  readonly output: string;
  readonly requestOverride: RequestOverride;
  readonly responseOverride: ResponseOverride;
}

/**
 * @param template compiled once by `compileTemplate`; a text is compiled here, and kept for a while
 * @throws TemplateSyntaxError for a text that does not parse
 * @throws TemplateRenderError whose `fault` tells a bad body (AWS answers 400) from a failing template (500)
 */
export function renderMapping(template: Template | string, input: MappingInput): MappingResult {
  const compiled = typeof template === 'string' ? templateOf(template) : template;
  const rendering = new Rendering(compiled.limits, true);
  const context = new ContextVariable(input.context ?? nothing);
  const output = compiled.run(rendering, {
    input: new InputVariable(input.body, input.params ?? nothing, pathsOf(compiled)),
    context,
    stageVariables: input.stageVariables ?? nothing,
    util: utilVariable,
  });
  return {
    output,
    requestOverride: context.requestOverride(rendering),
    responseOverride: context.responseOverride(rendering),
  };
}

const nothing: Readonly<Record<string, never>> = Object.freeze({});

const memories = new WeakMap<Template, PathMemory>();

function pathsOf(template: Template): PathMemory {
  let paths = memories.get(template);
  if (paths === undefined) {
    paths = new PathMemory();
    memories.set(template, paths);
  }
  return paths;
}

const kept = new Map<string, Template>();
const keptMax = 100;

function templateOf(source: string): Template {
  let template = kept.get(source);
  if (template === undefined) {
    template = compileTemplate(source);
    const [oldest] = kept.keys();
    if (kept.size >= keptMax && oldest !== undefined) kept.delete(oldest);
    kept.set(source, template);
  }
  return template;
}
