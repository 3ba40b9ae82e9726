/**
 * Canaries: the share of a stage's traffic that goes to a second deployment, with stage variables of its own.
 * Decides how a canary comes to be, changes and is promoted; `stages.ts` decides which patch operation means which.
 * Source: Amazon API Gateway Developer Guide, "Set up an API Gateway canary release deployment".
 */
import { type Entries, present, withEntry, withoutEntry } from './entries.ts';
import { badRequest } from './errors.ts';
import type { Strings } from './rest-api.ts';
import type { CanarySettings, Stage } from './stage.ts';
import { checkVariables } from './stage-variables.ts';

/** Canary settings as a caller sends them; what is missing takes its default. */
export interface CanaryInput {
  readonly deploymentId?: string | undefined;
  readonly percentTraffic?: number | undefined;
  readonly stageVariableOverrides?: Strings | undefined;
  readonly useStageCache?: boolean | undefined;
}

/**
 * @param deploymentId what the canary serves unless the input names another deployment
 * @throws BadRequestException when the share or a variable is malformed
 */
export function newCanary(input: CanaryInput, deploymentId: string): CanarySettings {
  const { percentTraffic = 0, stageVariableOverrides, useStageCache = false } = input;
  checkVariables(stageVariableOverrides);
  return present({
    deploymentId: input.deploymentId ?? deploymentId,
    percentTraffic: checkedPercent(percentTraffic),
    stageVariableOverrides,
    useStageCache,
  });
}

/** Changes members of the stage's canary; a stage without one gets it, serving the stage's own deployment. */
export const withCanary = (stage: Stage, changes: Partial<CanarySettings>): Stage => ({
  ...stage,
  canarySettings: {
    ...(stage.canarySettings ?? { deploymentId: stage.deploymentId, percentTraffic: 0, useStageCache: false }),
    ...changes,
  },
});

export function withOverride(stage: Stage, name: string, value: string): Stage {
  const stageVariableOverrides = withEntry(stage.canarySettings?.stageVariableOverrides, name, value);
  checkVariables(stageVariableOverrides);
  return withCanary(stage, { stageVariableOverrides });
}

export const withoutOverride = (stage: Stage, name: string): Stage =>
  withCanary(stage, { stageVariableOverrides: withoutEntry(stage.canarySettings?.stageVariableOverrides, name) });

export function withoutCanary(stage: Stage): Stage {
  const { canarySettings: _gone, ...rest } = stage;
  return rest;
}

/** The stage takes over the canary's deployment; the canary stays. */
export const promoteDeployment = (stage: Stage): Stage => ({
  ...stage,
  deploymentId: canaryOf(stage).deploymentId,
});

/** The stage's variables take over the canary's overrides, and keep the others. */
export function promoteVariables(stage: Stage): Stage {
  const overrides: Entries<string> | undefined = canaryOf(stage).stageVariableOverrides;
  return overrides === undefined ? stage : { ...stage, variables: { ...stage.variables, ...overrides } };
}

function canaryOf(stage: Stage): CanarySettings {
  if (stage.canarySettings === undefined) throw badRequest('Promotion not available. Canary does not exist.');
  return stage.canarySettings;
}

export function checkedPercent(percent: number): number {
  if (!(percent >= 0 && percent <= 100))
    throw badRequest('Invalid canary percentTraffic specified, must be between 0.0 and 100.0');
  return percent;
}
