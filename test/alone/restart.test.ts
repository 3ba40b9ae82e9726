/** What a process manager does to a gateway: stop it while it is busy, start it again. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CreateDeploymentCommand, ImportRestApiCommand } from '@aws-sdk/client-api-gateway';
import { Agent, request } from 'undici';
import { readRootKey } from '../../src/node/root-key.ts';
import { clientOf } from '../gateway.ts';

interface Started {
  readonly process: ChildProcess;
  readonly managementUrl: string;
  readonly trafficPort: number;
  readonly sample?: { readonly url: string; readonly localUrl: string };
}

/** The real command in a process of its own; resolves when it says it is ready. */
async function start(dataDir: string, ...flags: string[]): Promise<Started> {
  const child = spawn(
    process.execPath,
    [
      ...['bin/gatewright.mjs', 'start', '--json', '--data-dir', dataDir, '--management-port', '0'],
      ...['--traffic-host', '127.0.0.1', '--log-level', 'error', ...flags],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the gateway exited with ${code}`))),
  ]);
  return { process: child, ...JSON.parse(String(line)) };
}

async function stop({ process: child }: Started): Promise<number | null> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const [code] = await exited;
  return code;
}

test('2,000 requests in flight when SIGTERM comes are all answered, and a new process finds everything as it was', {
  timeout: 120_000,
}, async () => {
  const inFlight = 2_000;
  const waiting: ServerResponse[] = [];
  const arrived = Promise.withResolvers<void>();
  const backend = createServer((_incoming, response) => {
    waiting.push(response);
    if (waiting.length === inFlight) arrived.resolve();
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', 4_096, resolve));
  const dataDir = await mkdtemp(join(tmpdir(), 'gatewright-restart-'));
  const agent = new Agent({ connections: inFlight, pipelining: 1 });
  try {
    const first = await start(dataDir, '--sample', 'off', '--traffic-port', '0');
    const rootKey = await readRootKey(dataDir);
    assert.ok(rootKey !== undefined);
    const client = clientOf({ managementUrl: first.managementUrl, rootKey });
    const uri = `http://127.0.0.1:${(backend.address() as AddressInfo).port}/`;
    const integration = { type: 'http_proxy', httpMethod: 'GET', uri };
    const document = {
      openapi: '3.0.1',
      info: { title: 'busy', version: '1' },
      paths: { '/': { get: { 'x-amazon-apigateway-integration': integration } } },
    };
    const body = new TextEncoder().encode(JSON.stringify(document));
    const { id: restApiId } = await client.send(new ImportRestApiCommand({ body }));
    await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' }));
    client.destroy();

    const call = async (port: number): Promise<string> => {
      const answer = await request(`http://127.0.0.1:${port}/_api/${restApiId}/prod/`, { dispatcher: agent });
      return `${answer.statusCode} ${await answer.body.text()}`;
    };
    const answers = Array.from({ length: inFlight }, () => call(first.trafficPort).catch(String));
    await arrived.promise;
    const stopped = stop(first);
    // Answers begin only once the drain has: every one of them crosses it.
    await assert.rejects(
      poll(() =>
        request(`${first.managementUrl}/ready`).then(async (answer) => {
          await answer.body.dump();
          if (answer.statusCode === 503) throw new Error('draining');
        }),
      ),
    );
    for (const response of waiting) response.end('done');
    const counted = new Map<string, number>();
    for (const answer of await Promise.all(answers)) counted.set(answer, (counted.get(answer) ?? 0) + 1);
    assert.deepEqual([...counted], [['200 done', inFlight]]);
    assert.equal(await stopped, 0);

    const second = await start(dataDir, '--sample', 'off', '--traffic-port', String(first.trafficPort));
    const answer = call(second.trafficPort);
    await poll(async () => {
      if (waiting.length === inFlight) throw new Error('not yet');
      return waiting;
    }, true);
    waiting.at(-1)?.end('again');
    assert.equal(await answer, '200 again');
    assert.equal(await stop(second), 0);
  } finally {
    await agent.destroy();
    backend.closeAllConnections();
    backend.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});

test('the first start deploys the sample API, the second finds it at the same address', {
  timeout: 60_000,
}, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatewright-sample-'));
  try {
    const seen: unknown[] = [];
    let port = '0';
    for (const _ of ['first', 'second']) {
      const gateway = await start(dataDir, '--traffic-port', port);
      port = String(gateway.trafficPort);
      assert.ok(gateway.sample !== undefined);
      const answer = await request(gateway.sample.localUrl);
      assert.equal(answer.statusCode, 200);
      seen.push([gateway.sample.url, await answer.body.json()]);
      assert.equal(await stop(gateway), 0);
    }
    assert.deepEqual(seen[0], seen[1]);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

/** Calls until it succeeds (or, as it stands, until it fails when `untilItWorks` is not set), within ten seconds. */
async function poll<Value>(work: () => Promise<Value>, untilItWorks = false): Promise<Value> {
  const endMs = Date.now() + 10_000;
  for (;;) {
    try {
      const value = await work();
      if (untilItWorks) return value;
    } catch (error) {
      if (!untilItWorks) throw error;
    }
    if (Date.now() > endMs) throw new Error('nothing changed in ten seconds');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
