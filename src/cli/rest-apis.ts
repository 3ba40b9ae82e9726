/** REST APIs as the commands see them: found by the stack that deployed them, shown with the addresses to call. */
import type { ManagementClient, RunningGateway } from './management-client.ts';

/** Tag that ties an API to the `--stack` it was deployed as, so that a later deploy finds it again. */
export const stackTag = 'gatewright:stack';

export interface ListedApi {
  readonly id: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface DeployedApi {
  readonly id: string;
  readonly name: string;
  readonly protocol: 'REST';
  readonly stage: string;
  /** By host name: browsers and most tools resolve `*.localhost` by themselves. */
  readonly endpoint: string;
  /** Without DNS. */
  readonly localEndpoint: string;
}

export async function listRestApis(client: ManagementClient): Promise<ListedApi[]> {
  const apis: ListedApi[] = [];
  let position = '';
  do {
    const page = await client.call(
      'GET',
      `/restapis?limit=500${position && `&position=${encodeURIComponent(position)}`}`,
    );
    for (const item of itemsOf(page))
      apis.push({ id: String(item.id), name: String(item.name), tags: tagsOf(item.tags) });
    position = typeof page.position === 'string' ? page.position : '';
  } while (position !== '');
  return apis;
}

export async function stageNamesOf(client: ManagementClient, restApiId: string): Promise<string[]> {
  return itemsOf(await client.call('GET', `/restapis/${restApiId}/stages`)).map((item) => String(item.stageName));
}

export function deployedApi(gateway: RunningGateway, id: string, name: string, stage: string): DeployedApi {
  return {
    id,
    name,
    protocol: 'REST',
    stage,
    endpoint: `http://${id}.execute-api.localhost:${gateway.trafficPort}/${stage}`,
    localEndpoint: `http://127.0.0.1:${gateway.trafficPort}/_api/${id}/${stage}`,
  };
}

export function itemsOf(page: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  const items = page.item;
  return Array.isArray(items) ? items : [];
}

const tagsOf = (tags: unknown): Record<string, string> =>
  tags !== null && typeof tags === 'object'
    ? Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)]))
    : {};
