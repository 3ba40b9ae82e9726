/**
 * How much of its quota each key of a usage plan has used. Requests are not counted against quotas yet, so nothing
 * is used; what an owner grants or takes with UpdateUsage is kept.
 */
import type { UsagePlan } from '../../definition/account.ts';
import { Constraints } from '../../definition/constraints.ts';
import { present } from '../../definition/entries.ts';
import { badRequest, notFound } from '../../definition/errors.ts';
import { dayOf, invalidUsagePlan, remainingOn, updateUsage } from '../../definition/usage-plans.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers, Operations } from './operations.ts';
import { type PageRequest, pageOf } from './pages.ts';

const daysMax = 366;
const dayMs = 86_400_000;

export const usage = ({ documents }: Dependencies) =>
  ({
    GetUsage: async ({ usagePlanId, keyId, startDate, endDate, ...page }, call) => {
      const plan = await documents.load(call, 'usage-plan', usagePlanId, invalidUsagePlan);
      const days = daysOf(startDate, endDate);
      const keyIds = keyId === undefined ? plan.keyIds : plan.keyIds.filter((each) => each === keyId);
      return usageOf(plan, keyIds, days, page);
    },

    UpdateUsage: async ({ usagePlanId, keyId, patchOperations }, call) => {
      new Constraints('updateUsage').patch(patchOperations).check();
      const today = dayOf(call.nowMs);
      const plan = await documents.edit(call, 'usage-plan', usagePlanId, invalidUsagePlan, (before) => {
        if (!before.keyIds.includes(keyId)) throw notFound('Invalid Usage Plan Key identifier specified');
        return updateUsage(before, keyId, today, patchOperations);
      });
      return usageOf(plan, [keyId], [today], {});
    },
  }) satisfies Partial<Handlers>;

/** All days from the first to the last. */
function daysOf(startDate: string, endDate: string): string[] {
  const [from, to] = [dateIn('startDate', startDate), dateIn('endDate', endDate)];
  if (from > to) throw badRequest('Invalid date range specified: startDate is after endDate');
  const count = (to - from) / dayMs + 1;
  if (count > daysMax) throw badRequest(`Invalid date range specified: at most ${daysMax} days can be queried`);
  return Array.from({ length: count }, (_, index) => dayOf(from + index * dayMs));
}

function dateIn(member: string, value: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms) || dayOf(ms) !== value) throw badRequest(`Invalid ${member} specified, must be YYYY-MM-DD`);
  return ms;
}

/** For each key a pair a day: used, remaining. */
function usageOf(
  plan: UsagePlan,
  keyIds: readonly string[],
  days: readonly string[],
  page: PageRequest,
): Operations['GetUsage']['output'] {
  const used = 0;
  const { items, position } = pageOf(keyIds, page, (keyId) => keyId);
  const pairs = (keyId: string): number[][] =>
    days.map((day) => [used, remainingOn(plan, keyId, day, () => used) ?? 0]);
  return present({
    usagePlanId: plan.id,
    startDate: days[0],
    endDate: days.at(-1),
    items: Object.fromEntries(items.map((keyId) => [keyId, pairs(keyId)])),
    position,
  });
}
