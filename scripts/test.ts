/**
 * Runs all tests and ends with one line: `N passed, M failed, K skipped`. Tests share one process (twenty times
 * faster than one each); those that start, load or
 * kill processes get one each: all of `test/alone/` and `src/functions/`.
 * `node scripts/test.ts WORD …` runs the files whose path holds one of the words.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const words = process.argv.slice(2);
const chosen = (pattern: string): string[] =>
  globSync(pattern).filter((file) => words.length === 0 || words.some((word) => file.includes(word)));

const standsAlone = (file: string): boolean => /^(?:test\/alone|src\/functions)\//.test(file);

const startedAtMs = Date.now();
const counts = { pass: 0, fail: 0, skip: 0 };
const failures: string[] = [];

// The checks come first: a wrong type or import direction should not wait for minutes of tests.
if (words.length === 0) {
  const check = spawnSync('npm', ['run', '--silent', 'check'], { stdio: 'inherit' });
  if (check.status === 0) counts.pass++;
  else {
    counts.fail++;
    failures.push('npm run check');
  }
}

for (const { files, isolation } of [
  {
    files: chosen('{src,test,scripts}/**/*.test.ts').filter((file) => !standsAlone(file)),
    isolation: 'none',
  },
  { files: chosen('{src,test,scripts}/**/*.test.ts').filter(standsAlone), isolation: 'process' },
] as const) {
  if (files.length === 0) continue;
  const stream = run({
    files,
    isolation,
    concurrency: isolation === 'process' ? 1 : availableParallelism(),
    timeout: 180_000,
  });
  stream.on('test:pass', ({ name, skip, todo, details }) => {
    if (details.type === 'suite' || files.some((file) => name.endsWith(file))) return;
    if (skip === undefined && todo === undefined) counts.pass++;
    else counts.skip++;
  });
  stream.on('test:fail', ({ name, file, details }) => {
    if (details.type === 'suite') return;
    counts.fail++;
    failures.push(`${file ?? ''}: ${name}`);
  });
  const report = new spec();
  stream.compose(report).pipe(process.stdout, { end: false });
  await new Promise((resolve) => stream.once('end', resolve));
}

for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`${((Date.now() - startedAtMs) / 1000).toFixed(0)} s`);
console.log(`${counts.pass} passed, ${counts.fail} failed, ${counts.skip} skipped`);
process.exit(counts.fail === 0 ? 0 : 1);
