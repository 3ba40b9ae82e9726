/** The warden alone, with each shell that may be a machine's /bin/sh: what it ends, and that it finds it. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { alive, gone, Workbench } from './fixture.ts';
import { bootstrapFile } from './launch.ts';

const bench = new Workbench();
after(() => bench[Symbol.dispose]());

/** Starts processes in all the ways that make them hard to find, and says who they are. */
const leader = bench.folder({
  'leader.mjs': `import { spawn } from 'node:child_process';
    const bare = { stdio: 'ignore', env: { PATH: process.env.PATH } };
    const nested = 'sleep 600 & echo $!; wait';
    const outside = spawn('sh', ['-c', nested], { ...bare, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    outside.stdout.once('data', (data) => console.log(JSON.stringify([
      process.pid,
      spawn('sleep', ['600'], { stdio: 'ignore' }).pid,
      spawn('sleep', ['600'], bare).pid,
      spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).pid,
      spawn('sleep', ['600'], { ...bare, detached: true }).pid,
      outside.pid, Number(data),
    ])));`,
});

async function pidsOf(child: ChildProcess): Promise<number[]> {
  assert.ok(child.stdout);
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  return [];
}

function killAll(pids: readonly number[]): void {
  for (const pid of pids) if (alive(pid)) process.kill(pid, 'SIGKILL');
}

describe('what the warden ends', { timeout: 60_000 }, () => {
  for (const shell of [['sh'], ['dash'], ['bash'], ['bash', '--posix'], ['busybox', 'ash']]) {
    const missing = spawnSync(shell[0]!, [...shell.slice(1), '-c', 'exit 0']).status !== 0;
    test(`with ${shell.join(' ')}: groups, and who has left them or has an environment of its own`, {
      skip: missing ? `${shell[0]} is not here` : !existsSync('/proc/self/environ') && 'no /proc',
      timeout: 10_000,
    }, async () => {
      const directory = bench.folder({ file: '' });
      const marker = `test${process.pid}${shell.length}${shell[0]}`;
      const options = { detached: true, env: { PATH: process.env.PATH, GATEWRIGHT_ENVIRONMENT: `${marker}:1:` } };
      const groups = [1, 2, 3].map(() => spawn(process.execPath, [join(leader, 'leader.mjs')], options));
      const all = await Promise.all(groups.map(pidsOf));
      using _ = { [Symbol.dispose]: () => killAll(all.flat()) };
      const [ended, ...left] = all;
      assert.ok(ended !== undefined && left.length === 2);
      const warden = spawn(shell[0]!, [...shell.slice(1), bootstrapFile('warden.sh'), marker, directory], {
        stdio: ['pipe', 'ignore', 'pipe'],
      });
      const said: string[] = [];
      warden.stderr.on('data', (data) => said.push(String(data)));
      // Somebody whose number is that of a group which has ended before must be left alone.
      warden.stdin.write(`+ ${ended[0]}\n+ ${left[0]?.[0]}\n+ ${left[1]?.[0]}\n- ${ended[0]} nobody:\n`);
      warden.stdin.end();
      for (const pid of left.flat()) await gone(pid);
      await gone(warden.pid ?? 0);
      assert.equal(existsSync(directory), false);
      assert.ok(ended[2] !== undefined && alive(ended[2]), 'of a group that has ended before');
      assert.deepEqual(said, []);
    });
  }

  test('its script has no form of kill that some shell does not know', () => {
    // dash refuses `kill -KILL -- -1`, busybox `kill -s KILL -- -1`, dash `kill -s KILL -1`.
    assert.doesNotMatch(readFileSync(bootstrapFile('warden.sh'), 'utf8'), /^[^#]*kill .*(--|-s )/m);
  });
});
