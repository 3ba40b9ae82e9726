/** SIGTERM while functions run that would run much longer than the gateway may: it ends in time, and loses no event. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CreateFunctionCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { GatewayProcess } from '../gateway-process.ts';
import { newFunctionInput } from '../lambda-gateway.ts';

test('a stopping gateway waits for invocations as long as drainMs says, and runs events again', {
  timeout: 60_000,
}, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatewright-drain-'));
  const runs: string[] = [];
  const ear = createServer((request, response) => {
    runs.push(request.url ?? '');
    response.end();
    ear.emit('run');
  });
  await new Promise<void>((resolve) => ear.listen(0, '127.0.0.1', resolve));
  const ran = async (path: string, times: number): Promise<void> => {
    while (runs.filter((run) => run === path).length < times) await once(ear, 'run');
  };
  const FunctionName = 'slow';
  const invocation = (path: string) => ({
    FunctionName,
    Payload: Buffer.from(JSON.stringify(`http://127.0.0.1:${(ear.address() as AddressInfo).port}${path}`)),
  });
  const options = { dataDir, flags: { 'drain-ms': '300', 'log-level': 'error' } };
  try {
    {
      await using gateway = await GatewayProcess.start(options);
      await gateway.lambda.send(
        new CreateFunctionCommand({
          ...newFunctionInput(
            FunctionName,
            'const { status } = await fetch(event); await new Promise((go) => setTimeout(go, 600_000)); return status',
          ),
          Timeout: 900,
        }),
      );
      await gateway.lambda.send(new InvokeCommand({ ...invocation('/event'), InvocationType: 'Event' }));
      const answered = assert.rejects(gateway.lambda.send(new InvokeCommand(invocation('/call'))), {
        name: 'ServiceException',
      });
      await Promise.all([ran('/event', 1), ran('/call', 1)]);
      const startedAtMs = performance.now();
      await gateway.kill('SIGTERM');
      // Some of it is this machine's; the functions would have taken ten minutes.
      assert.ok(performance.now() - startedAtMs < 10_000);
      await answered;
      assert.deepEqual([gateway.process.exitCode, gateway.log], [0, []]);
    }
    await using again = await GatewayProcess.start(options);
    await ran('/event', 2);
    assert.deepEqual(runs.toSorted(), ['/call', '/event', '/event']);
    await again.kill('SIGTERM');
  } finally {
    ear.closeAllConnections();
    ear.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
