/**
 * Deployments: a REST API frozen at one moment. Decides what an API must have before it can be frozen; which stage
 * serves the outcome is decided by `stages.ts`.
 * Source: Amazon API Gateway Developer Guide, "Deploy REST APIs in API Gateway"; the texts are AWS's.
 */
import { present } from './entries.ts';
import { badRequest } from './errors.ts';
import { patchTable, refuseListing, set, text } from './patch.ts';
import { pathsOf } from './resources.ts';
import type { Method, RestApi } from './rest-api.ts';
import type { Deployment } from './stage.ts';

/**
 * The API as it is now, as a deployment.
 * @throws BadRequestException when there is nothing that could be called
 */
export function freeze(
  api: RestApi,
  {
    id,
    nowMs,
    description,
  }: { readonly id: string; readonly nowMs: number; readonly description?: string | undefined },
): Deployment {
  const methods = methodsOf(api);
  if (methods.length === 0) throw badRequest("The REST API doesn't contain any methods");
  if (methods.some(({ method }) => method.methodIntegration === undefined))
    throw badRequest('No integration defined for method');
  if (api.endpointConfiguration.types.includes('PRIVATE') && api.policy === undefined)
    throw badRequest("Private REST API doesn't have a resource policy attached to it");
  return present({ id, restApiId: api.id, createdAtMs: nowMs, description: text(description), api });
}

export const deploymentPatch = patchTable<Deployment>(refuseListing, [
  { path: '/description', replace: set('description', text) },
]);

export interface MethodSnapshot {
  readonly authorizationType: string;
  readonly apiKeyRequired: boolean;
}

/** By resource path, then by HTTP method: what `embed=apisummary` adds to an answer. */
export function apiSummary({ api }: Deployment): Record<string, Record<string, MethodSnapshot>> {
  const summary = new Map<string, [string, MethodSnapshot][]>();
  for (const { path, method } of methodsOf(api)) {
    const { httpMethod, authorizationType, apiKeyRequired } = method;
    summary.set(path, [...(summary.get(path) ?? []), [httpMethod, { authorizationType, apiKeyRequired }]]);
  }
  return Object.fromEntries([...summary].map(([path, methods]) => [path, Object.fromEntries(methods)]));
}

/** Every method with the path and the id of its resource, in the order of the paths. */
export function methodsOf(api: RestApi): { path: string; resourceId: string; method: Method }[] {
  const paths = pathsOf(api);
  return Object.values(api.resources)
    .flatMap(({ id, methods }) =>
      Object.values(methods).map((method) => ({ path: paths.get(id) ?? '', resourceId: id, method })),
    )
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
