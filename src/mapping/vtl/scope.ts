/**
 * What loops and blocks leave in a template's variables: `$foreach`, and the block that `#define` names.
 */
import { JavaException, type Place } from './errors.ts';
import { EntrySet, KeySet, type LoopCursor, MapValues } from './java/collections.ts';
import { type MethodTable, method, OBJECT, type Parameter, tableOf } from './java/methods.ts';
import type { Rendering } from './java/rendering.ts';
import { type JavaMap, JavaObject, mapGet, mapHas, mapPut, mapRemove, mapSize, textOf } from './java/values.ts';

/** `$foreach`: where a loop stands. It stays as it was when the loop has ended. */
export class ForeachScope extends JavaObject {
  override readonly className = 'org.apache.velocity.runtime.directive.ForeachScope';
  readonly methods: MethodTable = scopeMethods;
  readonly cursor: LoopCursor;
  readonly parent: ForeachScope | null;
  readonly place: Place;
  /** What templates keep in it: `#set($foreach.total = 1)`. */
  readonly storage: JavaMap = {};

  constructor(cursor: LoopCursor, outer: unknown, place: Place) {
    super();
    this.cursor = cursor;
    this.parent = outer instanceof ForeachScope ? outer : null;
    this.place = place;
  }

  get topmost(): ForeachScope {
    let scope: ForeachScope = this;
    while (scope.parent !== null) scope = scope.parent;
    return scope;
  }

  get depth(): number {
    let depth = 1;
    for (let scope = this.parent; scope !== null; scope = scope.parent) depth++;
    return depth;
  }

  override text(rendering: Rendering): string {
    return textOf(rendering, this.storage);
  }

  override property(_: Rendering, name: string): unknown {
    switch (name.charAt(0).toLowerCase() + name.slice(1)) {
      case 'index':
        return this.cursor.index;
      case 'count':
        return this.cursor.index + 1;
      case 'hasNext':
        return this.cursor.hasNext;
      case 'first':
        return this.cursor.index < 1;
      case 'last':
        return !this.cursor.hasNext;
      case 'parent':
        return this.parent;
      case 'topmost':
        return this.topmost;
      case 'depth':
        return this.depth;
      case 'info':
        return new ScopeInfo(this);
      default:
        return mapGet(this.storage, name);
    }
  }

  override setProperty(rendering: Rendering, name: string, value: unknown): boolean {
    mapPut(rendering, this.storage, name, value);
    return true;
  }
}

const SCOPE: Parameter<ForeachScope> = {
  accepts: (value) => value instanceof ForeachScope,
  read: (value) => {
    if (!(value instanceof ForeachScope)) throw new TypeError('not the scope of a loop');
    return value;
  },
};

const getter = (name: string, property: string) =>
  method(SCOPE, name, [], (rendering, self) => self.property(rendering, property));

const scopeMethods: MethodTable = tableOf([
  getter('getIndex', 'index'),
  getter('getCount', 'count'),
  getter('hasNext', 'hasNext'),
  getter('getHasNext', 'hasNext'),
  getter('isFirst', 'first'),
  getter('getFirst', 'first'),
  getter('isLast', 'last'),
  getter('getLast', 'last'),
  getter('getParent', 'parent'),
  getter('getTopmost', 'topmost'),
  getter('getDepth', 'depth'),
  getter('getInfo', 'info'),
  method(SCOPE, 'size', [], (_, self) => mapSize(self.storage)),
  method(SCOPE, 'isEmpty', [], (_, self) => mapSize(self.storage) === 0),
  method(SCOPE, 'containsKey', [OBJECT], (_, self, key) => mapHas(self.storage, key)),
  method(SCOPE, 'keySet', [], (_, self) => new KeySet(self.storage)),
  method(SCOPE, 'values', [], (_, self) => new MapValues(self.storage)),
  method(SCOPE, 'entrySet', [], (_, self) => new EntrySet(self.storage)),
  method(SCOPE, 'remove', [OBJECT], (rendering, self, key) => mapRemove(rendering, self.storage, key)),
  method(SCOPE, 'get', [OBJECT], (_, self, key) => mapGet(self.storage, key)),
  method(SCOPE, 'put', [OBJECT, OBJECT], (rendering, self, key, value) => mapPut(rendering, self.storage, key, value)),
]);

class ScopeInfo extends JavaObject {
  override readonly className = 'org.apache.velocity.runtime.directive.Scope$Info';
  readonly methods: MethodTable = new Map();
  readonly scope: ForeachScope;

  constructor(scope: ForeachScope) {
    super();
    this.scope = scope;
  }

  override text(): string {
    const { line, column } = this.scope.place;
    return `#foreach[type:block template:t line:${line} column:${column}]`;
  }

  override property(rendering: Rendering, name: string): unknown {
    switch (name) {
      case 'name':
        return 'foreach';
      case 'type':
        return 'block';
      case 'line':
        return this.scope.place.line;
      case 'column':
        return this.scope.place.column;
      default:
        return name === 'depth' ? this.scope.property(rendering, 'depth') : null;
    }
  }
}

/** How deep a block may print itself; Velocity's own bound. */
const blockDepthMax = 2;

/** What `#define` puts into a variable: it is rendered anew wherever it is printed. */
export class Block extends JavaObject {
  override readonly className = 'org.apache.velocity.runtime.directive.Block$Reference';
  readonly methods: MethodTable = new Map();
  readonly #body: () => string;
  #depth = 0;

  constructor(body: () => string) {
    super();
    this.#body = body;
  }

  /** @returns null when the block is inside itself too often */
  render(): string | null {
    if (this.#depth >= blockDepthMax) return null;
    this.#depth++;
    try {
      return this.#body();
    } finally {
      this.#depth--;
    }
  }

  /** As a value: what is cut short by `#stop` or `#break` leaves no text. */
  override text(): string | null {
    try {
      return this.render();
    } catch (error) {
      if (error instanceof Signal) error.partial = '';
      throw error;
    }
  }
}

/** `#stop` and `#break` on their way out of blocks and strings, with what was printed on the way. */
export class Signal extends Error {
  readonly kind: 'stop' | 'break';
  /** The loop to leave; undefined for the nearest. */
  readonly cursor: LoopCursor | undefined;
  partial = '';

  constructor(kind: 'stop' | 'break', cursor?: LoopCursor) {
    super(kind);
    this.kind = kind;
    this.cursor = cursor;
  }

  isFor(cursor: LoopCursor): boolean {
    return this.kind === 'break' && (this.cursor === undefined || this.cursor === cursor);
  }
}

/** What `#break($scope)` throws. */
export function breakOf(value: unknown): Signal {
  if (value instanceof ForeachScope) return new Signal('break', value.cursor);
  throw new JavaException(
    'org.apache.velocity.exception.VelocityException',
    '#break was given what is no scope of a loop',
  );
}
