/**
 * Documentation of an API: parts, each about one entity of the API, and versions, which are the parts as they were.
 * Source: API reference, DocumentationPartLocation, and the Developer Guide, "Representation of API documentation in
 * API Gateway"; texts are recorded answers.
 */
import { entryOf, present, withEntry, withoutEntry } from './entries.ts';
import { badRequest, conflict, notFound, type ServiceError } from './errors.ts';
import { isJsonObject, parsedJson } from './json.ts';
import { applyPatch, type PatchOperation, patchTable, refuseListing, set, text } from './patch.ts';
import { methodsOf, pathsOf } from './resources.ts';
import type { DocumentationPart, DocumentationVersion, RestApi } from './rest-api.ts';

type Location = DocumentationPart['location'];
type Field = Exclude<keyof Location, 'type'>;

/** Which fields say where an entity of a type is; the fields in `needs` must be given. */
const fieldsOf = {
  API: { takes: [], needs: [] },
  AUTHORIZER: { takes: ['name'], needs: ['name'] },
  MODEL: { takes: ['name'], needs: ['name'] },
  RESOURCE: { takes: ['path'], needs: [] },
  METHOD: { takes: ['path', 'method'], needs: [] },
  PATH_PARAMETER: { takes: ['path', 'method', 'name'], needs: ['name'] },
  QUERY_PARAMETER: { takes: ['path', 'method', 'name'], needs: ['name'] },
  REQUEST_HEADER: { takes: ['path', 'method', 'name'], needs: ['name'] },
  REQUEST_BODY: { takes: ['path', 'method', 'name'], needs: [] },
  RESPONSE: { takes: ['path', 'method', 'statusCode'], needs: [] },
  RESPONSE_HEADER: { takes: ['path', 'method', 'statusCode', 'name'], needs: ['name'] },
  RESPONSE_BODY: { takes: ['path', 'method', 'statusCode'], needs: [] },
} as const satisfies Record<string, { readonly takes: readonly Field[]; readonly needs: readonly Field[] }>;

type PartType = keyof typeof fieldsOf;

/** In the order in which AWS prints them. */
export const documentationPartTypes = [
  'RESPONSE_BODY',
  'RESPONSE',
  'METHOD',
  'MODEL',
  'AUTHORIZER',
  'RESPONSE_HEADER',
  'RESOURCE',
  'PATH_PARAMETER',
  'REQUEST_BODY',
  'QUERY_PARAMETER',
  'API',
  'REQUEST_HEADER',
] as const satisfies readonly PartType[];

const fields = ['path', 'method', 'statusCode', 'name'] as const;

/** What a caller says of a location. */
export interface GivenLocation {
  readonly type: PartType;
  readonly path?: string | undefined;
  readonly method?: string | undefined;
  readonly statusCode?: string | undefined;
  readonly name?: string | undefined;
}

/** The location with its defaults: what belongs to a resource and names none belongs to the root. @throws BadRequestException */
export function documentationLocation(given: GivenLocation): Location {
  const { takes, needs }: { readonly takes: readonly Field[]; readonly needs: readonly Field[] } = fieldsOf[given.type];
  for (const field of fields)
    if (text(given[field]) !== undefined && !takes.includes(field))
      throw badRequest(`Invalid location specified: '${field}' is not a valid field for the type ${given.type}`);
  for (const field of needs)
    if (text(given[field]) === undefined)
      throw badRequest(`Invalid location specified: '${field}' is required for the type ${given.type}`);
  return present({
    type: given.type,
    path: takes.includes('path') ? (text(given.path) ?? '/') : undefined,
    method: text(given.method),
    statusCode: text(given.statusCode),
    name: text(given.name),
  });
}

export const invalidDocumentationPart = (): ServiceError => notFound('Invalid Documentation part identifier specified');

/** @throws NotFoundException */
export function documentationPartOf(api: RestApi, id: string): DocumentationPart {
  const part = entryOf(api.documentationParts, id);
  if (part === undefined) throw invalidDocumentationPart();
  return part;
}

const sameLocation = (one: Location, other: Location): boolean =>
  one.type === other.type && fields.every((field) => one[field] === other[field]);

/** @throws BadRequestException, ConflictException */
export function createDocumentationPart(
  api: RestApi,
  input: { readonly location: GivenLocation; readonly properties: string },
  id: string,
): RestApi {
  const location = documentationLocation(input.location);
  if (Object.values(api.documentationParts).some((part) => sameLocation(part.location, location)))
    throw conflict(`Documentation part already exists for the specified location: ${written(location)}`);
  return withPart(api, { id, location, properties: propertiesOf(input.properties) });
}

const written = (location: Location): string =>
  ['type' as const, ...fields]
    .filter((field) => location[field] !== undefined)
    .map((field) => `${field} '${location[field]}'`)
    .join(', ');

const withPart = (api: RestApi, part: DocumentationPart): RestApi => ({
  ...api,
  documentationParts: withEntry(api.documentationParts, part.id, part),
});

function propertiesOf(value: string | undefined): string {
  if (text(value) === undefined) throw badRequest('Documentation part properties must be non-empty');
  if (value === undefined || !isJsonObject(parsedJson(value)))
    throw badRequest('Invalid Documentation part properties specified: a JSON object is required');
  return value;
}

const table = patchTable<DocumentationPart>(refuseListing, [
  { path: '/properties', replace: set('properties', propertiesOf) },
]);

/** @throws ServiceError */
export const updateDocumentationPart = (
  api: RestApi,
  id: string,
  operations: readonly PatchOperation[] | undefined,
): RestApi => withPart(api, applyPatch(table, documentationPartOf(api, id), operations));

/** @throws NotFoundException */
export function deleteDocumentationPart(api: RestApi, id: string): RestApi {
  documentationPartOf(api, id);
  return { ...api, documentationParts: withoutEntry(api.documentationParts, id) };
}

/** Which parts a list is about. */
export interface PartFilter {
  readonly type?: string | undefined;
  /** A part of the name. */
  readonly nameQuery?: string | undefined;
  readonly path?: string | undefined;
}

export const matchesFilter = ({ location }: { readonly location: Location }, filter: PartFilter): boolean =>
  (filter.type === undefined || filter.type === location.type) &&
  (filter.path === undefined || filter.path === location.path) &&
  (filter.nameQuery === undefined || (location.name?.includes(filter.nameQuery) ?? false));

/** Where the API has something that no part is about, in the order of the API itself. */
export function undocumentedLocations(api: RestApi): readonly Location[] {
  const documented = Object.values(api.documentationParts).map(({ location }) => location);
  return entitiesOf(api).filter((entity) => !documented.some((location) => sameLocation(location, entity)));
}

function entitiesOf(api: RestApi): Location[] {
  const named = (type: PartType, names: Iterable<string>): Location[] => [...names].map((name) => ({ type, name }));
  const locations: Location[] = [
    { type: 'API' },
    ...named(
      'AUTHORIZER',
      Object.values(api.authorizers).map(({ name }) => name),
    ),
    ...named('MODEL', Object.keys(api.models)),
    ...[...pathsOf(api).values()].sort().map((path) => ({ type: 'RESOURCE', path })),
  ];
  for (const { path, method } of methodsOf(api)) {
    const at = { path, method: method.httpMethod };
    locations.push({ type: 'METHOD', ...at });
    for (const parameter of Object.keys(method.requestParameters ?? {})) {
      const [, , place = '', ...name] = parameter.split('.');
      const type = parameterTypes.get(place);
      if (type !== undefined) locations.push({ type, ...at, name: name.join('.') });
    }
    if (method.requestModels !== undefined) locations.push({ type: 'REQUEST_BODY', ...at });
    for (const { statusCode, responseParameters, responseModels } of Object.values(method.methodResponses)) {
      locations.push({ type: 'RESPONSE', ...at, statusCode });
      for (const parameter of Object.keys(responseParameters ?? {}))
        locations.push({ type: 'RESPONSE_HEADER', ...at, statusCode, name: parameter.split('.').slice(3).join('.') });
      if (responseModels !== undefined) locations.push({ type: 'RESPONSE_BODY', ...at, statusCode });
    }
  }
  return locations;
}

const parameterTypes: ReadonlyMap<string, PartType> = new Map([
  ['path', 'PATH_PARAMETER'],
  ['querystring', 'QUERY_PARAMETER'],
  ['header', 'REQUEST_HEADER'],
]);

export const invalidDocumentationVersion = (): ServiceError => notFound('Invalid Documentation version specified');

/** @throws NotFoundException */
export function documentationVersionOf(api: RestApi, version: string): DocumentationVersion {
  const found = entryOf(api.documentationVersions, version);
  if (found === undefined) throw invalidDocumentationVersion();
  return found;
}

/** Freezes the parts as they are. @throws BadRequestException, ConflictException */
export function createDocumentationVersion(
  api: RestApi,
  input: { readonly version: string; readonly description?: string | undefined },
  nowMs: number,
): RestApi {
  if (input.version === '') throw badRequest('Documentation version must be non-empty');
  if (entryOf(api.documentationVersions, input.version) !== undefined)
    throw conflict(`Documentation version already exists: ${input.version}`);
  return withVersion(
    api,
    present({
      version: input.version,
      createdAtMs: nowMs,
      description: text(input.description),
      parts: Object.values(api.documentationParts),
    }),
  );
}

const withVersion = (api: RestApi, version: DocumentationVersion): RestApi => ({
  ...api,
  documentationVersions: withEntry(api.documentationVersions, version.version, version),
});

const versions = patchTable<DocumentationVersion>(refuseListing, [
  { path: '/description', replace: set('description', text) },
]);

/** @throws ServiceError */
export const updateDocumentationVersion = (
  api: RestApi,
  version: string,
  operations: readonly PatchOperation[] | undefined,
): RestApi => withVersion(api, present(applyPatch(versions, documentationVersionOf(api, version), operations)));

/** @throws NotFoundException */
export function deleteDocumentationVersion(api: RestApi, version: string): RestApi {
  documentationVersionOf(api, version);
  return { ...api, documentationVersions: withoutEntry(api.documentationVersions, version) };
}
