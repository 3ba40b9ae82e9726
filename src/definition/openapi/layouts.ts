/**
 * How OpenAPI 3.0 and 2.0 write the same things: where parameters, bodies, responses and definitions stand. Observed
 * (recorded exports): descriptions are `200 response`, types are all `string`, and `content` is there even when empty.
 */
import type { Strings } from '../rest-api.ts';
import type { JsonObject } from './document.ts';
import { type ExportType, schemaRef } from './schemas.ts';

export interface WrittenParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly documented: JsonObject;
}

export interface WrittenHeader {
  readonly name: string;
  readonly required: boolean;
  readonly documented: JsonObject;
}

/** Content type to the name of a model that is in the document, or to none. */
export type WrittenModels = Strings;

export interface Head {
  readonly info: JsonObject;
  readonly host: string;
  readonly stageName: string;
  readonly endpointConfiguration: JsonObject | undefined;
}

export interface Body {
  readonly paths: JsonObject;
  readonly schemas: JsonObject;
  readonly securitySchemes: JsonObject;
}

export interface Layout {
  readonly type: ExportType;
  document(head: Head, body: Body): JsonObject;
  parameters(parameters: readonly WrittenParameter[], models: WrittenModels, documented: JsonObject): JsonObject;
  /** What an operation says of the content types of its requests and answers; each map is keyed by them. */
  contentTypes(maps: Readonly<Record<'taken' | 'given', readonly (Strings | undefined)[]>>): JsonObject;
  response(
    statusCode: string,
    headers: readonly WrittenHeader[],
    models: WrittenModels,
    documented: JsonObject,
  ): JsonObject;
}

const named = (name: string, members: JsonObject): JsonObject =>
  Object.keys(members).length === 0 ? {} : { [name]: members };
const listed = (name: string, items: readonly JsonObject[]): JsonObject =>
  items.length === 0 ? {} : { [name]: items };
const described = (statusCode: string, documented: JsonObject): JsonObject => ({
  description: `${statusCode} response`,
  ...documented,
});

function namedTypes(name: string, maps: readonly (Strings | undefined)[]): JsonObject {
  const types = [...new Set(maps.flatMap((each) => Object.keys(each ?? {})))];
  return types.length === 0 ? {} : { [name]: types };
}

const content = (models: WrittenModels): JsonObject =>
  Object.fromEntries(
    Object.entries(models).map(([type, name]): [string, JsonObject] => [
      type,
      name === '' ? {} : { schema: { $ref: schemaRef('oas30', name) } },
    ]),
  );

export const oas30: Layout = {
  type: 'oas30',
  document: ({ info, host, stageName, endpointConfiguration }, { paths, schemas, securitySchemes }) => ({
    openapi: '3.0.1',
    info,
    servers: [
      {
        url: `https://${host}/{basePath}`,
        variables: { basePath: { default: stageName } },
        ...(endpointConfiguration && { 'x-amazon-apigateway-endpoint-configuration': endpointConfiguration }),
      },
    ],
    paths,
    components: { ...named('schemas', schemas), ...named('securitySchemes', securitySchemes) },
  }),
  parameters: (parameters, models, documented) => ({
    ...listed(
      'parameters',
      parameters.map(({ name, in: place, required, documented: own }) => ({
        name,
        in: place,
        ...own,
        ...(required ? { required } : {}),
        schema: { type: 'string' },
      })),
    ),
    ...(Object.keys(models).length === 0
      ? {}
      : { requestBody: { ...documented, content: content(models), required: true } }),
  }),
  contentTypes: () => ({}),
  response: (statusCode, headers, models, documented) => ({
    ...described(statusCode, documented),
    ...named(
      'headers',
      Object.fromEntries(
        headers.map(({ name, required, documented: own }) => [
          name,
          { ...own, ...(required ? { required } : {}), schema: { type: 'string' } },
        ]),
      ),
    ),
    content: content(models),
  }),
};

/** One schema serves all content types of a body, and those stand beside the operation. */
export const swagger: Layout = {
  type: 'swagger',
  document: ({ info, host, stageName, endpointConfiguration }, { paths, schemas, securitySchemes }) => ({
    swagger: '2.0',
    info,
    host,
    basePath: `/${stageName}`,
    schemes: ['https'],
    paths,
    ...named('securityDefinitions', securitySchemes),
    ...named('definitions', schemas),
    ...(endpointConfiguration && { 'x-amazon-apigateway-endpoint-configuration': endpointConfiguration }),
  }),
  parameters: (parameters, models, documented) => {
    const name = Object.values(models).find((each) => each !== '');
    const body: JsonObject[] =
      name === undefined
        ? []
        : [{ in: 'body', name, ...documented, required: true, schema: { $ref: schemaRef('swagger', name) } }];
    return listed('parameters', [
      ...parameters.map(({ name: parameter, in: place, required, documented: own }) => ({
        name: parameter,
        in: place,
        ...own,
        required,
        type: 'string',
      })),
      ...body,
    ]);
  },
  contentTypes: ({ taken, given }) => ({
    ...namedTypes('consumes', taken),
    ...namedTypes('produces', given),
  }),
  response: (statusCode, headers, models, documented) => {
    const name = Object.values(models).find((each) => each !== '');
    return {
      ...described(statusCode, documented),
      ...(name === undefined ? {} : { schema: { $ref: schemaRef('swagger', name) } }),
      ...named(
        'headers',
        Object.fromEntries(headers.map(({ name: header, documented: own }) => [header, { ...own, type: 'string' }])),
      ),
    };
  },
};
