/**
 * Edits of an API: loads it, applies a pure edit, and stores the outcome together with the deployments of all stages
 * that deploy by themselves. One commit, so that a change and its deployment are never seen apart.
 */
import type { Api } from '../../definition/api.ts';
import type { ApiDeployment, ApiStage } from '../../definition/api-stage.ts';
import { ServiceError } from '../../definition/errors.ts';
import { invalidApi, needsDeployment } from '../../definition/v2/apis.ts';
import { autoDeployed, failedToDeploy, freezeAutomatically } from '../../definition/v2/deployments.ts';
import { invalidVpcLink } from '../../definition/v2/vpc-links.ts';
import type { Transaction } from '../documents.ts';
import type { Call } from '../protocol/call.ts';
import type { Dependencies } from './dependencies.ts';

/** The API of that identifier. @throws NotFoundException */
export const loadApi = ({ documents }: Pick<Dependencies, 'documents'>, call: Call, apiId: string): Promise<Api> =>
  documents.load(call, 'api', apiId, () => invalidApi(call.accountId, apiId));

/** The edit may run again after a lost race. @returns the API as it is now, served by the gates where it is deployed */
export async function editApi(
  dependencies: Dependencies,
  call: Call,
  apiId: string,
  change: (api: Api) => Api,
): Promise<Api> {
  const edited = await dependencies.documents.transact(call, async (transaction) => {
    const before = await transaction.load('api', apiId, () => invalidApi(call.accountId, apiId));
    const after = change(before);
    await requireVpcLinks(transaction, before, after);
    transaction.put('api', apiId, after);
    if (needsDeployment(before, after)) await deployByThemselves(dependencies, transaction, after, call);
    return after;
  });
  await dependencies.settled();
  return edited;
}

/** What integrations newly refer to must be there; an identifier with a stage variable in it is not known yet. */
export async function requireVpcLinks(transaction: Transaction, before: Api | undefined, after: Api): Promise<void> {
  for (const integration of Object.values(after.integrations)) {
    const { integrationId, connectionType, connectionId } = integration;
    if (connectionType !== 'VPC_LINK' || connectionId === undefined || connectionId.includes('$')) continue;
    if (before?.integrations[integrationId]?.connectionId === connectionId) continue;
    const kind = after.protocolType === 'HTTP' ? 'vpc-link-v2' : 'vpc-link';
    if ((await transaction.find(kind, connectionId)) === undefined) throw invalidVpcLink(connectionId);
  }
}

/** A new deployment for all stages of the API that ask for it; one that fails leaves them as they were. */
export async function deployByThemselves(
  dependencies: Dependencies,
  transaction: Transaction,
  api: Api,
  call: Call,
): Promise<void> {
  const stages = await transaction.list('api-stage', `${api.apiId}/`);
  await deployStages(dependencies, transaction, api, stages, (stage) => stage.autoDeploy, call);
}

/** One stage, made or changed in this transaction. @returns the stage with its deployment, or with why it has none */
export async function deployStage(
  dependencies: Dependencies,
  transaction: Transaction,
  api: Api,
  stage: ApiStage,
  call: Call,
): Promise<ApiStage> {
  const others = (await transaction.list('api-stage', `${api.apiId}/`)).filter(
    ({ stageName }) => stageName !== stage.stageName,
  );
  const isIt = ({ stageName }: ApiStage): boolean => stageName === stage.stageName;
  const [deployed = stage] = await deployStages(dependencies, transaction, api, [...others, stage], isIt, call);
  return deployed;
}

/** @returns those that were to be deployed, as they were stored */
async function deployStages(
  dependencies: Dependencies,
  transaction: Transaction,
  api: Api,
  stages: readonly ApiStage[],
  isMeant: (stage: ApiStage) => boolean,
  call: Call,
): Promise<ApiStage[]> {
  const meant = stages.filter(isMeant);
  if (meant.length === 0) return [];
  const { nowMs } = call;
  const frozen = freezeAutomatically(api, { deploymentId: call.newId(6), nowMs });
  const droppedIds = new Set<string>();
  const stored = meant.map((before): ApiStage => {
    const reason = typeof frozen === 'string' ? frozen : reasonAgainst(dependencies, api, before, frozen);
    if (typeof frozen === 'string' || reason !== undefined) return failedToDeploy(before, reason ?? '', nowMs);
    const { stage, dropped } = autoDeployed(before, frozen.deploymentId, nowMs);
    if (dropped !== undefined) droppedIds.add(dropped);
    return stage;
  });
  for (const stage of stored) transaction.put('api-stage', stageKey(stage), stage);
  if (typeof frozen !== 'string' && stored.some(({ deploymentId }) => deploymentId === frozen.deploymentId))
    transaction.put('api-deployment', `${api.apiId}/${frozen.deploymentId}`, frozen);
  const kept = [...stages.filter((stage) => !isMeant(stage)), ...stored];
  for (const { deploymentId, formerDeploymentIds = [] } of kept)
    for (const id of [deploymentId ?? '', ...formerDeploymentIds]) droppedIds.delete(id);
  for (const id of droppedIds) {
    const dropped = await transaction.find('api-deployment', `${api.apiId}/${id}`);
    if (dropped?.autoDeployed) transaction.remove('api-deployment', `${api.apiId}/${id}`);
  }
  return stored;
}

/** What a gate would say against serving it. */
function reasonAgainst(
  { requireServable }: Dependencies,
  api: Api,
  stage: ApiStage,
  deployment: ApiDeployment,
): string | undefined {
  try {
    requireServable?.(deployedStage(api, stage, deployment));
    return undefined;
  } catch (error) {
    if (error instanceof ServiceError) return error.message;
    throw error;
  }
}

export const deployedStage = (api: Api, stage: ApiStage, deployment: ApiDeployment) => ({
  accountId: api.accountId,
  region: api.region,
  apiId: api.apiId,
  protocolType: api.protocolType,
  disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
  stage,
  deployment,
});

export const stageKey = ({ apiId, stageName }: Pick<ApiStage, 'apiId' | 'stageName'>): string =>
  `${apiId}/${stageName}`;
