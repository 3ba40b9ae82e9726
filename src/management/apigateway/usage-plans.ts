/** Usage plans: which stages the holders of API keys may call, and how often. */
import type { UsagePlan } from '../../definition/account.ts';
import { Constraints } from '../../definition/constraints.ts';
import { present, unlessEmpty } from '../../definition/entries.ts';
import { badRequest, notFound } from '../../definition/errors.ts';
import { invalidUsagePlan, newUsagePlan, quotaPeriods, updateUsagePlan } from '../../definition/usage-plans.ts';
import type { Transaction } from '../documents.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers, Operations } from './operations.ts';
import { pageOf } from './pages.ts';

export const usagePlans = ({ documents }: Dependencies) =>
  ({
    CreateUsagePlan: async (input, call) => {
      new Constraints('createUsagePlan').oneOf('quota.period', input.quota?.period, quotaPeriods).check();
      const plan = newUsagePlan(input, call.newId(6), call.nowMs);
      await documents.transact(call, async (transaction) => {
        await requireStages(transaction, plan, undefined);
        transaction.put('usage-plan', plan.id, plan);
      });
      return { ...presentUsagePlan(plan), ...present({ tags: unlessEmpty({ ...plan.tags }) }) };
    },

    GetUsagePlan: async ({ usagePlanId }, call) => {
      const plan = await documents.load(call, 'usage-plan', usagePlanId, invalidUsagePlan);
      return { ...presentUsagePlan(plan), tags: { ...plan.tags } };
    },

    GetUsagePlans: async ({ keyId, ...page }, call) => {
      const all = await documents.list(call, 'usage-plan');
      const wanted = keyId === undefined ? all : all.filter(({ keyIds }) => keyIds.includes(keyId));
      const newestFirst = wanted.toSorted((a, b) => b.createdAtMs - a.createdAtMs);
      const { items, ...rest } = pageOf(newestFirst, page, ({ id }) => id);
      return {
        items: items.map((plan) => ({
          ...presentUsagePlan(plan),
          ...present({ tags: unlessEmpty({ ...plan.tags }) }),
        })),
        ...rest,
      };
    },

    UpdateUsagePlan: async ({ usagePlanId, patchOperations }, call) => {
      new Constraints('updateUsagePlan').patch(patchOperations).check();
      const plan = await documents.transact(call, async (transaction) => {
        const before = await transaction.load('usage-plan', usagePlanId, invalidUsagePlan);
        const after = updateUsagePlan(before, patchOperations);
        await requireStages(transaction, after, before);
        transaction.put('usage-plan', usagePlanId, after);
        return after;
      });
      return { ...presentUsagePlan(plan), tags: { ...plan.tags } };
    },

    DeleteUsagePlan: async ({ usagePlanId }, call) => {
      await documents.transact(call, async (transaction) => {
        const plan = await transaction.load('usage-plan', usagePlanId, invalidUsagePlan);
        if (plan.apiStages.length > 0)
          throw badRequest(`Cannot delete Usage Plan ${usagePlanId} because there are API Stages associated with it`);
        transaction.remove('usage-plan', usagePlanId);
      });
      return {};
    },
  }) satisfies Partial<Handlers>;

/** Stages that a plan has not had before must be there. */
async function requireStages(transaction: Transaction, plan: UsagePlan, before: UsagePlan | undefined): Promise<void> {
  for (const { apiId, stage } of plan.apiStages) {
    if (before?.apiStages.some((each) => each.apiId === apiId && each.stage === stage)) continue;
    if ((await transaction.find('stage', `${apiId}/${stage}`)) === undefined)
      throw notFound(`API Stage not found: ${apiId}:${stage}`);
  }
}

const presentUsagePlan = ({
  id,
  name,
  description,
  apiStages,
  throttle,
  quota,
  productCode,
}: UsagePlan): Operations['GetUsagePlan']['output'] =>
  present({ id, name, description, apiStages: apiStages.map((each) => ({ ...each })), throttle, quota, productCode });
