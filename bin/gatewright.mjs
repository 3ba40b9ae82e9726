#!/usr/bin/env -S node --max-semi-space-size=1
/**
 * The `gatewright` command: the source where it is (a clone), else what was built from it (the package). The compile
 * cache comes first, because a process that must strip types takes 18 MB more than one that finds it done. Plain
 * JavaScript, because this file itself is read before the cache is on; and without named imports of what older versions
 * of Node.js do not have, because those fail before a line of it runs, and nobody learns which version is needed.
 *
 * `--max-semi-space-size=1`: the main thread manages and does not serve, a small young generation saves it 13 MB. The
 * gates' threads get one of 4 MB back.
 *
 * `--no-allocation-site-pretenuring`: what a request makes dies with it. Once V8 takes one of those objects for
 * long-lived and puts it into the old generation at once, it keeps all that it names alive until the next full
 * collection, for the rest of the process: every request 5 µs dearer, 35 MB more, p99 12 ms instead of 1.4 (measured
 * with wrk, MOCK: in about every second process within a minute).
 */
import { existsSync } from 'node:fs';
import nodeModule from 'node:module';
import { setFlagsFromString } from 'node:v8';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  console.error(`gatewright: Node.js ${process.versions.node} is too old, 24.15 or later is needed`);
  process.exit(1);
}
// Who reads the output may have read enough (`gatewright logs | head -1`): no reason to complain, nor to go on. A gateway
// goes on, and ends as it is told to.
for (const output of [process.stdout, process.stderr])
  output.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    if (process.argv[2] !== 'start') process.exit(0);
  });
setFlagsFromString('--max-semi-space-size=4');
setFlagsFromString('--no-allocation-site-pretenuring');
nodeModule.enableCompileCache();
const source = new URL('../src/main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href);
