/**
 * Turns the segments of a path into closures, once, and runs them over documents. Each segment becomes a step that
 * hands every value it finds to the step behind it; the last one collects. Work is counted, so that a hostile path or
 * document ends in an error; scans keep a stack of their own, so that depth does not matter.
 *
 * "Definite" means that a path leads to one place at most. What a step does when it finds nothing depends on whether
 * the steps before it are definite: then the whole path leads nowhere, otherwise this branch is left out.
 */
import { type Comparable, comparableOf, jsonLiteral, type Means, numberLiteral, relate } from './comparison.ts';
import { unescaped } from './cursor.ts';
import { invalidPath, isInvalidPath, JsonPathError, notFound } from './errors.ts';
import type { Expression, Operand } from './filter-syntax.ts';
import { type FunctionParameter, functionNamed, givesDouble, unknownFunction } from './functions.ts';
import { parseLenientJson } from './lenient-json.ts';
import { type ParameterSyntax, type PathSyntax, parsePath, type Segment } from './syntax.ts';
import { isList, isObject, memberOf } from './values.ts';

/** Steps that one read may take: a scan of the largest body that a gateway accepts, twice over. */
const stepsMax = 10_000_000;

/** What all evaluations that belong to one read share. */
export class Work implements Means {
  #left = stepsMax;
  /** What a double is to the reader. */
  readonly double: (value: number) => unknown;

  constructor(double: (value: number) => unknown) {
    this.double = double;
  }

  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new JsonPathError('LimitExceededException', `A path takes more than ${stepsMax} steps`);
  }

  isPath(text: string): boolean {
    try {
      parsePath(text);
      return true;
    } catch {
      return false;
    }
  }

  unescaped(text: string): string {
    return unescaped(text);
  }
}

/** One evaluation of one path. */
interface Run {
  readonly root: unknown;
  readonly results: unknown[];
  /** Set for exists checks: a missing property is a failure also below an indefinite step. */
  readonly requireProperties: boolean;
  readonly work: Work;
  /** What `$…` paths inside filters gave: the same for every element. */
  readonly rootValues: Map<EvaluablePath, Comparable>;
  /** Index of the list element that a scan hands to the last segment; -1 until it has done so once. */
  scannedIndex: number;
}

type Step = (model: unknown, run: Run) => void;

/** A path that can be evaluated; `evaluate` throws where `read` of the public face gives undefined. */
export interface EvaluablePath {
  readonly definite: boolean;
  readonly fromRoot: boolean;
  readonly isFunction: boolean;
  /** The children of what the path leads to, for `length($.path)`; undefined where it has no segments. */
  readonly children: EvaluablePath | undefined;
  readonly start: Step;
}

export function prepare(path: PathSyntax): EvaluablePath {
  const scanned = scannedInto(path.segments);
  if (scanned === undefined) return prepareSegments(path.segments, path.root === '$', {});
  return prepareSegments(scanned, path.root === '$', { belowScan: true });
}

/** @param document the value that the path starts at; @param root what `$` means */
export function evaluate(
  path: EvaluablePath,
  document: unknown,
  root: unknown,
  work: Work,
  requireProperties = false,
): unknown {
  if (root === null || root === undefined) {
    throw new JsonPathError('IllegalArgumentException', 'root can not be null');
  }
  const run: Run = { root, results: [], requireProperties, work, rootValues: new Map(), scannedIndex: -1 };
  path.start(document, run);
  if (!path.definite) return run.results;
  if (run.results.length === 0) throw notFound;
  // Functions that follow each other all leave a result; the last one counts.
  return run.results.at(-1);
}

/**
 * `$..price.max()` applies the function to all that the scan finds, not to each: the path before the function becomes
 * its parameter. Undefined for all other paths.
 */
function scannedInto(segments: readonly Segment[]): readonly Segment[] | undefined {
  if (segments.at(-1)?.kind !== 'function' || segments[0]?.kind !== 'scan') return undefined;
  const at = segments.findIndex((segment) => segment.kind === 'function');
  const call = segments[at];
  if (call?.kind !== 'function') return undefined;
  const path: PathSyntax = { root: '$', segments: segments.slice(0, at) };
  return [{ ...call, parameters: [{ kind: 'path', path }] }, ...segments.slice(at + 1)];
}

interface Origin {
  /** Set when a wildcard was put behind a path to find its children: whether the path was definite before. */
  readonly definite?: boolean;
  /** True when a scan was moved from before the segments into a function: they are as lenient as below it. */
  readonly belowScan?: boolean;
}

function prepareSegments(
  segments: readonly Segment[],
  fromRoot: boolean,
  { definite, belowScan = false }: Origin,
): EvaluablePath {
  const isDefinite = segments.map((segment, index) => isDefiniteAt(segment, index === segments.length - 1));
  let step: Step = collect;
  let behind: Step | undefined;
  for (let index = segments.length - 1; index >= 0; index--) {
    const segment = segments[index]!;
    const upstreamDefinite = !belowScan && isDefinite.slice(0, index).every(Boolean);
    const previous = step;
    step = stepOf(segment, {
      next: previous,
      leaf: index === segments.length - 1,
      upstreamDefinite,
      // The wildcard that finds children counts as part of the segment that it was put behind.
      previous: segments[definite !== undefined && index === segments.length - 1 ? index - 2 : index - 1],
      following: segments[index + 1],
      behindFollowing: behind,
      twoLeft: index === segments.length - 3,
    });
    behind = previous;
  }
  const ownDefinite = definite ?? isDefinite.every(Boolean);
  const isFunction = segments.at(-1)?.kind === 'function';
  let children: EvaluablePath | undefined;
  return {
    definite: ownDefinite,
    fromRoot,
    isFunction,
    get children() {
      if (segments.length === 0 || isFunction) return undefined;
      children ??= prepareSegments([...segments, { kind: 'wildcard' }], fromRoot, { definite: ownDefinite });
      return children;
    },
    start: step,
  };
}

function isDefiniteAt(segment: Segment, leaf: boolean): boolean {
  switch (segment.kind) {
    case 'property':
      return segment.names.length === 1 || leaf;
    case 'index':
      return segment.indexes.length === 1;
    case 'function':
      return true;
    default:
      return false;
  }
}

function collect(model: unknown, run: Run): void {
  run.work.spend(1);
  run.results.push(model);
}

/** Where a step stands in its path. */
interface Place {
  readonly next: Step;
  readonly leaf: boolean;
  readonly upstreamDefinite: boolean;
  readonly previous: Segment | undefined;
  /** The segment that comes next, and the step behind it: a scan needs both. */
  readonly following: Segment | undefined;
  readonly behindFollowing: Step | undefined;
  /** True when one segment more comes behind the following one, and no other. */
  readonly twoLeft: boolean;
}

function stepOf(segment: Segment, place: Place): Step {
  switch (segment.kind) {
    case 'property':
      return propertyStep(segment.names, place);
    case 'index':
      return indexStep(segment.indexes, place);
    case 'slice':
      return sliceStep(segment.from, segment.to, place);
    case 'wildcard':
      return wildcardStep(place);
    case 'scan':
      return scanStep(place);
    case 'filter':
      return filterStep(segment.expression, place);
    case 'function':
      return functionStep(segment.name, segment.parameters, place);
    default: {
      const never: never = segment;
      return never;
    }
  }
}

function propertyStep(names: readonly string[], { next, leaf, upstreamDefinite, previous }: Place): Step {
  const single = names.length === 1;
  const member = leaf ? collectMember(next, previous) : next;
  const mergedInto: Step = (model, run) => {
    const merged: Record<string, unknown> = {};
    if (!isObject(model)) return;
    for (const name of names) {
      if (Object.hasOwn(model, name)) {
        Object.defineProperty(merged, name, {
          value: model[name],
          enumerable: true,
          configurable: true,
          writable: true,
        });
      } else if (run.requireProperties) throw notFound;
    }
    next(merged, run);
  };
  const each: Step = (model, run) => {
    if (!isObject(model)) return;
    for (const name of names) {
      run.work.spend(1);
      const value = memberOf(model, name);
      if (value !== undefined) member(value, run);
      else if (run.requireProperties || (!leaf && single && upstreamDefinite)) throw notFound;
    }
  };
  const read = leaf && !single ? mergedInto : each;
  return (model, run) => {
    if (isObject(model)) read(model, run);
    else if (upstreamDefinite) throw notFound;
  };
}

/** Hands one element on. An index that is out of bounds, also further down, leaves the element out. */
function element(list: readonly unknown[], index: number, next: Step, run: Run): void {
  const at = index < 0 ? list.length + index : index;
  if (at < 0 || at >= list.length) return;
  run.work.spend(1);
  try {
    next(list[at], run);
  } catch (error) {
    if (!(error instanceof JsonPathError && error.kind === 'IndexOutOfBoundsException')) throw error;
  }
}

const onLists =
  ({ upstreamDefinite }: Place, read: (list: readonly unknown[], run: Run) => void): Step =>
  (model, run) => {
    if (isList(model)) read(model, run);
    else if (upstreamDefinite) throw notFound;
  };

const indexStep = (indexes: readonly number[], place: Place): Step =>
  onLists(place, (list, run) => {
    for (const index of indexes) element(list, index, place.next, run);
  });

/** With both ends given, a negative start counts on through zero: `[-1:1]` is the last element, then the first. */
const sliceStep = (from: number | undefined, to: number | undefined, place: Place): Step =>
  onLists(place, (list, run) => {
    const length = list.length;
    let start = from ?? 0;
    let end = Math.min(length, to ?? length);
    if (to === undefined && start < 0) start = Math.max(0, length + start);
    if (from === undefined && end < 0) end = length + end;
    // Far below zero there is nothing; do not count up to where there is.
    for (let index = Math.max(start, -length); index < end; index++) element(list, index, place.next, run);
  });

function wildcardStep({ next, leaf, previous }: Place): Step {
  const member = leaf ? collectMember(next, previous) : next;
  return (model, run) => {
    if (isObject(model)) {
      for (const name of Object.keys(model)) {
        run.work.spend(1);
        member(model[name], run);
      }
    } else if (isList(model)) {
      for (let index = 0; index < model.length; index++) {
        try {
          element(model, index, next, run);
        } catch (error) {
          if (error !== notFound || run.requireProperties) throw error;
        }
      }
    }
  };
}

/**
 * Hands a member to the collector, unless a scan has come to the last segment through a list: then only the element
 * counts that the segment before names, so that `$..[0].title` finds titles and `$..*.title` finds none in lists.
 * Observed: Jayway 2.9, see the comparison of answers in `jsonpath.test.ts`.
 */
function collectMember(next: Step, previous: Segment | undefined): Step {
  if (previous?.kind === undefined) return next;
  const named = previous.kind === 'index' && previous.indexes.length === 1 ? previous.indexes[0] : undefined;
  return (model, run) => {
    if (run.scannedIndex === -1 || run.scannedIndex === named) next(model, run);
  };
}

/**
 * All values below, parents first. The following segment is tried on every object that has what it asks for; on lists
 * it is skipped unless it is the last, and what stands behind it gets the elements.
 */
function scanStep({ next, following, behindFollowing, twoLeft }: Place): Step {
  if (following === undefined || behindFollowing === undefined) {
    return () => {
      throw new JsonPathError('IllegalStateException', 'Current path token is a leaf');
    };
  }
  const followingIsLast = behindFollowing === collect;
  const applies = scanCondition(following, followingIsLast);
  return (model, run) => {
    const waiting: unknown[] = [model];
    while (waiting.length > 0) {
      const value = waiting.pop();
      run.work.spend(1);
      if (isObject(value)) {
        if (applies(value, run)) next(value, run);
        const names = Object.keys(value);
        for (let index = names.length - 1; index >= 0; index--) {
          const child = value[names[index]!];
          if (typeof child === 'object' && child !== null) waiting.push(child);
        }
        run.work.spend(names.length);
      } else if (isList(value)) {
        if (applies(value, run)) {
          if (followingIsLast) next(value, run);
          else {
            for (let index = 0; index < value.length; index++) {
              if (twoLeft) run.scannedIndex = index;
              behindFollowing(value[index], run);
            }
          }
        }
        for (let index = value.length - 1; index >= 0; index--) {
          const child = value[index];
          if (typeof child === 'object' && child !== null) waiting.push(child);
        }
        run.work.spend(value.length);
      }
    }
  };
}

type Condition = (model: unknown, run: Run) => boolean;

function scanCondition(following: Segment, isLast: boolean): Condition {
  switch (following.kind) {
    case 'property': {
      const { names } = following;
      // Several names that are not the last segment are looked for one by one.
      if (names.length > 1 && !isLast) return isObject;
      return (model) => isObject(model) && names.every((name) => Object.hasOwn(model, name));
    }
    case 'index':
    case 'slice':
      return isList;
    case 'wildcard':
      return () => true;
    case 'filter':
      return acceptance(following.expression);
    case 'scan':
    case 'function':
      return () => false;
    default: {
      const never: never = following;
      return never;
    }
  }
}

function filterStep(expression: Expression<PathSyntax>, place: Place): Step {
  const accepts = acceptance(expression);
  return (model, run) => {
    if (isObject(model)) {
      if (accepts(model, run)) place.next(model, run);
    } else if (isList(model)) {
      for (let index = 0; index < model.length; index++) {
        run.work.spend(1);
        if (accepts(model[index], run)) element(model, index, place.next, run);
      }
    } else if (place.upstreamDefinite) {
      throw invalidPath('A filter can not be applied to primitives');
    }
  };
}

/** A filter that fails as an invalid path does selects nothing; any other failure ends the read. */
function acceptance(expression: Expression<PathSyntax>): Condition {
  const holds = conditionOf(expression);
  return (item, run) => {
    try {
      return holds(item, run);
    } catch (error) {
      if (isInvalidPath(error)) return false;
      throw error;
    }
  };
}

function conditionOf(expression: Expression<PathSyntax>): Condition {
  switch (expression.kind) {
    case 'or': {
      const operands = expression.operands.map(conditionOf);
      return (item, run) => operands.some((operand) => operand(item, run));
    }
    case 'and': {
      const operands = expression.operands.map(conditionOf);
      return (item, run) => operands.every((operand) => operand(item, run));
    }
    case 'not': {
      const operand = conditionOf(expression.operand);
      return (item, run) => !operand(item, run);
    }
    case 'exists': {
      const path = prepare(expression.path);
      return (item, run) => exists(path, item, run) === expression.expected;
    }
    case 'relation': {
      const { operator } = expression;
      const left = operandOf(expression.left);
      const right = operandOf(expression.right);
      return (item, run) => relate(operator, left(item, run), right(item, run), run.work);
    }
    default: {
      const never: never = expression;
      return never;
    }
  }
}

/** An indefinite path exists as soon as it can be evaluated, even to nothing. */
function exists(path: EvaluablePath, item: unknown, run: Run): boolean {
  try {
    evaluate(path, item, run.root, run.work, true);
    return true;
  } catch (error) {
    if (error === notFound) return false;
    throw error;
  }
}

function operandOf(operand: Operand<PathSyntax>): (item: unknown, run: Run) => Comparable {
  switch (operand.kind) {
    case 'path': {
      const path = prepare(operand.path);
      return path.fromRoot ? (_, run) => rootValue(path, run) : (item, run) => pathValue(path, item, run);
    }
    case 'json': {
      const literal = jsonLiteral(operand.text);
      return literal;
    }
    case 'number': {
      const literal = numberLiteral(operand.text);
      return () => literal;
    }
    default:
      return () => operand;
  }
}

function pathValue(path: EvaluablePath, document: unknown, run: Run): Comparable {
  let value: unknown;
  try {
    value = evaluate(path, document, run.root, run.work, run.requireProperties);
  } catch (error) {
    if (error !== notFound) throw error;
  }
  return comparableOf(value);
}

function rootValue(path: EvaluablePath, run: Run): Comparable {
  let value = run.rootValues.get(path);
  if (value === undefined) {
    value = pathValue(path, run.root, run);
    run.rootValues.set(path, value);
  }
  return value;
}

function functionStep(name: string, parameters: readonly ParameterSyntax[] | undefined, place: Place): Step {
  const call = functionNamed(name);
  const isDouble = givesDouble.has(name);
  const prepared = (parameters ?? []).map((parameter) =>
    parameter.kind === 'json' ? jsonParameter(parameter.text) : pathParameter(prepare(parameter.path)),
  );
  return (model, run) => {
    if (call === undefined) throw unknownFunction(name);
    const result = call(
      model,
      prepared.map((parameter) => parameter(model, run)),
    );
    collect(isDouble && typeof result === 'number' ? run.work.double(result) : result, run);
    if (!place.leaf) place.next(result, run);
  };
}

type PreparedParameter = (model: unknown, run: Run) => FunctionParameter;

const jsonParameter =
  (text: string): PreparedParameter =>
  () => ({ value: () => parseLenientJson(text), children: undefined });

/** The path is evaluated from the root, whether the function wants its value or not. */
const pathParameter =
  (path: EvaluablePath): PreparedParameter =>
  (model, run) => {
    const value = evaluate(path, run.root, run.root, run.work, run.requireProperties);
    return {
      value: () => value,
      children: () => evaluate(path.children ?? path, model, model, run.work, run.requireProperties),
    };
  };
