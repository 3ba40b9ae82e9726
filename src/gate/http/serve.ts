/** A request whose HTTP API and stage have been found: matches the route, runs its steps, answers. */
import { climbs } from '../climbing-path.ts';
import type { Exchange } from '../exchange.ts';
import { excess, type GateLimits } from '../limits.ts';
import { type Outcome, run } from '../step.ts';
import { malformedPath, notFound } from './fault.ts';
import { answerPreflight, conclude } from './respond.ts';
import type { ServedHttpStage } from './served-stage.ts';
import { HttpState } from './state.ts';

/** What routes may be for; requests with another method match nothing. */
const routedMethods: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);

/** `x.stagePath` is the path below the stage, as it was sent. */
export function serveHttp(x: Exchange, stage: ServedHttpStage, limits: GateLimits): void | Promise<void> {
  const http = new HttpState(stage.plan);
  x.http = http;
  x.httpMethod = x.method;
  x.onEnd = stage.log;
  const path = decodedPath(x.stagePath);
  const refused = excess(x, limits) ?? (path === null ? malformedPath : undefined);
  if (path === null || refused !== undefined) {
    conclude(x, refused);
    return;
  }
  http.path = path;
  const route = routedMethods.has(x.method) ? stage.routes.match(x.method, path, x.pathValues) : undefined;
  if (route !== undefined) http.route = route.plan;
  if (stage.plan.cors !== null && isPreflight(x)) {
    // A route of its own, for any method or for everything else may ask who calls, for preflights as well.
    return run(route === undefined ? [] : route.authorization, x, 0, concludePreflight);
  }
  if (route === undefined) {
    conclude(x, notFound);
    return;
  }
  return run(route.steps, x, 0, conclude);
}

/** Whether a browser asks if it may send a request. Source: Fetch Standard, "CORS-preflight request". */
export const isPreflight = ({ method, headers }: Exchange): boolean =>
  method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;

function concludePreflight(x: Exchange, outcome: Outcome): void {
  const origin = x.header('origin');
  if (outcome === undefined && origin !== undefined) answerPreflight(x, origin);
  else conclude(x, outcome);
}

const slash = 47;

/**
 * The path that routes are compared with. Escapes are decoded, also those of slashes; several slashes in front are one.
 * @returns null for a path that is not well-formed, and for one with `.` or `..` in it: which place it means would be
 * for the backend to say, after the route has decided who may go there
 */
export function decodedPath(sent: string): string | null {
  let path = sent;
  if (path.includes('%')) {
    try {
      path = decodeURIComponent(path);
    } catch {
      return null;
    }
  }
  if (climbs(path)) return null;
  let start = 0;
  while (path.charCodeAt(start + 1) === slash) start++;
  return start === 0 ? path : path.slice(start);
}
