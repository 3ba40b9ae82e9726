/**
 * Turns a syntax tree into one JavaScript function. The text of a template gets into the code only as string literals
 * that JSON.stringify writes; variables are numbered locals, everything else a call into `operations` or a constant
 * handed in. So the function can reach what it is given and nothing besides.
 *
 * Generated code instead of closures: the pass-through template of bench/mapping.ts, its event already read, takes 7.1
 * µs with it and 9.1 µs with closures over the same operations.
 */

import { JavaException } from './errors.ts';
import { loopOver, rangeOf } from './java/collections.ts';
import { marked } from './java/mark.ts';
import { double, parseNumber } from './java/numbers.ts';
import {
  boundOf,
  CallSite,
  call,
  callGet,
  index,
  isPlainName,
  newList,
  property,
  setIndex,
  setProperty,
} from './java/objects.ts';
import type { Rendering } from './java/rendering.ts';
import { mapOf } from './java/values.ts';
import {
  add,
  calculated,
  equal,
  greater,
  greaterOrEqual,
  holds,
  less,
  lessOrEqual,
  printed,
  printedBlock,
  subtract,
} from './operators.ts';
import { Block, breakOf, ForeachScope, Signal } from './scope.ts';
import type { Assignment, BinaryOperator, Expression, Foreach, Node, Reference, Step } from './syntax.ts';

export type Variables = Readonly<Record<string, unknown>>;
export type Render = (rendering: Rendering, variables: Variables) => string;

/** What generated code may call, by the names that it uses. */
const operations = {
  marked,
  Block,
  ForeachScope,
  Signal,
  breakOf,
  variable: (variables: Variables, name: string): unknown =>
    Object.hasOwn(variables, name) ? variables[name] : undefined,
  property,
  setProperty,
  index,
  setIndex,
  call,
  callGet,
  loopOver,
  range: (rendering: Rendering, from: unknown, to: unknown): unknown => {
    const [first, last] = [boundOf(from), boundOf(to)];
    return first === undefined || last === undefined ? null : rangeOf(rendering, first, last);
  },
  newList,
  newMap: mapOf,
  add,
  subtract,
  calculated,
  equal,
  less,
  greater,
  lessOrEqual,
  greaterOrEqual,
  printed,
  printedBlock,
  holds,
  sized: (rendering: Rendering, text: string): string => rendering.sized(text),
  /** A block ends with what it printed before a `#break`; `#stop` takes that along. */
  left: (error: unknown, printed: string): string => {
    if (!(error instanceof Signal)) throw error;
    error.partial = printed + error.partial;
    if (error.kind === 'break' && error.cursor === undefined) return error.partial;
    throw error;
  },
  /** A string that is cut short leaves nothing. */
  dropped: (error: unknown): unknown => {
    if (error instanceof Signal) error.partial = '';
    return error;
  },
  /** The end of a template that `#stop` or `#break` cut short. */
  stopped: (error: unknown, printed: string): string => {
    if (!(error instanceof Signal)) throw error;
    if (error.cursor !== undefined)
      throw new JavaException('org.apache.velocity.runtime.directive.StopCommand', '#break of a loop that is over');
    return printed + error.partial;
  },
} as const;

const operationNames = Object.keys(operations);

export function compileNodes(nodes: readonly Node[]): Render {
  const emitter = new Emitter(nodes);
  const source = emitter.program();
  const factory = new Function('operations', 'constants', source) as (
    operations: unknown,
    constants: unknown,
  ) => Render;
  return factory(operations, emitter.constants);
}

/** A function of the generated code: the template, a block, or the text of a string with directives. */
interface Frame {
  readonly kind: 'template' | 'block' | 'string';
  /** Labels of the loops around, innermost last. */
  readonly loops: readonly string[];
  /** By variable, the flags that are true where assignments to it are lost: in a loop's round over null. */
  readonly held: ReadonlyMap<string, readonly string[]>;
}

const noneHeld: ReadonlyMap<string, readonly string[]> = new Map();

class Emitter {
  readonly constants: unknown[] = [];
  readonly #nodes: readonly Node[];
  readonly #variables = new Map<string, string>();
  readonly #lines: string[] = [];
  /** Whether references may hold blocks. */
  readonly #hasBlocks: boolean;
  /** Whether `#stop` or `#break` leave blocks or strings, or name a loop. */
  readonly #hasSignals: boolean;
  /** How often a variable is assigned to; 0 for those that are only read. */
  readonly #assignments: ReadonlyMap<string, number>;
  #labels = 0;

  constructor(nodes: readonly Node[]) {
    this.#nodes = nodes;
    const survey = new Survey();
    survey.nodes(nodes, 'template', 0);
    this.#hasBlocks = survey.hasBlocks;
    this.#hasSignals = survey.hasSignals;
    this.#assignments = survey.assignments;
  }

  program(): string {
    this.#body({ kind: 'template', loops: [], held: noneHeld }, this.#nodes);
    const body = this.#lines.splice(0).join('\n');
    const variables = [...this.#variables].map(
      ([name, local]) => `let ${local} = variable(variables, ${quoted(name)});`,
    );
    return [
      '"use strict";',
      `const { ${operationNames.join(', ')} } = operations;`,
      ...this.constants.map((_, i) => `const k${i} = constants[${i}];`),
      'return function template(rendering, variables) {',
      ...variables,
      body,
      '};',
    ].join('\n');
  }

  /** A function's body: it prints into `o` and returns it. */
  #body(frame: Frame, nodes: readonly Node[]): void {
    this.#line('let o = "", t;');
    if (!this.#hasSignals) {
      this.#statements(frame, nodes);
      this.#line('return sized(rendering, o);');
      return;
    }
    this.#line('try {');
    this.#statements(frame, nodes);
    this.#line('} catch (e) {');
    if (frame.kind === 'template') this.#line('return sized(rendering, stopped(e, o));');
    else if (frame.kind === 'block') this.#line('return sized(rendering, left(e, o));');
    else this.#line('throw dropped(e);');
    this.#line('}');
    this.#line('return sized(rendering, o);');
  }

  #line(code: string): void {
    this.#lines.push(code);
  }

  #constant(value: unknown): string {
    this.constants.push(value);
    return `k${this.constants.length - 1}`;
  }

  #variable(name: string): string {
    let local = this.#variables.get(name);
    if (local === undefined) {
      local = `v${this.#variables.size}`;
      this.#variables.set(name, local);
    }
    return local;
  }

  // Statements

  #statements(frame: Frame, nodes: readonly Node[]): void {
    for (const node of nodes) this.#statement(frame, node);
  }

  #statement(frame: Frame, node: Node): void {
    switch (node.type) {
      case 'text':
        this.#line(`o += ${quoted(node.text)};`);
        return;
      case 'reference':
        this.#print(frame, node);
        return;
      case 'if':
        node.branches.forEach(({ test, body }, i) => {
          this.#line(`${i === 0 ? '' : '} else '}if (${this.#condition(frame, test)}) {`);
          this.#statements(frame, body);
        });
        if (node.otherwise.length > 0) {
          this.#line('} else {');
          this.#statements(frame, node.otherwise);
        }
        this.#line('}');
        return;
      case 'set':
        this.#set(frame, node);
        return;
      case 'foreach':
        this.#foreach(frame, node);
        return;
      case 'define':
        this.#line('t = new Block(() => {');
        this.#body({ kind: 'block', loops: [], held: noneHeld }, node.body);
        this.#line(`}); ${this.#assign(frame, node.key, 't')}`);
        return;
      case 'break':
        this.#break(frame, node.scope);
        return;
      case 'stop':
        this.#line(frame.kind === 'template' ? 'return sized(rendering, o);' : 'throw new Signal("stop");');
        return;
      default: {
        const never: never = node;
        throw new Error(`no such node: ${String(never)}`);
      }
    }
  }

  #print(frame: Frame, node: Reference): void {
    if (node.runt) {
      this.#line(`o += ${quoted(node.root)};`);
      return;
    }
    const value = this.#reference(frame, node);
    if (node.escaped) {
      if (node.path.length > 0) this.#line(`${value};`);
      this.#line(`o += ${quoted(node.escapePrefix + node.literal)};`);
      return;
    }
    const prefix = node.escapePrefix + node.morePrefix;
    if (this.#hasBlocks) {
      const doubled = node.escapePrefix + prefix;
      this.#line(
        `o += typeof (t = ${value}) === "string" ? ${quoted(prefix)} + t : printedBlock(rendering, t, ${quoted(prefix)}, ${quoted(doubled)}, ${quoted(node.literal)});`,
      );
      return;
    }
    if (prefix !== '') this.#line(`o += ${quoted(prefix)};`);
    this.#line(`o += ${textual(value)};`);
  }

  /** Code for giving a variable a value; in a round over null the loop's variable keeps none. */
  #assign(frame: Frame, name: string, code: string): string {
    const flags = frame.held.get(name) ?? [];
    const held = flags.length === 0 ? '' : `if (!(${flags.join(' || ')})) `;
    return `${held}${this.#variable(name)} = ${code};`;
  }

  #set(frame: Frame, { target, variable, value }: Assignment): void {
    const code = this.#value(frame, value);
    const { path } = target;
    const last = path.at(-1);
    if (last === undefined) {
      if (isNullable(value)) this.#line(`if ((t = ${code}) !== null) ${this.#assign(frame, variable, 't')}`);
      else if ((frame.held.get(variable) ?? []).length > 0)
        this.#line(`t = ${code}; ${this.#assign(frame, variable, 't')}`);
      else this.#line(`${this.#variable(variable)} = ${code};`);
      return;
    }
    this.#line(`{ const u = ${code};`);
    const steps = path.slice(0, -1).map((step) => ` && (t = ${this.#step(frame, step)}) != null`);
    const place = this.#constant(last.place);
    const assign =
      last.type === 'index'
        ? `setIndex(rendering, t, ${this.#value(frame, last.key)}, u, ${place})`
        : `setProperty(rendering, t, ${quoted(last.name)}, u, ${place})`;
    this.#line(`if (u !== null && (t = ${this.#variable(target.root)}) != null${steps.join('')}) ${assign}; }`);
  }

  #foreach(frame: Frame, { key, iterable, body, place }: Foreach): void {
    if (iterable === undefined) return;
    const id = this.#labels++;
    const [loop, label] = [`c${id}`, `l${id}`];
    const element = this.#variable(key);
    const saved: string[] = [element];
    for (const name of ['velocityCount', 'velocityHasNext', 'foreach']) {
      if (this.#assignments.has(name)) saved.push(this.#variable(name));
    }
    const before = saved.map((local, i) => `s${id}_${i} = ${local}`);
    this.#line(`const ${loop} = loopOver(rendering, ${this.#value(frame, iterable)});`);
    this.#line(`if (${loop} !== undefined) { const ${before.join(', ')};`);
    if (this.#assignments.has('foreach')) {
      const scope = this.#variable('foreach');
      this.#line(`${scope} = new ForeachScope(${loop}, ${scope}, ${this.#constant(place)});`);
    }
    this.#line(`${label}: while (${loop}.next()) {`);
    if (this.#assignments.has('velocityCount')) this.#line(`${this.#variable('velocityCount')} = ${loop}.index + 1;`);
    if (this.#assignments.has('velocityHasNext')) this.#line(`${this.#variable('velocityHasNext')} = ${loop}.hasNext;`);
    this.#line(this.#assign(frame, key, `${loop}.value`));
    let { held } = frame;
    if ((this.#assignments.get(key) ?? 0) > 1) {
      this.#line(`const h${id} = ${loop}.value === null;`);
      held = new Map(held).set(key, [...(held.get(key) ?? []), `h${id}`]);
    }
    if (this.#hasSignals) this.#line('try {');
    this.#statements({ ...frame, loops: [...frame.loops, label], held }, body);
    if (this.#hasSignals) {
      this.#line(
        `} catch (e) { if (!(e instanceof Signal) || !e.isFor(${loop})) throw e; o += e.partial; break ${label}; }`,
      );
    }
    this.#line('if (o.length > rendering.outputMax) throw rendering.tooLong();');
    this.#line(`} ${saved.map((local, i) => `${local} = s${id}_${i};`).join(' ')} }`);
  }

  #break(frame: Frame, scope: Expression | undefined): void {
    const label = frame.loops.at(-1);
    if (scope !== undefined) this.#line(`throw breakOf(${this.#value(frame, scope)});`);
    else if (label !== undefined) this.#line(`break ${label};`);
    else this.#line(frame.kind === 'string' ? 'throw new Signal("break");' : 'return sized(rendering, o);');
  }

  // Expressions

  /** Code for a value; null only where `isNullable` says so. */
  #value(frame: Frame, expression: Expression): string {
    switch (expression.type) {
      case 'reference':
        return expression.computable && !expression.runt ? this.#reference(frame, expression) : 'null';
      case 'string':
        return quoted(expression.value);
      case 'interpolation':
        return this.#interpolation(frame, expression.body, expression.dropsLast);
      case 'integer': {
        const number = parseNumber(expression.image);
        return typeof number === 'number' ? String(number) : this.#constant(number);
      }
      case 'float': {
        const number = double(Number(expression.image));
        return typeof number === 'number' && Number.isFinite(number) ? String(number) : this.#constant(number);
      }
      case 'boolean':
        return String(expression.value);
      case 'list':
        return `newList(rendering, [${expression.items.map((item) => this.#value(frame, item)).join(', ')}])`;
      case 'map': {
        const entries = expression.entries.map(
          ([key, value]) => `[${this.#value(frame, key)}, ${this.#value(frame, value)}]`,
        );
        return `newMap(rendering, [${entries.join(', ')}])`;
      }
      case 'range':
        return `range(rendering, ${this.#value(frame, expression.from)}, ${this.#value(frame, expression.to)})`;
      case 'not':
        return this.#condition(frame, expression);
      case 'binary': {
        const { operator, left, right } = expression;
        if (operator === 'and' || operator === 'or') return this.#condition(frame, expression);
        const [a, b] = [this.#value(frame, left), this.#value(frame, right)];
        const operation = binaries[operator];
        if (operation !== undefined) return operation(a, b);
        return `add(rendering, ${a}, ${b}, ${quoted(expression.leftLiteral)}, ${quoted(expression.rightLiteral)})`;
      }
      case 'word':
        return 'null';
      default: {
        const never: never = expression;
        throw new Error(`no such expression: ${String(never)}`);
      }
    }
  }

  /** Code for whether an expression holds. Only references, booleans and comparisons ever do. */
  #condition(frame: Frame, expression: Expression): string {
    switch (expression.type) {
      case 'reference':
        if (expression.runt) return 'false';
        return this.#hasBlocks
          ? `holds(${this.#reference(frame, expression)})`
          : `(${this.#reference(frame, expression)} !== false)`;
      case 'boolean':
        return String(expression.value);
      case 'not':
        return `!${this.#condition(frame, expression.operand)}`;
      case 'binary': {
        const { operator, left, right } = expression;
        if (operator === 'and') return `(${this.#condition(frame, left)} && ${this.#condition(frame, right)})`;
        if (operator === 'or') return `(${this.#condition(frame, left)} || ${this.#condition(frame, right)})`;
        return isArithmetic(operator) ? 'false' : this.#value(frame, expression);
      }
      default:
        return 'false';
    }
  }

  #interpolation(frame: Frame, body: readonly Node[], dropsLast: boolean): string {
    const drop = dropsLast ? '.slice(0, -1)' : '';
    const isSimple = body.every(
      (node) => node.type === 'text' || (node.type === 'reference' && !node.escaped && !node.runt),
    );
    if (isSimple && !this.#hasBlocks) {
      const parts = body.flatMap((node) => {
        if (node.type === 'text') return [quoted(node.text)];
        if (node.type !== 'reference') return [];
        const prefix = node.escapePrefix + node.morePrefix;
        const text = `(${textual(this.#reference(frame, node))})`;
        return prefix === '' ? [text] : [quoted(prefix), text];
      });
      return `sized(rendering, "" + ${parts.join(' + ')})${drop}`;
    }
    const start = this.#lines.length;
    this.#body({ kind: 'string', loops: [], held: noneHeld }, body);
    return `(() => {\n${this.#lines.splice(start).join('\n')}\n})()${drop}`;
  }

  /** Code for a reference's value: an empty text where it leads nowhere. */
  #reference(frame: Frame, { root, path, computable }: Reference): string {
    if (!computable) return '""';
    const local = this.#variable(root);
    if (path.length === 0) return `(${local} ?? "")`;
    const steps = path.map((step) => ` || (t = ${this.#step(frame, step)}) == null`);
    return `((t = ${local}) == null${steps.join('')} ? "" : t)`;
  }

  /** Code for one step from the value in `t`. */
  #step(frame: Frame, step: Step): string {
    switch (step.type) {
      case 'property': {
        const name = quoted(step.name);
        const general = `property(rendering, t, ${name})`;
        return isPlainName(step.name)
          ? `typeof t === "object" && t[marked] === undefined ? t[${name}] : ${general}`
          : general;
      }
      case 'method': {
        const site = this.#constant(new CallSite(step.name, step.args.length, step.place));
        const args = step.args.map((arg) => this.#value(frame, arg));
        if (step.name === 'get' && args.length === 1) return `callGet(rendering, ${site}, t, ${args[0]})`;
        return `call(rendering, ${site}, t, [${args.join(', ')}])`;
      }
      case 'index':
        return `index(rendering, t, ${this.#value(frame, step.key)}, ${this.#constant(step.place)})`;
      default: {
        const never: never = step;
        throw new Error(`no such step: ${String(never)}`);
      }
    }
  }
}

const quoted = (text: string): string => JSON.stringify(text);

const textual = (value: string): string => `typeof (t = ${value}) === "string" ? t : printed(rendering, t)`;

const binaries: Partial<Record<BinaryOperator, (left: string, right: string) => string>> = {
  eq: (a, b) => `equal(rendering, ${a}, ${b})`,
  ne: (a, b) => `!equal(rendering, ${a}, ${b})`,
  lt: (a, b) => `less(${a}, ${b})`,
  gt: (a, b) => `greater(${a}, ${b})`,
  le: (a, b) => `lessOrEqual(${a}, ${b})`,
  ge: (a, b) => `greaterOrEqual(${a}, ${b})`,
  subtract: (a, b) => `subtract(${a}, ${b})`,
  multiply: (a, b) => `calculated("multiply", ${a}, ${b})`,
  divide: (a, b) => `calculated("divide", ${a}, ${b})`,
  modulo: (a, b) => `calculated("modulo", ${a}, ${b})`,
};

const arithmetic: ReadonlySet<BinaryOperator> = new Set(['add', 'subtract', 'multiply', 'divide', 'modulo']);
const isArithmetic = (operator: BinaryOperator): boolean => arithmetic.has(operator);

/** Whether an expression can be without a value; then `#set` leaves the variable as it is. */
function isNullable(expression: Expression): boolean {
  switch (expression.type) {
    case 'reference':
      return !expression.computable || expression.runt;
    case 'range':
    case 'word':
      return true;
    case 'binary':
      return isArithmetic(expression.operator);
    default:
      return false;
  }
}

/** What a template uses, found before its code is written. */
class Survey {
  hasBlocks = false;
  hasSignals = false;
  /** All variables, with how often they are assigned to. */
  readonly assignments = new Map<string, number>();

  nodes(nodes: readonly Node[], frame: Frame['kind'], loops: number): void {
    for (const node of nodes) {
      switch (node.type) {
        case 'text':
          break;
        case 'reference':
          this.#reference(node);
          break;
        case 'if':
          for (const { test, body } of node.branches) {
            this.#expression(test);
            this.nodes(body, frame, loops);
          }
          this.nodes(node.otherwise, frame, loops);
          break;
        case 'set':
          this.#reference(node.target);
          if (node.target.path.length === 0) this.#assigned(node.variable);
          this.#expression(node.value);
          break;
        case 'foreach':
          this.#assigned(node.key);
          if (node.iterable !== undefined) this.#expression(node.iterable);
          this.nodes(node.body, frame, loops + 1);
          break;
        case 'define':
          this.hasBlocks = true;
          this.#assigned(node.key);
          this.nodes(node.body, 'block', 0);
          break;
        case 'break':
          if (node.scope !== undefined) this.#expression(node.scope);
          if (node.scope !== undefined || (frame === 'string' && loops === 0)) this.hasSignals = true;
          break;
        case 'stop':
          if (frame !== 'template') this.hasSignals = true;
          break;
        default: {
          const never: never = node;
          throw new Error(`no such node: ${String(never)}`);
        }
      }
    }
  }

  #read(name: string): void {
    if (!this.assignments.has(name)) this.assignments.set(name, 0);
  }

  #assigned(name: string): void {
    this.assignments.set(name, (this.assignments.get(name) ?? 0) + 1);
  }

  #reference({ root, path }: Reference): void {
    this.#read(root);
    for (const step of path) {
      if (step.type === 'method') for (const arg of step.args) this.#expression(arg);
      else if (step.type === 'index') this.#expression(step.key);
    }
  }

  #expression(expression: Expression): void {
    switch (expression.type) {
      case 'reference':
        this.#reference(expression);
        return;
      case 'interpolation':
        this.nodes(expression.body, 'string', 0);
        return;
      case 'list':
        for (const item of expression.items) this.#expression(item);
        return;
      case 'map':
        for (const [key, value] of expression.entries) {
          this.#expression(key);
          this.#expression(value);
        }
        return;
      case 'range':
        this.#expression(expression.from);
        this.#expression(expression.to);
        return;
      case 'not':
        this.#expression(expression.operand);
        return;
      case 'binary':
        this.#expression(expression.left);
        this.#expression(expression.right);
        return;
      default:
    }
  }
}
