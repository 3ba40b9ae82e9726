/**
 * Documentation that goes into an export: which part is about an entity, and which of its attributes OpenAPI knows.
 * A part about a path is also about what is below it, one without a method or status about all; the most specific path
 * wins, then the status, then the method. Source: Developer Guide, "Representation of API documentation in API
 * Gateway"; "Publish API documentation", whose example also shows that resources get extensions only.
 */
import type { DocumentationPart, DocumentationVersion } from '../rest-api.ts';
import { isList, isObject, type Json, type JsonObject, jsonIn } from './document.ts';

type Location = DocumentationPart['location'];
type Check = (value: Json) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isTexts: Check = (value) => isList(value) && value.every(isText);
const isNamedList: Check = (value) =>
  isList(value) && value.every((each) => isObject(each) && isText(each.name ?? null));
const isLinked: Check = (value) => isObject(value) && isText(value.url ?? null);

/** The attributes that an entity of OpenAPI takes from its documentation. */
const attributes: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  API: { tags: isNamedList, externalDocs: isLinked },
  info: { description: isText, termsOfService: isText, contact: isObject, license: isObject },
  RESOURCE: {},
  METHOD: { summary: isText, description: isText, tags: isTexts, deprecated: isFlag, externalDocs: isLinked },
  PATH_PARAMETER: { description: isText },
  QUERY_PARAMETER: { description: isText },
  REQUEST_HEADER: { description: isText },
  REQUEST_BODY: { description: isText },
  RESPONSE: { description: isText },
  RESPONSE_HEADER: { description: isText },
  MODEL: { title: isText, description: isText },
  AUTHORIZER: { description: isText },
};

export class PublishedDocumentation {
  readonly #parts: readonly { readonly location: Location; readonly properties: JsonObject }[];
  readonly #version: DocumentationVersion | undefined;

  /** @param version the one that the stage shows; nothing is documented without one */
  constructor(version: DocumentationVersion | undefined) {
    this.#version = version;
    this.#parts = (version?.parts ?? []).map(({ location, properties }) => ({
      location,
      properties: objectIn(properties),
    }));
  }

  /** What OpenAPI takes from the part about the entity. */
  about(entity: Location): JsonObject {
    return taken(entity.type, this.#bestPart(entity));
  }

  /** What the part about the API says for `info`. */
  aboutInfo(): JsonObject {
    const { info } = this.#bestPart({ type: 'API' });
    return isObject(info) ? taken('info', info) : {};
  }

  /** The `x-amazon-apigateway-documentation` object. */
  whole(): JsonObject | undefined {
    if (this.#version === undefined) return undefined;
    const { version, createdAtMs } = this.#version;
    return {
      version,
      createdDate: timestamp(createdAtMs),
      documentationParts: this.#parts.map(({ location, properties }) => ({ location: { ...location }, properties })),
    };
  }

  #bestPart(entity: Location): JsonObject {
    let best: { readonly weight: readonly number[]; readonly properties: JsonObject } | undefined;
    for (const { location, properties } of this.#parts) {
      const weight = weightOf(location, entity);
      if (weight !== undefined && (best === undefined || heavier(weight, best.weight))) best = { weight, properties };
    }
    return best?.properties ?? {};
  }
}

/** `2016-11-22T22:39:14Z` */
export const timestamp = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

function objectIn(text: string): JsonObject {
  const value = jsonIn(text);
  return isObject(value) ? value : {};
}

const taken = (type: string, properties: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(properties).filter(([name, value]) => {
      if (name.startsWith('x-')) return !name.startsWith('x-amazon-apigateway-');
      const known = attributes[type] ?? {};
      return Object.hasOwn(known, name) && known[name]?.(value) === true;
    }),
  );

/** How well a part fits an entity; undefined when it is not about it. */
function weightOf(part: Location, entity: Location): readonly number[] | undefined {
  if (part.type !== entity.type || part.name !== entity.name) return undefined;
  const status = fits(part.statusCode, entity.statusCode);
  const method = fits(part.method, entity.method);
  const path = part.path ?? '/';
  const above =
    entity.path === undefined ||
    path === entity.path ||
    (entity.type !== 'RESOURCE' && entity.path.startsWith(path === '/' ? '/' : `${path}/`));
  return above && status !== undefined && method !== undefined ? [path.length, status, method] : undefined;
}

const fits = (part: string | undefined, entity: string | undefined): number | undefined => {
  if (part === undefined || part === '*') return 0;
  return part === entity ? 1 : undefined;
};

const heavier = (one: readonly number[], other: readonly number[]): boolean => {
  const differing = one.findIndex((weight, index) => weight !== other[index]);
  return differing >= 0 && (one[differing] ?? 0) > (other[differing] ?? 0);
};
