/** A running gate that serves stages of HTTP APIs, for tests. */
import type { DeployedApiStage } from '../src/definition/api-stage.ts';
import type { GateOptions } from '../src/gate/gate.ts';
import { httpApiId } from './http-stage.ts';
import { type Answer, type Call, RunningGate } from './running-gate.ts';

export const httpHost = `${httpApiId}.execute-api.localhost`;

export async function httpGate(
  stages: readonly DeployedApiStage[],
  options: Partial<GateOptions> = {},
): Promise<RunningGate> {
  const gate = await RunningGate.start([], options);
  for (const stage of stages) gate.gate.deployApi(stage);
  return gate;
}

/** @param target path and query */
export const callHttp = (gate: RunningGate, target: string, call: Call = {}): Promise<Answer> =>
  gate.call(target, { host: httpHost, ...call });
