/**
 * Models of a REST API as validators of bodies: JSON Schema draft 4, where a model refers to others of its API by
 * their URL. Compiled once, at deployment. Source: Developer Guide, "Data models for REST APIs" and "Request
 * validation for REST APIs".
 */
import { compileSchema, type FindDocument, type SchemaDocument, SchemaError } from './json-schema/index.ts';

/** A model whose schema is wrong, or refers to what is not there. */
export class ModelError extends Error {
  /** Name of the model that was asked for. */
  readonly model: string;

  constructor(model: string, message: string) {
    super(`Model ${model}: ${message}`);
    this.name = 'ModelError';
    this.model = model;
  }
}

/** @returns what is wrong with a body, in API Gateway's words; nothing for a valid one */
export type ModelValidator = (body: unknown) => string[];

/** All that a validator needs to know of a model. */
export interface ModelSchema {
  readonly schema?: string | undefined;
}

const modelUrl = /^https:\/\/apigateway\.amazonaws\.com\/restapis\/([^/]+)\/models\/([^/]+)$/;
const schemaCharactersMax = 400_000;

/**
 * @param models all models of the API, by name
 * @param restApiId of the API; references to models of others are refused
 * @throws ModelError
 */
export function compileModel(
  models: Readonly<Record<string, ModelSchema>>,
  name: string,
  restApiId: string,
): ModelValidator {
  const { root, find } = schemaDocuments(models, name, restApiId);
  // A model of another format than JSON has nothing to check.
  if (root === undefined) return () => [];
  try {
    return compileSchema(root, find);
  } catch (error) {
    if (error instanceof SchemaError) throw new ModelError(name, error.message);
    throw error;
  }
}

/**
 * The schema of a model, undefined when it has none, and those that it may refer to by the URLs of their models.
 * @throws ModelError for a model that is not there, or whose schema is not JSON
 */
export function schemaDocuments(
  models: Readonly<Record<string, ModelSchema>>,
  name: string,
  restApiId: string,
): { readonly root: SchemaDocument | undefined; readonly find: FindDocument } {
  if (!Object.hasOwn(models, name)) throw new ModelError(name, 'there is no such model');
  const documents = new Map<string, SchemaDocument>();
  const document = (model: string): SchemaDocument | undefined => {
    const known = documents.get(model);
    if (known !== undefined) return known;
    const schema = Object.hasOwn(models, model) ? models[model]?.schema : undefined;
    if (schema === undefined) return undefined;
    const read = { name: model, root: parsed(name, model, schema) };
    documents.set(model, read);
    return read;
  };
  return {
    root: document(name),
    find: (reference) => {
      const [, api, model] = modelUrl.exec(reference) ?? [];
      return api === restApiId && model !== undefined ? document(model) : undefined;
    },
  };
}

function parsed(asked: string, name: string, schema: string): unknown {
  if (schema.length > schemaCharactersMax) {
    throw new ModelError(asked, `the schema of ${name} has more than ${schemaCharactersMax} characters`);
  }
  try {
    return JSON.parse(schema);
  } catch (error) {
    throw new ModelError(asked, `the schema of ${name} is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** `$context.error.validationErrorString` of a body that was refused. */
export const validationErrorString = (faults: readonly string[]): string => `[${faults.join(', ')}]`;
