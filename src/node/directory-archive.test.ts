import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ArchiveError, linkTarget, readArchive, unpackEntry } from '../management/lambda/archive.ts';
import { archiveOf } from './directory-archive.ts';

test('a directory becomes a package: files with their modes, links, folders; nothing that is only in the way', async (t) => {
  const top = mkdtempSync(join(tmpdir(), 'gatewright-test-'));
  t.after(() => rmSync(top, { recursive: true }));
  const directory = join(top, 'code');
  for (const folder of ['code/lib/empty', 'code/.git', 'code/lib/__pycache__', 'shared/deep'])
    mkdirSync(join(top, folder), { recursive: true });
  const long = 'a'.repeat(10_000);
  for (const [name, text] of Object.entries({
    'code/main.js': long,
    'code/zoë.txt': 'ë',
    'code/empty.txt': '',
    'code/run': '#!/bin/sh\n',
    'code/.git/HEAD': 'x',
    'code/lib/__pycache__/x.pyc': 'x',
    'shared/deep/module.js': 'shared',
  }))
    writeFileSync(join(top, name), text);
  chmodSync(join(directory, 'run'), 0o755);
  symlinkSync('../main.js', join(directory, 'lib/relative'));
  symlinkSync(join(directory, 'main.js'), join(directory, 'lib/absolute'));
  symlinkSync('..', join(directory, 'lib/up'));
  symlinkSync(join(top, 'shared'), join(directory, 'outside'));
  symlinkSync(top, join(directory, 'above'));
  symlinkSync('/nowhere/at/all', join(directory, 'dangling'));
  symlinkSync('deep/module.js', join(top, 'shared/short'));
  const archive = await archiveOf(join(directory), 1_000_000);
  const entries = readArchive(archive, 1_000_000);
  const seen = await Promise.all(
    entries.map(async (entry) => {
      const text = Buffer.from(await unpackEntry(entry)).toString();
      if (entry.kind === 'symlink') return `${entry.path} -> ${await linkTarget(entry)}`;
      return `${entry.path} ${entry.kind} ${(entry.mode & 0o700).toString(8)} ${text === long ? 'long' : text.trim()}`;
    }),
  );
  assert.deepEqual(
    seen.filter((line) => !line.startsWith('above')),
    [
      'empty.txt file 600 ',
      'lib directory 700 ',
      'lib/absolute -> ../main.js',
      'lib/empty directory 700 ',
      'lib/relative -> ../main.js',
      'lib/up -> ..',
      'main.js file 600 long',
      'outside directory 700 ',
      'outside/deep directory 700 ',
      'outside/deep/module.js file 600 shared',
      'outside/short file 600 shared',
      'run file 700 #!/bin/sh',
      'zoë.txt file 600 ë',
    ],
  );
  assert.ok(archive.length < 5_000, 'what can be compressed is');
  utimesSync(join(directory, 'main.js'), 1, 1);
  assert.deepEqual(await archiveOf(directory, 1_000_000), archive, 'equal contents make equal packages');
});

test('a directory that holds too much is refused before all of it is read', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-test-'));
  t.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'main.js'), 'x'.repeat(1_001));
  await assert.rejects(
    archiveOf(directory, 1_000),
    (error) => error instanceof ArchiveError && error.kind === 'too large',
  );
});
