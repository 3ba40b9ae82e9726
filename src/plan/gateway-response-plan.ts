/**
 * Compiled gateway responses: what clients are told when the gateway itself answers. Their templates know no Velocity:
 * variables are put in, nothing else happens. A type that its owner has not customised takes what DEFAULT_4XX or
 * DEFAULT_5XX say.
 * Source: Amazon API Gateway Developer Guide, "Gateway responses for REST APIs" and "$context variables" (the notes on
 * `$context.error.message`).
 */
import type { GatewayResponse, GatewayResponseType, RestApi } from '../definition/rest-api.ts';
import {
  compileGatewayResponseParameters,
  type MappedValues,
  type ParameterMapping,
  type RequestSources,
} from '../mapping/parameters.ts';
import { compileResponseTemplates, type SelectedTemplate } from '../mapping/template-selection.ts';
import type { Problems } from './plan-error.ts';

/** What every gateway response says unless its owner wants otherwise. */
export const defaultGatewayTemplate = '{"message":$context.error.messageString}';

/** A text with variables in it: `context` and `stageVariables` by path. */
export class SubstitutionTemplate {
  readonly source: string;
  /** Text, variable, text, variable … text. */
  readonly #parts: readonly (string | readonly string[])[];

  constructor(source: string) {
    const parts: (string | readonly string[])[] = [];
    let from = 0;
    for (const match of source.matchAll(
      /\$!?(?:\{((?:context|stageVariables)(?:\.\w+)+)\}|((?:context|stageVariables)(?:\.\w+)+))/g,
    )) {
      parts.push(source.slice(from, match.index), (match[1] ?? match[2] ?? '').split('.'));
      from = match.index + match[0].length;
    }
    parts.push(source.slice(from));
    this.source = source;
    this.#parts = Object.freeze(parts);
    Object.freeze(this);
  }

  /** What a variable does not have is empty. */
  fill(sources: Pick<RequestSources, 'context' | 'stageVariable'>): string {
    let out = '';
    for (const part of this.#parts) {
      if (typeof part === 'string') out += part;
      else {
        const [room, ...path] = part;
        out += textOf(room === 'context' ? sources.context(path) : sources.stageVariable(path.join('.')));
      }
    }
    return out;
  }
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export class GatewayResponsePlan {
  /** Null: the type's own. */
  readonly status: number | null;
  /** Null: no headers are added. */
  readonly parameters: ParameterMapping<RequestSources, MappedValues> | null;
  /** Null: the default body. */
  readonly template: ((accept: string | undefined) => SelectedTemplate<SubstitutionTemplate> | undefined) | null;

  constructor(response: GatewayResponse, problems: Problems) {
    const place = `gateway response ${response.responseType}`;
    const templates = Object.entries(response.responseTemplates);
    const isDefault = templates.every(
      ([type, source]) => type === 'application/json' && source === defaultGatewayTemplate,
    );
    this.status = response.statusCode === undefined ? null : Number(response.statusCode);
    this.parameters =
      Object.keys(response.responseParameters).length === 0
        ? null
        : problems.attempt(place, 'responseParameters', () =>
            compileGatewayResponseParameters(response.responseParameters),
          );
    this.template = isDefault
      ? null
      : compileResponseTemplates(
          Object.fromEntries(templates.map(([type, source]) => [type, new SubstitutionTemplate(source)])),
        );
    Object.freeze(this);
  }
}

export class GatewayResponsePlans {
  readonly #byType: ReadonlyMap<GatewayResponseType, GatewayResponsePlan>;

  constructor(responses: RestApi['gatewayResponses'], problems: Problems) {
    this.#byType = new Map(
      Object.values(responses).map((response) => [response.responseType, new GatewayResponsePlan(response, problems)]),
    );
    Object.freeze(this);
  }

  /** @param status of the fault, which decides between the two defaults; undefined when nothing is customised */
  for(type: GatewayResponseType, status: number): GatewayResponsePlan | undefined {
    if (this.#byType.size === 0) return undefined;
    return this.#byType.get(type) ?? this.#byType.get(status >= 500 ? 'DEFAULT_5XX' : 'DEFAULT_4XX');
  }
}
