/** Refuses what gates could not serve: the owner hears of all faults where the deployment is made. */
import type { DeployedApiStage } from '../../definition/api-stage.ts';
import { badRequest } from '../../definition/errors.ts';
import { compileHttpStage } from '../../plan/http/stage.ts';
import { PlanError } from '../../plan/plan-error.ts';

/** @throws BadRequestException naming route, field and fault of everything that does not compile */
export function requireServableApi(deployed: DeployedApiStage): void {
  if (deployed.protocolType !== 'HTTP') return;
  try {
    compileHttpStage(deployed);
  } catch (error) {
    throw error instanceof PlanError ? badRequest(`Unable to deploy: ${error.message}`) : error;
  }
}
