/**
 * Stage variables: which names and values are allowed.
 * Source: Amazon API Gateway Developer Guide, "Quotas", "Use stage variables"; names are letters, digits and `_`.
 */
import { badRequest } from './errors.ts';
import type { Strings } from './rest-api.ts';

const variablesMax = 100;
const nameMax = 64;
const valueMax = 512;

/** @throws BadRequestException naming the variable that is not allowed */
export function checkVariables(variables: Strings | undefined): void {
  const entries = Object.entries(variables ?? {});
  if (entries.length > variablesMax) throw badRequest(`A stage can have at most ${variablesMax} variables`);
  for (const [name, value] of entries) {
    if (name.length > nameMax || !/^[A-Za-z0-9_]+$/.test(name))
      throw badRequest(`Stage variable name '${name.slice(0, nameMax)}' is invalid: use 1 to ${nameMax} of a-zA-Z0-9_`);
    if (value.length > valueMax || !/^[A-Za-z0-9\-._~:/?#&=,]*$/.test(value))
      throw badRequest(`Stage variable value of '${name}' is invalid: use at most ${valueMax} of A-Za-z0-9-._~:/?#&=,`);
  }
}
