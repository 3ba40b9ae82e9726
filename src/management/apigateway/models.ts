/** Models: JSON schemas of bodies. */
import { Constraints } from '../../definition/constraints.ts';
import { present } from '../../definition/entries.ts';
import { badRequest } from '../../definition/errors.ts';
import {
  createModel,
  deleteModel,
  flattenedModel,
  invalidModelName,
  modelOf,
  updateModel,
} from '../../definition/models.ts';
import { invalidRestApi } from '../../definition/rest-apis.ts';
import { modelTemplate } from '../../mapping/model-template.ts';
import { ModelError } from '../../mapping/models.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';
import { pageOf } from './pages.ts';

export const models = ({ documents }: Dependencies) =>
  ({
    CreateModel: async ({ restApiId, ...input }, call) => {
      const id = call.newId(6);
      const api = await documents.edit(
        call,
        'rest-api',
        restApiId,
        () => invalidRestApi(call.accountId, restApiId),
        (before) => createModel(before, input, id),
      );
      return present({ ...modelOf(api, input.name) });
    },

    GetModel: async ({ restApiId, modelName, flatten }, call) => {
      const api = await documents.load(call, 'rest-api', restApiId, () => invalidModelName(modelName));
      const model = modelOf(api, modelName);
      return present({ ...(flatten ? flattenedModel(api, model) : model) });
    },

    GetModelTemplate: async ({ restApiId, modelName }, call) => {
      const api = await documents.load(call, 'rest-api', restApiId, () => invalidModelName(modelName));
      const model = modelOf(api, modelName);
      try {
        return { value: modelTemplate(api.models, model.name, restApiId) };
      } catch (error) {
        if (error instanceof ModelError) throw badRequest(`Unable to generate a template: ${error.message}`);
        throw error;
      }
    },

    GetModels: async ({ restApiId, ...page }, call) => {
      const api = await documents.load(call, 'rest-api', restApiId, () => invalidRestApi(call.accountId, restApiId));
      const { items, ...rest } = pageOf(Object.values(api.models), page, ({ name }) => name);
      return { items: items.map((model) => present({ ...model })), ...rest };
    },

    UpdateModel: async ({ restApiId, modelName, patchOperations }, call) => {
      new Constraints('updateModel').patch(patchOperations).check();
      const api = await documents.edit(
        call,
        'rest-api',
        restApiId,
        () => invalidModelName(modelName),
        (before) => updateModel(before, modelName, patchOperations),
      );
      return present({ ...modelOf(api, modelName) });
    },

    DeleteModel: async ({ restApiId, modelName }, call) => {
      await documents.edit(
        call,
        'rest-api',
        restApiId,
        () => invalidModelName(modelName),
        (api) => deleteModel(api, modelName),
      );
      return {};
    },
  }) satisfies Partial<Handlers>;
