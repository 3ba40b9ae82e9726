/** API keys, one by one and from a file. */
import type { ApiKey } from '../../definition/account.ts';
import { apiKeyPatch, importedKeys, invalidApiKey, newApiKey } from '../../definition/api-keys.ts';
import { Constraints } from '../../definition/constraints.ts';
import { present, unlessEmpty } from '../../definition/entries.ts';
import { badRequest, conflict } from '../../definition/errors.ts';
import { applyPatch } from '../../definition/patch.ts';
import { withKey, withoutKey } from '../../definition/usage-plans.ts';
import type { Transaction } from '../documents.ts';
import type { Dependencies } from './dependencies.ts';
import { documentText } from './document-text.ts';
import type { Handlers, Operations } from './operations.ts';
import { pageOf } from './pages.ts';
import { invalidStage } from './stages.ts';
import { dateOf } from './times.ts';

/** Keys that are not given a value get one of this many letters and digits. */
const valueLength = 40;

export const apiKeys = ({ documents }: Dependencies) =>
  ({
    CreateApiKey: async (input, call) => {
      const birth = { id: call.newId(10), value: input.value || call.newId(valueLength), nowMs: call.nowMs };
      const key = newApiKey(input, birth);
      await documents.transact(call, async (transaction) => {
        await requireStages(transaction, key, undefined);
        if (input.value && (await transaction.list('api-key')).some(({ value }) => value === key.value))
          throw conflict('API Key already exists');
        transaction.put('api-key', key.id, key);
      });
      return { ...presentKey(key, true), ...present({ tags: unlessEmpty({ ...key.tags }) }) };
    },

    GetApiKey: async ({ apiKey, includeValue }, call) => {
      const key = await documents.load(call, 'api-key', apiKey, invalidApiKey);
      return { ...presentKey(key, includeValue === true), tags: { ...key.tags } };
    },

    GetApiKeys: async ({ nameQuery, customerId, includeValues, ...page }, call) => {
      const wanted = (await documents.list(call, 'api-key')).filter(
        (key) =>
          (key.name ?? '').startsWith(nameQuery ?? '') && (customerId === undefined || key.customerId === customerId),
      );
      const newestFirst = wanted.toSorted((a, b) => b.createdAtMs - a.createdAtMs);
      const { items, ...rest } = pageOf(newestFirst, page, ({ id }) => id);
      return {
        items: items.map((key) => ({
          ...presentKey(key, includeValues === true),
          ...present({ tags: unlessEmpty({ ...key.tags }) }),
        })),
        ...rest,
      };
    },

    UpdateApiKey: async ({ apiKey, patchOperations }, call) => {
      new Constraints('updateApiKey').patch(patchOperations).check();
      const key = await documents.transact(call, async (transaction) => {
        const before = await transaction.load('api-key', apiKey, invalidApiKey);
        const after = { ...applyPatch(apiKeyPatch, before, patchOperations), updatedAtMs: call.nowMs };
        await requireStages(transaction, after, before);
        transaction.put('api-key', apiKey, after);
        return after;
      });
      return { ...presentKey(key, false), tags: { ...key.tags } };
    },

    DeleteApiKey: async ({ apiKey }, call) => {
      await documents.transact(call, async (transaction) => {
        await transaction.load('api-key', apiKey, invalidApiKey);
        for (const plan of await transaction.list('usage-plan'))
          if (plan.keyIds.includes(apiKey)) transaction.put('usage-plan', plan.id, withoutKey(plan, apiKey));
        transaction.remove('api-key', apiKey);
      });
      return {};
    },

    ImportApiKeys: async ({ body, format, failOnWarnings }, call) => {
      new Constraints('importApiKeys').labelOneOf('format', format, ['csv']).check();
      const { keys, warnings: unreadable } = importedKeys(documentText(body));
      const births = keys.map(() => call.newId(10));
      return documents.transact(call, async (transaction) => {
        const warnings = [...unreadable];
        const taken = new Set((await transaction.list('api-key')).map(({ value }) => value));
        const plans = new Map((await transaction.list('usage-plan')).map((plan) => [plan.id, plan]));
        const ids: string[] = [];
        for (const [index, { line, input, value, usagePlanIds }] of keys.entries()) {
          const unknown = usagePlanIds.find((planId) => !plans.has(planId));
          if (taken.has(value)) warnings.push(`Line ${line}: API Key already exists`);
          else if (unknown !== undefined) warnings.push(`Line ${line}: Invalid Usage Plan ID specified: ${unknown}`);
          else {
            const key = newApiKey(input, { id: births[index] ?? '', value, nowMs: call.nowMs + index });
            ids.push(key.id);
            transaction.put('api-key', key.id, key);
            for (const planId of new Set(usagePlanIds)) {
              const plan = plans.get(planId);
              if (plan) plans.set(planId, withKey(plan, key.id));
            }
          }
        }
        if (failOnWarnings && warnings.length > 0)
          throw badRequest(`Warnings found during import: ${warnings.join('; ')}`);
        for (const plan of plans.values())
          if (plan.keyIds.some((id) => ids.includes(id))) transaction.put('usage-plan', plan.id, plan);
        return present({ ids, warnings: warnings.length > 0 ? warnings : undefined });
      });
    },
  }) satisfies Partial<Handlers>;

/** Stages that a key has not been tied to before must be there. */
async function requireStages(transaction: Transaction, key: ApiKey, before: ApiKey | undefined): Promise<void> {
  for (const stageKey of key.stageKeys)
    if (!before?.stageKeys.includes(stageKey)) await transaction.load('stage', stageKey, invalidStage);
}

const presentKey = (key: ApiKey, withValue: boolean): Operations['GetApiKey']['output'] => {
  const { id, value, name, customerId, description, enabled, createdAtMs, updatedAtMs, stageKeys } = key;
  return present({
    id,
    value: withValue ? value : undefined,
    name,
    customerId,
    description,
    enabled,
    createdDate: dateOf(createdAtMs),
    lastUpdatedDate: dateOf(updatedAtMs),
    stageKeys: [...stageKeys],
  });
};
