/**
 * What can go wrong with a template, and where. A syntax error is found while compiling; a render error while running:
 * a Java method that throws, an index out of range, or a bound that was reached.
 */

/** A place in a template; lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The template does not parse. `message` names template, line, column and what was expected. */
export class TemplateSyntaxError extends Error {
  override readonly name = 'TemplateSyntaxError';
  readonly template: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong, without the place. */
  readonly reason: string;

  constructor(template: string, place: Place, reason: string) {
    super(`${template}:${place.line}:${place.column}: ${reason}`);
    this.template = template;
    this.line = place.line;
    this.column = place.column;
    this.reason = reason;
  }
}

/** Whose fault a failed rendering is: the template's, the body's that is not what it should be, or a bound was reached. */
export type RenderFault = 'template' | 'body' | 'limit';

/** The template failed while rendering. `line` is undefined where no single place is to blame. */
export class TemplateRenderError extends Error {
  override readonly name = 'TemplateRenderError';
  readonly template: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly reason: string;
  readonly fault: RenderFault;

  constructor(template: string, place: Place | undefined, reason: string, fault: RenderFault = 'template') {
    super(place === undefined ? `${template}: ${reason}` : `${template}:${place.line}:${place.column}: ${reason}`);
    this.template = template;
    this.line = place?.line;
    this.column = place?.column;
    this.reason = reason;
    this.fault = fault;
  }
}

/** A call or index that failed, with its place; the template adds its name. */
export class FailedAt extends Error {
  override readonly name = 'FailedAt';
  readonly place: Place;
  readonly fault: RenderFault;

  constructor(place: Place, reason: string, fault: RenderFault = 'template') {
    super(reason);
    this.place = place;
    this.fault = fault;
  }
}

/** A Java method threw; whoever called it knows the place. */
export class JavaException extends Error {
  override readonly name = 'JavaException';
  /** Fully qualified class name, as Velocity prints it. */
  readonly exception: string;

  constructor(exception: string, message: string) {
    super(message);
    this.exception = exception;
  }
}

/** The body is not what the template reads it as. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody';
}

/** A bound was reached: output, work, nesting. */
export class LimitExceeded extends Error {
  override readonly name = 'LimitExceeded';
}

/** The source line of an error with a caret under its column, for people. */
export function excerpt(source: string, line: number | undefined, column: number | undefined): string {
  if (line === undefined || column === undefined) return '';
  const text = source.split(/\r\n|\r|\n/)[line - 1];
  if (text === undefined) return '';
  const lead = text.slice(0, Math.max(0, column - 1)).replace(/[^\t]/g, ' ');
  return `${text}\n${lead}^`;
}
