/** Stages: the names under which deployments are served, with all their settings. */
import { Constraints } from '../../definition/constraints.ts';
import { hasEntry, present, unlessEmpty } from '../../definition/entries.ts';
import { badRequest, conflict, notFound } from '../../definition/errors.ts';
import { invalidRestApi } from '../../definition/rest-apis.ts';
import type { Stage } from '../../definition/stage.ts';
import { cacheClusterSizes, newStage, updateStage } from '../../definition/stages.ts';
import { withoutApiStage } from '../../definition/usage-plans.ts';
import type { Transaction } from '../documents.ts';
import type { Call } from '../protocol/call.ts';
import type { Dependencies } from './dependencies.ts';
import { requireRestApi } from './deployments.ts';
import type { Handlers, Operations } from './operations.ts';
import { requireServableStage } from './servable.ts';
import { dateOf } from './times.ts';

export const stages = ({ documents, settled, flushAuthorizers }: Dependencies) => {
  // An unknown API has no such stage, and that is what AWS misses.
  const find = (call: Call, restApiId: string, stageName: string): Promise<Stage> =>
    documents.load(call, 'stage', `${restApiId}/${stageName}`, invalidStage);

  return {
    CreateStage: async (input, call) => {
      new Constraints('createStage').oneOf('cacheClusterSize', input.cacheClusterSize, cacheClusterSizes).check();
      const { restApiId, stageName } = input;
      const stage = newStage(restApiId, input, call.nowMs);
      await documents.transact(call, async (transaction) => {
        await requireReferences(transaction, call, stage, undefined);
        if ((await transaction.find('stage', `${restApiId}/${stageName}`)) !== undefined)
          throw conflict('Stage already exists');
        transaction.put('stage', `${restApiId}/${stageName}`, stage);
      });
      await settled();
      return presentStage(stage);
    },

    GetStage: async ({ restApiId, stageName }, call) => presentStage(await find(call, restApiId, stageName)),

    GetStages: async ({ restApiId, deploymentId }, call) => {
      await requireRestApi(documents, call, restApiId);
      const found = await documents.list(call, 'stage', `${restApiId}/`);
      const wanted = deploymentId
        ? found.filter((stage) => [stage.deploymentId, stage.canarySettings?.deploymentId].includes(deploymentId))
        : found;
      return { item: wanted.map(presentStage) };
    },

    UpdateStage: async ({ restApiId, stageName, patchOperations }, call) => {
      new Constraints('updateStage').patch(patchOperations).check();
      const stage = await documents.transact(call, async (transaction) => {
        const id = `${restApiId}/${stageName}`;
        const before = await transaction.load('stage', id, invalidStage);
        const after = updateStage(before, patchOperations, call.nowMs);
        await requireReferences(transaction, call, after, before);
        transaction.put('stage', id, after);
        return after;
      });
      await settled();
      return presentStage(stage);
    },

    DeleteStage: async ({ restApiId, stageName }, call) => {
      await documents.transact(call, async (transaction) => {
        await transaction.load('stage', `${restApiId}/${stageName}`, invalidStage);
        const domains = (await transaction.list('domain-name')).filter(({ basePathMappings }) =>
          basePathMappings.some((mapping) => mapping.restApiId === restApiId && mapping.stage === stageName),
        );
        if (domains.length > 0)
          throw badRequest(
            `Deleting stage ${stageName} failed. Please remove all base path mappings related to the stage in your domains: ${domains.map(({ domainName }) => domainName).join(', ')}`,
          );
        for (const plan of await transaction.list('usage-plan')) {
          const without = withoutApiStage(plan, restApiId, stageName);
          if (without !== plan) transaction.put('usage-plan', plan.id, without);
        }
        transaction.remove('stage', `${restApiId}/${stageName}`);
      });
      await settled();
      return {};
    },

    // No answers are cached yet that would have to be forgotten.
    FlushStageCache: async ({ restApiId, stageName }, call) => {
      await find(call, restApiId, stageName);
      return {};
    },

    FlushStageAuthorizersCache: async ({ restApiId, stageName }, call) => {
      await find(call, restApiId, stageName);
      flushAuthorizers(restApiId, stageName);
      await settled();
      return {};
    },
  } satisfies Partial<Handlers>;
};

export const invalidStage = (): Error => notFound('Invalid stage identifier specified');

/**
 * What a stage refers to must be there, and gates must be able to serve it; what it referred to before is not looked
 * up again.
 * @throws NotFoundException for the API, BadRequestException for everything else
 */
async function requireReferences(
  transaction: Transaction,
  call: Call,
  stage: Stage,
  before: Stage | undefined,
): Promise<void> {
  const { restApiId, documentationVersion, clientCertificateId } = stage;
  const api = await transaction.load('rest-api', restApiId, () => invalidRestApi(call.accountId, restApiId));
  const known = [before?.deploymentId, before?.canarySettings?.deploymentId];
  for (const id of [stage.deploymentId, stage.canarySettings?.deploymentId])
    if (id !== undefined && !known.includes(id))
      if ((await transaction.find('deployment', `${restApiId}/${id}`)) === undefined)
        throw badRequest('Deployment id does not exist');
  if (documentationVersion !== undefined && documentationVersion !== before?.documentationVersion)
    if (!hasEntry(api.documentationVersions, documentationVersion))
      throw badRequest('Invalid Documentation version specified');
  if (clientCertificateId !== undefined && clientCertificateId !== before?.clientCertificateId)
    if ((await transaction.find('client-certificate', clientCertificateId)) === undefined)
      throw badRequest('Invalid Client Certificate identifier specified');
  await requireServableStage(transaction, api, stage);
}

const presentStage = (stage: Stage): Operations['GetStage']['output'] => {
  const { restApiId: _api, createdAtMs, updatedAtMs, tags, ...members } = stage;
  return present({
    ...members,
    createdDate: dateOf(createdAtMs),
    lastUpdatedDate: dateOf(updatedAtMs),
    tags: unlessEmpty({ ...tags }),
  });
};
