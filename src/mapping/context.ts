/**
 * `$context`, with the overrides that templates write to it. Its members come in the order in which API Gateway lists
 * them; what `get` gives prints as an empty text when it is a map, as recorded from AWS.
 * Source: Amazon API Gateway Developer Guide, "Variables for data transformations", "Use a mapping template to override
 * an API's request and response parameters and status codes".
 */
import { EntrySet, KeySet, MapValues } from './vtl/java/collections.ts';
import { type MethodTable, method, nothing, OBJECT, type Parameter, tableOf } from './vtl/java/methods.ts';
import { isNumeric, numberText, toDouble } from './vtl/java/numbers.ts';
import type { Rendering } from './vtl/java/rendering.ts';
import {
  isList,
  isMap,
  type JavaMap,
  JavaObject,
  mapGet,
  mapHas,
  mapKeys,
  mapPut,
  mapRemove,
  textOf,
} from './vtl/java/values.ts';

/** What a request template writes to `$context.requestOverride`; a list value repeats the parameter. */
export interface RequestOverride {
  readonly path: Record<string, unknown>;
  readonly header: Record<string, unknown>;
  readonly querystring: Record<string, unknown>;
}

/** What a response template writes to `$context.responseOverride`. */
export interface ResponseOverride {
  readonly header: Record<string, unknown>;
  /** As the template set it; only 100 to 599 should count. */
  readonly status?: unknown;
}

/** Observed order of `$context.keySet()`; members that AWS does not list come behind. */
const order: ReadonlyMap<string, number> = new Map(
  [
    'resourceId',
    'resourcePath',
    'httpMethod',
    'extendedRequestId',
    'requestTime',
    'path',
    'accountId',
    'protocol',
    'requestOverride',
    'stage',
    'domainPrefix',
    'requestTimeEpoch',
    'requestId',
    'identity',
    'domainName',
    'deploymentId',
    'responseOverride',
    'apiId',
  ].map((name, rank) => [name, rank]),
);

/** A map of the gateway's own: its members are read as those of any map, but `get` hides the text of maps. */
abstract class GatewayMap extends JavaObject {
  override readonly className: string = 'java.util.LinkedHashMap';
  readonly methods: MethodTable = gatewayMapMethods;

  /** The members, in their order. */
  abstract members(): JavaMap;
  abstract override member(name: unknown): unknown;
  abstract put(rendering: Rendering, name: unknown, value: unknown): unknown;
  abstract remove(rendering: Rendering, name: unknown): unknown;

  override text(rendering: Rendering): string | null {
    return textOf(rendering, this.members());
  }

  override property(_: Rendering, name: string): unknown {
    return this.member(name);
  }

  override setProperty(rendering: Rendering, name: string, value: unknown): boolean {
    this.put(rendering, name, value);
    return true;
  }
}

const GATEWAY_MAP: Parameter<GatewayMap> = {
  accepts: (value) => value instanceof GatewayMap,
  read: (value) => {
    if (!(value instanceof GatewayMap)) throw new TypeError('not a map of the gateway');
    return value;
  },
};

const quiet = (value: unknown): unknown =>
  isMap(value) ? new QuietMap(value) : value instanceof GatewayMap ? new Quiet(value) : value;

const gatewayMapMethods: MethodTable = tableOf([
  method(GATEWAY_MAP, 'get', [OBJECT], (_, self, name) => quiet(self.member(name))),
  method(GATEWAY_MAP, 'getOrDefault', [OBJECT, OBJECT], (_, self, name, other) => quiet(self.member(name) ?? other)),
  method(GATEWAY_MAP, 'put', [OBJECT, OBJECT], (rendering, self, name, value) => self.put(rendering, name, value)),
  method(GATEWAY_MAP, 'remove', [OBJECT], (rendering, self, name) => self.remove(rendering, name)),
  method(GATEWAY_MAP, 'containsKey', [OBJECT], (_, self, name) => mapHas(self.members(), name)),
  method(GATEWAY_MAP, 'size', [], (_, self) => mapKeys(self.members()).length),
  method(GATEWAY_MAP, 'isEmpty', [], (_, self) => mapKeys(self.members()).length === 0),
  method(GATEWAY_MAP, 'keySet', [], (_, self) => new KeySet(self.members())),
  method(GATEWAY_MAP, 'values', [], (_, self) => new MapValues(self.members())),
  method(GATEWAY_MAP, 'entrySet', [], (_, self) => new EntrySet(self.members())),
  method(
    GATEWAY_MAP,
    'putAll',
    [{ accepts: isMap, read: (value) => (isMap(value) ? value : {}) }],
    (rendering, self, entries) => {
      for (const key of mapKeys(entries)) self.put(rendering, key, mapGet(entries, key));
      return nothing;
    },
  ),
]);

/** A map that prints nothing. */
class QuietMap extends GatewayMap {
  readonly #map: JavaMap;

  constructor(map: JavaMap) {
    super();
    this.#map = map;
  }

  members(): JavaMap {
    return this.#map;
  }

  override member(name: unknown): unknown {
    return mapGet(this.#map, name);
  }

  put(rendering: Rendering, name: unknown, value: unknown): unknown {
    return mapPut(rendering, this.#map, name, value);
  }

  remove(rendering: Rendering, name: unknown): unknown {
    return mapRemove(rendering, this.#map, name);
  }

  override text(): string {
    return '';
  }
}

/** Another map of the gateway, without its text. */
class Quiet extends GatewayMap {
  readonly #inner: GatewayMap;

  constructor(inner: GatewayMap) {
    super();
    this.#inner = inner;
  }

  members(): JavaMap {
    return this.#inner.members();
  }

  override member(name: unknown): unknown {
    return this.#inner.member(name);
  }

  put(rendering: Rendering, name: unknown, value: unknown): unknown {
    return this.#inner.put(rendering, name, value);
  }

  remove(rendering: Rendering, name: unknown): unknown {
    return this.#inner.remove(rendering, name);
  }

  override text(): string {
    return '';
  }
}

/** One of the two overrides: what templates write is kept here, never in the caller's objects. */
class Override extends GatewayMap {
  readonly #members: JavaMap;

  constructor(members: JavaMap) {
    super();
    this.#members = members;
  }

  members(): JavaMap {
    return this.#members;
  }

  override member(name: unknown): unknown {
    return mapGet(this.#members, name);
  }

  put(rendering: Rendering, name: unknown, value: unknown): unknown {
    return mapPut(rendering, this.#members, name, value);
  }

  remove(rendering: Rendering, name: unknown): unknown {
    return mapRemove(rendering, this.#members, name);
  }
}

export class ContextVariable extends GatewayMap {
  readonly #data: Readonly<Record<string, unknown>>;
  #request: Override | undefined;
  #response: Override | undefined;
  /** What templates put beside the data. */
  #added: JavaMap | undefined;

  /** @param data the members; `requestOverride` among them is what the request template wrote */
  constructor(data: Readonly<Record<string, unknown>>) {
    super();
    this.#data = data;
  }

  override member(name: unknown): unknown {
    if (name === 'requestOverride') return this.#requestOverride();
    if (name === 'responseOverride') return this.#responseOverride();
    if (this.#added !== undefined && mapHas(this.#added, name)) return mapGet(this.#added, name);
    return typeof name === 'string' && Object.hasOwn(this.#data, name) ? (this.#data[name] ?? null) : null;
  }

  members(): JavaMap {
    const names = new Set([
      ...Object.keys(this.#data),
      'requestOverride',
      'responseOverride',
      ...Object.keys(this.#added ?? {}),
    ]);
    const ordered = [...names].sort((a, b) => (order.get(a) ?? order.size) - (order.get(b) ?? order.size));
    const out: JavaMap = {};
    for (const name of ordered) {
      Object.defineProperty(out, name, {
        value: this.member(name),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return out;
  }

  put(rendering: Rendering, name: unknown, value: unknown): unknown {
    if (isMap(value) && name === 'requestOverride') this.#request = new Override(value);
    else if (isMap(value) && name === 'responseOverride') this.#response = new Override(value);
    else {
      const before = this.member(name);
      this.#added ??= {};
      mapPut(rendering, this.#added, name, value);
      return before;
    }
    return null;
  }

  remove(rendering: Rendering, name: unknown): unknown {
    return this.#added === undefined ? null : mapRemove(rendering, this.#added, name);
  }

  #requestOverride(): Override {
    this.#request ??= new Override({ path: {}, header: {}, querystring: {}, ...copied(this.#data.requestOverride) });
    return this.#request;
  }

  #responseOverride(): Override {
    this.#response ??= new Override({ header: {}, ...copied(this.#data.responseOverride) });
    return this.#response;
  }

  /** What was written, as plain data. */
  requestOverride(rendering: Rendering): RequestOverride {
    if (this.#request === undefined && !Object.hasOwn(this.#data, 'requestOverride'))
      return { path: {}, header: {}, querystring: {} };
    const written = this.#request?.members() ?? copied(this.#data.requestOverride);
    return {
      path: parameters(rendering, written.path),
      header: parameters(rendering, written.header),
      querystring: parameters(rendering, written.querystring),
    };
  }

  responseOverride(rendering: Rendering): ResponseOverride {
    if (this.#response === undefined && !Object.hasOwn(this.#data, 'responseOverride')) return { header: {} };
    const written = this.#response?.members() ?? copied(this.#data.responseOverride);
    const header = parameters(rendering, written.header);
    const status = Object.hasOwn(written, 'status') ? written.status : undefined;
    if (status === undefined || status === null) return { header };
    return { header, status: isNumeric(status) ? toDouble(status) : plain(rendering, status) };
  }
}

/** Two levels deep: the maps that templates write into. */
function copied(value: unknown): JavaMap {
  if (!isMap(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, isMap(member) ? { ...member } : member]),
  );
}

function parameters(rendering: Rendering, value: unknown): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  if (!isMap(value)) return out;
  for (const key of mapKeys(value)) {
    Object.defineProperty(out, textOf(rendering, key), {
      value: plain(rendering, mapGet(value, key)),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return out;
}

/** Texts, booleans, numbers that JavaScript writes as Java does, lists of them; the text of everything else. */
function plain(rendering: Rendering, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (isNumeric(value)) return String(value) === numberText(value) ? Number(value) : numberText(value);
  return isList(value) ? Array.from(value, (item) => plain(rendering, item)) : textOf(rendering, value);
}
