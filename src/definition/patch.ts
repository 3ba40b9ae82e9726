/**
 * Patch operations: how every Update… call edits its resource. Each resource has one table of patchable paths; a row
 * says which ops a path takes and what each does. Operations are applied in order, all or none (the edits are pure).
 * Decides which row an operation means and how an operation that means none is refused; what a value may be is
 * decided by the row.
 * Source: Amazon API Gateway API reference, "Patch operations"; the texts are recorded answers.
 */
import { isOneOf, type PatchOp, patchOps } from './constraints.ts';
import { type Entries, hasEntry, withEntry, withoutEntry } from './entries.ts';
import { badRequest, notFound, type ServiceError } from './errors.ts';

/** A patch operation as it was sent; `op` has passed `Constraints.patch`. */
export interface PatchOperation {
  readonly op?: string | undefined;
  readonly path?: string | undefined;
  readonly value?: string | undefined;
  readonly from?: string | undefined;
}

/** An operation on its way through a row. */
export interface PatchStep {
  readonly op: PatchOp;
  /** As it was sent. */
  readonly path: string;
  /** What stands in the path where the row has `{name}`, `~1` and `~0` decoded, from left to right. */
  readonly names: readonly string[];
  readonly value: string | undefined;
  readonly from: string | undefined;
}

export type PatchEdit<Target> = (target: Target, step: PatchStep) => Target;

/** One patchable path, e.g. `/description` or `/variables/{name}`, and what each op does there. */
export type PatchRow<Target> = { readonly path: string } & { readonly [Op in PatchOp]?: PatchEdit<Target> };

/** An operation that no row takes. */
export interface Refused {
  /** Undefined when it was not sent. */
  readonly op: PatchOp | undefined;
  readonly path: string | undefined;
  /** The ops that this path would take; empty when no row has the path. */
  readonly pathOps: readonly PatchOp[];
  /** The paths that would take this op, in the order of the table. */
  readonly opPaths: readonly string[];
}

export interface PatchTable<Target> {
  readonly rows: readonly CompiledRow<Target>[];
  readonly refuse: (refused: Refused) => ServiceError;
}

interface CompiledRow<Target> {
  readonly row: PatchRow<Target>;
  readonly segments: readonly string[];
}

/** How many operations one call may carry: the cost of a call stays bounded. */
export const patchOperationsMax = 2_000;

export const patchTable = <Target>(
  refuse: (refused: Refused) => ServiceError,
  rows: readonly PatchRow<Target>[],
): PatchTable<Target> => ({
  refuse,
  rows: rows.map((row) => ({ row, segments: row.path.slice(1).split('/') })),
});

/**
 * Applies the operations in order.
 * @throws ServiceError what the table refuses with, or what a row's edit throws
 */
export function applyPatch<Target>(
  table: PatchTable<Target>,
  target: Target,
  operations: readonly PatchOperation[] | undefined,
): Target {
  if (operations === undefined) return target;
  if (operations.length > patchOperationsMax)
    throw badRequest(`Too many patch operations: ${operations.length}, at most ${patchOperationsMax} are allowed`);
  let edited = target;
  for (const operation of operations) edited = applyOperation(table, edited, operation);
  return edited;
}

function applyOperation<Target>(table: PatchTable<Target>, target: Target, operation: PatchOperation): Target {
  const op = isOneOf(patchOps, operation.op) ? operation.op : undefined;
  const path = operation.path ?? undefined;
  // An example of the AWS CLI does without the slash in front.
  const segments = path?.replace(/^\//, '').split('/').map(unescapeSegment);
  const pathOps: PatchOp[] = [];
  for (const { row, segments: expected } of table.rows) {
    const names = segments && namesIn(segments, expected);
    if (names === undefined || path === undefined) continue;
    const edit = op && row[op];
    if (op !== undefined && edit !== undefined)
      return edit(target, { op, path, names, value: operation.value ?? undefined, from: operation.from ?? undefined });
    pathOps.push(...patchOps.filter((known) => row[known] !== undefined));
  }
  const opPaths = table.rows.filter(({ row }) => op !== undefined && row[op] !== undefined).map(({ row }) => row.path);
  throw table.refuse({ op, path, pathOps, opPaths });
}

/** What a path's segments put in the place of `{…}`; undefined when they are another path. */
function namesIn(segments: readonly string[], expected: readonly string[]): string[] | undefined {
  if (segments.length !== expected.length) return undefined;
  const names: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const wanted = expected[index];
    if (wanted?.startsWith('{')) {
      if (segment === '') return undefined;
      names.push(segment);
    } else if (segment !== wanted) return undefined;
  }
  return names;
}

const unescapeSegment = (segment: string): string => segment.replaceAll('~1', '/').replaceAll('~0', '~');

/** `a/b~c` as it stands in a patch path. */
export const escapeSegment = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

// How operations are refused. AWS words it differently from resource to resource.

/** The bare path, whatever is wrong with the operation: gateway responses. */
export const refusePath = ({ path }: Refused): ServiceError => badRequest(`Invalid patch path ${path ?? 'null'}`);

/** The bare path when it is unknown, the ops it takes when the op is wrong: REST APIs, methods, integrations. */
export const refusePathOrOp = (refused: Refused): ServiceError =>
  refused.pathOps.length === 0
    ? refusePath(refused)
    : badRequest(`Invalid patch operation specified. Must be one of: [${refused.pathOps.join(', ')}]`);

/** The paths that take the op: resources, validators, documentation, API keys. Two spaces after "path" are AWS's. */
export const refuseListing = ({ op, path, pathOps, opPaths }: Refused): ServiceError =>
  badRequest(
    `Invalid patch path  '${path ?? 'null'}' specified for op '${op ?? 'null'}'. ${
      opPaths.length === 0 || pathOps.length > 0
        ? 'Please choose supported operations'
        : `Must be one of: [${opPaths.join(', ')}]`
    }`,
  );

// Edits that rows are made of.

/** Sets a member to what `read` makes of the value; undefined clears it. */
export const set =
  <Target, Name extends keyof Target>(
    name: Name,
    read: (value: string | undefined, step: PatchStep) => Target[Name],
  ): PatchEdit<Target> =>
  (target, step) => ({ ...target, [name]: read(step.value, step) });

/** Removes an optional member. */
export const clear =
  <Target, Name extends keyof Target>(name: undefined extends Target[Name] ? Name : never): PatchEdit<Target> =>
  (target) => {
    const { [name]: _gone, ...rest } = target;
    return rest as Target;
  };

/** What an absent value means for a text: nothing is set. */
export const text = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

/** `true` in any spelling of its letters is true, everything else is false, as AWS has it. */
export const flag = (value: string | undefined): boolean => value?.toLowerCase() === 'true';

/** A value that must be there. */
export const required =
  (refusal: string) =>
  (value: string | undefined): string => {
    if (value === undefined || value === '') throw badRequest(refusal);
    return value;
  };

/** A whole number within bounds. */
export const wholeNumber =
  (min: number, max: number, refusal: string) =>
  (value: string | undefined): number => {
    const number = value !== undefined && /^[+-]?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) throw badRequest(refusal);
    return number;
  };

/** One of a fixed set of words. */
export const word =
  <Word extends string>(set: readonly Word[], refusal: string) =>
  (value: string | undefined): Word => {
    if (!isOneOf(set, value)) throw badRequest(refusal);
    return value;
  };

/**
 * The row of a map: `add` sets an entry, `replace` and `remove` need it to be there.
 * @param path ends in `/{name}`
 * @param map which map of the target, and the target with another one
 * @param read what a value means; throws when it is none
 * @param missing the text of the NotFoundException for an unknown name
 */
export const entryRow = <Target, Value>(
  path: string,
  map: {
    readonly get: (target: Target) => Entries<Value> | undefined;
    readonly set: (target: Target, entries: Record<string, Value>) => Target;
  },
  read: (value: string | undefined, step: PatchStep) => Value,
  missing: string,
): PatchRow<Target> => {
  const nameIn = ({ names }: PatchStep): string => names.at(-1) ?? '';
  const put: PatchEdit<Target> = (target, step) =>
    map.set(target, withEntry(map.get(target), nameIn(step), read(step.value, step)));
  const existing =
    (edit: PatchEdit<Target>): PatchEdit<Target> =>
    (target, step) => {
      if (!hasEntry(map.get(target), nameIn(step))) throw notFound(missing);
      return edit(target, step);
    };
  return {
    path,
    add: put,
    replace: existing(put),
    remove: existing((target, step) => map.set(target, withoutEntry(map.get(target), nameIn(step)))),
  };
};
