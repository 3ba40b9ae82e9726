/**
 * Quick create: an API made from nothing but a target, with one integration, one route that takes everything, and a
 * stage that deploys by itself. What is made this way is marked as managed.
 * Source: Amazon API Gateway V2 API Reference, CreateApi and UpdateApi.
 */
import type { Api, ApiIntegration, Route } from '../api.ts';
import { badRequest } from '../errors.ts';
import { createIntegration, updateIntegration } from './integrations.ts';
import { checkLength } from './lengths.ts';
import { defaultRouteKey } from './route-keys.ts';
import { createRoute, moveRoute } from './routes.ts';

export interface QuickCreate {
  /** A URL or the ARN of a function. */
  readonly target?: string | undefined;
  readonly routeKey?: string | undefined;
  readonly credentialsArn?: string | undefined;
}

/** The name of the stage that comes with it. */
export const quickStageName = defaultRouteKey;

const managed = { apiGatewayManaged: true } as const;

/** The integration and the route; the API as it is when there is no target. @throws ServiceError */
export function withTarget(api: Api, quick: QuickCreate, newId: (length: number) => string): Api {
  const { target, routeKey = defaultRouteKey, credentialsArn } = quick;
  checkQuick(api, quick);
  if (target === undefined) {
    if (quick.routeKey !== undefined || credentialsArn !== undefined)
      throw badRequest('Target must be specified when RouteKey or CredentialsArn is specified');
    return api;
  }
  const integrationId = newId(7);
  const withIntegration = createIntegration(api, { ...backendOf(target), credentialsArn }, integrationId, managed);
  return createRoute(withIntegration, { routeKey, target: `integrations/${integrationId}` }, newId(7), managed);
}

/** What UpdateApi changes of it. @throws ServiceError */
export function updateTarget(api: Api, quick: QuickCreate): Api {
  const { target, routeKey, credentialsArn } = quick;
  if (target === undefined && routeKey === undefined && credentialsArn === undefined) return api;
  checkQuick(api, quick);
  const integration = Object.values(api.integrations).find(isManaged);
  const route = Object.values(api.routes).find(isManaged);
  if (integration === undefined || route === undefined)
    throw badRequest(
      'Target, RouteKey and CredentialsArn can only be updated for an API that was made by quick create',
    );
  const retargeted = updateIntegration(api, integration.integrationId, {
    ...(target === undefined ? {} : backendOf(target)),
    credentialsArn,
  });
  return routeKey === undefined ? retargeted : moveRoute(retargeted, route.routeId, routeKey);
}

const isManaged = ({ apiGatewayManaged }: ApiIntegration | Route): boolean => apiGatewayManaged === true;

function checkQuick(api: Api, { target, routeKey, credentialsArn }: QuickCreate): void {
  if (api.protocolType === 'WEBSOCKET')
    for (const [name, value] of Object.entries({ Target: target, RouteKey: routeKey, CredentialsArn: credentialsArn }))
      if (value !== undefined) throw badRequest(`${name} is not supported for WEBSOCKET protocolType`);
  checkLength('target', target, 1, 2048);
}

const backendOf = (target: string) =>
  target.startsWith('arn:')
    ? {
        integrationType: 'AWS_PROXY' as const,
        integrationUri: target,
        integrationMethod: 'POST',
        payloadFormatVersion: '2.0',
      }
    : {
        integrationType: 'HTTP_PROXY' as const,
        integrationUri: target,
        integrationMethod: 'ANY',
        payloadFormatVersion: '1.0',
      };
