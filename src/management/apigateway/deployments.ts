/** Deployments of a REST API, and what deploying does to the stage that is named with it. */
import { Constraints } from '../../definition/constraints.ts';
import { apiSummary, deploymentPatch, freeze } from '../../definition/deployments.ts';
import { present } from '../../definition/entries.ts';
import { badRequest, notFound } from '../../definition/errors.ts';
import { applyPatch, text } from '../../definition/patch.ts';
import { invalidRestApi } from '../../definition/rest-apis.ts';
import type { Deployment } from '../../definition/stage.ts';
import { cacheClusterSizes, newStage, redeploy } from '../../definition/stages.ts';
import type { Documents } from '../documents.ts';
import type { Call } from '../protocol/call.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers, Operations } from './operations.ts';
import { pageOf } from './pages.ts';
import { requireServableStage } from './servable.ts';
import { dateOf } from './times.ts';

export const deployments = ({ documents, settled }: Dependencies) =>
  ({
    CreateDeployment: async (input, call) => {
      new Constraints('createDeployment').oneOf('cacheClusterSize', input.cacheClusterSize, cacheClusterSizes).check();
      const { restApiId, canarySettings, stageName } = input;
      if (canarySettings !== undefined && text(stageName) === undefined)
        throw badRequest(
          `Invalid deployment content specified.Non null and non empty stageName must be provided for canary deployment. Provided value is ${stageName ?? 'null'}`,
        );
      const id = call.newId(6);
      const deployment = await documents.transact(call, async (transaction) => {
        const api = await transaction.load('rest-api', restApiId, () => invalidRestApi(call.accountId, restApiId));
        const frozen = freeze(api, { id, nowMs: call.nowMs, description: input.description });
        transaction.put('deployment', `${restApiId}/${id}`, frozen);
        if (stageName !== undefined && stageName !== '') {
          const stage = await transaction.find('stage', `${restApiId}/${stageName}`);
          if (stage === undefined && canarySettings !== undefined)
            throw badRequest(
              `Invalid deployment content specified.Stage ${stageName} must already be created before making a canary release deployment`,
            );
          const { variables, cacheClusterEnabled, cacheClusterSize, tracingEnabled } = input;
          const change = {
            deploymentId: id,
            description: input.stageDescription,
            variables,
            cacheClusterEnabled,
            cacheClusterSize,
            tracingEnabled,
            canarySettings,
          };
          const deployed =
            stage === undefined
              ? newStage(restApiId, { ...change, stageName }, call.nowMs)
              : redeploy(stage, change, call.nowMs);
          await requireServableStage(transaction, api, deployed, frozen);
          transaction.put('stage', `${restApiId}/${stageName}`, deployed);
        }
        return frozen;
      });
      await settled();
      return presentDeployment(deployment);
    },

    GetDeployment: async ({ restApiId, deploymentId, embed }, call) => {
      await requireRestApi(documents, call, restApiId);
      const found = await documents.load(call, 'deployment', `${restApiId}/${deploymentId}`, invalidDeployment);
      return embed?.some((name) => name.toLowerCase() === 'apisummary')
        ? { ...presentDeployment(found), apiSummary: apiSummary(found) }
        : presentDeployment(found);
    },

    GetDeployments: async ({ restApiId, ...page }, call) => {
      await requireRestApi(documents, call, restApiId);
      const found = await documents.list(call, 'deployment', `${restApiId}/`);
      const newestFirst = found.toSorted((a, b) => b.createdAtMs - a.createdAtMs);
      const { items, ...rest } = pageOf(newestFirst, page, ({ id }) => id);
      return { items: items.map(presentDeployment), ...rest };
    },

    UpdateDeployment: async ({ restApiId, deploymentId, patchOperations }, call) => {
      new Constraints('updateDeployment').patch(patchOperations).check();
      await requireRestApi(documents, call, restApiId);
      return presentDeployment(
        await documents.edit(call, 'deployment', `${restApiId}/${deploymentId}`, invalidDeployment, (deployment) =>
          applyPatch(deploymentPatch, deployment, patchOperations),
        ),
      );
    },

    DeleteDeployment: async ({ restApiId, deploymentId }, call) => {
      await requireRestApi(documents, call, restApiId);
      await documents.transact(call, async (transaction) => {
        await transaction.load('deployment', `${restApiId}/${deploymentId}`, invalidDeployment);
        const stages = await transaction.list('stage', `${restApiId}/`);
        if (stages.some((stage) => [stage.deploymentId, stage.canarySettings?.deploymentId].includes(deploymentId)))
          throw badRequest('Active stages pointing to this deployment must be moved or deleted');
        transaction.remove('deployment', `${restApiId}/${deploymentId}`);
      });
      return {};
    },
  }) satisfies Partial<Handlers>;

export const invalidDeployment = (): Error => notFound('Invalid Deployment identifier specified');

const presentDeployment = ({ id, description, createdAtMs }: Deployment): Operations['CreateDeployment']['output'] =>
  present({ id, description, createdDate: dateOf(createdAtMs) });

/** @throws NotFoundException when the caller has no such REST API */
export async function requireRestApi(documents: Documents, call: Call, restApiId: string): Promise<void> {
  await documents.load(call, 'rest-api', restApiId, () => invalidRestApi(call.accountId, restApiId));
}
