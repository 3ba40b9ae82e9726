/**
 * The format of a stage's access log, compiled: text and the `$context` variables in it, in turn.
 * Source: Amazon API Gateway Developer Guide, "Configure logging for HTTP APIs".
 */
import type { ApiStage } from '../../definition/api-stage.ts';

export class AccessLogPlan {
  /** Where lines go: an ARN. */
  readonly destination: string;
  /** Text and names of variables in turn, text first: `"` `requestId` `" "` `identity.sourceIp` `"`. */
  readonly parts: readonly string[];
  /** Whether the line is JSON, so that values must not end a string in it. */
  readonly json: boolean;

  constructor(destination: string, format: string) {
    // One line a request, whatever the format says; a claim's name may have a colon in it.
    const line = format.replaceAll(/\s*[\r\n]+\s*/g, ' ').trim();
    this.destination = destination;
    this.parts = Object.freeze(line.split(/\$context\.(authorizer\.claims\.[\w:-]*\w|\w+(?:\.[\w-]*\w)*)/));
    this.json = line.startsWith('{');
    Object.freeze(this);
  }
}

/** @returns null when the stage keeps no access log */
export function compileAccessLog({ accessLogSettings }: ApiStage): AccessLogPlan | null {
  const { destinationArn, format } = accessLogSettings ?? {};
  if (destinationArn === undefined || destinationArn === '' || format === undefined || format === '') return null;
  return new AccessLogPlan(destinationArn, format);
}
