/**
 * Usage plans: how often the holders of API keys may call which stages. Decides what a plan may look like, its patch
 * operations, which keys it has, and what remains of a quota; whether the stages exist is for the caller to look up.
 * Source: Amazon API Gateway API reference, "Patch operations", UpdateUsagePlan and UpdateUsage; Developer Guide,
 * "Usage plans and API keys for REST APIs"; texts are recorded answers where AWS's are known.
 */
import type { Throttle, UsagePlan } from './account.ts';
import { type Entries, entryOf, present, withEntry, withoutEntry } from './entries.ts';
import { badRequest, notFound, type ServiceError } from './errors.ts';
import { isJsonObject, parsedJson } from './json.ts';
import {
  applyPatch,
  clear,
  type PatchEdit,
  type PatchOperation,
  patchTable,
  refuseListing,
  required,
  set,
  text,
  wholeNumber,
  word,
} from './patch.ts';
import type { Strings } from './rest-api.ts';
import { newTags } from './tags.ts';

export const quotaPeriods = ['DAY', 'WEEK', 'MONTH'] as const;
type QuotaPeriod = (typeof quotaPeriods)[number];
type ApiStage = UsagePlan['apiStages'][number];
type Quota = NonNullable<UsagePlan['quota']>;

export const invalidUsagePlan = (): ServiceError => notFound('Invalid Usage Plan ID specified');

/** Members of a throttle as a caller sends them; what is missing is 0. */
interface ThrottleInput {
  readonly burstLimit?: number | undefined;
  readonly rateLimit?: number | undefined;
}

export interface UsagePlanInput {
  readonly name: string;
  readonly description?: string | undefined;
  readonly apiStages?:
    | readonly {
        readonly apiId?: string | undefined;
        readonly stage?: string | undefined;
        readonly throttle?: Readonly<Record<string, ThrottleInput>> | undefined;
      }[]
    | undefined;
  readonly throttle?: ThrottleInput | undefined;
  readonly quota?:
    | {
        readonly limit?: number | undefined;
        readonly offset?: number | undefined;
        readonly period?: QuotaPeriod | undefined;
      }
    | undefined;
  readonly tags?: Strings | undefined;
}

/** @throws BadRequestException when a member is missing or out of bounds */
export function newUsagePlan(input: UsagePlanInput, id: string, nowMs: number): UsagePlan {
  if (input.name === '') throw badRequest('Usage Plan name cannot be blank');
  let plan: UsagePlan = present({
    id,
    name: input.name,
    description: text(input.description),
    apiStages: [],
    throttle: input.throttle && throttleOf(input.throttle),
    quota: input.quota && quotaOf(input.quota),
    keyIds: [],
    usageRemaining: {},
    createdAtMs: nowMs,
    tags: newTags(input.tags),
  });
  for (const { apiId = '', stage = '', throttle } of input.apiStages ?? []) {
    if (apiId === '' || stage === '') throw invalidApiStage();
    const limits =
      throttle && Object.fromEntries(Object.entries(throttle).map(([key, each]) => [key, throttleOf(each)]));
    plan = withApiStage(plan, present({ apiId, stage, throttle: limits }));
  }
  return plan;
}

/**
 * Whether stages that were added exist is for the caller to look up.
 * @throws BadRequestException, or NotFoundException for a stage that the plan does not have
 */
export function updateUsagePlan(plan: UsagePlan, operations: readonly PatchOperation[] | undefined): UsagePlan {
  const { quota, ...members } = plan;
  const { quota: drafted, ...edited } = applyPatch<Draft>(
    planPatch,
    { ...members, ...(quota && { quota }) },
    operations?.map(withSlashedThrottle),
  );
  return drafted === undefined ? edited : { ...edited, quota: quotaOf(drafted) };
}

/** A plan while it is being patched: a quota may still lack members. */
type Draft = Omit<UsagePlan, 'quota'> & { readonly quota?: Partial<Quota> };

function quotaOf({ limit, offset = 0, period }: Partial<Quota> | NonNullable<UsagePlanInput['quota']>): Quota {
  if (limit === undefined) throw badRequest('Usage Plan quota limit must be specified');
  if (period === undefined) throw badRequest('Usage Plan quota period must be specified');
  if (!Number.isInteger(limit) || limit < 0) throw badRequest('Usage Plan quota limit must not be negative');
  const [offsetMax, bound] = offsetBounds[period];
  if (!(offset >= 0 && offset <= offsetMax))
    throw badRequest(`Usage Plan quota offset must be ${bound} in the ${period} period`);
  return { limit, offset, period };
}

/** On which day of its first period a quota may start. */
const offsetBounds: Readonly<Record<QuotaPeriod, readonly [max: number, inWords: string]>> = {
  DAY: [0, 'zero'],
  WEEK: [6, 'between zero and six inclusive'],
  MONTH: [27, 'between zero and 27 inclusive'],
};

function throttleOf({ burstLimit = 0, rateLimit = 0 }: ThrottleInput): Throttle {
  if (!Number.isInteger(burstLimit) || burstLimit < 0) throw badRequest(invalidBurst);
  if (!Number.isFinite(rateLimit) || rateLimit < 0) throw badRequest(invalidRate);
  return { burstLimit, rateLimit };
}

const invalidBurst = 'Usage Plan throttle burstLimit must be a non-negative integer';
const invalidRate = 'Usage Plan throttle rateLimit must be a non-negative number';

// API stages.

const invalidApiStage = (): ServiceError => badRequest('Invalid API Stage specified');

/** @throws BadRequestException when the plan has the stage already */
function withApiStage<Plan extends Pick<UsagePlan, 'apiStages'>>(plan: Plan, added: ApiStage): Plan {
  if (apiStageOf(plan, added.apiId, added.stage))
    throw badRequest(`API Stage ${added.apiId}:${added.stage} is already in the usage plan`);
  return { ...plan, apiStages: [...plan.apiStages, added] };
}

const apiStageOf = (plan: Pick<UsagePlan, 'apiStages'>, apiId: string, stage: string): ApiStage | undefined =>
  plan.apiStages.find((each) => each.apiId === apiId && each.stage === stage);

/** The plan itself when it does not have the stage. */
export const withoutApiStage = (plan: UsagePlan, apiId: string, stage: string): UsagePlan =>
  apiStageOf(plan, apiId, stage) === undefined
    ? plan
    : { ...plan, apiStages: plan.apiStages.filter((each) => each.apiId !== apiId || each.stage !== stage) };

/** `{apiId}:{stage}`. */
function apiStageNamed(name: string | undefined): { readonly apiId: string; readonly stage: string } {
  const [apiId, stage] = name?.split(':') ?? [];
  if (!apiId || !stage) throw invalidApiStage();
  return { apiId, stage };
}

/** Changes a stage of the plan. @throws NotFoundException when the plan does not have it */
function editedApiStage(plan: Draft, name: string | undefined, edit: (stage: ApiStage) => ApiStage | undefined): Draft {
  const { apiId, stage } = apiStageNamed(name);
  const found = apiStageOf(plan, apiId, stage);
  if (found === undefined)
    throw notFound(`Invalid API Stage {api: ${apiId}, stage: ${stage}} specified for usageplan ${plan.id}`);
  const edited = edit(found);
  return { ...plan, apiStages: plan.apiStages.flatMap((each) => (each !== found ? each : (edited ?? []))) };
}

const withLimits = (stage: ApiStage, throttle: Entries<Throttle>): ApiStage => {
  const { throttle: _former, ...rest } = stage;
  return Object.keys(throttle).length === 0 ? rest : { ...rest, throttle };
};

/** A limit of one method: `{resourcePath}/{httpMethod}`. */
const limitEdit =
  (name: keyof Throttle, read: (value: string | undefined) => number): PatchEdit<Draft> =>
  (plan, { names: [stageName, key = ''], value }) =>
    editedApiStage(plan, stageName, (stage) => {
      const limits = { ...(entryOf(stage.throttle, key) ?? throttleOf({})), [name]: read(value) };
      return withLimits(stage, withEntry(stage.throttle, key, limits));
    });

const limitsIn: PatchEdit<Draft> = (plan, { names: [stageName], value }) =>
  editedApiStage(plan, stageName, (stage) => {
    const parsed = parsedJson(value ?? '');
    if (!isJsonObject(parsed))
      throw badRequest('Invalid throttle specified, must be a JSON object of throttle settings');
    const limits = Object.entries(parsed).map(([key, limit]): [string, Throttle] => {
      const { burstLimit, rateLimit } = isJsonObject(limit) ? limit : {};
      if (typeof burstLimit !== 'number') throw badRequest(invalidBurst);
      if (typeof rateLimit !== 'number') throw badRequest(invalidRate);
      return [key, throttleOf({ burstLimit, rateLimit })];
    });
    return withLimits(stage, { ...stage.throttle, ...Object.fromEntries(limits) });
  });

/**
 * `{resourcePath}` in a path has slashes of its own; they are escaped so that the path has a row.
 * `/apiStages/a1:dev/throttle//pets/GET/rateLimit` becomes `/apiStages/a1:dev/throttle/~1pets~1GET/rateLimit`.
 */
function withSlashedThrottle(operation: PatchOperation): PatchOperation {
  const match = /^(\/apiStages\/[^/]+\/throttle\/)(.+?)(\/rateLimit|\/burstLimit)?$/s.exec(operation.path ?? '');
  if (match?.[1] === undefined || match[2] === undefined) return operation;
  return { ...operation, path: `${match[1]}${match[2].replaceAll('/', '~1')}${match[3] ?? ''}` };
}

// Keys.

export const withKey = (plan: UsagePlan, keyId: string): UsagePlan => ({ ...plan, keyIds: [...plan.keyIds, keyId] });

export const withoutKey = (plan: UsagePlan, keyId: string): UsagePlan => ({
  ...plan,
  keyIds: plan.keyIds.filter((each) => each !== keyId),
  usageRemaining: withoutEntry(plan.usageRemaining, keyId),
});

// Usage of a quota. Days are `YYYY-MM-DD` in UTC.

const dayMs = 86_400_000;

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The day on which the period of a quota begins that `day` belongs to. */
function periodStart({ period, offset }: Quota, day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (period === 'DAY') return day;
  if (period === 'WEEK') return dayOf(date.getTime() - ((date.getUTCDay() - offset + 7) % 7) * dayMs);
  const start = new Date(date);
  start.setUTCDate(offset + 1);
  if (start > date) start.setUTCMonth(start.getUTCMonth() - 1);
  return dayOf(start.getTime());
}

/**
 * What a key may still call at the end of a day: the limit, or what its owner set within the period, less what was
 * called since.
 * @param usedOn how many requests the key made on a day
 */
export function remainingOn(
  plan: UsagePlan,
  keyId: string,
  day: string,
  usedOn: (day: string) => number,
): number | undefined {
  const { quota } = plan;
  if (quota === undefined) return undefined;
  let remaining = quota.limit;
  const from = Date.parse(periodStart(quota, day));
  for (let ms = from; ms <= Date.parse(day); ms += dayMs)
    remaining = entryOf(entryOf(plan.usageRemaining, keyId), dayOf(ms)) ?? Math.max(0, remaining - usedOn(dayOf(ms)));
  return remaining;
}

/** Grants a key what remains of its quota from a day on; corrections of former periods are forgotten. */
function withRemaining(plan: UsagePlan, keyId: string, day: string, remaining: number): UsagePlan {
  if (plan.quota === undefined) throw badRequest('Usage Plan has no quota, so that none can be changed');
  const start = periodStart(plan.quota, day);
  const current = Object.entries(entryOf(plan.usageRemaining, keyId) ?? {}).filter(([each]) => each >= start);
  return {
    ...plan,
    usageRemaining: withEntry(plan.usageRemaining, keyId, { ...Object.fromEntries(current), [day]: remaining }),
  };
}

/** @param day today */
export const updateUsage = (
  plan: UsagePlan,
  keyId: string,
  day: string,
  operations: readonly PatchOperation[] | undefined,
): UsagePlan => applyPatch(usagePatch(keyId, day), plan, operations);

const usagePatch = (keyId: string, day: string) =>
  patchTable<UsagePlan>(refuseListing, [
    {
      path: '/remaining',
      replace: (plan, { value }) => withRemaining(plan, keyId, day, remainder(value)),
    },
  ]);

const remainder = wholeNumber(0, 2_147_483_647, 'Remaining quota must be a non-negative integer');

// Patch operations.

const burst = wholeNumber(0, 2_147_483_647, invalidBurst);

function rate(value: string | undefined): number {
  const number = value === undefined || value.trim() === '' ? Number.NaN : Number(value);
  return throttleOf({ rateLimit: number }).rateLimit;
}

const throttleEdit =
  (name: keyof Throttle, read: (value: string | undefined) => number): PatchEdit<Draft> =>
  (plan, { value }) => ({ ...plan, throttle: { ...(plan.throttle ?? throttleOf({})), [name]: read(value) } });

const quotaEdit =
  <Name extends keyof Quota>(name: Name, read: (value: string | undefined) => Quota[Name]): PatchEdit<Draft> =>
  (plan, { value }) => ({ ...plan, quota: { ...plan.quota, [name]: read(value) } });

const addedAndReplaced = <Target>(path: string, edit: PatchEdit<Target>) => ({ path, add: edit, replace: edit });

const planPatch = patchTable<Draft>(refuseListing, [
  { path: '/name', replace: set('name', required('Usage Plan name cannot be blank')) },
  { path: '/description', replace: set('description', text) },
  { ...addedAndReplaced<Draft>('/productCode', set('productCode', text)), remove: clear('productCode') },
  {
    path: '/apiStages',
    add: (plan, { value }) => withApiStage(plan, apiStageNamed(value)),
    remove: (plan, { value }) => editedApiStage(plan, value, () => undefined),
  },
  {
    ...addedAndReplaced('/apiStages/{apiId:stageName}/throttle', limitsIn),
    remove: (plan, { names: [name] }) => editedApiStage(plan, name, (stage) => withLimits(stage, {})),
  },
  {
    path: '/apiStages/{apiId:stageName}/throttle/{resourcePath}~1{httpMethod}',
    remove: (plan, { names: [name, key = ''] }) =>
      editedApiStage(plan, name, (stage) => withLimits(stage, withoutEntry(stage.throttle, key))),
  },
  addedAndReplaced(
    '/apiStages/{apiId:stageName}/throttle/{resourcePath}~1{httpMethod}/rateLimit',
    limitEdit('rateLimit', rate),
  ),
  addedAndReplaced(
    '/apiStages/{apiId:stageName}/throttle/{resourcePath}~1{httpMethod}/burstLimit',
    limitEdit('burstLimit', burst),
  ),
  { path: '/throttle', remove: clear('throttle') },
  addedAndReplaced('/throttle/burstLimit', throttleEdit('burstLimit', burst)),
  addedAndReplaced('/throttle/rateLimit', throttleEdit('rateLimit', rate)),
  { path: '/quota', remove: clear('quota') },
  addedAndReplaced(
    '/quota/limit',
    quotaEdit('limit', wholeNumber(0, 2_147_483_647, 'Usage Plan quota limit must be a non-negative integer')),
  ),
  addedAndReplaced(
    '/quota/offset',
    quotaEdit('offset', wholeNumber(0, 2_147_483_647, 'Usage Plan quota offset must be a non-negative integer')),
  ),
  addedAndReplaced(
    '/quota/period',
    quotaEdit('period', word(quotaPeriods, `Usage Plan quota period must be one of: [${quotaPeriods.join(', ')}]`)),
  ),
]);
