/**
 * What a document may say that an HTTP API does nothing with: valid, and told to the owner with the import. What is
 * missing although the document refers to it is a warning.
 * Source: Amazon API Gateway Developer Guide, "OpenAPI extensions for API Gateway", which says of each extension which
 * kind of API it is for; "Work with OpenAPI definitions for HTTP APIs".
 */
import type { Findings } from '../../openapi/findings.ts';
import type { Place } from '../../openapi/place.ts';

const prefix = 'x-amazon-apigateway-';

/** Extensions that mean something, by the object they stand in; without the prefix. */
const extensions = {
  root: ['cors', 'importexport-version', 'integrations', 'endpoint-configuration'],
  operation: ['integration', 'auth'],
} as const;

/** Members that mean something in OpenAPI and nothing here. */
const members = {
  root: ['webhooks'],
  operation: ['requestBody', 'callbacks', 'servers'],
} as const;

export function noteUnsupported(place: Place, kind: keyof typeof extensions, notes: Findings): void {
  for (const name of Object.keys(place.object() ?? {})) {
    const at = place.location === '' ? name : `${place.location}.${name}`;
    const known: readonly string[] = extensions[kind];
    const unused: readonly string[] = members[kind];
    if (name.startsWith(prefix) && !known.includes(name.slice(prefix.length)))
      notes.note(`Extension ${at} is not supported for HTTP APIs. Ignoring.`);
    else if (unused.includes(name)) notes.note(`Attribute ${at} is not supported for HTTP APIs. Ignoring.`);
  }
}

/** Schemas are not used, but those that an operation refers to are there. */
export function checkSchemas(operation: Place): void {
  const bodies: (readonly [Place, string])[] = [];
  const requestBody = operation.get('requestBody').resolved();
  if (requestBody !== undefined) bodies.push([requestBody, `${operation.location}.requestBody`]);
  for (const [status, place] of operation.get('responses').members()) {
    const response = place.resolved();
    if (response !== undefined) bodies.push([response, `${operation.location}.responses.${status}`]);
  }
  for (const [body, location] of bodies) {
    if (typeof body.value !== 'object' || body.value === null) continue;
    const content = body.get('content');
    if (!content.exists) continue;
    // Named without the media type, as AWS does.
    for (const [type] of content.members()) content.get(type).getAs('schema', `${location}.content.schema`).resolved();
  }
}
