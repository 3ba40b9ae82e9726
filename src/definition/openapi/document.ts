/**
 * Reads the bytes of an OpenAPI document: JSON or YAML 1.2 (core schema, merge keys, aliases), of OpenAPI 2.0, 3.0 or
 * 3.1. Decides only what can be read and how much of it; what the document means is decided by `import.ts`.
 *
 * Bounds: 6 MB (as AWS), 100 levels, 1,000,000 values with every alias counted as often as it is used. Aliases are
 * resolved here, not by the library, whose search for an anchor takes time with the square of the document.
 */
import { isAlias, isMap, isScalar, isSeq, type ParsedNode, parseDocument } from 'yaml';
import { ServiceError } from '../errors.ts';
import { parsedJson } from '../json.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}
export type OpenApiVersion = '2.0' | '3.0' | '3.1';

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** Own members only: a document may call its members `constructor`. */
export const memberOf = (value: Json | undefined, name: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

/** The objects that an object has as its members. */
export const objectsIn = (value: Json | undefined): JsonObject[] =>
  isObject(value) ? Object.values(value).filter(isObject) : [];

/** What a stored JSON text holds; undefined when it is no JSON or nested too deeply. */
export function jsonIn(text: string): Json | undefined {
  if (parsedJson(text) === undefined) return undefined;
  const value: Json = JSON.parse(text);
  return value;
}

export class OpenApiDocument {
  readonly version: OpenApiVersion;
  readonly root: JsonObject;
  /** What reading noticed and passed over, e.g. a key that stands twice. */
  readonly warnings: readonly string[];

  constructor(version: OpenApiVersion, root: JsonObject, warnings: readonly string[] = []) {
    this.version = version;
    this.root = root;
    this.warnings = warnings;
  }

  /** The document as it can be sent on. */
  toJSON(): JsonObject {
    return this.root;
  }
}

const bytesMax = 6 * 1024 * 1024;
const depthMax = 100;
const valuesMax = 1_000_000;

/** AWS's answers to input that it cannot read, by operation. */
export const unreadable = {
  api: 'Invalid OpenAPI input.',
  documentation: 'Unable to build importer with provided input.',
} as const;

/**
 * @param refusal what AWS answers when the text is neither JSON nor YAML. That answer is kept as it is; the place of
 * the fault goes with it as the member `detail` of the error.
 * @throws BadRequestException
 */
export function readDocument(source: Uint8Array | string, refusal: string = unreadable.api): OpenApiDocument {
  const refuse = (detail: string): never => {
    throw new ServiceError('BadRequestException', 400, refusal, { detail });
  };
  /** Where AWS is not known to say more, we do. */
  const explain = (detail: string): never => {
    throw new ServiceError('BadRequestException', 400, `${refusal} ${detail}`);
  };
  const size = typeof source === 'string' ? Buffer.byteLength(source) : source.byteLength;
  if (size > bytesMax) explain(`The document has ${size} bytes; at most ${bytesMax} are read.`);
  let text: string;
  try {
    text = typeof source === 'string' ? source : new TextDecoder('utf-8', { fatal: true }).decode(source);
  } catch {
    return refuse('The document is not UTF-8 text.');
  }
  const { root, warnings } =
    (startsLikeJson(text) ? parsedJsonText(text, explain) : undefined) ?? parsedYamlText(text, refuse, explain);
  if (!isObject(root)) return explain('The document is not an object.');
  return new OpenApiDocument(versionOf(root, explain), root, warnings);
}

interface Parsed {
  readonly root: Json;
  readonly warnings: readonly string[];
}
type Refuse = (detail: string) => never;

const startsLikeJson = (text: string): boolean => /^\s*[{[]/.test(text.slice(0, 4096));

function versionOf(root: JsonObject, explain: Refuse): OpenApiVersion {
  const swagger = versionText(memberOf(root, 'swagger'));
  if (swagger !== undefined)
    return swagger === '2.0' ? '2.0' : explain(`Version '${swagger}' of swagger is not supported, only 2.0 is.`);
  const openapi = versionText(memberOf(root, 'openapi'));
  if (openapi === undefined) return explain("The document has neither 'swagger' nor 'openapi'.");
  const [version] = /^3\.[01](?=\.|$)/.exec(openapi) ?? [];
  if (version === '3.0' || version === '3.1') return version;
  return explain(`Version '${openapi}' of openapi is not supported, only 3.0 and 3.1 are.`);
}

/** `2.0` that was written without quotes is the number 2. */
const versionText = (value: Json | undefined): string | undefined => {
  if (typeof value === 'number') return Number.isInteger(value) ? `${value}.0` : String(value);
  return typeof value === 'string' ? value.trim().slice(0, 64) : undefined;
};

/** @returns undefined when it is no JSON; it may still be YAML */
function parsedJsonText(text: string, explain: Refuse): Parsed | undefined {
  let root: Json;
  try {
    root = JSON.parse(text);
  } catch {
    return undefined;
  }
  checkBounds(root, explain);
  const info = memberOf(root, 'info');
  if (isObject(root) && isObject(info) && typeof memberOf(info, 'version') === 'number')
    root = { ...root, info: { ...info, version: versionAsWritten(text) ?? String(info.version) } };
  return { root, warnings: [] };
}

/** `"version": 1.0` is "1.0" for AWS, and 1 for JavaScript. */
function versionAsWritten(text: string): string | undefined {
  const written = new Map<object, string>();
  const root: Json = JSON.parse(text, function (this: object, name, value, context?: { readonly source?: string }) {
    if (name === 'version' && typeof value === 'number' && context?.source !== undefined)
      written.set(this, context.source);
    return value;
  });
  const info = memberOf(root, 'info');
  return isObject(info) ? written.get(info) : undefined;
}

function checkBounds(root: Json, explain: Refuse): void {
  let values = 0;
  let level: Json[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > depthMax) explain(tooDeep);
    const next: Json[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      for (const inner of Object.values(value)) next.push(inner);
    }
    values += next.length;
    if (values > valuesMax) explain(tooMany);
    level = next;
  }
}

const tooDeep = `The document is nested deeper than ${depthMax} levels.`;
const tooMany = `The document has more than ${valuesMax} values.`;

function parsedYamlText(text: string, refuse: Refuse, explain: Refuse): Parsed {
  const document = parseDocument(text, {
    schema: 'core',
    version: '1.2',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const at = placesIn(text);
  const [fault] = document.errors;
  if (fault?.code === 'RESOURCE_EXHAUSTION') explain(tooDeep);
  if (fault !== undefined) refuse(`${at(fault.pos[0])}: ${fault.message}`);
  const warnings = document.warnings.slice(0, 100).map(({ message, pos }) => `${message} at ${at(pos[0])}. Ignoring.`);
  return { root: new YamlReader(at, explain, warnings).read(document.contents), warnings };
}

/** Where an offset stands, as people count; the lines are found when the first one asks. */
function placesIn(text: string): (offset: number) => string {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return `line ${low + 1}, column ${offset - (starts[low] ?? 0) + 1}`;
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}

/** Turns the tree of the YAML library into values. */
class YamlReader {
  readonly #at: (offset: number) => string;
  readonly #explain: Refuse;
  readonly #warnings: string[];
  readonly #anchors = new Map<string, ParsedNode>();
  readonly #open = new Set<ParsedNode>();
  #values = 0;

  constructor(at: (offset: number) => string, explain: Refuse, warnings: string[]) {
    this.#at = at;
    this.#explain = explain;
    this.#warnings = warnings;
  }

  read(node: ParsedNode | null): Json {
    const root = this.#value(node, 0);
    const info = isMap(node) ? node.get('info', true) : undefined;
    const version = isMap(info) ? info.get('version', true) : undefined;
    if (!isObject(root) || !isScalar(version) || typeof version.value !== 'number') return root;
    const members = memberOf(root, 'info');
    return isObject(members)
      ? { ...root, info: { ...members, version: version.source ?? String(version.value) } }
      : root;
  }

  #value(node: ParsedNode | null, depth: number): Json {
    if (depth > depthMax) this.#explain(tooDeep);
    this.#values += 1;
    if (this.#values > valuesMax) this.#explain(tooMany);
    if (node === null) return null;
    if (isAlias(node)) return this.#alias(node.source, node.range[0], depth);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return scalar(node.value, node.source);
    this.#open.add(node);
    const value = isSeq(node) ? node.items.map((item) => this.#value(item, depth + 1)) : this.#map(node.items, depth);
    this.#open.delete(node);
    return value;
  }

  #alias(name: string, offset: number, depth: number): Json {
    const target = this.#anchors.get(name);
    if (target === undefined) return this.#explain(`There is no anchor '${name}' before ${this.#at(offset)}.`);
    if (this.#open.has(target)) return this.#explain(`Alias '${name}' at ${this.#at(offset)} contains itself.`);
    return this.#value(target, depth);
  }

  #map(pairs: readonly { readonly key: ParsedNode; readonly value: ParsedNode | null }[], depth: number): JsonObject {
    const members = new Map<string, Json>();
    const merged = new Map<string, Json>();
    for (const { key, value } of pairs) {
      const name = this.#name(key);
      if (name === '<<') {
        this.#merge(this.#value(value, depth + 1), merged, key.range[0]);
        continue;
      }
      if (members.has(name) && this.#warnings.length < 100)
        this.#warnings.push(`Key '${name}' stands twice, again at ${this.#at(key.range[0])}. The last one counts.`);
      members.set(name, this.#value(value, depth + 1));
    }
    if (merged.size === 0) return Object.fromEntries(members);
    for (const [name, value] of members) merged.set(name, value);
    return Object.fromEntries(merged);
  }

  #name(key: ParsedNode): string {
    const node = isAlias(key) ? this.#anchors.get(key.source) : key;
    if (!isScalar(node)) return this.#explain(`The key at ${this.#at(key.range[0])} is not a text.`);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
  }

  #merge(value: Json, into: Map<string, Json>, offset: number): void {
    for (const source of isList(value) ? value : [value]) {
      if (!isObject(source)) this.#explain(`The merge key at ${this.#at(offset)} has no map to merge.`);
      else for (const [name, inner] of Object.entries(source)) if (!into.has(name)) into.set(name, inner);
    }
  }
}

function scalar(value: unknown, source: string): Json {
  if (typeof value === 'number') return Number.isFinite(value) ? value : source;
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  return source;
}
