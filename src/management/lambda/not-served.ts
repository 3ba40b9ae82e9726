/** Operations of services that have no counterpart here: each is refused in Lambda's own form, and says which it is. */
import { notServed } from '../../definition/functions/refusals.ts';
import type { Handlers } from './operations.ts';

const refuse = (what: string) => (): never => {
  throw notServed(what);
};

const capacityProviders = refuse('Capacity providers are');
const durableExecutions = refuse('Durable executions are');
const scaling = refuse('Scaling of functions on capacity providers is');

export const notServedHere = {
  CreateCapacityProvider: capacityProviders,
  DeleteCapacityProvider: capacityProviders,
  GetCapacityProvider: capacityProviders,
  ListCapacityProviders: capacityProviders,
  ListFunctionVersionsByCapacityProvider: capacityProviders,
  UpdateCapacityProvider: capacityProviders,
  GetFunctionScalingConfig: scaling,
  PutFunctionScalingConfig: scaling,
  CheckpointDurableExecution: durableExecutions,
  GetDurableExecution: durableExecutions,
  GetDurableExecutionHistory: durableExecutions,
  GetDurableExecutionState: durableExecutions,
  ListDurableExecutionsByFunction: durableExecutions,
  SendDurableExecutionCallbackFailure: durableExecutions,
  SendDurableExecutionCallbackHeartbeat: durableExecutions,
  SendDurableExecutionCallbackSuccess: durableExecutions,
  StopDurableExecution: durableExecutions,
} satisfies Partial<Handlers>;
