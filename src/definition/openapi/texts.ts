/** Maps of texts in a document: parameter mappings and templates, where every value must be a text. */
import type { Strings } from '../rest-api.ts';
import type { Findings } from './findings.ts';
import type { Place } from './place.ts';

/**
 * Undefined when the map is absent. Observed: a value that is not a text is left out with this warning, and the map
 * stays.
 * @param owner e.g. `resource '/pets' and method 'GET'`
 */
export function textsOf(map: Place, name: string, owner: string, findings: Findings): Strings | undefined {
  const members = map.exists ? map.object() : undefined;
  if (members === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, string] => {
      const [key, value] = entry;
      if (typeof value === 'string') return true;
      const got = typeof value === 'object' ? JSON.stringify(value).slice(0, 256) : String(value);
      findings.warn(
        `Invalid format for '${name}'. Expected type string for property '${key}' of ${owner} but got '${got}'`,
      );
      return false;
    }),
  );
}
