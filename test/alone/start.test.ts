/** What the start of a gateway says, and when it is refused. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { selfSigned, withoutOpenssl } from '../certificate.ts';
import { GatewayProcess } from '../gateway-process.ts';

test('a second gateway is refused the data directory of the first, also after the first was killed once', {
  timeout: 60_000,
}, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatewright-start-'));
  try {
    {
      await using killed = await GatewayProcess.start({ dataDir });
      await killed.kill('SIGKILL');
    }
    await using gateway = await GatewayProcess.start({ dataDir });
    await assert.rejects(GatewayProcess.start({ dataDir }), {
      message: `the gateway exited with 1: gatewright start: The data directory ${dataDir} is in use by another gateway, process ${gateway.pid}. Stop that one, or choose another directory with --data-dir`,
    });
    assert.ok(gateway.running);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test('the start tells where everything is, so that it can be used from anywhere', {
  skip: withoutOpenssl,
  timeout: 60_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-start-'));
  const { cert, key } = selfSigned();
  writeFileSync(join(directory, 'cert.pem'), cert);
  writeFileSync(join(directory, 'key.pem'), key);
  const child = spawn(
    process.execPath,
    [
      ...['bin/gatewright.mjs', 'start', '--data-dir', relative(process.cwd(), directory), '--region', 'eu-west-1'],
      ...['--management-port', '0', '--traffic-port', '0', '--traffic-tls-port', '0', '--sample', 'off'],
      ...['--workers', '1', '--tls-certificate', join(directory, 'cert.pem'), '--tls-key', join(directory, 'key.pem')],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const [banner] = await once(child.stdout, 'data');
    const said = String(banner);
    assert.match(said, /^ {2}traffic {5}http:\/\/127\.0\.0\.1:\d+\n {14}https:\/\/127\.0\.0\.1:\d+$/m);
    assert.match(said, /^ {2}export AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+$/m);
    assert.match(said, /^ {2}export AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1$/m);
    assert.match(said, new RegExp(`^ {2}export AWS_SHARED_CREDENTIALS_FILE=${directory}/credentials$`, 'm'));
  } finally {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
    rmSync(directory, { recursive: true, force: true });
  }
});
