/**
 * The Velocity Template Language as API Gateway runs it: Apache Velocity 1.7, where a reference that leads nowhere is
 * an empty text, macros do not exist and a `#foreach` ends after 1,000 rounds. A template is compiled once and rendered
 * many times. It sees the variables it is given, as plain data, and nothing else; what it may spend is bounded.
 * Source: Amazon API Gateway Developer Guide, "Mapping template transformations"; Apache Velocity 1.7.
 */
import { compileNodes, type Render, type Variables } from './compile.ts';
import {
  FailedAt,
  JavaException,
  LimitExceeded,
  TemplateRenderError,
  TemplateSyntaxError,
  UnreadableBody,
} from './errors.ts';
import { defaultLimits, type Limits, Rendering } from './java/rendering.ts';
import { parseTemplate } from './parser.ts';

export { excerpt, type RenderFault, TemplateRenderError, TemplateSyntaxError } from './errors.ts';
export type { Limits } from './java/rendering.ts';

/** Characters of a template; API Gateway allows 300 KB. */
const templateCharactersMax = 300 * 1024;

export class Template {
  readonly name: string;
  readonly source: string;
  readonly limits: Limits;
  readonly #render: Render;

  constructor(name: string, source: string, limits: Limits, render: Render) {
    this.name = name;
    this.source = source;
    this.limits = limits;
    this.#render = render;
  }

  /**
   * @param variables plain data: texts, numbers, booleans, null, arrays and objects. Objects and arrays inside may be
   *   changed by the template (`#set($order.total = 3)`), as in Java; the variables themselves are not.
   * @throws TemplateRenderError
   */
  render(variables: Record<string, unknown>): string {
    return this.run(new Rendering(this.limits, false), variables);
  }

  /** Renders with bounds and ways of printing of the caller's. */
  run(rendering: Rendering, variables: Variables): string {
    try {
      return this.#render(rendering, variables);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): unknown {
    if (error instanceof FailedAt) return new TemplateRenderError(this.name, error.place, error.message, error.fault);
    if (error instanceof JavaException)
      return new TemplateRenderError(this.name, undefined, `${error.exception}: ${error.message}`);
    if (error instanceof LimitExceeded) return new TemplateRenderError(this.name, undefined, error.message, 'limit');
    if (error instanceof UnreadableBody) return new TemplateRenderError(this.name, undefined, error.message, 'body');
    // The engine's own bounds, on the length of texts and the depth of calls.
    if (error instanceof RangeError) return new TemplateRenderError(this.name, undefined, error.message, 'limit');
    return error;
  }
}

/**
 * @param name what errors call the template: where it is stored
 * @throws TemplateSyntaxError
 */
export function compileTemplate(source: string, name = 'template', limits: Partial<Limits> = {}): Template {
  if (source.length > templateCharactersMax) {
    throw new TemplateSyntaxError(name, { line: 1, column: 1 }, `longer than ${templateCharactersMax} characters`);
  }
  try {
    return new Template(name, source, { ...defaultLimits, ...limits }, compileNodes(parseTemplate(source, name)));
  } catch (error) {
    if (error instanceof RangeError) {
      throw new TemplateSyntaxError(
        name,
        { line: 1, column: 1 },
        'too long to compile: an expression of very many operators, or very many #elseif',
      );
    }
    throw error;
  }
}
