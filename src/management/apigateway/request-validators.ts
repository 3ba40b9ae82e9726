/** Request validators of REST APIs. */
import { Constraints } from '../../definition/constraints.ts';
import { badRequest } from '../../definition/errors.ts';
import {
  createRequestValidator,
  deleteRequestValidator,
  invalidRequestValidator,
  requestValidatorOf,
  updateRequestValidator,
} from '../../definition/request-validators.ts';
import { invalidRestApi } from '../../definition/rest-apis.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';
import { pageOf } from './pages.ts';

export const requestValidators = ({ documents }: Dependencies) =>
  ({
    CreateRequestValidator: async ({ restApiId, ...input }, call) => {
      const id = call.newId(6);
      const api = await documents.edit(
        call,
        'rest-api',
        restApiId,
        // Observed: of all calls, this one calls an unknown API a bad request.
        () => badRequest('Invalid REST API identifier specified'),
        (before) => createRequestValidator(before, input, id),
      );
      return { ...requestValidatorOf(api, id) };
    },

    GetRequestValidator: async ({ restApiId, requestValidatorId }, call) => {
      const api = await documents.load(call, 'rest-api', restApiId, invalidRequestValidator);
      return { ...requestValidatorOf(api, requestValidatorId) };
    },

    GetRequestValidators: async ({ restApiId, ...page }, call) => {
      const api = await documents.load(call, 'rest-api', restApiId, () => invalidRestApi(call.accountId, restApiId));
      const { items, ...rest } = pageOf(Object.values(api.requestValidators), page, ({ id }) => id);
      return { items: items.map((validator) => ({ ...validator })), ...rest };
    },

    UpdateRequestValidator: async ({ restApiId, requestValidatorId, patchOperations }, call) => {
      new Constraints('updateRequestValidator').patch(patchOperations).check();
      const api = await documents.edit(call, 'rest-api', restApiId, invalidRequestValidator, (before) =>
        updateRequestValidator(before, requestValidatorId, patchOperations),
      );
      return { ...requestValidatorOf(api, requestValidatorId) };
    },

    DeleteRequestValidator: async ({ restApiId, requestValidatorId }, call) => {
      await documents.edit(call, 'rest-api', restApiId, invalidRequestValidator, (api) =>
        deleteRequestValidator(api, requestValidatorId),
      );
      return {};
    },
  }) satisfies Partial<Handlers>;
