/** The command as a process: output that nobody reads any more, a Node.js that is too old. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const command = (args: readonly string[], flags: readonly string[] = []): ChildProcess =>
  spawn(process.execPath, [...flags, 'bin/gatewright.mjs', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

/** @returns what it wrote, once both streams have ended */
async function ended(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text));
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

async function withLog(use: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatewright-cli-process-'));
  try {
    await mkdir(join(dataDir, 'logs'));
    const entry = { functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f', timestampMs: 0, message: 'm' };
    await writeFile(join(dataDir, 'logs', 'functions.jsonl'), `${JSON.stringify(entry)}\n`.repeat(5000));
    await use(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

for (const args of [
  ['logs', '--lines', '5000'],
  ['logs', '--follow'],
  ['logs', '--json', '--lines', '5000'],
  ['help'],
  ['start', '--help'],
])
  test(`${args.join(' ')}: ends quietly when nobody reads on`, () =>
    withLog(async (dataDir) => {
      const child = command(args[0] === 'logs' ? [...args, `--data-dir=${dataDir}`] : args);
      child.stdout?.destroy();
      assert.deepEqual(await ended(child), { code: 0, stdout: '', stderr: '' });
    }));

test('a complaint that nobody reads is none either', async () => {
  const child = command(['nothing']);
  child.stderr?.destroy();
  assert.deepEqual(await ended(child), { code: 0, stdout: '', stderr: '' });
});

test('start: goes on without a reader, and drains when it is told to end', () =>
  withLog(async (dataDir) => {
    const child = command([
      'start',
      `--data-dir=${dataDir}`,
      '--management-port=0',
      '--traffic-port=0',
      '--workers=1',
      '--sample=off',
      '--log-level=warn',
    ]);
    assert.ok(child.stdout !== null);
    const [banner] = await once(child.stdout, 'data');
    const url = /AWS_ENDPOINT_URL=(\S+)/.exec(String(banner))?.[1];
    child.stdout.destroy();
    assert.equal((await fetch(`${url}/ready`)).status, 200);
    child.kill('SIGTERM');
    assert.deepEqual(await ended(child), { code: 0, stdout: '', stderr: '' });
  }));

test('a Node.js that is too old is told which one is needed', async () => {
  // As Node.js 20 is: an older number, and `node:module` without what came later.
  const older = `
    import { registerHooks } from 'node:module';
    Object.defineProperty(process.versions, 'node', { value: '20.20.2' });
    registerHooks({
      resolve: (name, from, next) =>
        name === 'node:module' && from.parentURL?.endsWith('/bin/gatewright.mjs')
          ? { url: 'data:text/javascript,export default {};', shortCircuit: true }
          : next(name, from),
    });`;
  const flag = `--import=data:text/javascript,${encodeURIComponent(older)}`;
  assert.deepEqual(await ended(command(['start'], [flag])), {
    code: 1,
    stdout: '',
    stderr: 'gatewright: Node.js 20.20.2 is too old, 24.15 or later is needed\n',
  });
});
