/** A whole gateway for a test: real workers, real sockets on free ports, a data directory of its own, gone afterwards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { readSettings } from '../src/node/settings.ts';
import { type RunningNode, startNode } from '../src/node/start.ts';

export interface TestGateway extends AsyncDisposable {
  readonly node: RunningNode;
  readonly dataDir: string;
  /** `http://127.0.0.1:{port}` of the traffic endpoint. */
  readonly traffic: string;
  readonly client: APIGatewayClient;
}

/** @param flags settings by flag name, e.g. `{ workers: '2' }` */
export async function startGateway(flags: Readonly<Record<string, string>> = {}): Promise<TestGateway> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatewright-test-'));
  const node = await startNode(
    readSettings(
      undefined,
      {},
      new Map(
        Object.entries({
          'data-dir': dataDir,
          'management-port': '0',
          'traffic-port': '0',
          'traffic-host': '127.0.0.1',
          workers: '1',
          sample: 'off',
          'log-level': 'silent',
          ...flags,
        }),
      ),
    ),
  );
  const client = clientOf(node);
  return {
    node,
    dataDir,
    traffic: `http://127.0.0.1:${node.trafficPort}`,
    client,
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await node.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export const clientOf = (
  { managementUrl, rootKey }: Pick<RunningNode, 'managementUrl' | 'rootKey'>,
  region = 'us-east-1',
): APIGatewayClient => new APIGatewayClient({ endpoint: managementUrl, region, credentials: rootKey, maxAttempts: 1 });
