/** Which API keys belong to a usage plan. */
import type { ApiKey } from '../../definition/account.ts';
import { invalidApiKey } from '../../definition/api-keys.ts';
import { present } from '../../definition/entries.ts';
import { badRequest, conflict, notFound } from '../../definition/errors.ts';
import { invalidUsagePlan, withKey, withoutKey } from '../../definition/usage-plans.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers, Operations } from './operations.ts';
import { pageOf } from './pages.ts';

export const usagePlanKeys = ({ documents }: Dependencies) =>
  ({
    CreateUsagePlanKey: async ({ usagePlanId, keyId, keyType }, call) => {
      if (keyType !== 'API_KEY') throw badRequest('Invalid key type specified. Must be one of: [API_KEY]');
      const key = await documents.transact(call, async (transaction) => {
        const found = await transaction.load('api-key', keyId, invalidApiKey);
        const plan = await transaction.load('usage-plan', usagePlanId, invalidUsagePlan);
        if (plan.keyIds.includes(keyId)) throw conflict('API Key is already in the usage plan');
        // A stage must know which limits are meant: a key is in one plan a stage.
        const stages = new Set(plan.apiStages.map(({ apiId, stage }) => `${apiId}:${stage}`));
        for (const other of await transaction.list('usage-plan')) {
          const shared = other.keyIds.includes(keyId)
            ? other.apiStages.find(({ apiId, stage }) => stages.has(`${apiId}:${stage}`))
            : undefined;
          if (shared)
            throw conflict(
              `API Key is already in usage plan ${other.id}, which has the API Stage ${shared.apiId}:${shared.stage} too`,
            );
        }
        transaction.put('usage-plan', usagePlanId, withKey(plan, keyId));
        return found;
      });
      return presentKey(key);
    },

    GetUsagePlanKey: async ({ usagePlanId, keyId }, call) => {
      const key = await documents.load(call, 'api-key', keyId, invalidApiKey);
      const plan = await documents.load(call, 'usage-plan', usagePlanId, invalidUsagePlan);
      if (!plan.keyIds.includes(keyId)) throw invalidUsagePlan();
      return presentKey(key);
    },

    // An unknown plan is an empty one, as AWS has it.
    GetUsagePlanKeys: async ({ usagePlanId, nameQuery, ...page }, call) => {
      const plan = await documents.find(call, 'usage-plan', usagePlanId);
      const newestFirst = plan?.keyIds.toReversed() ?? [];
      const keys: ApiKey[] = [];
      for (const keyId of newestFirst) {
        const key = await documents.find(call, 'api-key', keyId);
        if (key && (key.name ?? '').startsWith(nameQuery ?? '')) keys.push(key);
      }
      const { items, ...rest } = pageOf(keys, page, ({ id }) => id);
      return { items: items.map(presentKey), ...rest };
    },

    DeleteUsagePlanKey: async ({ usagePlanId, keyId }, call) => {
      await documents.edit(call, 'usage-plan', usagePlanId, invalidUsagePlan, (plan) => {
        if (!plan.keyIds.includes(keyId)) throw notFound('Invalid Usage Plan Key identifier specified');
        return withoutKey(plan, keyId);
      });
      return {};
    },
  }) satisfies Partial<Handlers>;

const presentKey = ({ id, value, name }: ApiKey): Operations['GetUsagePlanKey']['output'] =>
  present({ id, type: 'API_KEY', value, name });
