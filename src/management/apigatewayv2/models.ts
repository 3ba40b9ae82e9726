/** Models of WebSocket APIs. */
import type { ApiModel } from '../../definition/api.ts';
import { badRequest } from '../../definition/errors.ts';
import { createModel, deleteModel, modelOf, updateModel } from '../../definition/v2/models.ts';
import { modelTemplate } from '../../mapping/model-template.ts';
import { ModelError } from '../../mapping/models.ts';
import { editApi, loadApi } from './api-edits.ts';
import type { Dependencies } from './dependencies.ts';
import { capitalized, uncapitalized } from './member-names.ts';
import type { Handlers, ItemOf } from './operations.ts';
import { listPage } from './pages.ts';

export const models = (dependencies: Dependencies) =>
  ({
    CreateModel: async ({ ApiId, ...input }, call) => {
      const id = call.newId(6);
      const api = await editApi(dependencies, call, ApiId, (before) => createModel(before, uncapitalized(input), id));
      return presentModel(modelOf(api, id));
    },

    GetModel: async ({ ApiId, ModelId }, call) =>
      presentModel(modelOf(await loadApi(dependencies, call, ApiId), ModelId)),

    GetModels: async ({ ApiId, ...page }, call) => {
      const api = await loadApi(dependencies, call, ApiId);
      return listPage(Object.values(api.models), page, ({ modelId }) => modelId, presentModel);
    },

    GetModelTemplate: async ({ ApiId, ModelId }, call) => {
      const api = await loadApi(dependencies, call, ApiId);
      const { name } = modelOf(api, ModelId);
      const byName = Object.fromEntries(Object.values(api.models).map((model) => [model.name, model]));
      try {
        return { Value: modelTemplate(byName, name, ApiId) };
      } catch (error) {
        if (error instanceof ModelError) throw badRequest(`Unable to generate a template: ${error.message}`);
        throw error;
      }
    },

    UpdateModel: async ({ ApiId, ModelId, ...change }, call) => {
      const api = await editApi(dependencies, call, ApiId, (before) =>
        updateModel(before, ModelId, uncapitalized(change)),
      );
      return presentModel(modelOf(api, ModelId));
    },

    DeleteModel: async ({ ApiId, ModelId }, call) => {
      await editApi(dependencies, call, ApiId, (api) => deleteModel(api, ModelId));
      return {};
    },
  }) satisfies Partial<Handlers>;

const presentModel = (model: ApiModel): ItemOf<'GetModels'> => capitalized(model);
