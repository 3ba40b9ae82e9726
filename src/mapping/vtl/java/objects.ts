/**
 * How a template reaches into a value: properties, indexes and method calls, by Velocity's rules. A property is a
 * getter first, then a member of a map, then an `is…` method. Classes can be named and give their static methods;
 * they lead nowhere else.
 */
import { FailedAt, JavaException, LimitExceeded, type Place, UnreadableBody } from '../errors.ts';
import { characterMethods } from './characters.ts';
import { arrayMethods, JavaStream, listGet, listMethods, listSet, mapMethods, partMethods } from './collections.ts';
import { candidates, fits, type Method, type MethodTable, method, OBJECT, type Parameter, tableOf } from './methods.ts';
import {
  bigIntegerMethods,
  booleanMethods,
  byteMethods,
  decimalMethods,
  doubleMethods,
  floatMethods,
  integerMethods,
  longMethods,
  shortMethods,
} from './number-methods.ts';
import { isNumeric, kindOf, type NumberKind, toDouble, toInt } from './numbers.ts';
import type { Rendering } from './rendering.ts';
import { stringMethods } from './strings.ts';
import {
  ArrayList,
  arrayListOf,
  classNameOf,
  isList,
  isMap,
  JavaArray,
  JavaCollection,
  JavaObject,
  javaEquals,
  javaHash,
  mapGet,
  mapPut,
  mapSize,
  textOf,
} from './values.ts';

const textMethods = stringMethods((items) => new JavaStream(items));

const numberTables: Readonly<Record<NumberKind, MethodTable>> = {
  Byte: byteMethods,
  Short: shortMethods,
  Integer: integerMethods,
  Long: longMethods,
  BigInteger: bigIntegerMethods,
  Float: floatMethods,
  Double: doubleMethods,
  BigDecimal: decimalMethods,
};

/** Statics of a class, by its name. */
const classTables: ReadonlyMap<string, MethodTable> = new Map<string, MethodTable>([
  ['java.lang.String', textMethods],
  ['java.lang.Boolean', booleanMethods],
  ['java.lang.Character', characterMethods],
  ['java.util.ArrayList', listMethods],
  ['java.util.LinkedHashMap', mapMethods],
  ...Object.entries(numberTables).map(
    ([kind, table]) => [kind.startsWith('Big') ? `java.math.${kind}` : `java.lang.${kind}`, table] as const,
  ),
]);

function tableFor(target: unknown): MethodTable | undefined {
  switch (typeof target) {
    case 'string':
      return textMethods;
    case 'boolean':
      return booleanMethods;
    case 'number':
    case 'bigint':
      return numberTables[kindOf(target)!];
    case 'object':
      break;
    default:
      return undefined;
  }
  if (target === null) return undefined;
  if (isList(target)) {
    if (target instanceof JavaArray) return arrayMethods;
    return target instanceof ArrayList && target.parent !== undefined ? partMethods : listMethods;
  }
  if (target instanceof JavaObject) return target.methods;
  const kind = kindOf(target);
  return kind === undefined ? mapMethods : numberTables[kind];
}

/** What every object has. */
const objectMethods: MethodTable = tableOf([
  method(OBJECT, 'toString', [], (rendering, self) => rendering.sized(textOf(rendering, self))),
  method(OBJECT, 'equals', [OBJECT], (rendering, self, other) => javaEquals(rendering, self, other)),
  method(OBJECT, 'hashCode', [], (rendering, self) => javaHash(rendering, self)),
  method(OBJECT, 'getClass', [], (rendering, self) => classOf(rendering, self)),
]);

/** A `java.lang.Class`. */
export class JavaClass extends JavaObject {
  override readonly className = 'java.lang.Class';
  readonly methods: MethodTable = classMethods;
  readonly named: string;

  constructor(named: string) {
    super();
    this.named = named;
  }

  override text(): string {
    return `class ${this.named}`;
  }

  get simpleName(): string {
    return this.named.slice(Math.max(this.named.lastIndexOf('.'), this.named.lastIndexOf('$')) + 1);
  }

  override property(_: Rendering, name: string): unknown {
    switch (name.charAt(0).toLowerCase() + name.slice(1)) {
      case 'name':
      case 'typeName':
      case 'canonicalName':
        return this.named;
      case 'simpleName':
        return this.simpleName;
      case 'packageName':
        return this.named.slice(0, this.named.lastIndexOf('.'));
      default:
        return null;
    }
  }

  override equals(other: unknown): boolean {
    return other instanceof JavaClass && other.named === this.named;
  }
}

const CLASS: Parameter<JavaClass> = {
  accepts: (value) => value instanceof JavaClass,
  read: (value) => {
    if (!(value instanceof JavaClass)) throw new TypeError('not a class');
    return value;
  },
};

const classMethods: MethodTable = tableOf([
  method(CLASS, 'getName', [], (_, self) => self.named),
  method(CLASS, 'getTypeName', [], (_, self) => self.named),
  method(CLASS, 'getCanonicalName', [], (_, self) => self.named),
  method(CLASS, 'getSimpleName', [], (_, self) => self.simpleName),
  method(CLASS, 'getPackageName', [], (rendering, self) => self.property(rendering, 'packageName')),
]);

function classOf(rendering: Rendering, value: unknown): JavaClass | null {
  const name = classNameOf(value, rendering.jsonLists);
  return name === undefined ? null : new JavaClass(name);
}

const needsObject = (): never => {
  throw new JavaException('java.lang.IllegalArgumentException', 'object is not an instance of declaring class');
};

// Calls

/** Methods of texts that take the same time however long the text is. */
const quickMethods: ReadonlySet<string> = new Set([
  'charAt',
  'codePointAt',
  'concat',
  'endsWith',
  'getClass',
  'intern',
  'isEmpty',
  'length',
  'startsWith',
  'subSequence',
  'substring',
  'toString',
]);

/** One call in a template. It remembers which methods fit for the last kind of object that it met. */
export class CallSite {
  readonly name: string;
  readonly count: number;
  readonly place: Place;
  /** Whether the method reads a text from end to end, for all that is known. */
  readonly reads: boolean;
  #table: MethodTable | undefined;
  #methods: readonly Method[] | undefined;
  #takesNothing = false;

  constructor(name: string, count: number, place: Place) {
    this.name = name;
    this.count = count;
    this.place = place;
    this.reads = !quickMethods.has(name);
  }

  methodsOf(target: unknown): readonly Method[] | undefined {
    const table = tableFor(target);
    if (table === undefined) return undefined;
    if (table !== this.#table) {
      this.#table = table;
      this.#methods = candidates(table, this.name, this.count) ?? candidates(objectMethods, this.name, this.count);
      const plain = candidates(table, this.name, 0) ?? candidates(objectMethods, this.name, 0);
      this.#takesNothing = this.count > 0 && plain?.some(({ variadic }) => !variadic) === true;
    }
    if (this.#methods === undefined && !this.#takesNothing && target instanceof JavaClass) return this.#statics(target);
    return this.#methods;
  }

  /** Whether a method of that name takes no arguments, though some are given: Velocity calls it all the same, and fails. */
  get takesNothing(): boolean {
    return this.#takesNothing;
  }

  /** What a class itself can do; a method that needs an object fails. */
  #statics(target: JavaClass): readonly Method[] | undefined {
    const table = classTables.get(target.named);
    if (table === undefined) return undefined;
    const found = candidates(table, this.name, this.count);
    if (found !== undefined) return found.map((one) => (one.isStatic ? one : { ...one, run: needsObject }));
    return candidates(table, this.name, 0)?.map((one) => ({
      ...one,
      parameters: [OBJECT],
      variadic: true,
      run: needsObject,
    }));
  }
}

/** @returns null when the object has no such method, or the method gives null */
export function call(rendering: Rendering, site: CallSite, target: unknown, args: readonly unknown[]): unknown {
  const methods = site.methodsOf(target);
  for (let i = 0; methods !== undefined && i < methods.length; i++) {
    const one = methods[i]!;
    if (!fits(one, args)) continue;
    rendering.spend(site.reads && typeof target === 'string' ? 1 + (target.length >> 4) : 1);
    try {
      const result = one.run(rendering, target, args);
      // A method that returns nothing prints nothing.
      return result === undefined ? '' : result;
    } catch (error) {
      throw called(rendering, error, site.name, target, site.place);
    }
  }
  if (!site.takesNothing) return null;
  const error = new JavaException('java.lang.IllegalArgumentException', 'wrong number of arguments');
  throw called(rendering, error, site.name, target, site.place);
}

/** `$map.get($key)`, which templates do most. */
export function callGet(rendering: Rendering, site: CallSite, target: unknown, key: unknown): unknown {
  if (typeof key !== 'string' || !isMap(target)) return call(rendering, site, target, [key]);
  rendering.spend(1);
  return Object.hasOwn(target, key) ? target[key] : null;
}

function called(rendering: Rendering, error: unknown, name: string, target: unknown, place: Place): unknown {
  if (error instanceof JavaException) {
    const className = classNameOf(target, rendering.jsonLists) ?? 'null';
    const reason = `Invocation of method '${name}' in class ${className} threw exception ${error.exception}: ${error.message}`;
    return new FailedAt(place, reason);
  }
  if (error instanceof UnreadableBody) return new FailedAt(place, error.message, 'body');
  if (error instanceof LimitExceeded) return new FailedAt(place, error.message, 'limit');
  return error;
}

// Properties

/** Properties of texts, numbers and lists, which have few: `$text.empty`, `$double.naN`. */
export function property(rendering: Rendering, target: unknown, name: string): unknown {
  if (target === null || target === undefined) return null;
  if (name === 'class' || name === 'Class') return classOf(rendering, target);
  if (target instanceof JavaObject) return target.property(rendering, name);
  if (isMap(target)) return mapGet(target, name);
  const getter = getters.get(name);
  if (getter === undefined) return null;
  const one = tableFor(target)
    ?.get(getter)
    ?.find(({ parameters }) => parameters.length === 0);
  return one === undefined ? null : one.run(rendering, target, []);
}

/** Which method without arguments a property stands for; either case of the first letter counts. */
const getters: ReadonlyMap<string, string> = new Map(
  [
    ['empty', 'isEmpty'],
    ['blank', 'isBlank'],
    ['bytes', 'getBytes'],
    ['naN', 'isNaN'],
    ['infinite', 'isInfinite'],
  ].flatMap(([name = '', method = '']) => [
    [name, method] as const,
    [name.charAt(0).toUpperCase() + name.slice(1), method] as const,
  ]),
);

/** Names that a compiled template may not read as plain members: they mean something else, or are not own members. */
export function isPlainName(name: string): boolean {
  return (
    name !== 'class' &&
    name !== 'Class' &&
    !getters.has(name) &&
    !(name in Object.prototype) &&
    !(name in Array.prototype)
  );
}

/** `#set($target.name = value)`; does nothing where there is no such property. */
export function setProperty(rendering: Rendering, target: unknown, name: string, value: unknown, place: Place): void {
  try {
    if (target instanceof JavaObject) target.setProperty(rendering, name, value);
    else if (isMap(target)) mapPut(rendering, target, name, value);
  } catch (error) {
    throw called(rendering, error, 'put', target, place);
  }
}

// Indexes

/** `-1` is the last element, of whatever has a size. */
function fromEnd(rendering: Rendering, target: unknown, key: unknown, place: Place): unknown {
  if (typeof key !== 'number' || key >= 0 || kindOf(key) !== 'Integer') return key;
  if (isList(target)) return key + target.length;
  if (isMap(target)) return key + mapSize(target);
  if (target instanceof JavaCollection) return key + target.items().length;
  if (target instanceof JavaObject) {
    const size = call(rendering, new CallSite('size', 0, place), target, []);
    if (typeof size === 'number') return key + size;
  }
  throw new FailedAt(place, `a negative index of a value that has no size: ${key}`);
}

const indexSite = (place: Place): CallSite => new CallSite('get', 1, place);

/** `$target[key]`: `get(key)` of whatever has it. */
export function index(rendering: Rendering, target: unknown, key: unknown, place: Place): unknown {
  if (target === null || target === undefined) return null;
  const adjusted = fromEnd(rendering, target, key, place);
  if (isList(target)) {
    if (
      !isNumeric(adjusted) ||
      (kindOf(adjusted) !== 'Integer' && kindOf(adjusted) !== 'Short' && kindOf(adjusted) !== 'Byte')
    )
      return null;
    try {
      return listGet(target, toInt(adjusted));
    } catch (error) {
      throw error instanceof JavaException ? new FailedAt(place, error.message) : error;
    }
  }
  if (isMap(target)) return mapGet(target, adjusted);
  if (target instanceof JavaObject) {
    const member = target.member(adjusted);
    if (member !== undefined) return member;
  }
  return call(rendering, indexSite(place), target, [adjusted]);
}

/** `#set($target[key] = value)`: `set` where there is one, otherwise `put`. */
export function setIndex(rendering: Rendering, target: unknown, key: unknown, value: unknown, place: Place): void {
  if (target === null || target === undefined) return;
  const adjusted = fromEnd(rendering, target, key, place);
  if (isList(target)) {
    if (!isNumeric(adjusted) || kindOf(adjusted) !== 'Integer') return;
    try {
      listSet(rendering, target, toInt(adjusted), value);
    } catch (error) {
      throw error instanceof JavaException ? new FailedAt(place, error.message) : error;
    }
    return;
  }
  if (isMap(target)) {
    try {
      mapPut(rendering, target, adjusted, value);
    } catch (error) {
      throw called(rendering, error, 'put', target, place);
    }
    return;
  }
  if (target instanceof JavaObject) {
    for (const name of ['set', 'put']) {
      const site = new CallSite(name, 2, place);
      if (site.methodsOf(target)?.some((one) => fits(one, [adjusted, value])) !== true) continue;
      call(rendering, site, target, [adjusted, value]);
      return;
    }
  }
}

// Comparison

/** The class of a value as far as `==` cares: whether one class is the other's, or its ancestor. */
function related(rendering: Rendering, left: unknown, right: unknown): boolean {
  const a = classNameOf(left, rendering.jsonLists);
  const b = classNameOf(right, rendering.jsonLists);
  // A JSONArray is an ArrayList.
  return a === b || (isList(left) && isList(right) && !(left instanceof JavaArray) && !(right instanceof JavaArray));
}

/** `left == right` for values that are not both plain numbers or texts. */
export function looselyEqual(rendering: Rendering, left: unknown, right: unknown): boolean {
  if (left === null || left === undefined || right === null || right === undefined) {
    return (left ?? null) === (right ?? null);
  }
  if (related(rendering, left, right)) return javaEquals(rendering, left, right);
  return textOf(rendering, left) === textOf(rendering, right);
}

/** A list that a template writes: `[1, $b]`. */
export function newList(rendering: Rendering, items: readonly unknown[]): ArrayList {
  rendering.spend(1 + (items.length >> 2));
  return arrayListOf(items);
}

/** The number that a range starts or ends with; undefined where the value is none. */
export function boundOf(value: unknown): number | undefined {
  return isNumeric(value) ? (Number.isNaN(toDouble(value)) ? 0 : toInt(value)) : undefined;
}
