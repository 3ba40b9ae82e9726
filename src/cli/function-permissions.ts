/**
 * Which functions APIs and function URLs call without being allowed to. Judged by the APIs as they are defined now, for
 * each of their stages, and by the policies of functions that live here.
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
import { itemsOf, type ListedApi, listApis, pages } from './deployed-apis.ts';
import { CallFailure, type ManagementClient } from './management-client.ts';

export interface PermissionReport {
  /** Calls that were looked at. */
  readonly calls: number;
  readonly missing: readonly MissingPermission[];
}

export interface MissingPermission {
  /** `GET /pets of API a1b2c3 calls arn:…` */
  readonly what: string;
  /** Commands that allow it; none when there is no such function. */
  readonly commands: readonly string[];
}

/** A call that a definition leads to. */
interface FunctionCall {
  readonly place: string;
  readonly functionArn: string;
  /** What the function's policy is asked about; null: everybody calls by the function's URL. */
  readonly sourceArn: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** APIs, and functions, that are looked at. */
const lookedAtMax = 200;

/** @param elsewhere whether functions that are not here are looked for at another endpoint */
export async function functionPermissions(
  client: ManagementClient,
  accountId: string,
  elsewhere: boolean,
): Promise<PermissionReport> {
  const { region } = client;
  const calls: FunctionCall[] = [];
  for (const api of (await listApis(client)).slice(0, lookedAtMax)) {
    if (api.protocol === 'REST') calls.push(...(await callsOfRestApi(client, api, accountId)));
    else if (api.protocol === 'HTTP') calls.push(...(await callsOfHttpApi(client, api, accountId)));
  }
  calls.push(...(await callsByUrl(client)));
  const policies = new Map<string, readonly FunctionStatement[] | undefined>();
  const missing = new Map<string, MissingPermission>();
  for (const { place, functionArn, sourceArn } of calls) {
    // Functions elsewhere are asked where they live, when they are called.
    if (!functionArn.startsWith(`arn:aws:lambda:${region}:${accountId}:function:`)) continue;
    if (!policies.has(functionArn)) policies.set(functionArn, await statementsOf(client, functionArn));
    const statements = policies.get(functionArn);
    if (statements === undefined) {
      if (!elsewhere) missing.set(place, { what: `${place} calls ${functionArn}, which does not exist`, commands: [] });
      continue;
    }
    const allowed =
      sourceArn === null
        ? mayBeCalledByEverybody(statements, functionArn)
        : mayBeCalledByApi(statements, functionArn, sourceArn, accountId);
    if (allowed) continue;
    const commands =
      sourceArn === null ? urlPermissionCommands(functionArn) : [permissionCommand(functionArn, sourceArn)];
    // Stages of one API need the same permission.
    missing.set(commands.join('\n'), { what: `${place} may not call ${functionArn}`, commands });
  }
  return { calls: calls.length, missing: [...missing.values()] };
}

async function callsOfRestApi(client: ManagementClient, { id }: ListedApi, account: string): Promise<FunctionCall[]> {
  const root = `/restapis/${id}`;
  const stages = itemsOf((await client.call('GET', `${root}/stages`)).item);
  if (stages.length === 0) return [];
  const resources = await pages(client, `${root}/resources?embed=methods&limit=500`, 'position', 'item', 'position');
  const authorizers = await pages(client, `${root}/authorizers?limit=500`, 'position', 'item', 'position');
  return stages.flatMap(({ stageName, variables }) => {
    const called = callFinder(variables, account);
    const stageArn = executeApiArn(client.region, account, id, String(stageName));
    return [
      ...resources.flatMap(({ path, resourceMethods }) =>
        Object.entries(fieldsOf(resourceMethods)).flatMap(([method, definition]) => {
          const { type, uri, credentials } = fieldsOf(fieldsOf(definition).methodIntegration);
          if (type !== 'AWS' && type !== 'AWS_PROXY') return [];
          const sourceArn = methodSourceArn(stageArn, method, String(path));
          return called(uri, credentials, `${method} ${path} of API ${id}`, sourceArn);
        }),
      ),
      ...authorizers.flatMap(({ id: authorizerId, authorizerUri, authorizerCredentials }) =>
        called(
          authorizerUri,
          authorizerCredentials,
          `authorizer ${authorizerId} of API ${id}`,
          authorizerArn(client.region, account, id, String(authorizerId)),
        ),
      ),
    ];
  });
}

async function callsOfHttpApi(client: ManagementClient, { id }: ListedApi, account: string): Promise<FunctionCall[]> {
  const all = (list: string) =>
    pages(client, `/v2/apis/${id}/${list}?maxResults=500`, 'nextToken', 'items', 'nextToken');
  const stages = await all('stages');
  if (stages.length === 0) return [];
  const integrations = new Map((await all('integrations')).map((each) => [`integrations/${each.integrationId}`, each]));
  const [routes, authorizers] = [await all('routes'), await all('authorizers')];
  return stages.flatMap(({ stageName, stageVariables }) => {
    const called = callFinder(stageVariables, account);
    const stageArn = executeApiArn(client.region, account, id, String(stageName));
    return [
      ...routes.flatMap(({ routeKey, target }) => {
        const { integrationType, integrationSubtype, integrationUri, credentialsArn } = fieldsOf(
          integrations.get(String(target)),
        );
        if (integrationType !== 'AWS_PROXY' || integrationSubtype !== undefined) return [];
        const sourceArn = routeSourceArn(stageArn, String(routeKey));
        return called(integrationUri, credentialsArn, `${routeKey} of API ${id}`, sourceArn);
      }),
      ...authorizers.flatMap(({ authorizerId, authorizerUri, authorizerCredentialsArn }) =>
        called(
          authorizerUri,
          authorizerCredentialsArn,
          `authorizer ${authorizerId} of API ${id}`,
          authorizerArn(client.region, account, id, String(authorizerId)),
        ),
      ),
    ];
  });
}

/** Finds the call in a URI, unless a role makes it. @param variables of the stage */
function callFinder(variables: unknown, accountId: string) {
  const known = Object.fromEntries(Object.entries(fieldsOf(variables)).map(([name, value]) => [name, String(value)]));
  return (uri: unknown, credentials: unknown, place: string, sourceArn: string): FunctionCall[] => {
    if (typeof uri !== 'string' || (typeof credentials === 'string' && credentials !== '')) return [];
    const filled = withStageVariables(uri, known);
    const read = readAwsUri(filled);
    const functionArn = (read && functionOf(read, accountId)?.functionArn) ?? functionArnOf(filled);
    return functionArn === undefined || functionArn.includes('{') ? [] : [{ place, functionArn, sourceArn }];
  };
}

/** Functions that everybody is to call by their URL. */
async function callsByUrl(client: ManagementClient): Promise<FunctionCall[]> {
  const functions: Fields[] = [];
  let marker = '';
  do {
    const { Functions, NextMarker } = await lambda(client, `/2015-03-31/functions?MaxItems=50${marker}`);
    functions.push(...itemsOf(Functions));
    marker = typeof NextMarker === 'string' ? `&Marker=${encodeURIComponent(NextMarker)}` : '';
  } while (marker !== '' && functions.length < lookedAtMax);
  const calls: FunctionCall[] = [];
  for (const { FunctionName } of functions) {
    const { FunctionUrlConfigs } = await lambda(client, `/2021-10-31/functions/${FunctionName}/urls`);
    for (const { AuthType, FunctionArn } of itemsOf(FunctionUrlConfigs))
      if (AuthType === 'NONE') {
        const functionArn = String(FunctionArn);
        calls.push({ place: `the URL of ${FunctionName}`, functionArn, sourceArn: null });
      }
  }
  return calls;
}

/** @returns undefined when there is no such function */
async function statementsOf(
  client: ManagementClient,
  functionArn: string,
): Promise<readonly FunctionStatement[] | undefined> {
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
    if (error instanceof CallFailure && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

const lambda = async (client: ManagementClient, path: string): Promise<Fields> =>
  JSON.parse((await client.exchange('GET', path, { service: 'lambda' })).body.toString());

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? { ...value } : {});
