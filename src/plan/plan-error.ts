/**
 * Why a deployed stage can not be served: every fault that compiling found, each with the place it stands at, so that
 * its owner can mend all of them at once.
 */
export interface PlanProblem {
  /** `GET /pets`, or empty where the fault is not a method's. */
  readonly place: string;
  /** What of it: `methodIntegration.requestTemplates.application/json`. */
  readonly field: string;
  readonly problem: string;
}

export class PlanError extends Error {
  override readonly name = 'PlanError';
  readonly restApiId: string;
  readonly problems: readonly PlanProblem[];

  constructor(restApiId: string, apiName: string, problems: readonly PlanProblem[], kind = 'REST API') {
    super(
      `${kind} ${apiName} (${restApiId}): ${problems
        .map(({ place, field, problem }) => [place, field, problem].filter((part) => part !== '').join(': '))
        .join('; ')}`,
    );
    this.restApiId = restApiId;
    this.problems = problems;
  }
}

/** Gathers problems while compiling: a part that fails is skipped and the rest is still looked at. */
export class Problems {
  readonly found: PlanProblem[] = [];

  /** @returns what `compile` makes, or null when it threw and the problem was noted */
  attempt<Part>(place: string, field: string, compile: () => Part): Part | null {
    try {
      return compile();
    } catch (error) {
      this.found.push({ place, field, problem: error instanceof Error ? error.message : String(error) });
      return null;
    }
  }

  /** @throws PlanError that lists them */
  throwIfAny(api: { readonly id: string; readonly name: string }, kind?: string): void {
    if (this.found.length > 0) throw new PlanError(api.id, api.name, this.found, kind);
  }
}
