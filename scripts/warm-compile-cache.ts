/** Starts a gateway with its sample in a directory of its own and stops it: everything is compiled and cached then. */
import { mkdtempSync, rmSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

enableCompileCache();
const { startNode } = await import('../src/node/start.ts');
const { readSettings } = await import('../src/node/settings.ts');
await import('../src/cli/start.ts');
await import('../src/cli/index.ts');

const directory = mkdtempSync(join(tmpdir(), 'gatewright-warm-'));
const flags = { 'data-dir': directory, 'management-port': '0', 'traffic-port': '0', 'traffic-host': '127.0.0.1' };
const node = await startNode(readSettings(undefined, {}, new Map(Object.entries({ ...flags, workers: '1' }))));
await node.close();
flushCompileCache();
rmSync(directory, { recursive: true, force: true });
