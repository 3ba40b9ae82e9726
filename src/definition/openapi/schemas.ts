/**
 * The schemas of OpenAPI documents and the schemas of models, JSON Schema draft 4, into each other. References between
 * schemas of a document become references between models of an API, and back. What draft 4 can say in its own words is
 * said in them (`nullable`, `const`, numeric bounds of 3.1 …); keywords it has no words for are dropped and named.
 *
 * Observed (recorded imports): schemas of OpenAPI 2.0 keep the order of their members; those of 3.x come back in a fixed
 * order with `required` sorted.
 */
import { parsedJson } from '../json.ts';
import { isList, isObject, type Json, type JsonObject, jsonIn, memberOf, type OpenApiVersion } from './document.ts';
import { localNames } from './place.ts';

/**
 * A schema of draft 4 that OpenAPI cannot write stands beside the part of it that can be; as a text, because tools look
 * for references in anything else.
 */
export const wholeSchemaExtension = 'x-gatewright-json-schema';

const modelHost = 'https://apigateway.amazonaws.com/restapis/';
export const modelUrl = (restApiId: string, name: string): string => `${modelHost}${restApiId}/models/${name}`;

/** The name in a model's URL, of whatever API. */
export const modelInUrl = (ref: string): string | undefined =>
  /^https:\/\/apigateway\.amazonaws\.com\/restapis\/[^/]+\/models\/([a-zA-Z0-9]+)$/.exec(ref)?.[1];

/** The schema that a reference of the document names: `#/definitions/Pet`, `#/components/schemas/Pet`. */
export function schemaNameIn(ref: string): string | undefined {
  const names = localNames(ref) ?? [];
  if (names.length === 2 && names[0] === 'definitions') return names[1];
  if (names.length === 3 && names[0] === 'components' && names[1] === 'schemas') return names[2];
  return modelInUrl(ref);
}

const schemaTypes = new Set(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']);

/** The keywords of draft 4, in the order in which AWS writes them. What each holds decides how it is copied. */
const keywords = {
  $schema: 'plain',
  id: 'plain',
  title: 'plain',
  multipleOf: 'plain',
  maximum: 'plain',
  exclusiveMaximum: 'plain',
  minimum: 'plain',
  exclusiveMinimum: 'plain',
  maxLength: 'plain',
  minLength: 'plain',
  pattern: 'plain',
  maxItems: 'plain',
  minItems: 'plain',
  uniqueItems: 'plain',
  maxProperties: 'plain',
  minProperties: 'plain',
  required: 'names',
  type: 'type',
  not: 'schema',
  properties: 'schemas',
  patternProperties: 'schemas',
  additionalProperties: 'schemaOrFlag',
  description: 'plain',
  format: 'plain',
  enum: 'values',
  default: 'plain',
  items: 'schemaOrList',
  additionalItems: 'schemaOrFlag',
  allOf: 'list',
  anyOf: 'list',
  oneOf: 'list',
  dependencies: 'dependencies',
  definitions: 'schemas',
} as const;
type Keyword = keyof typeof keywords;
const isKeyword = (name: string): name is Keyword => Object.hasOwn(keywords, name);
const canonicalOrder = Object.keys(keywords);

/** Keywords of JSON Schema 2020-12 that draft 4 has another word for, handled in `inDraftFour`. */
const translated = new Set([
  'nullable',
  'const',
  '$defs',
  'prefixItems',
  'dependentRequired',
  'dependentSchemas',
  wholeSchemaExtension,
]);

/** Beside a reference these say nothing about what is valid. */
const annotations = new Set(['title', 'description', 'default', 'deprecated', 'example', 'examples', '$comment']);

export interface SchemaSource {
  readonly version: OpenApiVersion;
  readonly restApiId: string;
  /** Whether a model of that name will exist. */
  readonly hasModel: (name: string) => boolean;
}

export interface ModelSchema {
  readonly schema: Json;
  /** Keywords that were left out. */
  readonly dropped: readonly string[];
  /** AWS's words for what makes it no schema, with the place where known. */
  readonly faults: readonly string[];
}

/** @param location of the schema, in AWS's notation */
export function modelSchemaOf(schema: Json, source: SchemaSource, location: string): ModelSchema {
  const reader = new SchemaReader(source);
  const converted = reader.read(schema, location);
  if (reader.faults.length === 0 && parsedJson(JSON.stringify(converted)) === undefined)
    reader.faults.push(`Invalid model schema specified: nested too deeply at ${location}`);
  return { schema: converted, dropped: [...reader.dropped].sort(), faults: reader.faults };
}

class SchemaReader {
  readonly dropped = new Set<string>();
  readonly faults: string[] = [];
  readonly #source: SchemaSource;

  constructor(source: SchemaSource) {
    this.#source = source;
  }

  read(schema: Json, location: string): Json {
    if (typeof schema === 'boolean') return schema ? {} : { not: {} };
    if (!isObject(schema)) return this.#fault(`Invalid model schema specified at ${location}`);
    const whole = memberOf(schema, wholeSchemaExtension);
    const stored = typeof whole === 'string' ? jsonIn(whole) : undefined;
    if (isObject(stored)) return rewritten(stored, (ref) => this.#ownUrl(ref) ?? ref);
    const ref = memberOf(schema, '$ref');
    if (typeof ref === 'string') return this.#reference(ref, schema, location);
    return this.#ordered(this.#members(schema, location));
  }

  #reference(ref: string, schema: JsonObject, location: string): Json {
    const url = this.#ownUrl(ref);
    if (url === undefined) {
      const name = schemaNameIn(ref);
      return this.#fault(
        name === undefined
          ? `Model reference must be in canonical form: '${ref.slice(0, 256)}' at ${location}`
          : `Invalid model reference specified: '${ref.slice(0, 256)}' at ${location}`,
      );
    }
    const reference = { $ref: url };
    const beside = Object.entries(schema).filter(([name]) => name !== '$ref' && !annotations.has(name));
    // Only from 3.1 on do members beside a reference count.
    if (this.#source.version !== '3.1' || beside.every(([name]) => name.startsWith('x-'))) return reference;
    return { allOf: [reference, this.#ordered(this.#members(Object.fromEntries(beside), location))] };
  }

  #ownUrl(ref: string): string | undefined {
    const name = schemaNameIn(ref) ?? (/^[a-zA-Z0-9]+$/.test(ref) ? ref : undefined);
    return name !== undefined && this.#source.hasModel(name) ? modelUrl(this.#source.restApiId, name) : undefined;
  }

  #members(schema: JsonObject, location: string): Map<string, Json> {
    const members = new Map<string, Json>();
    for (const [name, value] of Object.entries(schema)) {
      const at = `${location}.${name}`;
      if (isKeyword(name)) {
        const copied = this.#copied(name, value, at);
        if (copied !== undefined) members.set(name, copied);
      } else if (!translated.has(name) && !name.startsWith('x-')) this.dropped.add(name);
    }
    this.#translate(schema, members, location);
    return members;
  }

  #copied(name: Keyword, value: Json, at: string): Json | undefined {
    switch (keywords[name]) {
      case 'plain':
        return value;
      case 'type':
        return this.#type(value, at);
      case 'schema':
        return this.read(value, at);
      case 'schemaOrFlag':
        return typeof value === 'boolean' ? value : this.read(value, at);
      case 'list':
        return this.#schemaList(value, at);
      case 'schemaOrList':
        return isList(value) ? this.#schemaList(value, at) : this.read(value, at);
      case 'schemas':
        return this.#schemaMap(value, at);
      case 'dependencies':
        return this.#dependencies(value, at);
      case 'names':
        return this.#nonEmpty(name, value, (each) => typeof each === 'string');
      case 'values':
        return this.#nonEmpty(name, value, () => true);
    }
  }

  /** Draft 4 has no empty lists here; the `required: true` of older drafts is not one either. */
  #nonEmpty(name: Keyword, value: Json, is: (each: Json) => boolean): Json | undefined {
    const list = isList(value) && value.every(is) ? value : undefined;
    if (list === undefined) this.dropped.add(name);
    if (list === undefined || list.length === 0) return undefined;
    const unique = [...new Map(list.map((each) => [JSON.stringify(each), each])).values()];
    return name === 'required' && this.#source.version !== '2.0' ? unique.sort(byText) : unique;
  }

  #type(value: Json, at: string): Json {
    const types = isList(value) ? value : [value];
    if (types.length === 0 || !types.every((type) => typeof type === 'string' && schemaTypes.has(type)))
      return this.#fault(`Invalid model schema specified: type ${JSON.stringify(value).slice(0, 64)} at ${at}`);
    return isList(value) && value.length === 1 ? (value[0] ?? value) : value;
  }

  #schemaList(value: Json, at: string): Json {
    if (!isList(value) || value.length === 0) return this.#fault(`Invalid model schema specified at ${at}`);
    return value.map((each, index) => this.read(each, `${at}[${index}]`));
  }

  #schemaMap(value: Json, at: string): Json {
    if (!isObject(value)) return this.#fault(`Invalid model schema specified at ${at}`);
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.read(each, `${at}.${name}`)]));
  }

  #dependencies(value: Json, at: string): Json {
    if (!isObject(value)) return this.#fault(`Invalid model schema specified at ${at}`);
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, isList(each) ? each : this.read(each, `${at}.${name}`)]),
    );
  }

  #translate(schema: JsonObject, members: Map<string, Json>, location: string): void {
    const { version } = this.#source;
    this.#bound('Minimum', 'minimum', members);
    this.#bound('Maximum', 'maximum', members);
    if (memberOf(schema, 'nullable') === true && version === '3.0') makeNullable(members);
    else if (schema.nullable !== undefined && Object.hasOwn(schema, 'nullable') && version !== '3.0')
      this.dropped.add('nullable');
    if (version !== '3.1') {
      for (const name of ['const', '$defs', 'prefixItems', 'dependentRequired', 'dependentSchemas'])
        if (Object.hasOwn(schema, name)) this.dropped.add(name);
      return;
    }
    const constant = memberOf(schema, 'const');
    if (constant !== undefined) members.set('enum', [constant]);
    const definitions = memberOf(schema, '$defs');
    if (definitions !== undefined) members.set('definitions', this.#schemaMap(definitions, `${location}.$defs`));
    const tuple = memberOf(schema, 'prefixItems');
    if (tuple !== undefined) {
      const rest = memberOf(schema, 'items');
      if (rest !== undefined)
        members.set('additionalItems', typeof rest === 'boolean' ? rest : this.read(rest, `${location}.items`));
      members.set('items', this.#schemaList(tuple, `${location}.prefixItems`));
    }
    const dependencies = ['dependentRequired', 'dependentSchemas']
      .map((name) => memberOf(schema, name))
      .filter(isObject)
      .map((each) => this.#dependencies(each, location))
      .filter(isObject);
    if (dependencies.length > 0)
      members.set('dependencies', Object.fromEntries(dependencies.flatMap((each) => Object.entries(each))));
  }

  /** `exclusiveMinimum` is a flag beside `minimum` in draft 4, and a number of its own in 2020-12. */
  #bound(side: 'Minimum' | 'Maximum', plain: 'minimum' | 'maximum', members: Map<string, Json>): void {
    const name = `exclusive${side}`;
    const exclusive = members.get(name);
    const inclusive = members.get(plain);
    if (exclusive === undefined) return;
    if (typeof exclusive === 'number') {
      const tighter =
        typeof inclusive !== 'number' || (side === 'Minimum' ? exclusive >= inclusive : exclusive <= inclusive);
      members.delete(name);
      if (!tighter) return;
      members.set(plain, exclusive);
      members.set(name, true);
    } else if (typeof exclusive !== 'boolean' || inclusive === undefined) {
      members.delete(name);
      this.dropped.add(name);
    }
  }

  #ordered(members: Map<string, Json>): JsonObject {
    if (this.#source.version === '2.0') return Object.fromEntries(members);
    return Object.fromEntries([...members].sort(([a], [b]) => canonicalOrder.indexOf(a) - canonicalOrder.indexOf(b)));
  }

  #fault(fault: string): Json {
    if (this.faults.length < 20) this.faults.push(fault);
    return {};
  }
}

const byText = (a: Json, b: Json): number => (String(a) < String(b) ? -1 : 1);

function makeNullable(members: Map<string, Json>): void {
  const type = members.get('type');
  if (typeof type !== 'string') return;
  if (type !== 'null') members.set('type', [type, 'null']);
  const values = members.get('enum');
  if (isList(values) && !values.includes(null)) members.set('enum', [...values, null]);
}

/** A copy whose references are replaced. */
export function rewritten(value: Json, reference: (ref: string) => string): Json {
  if (isList(value)) return value.map((each) => rewritten(each, reference));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      name === '$ref' && typeof each === 'string' ? reference(each) : rewritten(each, reference),
    ]),
  );
}

export type ExportType = 'oas30' | 'swagger';

export interface SchemaTarget {
  readonly type: ExportType;
  readonly hasModel: (name: string) => boolean;
  /** Whether extensions may stand in the document: then nothing of a schema is lost. */
  readonly extensions: boolean;
}

/** A reference to a model, as the document writes it. */
export const schemaRef = (type: ExportType, name: string): string =>
  type === 'oas30' ? `#/components/schemas/${name}` : `#/definitions/${name}`;

/** The schema of a model as OpenAPI writes it. */
export function openApiSchemaOf(schema: Json, target: SchemaTarget): Json {
  const writer = new SchemaWriter(target);
  const written = writer.write(schema);
  if (!writer.lossy || !target.extensions || !isObject(written)) return written;
  return { ...written, [wholeSchemaExtension]: JSON.stringify(schema) };
}

/** Keywords of draft 4 that the schemas of OpenAPI do not have. */
const unwritable = new Set<string>([
  '$schema',
  'id',
  'patternProperties',
  'additionalItems',
  'dependencies',
  'definitions',
]);
/** … nor those of 2.0. */
const unwritableIn2 = new Set<string>(['anyOf', 'oneOf', 'not']);

class SchemaWriter {
  lossy = false;
  readonly #target: SchemaTarget;

  constructor(target: SchemaTarget) {
    this.#target = target;
  }

  write(schema: Json): Json {
    if (!isObject(schema)) return {};
    const ref = memberOf(schema, '$ref');
    if (typeof ref === 'string') return this.#reference(ref);
    const members = new Map<string, Json>();
    for (const [name, value] of Object.entries(schema)) {
      if (name === '$schema') continue;
      if (!isKeyword(name) || unwritable.has(name) || (this.#target.type === 'swagger' && unwritableIn2.has(name))) {
        this.lossy = true;
        continue;
      }
      members.set(name, this.#written(name, value));
    }
    if (this.#target.type === 'oas30') this.#types(members);
    return Object.fromEntries(members);
  }

  #reference(ref: string): Json {
    const name = modelInUrl(ref);
    if (name !== undefined && this.#target.hasModel(name)) return { $ref: schemaRef(this.#target.type, name) };
    this.lossy = true;
    return {};
  }

  #written(name: Keyword, value: Json): Json {
    switch (keywords[name]) {
      case 'schema':
        return this.write(value);
      case 'schemaOrFlag':
        return typeof value === 'boolean' ? value : this.write(value);
      case 'list':
        return isList(value) ? value.map((each) => this.write(each)) : [];
      case 'schemas':
        return isObject(value)
          ? Object.fromEntries(Object.entries(value).map(([inner, each]) => [inner, this.write(each)]))
          : {};
      case 'schemaOrList':
        if (!isList(value)) return this.write(value);
        this.lossy = true;
        return {};
      default:
        return value;
    }
  }

  /** 3.0 knows one type, and `nullable`. */
  #types(members: Map<string, Json>): void {
    const type = members.get('type');
    const types = isList(type) ? type : [type];
    const others = types.filter((each) => each !== 'null');
    if (types.length === others.length && others.length < 2) return;
    const [only] = others;
    if (others.length === 1 && only !== undefined) {
      const values = members.get('enum');
      // Reading it back would add the null.
      if (isList(values) && !values.includes(null)) this.lossy = true;
      members.set('type', only);
    } else {
      this.lossy = true;
      members.delete('type');
    }
    if (types.length > others.length) members.set('nullable', true);
  }
}
