import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as nextTurn } from 'node:timers/promises';
import { AccessLogFiles, fileNameOf } from './access-log-files.ts';
import { silentLog } from './log.ts';

const arn = 'arn:aws:logs:us-east-1:000000000000:log-group:/http/pets:*';

for (const { destination, expect } of [
  { destination: arn, expect: 'us-east-1-000000000000-http-pets.log' },
  { destination: 'arn:aws:logs:us-east-1:1:log-group:pets', expect: 'us-east-1-1-pets.log' },
  { destination: '../../etc/passwd', expect: 'etc-passwd.log' },
  { destination: '..', expect: 'access.log' },
  {
    destination: `arn:aws:logs:r:1:log-group:${'x'.repeat(500)}`,
    expect: `${`r-1-${'x'.repeat(500)}`.slice(0, 200)}.log`,
  },
])
  test(`access logs of ${destination.slice(0, 60)} are kept in ${expect.slice(0, 40)}`, () => {
    assert.equal(fileNameOf(destination), expect);
  });

test('lines are written together, in their order, one file a destination', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'gatewright-logs-'));
  try {
    const logs = new AccessLogFiles(join(directory, 'logs'), silentLog);
    for (let i = 0; i < 1_000; i++) {
      logs.write(arn, `line ${i}`);
      if (i % 100 === 0) logs.write('other', 'x');
    }
    await logs.flush();
    logs.write(arn, 'last');
    await logs.flush();
    await logs.flush();
    assert.deepEqual((await readdir(join(directory, 'logs'))).sort(), ['other.log', fileNameOf(arn)].sort());
    const lines = (await readFile(join(directory, 'logs', fileNameOf(arn)), 'utf8')).trimEnd().split('\n');
    assert.deepEqual(lines, [...Array.from({ length: 1_000 }, (_, i) => `line ${i}`), 'last']);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('lines that come while others are written wait for the next round, and are written', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'gatewright-logs-'));
  try {
    const logs = new AccessLogFiles(directory, silentLog, { delayMs: 1 });
    const file = join(directory, fileNameOf(arn));
    logs.write(arn, 'first');
    const flushed = logs.flush();
    for (let i = 0; i < 100; i++) logs.write(arn, `line ${i}`);
    await flushed;
    assert.equal((await readFile(file, 'utf8')).split('\n').length, 102);
    logs.write(arn, 'by itself');
    while (!(await readFile(file, 'utf8')).endsWith('by itself\n')) await nextTurn();
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('what nobody takes in time is dropped, and said', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'gatewright-logs-'));
  const said: unknown[] = [];
  try {
    const log = { ...silentLog, warn: (fields: Readonly<Record<string, unknown>>) => said.push(fields.lines) };
    const logs = new AccessLogFiles(directory, log, { pendingBytes: 1_000 });
    for (let i = 0; i < 100; i++) logs.write(arn, 'x'.repeat(99));
    await logs.flush();
    assert.equal((await readFile(join(directory, fileNameOf(arn)), 'utf8')).length, 1_100);
    assert.deepEqual(said, [89]);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a disk that can not be written to is told about, and stops nothing', async () => {
  let failed = 0;
  const log = { ...silentLog, error: () => void failed++ };
  const logs = new AccessLogFiles(import.meta.filename, log);
  logs.write(arn, 'x');
  await logs.flush();
  logs.write(arn, 'x');
  await logs.flush();
  assert.equal(failed, 2);
});
