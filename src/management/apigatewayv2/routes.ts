/** Routes of HTTP and WebSocket APIs. */
import type { Route } from '../../definition/api.ts';
import { createRoute, deleteRequestParameter, deleteRoute, routeOf, updateRoute } from '../../definition/v2/routes.ts';
import { editApi, loadApi } from './api-edits.ts';
import type { Dependencies } from './dependencies.ts';
import { capitalized, mapped, uncapitalized } from './member-names.ts';
import type { Handlers, ItemOf } from './operations.ts';
import { listPage } from './pages.ts';

export const routes = (dependencies: Dependencies) =>
  ({
    CreateRoute: async ({ ApiId, RequestParameters, ...rest }, call) => {
      const id = call.newId(7);
      const input = { ...uncapitalized(rest), requestParameters: constraintsIn(RequestParameters) };
      const api = await editApi(dependencies, call, ApiId, (before) => createRoute(before, input, id));
      return presentRoute(routeOf(api, id));
    },

    GetRoute: async ({ ApiId, RouteId }, call) =>
      presentRoute(routeOf(await loadApi(dependencies, call, ApiId), RouteId)),

    GetRoutes: async ({ ApiId, ...page }, call) => {
      const api = await loadApi(dependencies, call, ApiId);
      return listPage(Object.values(api.routes), page, ({ routeId }) => routeId, presentRoute);
    },

    UpdateRoute: async ({ ApiId, RouteId, RequestParameters, ...rest }, call) => {
      const change = { ...uncapitalized(rest), requestParameters: constraintsIn(RequestParameters) };
      const api = await editApi(dependencies, call, ApiId, (before) => updateRoute(before, RouteId, change));
      return presentRoute(routeOf(api, RouteId));
    },

    DeleteRoute: async ({ ApiId, RouteId }, call) => {
      await editApi(dependencies, call, ApiId, (api) => deleteRoute(api, RouteId));
      return {};
    },

    DeleteRouteRequestParameter: async ({ ApiId, RouteId, RequestParameterKey }, call) => {
      await editApi(dependencies, call, ApiId, (api) => deleteRequestParameter(api, RouteId, RequestParameterKey));
      return {};
    },
  }) satisfies Partial<Handlers>;

type ConstraintsInput = Readonly<Record<string, { readonly Required?: boolean | undefined }>>;

export const constraintsIn = (parameters: ConstraintsInput | undefined) =>
  parameters && mapped(parameters, ({ Required }) => ({ required: Required }));

export const presentConstraints = (parameters: Route['requestParameters']) =>
  parameters && mapped(parameters, (constraint) => capitalized(constraint));

function presentRoute({ routeResponses: _inside, requestParameters, ...route }: Route): ItemOf<'GetRoutes'> {
  return capitalized({ ...route, requestParameters: presentConstraints(requestParameters) });
}
