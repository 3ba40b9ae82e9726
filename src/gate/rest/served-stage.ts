/** A stage that is being served: its plan, and for each method the steps that act on it. Replaced whole, never changed. */
import type { MethodPlan } from '../../plan/method-plan.ts';
import type { ResourceTrie } from '../../plan/resource-trie.ts';
import type { RestSnapshotPlan, RestStagePlan } from '../../plan/rest.ts';
import type { Step } from '../step.ts';
import { type Services, stepsOf } from './assemble.ts';

export class ServedMethod {
  readonly plan: MethodPlan;
  readonly steps: readonly Step[];

  constructor(plan: MethodPlan, snapshot: RestSnapshotPlan, services: Services) {
    this.plan = plan;
    this.steps = stepsOf(plan, snapshot, services);
    Object.freeze(this);
  }
}

export class ServedSnapshot {
  readonly plan: RestSnapshotPlan;
  readonly methods: ResourceTrie<ServedMethod>;

  constructor(plan: RestSnapshotPlan, services: Services) {
    this.plan = plan;
    this.methods = plan.resources.map((method) => new ServedMethod(method, plan, services));
    Object.freeze(this);
  }
}

export class ServedStage {
  readonly plan: RestStagePlan;
  readonly base: ServedSnapshot;
  readonly canary: ServedSnapshot | null;

  constructor(plan: RestStagePlan, services: Services) {
    this.plan = plan;
    this.base = new ServedSnapshot(plan.base, services);
    this.canary = plan.canary === null ? null : new ServedSnapshot(plan.canary, services);
    Object.freeze(this);
  }
}
