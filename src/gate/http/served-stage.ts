/**
 * A stage of an HTTP API that is being served: its routes with the steps that act on them. Steps are made when a route
 * is first called: many routes of many APIs never are. Replaced whole, never changed otherwise.
 */
import { RouteTable } from '../../plan/http/route-table.ts';
import type { HttpStagePlan, RoutePlan } from '../../plan/http/stage.ts';
import type { Exchange } from '../exchange.ts';
import type { Step } from '../step.ts';
import { accessLogger } from './access-log.ts';
import { Assembly, type HttpServices } from './assemble.ts';

export class ServedRoute {
  readonly plan: RoutePlan;
  readonly #assembly: Assembly;
  #authorization: readonly Step[] | null = null;
  #steps: readonly Step[] | null = null;

  constructor(plan: RoutePlan, assembly: Assembly) {
    this.plan = plan;
    this.#assembly = assembly;
  }

  /** What decides who may call. */
  get authorization(): readonly Step[] {
    this.#authorization ??= Object.freeze(this.#assembly.authorization(this.plan));
    return this.#authorization;
  }

  /** All of them, authorization first. */
  get steps(): readonly Step[] {
    this.#steps ??= Object.freeze(this.#assembly.steps(this.plan, this.authorization));
    return this.#steps;
  }
}

export class ServedHttpStage {
  readonly plan: HttpStagePlan;
  readonly routes: RouteTable<ServedRoute>;
  /** Null: the stage keeps no access log. */
  readonly log: ((x: Exchange) => void) | null;

  constructor(plan: HttpStagePlan, services: HttpServices) {
    const assembly = new Assembly(plan, services);
    this.plan = plan;
    this.routes = new RouteTable(
      plan.routes.map((route) => ({ routeKey: route.routeKey, route: new ServedRoute(route, assembly) })),
    );
    const { accessLogs } = services;
    this.log = plan.accessLog === null || accessLogs === null ? null : accessLogger(plan.accessLog, accessLogs);
    Object.freeze(this);
  }
}
