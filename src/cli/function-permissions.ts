/**
 * Which functions APIs and function URLs call without being allowed to, or cannot call for want of a name. Judged by the
 * APIs as they are defined now, for each of their stages, and by the policies of functions that live here.
 */
import { authorizerArn, executeApiArn, methodSourceArn, routeSourceArn } from '../access/authorizers/method-arn.ts';
import {
  type FunctionStatement,
  mayBeCalledByApi,
  mayBeCalledByEverybody,
  permissionCommand,
  urlPermissionCommands,
} from '../access/function-permission.ts';
import { functionOf, readAwsUri } from '../integrations/aws-uri.ts';
import { withStageVariables } from '../mapping/uri.ts';
import { functionArnOf } from '../plan/http/integration.ts';
import { itemsOf, type ListedApi, listApis, pages, stagesOf } from './deployed-apis.ts';
import { CallFailure, type ManagementClient } from './management-client.ts';

export interface PermissionReport {
  /** Calls that were looked at. */
  readonly calls: number;
  readonly findings: readonly PermissionFinding[];
}

export interface PermissionFinding {
  /** `GET /pets of API a1b2c3 may not call arn:…` */
  readonly what: string;
  /** Commands, or words where there is no command; none where only the finding itself says what is wrong. */
  readonly remedies: readonly string[];
}

/** A call as a definition has it: `uri` may have stage variables in it. */
interface WrittenCall {
  /** `GET /pets` */
  readonly place: string;
  readonly uri: unknown;
  /** A role that makes the call. */
  readonly credentials: unknown;
  readonly sourceArn: string;
}

/** A stage of an API, and what it calls. */
interface CallingStage {
  readonly api: ListedApi;
  readonly stageName: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly written: readonly WrittenCall[];
}

/** A call that a definition leads to. */
interface FunctionCall {
  /** `GET /pets of API a1b2c3` */
  readonly place: string;
  readonly functionArn: string;
  /** What the function's policy is asked about; null: everybody calls by the function's URL. */
  readonly sourceArn: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** @param elsewhere whether functions that are not here are looked for at another endpoint */
export async function functionPermissions(
  client: ManagementClient,
  accountId: string,
  elsewhere: boolean,
): Promise<PermissionReport> {
  const { region } = client;
  /** By what is to be done, as far as it is known: stages of one API need the same permission. */
  const findings = new Map<string, PermissionFinding>();
  /** What is refused is a finding; all else goes on. @returns undefined when it was refused */
  const attempt = async <Value>(what: string, work: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      findings.set(what, { what: `${what}: ${error.message}`, remedies: [] });
      return undefined;
    }
  };

  const calls: FunctionCall[] = [];
  for (const api of await listApis(client)) {
    const stagesOfApi = api.protocol === 'REST' ? restStages : api.protocol === 'HTTP' ? httpStages : undefined;
    if (stagesOfApi === undefined) continue;
    const stages = await attempt(`API ${api.id}`, () => stagesOfApi(client, api, accountId));
    for (const stage of stages ?? []) {
      const { found, lacking } = callsOf(stage, accountId);
      calls.push(...found);
      if (lacking.names.size > 0) findings.set(`${api.id}/${stage.stageName}`, lackingVariables(stage, lacking));
    }
  }
  const functions = await attempt('list of functions', () => lambdaPages(client, '/2015-03-31/functions', 'Functions'));
  for (const { FunctionName } of functions ?? [])
    calls.push(...((await attempt(`URLs of ${FunctionName}`, () => callsByUrl(client, String(FunctionName)))) ?? []));

  const policies = new Map<string, readonly FunctionStatement[] | null | undefined>();
  for (const { place, functionArn, sourceArn } of calls) {
    // Functions elsewhere are asked where they live, when they are called.
    if (!functionArn.startsWith(`arn:aws:lambda:${region}:${accountId}:function:`)) continue;
    if (!policies.has(functionArn))
      policies.set(
        functionArn,
        await attempt(`${place} calls ${functionArn}`, () => statementsOf(client, functionArn)),
      );
    const statements = policies.get(functionArn);
    if (statements === undefined) continue;
    if (statements === null) {
      const what = `${place} calls ${functionArn}, which does not exist`;
      if (!elsewhere) findings.set(place, { what, remedies: ['create the function, or change what calls it'] });
      continue;
    }
    const allowed =
      sourceArn === null
        ? mayBeCalledByEverybody(statements, functionArn)
        : mayBeCalledByApi(statements, functionArn, sourceArn, accountId);
    if (allowed) continue;
    const remedies =
      sourceArn === null ? urlPermissionCommands(functionArn) : [permissionCommand(functionArn, sourceArn)];
    findings.set(remedies.join('\n'), { what: `${place} may not call ${functionArn}`, remedies });
  }
  return { calls: calls.length, findings: [...findings.values()] };
}

async function restStages(client: ManagementClient, api: ListedApi, account: string): Promise<CallingStage[]> {
  const root = `/restapis/${api.id}`;
  const stages = await stagesOf(client, api);
  if (stages.length === 0) return [];
  const resources = await pages(client, `${root}/resources?embed=methods&limit=500`, 'position', 'item', 'position');
  const authorizers = await pages(client, `${root}/authorizers?limit=500`, 'position', 'item', 'position');
  return stages.map(({ stageName, variables }) => {
    const stageArn = executeApiArn(client.region, account, api.id, String(stageName));
    const ofMethods = resources.flatMap(({ path, resourceMethods }) =>
      Object.entries(fieldsOf(resourceMethods)).flatMap(([method, definition]) => {
        const { type, uri, credentials } = fieldsOf(fieldsOf(definition).methodIntegration);
        if (type !== 'AWS' && type !== 'AWS_PROXY') return [];
        const sourceArn = methodSourceArn(stageArn, method, String(path));
        return [{ place: `${method} ${path}`, uri, credentials, sourceArn }];
      }),
    );
    const ofAuthorizers = authorizers.map(({ id, authorizerUri, authorizerCredentials }) => ({
      place: `authorizer ${id}`,
      uri: authorizerUri,
      credentials: authorizerCredentials,
      sourceArn: authorizerArn(client.region, account, api.id, String(id)),
    }));
    const written = [...ofMethods, ...ofAuthorizers];
    return { api, stageName: String(stageName), variables: textsOf(variables), written };
  });
}

async function httpStages(client: ManagementClient, api: ListedApi, account: string): Promise<CallingStage[]> {
  const all = (list: string) =>
    pages(client, `/v2/apis/${api.id}/${list}?maxResults=500`, 'nextToken', 'items', 'nextToken');
  const stages = await stagesOf(client, api);
  if (stages.length === 0) return [];
  const integrations = new Map((await all('integrations')).map((each) => [`integrations/${each.integrationId}`, each]));
  const [routes, authorizers] = [await all('routes'), await all('authorizers')];
  return stages.map(({ stageName, stageVariables }) => {
    const stageArn = executeApiArn(client.region, account, api.id, String(stageName));
    const ofRoutes = routes.flatMap(({ routeKey, target }) => {
      const { integrationType, integrationSubtype, integrationUri, credentialsArn } = fieldsOf(
        integrations.get(String(target)),
      );
      if (integrationType !== 'AWS_PROXY' || integrationSubtype !== undefined) return [];
      const sourceArn = routeSourceArn(stageArn, String(routeKey));
      return [{ place: String(routeKey), uri: integrationUri, credentials: credentialsArn, sourceArn }];
    });
    const ofAuthorizers = authorizers.map(({ authorizerId, authorizerUri, authorizerCredentialsArn }) => ({
      place: `authorizer ${authorizerId}`,
      uri: authorizerUri,
      credentials: authorizerCredentialsArn,
      sourceArn: authorizerArn(client.region, account, api.id, String(authorizerId)),
    }));
    const written = [...ofRoutes, ...ofAuthorizers];
    return { api, stageName: String(stageName), variables: textsOf(stageVariables), written };
  });
}

/** Stage variables without which no function is named, and where. */
interface Lacking {
  readonly names: ReadonlySet<string>;
  readonly places: readonly string[];
}

function callsOf(
  { api, variables, written }: CallingStage,
  accountId: string,
): { readonly found: FunctionCall[]; readonly lacking: Lacking } {
  const found: FunctionCall[] = [];
  const names = new Set<string>();
  const places: string[] = [];
  for (const { place, uri, credentials, sourceArn } of written) {
    if (typeof uri !== 'string' || (typeof credentials === 'string' && credentials !== '')) continue;
    const functionArn = functionNamedBy(withStageVariables(uri, variables), accountId);
    const unset = (functionArn !== undefined && wellFormed.test(functionArn) ? [] : variablesIn(uri)).filter(
      (name) => (Object.hasOwn(variables, name) ? variables[name] : '') === '',
    );
    if (unset.length > 0 && mayNameFunction(uri, accountId)) {
      for (const name of unset) names.add(name);
      places.push(place);
    } else if (functionArn !== undefined && !functionArn.includes('{'))
      found.push({ place: `${place} of API ${api.id}`, functionArn, sourceArn });
  }
  return { found, lacking: { names, places } };
}

/** @param uri without stage variables */
const functionNamedBy = (uri: string, accountId: string): string | undefined => {
  const read = readAwsUri(uri);
  return (read && functionOf(read, accountId)?.functionArn) ?? functionArnOf(uri);
};

/** A function's ARN with nothing left out, with or without a version or alias. */
const wellFormed = /^arn:[^:]+:lambda:[^:]+:[^:]+:function:[^:]+(?::[^:]+)?$/;

const variablesIn = (uri: string): string[] =>
  [...uri.matchAll(/\$\{stageVariables\.([^}]*)\}/g)].map(([, name = '']) => name);

/** Whether it would, had the stage all variables; URIs that are nothing but variables name functions only. */
function mayNameFunction(uri: string, accountId: string): boolean {
  if (uri.startsWith('$')) return true;
  const all = Object.fromEntries(variablesIn(uri).map((name) => [name, 'x']));
  return functionNamedBy(withStageVariables(uri, all), accountId) !== undefined;
}

function lackingVariables({ api, stageName }: CallingStage, { names, places }: Lacking): PermissionFinding {
  const many = names.size > 1;
  const where = places.length > 1 ? `${places[0]} and ${places.length - 1} more` : places[0];
  const what = `stage ${stageName} of API ${api.id} lacks the stage ${many ? 'variables' : 'variable'} ${[...names].join(', ')}, which ${many ? 'name functions' : 'names a function'} for ${where}`;
  // Others are no names of stage variables, and nothing could be set.
  const settable = [...names].filter((name) => /^\w+$/.test(name));
  if (settable.length === 0) return { what, remedies: [] };
  const command =
    api.protocol === 'REST'
      ? `aws apigateway update-stage --rest-api-id ${api.id} --stage-name '${stageName}' --patch-operations ${settable.map((name) => `op=replace,path=/variables/${name},value=…`).join(' ')}`
      : `aws apigatewayv2 update-stage --api-id ${api.id} --stage-name '${stageName}' --stage-variables ${settable.map((name) => `${name}=…`).join(',')}`;
  return { what, remedies: [command] };
}

/** What everybody is to call by a function's URLs. */
async function callsByUrl(client: ManagementClient, name: string): Promise<FunctionCall[]> {
  const urls = await lambdaPages(
    client,
    `/2021-10-31/functions/${encodeURIComponent(name)}/urls`,
    'FunctionUrlConfigs',
  );
  return urls
    .filter(({ AuthType }) => AuthType === 'NONE')
    .map(({ FunctionArn }) => ({ place: `the URL of ${name}`, functionArn: String(FunctionArn), sourceArn: null }));
}

async function lambdaPages(client: ManagementClient, path: string, items: string): Promise<Fields[]> {
  const found: Fields[] = [];
  let marker = '';
  do {
    const page = await lambda(client, `${path}?MaxItems=50${marker}`);
    found.push(...itemsOf(page[items]));
    const { NextMarker } = page;
    marker = typeof NextMarker === 'string' && NextMarker !== '' ? `&Marker=${encodeURIComponent(NextMarker)}` : '';
  } while (marker !== '');
  return found;
}

/** @returns null when there is no such function */
async function statementsOf(
  client: ManagementClient,
  functionArn: string,
): Promise<readonly FunctionStatement[] | null> {
  const parts = functionArn.split(':');
  const name = encodeURIComponent(parts.slice(0, 7).join(':'));
  const qualifier = parts[7] === undefined ? '' : `?Qualifier=${encodeURIComponent(parts[7])}`;
  const path = `/2015-03-31/functions/${name}`;
  try {
    const { Policy } = await lambda(client, `${path}/policy${qualifier}`);
    const { Statement }: { Statement: FunctionStatement[] } = JSON.parse(String(Policy));
    return Statement;
  } catch (error) {
    if (!(error instanceof CallFailure) || error.code !== 'ResourceNotFoundException') throw error;
  }
  try {
    await lambda(client, `${path}/configuration${qualifier}`);
    return [];
  } catch (error) {
    if (error instanceof CallFailure && error.code === 'ResourceNotFoundException') return null;
    throw error;
  }
}

const lambda = async (client: ManagementClient, path: string): Promise<Fields> =>
  JSON.parse((await client.exchange('GET', path, { service: 'lambda' })).body.toString());

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? { ...value } : {});

const textsOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(fieldsOf(value)).map(([name, text]) => [name, String(text)]));
