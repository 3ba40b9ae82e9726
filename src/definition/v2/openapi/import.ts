/**
 * ImportApi and ReimportApi: an OpenAPI document becomes an HTTP API, or takes the place of one. Decides what of the
 * document is what of the API; the rules of the parts are those of the management API. Three weights of complaints: an
 * error ends the import, a warning ends it when the caller asked for that, and what is merely not supported is told.
 * A reimport keeps the identifiers of routes, integrations and authorizers that the document has again.
 * Source: Amazon API Gateway Developer Guide, "Work with OpenAPI definitions for HTTP APIs".
 */
import type { Api, ApiIntegration, Route } from '../../api.ts';
import { entryOf, present } from '../../entries.ts';
import { badRequest } from '../../errors.ts';
import { basePathModeOf, basePathOf } from '../../openapi/base-path.ts';
import type { OpenApiDocument } from '../../openapi/document.ts';
import { Findings } from '../../openapi/findings.ts';
import { operationNames } from '../../openapi/operations.ts';
import { Place } from '../../openapi/place.ts';
import { withVariables } from '../../openapi/variables.ts';
import type { Strings } from '../../rest-api.ts';
import { withTags } from '../../tags.ts';
import { type ApiBirth, newApi, updateApi, withoutCors } from '../apis.ts';
import { corsOf } from '../cors.ts';
import { defaultRouteKey } from '../route-keys.ts';
import { createRoute, routeOf } from '../routes.ts';
import { integrationAt, type SharedIntegrations } from './integrations.ts';
import { authorizationOf, issuersIn, schemesOf } from './security.ts';
import { checkSchemas, noteUnsupported } from './unsupported.ts';

export interface HttpImport {
  /** Whose the API is; the identifier of an API that exists is its own. */
  readonly birth: ApiBirth & { readonly partition: string; readonly newId: (length: number) => string };
  /** What the document takes the place of. */
  readonly api?: Api | undefined;
  readonly basepath?: string | undefined;
  readonly failOnWarnings?: boolean | undefined;
  /** Of those that `issuersOf` names, the ones that did not tell their configuration. */
  readonly unreachableIssuers?: ReadonlySet<string> | undefined;
}

type Owner = Pick<HttpImport['birth'], 'accountId' | 'partition' | 'region'>;

/** Issuers that authorizers of the document trust, to be asked before it is imported. */
export const issuersOf = (document: OpenApiDocument, owner: Owner): string[] =>
  issuersIn(Place.rootOf(withVariables(document, owner), new Findings()));

/** @throws BadRequestException with everything that is wrong */
export function importHttpApi(document: OpenApiDocument, options: HttpImport): Api {
  const { birth, api: former } = options;
  if (document.version === '2.0')
    throw badRequest('Invalid OpenAPI input. Only OpenAPI 3 documents can be imported for HTTP APIs.');
  if (former?.protocolType === 'WEBSOCKET') throw badRequest('Import is not supported for WEBSOCKET protocolType');
  const findings = new Findings();
  const notes = new Findings();
  for (const warning of document.warnings) notes.note(warning);
  const root = Place.rootOf(withVariables(document, birth), findings);
  noteUnsupported(root, 'root', notes);
  const bare = withSettings(former, root, birth, findings);
  const { api, schemes } = schemesOf(root, bare, {
    findings,
    notes,
    idOf: (name) =>
      Object.values(former?.authorizers ?? {}).find((each) => each.name === name)?.authorizerId ?? birth.newId(6),
    unreachableIssuers: options.unreachableIssuers ?? new Set(),
  });
  const prefix = basePathOf(root, document.version, basePathModeOf(options.basepath));
  const formerRoutes = new Map(Object.values(former?.routes ?? {}).map((route) => [route.routeKey, route]));
  const fresh = freshIds(birth.newId, [
    ...Object.keys(former?.routes ?? {}),
    ...Object.keys(former?.integrations ?? {}),
  ]);
  const shared: SharedIntegrations = new Map();
  const integrations = new Map<string, ApiIntegration>();
  const routes = new Map<string, Route>();
  for (const { routeKey, operation } of operationsIn(root, prefix, findings, notes)) {
    noteUnsupported(operation, 'operation', notes);
    checkSchemas(operation);
    const again = formerRoutes.get(routeKey);
    const formerId = again?.target?.replace('integrations/', '');
    const integration = integrationAt(operation, routeKey, api, shared, {
      findings,
      newId: () => (formerId === undefined || integrations.has(formerId) ? fresh(7) : formerId),
    });
    if (integration !== undefined) integrations.set(integration.integrationId, integration);
    const authorization = authorizationOf(operation, root, schemes, { findings, notes });
    if (authorization === undefined) {
      notes.note(`Route '${routeKey}' was not created, because its authorizer was not.`);
      continue;
    }
    const target = integration && `integrations/${integration.integrationId}`;
    const input = { routeKey, target, operationName: operationNameOf(operation), ...authorization };
    const alone = { ...api, routes: {}, integrations: integration ? { [integration.integrationId]: integration } : {} };
    const route = routeIn(alone, input, again?.routeId ?? fresh(7), { findings, notes });
    if (route !== undefined && !routes.has(routeKey)) routes.set(routeKey, route);
  }
  findings.check(options.failOnWarnings ?? false);
  const warnings = findings.listed();
  const importInfo = notes.listed();
  return present({
    ...api,
    routes: Object.fromEntries([...routes.values()].map((route) => [route.routeId, route])),
    integrations: Object.fromEntries(integrations),
    warnings: warnings.length > 0 ? warnings : undefined,
    importInfo: importInfo.length > 0 ? importInfo : undefined,
  });
}

/** Identifiers that are not among the given ones nor given twice: a large document makes many. */
function freshIds(newId: (length: number) => string, taken: readonly string[]): (length: number) => string {
  const known = new Set(taken);
  return (length) => {
    for (let attempt = 0; attempt < 100; attempt++) {
      const id = newId(length);
      if (known.has(id)) continue;
      known.add(id);
      return id;
    }
    throw new Error('identifiers repeat themselves');
  };
}

/** What the document says of the API as a whole; nothing of what was there before but what no document has. */
function withSettings(former: Api | undefined, root: Place, birth: ApiBirth, findings: Findings): Api {
  const info = root.get('info');
  const name = info.get('title').text();
  if (name === undefined) throw badRequest('Invalid OpenAPI input. info.title is missing.');
  const settings = { name, description: info.get('description').text(), version: info.get('version').text() };
  const made = findings.attempt('Unable to create API', () =>
    former === undefined
      ? newApi({ ...settings, protocolType: 'HTTP' }, birth)
      : updateApi(emptied(former), {
          ...settings,
          description: settings.description ?? '',
          version: settings.version ?? '',
        }),
  );
  if (made === undefined) {
    findings.check(false);
    throw badRequest('Invalid OpenAPI input.');
  }
  const corsConfiguration = corsIn(root.get('x-amazon-apigateway-cors'), findings);
  const [server] = root.get('servers').items();
  const disableExecuteApiEndpoint =
    server?.get('x-amazon-apigateway-endpoint-configuration').get('disableExecuteApiEndpoint').flag() ??
    root.get('x-amazon-apigateway-endpoint-configuration').get('disableExecuteApiEndpoint').flag() ??
    made.disableExecuteApiEndpoint;
  const tags = tagsIn(root);
  return present({
    ...made,
    corsConfiguration,
    disableExecuteApiEndpoint,
    tags: findings.attempt('Unable to tag API', () => withTags(made.tags, tags)) ?? made.tags,
  });
}

const emptied = (api: Api): Api => ({ ...withoutCors(api), routes: {}, integrations: {}, authorizers: {} });

function corsIn(place: Place, findings: Findings): Api['corsConfiguration'] {
  if (!place.exists || place.object() === undefined) return undefined;
  const list = (name: string): string[] | undefined =>
    place.get(name).exists
      ? place
          .get(name)
          .items()
          .flatMap((item) => item.text() ?? [])
      : undefined;
  const { value: maxAge } = place.get('maxAge');
  return findings.attempt('Unable to put CORS configuration', () =>
    corsOf({
      // That credentials are not allowed is how it is anyway; exports say it all the same.
      allowCredentials: place.get('allowCredentials').flag() || undefined,
      allowHeaders: list('allowHeaders'),
      allowMethods: list('allowMethods'),
      allowOrigins: list('allowOrigins'),
      exposeHeaders: list('exposeHeaders'),
      maxAge: typeof maxAge === 'number' ? maxAge : place.get('maxAge').wholeNumber(),
    }),
  );
}

/** Tags of the document are tags of the API, whatever they were meant for. */
const tagsIn = (root: Place): Strings =>
  Object.fromEntries(
    root
      .get('tags')
      .items()
      .flatMap((tag): [string, string][] => {
        const name = tag.get('name').text();
        return name === undefined ? [] : [[name, tag.get('x-amazon-apigateway-tag-value').text() ?? '']];
      }),
  );

interface DocumentOperation {
  readonly routeKey: string;
  readonly operation: Place;
}

function operationsIn(
  root: Place,
  prefix: readonly string[],
  findings: Findings,
  notes: Findings,
): DocumentOperation[] {
  const paths = root.get('paths');
  return Object.keys(paths.object() ?? {}).flatMap((name) => {
    if (!name.startsWith('/')) {
      if (!name.startsWith('x-')) findings.warn(`Parse issue: attribute paths. Resource ${name} should start with /`);
      // SAM calls the default route's path so; AWS warns of it, and makes the route.
      if (name !== defaultRouteKey) return [];
    }
    const pathItem = paths.getAs(name, `paths.'${name}'`).resolved();
    const path = prefix.length === 0 ? name : `/${prefix.join('/')}${name === '/' ? '' : name}`;
    return Object.keys(pathItem?.object() ?? {}).flatMap((member): DocumentOperation[] => {
      const method = entryOf(operationNames, member);
      if (member === 'trace') notes.note(`Attribute paths.'${name}'(trace) is not supported for HTTP APIs. Ignoring.`);
      const operation = pathItem?.getAs(member, `paths.'${name}'(${method === 'ANY' ? 'any' : member})`);
      if (method === undefined || operation?.object() === undefined) return [];
      const isDefault = method === 'ANY' && (name === `/${defaultRouteKey}` || name === defaultRouteKey);
      if (!isDefault && !name.startsWith('/')) return [];
      return [{ routeKey: isDefault ? defaultRouteKey : `${method} ${path}`, operation }];
    });
  });
}

/** What OpenAPI calls the operation, where a route can be called that. */
function operationNameOf(operation: Place): string | undefined {
  const name = operation.get('operationId').text();
  return name !== undefined && name.length <= 64 ? name : undefined;
}

/** A path that no route can have leaves its integration without a route, as AWS does; here it is told. */
function routeIn(
  api: Api,
  input: Parameters<typeof createRoute>[1],
  routeId: string,
  { findings, notes }: { readonly findings: Findings; readonly notes: Findings },
): Route | undefined {
  try {
    return routeOf(createRoute(api, input, routeId), routeId);
  } catch (refusal) {
    if (!(refusal instanceof Error && 'code' in refusal)) throw refusal;
    const complaint = `Unable to create route '${input.routeKey}': ${refusal.message}`;
    if (/path parts/.test(refusal.message)) notes.note(complaint);
    else findings.warn(complaint);
    return undefined;
  }
}
