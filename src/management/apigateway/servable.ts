/** Refuses what gates could not serve, before it is stored: the owner hears of all faults where the deployment is made. */
import { badRequest } from '../../definition/errors.ts';
import type { RestApi } from '../../definition/rest-api.ts';
import type { DeployedRestStage, Deployment, Stage } from '../../definition/stage.ts';
import { PlanError } from '../../plan/plan-error.ts';
import { compileRestStage } from '../../plan/rest.ts';
import type { Transaction } from '../documents.ts';

/** @throws BadRequestException naming method, field and fault of everything that does not compile */
function requireServable(deployed: DeployedRestStage): void {
  try {
    compileRestStage(deployed);
  } catch (error) {
    throw error instanceof PlanError ? badRequest(`Unable to deploy: ${error.message}`) : error;
  }
}

/** As `requireServable`, for a stage whose deployments are stored or in `fresh`. */
export async function requireServableStage(
  transaction: Transaction,
  api: RestApi,
  stage: Stage,
  fresh?: Deployment,
): Promise<void> {
  const load = async (id: string): Promise<Deployment | undefined> =>
    id === fresh?.id ? fresh : transaction.find('deployment', `${api.id}/${id}`);
  const deployment = await load(stage.deploymentId);
  if (deployment === undefined) return;
  const canaryDeployment = stage.canarySettings && (await load(stage.canarySettings.deploymentId));
  requireServable({
    accountId: api.accountId,
    region: api.region,
    restApiId: api.id,
    disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
    stage,
    deployment,
    ...(canaryDeployment && { canaryDeployment }),
  });
}
