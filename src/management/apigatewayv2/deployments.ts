/** Deployments of HTTP and WebSocket APIs, and what deploying does to the stage that is named with it. */
import type { ApiDeployment } from '../../definition/api-stage.ts';
import { badRequest } from '../../definition/errors.ts';
import { text } from '../../definition/patch.ts';
import { invalidApi } from '../../definition/v2/apis.ts';
import { describedDeployment, freeze, invalidDeployment, redeployed } from '../../definition/v2/deployments.ts';
import { invalidStage } from '../../definition/v2/stages.ts';
import { dateOf } from '../apigateway/times.ts';
import { deployedStage, loadApi } from './api-edits.ts';
import type { Dependencies } from './dependencies.ts';
import { capitalized } from './member-names.ts';
import type { Handlers, ItemOf } from './operations.ts';
import { listPage } from './pages.ts';

export const deployments = (dependencies: Dependencies) => {
  const { documents, settled, requireServable } = dependencies;
  return {
    CreateDeployment: async ({ ApiId, Description, StageName }, call) => {
      const { nowMs } = call;
      const deployment = await documents.transact(call, async (transaction) => {
        const api = await transaction.load('api', ApiId, () => invalidApi(call.accountId, ApiId));
        const deploymentId = call.newId(6);
        const stageName = text(StageName);
        const stage =
          stageName === undefined
            ? undefined
            : await transaction.load('api-stage', `${ApiId}/${stageName}`, invalidStage);
        if (stage?.autoDeploy)
          throw badRequest('Deployment ID cannot be set on this stage because AutoDeploy is enabled.');
        const frozen = freeze(api, { deploymentId, nowMs, description: Description });
        transaction.put('api-deployment', `${ApiId}/${deploymentId}`, frozen);
        if (stage !== undefined) {
          const serving = redeployed(stage, deploymentId, nowMs);
          requireServable?.(deployedStage(api, serving, frozen));
          transaction.put('api-stage', `${ApiId}/${stage.stageName}`, serving);
        }
        // Written back as it is, so that a change of the API at the same time is not lost between the two.
        transaction.put('api', ApiId, api);
        return frozen;
      });
      await settled();
      return presentDeployment(deployment);
    },

    GetDeployment: async ({ ApiId, DeploymentId }, call) => {
      await loadApi(dependencies, call, ApiId);
      return presentDeployment(
        await documents.load(call, 'api-deployment', `${ApiId}/${DeploymentId}`, () => invalidDeployment(DeploymentId)),
      );
    },

    GetDeployments: async ({ ApiId, ...page }, call) => {
      await loadApi(dependencies, call, ApiId);
      const all = await documents.list(call, 'api-deployment', `${ApiId}/`);
      const newestFirst = all.toSorted((a, b) => b.createdAtMs - a.createdAtMs);
      return listPage(newestFirst, page, ({ deploymentId }) => deploymentId, presentDeployment);
    },

    UpdateDeployment: async ({ ApiId, DeploymentId, Description }, call) => {
      await loadApi(dependencies, call, ApiId);
      return presentDeployment(
        await documents.edit(
          call,
          'api-deployment',
          `${ApiId}/${DeploymentId}`,
          () => invalidDeployment(DeploymentId),
          (deployment) => describedDeployment(deployment, Description),
        ),
      );
    },

    DeleteDeployment: async ({ ApiId, DeploymentId }, call) => {
      await loadApi(dependencies, call, ApiId);
      await documents.transact(call, async (transaction) => {
        const key = `${ApiId}/${DeploymentId}`;
        await transaction.load('api-deployment', key, () => invalidDeployment(DeploymentId));
        const stages = await transaction.list('api-stage', `${ApiId}/`);
        if (stages.some(({ deploymentId }) => deploymentId === DeploymentId))
          throw badRequest('Active stages pointing to this deployment must be moved or deleted');
        transaction.remove('api-deployment', key);
      });
      return {};
    },
  } satisfies Partial<Handlers>;
};

const presentDeployment = ({
  api: _frozen,
  apiId: _owner,
  createdAtMs,
  ...deployment
}: ApiDeployment): ItemOf<'GetDeployments'> => capitalized({ ...deployment, createdDate: dateOf(createdAtMs) });
