/**
 * Models: named JSON schemas (draft 4) of bodies. Source: API reference, CreateModel and GetModel; texts are recorded
 * answers. Validating bodies by them is `mapping/`'s.
 */
import { isDraft4 } from './draft-4.ts';
import { entryOf, hasEntry, present, withEntry, withoutEntry } from './entries.ts';
import { badRequest, conflict, notFound, type ServiceError } from './errors.ts';
import { isJsonObject, parsedJson } from './json.ts';
import { applyPatch, type PatchOperation, patchTable, refuseListing, set, text } from './patch.ts';
import { methodsOf } from './resources.ts';
import type { Model, RestApi, Strings } from './rest-api.ts';

export const invalidModelName = (name: string): ServiceError => notFound(`Invalid model name specified: ${name}`);

/** @throws NotFoundException */
export function modelOf(api: RestApi, name: string): Model {
  const model = entryOf(api.models, name);
  if (model === undefined) throw invalidModelName(name);
  return model;
}

/** The two models that CreateRestApi seeds. */
export function seededModels(newId: () => string): Record<string, Model> {
  const seeded = (name: string, members: string): [string, Model] => [
    name,
    {
      id: newId(),
      name,
      description: `This is a default ${name.toLowerCase()} schema model`,
      contentType: 'application/json',
      schema: `{\n  "$schema" : "http://json-schema.org/draft-04/schema#",\n  "title" : "${name} Schema",\n  "type" : "object"${members}\n}`,
    },
  ];
  return Object.fromEntries([
    seeded('Empty', ''),
    seeded('Error', ',\n  "properties" : {\n    "message" : {\n      "type" : "string"\n    }\n  }'),
  ]);
}

/** The models that a method names exist. @throws BadRequestException */
export function checkModels(api: RestApi, models: Strings | undefined): void {
  for (const name of Object.values(models ?? {}))
    if (!hasEntry(api.models, name)) throw badRequest(`Invalid model identifier specified: ${name}`);
}

export interface NewModel {
  readonly name: string;
  readonly description?: string | undefined;
  readonly schema?: string | undefined;
  readonly contentType: string;
}

/** @throws BadRequestException, ConflictException */
export function createModel(api: RestApi, input: NewModel, id: string): RestApi {
  if (input.name === '') throw badRequest('Model name must be non-empty');
  if (!/^[a-zA-Z0-9]+$/.test(input.name)) throw badRequest(`Model name must be alphanumeric: ${input.name}`);
  if (hasEntry(api.models, input.name)) throw conflict('Model name already exists for this REST API');
  if (input.contentType === '') throw badRequest('Model content type must be non-empty');
  checkSchema(input.schema, input.contentType);
  const model: Model = present({
    id,
    name: input.name,
    description: text(input.description),
    contentType: input.contentType,
    schema: input.schema,
  });
  return { ...api, models: withEntry(api.models, model.name, model) };
}

function checkSchema(schema: string | undefined, contentType: string): void {
  if (schema === undefined || schema.trim() === '')
    throw badRequest('Model schema must have at least 1 property or array items defined');
  if (!/[/+]json\s*(;|$)/i.test(contentType)) return;
  if (!isDraft4(parsedJson(schema)))
    throw badRequest(
      'Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema specified]',
    );
}

const table = patchTable<Model>(refuseListing, [
  { path: '/description', replace: set('description', text) },
  { path: '/schema', replace: set('schema', (value) => value) },
]);

/** @throws ServiceError */
export function updateModel(api: RestApi, name: string, operations: readonly PatchOperation[] | undefined): RestApi {
  const before = modelOf(api, name);
  const model = present(applyPatch(table, before, operations));
  if (model.schema !== before.schema) checkSchema(model.schema, model.contentType);
  return { ...api, models: withEntry(api.models, name, model) };
}

/** @throws NotFoundException, ConflictException while a method or another model needs it */
export function deleteModel(api: RestApi, name: string): RestApi {
  modelOf(api, name);
  const use = useOf(api, name);
  if (use !== undefined) throw conflict(`Cannot delete model '${name}', is referenced in ${use}`);
  return { ...api, models: withoutEntry(api.models, name) };
}

/** What names the model, the newest first, as AWS says it; the root's methods are written `//GET`. */
function useOf(api: RestApi, name: string): string | undefined {
  for (const { path, method } of methodsOf(api).toReversed()) {
    const place = `${path}/${method.httpMethod}`;
    if (Object.values(method.requestModels ?? {}).includes(name)) return `method request: ${place}`;
    for (const { responseModels } of Object.values(method.methodResponses))
      if (Object.values(responseModels ?? {}).includes(name)) return `method response: ${place}`;
  }
  const other = Object.values(api.models).find((each) => each.name !== name && referredTo(api, each).includes(name));
  return other && `model: ${other.name}`;
}

/** How models refer to each other. */
const modelUrl = (restApiId: string): string => `https://apigateway.amazonaws.com/restapis/${restApiId}/models/`;

/** Names of the models of the API that a model's schema refers to. */
function referredTo(api: RestApi, model: Model): readonly string[] {
  const prefix = modelUrl(api.id);
  const names = new Set<string>();
  collectReferences(parsedJson(model.schema ?? ''), prefix, names);
  return [...names].filter((name) => hasEntry(api.models, name));
}

function collectReferences(schema: unknown, prefix: string, names: Set<string>): void {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [name, value] of Object.entries(schema)) {
    if (name === '$ref' && typeof value === 'string' && value.startsWith(prefix)) names.add(value.slice(prefix.length));
    else collectReferences(value, prefix, names);
  }
}

/** The model with every model it refers to, directly or not, in `definitions` of its own schema. */
export function flattenedModel(api: RestApi, model: Model): Model {
  const needed = new Set(referredTo(api, model));
  // A set that grows while it is walked reaches what is referred to indirectly.
  for (const name of needed) for (const other of referredTo(api, modelOf(api, name))) needed.add(other);
  const schema = localised(parsedJson(model.schema ?? ''), modelUrl(api.id));
  if (needed.size === 0 || !isJsonObject(schema)) return model;
  const own = isJsonObject(schema.definitions) ? schema.definitions : {};
  const definitions = [...needed].map((name): [string, unknown] => [
    name,
    localised(parsedJson(modelOf(api, name).schema ?? ''), modelUrl(api.id)),
  ]);
  return {
    ...model,
    schema: JSON.stringify({ ...schema, definitions: { ...own, ...Object.fromEntries(definitions) } }),
  };
}

/** References to models of the API become references within the document. */
function localised(schema: unknown, prefix: string): unknown {
  if (Array.isArray(schema)) return schema.map((each) => localised(each, prefix));
  if (!isJsonObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [
      name,
      name === '$ref' && typeof value === 'string' && value.startsWith(prefix)
        ? `#/definitions/${value.slice(prefix.length)}`
        : localised(value, prefix),
    ]),
  );
}
