/** Route responses of WebSocket APIs. */
import type { RouteResponse } from '../../definition/api.ts';
import {
  createRouteResponse,
  deleteRouteResponse,
  routeOf,
  routeResponseOf,
  updateRouteResponse,
} from '../../definition/v2/routes.ts';
import { editApi, loadApi } from './api-edits.ts';
import type { Dependencies } from './dependencies.ts';
import { capitalized, uncapitalized } from './member-names.ts';
import type { Handlers, ItemOf } from './operations.ts';
import { listPage } from './pages.ts';
import { constraintsIn, presentConstraints } from './routes.ts';

export const routeResponses = (dependencies: Dependencies) =>
  ({
    CreateRouteResponse: async ({ ApiId, RouteId, ResponseParameters, ...rest }, call) => {
      const id = call.newId(6);
      const input = { ...uncapitalized(rest), responseParameters: constraintsIn(ResponseParameters) };
      const api = await editApi(dependencies, call, ApiId, (before) => createRouteResponse(before, RouteId, input, id));
      return presentResponse(routeResponseOf(api, RouteId, id));
    },

    GetRouteResponse: async ({ ApiId, RouteId, RouteResponseId }, call) =>
      presentResponse(routeResponseOf(await loadApi(dependencies, call, ApiId), RouteId, RouteResponseId)),

    GetRouteResponses: async ({ ApiId, RouteId, ...page }, call) => {
      const all = Object.values(routeOf(await loadApi(dependencies, call, ApiId), RouteId).routeResponses);
      return listPage(all, page, ({ routeResponseId }) => routeResponseId, presentResponse);
    },

    UpdateRouteResponse: async ({ ApiId, RouteId, RouteResponseId, ResponseParameters, ...rest }, call) => {
      const change = { ...uncapitalized(rest), responseParameters: constraintsIn(ResponseParameters) };
      const api = await editApi(dependencies, call, ApiId, (before) =>
        updateRouteResponse(before, RouteId, RouteResponseId, change),
      );
      return presentResponse(routeResponseOf(api, RouteId, RouteResponseId));
    },

    DeleteRouteResponse: async ({ ApiId, RouteId, RouteResponseId }, call) => {
      await editApi(dependencies, call, ApiId, (api) => deleteRouteResponse(api, RouteId, RouteResponseId));
      return {};
    },
  }) satisfies Partial<Handlers>;

const presentResponse = ({ responseParameters, ...response }: RouteResponse): ItemOf<'GetRouteResponses'> =>
  capitalized({ ...response, responseParameters: presentConstraints(responseParameters) });
