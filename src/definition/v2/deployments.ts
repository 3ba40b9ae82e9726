/**
 * Deployments of HTTP and WebSocket APIs: the API frozen at one moment, by its owner or by itself. A stage with
 * auto-deploy gets a new one with every change, in the same commit, so that the change is served at once.
 * Source: Amazon API Gateway V2 API Reference, "Deployments"; texts are those that AWS is known to give.
 */
import type { Api } from '../api.ts';
import type { ApiDeployment, ApiStage } from '../api-stage.ts';
import { present } from '../entries.ts';
import { badRequest, notFound, type ServiceError } from '../errors.ts';
import { text } from '../patch.ts';
import { checkLengths } from './lengths.ts';
import { merged } from './merges.ts';

export const invalidDeployment = (id: string): ServiceError =>
  notFound(`Invalid Deployment identifier specified ${id}`);

/** How many automatic deployments a stage keeps behind the one that it serves. */
const formerMax = 5;

const noRoutes = 'Unable to deploy API because no routes exist in this API';

export interface DeploymentInput {
  readonly deploymentId: string;
  readonly nowMs: number;
  readonly description?: string | undefined;
}

/** @throws BadRequestException when there is nothing to deploy */
export function freeze(api: Api, { deploymentId, nowMs, description }: DeploymentInput): ApiDeployment {
  checkLengths({ description });
  if (Object.keys(api.routes).length === 0)
    throw badRequest(
      api.protocolType === 'HTTP' ? noRoutes : 'At least one route is required before deploying the Api',
    );
  return frozen(
    api,
    present({ deploymentId, createdAtMs: nowMs, description: text(description), autoDeployed: false }),
  );
}

function frozen(
  api: Api,
  head: Pick<ApiDeployment, 'deploymentId' | 'createdAtMs' | 'description' | 'autoDeployed'>,
): ApiDeployment {
  return { ...head, apiId: api.apiId, deploymentStatus: 'DEPLOYED', api };
}

export const describedDeployment = (deployment: ApiDeployment, description: string | undefined): ApiDeployment => {
  checkLengths({ description });
  return merged(deployment, { description });
};

/** @returns why the API cannot be deployed by itself, or the deployment */
export function freezeAutomatically(
  api: Api,
  { deploymentId, nowMs }: Omit<DeploymentInput, 'description'>,
): ApiDeployment | string {
  if (Object.keys(api.routes).length === 0) return noRoutes;
  return frozen(api, {
    deploymentId,
    createdAtMs: nowMs,
    description: 'Automatic deployment triggered by changes to the Api configuration',
    autoDeployed: true,
  });
}

/** The stage after its owner deployed to it. */
export const redeployed = (stage: ApiStage, deploymentId: string, nowMs: number): ApiStage => ({
  ...stage,
  deploymentId,
  updatedAtMs: nowMs,
});

/** The stage after it deployed by itself; `dropped` is a deployment that it no longer keeps. */
export function autoDeployed(
  stage: ApiStage,
  deploymentId: string,
  nowMs: number,
): { readonly stage: ApiStage; readonly dropped: string | undefined } {
  const former = [...(stage.deploymentId ? [stage.deploymentId] : []), ...(stage.formerDeploymentIds ?? [])];
  return {
    stage: {
      ...stage,
      deploymentId,
      updatedAtMs: nowMs,
      formerDeploymentIds: former.slice(0, formerMax),
      lastDeploymentStatusMessage: `Successfully deployed stage with deployment ID '${deploymentId}'`,
    },
    dropped: former[formerMax],
  };
}

/** What it served before it goes on serving. */
export const failedToDeploy = (stage: ApiStage, reason: string, nowMs: number): ApiStage => ({
  ...stage,
  updatedAtMs: nowMs,
  lastDeploymentStatusMessage: `Deployment attempt failed: ${reason}`,
});
