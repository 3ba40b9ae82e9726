/** `gatewright logs` with files that are not as the gateway wrote them. */
import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommandLine } from '../src/cli/index.ts';
import { type CommandResult, runCommand } from './command-line.ts';

const entry = (name: string, message: string): string =>
  `${JSON.stringify({ functionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`, timestampMs: 0, message })}\n`;

async function withLogs(
  files: Readonly<Record<string, string>>,
  use: (run: (...args: string[]) => Promise<CommandResult>, directory: string) => Promise<void>,
): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatewright-logs-'));
  const directory = join(dataDir, 'logs');
  try {
    await mkdir(directory);
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
    await use((...args) => runCommand({ GATEWRIGHT_DATA_DIR: dataDir }, ['logs', ...args]), directory);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

const epoch = '1970-01-01T00:00:00.000Z';

for (const [what, line] of [
  ['a line that broke off', '{"functionArn":"arn:aws:lam'],
  ['two entries in one line', entry('f', 'x').trimEnd() + entry('f', 'y').trimEnd()],
  ['words', 'here was somebody'],
  ['null', 'null'],
  ['another object', '{"level":30}'],
  ['a time that is none', '{"functionArn":"arn:aws:lambda:us-east-1:0:function:f","timestampMs":1e300,"message":"m"}'],
  ['a message that is no text', '{"functionArn":"arn:aws:lambda:us-east-1:0:function:f","timestampMs":1,"message":{}}'],
] as const)
  test(`logs: ${what} is left out, and its file named`, () =>
    withLogs(
      { 'functions.jsonl': `${entry('f', 'one')}${line}\n${line}\n${entry('g', 'two')}` },
      async (run, directory) => {
        const complaint = `gatewright logs: ${join(directory, 'functions.jsonl')} has lines that are no entries of a log; they are left out\n`;
        assert.deepEqual(await run(), { code: 0, stdout: `${epoch} f one\n${epoch} g two\n`, stderr: complaint });
        assert.deepEqual(await run('f'), { code: 0, stdout: `${epoch} one\n`, stderr: complaint });
        const { code, stdout } = await run('--json');
        assert.deepEqual([code, JSON.parse(stdout).entries.length], [0, 2]);
      },
    ));

test('logs: an older file that broke off takes nothing of the next one with it', () =>
  withLogs(
    { 'functions.1.jsonl': `${entry('f', 'old')}{"functionArn"`, 'functions.jsonl': entry('f', 'new') },
    async (run, directory) => {
      const { stdout, stderr } = await run();
      assert.equal(stdout, `${epoch} f old\n${epoch} f new\n`);
      assert.match(stderr, /functions\.1\.jsonl has lines/);
      assert.ok(!stderr.includes(join(directory, 'functions.jsonl')));
    },
  ));

test('logs: the last entries are those asked for, of the function asked for', () =>
  withLogs(
    { 'functions.1.jsonl': entry('f', '1') + entry('g', '2'), 'functions.jsonl': entry('f', '3') + entry('g', '4') },
    async (run) => {
      assert.equal((await run('--lines', '3')).stdout, `${epoch} g 2\n${epoch} f 3\n${epoch} g 4\n`);
      assert.equal((await run('f', '--lines', '2')).stdout, `${epoch} 1\n${epoch} 3\n`);
      assert.equal((await run('--lines', '0')).stdout, '');
    },
  ));

test('logs --follow: an entry that is half written is awaited, a foreign line left out', () =>
  withLogs({ 'functions.jsonl': '' }, async (_, directory) => {
    const file = join(directory, 'functions.jsonl');
    const whole = entry('f', 'half by half');
    await writeFile(file, entry('f', 'before') + whole.slice(0, 20));
    const seen: string[] = [];
    const complaints: string[] = [];
    // Nothing ends it but its output.
    await runCommandLine(['logs', '--follow'], {
      stdout: {
        write: (text) => {
          seen.push(text);
          if (seen.length === 1) void appendFile(file, `${whole.slice(20)}foreign\nforeign\n${entry('f', 'last')}`);
          if (seen.length === 3) throw new Error('enough');
        },
      },
      stderr: { write: (text) => complaints.push(text) },
      environment: { GATEWRIGHT_DATA_DIR: join(directory, '..') },
    });
    assert.deepEqual(seen, [`${epoch} f before\n`, `${epoch} f half by half\n`, `${epoch} f last\n`]);
    assert.equal(complaints.filter((text) => text.includes('lines that are no entries')).length, 1);
  }));
