/**
 * `$input`: the body, parsed only when a template asks for it and then once, and the parameters of the request.
 * Source: Amazon API Gateway Developer Guide, "Variables for data transformations", "Input variables".
 */

import { type JsonDocument, parseJson, stringifyJson } from './json.ts';
import { compilePath, type JsonPath, JsonPathError, KeySet } from './jsonpath/index.ts';
import { JavaException, LimitExceeded } from './vtl/errors.ts';
import { type MethodTable, method, type Parameter, TEXT, tableOf } from './vtl/java/methods.ts';
import { double } from './vtl/java/numbers.ts';
import type { Rendering } from './vtl/java/rendering.ts';
import { arrayListOf, type JavaMap, JavaObject } from './vtl/java/values.ts';

/** Parameters by place and name, as the client sent them. */
export interface MappingParameters {
  readonly path?: Readonly<Record<string, unknown>> | undefined;
  readonly querystring?: Readonly<Record<string, unknown>> | undefined;
  readonly header?: Readonly<Record<string, unknown>> | undefined;
}

const pathsMax = 256;

/** The JSONPaths of a template, compiled once: most are written in it, a few are made while it runs. */
export class PathMemory {
  readonly #paths = new Map<string, JsonPath>();

  /** @throws JavaException for a path that is malformed */
  path(source: string): JsonPath {
    const known = this.#paths.get(source);
    if (known !== undefined) return known;
    const path = compiled(source);
    const [oldest] = this.#paths.keys();
    if (this.#paths.size >= pathsMax && oldest !== undefined) this.#paths.delete(oldest);
    this.#paths.set(source, path);
    return path;
  }
}

function compiled(source: string): JsonPath {
  try {
    return compilePath(source);
  } catch (error) {
    if (error instanceof JsonPathError) throw new JavaException(`com.jayway.jsonpath.${error.kind}`, error.message);
    throw error;
  }
}

/** Functions of paths that compute with Doubles, whatever the numbers of the body are. */
const computes = /\.(?:avg|stddev|sum|min|max)\([^()]*\)\s*$/;

/** What a path found, as Jayway gives it. */
function javaValueOf(value: unknown, source: string): unknown {
  if (typeof value === 'number') return computes.test(source) ? double(value) : value;
  // A set of names, which is no list of the body.
  if (value instanceof KeySet) return arrayListOf(value);
  return value ?? null;
}

/** The body that is not there: `{}` to everybody who asks. */
const noBody = '{}';

export class InputVariable extends JavaObject {
  override readonly className = 'com.amazonaws.apigateway.Input';
  readonly methods: MethodTable = inputMethods;
  readonly #body: string | undefined;
  readonly #parameters: MappingParameters;
  readonly #paths: PathMemory;
  #document: JsonDocument | undefined;
  #params: JavaMap | undefined;

  /** @param body undefined when there is none: then it reads as `{}`; an empty one does only as `$input.body` */
  constructor(body: string | undefined, parameters: MappingParameters, paths: PathMemory) {
    super();
    this.#body = body;
    this.#parameters = parameters;
    this.#paths = paths;
  }

  get body(): string {
    return this.#body === undefined || this.#body === '' ? noBody : this.#body;
  }

  override text(): string {
    return this.className;
  }

  override property(_: Rendering, name: string): unknown {
    return name === 'body' || name === 'Body' ? this.body : null;
  }

  #read(rendering: Rendering, source: string): unknown {
    let document = this.#document;
    if (document === undefined) {
      const text = this.#body ?? noBody;
      rendering.spend(text.length >> 6);
      document = text === '' ? { value: '', ordinary: true } : parseJson(text);
      this.#document = document;
    }
    const path = this.#paths.path(source);
    if (document.value === null) return null;
    // A path to many places may walk the whole body.
    rendering.spend(path.definite ? 1 : 1 + ((this.#body?.length ?? 0) >> 3));
    try {
      return javaValueOf(path.read(document.value), source);
    } catch (error) {
      if (!(error instanceof JsonPathError)) throw error;
      if (error.kind === 'LimitExceededException') throw new LimitExceeded(error.message);
      // As the rest of Jayway's exceptions: nothing was found.
      return null;
    }
  }

  /** The live value: what a template changes in it shows in later reads. */
  path(rendering: Rendering, source: string): unknown {
    return this.#read(rendering, source);
  }

  /** JSON text; an empty JSON string where nothing is found. */
  json(rendering: Rendering, source: string): string {
    const value = this.#read(rendering, source);
    if (value === null) return '""';
    return stringifyJson(value, this.#document?.ordinary === true && rendering.edits === 0, rendering);
  }

  get params(): JavaMap {
    this.#params ??= {
      path: this.#parameters.path ?? {},
      querystring: this.#parameters.querystring ?? {},
      header: this.#parameters.header ?? {},
    };
    return this.#params;
  }

  /** The first of path, query string and header that has the parameter. */
  param(name: string): unknown {
    const { path, querystring, header } = this.#parameters;
    for (const place of [path, querystring, header]) {
      if (place !== undefined && Object.hasOwn(place, name)) return place[name] ?? null;
    }
    return null;
  }
}

const INPUT: Parameter<InputVariable> = {
  accepts: (value) => value instanceof InputVariable,
  read: (value) => {
    if (!(value instanceof InputVariable)) throw new TypeError('not $input');
    return value;
  },
};

const inputMethods: MethodTable = tableOf([
  method(INPUT, 'path', [TEXT], (rendering, self, path) => self.path(rendering, path)),
  method(INPUT, 'json', [TEXT], (rendering, self, path) => self.json(rendering, path)),
  method(INPUT, 'params', [], (_, self) => self.params),
  method(INPUT, 'params', [TEXT], (_, self, name) => self.param(name)),
  method(INPUT, 'getBody', [], (_, self) => self.body),
]);
