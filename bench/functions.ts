/**
 * What the function host costs, by itself: cold starts, and the time and CPU of a warm invocation through its thread,
 * as a gate pays them. No HTTP on either side. Run: `node bench/functions.ts`.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import type { FunctionConfiguration } from '../src/functions/configuration.ts';
import { Workbench } from '../src/functions/fixture.ts';
import { FunctionThread } from '../src/functions/function-thread.ts';

const event = Buffer.from(
  JSON.stringify({
    resource: '/{proxy+}',
    path: '/pets/7',
    httpMethod: 'GET',
    headers: { Host: 'api.execute-api.us-east-1.localhost', 'User-Agent': 'x'.repeat(200) },
    requestContext: { requestId: randomUUID(), stage: 'dev', identity: { sourceIp: '127.0.0.1' } },
    body: null,
    isBase64Encoded: false,
  }),
);

const empty = { 'index.mjs': `export const handler = async () => ({ statusCode: 200, body: 'ok' });` };
/** Says how long it took itself, so that what is left is ours. */
const waiting = {
  'index.mjs': `export const handler = async () => { const t = performance.now(); await new Promise((r) => setTimeout(r, 50)); return performance.now() - t; };`,
};
const python = { 'index.py': 'def handler(event, context):\n    return {"statusCode": 200, "body": "ok"}\n' };

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;

using bench = new Workbench();
const thread = new FunctionThread({
  log: () => {},
  onFailure: (error) => {
    throw error;
  },
});
thread.wake();

const invoke = async (fn: FunctionConfiguration): Promise<number> => {
  const began = performance.now();
  const result = await thread.invoker.invoke(fn, event, { requestId: randomUUID() });
  const tookMs = performance.now() - began;
  const text = Buffer.from(result.payload).toString();
  if (result.functionError !== undefined) throw new Error(text);
  const own: unknown = JSON.parse(text);
  return tookMs - (typeof own === 'number' ? own : 0);
};

/** User and system time of everything in this process and below it, in ms. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  let childTicks = 0;
  for (const name of readdirSync('/proc')) {
    try {
      if (!/^\d+$/.test(name) || !readFileSync(`/proc/${name}/environ`, 'latin1').includes('GATEWRIGHT_ENVIRONMENT=')) {
        continue;
      }
      const fields = readFileSync(`/proc/${name}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
      childTicks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It has ended.
    }
  }
  return (user + system) / 1000 + childTicks * 10;
}

async function load(what: string, fn: FunctionConfiguration, inFlight: number, invocations: number): Promise<void> {
  const times: number[] = [];
  let left = invocations;
  const cpuBefore = cpuMs();
  const began = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (left-- > 0) times.push(await invoke(fn));
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const cpuUs = ((cpuMs() - cpuBefore) * 1000) / invocations;
  times.sort((a, b) => a - b);
  console.log(
    `| ${what} | ${Math.round(invocations / seconds)} | ${quantile(times, 0.5).toFixed(2)} | ${quantile(times, 0.99).toFixed(2)} | ${cpuUs.toFixed(0)} |`,
  );
}

console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node.js ${process.version}\n`,
);
await invoke(bench.fn(empty));
for (const { what, files, settings } of [
  { what: 'Node.js', files: empty, settings: {} },
  { what: 'Python', files: python, settings: { runtime: 'python3.12' } },
]) {
  const times: number[] = [];
  for (let n = 0; n < 12; n++) {
    const fn = bench.fn(files, settings);
    const tookMs = await invoke(fn);
    // The first of a language also looks for its interpreter.
    if (n > 0) times.push(tookMs);
    thread.invoker.retire(fn.functionArn);
  }
  times.sort((a, b) => a - b);
  console.log(
    `cold start, empty ${what} function: median ${quantile(times, 0.5).toFixed(0)} ms, worst ${quantile(times, 1).toFixed(0)} ms`,
  );
}

console.log('\n| warm invocations | /s | p50 ms | p99 ms | CPU µs, all processes |\n| --- | --- | --- | --- | --- |');
const fast = bench.fn(empty);
const slow = bench.fn(waiting);
await load('(warm-up)', fast, 16, 3000);
const descriptorsBefore = readdirSync('/proc/self/fd').length;
await load('empty Node.js handler, one at a time', fast, 1, 4000);
await load('empty Node.js handler, 64 in flight (time includes the queue)', fast, 64, 40_000);
await load('(warm-up of 64 environments)', slow, 64, 640);
await load('handler that waits 50 ms, 64 in flight: time beyond the handler’s own', slow, 64, 6400);
const snake = bench.fn(python, { runtime: 'python3.12' });
await load('(warm-up)', snake, 1, 200);
await load('empty Python handler, one at a time', snake, 1, 2000);
await load('empty Python handler, 64 in flight', snake, 64, 10_000);
thread.invoker.retire(slow.functionArn);
thread.invoker.retire(snake.functionArn);
await thread.close();
const descriptors = readdirSync('/proc/self/fd').length - descriptorsBefore;
console.log(`\nafter all of it: ${Math.max(0, descriptors)} descriptors more than before`);
