/**
 * What AWS made of real documents: recorded answers of GetRestApi, GetModels, GetAuthorizers, GetResources, GetMethod …
 * after imports, compared with the aggregate by a small presenter of its own.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pathOf } from '../resources.ts';
import type { Integration, IntegrationResponse, Method, MethodResponse, RestApi } from '../rest-api.ts';
import { newRestApi } from '../rest-apis.ts';
import { birth, Comparison, ids, isMembers, shared } from './fixtures.ts';
import { exportRestApi, type ImportOptions, importRestApi, readDocument } from './index.ts';

const missing = !existsSync(shared) && 'the recorded vectors are not beside this clone';

interface Vector {
  readonly id: string;
  readonly document: string;
  readonly substitutions: Readonly<Record<string, string>>;
  readonly operation: 'import_rest_api' | 'put_rest_api';
  readonly parameters: Readonly<Record<string, string>>;
  readonly mode?: 'merge' | 'overwrite';
  readonly after?: string;
  readonly expect: Readonly<Record<string, unknown>>;
}

const vectors: readonly Vector[] = missing
  ? []
  : JSON.parse(readFileSync(new URL('rest/openapi-import.json', shared), 'utf8')).vectors;

const textOf = ({ document, substitutions }: Pick<Vector, 'document' | 'substitutions'>): string => {
  let text = readFileSync(new URL(document, shared), 'utf8');
  for (const [from, to] of Object.entries(substitutions)) text = text.replaceAll(from, to);
  return text;
};

/** The API that a put goes to. */
function apiBefore({ after }: Vector): RestApi {
  if (after?.startsWith('create_rest_api')) {
    const [, types] = /binaryMediaTypes=(\[.*\])/.exec(after) ?? [];
    return newRestApi({ name: 'before', binaryMediaTypes: JSON.parse(types ?? '[]') }, birth());
  }
  const first = after === undefined ? undefined : vectors.find(({ id }) => id.endsWith(`/${after.split(' ')[0]}`));
  return first === undefined ? newRestApi({ name: 'before' }, birth()) : imported(first);
}

function imported(vector: Vector): RestApi {
  const { parameters, operation, mode = 'merge' } = vector;
  const put: ImportOptions =
    operation === 'import_rest_api'
      ? { mode: 'new', birth: birth(), parameters }
      : { mode, api: apiBefore(vector), birth: birth('put'), parameters };
  return importRestApi(readDocument(textOf(vector)), put).api;
}

const unlessEmpty = (value: object | undefined) =>
  value === undefined || Object.keys(value).length === 0 ? undefined : value;

const shown = {
  api: (api: RestApi, isPut: boolean) => ({
    $status: isPut ? 200 : 201,
    apiKeySource: api.apiKeySource,
    binaryMediaTypes: unlessEmpty(api.binaryMediaTypes),
    createdDate: api.createdAtMs / 1000,
    description: api.description,
    disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
    endpointConfiguration: api.endpointConfiguration,
    id: api.id,
    name: api.name,
    rootResourceId: api.rootResourceId,
    version: api.version,
    warnings: api.warnings,
    tags: isPut ? api.tags : undefined,
  }),
  models: (api: RestApi) => ({ $status: 200, items: sorted(Object.values(api.models), 'name') }),
  authorizers: (api: RestApi) => ({ $status: 200, items: sorted(Object.values(api.authorizers), 'name') }),
  resources: (api: RestApi) => ({
    $status: 200,
    items: sorted(
      Object.values(api.resources).map(({ id, parentId, pathPart, methods }) => ({
        id,
        parentId,
        pathPart,
        path: pathOf(api, id),
        resourceMethods: unlessEmpty(Object.fromEntries(Object.keys(methods).map((name) => [name, {}]))),
      })),
      'path',
    ),
  }),
  documentationParts: (api: RestApi) => ({ $status: 200, items: Object.values(api.documentationParts) }),
  integration: (integration: Integration) => ({
    ...integration,
    integrationResponses: unlessEmpty(integration.integrationResponses),
  }),
  method: (method: Method) => ({
    ...method,
    methodResponses: unlessEmpty(method.methodResponses),
    methodIntegration: method.methodIntegration && shown.integration(method.methodIntegration),
  }),
  response: (response: MethodResponse | IntegrationResponse | undefined) =>
    response === undefined
      ? {
          $status: 404,
          $error: { Code: 'NotFoundException', Message: 'Invalid Response status code specified' },
        }
      : { $status: 200, ...response },
};

const sorted = <Item extends object>(items: readonly Item[], by: keyof Item): Item[] =>
  [...items].sort((a, b) => (String(a[by]) < String(b[by]) ? -1 : 1));

test('import: the recorded answers are there', { skip: missing }, () => assert.ok(vectors.length >= 16));

for (const vector of vectors)
  test(`import, recorded: ${vector.id}`, () => {
    const api = imported(vector);
    const { expect } = vector;
    const comparison = new Comparison();
    const lists: Readonly<Record<string, (api: RestApi) => unknown>> = {
      api: (each) => shown.api(each, vector.operation === 'put_rest_api'),
      models: shown.models,
      authorizers: shown.authorizers,
      authorizersSortedByName: (each) => shown.authorizers(each).items,
      resources: shown.resources,
      documentationParts: shown.documentationParts,
    };
    for (const [name, show] of Object.entries(lists))
      if (expect[name] !== undefined) comparison.same(show(api), expect[name], name);
    const { methods = {}, ...others } = expect;
    assert.deepEqual(
      Object.keys(others).filter((name) => lists[name] === undefined),
      [],
      'expectations that nobody looks at',
    );
    assert.ok(isMembers(methods));
    for (const [name, answers] of Object.entries(methods)) {
      const [path = '', httpMethod = ''] = name.split(' ');
      const resource = Object.values(api.resources).find(({ id }) => pathOf(api, id) === path);
      const method = Object.values(resource?.methods ?? {}).find((each) => each.httpMethod === httpMethod);
      assert.ok(method, `${name} exists`);
      assert.ok(isMembers(answers));
      const integration = method.methodIntegration;
      const known: Readonly<Record<string, unknown>> = {
        method: { $status: 200, ...shown.method(method) },
        methodResponse200: shown.response(method.methodResponses['200']),
        integration: integration && { $status: 200, ...shown.integration(integration) },
        integrationResponse200: shown.response(integration?.integrationResponses['200']),
      };
      for (const [answer, expected] of Object.entries(answers))
        comparison.same(known[answer], expected, `${name} ${answer}`);
    }
  });

test('import: ids are asked for, never made up', () => {
  const counted = ids('n');
  const { api } = importRestApi(readDocument('{"openapi":"3.0.1","info":{"title":"t"},"paths":{"/a":{"get":{}}}}'), {
    mode: 'new',
    birth: { ...birth(), newId: counted },
  });
  for (const { id } of Object.values(api.resources)) assert.match(id, /^n\d+$/);
});

interface ExportVector {
  readonly id: string;
  readonly document: string;
  readonly substitutions: Readonly<Record<string, string>>;
  readonly importParameters: { readonly failOnWarnings: boolean };
  readonly stageName: string;
  readonly exportType: string;
  readonly parameters: { readonly extensions?: string };
  readonly expect: {
    readonly contentType: string;
    readonly contentDisposition: string;
    readonly bodyJson: unknown;
  };
}

const exportVectors: readonly ExportVector[] = missing
  ? []
  : JSON.parse(readFileSync(new URL('rest/openapi-export.json', shared), 'utf8')).vectors;

for (const { id, importParameters, stageName, exportType, parameters, expect, ...document } of exportVectors)
  test(`export, recorded: ${id}`, () => {
    const { api, warnings } = importRestApi(readDocument(textOf(document)), {
      mode: 'new',
      birth: birth(),
      ...importParameters,
    });
    assert.deepEqual(warnings, []);
    const exported = exportRestApi(api, { stageName }, { exportType, ...parameters });
    const comparison = new Comparison();
    comparison.same(exported.contentType, expect.contentType, 'contentType');
    comparison.same(exported.contentDisposition, expect.contentDisposition, 'contentDisposition');
    comparison.same(JSON.parse(exported.body), expect.bodyJson, 'body');
  });
