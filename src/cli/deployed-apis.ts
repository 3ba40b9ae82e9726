/** APIs of every kind as the commands see them: found by the stack that deployed them, shown with addresses to call. */
import type { ManagementClient, RunningGateway } from './management-client.ts';

/** Tag that ties an API to the `--stack` it was deployed as, so that a later deploy finds it again. */
export const stackTag = 'gatewright:stack';

/** The stage of HTTP APIs that stands in no path. */
export const defaultStage = '$default';

export interface ListedApi {
  readonly id: string;
  readonly name: string;
  readonly protocol: 'REST' | 'HTTP' | 'WEBSOCKET';
  readonly tags: Readonly<Record<string, string>>;
}

export interface DeployedApi {
  readonly id: string;
  readonly name: string;
  readonly protocol: ListedApi['protocol'];
  readonly stage: string;
  /** By host name: browsers and most tools resolve `*.localhost` by themselves. */
  readonly endpoint: string;
  /** Without DNS. */
  readonly localEndpoint: string;
}

export async function listApis(client: ManagementClient): Promise<ListedApi[]> {
  return [...(await listRestApis(client)), ...(await listV2Apis(client))];
}

async function listRestApis(client: ManagementClient): Promise<ListedApi[]> {
  const found = await pages(client, '/restapis?limit=500', 'position', 'item', 'position');
  return found.map((item) => ({
    id: String(item.id),
    name: String(item.name),
    protocol: 'REST',
    tags: tagsOf(item.tags),
  }));
}

/** HTTP and WebSocket APIs. */
async function listV2Apis(client: ManagementClient): Promise<ListedApi[]> {
  const found = await pages(client, '/v2/apis?maxResults=500', 'nextToken', 'items', 'nextToken');
  return found.map((item) => ({
    id: String(item.apiId),
    name: String(item.name),
    protocol: item.protocolType === 'WEBSOCKET' ? 'WEBSOCKET' : 'HTTP',
    tags: tagsOf(item.tags),
  }));
}

export async function stageNamesOf(client: ManagementClient, { id, protocol }: ListedApi): Promise<string[]> {
  return (await stagesOf(client, { id, protocol })).map(({ stageName }) => String(stageName));
}

/** Stages as the service that the API belongs to shows them. */
export const stagesOf = async (
  client: ManagementClient,
  { id, protocol }: Pick<ListedApi, 'id' | 'protocol'>,
): Promise<Record<string, unknown>[]> =>
  protocol === 'REST'
    ? // This list comes without pages.
      itemsOf((await client.call('GET', `/restapis/${id}/stages`)).item)
    : pages(client, `/v2/apis/${id}/stages?maxResults=500`, 'nextToken', 'items', 'nextToken');

export function deployedApi(
  { trafficPort }: RunningGateway,
  { id, name, protocol }: Pick<ListedApi, 'id' | 'name' | 'protocol'>,
  stage: string,
): DeployedApi {
  const path = stage === defaultStage ? '' : `/${stage}`;
  const scheme = protocol === 'WEBSOCKET' ? 'ws' : 'http';
  return {
    id,
    name,
    protocol,
    stage,
    endpoint: `${scheme}://${id}.execute-api.localhost:${trafficPort}${path}`,
    localEndpoint: `${scheme}://127.0.0.1:${trafficPort}/_api/${id}${path}`,
  };
}

/** All items of a list that comes in pages. */
export async function pages(
  client: ManagementClient,
  path: string,
  asked: string,
  items: string,
  told: string,
): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  let next = '';
  do {
    const page = await client.call('GET', `${path}${next && `&${asked}=${encodeURIComponent(next)}`}`);
    found.push(...itemsOf(page[items]));
    const token = page[told];
    next = typeof token === 'string' ? token : '';
  } while (next !== '');
  return found;
}

export const itemsOf = (items: unknown): Record<string, unknown>[] => (Array.isArray(items) ? items : []);

const tagsOf = (tags: unknown): Record<string, string> =>
  tags !== null && typeof tags === 'object'
    ? Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)]))
    : {};
