/**
 * What a request validator checks before anything else sees a request: that the parameters which a method requires are
 * there and not blank, and that the body fits the model of its content type.
 * Source: Developer Guide, "Request validation for REST APIs"; texts are recorded answers. Parameters come before the
 * body; missing ones are named headers first, then path, then query.
 */
import { defaultMediaType, mediaTypeOf } from './media-types.ts';
import { type ModelValidator, validationErrorString } from './models.ts';

export interface ValidationFault {
  /** The gateway response that answers. */
  readonly type: 'BAD_REQUEST_PARAMETERS' | 'BAD_REQUEST_BODY';
  /** `$context.error.message` */
  readonly message: string;
  /** `$context.error.validationErrorString` */
  readonly validationErrorString: string;
}

/** Whether the request has the parameter, asked by need. */
export interface ParameterPresence {
  pathParameter(name: string): string | undefined;
  queryParameter(name: string): readonly string[] | undefined;
  requestHeader(lowerCaseName: string): readonly string[] | undefined;
}

const required = /^method\.request\.(header|path|querystring)\.(.+)$/s;
const isBlank = (value: string | undefined): boolean => value === undefined || value.trim() === '';

/**
 * @param requestParameters `method.request.{path|querystring|header}.name` to whether it is required
 * @returns undefined when there is nothing to check
 */
export function compileParameterValidation(
  requestParameters: Readonly<Record<string, boolean>> | undefined,
): ((request: ParameterPresence) => ValidationFault | undefined) | undefined {
  const names = { header: [] as string[], path: [] as string[], querystring: [] as string[] };
  for (const [parameter, isRequired] of Object.entries(requestParameters ?? {})) {
    const [, place, name] = required.exec(parameter) ?? [];
    if (isRequired && name !== undefined) names[place as keyof typeof names].push(name);
  }
  const headers = names.header.map((name) => ({ name, lowerCaseName: name.toLowerCase() }));
  if (headers.length + names.path.length + names.querystring.length === 0) return undefined;
  return (request) => {
    const missing: string[] = [];
    for (const { name, lowerCaseName } of headers) {
      if (isBlank(request.requestHeader(lowerCaseName)?.at(-1))) missing.push(name);
    }
    for (const name of names.path) if (isBlank(request.pathParameter(name))) missing.push(name);
    for (const name of names.querystring) if (isBlank(request.queryParameter(name)?.at(-1))) missing.push(name);
    if (missing.length === 0) return undefined;
    const message = `Missing required request parameters: [${missing.join(', ')}]`;
    return { type: 'BAD_REQUEST_PARAMETERS', message, validationErrorString: message };
  };
}

/**
 * @param validators by content type, `$default` for all others
 * @returns undefined when there is nothing to check; a body of a type that has no model is not checked
 */
export function compileBodyValidation(
  validators: Readonly<Record<string, ModelValidator>> | undefined,
): ((contentType: string | undefined, body: string) => ValidationFault | undefined) | undefined {
  const entries = Object.entries(validators ?? {});
  if (entries.length === 0) return undefined;
  const byType = new Map(entries.map(([type, validate]) => [type.toLowerCase(), validate]));
  const fallback = byType.get('$default');
  return (contentType, body) => {
    const type = mediaTypeOf(contentType) ?? defaultMediaType;
    const validate = byType.get(contentType?.trim().toLowerCase() ?? type) ?? byType.get(type) ?? fallback;
    if (validate === undefined) return undefined;
    const faults = faultsOf(body, validate);
    if (faults.length === 0) return undefined;
    return {
      type: 'BAD_REQUEST_BODY',
      message: 'Invalid request body',
      validationErrorString: validationErrorString(faults),
    };
  };
}

/** Observed: a missing body fails whatever the model says, with this text in the execution log. */
const unreadable: readonly string[] = ['Unknown error parsing request body'];

function faultsOf(body: string, validate: ModelValidator): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return unreadable;
  }
  return validate(value);
}
