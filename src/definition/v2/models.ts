/**
 * Models of WebSocket APIs: named JSON schemas of messages.
 * Source: Amazon API Gateway V2 API Reference, "Models"; texts are those that AWS is known to give.
 */
import type { Api, ApiModel } from '../api.ts';
import { entryOf, present, withEntry, withoutEntry } from '../entries.ts';
import { badRequest, conflict, notFound, type ServiceError } from '../errors.ts';
import { isJsonObject, parsedJson } from '../json.ts';
import { text } from '../patch.ts';
import { checkLengths } from './lengths.ts';
import { merged } from './merges.ts';

export const invalidModel = (id: string): ServiceError => notFound(`Invalid Model identifier specified ${id}`);

/** @throws NotFoundException */
export function modelOf(api: Api, modelId: string): ApiModel {
  const model = entryOf(api.models, modelId);
  if (model === undefined) throw invalidModel(modelId);
  return model;
}

export interface NewApiModel {
  readonly name: string;
  readonly schema: string;
  readonly contentType?: string | undefined;
  readonly description?: string | undefined;
}

/** @throws ServiceError */
export function createModel(api: Api, input: NewApiModel, modelId: string): Api {
  if (api.protocolType === 'HTTP')
    throw badRequest('Currently, Models are not permitted for APIs with a protocol type of HTTP');
  checkLengths(input);
  return withModel(
    api,
    present({
      modelId,
      name: input.name,
      contentType: input.contentType,
      description: text(input.description),
      schema: input.schema,
    }),
  );
}

/** @throws ServiceError */
export function updateModel(
  api: Api,
  modelId: string,
  change: { readonly [Name in keyof NewApiModel]?: NewApiModel[Name] | undefined },
): Api {
  const before = modelOf(api, modelId);
  checkLengths(change, 'empty clears');
  return withModel(api, merged(before, { ...change, schema: text(change.schema) }));
}

function withModel(api: Api, model: ApiModel): Api {
  const { modelId, name, schema, contentType = 'application/json' } = model;
  if (!/^[a-zA-Z0-9]+$/.test(name)) throw badRequest(`Model name must be alphanumeric: ${name}`);
  for (const other of Object.values(api.models))
    if (other.name === name && other.modelId !== modelId) throw conflict('Model name already exists for this API');
  if (/[/+]json\s*(;|$)/i.test(contentType) && !isJsonObject(parsedJson(schema)))
    throw badRequest(
      'Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema specified]',
    );
  return { ...api, models: withEntry(api.models, modelId, model) };
}

/** @throws NotFoundException, ConflictException while a route needs it */
export function deleteModel(api: Api, modelId: string): Api {
  const { name } = modelOf(api, modelId);
  for (const { routeKey, requestModels, routeResponses } of Object.values(api.routes)) {
    const used = [requestModels, ...Object.values(routeResponses).map(({ responseModels }) => responseModels)];
    if (used.some((models) => Object.values(models ?? {}).includes(name)))
      throw conflict(`Cannot delete model '${name}', is referenced in route: ${routeKey}`);
  }
  return { ...api, models: withoutEntry(api.models, modelId) };
}
