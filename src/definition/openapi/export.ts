/**
 * GetExport: a deployed REST API as an OpenAPI document. Decides which of the API is in the document, by the extensions
 * that were asked for; how OpenAPI writes it is the layouts'. What is exported with all extensions and imported again is
 * the same API.
 * Source: recorded exports; API reference, GetExport; Developer Guide, "Export a REST API", "Publish API documentation".
 */
import { stringify } from 'yaml';
import { entryOf } from '../entries.ts';
import { badRequest } from '../errors.ts';
import { pathsOf } from '../resources.ts';
import type { DocumentationVersion, HttpMethod, Method, RestApi, Strings } from '../rest-api.ts';
import type { Stage } from '../stage.ts';
import { isObject, type Json, type JsonObject, jsonIn } from './document.ts';
import {
  type Layout,
  oas30,
  swagger,
  type WrittenHeader,
  type WrittenModels,
  type WrittenParameter,
} from './layouts.ts';
import { PublishedDocumentation, timestamp } from './published-documentation.ts';
import { openApiSchemaOf } from './schemas.ts';
import { apiExtensions, endpointConfigurationObject, postmanHelper, validatorNames } from './written-api.ts';
import { integrationObject } from './written-integration.ts';
import { SchemeNames } from './written-security.ts';

export interface ExportRequest {
  /** `oas30` or `swagger` */
  readonly exportType: string;
  /** `integrations`, `apigateway` (all but the last), `authorizers`, `documentation`, `postman`, joined by commas */
  readonly extensions?: string | undefined;
  /** A media type: JSON unless it is one of YAML. */
  readonly accepts?: string | undefined;
  /** What the stage's documentation version holds now; without it, what it held when the API was deployed. */
  readonly documentation?: DocumentationVersion | undefined;
}

export interface Exported {
  readonly contentType: string;
  readonly contentDisposition: string;
  readonly body: string;
}

const layouts: Readonly<Record<string, Layout>> = { oas30, swagger };
const extensionNames = ['integrations', 'apigateway', 'authorizers', 'documentation', 'postman'] as const;
type ExtensionName = (typeof extensionNames)[number];

/**
 * @param api as it was deployed
 * @throws BadRequestException
 */
export function exportRestApi(
  api: RestApi,
  stage: Pick<Stage, 'stageName' | 'documentationVersion'>,
  request: ExportRequest,
): Exported {
  const layout = entryOf(layouts, request.exportType);
  if (layout === undefined) throw badRequest(`No API exporter for type '${request.exportType.slice(0, 128)}'`);
  const format = formatOf(request.accepts);
  const documentation = request.documentation ?? entryOf(api.documentationVersions, stage.documentationVersion ?? '');
  const writer = new Writer(api, layout, extensionsOf(request.extensions), new PublishedDocumentation(documentation));
  const document = writer.document(stage.stageName);
  const version = writer.version.replace(/[^\w.:+-]/g, '_');
  return {
    // Observed, whatever the format.
    contentType: 'application/octet-stream',
    contentDisposition: `attachment; filename="${request.exportType}_${version}.${format}"`,
    body:
      format === 'json'
        ? JSON.stringify(document, undefined, 2)
        : stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 }),
  };
}

function formatOf(accepts: string | undefined): 'json' | 'yaml' {
  const wanted = (accepts ?? '').toLowerCase();
  if (wanted.includes('yaml')) return 'yaml';
  if (wanted === '' || wanted.includes('json') || wanted.includes('*')) return 'json';
  throw badRequest(
    `Invalid content type specified: '${wanted.slice(0, 128)}'. Valid options are application/json,application/yaml`,
  );
}

interface Extensions {
  readonly integrations: boolean;
  readonly authorizers: boolean;
  readonly documentation: boolean;
  readonly postman: boolean;
}

function extensionsOf(text: string | undefined): Extensions {
  const names = (text ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  for (const name of names)
    if (!extensionNames.some((each) => each === name))
      throw badRequest(
        `Invalid extensions specified: '${name.slice(0, 128)}'. Valid options are ${extensionNames.join(',')}`,
      );
  const all = names.includes('apigateway');
  const has = (name: ExtensionName): boolean => names.includes(name);
  return {
    integrations: all || has('integrations'),
    authorizers: all || has('authorizers'),
    documentation: all || has('documentation'),
    postman: has('postman'),
  };
}

const parameterPlaces: Readonly<Record<string, WrittenParameter['in']>> = {
  path: 'path',
  querystring: 'query',
  header: 'header',
};
const partTypes = { path: 'PATH_PARAMETER', query: 'QUERY_PARAMETER', header: 'REQUEST_HEADER' } as const;

/** `method.request.header.X-Trace` to its place and its name. */
const parameterOf = (key: string): readonly [string, string] | undefined => {
  const found = /^method\.(?:request|response)\.([a-z]+)\.(.+)$/s.exec(key);
  return found === null ? undefined : [found[1] ?? '', found[2] ?? ''];
};

class Writer {
  readonly version: string;
  readonly #api: RestApi;
  readonly #layout: Layout;
  readonly #extensions: Extensions;
  readonly #documentation: PublishedDocumentation;
  /** Schemas that are JSON; a model of another kind has nothing that OpenAPI could refer to. */
  readonly #schemas: ReadonlyMap<string, Json>;
  readonly #schemes: SchemeNames;
  readonly #validators: ReadonlyMap<string, string>;

  constructor(api: RestApi, layout: Layout, extensions: Extensions, documentation: PublishedDocumentation) {
    this.#api = api;
    this.#layout = layout;
    this.#extensions = extensions;
    this.#documentation = documentation;
    this.version = api.version ?? timestamp(api.createdAtMs);
    this.#schemas = new Map(
      Object.values(api.models).flatMap(({ name, schema }): [string, Json][] => {
        const value = jsonIn(schema ?? '');
        return isObject(value) ? [[name, value]] : [];
      }),
    );
    this.#schemes = new SchemeNames(api, extensions.authorizers);
    this.#validators = validatorNames(api);
  }

  document(stageName: string): JsonObject {
    const { id, region, name, description } = this.#api;
    const paths = this.#paths();
    const host = `${id}.execute-api.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
    return {
      ...this.#layout.document(
        {
          info: {
            title: name,
            ...(description === undefined ? {} : { description }),
            version: this.version,
            ...this.#documentation.aboutInfo(),
          },
          host,
          stageName,
          endpointConfiguration: this.#extensions.integrations ? endpointConfigurationObject(this.#api) : undefined,
        },
        {
          paths,
          schemas: this.#written(),
          securitySchemes: this.#schemes.written(this.#documentation),
        },
      ),
      ...this.#documentation.about({ type: 'API' }),
      ...(this.#extensions.integrations ? apiExtensions(this.#api, this.#validators) : {}),
      ...this.#wholeDocumentation(),
    };
  }

  #wholeDocumentation(): JsonObject {
    const whole = this.#extensions.documentation ? this.#documentation.whole() : undefined;
    return whole === undefined ? {} : { 'x-amazon-apigateway-documentation': whole };
  }

  #written(): JsonObject {
    const { integrations } = this.#extensions;
    const target = {
      type: this.#layout.type,
      hasModel: (name: string) => this.#schemas.has(name),
      extensions: integrations,
    };
    return Object.fromEntries(
      [...this.#schemas].map(([name, schema]) => {
        const written = openApiSchemaOf(schema, target);
        // Documents that are imported again keep their schemas as they were.
        const documented = integrations ? {} : this.#documentation.about({ type: 'MODEL', name });
        return [name, isObject(written) ? { ...written, ...documented } : written];
      }),
    );
  }

  #paths(): JsonObject {
    const paths = [...pathsOf(this.#api)].sort(([, a], [, b]) => (a < b ? -1 : 1));
    const parents = new Set(Object.values(this.#api.resources).map(({ parentId }) => parentId));
    return Object.fromEntries(
      paths.flatMap(([id, path]): [string, JsonObject][] => {
        const methods = Object.values(this.#api.resources[id]?.methods ?? {});
        if (methods.length === 0 && (path === '/' || parents.has(id))) return [];
        const operations = methods.map((method): [string, JsonObject] => [
          operationName(method.httpMethod),
          this.#operation(path, id, method),
        ]);
        return [
          [path, { ...Object.fromEntries(operations), ...this.#documentation.about({ type: 'RESOURCE', path }) }],
        ];
      }),
    );
  }

  #operation(path: string, resourceId: string, method: Method): JsonObject {
    const { operationName: operationId, methodIntegration, requestValidatorId } = method;
    const at = { path, method: method.httpMethod };
    const responses = Object.values(method.methodResponses);
    const validator = this.#validators.get(requestValidatorId ?? '');
    const security = this.#schemes.requirements(method);
    const { integrations } = this.#extensions;
    return {
      ...this.#documentation.about({ type: 'METHOD', ...at }),
      ...(operationId === undefined ? {} : { operationId }),
      ...this.#layout.parameters(
        this.#parameters(method, at),
        this.#models(method.requestModels),
        this.#documentation.about({ type: 'REQUEST_BODY', ...at }),
      ),
      ...this.#layout.contentTypes({
        taken: [method.requestModels, methodIntegration?.requestTemplates],
        given: [
          ...responses.map(({ responseModels }) => responseModels),
          ...Object.values(methodIntegration?.integrationResponses ?? {}).map(
            ({ responseTemplates }) => responseTemplates,
          ),
        ],
      }),
      responses:
        responses.length === 0
          ? { default: { description: 'Default response' } }
          : Object.fromEntries(
              responses.map(({ statusCode, responseParameters, responseModels }) => [
                statusCode,
                this.#layout.response(
                  statusCode,
                  this.#headers(responseParameters, { ...at, statusCode }),
                  this.#models(responseModels),
                  this.#documentation.about({ type: 'RESPONSE', ...at, statusCode }),
                ),
              ]),
            ),
      ...(security.length === 0 ? {} : { security }),
      ...(this.#extensions.postman && method.authorizationType === 'AWS_IAM' ? postmanHelper(this.#api) : {}),
      ...(integrations && validator !== undefined ? { 'x-amazon-apigateway-request-validator': validator } : {}),
      ...(integrations && methodIntegration !== undefined
        ? { 'x-amazon-apigateway-integration': integrationObject(methodIntegration, resourceId) }
        : {}),
    };
  }

  #parameters(method: Method, at: { readonly path: string; readonly method: string }): WrittenParameter[] {
    return Object.entries(method.requestParameters ?? {}).flatMap(([key, required]) => {
      const [place = '', name = ''] = parameterOf(key) ?? [];
      const into = entryOf(parameterPlaces, place);
      if (into === undefined) return [];
      const documented = this.#documentation.about({ type: partTypes[into], ...at, name });
      // OpenAPI knows no path parameter that may be missing.
      return [{ name, in: into, required: required || into === 'path', documented }];
    });
  }

  #headers(
    parameters: Readonly<Record<string, boolean>> | undefined,
    at: { readonly path: string; readonly method: string; readonly statusCode: string },
  ): WrittenHeader[] {
    return Object.entries(parameters ?? {}).flatMap(([key, required]) => {
      const [place, name = ''] = parameterOf(key) ?? [];
      if (place !== 'header') return [];
      return [{ name, required, documented: this.#documentation.about({ type: 'RESPONSE_HEADER', ...at, name }) }];
    });
  }

  #models(models: Strings | undefined): WrittenModels {
    return Object.fromEntries(
      Object.entries(models ?? {}).map(([type, name]) => [type, this.#schemas.has(name) ? name : '']),
    );
  }
}

const operationName = (httpMethod: HttpMethod): string =>
  httpMethod === 'ANY' ? 'x-amazon-apigateway-any-method' : httpMethod.toLowerCase();
