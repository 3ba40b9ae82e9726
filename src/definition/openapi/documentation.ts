/**
 * `x-amazon-apigateway-documentation`: documentation parts in a document. Source: Developer Guide, "Import API
 * documentation"; recorded imports.
 */
import { isOneOf } from '../constraints.ts';
import { createDocumentationPart, documentationPartTypes } from '../documentation.ts';
import { isJsonObject, parsedJson } from '../json.ts';
import type { DocumentationPart, RestApi } from '../rest-api.ts';
import { isObject, type OpenApiDocument } from './document.ts';
import { Findings } from './findings.ts';
import { Place } from './place.ts';

export interface ImportedParts {
  readonly api: RestApi;
  /** Of the parts of the document, in its order. */
  readonly ids: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * ImportDocumentationParts.
 * @throws BadRequestException with everything that is wrong
 */
export function importDocumentationParts(
  api: RestApi,
  document: OpenApiDocument,
  options: {
    readonly mode: 'merge' | 'overwrite';
    readonly failOnWarnings?: boolean;
    readonly newId: (length: number) => string;
  },
): ImportedParts {
  const findings = new Findings();
  for (const warning of document.warnings) findings.note(warning);
  const { parts, ids } = partsIn(Place.rootOf(document.root, findings), api, options.mode === 'merge', findings, () =>
    options.newId(6),
  );
  findings.check(options.failOnWarnings ?? false);
  return { api: { ...api, documentationParts: parts }, ids, warnings: findings.listed() };
}

export interface PartsInDocument {
  readonly parts: RestApi['documentationParts'];
  readonly ids: readonly string[];
}

/**
 * The parts that the API has after the import.
 * @param merge whether parts that are not in the document stay; then those that are keep attributes that are only theirs
 */
export function partsIn(
  root: Place,
  api: RestApi,
  merge: boolean,
  findings: Findings,
  newId: () => string,
): PartsInDocument {
  const known = new Map(Object.values(api.documentationParts).map((part) => [placeOf(part.location), part]));
  const parts = new Map<string, DocumentationPart>(merge ? Object.entries(api.documentationParts) : []);
  const ids: string[] = [];
  for (const each of root.get('x-amazon-apigateway-documentation').get('documentationParts').items()) {
    const part = partIn(each, api, findings, newId);
    if (part === undefined) continue;
    const before = known.get(placeOf(part.location));
    const kept = before === undefined ? part : { ...part, id: before.id };
    parts.set(kept.id, merge && before !== undefined ? withAttributesOf(before, kept) : kept);
    known.set(placeOf(kept.location), kept);
    ids.push(kept.id);
  }
  return { parts: Object.fromEntries(parts), ids };
}

function partIn(place: Place, api: RestApi, findings: Findings, newId: () => string): DocumentationPart | undefined {
  const location = place.get('location');
  const type = location.get('type').text();
  const unable = `Unable to create documentation part at ${place.location}`;
  if (!isOneOf(documentationPartTypes, type)) {
    findings.error(`${unable}: type '${type ?? ''}' is none of ${documentationPartTypes.join(', ')}`);
    return undefined;
  }
  const { value } = place.get('properties');
  const id = newId();
  const made = findings.attempt(unable, () =>
    createDocumentationPart(
      { ...api, documentationParts: {} },
      {
        location: {
          type,
          path: location.get('path').text(),
          method: location.get('method').text(),
          statusCode: location.get('statusCode').text(),
          name: location.get('name').text(),
        },
        properties: isObject(value) ? JSON.stringify(value) : String(value ?? ''),
      },
      id,
    ),
  );
  return made?.documentationParts[id];
}

const placeOf = ({ type, path, method, statusCode, name }: DocumentationPart['location']): string =>
  JSON.stringify([type, path, method, statusCode, name]);

function withAttributesOf(before: DocumentationPart, part: DocumentationPart): DocumentationPart {
  const [old, now] = [parsedJson(before.properties), parsedJson(part.properties)];
  if (!isJsonObject(old) || !isJsonObject(now)) return part;
  return { ...part, properties: JSON.stringify({ ...old, ...now }) };
}
