/**
 * The syntax tree of a template. What Velocity decides when it initialises a tree (escapes, prefixes, how a literal
 * reads) is already decided in it.
 */
import type { Place } from './errors.ts';

export type Node =
  | { readonly type: 'text'; readonly text: string }
  | Reference
  | { readonly type: 'if'; readonly branches: readonly Branch[]; readonly otherwise: readonly Node[] }
  | Assignment
  | Foreach
  | { readonly type: 'define'; readonly key: string; readonly body: readonly Node[]; readonly place: Place }
  | { readonly type: 'break'; readonly scope: Expression | undefined; readonly place: Place }
  | { readonly type: 'stop' };

export interface Branch {
  readonly test: Expression;
  readonly body: readonly Node[];
}

export interface Assignment {
  readonly type: 'set';
  readonly target: Reference;
  /** The variable, when the target is one: Velocity takes what follows the dollar sign, so that `${x}` sets "{". */
  readonly variable: string;
  readonly value: Expression;
}

export interface Foreach {
  readonly type: 'foreach';
  /** Name of the variable that gets the elements. */
  readonly key: string;
  /** Undefined when the directive has too few arguments: then nothing is repeated. */
  readonly iterable: Expression | undefined;
  /** A list of nodes, or the single node of a superfluous argument, which Velocity repeats instead. */
  readonly body: readonly Node[];
  readonly place: Place;
}

export interface Reference {
  readonly type: 'reference';
  /** Name of the variable. */
  readonly root: string;
  readonly path: readonly Step[];
  /** False for text that only looks like a reference (`$\!x`): it has no value. */
  readonly computable: boolean;
  /** Text that was taken for a reference: prints its name. */
  readonly runt: boolean;
  /** Behind an odd number of backslashes: prints as it is written, though it is evaluated. */
  readonly escaped: boolean;
  /** Half of the backslashes before it. */
  readonly escapePrefix: string;
  /** `#` and `$` before it. */
  readonly morePrefix: string;
  /** How it prints when it has no value or is escaped. */
  readonly literal: string;
  readonly place: Place;
}

export type Step =
  | { readonly type: 'property'; readonly name: string; readonly place: Place }
  | { readonly type: 'method'; readonly name: string; readonly args: readonly Expression[]; readonly place: Place }
  | { readonly type: 'index'; readonly key: Expression; readonly place: Place };

export type BinaryOperator =
  | 'and'
  | 'or'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'gt'
  | 'le'
  | 'ge'
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'modulo';

export type Expression =
  | Reference
  | { readonly type: 'string'; readonly value: string }
  /** A template inside a string; `dropsLast` when the blank that ends it has to go. */
  | { readonly type: 'interpolation'; readonly body: readonly Node[]; readonly dropsLast: boolean }
  | { readonly type: 'integer'; readonly image: string }
  | { readonly type: 'float'; readonly image: string }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'list'; readonly items: readonly Expression[] }
  | { readonly type: 'map'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly type: 'range'; readonly from: Expression; readonly to: Expression }
  | { readonly type: 'not'; readonly operand: Expression }
  | Binary
  /** A bare word as a directive's argument: no value. */
  | { readonly type: 'word' };

export interface Binary {
  readonly type: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  /** What a text is joined with when an operand has no value: the operand as it is written. */
  readonly leftLiteral: string;
  readonly rightLiteral: string;
}
