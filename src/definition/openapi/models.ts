/**
 * The models that a document brings: one for each of its named schemas, and one for each schema that stands inline in a
 * request or a response. Observed: an inline list of a model `Pet` becomes `ArrayOfPet`, any other inline object or list
 * `MODEL` with six digits of a hash; inline texts, numbers and compositions are warned about and left out.
 */
import { createHash } from 'node:crypto';
import { entryOf, hasEntry } from '../entries.ts';
import { createModel } from '../models.ts';
import type { Model, RestApi } from '../rest-api.ts';
import { isList, isObject, type Json, memberOf, type OpenApiVersion } from './document.ts';
import type { Findings } from './findings.ts';
import type { Place } from './place.ts';
import { modelSchemaOf, schemaNameIn } from './schemas.ts';

const modelName = /^[a-zA-Z0-9]+$/;

export interface ModelsContext {
  readonly version: OpenApiVersion;
  readonly findings: Findings;
  /** The API as it is; the ids of namesakes are kept. */
  readonly api: RestApi;
  /** Whether its models that are not in the document stay. */
  readonly merge: boolean;
  readonly newId: () => string;
}

export class Models {
  readonly #context: ModelsContext;
  readonly #models: Map<string, Model>;
  readonly #declared = new Set<string>();
  /** Inline schemas by what they say, so that the same one is one model. */
  readonly #inline = new Map<string, string>();
  #all: Readonly<Record<string, Model>> | undefined;

  /** @param named `definitions` or `components.schemas` */
  constructor(named: Place, context: ModelsContext) {
    this.#context = context;
    this.#models = new Map(context.merge ? Object.entries(context.api.models) : []);
    const schemas = named.members();
    for (const [name] of schemas) if (modelName.test(name)) this.#declared.add(name);
    for (const [name, place] of schemas) this.#add(name, place, `Unable to create model for '${name}'`);
  }

  /** By name, so far. */
  all(): Readonly<Record<string, Model>> {
    this.#all ??= Object.fromEntries(this.#models);
    return this.#all;
  }

  /**
   * The name of the model that a body's schema means.
   * @param unsupported says that a schema of that kind is left out
   */
  nameFor(schema: Place, unsupported: (kind: string) => void): string | undefined {
    const ref = memberOf(schema.value, '$ref');
    if (typeof ref === 'string') return this.#referred(ref, schema, unsupported);
    if (schema.value === undefined || schema.value === null) return undefined;
    const kind = inlineKind(schema.value);
    if (kind === undefined) return this.#addInline(schema);
    unsupported(kind);
    return undefined;
  }

  #referred(ref: string, schema: Place, unsupported: (kind: string) => void): string | undefined {
    const name = schemaNameIn(ref) ?? (modelName.test(ref) ? ref : undefined);
    if (name !== undefined) {
      if (this.#models.has(name)) return name;
      this.#context.findings.warn(`Reference to model '${name}' not found. Ignoring.`);
      return undefined;
    }
    const target = schema.resolved();
    return target === undefined || target === schema ? undefined : this.nameFor(target, unsupported);
  }

  #addInline(place: Place): string | undefined {
    const text = JSON.stringify(place.value);
    const known = this.#inline.get(text);
    if (known !== undefined) return known;
    const name = this.#inlineName(place.value ?? null, text);
    const added = this.#add(name, place, `Unable to create model for '${name}'`);
    if (added) this.#inline.set(text, name);
    return added ? name : undefined;
  }

  #inlineName(schema: Json, text: string): string {
    const items = memberOf(schema, 'items');
    const ref = memberOf(items, '$ref');
    const item = typeof ref === 'string' ? schemaNameIn(ref) : undefined;
    const plain = isObject(schema) && Object.keys(schema).every((name) => plainListMembers.has(name));
    const listName = `ArrayOf${item}`;
    if (item !== undefined && plain && this.#models.has(item) && !this.#declared.has(listName)) return listName;
    const hash = createHash('sha256').update(text).digest('hex');
    for (let digits = 6; digits < hash.length; digits++) {
      const name = `MODEL${hash.slice(0, digits)}`;
      if (!this.#declared.has(name)) return name;
    }
    return `MODEL${hash}`;
  }

  #add(name: string, place: Place, unable: string): boolean {
    const { version, findings, api, merge, newId } = this.#context;
    const { schema, dropped, faults } = modelSchemaOf(
      place.value ?? null,
      {
        version,
        restApiId: api.id,
        hasModel: (other) => this.#declared.has(other) || (merge && hasEntry(api.models, other)),
      },
      place.location,
    );
    for (const fault of faults)
      findings.error(`${unable}: Invalid model specified: Validation Result: warnings : [], errors : [${fault}]`);
    if (faults.length > 0) return false;
    if (dropped.length > 0)
      findings.note(`Unsupported keyword(s): ${JSON.stringify(dropped)} in model '${name}'. Ignoring.`);
    const description = memberOf(schema, 'description');
    const made = findings.attempt(unable, () =>
      createModel(
        { ...api, models: {} },
        {
          name,
          description: typeof description === 'string' ? description : undefined,
          contentType: 'application/json',
          schema: JSON.stringify(schema),
        },
        entryOf(api.models, name)?.id ?? newId(),
      ),
    );
    const model = made?.models[name];
    if (model === undefined) return false;
    this.#models.set(name, model);
    this.#all = undefined;
    return true;
  }
}

const plainListMembers = new Set(['type', 'items', 'description', 'title']);

/** AWS's names for kinds of schemas, by type and format. */
const kinds: Readonly<Record<string, string>> = {
  'string/date': 'DateSchema',
  'string/date-time': 'DateTimeSchema',
  'string/binary': 'BinarySchema',
  'string/byte': 'ByteArraySchema',
  'string/email': 'EmailSchema',
  'string/password': 'PasswordSchema',
  'string/uuid': 'UUIDSchema',
  string: 'StringSchema',
  integer: 'IntegerSchema',
  number: 'NumberSchema',
  boolean: 'BooleanSchema',
  file: 'FileSchema',
};

/** The kind of an inline schema that no model is made of; undefined for objects and lists. */
function inlineKind(schema: Json): string | undefined {
  if (['allOf', 'anyOf', 'oneOf'].some((name) => memberOf(schema, name) !== undefined)) return 'ComposedSchema';
  const type = memberOf(schema, 'type');
  const first = isList(type) ? type.find((each) => each !== 'null') : type;
  if (first === 'object' || first === 'array') return undefined;
  if (first === undefined && ['properties', 'items'].some((name) => memberOf(schema, name) !== undefined))
    return undefined;
  return entryOf(kinds, `${first}/${memberOf(schema, 'format')}`) ?? entryOf(kinds, String(first)) ?? 'Schema';
}
