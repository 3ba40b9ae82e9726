/**
 * JSON Schema draft 4, compiled to closures. Validation is ours because three things have to come together: the texts
 * and the order of faults that API Gateway answers with (those of fge's json-schema-validator: keywords of a schema in
 * alphabetical order, then its members), a bound on the work of schemas and bodies that were made to run away, and no
 * code generated from what tenants store. A general validator gives one of them at most.
 * Source: JSON Schema draft 4; tests compare verdicts with ajv's.
 */
import { type Check, checksOf, type InstanceType, type SchemaObject, type Subschemas } from './keywords.ts';

export type { SchemaObject } from './keywords.ts';

/** A schema that can not be compiled; `pointer` is the JSON pointer of the part that is wrong. */
export class SchemaError extends Error {
  readonly pointer: string;

  constructor(message: string, pointer: string) {
    super(`${message} (at ${pointer === '' ? 'the root' : pointer})`);
    this.name = 'SchemaError';
    this.pointer = pointer;
  }
}

/** The document that a reference without a fragment leads to; undefined where there is none. */
export type FindDocument = (reference: string) => SchemaDocument | undefined;

export interface SchemaDocument {
  readonly root: unknown;
  /** Tells documents apart in error texts. */
  readonly name: string;
}

/** @returns faults, in order; none for a valid instance */
export type Validator = (instance: unknown) => string[];

/** Pairs of schema and value that one validation looks at. */
const stepsMax = 5_000_000;
const faultsMax = 1_000;
const instanceDepthMax = 1_000;
const schemaPartsMax = 20_000;

/** @throws SchemaError */
export function compileSchema(document: SchemaDocument, find: FindDocument): Validator {
  const validate = new SchemaCompiler(find).document(document);
  return (instance) => {
    const faults: string[] = [];
    try {
      validate(instance, { faults, steps: stepsMax, depth: 0 });
    } catch (error) {
      if (!(error instanceof OutOfBounds)) throw error;
      faults.push(error.message);
    }
    return faults;
  };
}

class OutOfBounds extends Error {}

class SchemaCompiler {
  readonly #find: FindDocument;
  /** By schema, so that references may go round in circles. */
  readonly #compiled = new Map<object, Check>();
  #parts = 0;

  constructor(find: FindDocument) {
    this.#find = find;
  }

  document(document: SchemaDocument): Check {
    return this.#schema(document.root, document, '');
  }

  #schema(schema: unknown, document: SchemaDocument, pointer: string): Check {
    const fail = (message: string): SchemaError => new SchemaError(`${document.name}: ${message}`, pointer);
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
      throw fail('a schema must be an object');
    }
    const known = this.#compiled.get(schema);
    if (known !== undefined) return known;
    if (++this.#parts > schemaPartsMax) throw fail(`a schema has at most ${schemaPartsMax} parts`);
    // Registered before its parts are compiled: they may refer back to it.
    let target: Check | undefined;
    const check: Check = (instance, run) => target!(instance, run);
    this.#compiled.set(schema, check);
    const members = schema as SchemaObject;
    if (Object.hasOwn(members, '$ref')) {
      const { $ref } = members;
      if (typeof $ref !== 'string') throw fail('$ref must be a string');
      target = guarded(this.#reference($ref, document, fail));
      return check;
    }
    const subschemas: Subschemas = {
      compile: (part, keyword) => this.#schema(part, document, `${pointer}/${keyword}`),
      fail: (message, keyword) => new SchemaError(`${document.name}: ${message}`, `${pointer}/${keyword}`),
    };
    target = guarded(inOrder(checksOf(members, subschemas)));
    return check;
  }

  #reference(reference: string, from: SchemaDocument, fail: (message: string) => SchemaError): Check {
    const hash = reference.indexOf('#');
    const base = hash === -1 ? reference : reference.slice(0, hash);
    const fragment = hash === -1 ? '' : reference.slice(hash + 1);
    const document = base === '' ? from : this.#find(base);
    if (document === undefined) throw fail(`reference ${reference} leads to no model`);
    if (fragment !== '' && !fragment.startsWith('/')) throw fail(`reference ${reference} is no JSON pointer`);
    const value = memberAt(document.root, fragment);
    if (value === undefined) throw fail(`reference ${reference} leads nowhere`);
    return this.#schema(value, document, fragment);
  }
}

/** What a JSON pointer leads to in a document; undefined where it leads nowhere. */
export function memberAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const token of pointer === '' ? [] : pointer.slice(1).split('/')) {
    const name = decoded(token).replaceAll('~1', '/').replaceAll('~0', '~');
    const found = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
    value = found ? (value as SchemaObject)[name] : undefined;
  }
  return value;
}

function decoded(token: string): string {
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}

/** Counts the work, and the depth: of values inside values, and of references that go round in circles. */
function guarded(check: Check): Check {
  return (instance, run) => {
    if (--run.steps < 0) throw new OutOfBounds('validation takes too many steps');
    if (++run.depth > instanceDepthMax) throw new OutOfBounds('instance is nested too deeply');
    const valid = check(instance, run);
    run.depth--;
    return valid;
  };
}

const typeOf = (instance: unknown): InstanceType =>
  instance === null ? 'null' : Array.isArray(instance) ? 'array' : (typeof instance as InstanceType);

/** One check of all keywords that say something about a value of its type. */
function inOrder(checks: ReadonlyMap<InstanceType, readonly Check[]>): Check {
  return (instance, run) => {
    const applicable = checks.get(typeOf(instance));
    if (applicable === undefined) return true;
    let valid = true;
    for (const check of applicable) {
      if (check(instance, run)) continue;
      valid = false;
      // Where faults are not collected, the first one decides.
      if (run.faults === null || run.faults.length >= faultsMax) return false;
    }
    return valid;
  };
}
