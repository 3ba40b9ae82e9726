/**
 * `java.util`: lists, maps, the sets and collections that maps lend, their entries, iterators and streams. The views of
 * a map are live, as Java's: removing from `keySet()` removes from the map.
 */
import { JavaException } from '../errors.ts';
import {
  COLLECTION,
  INT,
  LIST,
  LONG,
  MAP,
  type MethodTable,
  method,
  nothing,
  OBJECT,
  type Parameter,
  type Row,
  tableOf,
  variadic,
} from './methods.ts';
import { long } from './numbers.ts';
import { type Rendering, valueDepthMax } from './rendering.ts';
import {
  ArrayList,
  arrayListOf,
  identityOf,
  isList,
  JavaArray,
  JavaCollection,
  type JavaMap,
  JavaObject,
  javaArrayOf,
  javaEquals,
  javaHash,
  mapClear,
  mapGet,
  mapHas,
  mapKeys,
  mapOf,
  mapPut,
  mapRemove,
  mapSize,
  mapValues,
  textOf,
} from './values.ts';

const outOfBounds = (index: number, length: number): JavaException =>
  new JavaException('java.lang.IndexOutOfBoundsException', `Index ${index} out of bounds for length ${length}`);

const unsupported = (): JavaException => new JavaException('java.lang.UnsupportedOperationException', 'null');

const noSuchElement = (): JavaException => new JavaException('java.util.NoSuchElementException', 'null');

const changedMeanwhile = (): JavaException =>
  new JavaException('java.util.ConcurrentModificationException', 'the collection was changed while it was looped over');

// Lists

const itemsMax = 1_000_000;

function checkedIndex(index: number, length: number): number {
  if (index < 0 || index >= length) throw outOfBounds(index, length);
  return index;
}

/** Puts items into a list, or takes some out; a part of another list passes the change on. */
function splice(rendering: Rendering, list: unknown[], at: number, remove: number, items: readonly unknown[]): void {
  if (Object.isFrozen(list)) throw unsupported();
  rendering.edits++;
  if (list.length + items.length > itemsMax)
    throw new JavaException('java.lang.OutOfMemoryError', `a list of more than ${itemsMax} elements`);
  rendering.spend(1 + items.length + ((list.length - at) >> 3));
  if (list instanceof JavaArray && items.length !== remove) throw unsupported();
  if (items.length < 1000) list.splice(at, remove, ...items);
  else {
    const tail = list.splice(at);
    for (const item of items) list.push(item);
    for (let i = remove; i < tail.length; i++) list.push(tail[i]);
  }
  const parent = list instanceof ArrayList ? list.parent : undefined;
  if (parent === undefined) return;
  splice(rendering, parent.list, parent.from + at, remove, items);
  parent.size = list.length;
}

export function listGet(list: readonly unknown[], index: number): unknown {
  return list[checkedIndex(index, list.length)] ?? null;
}

/** @returns the item that was there */
export function listSet(rendering: Rendering, list: unknown[], index: number, value: unknown): unknown {
  const before = listGet(list, index);
  splice(rendering, list, index, 1, [value]);
  return before;
}

function add(rendering: Rendering, list: unknown[], index: number, items: readonly unknown[]): boolean {
  if (index < 0 || index > list.length)
    throw new JavaException('java.lang.IndexOutOfBoundsException', `Index: ${index}, Size: ${list.length}`);
  splice(rendering, list, index, 0, items);
  return items.length > 0;
}

function removeAt(rendering: Rendering, list: unknown[], index: number): unknown {
  const before = listGet(list, index);
  splice(rendering, list, index, 1, []);
  return before;
}

function indexOf(rendering: Rendering, list: readonly unknown[], value: unknown): number {
  rendering.spend(1 + (list.length >> 2));
  return list.findIndex((item) => javaEquals(rendering, value, item ?? null));
}

const includes = (rendering: Rendering, list: readonly unknown[], value: unknown): boolean =>
  indexOf(rendering, list, value) !== -1;

/** Keeps the items that a test accepts. @returns whether any went */
function keep(rendering: Rendering, list: unknown[], accept: (item: unknown) => boolean): boolean {
  const kept = list.filter(accept);
  if (kept.length === list.length) return false;
  splice(rendering, list, 0, list.length, kept);
  return true;
}

function subList(rendering: Rendering, list: unknown[], from: number, to: number): ArrayList {
  if (from < 0) throw new JavaException('java.lang.IndexOutOfBoundsException', `fromIndex = ${from}`);
  if (to > list.length) throw new JavaException('java.lang.IndexOutOfBoundsException', `toIndex = ${to}`);
  if (from > to) throw new JavaException('java.lang.IllegalArgumentException', `fromIndex(${from}) > toIndex(${to})`);
  rendering.spend(1 + ((to - from) >> 2));
  const part = arrayListOf(list.slice(from, to));
  let depth = 0;
  for (let one: unknown = list; one instanceof ArrayList && one.parent !== undefined; one = one.parent.list) depth++;
  if (depth > valueDepthMax) throw new JavaException('java.lang.StackOverflowError', 'parts of parts of a list');
  part.parent = { list, from, size: to - from };
  return part;
}

function compareItems(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  throw new JavaException('java.lang.ClassCastException', 'the elements cannot be compared with each other');
}

/** What every collection has, given how it gives its items. */
const collectionRows = <Self>(
  self: Parameter<Self>,
  itemsOf: (self: Self, rendering: Rendering) => readonly unknown[],
): Row[] => [
  method(self, 'size', [], (rendering, one) => itemsOf(one, rendering).length),
  method(self, 'isEmpty', [], (rendering, one) => itemsOf(one, rendering).length === 0),
  method(self, 'contains', [OBJECT], (rendering, one, value) => includes(rendering, itemsOf(one, rendering), value)),
  method(self, 'containsAll', [COLLECTION], (rendering, one, values) =>
    values.every((value) => includes(rendering, itemsOf(one, rendering), value)),
  ),
  method(self, 'toArray', [], (rendering, one) => {
    rendering.spend(itemsOf(one, rendering).length);
    return javaArrayOf(itemsOf(one, rendering), 'Ljava.lang.Object;');
  }),
  variadic(self, 'toArray', [OBJECT], OBJECT, (rendering, one) =>
    javaArrayOf(itemsOf(one, rendering), 'Ljava.lang.Object;'),
  ),
  method(self, 'stream', [], (rendering, one) => new JavaStream(itemsOf(one, rendering))),
  method(self, 'parallelStream', [], (rendering, one) => new JavaStream(itemsOf(one, rendering))),
];

/** The methods that change a list. */
const changing: Row[] = [
  method(LIST, 'add', [OBJECT], (rendering, self, item) => add(rendering, self, self.length, [item])),
  method(LIST, 'add', [INT, OBJECT], (rendering, self, index, item) => {
    add(rendering, self, index, [item]);
    return nothing;
  }),
  method(LIST, 'addAll', [COLLECTION], (rendering, self, items) => add(rendering, self, self.length, [...items])),
  method(LIST, 'addAll', [INT, COLLECTION], (rendering, self, index, items) => add(rendering, self, index, [...items])),
  method(LIST, 'remove', [INT], (rendering, self, index) => removeAt(rendering, self, index)),
  method(LIST, 'remove', [OBJECT], (rendering, self, value) => {
    const index = indexOf(rendering, self, value);
    if (index !== -1) removeAt(rendering, self, index);
    return index !== -1;
  }),
  method(LIST, 'removeAll', [COLLECTION], (rendering, self, items) =>
    keep(rendering, self, (item) => !includes(rendering, items, item)),
  ),
  method(LIST, 'retainAll', [COLLECTION], (rendering, self, items) =>
    keep(rendering, self, (item) => includes(rendering, items, item)),
  ),
  method(LIST, 'clear', [], (rendering, self) => {
    if (self.length > 0) splice(rendering, self, 0, self.length, []);
    return nothing;
  }),
];

const reading: Row[] = [
  ...collectionRows(LIST, (self) => self),
  method(LIST, 'get', [INT], (_, self, index) => listGet(self, index)),
  method(LIST, 'set', [INT, OBJECT], (rendering, self, index, value) => listSet(rendering, self, index, value)),
  method(LIST, 'indexOf', [OBJECT], (rendering, self, value) => indexOf(rendering, self, value)),
  method(LIST, 'lastIndexOf', [OBJECT], (rendering, self, value) => {
    rendering.spend(1 + (self.length >> 2));
    return self.findLastIndex((item) => javaEquals(rendering, value, item ?? null));
  }),
  method(LIST, 'subList', [INT, INT], (rendering, self, from, to) => subList(rendering, self, from, to)),
  method(LIST, 'iterator', [], (_, self) => iteratorOf(self, 'Itr', 0)),
  method(LIST, 'listIterator', [], (_, self) => iteratorOf(self, 'ListItr', 0)),
  method(LIST, 'listIterator', [INT], (_, self, from) => {
    if (from < 0 || from > self.length)
      throw new JavaException('java.lang.IndexOutOfBoundsException', `Index: ${from}`);
    return iteratorOf(self, 'ListItr', from);
  }),
];

function iteratorOf(list: unknown[], kind: 'Itr' | 'ListItr', from: number): JavaIterator {
  const owner = list instanceof JavaArray ? 'AbstractList' : 'ArrayList';
  return new JavaIterator(`java.util.${owner}$${kind}`, list, from, (rendering, index) =>
    removeAt(rendering, list, index),
  );
}

export const listMethods: MethodTable = tableOf(reading, changing, [
  method(LIST, 'clone', [], (rendering, self) => {
    rendering.spend(self.length);
    return arrayListOf(self);
  }),
  method(LIST, 'ensureCapacity', [INT], () => nothing),
  method(LIST, 'trimToSize', [], () => nothing),
]);

/** What `subList` gives has fewer methods. */
export const partMethods: MethodTable = tableOf(reading, changing);

/** Velocity treats an array as a list of fixed length. */
export const arrayMethods: MethodTable = tableOf(reading, [
  method(LIST, 'add', [OBJECT], () => {
    throw unsupported();
  }),
  method(LIST, 'remove', [INT], () => {
    throw unsupported();
  }),
  method(LIST, 'clear', [], () => {
    throw unsupported();
  }),
]);

/** `[from..to]`, either way. */
export function rangeOf(rendering: Rendering, from: number, to: number): ArrayList {
  const count = Math.abs(to - from) + 1;
  if (count > itemsMax)
    throw new JavaException('java.lang.OutOfMemoryError', `a range of more than ${itemsMax} elements`);
  rendering.spend(count >> 3);
  const list = new ArrayList();
  const by = from >= to ? -1 : 1;
  for (let i = 0; i < count; i++) list.push(from + i * by);
  return list;
}

// Maps

const put = (rendering: Rendering, map: JavaMap, entries: JavaMap): void => {
  rendering.spend(mapSize(entries));
  for (const key of mapKeys(entries)) mapPut(rendering, map, key, mapGet(entries, key));
};

/** The number of entries; finding out takes a look at each. */
function sizeOf(rendering: Rendering, map: JavaMap): number {
  const size = mapSize(map);
  rendering.spend(size >> 1);
  return size;
}

export const mapMethods: MethodTable = tableOf([
  method(MAP, 'get', [OBJECT], (_, self, key) => mapGet(self, key)),
  method(MAP, 'getOrDefault', [OBJECT, OBJECT], (_, self, key, other) =>
    mapHas(self, key) ? mapGet(self, key) : other,
  ),
  method(MAP, 'containsKey', [OBJECT], (_, self, key) => mapHas(self, key)),
  method(MAP, 'containsValue', [OBJECT], (rendering, self, value) => includes(rendering, mapValues(self), value)),
  method(MAP, 'put', [OBJECT, OBJECT], (rendering, self, key, value) => mapPut(rendering, self, key, value)),
  method(MAP, 'putIfAbsent', [OBJECT, OBJECT], (rendering, self, key, value) => {
    const known = mapGet(self, key);
    return known === null ? mapPut(rendering, self, key, value) : known;
  }),
  method(MAP, 'putAll', [MAP], (rendering, self, entries) => {
    put(rendering, self, entries);
    return nothing;
  }),
  method(MAP, 'remove', [OBJECT], (rendering, self, key) => mapRemove(rendering, self, key)),
  method(MAP, 'remove', [OBJECT, OBJECT], (rendering, self, key, value) => {
    const found = mapHas(self, key) && javaEquals(rendering, mapGet(self, key), value);
    if (found) mapRemove(rendering, self, key);
    return found;
  }),
  method(MAP, 'replace', [OBJECT, OBJECT], (rendering, self, key, value) =>
    mapHas(self, key) ? mapPut(rendering, self, key, value) : null,
  ),
  method(MAP, 'replace', [OBJECT, OBJECT, OBJECT], (rendering, self, key, before, value) => {
    const found = mapHas(self, key) && javaEquals(rendering, mapGet(self, key), before);
    if (found) mapPut(rendering, self, key, value);
    return found;
  }),
  method(MAP, 'clear', [], (rendering, self) => {
    mapClear(rendering, self);
    return nothing;
  }),
  method(MAP, 'size', [], (rendering, self) => sizeOf(rendering, self)),
  method(MAP, 'isEmpty', [], (rendering, self) => sizeOf(rendering, self) === 0),
  method(MAP, 'keySet', [], (_, self) => new KeySet(self)),
  method(MAP, 'values', [], (_, self) => new MapValues(self)),
  method(MAP, 'entrySet', [], (_, self) => new EntrySet(self)),
  method(MAP, 'clone', [], (rendering, self) => {
    rendering.spend(mapSize(self));
    return mapOf(
      rendering,
      mapKeys(self).map((key) => [key, mapGet(self, key)] as const),
    );
  }),
]);

/** A collection that a map lends. */
abstract class MapView extends JavaCollection {
  readonly map: JavaMap;
  readonly methods: MethodTable = viewMethods;

  constructor(map: JavaMap) {
    super();
    this.map = map;
  }

  /** What Java's iterator is named for. */
  abstract readonly itemName: string;

  /** Takes the entry that an item stands for out of the map. */
  abstract drop(rendering: Rendering, index: number): void;

  get length(): number {
    return mapSize(this.map);
  }

  override text(rendering: Rendering): string {
    const texts = this.items().map((item) => (item === this ? '(this Collection)' : textOf(rendering, item)));
    return rendering.sized(`[${texts.join(', ')}]`);
  }

  override property(_: Rendering, name: string): unknown {
    return name === 'empty' || name === 'Empty' ? this.length === 0 : null;
  }
}

export class KeySet extends MapView {
  override readonly className = 'java.util.LinkedHashMap$LinkedKeySet';
  override readonly itemName = 'Key';

  items(): unknown[] {
    return mapKeys(this.map);
  }

  drop(rendering: Rendering, index: number): void {
    mapRemove(rendering, this.map, this.items()[index]);
  }

  override equals(other: unknown): boolean {
    return (
      other instanceof KeySet && other.length === this.length && this.items().every((key) => mapHas(other.map, key))
    );
  }

  override hash(rendering: Rendering): number {
    return this.items().reduce<number>((hash, key) => (hash + javaHash(rendering, key)) | 0, 0);
  }
}

export class MapValues extends MapView {
  override readonly className = 'java.util.LinkedHashMap$LinkedValues';
  override readonly itemName = 'Value';

  items(): unknown[] {
    return mapValues(this.map);
  }

  drop(rendering: Rendering, index: number): void {
    mapRemove(rendering, this.map, mapKeys(this.map)[index]);
  }
}

export class EntrySet extends MapView {
  override readonly className = 'java.util.LinkedHashMap$LinkedEntrySet';
  override readonly itemName = 'Entry';

  items(): unknown[] {
    return mapKeys(this.map).map((key) => new MapEntry(this.map, key));
  }

  drop(rendering: Rendering, index: number): void {
    mapRemove(rendering, this.map, mapKeys(this.map)[index]);
  }

  override hash(rendering: Rendering): number {
    return javaHash(rendering, this.map);
  }
}

const VIEW: Parameter<MapView> = {
  accepts: (value) => value instanceof MapView,
  read: (value) => {
    if (!(value instanceof MapView)) throw new TypeError('not a view of a map');
    return value;
  },
};

function dropWhere(rendering: Rendering, view: MapView, drop: (item: unknown) => boolean): boolean {
  const before = view.length;
  const items = view.items();
  for (let i = items.length - 1; i >= 0; i--) if (drop(items[i])) view.drop(rendering, i);
  return view.length !== before;
}

const viewMethods: MethodTable = tableOf(
  collectionRows(VIEW, (self) => self.items()),
  [
    method(
      VIEW,
      'iterator',
      [],
      (_, self) =>
        new JavaIterator(
          `java.util.LinkedHashMap$Linked${self.itemName}Iterator`,
          self.items(),
          0,
          (rendering, index) => self.drop(rendering, index),
        ),
    ),
    method(VIEW, 'remove', [OBJECT], (rendering, self, value) => {
      const index = indexOf(rendering, self.items(), value);
      if (index !== -1) self.drop(rendering, index);
      return index !== -1;
    }),
    method(VIEW, 'removeAll', [COLLECTION], (rendering, self, values) =>
      dropWhere(rendering, self, (item) => includes(rendering, values, item)),
    ),
    method(VIEW, 'retainAll', [COLLECTION], (rendering, self, values) =>
      dropWhere(rendering, self, (item) => !includes(rendering, values, item)),
    ),
    method(VIEW, 'clear', [], (rendering, self) => {
      mapClear(rendering, self.map);
      return nothing;
    }),
    method(VIEW, 'add', [OBJECT], () => {
      throw unsupported();
    }),
    method(VIEW, 'addAll', [COLLECTION], (_, _self, values) => {
      if (values.length > 0) throw unsupported();
      return false;
    }),
  ],
);

class MapEntry extends JavaObject {
  override readonly className = 'java.util.LinkedHashMap$Entry';
  readonly methods: MethodTable = entryMethods;
  readonly map: JavaMap;
  readonly key: unknown;
  /** Stays readable when the entry has left the map. */
  #last: unknown;

  constructor(map: JavaMap, key: unknown) {
    super();
    this.map = map;
    this.key = key;
    this.#last = mapGet(map, key);
  }

  get value(): unknown {
    if (mapHas(this.map, this.key)) this.#last = mapGet(this.map, this.key);
    return this.#last;
  }

  override text(rendering: Rendering): string {
    return rendering.sized(`${textOf(rendering, this.key)}=${textOf(rendering, this.value)}`);
  }

  override property(_: Rendering, name: string): unknown {
    if (name === 'key' || name === 'Key') return this.key;
    return name === 'value' || name === 'Value' ? this.value : null;
  }

  override setProperty(rendering: Rendering, name: string, value: unknown): boolean {
    if (name !== 'value' && name !== 'Value') return false;
    mapPut(rendering, this.map, this.key, value);
    return true;
  }

  override equals(other: unknown): boolean {
    return other instanceof MapEntry && other.map === this.map && other.key === this.key;
  }

  override hash(rendering: Rendering): number {
    return javaHash(rendering, this.key) ^ javaHash(rendering, this.value);
  }
}

const ENTRY: Parameter<MapEntry> = {
  accepts: (value) => value instanceof MapEntry,
  read: (value) => {
    if (!(value instanceof MapEntry)) throw new TypeError('not an entry of a map');
    return value;
  },
};

const entryMethods: MethodTable = tableOf([
  method(ENTRY, 'getKey', [], (_, self) => self.key ?? null),
  method(ENTRY, 'getValue', [], (_, self) => self.value ?? null),
  method(ENTRY, 'setValue', [OBJECT], (rendering, self, value) => mapPut(rendering, self.map, self.key, value)),
]);

// Iterators and streams

class JavaIterator extends JavaObject {
  override readonly className: string;
  readonly methods: MethodTable = iteratorMethods;
  readonly items: readonly unknown[];
  at: number;
  last = -1;
  readonly #remove: (rendering: Rendering, index: number) => void;
  #live: boolean;

  constructor(
    className: string,
    items: readonly unknown[],
    at: number,
    remove: (rendering: Rendering, index: number) => void,
  ) {
    super();
    this.className = className;
    this.items = items;
    this.at = at;
    this.#remove = remove;
    this.#live = Array.isArray(items);
  }

  next(): unknown {
    if (this.at >= this.items.length) throw noSuchElement();
    this.last = this.at;
    return this.items[this.at++] ?? null;
  }

  remove(rendering: Rendering): void {
    if (this.last === -1) throw new JavaException('java.lang.IllegalStateException', 'null');
    const before = this.items.length;
    this.#remove(rendering, this.last);
    // A snapshot keeps its length; a list has become shorter.
    if (this.#live && this.items.length < before) this.at = this.last;
    this.last = -1;
  }

  override text(): string {
    return `${this.className}@${identityOf(this)}`;
  }
}

const ITERATOR: Parameter<JavaIterator> = {
  accepts: (value) => value instanceof JavaIterator,
  read: (value) => {
    if (!(value instanceof JavaIterator)) throw new TypeError('not an iterator');
    return value;
  },
};

const iteratorMethods: MethodTable = tableOf([
  method(ITERATOR, 'hasNext', [], (_, self) => self.at < self.items.length),
  method(ITERATOR, 'next', [], (_, self) => self.next()),
  method(ITERATOR, 'remove', [], (rendering, self) => {
    self.remove(rendering);
    return nothing;
  }),
  method(ITERATOR, 'hasPrevious', [], (_, self) => self.at > 0),
  method(ITERATOR, 'previous', [], (_, self) => {
    if (self.at <= 0) throw noSuchElement();
    self.at--;
    self.last = self.at;
    return self.items[self.at] ?? null;
  }),
  method(ITERATOR, 'nextIndex', [], (_, self) => self.at),
  method(ITERATOR, 'previousIndex', [], (_, self) => self.at - 1),
]);

/** As much of a stream as can be used without lambdas. */
export class JavaStream extends JavaObject {
  override readonly className = 'java.util.stream.ReferencePipeline$Head';
  readonly methods: MethodTable = streamMethods;
  readonly items: readonly unknown[];

  constructor(items: readonly unknown[]) {
    super();
    this.items = items;
  }

  override text(): string {
    return `${this.className}@${identityOf(this)}`;
  }
}

const STREAM: Parameter<JavaStream> = {
  accepts: (value) => value instanceof JavaStream,
  read: (value) => {
    if (!(value instanceof JavaStream)) throw new TypeError('not a stream');
    return value;
  },
};

class JavaOptional extends JavaObject {
  override readonly className = 'java.util.Optional';
  readonly methods: MethodTable = optionalMethods;
  readonly value: unknown;

  constructor(value: unknown) {
    super();
    this.value = value;
  }

  override text(rendering: Rendering): string {
    return this.value === undefined ? 'Optional.empty' : `Optional[${textOf(rendering, this.value)}]`;
  }

  override property(_: Rendering, name: string): unknown {
    if (name === 'present' || name === 'Present') return this.value !== undefined;
    return name === 'empty' || name === 'Empty' ? this.value === undefined : null;
  }
}

const OPTIONAL: Parameter<JavaOptional> = {
  accepts: (value) => value instanceof JavaOptional,
  read: (value) => {
    if (!(value instanceof JavaOptional)) throw new TypeError('not an optional');
    return value;
  },
};

const optionalMethods: MethodTable = tableOf([
  method(OPTIONAL, 'isPresent', [], (_, self) => self.value !== undefined),
  method(OPTIONAL, 'isEmpty', [], (_, self) => self.value === undefined),
  method(OPTIONAL, 'get', [], (_, self) => {
    if (self.value === undefined) throw noSuchElement();
    return self.value;
  }),
  method(OPTIONAL, 'orElse', [OBJECT], (_, self, other) => (self.value === undefined ? other : self.value)),
]);

const streamMethods: MethodTable = tableOf([
  method(STREAM, 'count', [], (_, self) => long(self.items.length)),
  method(STREAM, 'distinct', [], (rendering, self) => {
    const items: unknown[] = [];
    for (const item of self.items) if (!includes(rendering, items, item)) items.push(item);
    return new JavaStream(items);
  }),
  method(STREAM, 'sorted', [], (rendering, self) => {
    rendering.spend(self.items.length);
    return new JavaStream(self.items.toSorted(compareItems));
  }),
  method(STREAM, 'limit', [LONG], (_, self, count) => new JavaStream(self.items.slice(0, Number(count)))),
  method(STREAM, 'skip', [LONG], (_, self, count) => new JavaStream(self.items.slice(Number(count)))),
  method(
    STREAM,
    'findFirst',
    [],
    (_, self) => new JavaOptional(self.items.length === 0 ? undefined : (self.items[0] ?? null)),
  ),
  method(STREAM, 'toArray', [], (_, self) => javaArrayOf(self.items, 'Ljava.lang.Object;')),
  method(STREAM, 'toList', [], (_, self) => Object.freeze(arrayListOf(self.items))),
  method(
    STREAM,
    'iterator',
    [],
    (_, self) =>
      new JavaIterator('java.util.Spliterators$1Adapter', self.items, 0, () => {
        throw unsupported();
      }),
  ),
]);

// Loops

/**
 * What `#foreach` walks along. A list is walked live, the rest as it was when the loop began; a change on the way is
 * an error, as in Java, unless it was made in the last round.
 */
export class LoopCursor {
  /** The element of this round. */
  value: unknown = null;
  /** Of this round, from 0. */
  index = -1;
  hasNext = false;
  readonly #rendering: Rendering;
  readonly #items: readonly unknown[];
  readonly #size: number;
  readonly #map: JavaMap | undefined;
  readonly #from: number;
  #edits: number;

  constructor(rendering: Rendering, items: readonly unknown[], map: JavaMap | undefined, from = 0) {
    this.#rendering = rendering;
    this.#items = items;
    this.#size = items.length;
    this.#map = map;
    this.#from = from;
    this.#edits = rendering.mapEdits;
  }

  /** Moves on to the next element. @returns false at the end */
  next(): boolean {
    const at = this.#from + this.index + 1;
    const items = this.#items;
    if (at === items.length || this.index + 1 >= this.#rendering.roundsMax) return false;
    if (items.length !== this.#size || (this.#map !== undefined && this.#wasChanged(this.#map)))
      throw changedMeanwhile();
    this.#rendering.spend(1);
    this.index++;
    this.value = items[at] ?? null;
    this.hasNext = at + 1 < items.length;
    return true;
  }

  #wasChanged(map: JavaMap): boolean {
    if (this.#edits === this.#rendering.mapEdits) return false;
    this.#edits = this.#rendering.mapEdits;
    return mapSize(map) !== this.#size;
  }
}

/** Undefined for what cannot be looped over: texts, numbers, null. */
export function loopOver(rendering: Rendering, value: unknown): LoopCursor | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (isList(value)) return new LoopCursor(rendering, value, undefined);
  if (value instanceof MapView) {
    rendering.spend(value.length >> 1);
    return new LoopCursor(rendering, value.items(), value.map);
  }
  if (value instanceof JavaIterator) return new LoopCursor(rendering, value.items, undefined, value.at);
  if (value instanceof JavaStream) {
    throw new JavaException(
      'org.apache.velocity.exception.VelocityException',
      "Error invoking the method 'iterator' on a stream",
    );
  }
  if (value instanceof JavaCollection) return new LoopCursor(rendering, value.items(), undefined);
  if (!MAP.accepts(value)) return undefined;
  const map = MAP.read(value);
  sizeOf(rendering, map);
  return new LoopCursor(rendering, mapValues(map), map);
}
