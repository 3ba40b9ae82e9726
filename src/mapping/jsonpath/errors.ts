/**
 * What can go wrong with a JSONPath: a path that does not compile, one that finds nothing, and the few ways in which
 * evaluating one fails. The kinds carry the names of Jayway's exceptions, because templates were written against them.
 */

export type JsonPathErrorKind =
  /** The path is malformed, or a filter was applied to a value that has no members. */
  | 'InvalidPathException'
  /** A definite path that leads nowhere; `read` answers undefined instead of throwing it. */
  | 'PathNotFoundException'
  /** The path is empty, or the document is null. */
  | 'IllegalArgumentException'
  /** A function has nothing to work on, or a filter compares what cannot be compared. */
  | 'JsonPathException'
  /** A literal inside a path that is not JSON. */
  | 'InvalidJsonException'
  | 'IndexOutOfBoundsException'
  | 'IllegalStateException'
  | 'NullPointerException'
  | 'ClassCastException'
  /** Ours: evaluation took more steps than one path is given. */
  | 'LimitExceededException';

export class JsonPathError extends Error {
  readonly kind: JsonPathErrorKind;

  constructor(kind: JsonPathErrorKind, message: string) {
    super(message);
    this.name = 'JsonPathError';
    this.kind = kind;
  }
}

export const invalidPath = (message: string): JsonPathError => new JsonPathError('InvalidPathException', message);

/** Thrown often and caught near: one value without a stack, so that a miss costs little. */
export const notFound: JsonPathError = (() => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return Object.freeze(new JsonPathError('PathNotFoundException', 'the path leads nowhere'));
  } finally {
    Error.stackTraceLimit = limit;
  }
})();

/** A path that is not found counts as an invalid one inside a filter: the element is not selected. */
export const isInvalidPath = (error: unknown): boolean =>
  error instanceof JsonPathError && (error.kind === 'InvalidPathException' || error.kind === 'PathNotFoundException');
