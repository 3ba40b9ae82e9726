import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DataDirectoryInUse, DataDirectoryLock } from './data-directory-lock.ts';

test('a data directory is one gateway’s until that has ended', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-test-'));
  t.after(() => rmSync(directory, { recursive: true }));
  {
    using _first = new DataDirectoryLock(directory);
    assert.equal(readFileSync(join(directory, 'gatewright.pid'), 'utf8'), `${process.pid}\n`);
    assert.throws(
      () => new DataDirectoryLock(directory),
      (error) =>
        error instanceof DataDirectoryInUse &&
        error.message ===
          `The data directory ${directory} is in use by another gateway, process ${process.pid}. Stop that one, or choose another directory with --data-dir`,
    );
    assert.ok(existsSync(join(directory, 'gatewright.pid')), 'the one that was refused takes nothing away');
  }
  assert.ok(!existsSync(join(directory, 'gatewright.pid')));
  using _second = new DataDirectoryLock(directory);
});

test('the process id that a killed gateway left behind locks nothing, even when it is that of another process', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-test-'));
  t.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'gatewright.pid'), `${process.ppid}\n`);
  using _lock = new DataDirectoryLock(directory);
  assert.equal(readFileSync(join(directory, 'gatewright.pid'), 'utf8'), `${process.pid}\n`);
});
