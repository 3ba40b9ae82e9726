/** Authorizers of REST APIs. */
import {
  authorizerOf,
  authorizerTypes,
  createAuthorizer,
  deleteAuthorizer,
  invalidAuthorizer,
  updateAuthorizer,
} from '../../definition/authorizers.ts';
import { Constraints } from '../../definition/constraints.ts';
import { present } from '../../definition/entries.ts';
import { conflict } from '../../definition/errors.ts';
import type { Authorizer } from '../../definition/rest-api.ts';
import { invalidRestApi } from '../../definition/rest-apis.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers, Operations } from './operations.ts';
import { pageOf } from './pages.ts';

export const authorizers = ({ documents, testInvokeAuthorizer }: Dependencies) =>
  ({
    CreateAuthorizer: async ({ restApiId, ...input }, call) => {
      new Constraints('createAuthorizer').oneOf('type', input.type, authorizerTypes).check();
      const id = call.newId(6);
      const api = await documents.edit(
        call,
        'rest-api',
        restApiId,
        // Observed by users of AWS: of all calls, this one calls an unknown API a lost race.
        () => conflict('Unable to complete operation due to concurrent modification. Please try again later.'),
        (before) => createAuthorizer(before, input, id),
      );
      return presentAuthorizer(authorizerOf(api, id));
    },

    GetAuthorizer: async ({ restApiId, authorizerId }, call) => {
      const api = await documents.load(call, 'rest-api', restApiId, () => invalidRestApi(call.accountId, restApiId));
      return presentAuthorizer(authorizerOf(api, authorizerId));
    },

    GetAuthorizers: async ({ restApiId, ...page }, call) => {
      const api = await documents.load(call, 'rest-api', restApiId, () => invalidRestApi(call.accountId, restApiId));
      const { items, ...rest } = pageOf(Object.values(api.authorizers), page, ({ id }) => id);
      return { items: items.map(presentAuthorizer), ...rest };
    },

    UpdateAuthorizer: async ({ restApiId, authorizerId, patchOperations }, call) => {
      new Constraints('updateAuthorizer').patch(patchOperations).check();
      const api = await documents.edit(
        call,
        'rest-api',
        restApiId,
        () => invalidRestApi(call.accountId, restApiId),
        (before) => updateAuthorizer(before, authorizerId, patchOperations),
      );
      return presentAuthorizer(authorizerOf(api, authorizerId));
    },

    DeleteAuthorizer: async ({ restApiId, authorizerId }, call) => {
      await documents.edit(
        call,
        'rest-api',
        restApiId,
        () => invalidRestApi(call.accountId, restApiId),
        (api) => deleteAuthorizer(api, authorizerId),
      );
      return {};
    },

    TestInvokeAuthorizer: async ({ restApiId, authorizerId, ...request }, call) => {
      const api = await documents.load(call, 'rest-api', restApiId, invalidAuthorizer);
      const authorizer = authorizerOf(api, authorizerId);
      return present({ ...(await testInvokeAuthorizer(present({ ...request, api, authorizer }))) });
    },
  }) satisfies Partial<Handlers>;

const presentAuthorizer = (authorizer: Authorizer): Operations['GetAuthorizer']['output'] =>
  present({ ...authorizer, providerARNs: authorizer.providerARNs && [...authorizer.providerARNs] });
